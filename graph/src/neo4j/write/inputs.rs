//! The log, contents and registers as a commit sees them.

use std::collections::{HashMap, HashSet};

use super::layers::Layered;
use super::overlay::Overlay;
use crate::apply::{InputRow, Inputs};
use crate::change::InputKind;
use crate::ids::ContentId;
use crate::records::{self, FaultRecord, Record, Register};
use crate::store::{Result, StoreError};

/// An entry of the log.
pub(super) struct InputState {
    pub sequence: i64,
    pub id: ContentId,
    pub kind: InputKind,
    pub revision: Option<u32>,
    pub received_at: i64,
    pub body: Vec<u8>,
    pub faults: Option<String>,
}

#[derive(Default)]
pub(super) struct InputRows {
    pub known: Layered<ContentId, bool>,
    pub log: Vec<InputState>,
    /// Contents that this commit brings.
    pub kept: HashMap<ContentId, Vec<u8>>,
    /// Contents that the database is known to hold.
    pub held: HashSet<ContentId>,
    /// Contents that were read for this commit.
    pub fetched: HashMap<ContentId, Vec<u8>>,
}

impl InputRows {
    pub fn size(&self) -> usize {
        self.known.len() + self.held.len()
    }

    pub fn undo(&mut self) {
        self.known.undo();
        self.log.clear();
        self.kept.clear();
    }

    pub fn keep(&mut self) {
        self.known.keep();
        self.log.clear();
        self.held.extend(self.kept.drain().map(|(id, _)| id));
    }
}

impl Inputs for &mut Overlay {
    fn has_input(&self, id: &ContentId) -> Result<bool> {
        Ok(self.inputs.known.get(id).copied().unwrap_or_else(|| {
            self.need(|needs| needs.inputs.insert(*id));
            false
        }))
    }

    fn insert_input(&mut self, row: &InputRow<'_>) -> Result<()> {
        let InputRow { sequence, revision, input } = *row;
        let faults: Vec<FaultRecord> = input.faults.iter().map(FaultRecord::of).collect();
        self.inputs.known.write(input.id, true);
        self.inputs.log.push(InputState {
            sequence,
            id: input.id,
            kind: input.kind,
            revision,
            received_at: input.received_at.as_microsecond(),
            body: input.body.clone(),
            faults: (!faults.is_empty()).then(|| records::write(&faults)),
        });
        Ok(())
    }

    fn keep_content(&mut self, id: &ContentId, bytes: &[u8]) -> Result<()> {
        if !self.inputs.held.contains(id) {
            self.inputs.kept.entry(*id).or_insert_with(|| bytes.to_vec());
        }
        Ok(())
    }

    fn content(&self, id: &ContentId) -> Result<Vec<u8>> {
        let known = self.inputs.kept.get(id).or_else(|| self.inputs.fetched.get(id));
        known.cloned().ok_or_else(|| {
            self.need(|needs| needs.contents.insert(*id));
            // Nobody is asked to make sense of a query that is not there.
            StoreError::Backend(format!("the content {id} was not read yet"))
        })
    }

    fn register(&self, node: u32) -> Result<Register> {
        Ok(self.state(node).map_or_else(Register::new, |state| state.register.clone()))
    }

    fn write_register(&mut self, node: u32, register: &Register) -> Result<()> {
        self.change_state(node, |state| state.register = register.clone());
        Ok(())
    }
}
