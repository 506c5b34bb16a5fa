//! What a commit asks of a store and changes in it, and nothing of what that means. A store answers within the
//! transaction of the commit: what was written earlier in it is read back.

use super::outcome::flag;
use crate::change::Input;
use crate::ids::ContentId;
use crate::model::{Field, NodeKind, NodeName, QualifiedName, RunState};
use crate::names;
use crate::records::{Body, DerivationBody, KeyRecord, Lineage, Register, RunBody};
use crate::store::Result;

/// A node as far as names go.
pub(crate) struct Found {
    pub id: u32,
    pub name: String,
    pub flags: u8,
    pub ended: bool,
}

/// The newest version of a node.
pub(crate) struct Version {
    pub since: u32,
    pub ended: bool,
    pub body: Body,
}

/// A column of a dataset.
pub(crate) struct ColumnRow {
    pub key: String,
    pub id: u32,
    pub flags: u8,
    pub version: Version,
}

/// A node that begins.
pub(crate) struct NodeRow<'n> {
    pub id: u32,
    pub kind: NodeKind,
    pub parent: u32,
    pub key: &'n str,
    pub name: &'n str,
    pub created: u32,
    pub ended: Option<u32>,
    pub flags: u8,
    pub body: &'n Body,
}

/// A group of edges.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Group {
    /// Lineage of a dataset by a job; job 0 is the dataset's own statement.
    Output { output: u32, job: u32 },
    /// What a job reads.
    Reads(u32),
    /// Owners and tags of a node, and a job's parent.
    Labels(u32),
}

impl Group {
    /// How the output and the job of its edges are stored.
    pub fn columns(self) -> (u32, u32) {
        match self {
            Group::Output { output, job } => (output, job),
            Group::Reads(job) => (0, job),
            Group::Labels(node) => (node, u32::MAX),
        }
    }

    pub fn job(self) -> u32 {
        match self {
            Group::Output { job, .. } | Group::Reads(job) => job,
            Group::Labels(_) => 0,
        }
    }
}

/// One edge of a group: kind, source, target, masking.
pub(crate) type EdgeRow = (u8, u32, u32, bool);

/// An input and its place in the log.
pub(crate) struct InputRow<'i> {
    pub sequence: i64,
    /// The revision it made; a rejected one makes none.
    pub revision: Option<u32>,
    pub input: &'i Input,
}

/// A run as it is stored.
pub(crate) struct StoredRun {
    pub id: i64,
    /// When it started, in microseconds.
    pub at: i64,
    pub body: RunBody,
}

/// A run to be stored.
pub(crate) struct RunRow<'r> {
    pub id: i64,
    pub job: u32,
    pub name: &'r str,
    pub state: RunState,
    pub at: i64,
    pub body: &'r RunBody,
}

/// What a run says of one output.
pub(crate) struct OutputRow<'o> {
    pub run: i64,
    pub output: u32,
    pub job: u32,
    pub lineage: &'o ContentId,
    /// When it was said.
    pub key: Option<KeyRecord>,
    pub standing: u8,
    pub drops: bool,
}

/// All that a commit reads and changes.
pub(crate) trait Tables: Before + Nodes + Names + Edges + Inputs + Lineages + Derivations + Runs {}

impl<T: Before + Nodes + Names + Edges + Inputs + Lineages + Derivations + Runs> Tables for T {}

/// How things stood before the commit.
pub(crate) trait Before {
    /// The id that the first node of the commit gets: nodes from there on it has made itself.
    fn first_new(&self) -> u32;
    fn flags(&self, id: u32) -> u8;
    fn is_there(&self, id: u32) -> bool;
    /// How many edges at the node were current.
    fn degree(&self, id: u32) -> usize;
}

/// Nodes: found by name, their spans, their versions.
pub(crate) trait Nodes {
    fn node(&self, parent: u32, kind: NodeKind, key: &str) -> Result<Option<Found>>;
    /// All columns of a dataset, those that are not there included.
    fn columns(&self, dataset: u32) -> Result<Vec<ColumnRow>>;
    fn insert_node(&mut self, row: &NodeRow<'_>) -> Result<()>;
    fn version(&self, id: u32) -> Result<Version>;
    fn write_version(&mut self, id: u32, since: u32, body: &Body) -> Result<()>;
    /// Copies the newest version into the past, where it ends.
    fn keep_past(&mut self, id: u32, until: u32) -> Result<()>;
    /// Since when the newest version is, and since when the node is.
    fn span(&self, id: u32) -> Result<(u32, u32)>;
    /// Makes a node that was not there begin; answers since when it is. One that was there before began then.
    fn begin_node(&mut self, id: u32, at: u32) -> Result<u32>;
    fn end_node(&mut self, id: u32, at: u32) -> Result<()>;
    fn rename_node(&mut self, id: u32, name: &str) -> Result<()>;
    fn set_flags(&mut self, id: u32, flags: u8) -> Result<()>;
    /// The name of a dataset or a job as it is shown.
    fn name(&self, id: u32) -> Result<QualifiedName>;

    /// A dataset by name, whether it is there or not.
    fn dataset(&self, name: &QualifiedName) -> Result<Option<u32>> {
        let Some(namespace) = self.node(0, NodeKind::Namespace, &names::namespace_key(&name.namespace))? else {
            return Ok(None);
        };
        let found = self.node(namespace.id, NodeKind::Dataset, &names::key(&NodeName::Dataset(name.clone())))?;
        Ok(found.map(|found| found.id))
    }

    /// The columns that the schema of a dataset has, in its order.
    fn fields(&self, dataset: u32) -> Result<Vec<Field>> {
        let columns = self.columns(dataset)?.into_iter().filter(|column| column.flags & flag::DECLARED != 0);
        let mut fields: Vec<Field> = columns.filter_map(|column| column.version.body.ingested.field).collect();
        fields.sort_by_key(|field| field.position);
        Ok(fields)
    }
}

/// The other names of datasets.
pub(crate) trait Names {
    /// Notes that a dataset was said to have been called otherwise.
    fn note_renamed(&mut self, old: u32, node: u32) -> Result<()>;
    /// Datasets that were ever said to be what became of this one by renaming.
    fn renamed_from(&self, old: u32) -> Result<Vec<u32>>;
    /// The current other names of a dataset, as it says itself: dataset and reason.
    fn aliases(&self, node: u32) -> Result<Vec<(u32, u8)>>;
    /// Datasets that are called as this one is, whoever said so.
    fn namesakes(&self, node: u32) -> Result<Vec<u32>>;
    fn begin_alias(&mut self, node: u32, alias: (u32, u8), at: u32) -> Result<()>;
    fn end_alias(&mut self, node: u32, alias: (u32, u8), at: u32) -> Result<()>;
}

/// Edges, in groups that begin and end together.
pub(crate) trait Edges {
    /// The current edges of a group.
    fn edges(&self, group: Group) -> Result<Vec<(u32, EdgeRow)>>;
    fn begin_edge(&mut self, id: u32, group: Group, edge: EdgeRow, at: u32) -> Result<()>;
    /// Ends a current edge of a group.
    fn end_edge(&mut self, id: u32, group: Group, at: u32) -> Result<()>;
}

/// Inputs, contents, and the registers that say which input a facet came from.
pub(crate) trait Inputs {
    fn has_input(&self, id: &ContentId) -> Result<bool>;
    fn insert_input(&mut self, row: &InputRow<'_>) -> Result<()>;
    /// Keeps bytes by content.
    fn keep_content(&mut self, id: &ContentId, bytes: &[u8]) -> Result<()>;
    fn content(&self, id: &ContentId) -> Result<Vec<u8>>;
    /// Which facets a node has from which inputs; empty when there are none.
    fn register(&self, node: u32) -> Result<Register>;
    fn write_register(&mut self, node: u32, register: &Register) -> Result<()>;
}

/// Lineage by content, and what runs say of their outputs.
pub(crate) trait Lineages {
    fn has_lineage(&self, id: &ContentId) -> Result<bool>;
    fn lineage(&self, id: &ContentId) -> Result<Lineage>;
    fn write_lineage(&mut self, id: &ContentId, lineage: &Lineage) -> Result<()>;
    /// The lineages noted as current for an output by a job; none when nothing was noted yet.
    fn noted_lineages(&self, job: u32, output: u32) -> Result<Option<Vec<ContentId>>>;
    fn note_lineages(&mut self, job: u32, output: u32, lineages: &[ContentId]) -> Result<()>;
    /// The lineages noted as current for all outputs of a job.
    fn lineages_of_job(&self, job: u32) -> Result<Vec<(u32, Vec<ContentId>)>>;
    /// What the latest complete run says, what later runs say, and what was stated by design; in order of ids.
    fn said_lineages(&self, job: u32, output: u32) -> Result<Vec<ContentId>>;
    /// The outputs that a run says something of.
    fn outputs_of_run(&self, run: i64) -> Result<Vec<u32>>;
    fn write_output(&mut self, row: &OutputRow<'_>) -> Result<()>;
    fn delete_output(&mut self, run: i64, output: u32) -> Result<()>;
    /// The newest time a run wrote a dataset.
    fn written_at(&self, dataset: u32) -> Result<Option<KeyRecord>>;
}

/// Queries that lineage was derived from.
pub(crate) trait Derivations {
    fn derivation(&self, id: &ContentId) -> Result<Option<DerivationBody>>;
    /// Writes a derivation, and which schemas it was bound to.
    fn write_derivation(&mut self, id: &ContentId, job: u32, body: &DerivationBody, bound: &[ContentId]) -> Result<()>;
    /// The derivations that were bound to a schema, each with its job.
    fn derivations_of_schema(&self, schema: &ContentId) -> Result<Vec<(ContentId, u32)>>;
}

/// Runs, and which datasets they read and wrote.
pub(crate) trait Runs {
    fn run(&self, job: u32, name: &str) -> Result<Option<StoredRun>>;
    fn write_run(&mut self, row: &RunRow<'_>) -> Result<()>;
    /// The runs of a job that say this lineage of an output, by name.
    fn runs_that_say(&self, job: u32, output: u32, lineage: &ContentId) -> Result<Vec<String>>;
    /// Has a dataset list a run that started then.
    fn list_run(&mut self, dataset: u32, at: i64, run: i64) -> Result<()>;
    fn unlist_run(&mut self, dataset: u32, at: i64, run: i64) -> Result<()>;
}
