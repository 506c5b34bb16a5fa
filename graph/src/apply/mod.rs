//! What a submission does to the graph, whatever the store: it reads and changes `Tables`, inside the transaction of a
//! commit. Everything here depends on the set of inputs
//! only: of each facet the newest by order key counts, runs accumulate, and what is current follows from the runs.

mod authored;
mod columns;
mod derivations;
mod edges;
mod facets;
mod lineage;
mod nodes;
mod outcome;
mod runs;
mod tables;

pub(crate) use lineage::Standing;
pub(crate) use nodes::key_hash;
pub(crate) use outcome::{AliasChange, Counters, NewEdge, NewNode, Outcome, flag};
pub(crate) use runs::{ended, event_of, run_state, started};
pub(crate) use tables::*;

use std::collections::{BTreeSet, HashMap};

use self::outcome::touch;
use crate::change::{Change, Input, Submission};
use crate::derive::Derive;
use crate::model::QualifiedName;
use crate::store::{ChangeKind, Result};

/// What a submission is applied to.
pub(crate) struct Base<'a, T> {
    pub tables: T,
    /// The revision being written.
    pub revision: u32,
    pub derive: &'a dyn Derive,
    /// What earlier submissions of this commit did.
    pub before: &'a Outcome,
}

/// One submission being applied.
pub(crate) struct Apply<'a, T> {
    tables: T,
    revision: u32,
    derive: &'a dyn Derive,
    counters: &'a mut Counters,
    before: &'a Outcome,
    pub out: Outcome,
    /// Datasets whose schema changed.
    schemas: BTreeSet<u32>,
    /// Datasets that this submission says were dropped.
    drops: BTreeSet<u32>,
    /// Datasets and namespaces that this submission has named so far.
    datasets: HashMap<QualifiedName, u32>,
    namespaces: HashMap<String, u32>,
    /// All columns, by key, of datasets whose schema this submission gave.
    columns: HashMap<u32, HashMap<String, u32>>,
    /// Nodes that may have to begin or end because edges of theirs did.
    unsettled: BTreeSet<u32>,
}

impl<'a, T: Tables> Apply<'a, T> {
    pub fn new(base: Base<'a, T>, counters: &'a mut Counters) -> Apply<'a, T> {
        let Base { tables, revision, derive, before } = base;
        let (out, schemas, drops, unsettled) = Default::default();
        let (datasets, namespaces, columns) = Default::default();
        Apply {
            tables,
            revision,
            derive,
            counters,
            before,
            out,
            schemas,
            drops,
            datasets,
            namespaces,
            columns,
            unsettled,
        }
    }

    /// Applies a submission; false when the same input was there before.
    pub fn submission(&mut self, submission: &Submission) -> Result<bool> {
        if !self.input(&submission.input)? {
            return Ok(false);
        }
        for change in &submission.changes {
            self.change(change)?;
        }
        self.derive_again()?;
        self.settle()?;
        Ok(true)
    }

    fn change(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::Dataset(change) => {
                let dataset = self.dataset(&change.name)?;
                self.facets(dataset, &change.name, &change.at, &change.facets)
            }
            Change::Job(change) => {
                let job = self.job(&change.name)?;
                self.facets(job, &change.name, &change.at, &change.facets)
            }
            Change::Run(change) => self.run(change),
            Change::Statement(change) => self.statement(change),
            Change::Authored(change) => self.authored(change),
        }
    }

    fn input(&mut self, input: &Input) -> Result<bool> {
        if self.tables.has_input(&input.id)? {
            return Ok(false);
        }
        for content in &input.contents {
            self.tables.keep_content(&content.id, &content.bytes)?;
        }
        self.counters.sequence += 1;
        self.counters.faults += u64::from(!input.faults.is_empty());
        self.counters.rejected += u64::from(input.rejected);
        let revision = (!input.rejected).then_some(self.revision);
        self.tables.insert_input(&InputRow { sequence: self.counters.sequence, revision, input })?;
        Ok(true)
    }

    fn touch(&mut self, node: u32, change: ChangeKind) {
        touch(&mut self.out.touched, node, change);
    }
}
