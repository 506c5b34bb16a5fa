//! For people, on a terminal.

use std::fmt::Write;

use impact::schema::Verdict;

use super::Report;
use super::words::{change, heading, plain, subject};
use crate::check::{Answer, Column, Consumer, LastRun, Name, Reason};

pub fn of(report: &Report) -> String {
    let mut out = String::new();
    line(&mut out, 0, &report.headline());
    for one in &report.proposal.changes {
        line(&mut out, 1, &change(one));
    }
    line(&mut out, 1, &read_at(&report.answer));
    for reason in &report.answer.reasons {
        line(&mut out, 1, &format!("not complete: {}", why(reason)));
    }
    for verdict in Verdict::ALL {
        group(&mut out, &report.answer, verdict);
    }
    out
}

fn read_at(answer: &Answer) -> String {
    let complete = if answer.complete { "complete" } else { "not complete" };
    format!("read at revision {}, {complete}", answer.revision)
}

pub fn why(reason: &Reason) -> String {
    let jobs: Vec<&str> = reason.jobs.iter().map(|job| job.name.as_str()).collect();
    if jobs.is_empty() { reason.message.clone() } else { format!("{}: {}", reason.message, jobs.join(", ")) }
}

fn group(out: &mut String, answer: &Answer, verdict: Verdict) {
    let count = answer.counts.of(verdict);
    if count == 0 {
        return;
    }
    out.push('\n');
    line(out, 0, &format!("{} ({count})", heading(verdict)));
    for consumer in answer.consumers.iter().filter(|consumer| consumer.verdict == verdict) {
        line(out, 1, &title(consumer));
        if verdict != Verdict::Safe {
            details(out, consumer);
        }
    }
}

fn title(consumer: &Consumer) -> String {
    let Some(name) = subject(consumer) else { return "without a name".to_owned() };
    let kind = if consumer.dataset.is_none() { "job " } else { "" };
    let transitive = if consumer.transitive { ", because of what is before it" } else { "" };
    format!("{kind}{}  {}{transitive}", name.name, name.namespace)
}

fn details(out: &mut String, consumer: &Consumer) {
    let mut fact = |label: &str, text: &str| line(out, 2, &format!("{label:<7}{text}"));
    fact("why", &consumer.reason);
    if !consumer.via.is_empty() {
        fact("path", &consumer.via.join(" > "));
    }
    match &consumer.job {
        Some(job) if consumer.dataset.is_some() => fact("job", &job_and_run(job, consumer.last_run.as_ref())),
        Some(_) => fact("run", &last_run(consumer.last_run.as_ref())),
        None => {}
    }
    if !consumer.owners.is_empty() {
        fact("owner", &consumer.owners.join(", "));
    }
    for one in &consumer.columns {
        column(out, one);
    }
}

fn job_and_run(job: &Name, run: Option<&LastRun>) -> String {
    let run = last_run(run);
    format!("{}  {}, {run}", job.name, job.namespace)
}

fn last_run(run: Option<&LastRun>) -> String {
    let Some(run) = run else { return "never seen to run".to_owned() };
    let at = run.ended_at.as_deref().or(run.started_at.as_deref());
    at.map_or_else(|| format!("last run {}", run.state), |at| format!("last run {} {at}", run.state))
}

fn column(out: &mut String, column: &Column) {
    line(out, 2, &format!("column {}: {}: {}", column.name, heading(column.verdict), column.reason));
    if let Some(span) = &column.span {
        line(out, 3, &format!("{:>4} | {}", span.line, span.text));
    } else if let Some(expression) = &column.expression {
        line(out, 3, expression);
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    writeln!(out, "{:indent$}{}", "", plain(text).trim_end(), indent = depth * 2).expect("a string takes any text");
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::Format;
    use super::super::tests::{nothing, sample, shown};

    #[test]
    fn a_report_for_people() {
        expect![[r#"
            breaks 2, may break 1, safe for 1
              drop column total of shop.orders
              read at revision 7, not complete
              not complete: queries of 1 job could not be read in full: sales | board

            breaks (2)
              shop.daily  postgres://db:5432
                why    `total` is not a column of `shop.orders` any more
                job    load_daily  airflow, last run completed 2026-01-31T12:05:00Z
                owner  team:finance, @ada
                column a < b: breaks: `total` is not a column of `shop.orders` any more
                     2 | sum(o.total) as "a < b"
              shop.re"port'   postgres://db:5432, because of what is before it
                why    `shop.daily` fails
                path   shop.daily
                owner  team:finance

            may break (1)
              job sales | board  bi
                why    its query is not known & only tables are tied
                run    never seen to run

            safe (1)
              shop.customers  postgres://db:5432
        "#]]
        .assert_eq(&shown(sample(), Format::Text));
        expect![[r#"
            nothing depends on what changes
              drop column total of shop.orders
              read at revision 7, complete
        "#]]
        .assert_eq(&shown(nothing(), Format::Text));
    }
}
