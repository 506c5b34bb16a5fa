//! What differs between two times, and what changed upstream since the last good run.

pub mod answer;
mod tell;

use std::sync::Arc;

use async_graphql::{Context, ID};
use graph::{Node, NodeKind};
use impact::diff::{self, About, Neighbourhood, Since, Times, Ways};

pub use self::tell::Teller;

use self::answer::{ChangedSince, Diff};
use super::enums::{Direction, Level};
use super::error::{ApiError, Result};
use super::reasons::Limits;
use super::scalars::DateTime;
use super::scope::{AsOf, Scope};
use super::{ids, page, walking};

/// The arguments of `diff`.
pub struct Question {
    pub from: AsOf,
    pub to: Option<AsOf>,
    pub id: Option<ID>,
    pub direction: Option<Direction>,
    pub level: Level,
    pub depth: Option<i32>,
    pub limit: Option<i32>,
    pub first: Option<i32>,
    pub after: Option<String>,
}

pub async fn diff(ctx: &Context<'_>, question: Question) -> Result<Diff> {
    let scope = Scope::of(ctx)?;
    let limits = walking::limits(question.depth, 3, question.limit, 2000)?;
    let from = scope.revision(Some(question.from)).await?.revision;
    let to = scope.revision(question.to).await?.revision;
    let times = Times { from, to };
    let asked = diff::Question {
        times,
        about: about(scope, &question, limits, times).await?,
        after: question.after.as_deref().map(page::parse_number).transpose()?,
        first: page::first(question.first, 100, page::PAGE_LIMIT)?,
        with_inputs: asks_for_inputs(&ctx.look_ahead()),
        deadline: Some(walking::stop_at(scope)),
    };
    let found = diff::diff(scope.store(), &*scope.viewer, &asked).await?;
    Teller::new(scope.store(), &*scope.viewer, limits).diff(found).await
}

fn asks_for_inputs(fields: &async_graphql::Lookahead<'_>) -> bool {
    ["nodes", "edges"].into_iter().any(|list| fields.field(list).field("madeBy").exists())
}

async fn about(scope: &Scope, question: &Question, limits: Limits, times: Times) -> Result<About> {
    let Some(id) = &question.id else {
        return match question.direction {
            Some(_) => Err(ApiError::bad_argument("direction", "an `id` beside it", "none")),
            None => Ok(About::Estate),
        };
    };
    let focus = at_either(scope, id, times).await?.id;
    Ok(match question.direction {
        None => About::Node(focus),
        Some(direction) => About::Lineage(Neighbourhood {
            focus,
            ways: ways(direction),
            by_column: question.level == Level::Column,
            depth: limits.depth,
            limit: limits.nodes,
        }),
    })
}

fn ways(direction: Direction) -> Ways {
    match direction {
        Direction::Upstream => Ways::Upstream,
        Direction::Downstream => Ways::Downstream,
        Direction::Both => Ways::Both,
    }
}

/// The dataset, column or job of an id, which must be there at one of the two times.
async fn at_either(scope: &Scope, id: &ID, times: Times) -> Result<Arc<Node>> {
    let name = ids::parse_node(id)?;
    let found = match scope.named(name.clone(), times.to).await? {
        Some(node) => Some(node),
        None => scope.named(name, times.from).await?,
    };
    let node = found.ok_or_else(|| ApiError::NotFound { id: id.to_string(), revision: times.to })?;
    match node.name.kind() {
        NodeKind::Dataset | NodeKind::Column | NodeKind::Job => Ok(node),
        NodeKind::Namespace | NodeKind::Owner | NodeKind::Tag => Err(ids::wrong_kind(id, ids::EXPECTED_NODE)),
    }
}

/// The arguments of `changedSince`.
pub struct SinceQuestion {
    pub id: ID,
    pub before: Option<DateTime>,
    pub as_of: Option<AsOf>,
    pub depth: Option<i32>,
    pub limit: Option<i32>,
    pub first: Option<i32>,
    pub after: Option<String>,
}

pub async fn changed_since(ctx: &Context<'_>, question: SinceQuestion) -> Result<ChangedSince> {
    let scope = Scope::of(ctx)?;
    let limits = walking::limits(question.depth, 20, question.limit, 2000)?;
    let meta = scope.revision(question.as_of).await?;
    let at = meta.revision;
    let node = at_either(scope, &question.id, Times { from: at, to: at }).await?;
    let then = question.as_of.and(meta.committed_at);
    let since = Since {
        node: node.id,
        before: question.before.map(|before| before.0).or(then),
        at,
        depth: limits.depth,
        limit: limits.nodes,
        first: page::first(question.first, 100, page::PAGE_LIMIT)?,
        after: question.after.as_deref().map(page::parse_number).transpose()?,
        with_inputs: asks_for_inputs(&ctx.look_ahead().field("changes")),
        deadline: Some(walking::stop_at(scope)),
    };
    let found = diff::changed_since(scope.store(), &*scope.viewer, &since).await?;
    Teller::new(scope.store(), &*scope.viewer, limits).since(found, at).await
}
