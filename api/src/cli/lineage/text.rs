//! Lineage for a reader.

use std::fmt::Write;

use super::Answer;
use crate::graphql::enums::EdgeKind;
use crate::graphql::parsed::{ParsedSql, SqlColumn, SqlEdge, SqlInfluence, SqlStatement, SqlTable};

/// Statement by statement, then the net lineage of several, then what was not understood.
pub fn of(answer: &Answer) -> String {
    let told = answer.told();
    let mut out = String::new();
    for statement in &told.statements {
        write_statement(statement, &mut out);
    }
    if told.statements.len() > 1 {
        let net = &told.net;
        line(&mut out, format_args!("all together{}{}", tables("reads", &net.reads), tables("writes", &net.writes)));
        lineage(&net.edges, &net.influences, &mut out);
    }
    out + &diagnostics(&told)
}

/// A line for each, with its place.
pub fn diagnostics(told: &ParsedSql) -> String {
    let mut out = String::new();
    for found in &told.diagnostics {
        let severity = match found.severity {
            crate::graphql::parsed::SqlSeverity::Note => "note",
            crate::graphql::parsed::SqlSeverity::Warning => "warning",
            crate::graphql::parsed::SqlSeverity::Error => "error",
        };
        let (at, column) = (found.span.line, found.span.column);
        line(&mut out, format_args!("{at}:{column} {severity} {}: {}", found.code, found.message));
    }
    out
}

fn write_statement(statement: &SqlStatement, out: &mut String) {
    let (at, column) = (statement.span.line, statement.span.column);
    let kind = word(statement.kind);
    let (reads, writes) = (tables("reads", &statement.reads), tables("writes", &statement.writes));
    line(out, format_args!("{at}:{column} {kind}{reads}{writes}"));
    lineage(&statement.edges, &statement.influences, out);
    for table in &statement.created {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let rest = if table.columns_complete { "" } else { ", …" };
        line(out, format_args!("  creates {}({}{rest})", table.name, names.join(", ")));
    }
    for rename in &statement.renamed {
        line(out, format_args!("  renames {} to {}", rename.from, rename.to));
    }
    for name in &statement.dropped {
        line(out, format_args!("  drops {name}"));
    }
}

fn lineage(edges: &[SqlEdge], influences: &[SqlInfluence], out: &mut String) {
    for edge in edges {
        let masked = if edge.masking { ", masked" } else { "" };
        let unsure = if edge.ambiguous { ", ambiguous" } else { "" };
        let (target, source) = (column(&edge.target), column(&edge.source));
        let expression = edge.expression.split_whitespace().collect::<Vec<_>>().join(" ");
        line(out, format_args!("  {target} <- {source}  {}{masked}{unsure}  `{expression}`", kind(edge.kind)));
    }
    for influence in influences {
        let unsure = if influence.ambiguous { ", ambiguous" } else { "" };
        let target = influence.target.as_ref().map(|table| format!("{table}.")).unwrap_or_default();
        line(out, format_args!("  {target}* <- {}  {}{unsure}", column(&influence.source), kind(influence.kind)));
    }
}

/// Each table once.
fn tables(label: &str, uses: &[SqlTable]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for used in uses {
        if !names.contains(&used.name.as_str()) {
            names.push(&used.name);
        }
    }
    if names.is_empty() { String::new() } else { format!("  {label} {}", names.join(", ")) }
}

pub fn column(column: &SqlColumn) -> String {
    match &column.table {
        Some(table) => format!("{table}.{}", column.column),
        None => column.column.clone(),
    }
}

/// `GROUP_BY` is `group by`.
pub fn kind(kind: EdgeKind) -> String {
    word(kind)
}

fn word(value: impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ").to_lowercase()
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}
