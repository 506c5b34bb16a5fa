//! How many there are of what is shown. Nodes are counted as they come and go; the several names of one dataset, and the
//! columns that they share, are one each, so that what they are too many is taken off again.

use std::collections::{BTreeSet, HashSet};

use crate::aliases::Aliases;
use crate::apply::Outcome;
use crate::ids::Revision;
use crate::model::{EdgeKind, NodeKind};
use crate::read::{Shape, View};
use crate::store::Totals;

/// Nodes beyond the first of each class.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Surplus {
    datasets: i64,
    columns: i64,
}

impl Surplus {
    /// The surplus among some datasets, which hold every name of each of them.
    pub fn of(view: &View<'_, impl Shape>, datasets: &BTreeSet<u32>) -> Surplus {
        let mut surplus = Surplus::default();
        let mut seen = HashSet::new();
        for dataset in datasets.iter().copied().filter(|dataset| view.shape.has(*dataset)) {
            if seen.contains(&dataset) {
                continue;
            }
            let class = view.class(dataset);
            let there = class.iter().filter(|member| view.shape.exists(**member, view.at)).count();
            surplus.datasets += there.saturating_sub(1) as i64;
            surplus.columns += shared_columns(view, &class);
            seen.extend(class);
        }
        surplus
    }

    /// Takes off `self`, which `before` was taken off of already.
    pub fn take_off(self, before: Surplus, totals: &mut Totals) {
        totals.datasets = totals.datasets.saturating_add_signed(before.datasets - self.datasets);
        totals.columns = totals.columns.saturating_add_signed(before.columns - self.columns);
    }
}

fn shared_columns(view: &View<'_, impl Shape>, class: &[u32]) -> i64 {
    if class.len() == 1 {
        return 0;
    }
    let (mut keys, mut all) = (HashSet::new(), 0);
    for column in class.iter().flat_map(|member| view.shape.children(*member)) {
        if view.shape.kind(column) == NodeKind::Column && view.shape.exists(column, view.at) {
            keys.insert(view.shape.key_hash(column));
            all += 1;
        }
    }
    all - keys.len() as i64
}

/// The datasets whose classes a commit may change, with all that were ever called as they are.
pub(crate) fn regrouped(outcome: &Outcome, shape: &impl Shape, aliases: &Aliases) -> BTreeSet<u32> {
    let known = |node: u32| shape.has(node);
    let dataset_of = |node: u32| match shape.kind(node) {
        NodeKind::Dataset => Some(node),
        NodeKind::Column => Some(shape.parent(node)),
        NodeKind::Namespace | NodeKind::Job | NodeKind::Owner | NodeKind::Tag => None,
    };
    let grown = outcome.new_nodes.iter().filter(|node| node.kind == NodeKind::Column).map(|node| node.parent);
    let moved = outcome.spans.keys().copied().filter(|node| known(*node)).filter_map(dataset_of);
    let linked = grown.chain(moved).filter(|dataset| known(*dataset) && aliases.is_linked(*dataset));
    let ruled = outcome.named.iter().filter(|_| !aliases.without_rules());
    let named = ruled.flat_map(|(node, name)| aliases.would_join(name).iter().chain([node]).copied());
    let renamed = outcome.aliases.iter().flat_map(|change| change.ends());
    let mut found = BTreeSet::new();
    for dataset in linked.chain(named).chain(renamed) {
        if !found.contains(&dataset) {
            found.extend(aliases.ever_linked(dataset));
        }
    }
    found
}

/// Counts the nodes of a kind as more or fewer.
pub(crate) fn count_node(totals: &mut Totals, kind: NodeKind, change: i64) {
    let count = match kind {
        NodeKind::Dataset => &mut totals.datasets,
        NodeKind::Column => &mut totals.columns,
        NodeKind::Job => &mut totals.jobs,
        NodeKind::Namespace | NodeKind::Owner | NodeKind::Tag => return,
    };
    *count = count.saturating_add_signed(change);
}

/// By how many lineage edges a commit makes more; `kind` tells that of an edge from before it.
pub(crate) fn lineage_change(outcome: &Outcome, first_new: u32, kind: impl Fn(u32) -> EdgeKind) -> i64 {
    let new = outcome.new_edges.iter().filter(|edge| edge.kind.is_lineage()).count() as i64;
    let kind = |edge: u32| match edge.checked_sub(first_new) {
        None => kind(edge),
        Some(new) => outcome.new_edges[new as usize].kind,
    };
    new - outcome.ended_edges.iter().filter(|edge| kind(**edge).is_lineage()).count() as i64
}

/// The surplus among all datasets of a store.
pub(crate) fn surplus(shape: &impl Shape, aliases: &Aliases, at: Revision) -> Surplus {
    Surplus::of(&View { shape, aliases, at }, &aliases.linked().collect())
}
