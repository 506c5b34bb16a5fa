//! Runs: what their events said, accumulated; and what follows of it for the lineage of the job.

use std::collections::{BTreeMap, BTreeSet};

use super::Apply;
use super::lineage::{Standing, claim_id};
use super::nodes::Mention;
use super::tables::{Group, OutputRow, RunRow, StoredRun, Tables};
use crate::change::{Aspect, Assertion, Claim, DatasetStatement, RunChange, RunDataset};
use crate::ids::{ContentId, OrderKey};
use crate::model::*;
use crate::records::{ClaimRecord, ContentRecord, IoRecord, KeyRecord, MeasuredRecord, ParentRecord, Record};
use crate::records::{ErrorRecord, RunAspect, RunBody, RunFacet, Slot, TimeRecord};
use crate::store::Result;

/// How many events of a run are listed: the first and the newest. (Streaming jobs send one a minute for years.)
const EVENTS: usize = 64;

/// A run being changed.
struct Row {
    id: i64,
    job: u32,
    name: String,
    /// A statement by design, not a run.
    design: bool,
    is_new: bool,
    /// It reads or writes a dataset that it did not before.
    names_more: bool,
    at: i64,
    body: RunBody,
}

impl Row {
    /// Makes room for a newer statement; false when it is not newer.
    fn replaced_by(&mut self, at: &OrderKey) -> bool {
        if self.body.events.first().is_some_and(|(_, key)| key.0 >= *at) {
            return false;
        }
        self.body = RunBody::default();
        true
    }
}

/// What a run says of one output.
struct Conclusion {
    output: u32,
    lineage: ContentId,
    /// It says what the output was made of.
    informed: bool,
}

impl<T: Tables> Apply<'_, T> {
    /// One event of a run, or a statement of a job's lineage by design.
    pub(super) fn run(&mut self, change: &RunChange) -> Result<()> {
        let job = self.job(&change.job)?;
        let inputs = self.mention_all(&change.inputs)?;
        let outputs = self.mention_all(&change.outputs)?;
        for claim in &change.claims {
            self.mention_claim(claim)?;
        }
        let mut row = self.run_row(job, change.run.as_deref().unwrap_or(""), change.run.is_none())?;
        let known = row.body.inputs.len() + row.body.outputs.len();
        if row.design && !row.replaced_by(&change.at) {
            return Ok(());
        }
        self.accumulate(&mut row.body, change, &inputs, &outputs)?;
        self.parent(job, change)?;
        row.names_more = row.body.inputs.len() + row.body.outputs.len() != known;
        self.finish(row)
    }

    /// What a dataset says of itself is kept like the statement of a job that is none.
    pub(super) fn statement(&mut self, change: &DatasetStatement) -> Result<()> {
        let dataset = self.dataset(&change.dataset)?;
        for claim in &change.claims {
            self.mention_claim(claim)?;
        }
        let mut row = self.run_row(0, &format!("\n{dataset}"), true)?;
        if !row.replaced_by(&change.at) {
            return Ok(());
        }
        add_event(&mut row.body, None, change.at);
        self.add_claims(&mut row.body, &change.claims, change.at)?;
        self.finish(row)
    }

    fn finish(&mut self, mut row: Row) -> Result<()> {
        let concluded = self.conclude(row.job, &row.body)?;
        self.write_run(&mut row)?;
        self.write_outputs(&row, &concluded)
    }

    /// Concludes anew for the runs that say any of these lineages of an output.
    pub(super) fn conclude_again(&mut self, job: u32, said: &[(u32, ContentId)]) -> Result<()> {
        let mut runs: BTreeSet<String> = BTreeSet::new();
        for (output, lineage) in said {
            runs.extend(self.tables.runs_that_say(job, *output, lineage)?);
        }
        for run in runs {
            let row = self.run_row(job, &run, run.is_empty())?;
            self.finish(row)?;
        }
        Ok(())
    }

    fn mention_all(&mut self, datasets: &[RunDataset]) -> Result<Vec<u32>> {
        datasets.iter().map(|dataset| self.dataset(&dataset.name)).collect()
    }

    fn run_row(&mut self, job: u32, name: &str, design: bool) -> Result<Row> {
        if let Some(StoredRun { id, at, body }) = self.tables.run(job, name)? {
            return Ok(Row { id, job, name: name.to_owned(), design, is_new: false, names_more: false, at, body });
        }
        self.counters.run += 1;
        self.counters.statements += i64::from(design);
        let (id, name) = (self.counters.run, name.to_owned());
        Ok(Row { id, job, name, design, is_new: true, names_more: false, at: 0, body: RunBody::default() })
    }

    fn accumulate(&mut self, body: &mut RunBody, change: &RunChange, inputs: &[u32], outputs: &[u32]) -> Result<()> {
        add_event(body, change.event_type, change.at);
        add_all(&mut body.inputs, inputs);
        add_all(&mut body.outputs, outputs);
        let dropped: Vec<u32> = outputs.iter().copied().filter(|output| self.drops.contains(output)).collect();
        add_all(&mut body.drops, &dropped);
        for facet in &change.facets {
            add_facet(body, facet, &change.at);
        }
        for (datasets, ids, output) in [(&change.inputs, inputs, false), (&change.outputs, outputs, true)] {
            for (dataset, id) in datasets.iter().zip(ids) {
                add_io_facets(body, *id, output, &dataset.facets, &change.at);
            }
        }
        if let Some(query) = &change.query {
            let text = ContentId::of(query.text.as_bytes());
            if body.query.as_ref().is_none_or(|(key, ..)| key.0 < change.at) {
                self.tables.keep_content(&text, query.text.as_bytes())?;
                body.query = Some((KeyRecord(change.at), ContentRecord(text), query.dialect.clone()));
            }
        }
        self.add_claims(body, &change.claims, change.at)
    }

    fn add_claims(&mut self, body: &mut RunBody, claims: &[Claim], at: OrderKey) -> Result<()> {
        for claim in claims {
            let output = self.dataset(&claim.output)?;
            let source = claim.source as u8;
            let place = body.claims.iter().position(|old| old.output == output && old.source == source);
            if place.is_some_and(|place| body.claims[place].key.0 >= at) {
                continue;
            }
            let lineage = claim_id(claim);
            if !self.tables.has_lineage(&lineage)? {
                let resolved = self.resolve_claim(claim, Mention::Named)?;
                self.tables.write_lineage(&lineage, &resolved)?;
            }
            let inputs = self.claim_inputs(claim)?;
            let record = ClaimRecord { output, source, key: KeyRecord(at), lineage: ContentRecord(lineage), inputs };
            match place {
                Some(place) => body.claims[place] = record,
                None => body.claims.push(record),
            }
        }
        body.claims.sort_by_key(|claim| (claim.output, claim.source));
        Ok(())
    }

    /// The job's parent, as the newest run that names one says.
    fn parent(&mut self, job: u32, change: &RunChange) -> Result<()> {
        let Some(parent) =
            change.facets.iter().find_map(|facet| match facet.value.as_ref().map(|value| &value.aspect) {
                Some(Aspect::Parent(parent)) => Some(parent),
                _ => None,
            })
        else {
            return Ok(());
        };
        let parent_job = self.job(&parent.job)?;
        let mut register = self.tables.register(job)?;
        let slot = Slot(KeyRecord(change.at), None, 0);
        if register.get("parent job").is_some_and(|old| old.0 >= slot.0) {
            return Ok(());
        }
        register.insert("parent job".to_owned(), slot);
        self.tables.write_register(job, &register)?;
        let labels = self.tables.edges(Group::Labels(job))?;
        let mut wanted: BTreeSet<_> =
            labels.into_iter().map(|(_, edge)| edge).filter(|edge| edge.0 != EdgeKind::PartOf as u8).collect();
        if parent_job != job {
            wanted.insert((EdgeKind::PartOf as u8, job, parent_job, false));
        }
        self.set_edges(Group::Labels(job), wanted)
    }

    /// The lineage of every output of a run, by the best of its sources; output 0 stands for a run without outputs.
    fn conclude(&mut self, job: u32, body: &RunBody) -> Result<Vec<Conclusion>> {
        let mut best: BTreeMap<u32, &ClaimRecord> = BTreeMap::new();
        for claim in &body.claims {
            best.entry(claim.output).or_insert(claim);
        }
        let explicit = body.claims.iter().any(|claim| claim.source == LineageSource::Explicit as u8);
        let extra = unclaimed_inputs(body, best.values().copied());
        let outputs: BTreeSet<u32> = body.outputs.iter().chain(best.keys()).copied().collect();
        let needy: Vec<u32> = outputs.iter().copied().filter(|output| !best.contains_key(output)).collect();
        let mut concluded = Vec::new();
        for (output, claim) in &best {
            let extra = if explicit { &[][..] } else { &extra };
            let lineage = self.extended_lineage(&claim.lineage.0, extra)?;
            concluded.push(Conclusion { output: *output, lineage, informed: true });
        }
        if explicit {
            for output in needy {
                concluded.push(Conclusion { output, lineage: self.plain_lineage(&[])?, informed: true });
            }
            if !extra.is_empty() {
                concluded.push(Conclusion { output: 0, lineage: self.plain_lineage(&extra)?, informed: true });
            }
            return Ok(concluded);
        }
        if needy.is_empty() && !outputs.is_empty() {
            return Ok(concluded);
        }
        concluded.extend(self.conclude_needy(job, body, needy)?);
        Ok(concluded)
    }

    /// Outputs of which no claim speaks: by the query, else every input feeds each.
    fn conclude_needy(&mut self, job: u32, body: &RunBody, needy: Vec<u32>) -> Result<Vec<Conclusion>> {
        let informed = !body.inputs.is_empty();
        if let Some((_, text, dialect)) = &body.query {
            let query = Query {
                text: String::from_utf8_lossy(&self.tables.content(&text.0)?).into_owned(),
                dialect: dialect.clone(),
            };
            let derived = self.derived(job, query, &body.inputs, &body.outputs)?;
            let wanted = |output: &u32| needy.contains(output) || needy.is_empty();
            let derived: Vec<Conclusion> = derived
                .into_iter()
                .filter(|(output, _)| wanted(output))
                .map(|(output, lineage)| {
                    let informed = informed || output != 0 && self.tables.lineage(&lineage)?.tells();
                    Ok(Conclusion { output, lineage, informed })
                })
                .collect::<Result<_>>()?;
            if !derived.is_empty() {
                return Ok(derived);
            }
        }
        let lineage = self.plain_lineage(&body.inputs)?;
        let outputs = if needy.is_empty() && informed { vec![0] } else { needy };
        Ok(outputs.into_iter().map(|output| Conclusion { output, lineage, informed }).collect())
    }

    fn write_run(&mut self, row: &mut Row) -> Result<()> {
        let state = run_state(&row.body);
        let at = started(&row.body).map_or(0, |time| time.as_microsecond());
        self.tables.write_run(&RunRow { id: row.id, job: row.job, name: &row.name, state, at, body: &row.body })?;
        let moved = !row.is_new && at != row.at;
        if row.design || !(row.is_new || row.names_more || moved) {
            return Ok(());
        }
        if moved {
            let datasets: BTreeSet<u32> = row.body.inputs.iter().chain(&row.body.outputs).copied().collect();
            for dataset in datasets {
                self.tables.unlist_run(dataset, row.at, row.id)?;
            }
        }
        for dataset in row.body.inputs.iter().chain(&row.body.outputs) {
            self.tables.list_run(*dataset, at, row.id)?;
        }
        row.at = at;
        Ok(())
    }

    /// Writes what the run says of its outputs and has the edges follow.
    fn write_outputs(&mut self, row: &Row, concluded: &[Conclusion]) -> Result<()> {
        let mut affected: BTreeSet<u32> = self.tables.outputs_of_run(row.id)?.into_iter().collect();
        let key = row.body.events.iter().map(|(_, key)| *key).max();
        for conclusion in concluded {
            affected.remove(&conclusion.output);
            self.write_output(row, conclusion, key)?;
        }
        for output in &affected {
            self.tables.delete_output(row.id, *output)?;
        }
        affected.extend(concluded.iter().map(|conclusion| conclusion.output));
        for output in affected {
            self.follow_runs(row.job, output, false)?;
            if output != 0 {
                self.written(output)?;
            }
        }
        Ok(())
    }

    fn write_output(&mut self, row: &Row, conclusion: &Conclusion, key: Option<KeyRecord>) -> Result<()> {
        let standing = match run_state(&row.body) {
            _ if row.design => Standing::Design,
            RunState::Completed if conclusion.informed => Standing::Complete,
            _ => Standing::Open,
        };
        self.tables.write_output(&OutputRow {
            run: row.id,
            output: conclusion.output,
            job: row.job,
            lineage: &conclusion.lineage,
            key,
            standing: standing as u8,
            drops: row.body.drops.contains(&conclusion.output),
        })
    }
}

/// Inputs of the run that no claim names: they may feed any output.
fn unclaimed_inputs<'c>(body: &RunBody, claims: impl Iterator<Item = &'c ClaimRecord>) -> Vec<u32> {
    let named: BTreeSet<u32> = claims.flat_map(|claim| claim.inputs.iter().copied()).collect();
    body.inputs.iter().copied().filter(|input| !named.contains(input)).collect()
}

fn add_all(list: &mut Vec<u32>, more: &[u32]) {
    list.extend(more);
    list.sort_unstable();
    list.dedup();
}

fn add_event(body: &mut RunBody, event_type: Option<EventType>, at: OrderKey) {
    let event = (event_type.map(|event_type| event_type as u8), KeyRecord(at));
    let place = body.events.binary_search_by_key(&event.1, |event| event.1).unwrap_or_else(|place| place);
    body.events.insert(place, event);
    // Events that decide the state stay; of the others the first and the newest.
    if body.events.len() > EVENTS {
        let ends = [EventType::Complete as u8, EventType::Abort as u8, EventType::Fail as u8];
        if let Some(place) =
            body.events.iter().skip(1).position(|(kind, _)| kind.is_none_or(|kind| !ends.contains(&kind)))
        {
            body.events.remove(place + 1);
        }
    }
}

fn add_facet(body: &mut RunBody, facet: &Assertion, at: &OrderKey) {
    let Some(value) = &facet.value else { return };
    if body.facets.get(&facet.slot).is_some_and(|old| old.key.0 >= *at) {
        return;
    }
    let aspect = match &value.aspect {
        Aspect::NominalTime { start, end } => RunAspect::Nominal(start.map(TimeRecord), end.map(TimeRecord)),
        Aspect::Parent(parent) => RunAspect::Parent(ParentRecord::of(parent)),
        Aspect::Error(error) => RunAspect::Error(ErrorRecord::of(error)),
        _ => RunAspect::Opaque,
    };
    body.facets.insert(facet.slot.clone(), RunFacet { key: KeyRecord(*at), raw: ContentRecord(value.raw), aspect });
}

fn add_io_facets(body: &mut RunBody, dataset: u32, output: bool, facets: &[Assertion], at: &OrderKey) {
    for facet in facets {
        let Some(value) = &facet.value else { continue };
        let same = |old: &IoRecord| old.dataset == dataset && old.output == output && old.slot == facet.slot;
        let place = body.io.iter().position(same);
        if place.is_some_and(|place| body.io[place].key.0 >= *at) {
            continue;
        }
        let measures = match &value.aspect {
            Aspect::Measures(measures) => measures.iter().map(MeasuredRecord::of).collect(),
            _ => Vec::new(),
        };
        let slot = facet.slot.clone();
        let record = IoRecord { dataset, output, slot, key: KeyRecord(*at), raw: ContentRecord(value.raw), measures };
        match place {
            Some(place) => body.io[place] = record,
            None => body.io.push(record),
        }
    }
    body.io.sort_by(|a, b| (a.dataset, a.output, &a.slot).cmp(&(b.dataset, b.output, &b.slot)));
}

fn event_type(code: u8) -> EventType {
    const TYPES: [EventType; 6] = [
        EventType::Start,
        EventType::Running,
        EventType::Complete,
        EventType::Abort,
        EventType::Fail,
        EventType::Other,
    ];
    TYPES[usize::from(code)]
}

/// FAIL wins whatever its time; among ABORT and COMPLETE the newer; else it is running once anything was said.
pub(crate) fn run_state(body: &RunBody) -> RunState {
    let types: Vec<EventType> = body.events.iter().filter_map(|(code, _)| code.map(event_type)).collect();
    if types.contains(&EventType::Fail) {
        return RunState::Failed;
    }
    match types.iter().rev().find(|kind| matches!(kind, EventType::Abort | EventType::Complete)) {
        Some(EventType::Abort) => RunState::Aborted,
        Some(_) => RunState::Completed,
        None if types.is_empty() => RunState::Unknown,
        None => RunState::Running,
    }
}

/// Time of the earliest START, else of the earliest event.
pub(crate) fn started(body: &RunBody) -> Option<crate::ids::Time> {
    let start = body.events.iter().find(|(code, _)| *code == Some(EventType::Start as u8));
    start.or(body.events.first()).map(|(_, key)| key.0.time)
}

/// Time of the event that decided the final state.
pub(crate) fn ended(body: &RunBody) -> Option<crate::ids::Time> {
    let decisive = match run_state(body) {
        RunState::Failed => EventType::Fail,
        RunState::Aborted => EventType::Abort,
        RunState::Completed => EventType::Complete,
        RunState::Unknown | RunState::Running => return None,
    };
    body.events.iter().rev().find(|(code, _)| *code == Some(decisive as u8)).map(|(_, key)| key.0.time)
}

pub(crate) fn event_of((code, key): &(Option<u8>, KeyRecord)) -> RunEvent {
    RunEvent { event_type: code.map(event_type), key: key.0 }
}
