//! What the writer knows of the database, as much of it as its commits asked for, and what a commit writes over it. A
//! look-up that there is no answer to is noted and answered as if there were nothing, so that one attempt at a commit notes all that it can; an
//! attempt that noted anything is thrown away, and made again when the answers are there.

use std::cell::RefCell;

use super::edges::EdgeRows;
use super::inputs::InputRows;
use super::lineages::{DerivationRows, LineageRows};
use super::needs::Needs;
use super::nodes::{NameRows, NodeRows};
use super::runs::RunRows;
use crate::apply::Counters;

/// As many rows are remembered from one commit to the next; beyond that all are forgotten.
const REMEMBERED: usize = 50_000;

#[derive(Default)]
pub(super) struct Overlay {
    /// Where the numbering stood before the commit.
    pub start: Counters,
    pub nodes: NodeRows,
    pub names: NameRows,
    pub edges: EdgeRows,
    pub inputs: InputRows,
    pub lineages: LineageRows,
    pub derivations: DerivationRows,
    pub runs: RunRows,
    needs: RefCell<Needs>,
}

impl Overlay {
    /// Before a commit: what is kept of former ones, when nobody else has written since.
    pub fn begin(&mut self, start: Counters) {
        if self.size() > REMEMBERED {
            *self = Overlay::default();
        }
        self.start = start;
        self.forget_passing();
        self.undo();
    }

    fn size(&self) -> usize {
        self.nodes.states.len() + self.lineages.size() + self.runs.runs.len() + self.edges.size() + self.inputs.size()
    }

    /// Answers that hold for one commit only.
    fn forget_passing(&mut self) {
        self.nodes.degrees.clear();
        self.inputs.fetched.clear();
        self.lineages.forget_passing();
        self.runs.forget_passing();
    }

    /// Takes back all that an attempt wrote.
    pub fn undo(&mut self) {
        self.nodes.undo();
        self.names.undo();
        self.edges.undo();
        self.inputs.undo();
        self.lineages.undo();
        self.derivations.undo();
        self.runs.undo();
        self.needs.take();
    }

    /// The commit stands: what it wrote is what the database holds.
    pub fn keep(&mut self) {
        let start = self.start;
        let is_new = move |id: &u32| *id >= start.node;
        self.nodes.keep(is_new);
        self.names.keep(is_new);
        self.edges.keep();
        self.inputs.keep();
        self.lineages.keep(start);
        self.derivations.keep();
        self.runs.keep();
    }

    /// Notes a look-up without an answer.
    pub fn need(&self, note: impl FnOnce(&mut Needs) -> bool) {
        note(&mut self.needs.borrow_mut());
    }

    pub fn take_needs(&mut self) -> Needs {
        self.needs.take()
    }

    pub fn has_needs(&self) -> bool {
        !self.needs.borrow().is_empty()
    }

    /// Whether this commit made the node, so that the database holds nothing of it.
    pub fn is_new(&self, node: u32) -> bool {
        node >= self.start.node
    }

    pub fn is_new_run(&self, run: i64) -> bool {
        run > self.start.run
    }
}
