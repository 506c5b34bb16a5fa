//! Walks over the store, one hop at a time: upstream, downstream, and paths between two nodes. Every answer says at
//! which revision it was read, whether it is complete, and if not, why.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::time::Instant;

use crate::ids::{EdgeId, NodeId, Revision};
use crate::model::{Edge, EdgeKind, EdgeKinds, Gap};
use crate::store::{Direction, Hop, Result, Store};
use crate::viewer::Viewer;

/// Where to walk and how far.
#[derive(Clone, Debug)]
pub struct Walk {
    pub start: Vec<NodeId>,
    pub direction: Direction,
    pub kinds: EdgeKinds,
    /// Hops at the most.
    pub depth: u32,
    /// Nodes at the most, the start included.
    pub limit: usize,
    pub at: Revision,
    /// Stop and say so when this moment has passed.
    pub deadline: Option<Instant>,
}

/// Why an answer is not complete.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Reason {
    NodeLimit,
    DepthLimit,
    Deadline,
    /// A query behind the lineage, or a part of it, could not be read.
    UnparsedQuery,
    UnknownTransformation,
    /// A query behind the lineage names tables, or where columns are asked for columns, that could not be told.
    UnresolvedDataset,
    Restricted,
}

impl Reason {
    /// Why an answer is not complete that met this edge; none for an edge that ties something.
    pub fn of_gap(kind: EdgeKind) -> Option<Reason> {
        let gap = Gap::ALL.into_iter().find(|gap| gap.kind() == kind)?;
        Some(match gap {
            Gap::Unparsed => Reason::UnparsedQuery,
            Gap::UnresolvedDataset | Gap::UnresolvedColumn => Reason::UnresolvedDataset,
        })
    }
}

/// Jobs by whose queries an answer is not complete, by reason.
pub type Causes = BTreeSet<(Reason, NodeId)>;

/// The gaps to ask for beside edges of these kinds: between columns more can be missing than between datasets.
fn gaps_beside(kinds: EdgeKinds) -> EdgeKinds {
    if kinds.intersects(EdgeKinds::COLUMN) {
        EdgeKinds::GAPS
    } else if kinds.intersects(EdgeKinds::DATASET.union(EdgeKinds::JOB)) {
        EdgeKinds::DATASET_GAPS
    } else {
        EdgeKinds::NONE
    }
}

/// Reasons with their counts, those of the causes counted by job.
pub fn counted(reasons: impl IntoIterator<Item = (Reason, u64)>, causes: &Causes) -> Vec<(Reason, u64)> {
    let mut all: BTreeMap<Reason, u64> = BTreeMap::new();
    let caused = |reason: &Reason| matches!(reason, Reason::UnparsedQuery | Reason::UnresolvedDataset);
    for (reason, count) in reasons.into_iter().filter(|(reason, count)| *count > 0 && !caused(reason)) {
        *all.entry(reason).or_default() += count;
    }
    for (reason, _) in causes {
        *all.entry(*reason).or_default() += 1;
    }
    all.into_iter().collect()
}

/// What a walk found.
#[derive(Clone, PartialEq, Debug)]
pub struct Walked {
    pub revision: Revision,
    /// Every node with its distance from the start, nearest first; the start is at 0.
    pub nodes: Vec<Reached>,
    /// Edges between nodes of the answer.
    pub edges: Vec<Edge>,
    /// Empty when the answer is complete; else each reason with how many nodes (of unknown transformations: edges; of
    /// queries: jobs) it concerns.
    pub reasons: Vec<(Reason, u64)>,
    pub causes: Causes,
}

impl Walked {
    pub fn complete(&self) -> bool {
        self.reasons.is_empty()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reached {
    pub node: NodeId,
    pub hop: u32,
    /// Neighbours in the walk's direction that are not in the answer.
    pub hidden: u32,
}

/// Walks breadth first. Cycles end by themselves, since a node is entered once.
pub async fn walk(store: &dyn Store, viewer: &dyn Viewer, walk: &Walk) -> Result<Walked> {
    let mut found = Found::new(store, viewer, walk);
    let mut frontier = found.start().await?;
    for hop in 0..walk.depth {
        if frontier.is_empty() || found.is_late() {
            break;
        }
        frontier = found.enter(&frontier, hop).await?;
    }
    if !found.is_late() {
        found.look_beyond(&frontier).await?;
    }
    Ok(found.done(!frontier.is_empty()))
}

/// A walk under way.
struct Found<'a> {
    store: &'a dyn Store,
    viewer: &'a dyn Viewer,
    walk: &'a Walk,
    nodes: Vec<Reached>,
    place: HashMap<NodeId, usize>,
    edges: Vec<Edge>,
    known_edges: HashSet<EdgeId>,
    /// Nodes left out, by why.
    over_limit: HashSet<NodeId>,
    too_deep: HashSet<NodeId>,
    restricted: HashSet<NodeId>,
    causes: Causes,
    /// Which node does not show which neighbour.
    hidden: HashSet<(NodeId, NodeId)>,
}

impl<'a> Found<'a> {
    fn new(store: &'a dyn Store, viewer: &'a dyn Viewer, walk: &'a Walk) -> Found<'a> {
        Found {
            store,
            viewer,
            walk,
            nodes: Vec::new(),
            place: HashMap::new(),
            edges: Vec::new(),
            known_edges: HashSet::new(),
            over_limit: HashSet::new(),
            too_deep: HashSet::new(),
            restricted: HashSet::new(),
            causes: Causes::new(),
            hidden: HashSet::new(),
        }
    }

    fn is_late(&self) -> bool {
        self.walk.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    async fn start(&mut self) -> Result<Vec<NodeId>> {
        let start = self.walk.start.clone();
        self.restrict(&start).await?;
        let mut frontier = Vec::new();
        for node in start {
            if !self.restricted.contains(&node) && !self.place.contains_key(&node) && self.add(node, 0) {
                frontier.push(node);
            }
        }
        Ok(frontier)
    }

    /// Adds a node to the answer if there is room.
    fn add(&mut self, node: NodeId, hop: u32) -> bool {
        if self.nodes.len() >= self.walk.limit {
            self.over_limit.insert(node);
            return false;
        }
        self.place.insert(node, self.nodes.len());
        self.nodes.push(Reached { node, hop, hidden: 0 });
        true
    }

    /// Goes one hop on and answers the new frontier.
    async fn enter(&mut self, frontier: &[NodeId], hop: u32) -> Result<Vec<NodeId>> {
        let edges = self.hop(frontier).await?;
        let mut next = Vec::new();
        for edge in edges {
            let (near, far) = self.ends(&edge);
            if self.restricted.contains(&far) {
                continue;
            }
            // An influence on a whole dataset brings the dataset, or its columns, in at the same distance.
            if !self.place.contains_key(&near) && !self.add(near, hop) {
                continue;
            }
            if self.place.contains_key(&far) {
                self.keep(edge);
            } else if self.add(far, hop + 1) {
                next.push(far);
                self.keep(edge);
            } else {
                self.hidden.insert((near, far));
            }
        }
        Ok(next)
    }

    /// What lies behind the last frontier: edges back into the answer, and how much is hidden.
    async fn look_beyond(&mut self, frontier: &[NodeId]) -> Result<()> {
        for edge in self.hop(frontier).await? {
            let (near, far) = self.ends(&edge);
            if self.restricted.contains(&far) {
                continue;
            }
            if self.place.contains_key(&far) && self.place.contains_key(&near) {
                self.keep(edge);
            } else if !self.place.contains_key(&far) {
                self.hidden.insert((near, far));
                self.too_deep.insert(far);
            }
        }
        Ok(())
    }

    async fn hop(&mut self, frontier: &[NodeId]) -> Result<Vec<Edge>> {
        let Walk { direction, kinds, at, .. } = *self.walk;
        let kinds = kinds.union(gaps_beside(kinds));
        let mut edges = self.store.hop(Hop { frontier, direction, kinds, at }).await?;
        edges.retain(|edge| match Reason::of_gap(edge.kind) {
            Some(reason) => {
                self.causes.extend(edge.job.map(|job| (reason, job)));
                false
            }
            None => true,
        });
        let far: Vec<NodeId> = edges.iter().map(|edge| self.ends(edge).1).collect();
        self.restrict(&far).await?;
        Ok(edges)
    }

    /// Remembers which nodes the viewer may not see.
    async fn restrict(&mut self, nodes: &[NodeId]) -> Result<()> {
        if self.viewer.sees_everything() {
            return Ok(());
        }
        let unknown: BTreeSet<NodeId> = nodes.iter().copied().filter(|node| !self.place.contains_key(node)).collect();
        let unknown: Vec<NodeId> = unknown.into_iter().collect();
        for (id, node) in unknown.iter().zip(self.store.nodes(&unknown, self.walk.at).await?) {
            if node.is_some_and(|node| !self.viewer.sees(&node)) {
                self.restricted.insert(*id);
            }
        }
        Ok(())
    }

    /// The near and the far end of an edge, seen in the walk's direction.
    fn ends(&self, edge: &Edge) -> (NodeId, NodeId) {
        match self.walk.direction {
            Direction::Downstream => (edge.from, edge.to),
            Direction::Upstream => (edge.to, edge.from),
        }
    }

    fn keep(&mut self, edge: Edge) {
        if self.known_edges.insert(edge.id) {
            self.edges.push(edge);
        }
    }

    fn done(mut self, unfinished: bool) -> Walked {
        for (near, _) in &self.hidden {
            if let Some(place) = self.place.get(near) {
                self.nodes[*place].hidden += 1;
            }
        }
        let late = self.is_late() && unfinished;
        let unknown = self.edges.iter().filter(|edge| edge.kind == EdgeKind::Unknown).count();
        let reasons = [
            (Reason::NodeLimit, self.over_limit.len()),
            (Reason::DepthLimit, self.too_deep.difference(&self.over_limit).count()),
            (Reason::Deadline, usize::from(late)),
            (Reason::UnknownTransformation, unknown),
            (Reason::Restricted, self.restricted.len()),
        ];
        let reasons = counted(reasons.map(|(why, count)| (why, count as u64)), &self.causes);
        Walked { revision: self.walk.at, nodes: self.nodes, edges: self.edges, reasons, causes: self.causes }
    }
}

/// All simple ways from one node to another along the edges, shortest first.
#[derive(Clone, Debug)]
pub struct Paths {
    pub from: NodeId,
    pub to: NodeId,
    pub kinds: EdgeKinds,
    pub depth: u32,
    /// Paths at the most.
    pub limit: usize,
    pub at: Revision,
    pub deadline: Option<Instant>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct FoundPaths {
    pub revision: Revision,
    /// Each from `from` to `to`.
    pub paths: Vec<Vec<NodeId>>,
    pub edges: Vec<Edge>,
    pub reasons: Vec<(Reason, u64)>,
    pub causes: Causes,
}

/// How many nodes each of the two walks that prepare a search for paths may reach.
const PATH_NODES: usize = 50_000;
/// How many unfinished paths may be followed.
const PATH_STEPS: usize = 200_000;

/// Finds paths through the nodes that lie between the two ends, so that blind alleys cost nothing.
pub async fn paths(store: &dyn Store, viewer: &dyn Viewer, paths: &Paths) -> Result<FoundPaths> {
    let side = |start, direction| Walk {
        start: vec![start],
        direction,
        kinds: paths.kinds,
        depth: paths.depth,
        limit: PATH_NODES,
        at: paths.at,
        deadline: paths.deadline,
    };
    let down = walk(store, viewer, &side(paths.from, Direction::Downstream)).await?;
    let up = walk(store, viewer, &side(paths.to, Direction::Upstream)).await?;
    let left: HashMap<NodeId, u32> = up.nodes.iter().map(|reached| (reached.node, reached.hop)).collect();
    let between: Vec<Edge> =
        down.edges.iter().filter(|e| left.contains_key(&e.from) && left.contains_key(&e.to)).copied().collect();
    let causes: Causes = down.causes.union(&up.causes).copied().collect();
    let mut reasons: Vec<(Reason, u64)> = down.reasons.into_iter().chain(up.reasons).collect();
    reasons.retain(|(reason, _)| !matches!(reason, Reason::DepthLimit));
    let (mut found, cut) = simple_paths(paths, &between, &left);
    if cut || found.len() > paths.limit {
        reasons.push((Reason::NodeLimit, 1));
    }
    found.truncate(paths.limit);
    let used: HashSet<(NodeId, NodeId)> = found.iter().flat_map(|path| path.windows(2).map(|w| (w[0], w[1]))).collect();
    let edges = between.into_iter().filter(|edge| used.contains(&(edge.from, edge.to))).collect();
    Ok(FoundPaths { revision: paths.at, paths: found, edges, reasons: counted(reasons, &causes), causes })
}

/// Simple paths, shortest first, one more than the limit at the most; and whether the search was given up.
fn simple_paths(paths: &Paths, edges: &[Edge], left: &HashMap<NodeId, u32>) -> (Vec<Vec<NodeId>>, bool) {
    let mut next: HashMap<NodeId, BTreeSet<NodeId>> = HashMap::new();
    for edge in edges {
        next.entry(edge.from).or_default().insert(edge.to);
    }
    let mut found = Vec::new();
    let mut open = VecDeque::from([vec![paths.from]]);
    let mut steps = 0;
    while let Some(path) = open.pop_front() {
        let last = path[path.len() - 1];
        if last == paths.to {
            found.push(path);
            if found.len() > paths.limit {
                break;
            }
            continue;
        }
        for step in next.get(&last).into_iter().flatten().filter(|step| !path.contains(step)) {
            steps += 1;
            if steps > PATH_STEPS {
                return (found, true);
            }
            if path.len() as u32 + left[step] <= paths.depth {
                open.push_back(path.iter().copied().chain([*step]).collect());
            }
        }
    }
    (found, false)
}
