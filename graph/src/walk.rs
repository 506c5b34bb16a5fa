//! Walks over the store, one hop at a time: upstream, downstream, and paths between two nodes. Every answer says at
//! which revision it was read, whether it is complete, and if not, why.

use std::collections::HashMap;
use std::time::Instant;

use crate::ids::{NodeId, Revision};
use crate::model::{Edge, EdgeKinds};
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
    UnparsedQuery,
    UnknownTransformation,
    UnresolvedDataset,
    Restricted,
}

/// What a walk found.
#[derive(Clone, PartialEq, Debug)]
pub struct Walked {
    pub revision: Revision,
    /// Every node with its distance from the start, nearest first; the start is at 0.
    pub nodes: Vec<Reached>,
    /// Edges between nodes of the answer.
    pub edges: Vec<Edge>,
    /// Empty when the answer is complete; else each reason with how many nodes it concerns.
    pub reasons: Vec<(Reason, u64)>,
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
    todo!("{:p} {:p} {walk:?}", store, viewer)
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
}

pub async fn paths(store: &dyn Store, viewer: &dyn Viewer, paths: &Paths) -> Result<FoundPaths> {
    let _: Option<(HashMap<u8, Hop<'_>>, Direction)> = None;
    todo!("{:p} {:p} {paths:?}", store, viewer)
}
