//! Binding again: what another catalog changes for a script.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::{
    bind::bind,
    catalog::{Catalog, Column, Defaults},
    diagnostic::{Diagnostic, code},
    lineage::{ColumnRef, Indirect, Lineage, StatementLineage},
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
    /// What was right before and is so no longer: references that do not resolve, or not to one table, lists of
    /// columns that no longer fit, and columns of one name where names must differ.
    pub unresolved: Vec<Diagnostic>,
    /// Columns that the script uses and that have another type now.
    pub retyped: Vec<Retyped>,
    /// Columns of results, of created tables and of tables that are written to, that come, go, or are something else.
    pub outputs: Vec<OutputChange>,
    /// Conditions, keys and orders that other columns decide than before.
    pub rows: Vec<RowChange>,
}

impl Changes {
    /// Whether the script is as good under the new catalog as under the old.
    pub fn is_empty(&self) -> bool {
        self.unresolved.is_empty() && self.retyped.is_empty() && self.outputs.is_empty() && self.rows.is_empty()
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

/// A column of a result, or of a table that a statement creates or writes to, that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputChange {
    /// Which statement of the script.
    pub statement: usize,
    /// The table that is created or written to; `None` for the result of a query.
    pub table: Option<TableName>,
    pub column: String,
    /// Where it stands among the columns, from 0: of one that is removed, where it stood. `None` for a column of a
    /// table that is only written to. A column that was renamed is removed and added at the same place.
    pub position: Option<usize>,
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
    /// It is made from other columns, or of nothing.
    Sources,
    /// Other columns stand before it; both positions count from 0.
    Moved {
        before: usize,
        after: usize,
    },
}

/// One place that decides about the rows of a statement's result, and the columns that it means.
///
/// A name that means another column than before has columns on both sides; what no longer decides has none after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowChange {
    /// Which statement of the script.
    pub statement: usize,
    pub kind: Indirect,
    /// The name in the text, or the joined source whose columns `USING` and `NATURAL` compare.
    pub span: Span,
    pub before: Vec<ColumnRef>,
    pub after: Vec<ColumnRef>,
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
    let mut changes = Changes {
        unresolved: unresolved(before.diagnostics, after.diagnostics),
        retyped: retyped(before, after),
        ..Changes::default()
    };
    let pairs = before.lineage.statements.iter().zip(&after.lineage.statements);
    for (statement, (old, new)) in pairs.enumerate() {
        statement_outputs(statement, old, new, &mut changes.outputs);
        row_changes(statement, old, new, &mut changes.rows);
    }
    changes
}

fn unresolved(before: &[Diagnostic], after: &[Diagnostic]) -> Vec<Diagnostic> {
    let known: HashSet<(&str, Span, &str)> = before.iter().map(what_and_where).collect();
    after
        .iter()
        .filter(|found| BREAKING.contains(&found.code) && !known.contains(&what_and_where(found)))
        .cloned()
        .collect()
}

/// The codes of what a database refuses.
const BREAKING: [&str; 6] = [
    code::UNKNOWN_COLUMN,
    code::UNKNOWN_TABLE,
    code::AMBIGUOUS_COLUMN,
    code::COLUMN_COUNT,
    code::DUPLICATE_COLUMN,
    code::INCOMPATIBLE_TYPES,
];

/// What is the same when something is reported again: several names may be reported at one place, and neither the
/// hint at another name nor the count of columns makes it another finding.
fn what_and_where(found: &Diagnostic) -> (&'static str, Span, &str) {
    let name = if found.code == code::COLUMN_COUNT { None } else { found.message.split('"').nth(1) };
    (found.code, found.span, name.unwrap_or_default())
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
    Outputs { statement: at, table: None, before, after, out }.compare(&results(before), &results(after));
    for table in &before.created {
        let Some(other) = after.created.iter().find(|other| other.name == table.name) else { continue };
        let mut outputs = Outputs { statement: at, table: Some(&table.name), before, after, out };
        outputs.compare(&listed(&table.columns), &listed(&other.columns));
    }
    let mut written: Vec<&TableName> = before.writes.iter().chain(&after.writes).map(|used| &used.name).collect();
    written.sort();
    written.dedup();
    for table in written.into_iter().filter(|name| before.created.iter().all(|table| table.name != **name)) {
        Outputs { statement: at, table: Some(table), before, after, out }.compare_written();
    }
}

fn results(statement: &StatementLineage) -> Vec<Output<'_>> {
    statement.outputs.iter().map(|column| (column.name.as_str(), &column.data_type)).collect()
}

fn listed(columns: &[Column]) -> Vec<Output<'_>> {
    columns.iter().map(|column| (column.name.as_str(), &column.data_type)).collect()
}

/// The columns of one result or table, under two bindings of one statement.
struct Outputs<'a> {
    statement: usize,
    table: Option<&'a TableName>,
    before: &'a StatementLineage,
    after: &'a StatementLineage,
    out: &'a mut Vec<OutputChange>,
}

impl Outputs<'_> {
    fn push(&mut self, column: &str, position: Option<usize>, kind: OutputChangeKind) {
        let (statement, table, column) = (self.statement, self.table.cloned(), column.to_owned());
        self.out.push(OutputChange { statement, table, column, position, kind });
    }

    fn compare(&mut self, old: &[Output<'_>], new: &[Output<'_>]) {
        let (was, is) = (sources(self.before, self.table), sources(self.after, self.table));
        let (old_places, new_places) = (places(old), places(new));
        for (at, ((name, data_type), key)) in old.iter().zip(&old_places).enumerate() {
            let Some(now) = new_places.iter().position(|other| other == key) else {
                self.push(name, Some(at), OutputChangeKind::Removed);
                continue;
            };
            let other = new[now].1;
            if !same_type(data_type, other) {
                let (before, after) = ((*data_type).clone(), other.clone());
                self.push(name, Some(now), OutputChangeKind::Retyped { before, after });
            }
            if was.get(name) != is.get(name) {
                self.push(name, Some(now), OutputChangeKind::Sources);
            }
            if at != now {
                self.push(name, Some(now), OutputChangeKind::Moved { before: at, after: now });
            }
        }
        for (at, (name, _)) in new.iter().enumerate().filter(|(at, _)| !old_places.contains(&new_places[*at])) {
            self.push(name, Some(at), OutputChangeKind::Added);
        }
    }

    /// Of a table that is written to, only where the values come from can change.
    fn compare_written(&mut self) {
        let (was, is) = (sources(self.before, self.table), sources(self.after, self.table));
        let mut changed: Vec<&str> = was.keys().chain(is.keys()).copied().collect();
        changed.sort_unstable();
        changed.dedup();
        for column in changed.into_iter().filter(|column| was.get(column) != is.get(column)) {
            self.push(column, None, OutputChangeKind::Sources);
        }
    }
}

/// Each column's name, and how many of that name stand before it.
fn places<'o>(columns: &[Output<'o>]) -> Vec<(&'o str, usize)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let counted = columns.iter().map(|(name, _)| {
        let count = seen.entry(name).or_default();
        *count += 1;
        (*name, *count)
    });
    counted.collect()
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

fn row_changes(statement: usize, before: &StatementLineage, after: &StatementLineage, out: &mut Vec<RowChange>) {
    let (was, is) = (deciding(before), deciding(after));
    let mut keys: Vec<&(Span, Indirect)> = was.keys().chain(is.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let old = was.get(key).cloned().unwrap_or_default();
        let new = is.get(key).cloned().unwrap_or_default();
        if old != new {
            let only = |some: &BTreeSet<&ColumnRef>, other: &BTreeSet<&ColumnRef>| {
                some.difference(other).map(|column| (*column).clone()).collect::<Vec<_>>()
            };
            let (span, kind) = *key;
            out.push(RowChange { statement, kind, span, before: only(&old, &new), after: only(&new, &old) });
        }
    }
}

/// The columns that decide about rows, by the places where they do.
fn deciding(statement: &StatementLineage) -> BTreeMap<(Span, Indirect), BTreeSet<&ColumnRef>> {
    let mut columns: BTreeMap<(Span, Indirect), BTreeSet<&ColumnRef>> = BTreeMap::new();
    for influence in &statement.influences {
        columns.entry((influence.span, influence.kind)).or_default().insert(&influence.source);
    }
    columns
}
