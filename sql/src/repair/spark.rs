//! What Spark, Hive and BigQuery write in their own way.

use sqlparser::tokenizer::Token;

use super::{Repair, view::View};

pub(super) fn spark(view: View<'_>, at: usize) -> Option<Repair> {
    let here = view.solid(at);
    let rules =
        [glued, rows_with_names, unnamed_columns, star_exception, version, transform, typed_literal, prefixed_call];
    rules.iter().find_map(|rule| rule(view, here))
}

/// `12L`, `r'x'`: a letter that says how a literal is to be read.
fn glued(view: View<'_>, at: usize) -> Option<Repair> {
    let mut here = at;
    for _ in 0..3 {
        let number = here.checked_sub(1).is_some_and(|before| matches!(view.token(before), Token::Number(..)));
        let text =
            view.is_string(here + 1) || matches!(view.token(here + 1), Token::Word(word) if word.quote_style.is_some());
        let letters =
            matches!(view.token(here), Token::Word(word) if word.value.len() <= 2 && word.quote_style.is_none());
        if letters && (number || text) {
            return Some(Repair::dropped(here..here + 1));
        }
        here = view.before(here)?;
    }
    None
}

/// `VALUES … AS t (a, b)` as a statement.
fn rows_with_names(view: View<'_>, at: usize) -> Option<Repair> {
    let first = view.solid(0);
    if !view.is(first, "VALUES") || !view.before(at).is_some_and(|before| view.is(before, ")")) {
        return None;
    }
    let mut out = view.made("SELECT * FROM (", first);
    out.extend(view.copy(first..at));
    out.extend(view.made(")", at));
    Some(Repair::respelled(first..at, out))
}

/// `AS (a, b)`: names of columns without one of the source.
fn unnamed_columns(view: View<'_>, at: usize) -> Option<Repair> {
    let open = [Some(at), view.before(at)].into_iter().flatten().find(|at| view.is(*at, "("))?;
    let before = view.before(open)?;
    let source = if view.is(before, "AS") { view.before(before)? } else { before };
    if view.is(before, "AS") && view.is_word(source) {
        return Some(Repair::respelled(open..open, view.copy(source..source + 1)));
    }
    view.is(source, ")").then(|| Repair::respelled(open..open, view.made("_rows", open)))
}

/// `UPDATE SET * EXCEPT (a)` of a merge.
fn star_exception(view: View<'_>, at: usize) -> Option<Repair> {
    let star = view.before(at).filter(|before| view.is(*before, "*"))?;
    let open = view.next(at);
    let merge = view.is(view.solid(0), "MERGE") && view.is(at, "EXCEPT");
    (merge && view.is(open, "(") && star < at)
        .then(|| Repair::dropped(at..view.group(open)).losing("which columns a merge leaves"))
}

/// `t@v12`.
fn version(view: View<'_>, at: usize) -> Option<Repair> {
    let glued = at.checked_sub(1).is_some_and(|before| view.is_word(before));
    (view.is(at, "@") && glued).then(|| Repair::dropped(at..at + 2).passing("the version of a table"))
}

/// `TRANSFORM (a, b) USING 'script' AS (c STRING, d STRING)` as a call that makes several columns.
fn transform(view: View<'_>, at: usize) -> Option<Repair> {
    let near = std::iter::successors(Some(at), |at| view.before(*at)).take(5);
    let begins =
        |at: &usize| view.reads(*at, "ROW FORMAT").is_some() || view.is(*at, "USING") && view.is_string(view.next(*at));
    if let Some(start) = near.into_iter().find(begins) {
        let end = view.until(start + 1, |view, at| view.any(at, &["FROM", "SELECT", "USING", "AS"]));
        // What `NULL DEFINED AS` and `STORED AS` name is no column.
        let end = match view.is(end, "AS") && !view.is(view.next(end), "(") {
            true => view.until(view.next(end) + 1, |view, at| view.any(at, &["FROM", "SELECT", "USING", "AS"])),
            false => end,
        };
        return Some(Repair::dropped(start..end).passing("how a script is run"));
    }
    let open = view.opening(at)?;
    let call = view.before(open).filter(|before| view.is(*before, "AS")).and_then(|before| view.before(before))?;
    if !view.is(call, ")") {
        return None;
    }
    let mut out = view.made("(", open);
    let mut item = view.next(open);
    let end = view.group(open);
    while item + 1 < end {
        out.extend(view.copy(item..item + 1));
        item = view.next(view.until(item, |view, at| view.is(at, ",")));
        out.extend(view.made(if item + 1 < end { "," } else { ")" }, open));
    }
    let same = view.copy(open..end).iter().filter(|token| !crate::blocks::is_blank(&token.token)).count();
    let shorter = out.iter().filter(|token| !crate::blocks::is_blank(&token.token)).count() < same;
    shorter.then(|| Repair::respelled(open..end, out))
}

/// `ARRAY<STRUCT<a INT64>>[…]`: the type of a literal.
fn typed_literal(view: View<'_>, _at: usize) -> Option<Repair> {
    for word in 0..view.tokens.len() {
        let open = word + 1;
        if !view.any(word, &["ARRAY", "STRUCT"]) || !view.is(open, "<") {
            continue;
        }
        let mut depth = 0usize;
        for at in open..view.tokens.len() {
            match view.token(at) {
                Token::Lt => depth += 1,
                Token::Gt => depth = depth.saturating_sub(1),
                Token::ShiftRight => depth = depth.saturating_sub(2),
                Token::SemiColon => break,
                _ => {}
            }
            if depth == 0 {
                let literal = view.any(view.next(at), &["[", "("]);
                if let Some(repair) = literal.then(|| unnested(view, word, at)).flatten() {
                    return Some(repair);
                }
                if literal {
                    return Some(Repair::dropped(open..at + 1).losing("the fields of a typed literal"));
                }
                break;
            }
        }
    }
    None
}

/// `UNNEST(ARRAY<STRUCT<a INT64, b INT64>>[…])` as rows with those columns; `types` is where the type ends.
fn unnested(view: View<'_>, array: usize, types: usize) -> Option<Repair> {
    let open = view.before(array).filter(|open| view.is(*open, "("))?;
    let unnest = view.before(open).filter(|word| view.is(*word, "UNNEST"))?;
    let values = view.next(types);
    let close = view.solid(view.group(values));
    let inner = view.reads(array, "ARRAY < STRUCT <")?;
    if !view.is(values, "[") || !view.is(close, ")") {
        return None;
    }
    let mut out = view.made("LATERAL ( SELECT", unnest);
    let mut depth = 0usize;
    let mut starts = true;
    for at in inner..types {
        match view.token(at) {
            Token::Whitespace(_) => continue,
            Token::Lt => depth += 1,
            Token::Gt => depth = depth.saturating_sub(1),
            Token::ShiftRight => depth = depth.saturating_sub(2),
            Token::Comma if depth == 0 => {
                out.extend(view.made(",", at));
                starts = true;
                continue;
            }
            Token::Word(_) if starts && view.is_word(view.next(at)) => {
                out.extend(view.copy(values..close));
                out.extend(view.made("AS", at));
                out.extend(view.copy(at..at + 1));
            }
            _ if starts => return None,
            _ => {}
        }
        starts = false;
    }
    out.extend(view.made(")", close));
    Some(Repair::respelled(unnest..close + 1, out))
}

/// `SAFE.f(…)`.
fn prefixed_call(view: View<'_>, at: usize) -> Option<Repair> {
    let open = view.is(at, "(").then_some(at)?;
    let name = view.before(open)?;
    let dot = view.before(name).filter(|dot| view.is(*dot, "."))?;
    let prefix = view.before(dot)?;
    view.any(prefix, &["SAFE", "KEYS", "NET"]).then(|| Repair::dropped(prefix..dot + 1))
}
