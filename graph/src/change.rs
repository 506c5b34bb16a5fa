//! What can be said to the graph. A submission is one input (an event, an artifact, a person's edit) and the changes
//! that follow from it; it is committed whole or not at all, and saying it again changes nothing.

use crate::ids::{ContentId, OrderKey, Time};
use crate::model::*;

/// One input and all that follows from it.
#[derive(Clone, Debug)]
pub struct Submission {
    pub input: Input,
    pub changes: Vec<Change>,
}

impl Submission {
    /// About how many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        self.input.body.len() + self.input.contents.iter().map(|content| content.bytes.len()).sum::<usize>()
    }
}

/// One entry of the input log.
#[derive(Clone, Debug)]
pub struct Input {
    /// Of the redacted canonical form. Two inputs with the same id are the same input, and the second is dropped.
    pub id: ContentId,
    pub kind: InputKind,
    /// The redacted canonical input with each facet replaced by a reference into `contents`.
    pub body: Vec<u8>,
    /// Bytes that `body`, the changes and the faults refer to; stored once, by content.
    pub contents: Vec<Content>,
    pub received_at: Time,
    /// Empty for an input in good order. An input that is rejected has one fault, `rejected`, and no changes.
    pub faults: Vec<Fault>,
    pub rejected: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum InputKind {
    OpenLineage,
    Dbt,
    Sql,
    Authored,
}

#[derive(Clone, Debug)]
pub struct Content {
    pub id: ContentId,
    pub bytes: Vec<u8>,
}

impl Content {
    pub fn new(bytes: Vec<u8>) -> Content {
        Content { id: ContentId::of(&bytes), bytes }
    }
}

/// Something wrong with an input: rejected for good, or tolerated.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Stable, kebab-case.
    pub code: String,
    /// Where, as a JSON path such as `$.job.namespace`, or `file:line`.
    pub path: Option<String>,
    pub message: String,
}

#[derive(Clone, Debug)]
pub enum Change {
    /// Something said of a dataset.
    Dataset(DatasetChange),
    /// Something said of a job.
    Job(JobChange),
    /// One event of a run, or a design-time statement of a job's lineage.
    Run(Box<RunChange>),
    /// A dataset's own statement of where it comes from, by no job.
    Statement(DatasetStatement),
    /// Something a person wrote.
    Authored(AuthoredChange),
}

#[derive(Clone, Debug)]
pub struct DatasetChange {
    pub name: QualifiedName,
    pub at: OrderKey,
    pub facets: Vec<Assertion>,
}

#[derive(Clone, Debug)]
pub struct JobChange {
    pub name: QualifiedName,
    pub at: OrderKey,
    pub facets: Vec<Assertion>,
}

/// One facet: the newest by order key replaces what the slot held, whole.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// The facet's name: `schema`, `documentation`, `spark.logicalPlan`, …
    pub slot: String,
    /// None: the facet was deleted.
    pub value: Option<FacetValue>,
}

#[derive(Clone, Debug)]
pub struct FacetValue {
    /// The facet as received; its bytes are among the input's contents.
    pub raw: ContentId,
    /// What it means; `Opaque` when nothing here understands it, or when it does not fit its own schema.
    pub aspect: Aspect,
}

/// A facet's meaning.
#[derive(Clone, PartialEq, Debug)]
pub enum Aspect {
    Opaque,
    Schema(Vec<Field>),
    Documentation(Documentation),
    Ownership(Vec<Owner>),
    /// Tags of the dataset or job, and of columns by path.
    Tags {
        own: Vec<Tag>,
        columns: Vec<(String, Tag)>,
    },
    Source(DataSource),
    Type(DatasetType),
    Storage(Storage),
    /// Accumulates: a name once claimed stays claimed until the facet is deleted.
    Symlinks(Vec<QualifiedName>),
    Lifecycle {
        change: String,
        previous: Option<QualifiedName>,
    },
    Query(Query),
    SourceCode(SourceCode),
    SourceLocation(SourceLocation),
    JobType(JobType),
    /// Of runs only.
    NominalTime {
        start: Option<Time>,
        end: Option<Time>,
    },
    Parent(ParentRun),
    Error(RunError),
    /// Of what a run read or wrote.
    Measures(Vec<Measured>),
}

/// One event of a run. Events of one run accumulate: inputs and outputs are united, of each facet and each output's
/// lineage claim the newest counts.
#[derive(Clone, Debug)]
pub struct RunChange {
    pub job: QualifiedName,
    /// None: a design-time statement (JobEvent, dbt manifest, SQL file); each newer one of the same job replaces the
    /// one before.
    pub run: Option<String>,
    pub at: OrderKey,
    pub event_type: Option<EventType>,
    pub facets: Vec<Assertion>,
    pub inputs: Vec<RunDataset>,
    pub outputs: Vec<RunDataset>,
    /// What the event says of where an output comes from, per output and source. `LineageSource::Sql` and
    /// `InputsOutputs` are never claimed: the store concludes them itself.
    pub claims: Vec<Claim>,
    /// The query in force for this run, for outputs of which nothing better is said.
    pub query: Option<Query>,
}

/// Where a dataset comes from, said of the dataset itself; a newer statement replaces the one before, and one without
/// claims takes it back.
#[derive(Clone, Debug)]
pub struct DatasetStatement {
    pub dataset: QualifiedName,
    pub at: OrderKey,
    pub claims: Vec<Claim>,
}

/// A dataset that a run read or wrote, with what the run said of it (input and output facets).
#[derive(Clone, Debug)]
pub struct RunDataset {
    pub name: QualifiedName,
    pub facets: Vec<Assertion>,
}

/// Where one output comes from. It is the complete edge set of that output for its source.
#[derive(Clone, PartialEq, Debug)]
pub struct Claim {
    pub output: QualifiedName,
    pub source: LineageSource,
    /// Datasets that feed the output; those named in `edges` need not be repeated.
    pub inputs: Vec<QualifiedName>,
    pub edges: Vec<ColumnClaim>,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ColumnClaim {
    pub source: QualifiedName,
    /// Dotted path.
    pub source_column: String,
    /// None: it influences the whole output (a filter, a join).
    pub target_column: Option<String>,
    pub kind: EdgeKind,
    pub masking: bool,
    pub expression: Option<ExpressionSpan>,
}

/// A place in the query's text, in bytes, and the text there.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ExpressionSpan {
    pub text: String,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Debug)]
pub struct AuthoredChange {
    pub target: NodeName,
    pub at: OrderKey,
    pub by: String,
    pub edit: Edit,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edit {
    /// None takes the authored text away; the ingested one shows again.
    Description(Option<String>),
    AddOwner(Owner),
    RemoveOwner(String),
    AddTag(Tag),
    RemoveTag(String),
}
