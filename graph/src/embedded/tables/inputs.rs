//! Inputs, contents, and the registers that say which input a facet came from.

use rusqlite::{OptionalExtension, params};

use super::SqlTables;
use crate::apply::{InputRow, Inputs};
use crate::ids::ContentId;
use crate::records::{self, FaultRecord, Record, Register};
use crate::store::Result;

impl Inputs for SqlTables<'_> {
    fn has_input(&self, id: &ContentId) -> Result<bool> {
        let mut read = self.db.prepare_cached("SELECT 1 FROM input WHERE id = ?1")?;
        Ok(read.query_row([&id.0[..]], |_| Ok(())).optional()?.is_some())
    }

    fn insert_input(&mut self, row: &InputRow<'_>) -> Result<()> {
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

    fn keep_content(&mut self, id: &ContentId, bytes: &[u8]) -> Result<()> {
        self.db
            .prepare_cached("INSERT INTO content (id, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![&id.0[..], bytes])?;
        Ok(())
    }

    fn content(&self, id: &ContentId) -> Result<Vec<u8>> {
        let mut read = self.db.prepare_cached("SELECT bytes FROM content WHERE id = ?1")?;
        Ok(read.query_row([&id.0[..]], |row| row.get(0))?)
    }

    fn register(&self, node: u32) -> Result<Register> {
        let mut read = self.db.prepare_cached("SELECT body FROM register WHERE id = ?1")?;
        let body: Option<String> = read.query_row([node], |row| row.get(0)).optional()?;
        body.map_or(Ok(Register::new()), |body| records::read(&body))
    }

    fn write_register(&mut self, node: u32, register: &Register) -> Result<()> {
        self.db
            .prepare_cached("INSERT INTO register (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = ?2")?
            .execute(params![node, records::write(register)])?;
        Ok(())
    }
}
