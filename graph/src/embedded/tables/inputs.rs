//! Inputs, contents, and the registers that say which input a facet came from.

use rusqlite::{OptionalExtension, params};

use super::super::records::{self, FaultRecord, Record, Register};
use super::Tables;
use crate::change::Input;
use crate::ids::ContentId;
use crate::store::Result;

/// An input and its place in the log.
pub(in crate::embedded) struct InputRow<'i> {
    pub sequence: i64,
    /// The revision it made; a rejected one makes none.
    pub revision: Option<u32>,
    pub input: &'i Input,
}

impl Tables<'_> {
    pub fn has_input(&self, id: &ContentId) -> Result<bool> {
        let mut read = self.db.prepare_cached("SELECT 1 FROM input WHERE id = ?1")?;
        Ok(read.query_row([&id.0[..]], |_| Ok(())).optional()?.is_some())
    }

    pub fn insert_input(&self, row: &InputRow<'_>) -> Result<()> {
        let InputRow { sequence, revision, input } = row;
        let faults: Vec<FaultRecord> = input.faults.iter().map(FaultRecord::of).collect();
        self.db
            .prepare_cached(
                "INSERT INTO input (sequence, id, kind, revision, received_at, body, faults) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                sequence,
                &input.id.0[..],
                input.kind as u8,
                revision,
                input.received_at.as_microsecond(),
                input.body,
                (!faults.is_empty()).then(|| records::write(&faults)),
            ])?;
        Ok(())
    }

    /// Keeps bytes by content.
    pub fn keep_content(&self, id: &ContentId, bytes: &[u8]) -> Result<()> {
        self.db
            .prepare_cached("INSERT INTO content (id, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![&id.0[..], bytes])?;
        Ok(())
    }

    pub fn content(&self, id: &ContentId) -> Result<Vec<u8>> {
        let mut read = self.db.prepare_cached("SELECT bytes FROM content WHERE id = ?1")?;
        Ok(read.query_row([&id.0[..]], |row| row.get(0))?)
    }

    /// Which facets a node has from which inputs; empty when there are none.
    pub fn register(&self, node: u32) -> Result<Register> {
        let mut read = self.db.prepare_cached("SELECT body FROM register WHERE id = ?1")?;
        let body: Option<String> = read.query_row([node], |row| row.get(0)).optional()?;
        body.map_or(Ok(Register::new()), |body| records::read(&body))
    }

    pub fn write_register(&self, node: u32, register: &Register) -> Result<()> {
        self.db
            .prepare_cached("INSERT INTO register (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = ?2")?
            .execute(params![node, records::write(register)])?;
        Ok(())
    }
}
