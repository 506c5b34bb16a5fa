//! The writer of one server: takes submissions as they come and commits as many as are waiting in one transaction. It
//! has a thread and connections of its own; the writers of several servers take turns at the database.

mod bolt;
mod commit;
mod edges;
mod fetch;
mod inputs;
mod layers;
mod lineages;
mod needs;
mod nodes;
mod overlay;
mod put;
mod runs;
mod statements;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use self::commit::{Answers, Committer, Told};
use self::overlay::Overlay;
use super::address::Address;
use super::client::{Client, Failure, Result};
use crate::change::Submission;
use crate::derive::Derive;
use crate::store::{self, Clock, Receipt, StoreError};

/// How much one commit takes at the most.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 16 << 20;
/// Submissions that may wait for the writer.
const WAITING: usize = 1024;
/// Stack of the writer's thread: deriving lineage from a query recurses as deep as the query nests.
const STACK: usize = 64 << 20;

/// What a writer needs.
pub(super) struct Settings {
    pub address: Address,
    pub password: String,
    /// How long a commit is tried before it fails with `Unavailable`.
    pub patience: Duration,
    pub derive: Arc<dyn Derive>,
    pub clock: Clock,
    /// Is told how far the graph is after each commit.
    pub told: Told,
}

/// A submission on its way, and where the answer goes.
struct Order {
    submission: Submission,
    answer: oneshot::Sender<store::Result<Receipt>>,
}

/// The way to the writer's thread.
pub(super) struct Writer {
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(settings: Settings) -> store::Result<Writer> {
        let failed = |e: std::io::Error| StoreError::Backend(format!("the writer's thread cannot be started: {e}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (orders, waiting) = mpsc::channel(WAITING);
        let thread = std::thread::Builder::new().name("neo4j-writer".to_owned()).stack_size(STACK);
        let thread = thread.spawn(move || runtime.block_on(run(settings, waiting))).map_err(failed)?;
        Ok(Writer { orders: Some(orders), thread: Some(thread) })
    }

    pub async fn commit(&self, submission: Submission) -> store::Result<Receipt> {
        let (answer, answered) = oneshot::channel();
        let orders = self.orders.as_ref().ok_or(StoreError::Closed)?;
        orders.send(Order { submission, answer }).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    /// Waits for what was accepted to be committed, or to fail.
    fn drop(&mut self) {
        self.orders.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Works until nobody can send any more.
async fn run(settings: Settings, mut orders: mpsc::Receiver<Order>) {
    let Settings { address, password, patience, derive, clock, told } = settings;
    let connect = move || Client::new(&address, &password, patience);
    let client = match connect() {
        Ok(client) => client,
        Err(error) => return tracing::error!(?error, "the writer cannot be set up"),
    };
    let (connect, overlay) = (Box::new(connect), Overlay::default());
    let mut committer = Committer { client, connect, derive, clock, overlay, known: None, told };
    while let Some(batch) = next_batch(&mut orders).await {
        let submissions: Vec<&Submission> = batch.iter().map(|order| &order.submission).collect();
        let answers = commit(&mut committer, &submissions).await;
        for (order, answer) in batch.into_iter().zip(answers) {
            // Whoever asked may be gone; the commit stands all the same.
            let _ = order.answer.send(answer);
        }
    }
}

async fn next_batch(orders: &mut mpsc::Receiver<Order>) -> Option<Vec<Order>> {
    let first = orders.recv().await?;
    let mut bytes = first.submission.weight();
    let mut batch = vec![first];
    while batch.len() < BATCH && bytes < BATCH_BYTES {
        let Ok(order) = orders.try_recv() else { break };
        bytes += order.submission.weight();
        batch.push(order);
    }
    Some(batch)
}

/// Commits all together; when the database refuses that, which is rare, each alone, so that it fails alone.
async fn commit(committer: &mut Committer, batch: &[&Submission]) -> Answers {
    let failure = match persist(committer, batch).await {
        Ok(answers) => return answers,
        Err(failure) => failure,
    };
    if !matches!(failure, Failure::Fault(_)) || batch.len() == 1 {
        tracing::error!(?failure, "a commit failed and was rolled back");
        return batch.iter().map(|_| Err(failure.clone().into())).collect();
    }
    let mut answers = Vec::with_capacity(batch.len());
    for one in batch {
        let alone = persist(committer, &[one]).await;
        answers.extend(alone.unwrap_or_else(|failure| vec![Err(failure.into())]));
    }
    answers
}

/// Tries again as long as that may help.
async fn persist(committer: &mut Committer, batch: &[&Submission]) -> Result<Answers> {
    let end = Instant::now() + committer.client.patience();
    let (mut pending, mut attempt) = (None, 0);
    loop {
        let failure = match committer.commit(batch, &mut pending).await {
            Err(failure @ (Failure::Transient(_) | Failure::Lost(_))) => failure,
            settled => return settled,
        };
        let wait = committer.client.wait(batch[0].input.id, attempt);
        if Instant::now() + wait >= end {
            return Err(failure);
        }
        tracing::warn!(?failure, attempt, "a commit is tried again");
        tokio::time::sleep(wait).await;
        attempt += 1;
    }
}
