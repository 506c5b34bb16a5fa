//! What ties a dataset to others, column by column where that is known and as a whole where it is not. Read once for
//! each dataset, in one direction.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use graph::walk::{Causes, Reason};
use graph::{Direction, Edge, EdgeId, EdgeKind, EdgeKinds, Hop, Node, NodeId, NodeKind, Revision, Store, Viewer};

use super::standing::{Known, is_blocked, standing};
use super::state::Effect;
use crate::Result;
use crate::outgoing;

/// One way on from a column or a whole dataset; data goes from `from` to `to`, whatever the direction of reading.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Tie {
    pub from: NodeId,
    pub to: NodeId,
    pub effect: Effect,
    pub kind: EdgeKind,
    pub masking: bool,
    pub job: Option<NodeId>,
    pub edge: EdgeId,
}

#[derive(Default, Debug)]
pub(super) struct DatasetTies {
    /// Of each of its columns.
    pub columns: BTreeMap<NodeId, Vec<Tie>>,
    /// Of the dataset as a whole: tables of which no column says how they are tied, and ties to all of its columns.
    pub whole: Vec<Tie>,
    /// Datasets that it feeds, or that feed it, of which all is said by columns, each with the job.
    pub explained: BTreeSet<(NodeId, Option<NodeId>)>,
    /// Jobs that read it and are not known to write anything from it.
    pub sinks: BTreeSet<NodeId>,
}

/// Ties of datasets, read as they are needed.
pub(super) struct Ties<'a> {
    store: &'a dyn Store,
    viewer: &'a dyn Viewer,
    at: Revision,
    direction: Direction,
    datasets: HashMap<NodeId, DatasetTies>,
    /// Every node that was met, those that may not be seen as well.
    nodes: HashMap<NodeId, Arc<Node>>,
    /// Met, and not to be seen.
    pub restricted: BTreeSet<NodeId>,
    pub causes: Causes,
}

impl<'a> Ties<'a> {
    pub fn new(store: &'a dyn Store, viewer: &'a dyn Viewer, at: Revision, direction: Direction) -> Ties<'a> {
        Ties {
            store,
            viewer,
            at,
            direction,
            datasets: HashMap::new(),
            nodes: HashMap::new(),
            restricted: BTreeSet::new(),
            causes: Causes::new(),
        }
    }

    /// A node that was met and may be seen.
    pub fn node(&self, id: NodeId) -> Option<&Arc<Node>> {
        self.nodes.get(&id).filter(|_| !self.restricted.contains(&id))
    }

    /// The dataset of a column that was met; a dataset itself.
    pub fn dataset(&self, id: NodeId) -> NodeId {
        self.nodes.get(&id).map_or(id, |node| outgoing::dataset(node))
    }

    pub fn of(&self, dataset: NodeId) -> Option<&DatasetTies> {
        self.datasets.get(&dataset)
    }

    /// A person said that nothing personal is there: of the column, or of its dataset and nothing else of the column.
    pub fn is_blocked(&self, id: NodeId) -> bool {
        let Some(node) = self.nodes.get(&id) else { return false };
        let by_dataset = || {
            let confirmed = standing(node).is_some_and(|standing| standing.known == Known::Confirmed);
            !confirmed && self.nodes.get(&outgoing::dataset(node)).is_some_and(|dataset| is_blocked(dataset))
        };
        is_blocked(node) || by_dataset()
    }

    /// The ties of a node that was loaded: of a column its own and those of its dataset, of a dataset those of all its
    /// columns in which something personal may be.
    pub fn from(&self, id: NodeId) -> Vec<Tie> {
        let dataset = self.dataset(id);
        let Some(ties) = self.datasets.get(&dataset) else { return Vec::new() };
        let mut all: Vec<Tie> = match id == dataset {
            true => ties
                .columns
                .iter()
                .filter(|(id, _)| !self.is_blocked(**id))
                .flat_map(|(_, ties)| ties)
                .copied()
                .collect(),
            false => ties.columns.get(&id).into_iter().flatten().copied().collect(),
        };
        all.extend(&ties.whole);
        all
    }

    /// The end of a tie that is farther from where reading began.
    pub fn far(&self, tie: &Tie) -> NodeId {
        self.ends(tie.from, tie.to).1
    }

    fn ends(&self, from: NodeId, to: NodeId) -> (NodeId, NodeId) {
        match self.direction {
            Direction::Downstream => (from, to),
            Direction::Upstream => (to, from),
        }
    }

    /// Reads nodes with their datasets, those that are known not again.
    pub async fn read(&mut self, ids: impl IntoIterator<Item = NodeId>) -> Result<()> {
        let mut wanted: BTreeSet<NodeId> = ids.into_iter().collect();
        for _ in 0..2 {
            wanted.retain(|id| !self.nodes.contains_key(id));
            let ids: Vec<NodeId> = std::mem::take(&mut wanted).into_iter().collect();
            for node in self.store.nodes(&ids, self.at).await?.into_iter().flatten() {
                if !self.viewer.sees(&node) {
                    self.restricted.insert(node.id);
                }
                wanted.insert(outgoing::dataset(&node));
                self.nodes.insert(node.id, node);
            }
        }
        Ok(())
    }

    /// Reads what ties the datasets of these nodes.
    pub async fn load(&mut self, nodes: &[NodeId]) -> Result<()> {
        self.read(nodes.iter().copied()).await?;
        let wanted: BTreeSet<NodeId> = nodes.iter().map(|id| self.dataset(*id)).collect();
        let wanted: Vec<NodeId> = wanted.into_iter().filter(|id| !self.datasets.contains_key(id)).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let edges = self.hop(&wanted, EdgeKinds::COLUMN.union(EdgeKinds::GAPS)).await?;
        let feeds = self.hop(&wanted, EdgeKinds::DATASET).await?;
        let reads = match self.direction {
            Direction::Downstream => self.hop(&wanted, EdgeKinds::of(&[EdgeKind::Reads])).await?,
            Direction::Upstream => Vec::new(),
        };
        let all = || edges.iter().chain(&feeds).chain(&reads);
        self.read(all().flat_map(|edge| [edge.from, edge.to]).chain(all().filter_map(|edge| edge.job))).await?;
        self.datasets.extend(wanted.iter().map(|id| (*id, DatasetTies::default())));
        let (gaps, edges): (Vec<Edge>, Vec<Edge>) =
            edges.into_iter().partition(|edge| EdgeKinds::GAPS.contains(edge.kind));
        self.add_columns(&edges);
        self.add_feeds(&feeds, &edges, &self.gaps(&gaps));
        self.add_sinks(&reads, &feeds);
        self.causes.extend(gaps.iter().filter_map(|gap| Some((Reason::of_gap(gap.kind)?, gap.job?))));
        Ok(())
    }

    async fn hop(&self, frontier: &[NodeId], kinds: EdgeKinds) -> Result<Vec<Edge>> {
        Ok(self.store.hop(Hop { frontier, direction: self.direction, kinds, at: self.at }).await?)
    }

    fn add_columns(&mut self, edges: &[Edge]) {
        for edge in edges {
            let (near, _) = self.ends(edge.from, edge.to);
            let whole = self.kind(edge.to) == Some(NodeKind::Dataset);
            let effect = Effect::of(edge.kind, edge.masking, whole);
            let Edge { id, from, to, kind, masking, job } = *edge;
            let tie = Tie { from, to, effect, kind, masking, job, edge: id };
            let dataset = self.dataset(near);
            let ties = self.datasets.entry(dataset).or_default();
            match near == dataset {
                true => ties.whole.push(tie),
                false => ties.columns.entry(near).or_default().push(tie),
            }
        }
    }

    /// Feeds of which columns say all are noted; of the others only tables are tied.
    fn add_feeds(&mut self, feeds: &[Edge], edges: &[Edge], gaps: &HashSet<(NodeId, NodeId)>) {
        let explained: HashSet<(NodeId, NodeId, Option<NodeId>)> =
            edges.iter().map(|edge| (self.dataset(edge.from), self.dataset(edge.to), edge.job)).collect();
        for feed in feeds {
            let (near, far) = self.ends(feed.from, feed.to);
            let by = |job: Option<NodeId>| explained.contains(&(feed.from, feed.to, job));
            let has_gap = feed.job.is_some_and(|job| gaps.contains(&(near, job)));
            let Edge { id, from, to, kind, masking, job } = *feed;
            let ties = self.datasets.entry(near).or_default();
            if (by(job) || by(None)) && !has_gap {
                ties.explained.insert((far, job));
            } else {
                ties.whole.push(Tie { from, to, effect: Effect::TABLES, kind, masking, job, edge: id });
            }
        }
    }

    fn add_sinks(&mut self, reads: &[Edge], feeds: &[Edge]) {
        let writers: HashSet<(NodeId, Option<NodeId>)> = feeds.iter().map(|feed| (feed.from, feed.job)).collect();
        for read in reads.iter().filter(|read| !writers.contains(&(read.from, Some(read.to)))) {
            self.datasets.entry(read.from).or_default().sinks.insert(read.to);
        }
    }

    /// Datasets with jobs of which not all that they do with columns is known.
    fn gaps(&self, edges: &[Edge]) -> HashSet<(NodeId, NodeId)> {
        let of_columns = |edge: &&Edge| matches!(edge.kind, EdgeKind::Unparsed | EdgeKind::UnresolvedColumn);
        edges.iter().filter(of_columns).map(|edge| self.ends(edge.from, edge.to)).collect()
    }

    fn kind(&self, id: NodeId) -> Option<NodeKind> {
        self.nodes.get(&id).map(|node| node.name.kind())
    }
}
