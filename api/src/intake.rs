//! The way of an input into the store, whichever way in it took: read, committed, counted.

use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::{self, StreamExt};
use graph::change::{InputKind, Submission};
use graph::{Receipt, Store, Time};
use ingest::openlineage::{self, Rejection};

use crate::config::Limits;
use crate::error::{ClientError, Code, Error, Kind};
use crate::observe::{self, Outcome};

/// Bodies above this many bytes are read on threads of their own, so that others need not wait.
const LARGE: usize = 64 << 10;
/// Submissions of one request that wait for the store at one time; they share its syncs.
const TOGETHER: usize = 256;

/// Takes inputs into a store.
#[derive(Clone)]
pub struct Intake {
    store: Arc<dyn Store>,
    limits: openlineage::Limits,
}

/// What became of one event of several.
#[derive(Debug)]
pub struct Fate {
    /// Its place in what was sent, from 0.
    pub index: usize,
    pub result: Result<Receipt, Error>,
}

impl Fate {
    /// True when the same event may be taken later.
    pub fn retriable(&self) -> bool {
        self.result.as_ref().is_err_and(|error| error.code().kind() != Kind::Client)
    }
}

impl Intake {
    pub fn new(store: Arc<dyn Store>, limits: &Limits) -> Intake {
        let limits = openlineage::Limits { kept_body: limits.rejected_body.bytes(), ..openlineage::Limits::default() };
        Intake { store, limits }
    }

    /// Commits one OpenLineage event. A rejected one is kept too, among the faults, and then told.
    pub async fn event<B: AsRef<[u8]> + Send + 'static>(&self, body: B) -> Result<Receipt, Error> {
        let limits = self.limits.clone();
        let read = move |bytes: &[u8]| openlineage::event(bytes, Time::now(), &limits);
        self.settle(off_thread(body, read).await?).await
    }

    /// Commits the events of a JSON array, or of `{"events": […]}`, each for itself; the body is refused as a whole only
    /// when it is neither.
    pub async fn batch<B: AsRef<[u8]> + Send + 'static>(&self, body: B) -> Result<Vec<Fate>, Error> {
        let limits = self.limits.clone();
        let read = move |bytes: &[u8]| openlineage::batch(bytes, Time::now(), &limits);
        let events = off_thread(body, read).await?.map_err(|rejection| client_error(&rejection))?;
        Ok(self.settle_all(events).await)
    }

    /// Commits events that came apart from each other.
    pub async fn events(&self, bodies: Vec<Vec<u8>>) -> Vec<Fate> {
        let read = |body: Vec<u8>| openlineage::event(&body, Time::now(), &self.limits);
        self.settle_all(bodies.into_iter().map(read)).await
    }

    /// Commits what was read and says what became of each, in the order given.
    async fn settle_all(&self, events: impl IntoIterator<Item = Result<Submission, Rejection>>) -> Vec<Fate> {
        let settled = events.into_iter().enumerate().map(|(index, event)| async move {
            Fate { index, result: self.settle(event).await }
        });
        stream::iter(settled).buffered(TOGETHER).collect().await
    }

    async fn settle(&self, event: Result<Submission, Rejection>) -> Result<Receipt, Error> {
        match event {
            Ok(submission) => self.commit(submission).await,
            Err(rejection) => {
                let error = client_error(&rejection);
                self.commit(rejection.into_submission()).await?;
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

/// Runs `read` over the bytes: here when they are few, else on a thread for long work.
async fn off_thread<B, T>(body: B, read: impl FnOnce(&[u8]) -> T + Send + 'static) -> Result<T, Error>
where
    B: AsRef<[u8]> + Send + 'static,
    T: Send + 'static,
{
    if body.as_ref().len() <= LARGE {
        return Ok(read(body.as_ref()));
    }
    tokio::task::spawn_blocking(move || read(body.as_ref())).await.map_err(|error| Error::internal(error.to_string()))
}

fn client_error(rejection: &Rejection) -> ClientError {
    let code = if rejection.malformed() { Code::BadJson } else { Code::BadEvent };
    let fault = &rejection.fault;
    ClientError { code, reason: Some(fault.code.clone().into()), message: fault.message.clone(), path: fault.path.clone() }
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
