//! DuckDB's pivots: as statements, and with words of their own.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Repair, view::View};

/// Words in an aggregate that are no columns.
const NO_COLUMNS: [&str; 21] = [
    "AS", "DISTINCT", "ORDER", "BY", "FILTER", "WHERE", "AND", "OR", "NOT", "NULL", "CASE", "WHEN", "THEN", "ELSE",
    "END", "IN", "IS", "LIKE", "BETWEEN", "ASC", "DESC",
];

pub(super) fn pivots(view: View<'_>, _at: usize) -> Option<Repair> {
    let mut last = None;
    for at in 0..view.tokens.len() {
        if !matches!(view.token(at), Token::Word(_)) {
            continue;
        }
        let begins = view.before(at).is_none_or(|before| view.any(before, &["(", "AS"]))
            && !view.is(view.next(at), "(")
            || view.before(at).is_none_or(|before| view.any(before, &["(", "AS"]))
                && view.any(view.next(view.next(at)), &["SELECT", "FROM", "WITH"]);
        if begins && view.any(at, &["PIVOT", "PIVOT_WIDER", "UNPIVOT", "PIVOT_LONGER"]) {
            last = Some(at);
        }
    }
    match last {
        Some(at) if view.any(at, &["PIVOT", "PIVOT_WIDER"]) => pivot(view, at),
        Some(at) => unpivot(view, at),
        None => several_keys(view).or_else(|| grouped(view)),
    }
}

/// Where a clause of such a statement ends.
fn clause(view: View<'_>, at: usize) -> usize {
    const ENDS: [&str; 7] = ["ON", "USING", "GROUP", "ORDER", "LIMIT", "INTO", "UNION"];
    view.until(at, |view, at| view.any(at, &ENDS))
}

/// `PIVOT t ON k USING sum(v) GROUP BY g` as `SELECT * FROM (SELECT g, k, v FROM t) PIVOT (sum(v) FOR k IN (ANY))`.
fn pivot(view: View<'_>, start: usize) -> Option<Repair> {
    let source = view.next(start)..clause(view, view.next(start));
    let mut end = source.end;
    let mut part = |word: &str| {
        let begins = view.is(end, word);
        let from = if word == "GROUP" { view.next(view.next(end)) } else { view.next(end) };
        let range = if begins { from..clause(view, from) } else { end..end };
        end = range.end;
        range
    };
    let (keys, aggregates, groups) = (part("ON"), part("USING"), part("GROUP"));
    let mut out = view.made("SELECT * FROM", start);
    if groups.is_empty() {
        out.extend(view.copy(source));
    } else {
        out.extend(view.made("( SELECT", start));
        out.extend(view.copy(groups));
        for column in columns(view, keys.clone()).into_iter().chain(columns(view, aggregates.clone())) {
            out.extend(view.made(",", start));
            out.extend(column);
        }
        out.extend(view.made("FROM", start));
        out.extend(view.copy(source));
        out.extend(view.made(")", start));
    }
    out.extend(view.made("PIVOT (", start));
    out.extend(if aggregates.is_empty() { view.made("count ( * )", start) } else { view.copy(aggregates) });
    if !keys.is_empty() {
        out.extend(view.made("FOR", start));
        out.extend(key_list(view, keys));
    }
    out.extend(view.made(")", start));
    Some(Repair::respelled(start..end, out))
}

/// `k IN (1, 2)` as it is; several keys, or one whose values are not listed, as `(j, k) IN (ANY)`.
fn key_list(view: View<'_>, keys: std::ops::Range<usize>) -> Vec<TokenWithSpan> {
    let listed = view.until(keys.start, |view, at| view.any(at, &["IN", ","]));
    let start = keys.start;
    let list = view.next(listed);
    if listed < keys.end && view.is(listed, "IN") && view.group(list) >= view.before(keys.end).unwrap_or(0) {
        return view.copy(keys);
    }
    let mut out = view.made("(", start);
    let mut at = keys.start;
    while at < keys.end {
        let end = view.until(at, |view, at| view.any(at, &["IN", ","])).min(keys.end);
        out.extend(view.copy(at..end));
        let next = view.until(end, |view, at| view.is(at, ",")).min(keys.end);
        if next < keys.end {
            out.extend(view.made(",", next));
        }
        at = view.next(next);
    }
    out.extend(view.made(") IN ( ANY )", start));
    out
}

/// The words in a range that are columns, each once.
fn columns(view: View<'_>, range: std::ops::Range<usize>) -> Vec<Vec<TokenWithSpan>> {
    let mut found: Vec<Vec<TokenWithSpan>> = Vec::new();
    for at in range.clone() {
        let named = view.before(at).is_some_and(|before| view.any(before, &["AS", "."]) && before >= range.start);
        let calls = view.any(view.next(at), &["(", "."]);
        let word = view.is_word(at) && !view.any(at, &NO_COLUMNS) && !named && !calls;
        let known = |column: &Vec<TokenWithSpan>| column[0].token == *view.token(at);
        if word && !found.iter().any(known) {
            found.push(view.copy(at..at + 1));
        }
    }
    found
}

/// `UNPIVOT t ON a, b INTO NAME n VALUE v` as `SELECT * FROM t UNPIVOT (v FOR n IN (a, b))`.
fn unpivot(view: View<'_>, start: usize) -> Option<Repair> {
    let source = view.next(start)..clause(view, view.next(start));
    let listed = view.next(source.end)..clause(view, view.next(source.end));
    let mut end = listed.end;
    let mut name = view.made("name", start);
    let mut value = view.made("value", start);
    if let Some(after) = view.reads(end, "INTO NAME") {
        let at = view.solid(after);
        name = view.copy(at..at + 1);
        name.push(view.gap(at));
        end = view.next(at);
        if view.is(end, "VALUE") {
            let values = view.next(end)..clause(view, end);
            let several = values.clone().any(|at| view.is(at, ","));
            value = if several { view.made("(", start) } else { Vec::new() };
            value.extend(view.copy(values.clone()));
            value.extend(if several { view.made(")", start) } else { vec![view.gap(start)] });
            end = values.end;
        }
    }
    let mut out = view.made("SELECT * FROM", start);
    out.extend(view.copy(source));
    out.extend(view.made("UNPIVOT (", start));
    out.extend(value);
    out.extend(view.made("FOR", start));
    out.extend(name);
    out.extend(view.made("IN (", start));
    out.extend(view.copy(listed));
    out.extend(view.made(") )", start));
    Some(Repair::respelled(start..end, out))
}

/// `PIVOT (… FOR a IN (…) b IN (…))` as `PIVOT (… FOR (a, b) IN (ANY))`.
fn several_keys(view: View<'_>) -> Option<Repair> {
    let open = pivot_bracket(view)?;
    let close = view.group(open) - 1;
    let key = view.until(view.next(open), |view, at| view.is(at, "FOR"));
    let first = view.next(key);
    let list = view.next(view.until(first, |view, at| view.is(at, "IN")));
    let second = view.solid(view.group(list));
    if !view.is(key, "FOR") || !view.is_word(second) || view.is(second, "GROUP") {
        return None;
    }
    let mut out = view.made("FOR (", key);
    let mut at = first;
    let mut end = first;
    while view.is_word(at) && !view.is(at, "GROUP") {
        if at != first {
            out.extend(view.made(",", at));
        }
        let inside = view.until(at, |view, at| view.is(at, "IN"));
        out.extend(view.copy(at..inside));
        end = view.group(view.next(inside));
        at = view.solid(end);
    }
    out.extend(view.made(") IN ( ANY )", key));
    (end <= close).then(|| Repair::respelled(key..end, out))
}

/// `t PIVOT (… GROUP BY g)` as `(SELECT g, … FROM t) PIVOT (…)`.
fn grouped(view: View<'_>) -> Option<Repair> {
    let open = pivot_bracket(view)?;
    let close = view.group(open) - 1;
    let word = view.until(view.next(open), |view, at| view.is(at, "GROUP"));
    let pivot = view.before(open)?;
    let table = view.before(pivot).filter(|table| view.is_word(*table))?;
    if word >= close || !view.before(table).is_some_and(|before| view.any(before, &["FROM", ",", "JOIN"])) {
        return None;
    }
    let groups = view.next(view.next(word))..close;
    let mut out = view.made("( SELECT", table);
    out.extend(view.copy(groups));
    for column in columns(view, open + 1..word) {
        if !matches!(&column[0].token, Token::Word(word) if word.value.eq_ignore_ascii_case("FOR")) {
            out.extend(view.made(",", table));
            out.extend(column);
        }
    }
    out.extend(view.made("FROM", table));
    out.extend(view.copy(table..table + 1));
    out.extend(view.made(") PIVOT", table));
    out.extend(view.copy(open..word));
    Some(Repair::respelled(table..close, out))
}

/// The bracket of the first `… PIVOT (`.
fn pivot_bracket(view: View<'_>) -> Option<usize> {
    let word = (0..view.tokens.len()).find(|at| view.is(*at, "PIVOT") && view.is(view.next(*at), "("))?;
    Some(view.next(word))
}
