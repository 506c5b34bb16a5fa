//! From a text of definitions, a migration say, to the proposal that it means for the datasets of the catalog.

use std::collections::{BTreeMap, HashMap};

use binding::{Redefined, Redefinition, line_and_column, redefinitions, tables_of};
use graph::names::column_key;
use graph::{NodeId, NodeName, QualifiedName, Query};

use super::edits::beside;
use super::index::Meant;
use super::proposal::{Change, DatasetName, Op, Problem, Proposal};
use super::schemata::Shape;
use super::{Judge, compare};
use crate::{ImpactError, Result};

impl Judge<'_> {
    /// What a text of definitions does to datasets of the catalog. Tables that it makes anew, and that the catalog does
    /// not have, change nothing, so that the proposal may be empty. Without a dialect, that of the platform of the
    /// datasets it names.
    pub async fn ddl(&mut self, text: &str, dialect: Option<&str>) -> Result<Proposal> {
        self.schemata.forget_proposals();
        let dialect = match dialect {
            Some(name) => dialect_named(name)?,
            None => self.dialect_of(text).await?,
        };
        let tables = self.tables(text, dialect).await?;
        let columns = |table: &str| {
            let (id, _) = tables.get(table)?.as_ref()?;
            self.schemata.stored(*id).cloned()
        };
        let (all, faults) = redefinitions(text, dialect, &columns);
        if all.is_empty() && faults.is_empty() {
            return Err(wrong("text", "expected statements that make, change or drop tables, found none".to_owned()));
        }
        let mut reading = Ddl {
            text,
            dialect: dialect.name(),
            tables: &tables,
            shapes: HashMap::new(),
            changes: Vec::new(),
            problems: Vec::new(),
        };
        for (table, (id, _)) in tables.iter().filter_map(|(table, found)| Some((table, found.as_ref()?))) {
            reading.shapes.insert(table, self.schemata.stored(*id).cloned().unwrap_or_default());
        }
        for fault in &faults {
            let at = fault.span.map_or(0, |span| span.0);
            reading.problem(at, fault.message.clone());
        }
        for redefinition in &all {
            reading.take(redefinition);
        }
        reading.done()
    }

    /// The dialect that the platforms of the datasets in a text speak.
    async fn dialect_of(&mut self, text: &str) -> Result<binding::Dialect> {
        let generic = dialect_named("generic")?;
        let tables = self.tables(text, generic).await?;
        let mut found: BTreeMap<&'static str, binding::Dialect> = BTreeMap::new();
        for (_, name) in tables.values().flatten() {
            if let Some(dialect) = binding::dialect_of_platform(&name.namespace) {
                found.insert(dialect.name(), dialect);
            }
        }
        let names: Vec<&str> = found.keys().copied().collect();
        match names.as_slice() {
            [_] => Ok(found.into_values().next().unwrap_or(generic)),
            [] => Err(wrong(
                "dialect",
                "expected a dialect, since no dataset of the catalog that the text names tells one".to_owned(),
            )),
            several => Err(wrong(
                "dialect",
                format!("expected a dialect, since the text names datasets of {}", several.join(" and ")),
            )),
        }
    }

    /// The datasets that a text names, by the names it gives them; none for what the catalog does not have.
    async fn tables(
        &mut self,
        text: &str,
        dialect: binding::Dialect,
    ) -> Result<HashMap<String, Option<(NodeId, QualifiedName)>>> {
        let index = self.index().await?;
        let mut problems = Vec::new();
        let mut tables = HashMap::new();
        for table in tables_of(text, dialect) {
            let wanted = DatasetName { namespace: None, name: table.clone() };
            let found = match index.find(&wanted) {
                Meant::One(id) => self.named(id).await?,
                Meant::Several(all) => {
                    let message = format!("expected one dataset, and `{table}` could be {}", all.join(" or "));
                    problems.push(Problem { place: table.clone(), message, candidates: all });
                    None
                }
                Meant::None(_) => None,
            };
            if let Some((_, name)) = &found {
                self.schemata.load(self.store, std::slice::from_ref(name), self.at).await?;
            }
            tables.insert(table, found);
        }
        if problems.is_empty() { Ok(tables) } else { Err(ImpactError::Proposal(problems)) }
    }

    async fn named(&self, id: NodeId) -> Result<Option<(NodeId, QualifiedName)>> {
        let node = self.store.nodes(&[id], self.at).await?.into_iter().flatten().next();
        Ok(node.and_then(|node| match &node.name {
            NodeName::Dataset(name) => Some((id, name.clone())),
            _ => None,
        }))
    }
}

fn dialect_named(name: &str) -> Result<binding::Dialect> {
    binding::Dialect::from_name(name.trim()).map_err(|unknown| wrong("dialect", unknown.to_string()))
}

fn wrong(place: &str, message: String) -> ImpactError {
    ImpactError::Proposal(vec![Problem::new(place, message)])
}

/// A text being turned into changes.
struct Ddl<'a> {
    text: &'a str,
    dialect: &'static str,
    tables: &'a HashMap<String, Option<(NodeId, QualifiedName)>>,
    /// As the text has left them so far, by the names it gives them.
    shapes: HashMap<&'a str, Shape>,
    changes: Vec<Change>,
    problems: Vec<Problem>,
}

impl<'a> Ddl<'a> {
    fn problem(&mut self, at: u32, message: impl Into<String>) {
        let (line, column) = line_and_column(self.text, at);
        self.problems.push(Problem::new(format!("line {line}, column {column}"), message));
    }

    fn take(&mut self, redefinition: &'a Redefinition) {
        let known = self.tables.get(&redefinition.table).cloned().flatten();
        let Some((_, name)) = known else {
            let is_new = matches!(redefinition.what, Redefined::Columns(_) | Redefined::Query);
            if !is_new && !self.is_optional(redefinition) {
                let message = format!("expected a dataset of the catalog, found `{}`", redefinition.table);
                self.problem(redefinition.span.0, message);
            }
            return;
        };
        let change = |op| Change {
            op,
            dataset: DatasetName { namespace: Some(name.namespace.clone()), name: name.name.clone() },
            column: None,
            to: None,
            data_type: None,
            nullable: None,
            query: None,
            dialect: None,
        };
        match &redefinition.what {
            Redefined::Dropped => self.changes.push(change(Op::DropDataset)),
            Redefined::Renamed(to) => {
                let to = beside(&name, to);
                self.changes.push(Change { to: Some(to), ..change(Op::RenameDataset) });
            }
            Redefined::Query => {
                let (start, end) = redefinition.span;
                let query = Query {
                    text: self.text.get(start as usize..end as usize).unwrap_or_default().to_owned(),
                    dialect: Some(self.dialect.to_owned()),
                };
                self.changes.push(Change {
                    query: Some(query.text),
                    dialect: query.dialect,
                    ..change(Op::ReplaceQuery)
                });
            }
            Redefined::Columns(columns) => {
                let before = self.shapes.insert(&redefinition.table, columns.clone()).unwrap_or_default();
                self.changes.extend(columns_changed(&name, &before, columns, &change));
            }
            Redefined::Otherwise => {}
        }
    }

    /// Whether the statement says `IF EXISTS`.
    fn is_optional(&self, redefinition: &Redefinition) -> bool {
        let (start, end) = redefinition.span;
        let text = self.text.get(start as usize..end as usize).unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().collect();
        words.windows(2).any(|pair| pair[0].eq_ignore_ascii_case("if") && pair[1].eq_ignore_ascii_case("exists"))
    }

    fn done(self) -> Result<Proposal> {
        if !self.problems.is_empty() {
            return Err(ImpactError::Proposal(self.problems));
        }
        Ok(Proposal { title: None, changes: self.changes })
    }
}

/// The changes between two lists of columns; one that another takes the place of is renamed.
fn columns_changed(name: &QualifiedName, before: &Shape, after: &Shape, change: &dyn Fn(Op) -> Change) -> Vec<Change> {
    let key = |column: &str| column_key(&name.namespace, column);
    let has = |shape: &Shape, column: &str| shape.iter().any(|(other, _)| key(other) == key(column));
    let mut changes = Vec::new();
    let mut renamed = Vec::new();
    for (at, (column, data_type)) in before.iter().enumerate() {
        let of = |op| Change { column: Some(column.clone()), ..change(op) };
        if let Some((_, now)) = after.iter().find(|(other, _)| key(other) == key(column)) {
            if now.is_some() && !compare::same_type(data_type, now) {
                changes.push(Change { data_type: now.clone(), ..of(Op::RetypeColumn) });
            }
            continue;
        }
        let successor = after.get(at).filter(|(other, _)| before.len() == after.len() && !has(before, other));
        match successor {
            Some((to, now)) => {
                renamed.push(to.clone());
                changes.push(Change { to: Some(to.clone()), ..of(Op::RenameColumn) });
                if now.is_some() && !compare::same_type(data_type, now) {
                    let column = Some(to.clone());
                    changes.push(Change { column, data_type: now.clone(), ..change(Op::RetypeColumn) });
                }
            }
            None => changes.push(of(Op::DropColumn)),
        }
    }
    for (column, data_type) in after.iter().filter(|(column, _)| !has(before, column) && !renamed.contains(column)) {
        changes.push(Change { column: Some(column.clone()), data_type: data_type.clone(), ..change(Op::AddColumn) });
    }
    changes
}
