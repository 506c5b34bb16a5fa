//! The store: twelve methods, one hop at a time. Walks, impact and digests are written once, above it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::change::{Fault, InputKind, Submission};
use crate::ids::{ContentId, EdgeId, NodeId, Revision, RunId, Time};
use crate::model::{Edge, EdgeKinds, Evidence, Node, NodeKind, NodeName, Run, RunState, Version};

pub type Result<T> = std::result::Result<T, StoreError>;

/// Where a store takes the time of a commit from.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store at `{path}` is in use by {holder}")]
    InUse { path: String, holder: String },
    #[error("the store at `{path}` has format {found}, and this version reads {expected}: {hint}")]
    Format { path: String, found: String, expected: u32, hint: String },
    #[error("revision {asked} is not committed yet; the newest is {newest}")]
    Future { asked: Revision, newest: Revision },
    #[error("the store is shutting down")]
    Closed,
    /// It may work again later by itself; of a commit nobody knows whether it was done, and the same again does no harm.
    #[error("the graph database is not available: {0}")]
    Unavailable(String),
    #[error("the store failed: {0}")]
    Backend(String),
    #[error("the input cannot be stored: {0}")]
    Refused(String),
}

/// Which revision a question is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AsOf {
    Latest,
    Revision(Revision),
    /// The last revision committed by this moment.
    Time(Time),
}

/// A revision, when it was committed, and how much there is (always of the newest revision).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RevisionMeta {
    pub revision: Revision,
    /// None for revision 0, the empty graph.
    pub committed_at: Option<Time>,
    pub totals: Totals,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Totals {
    pub datasets: u64,
    pub columns: u64,
    pub jobs: u64,
    pub runs: u64,
    /// Lineage edges that are current.
    pub edges: u64,
    pub inputs: u64,
    /// Inputs with a fault, rejected or tolerated.
    pub faults: u64,
    pub rejected: u64,
}

/// What became of a submission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The revision at which everything submitted can be read.
    pub revision: Revision,
    /// The same input was committed before.
    pub repeated: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// Against the edges: where it comes from.
    Upstream,
    /// With the edges: what depends on it.
    Downstream,
}

/// One hop from every node of a frontier. An influence on a whole dataset counts for each of its columns: with column
/// kinds, a column is told the edges into its dataset as well (their `to` is the dataset), and a dataset the edges of
/// all its columns (their near end is the column). Gaps of a column's dataset are told too, each once a hop (the near
/// end is the dataset).
#[derive(Clone, Copy, Debug)]
pub struct Hop<'a> {
    pub frontier: &'a [NodeId],
    pub direction: Direction,
    pub kinds: EdgeKinds,
    pub at: Revision,
}

/// A page of one kind of node, in order of creation; of one parent when given.
#[derive(Clone, Copy, Debug)]
pub struct Scan {
    pub kind: NodeKind,
    pub parent: Option<NodeId>,
    pub after: Option<NodeId>,
    pub limit: usize,
    pub at: Revision,
}

#[derive(Clone, Debug)]
pub enum Feed {
    /// What changed in each revision after the one asked for, oldest first; empty when nothing has.
    Changes(Vec<FeedEntry>),
    /// The place asked for is gone from the feed: read the graph afresh, then follow from `resume`.
    Trimmed { resume: Revision },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedEntry {
    pub revision: Revision,
    pub committed_at: Time,
    /// Nodes that began, changed (themselves or an edge of theirs) or ended.
    pub nodes: Vec<(NodeId, ChangeKind)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ChangeKind {
    Created,
    Updated,
    Ended,
    /// Only edges at the node changed.
    Linked,
}

/// Which runs; newest first.
#[derive(Clone, Default, Debug)]
pub struct RunQuery {
    pub ids: Vec<RunId>,
    /// The run id as it was sent.
    pub name: Option<String>,
    pub job: Option<NodeId>,
    /// The newest run of each of these jobs, whatever `limit` says; nothing else is read then.
    pub latest_of: Vec<NodeId>,
    pub dataset: Option<NodeId>,
    pub state: Option<RunState>,
    pub after: Option<RunCursor>,
    pub limit: usize,
}

/// The place of a run in the order of pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RunCursor {
    pub at: Time,
    pub id: RunId,
}

/// Which inputs, oldest first.
#[derive(Clone, Copy, Default, Debug)]
pub struct LogQuery {
    /// The sequence number of the last one already seen.
    pub after: u64,
    pub limit: usize,
    /// Only inputs that were rejected or had faults, newest first; then `after` is read as `before` when not 0.
    pub faulty: bool,
}

#[derive(Clone, Debug)]
pub struct LogEntry {
    pub sequence: u64,
    pub id: ContentId,
    pub kind: InputKind,
    pub body: Vec<u8>,
    pub received_at: Time,
    /// None for an input that was rejected.
    pub revision: Option<Revision>,
    pub faults: Vec<Fault>,
}

/// A graph that remembers. One request fixes a `Revision` first and reads everything at it.
#[async_trait]
pub trait Store: Send + Sync {
    /// The revision that a question is about; `Future` when it is not committed yet.
    async fn revision(&self, as_of: AsOf) -> Result<RevisionMeta>;
    /// Makes a submission durable, whole. Concurrent calls share one sync; a repeated input changes nothing.
    async fn commit(&self, submission: Submission) -> Result<Receipt>;
    /// The representatives of names, in the order asked; `None` for a name that nothing answered to at `at`.
    async fn resolve(&self, names: &[NodeName], at: Revision) -> Result<Vec<Option<NodeId>>>;
    /// The nodes, in the order asked; `None` for one that did not exist at `at`.
    async fn nodes(&self, ids: &[NodeId], at: Revision) -> Result<Vec<Option<Arc<Node>>>>;
    /// One hop of edges of every node of the frontier; all names of a node are one.
    async fn hop(&self, hop: Hop<'_>) -> Result<Vec<Edge>>;
    async fn scan(&self, scan: Scan) -> Result<Vec<NodeId>>;
    /// The feed after a revision, waiting up to `wait` for something to happen.
    async fn changes(&self, after: Revision, limit: usize, wait: Duration) -> Result<Feed>;
    /// All versions of a node, newest first.
    async fn history(&self, id: NodeId, limit: usize) -> Result<Vec<Version>>;
    async fn runs(&self, query: &RunQuery) -> Result<Vec<Run>>;
    async fn log(&self, query: LogQuery) -> Result<Vec<LogEntry>>;
    async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Option<Vec<u8>>>>;
    /// Why an edge is believed; `None` for an edge that never was.
    async fn evidence(&self, edge: EdgeId) -> Result<Option<Evidence>>;
}
