//! What the graph holds: nodes with their aspects, edges, runs.

use std::sync::Arc;

use crate::ids::{ContentId, EdgeId, NodeId, OrderKey, RunId, Span, Time};

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum NodeKind {
    Namespace,
    Dataset,
    Column,
    Job,
    Owner,
    Tag,
}

/// A dataset or a job as OpenLineage names it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct QualifiedName {
    pub namespace: String,
    pub name: String,
}

impl QualifiedName {
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> QualifiedName {
        QualifiedName { namespace: namespace.into(), name: name.into() }
    }
}

/// A node by its name; what a person or an event can say. Compared by canonical key, see `names`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum NodeName {
    Namespace(String),
    Dataset(QualifiedName),
    /// The path within the dataset, nested fields joined by `.`.
    Column(QualifiedName, String),
    Job(QualifiedName),
    Owner(String),
    /// `key` or `key=value`
    Tag(String),
}

impl NodeName {
    pub fn kind(&self) -> NodeKind {
        match self {
            NodeName::Namespace(_) => NodeKind::Namespace,
            NodeName::Dataset(_) => NodeKind::Dataset,
            NodeName::Column(..) => NodeKind::Column,
            NodeName::Job(_) => NodeKind::Job,
            NodeName::Owner(_) => NodeKind::Owner,
            NodeName::Tag(_) => NodeKind::Tag,
        }
    }
}

/// One node as it was at one revision.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    pub id: NodeId,
    /// As displayed: the representative's own spelling, with the namespace rewritten by the configured rules.
    pub name: NodeName,
    /// The dataset of a column, the namespace of a dataset or a job.
    pub parent: Option<NodeId>,
    pub span: Span,
    /// Every name under which it was reported, the representative's first; one entry for most nodes.
    pub reported_as: Vec<QualifiedName>,
    /// What events and artifacts said.
    pub ingested: Aspects,
    /// What people said. Never overwritten by ingestion; it wins.
    pub authored: Aspects,
    /// The newest raw facets by name, verbatim, by content; current even in a past version.
    pub facets: Vec<(String, ContentId)>,
}

/// Everything that versions a node. What does not apply to a kind stays empty.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Aspects {
    pub documentation: Option<Documentation>,
    pub owners: Vec<Owner>,
    pub tags: Vec<Tag>,
    pub source: Option<DataSource>,
    pub dataset_type: Option<DatasetType>,
    pub storage: Option<Storage>,
    pub lifecycle: Option<Lifecycle>,
    /// A dataset's columns in order, by the content of the schema; the columns themselves are nodes.
    pub schema: Option<ContentId>,
    pub field: Option<Field>,
    pub query: Option<Query>,
    pub source_code: Option<SourceCode>,
    pub source_location: Option<SourceLocation>,
    pub job_type: Option<JobType>,
    /// Of a job: what was not understood of the queries that its lineage is derived from now.
    pub query_faults: Vec<QueryFaults>,
    /// Other names this dataset was said to have (symlinks, renames).
    pub aliases: Vec<Alias>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Documentation {
    pub text: String,
    pub content_type: Option<String>,
    /// Who wrote it and when; only for authored text.
    pub by: Option<Authorship>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Authorship {
    pub principal: String,
    pub at: Time,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Owner {
    pub name: String,
    pub role: Option<String>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tag {
    pub key: String,
    pub value: String,
    pub source: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DataSource {
    pub name: Option<String>,
    pub uri: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DatasetType {
    pub name: String,
    pub subtype: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Storage {
    pub layer: Option<String>,
    pub format: Option<String>,
}

/// The last life-cycle change: ALTER, CREATE, DROP, OVERWRITE, RENAME, TRUNCATE.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Lifecycle {
    pub change: String,
    pub previous: Option<QualifiedName>,
    /// Dropped and not written since.
    pub dropped: bool,
}

/// One column of a schema; nested columns carry their whole path.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    pub path: Vec<String>,
    pub data_type: Option<String>,
    pub description: Option<String>,
    /// Place among all columns of the schema, nested ones counted where they stand, from 0.
    pub position: u32,
    /// False when no schema has it and only lineage mentions it.
    pub declared: bool,
}

/// The dotted path under which a column is named.
pub fn dotted(path: &[String]) -> String {
    path.join(".")
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Query {
    pub text: String,
    pub dialect: Option<String>,
}

/// What was not understood of one query.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct QueryFaults {
    /// The query's text.
    pub query: ContentId,
    pub faults: Vec<QueryFault>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct QueryFault {
    /// From and up to which byte of the query's text, where a place is known.
    pub span: Option<(u32, u32)>,
    /// Stable, kebab-case.
    pub code: String,
    pub message: String,
    /// What lineage lacks because of it; none when nothing is lost.
    pub gap: Option<Gap>,
}

/// What lineage lacks that was derived from a query.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Gap {
    /// What a statement, or a part of one, does: it could not be read.
    Unparsed,
    /// A table: the name in the query could not be told.
    UnresolvedDataset,
    /// Columns: their names could not be told. Which datasets are tied is known.
    UnresolvedColumn,
}

impl Gap {
    pub const ALL: [Gap; 3] = [Gap::Unparsed, Gap::UnresolvedDataset, Gap::UnresolvedColumn];

    /// The edges that stand beside what a job reads and writes and say that there is more.
    pub fn kind(self) -> EdgeKind {
        match self {
            Gap::Unparsed => EdgeKind::Unparsed,
            Gap::UnresolvedDataset => EdgeKind::UnresolvedDataset,
            Gap::UnresolvedColumn => EdgeKind::UnresolvedColumn,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SourceCode {
    pub language: String,
    pub code: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SourceLocation {
    pub kind: Option<String>,
    pub url: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct JobType {
    pub processing: Option<String>,
    pub integration: Option<String>,
    pub job_type: Option<String>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Alias {
    pub name: QualifiedName,
    pub reason: AliasReason,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AliasReason {
    /// A symlink: the same data under a logical name.
    Symlink,
    /// The name it had before it was renamed.
    Rename,
}

/// The kind of an edge. Column edges say how the value of the target depends on the source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum EdgeKind {
    /// dataset → job
    Reads,
    /// job → dataset
    Writes,
    /// dataset → dataset, by a job
    Feeds,
    /// column → column, a value comes over (subtype not said for `Direct`)
    Identity,
    Transformation,
    Aggregation,
    Direct,
    /// column → column or column → dataset (all its columns): it decides, but its value does not come over
    Join,
    Filter,
    GroupBy,
    Sort,
    Window,
    Conditional,
    Indirect,
    /// column → column, how is not known
    Unknown,
    /// dataset or job or column → owner
    OwnedBy,
    /// dataset or job or column → tag
    Tagged,
    /// job → job: child to parent
    PartOf,
    /// dataset → job that reads it, job → dataset that it writes, and job → itself where no output is known: lineage of
    /// that job is derived from a query with a gap, see `Gap`. They tie nothing.
    Unparsed,
    UnresolvedDataset,
    UnresolvedColumn,
}

impl EdgeKind {
    pub const ALL: [EdgeKind; 21] = [
        EdgeKind::Reads,
        EdgeKind::Writes,
        EdgeKind::Feeds,
        EdgeKind::Identity,
        EdgeKind::Transformation,
        EdgeKind::Aggregation,
        EdgeKind::Direct,
        EdgeKind::Join,
        EdgeKind::Filter,
        EdgeKind::GroupBy,
        EdgeKind::Sort,
        EdgeKind::Window,
        EdgeKind::Conditional,
        EdgeKind::Indirect,
        EdgeKind::Unknown,
        EdgeKind::OwnedBy,
        EdgeKind::Tagged,
        EdgeKind::PartOf,
        EdgeKind::Unparsed,
        EdgeKind::UnresolvedDataset,
        EdgeKind::UnresolvedColumn,
    ];

    /// Ties data or jobs that make it; ownership, tags, the tree of jobs and gaps do not.
    pub fn is_lineage(self) -> bool {
        EdgeKinds::DATASET.union(EdgeKinds::JOB).union(EdgeKinds::COLUMN).contains(self)
    }
}

/// A set of edge kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EdgeKinds(u32);

impl EdgeKinds {
    pub const NONE: EdgeKinds = EdgeKinds(0);
    /// Dataset to dataset.
    pub const DATASET: EdgeKinds = EdgeKinds::of(&[EdgeKind::Feeds]);
    /// Dataset to job to dataset.
    pub const JOB: EdgeKinds = EdgeKinds::of(&[EdgeKind::Reads, EdgeKind::Writes]);
    pub const DIRECT: EdgeKinds =
        EdgeKinds::of(&[EdgeKind::Identity, EdgeKind::Transformation, EdgeKind::Aggregation, EdgeKind::Direct]);
    pub const INDIRECT: EdgeKinds = EdgeKinds::of(&[
        EdgeKind::Join,
        EdgeKind::Filter,
        EdgeKind::GroupBy,
        EdgeKind::Sort,
        EdgeKind::Window,
        EdgeKind::Conditional,
        EdgeKind::Indirect,
    ]);
    /// Everything that ties columns: direct, indirect and unknown.
    pub const COLUMN: EdgeKinds = EdgeKinds(Self::DIRECT.0 | Self::INDIRECT.0 | 1 << EdgeKind::Unknown as u8);

    /// What a query leaves open between datasets.
    pub const DATASET_GAPS: EdgeKinds = EdgeKinds::of(&[EdgeKind::Unparsed, EdgeKind::UnresolvedDataset]);
    /// What a query leaves open between columns.
    pub const GAPS: EdgeKinds = EdgeKinds(Self::DATASET_GAPS.0 | 1 << EdgeKind::UnresolvedColumn as u8);

    pub const fn of(kinds: &[EdgeKind]) -> EdgeKinds {
        let (mut bits, mut at) = (0, 0);
        while at < kinds.len() {
            bits |= 1 << kinds[at] as u8;
            at += 1;
        }
        EdgeKinds(bits)
    }

    pub fn contains(self, kind: EdgeKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    pub fn intersects(self, other: EdgeKinds) -> bool {
        self.0 & other.0 != 0
    }

    /// Those of these that are not among the others.
    pub fn without(self, others: EdgeKinds) -> EdgeKinds {
        EdgeKinds(self.0 & !others.0)
    }

    pub fn intersection(self, other: EdgeKinds) -> EdgeKinds {
        EdgeKinds(self.0 & other.0)
    }

    pub fn union(self, other: EdgeKinds) -> EdgeKinds {
        EdgeKinds(self.0 | other.0)
    }
}

/// One edge as of a revision, between representatives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    pub id: EdgeId,
    pub from: NodeId,
    pub to: NodeId,
    pub kind: EdgeKind,
    pub masking: bool,
    /// The job that makes it; none for edges that a dataset declares of itself and for ownership.
    pub job: Option<NodeId>,
}

/// What lineage was concluded from, the best first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum LineageSource {
    /// The explicit lineage facet.
    Explicit,
    /// The columnLineage facet.
    ColumnLineage,
    /// Derived from the query with the graph's own schemas.
    Sql,
    /// Every input feeds every output: nothing better was said.
    InputsOutputs,
}

/// Why an edge is believed.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
    pub edge: Edge,
    pub span: Span,
    pub source: LineageSource,
    pub query: Option<Query>,
    /// The expression in the query, with its byte span.
    pub expression: Option<Expression>,
    pub first_seen: Time,
    pub last_seen: Time,
    pub run_count: u64,
    pub last_run: Option<RunId>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Expression {
    pub text: String,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum EventType {
    Start,
    Running,
    Complete,
    Abort,
    Fail,
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum RunState {
    /// Mentioned, or reported without an event type.
    Unknown,
    Running,
    Completed,
    Aborted,
    Failed,
}

/// A run: all that its events said, accumulated.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    pub id: RunId,
    /// The run id as it was sent; unique within its job only.
    pub name: String,
    pub job: NodeId,
    pub state: RunState,
    /// Time of the earliest START, else of the earliest event.
    pub started_at: Option<Time>,
    /// Time of the terminal event that decides the state.
    pub ended_at: Option<Time>,
    pub nominal_start: Option<Time>,
    pub nominal_end: Option<Time>,
    pub parent: Option<ParentRun>,
    pub error: Option<RunError>,
    pub inputs: Vec<NodeId>,
    pub outputs: Vec<NodeId>,
    /// In order of their order keys.
    pub events: Vec<RunEvent>,
    /// Raw facets of the run, by content.
    pub facets: Vec<(String, ContentId)>,
    /// Raw facets of what it read and wrote, by content.
    pub io_facets: Vec<IoFacet>,
    pub measures: Vec<Measure>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ParentRun {
    pub run: String,
    pub job: QualifiedName,
    pub root: Option<(String, QualifiedName)>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RunError {
    pub message: String,
    pub language: Option<String>,
    pub stack_trace: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RunEvent {
    pub event_type: Option<EventType>,
    pub key: OrderKey,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IoFacet {
    pub dataset: NodeId,
    pub direction: IoDirection,
    pub name: String,
    pub content: ContentId,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum IoDirection {
    Input,
    Output,
}

/// A number or a check result that a run reported of a dataset it read or wrote.
#[derive(Clone, PartialEq, Debug)]
pub struct Measure {
    pub dataset: NodeId,
    pub direction: IoDirection,
    pub at: Time,
    pub what: Measured,
}

#[derive(Clone, PartialEq, Debug)]
pub enum Measured {
    /// `rowCount`, `size`, `fileCount`, or `column.path/nullCount` and the like.
    Statistic {
        name: String,
        value: f64,
    },
    Assertion {
        assertion: String,
        column: Option<String>,
        success: bool,
        severity: Option<String>,
    },
}

/// One version of a node: from when to when, and which aspects changed when it began.
#[derive(Clone, PartialEq, Debug)]
pub struct Version {
    pub node: Arc<Node>,
    pub changed: Vec<&'static str>,
}
