//! The feed of commits.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, ID, Result, SimpleObject, Subscription as GraphqlSubscription};
use futures_util::Stream;
use futures_util::stream;
use graph::{Feed, FeedEntry, NodeId};

use super::column::path;
use super::common::Revision;
use super::dataset::qualified;
use super::enums::{ChangeKind, NodeKind};
use super::error::{self, ApiError};
use super::ids;
use super::scope::{AsOf, Scope};
use crate::services::Deadline;

pub struct Subscription;

#[derive(SimpleObject)]
pub struct ChangeBatch {
    pub revision: Revision,
    pub nodes: Vec<ChangedNode>,
    /// true when the place asked for is no longer in the feed, or too much changed at once to list: read afresh
    pub trimmed: bool,
}

#[derive(SimpleObject)]
pub struct ChangedNode {
    pub id: ID,
    pub kind: NodeKind,
    pub namespace: String,
    pub name: String,
    /// UPDATED also when only edges at the node changed
    pub change: ChangeKind,
}

/// The most nodes listed of one commit.
const LISTED: usize = 5_000;
/// How long one read of the feed waits for something to happen.
const WAIT: Duration = Duration::from_secs(30);
/// Commits read at a time.
const READ: usize = 100;

#[GraphqlSubscription]
impl Subscription {
    /// every commit after the given revision (default: from now on)
    async fn changes(&self, ctx: &Context<'_>, after: Option<u32>) -> Result<impl Stream<Item = Result<ChangeBatch>>> {
        let scope = ctx.data_opt::<Arc<Scope>>().cloned().ok_or(ApiError::Unauthenticated)?;
        let after = match after {
            Some(number) => scope.revision(Some(AsOf::Revision(number))).await?.revision,
            None => scope.revision(None).await?.revision,
        };
        Ok(stream::try_unfold(Place { scope, after, read: Vec::new() }, |place| async { Ok(place.next().await?) }))
    }
}

/// Where a follower is in the feed.
struct Place {
    scope: Arc<Scope>,
    after: graph::Revision,
    /// Read and not yet told, newest first.
    read: Vec<FeedEntry>,
}

impl Place {
    /// The next commit; `None` when the server stops.
    async fn next(mut self) -> error::Result<Option<(ChangeBatch, Place)>> {
        loop {
            if let Some(entry) = self.read.pop() {
                self.after = entry.revision;
                let batch = batch(&self.fresh(), entry).await?;
                return Ok(Some((batch, self)));
            }
            let services = self.scope.services.clone();
            let feed = tokio::select! {
                feed = services.store.changes(self.after, READ, WAIT) => feed?,
                () = services.stop.cancelled() => return Ok(None),
            };
            match feed {
                Feed::Changes(entries) => self.read = entries.into_iter().rev().collect(),
                Feed::Trimmed { resume } => {
                    self.after = resume;
                    let revision = self.fresh().told(resume).await?;
                    return Ok(Some((ChangeBatch { revision, nodes: Vec::new(), trimmed: true }, self)));
                }
            }
        }
    }

    /// A scope that remembers nothing of earlier batches.
    fn fresh(&self) -> Scope {
        let services = self.scope.services.clone();
        let deadline = Deadline::after(services.limits.read_time.0);
        Scope::new(services, self.scope.principal.clone(), deadline)
    }
}

async fn batch(scope: &Scope, entry: FeedEntry) -> error::Result<ChangeBatch> {
    let revision = scope.told(entry.revision).await?;
    if entry.nodes.len() > LISTED {
        return Ok(ChangeBatch { revision, nodes: Vec::new(), trimmed: true });
    }
    let ended = |change: graph::ChangeKind| change == graph::ChangeKind::Ended;
    let (past, present): (Vec<_>, Vec<_>) = entry.nodes.iter().partition(|(_, change)| ended(*change));
    let before = graph::Revision(entry.revision.0.saturating_sub(1));
    let mut nodes = scope.nodes(&ids_of(&present), entry.revision).await?;
    nodes.extend(scope.nodes(&ids_of(&past), before).await?);
    let changes: HashMap<NodeId, graph::ChangeKind> = entry.nodes.into_iter().collect();
    let told = nodes.iter().filter_map(|node| Some(changed(node, *changes.get(&node.id)?)));
    Ok(ChangeBatch { revision, nodes: told.collect(), trimmed: false })
}

fn ids_of(nodes: &[(NodeId, graph::ChangeKind)]) -> Vec<NodeId> {
    nodes.iter().map(|(id, _)| *id).collect()
}

fn changed(node: &graph::Node, change: graph::ChangeKind) -> ChangedNode {
    let name = match &node.name {
        graph::NodeName::Column(..) => path(&node.name),
        graph::NodeName::Dataset(name) | graph::NodeName::Job(name) => &name.name,
        graph::NodeName::Namespace(name) | graph::NodeName::Owner(name) | graph::NodeName::Tag(name) => name,
    };
    ChangedNode {
        id: ID(ids::node(&node.name)),
        kind: node.name.kind().into(),
        namespace: qualified(&node.name).namespace.clone(),
        name: name.to_owned(),
        change: change.into(),
    }
}
