//! The one writer: takes submissions as they come, applies as many as are waiting in one transaction, syncs once,
//! publishes to memory, and only then answers. Throughput comes from the batch, never from skipping the sync.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rusqlite::{Connection, params};
use tokio::sync::{mpsc, oneshot};

use super::tables::SqlTables;
use super::{Clock, Head, Shared};
use crate::apply::{Apply, Base, Counters, Outcome, flag};
use crate::census::{self, Surplus, count_node};
use crate::change::Submission;
use crate::derive::Derive;
use crate::ids::{Revision, Time};
use crate::read::{Shape, View};
use crate::records;
use crate::store::{Receipt, Result, StoreError};

/// How much one commit takes at the most.
const BATCH: usize = 128;
const BATCH_BYTES: usize = 16 << 20;

/// A submission on its way, and where the answer goes.
pub(super) struct Order {
    pub submission: Submission,
    pub answer: oneshot::Sender<Result<Receipt>>,
}

pub(super) struct Writer {
    pub db: Connection,
    pub shared: Arc<Shared>,
    pub derive: Arc<dyn Derive>,
    pub clock: Clock,
    pub counters: Counters,
}

/// Applies one submission of a batch.
type ApplyOne = fn(&mut Writer, &Submission, u32, &mut Outcome) -> Result<Applied>;

/// What became of one order before the commit.
enum Applied {
    New,
    Repeated,
    Failed(StoreError),
}

impl Writer {
    /// Works until nobody can send any more.
    pub fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        while let Some(first) = orders.blocking_recv() {
            let mut bytes = first.submission.weight();
            let mut batch = vec![first];
            while batch.len() < BATCH && bytes < BATCH_BYTES {
                let Ok(order) = orders.try_recv() else { break };
                bytes += order.submission.weight();
                batch.push(order);
            }
            self.commit(batch);
        }
    }

    fn commit(&mut self, batch: Vec<Order>) {
        let counters = self.counters;
        match self.write(&batch) {
            Ok(applied) => {
                let revision = self.shared.head().revision;
                for (order, applied) in batch.into_iter().zip(applied) {
                    // Whoever asked may be gone; the commit stands all the same.
                    let _ = order.answer.send(match applied {
                        Applied::New => Ok(Receipt { revision, repeated: false }),
                        Applied::Repeated => Ok(Receipt { revision, repeated: true }),
                        Applied::Failed(error) => Err(error),
                    });
                }
            }
            Err(error) => {
                self.counters = counters;
                tracing::error!(%error, "a commit failed and was rolled back");
                let text = error.to_string();
                for order in batch {
                    let _ = order.answer.send(Err(StoreError::Backend(text.clone())));
                }
            }
        }
    }

    /// Writes all together; when one fails, which is rare, again with each in a savepoint of its own, so that it fails
    /// alone. (A savepoint has every page copied before its first change.)
    fn write(&mut self, batch: &[Order]) -> Result<Vec<Applied>> {
        let counters = self.counters;
        match self.transact(|writer| writer.write_batch(batch, Writer::apply)) {
            Ok(applied) => Ok(applied),
            Err(_) => {
                self.counters = counters;
                self.transact(|writer| writer.write_batch(batch, Writer::apply_alone))
            }
        }
    }

    fn transact<T>(&mut self, work: impl FnOnce(&mut Writer) -> Result<T>) -> Result<T> {
        self.db.execute_batch("BEGIN IMMEDIATE")?;
        let done = work(self);
        if done.is_err() && !self.db.is_autocommit() {
            self.db.execute_batch("ROLLBACK")?;
        }
        done
    }

    fn write_batch(&mut self, batch: &[Order], apply: ApplyOne) -> Result<Vec<Applied>> {
        let head = self.shared.head();
        let revision = head.revision.0.checked_add(1).filter(|next| *next < u32::MAX);
        let revision = revision.ok_or_else(|| StoreError::Backend("the store is out of revisions".to_owned()))?;
        let mut outcome = Outcome::default();
        let mut applied = Vec::with_capacity(batch.len());
        for order in batch {
            applied.push(apply(self, &order.submission, revision, &mut outcome)?);
        }
        let news = batch.iter().zip(&applied).any(|(o, a)| matches!(a, Applied::New) && !o.submission.input.rejected);
        let committed_at = self.time_after(head.committed_at);
        if news {
            self.write_revision(revision, committed_at, &outcome)?;
        }
        self.db.execute_batch("COMMIT")?;
        let next =
            if news { Head { revision: Revision(revision), committed_at: Some(committed_at), ..head } } else { head };
        self.publish(outcome, next);
        Ok(applied)
    }

    /// One submission; that it fails undoes all of the transaction.
    fn apply(&mut self, submission: &Submission, revision: u32, outcome: &mut Outcome) -> Result<Applied> {
        let tried = catch_unwind(AssertUnwindSafe(|| {
            let topology = self.shared.topology.read();
            let (derive, before) = (self.derive.as_ref(), &*outcome);
            let base = Base { tables: SqlTables::new(&self.db, &topology), revision, derive, before };
            let mut apply = Apply::new(base, &mut self.counters);
            apply.submission(submission).map(|new| new.then_some(apply.out))
        }));
        let tried = tried.unwrap_or_else(|_| Err(StoreError::Backend("the submission broke an invariant".to_owned())));
        Ok(match tried? {
            Some(out) => {
                outcome.absorb(out);
                Applied::New
            }
            None => Applied::Repeated,
        })
    }

    /// One submission in a savepoint; that it fails undoes nothing else.
    fn apply_alone(&mut self, submission: &Submission, revision: u32, outcome: &mut Outcome) -> Result<Applied> {
        let before = self.counters;
        self.db.execute_batch("SAVEPOINT one")?;
        let applied = self.apply(submission, revision, outcome).or_else(|error| {
            self.counters = before;
            self.db.execute_batch("ROLLBACK TO one")?;
            Ok(Applied::Failed(error))
        });
        self.db.execute_batch("RELEASE one")?;
        applied
    }

    /// Commit times only ever grow, so that a time means one revision.
    fn time_after(&self, last: Option<Time>) -> Time {
        let now = (self.clock)();
        let now = Time::from_microsecond(now.as_microsecond()).unwrap_or(now);
        let next = last.and_then(|last| Time::from_microsecond(last.as_microsecond() + 1).ok());
        next.map_or(now, |next| now.max(next))
    }

    fn write_revision(&self, revision: u32, at: Time, outcome: &Outcome) -> Result<()> {
        let nodes: Vec<(u32, u8)> = outcome.touched.iter().map(|(node, change)| (*node, *change as u8)).collect();
        self.db
            .prepare_cached("INSERT INTO revision (id, committed_at, nodes) VALUES (?1, ?2, ?3)")?
            .execute(params![revision, at.as_microsecond(), records::write(&nodes)])?;
        Ok(())
    }

    /// Makes a durable commit visible.
    fn publish(&mut self, outcome: Outcome, mut head: Head) {
        let mut topology = self.shared.topology.write();
        let mut aliases = self.shared.aliases.write();
        let regrouped = census::regrouped(&outcome, &*topology, &aliases);
        let before = View { shape: &*topology, aliases: &aliases, at: self.shared.head().revision };
        let before = Surplus::of(&before, &regrouped);
        let lineage = census::lineage_change(&outcome, topology.edge_count(), |edge| topology.edge(edge).kind);
        head.totals.edges = head.totals.edges.saturating_add_signed(lineage);
        for node in &outcome.new_nodes {
            topology.add_node(*node);
            count_node(&mut head.totals, node.kind, i64::from(node.ended == u32::MAX));
        }
        for (node, (created, ended)) in &outcome.spans {
            let change = i64::from(*ended == u32::MAX) - i64::from(topology.is_there(*node));
            count_node(&mut head.totals, topology.kind(*node), change);
            topology.set_span(*node, *created, *ended);
        }
        outcome.flags.iter().for_each(|(node, flags)| topology.set_flags(*node, *flags));
        outcome.new_edges.iter().for_each(|edge| topology.add_edge(*edge));
        outcome.ended_edges.iter().for_each(|edge| topology.end_edge(*edge, head.revision.0));
        let mut merged = outcome.respelled || !outcome.aliases.is_empty();
        for (node, name) in &outcome.named {
            merged |= aliases.add_dataset(*node, name, topology.flags(*node) & flag::ALIASED != 0);
        }
        outcome.aliases.iter().for_each(|change| aliases.apply(*change));
        if merged {
            self.shared.nodes.clear();
        }
        let after = View { shape: &*topology, aliases: &aliases, at: head.revision };
        Surplus::of(&after, &regrouped).take_off(before, &mut head.totals);
        head.totals.runs = (self.counters.run - self.counters.statements) as u64;
        head.totals.inputs = self.counters.sequence as u64;
        head.totals.faults = self.counters.faults;
        head.totals.rejected = self.counters.rejected;
        outcome.touched.keys().chain(&outcome.stale).for_each(|node| self.shared.forget(*node));
        self.shared.set_head(head);
    }
}
