//! The lineage topology in memory: nodes and edges as parallel vectors, the edges of a node as a list through them.
//! Nothing is ever taken out; an edge that ended says so, and a reader skips what is not valid at its revision. So a
//! reader needs no snapshot but a revision, and holds the lock for one hop at a time.

use crate::apply::{NewEdge, NewNode, key_hash};
use crate::ids::{EdgeId, NodeId, Revision};
use crate::model::{Edge, EdgeKind, EdgeKinds, NodeKind};
use crate::read::Shape;
use crate::store::Direction;

const NONE: u32 = u32::MAX;

#[derive(Default)]
pub(super) struct Topology {
    kind: Vec<NodeKind>,
    flags: Vec<u8>,
    parent: Vec<u32>,
    key_hash: Vec<u64>,
    created: Vec<u32>,
    ended: Vec<u32>,
    first_out: Vec<u32>,
    first_in: Vec<u32>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,

    src: Vec<u32>,
    dst: Vec<u32>,
    job: Vec<u32>,
    /// kind and, in the top bit, masking
    sort: Vec<u8>,
    since: Vec<u32>,
    until: Vec<u32>,
    next_out: Vec<u32>,
    next_in: Vec<u32>,
}

impl Topology {
    /// Node 0 stands for none.
    pub fn new() -> Topology {
        let mut topology = Topology::default();
        let none = NewNode { kind: NodeKind::Namespace, parent: NONE, key_hash: 0, flags: 0, created: NONE, ended: 0 };
        topology.add_node(none);
        topology
    }

    pub fn reserve(&mut self, nodes: usize, edges: usize) {
        for list in [
            &mut self.parent,
            &mut self.created,
            &mut self.ended,
            &mut self.first_out,
            &mut self.first_in,
            &mut self.first_child,
            &mut self.next_sibling,
        ] {
            list.reserve_exact(nodes);
        }
        self.kind.reserve_exact(nodes);
        self.flags.reserve_exact(nodes);
        self.key_hash.reserve_exact(nodes);
        for list in [
            &mut self.src,
            &mut self.dst,
            &mut self.job,
            &mut self.since,
            &mut self.until,
            &mut self.next_out,
            &mut self.next_in,
        ] {
            list.reserve_exact(edges);
        }
        self.sort.reserve_exact(edges);
    }

    pub fn node_count(&self) -> u32 {
        self.kind.len() as u32
    }

    pub fn edge_count(&self) -> u32 {
        self.src.len() as u32
    }

    pub fn add_node(&mut self, node: NewNode) {
        let id = self.node_count();
        self.kind.push(node.kind);
        self.flags.push(node.flags);
        self.parent.push(node.parent);
        self.key_hash.push(node.key_hash);
        self.created.push(node.created);
        self.ended.push(node.ended);
        self.first_out.push(NONE);
        self.first_in.push(NONE);
        self.first_child.push(NONE);
        let mut sibling = NONE;
        if let Some(first) = self.first_child.get_mut(node.parent as usize).filter(|_| node.parent != id) {
            sibling = std::mem::replace(first, id);
        }
        self.next_sibling.push(sibling);
    }

    pub fn set_span(&mut self, node: u32, created: u32, ended: u32) {
        self.created[node as usize] = created;
        self.ended[node as usize] = ended;
    }

    pub fn set_flags(&mut self, node: u32, flags: u8) {
        self.flags[node as usize] = flags;
    }

    pub fn add_edge(&mut self, edge: NewEdge) {
        let id = self.edge_count();
        self.src.push(edge.src);
        self.dst.push(edge.dst);
        self.job.push(edge.job);
        self.sort.push(edge.kind as u8 | u8::from(edge.masking) << 7);
        self.since.push(edge.since);
        self.until.push(edge.until);
        self.next_out.push(std::mem::replace(&mut self.first_out[edge.src as usize], id));
        self.next_in.push(std::mem::replace(&mut self.first_in[edge.dst as usize], id));
    }

    pub fn end_edge(&mut self, edge: u32, until: u32) {
        self.until[edge as usize] = until;
    }

    pub fn is_there(&self, node: u32) -> bool {
        self.ended[node as usize] == u32::MAX
    }

    /// The child with this key hash.
    fn child(&self, node: u32, key_hash: u64) -> Option<u32> {
        self.children(node).find(|&child| self.key_hash(child) == key_hash)
    }

    fn valid(&self, edge: u32, at: Revision) -> bool {
        self.since[edge as usize] <= at.0 && at.0 < self.until[edge as usize]
    }

    fn edge_kind(&self, edge: u32) -> EdgeKind {
        EdgeKind::ALL[usize::from(self.sort[edge as usize] & 0x7f)]
    }

    /// How many edges at the node are current.
    pub fn current_degree(&self, node: u32) -> usize {
        let out = chain(self.first_out[node as usize], &self.next_out);
        let into = chain(self.first_in[node as usize], &self.next_in);
        out.chain(into).filter(|&edge| self.until[edge as usize] == NONE).count()
    }
}

impl Shape for Topology {
    fn has(&self, node: u32) -> bool {
        node < self.node_count()
    }

    fn kind(&self, node: u32) -> NodeKind {
        self.kind[node as usize]
    }

    fn flags(&self, node: u32) -> u8 {
        self.flags[node as usize]
    }

    fn parent(&self, node: u32) -> u32 {
        self.parent[node as usize]
    }

    /// A node that ended and came back counts as there since it first began.
    fn exists(&self, node: u32, at: Revision) -> bool {
        self.created[node as usize] <= at.0 && at.0 < self.ended[node as usize]
    }

    fn key_hash(&self, column: u32) -> u64 {
        self.key_hash[column as usize]
    }

    fn children(&self, node: u32) -> impl Iterator<Item = u32> {
        chain(self.first_child[node as usize], &self.next_sibling)
    }

    fn column(&self, dataset: u32, key: &str) -> Option<u32> {
        self.child(dataset, key_hash(key))
    }

    fn twin(&self, column: u32, dataset: u32) -> Option<u32> {
        self.child(dataset, self.key_hash(column))
    }

    fn edges(
        &self,
        node: u32,
        direction: Direction,
        kinds: EdgeKinds,
        at: Revision,
    ) -> impl Iterator<Item = (u32, u32)> {
        let (first, next, other) = match direction {
            Direction::Downstream => (&self.first_out, &self.next_out, &self.dst),
            Direction::Upstream => (&self.first_in, &self.next_in, &self.src),
        };
        chain(first[node as usize], next)
            .filter(move |&edge| self.valid(edge, at) && kinds.contains(self.edge_kind(edge)))
            .map(move |edge| (edge, other[edge as usize]))
    }

    fn edge(&self, edge: u32) -> Edge {
        let at = edge as usize;
        Edge {
            id: EdgeId(edge),
            from: NodeId(self.src[at]),
            to: NodeId(self.dst[at]),
            kind: self.edge_kind(edge),
            masking: self.sort[at] & 0x80 != 0,
            job: (self.job[at] != 0).then_some(NodeId(self.job[at])),
        }
    }
}

fn chain(first: u32, next: &[u32]) -> impl Iterator<Item = u32> + '_ {
    std::iter::successors((first != NONE).then_some(first), |&at| {
        let then = next[at as usize];
        (then != NONE).then_some(then)
    })
}
