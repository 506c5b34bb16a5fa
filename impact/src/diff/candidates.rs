//! Which nodes are worth comparing: those that the feed mentions, within what was asked for.

use std::collections::BTreeMap;

use graph::walk::{self, Causes, Reason, Walk, Walked};
use graph::{Direction, EdgeKind, EdgeKinds, NodeId, NodeKind, NodeName, Revision, Store, Viewer};

use super::touched::{self, NodeSet, Touched};
use super::{About, Neighbourhood, Question, Times, Ways};
use crate::Result;
use crate::outgoing;

/// Nodes to compare.
#[derive(Default)]
pub struct Candidates {
    /// Each once, the nearest first; of an estate none, and `all` are compared in order of their ids.
    pub near: Vec<Candidate>,
    pub all: NodeSet,
    /// Both ends of an edge must be among these, when given.
    pub within: Option<NodeSet>,
    /// How far everything is that was walked.
    pub hops: BTreeMap<NodeId, i32>,
    pub reasons: Vec<(Reason, u64)>,
    pub causes: Causes,
}

#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    pub node: NodeId,
    pub hop: Option<i32>,
    /// Whether it belongs to what was asked for at each of the two times, if it is there.
    pub before: bool,
    pub after: bool,
}

impl Candidate {
    pub fn of(node: NodeId) -> Candidate {
        Candidate { node, hop: None, before: true, after: true }
    }
}

pub async fn find(store: &dyn Store, viewer: &dyn Viewer, question: &Question) -> Result<Candidates> {
    match &question.about {
        About::Estate => estate(store, question).await,
        About::Node(node) => one(store, *node, question.times).await,
        About::Lineage(around) => neighbourhood(store, viewer, question, around).await,
    }
}

async fn estate(store: &dyn Store, question: &Question) -> Result<Candidates> {
    let Touched { nodes, late } = touched::touched(store, question.times, question.deadline).await?;
    Ok(Candidates { all: nodes, reasons: late_reason(late), ..Candidates::default() })
}

fn late_reason(late: bool) -> Vec<(Reason, u64)> {
    if late { vec![(Reason::Deadline, 1)] } else { Vec::new() }
}

/// A node under the id it has at each time, with its columns.
async fn one(store: &dyn Store, node: NodeId, times: Times) -> Result<Candidates> {
    let mut nodes = BTreeMap::new();
    for at in [times.from, times.to] {
        let found = representative(store, node, at).await?;
        let columns = outgoing::columns(store, &found, at).await?;
        nodes.extend(found.into_iter().chain(columns.into_keys()).map(|node| (node, Candidate::of(node))));
    }
    let near: Vec<Candidate> = nodes.into_values().collect();
    let all = set(near.iter().map(|candidate| candidate.node));
    Ok(Candidates { near, all, ..Candidates::default() })
}

async fn representative(store: &dyn Store, node: NodeId, at: Revision) -> Result<Vec<NodeId>> {
    Ok(store.nodes(&[node], at).await?.into_iter().flatten().map(|node| node.id).collect())
}

fn set(nodes: impl Iterator<Item = NodeId>) -> NodeSet {
    let mut set = NodeSet::default();
    nodes.for_each(|node| set.insert(node));
    set
}

/// What was walked at both times.
#[derive(Default)]
struct Picture {
    nodes: BTreeMap<NodeId, Candidate>,
    reasons: BTreeMap<Reason, u64>,
    causes: Causes,
}

async fn neighbourhood(
    store: &dyn Store,
    viewer: &dyn Viewer,
    question: &Question,
    around: &Neighbourhood,
) -> Result<Candidates> {
    let mut picture = Picture::default();
    for (at, is_before) in [(question.times.from, true), (question.times.to, false)] {
        picture.walk(store, viewer, question, (around, at, is_before)).await?;
    }
    let mut members = set(picture.nodes.keys().copied());
    let hops = picture.nodes.iter().filter_map(|(node, walked)| Some((*node, walked.hop?))).collect();
    let columns = picture.columns(store, question.times).await?;
    columns.keys().for_each(|column| members.insert(*column));
    picture.nodes.extend(columns);

    let Touched { nodes: touched, late } = touched::touched(store, question.times, question.deadline).await?;
    let mut near: Vec<Candidate> = picture.nodes.into_values().collect();
    near.retain(|candidate| touched.contains(candidate.node) || candidate.before != candidate.after);
    near.sort_by_key(|candidate| (candidate.hop.map(i32::unsigned_abs), candidate.node));
    let all = set(near.iter().map(|candidate| candidate.node));
    let reasons = picture.reasons.into_iter().chain(late_reason(late)).collect();
    Ok(Candidates { near, all, within: Some(members), hops, reasons, causes: picture.causes })
}

impl Picture {
    async fn walk(
        &mut self,
        store: &dyn Store,
        viewer: &dyn Viewer,
        question: &Question,
        (around, at, is_before): (&Neighbourhood, Revision, bool),
    ) -> Result<()> {
        let Some((start, kinds)) = start(store, around, at).await? else { return Ok(()) };
        for (direction, sign) in directions(around.ways) {
            let walk = Walk {
                start: start.clone(),
                direction,
                kinds,
                depth: around.depth,
                limit: around.limit,
                at,
                deadline: question.deadline,
            };
            self.add(walk::walk(store, viewer, &walk).await?, sign, is_before);
        }
        Ok(())
    }

    fn add(&mut self, walked: Walked, sign: i32, is_before: bool) {
        let mut hops: BTreeMap<NodeId, i32> = BTreeMap::new();
        for reached in &walked.nodes {
            let hop = sign * i32::try_from(reached.hop).unwrap_or(i32::MAX);
            hops.insert(reached.node, hop);
            self.enter(reached.node, hop, is_before);
        }
        for edge in &walked.edges {
            let ends = [edge.from, edge.to].into_iter().filter_map(|end| hops.get(&end).copied());
            if let (Some(job), Some(hop)) = (edge.job, ends.max_by_key(|hop| hop.abs())) {
                self.enter(job, hop, is_before);
            }
        }
        for (reason, count) in walked.reasons {
            let known = self.reasons.entry(reason).or_default();
            *known = count.max(*known);
        }
        self.causes.extend(walked.causes);
    }

    fn enter(&mut self, node: NodeId, hop: i32, is_before: bool) {
        let new = Candidate { node, hop: Some(hop), before: false, after: false };
        let known = self.nodes.entry(node).or_insert(new);
        known.before |= is_before;
        known.after |= !is_before;
        if known.hop.is_none_or(|old| hop.abs() < old.abs()) {
            known.hop = Some(hop);
        }
    }

    /// The columns of the datasets, as near as their datasets.
    async fn columns(&self, store: &dyn Store, times: Times) -> Result<BTreeMap<NodeId, Candidate>> {
        let mut columns = BTreeMap::new();
        let ids: Vec<NodeId> = self.nodes.keys().copied().collect();
        for at in [times.from, times.to] {
            for (column, dataset) in outgoing::columns(store, &ids, at).await? {
                let hop = self.nodes.get(&dataset).and_then(|dataset| dataset.hop);
                if !self.nodes.contains_key(&column) {
                    columns.insert(column, Candidate { hop, ..Candidate::of(column) });
                }
            }
        }
        Ok(columns)
    }
}

fn directions(ways: Ways) -> Vec<(Direction, i32)> {
    let (up, down) = ((Direction::Upstream, -1), (Direction::Downstream, 1));
    match ways {
        Ways::Upstream => vec![up],
        Ways::Downstream => vec![down],
        Ways::Both => vec![up, down],
    }
}

/// Where a walk begins at a time, and along which edges; none when the focus is not there then.
async fn start(store: &dyn Store, around: &Neighbourhood, at: Revision) -> Result<Option<(Vec<NodeId>, EdgeKinds)>> {
    let Some(focus) = store.nodes(&[around.focus], at).await?.into_iter().flatten().next() else { return Ok(None) };
    Ok(match (&focus.name, around.by_column) {
        (NodeName::Column(..), _) => Some((vec![focus.id], EdgeKinds::COLUMN)),
        (NodeName::Dataset(_), true) => {
            let columns = outgoing::columns(store, &[focus.id], at).await?;
            Some((columns.into_keys().collect(), EdgeKinds::COLUMN))
        }
        (NodeName::Dataset(_), false) => Some((vec![focus.id], EdgeKinds::DATASET)),
        (NodeName::Job(_), _) => Some((vec![focus.id], EdgeKinds::JOB)),
        (NodeName::Namespace(_) | NodeName::Owner(_) | NodeName::Tag(_), _) => None,
    })
}

/// Lineage that ends at the node itself; what ends at a dataset's columns is told of them.
pub fn kinds_at(kind: NodeKind, direction: Direction) -> EdgeKinds {
    match (kind, direction) {
        (NodeKind::Dataset, Direction::Downstream) => EdgeKinds::of(&[EdgeKind::Feeds, EdgeKind::Reads]),
        (NodeKind::Dataset | NodeKind::Column | NodeKind::Job, _) => {
            EdgeKinds::DATASET.union(EdgeKinds::JOB).union(EdgeKinds::COLUMN)
        }
        (NodeKind::Namespace | NodeKind::Owner | NodeKind::Tag, _) => EdgeKinds::NONE,
    }
}
