//! What differs between two revisions: of the whole estate, of one node, of the lineage around one; and what changed
//! upstream of a dataset since its last good run.
//!
//! A node is compared as a set of facts (`facts`), edges as a set; both times are read through the store's own reads at
//! a revision, and the feed only says where it is worth looking. A page costs what is on it and one reading of the feed.

mod candidates;
mod cause;
mod facts;
mod order;
mod page;
mod since;
mod touched;

use std::sync::Arc;
use std::time::Instant;

use graph::walk::{Causes, Reason, counted};
use graph::{Edge, Evidence, Node, NodeId, Revision, Store, Viewer};

pub use cause::Made;
pub use facts::{Aspect, AspectChange, Fact, Facts, Said, facts};
pub use since::{ChangedSince, Decided, FailedRun, GoodRun, Since, changed_since};

use crate::Result;
use candidates::Candidates;

/// Two revisions; what is told leads from the first to the second, whichever is older.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Times {
    pub from: Revision,
    pub to: Revision,
}

/// What is compared, and how much of it.
#[derive(Clone, Debug)]
pub struct Question {
    pub times: Times,
    pub about: About,
    /// The cursor of the page before.
    pub after: Option<u64>,
    /// Changes of nodes and edges on a page; one node's are never torn apart, so that it may be some more.
    pub first: usize,
    /// Whether to look up the inputs that made each change; they are shown to those who see everything.
    pub with_inputs: bool,
    /// Stop and say so when this moment has passed.
    pub deadline: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
pub enum About {
    Estate,
    /// A dataset with its columns, a column, a job.
    Node(NodeId),
    Lineage(Neighbourhood),
}

/// The lineage of a node, walked at both times.
#[derive(Clone, Copy, Debug)]
pub struct Neighbourhood {
    pub focus: NodeId,
    pub ways: Ways,
    /// A dataset is walked by its columns; a column always is.
    pub by_column: bool,
    /// Hops at the most.
    pub depth: u32,
    /// Nodes at the most, at each time and in each direction.
    pub limit: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ways {
    Upstream,
    Downstream,
    Both,
}

/// What became of a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Change {
    /// It was not there before.
    Came,
    /// It is no more, or is now another name of another node.
    Went,
    /// It was there, and came into the lineage that was asked for.
    Entered,
    /// It is still there, and is no longer in the lineage that was asked for.
    Left,
    Changed,
}

#[derive(Clone, Debug)]
pub struct NodeChange {
    /// As it is after; as it was before, when it went.
    pub node: Arc<Node>,
    pub change: Change,
    /// Hops from the focus, negative upstream; none where there is no focus.
    pub hop: Option<i32>,
    /// Of a node that came or went: all that was said of it.
    pub aspects: Vec<Told>,
    /// The revision of the newest of these changes; none when it cannot be told any more.
    pub revision: Option<Revision>,
    /// Inputs of that commit that name the node, oldest first, or all of them when none does.
    pub made: Vec<Made>,
}

/// One change of an aspect, and the revision that brought it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    pub change: AspectChange,
    pub revision: Option<Revision>,
}

#[derive(Clone, Debug)]
pub struct EdgeChange {
    pub edge: Edge,
    /// Else it went.
    pub came: bool,
    pub from: Arc<Node>,
    pub to: Arc<Node>,
    pub job: Option<Arc<Node>>,
    /// Why it is, or was, believed, and since when until when.
    pub evidence: Option<Evidence>,
    pub revision: Option<Revision>,
    pub made: Vec<Made>,
}

#[derive(Clone, Debug)]
pub struct Diff {
    pub times: Times,
    /// The nearest to the focus first, else in order of creation.
    pub nodes: Vec<NodeChange>,
    pub edges: Vec<EdgeChange>,
    /// Where the next page begins; none on the last one.
    pub cursor: Option<u64>,
    /// Empty when nothing is missing from this page.
    pub reasons: Vec<(Reason, u64)>,
    pub causes: Causes,
}

/// What is other at the second time than at the first.
pub async fn diff(store: &dyn Store, viewer: &dyn Viewer, question: &Question) -> Result<Diff> {
    let candidates = candidates::find(store, viewer, question).await?;
    differences(store, viewer, question, &candidates).await
}

async fn differences(
    store: &dyn Store,
    viewer: &dyn Viewer,
    question: &Question,
    candidates: &Candidates,
) -> Result<Diff> {
    let found = page::page(store, viewer, question, candidates).await?;
    let reasons = candidates.reasons.iter().copied().chain(found.reasons);
    let mut diff = Diff {
        times: question.times,
        nodes: found.nodes,
        edges: found.edges,
        cursor: found.cursor,
        reasons: counted(reasons, &candidates.causes),
        causes: candidates.causes.clone(),
    };
    cause::date(store, question, &mut diff).await?;
    if question.with_inputs && viewer.sees_everything() {
        cause::explain(store, &mut diff).await?;
    }
    Ok(diff)
}
