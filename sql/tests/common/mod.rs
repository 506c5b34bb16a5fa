//! Lineage as text.

use std::fmt::Write;

use expect_test::Expect;
use sql::{Catalog, Column, ColumnRef, Defaults, Dialect, Direct, EdgeKind, Indirect, Lineage, TableName, TableUse};

/// Checks what is answered for `sql`; `schema` reads `table(column, …) table(…)`.
pub fn check(dialect: &str, schema: &str, sql: &str, expected: &Expect) {
    expected.assert_eq(&answer(dialect, schema, sql));
}

/// Everything that is answered, as lines.
pub fn answer(dialect: &str, schema: &str, sql: &str) -> String {
    let dialect = Dialect::from_name(dialect).expect("a known dialect");
    let (lineage, diagnostics) = sql::lineage(sql, dialect, &Schema::read(schema), &Defaults::default());
    let mut out = String::new();
    render(&lineage, &mut out).expect("writing to a string");
    for found in diagnostics {
        let text = &sql[found.span.start..found.span.end];
        writeln!(out, "! {} `{text}`: {}", found.code, found.message).expect("writing to a string");
    }
    out
}

fn render(lineage: &Lineage, out: &mut String) -> std::fmt::Result {
    for statement in &lineage.statements {
        write!(out, "{:?}", statement.kind)?;
        uses(" reads", &statement.reads, out)?;
        uses(" writes", &statement.writes, out)?;
        writeln!(out)?;
        for edge in &statement.edges {
            let masked = if edge.masking { " masked" } else { "" };
            let unsure = if edge.ambiguous { " ambiguous" } else { "" };
            let (target, source) = (column(&edge.target), column(&edge.source));
            writeln!(out, "  {target} <- {source} {}{masked}{unsure} `{}`", kind(edge.kind), edge.expression)?;
        }
        for influence in &statement.influences {
            let unsure = if influence.ambiguous { " ambiguous" } else { "" };
            writeln!(out, "  * <- {} {}{unsure}", column(&influence.source), indirect(influence.kind))?;
        }
        for table in &statement.created {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            let rest = if table.columns_complete { "" } else { ", …" };
            writeln!(out, "  + {}({}{rest})", table.name, names.join(", "))?;
        }
        for (from, to) in &statement.renamed {
            writeln!(out, "  {from} => {to}")?;
        }
        for table in &statement.dropped {
            writeln!(out, "  - {table}")?;
        }
    }
    Ok(())
}

fn uses(label: &str, tables: &[TableUse], out: &mut String) -> std::fmt::Result {
    if tables.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = tables.iter().map(|table| table.name.to_string()).collect();
    write!(out, "{label} {}", names.join(", "))
}

fn column(column: &ColumnRef) -> String {
    if column.table.parts.is_empty() { column.column.clone() } else { format!("{}.{}", column.table, column.column) }
}

fn kind(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Direct(Direct::Identity) => "identity",
        EdgeKind::Direct(Direct::Transformation) => "transformation",
        EdgeKind::Direct(Direct::Aggregation) => "aggregation",
        EdgeKind::Indirect(kind) => indirect(kind),
    }
}

fn indirect(kind: Indirect) -> &'static str {
    match kind {
        Indirect::Join => "join",
        Indirect::Filter => "filter",
        Indirect::GroupBy => "group by",
        Indirect::Sort => "sort",
        Indirect::Window => "window",
        Indirect::Conditional => "conditional",
    }
}

/// A catalog read from `table(column, …) …`.
pub struct Schema(Vec<(String, Vec<Column>)>);

impl Schema {
    pub fn read(text: &str) -> Schema {
        let tables = text.split(')').filter_map(|table| table.split_once('('));
        let tables = tables.map(|(name, columns)| {
            let columns = columns.split(',').map(|column| Column { name: column.trim().to_owned(), data_type: None });
            (name.trim().to_owned(), columns.collect())
        });
        Schema(tables.collect())
    }
}

impl Catalog for Schema {
    fn columns(&self, table: &TableName) -> Option<Vec<Column>> {
        let wanted = table.to_string().to_lowercase();
        self.0.iter().find(|(name, _)| *name == wanted).map(|(_, columns)| columns.clone())
    }
}
