//! The tables as the writer reads and changes them: every statement of SQL that a commit runs, and nothing of what it
//! means. What a table holds is said in `schema.sql`.

mod edges;
mod inputs;
mod lineage;
mod nodes;
mod runs;

pub(super) use edges::{EdgeRow, Group};
pub(super) use inputs::InputRow;
pub(super) use lineage::OutputRow;
pub(super) use nodes::{ColumnRow, Found, NodeRow, Version};
pub(super) use runs::{RunRow, StoredRun};

use rusqlite::{CachedStatement, Connection};

use crate::store::{Result, StoreError};

/// The tables, inside the writer's transaction.
pub(super) struct Tables<'a> {
    db: &'a Connection,
    insert_node: Frequent<'a>,
    insert_edge: Frequent<'a>,
}

impl<'a> Tables<'a> {
    pub fn new(db: &'a Connection) -> Tables<'a> {
        Tables { db, insert_node: Frequent::new(nodes::INSERT), insert_edge: Frequent::new(edges::INSERT) }
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
