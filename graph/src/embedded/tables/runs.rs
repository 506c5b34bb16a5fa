//! Runs, and which datasets they read and wrote.

use rusqlite::{OptionalExtension, params};

use super::SqlTables;
use crate::apply::{RunRow, Runs, StoredRun};
use crate::ids::ContentId;
use crate::records;
use crate::store::Result;

impl Runs for SqlTables<'_> {
    fn run(&self, job: u32, name: &str) -> Result<Option<StoredRun>> {
        let mut read = self.db.prepare_cached("SELECT id, at, body FROM run WHERE name = ?1 AND job = ?2")?;
        let found: Option<(i64, i64, String)> =
            read.query_row(params![name, job], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        found.map(|(id, at, body)| Ok(StoredRun { id, at, body: records::read(&body)? })).transpose()
    }

    fn write_run(&mut self, row: &RunRow<'_>) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO run (id, job, name, state, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                 ON CONFLICT (id) DO UPDATE SET state = ?4, at = ?5, body = ?6",
            )?
            .execute(params![row.id, row.job, row.name, row.state as u8, row.at, records::write(row.body)])?;
        Ok(())
    }

    fn runs_that_say(&self, job: u32, output: u32, lineage: &ContentId) -> Result<Vec<String>> {
        let mut read = self.db.prepare_cached(
            "SELECT run.name FROM run_output AS r JOIN run ON run.id = r.run \
             WHERE r.output = ?1 AND r.job = ?2 AND r.lineage = ?3",
        )?;
        let names = read.query_map(params![output, job, &lineage.0[..]], |row| row.get(0))?;
        Ok(names.collect::<rusqlite::Result<_>>()?)
    }

    fn list_run(&mut self, dataset: u32, at: i64, run: i64) -> Result<()> {
        self.db
            .prepare_cached("INSERT OR IGNORE INTO run_dataset (dataset, at, run) VALUES (?1, ?2, ?3)")?
            .execute(params![dataset, at, run])?;
        Ok(())
    }

    fn unlist_run(&mut self, dataset: u32, at: i64, run: i64) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM run_dataset WHERE dataset = ?1 AND at = ?2 AND run = ?3")?
            .execute(params![dataset, at, run])?;
        Ok(())
    }
}
