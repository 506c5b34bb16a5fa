//! Edges as a commit sees them, in their groups.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::layers::Layered;
use super::overlay::Overlay;
use crate::apply::{EdgeRow, Edges, Group};
use crate::store::Result;

#[derive(Default)]
pub(super) struct EdgeRows {
    /// The current edges of a group by id.
    pub groups: Layered<Group, Arc<BTreeMap<u32, EdgeRow>>>,
    pub begun: BTreeMap<u32, (Group, EdgeRow)>,
    pub ended: BTreeMap<u32, EdgeRow>,
}

impl EdgeRows {
    pub fn size(&self) -> usize {
        self.groups.len()
    }

    pub fn undo(&mut self) {
        self.groups.undo();
        self.begun.clear();
        self.ended.clear();
    }

    pub fn keep(&mut self) {
        self.groups.keep();
        self.begun.clear();
        self.ended.clear();
    }

    /// The group, to be changed.
    fn group(&mut self, group: Group) -> &mut BTreeMap<u32, EdgeRow> {
        if self.groups.get(&group).is_none() {
            self.groups.write(group, Arc::default());
        }
        Arc::make_mut(self.groups.change(&group).expect("the group is known, if only to be empty"))
    }
}

impl Overlay {
    /// Whether the database can hold nothing of the group, since a node that it hangs on is new.
    pub fn is_new_group(&self, group: Group) -> bool {
        match group {
            Group::Output { output, job } => self.is_new(output) || self.is_new(job),
            Group::Reads(node) | Group::Labels(node) => self.is_new(node),
        }
    }
}

impl Edges for &mut Overlay {
    fn edges(&self, group: Group) -> Result<Vec<(u32, EdgeRow)>> {
        let known = self.edges.groups.get(&group);
        if known.is_none() && !self.is_new_group(group) {
            self.need(|needs| needs.groups.insert(group));
        }
        Ok(known.map_or_else(Vec::new, |edges| edges.iter().map(|(id, edge)| (*id, *edge)).collect()))
    }

    fn begin_edge(&mut self, id: u32, group: Group, edge: EdgeRow, _: u32) -> Result<()> {
        self.edges.group(group).insert(id, edge);
        self.edges.begun.insert(id, (group, edge));
        Ok(())
    }

    fn end_edge(&mut self, id: u32, group: Group, _: u32) -> Result<()> {
        let edge = self.edges.group(group).remove(&id);
        // One that began in this commit was never there.
        if self.edges.begun.remove(&id).is_none() {
            self.edges.ended.extend(edge.map(|edge| (id, edge)));
        }
        Ok(())
    }
}
