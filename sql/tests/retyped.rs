//! What a retyped column does to an expression, by fixtures.
//!
//! In `tests/retyped/*.txt`, a line `[dialects] use: column type => type, other type, …: expression` is followed by
//! `=>` and the effect, one such line for each dialect when they differ. Everything else is prose.
//! `UPDATE_EXPECT=1` writes the answers; a person reads them.

#[path = "common/fixtures.rs"]
mod fixtures;

use std::fmt::Write;

use sql::{Dialect, Effect, Indirect, RetypedColumn, Use};

#[test]
fn retyped_columns() {
    fixtures::check("retyped", answered);
}

/// The text with the answers that are given now.
fn answered(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.starts_with("=>")) {
        writeln!(out, "{line}").expect("writing to a string");
        if let Some((dialects, case)) = line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
            out.push_str(&answers(dialects, case));
        }
    }
    out
}

/// One line when all dialects agree but for their own name, else one for each.
fn answers(dialects: &str, case: &str) -> String {
    let each: Vec<(&str, String)> =
        dialects.split_whitespace().map(|dialect| (dialect, answer(dialect, case))).collect();
    let plain = |(dialect, answer): &(&str, String)| answer.replace(&format!(" on {dialect}"), "");
    if each.iter().all(|one| plain(one) == plain(&each[0])) {
        return format!("=> {}\n", if each.len() > 1 { plain(&each[0]) } else { each[0].1.clone() });
    }
    each.into_iter().map(|(dialect, answer)| format!("=> {dialect}: {answer}\n")).collect()
}

fn answer(dialect: &str, case: &str) -> String {
    let dialect = Dialect::from_name(dialect).expect("a known dialect");
    let (place, rest) = case.split_once(": ").expect("a use");
    let (columns, expression) = rest.split_once(": ").expect("columns and an expression");
    let mut columns = columns.split("; ");
    let (name, types) = columns.next().and_then(|column| column.split_once(' ')).expect("a column and its types");
    let (before, after) = types.split_once(" => ").expect("two types");
    let others: Vec<(&str, &str)> = columns.filter_map(|column| column.split_once(' ')).collect();
    let lookup = |name: &str| others.iter().find(|(other, _)| *other == name).map(|(_, found)| (*found).to_owned());
    let place = match place {
        "value" => Use::Value,
        "where" => Use::Condition(Indirect::Filter),
        "join" => Use::Condition(Indirect::Join),
        "group" => Use::Condition(Indirect::GroupBy),
        "sort" => Use::Condition(Indirect::Sort),
        "over" => Use::Condition(Indirect::Window),
        "if" => Use::Condition(Indirect::Conditional),
        other => panic!("no use is called {other}"),
    };
    let column = RetypedColumn { name, before: Some(before), after: Some(after) };
    match sql::retyped(expression, dialect, place, column, &lookup) {
        Effect::Same => "same".to_owned(),
        Effect::ResultType { to } => format!("gives {}", to.unwrap_or_else(|| "another type".to_owned())),
        Effect::ValueChanges { why } => format!("values: {why}"),
        Effect::RowsChange { why } => format!("rows: {why}"),
        Effect::Unknown { why } => format!("unknown: {why}"),
        Effect::Fails { why } => format!("fails: {why}"),
    }
}
