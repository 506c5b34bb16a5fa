//! Joins in words that the parser does not know.

use super::{Repair, view::View};

/// How a join is done, not what it joins.
const MANNERS: [&str; 15] = [
    "ANY",
    "ALL",
    "ASOF",
    "GLOBAL",
    "DIRECTED",
    "HASH",
    "LOOP",
    "MERGE",
    "REMOTE",
    "PASTE",
    "POSITIONAL",
    "BROADCAST",
    "SHUFFLE",
    "OUTER",
    "DISTINCT",
];

const SIDES: [&str; 6] = ["LEFT", "RIGHT", "FULL", "INNER", "CROSS", "JOIN"];

pub(super) fn join(view: View<'_>, at: usize) -> Option<Repair> {
    using_list(view, at).or_else(|| around(view, at))
}

/// Words of a join around the place.
fn around(view: View<'_>, at: usize) -> Option<Repair> {
    let mut here = view.solid(at);
    for _ in 0..6 {
        let next = view.next(here);
        if view.any(here, &["SEMI", "ANTI"]) && view.any(next, &["LEFT", "RIGHT"]) {
            let mut with = view.copy(next..next + 1);
            with.push(view.gap(next));
            with.extend(view.copy(here..here + 1));
            let after = view.next(next);
            let end = if view.is(after, "OUTER") { after + 1 } else { next + 1 };
            return Some(Repair::respelled(here..end, with));
        }
        if is_manner(view, here) {
            return Some(Repair::dropped(here..here + 1));
        }
        // Hints in brackets.
        if view.is(here, "[") && view.is(view.group(here).saturating_sub(1), "]") && hinted(view, here) {
            return Some(Repair::dropped(here..view.group(here)));
        }
        here = view.before(here)?;
    }
    None
}

/// A word about the manner of a join, beside the words of one.
fn is_manner(view: View<'_>, at: usize) -> bool {
    if !view.any(at, &MANNERS) {
        return false;
    }
    let next = view.next(at);
    let before = view.before(at).unwrap_or(0);
    let beside = view.any(next, &SIDES) || view.any(next, &["SEMI", "ANTI"]) || is_manner_word(view, next);
    if view.is(at, "OUTER") {
        return beside && !view.any(before, &["LEFT", "RIGHT", "FULL"]);
    }
    beside && !view.any(before, &["UNION", "EXCEPT", "INTERSECT", "SELECT", "."])
}

fn is_manner_word(view: View<'_>, at: usize) -> bool {
    view.any(at, &MANNERS) && view.any(view.next(at), &["JOIN", "OUTER", "LEFT", "RIGHT", "FULL", "INNER"])
}

/// Impala's `[SHUFFLE]` after a join or a table's name.
fn hinted(view: View<'_>, at: usize) -> bool {
    let inner = view.next(at);
    view.any(inner, &["SHUFFLE", "NOSHUFFLE", "BROADCAST", "CLUSTERED", "NOCLUSTERED"])
}

/// `USING a, b` as `USING (a, b)`.
fn using_list(view: View<'_>, at: usize) -> Option<Repair> {
    let using = view.before(at).filter(|before| view.is(*before, "USING"))?;
    let start = view.next(using);
    if !view.is_word(start) {
        return None;
    }
    let mut end = start + 1;
    while view.is(view.solid(end), ",") && view.is_word(view.next(view.solid(end))) {
        end = view.next(view.solid(end)) + 1;
    }
    let mut with = view.made("(", start);
    with.extend(view.copy(start..end));
    with.extend(view.made(")", start));
    Some(Repair::respelled(start..end, with))
}
