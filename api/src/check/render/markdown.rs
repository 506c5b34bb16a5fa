//! A comment for a pull request. Such comments have a limit of length, so of long lists the beginning is shown, with the
//! number of what is not.

use std::collections::BTreeMap;
use std::fmt::Write;

use impact::schema::Verdict;

use super::words::{change, heading, plain, subject};
use super::{Report, text};
use crate::check::{Column, Consumer};

/// Lines of the table, and consumers whose details are told.
const ROWS: usize = 50;
/// Safe consumers that are named.
const SAFE: usize = 100;

pub fn of(report: &Report) -> String {
    let mut out = String::new();
    let title = report.proposal.title.as_deref().unwrap_or("Schema change");
    block(&mut out, &format!("### {}: {}", words(title), report.headline()));
    let changes: Vec<String> = report.proposal.changes.iter().map(|one| format!("- {}", words(&change(one)))).collect();
    if !changes.is_empty() {
        block(&mut out, &changes.join("\n"));
    }
    for reason in &report.answer.reasons {
        block(&mut out, &format!("> **Not complete:** {}", words(&text::why(reason))));
    }
    let hit: Vec<&Consumer> = report.answer.consumers.iter().filter(|one| one.verdict != Verdict::Safe).collect();
    table(&mut out, &hit);
    owners(&mut out, &hit);
    details(&mut out, &hit);
    safe(&mut out, report);
    block(&mut out, &format!("<sub>headwater check, at revision {}</sub>", report.answer.revision));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn block(out: &mut String, text: &str) {
    write!(out, "{text}\n\n").expect("a string takes any text");
}

fn table(out: &mut String, hit: &[&Consumer]) {
    if hit.is_empty() {
        return;
    }
    let mut lines = vec!["| verdict | consumer | why | job | owners |".to_owned(), "|---|---|---|---|---|".to_owned()];
    for consumer in hit.iter().take(ROWS) {
        let job = consumer.job.as_ref().map(|job| code(&job.name)).unwrap_or_default();
        let owners: Vec<String> = consumer.owners.iter().map(|owner| code(owner)).collect();
        let cells = [verdict(consumer), name(consumer), words(&consumer.reason), job, owners.join(" ")];
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    block(out, &lines.join("\n"));
    more(out, hit.len(), ROWS);
}

fn more(out: &mut String, all: usize, shown: usize) {
    if all > shown {
        block(out, &format!("{} more are not shown here; `--format json` lists all.", all - shown));
    }
}

fn verdict(consumer: &Consumer) -> String {
    let name = heading(consumer.verdict);
    match (consumer.verdict, consumer.transitive) {
        (Verdict::Breaks, false) => format!("**{name}**"),
        (_, true) => format!("{name} (because of another)"),
        (_, false) => name.to_owned(),
    }
}

fn name(consumer: &Consumer) -> String {
    subject(consumer).map(|name| code(&name.name)).unwrap_or_default()
}

/// Whom to ask, the most concerned first.
fn owners(out: &mut String, hit: &[&Consumer]) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for owner in hit.iter().flat_map(|consumer| &consumer.owners) {
        *counts.entry(owner).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let nobodys = hit.iter().filter(|consumer| consumer.owners.is_empty()).count();
    let mut parts: Vec<String> = counts.iter().map(|(owner, count)| format!("{} ({count})", code(owner))).collect();
    if nobodys > 0 && !parts.is_empty() {
        parts.push(format!("nobody known for {nobodys}"));
    }
    if !parts.is_empty() {
        block(out, &format!("**Owners to ask:** {}", parts.join(", ")));
    }
}

fn details(out: &mut String, hit: &[&Consumer]) {
    let told: Vec<&Consumer> =
        hit.iter().copied().filter(|one| !one.columns.is_empty() || !one.via.is_empty()).collect();
    if told.is_empty() {
        return;
    }
    block(out, "<details><summary>Columns, expressions and paths</summary>");
    for consumer in told.iter().take(ROWS) {
        let mut lines = vec![format!("- {}", name(consumer))];
        if !consumer.via.is_empty() {
            let via: Vec<String> = consumer.via.iter().map(|name| code(name)).collect();
            lines.push(format!("  - by way of {}", via.join(" > ")));
        }
        lines.extend(consumer.columns.iter().map(|one| format!("  - {}", column(one))));
        block(out, &lines.join("\n"));
    }
    more(out, told.len(), ROWS);
    block(out, "</details>");
}

fn column(column: &Column) -> String {
    let told = format!("{}: {}, {}", code(&column.name), heading(column.verdict), words(&column.reason));
    match (&column.span, &column.expression) {
        (Some(span), _) => format!("{told}; line {}: {}", span.line, code(&span.text)),
        (None, Some(expression)) => format!("{told}; {}", code(expression)),
        (None, None) => told,
    }
}

fn safe(out: &mut String, report: &Report) {
    let safe: Vec<&Consumer> = report.answer.consumers.iter().filter(|one| one.verdict == Verdict::Safe).collect();
    if safe.is_empty() {
        return;
    }
    block(out, &format!("<details><summary>Safe: {}</summary>", safe.len()));
    let names: Vec<String> = safe.iter().take(SAFE).map(|consumer| name(consumer)).collect();
    block(out, &names.join(", "));
    more(out, safe.len(), SAFE);
    block(out, "</details>");
}

/// Text as it is, whatever Markdown would make of it; what stands in single backticks is code.
fn words(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let shown = parts.iter().enumerate().map(|(at, part)| match (at % 2, part.is_empty()) {
        (0, _) => escaped(part),
        (_, true) => String::new(),
        (_, false) => code(part),
    });
    shown.collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A code span, fenced with more backticks than the text has in a row. A bar would end the cell of a table.
fn code(text: &str) -> String {
    let text = plain(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::Format;
    use super::super::tests::{nothing, sample, shown};
    use super::*;

    #[track_caller]
    fn check_words(text: &str, expected: &str) {
        assert_eq!(words(text), expected);
    }

    #[test]
    fn text_stays_text() {
        check_words("a_b * <c> | #1", r"a\_b \* \<c\> \| \#1");
        check_words("`a_b` is gone\nnow", "`a_b` is gone now");
        check_words("one ` alone", r"one \` alone");
        assert_eq!(code("a`b | c"), "``a`b \\| c``");
        assert_eq!(code("`a`"), "`` `a` ``");
    }

    #[test]
    fn a_comment_for_a_pull_request() {
        expect![[r####"
            ### Totals go: breaks 2, may break 1, safe for 1

            - drop column total of shop.orders

            > **Not complete:** queries of 1 job could not be read in full: sales \| board

            | verdict | consumer | why | job | owners |
            |---|---|---|---|---|
            | **breaks** | `shop.daily` | `total` is not a column of `shop.orders` any more | `load_daily` | `team:finance` `@ada` |
            | breaks (because of another) | `shop.re"port' ` | `shop.daily` fails |  | `team:finance` |
            | may break | `sales \| board` | its query is not known \& only tables are tied | `sales \| board` |  |

            **Owners to ask:** `team:finance` (2), `@ada` (1), nobody known for 1

            <details><summary>Columns, expressions and paths</summary>

            - `shop.daily`
              - `a < b`: breaks, `total` is not a column of `shop.orders` any more; line 2: `sum(o.total) as "a < b"`

            - `shop.re"port' `
              - by way of `shop.daily`

            </details>

            <details><summary>Safe: 1</summary>

            `shop.customers`

            </details>

            <sub>headwater check, at revision 7</sub>
        "####]].assert_eq(&shown(sample(), Format::Markdown));
        expect![[r#"
            ### Totals go: nothing depends on what changes

            - drop column total of shop.orders

            <sub>headwater check, at revision 7</sub>
        "#]]
        .assert_eq(&shown(nothing(), Format::Markdown));
    }

    #[test]
    fn a_long_list_says_what_it_leaves_out() {
        let mut report = sample();
        let one = report.answer.consumers[0].clone();
        report.answer.consumers.extend(std::iter::repeat_n(one, 2000));
        let text = shown(report, Format::Markdown);
        assert!(text.contains("1953 more are not shown here; `--format json` lists all."), "{text}");
        assert!(text.len() < 65_536, "a comment on GitHub has at most so many characters, this one {}", text.len());
    }
}
