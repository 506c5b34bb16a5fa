//! The embedded store: SQLite for what must last, the lineage topology in memory for walks.

mod evidence;
mod folder;
mod load;
mod reader;
mod runs;
mod tables;
mod topology;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::{Mutex, RwLock};
use quick_cache::sync::Cache;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use self::folder::Folder;
use self::topology::Topology;
use self::writer::{Order, Writer};
use crate::aliases::Aliases;
use crate::change::Submission;
use crate::derive::Derive;
use crate::ids::{ContentId, EdgeId, NodeId, Revision, Time};
use crate::model::{Edge, Evidence, Node, NodeName, Run, Version};
use crate::names::Rewrites;
use crate::read::View;
use crate::store::*;

/// How to open a store.
pub struct Options {
    /// The folder; made when it is not there.
    pub path: PathBuf,
    pub derive: Arc<dyn Derive>,
    pub rewrites: Rewrites,
    pub clock: Clock,
}

/// Stack of the writer's thread: deriving lineage from a query recurses as deep as the query nests.
const WRITER_STACK: usize = 64 << 20;
/// Submissions that may wait for the writer.
const WAITING: usize = 1024;
/// Nodes kept ready in memory.
const CACHED_NODES: usize = 8_000;

/// Reading connections kept open; each has a cache of its own.
const IDLE_READERS: usize = 6;

/// Opens the store for reading and writing. Fails with `InUse` when another process has it open.
pub fn open(options: Options) -> Result<Arc<dyn Store>> {
    let folder = Folder::hold(&options.path)?;
    let db = folder.writer()?;
    let loaded = load::load(&db, options.rewrites)?;
    let shared = Arc::new(Shared {
        topology: RwLock::new(loaded.topology),
        aliases: RwLock::new(loaded.aliases),
        head: watch::Sender::new(loaded.head),
        nodes: Cache::new(CACHED_NODES),
        readers: Mutex::new(Vec::new()),
        folder,
    });
    let writer = Writer {
        db,
        shared: Arc::clone(&shared),
        derive: options.derive,
        clock: options.clock,
        counters: loaded.counters,
    };
    let (orders, waiting) = mpsc::channel(WAITING);
    let thread = std::thread::Builder::new()
        .name("store-writer".to_owned())
        .stack_size(WRITER_STACK)
        .spawn(move || writer.run(waiting))
        .map_err(|e| StoreError::Backend(format!("the writer's thread cannot be started: {e}")))?;
    Ok(Arc::new(Embedded { shared, orders: Some(orders), thread: Some(thread) }))
}

/// The newest revision.
#[derive(Clone, Copy, Default)]
struct Head {
    revision: Revision,
    committed_at: Option<Time>,
    totals: Totals,
}

/// What the writer and the readers share.
struct Shared {
    topology: RwLock<Topology>,
    aliases: RwLock<Aliases>,
    head: watch::Sender<Head>,
    /// Current versions of nodes without other names.
    nodes: Cache<u32, Arc<Node>>,
    readers: Mutex<Vec<Connection>>,
    folder: Folder,
}

impl Shared {
    fn head(&self) -> Head {
        *self.head.borrow()
    }

    fn set_head(&self, head: Head) {
        self.head.send_replace(head);
    }

    /// Runs a closure on what is in memory, as of a revision.
    fn view<T>(&self, at: Revision, work: impl FnOnce(&View<'_, Topology>) -> T) -> T {
        let (topology, aliases) = (self.topology.read(), self.aliases.read());
        work(&View { shape: &*topology, aliases: &aliases, at })
    }

    fn forget(&self, node: u32) {
        self.nodes.remove(&node);
    }

    /// Runs a reading closure in one transaction on a connection of the pool.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let pooled = self.readers.lock().pop();
        let mut db = match pooled {
            Some(db) => db,
            None => self.folder.reader()?,
        };
        let transaction = db.transaction()?;
        let answer = work(&transaction);
        drop(transaction);
        let mut readers = self.readers.lock();
        if readers.len() < IDLE_READERS {
            readers.push(db);
        }
        answer
    }
}

struct Embedded {
    shared: Arc<Shared>,
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Embedded {
    /// Reads off the async threads.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared, &Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let shared = Arc::clone(&self.shared);
        let task = tokio::task::spawn_blocking(move || shared.read(|db| work(&shared, db)));
        task.await.map_err(|e| StoreError::Backend(format!("a read ended early: {e}")))?
    }
}

impl Drop for Embedded {
    /// Waits for what was accepted to be committed.
    fn drop(&mut self) {
        self.orders.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[async_trait]
impl Store for Embedded {
    async fn revision(&self, as_of: AsOf) -> Result<RevisionMeta> {
        let head = self.shared.head();
        let newest = RevisionMeta { revision: head.revision, committed_at: head.committed_at, totals: head.totals };
        match as_of {
            AsOf::Latest => Ok(newest),
            AsOf::Revision(asked) if asked == head.revision => Ok(newest),
            AsOf::Revision(asked) if asked > head.revision => Err(StoreError::Future { asked, newest: head.revision }),
            AsOf::Revision(_) | AsOf::Time(_) => {
                let (revision, committed_at) = self.read(move |_, db| reader::revision(db, as_of)).await?;
                Ok(RevisionMeta { revision, committed_at, totals: head.totals })
            }
        }
    }

    async fn commit(&self, submission: Submission) -> Result<Receipt> {
        let (answer, answered) = oneshot::channel();
        let orders = self.orders.as_ref().ok_or(StoreError::Closed)?;
        orders.send(Order { submission, answer }).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    async fn resolve(&self, names: &[NodeName], at: Revision) -> Result<Vec<Option<NodeId>>> {
        let names = names.to_vec();
        self.read(move |shared, db| names.iter().map(|name| reader::resolve(shared, db, name, at)).collect()).await
    }

    async fn nodes(&self, ids: &[NodeId], at: Revision) -> Result<Vec<Option<Arc<Node>>>> {
        let known = reader::cached(&self.shared, ids, at);
        if known.iter().all(Option::is_some) {
            return Ok(known);
        }
        let ids = ids.to_vec();
        self.read(move |shared, db| reader::nodes(shared, db, &ids, known, at)).await
    }

    async fn hop(&self, hop: Hop<'_>) -> Result<Vec<Edge>> {
        Ok(reader::hop(&self.shared, &hop))
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<NodeId>> {
        Ok(reader::scan(&self.shared, &scan))
    }

    async fn changes(&self, after: Revision, limit: usize, wait: Duration) -> Result<Feed> {
        let mut head = self.shared.head.subscribe();
        let news = head.wait_for(|head| head.revision > after);
        if tokio::time::timeout(wait, news).await.is_err() {
            return Ok(Feed::Changes(Vec::new()));
        }
        self.read(move |shared, db| reader::changes(shared, db, after, limit)).await
    }

    async fn history(&self, id: NodeId, limit: usize) -> Result<Vec<Version>> {
        self.read(move |shared, db| reader::history(shared, db, id, limit)).await
    }

    async fn runs(&self, query: &RunQuery) -> Result<Vec<Run>> {
        let query = query.clone();
        self.read(move |shared, db| runs::runs(shared, db, &query)).await
    }

    async fn log(&self, query: LogQuery) -> Result<Vec<LogEntry>> {
        self.read(move |_, db| runs::log(db, query)).await
    }

    async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Option<Vec<u8>>>> {
        let ids = ids.to_vec();
        self.read(move |_, db| runs::contents(db, &ids)).await
    }

    async fn evidence(&self, edge: EdgeId) -> Result<Option<Evidence>> {
        self.read(move |shared, db| evidence::evidence(shared, db, edge)).await
    }
}
