//! Nodes: their names, their spans, their versions; and the other names of datasets.

use rusqlite::{OptionalExtension, params};

use super::super::records::Body;
use super::super::topology::flag;
use super::Tables;
use crate::model::{Field, NodeKind, NodeName, QualifiedName};
use crate::names;
use crate::store::Result;

pub(super) const INSERT: &str = "INSERT INTO node (id, kind, parent, key, name, created, ended, flags, since, body) \
                                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?6, ?9)";

/// A node as far as names go.
pub(in crate::embedded) struct Found {
    pub id: u32,
    pub name: String,
    pub flags: u8,
    pub ended: bool,
}

/// The newest version of a node.
pub(in crate::embedded) struct Version {
    pub since: u32,
    pub ended: bool,
    pub body: Body,
}

/// A column of a dataset.
pub(in crate::embedded) struct ColumnRow {
    pub key: String,
    pub id: u32,
    pub flags: u8,
    pub version: Version,
}

/// A node that begins.
pub(in crate::embedded) struct NodeRow<'n> {
    pub id: u32,
    pub kind: NodeKind,
    pub parent: u32,
    pub key: &'n str,
    pub name: &'n str,
    pub created: u32,
    pub ended: Option<u32>,
    pub flags: u8,
    pub body: &'n Body,
}

impl Tables<'_> {
    pub fn node(&self, parent: u32, kind: NodeKind, key: &str) -> Result<Option<Found>> {
        let mut find = self.db.prepare_cached(
            "SELECT id, name, flags, ended IS NOT NULL FROM node WHERE parent = ?1 AND kind = ?2 AND key = ?3",
        )?;
        let row = find.query_row(params![parent, kind as u8, key], |row| {
            Ok(Found { id: row.get(0)?, name: row.get(1)?, flags: row.get(2)?, ended: row.get(3)? })
        });
        Ok(row.optional()?)
    }

    /// A dataset by name, whether it is there or not.
    pub fn dataset(&self, name: &QualifiedName) -> Result<Option<u32>> {
        let Some(namespace) = self.node(0, NodeKind::Namespace, &names::namespace_key(&name.namespace))? else {
            return Ok(None);
        };
        let found = self.node(namespace.id, NodeKind::Dataset, &names::key(&NodeName::Dataset(name.clone())))?;
        Ok(found.map(|found| found.id))
    }

    /// All columns of a dataset, those that are not there included.
    pub fn columns(&self, dataset: u32) -> Result<Vec<ColumnRow>> {
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

    /// The columns that the schema of a dataset has, in its order.
    pub fn fields(&self, dataset: u32) -> Result<Vec<Field>> {
        let columns = self.columns(dataset)?.into_iter().filter(|column| column.flags & flag::DECLARED != 0);
        let mut fields: Vec<Field> = columns.filter_map(|column| column.version.body.ingested.field).collect();
        fields.sort_by_key(|field| field.position);
        Ok(fields)
    }

    pub fn insert_node(&mut self, row: &NodeRow<'_>) -> Result<()> {
        let NodeRow { id, kind, parent, key, name, created, ended, flags, body } = *row;
        let values = params![id, kind as u8, parent, key, name, created, ended, flags, body.write()];
        self.insert_node.on(self.db)?.execute(values)?;
        Ok(())
    }

    pub fn version(&self, id: u32) -> Result<Version> {
        let mut read = self.db.prepare_cached("SELECT since, ended IS NOT NULL, body FROM node WHERE id = ?1")?;
        let (since, ended, body): (u32, bool, String) =
            read.query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(Version { since, ended, body: Body::read(&body)? })
    }

    pub fn write_version(&self, id: u32, since: u32, body: &Body) -> Result<()> {
        self.db.prepare_cached("UPDATE node SET since = ?2, body = ?3 WHERE id = ?1")?.execute(params![
            id,
            since,
            body.write()
        ])?;
        Ok(())
    }

    /// Copies the newest version into the past, where it ends.
    pub fn keep_past(&self, id: u32, until: u32) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO node_past (id, since, until, body) SELECT id, since, ?2, body FROM node WHERE id = ?1",
            )?
            .execute(params![id, until])?;
        Ok(())
    }

    /// Since when the newest version is, and since when the node is.
    pub fn span(&self, id: u32) -> Result<(u32, u32)> {
        let mut read = self.db.prepare_cached("SELECT since, created FROM node WHERE id = ?1")?;
        Ok(read.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Makes a node that was not there begin; answers since when it is. One that was there before began then.
    pub fn begin_node(&self, id: u32, at: u32) -> Result<u32> {
        let mut begin = self.db.prepare_cached(
            "UPDATE node SET ended = NULL, since = ?2, created = iif(ended > created, created, ?2) WHERE id = ?1 \
             RETURNING created",
        )?;
        Ok(begin.query_row(params![id, at], |row| row.get(0))?)
    }

    pub fn end_node(&self, id: u32, at: u32) -> Result<()> {
        self.db.prepare_cached("UPDATE node SET ended = ?2 WHERE id = ?1")?.execute(params![id, at])?;
        Ok(())
    }

    pub fn rename_node(&self, id: u32, name: &str) -> Result<()> {
        self.db.prepare_cached("UPDATE node SET name = ?2 WHERE id = ?1")?.execute(params![id, name])?;
        Ok(())
    }

    pub fn set_flags(&self, id: u32, flags: u8) -> Result<()> {
        self.db.prepare_cached("UPDATE node SET flags = ?2 WHERE id = ?1")?.execute(params![id, flags])?;
        Ok(())
    }

    /// The name of a dataset or a job as it is shown.
    pub fn name(&self, id: u32) -> Result<QualifiedName> {
        let mut read = self.db.prepare_cached(
            "SELECT space.name, node.name FROM node JOIN node AS space ON space.id = node.parent WHERE node.id = ?1",
        )?;
        Ok(read.query_row([id], |row| Ok(QualifiedName { namespace: row.get(0)?, name: row.get(1)? }))?)
    }

    /// Notes that a dataset was said to have been called otherwise.
    pub fn note_renamed(&self, old: u32, node: u32) -> Result<()> {
        self.db.prepare_cached("INSERT OR IGNORE INTO renamed (old, node) VALUES (?1, ?2)")?.execute([old, node])?;
        Ok(())
    }

    /// Datasets that were ever said to be what became of this one by renaming.
    pub fn renamed_from(&self, old: u32) -> Result<Vec<u32>> {
        let mut read = self.db.prepare_cached("SELECT node FROM renamed WHERE old = ?1")?;
        let rows = read.query_map([old], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The current other names of a dataset, as it says itself: row, dataset, reason.
    pub fn aliases(&self, node: u32) -> Result<Vec<(i64, u32, u8)>> {
        let mut read =
            self.db.prepare_cached("SELECT id, other, reason FROM alias WHERE node = ?1 AND until IS NULL")?;
        let rows = read.query_map([node], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Datasets that are called as this one is, whoever said so.
    pub fn namesakes(&self, node: u32) -> Result<Vec<u32>> {
        let mut read = self.db.prepare_cached(
            "SELECT other FROM alias WHERE node = ?1 AND until IS NULL UNION SELECT node FROM alias WHERE other = ?1 AND until IS NULL",
        )?;
        let rows = read.query_map([node], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub fn begin_alias(&self, node: u32, other: u32, reason: u8, at: u32) -> Result<()> {
        self.db
            .prepare_cached("INSERT INTO alias (node, other, reason, since) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![node, other, reason, at])?;
        Ok(())
    }

    pub fn end_alias(&self, id: i64, at: u32) -> Result<()> {
        self.db.prepare_cached("UPDATE alias SET until = ?2 WHERE id = ?1")?.execute(params![id, at])?;
        Ok(())
    }
}
