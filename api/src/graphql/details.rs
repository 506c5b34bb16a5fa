//! What boxes of a picture show beside their names, read for all of them at once and only when asked for.

use std::collections::{HashMap, HashSet};

use async_graphql::Context;
use graph::{Direction, EdgeKind, EdgeKinds, Hop, NodeId, NodeKind, Revision, RunState};

use super::error::Result;
use super::lineage::LineageNode;
use super::scope::{Scope, others_by_node};

/// Fills in what the selection of `nodes` names.
pub async fn fill(
    ctx: &Context<'_>,
    scope: &Scope,
    nodes: &mut [LineageNode],
    kinds: EdgeKinds,
    at: Revision,
) -> Result<()> {
    let wanted = ctx.look_ahead().field("nodes");
    if wanted.field("hiddenUp").exists() {
        let hidden = hidden(scope, nodes, Direction::Upstream, kinds, at).await?;
        nodes.iter_mut().for_each(|node| node.details.hidden_up = count(&hidden, node));
    }
    if wanted.field("hiddenDown").exists() {
        let hidden = hidden(scope, nodes, Direction::Downstream, kinds, at).await?;
        nodes.iter_mut().for_each(|node| node.details.hidden_down = count(&hidden, node));
    }
    if wanted.field("columnCount").exists() {
        let counts = column_counts(scope, nodes, at).await?;
        nodes.iter_mut().for_each(|node| node.details.columns = count(&counts, node));
    }
    if wanted.field("latestRunState").exists() {
        let states = latest_states(scope, nodes, at).await?;
        nodes.iter_mut().for_each(|node| node.details.latest_run = states.get(&node.node.id).copied());
    }
    Ok(())
}

fn count(counts: &HashMap<NodeId, u64>, node: &LineageNode) -> u64 {
    counts.get(&node.node.id).copied().unwrap_or(0)
}

fn ids(nodes: &[LineageNode]) -> Vec<NodeId> {
    nodes.iter().map(|node| node.node.id).collect()
}

/// How many neighbours that may be seen are not on the picture, by one more hop.
async fn hidden(
    scope: &Scope,
    nodes: &[LineageNode],
    direction: Direction,
    kinds: EdgeKinds,
    at: Revision,
) -> Result<HashMap<NodeId, u64>> {
    let frontier = ids(nodes);
    let edges = scope.store().hop(Hop { frontier: &frontier, direction, kinds, at }).await?;
    let shown: HashSet<NodeId> = frontier.into_iter().collect();
    let mut others = others_by_node(&edges, direction);
    share_with_columns(nodes, &mut others);
    others.values_mut().for_each(|others| others.retain(|other| !shown.contains(other)));
    if !scope.viewer.sees_everything() {
        let all: Vec<NodeId> = others.values().flatten().copied().collect();
        let seen: HashSet<NodeId> = scope.nodes(&all, at).await?.iter().map(|node| node.id).collect();
        others.values_mut().for_each(|others| others.retain(|other| seen.contains(other)));
    }
    Ok(others.into_iter().map(|(node, others)| (node, others.len() as u64)).collect())
}

/// What decides over a whole dataset decides over each of its columns.
fn share_with_columns(nodes: &[LineageNode], others: &mut HashMap<NodeId, Vec<NodeId>>) {
    for node in nodes.iter().filter(|node| node.node.name.kind() == NodeKind::Column) {
        let shared = node.node.parent.and_then(|dataset| others.get(&dataset)).cloned().unwrap_or_default();
        let own = others.entry(node.node.id).or_default();
        own.extend(shared);
        own.sort();
        own.dedup();
    }
}

async fn column_counts(scope: &Scope, nodes: &[LineageNode], at: Revision) -> Result<HashMap<NodeId, u64>> {
    let mut counts = HashMap::new();
    for node in nodes.iter().filter(|node| node.node.name.kind() == NodeKind::Dataset) {
        counts.insert(node.node.id, super::columns::ids(scope, node.node.id, at).await?.len() as u64);
    }
    Ok(counts)
}

/// The state of a job's newest run; of a dataset, of the newest run among the jobs that write it.
async fn latest_states(scope: &Scope, nodes: &[LineageNode], at: Revision) -> Result<HashMap<NodeId, RunState>> {
    let frontier = ids(nodes);
    let kinds = EdgeKinds::of(&[EdgeKind::Writes]);
    let written = scope.store().hop(Hop { frontier: &frontier, direction: Direction::Upstream, kinds, at }).await?;
    let mut jobs_of = others_by_node(&written, Direction::Upstream);
    for job in nodes.iter().filter(|node| node.node.name.kind() == NodeKind::Job) {
        jobs_of.insert(job.node.id, vec![job.node.id]);
    }
    let jobs: HashSet<NodeId> = jobs_of.values().flatten().copied().collect();
    let jobs: Vec<NodeId> = jobs.into_iter().collect();
    let runs = scope.latest_runs(&jobs).await?;
    let newest: HashMap<NodeId, _> =
        runs.into_iter().flatten().map(|run| (run.job, (run.started_at, run.state))).collect();
    let of_node = |(node, jobs): (&NodeId, &Vec<NodeId>)| {
        let newest = jobs.iter().filter_map(|job| newest.get(job)).max_by_key(|(started, _)| *started)?;
        Some((*node, newest.1))
    };
    Ok(jobs_of.iter().filter_map(of_node).collect())
}
