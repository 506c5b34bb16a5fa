//! The shape of the graph and the names that mean the same, together as of a revision.

use crate::aliases::Aliases;
use crate::ids::Revision;
use crate::model::{Edge, EdgeKinds, NodeKind};
use crate::store::Direction;

/// The shape of the graph: which nodes there are, what hangs below what, and the edges.
pub(crate) trait Shape {
    fn has(&self, node: u32) -> bool;
    fn kind(&self, node: u32) -> NodeKind;
    fn flags(&self, node: u32) -> u8;
    fn parent(&self, node: u32) -> u32;
    fn exists(&self, node: u32, at: Revision) -> bool;
    /// Tells the columns of a dataset apart.
    fn key_hash(&self, column: u32) -> u64;
    /// The columns of a dataset, and what else hangs below it.
    fn children(&self, node: u32) -> impl Iterator<Item = u32>;
    /// The column of a dataset with this key.
    fn column(&self, dataset: u32, key: &str) -> Option<u32>;
    /// The column of another dataset with the key of this one.
    fn twin(&self, column: u32, dataset: u32) -> Option<u32>;
    /// Edges at a node in a direction that are valid at `at`, the newest first, with the node at the other end.
    fn edges(
        &self,
        node: u32,
        direction: Direction,
        kinds: EdgeKinds,
        at: Revision,
    ) -> impl Iterator<Item = (u32, u32)>;
    /// An edge between its own ends, not their representatives.
    fn edge(&self, edge: u32) -> Edge;
}

/// A shape and aliases, as of a revision.
pub(crate) struct View<'a, S> {
    pub shape: &'a S,
    pub aliases: &'a Aliases,
    pub at: Revision,
}

impl<S: Shape> View<'_, S> {
    /// All nodes that are one with this one, the representative first; alone for most.
    pub fn class(&self, node: u32) -> Vec<u32> {
        match self.shape.kind(node) {
            NodeKind::Dataset if self.aliases.is_linked(node) => self.aliases.class(node, self.at),
            NodeKind::Column if self.aliases.is_linked(self.shape.parent(node)) => self.column_class(node),
            _ => vec![node],
        }
    }

    fn column_class(&self, column: u32) -> Vec<u32> {
        let datasets = self.aliases.class(self.shape.parent(column), self.at);
        let columns = datasets.iter().filter_map(|dataset| self.shape.twin(column, *dataset));
        let there: Vec<u32> = columns.filter(|column| self.shape.exists(*column, self.at)).collect();
        if there.is_empty() { vec![column] } else { there }
    }

    pub fn representative(&self, node: u32) -> u32 {
        match self.shape.kind(node) {
            NodeKind::Dataset => self.dataset(node),
            NodeKind::Column if self.aliases.is_linked(self.shape.parent(node)) => self.column_class(node)[0],
            _ => node,
        }
    }

    /// The representative of a dataset.
    pub fn dataset(&self, dataset: u32) -> u32 {
        if self.aliases.is_linked(dataset) { self.aliases.class(dataset, self.at)[0] } else { dataset }
    }

    /// Whether the node has, or had, other names, by itself or through its dataset.
    pub fn has_names(&self, node: u32) -> bool {
        match self.shape.kind(node) {
            NodeKind::Dataset => self.aliases.is_linked(node),
            NodeKind::Column => self.aliases.is_linked(self.shape.parent(node)),
            NodeKind::Namespace | NodeKind::Job | NodeKind::Owner | NodeKind::Tag => false,
        }
    }

    /// The node is there, and stands for all that are one with it.
    pub fn stands(&self, node: u32) -> bool {
        self.shape.exists(node, self.at) && self.representative(node) == node
    }
}
