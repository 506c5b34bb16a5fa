//! The one format of an answer, as `--format json` prints it and `POST /api/v1/impact/schema` sends it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use graph::{Node, NodeId, NodeName, QualifiedName, Run, RunQuery, RunState, Store, Viewer};
use impact::schema::{ColumnVerdict, Problem, SchemaImpact, Verdict};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::graphql::common::Owner;
use crate::graphql::reasons::{self, Limits};

/// What a proposal does to everything downstream.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The worst of all consumers.
    pub verdict: Verdict,
    pub complete: bool,
    /// Why it is not complete; empty when it is.
    pub reasons: Vec<Reason>,
    /// The revision of the graph at which it was read.
    pub revision: u32,
    /// Every consumer that was looked at, the safe ones too: the worst first, then the nearest.
    pub consumers: Vec<Consumer>,
    pub counts: Counts,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reason {
    /// Such as `unparsed_query`.
    pub code: String,
    pub message: String,
    pub count: u64,
    /// The jobs that it is about.
    pub jobs: Vec<Name>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Name {
    pub namespace: String,
    pub name: String,
}

/// A dataset downstream, or a job that only reads, and what becomes of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Consumer {
    /// Null for a job that writes nothing from what it reads.
    pub dataset: Option<Name>,
    pub job: Option<Name>,
    pub last_run: Option<LastRun>,
    pub verdict: Verdict,
    /// It fails only because something before it fails.
    pub transitive: bool,
    pub hop: u32,
    /// The names of the datasets between the change and this one.
    pub via: Vec<String>,
    /// Columns that anything happens to, the worst first.
    pub columns: Vec<Column>,
    pub reason: String,
    pub owners: Vec<String>,
    /// Null while the graph knows no domain of it.
    pub domain: Option<String>,
    /// How often it is read; null while that is not known.
    pub usage: Option<u64>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LastRun {
    /// The run id as it was sent.
    pub id: String,
    /// `completed`, `failed`, `aborted`, `running` or `unknown`.
    pub state: String,
    pub started_at: Option<String>,
    pub ended_at: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    pub verdict: Verdict,
    pub reason: String,
    /// The text in the query that is hit.
    pub expression: Option<String>,
    pub span: Option<Span>,
}

/// A place in the query of the job.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Span {
    /// From and up to which byte.
    pub start: u32,
    pub end: u32,
    /// Where it starts, both counted from 1; the column counts characters.
    pub line: u32,
    pub column: u32,
    /// The line of the query, without the blanks around it.
    pub text: String,
}

/// How many consumers have each verdict.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Counts {
    pub breaks: u64,
    pub schema_changes: u64,
    pub value_changes: u64,
    pub rows_change: u64,
    pub may_break: u64,
    pub safe: u64,
}

/// What is wrong with a proposal, as it is sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ToldProblem {
    /// Such as `changes[2].column`.
    pub place: String,
    pub message: String,
    /// Names that may have been meant.
    pub candidates: Vec<String>,
}

impl From<Problem> for ToldProblem {
    fn from(Problem { place, message, candidates }: Problem) -> ToldProblem {
        ToldProblem { place, message, candidates }
    }
}

impl From<ToldProblem> for Problem {
    fn from(ToldProblem { place, message, candidates }: ToldProblem) -> Problem {
        Problem { place, message, candidates }
    }
}

impl Counts {
    pub fn add(&mut self, verdict: Verdict) {
        *self.slot(verdict) += 1;
    }

    pub fn of(mut self, verdict: Verdict) -> u64 {
        *self.slot(verdict)
    }

    pub fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Counts {
        let mut counts = Counts::default();
        verdicts.into_iter().for_each(|verdict| counts.add(verdict));
        counts
    }

    fn slot(&mut self, verdict: Verdict) -> &mut u64 {
        match verdict {
            Verdict::Breaks => &mut self.breaks,
            Verdict::SchemaChanges => &mut self.schema_changes,
            Verdict::ValueChanges => &mut self.value_changes,
            Verdict::RowsChange => &mut self.rows_change,
            Verdict::MayBreak => &mut self.may_break,
            Verdict::Safe => &mut self.safe,
        }
    }
}

impl Answer {
    /// That of a proposal without changes.
    pub fn nothing(revision: u32) -> Answer {
        let (reasons, consumers, counts) = (Vec::new(), Vec::new(), Counts::default());
        Answer { verdict: Verdict::Safe, complete: true, reasons, revision, consumers, counts }
    }
}

impl From<&QualifiedName> for Name {
    fn from(name: &QualifiedName) -> Name {
        Name { namespace: name.namespace.clone(), name: name.name.clone() }
    }
}

/// Jobs whose newest runs are read at a time.
const JOBS: usize = 500;
/// Jobs told of one reason.
const ABOUT: usize = 20;
/// Characters of a line of a query that are shown.
const LINE: usize = 200;

/// The answer, with what the store knows of each consumer.
pub async fn answer(
    store: &dyn Store,
    viewer: &dyn Viewer,
    found: &SchemaImpact,
    limits: Limits,
) -> Result<Answer, Error> {
    let runs = last_runs(store, found).await?;
    let consumers: Vec<Consumer> = found.consumers.iter().map(|consumer| told(consumer, &runs)).collect();
    Ok(Answer {
        verdict: found.verdict(),
        complete: found.complete(),
        reasons: why(store, viewer, found, limits).await?,
        revision: found.revision.0,
        counts: Counts::all(consumers.iter().map(|consumer| consumer.verdict)),
        consumers,
    })
}

/// The newest run of each job that makes a consumer.
async fn last_runs(store: &dyn Store, found: &SchemaImpact) -> Result<HashMap<NodeId, Run>, Error> {
    let jobs: HashSet<NodeId> = found.consumers.iter().filter_map(|consumer| Some(consumer.job.as_ref()?.id)).collect();
    let jobs: Vec<NodeId> = jobs.into_iter().collect();
    let mut runs = HashMap::with_capacity(jobs.len());
    for some in jobs.chunks(JOBS) {
        let newest = store.runs(&RunQuery { latest_of: some.to_vec(), ..RunQuery::default() }).await?;
        runs.extend(newest.into_iter().map(|run| (run.job, run)));
    }
    Ok(runs)
}

async fn why(
    store: &dyn Store,
    viewer: &dyn Viewer,
    found: &SchemaImpact,
    limits: Limits,
) -> Result<Vec<Reason>, Error> {
    let jobs = cause_names(store, viewer, found).await?;
    let told = found.reasons.iter().map(|(reason, count)| {
        let about = found.causes.iter().filter(|(caused, _)| caused == reason);
        Reason {
            code: reasons::code(*reason).to_owned(),
            message: reasons::message(*reason, *count, limits),
            count: *count,
            jobs: about.filter_map(|(_, job)| jobs.get(job).cloned()).take(ABOUT).collect(),
        }
    });
    Ok(told.collect())
}

async fn cause_names(
    store: &dyn Store,
    viewer: &dyn Viewer,
    found: &SchemaImpact,
) -> Result<BTreeMap<NodeId, Name>, Error> {
    let ids: Vec<NodeId> = found.causes.iter().map(|(_, job)| *job).collect();
    let nodes = store.nodes(&ids, found.revision).await?.into_iter().flatten().filter(|job| viewer.sees(job));
    Ok(nodes.filter_map(|job| Some((job.id, name(&job)?))).collect())
}

fn told(consumer: &impact::schema::Consumer, runs: &HashMap<NodeId, Run>) -> Consumer {
    let query = consumer.query.as_ref().map(|query| query.text.as_str());
    Consumer {
        dataset: consumer.dataset.as_deref().and_then(name),
        job: consumer.job.as_deref().and_then(name),
        last_run: consumer.job.as_ref().and_then(|job| runs.get(&job.id)).map(LastRun::of),
        verdict: consumer.verdict,
        transitive: consumer.transitive,
        hop: consumer.hop,
        via: consumer.via.iter().filter_map(|node| name(node)).map(|name| name.name).collect(),
        columns: consumer.columns.iter().map(|column| Column::of(column, query)).collect(),
        reason: consumer.reason.clone(),
        owners: owners(consumer.dataset.as_ref().or(consumer.job.as_ref())),
        domain: None,
        usage: None,
    }
}

/// As the page of the dataset tells them, each name once.
fn owners(node: Option<&Arc<Node>>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for owner in node.into_iter().flat_map(|node| Owner::all(&node.authored, &node.ingested)) {
        if !names.contains(&owner.name) {
            names.push(owner.name);
        }
    }
    names
}

fn name(node: &Node) -> Option<Name> {
    match &node.name {
        NodeName::Dataset(name) | NodeName::Job(name) => Some(Name::from(name)),
        NodeName::Namespace(_) | NodeName::Column(..) | NodeName::Owner(_) | NodeName::Tag(_) => None,
    }
}

impl LastRun {
    fn of(run: &Run) -> LastRun {
        LastRun {
            id: run.name.clone(),
            state: state(run.state).to_owned(),
            started_at: run.started_at.map(|at| at.to_string()),
            ended_at: run.ended_at.map(|at| at.to_string()),
        }
    }
}

fn state(state: RunState) -> &'static str {
    match state {
        RunState::Unknown => "unknown",
        RunState::Running => "running",
        RunState::Completed => "completed",
        RunState::Aborted => "aborted",
        RunState::Failed => "failed",
    }
}

impl Column {
    fn of(column: &ColumnVerdict, query: Option<&str>) -> Column {
        Column {
            name: column.name.clone(),
            verdict: column.verdict,
            reason: column.reason.clone(),
            expression: column.expression.clone(),
            span: column.span.zip(query).and_then(|(span, query)| Span::of(span, query)),
        }
    }
}

impl Span {
    /// None when the place is not in the query.
    pub fn of((start, end): (u32, u32), query: &str) -> Option<Span> {
        let before = query.get(..start as usize)?;
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let line = query.get(begin..)?.lines().next().unwrap_or_default();
        Some(Span {
            start,
            end,
            line: u32::try_from(before.matches('\n').count()).ok()? + 1,
            column: u32::try_from(before[begin..].chars().count()).ok()? + 1,
            text: line.trim().chars().take(LINE).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, part: &str, expected: Option<(u32, u32, &str)>) {
        let start = query.find(part).unwrap_or(query.len() + 1);
        let span = Span::of((start as u32, (start + part.len()) as u32), query);
        let found = span.as_ref().map(|span| (span.line, span.column, span.text.as_str()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_place_has_its_line() {
        check("select a,\n  sum(é.total) as t\nfrom o", "total", Some((2, 9, "sum(é.total) as t")));
        check("select total", "select", Some((1, 1, "select total")));
        check("select total", "absent", None);
    }
}
