//! Edges, in groups that begin and end together.

use rusqlite::params;

use super::Tables;
use crate::store::Result;

pub(super) const INSERT: &str = "INSERT INTO edge (id, kind, src, dst, masking, output, job, since) \
                                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// A group of edges.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::embedded) enum Group {
    /// Lineage of a dataset by a job; job 0 is the dataset's own statement.
    Output { output: u32, job: u32 },
    /// What a job reads.
    Reads(u32),
    /// Owners and tags of a node, and a job's parent.
    Labels(u32),
}

impl Group {
    fn columns(self) -> (u32, u32) {
        match self {
            Group::Output { output, job } => (output, job),
            Group::Reads(job) => (0, job),
            Group::Labels(node) => (node, u32::MAX),
        }
    }

    pub fn job(self) -> u32 {
        match self {
            Group::Output { job, .. } | Group::Reads(job) => job,
            Group::Labels(_) => 0,
        }
    }
}

/// One edge of a group: kind, source, target, masking.
pub(in crate::embedded) type EdgeRow = (u8, u32, u32, bool);

impl Tables<'_> {
    /// The current edges of a group.
    pub fn edges(&self, group: Group) -> Result<Vec<(u32, EdgeRow)>> {
        let (output, job) = group.columns();
        let mut read = self.db.prepare_cached(
            "SELECT id, kind, src, dst, masking FROM edge WHERE output = ?1 AND job = ?2 AND until IS NULL",
        )?;
        let rows = read.query_map(params![output, job], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    pub fn begin_edge(&mut self, id: u32, group: Group, edge: EdgeRow, at: u32) -> Result<()> {
        let ((kind, src, dst, masking), (output, job)) = (edge, group.columns());
        let values = params![id, kind, src, dst, masking, output, job, at];
        self.insert_edge.on(self.db)?.execute(values)?;
        Ok(())
    }

    pub fn end_edge(&self, id: u32, at: u32) -> Result<()> {
        self.db.prepare_cached("UPDATE edge SET until = ?2 WHERE id = ?1")?.execute(params![id, at])?;
        Ok(())
    }
}
