//! Which columns changed their place, and which were only pushed by others that came or went.

use std::collections::{HashMap, HashSet};

use graph::NodeId;

/// The fewest columns that have to be moved to get from one order to the other; what came or went plays no part.
pub fn moved(before: &[NodeId], after: &[NodeId]) -> HashSet<NodeId> {
    let places: HashMap<NodeId, usize> = after.iter().enumerate().map(|(place, node)| (*node, place)).collect();
    let common: Vec<(NodeId, usize)> =
        before.iter().filter_map(|node| Some((*node, *places.get(node)?))).collect();
    let stay = longest_rise(&common.iter().map(|(_, place)| *place).collect::<Vec<_>>());
    common.iter().enumerate().filter(|(index, _)| !stay.contains(index)).map(|(_, (node, _))| *node).collect()
}

/// The indices of a longest strictly rising subsequence.
fn longest_rise(values: &[usize]) -> HashSet<usize> {
    // `ends[k]` is the index of the least value that a rising sequence of k + 1 values can end with.
    let (mut ends, mut before): (Vec<usize>, Vec<Option<usize>>) = (Vec::new(), Vec::with_capacity(values.len()));
    for (index, value) in values.iter().enumerate() {
        let length = ends.partition_point(|end| values[*end] < *value);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut stay = HashSet::new();
    let mut at = ends.last().copied();
    while let Some(index) = at {
        stay.insert(index);
        at = before[index];
    }
    stay
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str, expected: &str) {
        let order = |text: &str| text.bytes().map(|letter| NodeId(letter.into())).collect::<Vec<_>>();
        let mut found: Vec<char> =
            moved(&order(before), &order(after)).iter().filter_map(|node| char::from_u32(node.0)).collect();
        found.sort_unstable();
        assert_eq!(found.into_iter().collect::<String>(), expected);
    }

    #[test]
    fn a_column_that_others_push_has_not_moved() {
        check("abc", "abc", "");
        check("abc", "xabc", "");
        check("abcd", "acd", "");
        check("abc", "bca", "a");
        check("abcd", "dabc", "d");
        check("abcd", "xbydza", "ad");
    }
}
