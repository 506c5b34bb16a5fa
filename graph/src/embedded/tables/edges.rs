//! Edges, in groups that begin and end together.

use rusqlite::params;

use super::SqlTables;
use crate::apply::{EdgeRow, Edges, Group};
use crate::store::Result;

pub(super) const INSERT: &str = "INSERT INTO edge (id, kind, src, dst, masking, output, job, since) \
                                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

impl Edges for SqlTables<'_> {
    fn edges(&self, group: Group) -> Result<Vec<(u32, EdgeRow)>> {
        let (output, job) = group.columns();
        let mut read = self.db.prepare_cached(
            "SELECT id, kind, src, dst, masking FROM edge WHERE output = ?1 AND job = ?2 AND until IS NULL",
        )?;
        let rows = read.query_map(params![output, job], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    fn begin_edge(&mut self, id: u32, group: Group, edge: EdgeRow, at: u32) -> Result<()> {
        let ((kind, src, dst, masking), (output, job)) = (edge, group.columns());
        let values = params![id, kind, src, dst, masking, output, job, at];
        self.insert_edge.on(self.db)?.execute(values)?;
        Ok(())
    }

    fn end_edge(&mut self, id: u32, _: Group, at: u32) -> Result<()> {
        self.db.prepare_cached("UPDATE edge SET until = ?2 WHERE id = ?1")?.execute(params![id, at])?;
        Ok(())
    }
}
