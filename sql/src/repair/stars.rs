//! Stars with conditions on the names of columns, and with functions applied to each.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Repair, view::View};

pub(super) fn stars(view: View<'_>, at: usize) -> Option<Repair> {
    let here = view.solid(at);
    apply(view, here).or_else(|| named_like(view, here)).or_else(|| star_of_insert(view, here))
}

/// `* APPLY(f)` as `f(COLUMNS(*))`.
fn apply(view: View<'_>, at: usize) -> Option<Repair> {
    let near = [Some(at), view.before(at), Some(view.next(at))];
    let word = near.into_iter().flatten().find(|at| view.is(*at, "APPLY") && view.is(view.next(*at), "("))?;
    let open = view.next(word);
    let end = view.group(open);
    let start = operand(view, view.before(word)?)?;
    let function = applied(view, open, end);
    let listed = view.any(start, &["COLUMNS"]) || view.is(view.next(start), "(") && !view.is(start, "*");
    let mut out = vec![function, view.gap(word)];
    out.extend(view.made(if listed { "(" } else { "( COLUMNS (" }, word));
    out.extend(view.copy(start..word));
    out.extend(view.made(if listed { ")" } else { ") )" }, word));
    Some(Repair::respelled(start..end, out))
}

/// Where what ends at `last` begins: a star, one with `EXCEPT (…)`, `t.*`, or a call.
fn operand(view: View<'_>, last: usize) -> Option<usize> {
    if view.is(last, "*") {
        let dot = view.before(last).filter(|dot| view.is(*dot, "."));
        return dot.map_or(Some(last), |dot| view.before(dot));
    }
    let called = if view.is(last, ")") { view.before(view.opening(last)?)? } else { view.before(last)? };
    if view.any(called, &["EXCEPT", "EXCLUDE", "REPLACE"]) {
        return operand(view, view.before(called)?);
    }
    Some(called)
}

/// The function's name; of `c -> f(c)` the inner one.
fn applied(view: View<'_>, open: usize, end: usize) -> TokenWithSpan {
    let mut names = (open + 1..end).filter(|at| view.is_word(*at) && view.is(view.next(*at), "("));
    let single = view.next(view.next(open)) + 1 >= end || view.is(view.next(view.next(open)), "(");
    let name = if single { Some(view.next(open)) } else { names.next() };
    let found = name.and_then(|at| view.copy(at..at + 1).into_iter().next());
    found.unwrap_or_else(|| TokenWithSpan::new(Token::make_word("map", None), view.span(open)))
}

/// `* LIKE 'a%'` and its like as `COLUMNS('^a.*$')`.
fn named_like(view: View<'_>, at: usize) -> Option<Repair> {
    let mut star = at;
    for _ in 0..4 {
        star = view.before(star)?;
        if view.is(star, "*") {
            break;
        }
    }
    let first = view.next(star);
    let not = view.is(first, "NOT");
    let sign = if not { view.next(first) } else { first };
    let (matches, but) = match view.token(sign) {
        Token::DoubleTilde => (Pattern::Like, false),
        Token::DoubleTildeAsterisk => (Pattern::LikeInAnyCase, false),
        Token::ExclamationMarkDoubleTilde => (Pattern::Like, true),
        Token::ExclamationMarkDoubleTildeAsterisk => (Pattern::LikeInAnyCase, true),
        _ if view.is(sign, "LIKE") => (Pattern::Like, not),
        _ if view.is(sign, "ILIKE") => (Pattern::LikeInAnyCase, not),
        _ if view.is(sign, "GLOB") => (Pattern::Glob, not),
        _ if view.is(sign, "SIMILAR") => (Pattern::Similar, not),
        _ => return None,
    };
    let mut text = view.next(sign);
    let globs = view.token(sign) == &Token::DoubleTilde && view.token(text) == &Token::Tilde;
    if matches == Pattern::Similar || globs {
        text = view.next(text);
    }
    let Token::SingleQuotedString(pattern) = view.token(text) else { return None };
    let pattern = if globs { Pattern::Glob.regex(pattern) } else { matches.regex(pattern) };
    let mut out = view.made(if but { "COLUMNS_BUT (" } else { "COLUMNS (" }, star);
    out.push(TokenWithSpan::new(Token::SingleQuotedString(pattern), view.span(text)));
    out.extend(view.made(")", text));
    (view.is(star, "*")).then(|| Repair::respelled(star..text + 1, out))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pattern {
    Like,
    LikeInAnyCase,
    Glob,
    Similar,
}

impl Pattern {
    /// The regular expression that finds the same whole names.
    fn regex(self, pattern: &str) -> String {
        if self == Pattern::Similar {
            return format!("^({pattern})$");
        }
        let mut out = String::from(if self == Pattern::LikeInAnyCase { "(?i)^" } else { "^" });
        for c in pattern.chars() {
            match (self, c) {
                (Pattern::Glob, '*') | (Pattern::Like | Pattern::LikeInAnyCase, '%') => out.push_str(".*"),
                (Pattern::Glob, '?') | (Pattern::Like | Pattern::LikeInAnyCase, '_') => out.push('.'),
                (Pattern::Glob, '[' | ']') => out.push(c),
                (_, c) if c.is_alphanumeric() || c == '_' => out.push(c),
                (_, c) => out.extend(['\\', c]),
            }
        }
        out.push('$');
        out
    }
}

/// ClickHouse's `INSERT INTO t (*)`, and `(* EXCEPT (a))`, whose columns the query does not give.
fn star_of_insert(view: View<'_>, at: usize) -> Option<Repair> {
    let open = [view.before(at), view.opening(at)].into_iter().flatten().find(|open| view.is(*open, "("))?;
    let star = view.next(open);
    if !view.is(star, "*") || !view.any(view.solid(0), &["INSERT", "WITH"]) {
        return None;
    }
    let named = view.before(open).is_some_and(|before| view.is_word(before));
    let end = view.group(open);
    let except = view.next(star);
    if view.is(except, ")") {
        return named.then(|| Repair::dropped(open..end));
    }
    if !named || !view.any(except, &["EXCEPT", "EXCLUDE"]) {
        return None;
    }
    let mut out = view.made("PARTITION (", open);
    let mut sign = "";
    for name in (except + 1..end).filter(|at| view.is_word(*at)) {
        if !sign.is_empty() {
            out.extend(view.made(sign, name));
        }
        out.extend(view.copy(name..name + 1));
        out.extend(view.made("= NULL", name));
        sign = ",";
    }
    out.extend(view.made(")", open));
    Some(Repair::respelled(open..end, out))
}
