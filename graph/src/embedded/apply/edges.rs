//! Edges, kept in groups: those of one output by one job. A group is told what it should be and begins and ends edges.

use std::collections::BTreeSet;

use rusqlite::params;

use super::super::topology::NewEdge;
use super::Apply;
use crate::model::EdgeKind;
use crate::store::{ChangeKind, Result, StoreError};

pub(super) const INSERT: &str = "INSERT INTO edge (id, kind, src, dst, masking, output, job, since) \
                                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/// A group of edges.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
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

    fn job(self) -> u32 {
        match self {
            Group::Output { job, .. } | Group::Reads(job) => job,
            Group::Labels(_) => 0,
        }
    }
}

/// One edge of a group: kind, source, target, masking.
pub(super) type Wanted = (u8, u32, u32, bool);

impl Apply<'_> {
    /// Makes the current edges of a group be exactly these.
    pub(super) fn set_edges(&mut self, group: Group, mut wanted: BTreeSet<Wanted>) -> Result<()> {
        for (id, edge) in self.edges_of(group)? {
            if !wanted.remove(&edge) {
                self.end_edge(id, edge)?;
            }
        }
        wanted.into_iter().try_for_each(|edge| self.begin_edge(group, edge))
    }

    pub(super) fn edges_of(&self, group: Group) -> Result<Vec<(u32, Wanted)>> {
        let (output, job) = group.columns();
        let mut read = self.db.prepare_cached(
            "SELECT id, kind, src, dst, masking FROM edge WHERE output = ?1 AND job = ?2 AND until IS NULL",
        )?;
        let rows = read.query_map(params![output, job], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        })?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    fn begin_edge(&mut self, group: Group, (kind, src, dst, masking): Wanted) -> Result<()> {
        let id = self.counters.edge;
        self.counters.edge =
            id.checked_add(1).ok_or_else(|| StoreError::Refused("the store is full of edges".to_owned()))?;
        let (output, job) = group.columns();
        let values = params![id, kind, src, dst, masking, output, job, self.revision];
        self.insert_edge.on(self.db)?.execute(values)?;
        self.out.new_edges.push(NewEdge {
            src,
            dst,
            job: group.job(),
            kind: EdgeKind::ALL[usize::from(kind)],
            masking,
            since: self.revision,
            until: u32::MAX,
        });
        self.count_edge(src, dst, 1);
        Ok(())
    }

    fn end_edge(&mut self, id: u32, (_, src, dst, _): Wanted) -> Result<()> {
        self.db.prepare_cached("UPDATE edge SET until = ?2 WHERE id = ?1")?.execute(params![id, self.revision])?;
        self.out.ended_edges.push(id);
        self.count_edge(src, dst, -1);
        Ok(())
    }

    fn count_edge(&mut self, src: u32, dst: u32, change: i32) {
        for node in [src, dst] {
            *self.out.degrees.entry(node).or_default() += change;
            if change > 0 {
                self.unsettle(node);
            } else {
                self.unsettled.insert(node);
            }
            self.touch(node, ChangeKind::Linked);
        }
    }
}
