//! Lineage by content, what runs say of their outputs, and queries that lineage was derived from.

use rusqlite::{OptionalExtension, params};

use super::SqlTables;
use crate::apply::{Derivations, Lineages, OutputRow};
use crate::ids::ContentId;
use crate::records::{self, DerivationBody, KeyRecord, Lineage};
use crate::store::{Result, StoreError};

impl Lineages for SqlTables<'_> {
    fn has_lineage(&self, id: &ContentId) -> Result<bool> {
        let mut read = self.db.prepare_cached("SELECT 1 FROM lineage WHERE id = ?1")?;
        Ok(read.query_row([&id.0[..]], |_| Ok(())).optional()?.is_some())
    }

    fn lineage(&self, id: &ContentId) -> Result<Lineage> {
        let mut read = self.db.prepare_cached("SELECT body FROM lineage WHERE id = ?1")?;
        let body: String = read.query_row([&id.0[..]], |row| row.get(0))?;
        records::read(&body)
    }

    fn write_lineage(&mut self, id: &ContentId, lineage: &Lineage) -> Result<()> {
        self.db
            .prepare_cached("INSERT INTO lineage (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = ?2")?
            .execute(params![&id.0[..], records::write(lineage)])?;
        Ok(())
    }

    fn noted_lineages(&self, job: u32, output: u32) -> Result<Option<Vec<ContentId>>> {
        let mut read = self.db.prepare_cached("SELECT lineages FROM lineage_state WHERE job = ?1 AND output = ?2")?;
        let noted: Option<Vec<u8>> = read.query_row([job, output], |row| row.get(0)).optional()?;
        noted.map(|noted| ids(&noted)).transpose()
    }

    fn note_lineages(&mut self, job: u32, output: u32, lineages: &[ContentId]) -> Result<()> {
        let joined: Vec<u8> = lineages.iter().flat_map(|id| id.0).collect();
        self.db
            .prepare_cached(
                "INSERT INTO lineage_state (job, output, lineages) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (job, output) DO UPDATE SET lineages = ?3",
            )?
            .execute(params![job, output, joined])?;
        Ok(())
    }

    fn lineages_of_job(&self, job: u32) -> Result<Vec<(u32, Vec<ContentId>)>> {
        let mut read = self.db.prepare_cached("SELECT output, lineages FROM lineage_state WHERE job = ?1")?;
        let mut rows = read.query([job])?;
        let mut noted = Vec::new();
        while let Some(row) = rows.next()? {
            noted.push((row.get(0)?, ids(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?));
        }
        Ok(noted)
    }

    fn said_lineages(&self, job: u32, output: u32) -> Result<Vec<ContentId>> {
        let mut read = self.db.prepare_cached(
            "WITH latest (key) AS (SELECT COALESCE(MAX(key), x'') FROM run_output WHERE output = ?1 AND job = ?2 AND standing = 1) \
             SELECT lineage FROM latest CROSS JOIN run_output AS r \
             WHERE r.output = ?1 AND r.job = ?2 AND r.standing = 1 AND r.key = latest.key \
             UNION SELECT lineage FROM latest CROSS JOIN run_output AS r \
             WHERE r.output = ?1 AND r.job = ?2 AND r.standing = 0 AND r.key >= latest.key \
             UNION SELECT lineage FROM run_output AS r WHERE r.output = ?1 AND r.job = ?2 AND r.standing = 2",
        )?;
        let rows = read.query_map([output, job], |row| row.get(0))?;
        rows.map(|id| id_of(id?)).collect()
    }

    fn outputs_of_run(&self, run: i64) -> Result<Vec<u32>> {
        let mut read = self.db.prepare_cached("SELECT output FROM run_output WHERE run = ?1")?;
        let rows = read.query_map([run], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn write_output(&mut self, row: &OutputRow<'_>) -> Result<()> {
        let key = row.key.map(|key| records::key_bytes(&key.0).to_vec()).unwrap_or_default();
        self.db
            .prepare_cached(
                "INSERT INTO run_output (run, output, job, lineage, key, standing, drops) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                 ON CONFLICT (run, output) DO UPDATE SET lineage = ?4, key = ?5, standing = ?6, drops = ?7",
            )?
            .execute(params![row.run, row.output, row.job, &row.lineage.0[..], key, row.standing, row.drops])?;
        Ok(())
    }

    fn delete_output(&mut self, run: i64, output: u32) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM run_output WHERE run = ?1 AND output = ?2")?
            .execute(params![run, output])?;
        Ok(())
    }

    fn written_at(&self, dataset: u32) -> Result<Option<KeyRecord>> {
        let mut read = self.db.prepare_cached("SELECT MAX(key) FROM run_output WHERE output = ?1 AND drops = 0")?;
        let key: Option<Vec<u8>> = read.query_row([dataset], |row| row.get(0))?;
        Ok(key.and_then(|key| records::key_of(&key)).map(KeyRecord))
    }
}

impl Derivations for SqlTables<'_> {
    fn derivation(&self, id: &ContentId) -> Result<Option<DerivationBody>> {
        let mut read = self.db.prepare_cached("SELECT body FROM derivation WHERE id = ?1")?;
        let body: Option<String> = read.query_row([&id.0[..]], |row| row.get(0)).optional()?;
        body.map(|body| records::read(&body)).transpose()
    }

    fn write_derivation(&mut self, id: &ContentId, job: u32, body: &DerivationBody, bound: &[ContentId]) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO derivation (id, job, body) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET body = ?3",
            )?
            .execute(params![&id.0[..], job, records::write(body)])?;
        self.db.prepare_cached("DELETE FROM derivation_schema WHERE derivation = ?1")?.execute([&id.0[..]])?;
        for schema in bound {
            self.db
                .prepare_cached("INSERT OR IGNORE INTO derivation_schema (dataset, derivation) VALUES (?1, ?2)")?
                .execute(params![&schema.0[..], &id.0[..]])?;
        }
        Ok(())
    }

    fn derivations_of_schema(&self, schema: &ContentId) -> Result<Vec<(ContentId, u32)>> {
        let mut read = self.db.prepare_cached(
            "SELECT derivation.id, derivation.job FROM derivation_schema \
             JOIN derivation ON derivation.id = derivation WHERE dataset = ?1",
        )?;
        let rows = read.query_map([&schema.0[..]], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.map(|row| row.map_err(StoreError::from).and_then(|(id, job)| Ok((id_of(id)?, job)))).collect()
    }
}

fn id_of(bytes: Vec<u8>) -> Result<ContentId> {
    let id = bytes.try_into().map_err(|_| StoreError::Backend("an id in the store is not 16 bytes long".to_owned()))?;
    Ok(ContentId(id))
}

fn ids(joined: &[u8]) -> Result<Vec<ContentId>> {
    joined.chunks(16).map(|id| id_of(id.to_vec())).collect()
}
