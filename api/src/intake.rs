//! The way of an input into the store, whichever way in it took: read, committed, counted.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use graph::change::{Fault, InputKind, Submission};
use graph::{Receipt, Store, Time};
use ingest::openlineage::{self, Limits, Rejection, RejectionKind};
use tokio::sync::Semaphore;

use crate::error::{ClientError, Code, Error, Kind};
use crate::observe::{self, Outcome};

/// Bodies above this many bytes are read on threads of their own, so that others need not wait.
const LARGE: usize = 64 << 10;
/// Submissions of one request that wait for the store at one time; they share its syncs.
const TOGETHER: usize = 256;
/// Bytes of events of one request that are read before they are committed.
const PIECE: usize = 4 << 20;

/// Takes inputs into a store.
#[derive(Clone)]
pub struct Intake {
    store: Arc<dyn Store>,
    limits: Limits,
    /// Large bodies are read one a core: more at a time take memory and gain nothing.
    cores: Arc<Semaphore>,
}

/// What became of one event of several.
#[derive(Debug)]
pub struct Fate {
    /// Its place in what was sent, from 0.
    pub index: usize,
    pub result: Result<Taken, Error>,
}

/// A committed input.
#[derive(Debug)]
pub struct Taken {
    pub receipt: Receipt,
    /// What was wrong with it and tolerated.
    pub faults: Vec<Fault>,
}

/// An event that was read: to be kept either way.
enum Read {
    Good(Submission),
    Rejected(ClientError, Submission),
}

impl Fate {
    /// True when the same event may be taken later.
    pub fn retriable(&self) -> bool {
        self.result.as_ref().is_err_and(|error| error.code().kind() != Kind::Client)
    }
}

impl Intake {
    pub fn new(store: Arc<dyn Store>) -> Intake {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Intake { store, limits: Limits::default(), cores: Arc::new(Semaphore::new(cores)) }
    }

    /// Commits one OpenLineage event. A rejected one is kept too, among the faults, and then told.
    pub async fn event<B: AsRef<[u8]> + Send + Sync + 'static>(&self, body: B) -> Result<Taken, Error> {
        let limits = self.limits;
        self.settle(self.off_thread(&Arc::new(body), move |bytes| read(bytes, &limits)).await?).await
    }

    /// Commits the events of a JSON array, or of `{"events": […]}`, each for itself; the body is refused as a whole only
    /// when it is neither.
    pub async fn batch<B: AsRef<[u8]> + Send + Sync + 'static>(&self, body: B) -> Result<Vec<Fate>, Error> {
        let body = Arc::new(body);
        let places = match self.off_thread(&body, places).await? {
            Ok(places) => places,
            Err(rejection) => {
                let rejected = rejected(rejection, body.as_ref().as_ref(), Time::now());
                return self.settle(rejected).await.map(|_| Vec::new());
            }
        };
        let mut fates = Vec::with_capacity(places.len());
        for piece in pieces(&places) {
            let (piece, limits) = (piece.to_vec(), self.limits);
            let events = self.off_thread(&body, move |bytes| {
                piece.into_iter().map(|place| read(&bytes[place], &limits)).collect::<Vec<_>>()
            });
            self.settle_all(events.await?, &mut fates).await;
        }
        Ok(fates)
    }

    /// Commits events that came apart from each other, as many at a time as fit into memory well.
    pub async fn events(&self, bodies: Vec<Vec<u8>>) -> Vec<Fate> {
        let mut fates = Vec::with_capacity(bodies.len());
        let events = bodies.into_iter().map(|body| read(&body, &self.limits));
        self.settle_all(events, &mut fates).await;
        fates
    }

    /// Commits submissions that came apart from each other; the receipts are in their order.
    pub async fn submissions(&self, submissions: Vec<Submission>) -> Result<Vec<Receipt>, Error> {
        let commits = submissions.into_iter().map(|submission| self.commit(submission));
        stream::iter(commits).buffered(TOGETHER).try_collect().await
    }

    /// Commits what was read and says what became of each, numbered on from the fates there are.
    async fn settle_all(&self, events: impl IntoIterator<Item = Read>, fates: &mut Vec<Fate>) {
        let first = fates.len();
        let settled = events
            .into_iter()
            .enumerate()
            .map(|(at, event)| async move { Fate { index: first + at, result: self.settle(event).await } });
        let settled: Vec<Fate> = stream::iter(settled).buffered(TOGETHER).collect().await;
        fates.extend(settled);
    }

    /// Runs `work` over the bytes: here when they are few, else on a thread for long work.
    async fn off_thread<B, T>(&self, body: &Arc<B>, work: impl FnOnce(&[u8]) -> T + Send + 'static) -> Result<T, Error>
    where
        B: AsRef<[u8]> + Send + Sync + 'static,
        T: Send + 'static,
    {
        let bytes: &[u8] = body.as_ref().as_ref();
        if bytes.len() <= LARGE {
            return Ok(work(bytes));
        }
        let core = self.cores.clone().acquire_owned().await.map_err(|error| Error::internal(error.to_string()))?;
        let body = body.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let _core = core;
            work(body.as_ref().as_ref())
        });
        reading.await.map_err(|error| Error::internal(error.to_string()))
    }

    async fn settle(&self, event: Read) -> Result<Taken, Error> {
        match event {
            Read::Good(submission) => {
                let faults = submission.input.faults.clone();
                Ok(Taken { receipt: self.commit(submission).await?, faults })
            }
            Read::Rejected(error, submission) => {
                self.commit(submission).await?;
                Err(error.into())
            }
        }
    }

    /// Commits one submission, durably.
    pub async fn commit(&self, submission: Submission) -> Result<Receipt, Error> {
        let kind = kind_text(submission.input.kind);
        let rejected = submission.input.rejected;
        let started = Instant::now();
        let result = self.store.commit(submission).await;
        let outcome = match &result {
            Err(_) => Outcome::Failed,
            Ok(_) if rejected => Outcome::Rejected,
            Ok(receipt) if receipt.repeated => Outcome::Repeated,
            Ok(_) => Outcome::New,
        };
        observe::input(kind, outcome, started.elapsed());
        Ok(result?)
    }
}

fn read(bytes: &[u8], limits: &Limits) -> Read {
    let now = Time::now();
    match openlineage::event(bytes, now, limits) {
        Ok(submission) => Read::Good(submission),
        Err(rejection) => rejected(rejection, bytes, now),
    }
}

fn rejected(rejection: Rejection, bytes: &[u8], now: Time) -> Read {
    let code = match rejection.kind {
        RejectionKind::BadRequest => Code::BadJson,
        RejectionKind::Unprocessable => Code::BadEvent,
    };
    let fault = &rejection.fault;
    let (reason, message, path) = (Some(fault.code.clone().into()), fault.message.clone(), fault.path.clone());
    Read::Rejected(ClientError { code, reason, message, path }, rejection.into_submission(bytes, now))
}

/// Where the events of a batch are.
fn places(bytes: &[u8]) -> Result<Vec<Range<usize>>, Rejection> {
    let start = bytes.as_ptr() as usize;
    let place = |event: &[u8]| {
        let from = event.as_ptr() as usize - start;
        from..from + event.len()
    };
    Ok(openlineage::batch(bytes)?.into_iter().map(place).collect())
}

/// Runs of places that hold about `PIECE` bytes each.
fn pieces(places: &[Range<usize>]) -> Vec<&[Range<usize>]> {
    places.chunk_by(|before, after| before.start / PIECE == after.start / PIECE).collect()
}

/// The name of a kind of input, as counters and lists show it.
pub fn kind_text(kind: InputKind) -> &'static str {
    match kind {
        InputKind::OpenLineage => "openlineage",
        InputKind::Dbt => "dbt",
        InputKind::Sql => "sql",
        InputKind::Authored => "authored",
    }
}
