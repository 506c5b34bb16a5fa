//! One page of a difference: candidates compared in order until enough is found.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use graph::walk::Reason;
use graph::{Direction, Edge, EdgeKind, Hop, Node, NodeId, NodeKind, QualifiedName, Revision, Store, Viewer};

use super::candidates::{self, Candidate, Candidates};
use super::facts::{Aspect, AspectChange, Facts, compare, facts, is_told};
use super::touched::is_late;
use super::{Change, EdgeChange, NodeChange, Question, Times, Told, order};
use crate::{Result, outgoing};

#[derive(Default)]
pub struct Page {
    pub nodes: Vec<NodeChange>,
    pub edges: Vec<EdgeChange>,
    pub cursor: Option<u64>,
    pub reasons: Vec<(Reason, u64)>,
}

/// Candidates compared at a time.
const CHUNK: usize = 100;
/// Edges on a page at the most, since one node may have very many.
const EDGES: usize = 20_000;

pub async fn page(
    store: &dyn Store,
    viewer: &dyn Viewer,
    question: &Question,
    candidates: &Candidates,
) -> Result<Page> {
    let mut compare = Compare {
        store,
        viewer,
        question,
        candidates,
        found: Page::default(),
        told: HashSet::new(),
        moved: HashMap::new(),
        extra: HashSet::new(),
        restricted: HashSet::new(),
        dropped: 0,
    };
    let mut left = in_order(candidates, question.after);
    loop {
        let chunk: Vec<(u64, Candidate)> = left.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        if is_late(question.deadline) {
            compare.found.cursor = Some(chunk[0].0.saturating_sub(1)).filter(|_| chunk[0].0 > 0).or(question.after);
            compare.found.reasons.push((Reason::Deadline, (chunk.len() + left.count()) as u64));
            break;
        }
        if let Some(last) = compare.chunk(&chunk).await? {
            let more = chunk.last().is_some_and(|(place, _)| *place > last) || left.next().is_some();
            compare.found.cursor = Some(last).filter(|_| more);
            break;
        }
    }
    Ok(compare.done())
}

/// The candidates behind a cursor, each with its own.
fn in_order<'a>(
    candidates: &'a Candidates,
    after: Option<u64>,
) -> Box<dyn Iterator<Item = (u64, Candidate)> + Send + 'a> {
    if candidates.near.is_empty() && candidates.within.is_none() {
        let first = after.map_or(0, |after| after.saturating_add(1));
        let first = u32::try_from(first).unwrap_or(u32::MAX);
        return Box::new(candidates.all.from(NodeId(first)).map(|node| (node.0.into(), Candidate::of(node))));
    }
    let skipped = after.map_or(0, |after| usize::try_from(after).unwrap_or(usize::MAX).saturating_add(1));
    Box::new(candidates.near.iter().enumerate().skip(skipped).map(|(place, one)| (place as u64, *one)))
}

/// An edge by what it means.
type EdgeKey = (NodeId, NodeId, EdgeKind, bool, Option<NodeId>);

fn key(edge: &Edge) -> EdgeKey {
    (edge.from, edge.to, edge.kind, edge.masking, edge.job)
}

struct Compare<'a> {
    store: &'a dyn Store,
    viewer: &'a dyn Viewer,
    question: &'a Question,
    candidates: &'a Candidates,
    found: Page,
    /// Edges told on this page.
    told: HashSet<EdgeKey>,
    /// Columns that changed their place among those that stayed, by dataset.
    moved: HashMap<NodeId, HashSet<NodeId>>,
    /// Nodes compared though nothing was said of them, since they became one with others or ceased to.
    extra: HashSet<NodeId>,
    restricted: HashSet<NodeId>,
    /// Edges for which there was no room.
    dropped: u64,
}

/// One candidate at both times.
struct Pair {
    candidate: Candidate,
    before: Option<Arc<Node>>,
    after: Option<Arc<Node>>,
    /// What stands for it where it does not stand for itself.
    others: Vec<NodeId>,
}

impl Pair {
    fn any(&self) -> Option<&Arc<Node>> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// Where it stands now, or stood.
    fn dataset(&self) -> Option<NodeId> {
        self.any().filter(|node| node.name.kind() == NodeKind::Column)?.parent
    }

    fn is_renamed(&self) -> bool {
        let names = |node: &Option<Arc<Node>>| -> Option<Vec<QualifiedName>> {
            node.as_ref().map(|node| node.reported_as.clone())
        };
        self.any().is_some_and(|node| node.name.kind() == NodeKind::Dataset)
            && names(&self.before) != names(&self.after)
    }
}

impl Compare<'_> {
    fn times(&self) -> Times {
        self.question.times
    }

    /// Compares a chunk; gives the place of the last candidate told when the page is full.
    async fn chunk(&mut self, chunk: &[(u64, Candidate)]) -> Result<Option<u64>> {
        let pairs = self.pairs(chunk.iter().map(|(_, candidate)| *candidate).collect()).await?;
        let mut edges = self.edges(&pairs).await?;
        self.learn_order(&pairs).await?;
        for ((place, _), pair) in chunk.iter().zip(&pairs) {
            self.tell(pair);
            self.tell_edges(edges.remove(&pair.candidate.node).unwrap_or_default()).await?;
            self.beyond(pair).await?;
            if self.found.nodes.len() + self.found.edges.len() >= self.question.first {
                return Ok(Some(*place));
            }
        }
        Ok(None)
    }

    /// Compares what changed because a candidate became one with another node or ceased to, though nothing was said of it.
    async fn beyond(&mut self, pair: &Pair) -> Result<()> {
        let mut next = self.drawn_along(pair).await?;
        while !next.is_empty() {
            let pairs = self.pairs(next).await?;
            let mut edges = self.edges(&pairs).await?;
            self.learn_order(&pairs).await?;
            next = Vec::new();
            for pair in &pairs {
                self.tell(pair);
                self.tell_edges(edges.remove(&pair.candidate.node).unwrap_or_default()).await?;
                next.extend(self.drawn_along(pair).await?);
            }
        }
        Ok(())
    }

    /// Nodes that stand for this one at a time, and its columns when its names changed, unless they are compared anyway.
    async fn drawn_along(&mut self, pair: &Pair) -> Result<Vec<Candidate>> {
        let Candidate { node, hop, .. } = pair.candidate;
        let mut drawn = pair.others.clone();
        if pair.is_renamed() {
            for at in [self.times().from, self.times().to] {
                drawn.extend(outgoing::columns(self.store, &[node], at).await?.into_keys());
            }
        }
        drawn.retain(|node| !self.candidates.all.contains(*node) && self.extra.insert(*node));
        Ok(drawn.into_iter().map(|node| Candidate { hop, ..Candidate::of(node) }).collect())
    }

    async fn pairs(&mut self, candidates: Vec<Candidate>) -> Result<Vec<Pair>> {
        let ids: Vec<NodeId> = candidates.iter().map(|candidate| candidate.node).collect();
        let before = self.store.nodes(&ids, self.times().from).await?;
        let after = self.store.nodes(&ids, self.times().to).await?;
        let mut pairs = Vec::with_capacity(ids.len());
        for ((candidate, before), after) in candidates.into_iter().zip(before).zip(after) {
            let id = candidate.node;
            let others = [&before, &after].into_iter().flatten().map(|node| node.id).filter(|other| *other != id);
            let others = others.collect();
            let (before, after) = (self.own(id, before), self.own(id, after));
            let is_seen = !self.restricted.contains(&id);
            let (before, after) = (before.filter(|_| is_seen), after.filter(|_| is_seen));
            pairs.push(Pair { candidate, before, after, others });
        }
        Ok(pairs)
    }

    /// The node, when it stands for itself and may be seen.
    fn own(&mut self, id: NodeId, node: Option<Arc<Node>>) -> Option<Arc<Node>> {
        let node = node.filter(|node| node.id == id && is_told(node.name.kind()))?;
        if self.viewer.sees(&node) {
            return Some(node);
        }
        self.restricted.insert(id);
        None
    }

    fn tell(&mut self, pair: &Pair) {
        let Pair { candidate, before, after, .. } = pair;
        let of = |node: &Option<Arc<Node>>| node.as_ref().map_or_else(Facts::new, |node| facts(node));
        let mut aspects = compare(&of(before), &of(after));
        let change = match (before, after) {
            (None, None) => return,
            (None, Some(_)) | (Some(_), None) => {
                aspects.retain(|change| change.fact.aspect != Aspect::Dataset);
                if after.is_some() { Change::Came } else { Change::Went }
            }
            (Some(_), Some(_)) => {
                let moved = pair.dataset().and_then(|dataset| self.moved.get(&dataset));
                let moved = moved.is_some_and(|moved| moved.contains(&candidate.node));
                aspects.retain(|change| moved || !is_place(change));
                match (candidate.before, candidate.after) {
                    (false, true) => Change::Entered,
                    (true, false) => Change::Left,
                    (true, true) | (false, false) if aspects.is_empty() => return,
                    (true, true) | (false, false) => Change::Changed,
                }
            }
        };
        let Some(node) = pair.any() else { return };
        let aspects = aspects.into_iter().map(|change| Told { change, revision: None }).collect();
        let (node, hop) = (Arc::clone(node), candidate.hop);
        self.found.nodes.push(NodeChange { node, change, hop, aspects, revision: None, made: Vec::new() });
    }

    /// Learns which columns of the datasets of the pairs changed their place.
    async fn learn_order(&mut self, pairs: &[Pair]) -> Result<()> {
        let place = |node: &Option<Arc<Node>>| node.as_ref()?.ingested.field.as_ref().map(|field| field.position);
        let shifted = pairs.iter().filter(|pair| place(&pair.before) != place(&pair.after));
        let datasets: HashSet<NodeId> = shifted.filter_map(Pair::dataset).collect();
        for dataset in datasets {
            if !self.moved.contains_key(&dataset) {
                let before = columns_in_order(self.store, dataset, self.times().from).await?;
                let after = columns_in_order(self.store, dataset, self.times().to).await?;
                self.moved.insert(dataset, order::moved(&before, &after));
            }
        }
        Ok(())
    }

    /// The edges that came (true) or went (false), by the candidate of which they are told.
    async fn edges(&self, pairs: &[Pair]) -> Result<HashMap<NodeId, Vec<(Edge, bool)>>> {
        let ids = |there: fn(&Pair) -> &Option<Arc<Node>>| -> Vec<(NodeId, NodeKind)> {
            pairs.iter().filter_map(|pair| there(pair).as_ref()).map(|node| (node.id, node.name.kind())).collect()
        };
        let before = self.edges_at(&ids(|pair| &pair.before), self.times().from).await?;
        let after = self.edges_at(&ids(|pair| &pair.after), self.times().to).await?;
        let mut changed: HashMap<NodeId, Vec<(Edge, bool)>> = HashMap::new();
        for (here, there, came) in [(&before, &after, false), (&after, &before, true)] {
            for (key, (owner, edge)) in here.iter().filter(|(key, _)| !there.contains_key(*key)) {
                debug_assert_eq!(*key, self::key(edge), "an edge under its key");
                changed.entry(*owner).or_default().push((*edge, came));
            }
        }
        Ok(changed)
    }

    /// The edges at the nodes themselves that are told of them, each with the one it is told of.
    async fn edges_at(&self, nodes: &[(NodeId, NodeKind)], at: Revision) -> Result<BTreeMap<EdgeKey, (NodeId, Edge)>> {
        let mut found = BTreeMap::new();
        let near: HashSet<NodeId> = nodes.iter().map(|(node, _)| *node).collect();
        for kind in [NodeKind::Dataset, NodeKind::Column, NodeKind::Job] {
            let frontier: Vec<NodeId> = nodes.iter().filter(|(_, own)| *own == kind).map(|(node, _)| *node).collect();
            if frontier.is_empty() {
                continue;
            }
            for direction in [Direction::Upstream, Direction::Downstream] {
                let kinds = candidates::kinds_at(kind, direction);
                for edge in self.store.hop(Hop { frontier: &frontier, direction, kinds, at }).await? {
                    let owner = self.owner(&edge);
                    if near.contains(&owner) && self.is_within(&edge) {
                        found.insert(key(&edge), (owner, edge));
                    }
                }
            }
        }
        Ok(found)
    }

    /// The end of which an edge is told: its source when that is a candidate.
    fn owner(&self, edge: &Edge) -> NodeId {
        let is_candidate = |node| self.candidates.all.contains(node) || self.extra.contains(&node);
        if is_candidate(edge.from) { edge.from } else { edge.to }
    }

    fn is_within(&self, edge: &Edge) -> bool {
        self.candidates.within.as_ref().is_none_or(|within| {
            let is_in = |node| within.contains(node) || self.extra.contains(&node);
            is_in(edge.from) && is_in(edge.to)
        })
    }

    async fn tell_edges(&mut self, mut edges: Vec<(Edge, bool)>) -> Result<()> {
        edges.sort_by_key(|(edge, came)| (key(edge), *came));
        edges.retain(|(edge, _)| self.told.insert(key(edge)));
        let room = EDGES.saturating_sub(self.found.edges.len());
        self.dropped += edges.len().saturating_sub(room) as u64;
        edges.truncate(room);
        for (edges, at) in [(false, self.times().from), (true, self.times().to)]
            .map(|(wanted, at)| (edges.iter().filter(|(_, came)| *came == wanted).copied().collect::<Vec<_>>(), at))
        {
            self.name_ends(edges, at).await?;
        }
        Ok(())
    }

    /// Adds edges with their ends and jobs as these were at the time the edges were there.
    async fn name_ends(&mut self, edges: Vec<(Edge, bool)>, at: Revision) -> Result<()> {
        if edges.is_empty() {
            return Ok(());
        }
        let ids: HashSet<NodeId> =
            edges.iter().flat_map(|(edge, _)| [Some(edge.from), Some(edge.to), edge.job]).flatten().collect();
        let ids: Vec<NodeId> = ids.into_iter().collect();
        let nodes = self.store.nodes(&ids, at).await?;
        let nodes: HashMap<NodeId, Arc<Node>> =
            ids.into_iter().zip(nodes).filter_map(|(id, node)| Some((id, node?))).collect();
        let seen = |id: NodeId| nodes.get(&id).filter(|node| self.viewer.sees(node)).cloned();
        for (edge, came) in edges {
            let (Some(from), Some(to)) = (seen(edge.from), seen(edge.to)) else {
                self.restricted.extend([edge.from, edge.to].into_iter().filter(|end| seen(*end).is_none()));
                continue;
            };
            let job = edge.job.and_then(seen);
            let (evidence, revision, made) = (None, None, Vec::new());
            self.found.edges.push(EdgeChange { edge, came, from, to, job, evidence, revision, made });
        }
        Ok(())
    }

    fn done(mut self) -> Page {
        let restricted = (Reason::Restricted, self.restricted.len() as u64);
        self.found.reasons.extend([restricted, (Reason::NodeLimit, self.dropped)].iter().filter(|(_, n)| *n > 0));
        self.found
    }
}

/// That a column stands at another place, which it may only have been pushed to.
fn is_place(change: &AspectChange) -> bool {
    change.fact.aspect == Aspect::Position && change.before.is_some() && change.after.is_some()
}

/// The columns of a dataset's schema in their order at a revision, with their numbers.
async fn columns_in_order(store: &dyn Store, dataset: NodeId, at: Revision) -> Result<Vec<(u32, NodeId)>> {
    let ids: Vec<NodeId> = outgoing::columns(store, &[dataset], at).await?.into_keys().collect();
    let nodes = store.nodes(&ids, at).await?;
    let mut places: Vec<(u32, NodeId)> = Vec::new();
    for node in nodes.into_iter().flatten() {
        places
            .extend(node.ingested.field.as_ref().filter(|field| field.declared).map(|field| (field.position, node.id)));
    }
    places.sort_unstable();
    Ok(places)
}
