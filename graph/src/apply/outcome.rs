//! What a commit does to what a store keeps in memory, and where its numbering stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::{AliasReason, EdgeKind, NodeKind, QualifiedName};
use crate::store::ChangeKind;

/// Marks of a node.
pub(crate) mod flag {
    /// An input named it, so it is there whatever edges it has.
    pub const MENTIONED: u8 = 1;
    /// Its life cycle is watched: it was dropped or renamed.
    pub const LIFECYCLE: u8 = 2;
    /// It has, or had, other names.
    pub const ALIASED: u8 = 4;
    /// It was only ever named as another name of a dataset.
    pub const NOMINAL: u8 = 8;
    /// A column that the current schema has.
    pub const DECLARED: u8 = 16;
    /// A job with a query that was not understood in full.
    pub const FAULTY: u8 = 32;
}

/// What a new node is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewNode {
    pub kind: NodeKind,
    pub parent: u32,
    pub key_hash: u64,
    pub flags: u8,
    pub created: u32,
    /// `NONE`-like `u32::MAX` while it is there.
    pub ended: u32,
}

/// What a new edge is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewEdge {
    pub src: u32,
    pub dst: u32,
    pub job: u32,
    pub kind: EdgeKind,
    pub masking: bool,
    pub since: u32,
    pub until: u32,
}

/// A change of the stored links.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AliasChange {
    Begin { node: u32, other: u32, reason: AliasReason, since: u32, until: u32 },
    End { node: u32, other: u32, until: u32 },
}

impl AliasChange {
    /// The datasets at the two ends.
    pub fn ends(&self) -> [u32; 2] {
        match *self {
            AliasChange::Begin { node, other, .. } | AliasChange::End { node, other, .. } => [node, other],
        }
    }
}

/// Where the numbering stands; taken back when a submission fails.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Counters {
    pub node: u32,
    pub edge: u32,
    /// Rows of runs, statements by design included.
    pub run: i64,
    pub statements: i64,
    pub sequence: i64,
    pub faults: u64,
    pub rejected: u64,
}

/// What a submission, or a whole commit, does to the memory of the store once it is durable.
#[derive(Default)]
pub(crate) struct Outcome {
    pub new_nodes: Vec<NewNode>,
    pub new_edges: Vec<NewEdge>,
    /// created and ended, by node
    pub spans: BTreeMap<u32, (u32, u32)>,
    pub flags: HashMap<u32, u8>,
    pub ended_edges: Vec<u32>,
    pub aliases: Vec<AliasChange>,
    /// Datasets with their names, for classes.
    pub named: Vec<(u32, QualifiedName)>,
    pub touched: BTreeMap<u32, ChangeKind>,
    /// Nodes whose cached form is out of date though no version of them changed.
    pub stale: BTreeSet<u32>,
    /// A name is spelled another way: the cached form of what hangs below it is out of date.
    pub respelled: bool,
    /// Change of the number of current edges, by node.
    pub degrees: HashMap<u32, i32>,
}

impl Outcome {
    pub fn absorb(&mut self, other: Outcome) {
        self.new_nodes.extend(other.new_nodes);
        self.new_edges.extend(other.new_edges);
        self.spans.extend(other.spans);
        self.flags.extend(other.flags);
        self.ended_edges.extend(other.ended_edges);
        self.aliases.extend(other.aliases);
        self.named.extend(other.named);
        for (node, change) in other.touched {
            touch(&mut self.touched, node, change);
        }
        self.stale.extend(other.stale);
        self.respelled |= other.respelled;
        for (node, change) in other.degrees {
            *self.degrees.entry(node).or_default() += change;
        }
    }
}

/// Notes a change of a node; of several in one commit the one that says most stays.
pub(super) fn touch(touched: &mut BTreeMap<u32, ChangeKind>, node: u32, change: ChangeKind) {
    let entry = touched.entry(node).or_insert(change);
    *entry = match (*entry, change) {
        (ChangeKind::Created, ChangeKind::Ended) | (_, ChangeKind::Ended) => ChangeKind::Ended,
        (ChangeKind::Ended, ChangeKind::Created) => ChangeKind::Updated,
        (old, new) => old.min(new),
    };
}
