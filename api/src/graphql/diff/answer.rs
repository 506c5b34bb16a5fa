//! What GraphQL says of a difference, which is also what the command line prints as JSON.

use async_graphql::{Enum, ID, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::graphql::common::{PageInfo, Reason, Revision};
use crate::graphql::enums::{EdgeKind, LineageSource, NodeKind, Origin, RunState};
use crate::graphql::scalars::DateTime;

/// what is other at `to` than at `from`
#[derive(SimpleObject, Serialize, Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    pub from: Revision,
    pub to: Revision,
    /// of this page
    pub complete: bool,
    pub reasons: Vec<Reason>,
    /// the nearest to the focus first, else in order of creation
    pub nodes: Vec<NodeChange>,
    pub edges: Vec<EdgeChange>,
    pub page_info: PageInfo,
}

#[derive(SimpleObject, Serialize, Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
pub struct NodeChange {
    pub id: ID,
    pub kind: NodeKind,
    pub namespace: String,
    /// a dataset's or job's name, a column's path
    pub name: String,
    /// the name of a column's dataset
    pub dataset: Option<String>,
    pub change: NodeChangeKind,
    /// hops from the focus, negative upstream; null where there is no focus
    pub hop: Option<i32>,
    /// of a node that came or went: all that is, or was, said of it
    pub aspects: Vec<AspectChange>,
    /// the commit that made the newest of these changes; null when that cannot be told
    pub revision: Option<Revision>,
    /// inputs of those commits that name the node, else all of theirs, at most 5 each; empty for those who do not see
    /// everything
    pub made_by: Vec<ChangeSource>,
}

#[derive(Enum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(remote = "impact::diff::Change")]
pub enum NodeChangeKind {
    /// it was not there before
    Came,
    /// it is no more, or is another name of another node now
    Went,
    /// it was there, and came into the lineage asked for
    Entered,
    /// it is there, and is no longer in the lineage asked for
    Left,
    Changed,
}

#[derive(SimpleObject, Serialize, Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
pub struct AspectChange {
    pub aspect: AspectKind,
    /// which of several: an owner's name, a tag's key, another name
    pub key: Option<String>,
    pub origin: Origin,
    /// null when it was not said
    pub before: Option<String>,
    pub after: Option<String>,
    pub revision: Option<Revision>,
}

#[derive(Enum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(remote = "impact::diff::Aspect")]
pub enum AspectKind {
    Description,
    Owner,
    Tag,
    /// that it is personal data, who says so, and of which kind: from tags, else from a column's name
    PersonalData,
    /// a column's data type, a dataset's or a job's type
    Type,
    /// the dataset that a column belongs to
    Dataset,
    /// a column's place, from 0, when it moved among those that stayed
    Position,
    /// whether a schema has the column, or lineage alone mentions it
    Declared,
    Query,
    /// what was not understood of a job's queries
    QueryFault,
    OtherName,
    Source,
    Storage,
    Lifecycle,
    SourceCode,
    SourceLocation,
}

#[derive(SimpleObject, Serialize, Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
pub struct EdgeChange {
    pub id: ID,
    pub from: ID,
    pub to: ID,
    pub kind: EdgeKind,
    pub masking: bool,
    pub job: Option<ID>,
    pub change: EdgeChangeKind,
    pub source: Option<LineageSource>,
    /// the expression in the query that it comes from
    pub expression: Option<String>,
    pub run_count: u64,
    pub last_seen: Option<DateTime>,
    pub revision: Option<Revision>,
    pub made_by: Vec<ChangeSource>,
}

#[derive(Enum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EdgeChangeKind {
    Came,
    Went,
}

/// an input that a change came with
#[derive(SimpleObject, Serialize, Deserialize, Clone)]
#[serde(rename_all = "camelCase")]
pub struct ChangeSource {
    pub revision: u32,
    pub kind: ChangeSourceKind,
    pub received_at: DateTime,
    /// who wrote it; of edits
    pub by: Option<String>,
    pub job: Option<ID>,
    pub run: Option<ID>,
    pub event_type: Option<String>,
    pub event_time: Option<String>,
    pub producer: Option<String>,
}

#[derive(Enum, Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(remote = "graph::change::InputKind")]
pub enum ChangeSourceKind {
    OpenLineage,
    Dbt,
    Sql,
    Authored,
}

/// what changed upstream since the last good run
#[derive(SimpleObject)]
pub struct ChangedSince {
    pub complete: bool,
    pub reasons: Vec<Reason>,
    /// null when no run is known that completed by then; nothing is compared then
    pub last_good_run: Option<GoodRun>,
    /// the newest run that failed or was aborted after it
    pub failing_run: Option<RunSummary>,
    /// the nearest first; upstream, and the node itself
    pub changes: Option<Diff>,
    /// runs of jobs upstream that failed or were aborted since, newest first
    pub failed_runs: Vec<FailedRun>,
}

#[derive(SimpleObject)]
pub struct GoodRun {
    pub run: RunSummary,
    /// what was known when the run was good
    pub revision: Revision,
    pub decided_by: RevisionDecidedBy,
}

/// how the revision of a run was found
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "impact::diff::Decided")]
pub enum RevisionDecidedBy {
    /// it committed the COMPLETE event of the run, which was after the run's end
    Event,
    /// it is the last one committed by the end of the run
    EndTime,
}

#[derive(SimpleObject)]
pub struct FailedRun {
    /// hops from the focus, negative upstream
    pub hop: i32,
    pub run: RunSummary,
}

#[derive(SimpleObject)]
pub struct RunSummary {
    pub id: ID,
    pub run_id: String,
    pub job: ID,
    pub state: RunState,
    pub started_at: Option<DateTime>,
    pub ended_at: Option<DateTime>,
    pub error: Option<String>,
}
