//! `ALTER` in forms that the parser does not know.

use super::{Repair, view::View};

pub(super) fn alter(view: View<'_>, at: usize) -> Option<Repair> {
    let first = view.solid(0);
    if !view.is(first, "ALTER") {
        return None;
    }
    renamed_view(view, first).or_else(|| added(view, first, at)).or_else(|| existence(view, at))
}

/// A view is renamed, and its columns are, as a table is.
fn renamed_view(view: View<'_>, first: usize) -> Option<Repair> {
    let mut object = view.next(first);
    let modified = view.any(object, &["MATERIALIZED", "DYNAMIC", "EXTERNAL", "FOREIGN", "ICEBERG", "HYBRID"]);
    if modified {
        object = view.next(object);
    }
    let renames = (object..view.tokens.len()).any(|at| view.any(at, &["RENAME", "SWAP"]));
    let table = view.is(object, "TABLE");
    (renames && (view.is(object, "VIEW") || table && modified))
        .then(|| Repair::respelled(first..object + 1, view.made("ALTER TABLE", first)))
}

/// `ADD (a INT, b INT)` and `ADD a INT, b INT` with the words before each.
fn added(view: View<'_>, first: usize, at: usize) -> Option<Repair> {
    if !view.is(view.next(first), "TABLE") {
        return None;
    }
    let add = (first..=at.min(view.tokens.len() - 1)).rev().find(|at| view.is(*at, "ADD"))?;
    let column = view.next(add);
    let start = if view.any(column, &["COLUMN", "COLUMNS"]) { view.next(column) } else { column };
    let bracket = view.is(start, "(");
    let (from, end) = if bracket { (view.next(start), view.group(start) - 1) } else { (start, view.tokens.len()) };
    let mut out = Vec::new();
    let mut item = from;
    let mut stop = end;
    let mut several = bracket;
    while item < end {
        stop = view.until(item, |view, at| view.is(at, ",")).min(end);
        if !out.is_empty() {
            out.extend(view.made(",", item));
        }
        if !constrains(view, item) {
            out.extend(view.made("ADD COLUMN", item));
        } else if bracket {
            out.extend(view.made("ADD", item));
        }
        out.extend(view.copy(item..stop));
        let next = view.next(stop);
        if stop >= end || !bracket && (constrains(view, next) || view.any(next, &["ADD", "DROP", "ALTER", "MODIFY"])) {
            break;
        }
        several |= stop < end;
        item = next;
    }
    let end = if bracket { end + 1 } else { stop };
    (several && end > add).then(|| Repair::respelled(add..end, out))
}

fn constrains(view: View<'_>, at: usize) -> bool {
    view.any(at, &["CONSTRAINT", "PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "INDEX", "KEY", "PARTITION", "DEFAULT"])
}

/// `RENAME COLUMN IF EXISTS a TO b`.
fn existence(view: View<'_>, at: usize) -> Option<Repair> {
    let near = [Some(at), view.before(at)].into_iter().flatten();
    let start = near.into_iter().find(|at| view.is(*at, "IF"))?;
    let end = view.reads(start, "IF EXISTS").or_else(|| view.reads(start, "IF NOT EXISTS"))?;
    Some(Repair::dropped(start..end))
}
