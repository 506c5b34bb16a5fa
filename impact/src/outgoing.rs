//! What leaves a dataset: its columns' edges, the datasets it feeds, the jobs that read it.

use std::collections::{BTreeMap, HashMap, HashSet};

use graph::walk::{Causes, Reason};
use graph::{Edge, EdgeKind, EdgeKinds, Hop, NodeId, NodeKind, Revision, Scan, Store};

use crate::Result;

/// Columns read from the store at a time.
const SCAN: usize = 10_000;

/// Everything that depends on a dataset by one hop.
#[derive(Default, Debug)]
pub struct Outgoing {
    /// From each of its columns.
    pub columns: BTreeMap<NodeId, Vec<Edge>>,
    /// Datasets it feeds of which no column edge says how.
    pub unexplained: Vec<NodeId>,
    pub readers: Vec<NodeId>,
    /// Readers that write nothing from it, such as dashboards.
    pub sinks: Vec<NodeId>,
    /// Jobs that read it by a query that was not understood in full.
    pub causes: Causes,
}

/// Reads what leaves each of the datasets.
pub async fn outgoing(store: &dyn Store, datasets: &[NodeId], at: Revision) -> Result<HashMap<NodeId, Outgoing>> {
    let owner = columns(store, datasets, at).await?;
    let frontier: Vec<NodeId> = owner.keys().copied().collect();
    let column_edges = hop(store, &frontier, EdgeKinds::COLUMN, at).await?;
    let feeds = hop(store, datasets, EdgeKinds::DATASET, at).await?;
    let reads = hop(store, datasets, EdgeKinds::of(&[EdgeKind::Reads]).union(EdgeKinds::GAPS), at).await?;
    let explained = explained(store, &owner, &column_edges, at).await?;

    let mut all: HashMap<NodeId, Outgoing> = datasets.iter().map(|id| (*id, Outgoing::default())).collect();
    for edge in column_edges {
        if let Some(from) = owner.get(&edge.from).and_then(|dataset| all.get_mut(dataset)) {
            from.columns.entry(edge.from).or_default().push(edge);
        }
    }
    let writers: HashSet<(NodeId, Option<NodeId>)> = feeds.iter().map(|edge| (edge.from, edge.job)).collect();
    for edge in feeds.iter().filter(|edge| !explained.contains(&(edge.from, edge.to))) {
        all.entry(edge.from).or_default().unexplained.push(edge.to);
    }
    for edge in reads {
        let from = all.entry(edge.from).or_default();
        if let Some(reason) = Reason::of_gap(edge.kind) {
            from.causes.insert((reason, edge.to));
            continue;
        }
        from.readers.push(edge.to);
        if !writers.contains(&(edge.from, Some(edge.to))) {
            from.sinks.push(edge.to);
        }
    }
    Ok(all)
}

/// Every column of the datasets with its dataset.
pub async fn columns(store: &dyn Store, datasets: &[NodeId], at: Revision) -> Result<BTreeMap<NodeId, NodeId>> {
    let mut owner = BTreeMap::new();
    for dataset in datasets {
        let mut after = None;
        loop {
            let scan = Scan { kind: NodeKind::Column, parent: Some(*dataset), after, limit: SCAN, at };
            let page = store.scan(scan).await?;
            after = page.last().copied();
            owner.extend(page.iter().map(|column| (*column, *dataset)));
            if page.len() < SCAN {
                break;
            }
        }
    }
    Ok(owner)
}

/// Pairs of datasets between which column edges say what comes over.
async fn explained(
    store: &dyn Store,
    owner: &BTreeMap<NodeId, NodeId>,
    edges: &[Edge],
    at: Revision,
) -> Result<HashSet<(NodeId, NodeId)>> {
    let targets: Vec<NodeId> = edges.iter().map(|edge| edge.to).collect::<HashSet<_>>().into_iter().collect();
    let nodes = store.nodes(&targets, at).await?;
    let dataset_of: HashMap<NodeId, NodeId> =
        nodes.into_iter().flatten().map(|node| (node.id, dataset(&node))).collect();
    let pairs = edges.iter().filter_map(|edge| Some((*owner.get(&edge.from)?, *dataset_of.get(&edge.to)?)));
    Ok(pairs.collect())
}

/// The dataset of a column; a dataset itself.
pub fn dataset(node: &graph::Node) -> NodeId {
    match node.name.kind() {
        NodeKind::Column => node.parent.unwrap_or(node.id),
        NodeKind::Namespace | NodeKind::Dataset | NodeKind::Job | NodeKind::Owner | NodeKind::Tag => node.id,
    }
}

pub async fn hop(store: &dyn Store, frontier: &[NodeId], kinds: EdgeKinds, at: Revision) -> Result<Vec<Edge>> {
    if frontier.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store.hop(Hop { frontier, direction: graph::Direction::Downstream, kinds, at }).await?)
}
