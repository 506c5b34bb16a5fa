//! Keeps the index like the store: follows the feed, commits on a short timer, rebuilds when the feed has a gap.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use graph::{AsOf, Feed, FeedEntry, Node, NodeId, NodeKind, Revision, Scan, Store, StoreError};
use parking_lot::RwLock;
use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{DocSet, IndexWriter, TERMINATED};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::document::id_value;
use crate::drift;
use crate::error::{Result, SearchError};
use crate::fields::INHERITED;
use crate::gather::{self, AT_ONCE, DATASETS_AT_ONCE, Piece, Touched};
use crate::request::Progress;
use crate::shelf::{Live, Shelf, commit};

/// Commits are at least this far apart.
const BETWEEN_COMMITS: Duration = Duration::from_millis(300);
/// Under load they are further apart: a commit shall take a quarter of the time at most.
const COMMIT_SHARE: u32 = 3;
const LONGEST_BETWEEN_COMMITS: Duration = Duration::from_secs(3);
/// Revisions without anything to index after which the place is noted all the same.
const MOST_UNNOTED: u32 = 10_000;
/// Revisions read from the feed at once.
const REVISIONS_AT_ONCE: usize = 64;
const LONGEST_WAIT: Duration = Duration::from_secs(20);
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// Failures in a row after which the index itself is suspected, and built anew.
const FAILURES: u32 = 3;
/// A rebuild is not begun again because searches fail when the last one was shorter ago.
const BETWEEN_REPAIRS: Duration = Duration::from_secs(60);

/// What followers and searchers share.
pub struct Shared {
    pub live: RwLock<Arc<Live>>,
    /// Everything up to this revision can be found.
    pub held: watch::Sender<Revision>,
}

pub enum Control {
    Rebuild {
        progress: Box<dyn Fn(Progress) + Send + Sync>,
        done: oneshot::Sender<Result<Revision>>,
    },
    /// Searching failed, so the index may be broken.
    Repair(String),
    Close(oneshot::Sender<()>),
}

/// What the follower begins with.
pub enum Start {
    From(Revision),
    Rebuild(String),
}

pub struct Follower {
    pub store: Arc<dyn Store>,
    pub shelf: Shelf,
    pub shared: Arc<Shared>,
    pub control: mpsc::Receiver<Control>,
    state: State,
}

/// How far the index is.
struct State {
    writer: Option<IndexWriter>,
    /// The revision of the last commit.
    noted: Revision,
    /// Everything up to here is written, though perhaps not committed.
    staged: Revision,
    pending: usize,
    /// What columns of datasets written since the last commit were given by them.
    inherited: HashMap<NodeId, u64>,
    last_commit: Instant,
    between_commits: Duration,
    failures: u32,
    repaired: Option<Instant>,
    /// The newest revision of which anything was written.
    reached: Revision,
    /// Up to here documents may have been committed without this being noted, so that nodes said to be new need not be.
    doubtful: Revision,
}

impl Follower {
    pub fn new(store: Arc<dyn Store>, shelf: Shelf, shared: Arc<Shared>, control: mpsc::Receiver<Control>) -> Follower {
        let state = State {
            writer: None,
            noted: Revision(0),
            staged: Revision(0),
            pending: 0,
            inherited: HashMap::new(),
            last_commit: Instant::now(),
            between_commits: Duration::ZERO,
            failures: 0,
            repaired: None,
            reached: Revision(0),
            doubtful: Revision(0),
        };
        Follower { store, shelf, shared, control, state }
    }

    /// Runs until the index is closed or dropped, or the store is.
    pub async fn run(mut self, start: Start) {
        match start {
            Start::From(revision) => {
                (self.state.noted, self.state.staged) = (revision, revision);
                if self.is_adrift(revision).await
                    && !self.rebuild_until_done("namespaces are shown otherwise now").await
                {
                    return;
                }
            }
            Start::Rebuild(reason) => {
                if !self.rebuild_until_done(&reason).await {
                    return;
                }
            }
        }
        let closed = self.follow().await;
        if let Err(error) = self.commit().await {
            tracing::warn!("the search index could not be written at the end: {error}");
        }
        self.forget_uncommitted().await;
        if let Some(closed) = closed {
            let _ = closed.send(());
        }
    }

    /// Whether nodes are called otherwise than when they were indexed, though they did not change: the rules that
    /// rewrite namespaces are applied on read. What cannot be read now is left to the following.
    async fn is_adrift(&self, at: Revision) -> bool {
        let live = self.shared.live.read().clone();
        let Ok(samples) = blocking(move || drift::samples(&live)).await else { return true };
        let ids: Vec<NodeId> = samples.iter().map(|(id, _)| *id).collect();
        let Ok(nodes) = self.store.nodes(&ids, at).await else { return false };
        let mut pairs = samples.iter().zip(nodes);
        pairs.any(|((_, shown), node)| node.is_some_and(|node| drift::namespace(&node) != Some(shown.as_str())))
    }

    /// Follows until told to close; returns whom to tell that it is done.
    async fn follow(&mut self) -> Option<oneshot::Sender<()>> {
        loop {
            let wait = self.state.wait();
            tokio::select! {
                control = self.control.recv() => match control {
                    None => return None,
                    Some(Control::Close(done)) => return Some(done),
                    Some(control) => self.obey(control).await,
                },
                feed = self.store.changes(self.state.staged, REVISIONS_AT_ONCE, wait) => {
                    match self.take(feed).await {
                        Ok(()) => self.state.failures = 0,
                        Err(SearchError::Store(StoreError::Closed)) => return None,
                        Err(error) => self.recover(error).await,
                    }
                }
            }
        }
    }

    async fn obey(&mut self, control: Control) {
        match control {
            Control::Rebuild { progress, done } => {
                let _ = done.send(self.rebuild(&*progress).await);
            }
            Control::Repair(reason) => {
                if self.state.repaired.is_none_or(|at| at.elapsed() >= BETWEEN_REPAIRS) {
                    self.state.repaired = Some(Instant::now());
                    self.rebuild_until_done(&reason).await;
                }
            }
            Control::Close(done) => {
                let _ = done.send(());
            }
        }
    }

    async fn take(&mut self, feed: std::result::Result<Feed, StoreError>) -> Result<()> {
        match feed? {
            Feed::Changes(mut entries) => {
                // The feed may run ahead of what can be read.
                let newest = self.store.revision(AsOf::Latest).await?.revision;
                entries.retain(|entry| entry.revision <= newest);
                self.stage(&entries).await?;
            }
            Feed::Trimmed { .. } => {
                tracing::info!("the search index is built anew: the feed after revision {} is gone", self.state.staged);
                self.rebuild(&|_| {}).await?;
            }
        }
        if self.state.is_due() { self.commit().await } else { Ok(()) }
    }

    /// Goes back to the last commit and tries again from there, after a pause; in the end from nothing.
    async fn recover(&mut self, error: SearchError) {
        tracing::warn!("the search index could not follow the store: {error}");
        self.forget_uncommitted().await;
        self.state.failures += 1;
        tokio::time::sleep(AFTER_FAILURE).await;
        if self.state.failures >= FAILURES && matches!(error, SearchError::Index(_)) {
            self.state.failures = 0;
            self.rebuild_until_done(&error.to_string()).await;
        }
    }

    /// Writes what a stretch of the feed changed.
    async fn stage(&mut self, entries: &[FeedEntry]) -> Result<()> {
        let Some(last) = entries.last() else { return Ok(()) };
        let at = last.revision;
        let mut touched = Touched::of(entries);
        if entries.iter().any(|entry| entry.revision <= self.state.doubtful) {
            touched.created.clear();
        }
        self.state.reached = self.state.reached.max(at);
        if !touched.nodes.is_empty() {
            self.write_touched(&touched, at).await?;
        }
        self.state.staged = at;
        if self.state.pending == 0 {
            self.shared.held.send_replace(at);
        }
        Ok(())
    }

    async fn write_touched(&mut self, touched: &Touched, at: Revision) -> Result<()> {
        let store = self.store.clone();
        let mut todo = gather::plan(&*store, touched, at).await?;
        let known = self.inherited(&todo.datasets_with_columns).await?;
        todo.settle(&known);
        let taken = todo.gone.iter().flat_map(|id| [Taken::Node(*id), Taken::ColumnsOf(*id)]).collect();
        self.write(taken, Vec::new()).await?;
        let with_columns = todo.datasets_with_columns.keys().copied().collect();
        for ids in chunks(&with_columns, DATASETS_AT_ONCE) {
            let pieces = gather::datasets(&*store, &ids, at, true).await?;
            self.replace(pieces, touched, true).await?;
        }
        for ids in chunks(&todo.datasets, DATASETS_AT_ONCE) {
            let pieces = gather::datasets(&*store, &ids, at, false).await?;
            self.replace(pieces, touched, false).await?;
        }
        let columns: Vec<(NodeId, NodeId)> = todo
            .columns
            .iter()
            .flat_map(|(dataset, columns)| columns.iter().map(|column| (*dataset, *column)))
            .collect();
        for some in columns.chunks(AT_ONCE) {
            let pieces = gather::columns(&*store, some, at).await?;
            self.replace(pieces, touched, false).await?;
        }
        for ids in chunks(&todo.others, AT_ONCE) {
            let pieces = gather::others(&*store, &ids, at).await?;
            self.replace(pieces, touched, false).await?;
        }
        Ok(())
    }

    /// What the columns of datasets were indexed with.
    async fn inherited(&self, datasets: &BTreeMap<NodeId, u64>) -> Result<HashMap<NodeId, u64>> {
        let (fresh, committed): (Vec<NodeId>, Vec<NodeId>) =
            datasets.keys().partition(|id| self.state.inherited.contains_key(*id));
        let live = self.shared.live.read().clone();
        let mut known = blocking(move || Ok(inherited_in_index(&live, &committed)?)).await?;
        known.extend(fresh.iter().filter_map(|id| Some((*id, *self.state.inherited.get(id)?))));
        Ok(known)
    }

    /// Puts documents in the place of the old ones, and with `columns` takes away all old columns of datasets.
    async fn replace(&mut self, pieces: Vec<Piece>, touched: &Touched, columns: bool) -> Result<()> {
        let mut taken = Vec::new();
        for piece in &pieces {
            taken.extend(piece.ids().into_iter().filter(|id| !touched.created.contains(id)).map(Taken::Node));
            if let Piece::Dataset { node, .. } = piece {
                self.state.inherited.insert(node.id, crate::document::inherited(node));
                if columns {
                    taken.extend((!touched.created.contains(&node.id)).then_some(Taken::ColumnsOf(node.id)));
                    taken.extend(other_names(node).map(Taken::Reported));
                }
            }
        }
        self.write(taken, pieces).await
    }

    /// Takes documents away and adds new ones.
    async fn write(&mut self, taken: Vec<Taken>, pieces: Vec<Piece>) -> Result<()> {
        if taken.is_empty() && pieces.is_empty() {
            return Ok(());
        }
        let live = self.shared.live.read().clone();
        let writer = self.state.writer.take();
        let (writer, count) = blocking(move || {
            let writer = writer.map_or_else(|| live.writer(), Ok)?;
            let count = taken.len() + add(&writer, &live, &taken, &pieces)?;
            Ok((writer, count))
        })
        .await?;
        self.state.writer = Some(writer);
        self.state.pending += count;
        Ok(())
    }

    /// Makes everything staged findable.
    async fn commit(&mut self) -> Result<()> {
        let staged = self.state.staged;
        if self.state.pending == 0 && staged == self.state.noted {
            return Ok(());
        }
        let began = Instant::now();
        let live = self.shared.live.read().clone();
        let writer = self.state.writer.take();
        let writer = blocking(move || {
            let mut writer = writer.map_or_else(|| live.writer(), Ok)?;
            commit(&mut writer, &live, staged)?;
            Ok(writer)
        })
        .await?;
        self.state.committed(writer, staged, began.elapsed());
        self.shared.held.send_replace(staged);
        Ok(())
    }

    /// Goes back to the last commit, when nothing works on the index any more: a merge would go on to write into the
    /// folder, even when another index has taken its place.
    async fn forget_uncommitted(&mut self) {
        let writer = self.state.forget_uncommitted();
        if let Err(error) = blocking(move || Ok(writer.map_or(Ok(()), IndexWriter::wait_merging_threads)?)).await {
            tracing::warn!("the search index's writer did not stop in good order: {error}");
        }
    }

    /// Rebuilds, again and again until it succeeds; false when the store or the index was closed meanwhile.
    async fn rebuild_until_done(&mut self, reason: &str) -> bool {
        tracing::info!("the search index is built anew: {reason}");
        loop {
            match self.rebuild(&|_| {}).await {
                Ok(revision) => {
                    tracing::info!("the search index holds revision {revision}");
                    return true;
                }
                Err(SearchError::Store(StoreError::Closed) | SearchError::Closed) => return false,
                Err(error) => tracing::warn!("the search index could not be built: {error}"),
            }
            tokio::time::sleep(AFTER_FAILURE).await;
            if self.control.is_closed() {
                return false;
            }
        }
    }

    /// Reads the whole store into an index beside the current one, and then takes its place.
    async fn rebuild(&mut self, progress: &(dyn Fn(Progress) + Send + Sync)) -> Result<Revision> {
        self.forget_uncommitted().await;
        let meta = self.store.revision(AsOf::Latest).await?;
        let shelf = self.shelf.clone();
        let live = Arc::new(blocking(move || shelf.begin()).await?);
        let total = meta.totals.datasets + meta.totals.columns + meta.totals.jobs;
        let mut rebuild = Rebuild { store: &*self.store, live, writer: None, at: meta.revision, done: 0 };
        for kind in [NodeKind::Dataset, NodeKind::Job, NodeKind::Owner, NodeKind::Tag] {
            rebuild.kind(kind, &|done| progress(Progress { done, total: total.max(done) })).await?;
        }
        let begun = rebuild.finish().await?;
        let shelf = self.shelf.clone();
        let live = blocking(move || shelf.replace(begun)).await?;
        *self.shared.live.write() = Arc::new(live);
        (self.state.noted, self.state.staged) = (meta.revision, meta.revision);
        self.shared.held.send_replace(meta.revision);
        Ok(meta.revision)
    }
}

impl State {
    /// How long to wait for changes before a commit is due.
    fn wait(&self) -> Duration {
        if self.pending == 0 {
            return LONGEST_WAIT;
        }
        self.between_commits.saturating_sub(self.last_commit.elapsed())
    }

    fn is_due(&self) -> bool {
        let waited = self.last_commit.elapsed() >= self.between_commits;
        let unnoted = self.staged.0.saturating_sub(self.noted.0);
        (self.pending > 0 && waited) || unnoted >= MOST_UNNOTED
    }

    fn committed(&mut self, writer: IndexWriter, revision: Revision, took: Duration) {
        self.writer = Some(writer);
        self.noted = revision;
        self.pending = 0;
        self.inherited.clear();
        self.last_commit = Instant::now();
        self.between_commits = (took * COMMIT_SHARE).clamp(BETWEEN_COMMITS, LONGEST_BETWEEN_COMMITS);
    }

    fn forget_uncommitted(&mut self) -> Option<IndexWriter> {
        self.pending = 0;
        self.inherited.clear();
        self.staged = self.noted;
        self.doubtful = self.reached;
        self.writer.take()
    }
}

/// A rebuild under way.
struct Rebuild<'a> {
    store: &'a dyn Store,
    live: Arc<Live>,
    writer: Option<IndexWriter>,
    at: Revision,
    done: u64,
}

impl Rebuild<'_> {
    async fn kind(&mut self, kind: NodeKind, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<()> {
        let mut after = None;
        loop {
            let scan = Scan { kind, parent: None, after, limit: AT_ONCE, at: self.at };
            let ids = self.store.scan(scan).await?;
            let Some(last) = ids.last() else { return Ok(()) };
            after = Some(*last);
            for some in ids.chunks(if kind == NodeKind::Dataset { DATASETS_AT_ONCE } else { AT_ONCE }) {
                let pieces = match kind {
                    NodeKind::Dataset => gather::datasets(self.store, some, self.at, true).await?,
                    NodeKind::Job | NodeKind::Owner | NodeKind::Tag => {
                        gather::others(self.store, some, self.at).await?
                    }
                    NodeKind::Column | NodeKind::Namespace => Vec::new(),
                };
                self.write(pieces).await?;
                progress(self.done);
            }
        }
    }

    async fn write(&mut self, pieces: Vec<Piece>) -> Result<()> {
        let (live, writer) = (self.live.clone(), self.writer.take());
        let (writer, count) = blocking(move || {
            let writer = writer.map_or_else(|| live.writer(), Ok)?;
            let count = add(&writer, &live, &[], &pieces)?;
            Ok((writer, count))
        })
        .await?;
        self.writer = Some(writer);
        self.done += count as u64;
        Ok(())
    }

    /// Commits, and waits until nothing works on the index any more, so that its folder can be moved.
    async fn finish(self) -> Result<Live> {
        let Rebuild { live, writer, at, .. } = self;
        blocking(move || {
            let mut writer = writer.map_or_else(|| live.writer(), Ok)?;
            commit(&mut writer, &live, at)?;
            writer.wait_merging_threads()?;
            live.reader.reload()?;
            Arc::into_inner(live).ok_or_else(|| SearchError::Index("the new index is still in use".into()))
        })
        .await
    }
}

/// Runs what may block away from the runtime. A panic in it is an error like any other.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(stopped) => Err(SearchError::Index(format!("a task stopped: {stopped}"))),
    }
}

/// Documents to take away.
enum Taken {
    Node(NodeId),
    ColumnsOf(NodeId),
    /// All that has a dataset's name, in the form of `document::reported`.
    Reported(String),
}

/// The names of a dataset that has several.
fn other_names(dataset: &Node) -> impl Iterator<Item = String> {
    let several = dataset.reported_as.len() > 1;
    dataset.reported_as.iter().filter(move |_| several).map(crate::document::reported)
}

fn add(writer: &IndexWriter, live: &Live, taken: &[Taken], pieces: &[Piece]) -> Result<usize> {
    for taken in taken {
        writer.delete_term(match taken {
            Taken::Node(id) => Term::from_field_u64(live.fields.id, id_value(*id)),
            Taken::ColumnsOf(id) => Term::from_field_u64(live.fields.parent, id_value(*id)),
            Taken::Reported(name) => Term::from_field_text(live.fields.reported, name),
        });
    }
    let mut count = 0;
    for document in pieces.iter().flat_map(|piece| piece.documents(&live.fields)) {
        writer.add_document(document)?;
        count += 1;
    }
    Ok(count)
}

/// What the columns of datasets were given by them when they were last committed; nothing for one not in the index.
fn inherited_in_index(live: &Live, ids: &[NodeId]) -> tantivy::Result<HashMap<NodeId, u64>> {
    let searcher = live.reader.searcher();
    let mut found = HashMap::new();
    for segment in searcher.segment_readers() {
        let (index, inherited) = (segment.inverted_index(live.fields.id)?, segment.fast_fields().u64(INHERITED)?);
        for id in ids {
            let term = Term::from_field_u64(live.fields.id, id_value(*id));
            let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? else { continue };
            while postings.doc() != TERMINATED {
                let doc = postings.doc();
                if segment.alive_bitset().is_none_or(|alive| alive.is_alive(doc)) {
                    found.extend(inherited.first(doc).map(|digest| (*id, digest)));
                }
                postings.advance();
            }
        }
    }
    Ok(found)
}

fn chunks(ids: &BTreeSet<NodeId>, size: usize) -> Vec<Vec<NodeId>> {
    let ids: Vec<NodeId> = ids.iter().copied().collect();
    ids.chunks(size).map(<[NodeId]>::to_vec).collect()
}
