//! The enumerations of the schema, and how the graph's own become them.

use async_graphql::Enum;
use graph::walk;
use serde::{Deserialize, Serialize};

#[derive(Enum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NodeKind {
    Dataset,
    Column,
    Job,
    Run,
    Owner,
    Tag,
    Namespace,
    Domain,
    Term,
}

impl From<graph::NodeKind> for NodeKind {
    fn from(kind: graph::NodeKind) -> NodeKind {
        match kind {
            graph::NodeKind::Namespace => NodeKind::Namespace,
            graph::NodeKind::Dataset => NodeKind::Dataset,
            graph::NodeKind::Column => NodeKind::Column,
            graph::NodeKind::Job => NodeKind::Job,
            graph::NodeKind::Owner => NodeKind::Owner,
            graph::NodeKind::Tag => NodeKind::Tag,
        }
    }
}

#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    Upstream,
    Downstream,
    Both,
}

#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    Dataset,
    Column,
}

#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "graph::RunState")]
pub enum RunState {
    Unknown,
    Running,
    Completed,
    Aborted,
    Failed,
}

#[derive(Enum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Origin {
    Authored,
    Ingested,
}

/// How a value of the target comes from the source. READS and WRITES tie datasets to jobs; FEEDS is dataset to dataset.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EdgeKind {
    Reads,
    Writes,
    Feeds,
    Identity,
    Transformation,
    Aggregation,
    Direct,
    Join,
    Filter,
    GroupBy,
    Sort,
    Window,
    Conditional,
    Indirect,
    Unknown,
}

/// Each kind of the schema with the graph's. Ownership, tagging and the tree of jobs are no lineage and not among them.
const EDGE_KINDS: [(EdgeKind, graph::EdgeKind); 15] = [
    (EdgeKind::Reads, graph::EdgeKind::Reads),
    (EdgeKind::Writes, graph::EdgeKind::Writes),
    (EdgeKind::Feeds, graph::EdgeKind::Feeds),
    (EdgeKind::Identity, graph::EdgeKind::Identity),
    (EdgeKind::Transformation, graph::EdgeKind::Transformation),
    (EdgeKind::Aggregation, graph::EdgeKind::Aggregation),
    (EdgeKind::Direct, graph::EdgeKind::Direct),
    (EdgeKind::Join, graph::EdgeKind::Join),
    (EdgeKind::Filter, graph::EdgeKind::Filter),
    (EdgeKind::GroupBy, graph::EdgeKind::GroupBy),
    (EdgeKind::Sort, graph::EdgeKind::Sort),
    (EdgeKind::Window, graph::EdgeKind::Window),
    (EdgeKind::Conditional, graph::EdgeKind::Conditional),
    (EdgeKind::Indirect, graph::EdgeKind::Indirect),
    (EdgeKind::Unknown, graph::EdgeKind::Unknown),
];

impl EdgeKind {
    /// `None` for a kind that is no lineage.
    pub fn of(kind: graph::EdgeKind) -> Option<EdgeKind> {
        EDGE_KINDS.iter().find(|(_, stored)| *stored == kind).map(|(told, _)| *told)
    }

    pub fn set(kinds: &[EdgeKind]) -> graph::EdgeKinds {
        let stored: Vec<_> =
            EDGE_KINDS.iter().filter(|(told, _)| kinds.contains(told)).map(|(_, kind)| *kind).collect();
        graph::EdgeKinds::of(&stored)
    }
}

/// What an edge was concluded from, best first.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(remote = "graph::LineageSource")]
pub enum LineageSource {
    Explicit,
    ColumnLineage,
    Sql,
    InputsOutputs,
}

/// Why an answer is not complete.
#[derive(Enum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(remote = "walk::Reason")]
pub enum ReasonCode {
    NodeLimit,
    DepthLimit,
    Deadline,
    UnparsedQuery,
    UnknownTransformation,
    UnresolvedDataset,
    Restricted,
}

/// What becomes of a consumer when a schema changes.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "impact::schema::Verdict")]
pub enum Verdict {
    /// it fails
    Breaks,
    /// it runs, and its own output gains, loses, renames or retypes a column
    SchemaChanges,
    /// it has other values
    ValueChanges,
    /// it has other rows
    RowsChange,
    /// what it does with the change is not known
    MayBreak,
    /// it was looked at, and nothing of it changes
    Safe,
}

/// What is done to a dataset or a column, spelled as in a change file.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "impact::schema::Op", rename_items = "snake_case")]
pub enum ChangeOp {
    DropColumn,
    RenameColumn,
    RetypeColumn,
    SetNullable,
    AddColumn,
    ChangeMeaning,
    DropDataset,
    RenameDataset,
    ReplaceQuery,
}

#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "impact::Use")]
pub enum ImpactUse {
    Direct,
    Indirect,
    Unknown,
}

#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeKind {
    Created,
    Updated,
    Ended,
}

impl From<graph::ChangeKind> for ChangeKind {
    fn from(kind: graph::ChangeKind) -> ChangeKind {
        match kind {
            graph::ChangeKind::Created => ChangeKind::Created,
            graph::ChangeKind::Updated | graph::ChangeKind::Linked => ChangeKind::Updated,
            graph::ChangeKind::Ended => ChangeKind::Ended,
        }
    }
}
