//! Runs as a commit sees them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::layers::Layered;
use super::overlay::Overlay;
use crate::apply::{RunRow, Runs, StoredRun};
use crate::ids::ContentId;
use crate::model::RunState as State;
use crate::records;
use crate::store::Result;

/// A run as it is now, its body as it is stored.
pub(super) struct RunState {
    pub id: i64,
    pub state: State,
    pub at: i64,
    pub body: String,
}

#[derive(Default)]
pub(super) struct RunRows {
    /// By job and name.
    pub runs: Layered<(u32, String), Option<Arc<RunState>>>,
    /// Runs of the database that this commit asked for, by job.
    pub asked: BTreeMap<u32, BTreeSet<i64>>,
    /// By run and dataset: when the run started, none when the dataset lists it no more.
    pub listed: BTreeMap<(i64, u32), Option<i64>>,
    names: HashMap<i64, String>,
}

impl RunRows {
    pub fn forget_passing(&mut self) {
        self.asked.clear();
    }

    pub fn undo(&mut self) {
        self.runs.undo();
        self.listed.clear();
        self.names.clear();
    }

    pub fn keep(&mut self) {
        self.runs.keep();
        self.listed.clear();
        self.names.clear();
    }

    /// Runs of the database that this commit asked for, of any job.
    pub fn all_asked(&self) -> BTreeSet<i64> {
        self.asked.values().flatten().copied().collect()
    }
}

impl Overlay {
    /// Notes that this commit may change runs that the database holds.
    pub fn ask_for_run(&mut self, job: u32, run: i64) {
        if !self.is_new_run(run) {
            self.runs.asked.entry(job).or_default().insert(run);
        }
    }
}

impl Runs for &mut Overlay {
    fn run(&self, job: u32, name: &str) -> Result<Option<StoredRun>> {
        let place = (job, name.to_owned());
        match self.runs.runs.get(&place) {
            Some(Some(run)) => Ok(Some(StoredRun { id: run.id, at: run.at, body: records::read(&run.body)? })),
            Some(None) => Ok(None),
            None if self.is_new(job) => Ok(None),
            None => {
                self.need(|needs| needs.runs.insert(place));
                Ok(None)
            }
        }
    }

    fn write_run(&mut self, row: &RunRow<'_>) -> Result<()> {
        let RunRow { id, job, name, state, at, body } = *row;
        self.ask_for_run(job, id);
        let run = RunState { id, state, at, body: records::write(body) };
        self.runs.names.insert(id, name.to_owned());
        self.runs.runs.write((job, name.to_owned()), Some(Arc::new(run)));
        Ok(())
    }

    fn runs_that_say(&self, job: u32, output: u32, lineage: &ContentId) -> Result<Vec<String>> {
        let place = (job, output, *lineage);
        let is_new = self.is_new(job) || self.is_new(output);
        let stored = self.lineages.says.get(&place);
        if stored.is_none() && !is_new {
            self.need(|needs| needs.says.insert(place));
        }
        let touched: BTreeSet<i64> = self.touched(job, output).collect();
        let untouched = stored.into_iter().flatten().filter(|(run, _)| !touched.contains(run));
        let mut names: Vec<String> = untouched.map(|(_, name)| name.clone()).collect();
        for run in &touched {
            let says = self.lineages.said(*run, output).is_some_and(|s| s.job == job && s.lineage == *lineage);
            names.extend(self.runs.names.get(run).filter(|_| says).cloned());
        }
        Ok(names)
    }

    fn list_run(&mut self, dataset: u32, at: i64, run: i64) -> Result<()> {
        self.runs.listed.insert((run, dataset), Some(at));
        Ok(())
    }

    fn unlist_run(&mut self, dataset: u32, _: i64, run: i64) -> Result<()> {
        self.runs.listed.insert((run, dataset), None);
        Ok(())
    }
}
