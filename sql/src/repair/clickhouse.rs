//! What ClickHouse writes in its own way.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Repair, view::View};
use crate::dialect::Kind;

pub(super) fn clickhouse(view: View<'_>, at: usize) -> Option<Repair> {
    let here = view.solid(at);
    if let Some(repair) = limit_by(view, here).or_else(|| ordered_branch(view, here)) {
        return Some(repair);
    }
    if view.kind != Kind::ClickHouse && view.kind != Kind::Generic {
        return None;
    }
    scalar_with(view, here).or_else(|| ternary(view, here)).or_else(|| array_join(view, here))
}

/// `LIMIT 2 OFFSET 1 BY a`: how many rows of each group.
fn limit_by(view: View<'_>, at: usize) -> Option<Repair> {
    let counted = view.before(at).is_some_and(|before| matches!(view.token(before), Token::Number(..)));
    if !view.is(at, "BY") || !counted {
        return None;
    }
    // The parser knows `LIMIT n BY a` without an offset.
    let limit = std::iter::successors(view.before(at), |at| view.before(*at)).take(5);
    let limit = limit.into_iter().find(|at| view.is(*at, "LIMIT"))?;
    (view.next(view.next(limit)) < at).then(|| Repair::respelled(limit..at, view.made("LIMIT 1", limit)))
}

/// A branch of a set operation that is ordered or limited without brackets gets them.
fn ordered_branch(view: View<'_>, at: usize) -> Option<Repair> {
    if !view.any(at, &["UNION", "EXCEPT", "INTERSECT"]) {
        return None;
    }
    let mut start = None;
    let mut here = at;
    let mut depth = 0usize;
    while let Some(before) = view.before(here) {
        match view.token(before) {
            Token::RParen | Token::RBracket => depth += 1,
            Token::LParen | Token::LBracket if depth == 0 => break,
            Token::LParen | Token::LBracket => depth -= 1,
            _ if depth == 0 && view.is(before, "SELECT") => {
                here = before;
                break;
            }
            _ if depth == 0 && view.any(before, &["ORDER", "LIMIT", "OFFSET", "SETTINGS"]) => start = Some(before),
            _ => {}
        }
        here = before;
    }
    start?;
    let mut out = view.made("(", here);
    out.extend(view.copy(here..at));
    out.extend(view.made(")", at));
    Some(Repair::respelled(here..at, out))
}

/// `WITH e AS name …`: an expression with a name, which is written out where the name stands.
fn scalar_with(view: View<'_>, at: usize) -> Option<Repair> {
    let mut with = at;
    while !view.is(with, "WITH") {
        with = view.before(with)?;
    }
    let end = view.until(with + 1, |_, _| false);
    let (start, named) = scalar_item(view, view.next(with))?;
    let name = view.next(named);
    let Token::Word(word) = view.token(name) else { return None };
    let value: Vec<TokenWithSpan> = view.copy(start..named);
    let after = view.next(name);
    let mut out = Vec::new();
    if view.is(after, ",") {
        out.extend(view.copy(with..start));
    } else if let Some(comma) = view.before(start).filter(|comma| view.is(*comma, ",")) {
        out.extend(view.copy(with..comma));
        out.push(view.gap(comma));
    }
    let rest = if view.is(after, ",") { after + 1 } else { name + 1 };
    for at in rest..end {
        let same = matches!(view.token(at), Token::Word(other) if other.value == word.value);
        let dotted = view.is(at.saturating_sub(1), ".") || view.is(at + 1, "(");
        if same && !dotted && !view.before(at).is_some_and(|before| view.is(before, "AS")) {
            let span = view.span(at);
            out.extend(view.made("(", at));
            out.extend(value.iter().map(|token| TokenWithSpan::new(token.token.clone(), span)));
            out.extend(view.made(")", at));
        } else {
            out.extend(view.copy(at..at + 1));
        }
    }
    Some(Repair::respelled(with..end, out))
}

/// The first item of a `WITH` that is an expression, and the `AS` after it.
fn scalar_item(view: View<'_>, first: usize) -> Option<(usize, usize)> {
    let mut start = first;
    loop {
        let named = view.until(start, |view, at| view.any(at, &["AS", "SELECT", ","]));
        if !view.is(named, "AS") {
            return None;
        }
        let next = view.next(named);
        if !view.is(next, "(") {
            return Some((start, named));
        }
        let end = view.solid(view.group(next));
        if !view.is(end, ",") {
            return None;
        }
        start = view.next(end);
    }
}

/// `ARRAY JOIN f(x) AS a` as a join with the elements of what is computed.
fn array_join(view: View<'_>, at: usize) -> Option<Repair> {
    let near = std::iter::successors(Some(at), |at| view.before(*at)).take(8);
    let start = near.into_iter().find(|at| view.reads(*at, "ARRAY JOIN").is_some())?;
    let from = view.solid(view.reads(start, "ARRAY JOIN")?);
    let ends = |view: &View<'_>, at: usize| {
        view.any(at, &["WHERE", "PREWHERE", "GROUP", "ORDER", "LIMIT", "JOIN", "LEFT", "INNER", "UNION", "SETTINGS"])
    };
    let end = view.until(from, ends);
    let before = view.before(start)?;
    let begin = if view.any(before, &["LEFT", "INNER"]) { before } else { start };
    let mut out = view.made("CROSS JOIN LATERAL ( SELECT", start);
    let mut item = from;
    while item < end {
        let stop = view.until(item, |view, at| view.is(at, ",")).min(end);
        let name = view.until(item, |view, at| view.is(at, "AS")).min(stop);
        out.extend(view.made(if item == from { "arrayJoin (" } else { ", arrayJoin (" }, item));
        out.extend(view.copy(item..name));
        out.extend(view.made(")", item));
        out.extend(view.copy(name..stop));
        item = view.next(stop);
    }
    out.extend(view.made(")", start));
    Some(Repair::respelled(begin..end, out))
}

/// `c ? a : b` as `if(c, a, b)`.
fn ternary(view: View<'_>, at: usize) -> Option<Repair> {
    let mark = |at: usize| matches!(view.token(at), Token::Placeholder(text) if text == "?");
    if !mark(at) {
        return None;
    }
    let mut start = at;
    let mut depth = 0usize;
    while let Some(before) = view.before(start) {
        match view.token(before) {
            Token::RParen | Token::RBracket => depth += 1,
            Token::LParen | Token::LBracket | Token::Comma if depth == 0 => break,
            Token::LParen | Token::LBracket => depth -= 1,
            _ if depth == 0 && (view.any(before, &["SELECT", "WHERE", "BY", "HAVING", "ON"]) || mark(before)) => break,
            _ => {}
        }
        start = before;
    }
    let mut open = 0usize;
    let colon = (at..view.tokens.len()).find(|at| {
        open += usize::from(mark(*at));
        open -= usize::from(view.is(*at, ":"));
        open == 0 && view.is(*at, ":")
    })?;
    let ends = |view: &View<'_>, at: usize| view.any(at, &[",", "AS", "FROM", "WHERE", "ORDER", "GROUP", ":", "THEN"]);
    let end = view.until(colon + 1, ends);
    let mut out = view.made("if (", start);
    for (range, sign) in [(start..at, ","), (at + 1..colon, ","), (colon + 1..end, ")")] {
        out.extend(view.copy(range));
        out.extend(view.made(sign, at));
    }
    Some(Repair::respelled(start..end, out))
}
