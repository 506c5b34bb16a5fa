//! Binding a script again under another catalog: what no longer resolves, what changed type, which outputs change.

use expect_test::{Expect, expect};
use sql::{Changes, Column, Defaults, Dialect, OutputChangeKind, Schema};

/// Checks what a change of the catalog does; a catalog reads `table(column type, …) …`.
fn check(sql: &str, (before, after): (&str, &str), expected: &Expect) {
    let dialect = Dialect::from_name("postgres").expect("a known dialect");
    let (script, found) = sql::parse(sql, dialect);
    assert!(found.is_empty(), "{found:?}");
    let rebound = sql::rebind(&script, &schema(before), &schema(after), &Defaults::default());
    expected.assert_eq(&shown(&rebound.changes, sql));
}

fn shown(changes: &Changes, sql: &str) -> String {
    let mut lines = Vec::new();
    for found in &changes.unresolved {
        lines.push(format!("{} `{}`: {}", found.code, &sql[found.span.start..found.span.end], found.message));
    }
    let text = |data_type: &Option<String>| data_type.clone().unwrap_or_default();
    for found in &changes.retyped {
        let places: Vec<&str> = found.spans.iter().map(|span| &sql[span.start..span.end]).collect();
        let (before, after) = (text(&found.before), text(&found.after));
        lines.push(format!(
            "{}.{}: {before} => {after} in {}",
            found.column.table,
            found.column.column,
            places.join(" | ")
        ));
    }
    for found in &changes.outputs {
        let table = found.table.as_ref().map(|table| format!("{table}.")).unwrap_or_default();
        let kind = match &found.kind {
            OutputChangeKind::Added => "added".to_owned(),
            OutputChangeKind::Removed => "removed".to_owned(),
            OutputChangeKind::Retyped { before, after } => format!("{} => {}", text(before), text(after)),
            OutputChangeKind::Sources => "from other columns".to_owned(),
            OutputChangeKind::Moved { before, after } => format!("moved from {before} to {after}"),
        };
        lines.push(format!("{}: {table}{} {kind}", found.statement, found.column));
    }
    let names = |columns: &[sql::ColumnRef]| {
        let names: Vec<String> = columns.iter().map(|column| format!("{}.{}", column.table, column.column)).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(" ") }
    };
    for found in &changes.rows {
        let place = &sql[found.span.start..found.span.end];
        lines.push(format!("{}: `{place}` {} => {}", found.statement, names(&found.before), names(&found.after)));
    }
    lines.join("\n")
}

fn schema(text: &str) -> Schema {
    let mut schema = Schema::new(Defaults::default());
    for (name, columns) in text.split(')').filter_map(|table| table.split_once('(')) {
        let columns = columns.split(',').map(|column| {
            let (name, data_type) = column.trim().split_once(' ').expect("a column and its type");
            Column { name: name.to_owned(), data_type: Some(data_type.to_owned()) }
        });
        schema.insert(name.trim(), columns.collect());
    }
    schema
}

#[test]
fn nothing_changes() {
    check("SELECT id, x FROM a", ("a(id int, x text)", "a(id int, x text, y int)"), &expect![""]);
}

#[test]
fn a_column_is_renamed() {
    check(
        "CREATE VIEW v AS SELECT id, amount * 2 AS twice FROM orders WHERE amount > 1",
        ("orders(id int, amount int)", "orders(id int, amnt int)"),
        &expect![[r#"
            unknown-column `amount`: column "amount" is not in any table in scope, did you mean "amnt"?
            unknown-column `amount`: column "amount" is not in any table in scope, did you mean "amnt"?
            0: v.twice from other columns
            0: `amount` orders.amount => nothing"#]],
    );
}

#[test]
fn a_column_changes_its_type() {
    check(
        "SELECT id, upper(x) AS u, x FROM a",
        ("a(id int, x text)", "a(id int, x varchar)"),
        &expect![[r#"
            a.x: text => varchar in upper(x) | x
            0: x text => varchar"#]],
    );
}

#[test]
fn a_star_widens() {
    check(
        "CREATE TABLE t AS SELECT * FROM a; SELECT * FROM t",
        ("a(id int, x text)", "a(id int, y text)"),
        &expect![[r#"
            0: t.x removed
            0: t.y added
            1: x removed
            1: y added"#]],
    );
}

#[test]
fn a_column_could_now_be_of_two_tables() {
    check(
        "SELECT x FROM a JOIN b ON a.id = b.id",
        ("a(id int, x text) b(id int)", "a(id int, x text) b(id int, x text)"),
        &expect![[r#"
            ambiguous-column `x`: column "x" could be of several tables
            0: x text => 
            0: x from other columns"#]],
    );
}
