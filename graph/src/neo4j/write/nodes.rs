//! Nodes and their names as a commit sees them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::layers::{Layered, Members};
use super::needs::Place;
use super::overlay::Overlay;
use crate::apply::{Before, ColumnRow, Found, Names, NodeRow, Nodes, Version};
use crate::model::{NodeKind, QualifiedName};
use crate::records::{Body, Register};
use crate::store::Result;

/// A node as it is now.
#[derive(Clone)]
pub(super) struct NodeState {
    pub kind: NodeKind,
    pub parent: u32,
    pub key: String,
    pub name: String,
    pub created: u32,
    pub ended: Option<u32>,
    pub flags: u8,
    pub since: u32,
    pub body: Body,
    pub register: Register,
}

/// A version that ends: node, until when, and the node as it was.
pub(super) struct Past {
    pub id: u32,
    pub until: u32,
    pub state: Arc<NodeState>,
}

#[derive(Default)]
pub(super) struct NodeRows {
    pub states: Layered<u32, Arc<NodeState>>,
    pub places: Layered<Place, Option<u32>>,
    pub columns: Members<u32, u32>,
    pub past: Vec<Past>,
    pub degrees: HashMap<u32, usize>,
}

impl NodeRows {
    pub fn learn(&mut self, id: u32, state: NodeState) {
        self.places.learn((state.parent, state.kind as u8, state.key.clone()), Some(id));
        self.states.learn(id, Arc::new(state));
    }

    pub fn undo(&mut self) {
        self.states.undo();
        self.places.undo();
        self.columns.undo();
        self.past.clear();
    }

    pub fn keep(&mut self, is_new: impl Fn(&u32) -> bool) {
        self.states.keep();
        self.places.keep();
        self.columns.keep(is_new);
        self.past.clear();
    }
}

impl Overlay {
    /// A node as the commit has it.
    pub fn state(&self, id: u32) -> Option<&Arc<NodeState>> {
        let state = self.nodes.states.get(&id);
        if state.is_none() && !self.is_new(id) {
            self.need(|needs| needs.nodes.insert(id));
        }
        state
    }

    /// A node as it was before the commit.
    fn stored_state(&self, id: u32) -> Option<&Arc<NodeState>> {
        let state = self.nodes.states.stored(&id);
        if state.is_none() && !self.is_new(id) {
            self.need(|needs| needs.nodes.insert(id));
        }
        state
    }

    pub fn change_state(&mut self, id: u32, change: impl FnOnce(&mut NodeState)) {
        match self.nodes.states.change(&id) {
            Some(state) => change(Arc::make_mut(state)),
            None => self.need(|needs| needs.nodes.insert(id)),
        }
    }
}

impl Before for &mut Overlay {
    fn first_new(&self) -> u32 {
        self.start.node
    }

    fn flags(&self, id: u32) -> u8 {
        self.stored_state(id).map_or(0, |state| state.flags)
    }

    fn is_there(&self, id: u32) -> bool {
        self.stored_state(id).is_none_or(|state| state.ended.is_none())
    }

    fn degree(&self, id: u32) -> usize {
        self.nodes.degrees.get(&id).copied().unwrap_or_else(|| {
            self.need(|needs| needs.degrees.insert(id));
            1
        })
    }
}

impl Nodes for &mut Overlay {
    fn node(&self, parent: u32, kind: NodeKind, key: &str) -> Result<Option<Found>> {
        let place = (parent, kind as u8, key.to_owned());
        let found = match self.nodes.places.get(&place) {
            Some(found) => *found,
            None if self.is_new(parent) => None,
            None => {
                self.need(|needs| needs.places.insert(place));
                None
            }
        };
        let state = found.and_then(|id| Some((id, self.state(id)?)));
        Ok(state.map(|(id, state)| {
            let NodeState { name, flags, ended, .. } = state.as_ref();
            Found { id, name: name.clone(), flags: *flags, ended: ended.is_some() }
        }))
    }

    fn columns(&self, dataset: u32) -> Result<Vec<ColumnRow>> {
        let Some(columns) = self.nodes.columns.all(&dataset, self.is_new(dataset)) else {
            self.need(|needs| needs.columns.insert(dataset));
            return Ok(Vec::new());
        };
        let rows = columns.into_iter().filter_map(|id| {
            let NodeState { key, flags, since, ended, body, .. } = self.state(id)?.as_ref();
            let version = Version { since: *since, ended: ended.is_some(), body: body.clone() };
            Some(ColumnRow { key: key.clone(), id, flags: *flags, version })
        });
        Ok(rows.collect())
    }

    fn insert_node(&mut self, row: &NodeRow<'_>) -> Result<()> {
        let NodeRow { id, kind, parent, key, name, created, ended, flags, body } = *row;
        let (key, name, body, register) = (key.to_owned(), name.to_owned(), body.clone(), Register::new());
        self.nodes.places.write((parent, kind as u8, key.clone()), Some(id));
        let state = NodeState { kind, parent, key, name, created, ended, flags, since: created, body, register };
        self.nodes.states.write(id, Arc::new(state));
        if kind == NodeKind::Column {
            self.nodes.columns.add(parent, id);
        }
        Ok(())
    }

    fn version(&self, id: u32) -> Result<Version> {
        let version = self.state(id).map(|state| {
            let NodeState { since, ended, body, .. } = state.as_ref();
            Version { since: *since, ended: ended.is_some(), body: body.clone() }
        });
        Ok(version.unwrap_or_else(|| Version { since: 0, ended: false, body: Body::default() }))
    }

    fn write_version(&mut self, id: u32, since: u32, body: &Body) -> Result<()> {
        self.change_state(id, |state| (state.since, state.body) = (since, body.clone()));
        Ok(())
    }

    fn keep_past(&mut self, id: u32, until: u32) -> Result<()> {
        if let Some(state) = self.state(id).cloned() {
            self.nodes.past.push(Past { id, until, state });
        }
        Ok(())
    }

    fn span(&self, id: u32) -> Result<(u32, u32)> {
        Ok(self.state(id).map_or((0, 0), |state| (state.since, state.created)))
    }

    fn begin_node(&mut self, id: u32, at: u32) -> Result<u32> {
        let mut created = at;
        self.change_state(id, |state| {
            let was_there = state.ended.is_some_and(|ended| ended > state.created);
            (state.ended, state.since) = (None, at);
            state.created = if was_there { state.created } else { at };
            created = state.created;
        });
        Ok(created)
    }

    fn end_node(&mut self, id: u32, at: u32) -> Result<()> {
        self.change_state(id, |state| state.ended = Some(at));
        Ok(())
    }

    fn rename_node(&mut self, id: u32, name: &str) -> Result<()> {
        self.change_state(id, |state| state.name = name.to_owned());
        Ok(())
    }

    fn set_flags(&mut self, id: u32, flags: u8) -> Result<()> {
        self.change_state(id, |state| state.flags = flags);
        Ok(())
    }

    fn name(&self, id: u32) -> Result<QualifiedName> {
        let state = self.state(id);
        let space = state.and_then(|state| self.state(state.parent));
        let text = |state: Option<&Arc<NodeState>>| state.map_or_else(String::new, |state| state.name.clone());
        Ok(QualifiedName { namespace: text(space), name: text(state) })
    }
}

/// A link between two datasets: which, to which other name, code of the reason.
pub(super) type Link = (u32, u32, u8);

#[derive(Default)]
pub(super) struct NameRows {
    /// The current links at a dataset, in either direction.
    pub links: Members<u32, Link>,
    /// By the former name, the datasets that were ever said to have had it.
    pub renamed: Members<u32, u32>,
    pub begun: BTreeSet<Link>,
    pub ended: BTreeSet<Link>,
}

impl NameRows {
    pub fn undo(&mut self) {
        self.links.undo();
        self.renamed.undo();
        self.begun.clear();
        self.ended.clear();
    }

    pub fn keep(&mut self, is_new: impl Fn(&u32) -> bool) {
        self.links.keep(&is_new);
        self.renamed.keep(is_new);
        self.begun.clear();
        self.ended.clear();
    }
}

impl Overlay {
    fn links(&self, node: u32) -> BTreeSet<Link> {
        self.names.links.all(&node, self.is_new(node)).unwrap_or_else(|| {
            self.need(|needs| needs.links.insert(node));
            BTreeSet::new()
        })
    }
}

impl Names for &mut Overlay {
    fn note_renamed(&mut self, old: u32, node: u32) -> Result<()> {
        if !self.renamed_from(old)?.contains(&node) {
            self.names.renamed.add(old, node);
        }
        Ok(())
    }

    fn renamed_from(&self, old: u32) -> Result<Vec<u32>> {
        let renamed = self.names.renamed.all(&old, self.is_new(old)).unwrap_or_else(|| {
            self.need(|needs| needs.renamed.insert(old));
            BTreeSet::new()
        });
        Ok(renamed.into_iter().collect())
    }

    fn aliases(&self, node: u32) -> Result<Vec<(u32, u8)>> {
        let own = self.links(node).into_iter().filter(|link| link.0 == node);
        Ok(own.map(|(_, other, reason)| (other, reason)).collect())
    }

    fn namesakes(&self, node: u32) -> Result<Vec<u32>> {
        let others = self.links(node).into_iter().map(|(from, to, _)| if from == node { to } else { from });
        Ok(others.collect::<BTreeSet<u32>>().into_iter().collect())
    }

    fn begin_alias(&mut self, node: u32, (other, reason): (u32, u8), _: u32) -> Result<()> {
        let link = (node, other, reason);
        self.names.links.add(node, link);
        self.names.links.add(other, link);
        self.names.begun.insert(link);
        Ok(())
    }

    fn end_alias(&mut self, node: u32, (other, reason): (u32, u8), _: u32) -> Result<()> {
        let link = (node, other, reason);
        self.names.links.remove(node, link);
        self.names.links.remove(other, link);
        if !self.names.begun.remove(&link) {
            self.names.ended.insert(link);
        }
        Ok(())
    }
}
