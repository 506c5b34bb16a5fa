//! One commit in one transaction: the node that says how far the graph has come is read and held first, so that the
//! writers of all servers go one after the other. Then the submissions are applied over what the database holds, as
//! often as look-ups are missing, and what came of it is written.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use neo4rs::{BoltType, query};
use serde::Deserialize;

use super::super::client::{Client, Failure, Result, Transaction};
use super::super::head::Head;
use super::overlay::Overlay;
use super::statements as cypher;
use super::{bolt, fetch, put};
use crate::apply::{Apply, Base, Counters, NewNode, Outcome, flag};
use crate::change::Submission;
use crate::derive::Derive;
use crate::ids::{ContentId, Revision, Time};
use crate::model::{EdgeKind, NodeKind};
use crate::read::moment;
use crate::store::{Clock, Receipt, StoreError, Totals};

/// After as many rounds of look-ups a commit is given up; each finds out what the next step asks for.
const ROUNDS: usize = 100;

pub(in crate::neo4j) type Told = Box<dyn Fn(Head) + Send>;

/// What becomes of each submission of a batch, in order.
pub(super) type Answers = Vec<std::result::Result<Receipt, StoreError>>;

/// A commit that may stand, though its answer was lost.
pub(super) struct Pending {
    commit: ContentId,
    applied: Vec<Applied>,
}

/// What became of one submission.
enum Applied {
    New,
    Repeated,
    Failed(StoreError),
}

/// The head of the graph, as it is read and held.
#[derive(Deserialize, Clone, Copy)]
struct Held {
    revision: u32,
    committed_at: Option<i64>,
    node: u32,
    edge: u32,
    run: i64,
    statements: i64,
    sequence: i64,
    faults: u64,
    rejected: u64,
    datasets: i64,
    columns: i64,
    jobs: i64,
    edges: i64,
    alias_revision: u32,
}

#[derive(Deserialize)]
struct Found {
    revision: u32,
}

impl Held {
    fn counters(&self) -> Counters {
        let Held { node, edge, run, statements, sequence, faults, rejected, .. } = *self;
        Counters { node, edge, run, statements, sequence, faults, rejected }
    }

    fn head(&self) -> Head {
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        let totals = Totals {
            datasets: count(self.datasets),
            columns: count(self.columns),
            jobs: count(self.jobs),
            runs: count(self.run - self.statements),
            edges: count(self.edges),
            inputs: count(self.sequence),
            faults: self.faults,
            rejected: self.rejected,
        };
        let (revision, committed_at) = (Revision(self.revision), self.committed_at.map(moment));
        Head { revision, committed_at, totals, alias_revision: self.alias_revision }
    }
}

/// Makes commits, one after the other.
pub(super) struct Committer {
    pub client: Client,
    /// Makes a client that shares no connection with the one before.
    pub connect: Box<dyn Fn() -> Result<Client> + Send>,
    pub derive: Arc<dyn Derive>,
    pub clock: Clock,
    pub overlay: Overlay,
    /// The revision and the length of the log that the overlay is true of; none when it is true of nothing.
    pub known: Option<(u32, i64)>,
    /// Is told how far the graph is after each commit.
    pub told: Told,
}

/// What a batch came to before it is written.
struct Made {
    applied: Vec<Applied>,
    outcome: Outcome,
    counters: Counters,
}

impl Committer {
    /// Commits a batch. When the answer to the commit itself is lost, `pending` holds what is to be looked for before
    /// the same batch is tried again.
    pub async fn commit(&mut self, batch: &[&Submission], pending: &mut Option<Pending>) -> Result<Answers> {
        let done = self.try_commit(batch, pending).await;
        if let Err(Failure::Lost(_)) = &done {
            // The server may wait for more of the transaction, and hold up the writers of others, as long as its
            // connection is open.
            self.client = (self.connect)()?;
        }
        done
    }

    async fn try_commit(&mut self, batch: &[&Submission], pending: &mut Option<Pending>) -> Result<Answers> {
        let known = self.known.take();
        let mut tx = self.client.begin().await?;
        let done = self.in_transaction(&mut tx, batch, pending, known).await;
        let (answers, next) = match done {
            Ok(Step::Write(made, held)) => {
                let written = self.write(&mut tx, batch, &made, &held).await;
                match written {
                    Ok((commit, held)) => {
                        *pending = Some(Pending { commit, applied: made.applied });
                        tx.commit().await?;
                        let Pending { applied, .. } = pending.take().expect("set above");
                        self.overlay.keep();
                        (answers(applied, held.revision), held)
                    }
                    Err(failure) => return Err(undone(tx, failure).await),
                }
            }
            Ok(Step::Nothing(answers, held)) => {
                tx.rollback().await?;
                self.overlay.undo();
                (answers, held)
            }
            Ok(Step::Stands(answers)) => {
                tx.rollback().await?;
                return Ok(answers);
            }
            Err(failure) => return Err(undone(tx, failure).await),
        };
        self.known = Some((next.revision, next.sequence));
        (self.told)(next.head());
        Ok(answers)
    }

    async fn in_transaction(
        &mut self,
        tx: &mut Transaction,
        batch: &[&Submission],
        pending: &mut Option<Pending>,
        known: Option<(u32, i64)>,
    ) -> Result<Step> {
        let held = hold(tx).await?;
        if let Some(Pending { commit, .. }) = pending {
            let found = stands(tx, *commit).await?;
            // Whoever held the graph before has let go of it, so that the answer is final.
            if let (Some(found), Some(pending)) = (found, pending.take()) {
                return Ok(Step::Stands(answers(pending.applied, found.revision)));
            }
        }
        if known != Some((held.revision, held.sequence)) {
            self.overlay = Overlay::default();
        }
        self.overlay.begin(held.counters());
        let made = self.make(tx, batch, &held).await?;
        let is_new = made.applied.iter().any(|applied| matches!(applied, Applied::New));
        Ok(if is_new {
            Step::Write(Box::new(made), held)
        } else {
            Step::Nothing(answers(made.applied, held.revision), held)
        })
    }

    /// Applies the batch until no look-up is missing and nothing fails but what was left out.
    async fn make(&mut self, tx: &mut Transaction, batch: &[&Submission], held: &Held) -> Result<Made> {
        let mut failed: Vec<Option<StoreError>> = batch.iter().map(|_| None).collect();
        for _ in 0..ROUNDS {
            self.overlay.undo();
            let tried = self.attempt(batch, &mut failed, held);
            if self.overlay.has_needs() {
                let needs = self.overlay.take_needs();
                fetch::fetch(tx, needs, &mut self.overlay).await?;
            } else if let Some(mut made) = tried {
                for (applied, failed) in made.applied.iter_mut().zip(failed) {
                    if let Some(error) = failed {
                        *applied = Applied::Failed(error);
                    }
                }
                return Ok(made);
            }
        }
        Err(Failure::Fault(format!("a commit was given up after {ROUNDS} rounds of look-ups")))
    }

    /// Applies all submissions but those that failed before; none when one failed that did not before.
    fn attempt(&mut self, batch: &[&Submission], failed: &mut [Option<StoreError>], held: &Held) -> Option<Made> {
        let mut made = Made { applied: Vec::new(), outcome: Outcome::default(), counters: held.counters() };
        let revision = held.revision + 1;
        let mut stands = true;
        for (submission, failed) in batch.iter().zip(failed) {
            if failed.is_some() {
                made.applied.push(Applied::Repeated);
                continue;
            }
            match self.apply(submission, revision, &mut made) {
                Ok(applied) => made.applied.push(applied),
                // It may have failed for want of a look-up alone.
                Err(_) if self.overlay.has_needs() => made.applied.push(Applied::Repeated),
                Err(error) => {
                    *failed = Some(error);
                    stands = false;
                    break;
                }
            }
        }
        stands.then_some(made)
    }

    fn apply(&mut self, submission: &Submission, revision: u32, made: &mut Made) -> crate::store::Result<Applied> {
        let Made { outcome, counters, .. } = made;
        let tried = catch_unwind(AssertUnwindSafe(|| {
            let (derive, before) = (self.derive.as_ref(), &*outcome);
            let base = Base { tables: &mut self.overlay, revision, derive, before };
            let mut apply = Apply::new(base, counters);
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

    /// Writes what the batch came to; answers the commit's id and how far the graph is with it.
    async fn write(
        &self,
        tx: &mut Transaction,
        batch: &[&Submission],
        made: &Made,
        held: &Held,
    ) -> Result<(ContentId, Held)> {
        let revision = held.revision + 1;
        put::put(tx, &self.overlay, revision).await?;
        let is_new = |(submission, applied): (&&Submission, &Applied)| {
            matches!(applied, Applied::New) && !submission.input.rejected
        };
        let news = batch.iter().zip(&made.applied).any(is_new);
        let mut next = self.after(made, held);
        let ids: Vec<u8> = batch.iter().flat_map(|submission| submission.input.id.0).collect();
        let commit = ContentId::of(&[&revision.to_le_bytes()[..], &ids].concat());
        if news {
            next.revision = revision;
            next.committed_at = Some(time_after((self.clock)(), held.committed_at).as_microsecond());
            let row = revision_row(&next, commit, &made.outcome);
            tx.run(query(cypher::NEW_REVISION).param("revision", row)).await?;
        }
        tx.run(query(cypher::MOVE_HEAD).param("head", head_row(&next))).await?;
        Ok((commit, next))
    }

    /// How far the graph is with what was made, but for the revision.
    fn after(&self, made: &Made, held: &Held) -> Held {
        let Counters { node, edge, run, statements, sequence, faults, rejected } = made.counters;
        let mut next = Held { node, edge, run, statements, sequence, faults, rejected, ..*held };
        let outcome = &made.outcome;
        for new in &outcome.new_nodes {
            count(&mut next, new.kind, i64::from(new.ended == u32::MAX));
        }
        for (id, (_, ended)) in &outcome.spans {
            let Some(state) = self.overlay.nodes.states.get(id) else { continue };
            let was_there = match self.new_node(*id, &outcome.new_nodes) {
                Some(new) => new.ended == u32::MAX,
                None => self.overlay.nodes.states.stored(id).is_some_and(|state| state.ended.is_none()),
            };
            count(&mut next, state.kind, i64::from(*ended == u32::MAX) - i64::from(was_there));
        }
        let lineage = |kind: u8| i64::from(EdgeKind::ALL[usize::from(kind)].is_lineage());
        next.edges += self.overlay.edges.begun.values().map(|(_, edge)| lineage(edge.0)).sum::<i64>();
        next.edges -= self.overlay.edges.ended.values().map(|edge| lineage(edge.0)).sum::<i64>();
        if outcome.respelled || !outcome.aliases.is_empty() || self.moves_names(outcome) {
            next.alias_revision = held.revision + 1;
        }
        next
    }

    fn new_node<'n>(&self, id: u32, new: &'n [NewNode]) -> Option<&'n NewNode> {
        new.get(id.checked_sub(self.overlay.start.node)? as usize)
    }

    /// Whether a dataset with other names came or went, or a column of one.
    fn moves_names(&self, outcome: &Outcome) -> bool {
        let state = |id: &u32| self.overlay.nodes.states.get(id);
        let is_aliased = |id: &u32| state(id).is_none_or(|state| state.flags & flag::ALIASED != 0);
        let of_aliased = |id: &u32| match state(id) {
            Some(node) if node.kind == NodeKind::Column => is_aliased(&node.parent),
            Some(node) => node.kind == NodeKind::Dataset && is_aliased(id),
            None => false,
        };
        let grown = outcome.new_nodes.iter().filter(|node| node.kind == NodeKind::Column);
        grown.map(|node| node.parent).any(|parent| is_aliased(&parent)) || outcome.spans.keys().any(of_aliased)
    }
}

/// What a transaction comes to.
enum Step {
    Write(Box<Made>, Held),
    /// Nothing new was said.
    Nothing(Answers, Held),
    /// The same batch was committed before, and the answer was lost.
    Stands(Answers),
}

/// Undoes a transaction at once, so that it holds nobody up; a server that does not answer cannot be told.
async fn undone(tx: Transaction, failure: Failure) -> Failure {
    if matches!(failure, Failure::Lost(_)) {
        return failure;
    }
    if let Err(error) = tx.rollback().await {
        tracing::debug!(?error, "a transaction that failed was not taken back by hand");
    }
    failure
}

async fn hold(tx: &mut Transaction) -> Result<Held> {
    tx.run(query(cypher::LOCK)).await?;
    let held: Vec<Held> = tx.rows(query(cypher::HELD)).await?;
    let lost = || Failure::Fault("the database has no graph of Headwater any more".to_owned());
    held.first().copied().ok_or_else(lost)
}

async fn stands(tx: &mut Transaction, commit: ContentId) -> Result<Option<Found>> {
    let found: Vec<Found> = tx.rows(query(cypher::COMMITTED).param("rows", bolt::ids([commit]))).await?;
    Ok(found.into_iter().next())
}

fn answers(applied: Vec<Applied>, revision: u32) -> Answers {
    let revision = Revision(revision);
    let answer = |applied| match applied {
        Applied::New => Ok(Receipt { revision, repeated: false }),
        Applied::Repeated => Ok(Receipt { revision, repeated: true }),
        Applied::Failed(error) => Err(error),
    };
    applied.into_iter().map(answer).collect()
}

fn count(held: &mut Held, kind: NodeKind, change: i64) {
    match kind {
        NodeKind::Dataset => held.datasets += change,
        NodeKind::Column => held.columns += change,
        NodeKind::Job => held.jobs += change,
        NodeKind::Namespace | NodeKind::Owner | NodeKind::Tag => {}
    }
}

/// Commit times only ever grow, so that a time means one revision.
fn time_after(now: Time, last: Option<i64>) -> Time {
    let next = last.map_or(i64::MIN, |last| last + 1);
    moment(now.as_microsecond().max(next))
}

fn revision_row(next: &Held, commit: ContentId, outcome: &Outcome) -> BoltType {
    let nodes: Vec<(u32, u8)> = outcome.touched.iter().map(|(node, change)| (*node, *change as u8)).collect();
    bolt::row([
        ("id", next.revision.into()),
        ("committedAt", next.committed_at.into()),
        ("commit", commit.to_string().into()),
        ("nodes", crate::records::write(&nodes).into()),
    ])
}

fn head_row(next: &Held) -> BoltType {
    let count = |count: u64| BoltType::from(i64::try_from(count).unwrap_or(i64::MAX));
    bolt::row([
        ("revision", next.revision.into()),
        ("committedAt", next.committed_at.into()),
        ("nextNode", next.node.into()),
        ("nextEdge", next.edge.into()),
        ("nextRun", next.run.into()),
        ("statements", next.statements.into()),
        ("sequence", next.sequence.into()),
        ("faults", count(next.faults)),
        ("rejected", count(next.rejected)),
        ("datasets", next.datasets.into()),
        ("columns", next.columns.into()),
        ("jobs", next.jobs.into()),
        ("runs", (next.run - next.statements).into()),
        ("edges", next.edges.into()),
        ("inputs", next.sequence.into()),
        ("aliasRevision", next.alias_revision.into()),
    ])
}
