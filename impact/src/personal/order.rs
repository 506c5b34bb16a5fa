//! Upstream before downstream.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use graph::NodeId;

/// Datasets in the order in which they are erased.
pub(super) struct Places {
    pub order: Vec<NodeId>,
    /// Those that are made from themselves in the end, so that no order is right.
    pub circles: BTreeSet<NodeId>,
    places: HashMap<NodeId, usize>,
}

impl Places {
    pub fn place(&self, dataset: NodeId) -> Option<usize> {
        self.places.get(&dataset).copied()
    }
}

/// Each dataset after all that it is made from; where several could come next, all of one depth together and the
/// smallest first. A circle is cut at its
/// largest.
pub(super) fn order<K: Ord>(mut waits: BTreeMap<NodeId, BTreeSet<NodeId>>, rank: impl Fn(NodeId) -> K) -> Places {
    let mut feeds: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    for (dataset, from) in &waits {
        from.iter().for_each(|from| feeds.entry(*from).or_default().push(*dataset));
    }
    let (mut order, mut circles) = (Vec::new(), BTreeSet::new());
    while !waits.is_empty() {
        let mut ready: Vec<NodeId> = waits.iter().filter(|(_, from)| from.is_empty()).map(|(id, _)| *id).collect();
        if ready.is_empty() {
            let cut = waits.keys().copied().filter(|id| is_in_circle(*id, &waits)).max_by_key(|id| rank(*id));
            circles.extend(cut);
            ready.extend(cut.or_else(|| waits.keys().next().copied()));
        }
        ready.sort_by_cached_key(|id| rank(*id));
        for id in &ready {
            waits.remove(id);
            for fed in feeds.get(id).into_iter().flatten() {
                waits.get_mut(fed).into_iter().for_each(|from| {
                    from.remove(id);
                });
            }
        }
        order.extend(ready);
    }
    let places = order.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    Places { order, circles, places }
}

/// Whether a dataset waits for itself in the end.
fn is_in_circle(id: NodeId, waits: &BTreeMap<NodeId, BTreeSet<NodeId>>) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![id]);
    while let Some(at) = next.pop() {
        for from in waits.get(&at).into_iter().flatten().copied() {
            if from == id {
                return true;
            }
            if waits.contains_key(&from) && seen.insert(from) {
                next.push(from);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(feeds: &[(u32, u32)], expected: &str) {
        let mut waits: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
        for (from, to) in feeds {
            waits.entry(NodeId(*from)).or_default();
            waits.entry(NodeId(*to)).or_default().insert(NodeId(*from));
        }
        let found = order(waits, |id| id);
        let told = found.order.iter().map(|id| match found.circles.contains(id) {
            true => format!("({})", id.0),
            false => id.0.to_string(),
        });
        assert_eq!(told.collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn what_is_made_of_others_comes_after_them() {
        check(&[(3, 1), (1, 2), (3, 2), (4, 2)], "3 4 1 2");
    }

    #[test]
    fn a_circle_is_cut_once_and_said() {
        check(&[(1, 2), (2, 3), (3, 2), (3, 4)], "1 (3) 2 4");
    }
}
