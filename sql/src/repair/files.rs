//! Statements that move rows between tables and files, in forms that no grammar has.

use std::ops::Range;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{create::name_end, view::View};
use crate::{
    dialect::Dialect,
    tokens::{Act, Operand, Special},
};

/// The tables and files of a `COPY`, `LOAD`, `EXPORT` or `IMPORT` that was refused.
pub(crate) fn files(tokens: &[TokenWithSpan], dialect: Dialect) -> Option<Special> {
    let view = View { tokens, kind: dialect.kind() };
    let first = view.solid(0);
    let second = view.next(first);
    let mut moved =
        Special { tokens: tokens.len(), reads: Vec::new(), writes: Vec::new(), query: None, act: Act::Move };
    if view.is(first, "COPY") {
        copy(view, second, &mut moved)?;
    } else if view.is(first, "LOAD") {
        load(view, second, &mut moved)?;
    } else if view.is(first, "EXPORT") && !view.is(second, "DATA") {
        export(view, second, &mut moved)?;
    } else if view.is(first, "IMPORT") && view.is(second, "INTO") {
        import(view, view.next(second), &mut moved)?;
    } else if view.is(first, "INSERT") {
        called(view, second, &mut moved)?;
    } else {
        return None;
    }
    Some(moved)
}

/// `COPY t (…) FROM x`, `COPY (query) TO x`, `COPY INTO t FROM @stage`.
fn copy(view: View<'_>, at: usize, moved: &mut Special) -> Option<()> {
    let at = if view.is(at, "FILES") { view.next(at) } else { at };
    let into = view.is(at, "INTO");
    let start = if into { view.next(at) } else { at };
    let end = if view.is(start, "(") {
        let end = view.group(start);
        moved.query = Some(start + 1..end - 1);
        end
    } else {
        let columns = view.solid(name_end(view, start));
        view.group(columns)
    };
    let target = operand(view, start);
    let way = view.until(end, |view, at| view.any(at, &["FROM", "TO"]));
    let other = view.next(way);
    if view.is(way, "FROM") {
        moved.writes.extend(target);
        if view.is(other, "(") {
            moved.query = Some(other + 1..view.group(other) - 1);
        } else {
            moved.reads.extend(addresses(view, other));
        }
    } else if view.is(way, "TO") {
        moved.writes.extend(addresses(view, other));
        moved.reads.extend(target.filter(|_| moved.query.is_none()));
    } else if into {
        moved.writes.extend(target);
    } else {
        return None;
    }
    Some(())
}

/// T-SQL's `INSERT INTO t (…) EXEC p …`.
fn called(view: View<'_>, at: usize, moved: &mut Special) -> Option<()> {
    let start = if view.is(at, "INTO") { view.next(at) } else { at };
    let exec = view.until(start, |view, at| view.any(at, &["EXEC", "EXECUTE", "SELECT", "VALUES", "WITH"]));
    moved.writes.extend(operand(view, start));
    moved.act = Act::Call;
    view.any(exec, &["EXEC", "EXECUTE"]).then_some(())
}

/// MySQL's, Hive's, BigQuery's and StarRocks' `LOAD`.
fn load(view: View<'_>, at: usize, moved: &mut Special) -> Option<()> {
    let all = at..view.tokens.len();
    let into = all.clone().find(|at| view.any(*at, &["INTO", "OVERWRITE"]))?;
    let mut target = view.next(into);
    while view.any(target, &["TABLE", "TEMP", "TEMPORARY", "INTO"]) {
        target = view.next(target);
    }
    moved.writes.extend(operand(view, target));
    for at in all {
        let next = view.next(at);
        if view.any(at, &["INFILE", "INPATH", "URIS"]) {
            let next = if view.is(next, "=") { view.next(next) } else { next };
            let end = view.group(next).max(next + 1);
            moved.reads.extend(strings(view, next..end));
        }
    }
    Some(())
}

/// Exasol's `EXPORT t INTO … FILE 'x'`.
fn export(view: View<'_>, at: usize, moved: &mut Special) -> Option<()> {
    let end = if view.is(at, "(") {
        let end = view.group(at);
        moved.query = Some(at + 1..end - 1);
        end
    } else {
        moved.reads.extend(operand(view, at));
        view.solid(name_end(view, at))
    };
    let into = view.until(end, |view, at| view.is(at, "INTO"));
    moved.writes = places(view, into);
    view.is(into, "INTO").then_some(())
}

/// Exasol's `IMPORT INTO t FROM … FILE 'x'`.
fn import(view: View<'_>, at: usize, moved: &mut Special) -> Option<()> {
    if !view.is(at, "(") {
        moved.writes.extend(operand(view, at));
    }
    let from = view.until(at, |view, at| view.is(at, "FROM"));
    moved.reads = places(view, from);
    view.is(from, "FROM").then_some(())
}

/// What stands after `FILE`, `TABLE` and `SCRIPT`, or else after `AT`.
fn places(view: View<'_>, from: usize) -> Vec<Operand> {
    let mut found = Vec::new();
    let mut at = from;
    while at < view.tokens.len() {
        if view.any(at, &["FILE", "TABLE", "SCRIPT"]) {
            found.extend(operand(view, view.next(at)));
        }
        at = view.until(at + 1, |view, at| view.any(at, &["FILE", "TABLE", "SCRIPT", "ERRORS"]));
        if view.is(at, "ERRORS") {
            break;
        }
    }
    if found.is_empty() {
        let at = view.until(from, |view, at| view.is(at, "AT"));
        found.extend(operand(view, view.next(at)));
    }
    found
}

fn strings(view: View<'_>, range: Range<usize>) -> Vec<Operand> {
    range.filter_map(|at| address(view, at)).collect()
}

fn addresses(view: View<'_>, start: usize) -> Vec<Operand> {
    let mut at = start;
    while view.any(at, &["PROGRAM", "LOCAL", "VERBATIM"]) {
        at = view.next(at);
    }
    let mut found: Vec<Operand> = file(view, at).into_iter().collect();
    let mut next = view.next(at);
    while view.is(next, ",") && view.is_string(view.next(next)) {
        found.extend(address(view, view.next(next)));
        next = view.next(view.next(next));
    }
    found
}

/// A file by its address, a stage or a variable as it is written; the client's own stream is none.
fn file(view: View<'_>, at: usize) -> Option<Operand> {
    if view.is_string(at) {
        return address(view, at);
    }
    if view.any(at, &["STDIN", "STDOUT"]) {
        return None;
    }
    let end = name_end(view, at);
    let written: String = view.tokens.get(at..end)?.iter().map(|token| token.token.to_string()).collect();
    (!written.is_empty()).then_some(Operand::Address(written))
}

fn address(view: View<'_>, at: usize) -> Option<Operand> {
    match view.token(at) {
        Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => Some(Operand::Address(text.clone())),
        Token::Word(word) if word.quote_style == Some('"') => Some(Operand::Address(word.value.clone())),
        _ => None,
    }
}

/// A table by its name, or an address.
fn operand(view: View<'_>, at: usize) -> Option<Operand> {
    if view.is_string(at) {
        return address(view, at);
    }
    let end = name_end(view, at);
    let words = view.tokens.get(at..end)?.to_vec();
    words.iter().any(|token| matches!(token.token, Token::Word(_))).then_some(Operand::Table(words))
}
