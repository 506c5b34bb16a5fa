//! Which columns changed their place, and which were only pushed by others that came or went.

use std::collections::{HashMap, HashSet};

use graph::NodeId;

/// Columns that have to be moved to get from one order to the other, as few as there can be when one that kept its
/// number stays; what came or went plays no part. Each order is of numbers and columns, sorted.
pub fn moved(before: &[(u32, NodeId)], after: &[(u32, NodeId)]) -> HashSet<NodeId> {
    let places: HashMap<NodeId, (usize, u32)> =
        after.iter().enumerate().map(|(place, (number, node))| (*node, (place, *number))).collect();
    let common: Vec<Common> = before
        .iter()
        .filter_map(|(number, node)| {
            let (place, new) = *places.get(node)?;
            Some(Common { node: *node, place, is_kept: *number == new })
        })
        .collect();
    let kept: Vec<usize> = common.iter().filter(|column| column.is_kept).map(|column| column.place).collect();
    let mut passed = 0;
    let mut fitting: Vec<&Common> = Vec::new();
    for column in &common {
        if column.is_kept || kept.partition_point(|place| *place < column.place) == passed {
            fitting.push(column);
        }
        passed += usize::from(column.is_kept);
    }
    let rise = longest_rise(&fitting.iter().map(|column| column.place).collect::<Vec<_>>());
    let stay: HashSet<NodeId> = rise.into_iter().map(|index| fitting[index].node).collect();
    common.into_iter().map(|column| column.node).filter(|node| !stay.contains(node)).collect()
}

/// A column of both orders.
struct Common {
    node: NodeId,
    /// In the later order.
    place: usize,
    /// It has the same number in both.
    is_kept: bool,
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
        let order = |text: &str| (0..).zip(text.bytes().map(|letter| NodeId(letter.into()))).collect::<Vec<_>>();
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
        check("abcd", "xbydza", "a");
        check("abc", "cb", "c");
        check("abc", "cba", "ac");
    }
}
