//! Which nodes the feed mentions between two revisions.

use std::time::{Duration, Instant};

use graph::{Feed, NodeId, NodeKind, Revision, Scan, Store};

use super::Times;
use crate::Result;

/// A set of nodes at one bit each: ids are small and dense.
#[derive(Clone, Default)]
pub struct NodeSet {
    words: Vec<u64>,
}

impl NodeSet {
    pub fn insert(&mut self, node: NodeId) {
        let (word, bit) = place(node);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
    }

    pub fn contains(&self, node: NodeId) -> bool {
        let (word, bit) = place(node);
        self.words.get(word).is_some_and(|held| held & bit != 0)
    }

    /// Those from `first` on, in order.
    pub fn from(&self, first: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let (start, _) = place(first);
        let words = self.words.iter().enumerate().skip(start).filter(|(_, held)| **held != 0);
        let nodes = words.flat_map(|(word, held)| {
            let bits = (0..64u32).filter(move |bit| held >> bit & 1 == 1);
            bits.map(move |bit| NodeId(word as u32 * 64 + bit))
        });
        nodes.filter(move |node| *node >= first)
    }
}

fn place(node: NodeId) -> (usize, u64) {
    ((node.0 / 64) as usize, 1 << (node.0 % 64))
}

/// What was touched, and whether the feed could tell.
#[derive(Default)]
pub struct Touched {
    pub nodes: NodeSet,
    /// The feed could not be read to its end in time.
    pub late: bool,
}

/// Commits read at a time, and nodes.
const FEED: usize = 1_000;
const SCAN: usize = 10_000;

/// Every node that began, changed, ended or had an edge of its own change after the earlier of the two and up to the
/// later. Where the feed no longer reaches back so far, every node of both times is taken for touched.
pub async fn touched(store: &dyn Store, times: Times, deadline: Option<Instant>) -> Result<Touched> {
    let (mut after, last) = (times.from.min(times.to), times.from.max(times.to));
    let mut touched = Touched::default();
    while after < last {
        if is_late(deadline) {
            touched.late = true;
            break;
        }
        let Feed::Changes(entries) = store.changes(after, FEED, Duration::ZERO).await? else {
            return everything(store, times, deadline).await;
        };
        let Some(newest) = entries.last() else { break };
        after = newest.revision;
        for entry in entries.iter().filter(|entry| entry.revision <= last) {
            entry.nodes.iter().for_each(|(node, _)| touched.nodes.insert(*node));
        }
    }
    Ok(touched)
}

async fn everything(store: &dyn Store, times: Times, deadline: Option<Instant>) -> Result<Touched> {
    let mut touched = Touched::default();
    for at in [times.from, times.to] {
        for kind in [NodeKind::Dataset, NodeKind::Column, NodeKind::Job] {
            touched.late |= !scan(store, (kind, at), &mut touched.nodes, deadline).await?;
        }
    }
    Ok(touched)
}

/// Adds all nodes of a kind; false when time ran out.
async fn scan(
    store: &dyn Store,
    (kind, at): (NodeKind, Revision),
    nodes: &mut NodeSet,
    deadline: Option<Instant>,
) -> Result<bool> {
    let mut after = None;
    loop {
        let page = store.scan(Scan { kind, parent: None, after, limit: SCAN, at }).await?;
        page.iter().for_each(|node| nodes.insert(*node));
        after = page.last().copied();
        if page.len() < SCAN {
            return Ok(true);
        }
        if is_late(deadline) {
            return Ok(false);
        }
    }
}

pub fn is_late(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}
