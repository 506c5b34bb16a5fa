//! When a change was made, and by which input.

use std::collections::BTreeMap;

use graph::change::InputKind;
use graph::{LogEntry, LogQuery, Node, NodeName, QualifiedName, Revision, Span, Store, Time};
use serde_json::Value;

use super::facts::{Facts, facts};
use super::{Change, Diff, Question, Times};
use crate::Result;

/// An input that a change came with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    pub revision: Revision,
    pub kind: InputKind,
    pub received_at: Time,
    /// Who wrote it; of edits.
    pub by: Option<String>,
    /// Of events: the job, its run, the type and time of the event, and who sent it.
    pub job: Option<QualifiedName>,
    pub run: Option<String>,
    pub event_type: Option<String>,
    pub event_time: Option<String>,
    pub producer: Option<String>,
}

/// Versions of a node that are looked at.
const VERSIONS: usize = 100;
/// Inputs of one commit that are looked at, and that are told of one change.
const INPUTS: usize = 500;
const TOLD: usize = 5;

/// Says at which revision each change was made.
pub async fn date(store: &dyn Store, question: &Question, diff: &mut Diff) -> Result<()> {
    let forth = question.times.from <= question.times.to;
    for changed in &mut diff.nodes {
        let past = Past::read(store, changed.node.id, question.times).await?;
        for told in &mut changed.aspects {
            let last = if forth { told.change.after.as_ref() } else { told.change.before.as_ref() };
            told.revision = past.brought(|facts| facts.get(&told.change.fact) == last);
        }
        let is_there = (changed.change == Change::Came) == forth;
        changed.revision = match changed.change {
            Change::Came | Change::Went => past.brought(|_| is_there),
            Change::Entered | Change::Left | Change::Changed => {
                changed.aspects.iter().filter_map(|told| told.revision).max()
            }
        };
    }
    for changed in &mut diff.edges {
        changed.evidence = store.evidence(changed.edge.id).await?;
        let span = changed.evidence.as_ref().map(|evidence| evidence.span);
        let at = span.map(|span| if changed.came == forth { span.from } else { span.until });
        changed.revision = at.filter(|at| is_between(*at, question.times));
    }
    date_entrances(diff);
    Ok(())
}

/// What came into a lineage or left it did so with an edge.
fn date_entrances(diff: &mut Diff) {
    for changed in &mut diff.nodes {
        if !matches!(changed.change, Change::Entered | Change::Left) || changed.revision.is_some() {
            continue;
        }
        let id = changed.node.id;
        let own = diff
            .edges
            .iter()
            .filter(|edge| [Some(edge.edge.from), Some(edge.edge.to), edge.edge.job].contains(&Some(id)));
        changed.revision = own.filter_map(|edge| edge.revision).max();
    }
}

fn is_between(at: Revision, times: Times) -> bool {
    times.from.min(times.to) < at && at <= times.from.max(times.to)
}

/// The versions of a node up to the later of two times, newest first.
struct Past {
    versions: Vec<(Span, Facts)>,
    times: Times,
}

impl Past {
    async fn read(store: &dyn Store, node: graph::NodeId, times: Times) -> Result<Past> {
        let newest = times.from.max(times.to);
        let versions = store.history(node, VERSIONS).await?.into_iter().map(|version| version.node);
        let known = versions.filter(|node| node.span.from <= newest).map(|node| (node.span, facts(&node)));
        Ok(Past { versions: known.collect(), times })
    }

    /// The revision since when it has been as it is at the later time.
    fn brought(&self, is_so: impl Fn(&Facts) -> bool) -> Option<Revision> {
        let mut at: Option<Revision> = None;
        for (span, facts) in &self.versions {
            let was_away = at.is_some_and(|at| span.until < at);
            if was_away || !is_so(facts) {
                at = at.or(Some(span.until));
                break;
            }
            at = Some(span.from);
        }
        at.filter(|at| is_between(*at, self.times))
    }
}

/// Says with which inputs each change came.
pub async fn explain(store: &dyn Store, diff: &mut Diff) -> Result<()> {
    let mut log = Log { store, known: BTreeMap::new() };
    for changed in &mut diff.nodes {
        let aspects = changed.aspects.iter().filter_map(|told| told.revision);
        let mut revisions: Vec<Revision> = aspects.chain(changed.revision).collect();
        revisions.sort();
        revisions.dedup();
        for revision in revisions {
            changed.made.extend(log.inputs(revision, &[&changed.node]).await?);
        }
    }
    for changed in &mut diff.edges {
        let Some(revision) = changed.revision else { continue };
        let names: Vec<&Node> = changed.job.iter().chain([&changed.to]).map(|node| &**node).collect();
        changed.made = log.inputs(revision, &names).await?;
    }
    Ok(())
}

/// The input log by revision.
pub struct Log<'a> {
    pub store: &'a dyn Store,
    pub known: BTreeMap<Revision, Vec<LogEntry>>,
}

impl Log<'_> {
    /// The inputs of a commit that name one of the nodes; all of them when none does.
    async fn inputs(&mut self, revision: Revision, nodes: &[&Node]) -> Result<Vec<Made>> {
        if !self.known.contains_key(&revision) {
            let read = self.read(revision).await?;
            self.known.insert(revision, read);
        }
        let inputs = self.known.get(&revision).map_or(&[][..], Vec::as_slice);
        let names: Vec<String> = nodes.iter().filter_map(|node| quoted(&node.name)).collect();
        let names_one = |input: &&LogEntry| {
            let body = String::from_utf8_lossy(&input.body);
            names.iter().any(|name| body.contains(name))
        };
        let told: Vec<&LogEntry> = inputs.iter().filter(names_one).take(TOLD).collect();
        let told = if told.is_empty() { inputs.iter().take(TOLD).collect() } else { told };
        Ok(told.into_iter().map(|input| made(input, revision)).collect())
    }

    async fn read(&self, revision: Revision) -> Result<Vec<LogEntry>> {
        let after = self.before(revision).await?;
        let inputs = self.store.log(LogQuery { after, limit: INPUTS, faulty: false }).await?;
        Ok(inputs.into_iter().filter(|input| input.revision == Some(revision)).collect())
    }

    /// The number of the last input before those of a revision; inputs are in order of their commits.
    pub async fn before(&self, revision: Revision) -> Result<u64> {
        let mut high = 1;
        while self.first_behind(high).await?.is_some_and(|found| found < revision) {
            high *= 2;
        }
        let mut low = 0;
        while low < high {
            let middle = (low + high) / 2;
            if self.first_behind(middle).await?.is_some_and(|found| found < revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The revision of the first input behind a place that was not rejected.
    async fn first_behind(&self, mut after: u64) -> Result<Option<Revision>> {
        loop {
            let inputs = self.store.log(LogQuery { after, limit: 4, faulty: false }).await?;
            let Some(last) = inputs.last() else { return Ok(None) };
            after = last.sequence;
            if let Some(revision) = inputs.iter().find_map(|input| input.revision) {
                return Ok(Some(revision));
            }
        }
    }
}

/// How a node's name stands in an input, as JSON writes it.
fn quoted(name: &NodeName) -> Option<String> {
    let name = match name {
        NodeName::Dataset(name) | NodeName::Column(name, _) | NodeName::Job(name) => &name.name,
        NodeName::Namespace(_) | NodeName::Owner(_) | NodeName::Tag(_) => return None,
    };
    serde_json::to_string(name).ok()
}

fn made(input: &LogEntry, revision: Revision) -> Made {
    let body: Value = serde_json::from_slice(&input.body).unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let job = || Some(QualifiedName { namespace: text(&body["job"]["namespace"])?, name: text(&body["job"]["name"])? });
    let is_edit = input.kind == InputKind::Authored;
    Made {
        revision,
        kind: input.kind,
        received_at: input.received_at,
        by: text(&body["by"]).filter(|_| is_edit),
        job: job(),
        run: text(&body["run"]["runId"]),
        event_type: text(&body["eventType"]),
        event_time: text(&body["eventTime"]),
        producer: text(&body["producer"]),
    }
}
