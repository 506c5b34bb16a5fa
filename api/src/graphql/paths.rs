//! The ways from one node to another.

use std::collections::HashMap;

use async_graphql::{Context, ID, SimpleObject};
use graph::{EdgeKinds, NodeId, NodeName, walk};

use super::common::{Reason, Revision};
use super::enums::Level;
use super::error::{ApiError, Result};
use super::lineage::{LineageEdge, LineageNode};
use super::record::Rows;
use super::scope::{AsOf, Scope};
use super::walking::{self, JobIds};
use super::{details, page, reasons};

#[derive(SimpleObject)]
pub struct Paths {
    pub revision: Revision,
    pub complete: bool,
    pub reasons: Vec<Reason>,
    /// shortest first
    pub paths: Vec<Path>,
    pub nodes: Rows<LineageNode>,
    pub edges: Rows<LineageEdge>,
}

/// Node ids from the start to the end.
#[derive(SimpleObject)]
pub struct Path {
    pub nodes: Vec<ID>,
}

/// The arguments of `paths`.
pub struct Question {
    pub from: ID,
    pub to: ID,
    pub level: Level,
    pub depth: Option<i32>,
    pub limit: Option<i32>,
    pub as_of: Option<AsOf>,
}

/// The most paths that may be asked for.
const PATH_LIMIT: usize = 1000;

pub async fn paths(ctx: &Context<'_>, question: Question) -> Result<Paths> {
    let scope = Scope::of(ctx)?;
    let limit = page::within("limit", question.limit, 100, PATH_LIMIT)?;
    let mut limits = walking::limits(question.depth, 20, None, limit)?;
    limits.nodes = limit;
    let meta = scope.revision(question.as_of).await?;
    let from = walking::node(scope, &question.from, meta.revision).await?;
    let to = walking::node(scope, &question.to, meta.revision).await?;
    let asked = walk::Paths {
        from: from.id,
        to: to.id,
        kinds: kinds(&from.name, &to.name, question.level)?,
        depth: limits.depth,
        limit,
        at: meta.revision,
        deadline: Some(walking::stop_at(scope)),
    };
    let found = walk::paths(scope.store(), &*scope.viewer, &asked).await?;
    let mut nodes = walking::lineage_nodes(scope, &hops(&found.paths), meta.revision).await?;
    details::fill(ctx, scope, &mut nodes, asked.kinds, meta.revision).await?;
    let jobs = JobIds { wanted: ctx.look_ahead().field("edges").field("job").exists() };
    let edges = walking::lineage_edges(scope, &nodes, &found.edges, jobs, meta.revision).await?;
    Ok(Paths {
        revision: meta.into(),
        complete: found.reasons.is_empty(),
        reasons: reasons::told(scope, &found.reasons, &found.causes, limits, meta.revision).await?,
        paths: told(&found.paths, &nodes),
        nodes: Rows(nodes),
        edges: Rows(edges),
    })
}

/// Columns are tied by columns, jobs by what they read and write; two datasets as the level says.
fn kinds(from: &NodeName, to: &NodeName, level: Level) -> Result<EdgeKinds> {
    match (from, to) {
        (NodeName::Column(..), NodeName::Column(..) | NodeName::Dataset(_)) => Ok(EdgeKinds::COLUMN),
        (NodeName::Dataset(_), NodeName::Dataset(_)) => match level {
            Level::Dataset => Ok(EdgeKinds::DATASET),
            Level::Column => Err(ApiError::bad_argument("level", "`DATASET` between two datasets", "`COLUMN`")),
        },
        (NodeName::Job(_), NodeName::Job(_) | NodeName::Dataset(_)) | (NodeName::Dataset(_), NodeName::Job(_)) => {
            Ok(EdgeKinds::JOB)
        }
        _ => Err(ApiError::bad_argument("to", "a node of the same level as `from`", "one of another")),
    }
}

/// Every node of the paths once, with its distance from the start on the shortest.
fn hops(paths: &[Vec<NodeId>]) -> Vec<(NodeId, i32)> {
    let mut hops: HashMap<NodeId, i32> = HashMap::new();
    let mut order = Vec::new();
    for path in paths {
        for (node, hop) in path.iter().zip(0..) {
            let known = hops.entry(*node).or_insert_with(|| {
                order.push(*node);
                hop
            });
            *known = hop.min(*known);
        }
    }
    order.into_iter().filter_map(|node| Some((node, *hops.get(&node)?))).collect()
}

fn told(paths: &[Vec<NodeId>], nodes: &[LineageNode]) -> Vec<Path> {
    let ids: HashMap<NodeId, &str> = nodes.iter().map(|node| (node.node.id, &*node.id)).collect();
    let id = |node: &NodeId| ids.get(node).map(|id| ID((*id).to_owned()));
    let whole = |path: &Vec<NodeId>| path.iter().map(id).collect::<Option<_>>().map(|nodes| Path { nodes });
    paths.iter().filter_map(whole).collect()
}
