//! The schemas as they are and as they are proposed, side by side. The store is asked between bindings, never within one:
//! what a binding misses is noted, loaded, and the query bound again.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use graph::derive::Schemas;
use graph::names::key;
use graph::{NodeId, NodeKind, NodeName, QualifiedName, Revision, Scan, Store, dotted};

use crate::Result;

/// Columns read from the store at a time.
const SCAN: usize = 10_000;

/// Dotted paths with types, in order.
pub(super) type Shape = Vec<(String, Option<String>)>;
type Key = (String, String);

pub(super) fn identity(name: &QualifiedName) -> Key {
    (key(&NodeName::Namespace(name.namespace.clone())), key(&NodeName::Dataset(name.clone())))
}

#[derive(Default)]
pub(super) struct Schemata {
    /// Which dataset a name is; none for a name that nothing answers to.
    ids: HashMap<Key, Option<NodeId>>,
    /// None where no schema says what columns there are.
    stored: HashMap<NodeId, Option<Shape>>,
    proposed: HashMap<NodeId, Option<Shape>>,
    /// Names that a dataset is to get.
    new_names: HashMap<Key, NodeId>,
    /// Datasets that no longer answer to the names they have.
    gone: BTreeSet<NodeId>,
}

impl Schemata {
    /// What the names are and what columns they have.
    pub async fn load(&mut self, store: &dyn Store, names: &[QualifiedName], at: Revision) -> Result<()> {
        let new: Vec<&QualifiedName> = names.iter().filter(|name| !self.ids.contains_key(&identity(name))).collect();
        let asked: Vec<NodeName> = new.iter().map(|name| NodeName::Dataset((*name).clone())).collect();
        let found = store.resolve(&asked, at).await?;
        for (name, id) in new.iter().zip(&found) {
            self.ids.insert(identity(name), *id);
        }
        for id in found.into_iter().flatten().collect::<BTreeSet<_>>() {
            self.load_shape(store, id, at).await?;
        }
        Ok(())
    }

    async fn load_shape(&mut self, store: &dyn Store, id: NodeId, at: Revision) -> Result<()> {
        if self.stored.contains_key(&id) {
            return Ok(());
        }
        let mut columns = Vec::new();
        loop {
            let after = columns.last().copied();
            let page = store.scan(Scan { kind: NodeKind::Column, parent: Some(id), after, limit: SCAN, at }).await?;
            columns.extend(&page);
            if page.len() < SCAN {
                break;
            }
        }
        let nodes = store.nodes(&columns, at).await?;
        let fields = nodes.iter().flatten().filter_map(|node| node.ingested.field.as_ref());
        let mut fields: Vec<_> = fields.filter(|field| field.declared).collect();
        fields.sort_by_key(|field| field.position);
        let shape: Shape = fields.iter().map(|field| (dotted(&field.path), field.data_type.clone())).collect();
        self.stored.insert(id, Some(shape).filter(|shape| !shape.is_empty()));
        Ok(())
    }

    pub fn is_loaded(&self, name: &QualifiedName) -> bool {
        self.ids.contains_key(&identity(name))
    }

    /// Makes room for the next proposal.
    pub fn forget_proposals(&mut self) {
        self.proposed.clear();
        self.new_names.clear();
        self.gone.clear();
    }

    pub fn id(&self, name: &QualifiedName) -> Option<NodeId> {
        self.ids.get(&identity(name)).copied().flatten()
    }

    pub fn stored(&self, id: NodeId) -> Option<&Shape> {
        self.stored.get(&id)?.as_ref()
    }

    /// The columns under the proposal, as far as known.
    pub fn now(&self, id: NodeId) -> Option<&Shape> {
        self.proposed.get(&id).unwrap_or_else(|| self.stored.get(&id).unwrap_or(&None)).as_ref()
    }

    pub fn propose(&mut self, id: NodeId, shape: Option<Shape>) {
        self.proposed.insert(id, shape);
    }

    /// Takes its names from a dataset under the proposal.
    pub fn unname(&mut self, id: NodeId) {
        self.gone.insert(id);
    }

    pub fn is_gone(&self, id: NodeId) -> bool {
        self.gone.contains(&id)
    }

    /// Lets a dataset be called otherwise under the proposal.
    pub fn rename(&mut self, id: NodeId, to: &QualifiedName) {
        self.unname(id);
        self.new_names.insert(identity(to), id);
    }

    pub fn before(&self) -> Side<'_> {
        Side { schemata: self, proposed: false, missing: RefCell::default() }
    }

    pub fn after(&self) -> Side<'_> {
        Side { schemata: self, proposed: true, missing: RefCell::default() }
    }
}

/// The schemas without or with the proposal.
pub(super) struct Side<'a> {
    schemata: &'a Schemata,
    proposed: bool,
    missing: RefCell<BTreeSet<QualifiedName>>,
}

impl Side<'_> {
    /// Names that were asked for and are not loaded.
    pub fn missing(self) -> Vec<QualifiedName> {
        self.missing.into_inner().into_iter().collect()
    }
}

impl Schemas for Side<'_> {
    fn columns(&self, dataset: &QualifiedName) -> Option<Shape> {
        let key = identity(dataset);
        let Some(id) = self.schemata.ids.get(&key) else {
            self.missing.borrow_mut().insert(dataset.clone());
            return None;
        };
        if !self.proposed {
            return self.schemata.stored((*id)?).cloned();
        }
        let id = id.filter(|id| !self.schemata.gone.contains(id));
        self.schemata.now(self.schemata.new_names.get(&key).copied().or(id)?).cloned()
    }
}
