//! One hop of edges from every node of a frontier.

use std::collections::HashSet;

use super::{Shape, View};
use crate::ids::NodeId;
use crate::model::*;
use crate::store::{Direction, Hop};

/// One hop from every node of a frontier; an edge is told once however many names its ends have.
pub(crate) fn hop<S: Shape>(view: &View<'_, S>, hop: &Hop<'_>) -> Vec<Edge> {
    let (told, merged) = (HashSet::new(), HashSet::new());
    let mut edges = Edges { view, hop, edges: Vec::new(), merged, told };
    for node in hop.frontier.iter().filter(|node| view.shape.has(node.0)) {
        edges.add_all(node.0);
    }
    edges.edges
}

/// Gathers the edges of a hop.
struct Edges<'a, S> {
    view: &'a View<'a, S>,
    hop: &'a Hop<'a>,
    edges: Vec<Edge>,
    /// Edges told under other names of their ends.
    merged: HashSet<(NodeId, NodeId, EdgeKind, bool, Option<NodeId>)>,
    /// Datasets whose gaps were told.
    told: HashSet<u32>,
}

impl<S: Shape> Edges<'_, S> {
    fn add_all(&mut self, node: u32) {
        let ties = self.hop.kinds.without(EdgeKinds::GAPS);
        let by_column = ties.intersects(EdgeKinds::COLUMN);
        match (self.view.shape.kind(node), self.hop.direction) {
            (NodeKind::Dataset, _) if by_column => {
                self.add(node, node, ties);
                self.add_gaps(node);
                let columns: Vec<u32> =
                    self.view.class(node).iter().flat_map(|d| self.view.shape.children(*d)).collect();
                for column in columns {
                    self.add(column, self.view.representative(column), ties);
                }
            }
            (NodeKind::Column, direction) => {
                self.add(node, node, ties);
                let dataset = self.view.dataset(self.view.shape.parent(node));
                if by_column && direction == Direction::Upstream {
                    self.add(dataset, dataset, ties);
                }
                self.add_gaps(dataset);
            }
            _ => self.add(node, node, self.hop.kinds),
        }
    }

    /// The gaps of a dataset, once.
    fn add_gaps(&mut self, dataset: u32) {
        let gaps = self.hop.kinds.intersection(EdgeKinds::GAPS);
        if gaps != EdgeKinds::NONE && self.told.insert(dataset) {
            self.add(dataset, dataset, gaps);
        }
    }

    /// The edges of a node and of all that are one with it, told of `near`.
    fn add(&mut self, node: u32, near: u32, kinds: EdgeKinds) {
        let (shape, hop) = (self.view.shape, self.hop);
        let class = self.view.class(node);
        for member in &class {
            for (id, other) in shape.edges(*member, hop.direction, kinds, hop.at) {
                let far = self.view.representative(other);
                let is_merged = class.len() > 1 || far != other;
                let mut edge = shape.edge(id);
                (edge.from, edge.to) = match hop.direction {
                    Direction::Downstream => (NodeId(near), NodeId(far)),
                    Direction::Upstream => (NodeId(far), NodeId(near)),
                };
                let same = (edge.from, edge.to, edge.kind, edge.masking, edge.job);
                if !is_merged || (edge.from != edge.to && self.merged.insert(same)) {
                    self.edges.push(edge);
                }
            }
        }
    }
}
