//! The Neo4j store: the graph in a database that several servers share. What lasts is there alone; a server keeps in
//! memory how far it knows the graph to be, and which names mean the same dataset.

mod address;
mod client;
mod evidence;
mod head;
mod picture;
mod queries;
mod reader;
mod runs;
mod schema;
mod shared;
mod write;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use self::address::{Address, BadAddress};
use self::client::Client;
use self::shared::Shared;
use self::write::{Settings, Writer};
use crate::change::Submission;
use crate::derive::Derive;
use crate::ids::{ContentId, EdgeId, NodeId, Revision};
use crate::model::{Edge, Evidence, Node, NodeName, Run, Version};
use crate::names::Rewrites;
use crate::store::*;

/// How to open a store.
pub struct Options {
    pub address: Address,
    pub password: String,
    pub derive: Arc<dyn Derive>,
    pub rewrites: Rewrites,
    pub clock: Clock,
    /// How long a call may take before it fails with `Unavailable`.
    pub patience: Duration,
}

/// How long a call may take while the schema is made, at the least: indexes are waited for.
const OPENING: Duration = Duration::from_secs(60);

/// Opens the store for reading and writing, and makes its schema when the database has none yet. Other servers may have
/// it open at the same time.
pub async fn open(options: Options) -> Result<Arc<dyn Store>> {
    let Options { address, password, derive, rewrites, clock, patience } = options;
    let builder = Client::new(&address, &password, patience.max(OPENING))?;
    schema::prepare(&builder, &address).await?;
    let client = Client::new(&address, &password, patience)?;
    let shared = Arc::new(Shared::new(client, rewrites));
    shared.refresh().await?;
    let observer = Arc::clone(&shared);
    let told = Box::new(move |head| observer.observe(head));
    let writer = Writer::start(Settings { address, password, patience, derive, clock, told })?;
    Ok(Arc::new(Neo4j { shared, writer }))
}

struct Neo4j {
    shared: Arc<Shared>,
    writer: Writer,
}

#[async_trait]
impl Store for Neo4j {
    async fn revision(&self, as_of: AsOf) -> Result<RevisionMeta> {
        let newest = self.shared.newest().await?;
        match as_of {
            AsOf::Latest => Ok(newest),
            AsOf::Revision(asked) if asked == newest.revision => Ok(newest),
            AsOf::Revision(asked) if asked > newest.revision => {
                Err(StoreError::Future { asked, newest: newest.revision })
            }
            AsOf::Revision(_) | AsOf::Time(_) => {
                let (revision, committed_at) = head::earlier(&self.shared.client, as_of).await?;
                Ok(RevisionMeta { revision, committed_at, ..newest })
            }
        }
    }

    async fn commit(&self, submission: Submission) -> Result<Receipt> {
        self.writer.commit(submission).await
    }

    async fn resolve(&self, names: &[NodeName], at: Revision) -> Result<Vec<Option<NodeId>>> {
        reader::resolve(&self.shared, names, at).await
    }

    async fn nodes(&self, ids: &[NodeId], at: Revision) -> Result<Vec<Option<Arc<Node>>>> {
        reader::nodes(&self.shared, ids, at).await
    }

    async fn hop(&self, hop: Hop<'_>) -> Result<Vec<Edge>> {
        reader::hop(&self.shared, &hop).await
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<NodeId>> {
        reader::scan(&self.shared, &scan).await
    }

    async fn changes(&self, after: Revision, limit: usize, wait: Duration) -> Result<Feed> {
        self.shared.wait_for_news(after, wait).await?;
        reader::changes(&self.shared, after, limit).await
    }

    async fn history(&self, id: NodeId, limit: usize) -> Result<Vec<Version>> {
        reader::history(&self.shared, id, limit).await
    }

    async fn runs(&self, query: &RunQuery) -> Result<Vec<Run>> {
        runs::runs(&self.shared, query).await
    }

    async fn log(&self, query: LogQuery) -> Result<Vec<LogEntry>> {
        runs::log(&self.shared.client, query).await
    }

    async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Option<Vec<u8>>>> {
        runs::contents(&self.shared.client, ids).await
    }

    async fn evidence(&self, edge: EdgeId) -> Result<Option<Evidence>> {
        evidence::evidence(&self.shared, edge).await
    }
}
