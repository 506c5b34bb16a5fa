//! The proof of an edge.

use async_graphql::{ID, SimpleObject};
use graph::{Expression, NodeId, Revision, RunQuery};

use super::common::{self, StoredQuery};
use super::enums::{EdgeKind, LineageSource};
use super::error::Result;
use super::ids;
use super::job::Job;
use super::lineage::LineageNode;
use super::run::{self, Run};
use super::scalars::DateTime;
use super::scope::{AsOf, Scope};

/// The proof of an edge.
#[derive(SimpleObject)]
pub struct EdgeEvidence {
    pub id: ID,
    pub from: LineageNode,
    pub to: LineageNode,
    pub kind: EdgeKind,
    pub masking: bool,
    pub job: Option<Job>,
    pub source: LineageSource,
    /// the query that made it, when one is known
    pub query: Option<StoredQuery>,
    /// the expression and where it stands in the query, in characters
    pub expression: Option<String>,
    pub span_start: Option<u64>,
    pub span_end: Option<u64>,
    pub first_seen: DateTime,
    pub last_seen: DateTime,
    pub run_count: u64,
    pub last_run: Option<Run>,
    pub since: common::Revision,
}

/// Why an edge is believed; `None` for one that was not there, or whose ends may not be seen.
pub async fn edge(scope: &Scope, id: &ID, as_of: Option<AsOf>) -> Result<Option<EdgeEvidence>> {
    let edge = ids::parse_edge(id)?;
    let at = scope.revision(as_of).await?.revision;
    let Some(proof) = scope.store().evidence(edge).await? else { return Ok(None) };
    let (from, to) = (scope.node(proof.edge.from, at).await?, scope.node(proof.edge.to, at).await?);
    let (Some(from), Some(to), Some(kind)) = (from, to, EdgeKind::of(proof.edge.kind)) else { return Ok(None) };
    if !proof.span.contains(at) {
        return Ok(None);
    }
    let span = proof.expression.as_ref().map(|expression| in_characters(proof.query.as_ref(), expression));
    Ok(Some(EdgeEvidence {
        id: ID(ids::edge(edge)),
        from: LineageNode::new(from, -1),
        to: LineageNode::new(to, 1),
        kind,
        masking: proof.edge.masking,
        job: job(scope, proof.edge.job, at).await?,
        source: proof.source.into(),
        query: proof.query.as_ref().map(StoredQuery::from),
        span_start: span.map(|(start, _)| start),
        span_end: span.map(|(_, end)| end),
        expression: proof.expression.map(|expression| expression.text),
        first_seen: DateTime(proof.first_seen),
        last_seen: DateTime(proof.last_seen),
        run_count: proof.run_count,
        last_run: last_run(scope, proof.last_run, at).await?,
        since: scope.told(proof.span.from).await?,
    }))
}

async fn job(scope: &Scope, job: Option<NodeId>, at: Revision) -> Result<Option<Job>> {
    let Some(job) = job else { return Ok(None) };
    Ok(scope.node(job, at).await?.and_then(|node| Job::of(node, at)))
}

async fn last_run(scope: &Scope, run: Option<graph::RunId>, at: Revision) -> Result<Option<Run>> {
    let Some(run) = run else { return Ok(None) };
    let query = RunQuery { ids: vec![run], limit: 1, ..RunQuery::default() };
    let runs = scope.store().runs(&query).await?.into_iter().map(std::sync::Arc::new).collect();
    Ok(run::shown(scope, runs, at).await?.into_iter().next())
}

/// The span of an expression counted in characters; the graph counts bytes.
fn in_characters(query: Option<&graph::Query>, expression: &Expression) -> (u64, u64) {
    let text = query.map_or("", |query| query.text.as_str());
    let characters = |bytes: u32| match text.get(..bytes as usize) {
        Some(before) => before.chars().count() as u64,
        None => u64::from(bytes),
    };
    (characters(expression.start), characters(expression.end))
}
