//! The tables as a commit reads and changes them: every statement of SQL that it runs. What a table holds is said in
//! `schema.sql`.

mod edges;
mod inputs;
mod lineage;
mod nodes;
mod runs;

use rusqlite::{CachedStatement, Connection};

use super::topology::Topology;
use crate::apply::Before;
use crate::read::Shape;
use crate::store::{Result, StoreError};

/// The tables, inside the writer's transaction.
pub(super) struct SqlTables<'a> {
    db: &'a Connection,
    topology: &'a Topology,
    insert_node: Frequent<'a>,
    insert_edge: Frequent<'a>,
}

impl<'a> SqlTables<'a> {
    /// `topology` is as it was before the commit.
    pub fn new(db: &'a Connection, topology: &'a Topology) -> SqlTables<'a> {
        let (insert_node, insert_edge) = (Frequent::new(nodes::INSERT), Frequent::new(edges::INSERT));
        SqlTables { db, topology, insert_node, insert_edge }
    }
}

impl Before for SqlTables<'_> {
    fn first_new(&self) -> u32 {
        self.topology.node_count()
    }

    fn flags(&self, id: u32) -> u8 {
        self.topology.flags(id)
    }

    fn is_there(&self, id: u32) -> bool {
        self.topology.is_there(id)
    }

    fn degree(&self, id: u32) -> usize {
        self.topology.current_degree(id)
    }
}

/// A statement that a submission runs many times.
struct Frequent<'a> {
    sql: &'static str,
    prepared: Option<CachedStatement<'a>>,
}

impl<'a> Frequent<'a> {
    fn new(sql: &'static str) -> Frequent<'a> {
        Frequent { sql, prepared: None }
    }

    fn on(&mut self, db: &'a Connection) -> Result<&mut CachedStatement<'a>> {
        let prepared = match self.prepared.take() {
            Some(prepared) => prepared,
            None => db.prepare_cached(self.sql)?,
        };
        Ok(self.prepared.insert(prepared))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        StoreError::Backend(error.to_string())
    }
}
