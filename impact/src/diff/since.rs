//! What changed upstream of a dataset or a job since its last good run: the first thing to look at when it broke.
//!
//! The last good run is the newest COMPLETE one that ended before the moment asked about; else, when a run failed or was
//! aborted after the newest COMPLETE one ended, the newest that ended before that run began. Its revision is the last one
//! committed by the time it ended, or the one that committed its COMPLETE event when that is later: what the run itself
//! brought is then no change, and events that were sent late are no changes either.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use graph::walk::Reason;
use graph::{
    AsOf, EventType, LogQuery, Node, NodeId, NodeKind, Revision, Run, RunCursor, RunQuery, RunState, Store, Time,
    Viewer,
};

use super::candidates::{self, Candidates};
use super::cause::Log;
use super::{About, Diff, Neighbourhood, Question, Times, Ways, differences};
use crate::{Result, outgoing};

#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// A dataset, one of its columns, or a job.
    pub node: NodeId,
    /// The last good run ended by then.
    pub before: Option<Time>,
    /// Changes up to here.
    pub at: Revision,
    /// Hops and nodes at the most.
    pub depth: u32,
    pub limit: usize,
    /// Of changes: how many, behind which cursor, and whether with the inputs that made them.
    pub first: usize,
    pub after: Option<u64>,
    pub with_inputs: bool,
    pub deadline: Option<Instant>,
}

#[derive(Clone, Debug)]
pub struct ChangedSince {
    /// None when no run of it ever completed, or none that long ago; then nothing is compared.
    pub good: Option<GoodRun>,
    /// The run that failed since, the newest one.
    pub failing: Option<Run>,
    pub diff: Option<Diff>,
    /// Runs of jobs upstream that ended badly since, newest first.
    pub failed: Vec<FailedRun>,
    /// Why `failed` may lack some.
    pub reasons: Vec<(Reason, u64)>,
}

#[derive(Clone, Debug)]
pub struct GoodRun {
    pub run: Run,
    pub job: Arc<Node>,
    pub revision: Revision,
    pub decided: Decided,
}

/// How the revision of a run was found.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Decided {
    /// It committed the run's COMPLETE event, which was later than the end of the run.
    Event,
    /// It was the last one committed by the run's end.
    EndTime,
}

#[derive(Clone, Debug)]
pub struct FailedRun {
    pub run: Run,
    pub job: Arc<Node>,
    /// Hops from the focus, negative upstream.
    pub hop: i32,
}

/// Runs read at a time, and looked at, and told.
const READ: usize = 100;
const LOOKED_AT: usize = 10_000;
const TOLD: usize = 100;
/// Inputs among which the event of a run is looked for.
const INPUTS: usize = 20_000;

pub async fn changed_since(store: &dyn Store, viewer: &dyn Viewer, since: &Since) -> Result<ChangedSince> {
    let none = ChangedSince { good: None, failing: None, diff: None, failed: Vec::new(), reasons: Vec::new() };
    let Some(focus) = seen(store, viewer, since.node, since.at).await? else { return Ok(none) };
    let (good, failing) = last_good(store, &focus, since).await?;
    let Some(run) = good else { return Ok(ChangedSince { failing, ..none }) };
    let Some(job) = seen(store, viewer, run.job, since.at).await? else { return Ok(none) };
    let (revision, decided) = revision_of(store, &run).await?;
    let question = question(since, &focus, revision.min(since.at));
    let candidates = candidates::find(store, viewer, &question).await?;
    let diff = differences(store, viewer, &question, &candidates).await?;
    let (failed, reasons) = failed(store, viewer, &candidates, (ended(&run), since.at)).await?;
    let good = GoodRun { run, job, revision: question.times.from, decided };
    Ok(ChangedSince { good: Some(good), failing, diff: Some(diff), failed, reasons })
}

async fn seen(store: &dyn Store, viewer: &dyn Viewer, node: NodeId, at: Revision) -> Result<Option<Arc<Node>>> {
    Ok(store.nodes(&[node], at).await?.into_iter().flatten().find(|node| viewer.sees(node)))
}

fn question(since: &Since, focus: &Node, from: Revision) -> Question {
    let around = Neighbourhood {
        focus: focus.id,
        ways: Ways::Upstream,
        by_column: focus.name.kind() == NodeKind::Column,
        depth: since.depth,
        limit: since.limit,
    };
    Question {
        times: Times { from, to: since.at },
        about: About::Lineage(around),
        after: since.after,
        first: since.first,
        with_inputs: since.with_inputs,
        deadline: since.deadline,
    }
}

/// When a run ended, as far as that is known.
fn ended(run: &Run) -> Time {
    run.ended_at.or(run.started_at).unwrap_or(Time::UNIX_EPOCH)
}

fn began(run: &Run) -> Time {
    run.started_at.or(run.ended_at).unwrap_or(Time::UNIX_EPOCH)
}

/// The last good run of what makes the focus, and the one that failed since.
async fn last_good(store: &dyn Store, focus: &Node, since: &Since) -> Result<(Option<Run>, Option<Run>)> {
    let dataset = outgoing::dataset(focus);
    let is_job = focus.name.kind() == NodeKind::Job;
    let query = match is_job {
        true => RunQuery { job: Some(focus.id), limit: READ, ..RunQuery::default() },
        false => RunQuery { dataset: Some(dataset), limit: READ, ..RunQuery::default() },
    };
    let mut runs = Runs { store, query, left: LOOKED_AT };
    let mut failing: Option<Run> = None;
    while let Some(page) = runs.next().await? {
        for run in page.into_iter().filter(|run| is_job || run.outputs.contains(&dataset)) {
            if since.before.is_some_and(|before| ended(&run) > before) {
                continue;
            }
            match run.state {
                RunState::Failed | RunState::Aborted if failing.is_none() => failing = Some(run),
                RunState::Completed if failing.as_ref().is_none_or(|failed| ended(&run) <= began(failed)) => {
                    return Ok((Some(run), failing));
                }
                RunState::Completed | RunState::Failed | RunState::Aborted | RunState::Running | RunState::Unknown => {}
            }
        }
    }
    Ok((None, failing))
}

/// Runs page by page, newest first.
struct Runs<'a> {
    store: &'a dyn Store,
    query: RunQuery,
    /// How many more may be looked at.
    left: usize,
}

impl Runs<'_> {
    async fn next(&mut self) -> Result<Option<Vec<Run>>> {
        if self.left == 0 {
            return Ok(None);
        }
        let runs = self.store.runs(&self.query).await?;
        self.left = self.left.saturating_sub(READ);
        let Some(last) = runs.last() else { return Ok(None) };
        self.query.after = Some(RunCursor { at: last.started_at.unwrap_or(Time::UNIX_EPOCH), id: last.id });
        Ok(Some(runs))
    }
}

/// The revision at which a run was known to be good.
async fn revision_of(store: &dyn Store, run: &Run) -> Result<(Revision, Decided)> {
    let by_end = store.revision(AsOf::Time(ended(run))).await?.revision;
    let complete = run.events.iter().rev().find(|event| event.event_type == Some(EventType::Complete));
    let Some(event) = complete.map(|event| event.key.tie) else { return Ok((by_end, Decided::EndTime)) };
    // An event is committed after it happened, mostly at once: it is looked for from the end of the run on.
    let log = Log { store, known: BTreeMap::new() };
    let mut after = log.before(Revision(by_end.0.saturating_add(1))).await?;
    for _ in 0..INPUTS / READ {
        let inputs = store.log(LogQuery { after, limit: READ, faulty: false }).await?;
        let Some(last) = inputs.last() else { break };
        after = last.sequence;
        if let Some(revision) = inputs.iter().find(|input| input.id == event).and_then(|input| input.revision) {
            return Ok((revision.max(by_end), Decided::Event));
        }
    }
    Ok((by_end, Decided::EndTime))
}

/// Runs of what was walked that ended badly after a moment.
async fn failed(
    store: &dyn Store,
    viewer: &dyn Viewer,
    candidates: &Candidates,
    (after, at): (Time, Revision),
) -> Result<(Vec<FailedRun>, Vec<(Reason, u64)>)> {
    let (mut failed, mut reasons) = (Vec::new(), Vec::new());
    for state in [RunState::Failed, RunState::Aborted] {
        let query = RunQuery { state: Some(state), limit: READ, ..RunQuery::default() };
        let mut runs = Runs { store, query, left: LOOKED_AT };
        let mut is_done = false;
        while let Some(page) = runs.next().await? {
            is_done = page.iter().all(|run| began(run) <= after);
            let new = page.into_iter().filter(|run| ended(run) > after && candidates.hops.contains_key(&run.job));
            failed.extend(new);
            if is_done {
                break;
            }
        }
        if !is_done && runs.left == 0 {
            reasons.push((Reason::NodeLimit, 1));
        }
    }
    failed.sort_by_key(|run| std::cmp::Reverse(ended(run)));
    if failed.len() > TOLD {
        reasons.push((Reason::NodeLimit, (failed.len() - TOLD) as u64));
        failed.truncate(TOLD);
    }
    Ok((with_jobs(store, viewer, failed, (candidates, at)).await?, reasons))
}

async fn with_jobs(
    store: &dyn Store,
    viewer: &dyn Viewer,
    runs: Vec<Run>,
    (candidates, at): (&Candidates, Revision),
) -> Result<Vec<FailedRun>> {
    let ids: Vec<NodeId> = runs.iter().map(|run| run.job).collect();
    let jobs = store.nodes(&ids, at).await?;
    let told = runs.into_iter().zip(jobs).filter_map(|(run, job)| {
        let job = job.filter(|job| viewer.sees(job))?;
        let hop = candidates.hops.get(&run.job).copied().unwrap_or_default();
        Some(FailedRun { run, job, hop })
    });
    Ok(told.collect())
}
