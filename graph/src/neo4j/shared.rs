//! What a server keeps in memory of a graph that others change too: how far it knows the graph to be, and the names that
//! mean the same dataset.

use std::sync::Arc;
use std::time::Duration;

use neo4rs::query;
use parking_lot::RwLock;
use serde::Deserialize;
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use super::client::{Client, Result};
use super::head::{self, Head};
use super::picture::{Picture, Scope};
use super::reader::ask;
use crate::aliases::Aliases;
use crate::apply::AliasChange;
use crate::census::{self, Surplus};
use crate::ids::Revision;
use crate::model::{AliasReason, QualifiedName};
use crate::names::Rewrites;
use crate::store::{self, RevisionMeta};

/// How often the database is asked whether another server committed.
const POLL: Duration = Duration::from_millis(250);

/// Names of datasets that have others, with the namespace's.
const NAMES: &str = "MATCH (d:Dataset)-[:ALSO_CALLED]-() WITH DISTINCT d MATCH (s:Entity {id: d.parent}) \
     RETURN d.id AS id, s.name AS namespace, d.name AS name ORDER BY id";

/// Names of all datasets from an id on, which rules for namespaces need.
const ALL_NAMES: &str = "MATCH (d:Dataset) WHERE d.id >= $first MATCH (s:Entity {id: d.parent}) \
     RETURN d.id AS id, s.name AS namespace, d.name AS name ORDER BY id";

const LINKS: &str = "MATCH (a:Dataset)-[l:ALSO_CALLED]->(b:Dataset) RETURN a.id AS node, b.id AS other, \
     l.reason AS reason, l.since AS since, l.until AS until ORDER BY l.since, a.id, b.id";

/// The names that mean the same, and how far that was known.
#[derive(Clone)]
pub(super) struct Known {
    pub aliases: Arc<Aliases>,
    /// All of it up to this revision is known.
    pub revision: Revision,
    alias_revision: u32,
    /// What nodes are too many because they are one with others.
    pub surplus: Surplus,
    /// The first id of a dataset whose name was not read yet, where rules need them all.
    next: i64,
}

impl Known {
    /// All datasets that are one with this one.
    pub fn class(&self, dataset: u32, at: Revision) -> Vec<u32> {
        if self.aliases.is_linked(dataset) { self.aliases.class(dataset, at) } else { vec![dataset] }
    }
}

pub(super) struct Shared {
    pub client: Client,
    rewrites: Rewrites,
    known: RwLock<Known>,
    /// Held while names are read.
    refreshing: Mutex<()>,
    head: watch::Sender<Head>,
}

impl Shared {
    pub fn new(client: Client, rewrites: Rewrites) -> Shared {
        let aliases = Arc::new(Aliases::new(rewrites.clone()));
        let known = RwLock::new(Known {
            aliases,
            revision: Revision(0),
            alias_revision: 0,
            surplus: Surplus::default(),
            next: 0,
        });
        Shared { client, rewrites, known, refreshing: Mutex::new(()), head: watch::Sender::new(Head::default()) }
    }

    /// An empty picture, for a question that looks at no edges.
    pub fn picture(&self) -> Picture {
        Picture::of_nodes(&self.rewrites)
    }

    pub fn picture_of(&self, scope: Scope) -> Picture {
        Picture::new(scope, &self.rewrites)
    }

    /// The newest revision that this server has seen.
    pub fn head(&self) -> Head {
        *self.head.borrow()
    }

    /// Takes note of a revision; whoever waits for news is woken.
    pub fn observe(&self, head: Head) {
        self.head.send_if_modified(|seen| {
            let is_news = head.revision > seen.revision || head.revision == seen.revision && head != *seen;
            if is_news {
                *seen = head;
            }
            is_news
        });
    }

    /// Asks the database how far the graph is, and learns which names mean the same up to there.
    pub async fn refresh(&self) -> store::Result<Head> {
        let head = head::read(&self.client).await?;
        if self.known.read().revision < head.revision {
            self.learn(head).await?;
        }
        self.observe(head);
        Ok(head)
    }

    /// The names that mean the same, at least up to a revision.
    pub async fn known(&self, at: Revision) -> store::Result<Known> {
        if self.known.read().revision < at {
            self.refresh().await?;
        }
        Ok(self.known.read().clone())
    }

    /// Brings the names up to a head.
    pub async fn learn(&self, head: Head) -> store::Result<()> {
        let _alone = self.refreshing.lock().await;
        let mut known = self.known.read().clone();
        if known.revision >= head.revision {
            return Ok(());
        }
        let changed = head.alias_revision > known.alias_revision;
        if changed {
            (known.aliases, known.next) = self.read_aliases().await?;
        } else if !self.rewrites.is_empty() {
            let mut aliases = Aliases::clone(&known.aliases);
            known.next = self.read_names(&mut aliases, ALL_NAMES, known.next).await?;
            known.aliases = Arc::new(aliases);
        }
        if changed || !self.rewrites.is_empty() {
            known.surplus = self.count_surplus(&known, head.revision).await?;
        }
        (known.revision, known.alias_revision) = (head.revision, head.alias_revision);
        *self.known.write() = known;
        Ok(())
    }

    async fn count_surplus(&self, known: &Known, at: Revision) -> store::Result<Surplus> {
        ask(self, known, self.picture(), at, |view| Ok(census::surplus(view.shape, view.aliases, view.at))).await
    }

    /// The newest revision with what there is at it.
    pub async fn newest(&self) -> store::Result<RevisionMeta> {
        let Head { revision, committed_at, mut totals, .. } = self.refresh().await?;
        self.known.read().surplus.take_off(Surplus::default(), &mut totals);
        Ok(RevisionMeta { revision, committed_at, totals })
    }

    async fn read_aliases(&self) -> Result<(Arc<Aliases>, i64)> {
        let mut aliases = Aliases::new(self.rewrites.clone());
        let names = if self.rewrites.is_empty() { NAMES } else { ALL_NAMES };
        let next = self.read_names(&mut aliases, names, 0).await?;
        let links: Vec<LinkRow> = self.client.rows(query(LINKS)).await?;
        links.into_iter().for_each(|link| aliases.apply(link.begin()));
        Ok((Arc::new(aliases), next))
    }

    /// Answers the id after the last one.
    async fn read_names(&self, aliases: &mut Aliases, names: &str, first: i64) -> Result<i64> {
        let rows: Vec<NameRow> = self.client.rows(query(names).param("first", first)).await?;
        let next = rows.last().map_or(first, |row| i64::from(row.id) + 1);
        for NameRow { id, namespace, name } in rows {
            aliases.add_dataset(id, &QualifiedName { namespace, name }, true);
        }
        Ok(next)
    }

    /// Returns when there is a revision after the given one, at the latest when `wait` has passed.
    pub async fn wait_for_news(&self, after: Revision, wait: Duration) -> store::Result<()> {
        let end = Instant::now() + wait;
        let mut seen = self.head.subscribe();
        loop {
            if self.head().revision > after || self.refresh().await?.revision > after {
                return Ok(());
            }
            let pause = end.min(Instant::now() + POLL);
            // Either a commit of this server came, or it is time to ask again.
            let _ = tokio::time::timeout_at(pause, seen.wait_for(|head| head.revision > after)).await;
            if Instant::now() >= end {
                return Ok(());
            }
        }
    }
}

#[derive(Deserialize)]
struct NameRow {
    id: u32,
    namespace: String,
    name: String,
}

#[derive(Deserialize)]
struct LinkRow {
    node: u32,
    other: u32,
    reason: u8,
    since: u32,
    until: Option<u32>,
}

impl LinkRow {
    fn begin(self) -> AliasChange {
        let LinkRow { node, other, since, .. } = self;
        let rename = self.reason == AliasReason::Rename as u8;
        let reason = if rename { AliasReason::Rename } else { AliasReason::Symlink };
        AliasChange::Begin { node, other, reason, since, until: self.until.unwrap_or(Revision::OPEN.0) }
    }
}
