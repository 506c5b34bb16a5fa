//! Node rows: found or made by name, versioned, begun and ended.

use super::Apply;
use super::outcome::{NewNode, flag};
use super::tables::{Found, NodeRow, Tables, Version};
use crate::ids::ContentId;
use crate::model::{NodeKind, NodeName, QualifiedName};
use crate::names;
use crate::records::Body;
use crate::store::{ChangeKind, Result, StoreError};

/// Where a node stands and what it is called.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub parent: u32,
    pub kind: NodeKind,
    pub key: &'a str,
    pub name: &'a str,
}

/// How a node comes to be known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mention {
    /// An input names it: it is there.
    Named,
    /// An input names it as another name of a dataset only.
    Alias,
    /// Only lineage leads to it: it is there as long as an edge is.
    ByEdge,
    /// A column of the current schema.
    Declared,
}

impl Mention {
    fn flags(self) -> u8 {
        match self {
            Mention::Named => flag::MENTIONED,
            Mention::Alias => flag::MENTIONED | flag::NOMINAL,
            Mention::ByEdge => 0,
            Mention::Declared => flag::DECLARED,
        }
    }
}

/// The hash under which the topology knows a key. Case does not count, since one dataset may have names on platforms
/// with different case rules.
pub(crate) fn key_hash(key: &str) -> u64 {
    let id = ContentId::of(key.to_lowercase().as_bytes());
    u64::from_le_bytes(id.0[..8].try_into().expect("a content id has 16 bytes"))
}

impl<T: Tables> Apply<'_, T> {
    pub(super) fn dataset(&mut self, name: &QualifiedName) -> Result<u32> {
        if let Some(id) = self.datasets.get(name) {
            return Ok(*id);
        }
        let id = self.dataset_as(name, Mention::Named)?;
        self.datasets.insert(name.clone(), id);
        Ok(id)
    }

    pub(super) fn dataset_as(&mut self, name: &QualifiedName, mention: Mention) -> Result<u32> {
        let parent = self.namespace(&name.namespace)?;
        let key = names::key(&NodeName::Dataset(name.clone()));
        let before = self.counters.node;
        let id = self.node(Place { parent, kind: NodeKind::Dataset, key: &key, name: name.name.trim() }, mention)?;
        if self.counters.node != before {
            self.out.named.push((id, name.clone()));
        }
        Ok(id)
    }

    pub(super) fn job(&mut self, name: &QualifiedName) -> Result<u32> {
        let parent = self.namespace(&name.namespace)?;
        let key = names::key(&NodeName::Job(name.clone()));
        self.node(Place { parent, kind: NodeKind::Job, key: &key, name: &key }, Mention::Named)
    }

    fn namespace(&mut self, namespace: &str) -> Result<u32> {
        if let Some(id) = self.namespaces.get(namespace) {
            return Ok(*id);
        }
        let key = names::namespace_key(namespace);
        let id = self
            .node(Place { parent: 0, kind: NodeKind::Namespace, key: &key, name: namespace.trim() }, Mention::Named)?;
        self.namespaces.insert(namespace.to_owned(), id);
        Ok(id)
    }

    /// An owner or a tag.
    pub(super) fn label(&mut self, name: &NodeName) -> Result<u32> {
        let (NodeName::Owner(text) | NodeName::Tag(text)) = name else {
            return Err(StoreError::Refused("only owners and tags are labels".to_owned()));
        };
        self.node(Place { parent: 0, kind: name.kind(), key: &names::key(name), name: text.trim() }, Mention::ByEdge)
    }

    /// Finds a node or makes it. A node of which only an edge knows is not there yet: `settle` decides.
    pub(super) fn node(&mut self, place: Place<'_>, mention: Mention) -> Result<u32> {
        match self.tables.node(place.parent, place.kind, place.key)? {
            Some(found) => self.mention(found, place.name, mention),
            None => self.insert(place, mention, &Body::default()),
        }
    }

    /// The id of a node that may or may not be there.
    pub(super) fn known(&self, parent: u32, kind: NodeKind, key: &str) -> Result<Option<u32>> {
        Ok(self.tables.node(parent, kind, key)?.map(|found| found.id))
    }

    /// Of several spellings the least is shown, whichever came first.
    fn mention(&mut self, found: Found, name: &str, mention: Mention) -> Result<u32> {
        if mention == Mention::ByEdge {
            return Ok(found.id);
        }
        if name < found.name.as_str() {
            self.tables.rename_node(found.id, name)?;
            self.out.respelled = true;
            self.touch(found.id, ChangeKind::Updated);
        }
        let mut flags = found.flags | flag::MENTIONED;
        if mention == Mention::Named {
            flags &= !flag::NOMINAL;
        } else if found.flags & flag::MENTIONED == 0 {
            flags |= flag::NOMINAL;
        }
        if flags != found.flags {
            self.set_flags(found.id, flags)?;
        }
        if found.ended {
            self.begin(found.id)?;
        }
        Ok(found.id)
    }

    pub(super) fn insert(&mut self, place: Place<'_>, mention: Mention, body: &Body) -> Result<u32> {
        let Place { parent, kind, key, name } = place;
        let id = self.counters.node;
        self.counters.node =
            id.checked_add(1).ok_or_else(|| StoreError::Refused("the store is full of nodes".to_owned()))?;
        let ended = (mention == Mention::ByEdge).then_some(self.revision);
        let (created, flags) = (self.revision, mention.flags());
        self.tables.insert_node(&NodeRow { id, kind, parent, key, name, created, ended, flags, body })?;
        self.out.new_nodes.push(NewNode {
            kind,
            parent,
            key_hash: key_hash(key),
            flags,
            created,
            ended: ended.unwrap_or(u32::MAX),
        });
        if ended.is_none() {
            self.touch(id, ChangeKind::Created);
        }
        Ok(id)
    }

    /// The flags of a node, as memory and this commit have them.
    pub(super) fn flags(&self, id: u32) -> u8 {
        let changed = self.out.flags.get(&id).or_else(|| self.before.flags.get(&id));
        let began = || self.begun(id).map_or_else(|| self.tables.flags(id), |node| node.flags);
        changed.copied().unwrap_or_else(began)
    }

    /// Whether a node is there, as memory and this commit have it.
    fn is_there(&self, id: u32) -> bool {
        let moved = self.out.spans.get(&id).or_else(|| self.before.spans.get(&id));
        let began = || self.begun(id).map_or_else(|| self.tables.is_there(id), |node| node.ended == u32::MAX);
        moved.map_or_else(began, |(_, ended)| *ended == u32::MAX)
    }

    /// A node that this commit has made. Ids are given in order.
    fn begun(&self, id: u32) -> Option<&NewNode> {
        let place = id.checked_sub(self.tables.first_new())? as usize;
        let before = &self.before.new_nodes;
        before.get(place).or_else(|| self.out.new_nodes.get(place.wrapping_sub(before.len())))
    }

    /// Whether the life cycle of a dataset is watched.
    pub(super) fn is_watched(&self, id: u32) -> bool {
        self.flags(id) & flag::LIFECYCLE != 0
    }

    pub(super) fn set_flags(&mut self, id: u32, flags: u8) -> Result<()> {
        self.tables.set_flags(id, flags)?;
        self.out.flags.insert(id, flags);
        Ok(())
    }

    /// Changes what a node is; a new version begins when that makes a difference.
    pub(super) fn revise(&mut self, id: u32, change: impl FnOnce(&mut Body)) -> Result<bool> {
        let current = self.tables.version(id)?;
        let mut body = current.body.clone();
        change(&mut body);
        if body == current.body {
            return Ok(false);
        }
        self.write_version(id, &current, &body)?;
        Ok(true)
    }

    /// Writes `body` as the version from this revision on.
    pub(super) fn write_version(&mut self, id: u32, current: &Version, body: &Body) -> Result<()> {
        if current.since < self.revision && !current.ended {
            self.tables.keep_past(id, self.revision)?;
        }
        let since = if current.ended { current.since } else { self.revision };
        self.tables.write_version(id, since, body)?;
        if !current.ended {
            self.touch(id, ChangeKind::Updated);
        }
        Ok(())
    }

    /// Makes a node that was not there begin.
    pub(super) fn begin(&mut self, id: u32) -> Result<()> {
        let created = self.tables.begin_node(id, self.revision)?;
        self.out.spans.insert(id, (created, u32::MAX));
        self.touch(id, ChangeKind::Created);
        Ok(())
    }

    /// Makes a node end; its last version stays in its past.
    pub(super) fn end(&mut self, id: u32) -> Result<()> {
        let (since, created) = self.tables.span(id)?;
        if since < self.revision {
            self.tables.keep_past(id, self.revision)?;
        }
        self.tables.end_node(id, self.revision)?;
        self.out.spans.insert(id, (created, self.revision));
        self.touch(id, ChangeKind::Ended);
        Ok(())
    }

    /// Begins and ends nodes that are there only while something holds them.
    pub(super) fn settle(&mut self) -> Result<()> {
        while let Some(id) = self.unsettled.pop_first() {
            let wanted = self.flags(id) & (flag::MENTIONED | flag::DECLARED) != 0 || self.has_edges(id);
            match (wanted, self.is_there(id)) {
                (true, false) => self.begin(id)?,
                (false, true) => self.end(id)?,
                (true, true) | (false, false) => {}
            }
        }
        Ok(())
    }

    /// Has `settle` look at a node that an edge leads to, unless it is there.
    pub(super) fn unsettle(&mut self, id: u32) {
        if !self.is_there(id) {
            self.unsettled.insert(id);
        }
    }

    fn has_edges(&self, id: u32) -> bool {
        let stored = if id < self.tables.first_new() { self.tables.degree(id) } else { 0 };
        let pending = |degrees: &std::collections::HashMap<u32, i32>| degrees.get(&id).copied().unwrap_or(0);
        stored as i64 + i64::from(pending(&self.before.degrees)) + i64::from(pending(&self.out.degrees)) > 0
    }
}
