//! Edges, kept in groups: those of one output by one job. A group is told what it should be and begins and ends edges.

use std::collections::BTreeSet;

use super::Apply;
use super::outcome::NewEdge;
use super::tables::{EdgeRow, Group, Tables};
use crate::model::EdgeKind;
use crate::store::{ChangeKind, Result, StoreError};

impl<T: Tables> Apply<'_, T> {
    /// Makes the current edges of a group be exactly these.
    pub(super) fn set_edges(&mut self, group: Group, mut wanted: BTreeSet<EdgeRow>) -> Result<()> {
        for (id, edge) in self.tables.edges(group)? {
            if !wanted.remove(&edge) {
                self.end_edge(group, id, edge)?;
            }
        }
        wanted.into_iter().try_for_each(|edge| self.begin_edge(group, edge))
    }

    fn begin_edge(&mut self, group: Group, (kind, src, dst, masking): EdgeRow) -> Result<()> {
        let id = self.counters.edge;
        self.counters.edge =
            id.checked_add(1).ok_or_else(|| StoreError::Refused("the store is full of edges".to_owned()))?;
        self.tables.begin_edge(id, group, (kind, src, dst, masking), self.revision)?;
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

    fn end_edge(&mut self, group: Group, id: u32, (_, src, dst, _): EdgeRow) -> Result<()> {
        self.tables.end_edge(id, group, self.revision)?;
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
