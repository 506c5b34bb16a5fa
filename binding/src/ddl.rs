//! What a text of definitions makes of the tables that it names.

use graph::QueryFault;
use sql::{
    Catalog, Column, Defaults, Diagnostic, Dialect, EmptyCatalog, Lineage, Severity, Span, StatementKind, TableName,
    code,
};

use crate::derive::{diagnosed, place};

/// Names with types, in order.
type Columns = Vec<(String, Option<String>)>;

/// One thing that a text does to one table, and where it says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redefinition {
    /// As written, parts joined by dots.
    pub table: String,
    pub span: (u32, u32),
    pub what: Redefined,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Redefined {
    /// It has these columns afterwards.
    Columns(Columns),
    Renamed(String),
    Dropped,
    /// It is a view, or made, by the statement at the place.
    Query,
    /// It is changed, and none of its columns is.
    Otherwise,
}

/// Which tables a text names.
pub fn tables_of(text: &str, dialect: Dialect) -> Vec<String> {
    let (script, _) = sql::parse(text, dialect);
    let (lineage, _) = sql::bind(&script, &EmptyCatalog, &Defaults::default());
    let mut tables: Vec<String> = Vec::new();
    for statement in &lineage.statements {
        let uses = statement.reads.iter().chain(&statement.writes);
        let named = uses.filter(|used| !used.location && !used.temporary).map(|used| shown(&used.name));
        tables.extend(named.chain(statement.dropped.iter().map(shown)));
    }
    tables.sort();
    tables.dedup();
    tables
}

/// What a text does, statement by statement, and what of it was not understood. `columns` tells those of a table, by a
/// name that the text gives it.
pub fn redefinitions(
    text: &str,
    dialect: Dialect,
    columns: &dyn Fn(&str) -> Option<Columns>,
) -> (Vec<Redefinition>, Vec<QueryFault>) {
    let (script, mut diagnostics) = sql::parse(text, dialect);
    let (lineage, found) = sql::bind(&script, &Told(columns), &Defaults::default());
    diagnostics.extend(found);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    // Of a statement that alters a table, every part counts.
    let altering = |found: &Diagnostic| {
        let within = |span: Span| span.start <= found.span.start && found.span.end <= span.end;
        let mut statements = lineage.statements.iter().filter(|statement| statement.kind == StatementKind::Alter);
        found.code == code::SKIPPED && statements.any(|statement| within(statement.span))
    };
    let faults = diagnostics.iter().filter(|found| found.severity != Severity::Note || altering(found)).map(diagnosed);
    (in_order(&lineage), faults.collect())
}

fn in_order(lineage: &Lineage) -> Vec<Redefinition> {
    let mut all = Vec::new();
    for statement in &lineage.statements {
        let mut add =
            |table: &TableName, what| all.push(Redefinition { table: shown(table), span: place(statement.span), what });
        let listed =
            |columns: &[Column]| columns.iter().map(|column| (column.name.clone(), column.data_type.clone())).collect();
        for table in statement.created.iter().filter(|table| !table.temporary) {
            match statement.kind {
                StatementKind::CreateTable => add(&table.name, Redefined::Columns(listed(&table.columns))),
                _ => add(&table.name, Redefined::Query),
            }
        }
        for table in &statement.altered {
            add(&table.name, Redefined::Columns(listed(&table.columns)));
        }
        for (from, to) in &statement.renamed {
            add(from, Redefined::Renamed(shown(to)));
        }
        for table in &statement.dropped {
            add(table, Redefined::Dropped);
        }
        let is_silent = statement.altered.is_empty() && statement.renamed.is_empty();
        if statement.kind == StatementKind::Alter && is_silent {
            for used in &statement.writes {
                add(&used.name, Redefined::Otherwise);
            }
        }
    }
    all
}

fn shown(name: &TableName) -> String {
    name.parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".")
}

/// A catalog that is told.
struct Told<'a>(&'a dyn Fn(&str) -> Option<Columns>);

impl Catalog for Told<'_> {
    fn columns(&self, table: &TableName) -> Option<Vec<Column>> {
        let columns = (self.0)(&shown(table))?;
        Some(columns.into_iter().map(|(name, data_type)| Column { name, data_type }).collect())
    }
}

/// The line and column, from 1, at which a byte of a text stands.
pub fn line_and_column(text: &str, at: u32) -> (usize, usize) {
    let before = text.get(..at as usize).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1)
}
