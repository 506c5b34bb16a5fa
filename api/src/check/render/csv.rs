//! One line for each consumer, as RFC 4180 has it.

use super::Pieces;
use super::words::subject;
use crate::check::{Answer, Column, Consumer, Name};

const HEAD: [&str; 15] = [
    "verdict",
    "transitive",
    "hop",
    "namespace",
    "dataset",
    "job_namespace",
    "job",
    "last_run_state",
    "last_run_at",
    "owners",
    "domain",
    "usage",
    "via",
    "reason",
    "columns",
];

pub fn of(answer: Answer) -> Pieces {
    let head = HEAD.map(str::to_owned).to_vec();
    Box::new(std::iter::once(head).chain(answer.consumers.into_iter().map(|consumer| row(&consumer))).map(line))
}

fn row(consumer: &Consumer) -> Vec<String> {
    let part = |name: Option<&Name>, of: fn(&Name) -> &String| name.map(of).cloned().unwrap_or_default();
    let (run, job) = (consumer.last_run.as_ref(), consumer.job.as_ref());
    vec![
        consumer.verdict.name().to_owned(),
        consumer.transitive.to_string(),
        consumer.hop.to_string(),
        part(subject(consumer), |name| &name.namespace),
        part(consumer.dataset.as_ref(), |name| &name.name),
        part(job, |name| &name.namespace),
        part(job, |name| &name.name),
        run.map(|run| run.state.clone()).unwrap_or_default(),
        run.and_then(|run| run.ended_at.clone().or_else(|| run.started_at.clone())).unwrap_or_default(),
        consumer.owners.join("; "),
        consumer.domain.clone().unwrap_or_default(),
        consumer.usage.map(|usage| usage.to_string()).unwrap_or_default(),
        consumer.via.join(" > "),
        consumer.reason.clone(),
        consumer.columns.iter().map(column).collect::<Vec<_>>().join("; "),
    ]
}

fn column(column: &Column) -> String {
    format!("{} ({})", column.name, column.verdict.name())
}

fn line(cells: Vec<String>) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",") + "\r\n"
}

/// In quotes where it must be; a text that a spreadsheet would take for a formula is marked as a text.
fn cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{sample, shown};
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(cell(text), expected);
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        check("plain", "plain");
        check("a, \"b\"", "\"a, \"\"b\"\"\"");
        check("=1+1", "'=1+1");
        check("@ada", "'@ada");
    }

    #[test]
    fn one_line_for_each_consumer() {
        let text = shown(sample(), Format::Csv);
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 1 + sample().answer.consumers.len());
        assert_eq!(lines[0], HEAD.join(","));
        assert_eq!(
            lines[1],
            "breaks,false,1,postgres://db:5432,shop.daily,airflow,load_daily,completed,2026-01-31T12:05:00Z,\
             team:finance; @ada,,,,`total` is not a column of `shop.orders` any more,a < b (breaks)"
        );
    }
}
