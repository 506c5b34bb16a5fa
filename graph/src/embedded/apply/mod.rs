//! What a submission does to the graph, inside the writer's transaction. Everything here depends on the set of inputs
//! only: of each facet the newest by order key counts, runs accumulate, and what is current follows from the runs.

mod authored;
mod columns;
mod derivations;
mod edges;
mod facets;
mod lineage;
mod nodes;
mod runs;

pub(super) use nodes::key_hash;
pub(super) use runs::{ended, event_of, run_state, started};

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::Connection;

use super::aliases::AliasChange;
use super::tables::{InputRow, Tables};
use super::topology::{NewEdge, NewNode, Topology};
use crate::change::{Change, Input, Submission};
use crate::derive::Derive;
use crate::model::QualifiedName;
use crate::store::{ChangeKind, Result};

/// Where the numbering stands; taken back when a submission fails.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Counters {
    pub node: u32,
    pub edge: u32,
    /// Rows of runs, statements by design included.
    pub run: i64,
    pub statements: i64,
    pub sequence: i64,
    pub faults: u64,
    pub rejected: u64,
}

/// What a submission, or a whole commit, does to the memory of the store once it is durable.
#[derive(Default)]
pub(super) struct Outcome {
    pub new_nodes: Vec<NewNode>,
    pub new_edges: Vec<NewEdge>,
    /// created and ended, by node
    pub spans: BTreeMap<u32, (u32, u32)>,
    pub flags: HashMap<u32, u8>,
    pub ended_edges: Vec<u32>,
    pub aliases: Vec<AliasChange>,
    /// Datasets with their names, for classes.
    pub named: Vec<(u32, QualifiedName)>,
    pub touched: BTreeMap<u32, ChangeKind>,
    /// Nodes whose cached form is out of date though no version of them changed.
    pub stale: BTreeSet<u32>,
    /// A name is spelled another way: the cached form of what hangs below it is out of date.
    pub respelled: bool,
    /// Change of the number of current edges, by node.
    pub degrees: HashMap<u32, i32>,
}

impl Outcome {
    pub fn absorb(&mut self, other: Outcome) {
        self.new_nodes.extend(other.new_nodes);
        self.new_edges.extend(other.new_edges);
        self.spans.extend(other.spans);
        self.flags.extend(other.flags);
        self.ended_edges.extend(other.ended_edges);
        self.aliases.extend(other.aliases);
        self.named.extend(other.named);
        for (node, change) in other.touched {
            touch(&mut self.touched, node, change);
        }
        self.stale.extend(other.stale);
        self.respelled |= other.respelled;
        for (node, change) in other.degrees {
            *self.degrees.entry(node).or_default() += change;
        }
    }
}

/// Notes a change of a node; of several in one commit the one that says most stays.
fn touch(touched: &mut BTreeMap<u32, ChangeKind>, node: u32, change: ChangeKind) {
    let entry = touched.entry(node).or_insert(change);
    *entry = match (*entry, change) {
        (ChangeKind::Created, ChangeKind::Ended) | (_, ChangeKind::Ended) => ChangeKind::Ended,
        (ChangeKind::Ended, ChangeKind::Created) => ChangeKind::Updated,
        (old, new) => old.min(new),
    };
}

/// What a submission is applied to.
pub(super) struct Base<'a> {
    pub db: &'a Connection,
    /// The revision being written.
    pub revision: u32,
    pub derive: &'a dyn Derive,
    /// As it was before this commit.
    pub topology: &'a Topology,
    /// What earlier submissions of this commit did.
    pub before: &'a Outcome,
}

/// One submission being applied.
pub(super) struct Apply<'a> {
    tables: Tables<'a>,
    revision: u32,
    derive: &'a dyn Derive,
    counters: &'a mut Counters,
    topology: &'a Topology,
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

impl<'a> Apply<'a> {
    pub fn new(base: Base<'a>, counters: &'a mut Counters) -> Apply<'a> {
        let Base { db, revision, derive, topology, before } = base;
        let (out, schemas, drops, unsettled) = Default::default();
        let (datasets, namespaces, columns) = Default::default();
        Apply {
            tables: Tables::new(db),
            revision,
            derive,
            counters,
            topology,
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
