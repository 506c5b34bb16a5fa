//! Nodes: their names, their spans, their versions; and the other names of datasets.

use rusqlite::{OptionalExtension, params};

use super::SqlTables;
use crate::apply::{ColumnRow, Found, Names, NodeRow, Nodes, Version};
use crate::model::{NodeKind, QualifiedName};
use crate::records::Body;
use crate::store::Result;

pub(super) const INSERT: &str = "INSERT INTO node (id, kind, parent, key, name, created, ended, flags, since, body) \
                                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?6, ?9)";

impl Nodes for SqlTables<'_> {
    fn node(&self, parent: u32, kind: NodeKind, key: &str) -> Result<Option<Found>> {
        let mut find = self.db.prepare_cached(
            "SELECT id, name, flags, ended IS NOT NULL FROM node WHERE parent = ?1 AND kind = ?2 AND key = ?3",
        )?;
        let row = find.query_row(params![parent, kind as u8, key], |row| {
            Ok(Found { id: row.get(0)?, name: row.get(1)?, flags: row.get(2)?, ended: row.get(3)? })
        });
        Ok(row.optional()?)
    }

    fn columns(&self, dataset: u32) -> Result<Vec<ColumnRow>> {
        let mut read = self.db.prepare_cached(
            "SELECT key, id, flags, since, ended IS NOT NULL, body FROM node WHERE parent = ?1 AND kind = ?2",
        )?;
        let mut rows = read.query((dataset, NodeKind::Column as u8))?;
        let mut columns = Vec::new();
        while let Some(row) = rows.next()? {
            let body = Body::read(row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?)?;
            let version = Version { since: row.get(3)?, ended: row.get(4)?, body };
            columns.push(ColumnRow { key: row.get(0)?, id: row.get(1)?, flags: row.get(2)?, version });
        }
        Ok(columns)
    }

    fn insert_node(&mut self, row: &NodeRow<'_>) -> Result<()> {
        let NodeRow { id, kind, parent, key, name, created, ended, flags, body } = *row;
        let values = params![id, kind as u8, parent, key, name, created, ended, flags, body.write()];
        self.insert_node.on(self.db)?.execute(values)?;
        Ok(())
    }

    fn version(&self, id: u32) -> Result<Version> {
        let mut read = self.db.prepare_cached("SELECT since, ended IS NOT NULL, body FROM node WHERE id = ?1")?;
        let (since, ended, body): (u32, bool, String) =
            read.query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Version { since, ended, body: Body::read(&body)? })
    }

    fn write_version(&mut self, id: u32, since: u32, body: &Body) -> Result<()> {
        self.db.prepare_cached("UPDATE node SET since = ?2, body = ?3 WHERE id = ?1")?.execute(params![
            id,
            since,
            body.write()
        ])?;
        Ok(())
    }

    fn keep_past(&mut self, id: u32, until: u32) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO node_past (id, since, until, body) SELECT id, since, ?2, body FROM node WHERE id = ?1",
            )?
            .execute(params![id, until])?;
        Ok(())
    }

    fn span(&self, id: u32) -> Result<(u32, u32)> {
        let mut read = self.db.prepare_cached("SELECT since, created FROM node WHERE id = ?1")?;
        Ok(read.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    fn begin_node(&mut self, id: u32, at: u32) -> Result<u32> {
        let mut begin = self.db.prepare_cached(
            "UPDATE node SET ended = NULL, since = ?2, created = iif(ended > created, created, ?2) WHERE id = ?1 \
             RETURNING created",
        )?;
        Ok(begin.query_row(params![id, at], |row| row.get(0))?)
    }

    fn end_node(&mut self, id: u32, at: u32) -> Result<()> {
        self.db.prepare_cached("UPDATE node SET ended = ?2 WHERE id = ?1")?.execute(params![id, at])?;
        Ok(())
    }

    fn rename_node(&mut self, id: u32, name: &str) -> Result<()> {
        self.db.prepare_cached("UPDATE node SET name = ?2 WHERE id = ?1")?.execute(params![id, name])?;
        Ok(())
    }

    fn set_flags(&mut self, id: u32, flags: u8) -> Result<()> {
        self.db.prepare_cached("UPDATE node SET flags = ?2 WHERE id = ?1")?.execute(params![id, flags])?;
        Ok(())
    }

    fn name(&self, id: u32) -> Result<QualifiedName> {
        let mut read = self.db.prepare_cached(
            "SELECT space.name, node.name FROM node JOIN node AS space ON space.id = node.parent WHERE node.id = ?1",
        )?;
        Ok(read.query_row([id], |row| Ok(QualifiedName { namespace: row.get(0)?, name: row.get(1)? }))?)
    }
}

impl Names for SqlTables<'_> {
    fn note_renamed(&mut self, old: u32, node: u32) -> Result<()> {
        self.db.prepare_cached("INSERT OR IGNORE INTO renamed (old, node) VALUES (?1, ?2)")?.execute([old, node])?;
        Ok(())
    }

    fn renamed_from(&self, old: u32) -> Result<Vec<u32>> {
        let mut read = self.db.prepare_cached("SELECT node FROM renamed WHERE old = ?1")?;
        let rows = read.query_map([old], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn aliases(&self, node: u32) -> Result<Vec<(u32, u8)>> {
        let mut read = self.db.prepare_cached("SELECT other, reason FROM alias WHERE node = ?1 AND until IS NULL")?;
        let rows = read.query_map([node], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn namesakes(&self, node: u32) -> Result<Vec<u32>> {
        let mut read = self.db.prepare_cached(
            "SELECT other FROM alias WHERE node = ?1 AND until IS NULL UNION SELECT node FROM alias WHERE other = ?1 AND until IS NULL",
        )?;
        let rows = read.query_map([node], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn begin_alias(&mut self, node: u32, (other, reason): (u32, u8), at: u32) -> Result<()> {
        self.db
            .prepare_cached("INSERT INTO alias (node, other, reason, since) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![node, other, reason, at])?;
        Ok(())
    }

    fn end_alias(&mut self, node: u32, (other, reason): (u32, u8), at: u32) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE alias SET until = ?4 WHERE node = ?1 AND other = ?2 AND reason = ?3 AND until IS NULL",
            )?
            .execute(params![node, other, reason, at])?;
        Ok(())
    }
}
