//! Reads from the store what is to be indexed. A column is indexed with what it has from its dataset, a dataset with
//! the names of its columns, so that a change to the one may touch the other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::future::try_join_all;
use graph::{ChangeKind, FeedEntry, Node, NodeId, NodeKind, NodeName, Revision, Scan, Store, StoreError};
use tantivy::TantivyDocument;

use crate::document;
use crate::fields::Fields;

/// Nodes read from the store at once.
pub const AT_ONCE: usize = 256;
/// Datasets whose columns are read and held at once.
pub const DATASETS_AT_ONCE: usize = 16;

type Result<T> = std::result::Result<T, StoreError>;

/// A node with what its document needs.
pub enum Piece {
    /// A dataset, its columns' names, and the columns themselves when they are to be indexed too.
    Dataset {
        node: Arc<Node>,
        names: Vec<NodeName>,
        columns: Vec<Arc<Node>>,
    },
    Column {
        node: Arc<Node>,
        dataset: Arc<Node>,
    },
    Other(Arc<Node>),
}

impl Piece {
    /// The ids that the piece's documents have.
    pub fn ids(&self) -> Vec<NodeId> {
        match self {
            Piece::Dataset { node, columns, .. } => {
                std::iter::once(node.id).chain(columns.iter().map(|c| c.id)).collect()
            }
            Piece::Column { node, .. } | Piece::Other(node) => vec![node.id],
        }
    }

    pub fn documents(&self, fields: &Fields) -> Vec<TantivyDocument> {
        match self {
            Piece::Dataset { node, names, columns } => {
                let own = document::dataset(fields, node, names);
                std::iter::once(own)
                    .chain(columns.iter().map(|column| document::column(fields, column, node)))
                    .collect()
            }
            Piece::Column { node, dataset } => vec![document::column(fields, node, dataset)],
            Piece::Other(node) => vec![document::other(fields, node)],
        }
    }
}

/// What a stretch of the feed touches.
#[derive(Default, Debug)]
pub struct Touched {
    /// Nodes that did not exist before the stretch, so that no document of theirs is to be taken away.
    pub created: BTreeSet<NodeId>,
    pub nodes: BTreeSet<NodeId>,
}

impl Touched {
    /// Edges alone change nothing of a document: owners and tags are also said by the node.
    pub fn of(entries: &[FeedEntry]) -> Touched {
        let mut touched = Touched::default();
        for (id, change) in entries.iter().flat_map(|entry| &entry.nodes) {
            match change {
                ChangeKind::Linked => continue,
                ChangeKind::Created if !touched.nodes.contains(id) => {
                    touched.created.insert(*id);
                }
                ChangeKind::Created | ChangeKind::Updated | ChangeKind::Ended => {}
            }
            touched.nodes.insert(*id);
        }
        touched
    }
}

/// What is to be read and indexed for what was touched, by id; small, so that a long stretch can be held.
#[derive(Default, Debug)]
pub struct Todo {
    /// Documents to take away: the nodes ended, or answer under another id now.
    pub gone: Vec<NodeId>,
    /// With a digest of what their columns have from them.
    pub datasets_with_columns: BTreeMap<NodeId, u64>,
    pub datasets: BTreeSet<NodeId>,
    /// Columns by their dataset.
    pub columns: BTreeMap<NodeId, BTreeSet<NodeId>>,
    pub others: BTreeSet<NodeId>,
}

/// Sorts what was touched into what is to be done, all datasets with their columns.
pub async fn plan(store: &dyn Store, touched: &Touched, at: Revision) -> Result<Todo> {
    let mut todo = Todo::default();
    let ids: Vec<NodeId> = touched.nodes.iter().copied().collect();
    for some in ids.chunks(AT_ONCE) {
        for (id, node) in some.iter().zip(store.nodes(some, at).await?) {
            let Some(node) = node else {
                todo.gone.push(*id);
                continue;
            };
            if node.id != *id {
                todo.gone.push(*id);
            }
            todo.add(&node);
        }
    }
    todo.columns = by_representative(store, todo.columns, at).await?;
    Ok(todo)
}

/// A column's parent may be a dataset that is one with another, and then the other has the document.
async fn by_representative(
    store: &dyn Store,
    columns: BTreeMap<NodeId, BTreeSet<NodeId>>,
    at: Revision,
) -> Result<BTreeMap<NodeId, BTreeSet<NodeId>>> {
    let parents: Vec<NodeId> = columns.keys().copied().collect();
    let mut found: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
    for some in parents.chunks(AT_ONCE) {
        for (parent, dataset) in some.iter().zip(store.nodes(some, at).await?) {
            if let Some(dataset) = dataset {
                found.entry(dataset.id).or_default().extend(&columns[parent]);
            }
        }
    }
    Ok(found)
}

impl Todo {
    fn add(&mut self, node: &Node) {
        match node.name.kind() {
            NodeKind::Dataset => {
                self.datasets_with_columns.insert(node.id, document::inherited(node));
            }
            NodeKind::Column => {
                if let Some(dataset) = node.parent {
                    self.columns.entry(dataset).or_default().insert(node.id);
                }
            }
            NodeKind::Job | NodeKind::Owner | NodeKind::Tag => {
                self.others.insert(node.id);
            }
            NodeKind::Namespace => {}
        }
    }

    /// Leaves the columns of a dataset as they are when they were indexed with what it gives them now; leaves out
    /// columns that are read with their dataset; indexes a dataset anew when a column of it is.
    pub fn settle(&mut self, indexed_with: &HashMap<NodeId, u64>) {
        let same = |id: &NodeId, digest: &mut u64| indexed_with.get(id) == Some(&*digest);
        let unchanged: Vec<NodeId> = self.datasets_with_columns.extract_if(.., same).map(|(id, _)| id).collect();
        self.datasets.extend(unchanged);
        self.columns.retain(|dataset, _| !self.datasets_with_columns.contains_key(dataset));
        self.datasets.extend(self.columns.keys());
    }
}

/// Datasets with the names of their columns, and the columns themselves when `with_columns`.
pub async fn datasets(store: &dyn Store, ids: &[NodeId], at: Revision, with_columns: bool) -> Result<Vec<Piece>> {
    let nodes = store.nodes(ids, at).await?;
    let found = nodes.into_iter().flatten();
    try_join_all(found.map(|node| async move {
        let columns = columns_of(store, node.id, at).await?;
        let names = columns.iter().map(|column| column.name.clone()).collect();
        Ok(Piece::Dataset { node, names, columns: if with_columns { columns } else { Vec::new() } })
    }))
    .await
}

/// Columns, each with its dataset; one without a dataset is left out.
pub async fn columns(store: &dyn Store, of: &[(NodeId, NodeId)], at: Revision) -> Result<Vec<Piece>> {
    let (datasets, ids): (Vec<NodeId>, Vec<NodeId>) = of.iter().copied().unzip();
    let parents: BTreeSet<NodeId> = datasets.iter().copied().collect();
    let parents: Vec<NodeId> = parents.into_iter().collect();
    let parent_nodes: HashMap<NodeId, Arc<Node>> = parents
        .iter()
        .copied()
        .zip(store.nodes(&parents, at).await?)
        .filter_map(|(id, node)| Some((id, node?)))
        .collect();
    let nodes = store.nodes(&ids, at).await?;
    let pairs = nodes.into_iter().zip(&datasets);
    Ok(pairs
        .filter_map(|(node, dataset)| Some(Piece::Column { node: node?, dataset: parent_nodes.get(dataset)?.clone() }))
        .collect())
}

pub async fn others(store: &dyn Store, ids: &[NodeId], at: Revision) -> Result<Vec<Piece>> {
    Ok(store.nodes(ids, at).await?.into_iter().flatten().map(Piece::Other).collect())
}

async fn columns_of(store: &dyn Store, dataset: NodeId, at: Revision) -> Result<Vec<Arc<Node>>> {
    let mut columns = Vec::new();
    let mut after = None;
    loop {
        let scan = Scan { kind: NodeKind::Column, parent: Some(dataset), after, limit: AT_ONCE, at };
        let ids = store.scan(scan).await?;
        columns.extend(store.nodes(&ids, at).await?.into_iter().flatten());
        match ids.last() {
            Some(last) if ids.len() == AT_ONCE => after = Some(*last),
            Some(_) | None => return Ok(columns),
        }
    }
}
