//! The index as its users see it.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use graph::{AsOf, NodeId, Revision, Store, Viewer};
use parking_lot::RwLock;
use tokio::sync::{mpsc, oneshot, watch};

use crate::answer::{Asked, Page, Question};
use crate::background;
use crate::collect::{Place, Stop};
use crate::cursor;
use crate::error::{Result, SearchError};
use crate::follow::{Control, Follower, Shared, Start, blocking};
use crate::matching::{Plan, filter_values};
use crate::request::{Answer, Filter, Hit, PAGE_LIMIT, Progress, Request};
use crate::shelf::{Live, Opened, Shelf};
use crate::syntax::{Parsed, Typed, parse};

/// Nodes shown to a viewer at once.
const VIEWED_AT_ONCE: usize = 1_000;
/// How long a suggestion may take, and the most of its text that is read.
const SUGGEST: Duration = Duration::from_millis(500);
const SUGGEST_CHARACTERS: usize = 200;

/// A full-text index over a store's datasets, columns, jobs, owners and tags, which follows the store's feed by itself.
/// It holds nothing that cannot be read from the store again.
pub struct Index {
    store: Arc<dyn Store>,
    shared: Arc<Shared>,
    control: mpsc::Sender<Control>,
}

impl Index {
    /// Opens the index in a folder of its own, made if missing, and starts to follow the store. What is missing is read
    /// in the background, and an index that is broken, of another format or of another store is built anew there.
    pub async fn open(path: &Path, store: Arc<dyn Store>) -> Result<Index> {
        Index::start(Shelf::Folder(path.to_owned()), store).await
    }

    /// The same in memory.
    pub async fn in_memory(store: Arc<dyn Store>) -> Result<Index> {
        Index::start(Shelf::Memory, store).await
    }

    async fn start(shelf: Shelf, store: Arc<dyn Store>) -> Result<Index> {
        let newest = store.revision(AsOf::Latest).await?.revision;
        let (live, start) = open(&shelf, newest).await?;
        let held = match &start {
            Start::From(revision) => *revision,
            Start::Rebuild(_) => Revision(0),
        };
        let shared = Arc::new(Shared { live: RwLock::new(Arc::new(live)), held: watch::Sender::new(held) });
        let (control, orders) = mpsc::channel(4);
        let follower = Follower::new(store.clone(), shelf, shared.clone(), orders);
        background::run("search-follower", async move { follower.run(start).await })?;
        Ok(Index { store, shared, control })
    }

    pub async fn search(&self, request: &Request, viewer: &dyn Viewer) -> Result<Answer> {
        let sees_everything = viewer.sees_everything();
        let (question, _left) = question(request, sees_everything)?;
        if let Some(asked) = request.min_revision {
            self.reached(asked, request.deadline).await?;
        }
        let revision = self.held();
        let live = self.shared.live.read().clone();
        let page = if sees_everything {
            blocking(move || Asked::new(live, question)?.page(None)).await
        } else {
            self.page_for(live, question, viewer).await
        };
        let page = page.inspect_err(|error| self.repair_after(error))?;
        let digest = cursor::search_digest(request);
        Ok(Answer {
            total: page.total,
            revision,
            end_cursor: page.hits.last().map(|(place, _)| cursor::write(place, digest)),
            hits: page.hits.into_iter().map(|(_, hit)| hit).collect(),
            facets: page.facets,
            has_next: page.has_next,
            respelled: page.respelled,
        })
    }

    /// Names that begin with the text, for a box that answers while one types.
    pub async fn suggest(&self, text: &str, first: usize, viewer: &dyn Viewer) -> Result<Vec<Hit>> {
        check_page(first)?;
        let text: String = text.chars().take(SUGGEST_CHARACTERS).collect();
        let terms = text.split_whitespace().map(|word| Typed::Word(word.to_owned())).collect();
        let plan = Plan::new(&Parsed { terms, ..Parsed::default() }, viewer.sees_everything());
        if plan.is_all() {
            return Ok(Vec::new());
        }
        let (stop, _left) = stop(Instant::now() + SUGGEST);
        let question = Question { plan, filters: Default::default(), first, after: None, stop };
        let live = self.shared.live.read().clone();
        let hits = match blocking(move || Asked::new(live, question)).await {
            Ok(asked) => self.names(asked, first, viewer).await,
            Err(error) => Err(error),
        };
        hits.inspect_err(|error| self.repair_after(error))
    }

    /// Reads the whole store afresh; searches are answered from the old index until it is done.
    pub async fn rebuild(&self, progress: impl Fn(Progress) + Send + Sync + 'static) -> Result<Revision> {
        let (done, answer) = oneshot::channel();
        let order = Control::Rebuild { progress: Box::new(progress), done };
        self.control.send(order).await.map_err(|_| SearchError::Closed)?;
        answer.await.map_err(|_| SearchError::Closed)?
    }

    /// The revision up to which everything can be found.
    pub fn held(&self) -> Revision {
        *self.shared.held.borrow()
    }

    /// Waits until the index holds a revision; `Behind` when it does not by the deadline.
    pub async fn reached(&self, revision: Revision, deadline: Instant) -> Result<Revision> {
        let mut held = self.shared.held.subscribe();
        let waited = tokio::time::timeout_at(deadline.into(), held.wait_for(|held| *held >= revision)).await;
        match waited {
            Ok(Ok(held)) => Ok(*held),
            Ok(Err(_)) | Err(_) => Err(SearchError::Behind { asked: revision, held: self.held() }),
        }
    }

    /// Stops following, having written what was read. Searches go on to be answered.
    pub async fn close(&self) {
        let (done, answer) = oneshot::channel();
        if self.control.send(Control::Close(done)).await.is_ok() {
            // An error means that the follower ended by itself, which is as good.
            let _ = answer.await;
        }
    }

    /// A page for one who does not see everything: all that may count is shown to the viewer first.
    async fn page_for(&self, live: Arc<Live>, question: Question, viewer: &dyn Viewer) -> Result<Page> {
        let stop = question.stop.clone();
        let (asked, ids) = blocking(move || Asked::new(live, question)?.candidates()).await?;
        let mut visible = HashSet::new();
        for some in ids.chunks(VIEWED_AT_ONCE) {
            if stop.is_over() {
                return Err(SearchError::Deadline);
            }
            let some: Vec<NodeId> = some.iter().map(|id| NodeId(*id)).collect();
            visible.extend(self.visible(&some, viewer).await?.iter().map(|id| id.0));
        }
        blocking(move || asked.page(Some(Arc::new(visible)))).await
    }

    async fn names(&self, asked: Asked, first: usize, viewer: &dyn Viewer) -> Result<Vec<Hit>> {
        let mut shown: Vec<Hit> = Vec::new();
        let mut after: Option<Place> = None;
        loop {
            let asking = asked.clone();
            let page = blocking(move || asking.names(first, after)).await?;
            let all = page.len() < first;
            after = page.last().map(|(place, _)| place.clone());
            let hits: Vec<Hit> = page.into_iter().map(|(_, hit)| hit).collect();
            shown.extend(self.visible_hits(hits, viewer).await?);
            if all || shown.len() >= first {
                shown.truncate(first);
                return Ok(shown);
            }
        }
    }

    async fn visible_hits(&self, mut hits: Vec<Hit>, viewer: &dyn Viewer) -> Result<Vec<Hit>> {
        if viewer.sees_everything() {
            return Ok(hits);
        }
        let ids: Vec<NodeId> = hits.iter().map(|hit| hit.id).collect();
        let visible = self.visible(&ids, viewer).await?;
        hits.retain(|hit| visible.contains(&hit.id));
        Ok(hits)
    }

    /// Those of the nodes that the viewer sees as they are now.
    async fn visible(&self, ids: &[NodeId], viewer: &dyn Viewer) -> Result<Vec<NodeId>> {
        let now = self.store.revision(AsOf::Latest).await?.revision;
        let nodes = self.store.nodes(ids, now).await?;
        let seen = ids.iter().zip(nodes).filter(|(_, node)| node.as_ref().is_some_and(|node| viewer.sees(node)));
        Ok(seen.map(|(id, _)| *id).collect())
    }

    /// Has the index built anew when it cannot be read. When the follower is busy already, that is as good.
    fn repair_after(&self, error: &SearchError) {
        if let SearchError::Index(reason) = error {
            tracing::error!("a search failed: {reason}");
            let _ = self.control.try_send(Control::Repair(reason.clone()));
        }
    }
}

/// Says that nobody waits any more when it is dropped.
struct Left(Arc<AtomicBool>);

impl Drop for Left {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn stop(deadline: Instant) -> (Stop, Left) {
    let left = Arc::new(AtomicBool::new(false));
    (Stop { deadline, left: left.clone() }, Left(left))
}

async fn open(shelf: &Shelf, newest: Revision) -> Result<(Live, Start)> {
    let (opening, beginning) = (shelf.clone(), shelf.clone());
    // Broken files can make tantivy panic, which is one more way of not being usable.
    let opened = blocking(move || Ok(opening.open())).await;
    let reason = match opened.unwrap_or_else(|error| Opened::Unusable(error.to_string())) {
        Opened::Usable(live, revision) if revision <= newest => return Ok((*live, Start::From(revision))),
        Opened::Usable(_, revision) => {
            format!("it holds revision {revision}, and the store's newest is {newest}, so it is of another store")
        }
        Opened::Unusable(reason) => reason,
    };
    Ok((blocking(move || beginning.begin()).await?, Start::Rebuild(reason)))
}

fn question(request: &Request, columns_show: bool) -> Result<(Question, Left)> {
    check_page(request.first)?;
    let parsed = parse(&request.text)?;
    let after = request.after.as_ref().map(|text| cursor::read(text, cursor::search_digest(request))).transpose()?;
    let (stop, left) = stop(request.deadline);
    let filters = filter_values(&merged(&request.filter, &parsed.filter));
    Ok((Question { plan: Plan::new(&parsed, columns_show), filters, first: request.first, after, stop }, left))
}

fn check_page(first: usize) -> Result<()> {
    if (1..=PAGE_LIMIT).contains(&first) {
        return Ok(());
    }
    Err(SearchError::Page { asked: first, limit: PAGE_LIMIT })
}

/// The filter of the request and of the text together: their values are alternatives.
fn merged(one: &Filter, other: &Filter) -> Filter {
    let both = |one: &Vec<String>, other: &Vec<String>| [one.as_slice(), other.as_slice()].concat();
    Filter {
        kinds: [one.kinds.as_slice(), other.kinds.as_slice()].concat(),
        platforms: both(&one.platforms, &other.platforms),
        namespaces: both(&one.namespaces, &other.namespaces),
        owners: both(&one.owners, &other.owners),
        tags: both(&one.tags, &other.tags),
        domains: both(&one.domains, &other.domains),
    }
}
