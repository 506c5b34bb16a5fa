//! Which dataset a table in a query is.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use graph::derive::{QueryContext, Schemas};
use graph::names::{column_key, key};
use graph::{NodeName, QualifiedName};
use sql::{Catalog, Column, Dialect, Ident, TableName};

use crate::dialect::of_platform;
use crate::location;
use crate::names::Parts;

/// Whether a query reads a table or writes it; the run reports the one among its inputs, the other among its outputs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Read,
    Write,
}

/// Tables by name, in the light of one run, over the schemas of one revision.
pub(crate) struct Resolver<'a> {
    dialect: Dialect,
    schemas: &'a dyn Schemas,
    inputs: Vec<Parts<'a>>,
    outputs: Vec<Parts<'a>>,
    /// Tables as the query names them; only where one part of a name may mean several datasets.
    mentioned: Vec<TableName>,
    /// Every dataset whose columns were asked for; none where no schema tells them.
    asked: RefCell<HashMap<QualifiedName, Option<Rc<Known>>>>,
    unresolved: RefCell<BTreeMap<String, String>>,
}

/// Columns with types, in order.
type Columns = Vec<(String, Option<String>)>;

/// The columns of a dataset, to be found by name.
struct Known {
    columns: Columns,
    /// By key; of several the first.
    by_key: HashMap<String, usize>,
    by_lower_case: HashMap<String, usize>,
}

impl Known {
    fn new(namespace: &str, columns: Columns) -> Known {
        let (mut by_key, mut by_lower_case) = (HashMap::new(), HashMap::new());
        for (at, (name, _)) in columns.iter().enumerate() {
            by_key.entry(column_key(namespace, name)).or_insert(at);
            by_lower_case.entry(name.to_lowercase()).or_insert(at);
        }
        Known { columns, by_key, by_lower_case }
    }

    fn spelled(&self, key: &str, lower: &str) -> Option<&str> {
        let at = self.by_key.get(key).or_else(|| self.by_lower_case.get(lower))?;
        Some(self.columns[*at].0.as_str())
    }
}

impl<'a> Resolver<'a> {
    pub fn new(dialect: Dialect, context: &'a QueryContext, schemas: &'a dyn Schemas) -> Resolver<'a> {
        Resolver {
            dialect,
            schemas,
            inputs: context.inputs.iter().map(Parts::of).collect(),
            outputs: context.outputs.iter().map(Parts::of).collect(),
            mentioned: Vec::new(),
            asked: RefCell::default(),
            unresolved: RefCell::default(),
        }
    }

    /// Whether two datasets of the run have the same last part, so that it needs `mentioned` to tell them apart.
    pub fn has_namesakes(&self) -> bool {
        let last = |parts: &Parts<'_>| parts.parts.last().map(|part| part.to_lowercase());
        let all = || self.inputs.iter().chain(&self.outputs);
        let names: BTreeSet<(Option<String>, (String, String))> =
            all().map(|parts| (last(parts), identity(parts.dataset))).collect();
        let distinct: BTreeSet<Option<String>> = all().map(last).collect();
        names.len() > distinct.len()
    }

    pub fn mention(&mut self, tables: Vec<TableName>) {
        self.mentioned = tables;
    }

    /// The dataset that a table is; when nothing says it, that is noted.
    pub fn table(&self, name: &TableName, is_location: bool, role: Role) -> Option<QualifiedName> {
        let found = if is_location || location::is_address(name) {
            self.located(name.table(), role)
        } else {
            self.named(name, role)
        };
        match found {
            Ok(dataset) => Some(dataset),
            Err(reason) => {
                self.unresolved.borrow_mut().insert(name.to_string(), reason);
                None
            }
        }
    }

    /// The column as the dataset's own schema spells it, in another case if need be. Without a schema, or when it has
    /// not this column, as given; but in lower case where case does not count and the dataset is written in lower case.
    pub fn column(&self, dataset: &QualifiedName, column: &str) -> String {
        let wanted = column_key(&dataset.namespace, column);
        let lower = column.to_lowercase();
        let known = self.columns_of(dataset);
        if let Some(name) = known.as_ref().and_then(|known| known.spelled(&wanted, &lower)) {
            return name.to_owned();
        }
        let prefers_lower = wanted == column_key(&dataset.namespace, &lower) && !has_upper(&dataset.name);
        if prefers_lower { lower } else { column.to_owned() }
    }

    /// Every dataset whose columns were asked for.
    pub fn asked(&self) -> Vec<QualifiedName> {
        let mut asked: Vec<QualifiedName> = self.asked.borrow().keys().cloned().collect();
        asked.sort();
        asked
    }

    /// Tables that could not be told, with what is missing.
    pub fn unresolved(&self) -> BTreeMap<String, String> {
        self.unresolved.borrow().clone()
    }

    fn columns_of(&self, dataset: &QualifiedName) -> Option<Rc<Known>> {
        if let Some(known) = self.asked.borrow().get(dataset) {
            return known.clone();
        }
        let columns = self.schemas.columns(dataset);
        let known = columns.map(|columns| Rc::new(Known::new(&dataset.namespace, columns)));
        self.asked.borrow_mut().insert(dataset.clone(), known.clone());
        known
    }

    fn reported(&self, role: Role) -> [&[Parts<'a>]; 2] {
        match role {
            Role::Read => [&self.inputs, &self.outputs],
            Role::Write => [&self.outputs, &self.inputs],
        }
    }

    fn named(&self, name: &TableName, role: Role) -> Result<QualifiedName, String> {
        for list in self.reported(role) {
            let exact = distinct(list.iter().filter(|parts| parts.ends_like(&name.parts, self.dialect)));
            let loose = distinct(list.iter().filter(|parts| parts.ends_loosely_like(&name.parts)));
            for found in [exact, loose] {
                let found = if found.len() > 1 { self.not_named_fully(found, name) } else { found };
                match found.as_slice() {
                    [] => {}
                    [one] => return Ok((*one).clone()),
                    several => return Err(format!("expected one dataset of the run, found {}", listed(several))),
                }
            }
        }
        self.completed(&name.parts, role)
    }

    /// Of datasets that a short name may mean, those that the query does not name by a longer name: `orders` beside
    /// `raw.orders` is another.
    fn not_named_fully<'f>(&self, found: Vec<&'f QualifiedName>, name: &TableName) -> Vec<&'f QualifiedName> {
        let longer = || self.mentioned.iter().filter(|other| other.parts.len() > name.parts.len());
        let is_named = |dataset: &QualifiedName| {
            let parts = Parts::of(dataset);
            longer().any(|other| parts.ends_like(&other.parts, self.dialect) || parts.ends_loosely_like(&other.parts))
        };
        let (named, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|dataset| is_named(dataset));
        if others.is_empty() { named } else { others }
    }

    /// A table that the run did not report, on the server and in the schema of those that it did.
    fn completed(&self, idents: &[Ident], role: Role) -> Result<QualifiedName, String> {
        for list in self.reported(role) {
            let tables = list.iter().filter(|parts| !parts.is_path && of_platform(&parts.dataset.namespace).is_some());
            let beside: BTreeSet<QualifiedName> = tables.map(|parts| parts.beside(idents, self.dialect)).collect();
            let beside = distinct_names(beside);
            match beside.as_slice() {
                [] => {}
                [one] => return Ok(one.clone()),
                several => return self.known_one(several),
            }
        }
        Err(match idents.len() {
            1 => "expected a schema and a server, found neither in the query nor among the run's datasets".to_owned(),
            _ => "expected a server, found no dataset of the run that tells it".to_owned(),
        })
    }

    fn known_one(&self, candidates: &[QualifiedName]) -> Result<QualifiedName, String> {
        let mut known = candidates.iter().filter(|dataset| self.columns_of(dataset).is_some());
        match (known.next(), known.next()) {
            (Some(one), None) => Ok(one.clone()),
            _ => {
                let all: Vec<&QualifiedName> = candidates.iter().collect();
                Err(format!("expected a schema in the query, found that it could be {}", listed(&all)))
            }
        }
    }

    fn located(&self, address: &str, role: Role) -> Result<QualifiedName, String> {
        let [reported, _] = self.reported(role);
        let paths = || reported.iter().filter(|parts| parts.is_path).map(|parts| parts.dataset);
        if let Some(dataset) = location::dataset(address) {
            let holder = paths().find(|reported| location::is_within(&dataset, reported));
            return Ok(holder.cloned().unwrap_or(dataset));
        }
        let mut paths = paths();
        match (paths.next(), paths.next()) {
            (Some(one), None) => Ok(one.clone()),
            _ => Err("expected the address of a file, found a place that only its database knows".to_owned()),
        }
    }
}

impl Catalog for Resolver<'_> {
    fn columns(&self, table: &TableName) -> Option<Vec<Column>> {
        if location::is_address(table) {
            return None;
        }
        let dataset = self.named(table, Role::Read).ok()?;
        let known = self.columns_of(&dataset)?;
        let top = known.columns.iter().filter(|(path, _)| !is_nested(path, &known));
        Some(top.map(|(name, data_type)| Column { name: name.clone(), data_type: data_type.clone() }).collect())
    }
}

/// Whether a column of the same schema holds this one.
fn is_nested(path: &str, known: &Known) -> bool {
    let mut dots = path.match_indices('.').map(|(at, _)| path[..at].to_lowercase());
    dots.any(|parent| known.by_lower_case.contains_key(&parent))
}

/// Each dataset once, by the key that its platform compares.
fn distinct<'a>(found: impl Iterator<Item = &'a Parts<'a>>) -> Vec<&'a QualifiedName> {
    let by_key: BTreeMap<(String, String), &QualifiedName> =
        found.map(|parts| (identity(parts.dataset), parts.dataset)).collect();
    by_key.into_values().collect()
}

fn distinct_names(names: BTreeSet<QualifiedName>) -> Vec<QualifiedName> {
    let by_key: BTreeMap<(String, String), QualifiedName> =
        names.into_iter().map(|name| (identity(&name), name)).collect();
    by_key.into_values().collect()
}

pub(crate) fn identity(dataset: &QualifiedName) -> (String, String) {
    let namespace = key(&NodeName::Namespace(dataset.namespace.clone()));
    (namespace, key(&NodeName::Dataset(dataset.clone())))
}

fn has_upper(name: &str) -> bool {
    name.contains(char::is_uppercase)
}

fn listed(names: &[&QualifiedName]) -> String {
    let shown: Vec<String> =
        names.iter().take(4).map(|name| format!("\"{}\" of \"{}\"", name.name, name.namespace)).collect();
    shown.join(" and ")
}
