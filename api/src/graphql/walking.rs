//! From a question about lineage to its picture.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use async_graphql::{Context, ID};
use graph::walk::{self, Causes, Reason, Walk, Walked, counted};
use graph::{Edge, EdgeKind, EdgeKinds, Hop, NodeId, NodeName, Revision, RevisionMeta};

use super::enums::{self, Direction, Level};
use super::error::{ApiError, Result};
use super::lineage::{Lineage, LineageEdge, LineageNode};
use super::reasons::{self, Limits};
use super::record::Rows;
use super::scope::{AsOf, Scope};
use super::{columns, details, ids, page};

/// The most hops and nodes that may be asked for.
pub const DEPTH_LIMIT: usize = 1000;
pub const NODE_LIMIT: usize = 20_000;

/// The arguments of `lineage`.
pub struct Question {
    pub id: ID,
    pub direction: Direction,
    pub depth: Option<i32>,
    pub level: Level,
    pub kinds: Option<Vec<enums::EdgeKind>>,
    pub as_of: Option<AsOf>,
    pub limit: Option<i32>,
}

/// Where a walk begins, after the question was understood.
pub struct Start {
    pub focus: Arc<graph::Node>,
    pub nodes: Vec<NodeId>,
    pub kinds: EdgeKinds,
}

/// Everything found, before it is told.
#[derive(Default)]
pub struct Found {
    pub hops: Vec<(NodeId, i32)>,
    pub edges: Vec<Edge>,
    pub reasons: Vec<(Reason, u64)>,
    pub causes: Causes,
}

pub async fn lineage(ctx: &Context<'_>, question: Question) -> Result<Lineage> {
    let scope = Scope::of(ctx)?;
    let limits = limits(question.depth, 3, question.limit, 2000)?;
    let meta = scope.revision(question.as_of).await?;
    let mut start = start(scope, &question.id, question.level, meta.revision).await?;
    if let Some(kinds) = question.kinds.as_deref() {
        start.kinds = enums::EdgeKind::set(kinds);
    }
    let found = walk_from(scope, &start, question.direction, limits, meta.revision).await?;
    tell(ctx, start, found, limits, meta).await
}

pub fn limits(depth: Option<i32>, far: u32, limit: Option<i32>, many: usize) -> Result<Limits> {
    let depth = page::within("depth", depth, far as usize, DEPTH_LIMIT)?;
    let nodes = page::within("limit", limit, many, NODE_LIMIT)?;
    Ok(Limits { nodes, depth: u32::try_from(depth).unwrap_or(u32::MAX) })
}

/// Understands what the walk is about. A column is always walked by columns; so is a dataset when asked for.
pub async fn start(scope: &Scope, id: &ID, level: Level, at: Revision) -> Result<Start> {
    let focus = node(scope, id, at).await?;
    let own = vec![focus.id];
    let (nodes, kinds) = match (&focus.name, level) {
        (NodeName::Column(..), _) => (own, EdgeKinds::COLUMN),
        (NodeName::Dataset(_), Level::Column) => (columns::ids(scope, focus.id, at).await?, EdgeKinds::COLUMN),
        (NodeName::Dataset(_), Level::Dataset) => (own, EdgeKinds::DATASET),
        (NodeName::Job(_), _) => (own, EdgeKinds::JOB),
        (NodeName::Namespace(_) | NodeName::Owner(_) | NodeName::Tag(_), _) => {
            return Err(ids::wrong_kind(id, ids::EXPECTED_NODE));
        }
    };
    Ok(Start { focus, nodes, kinds })
}

/// The node of an id, which must be there.
pub async fn node(scope: &Scope, id: &ID, at: Revision) -> Result<Arc<graph::Node>> {
    let found = scope.named(ids::parse_node(id)?, at).await?;
    found.ok_or_else(|| ApiError::NotFound { id: id.to_string(), revision: at })
}

/// When a walk must stop to leave time for telling what it found.
pub fn stop_at(scope: &Scope) -> Instant {
    let left = scope.deadline.left();
    Instant::now() + left.mul_f64(0.7)
}

async fn walk_from(scope: &Scope, start: &Start, direction: Direction, limits: Limits, at: Revision) -> Result<Found> {
    let walk = |direction| Walk {
        start: start.nodes.clone(),
        direction,
        kinds: start.kinds,
        depth: limits.depth,
        limit: limits.nodes,
        at,
        deadline: Some(stop_at(scope)),
    };
    let (store, viewer) = (scope.store(), &*scope.viewer);
    let up = || async { walk::walk(store, viewer, &walk(graph::Direction::Upstream)).await };
    let down = || async { walk::walk(store, viewer, &walk(graph::Direction::Downstream)).await };
    match direction {
        Direction::Upstream => Ok(one_way(up().await?, -1)),
        Direction::Downstream => Ok(one_way(down().await?, 1)),
        Direction::Both => {
            let mut found = both_ways(one_way(up().await?, -1), one_way(down().await?, 1), limits.nodes);
            found.edges = edges_between(scope, &found, start.kinds, at).await?;
            Ok(found)
        }
    }
}

fn one_way(walked: Walked, sign: i32) -> Found {
    let hops = walked.nodes.iter().map(|reached| (reached.node, sign * i32::try_from(reached.hop).unwrap_or(i32::MAX)));
    Found { hops: hops.collect(), edges: walked.edges, reasons: walked.reasons, causes: walked.causes }
}

/// Both walks as one; a node found both ways stands where it is nearer.
fn both_ways(up: Found, down: Found, limit: usize) -> Found {
    let mut hops: HashMap<NodeId, i32> = HashMap::with_capacity(up.hops.len() + down.hops.len());
    for (node, hop) in up.hops.iter().chain(&down.hops) {
        let known = hops.entry(*node).or_insert(*hop);
        if hop.abs() < known.abs() {
            *known = *hop;
        }
    }
    let mut seen = HashSet::with_capacity(hops.len());
    let mut order: Vec<NodeId> = up.hops.iter().chain(&down.hops).map(|(node, _)| *node).collect();
    order.retain(|node| seen.insert(*node));
    let mut all: Vec<(NodeId, i32)> = order.into_iter().filter_map(|node| Some((node, *hops.get(&node)?))).collect();
    all.sort_by_key(|(_, hop)| hop.unsigned_abs());
    let causes: Causes = up.causes.union(&down.causes).copied().collect();
    let over = (Reason::NodeLimit, all.len().saturating_sub(limit) as u64);
    all.truncate(limit);
    let reasons = counted(up.reasons.into_iter().chain(down.reasons).chain([over]), &causes);
    Found { hops: all, edges: Vec::new(), reasons, causes }
}

/// All edges with both ends on the picture, also those between the two sides of the focus.
async fn edges_between(scope: &Scope, found: &Found, kinds: EdgeKinds, at: Revision) -> Result<Vec<Edge>> {
    let frontier: Vec<NodeId> = found.hops.iter().map(|(node, _)| *node).collect();
    let hop = Hop { frontier: &frontier, direction: graph::Direction::Downstream, kinds, at };
    let edges = scope.store().hop(hop).await?;
    let shown: HashSet<NodeId> = frontier.iter().copied().collect();
    Ok(edges.into_iter().filter(|edge| shown.contains(&edge.to)).collect())
}

async fn tell(ctx: &Context<'_>, start: Start, found: Found, limits: Limits, meta: RevisionMeta) -> Result<Lineage> {
    let scope = Scope::of(ctx)?;
    let mut nodes = lineage_nodes(scope, &found.hops, meta.revision).await?;
    details::fill(ctx, scope, &mut nodes, start.kinds, meta.revision).await?;
    let with_jobs = ctx.look_ahead().field("edges").field("job").exists();
    let edges = lineage_edges(scope, &nodes, &found.edges, JobIds { wanted: with_jobs }, meta.revision).await?;
    Ok(Lineage {
        revision: meta.into(),
        complete: found.reasons.is_empty(),
        reasons: reasons::told(scope, &found.reasons, &found.causes, limits, meta.revision).await?,
        focus: ID(ids::node(&start.focus.name)),
        nodes: Rows(nodes),
        edges: Rows(edges),
    })
}

pub async fn lineage_nodes(scope: &Scope, hops: &[(NodeId, i32)], at: Revision) -> Result<Vec<LineageNode>> {
    let ids: Vec<NodeId> = hops.iter().map(|(id, _)| *id).collect();
    let nodes = scope.store().nodes(&ids, at).await?;
    let shown = hops.iter().zip(nodes).filter_map(|((_, hop), node)| {
        let node = node.filter(|node| scope.viewer.sees(node))?;
        Some(LineageNode::new(node, *hop))
    });
    Ok(shown.collect())
}

/// Whether edges name the jobs that make them.
#[derive(Clone, Copy)]
pub struct JobIds {
    pub wanted: bool,
}

/// The edges between the given nodes, once each.
pub async fn lineage_edges(
    scope: &Scope,
    nodes: &[LineageNode],
    edges: &[Edge],
    jobs: JobIds,
    at: Revision,
) -> Result<Vec<LineageEdge>> {
    let shown: HashMap<NodeId, &Arc<str>> = nodes.iter().map(|node| (node.node.id, &node.id)).collect();
    let jobs = if jobs.wanted { job_ids(scope, edges, at).await? } else { HashMap::new() };
    let told = edges.iter().filter_map(|edge| {
        Some(LineageEdge {
            edge: *edge,
            kind: enums::EdgeKind::of(edge.kind)?,
            from: (*shown.get(&edge.from)?).clone(),
            to: (*shown.get(&edge.to)?).clone(),
            job: job_of(edge).and_then(|job| jobs.get(&job).cloned()),
        })
    });
    Ok(told.collect())
}

/// The job of an edge, also where the edge is tied to the job itself.
fn job_of(edge: &Edge) -> Option<NodeId> {
    edge.job.or(match edge.kind {
        EdgeKind::Reads => Some(edge.to),
        EdgeKind::Writes => Some(edge.from),
        _ => None,
    })
}

async fn job_ids(scope: &Scope, edges: &[Edge], at: Revision) -> Result<HashMap<NodeId, Arc<str>>> {
    let jobs: HashSet<NodeId> = edges.iter().filter_map(job_of).collect();
    let jobs: Vec<NodeId> = jobs.into_iter().collect();
    let nodes = scope.store().nodes(&jobs, at).await?;
    let seen = nodes.into_iter().flatten().filter(|job| scope.viewer.sees(job));
    Ok(seen.map(|job| (job.id, Arc::from(ids::node(&job.name)))).collect())
}
