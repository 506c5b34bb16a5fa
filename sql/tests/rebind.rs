//! What a change of schemas does to a statement, by fixtures.
//!
//! In `tests/rebind/*.txt`, lines that begin with `before` and `after` say what the two catalogs know from there on:
//! `table(column type, …) …`, a type may be left out. A line that begins with `[` names dialects and holds SQL; the
//! line after, which begins with `=>`, is what changes, or one such line for each dialect when they differ.
//! Everything else is prose. `UPDATE_EXPECT=1` writes the answers; a person reads them.
//!
//! In an answer `!` is what is refused now; `+` and `-` are columns that come and go, each with its place from 0; `~` is
//! a column that is made from others; `>` one that moved; `:` one of another type; `rows` is what decides otherwise.

#[path = "common/fixtures.rs"]
mod fixtures;

use std::fmt::Write;

use sql::{
    Binding, Changes, Column, ColumnRef, Defaults, Dialect, Effect, OutputChange, OutputChangeKind, Schema, TypeChange,
};

#[test]
fn changed_schemas() {
    fixtures::check("rebind", answered);
}

/// The text with the answers that are given now.
fn answered(text: &str) -> String {
    let mut out = String::new();
    let (mut before, mut after) = ("", "");
    for line in text.lines().filter(|line| !line.starts_with("=>")) {
        writeln!(out, "{line}").expect("writing to a string");
        if let Some(known) = line.strip_prefix("before") {
            before = known;
        } else if let Some(known) = line.strip_prefix("after") {
            after = known;
        } else if let Some((dialects, sql)) = line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
            out.push_str(&answers(dialects, (before, after), sql));
        }
    }
    out
}

/// One line when all dialects agree but for the case of names, else one for each.
fn answers(dialects: &str, schemas: (&str, &str), sql: &str) -> String {
    let each: Vec<(&str, String)> =
        dialects.split_whitespace().map(|dialect| (dialect, answer(dialect, schemas, sql))).collect();
    if let [(_, only)] = each.as_slice() {
        return format!("=> {only}\n");
    }
    let first = each[0].1.to_lowercase();
    if each.iter().all(|(_, answer)| answer.to_lowercase() == first) {
        return format!("=> {first}\n");
    }
    each.into_iter().map(|(dialect, answer)| format!("=> {dialect}: {answer}\n")).collect()
}

fn answer(dialect: &str, (before, after): (&str, &str), sql: &str) -> String {
    let dialect = Dialect::from_name(dialect).expect("a known dialect");
    let (script, found) = sql::parse(sql, dialect);
    assert!(found.iter().all(|found| found.severity < sql::Severity::Error), "{dialect:?}: {sql}: {found:?}");
    let (before, after) = (schema(before), schema(after));
    let (old, reported, old_types) = sql::bind_typed(&script, &before, &Defaults::default());
    let (new, reports, new_types) = sql::bind_typed(&script, &after, &Defaults::default());
    let changes = sql::compare(
        Binding { lineage: &old, diagnostics: &reported, catalog: &before },
        Binding { lineage: &new, diagnostics: &reports, catalog: &after },
    );
    let mut shown = shown(&changes, sql);
    shown.extend(sql::compare_types(&script, &old_types, &new_types).iter().map(|change| typed(change, sql)));
    if shown.is_empty() { "nothing".to_owned() } else { shown.join("; ") }
}

fn shown(changes: &Changes, sql: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for found in &changes.unresolved {
        parts.push(format!("! {} `{}`", found.code, &sql[found.span.start..found.span.end]));
    }
    parts.extend(changes.outputs.iter().map(output));
    for found in &changes.rows {
        let place = &sql[found.span.start..found.span.end];
        parts.push(format!("rows `{place}` {} => {}", names(&found.before), names(&found.after)));
    }
    parts
}

fn typed(found: &TypeChange, sql: &str) -> String {
    let place = &sql[found.span.start..found.span.end];
    let effect = match &found.effect {
        Effect::Same => "the same".to_owned(),
        Effect::ResultType { to } => format!("gives {}", to.as_deref().unwrap_or("another type")),
        Effect::Unknown { why } => format!("unknown: {why}"),
        Effect::RowsChange { why } => format!("other rows: {why}"),
        Effect::ValueChanges { why } => format!("other values: {why}"),
        Effect::Fails { why } => format!("fails: {why}"),
    };
    format!("`{place}` {effect}")
}

fn output(found: &OutputChange) -> String {
    let table = found.table.as_ref().map(|table| format!("{table}.")).unwrap_or_default();
    let column = format!("{table}{}", found.column);
    let at = found.position.map(|at| format!("@{at}")).unwrap_or_default();
    let text = |data_type: &Option<String>| data_type.clone().unwrap_or_else(|| "?".to_owned());
    match &found.kind {
        OutputChangeKind::Added => format!("+ {column}{at}"),
        OutputChangeKind::Removed => format!("- {column}{at}"),
        OutputChangeKind::Retyped { before, after } => format!(": {column} {} => {}", text(before), text(after)),
        OutputChangeKind::Sources => format!("~ {column}"),
        OutputChangeKind::Moved { before, after } => format!("> {column} {before} => {after}"),
    }
}

fn names(columns: &[ColumnRef]) -> String {
    let names: Vec<String> = columns.iter().map(|column| format!("{}.{}", column.table, column.column)).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(" ") }
}

/// `table(column type, …) …`; types may be left out.
fn schema(text: &str) -> Schema {
    let mut schema = Schema::new(Defaults::default());
    for (name, columns) in text.split(')').filter_map(|table| table.split_once('(')) {
        let columns = parts(columns).into_iter().map(|column| match column.trim().split_once(' ') {
            Some((name, data_type)) => Column { name: name.to_owned(), data_type: Some(data_type.to_owned()) },
            None => Column { name: column.trim().to_owned(), data_type: None },
        });
        schema.insert(name.trim(), columns.collect());
    }
    schema
}

/// What stands between commas, those within `<>` apart.
fn parts(columns: &str) -> Vec<&str> {
    let mut depth = 0;
    let split = |c: char| {
        depth += i32::from(c == '<') - i32::from(c == '>');
        c == ',' && depth == 0
    };
    columns.split(split).collect()
}
