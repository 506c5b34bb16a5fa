//! Lineage as a commit sees it: by content, as runs say it of their outputs, and as queries gave it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::layers::{Layered, Members};
use super::overlay::Overlay;
use crate::apply::{Counters, Derivations, Group, Lineages, OutputRow, Standing};
use crate::ids::ContentId;
use crate::records::{self, DerivationBody, KeyRecord, Lineage};
use crate::store::Result;

/// What a run says of one output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    pub job: u32,
    pub lineage: ContentId,
    pub key: Option<KeyRecord>,
    pub standing: u8,
    pub drops: bool,
}

/// What all runs say of one output by a job, but for some that are known one by one. Of lineages that are open only
/// the newest time each was said counts, and of those by complete runs only what was said last.
#[derive(Default)]
pub(super) struct Frontier {
    pub except: BTreeSet<i64>,
    pub complete: Option<KeyRecord>,
    pub completed: BTreeSet<ContentId>,
    pub open: BTreeMap<ContentId, Option<KeyRecord>>,
    pub design: BTreeSet<ContentId>,
}

/// As many runs are known one by one beside a frontier; then it is asked for again.
const MOST_RUNS: usize = 200;

#[derive(Default)]
pub(super) struct LineageRows {
    pub bodies: Layered<ContentId, Option<Arc<Lineage>>>,
    /// By job and output.
    pub noted: Layered<(u32, u32), Option<Arc<Vec<ContentId>>>>,
    /// Of a job, the outputs for which lineages are noted.
    pub noted_outputs: Members<u32, u32>,
    /// Of a run, what it says by output.
    pub outputs: Layered<i64, Arc<BTreeMap<u32, Said>>>,
    pub frontiers: HashMap<(u32, u32), Frontier>,
    /// Runs whose word on an output this commit changes, by job and output.
    touched: BTreeMap<(u32, u32), BTreeSet<i64>>,
    /// The newest time that runs wrote a dataset, but for some runs.
    pub written_at: HashMap<u32, (BTreeSet<i64>, Option<KeyRecord>)>,
    /// Runs that say a lineage of an output by a job.
    pub says: HashMap<(u32, u32, ContentId), Vec<(i64, String)>>,
}

impl LineageRows {
    pub fn size(&self) -> usize {
        self.bodies.len() + self.noted.len() + self.outputs.len() + self.frontiers.len()
    }

    pub fn forget_passing(&mut self) {
        self.written_at.clear();
        self.says.clear();
    }

    pub fn undo(&mut self) {
        self.bodies.undo();
        self.noted.undo();
        self.noted_outputs.undo();
        self.outputs.undo();
        self.touched.clear();
    }

    pub fn keep(&mut self, start: Counters) {
        let is_new = |node: u32| node >= start.node;
        self.bodies.keep();
        self.noted.keep();
        self.noted_outputs.keep(|job| is_new(*job));
        self.outputs.keep();
        for ((job, output), runs) in std::mem::take(&mut self.touched) {
            if is_new(job) || is_new(output) {
                self.frontiers.entry((job, output)).or_default();
            }
            let Some(frontier) = self.frontiers.get_mut(&(job, output)) else { continue };
            if runs.iter().all(|run| *run > start.run || frontier.except.contains(run)) {
                frontier.except.extend(runs);
            } else {
                self.frontiers.remove(&(job, output));
            }
        }
        self.frontiers.retain(|_, frontier| frontier.except.len() <= MOST_RUNS);
    }

    /// What a run says of an output, which is known of every run that was asked for.
    pub fn said(&self, run: i64, output: u32) -> Option<&Said> {
        self.outputs.get(&run)?.get(&output)
    }

    /// The outputs of a run, to be changed.
    fn outputs_of(&mut self, run: i64) -> &mut BTreeMap<u32, Said> {
        if self.outputs.get(&run).is_none() {
            self.outputs.write(run, Arc::default());
        }
        Arc::make_mut(self.outputs.change(&run).expect("the run's outputs are known, if only to be none"))
    }
}

impl Frontier {
    /// What counts of it and of what single runs say.
    fn with<'s>(&'s self, runs: impl Iterator<Item = &'s Said>) -> BTreeSet<ContentId> {
        let runs: Vec<&Said> = runs.collect();
        let stands = |said: &Said, standing: Standing| said.standing == standing as u8;
        let complete = runs.iter().filter(|said| stands(said, Standing::Complete));
        let latest = complete.filter_map(|said| said.key).chain(self.complete).max();
        let mut counts = self.design.clone();
        counts.extend(self.completed.iter().filter(|_| self.complete == latest));
        counts.extend(self.open.iter().filter(|(_, key)| **key >= latest).map(|(lineage, _)| lineage));
        for said in runs {
            let newest = stands(said, Standing::Complete) && said.key == latest;
            let newer = stands(said, Standing::Open) && said.key >= latest;
            if newest || newer || stands(said, Standing::Design) {
                counts.insert(said.lineage);
            }
        }
        counts
    }
}

impl Overlay {
    /// Runs whose word on an output by a job this commit changes.
    pub fn touched(&self, job: u32, output: u32) -> impl Iterator<Item = i64> + '_ {
        self.lineages.touched.get(&(job, output)).into_iter().flatten().copied()
    }

    fn touch_output(&mut self, job: u32, output: u32, run: i64) {
        self.lineages.touched.entry((job, output)).or_default().insert(run);
    }

    /// Whether the word of a run is known by itself, and not in what all others say.
    fn is_apart(&self, except: &BTreeSet<i64>, run: i64) -> bool {
        self.is_new_run(run) || except.contains(&run)
    }

    /// The frontier of an output by a job, when it leaves out all runs that this commit changes.
    fn frontier(&self, job: u32, output: u32) -> Option<&Frontier> {
        let frontier = self.lineages.frontiers.get(&(job, output))?;
        self.touched(job, output).all(|run| self.is_apart(&frontier.except, run)).then_some(frontier)
    }
}

impl Lineages for &mut Overlay {
    fn has_lineage(&self, id: &ContentId) -> Result<bool> {
        match self.lineages.bodies.get(id) {
            Some(known) => Ok(known.is_some()),
            None => {
                self.need(|needs| needs.lineages.insert(*id));
                Ok(false)
            }
        }
    }

    fn lineage(&self, id: &ContentId) -> Result<Lineage> {
        let known = self.lineages.bodies.get(id);
        if known.is_none() {
            self.need(|needs| needs.lineages.insert(*id));
        }
        Ok(known.and_then(Option::as_ref).map_or_else(Lineage::default, |lineage| lineage.as_ref().clone()))
    }

    fn write_lineage(&mut self, id: &ContentId, lineage: &Lineage) -> Result<()> {
        self.lineages.bodies.write(*id, Some(Arc::new(lineage.clone())));
        Ok(())
    }

    fn noted_lineages(&self, job: u32, output: u32) -> Result<Option<Vec<ContentId>>> {
        match self.lineages.noted.get(&(job, output)) {
            Some(noted) => Ok(noted.as_ref().map(|noted| noted.as_ref().clone())),
            None if self.is_new_group(Group::Output { output, job }) => Ok(None),
            None => {
                self.need(|needs| needs.noted.insert((job, output)));
                // As if what is said now were noted, so that nothing follows from it.
                self.said_lineages(job, output).map(Some)
            }
        }
    }

    fn note_lineages(&mut self, job: u32, output: u32, lineages: &[ContentId]) -> Result<()> {
        self.lineages.noted.write((job, output), Some(Arc::new(lineages.to_vec())));
        self.lineages.noted_outputs.add(job, output);
        Ok(())
    }

    fn lineages_of_job(&self, job: u32) -> Result<Vec<(u32, Vec<ContentId>)>> {
        let Some(outputs) = self.lineages.noted_outputs.all(&job, self.is_new(job)) else {
            self.need(|needs| needs.noted_of_jobs.insert(job));
            return Ok(Vec::new());
        };
        let mut noted = Vec::with_capacity(outputs.len());
        for output in outputs {
            noted.push((output, self.noted_lineages(job, output)?.unwrap_or_default()));
        }
        Ok(noted)
    }

    fn said_lineages(&self, job: u32, output: u32) -> Result<Vec<ContentId>> {
        let nothing = Frontier::default();
        let frontier = match self.frontier(job, output) {
            Some(frontier) => frontier,
            None if self.is_new_group(Group::Output { output, job }) => &nothing,
            None => {
                self.need(|needs| needs.frontiers.insert((job, output)));
                return Ok(Vec::new());
            }
        };
        let apart: BTreeSet<i64> = frontier.except.iter().copied().chain(self.touched(job, output)).collect();
        let said = apart.into_iter().filter_map(|run| self.lineages.said(run, output));
        Ok(frontier.with(said.filter(|said| said.job == job)).into_iter().collect())
    }

    fn outputs_of_run(&self, run: i64) -> Result<Vec<u32>> {
        Ok(self.lineages.outputs.get(&run).map_or_else(Vec::new, |outputs| outputs.keys().copied().collect()))
    }

    fn write_output(&mut self, row: &OutputRow<'_>) -> Result<()> {
        let OutputRow { run, output, job, lineage, key, standing, drops } = *row;
        let said = Said { job, lineage: *lineage, key, standing, drops };
        self.lineages.outputs_of(run).insert(output, said);
        self.touch_output(job, output, run);
        Ok(())
    }

    fn delete_output(&mut self, run: i64, output: u32) -> Result<()> {
        if let Some(said) = self.lineages.outputs_of(run).remove(&output) {
            self.touch_output(said.job, output, run);
        }
        Ok(())
    }

    fn written_at(&self, dataset: u32) -> Result<Option<KeyRecord>> {
        let touched = self.lineages.touched.iter().filter(|((_, output), _)| *output == dataset);
        let touched: BTreeSet<i64> = touched.flat_map(|(_, runs)| runs.iter().copied()).collect();
        let nothing = (BTreeSet::new(), None);
        let known = self.lineages.written_at.get(&dataset);
        let (except, others) = match known {
            Some(known) if touched.iter().all(|run| self.is_apart(&known.0, *run)) => known,
            None if self.is_new(dataset) => &nothing,
            Some(_) | None => {
                self.need(|needs| needs.written.insert(dataset));
                return Ok(None);
            }
        };
        let apart: BTreeSet<i64> = except.iter().copied().chain(touched).collect();
        let said = apart.into_iter().filter_map(|run| self.lineages.said(run, dataset));
        Ok(said.filter(|said| !said.drops).filter_map(|said| said.key).chain(*others).max())
    }
}

/// A query that lineage was derived from.
pub(super) struct DerivationState {
    pub job: u32,
    /// The body as it is stored.
    pub body: String,
    /// The schemas it is bound to; known of those that this commit writes only.
    pub bound: Vec<ContentId>,
}

#[derive(Default)]
pub(super) struct DerivationRows {
    pub states: Layered<ContentId, Option<Arc<DerivationState>>>,
    /// By schema, the derivations bound to it with their jobs.
    pub by_schema: HashMap<ContentId, BTreeMap<ContentId, u32>>,
}

impl DerivationRows {
    pub fn undo(&mut self) {
        self.states.undo();
    }

    pub fn keep(&mut self) {
        let written: HashSet<ContentId> = self.states.written().map(|(id, _)| *id).collect();
        if !written.is_empty() {
            self.by_schema.values_mut().for_each(|bound| bound.retain(|id, _| !written.contains(id)));
        }
        for (id, state) in self.states.written().filter_map(|(id, state)| Some((id, state.as_ref()?))) {
            for schema in &state.bound {
                if let Some(bound) = self.by_schema.get_mut(schema) {
                    bound.insert(*id, state.job);
                }
            }
        }
        self.states.keep();
    }
}

impl Derivations for &mut Overlay {
    fn derivation(&self, id: &ContentId) -> Result<Option<DerivationBody>> {
        match self.derivations.states.get(id) {
            Some(known) => known.as_ref().map(|state| records::read(&state.body)).transpose(),
            None => {
                self.need(|needs| needs.derivations.insert(*id));
                // As if it were known and gave nothing: to derive it may be much work.
                Ok(Some(DerivationBody::default()))
            }
        }
    }

    fn write_derivation(&mut self, id: &ContentId, job: u32, body: &DerivationBody, bound: &[ContentId]) -> Result<()> {
        let body = records::write(body);
        self.derivations.states.write(*id, Some(Arc::new(DerivationState { job, body, bound: bound.to_vec() })));
        Ok(())
    }

    fn derivations_of_schema(&self, schema: &ContentId) -> Result<Vec<(ContentId, u32)>> {
        let Some(stored) = self.derivations.by_schema.get(schema) else {
            self.need(|needs| needs.schemas.insert(*schema));
            return Ok(Vec::new());
        };
        let mut bound = stored.clone();
        for (id, state) in self.derivations.states.written() {
            bound.remove(id);
            if let Some(state) = state.as_ref().filter(|state| state.bound.contains(schema)) {
                bound.insert(*id, state.job);
            }
        }
        Ok(bound.into_iter().collect())
    }
}
