//! How Neo4j is spoken to: every call has a deadline, what may pass is tried again for a while, and no error holds a
//! password. Statements are constants with parameters.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use neo4rs::{BoltType, ConfigBuilder, Error, Graph, Neo4jClientErrorKind, Neo4jErrorKind, Query, Txn, query};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::address::Address;
use crate::store::StoreError;

/// Connections to the server, which are shared by all readers and the writer.
const CONNECTIONS: usize = 24;
/// Rows that come at a time.
const FETCH: usize = 2_000;
/// The first wait before trying again; it doubles up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

pub(super) type Result<T> = std::result::Result<T, Failure>;

/// Why a call failed, as far as it matters for what to do next.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Failure {
    /// The server undid the transaction; the same again may do.
    Transient(String),
    /// There was no answer: nobody knows whether what was asked was done.
    Lost(String),
    /// The same again fails again.
    Fault(String),
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> StoreError {
        match failure {
            Failure::Transient(text) | Failure::Lost(text) => StoreError::Unavailable(text),
            Failure::Fault(text) => StoreError::Backend(text),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error {
            Error::Neo4j(error) => {
                let text = format!("{}: {}", error.code(), error.message());
                match error.kind() {
                    Neo4jErrorKind::Transient | Neo4jErrorKind::Client(Neo4jClientErrorKind::SessionExpired) => {
                        Failure::Transient(text)
                    }
                    Neo4jErrorKind::Database => Failure::Lost(text),
                    Neo4jErrorKind::Client(_) | Neo4jErrorKind::Unknown => Failure::Fault(text),
                }
            }
            // The driver calls every refusal of a new connection so, also that of a server that is starting up.
            Error::AuthenticationError(text) => Failure::Lost(format!("Neo4j refused to let the user in: {text}")),
            Error::IOError { .. }
            | Error::ConnectionError
            | Error::ConnectionTimedOut
            | Error::IncompleteBoltExchange
            | Error::Ignored(_)
            | Error::RequestIgnoredError
            | Error::ServerUnavailableError(_) => Failure::Lost(error.to_string()),
            other => Failure::Fault(other.to_string()),
        }
    }
}

/// A pool of connections to one database.
pub(super) struct Client {
    graph: Graph,
    patience: Duration,
    jitter: RandomState,
}

impl Client {
    /// Connects lazily: that the server is not there is found out by the first call. No call takes longer than
    /// `patience`.
    pub fn new(address: &Address, password: &str, patience: Duration) -> Result<Client> {
        let config = ConfigBuilder::default()
            .uri(address.server())
            .user(address.user.clone())
            .password(password)
            .db(address.database.clone())
            .fetch_size(FETCH)
            .max_connections(CONNECTIONS)
            .connection_timeout(patience)
            .build()?;
        Ok(Client { graph: Graph::connect(config)?, patience, jitter: RandomState::new() })
    }

    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// All rows of a query that changes nothing, or nothing the second time; asked again while that may help.
    pub async fn rows<T: DeserializeOwned>(&self, query: Query) -> Result<Vec<T>> {
        self.again(|| self.rows_once(query.clone())).await
    }

    /// The rows of a query that unwinds a list of what is wanted; nothing is asked when nothing is wanted.
    pub async fn rows_of<T: DeserializeOwned>(
        &self,
        text: &str,
        name: &str,
        wanted: Vec<impl Into<BoltType> + Clone>,
    ) -> Result<Vec<T>> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        self.rows(query(text).param(name, wanted)).await
    }

    /// Runs a statement that does nothing the second time; again while that may help.
    pub async fn run(&self, query: Query) -> Result<()> {
        self.again(|| async { Ok(self.graph.run(query.clone()).await?) }).await
    }

    async fn again<T, W: Future<Output = Result<T>>>(&self, work: impl Fn() -> W) -> Result<T> {
        let end = Instant::now() + self.patience;
        let mut attempt = 0;
        loop {
            let failure = match before(end, work()).await {
                Err(failure @ (Failure::Transient(_) | Failure::Lost(_))) => failure,
                settled => return settled,
            };
            let wait = self.wait(&failure, attempt);
            if Instant::now() + wait >= end {
                return Err(failure);
            }
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    async fn rows_once<T: DeserializeOwned>(&self, query: Query) -> Result<Vec<T>> {
        let mut stream = self.graph.execute(query).await?;
        let mut rows = Vec::new();
        while let Some(row) = stream.next().await? {
            rows.push(row.to().map_err(unreadable)?);
        }
        Ok(rows)
    }

    /// A transaction, each call of which ends within `patience`: a large commit may take longer as a whole.
    pub async fn begin(&self) -> Result<Transaction> {
        let end = Instant::now() + self.patience;
        let txn = before(end, async { Ok(self.graph.start_txn().await?) }).await?;
        Ok(Transaction { txn, patience: self.patience })
    }

    /// How long to wait before another attempt: doubled each time, of which a half is left to chance.
    pub fn wait(&self, seed: impl std::hash::Hash, attempt: u32) -> Duration {
        let most = FIRST_WAIT.saturating_mul(1 << attempt.min(16)).min(LONGEST_WAIT);
        let chance = self.jitter.hash_one((seed, attempt)) % 1_000;
        most / 2 + most.mul_f64(chance as f64 / 2_000.0)
    }
}

/// What was asked, unless the deadline comes first.
async fn before<T>(end: Instant, work: impl Future<Output = Result<T>>) -> Result<T> {
    // The driver's futures are large, and several are awaited at a time: they live on the heap.
    match tokio::time::timeout_at(end, Box::pin(work)).await {
        Ok(done) => done,
        Err(_) => Err(Failure::Lost("Neo4j did not answer in time".to_owned())),
    }
}

fn unreadable(error: neo4rs::DeError) -> Failure {
    Failure::Fault(format!("a row of Neo4j cannot be read: {error}"))
}

/// A transaction. It is undone by the server when it is dropped before `commit`.
pub(super) struct Transaction {
    txn: Txn,
    patience: Duration,
}

impl Transaction {
    pub async fn rows<T: DeserializeOwned>(&mut self, query: Query) -> Result<Vec<T>> {
        let (end, txn) = (Instant::now() + self.patience, &mut self.txn);
        before(end, async {
            let mut stream = txn.execute(query).await?;
            let mut rows = Vec::new();
            while let Some(row) = stream.next(&mut *txn).await? {
                rows.push(row.to().map_err(unreadable)?);
            }
            Ok(rows)
        })
        .await
    }

    /// Runs a statement for what it does.
    pub async fn run(&mut self, query: Query) -> Result<()> {
        let (end, txn) = (Instant::now() + self.patience, &mut self.txn);
        before(end, async { Ok(txn.run(query).await?) }).await
    }

    /// After `Lost` nobody knows whether it was committed.
    pub async fn commit(self) -> Result<()> {
        let end = Instant::now() + self.patience;
        before(end, async { Ok(self.txn.commit().await?) }).await
    }

    pub async fn rollback(self) -> Result<()> {
        let end = Instant::now() + self.patience;
        before(end, async { Ok(self.txn.rollback().await?) }).await
    }
}
