//! From a proposal to what becomes of each dataset that it names.

use std::collections::BTreeMap;
use std::sync::Arc;

use graph::names::column_key;
use graph::{Node, NodeId, NodeName, QualifiedName, Query, Revision, Store};

use super::effect::Effect;
use super::index::{Index, Meant};
use super::proposal::{Change, Op, Problem, Proposal};
use super::schemata::{Schemata, Shape};
use crate::{ImpactError, Result};

/// Why a column has other values that nobody made other.
const MEANING: &str = "means something else";
const NULLABLE: &str = "may be null";

/// A dataset that the proposal changes.
pub(super) struct Edited {
    pub node: Arc<Node>,
    pub name: QualifiedName,
    pub effect: Effect,
    /// It no longer takes nulls.
    pub strict: Vec<String>,
    /// How it is to be made from now on.
    pub query: Option<Query>,
}

/// Everything that a proposal edits, by dataset; the changes are made one after the other.
pub(super) async fn edited(
    store: &dyn Store,
    at: Revision,
    index: &Index,
    proposal: &Proposal,
    schemata: &mut Schemata,
) -> Result<BTreeMap<NodeId, Edited>> {
    let mut all: BTreeMap<NodeId, Edited> = BTreeMap::new();
    let mut problems = proposal.problems();
    for (place, change) in proposal.changes.iter().enumerate() {
        let place = format!("changes[{place}]");
        let id = match meant(index, change, &place) {
            Ok(id) => id,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let Some(node) = store.nodes(&[id], at).await?.into_iter().flatten().next() else { continue };
        let NodeName::Dataset(name) = &node.name else { continue };
        schemata.load(store, &named(name, change), at).await?;
        let known = known_columns(store, id, at).await?;
        let edited = all.entry(id).or_insert_with(|| Edited {
            node: Arc::clone(&node),
            name: name.clone(),
            effect: Effect::default(),
            strict: Vec::new(),
            query: None,
        });
        let mut edit = Edit { id, known: &known, edited, schemata };
        if let Err(message) = edit.make(change) {
            problems.push(problem_of(&message, change, &place, &edit));
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(ImpactError::Proposal(problems)) }
}

fn meant(index: &Index, change: &Change, place: &str) -> std::result::Result<NodeId, Problem> {
    let asked = &change.dataset.name;
    let (message, candidates) = match index.find(&change.dataset) {
        Meant::One(id) => return Ok(id),
        Meant::Several(all) => (format!("expected one dataset, and `{asked}` could be {}", all.join(" or ")), all),
        Meant::None(near) if near.is_empty() => (format!("expected a dataset of the catalog, found `{asked}`"), near),
        Meant::None(near) => {
            (format!("expected a dataset of the catalog, found `{asked}`; there is {}", near.join(", ")), near)
        }
    };
    Err(Problem { place: format!("{place}.dataset"), message, candidates })
}

/// The dataset, and the name that it is to get.
fn named(name: &QualifiedName, change: &Change) -> Vec<QualifiedName> {
    let new = change.to.as_deref().filter(|_| change.op == Op::RenameDataset);
    let new = new.map(|to| QualifiedName::new(name.namespace.as_str(), beside(name, to)));
    new.into_iter().chain([name.clone()]).collect()
}

/// The names of all columns, also of those that only lineage mentions.
async fn known_columns(store: &dyn Store, dataset: NodeId, at: Revision) -> Result<Vec<String>> {
    let columns = crate::outgoing::columns(store, &[dataset], at).await?;
    let ids: Vec<NodeId> = columns.into_keys().collect();
    let nodes = store.nodes(&ids, at).await?;
    let named = nodes.into_iter().flatten().filter_map(|node| match &node.name {
        NodeName::Column(_, path) => Some(path.clone()),
        _ => None,
    });
    Ok(named.collect())
}

fn problem_of(message: &str, change: &Change, place: &str, edit: &Edit<'_>) -> Problem {
    let wanted = change.column.as_deref().unwrap_or_default().to_lowercase();
    let mut near: Vec<(usize, &String)> =
        edit.known.iter().map(|name| (strsim::damerau_levenshtein(&wanted, &name.to_lowercase()), name)).collect();
    near.retain(|(distance, name)| *distance > 0 && *distance <= 1 + name.len() / 3);
    near.sort();
    let candidates: Vec<String> = near.into_iter().take(5).map(|(_, name)| name.clone()).collect();
    let field = match change.op {
        Op::RenameDataset => "to",
        _ => "column",
    };
    let near = if candidates.is_empty() { String::new() } else { format!("; there is {}", candidates.join(", ")) };
    Problem { place: format!("{place}.{field}"), message: format!("{message}{near}"), candidates }
}

/// One dataset being edited.
struct Edit<'a> {
    id: NodeId,
    known: &'a [String],
    edited: &'a mut Edited,
    schemata: &'a mut Schemata,
}

impl Edit<'_> {
    fn make(&mut self, change: &Change) -> std::result::Result<(), String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default().trim().to_owned();
        if let Some(gone) = &self.edited.effect.gone {
            return Err(format!("expected a dataset that is still there, and `{}` {gone}", self.edited.name.name));
        }
        let column = text(&change.column);
        match change.op {
            Op::DropColumn => self.drop(&column),
            Op::RenameColumn => self.rename(&column, &text(&change.to)),
            Op::RetypeColumn => self.retype(&column, &text(&change.data_type)),
            Op::SetNullable => self.nullable(&column, change.nullable.unwrap_or_default()),
            Op::AddColumn => self.add(&column, change.data_type.clone()),
            Op::ChangeMeaning if column.is_empty() => {
                self.known.iter().for_each(|name| self.other_values(name, MEANING));
                Ok(())
            }
            Op::ChangeMeaning => self.there(&column).map(|name| self.other_values(&name, MEANING)),
            Op::DropDataset => {
                self.edited.effect.gone = Some("is dropped".to_owned());
                self.schemata.unname(self.id);
                Ok(())
            }
            Op::RenameDataset => self.rename_dataset(&text(&change.to)),
            Op::ReplaceQuery => {
                self.edited.query = Some(Query { text: text(&change.query), dialect: change.dialect.clone() });
                Ok(())
            }
        }
    }

    fn key(&self, column: &str) -> String {
        column_key(&self.edited.name.namespace, column)
    }

    fn shape(&self) -> Option<Shape> {
        self.schemata.now(self.id).cloned()
    }

    /// The column as it is spelled; one that is not there, or is no longer, is an error.
    fn there(&self, column: &str) -> std::result::Result<String, String> {
        let key = self.key(column);
        if let Some(lost) = self.edited.effect.lost.get(&key) {
            return Err(format!("expected a column that is still there, and `{column}` {lost}"));
        }
        let gained = self.edited.effect.gained.iter();
        let found = self.known.iter().chain(gained).find(|name| self.key(name) == key);
        found.cloned().ok_or_else(|| format!("expected a column of `{}`, found `{column}`", self.edited.name.name))
    }

    fn free(&self, column: &str) -> std::result::Result<(), String> {
        let key = self.key(column);
        let lost = self.edited.effect.lost.contains_key(&key);
        let taken =
            self.edited.effect.gained.contains(&key) || !lost && self.known.iter().any(|name| self.key(name) == key);
        if taken { Err(format!("expected a name that is free, and `{column}` is a column already")) } else { Ok(()) }
    }

    fn drop(&mut self, column: &str) -> std::result::Result<(), String> {
        let name = self.there(column)?;
        self.lose(&name, "is dropped");
        if let Some(mut shape) = self.shape() {
            let key = self.key(&name);
            shape.retain(|(path, _)| !within(&self.key(path), &key));
            self.schemata.propose(self.id, Some(shape));
        }
        Ok(())
    }

    /// A column with all that it holds is no longer there.
    fn lose(&mut self, name: &str, how: &str) {
        let key = self.key(name);
        for path in self.known.iter().map(|path| self.key(path)).filter(|path| within(path, &key)).collect::<Vec<_>>() {
            self.edited.effect.lost.insert(path, how.to_owned());
        }
        self.edited.effect.gained.remove(&key);
    }

    fn rename(&mut self, column: &str, to: &str) -> std::result::Result<(), String> {
        let name = self.there(column)?;
        let (old, new) = (self.key(&name), self.key(to));
        if old != new {
            self.free(to)?;
            self.lose(&name, &format!("is renamed to {to}"));
            self.edited.effect.renamed.insert(old.clone(), new.clone());
            self.edited.effect.gained.insert(new);
        }
        if let Some(mut shape) = self.shape() {
            for (path, _) in shape.iter_mut().filter(|(path, _)| within(&self.key(path), &old)) {
                *path = format!("{to}{}", &path[name.len().min(path.len())..]);
            }
            self.schemata.propose(self.id, Some(shape));
        }
        Ok(())
    }

    fn retype(&mut self, column: &str, to: &str) -> std::result::Result<(), String> {
        let name = self.there(column)?;
        let key = self.key(&name);
        let mut before = None;
        if let Some(mut shape) = self.shape() {
            for (_, data_type) in shape.iter_mut().filter(|(path, _)| self.key(path) == key) {
                before = data_type.replace(to.to_owned());
            }
            self.schemata.propose(self.id, Some(shape));
        }
        self.edited.effect.retyped.insert(key, (before, Some(to.to_owned())));
        Ok(())
    }

    fn nullable(&mut self, column: &str, nullable: bool) -> std::result::Result<(), String> {
        let name = self.there(column)?;
        if nullable {
            self.other_values(&name, NULLABLE);
        } else {
            self.edited.strict.push(name);
        }
        Ok(())
    }

    fn add(&mut self, column: &str, data_type: Option<String>) -> std::result::Result<(), String> {
        self.free(column)?;
        let key = self.key(column);
        if self.edited.effect.lost.remove(&key).is_some() {
            let before = self.schemata.stored(self.id).and_then(|shape| {
                shape.iter().find(|(path, _)| self.key(path) == key).and_then(|(_, data_type)| data_type.clone())
            });
            self.edited.effect.retyped.insert(key.clone(), (before, data_type.clone()));
            self.edited.effect.values.insert(key, "is another column of that name".to_owned());
        } else {
            self.edited.effect.gained.insert(key);
        }
        if let Some(mut shape) = self.shape() {
            shape.push((column.to_owned(), data_type));
            self.schemata.propose(self.id, Some(shape));
        }
        Ok(())
    }

    fn other_values(&mut self, name: &str, why: &str) {
        let key = self.key(name);
        self.edited.effect.values.insert(key, why.to_owned());
    }

    fn rename_dataset(&mut self, to: &str) -> std::result::Result<(), String> {
        let new = QualifiedName::new(self.edited.name.namespace.as_str(), beside(&self.edited.name, to));
        if self.schemata.id(&new).is_some_and(|id| id != self.id && !self.schemata.is_gone(id)) {
            return Err(format!("expected a name that is free, and `{to}` is a dataset already"));
        }
        self.schemata.rename(self.id, &new);
        self.edited.effect.gone = Some(format!("is renamed to {to}"));
        Ok(())
    }
}

/// A new name with the outer parts of the old one, as far as it lacks them.
pub(super) fn beside(old: &QualifiedName, to: &str) -> String {
    let to = to.trim();
    if old.name.contains('/') || to.contains('/') {
        return to.to_owned();
    }
    let parts: Vec<&str> = old.name.split('.').collect();
    let outer = &parts[..parts.len().saturating_sub(to.split('.').count())];
    outer.iter().copied().chain([to]).collect::<Vec<_>>().join(".")
}

/// Whether a path is that of a column or of a field in it.
fn within(path: &str, column: &str) -> bool {
    path.strip_prefix(column).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
