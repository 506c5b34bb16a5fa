//! Words that are noise to lineage, and words that have another spelling the parser knows.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan, Word},
};

use super::{Repair, create::name_end, view::View};

/// Words left out where the parser stops at them or just after.
const NOISE: &[&str] = &[
    "VARIADIC",
    "APPROXIMATE",
    "SIBLINGS",
    "LOW_PRIORITY",
    "QUICK",
    "IGNORE",
    "DELAYED",
    "HIGH_PRIORITY",
    "BULK",
    "NORMALIZE ON MEETS OR OVERLAPS",
    "NORMALIZE ON OVERLAPS OR MEETS",
    "NORMALIZE ON OVERLAPS",
    "NORMALIZE ON MEETS",
    "NORMALIZE",
    "HISTORY",
    "BY POSITION",
    "NOT MATERIALIZED",
    "MATERIALIZED",
    "STREAM",
    "EXPLAIN VIRTUAL",
    "ALLOW FILTERING",
    "LIVE",
    "UNIQUE",
];

/// How a cursor of T-SQL runs.
const CURSOR_OPTIONS: [&str; 16] = [
    "LOCAL",
    "GLOBAL",
    "FORWARD_ONLY",
    "SCROLL",
    "STATIC",
    "KEYSET",
    "DYNAMIC",
    "FAST_FORWARD",
    "READ_ONLY",
    "SCROLL_LOCKS",
    "OPTIMISTIC",
    "TYPE_WARNING",
    "INSENSITIVE",
    "ASENSITIVE",
    "NO",
    "SENSITIVE",
];

/// Words and signs with what stands for them.
const SPELLINGS: &[(&str, &str)] = &[
    ("ISNULL", "IS NULL"),
    ("NOTNULL", "IS NOT NULL"),
    ("MULTISET UNION ALL", "||"),
    ("MULTISET UNION DISTINCT", "||"),
    ("MULTISET UNION", "||"),
    ("MULTISET EXCEPT ALL", "||"),
    ("MULTISET EXCEPT DISTINCT", "||"),
    ("MULTISET EXCEPT", "||"),
    ("MULTISET INTERSECT ALL", "||"),
    ("MULTISET INTERSECT DISTINCT", "||"),
    ("MULTISET INTERSECT", "||"),
    ("SUBMULTISET OF", "="),
    ("NOT MATCH", "="),
    ("NOT GLOB", "="),
    ("NOT REGEXP", "="),
    ("NOT IREGEXP", "="),
    ("GLOB", "="),
    ("MATCH", "="),
    ("IREGEXP", "="),
    ("SOUNDS LIKE", "="),
    ("NOT =", "="),
    ("^ =", "="),
    ("! =", "="),
    ("< =", "="),
    ("> =", "="),
    ("< >", "="),
    ("GE", "="),
    ("LE", "="),
    ("EQ", "="),
    ("NE", "="),
    ("GT", "="),
    ("LT", "="),
    ("MOD", "%"),
    ("DIV", "%"),
    ("* *", "*"),
    ("IS NOT", "="),
    ("IS", "="),
    ("NOT IN", "="),
    ("IN", "="),
    ("^", "%"),
    ("EMPTY", "NULL"),
    ("A SET", "NULL"),
    ("KEEP ( DENSE_RANK FIRST", "WITHIN GROUP ("),
    ("KEEP ( DENSE_RANK LAST", "WITHIN GROUP ("),
    ("UPDATE ALL BY NAME", "UPDATE SET *"),
    ("INSERT ALL BY NAME", "INSERT *"),
    ("REMOVE DUPLICATES", "WHEN NOT MATCHED THEN INSERT *"),
    ("VALUE OF", "="),
    ("ORDER SIBLINGS", "ORDER"),
    ("APPROXIMATE COUNT (", "COUNT ("),
    ("APPROXIMATE PERCENTILE_DISC (", "PERCENTILE_DISC ("),
    ("TRIM ( BOTH FROM", "TRIM ("),
    ("TRIM ( LEADING FROM", "TRIM ("),
    ("TRIM ( TRAILING FROM", "TRIM ("),
    ("GROUP AND ORDER BY", "GROUP BY"),
    ("STRUCT ( )", "NULL"),
];

/// Signs left out where the parser stops at them.
const SIGNS: [&str; 5] = ["!", "?", "&", "&&", "\\"];

pub(super) fn respell(view: View<'_>, at: usize) -> Option<Repair> {
    let here = view.solid(at);
    let first = view.solid(0);
    if view.is(first, "PERFORM") {
        return Some(Repair::respelled(first..first + 1, view.made("SELECT", first)));
    }
    rows(view, here)
        .or_else(|| trailing_comma(view, here))
        .or_else(|| hints(view, here))
        .or_else(|| conflict(view, here))
        .or_else(|| set_operation(view, here))
        .or_else(|| variable_target(view, here))
        .or_else(|| changed_rows(view))
        .or_else(|| bare_insert(view, here))
        .or_else(|| parent_value(view, here))
        .or_else(|| by_name(view, here))
        .or_else(|| insert(view, here))
        .or_else(|| sequence(view, here))
        .or_else(|| delete(view, here))
        .or_else(|| multi_update(view, here))
        .or_else(|| near(view, here))
}

/// Words at the place or up to three tokens before it.
fn near(view: View<'_>, at: usize) -> Option<Repair> {
    let option = [Some(at), view.before(at)].into_iter().flatten().find(|at| view.any(*at, &CURSOR_OPTIONS));
    if let Some(option) = option.filter(|_| view.is(view.solid(0), "DECLARE")) {
        return Some(Repair::dropped(option..option + 1));
    }
    let mut here = at;
    for back in 0..4 {
        if let Some((end, text)) = SPELLINGS.iter().find_map(|(words, text)| Some((view.reads(here, words)?, *text)))
            && view.next(end - 1) >= at
            && is_infix(view, here, text)
        {
            return Some(Repair::respelled(here..end, view.made(text, here)));
        }
        if let Some(end) = NOISE.iter().find_map(|words| view.reads(here, words))
            && view.next(end - 1) >= at
        {
            return Some(Repair::dropped(here..end).passing("a word that says how"));
        }
        if back < 2 && view.any(here, &SIGNS) {
            return Some(Repair::dropped(here..here + 1));
        }
        here = view.before(here)?;
    }
    None
}

/// Operators stand between operands.
fn is_infix(view: View<'_>, at: usize, text: &str) -> bool {
    if !matches!(text, "=" | "||" | "%" | "*" | "IS NULL" | "IS NOT NULL") {
        return true;
    }
    let Some(before) = view.before(at) else { return false };
    !view.any(before, &[",", "(", "SELECT", ".", "AS", "FROM", "WHERE", "AND", "OR", "ON", "BY", "THEN"])
}

/// `VALUES 1, 2` as `VALUES (1), (2)`, and names of values in rows.
fn rows(view: View<'_>, at: usize) -> Option<Repair> {
    let before = view.before(at)?;
    // The first value may have been taken for an alias.
    let early = view.before(before).filter(|values| view.is(*values, "VALUES") && view.is(at, ","));
    let values = if view.is(before, "VALUES") { before } else { early? };
    let at = view.next(values);
    if view.any(at, &["(", "BETWEEN"]) {
        return None;
    }
    let ends = |view: &View<'_>, at: usize| {
        view.any(at, &[",", "ORDER", "UNION", "EXCEPT", "INTERSECT", "LIMIT", "OFFSET", "FETCH", "ON", "RETURNING"])
    };
    let mut with = Vec::new();
    let mut start = at;
    loop {
        let end = view.until(start, ends);
        with.extend(view.made("(", start));
        with.extend(view.copy(start..end));
        with.extend(view.made(")", start));
        if !view.is(end, ",") {
            return Some(Repair::respelled(view.next(values)..end, with));
        }
        with.extend(view.made(",", end));
        start = view.next(end);
    }
}

/// `(a, b,)`.
fn trailing_comma(view: View<'_>, at: usize) -> Option<Repair> {
    let comma = [view.before(at), Some(at)].into_iter().flatten().find(|comma| view.is(*comma, ","))?;
    let closes = view.any(view.next(comma), &[")", "]", "}", "FROM"]);
    closes.then(|| Repair::dropped(comma..comma + 1))
}

/// T-SQL's `WITH (TABLOCK)` where only a name may stand, and `TOP 0.5 PERCENT`.
fn hints(view: View<'_>, at: usize) -> Option<Repair> {
    const HINTS: [&str; 14] = [
        "NOLOCK",
        "UPDLOCK",
        "HOLDLOCK",
        "TABLOCK",
        "TABLOCKX",
        "ROWLOCK",
        "PAGLOCK",
        "READPAST",
        "READCOMMITTED",
        "XLOCK",
        "NOWAIT",
        "INDEX",
        "FORCESEEK",
        "SERIALIZABLE",
    ];
    let mut near = std::iter::successors(Some(at), |at| view.before(*at)).take(12);
    let with = |at: &usize| view.is(*at, "WITH") && view.is(view.next(*at), "(");
    if let Some(start) = near.find(|at| with(at) && view.any(view.next(view.next(*at)), &HINTS)) {
        let end = view.group(view.next(start));
        return Some(Repair::dropped(start..end).passing("a hint"));
    }
    let part = |at: &usize| matches!(view.token(view.next(*at)), Token::Number(text, _) if text.contains('.'));
    let top = (0..view.tokens.len()).find(|at| view.is(*at, "TOP") && part(at))?;
    let end = view.reads(view.next(top) + 1, "PERCENT").unwrap_or(view.next(top) + 1);
    let end = view.reads(end, "WITH TIES").unwrap_or(end);
    Some(Repair::dropped(top..end).passing("how many rows"))
}

/// `ON CONFLICT (a, f(b)) WHERE c DO …` without what makes a conflict.
fn conflict(view: View<'_>, at: usize) -> Option<Repair> {
    let mut near = std::iter::successors(Some(view.next(at)), |at| view.before(*at)).take(30);
    let end = near.find_map(|at| view.reads(at, "ON CONFLICT"))?;
    let action = view.until(end, |view, at| view.is(at, "DO"));
    (view.is(action, "DO") && action > view.solid(end))
        .then(|| Repair::dropped(view.solid(end)..action).passing("what makes a conflict"))
}

/// `UNION CORRESPONDING` and the ends of `UNION BY NAME` that say which columns are kept.
fn set_operation(view: View<'_>, at: usize) -> Option<Repair> {
    let before = view.before(at)?;
    if let Some(start) = [at, before].into_iter().find(|at| view.is(*at, "CORRESPONDING")) {
        let by = view.reads(start, "CORRESPONDING BY").map_or(start + 1, |end| view.group(view.solid(end)));
        let change = Repair::respelled(start..by, view.made("BY NAME", start));
        return Some(change.losing("that only the columns of both sides are kept"));
    }
    if view.any(at, &["LEFT", "FULL", "INNER"]) && view.is(before, ")") {
        let next = view.next(at);
        let union = if view.is(next, "OUTER") { view.next(next) } else { next };
        let change = Repair::dropped(at..union);
        return view.any(union, &["UNION", "INTERSECT", "EXCEPT"]).then(|| change.losing("which columns are kept"));
    }
    let named = view.is(at, "ON") && view.is(before, "NAME") && view.is(view.next(at), "(");
    named.then(|| Repair::dropped(at..view.group(view.next(at))).losing("which columns are kept"))
}

/// MySQL's `SELECT a FROM t INTO @v` with the target before `FROM`.
fn variable_target(view: View<'_>, at: usize) -> Option<Repair> {
    if !view.is(at, "INTO") || !view.is(view.solid(0), "SELECT") {
        return None;
    }
    let from = view.until(view.solid(0), |view, at| view.is(at, "FROM"));
    let mut end = view.next(at);
    while matches!(view.token(end), Token::Word(_) | Token::AtSign | Token::Comma | Token::Placeholder(_)) {
        end = view.next(end);
    }
    if from >= at || end == view.next(at) {
        return None;
    }
    let mut out = view.copy(at..end);
    out.push(view.gap(at));
    out.extend(view.copy(from..at));
    Some(Repair::respelled(from..end, out))
}

/// Db2's `SELECT … FROM FINAL TABLE (INSERT …)` as a query over what the statement returns.
fn changed_rows(view: View<'_>) -> Option<Repair> {
    let first = view.solid(0);
    let rows =
        |at: &usize| ["FINAL TABLE (", "NEW TABLE (", "OLD TABLE ("].iter().any(|form| view.reads(*at, form).is_some());
    let start = (first..view.tokens.len()).find(rows).filter(|_| view.is(first, "SELECT"))?;
    let open = view.next(view.next(start));
    let end = view.group(open);
    let mut out = view.made("WITH changed_rows AS (", first);
    out.extend(view.copy(open + 1..end - 1));
    out.extend(view.made("RETURNING * )", start));
    out.extend(view.copy(first..start));
    out.extend(view.made("changed_rows", start));
    Some(Repair::respelled(first..end, out))
}

/// `WHEN NOT MATCHED THEN INSERT (a, b)` of values.
fn bare_insert(view: View<'_>, at: usize) -> Option<Repair> {
    let close = view.before(at).filter(|close| view.is(*close, ")"))?;
    let open = view.opening(close)?;
    let merge = view.is(view.solid(0), "MERGE") && view.before(open).is_some_and(|word| view.is(word, "INSERT"));
    merge.then(|| Repair::respelled(open..open, view.made("VALUES", open)))
}

/// Oracle's `PRIOR a` in a select list: a column as any other.
fn parent_value(view: View<'_>, at: usize) -> Option<Repair> {
    let connect = view.until(view.solid(0), |view, at| view.is(at, "CONNECT"));
    let mut near = std::iter::successors(Some(at), |at| view.before(*at)).take(5);
    let prior = near.find(|at| view.is(*at, "PRIOR") && *at < connect)?;
    Some(Repair::dropped(prior..prior + 1))
}

/// `INSERT … BY NAME`.
fn by_name(view: View<'_>, at: usize) -> Option<Repair> {
    let start = [Some(at), view.before(at)].into_iter().flatten().find(|start| view.is(*start, "BY"))?;
    let end = view.reads(start, "BY NAME")?;
    view.any(view.solid(0), &["INSERT", "WITH"]).then(|| Repair { by_name: true, ..Repair::dropped(start..end) })
}

/// Parts of `INSERT` that the parser does not know.
fn insert(view: View<'_>, at: usize) -> Option<Repair> {
    let before = view.before(at)?;
    if view.reads(at, "DEFAULT VALUES").is_some() && view.is(before, ")") {
        let open = view.opening(before)?;
        return Some(Repair::dropped(open..before + 1));
    }
    if let Some(end) = view.reads(at, "REPLACE WHERE").or_else(|| view.reads(at, "REPLACE USING"))
        && view.is(view.solid(0), "INSERT")
    {
        let query = |view: &View<'_>, at: usize| view.any(at, &["SELECT", "WITH", "VALUES", "TABLE", "FROM"]);
        let end = if view.is(view.solid(end), "(") { view.group(view.solid(end)) } else { view.until(end, query) };
        return Some(Repair::dropped(at..end).passing("which rows are replaced"));
    }
    let mut near = std::iter::successors(Some(at), |at| view.before(*at)).take(6);
    let top = near.find(|start| view.is(*start, "TOP"))?;
    let statement = view.before(top).is_some_and(|word| view.any(word, &["INSERT", "UPDATE", "DELETE", "MERGE"]));
    if !statement {
        return None;
    }
    let open = view.next(top);
    let end = view.group(open).max(open + 1);
    let end = view.reads(end, "PERCENT").unwrap_or(end);
    Some(Repair::dropped(top..end).passing("how many rows"))
}

/// `NEXT VALUE FOR s` as a call.
fn sequence(view: View<'_>, at: usize) -> Option<Repair> {
    let mut start = at;
    for _ in 0..4 {
        let known = ["NEXT VALUE FOR", "PREVIOUS VALUE FOR", "NEXTVAL FOR", "PREVVAL FOR", "NEXT VALUES FOR"];
        if let Some(end) = known.iter().find_map(|words| view.reads(start, words)) {
            let end = name_end(view, view.solid(end));
            return Some(Repair::respelled(start..end, view.made("nextval ( )", start)));
        }
        start = view.before(start)?;
    }
    None
}

/// Forms of `DELETE`.
fn delete(view: View<'_>, at: usize) -> Option<Repair> {
    if !view.is(view.solid(0), "DELETE") {
        return None;
    }
    let before = view.before(at)?;
    // The second FROM of T-SQL holds what is joined.
    if view.is(at, "FROM") && !view.is(before, "DELETE") {
        return Some(Repair::respelled(at..at + 1, view.made("USING", at)));
    }
    // The parser knows `OUTPUT` after the sources.
    if view.is(at, "OUTPUT") {
        let end = view.until(at, |view, at| view.any(at, &["FROM", "WHERE"]));
        let condition = view.until(end, |view, at| view.any(at, &["WHERE", "OPTION"]));
        let bare = end == condition;
        let mut out = if bare { Vec::new() } else { view.copy(end..condition) };
        out.extend(view.copy(at..end));
        out.push(view.gap(at));
        return (!bare).then(|| Repair::respelled(at..condition, out));
    }
    // `t.*` and `FROM t *`.
    let star = [at, before].into_iter().find(|at| view.is(*at, "*"))?;
    let dot = view.before(star).filter(|dot| view.is(*dot, "."));
    Some(Repair::dropped(dot.unwrap_or(star)..star + 1))
}

/// MySQL's `UPDATE a, b SET …` as a join.
fn multi_update(view: View<'_>, at: usize) -> Option<Repair> {
    let first = view.solid(0);
    if !view.is(first, "UPDATE") || !view.is(at, ",") {
        return None;
    }
    let set = view.until(first, |view, at| view.is(at, "SET"));
    (at < set && matches!(view.token(set), Token::Word(_)))
        .then(|| Repair::respelled(at..at + 1, view.made("CROSS JOIN", at)))
}

/// A word that is a name here, though it begins a clause elsewhere.
pub(super) fn keyword(view: View<'_>, at: usize) -> Option<Repair> {
    const BEFORE: [&str; 12] =
        ["FROM", "JOIN", "INTO", "UPDATE", "TABLE", ",", ".", "AS", "SELECT", "BY", "AND", "WHERE"];
    let here = view.solid(at);
    let places = [Some(here), view.before(here)];
    for at in places.into_iter().flatten() {
        let Token::Word(word) = view.token(at) else { continue };
        let clause = view.any(at, &["FROM", "SELECT", "WHERE", "GROUP", "ORDER", "JOIN", "ON", "UNION"]);
        if word.keyword == Keyword::NoKeyword || clause || !view.before(at).is_some_and(|at| view.any(at, &BEFORE)) {
            continue;
        }
        let plain = Word { keyword: Keyword::NoKeyword, ..word.clone() };
        let plain = TokenWithSpan::new(Token::Word(plain), view.span(at));
        return Some(Repair::respelled(at..at + 1, vec![plain]));
    }
    None
}
