//! Binding again: what another catalog changes for a script.

use std::collections::{HashMap, HashSet};

use crate::{
    bind::bind,
    catalog::{Catalog, Column, Defaults},
    diagnostic::{Diagnostic, code},
    lineage::{ColumnRef, Lineage, StatementLineage},
    name::{Span, TableName},
    script::Script,
};

/// A script bound under a new catalog, and how that differs from the old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebound {
    pub lineage: Lineage,
    pub diagnostics: Vec<Diagnostic>,
    pub changes: Changes,
}

/// What a change of the catalog does to a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// References that resolved before and do so no longer, or not to one table.
    pub unresolved: Vec<Diagnostic>,
    /// Columns that the script uses and that have another type now.
    pub retyped: Vec<Retyped>,
    /// Columns of results and of created tables that come, go, or are something else.
    pub outputs: Vec<OutputChange>,
}

impl Changes {
    /// Whether the script is as good under the new catalog as under the old.
    pub fn is_empty(&self) -> bool {
        self.unresolved.is_empty() && self.retyped.is_empty() && self.outputs.is_empty()
    }
}

/// A source column whose type changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retyped {
    pub column: ColumnRef,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The expressions it takes part in.
    pub spans: Vec<Span>,
}

/// A column of a result, or of a table that a statement creates, that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputChange {
    /// Which statement of the script.
    pub statement: usize,
    /// The created table; `None` for the result of a query.
    pub table: Option<TableName>,
    pub column: String,
    pub kind: OutputChangeKind,
}

/// How an output column changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputChangeKind {
    Added,
    Removed,
    Retyped {
        before: Option<String>,
        after: Option<String>,
    },
    /// It is made from other columns.
    Sources,
}

/// One binding of a script, to be compared with another.
#[derive(Clone, Copy)]
pub struct Binding<'a> {
    pub lineage: &'a Lineage,
    pub diagnostics: &'a [Diagnostic],
    pub catalog: &'a dyn Catalog,
}

/// Binds a script under `after` and says what differs from `before`.
///
/// Who has kept the lineage under `before` calls [`bind`] and [`compare`] instead, which is half the work.
pub fn rebind(script: &Script, before: &dyn Catalog, after: &dyn Catalog, defaults: &Defaults) -> Rebound {
    let (old, reported) = bind(script, before, defaults);
    let (lineage, diagnostics) = bind(script, after, defaults);
    let changes = compare(
        Binding { lineage: &old, diagnostics: &reported, catalog: before },
        Binding { lineage: &lineage, diagnostics: &diagnostics, catalog: after },
    );
    Rebound { lineage, diagnostics, changes }
}

/// What differs between two bindings of one script.
pub fn compare(before: Binding<'_>, after: Binding<'_>) -> Changes {
    let mut outputs = Vec::new();
    let pairs = before.lineage.statements.iter().zip(&after.lineage.statements);
    for (statement, (old, new)) in pairs.enumerate() {
        statement_outputs(statement, old, new, &mut outputs);
    }
    Changes { unresolved: unresolved(before.diagnostics, after.diagnostics), retyped: retyped(before, after), outputs }
}

fn unresolved(before: &[Diagnostic], after: &[Diagnostic]) -> Vec<Diagnostic> {
    const CODES: [&str; 3] = [code::UNKNOWN_COLUMN, code::UNKNOWN_TABLE, code::AMBIGUOUS_COLUMN];
    let known: HashSet<(&str, Span)> = before.iter().map(|found| (found.code, found.span)).collect();
    let lost = after.iter().filter(|found| CODES.contains(&found.code) && !known.contains(&(found.code, found.span)));
    lost.cloned().collect()
}

fn retyped(before: Binding<'_>, after: Binding<'_>) -> Vec<Retyped> {
    let mut found: Vec<Retyped> = Vec::new();
    let mut seen: HashMap<&ColumnRef, Option<usize>> = HashMap::new();
    let mut tables = Types { before: before.catalog, after: after.catalog, known: HashMap::new() };
    for statement in &before.lineage.statements {
        let edges = statement.edges.iter().map(|edge| (&edge.source, edge.span));
        let influences = statement.influences.iter().map(|influence| (&influence.source, influence.span));
        for (source, span) in edges.chain(influences) {
            let at = *seen.entry(source).or_insert_with(|| {
                let (before, after) = tables.changed(source)?;
                found.push(Retyped { column: source.clone(), before, after, spans: Vec::new() });
                Some(found.len() - 1)
            });
            if let Some(spans) = at.map(|at| &mut found[at].spans).filter(|spans| !spans.contains(&span)) {
                spans.push(span);
            }
        }
    }
    found
}

/// The types of columns in two catalogs, each table asked for once.
struct Types<'a> {
    before: &'a dyn Catalog,
    after: &'a dyn Catalog,
    known: HashMap<TableName, (Vec<Column>, Vec<Column>)>,
}

impl Types<'_> {
    /// The old and the new type, when both catalogs have the column and they differ.
    fn changed(&mut self, column: &ColumnRef) -> Option<(Option<String>, Option<String>)> {
        if !self.known.contains_key(&column.table) {
            let of = |catalog: &dyn Catalog| catalog.columns(&column.table).unwrap_or_default();
            self.known.insert(column.table.clone(), (of(self.before), of(self.after)));
        }
        let (before, after) = self.known.get(&column.table)?;
        let (old, new) = (named(before, &column.column)?, named(after, &column.column)?);
        (!same_type(&old.data_type, &new.data_type)).then(|| (old.data_type.clone(), new.data_type.clone()))
    }
}

/// The column of that name, or the one that the path of a field begins with.
fn named<'c>(columns: &'c [Column], name: &str) -> Option<&'c Column> {
    let find = |wanted: &str| columns.iter().find(|column| column.name.eq_ignore_ascii_case(wanted));
    find(name).or_else(|| find(name.split('.').next()?))
}

fn same_type(before: &Option<String>, after: &Option<String>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => before.eq_ignore_ascii_case(after),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// One column of a result or of a created table: its name and type.
type Output<'a> = (&'a str, &'a Option<String>);

fn statement_outputs(at: usize, before: &StatementLineage, after: &StatementLineage, out: &mut Vec<OutputChange>) {
    column_changes(at, None, (&results(before), &results(after)), (before, after), out);
    for table in &before.created {
        let Some(other) = after.created.iter().find(|other| other.name == table.name) else { continue };
        let columns = (&listed(&table.columns)[..], &listed(&other.columns)[..]);
        column_changes(at, Some(&table.name), columns, (before, after), out);
    }
}

fn results(statement: &StatementLineage) -> Vec<Output<'_>> {
    statement.outputs.iter().map(|column| (column.name.as_str(), &column.data_type)).collect()
}

fn listed(columns: &[Column]) -> Vec<Output<'_>> {
    columns.iter().map(|column| (column.name.as_str(), &column.data_type)).collect()
}

fn column_changes(
    statement: usize,
    table: Option<&TableName>,
    (old, new): (&[Output<'_>], &[Output<'_>]),
    (before, after): (&StatementLineage, &StatementLineage),
    out: &mut Vec<OutputChange>,
) {
    let mut push = |column: &str, kind: OutputChangeKind| {
        out.push(OutputChange { statement, table: table.cloned(), column: column.to_owned(), kind });
    };
    let (was, is) = (sources(before, table), sources(after, table));
    for (name, data_type) in old {
        match new.iter().find(|(other, _)| other == name) {
            None => push(name, OutputChangeKind::Removed),
            Some((_, other)) if !same_type(data_type, other) => {
                let (before, after) = ((*data_type).clone(), (*other).clone());
                push(name, OutputChangeKind::Retyped { before, after });
            }
            Some(_) if was.get(name) != is.get(name) => push(name, OutputChangeKind::Sources),
            Some(_) => {}
        }
    }
    for (name, _) in new.iter().filter(|(name, _)| old.iter().all(|(other, _)| other != name)) {
        push(name, OutputChangeKind::Added);
    }
}

/// What each column of the result, or of the table, is made from.
fn sources<'l>(statement: &'l StatementLineage, table: Option<&TableName>) -> HashMap<&'l str, HashSet<&'l ColumnRef>> {
    let mut sources: HashMap<&str, HashSet<&ColumnRef>> = HashMap::new();
    for edge in &statement.edges {
        let same = table.map_or(edge.target.table.parts.is_empty(), |table| *table == edge.target.table);
        if same {
            sources.entry(&edge.target.column).or_default().insert(&edge.source);
        }
    }
    sources
}
