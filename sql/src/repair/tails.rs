//! Clauses that carry no lineage, wherever a grammar does not know them.

use sqlparser::tokenizer::Token;

use super::{Repair, view::View};

/// How far a clause reaches.
#[derive(Clone, Copy)]
enum Extent {
    /// The words alone.
    Words,
    /// The words and as many solid tokens or groups.
    Items(usize),
    /// The words and a group, when one follows.
    Group,
    /// To the next clause, or to the end of the query.
    Clause,
    /// To the end of the query.
    Rest,
    /// To the next query word.
    Query,
}

use Extent::{Clause, Group, Items, Query, Rest, Words};

/// Words that begin the clauses; longer ones before shorter ones.
const TAILS: &[(&str, Extent)] = &[
    ("FOR SYSTEM_TIME", Clause),
    ("FOR SYSTEM TIME", Clause),
    ("FOR SYSTEM_VERSION", Clause),
    ("FOR PORTION OF", Clause),
    ("FOR VERSION AS OF", Items(1)),
    ("FOR TIMESTAMP AS OF", Items(1)),
    ("TIMESTAMP AS OF", Clause),
    ("AS OF TIMESTAMP", Clause),
    ("AS OF SCN", Clause),
    ("VERSION AS OF", Items(1)),
    ("BEFORE SYSTEM_TIME", Rest),
    ("FOR XML", Rest),
    ("FOR JSON", Rest),
    ("FOR BROWSE", Words),
    ("FOR READ ONLY", Rest),
    ("FOR FETCH ONLY", Rest),
    ("FOR UPDATE", Rest),
    ("FOR SHARE", Rest),
    ("FOR NO KEY UPDATE", Rest),
    ("FOR KEY SHARE", Rest),
    ("LOCK IN SHARE MODE", Words),
    ("SKIP LOCKED", Words),
    ("WHERE CURRENT OF", Items(1)),
    ("WITH NO SCHEMA BINDING", Words),
    ("WITH DATA", Rest),
    ("WITH NO DATA", Rest),
    ("WITH CHECK OPTION", Words),
    ("WITH READ ONLY", Rest),
    ("WITH ROLLUP", Words),
    ("WITH CUBE", Words),
    ("WITH TOTALS", Words),
    ("WITH TIES", Words),
    ("WITH LABEL", Items(1)),
    ("WITH OFFSET", Words),
    ("WITH INDEX", Group),
    ("USE AND KEEP", Rest),
    ("CHARACTER SET", Items(1)),
    ("UNSEGMENTED", Rest),
    ("SEGMENTED BY", Rest),
    ("WITH UR", Words),
    ("WITH CS", Words),
    ("WITH RS", Words),
    ("WITH RR", Rest),
    ("ON COMMIT", Rest),
    ("AND STATS", Words),
    ("AND STATISTICS", Words),
    ("AND NO STATS", Words),
    ("AND NO STATISTICS", Words),
    ("OPTION (", Group),
    ("OPTIONS (", Group),
    ("SETTINGS", Clause),
    ("FORMAT JSON ENCODING", Items(1)),
    ("FORMAT JSON", Words),
    ("FORMAT", Items(1)),
    ("INTO OUTFILE", Clause),
    ("INTO DUMPFILE", Items(1)),
    ("BULK COLLECT INTO", Clause),
    ("KMS_KEY_ID", Rest),
    ("MASTER_SYMMETRIC_KEY", Rest),
    ("FIXEDWIDTH", Rest),
    ("EMITS", Group),
    ("INVALID UNIQUE", Group),
    ("INVALID PRIMARY KEY", Group),
    ("WAIT", Items(1)),
    ("LOCKING DATABASE", Query),
    ("LOCKING TABLE", Query),
    ("LOCKING VIEW", Query),
    ("LOCKING ROW", Query),
    ("WITH COUNT", Words),
    ("WITHOUT COUNT", Words),
    ("AT TIME ZONE", Items(1)),
    ("FETCH FIRST", Rest),
    ("FETCH NEXT", Rest),
    ("OFFSET", Clause),
    ("USING SAMPLE", Clause),
    ("TABLESAMPLE", Clause),
    ("SAMPLE", Clause),
    ("FINAL", Words),
    ("LOG ERRORS", Rest),
    ("OVERRIDING SYSTEM VALUE", Words),
    ("OVERRIDING USER VALUE", Words),
    ("SYNC", Words),
    ("COMMENT IS", Items(1)),
    ("COMMENT", Items(1)),
    ("DISTRIBUTED RANDOMLY", Words),
    ("DISTRIBUTED REPLICATED", Words),
    ("DISTRIBUTED BY", Group),
    ("SEARCH DEPTH FIRST BY", Query),
    ("SEARCH BREADTH FIRST BY", Query),
    ("CYCLE", Query),
    ("EXCLUDE NO OTHERS", Words),
    ("EXCLUDE CURRENT ROW", Words),
    ("EXCLUDE GROUP", Words),
    ("EXCLUDE TIES", Words),
    ("UESCAPE", Items(1)),
    ("ON OVERFLOW ERROR", Words),
    ("ON OVERFLOW TRUNCATE", Clause),
    ("NULL ON NULL", Words),
    ("ABSENT ON NULL", Words),
    ("WITH UNIQUE KEYS", Words),
    ("WITHOUT UNIQUE KEYS", Words),
    ("NULL ON ERROR", Words),
    ("NULL ON EMPTY", Words),
    ("ERROR ON ERROR", Words),
    ("ERROR ON EMPTY", Words),
    ("EMPTY ARRAY ON ERROR", Words),
    ("EMPTY OBJECT ON ERROR", Words),
    ("USING PARAMETERS", Clause),
    ("USING NCHAR_CS", Words),
    ("SHUFFLE", Words),
    ("LIMIT BY", Clause),
    ("PREFERRING", Clause),
    ("ALLOW FILTERING", Words),
    ("WITH CONNECTION", Items(1)),
    ("WITH PARTITION COLUMNS", Group),
    ("PARTITION (", Group),
    ("PARTITIONS (", Group),
    ("REJECT LIMIT", Items(1)),
    ("IGNORE NULLS", Words),
    ("RESPECT NULLS", Words),
    ("NO ERROR", Rest),
    ("REPEATABLE", Group),
    ("IF NOT EXISTS", Words),
    ("WITH SCHEMA EVOLUTION", Words),
    ("IMMEDIATE", Words),
];

/// Clauses that name columns, for which an influence is lost.
const ORDERINGS: &[&str] = &["DISTRIBUTE BY", "SORT BY", "CLUSTER BY", "PARTITION BY", "TIMESERIES", "INTERPOLATE"];

/// The clause that the parser stopped at, or in.
pub(super) fn tail(view: View<'_>, at: usize) -> Option<Repair> {
    if view.tokens.is_empty() {
        return None;
    }
    let mut start = view.solid(at);
    for _ in 0..5 {
        let known = TAILS.iter().find_map(|(words, extent)| Some((view.reads(start, words)?, *extent)));
        if let Some((end, extent)) = known {
            let end = reach(view, end, extent);
            if end > start && end >= at.min(view.tokens.len() - 1) {
                return Some(Repair::dropped(start..end).passing("a clause of the statement"));
            }
        }
        if let Some(words) = ORDERINGS.iter().find_map(|words| view.reads(start, words)) {
            let over = view.until(words, |view, at| view.is(at, "OVER"));
            let series = view.is(start, "TIMESERIES") && view.is(over, "OVER");
            let end = if series { view.group(view.next(over)) } else { reach(view, words, Clause) };
            if end > at && view.any(start, &["DISTRIBUTE", "SORT", "CLUSTER"]) {
                return Some(Repair::respelled(start..words, view.made(sorting(view, start), start)));
            }
            if end > at {
                return Some(Repair::dropped(start..end).losing("how rows are distributed or ordered"));
            }
        }
        start = view.before(start)?;
    }
    None
}

/// What stands for `DISTRIBUTE BY` and its like: a first order, or one more.
fn sorting(view: View<'_>, start: usize) -> &'static str {
    let mut depth = 0usize;
    for at in (0..start).rev() {
        match view.token(at) {
            Token::RParen => depth += 1,
            Token::LParen if depth == 0 => break,
            Token::LParen => depth -= 1,
            _ if depth == 0 && view.is(at, "SELECT") => break,
            _ if depth == 0 && view.reads(at, "ORDER BY").is_some() => return ",",
            _ => {}
        }
    }
    "ORDER BY"
}

fn reach(view: View<'_>, end: usize, extent: Extent) -> usize {
    match extent {
        Words => end,
        Items(count) => (0..count).fold(end, |end, _| item(view, end)),
        Group => {
            // The bracket may have been one of the words.
            let open = if view.is(end - 1, "(") { end - 1 } else { view.solid(end) };
            if view.is(open, "(") { view.group(open) } else { end }
        }
        Clause => view.until(end, ends_clause),
        Rest => view.until(end, |view, at| view.any(at, &["UNION", "EXCEPT", "INTERSECT", "MINUS", "AS"])),
        Query => view.until(end, |view, at| view.any(at, &["SELECT", "INSERT", "DELETE", "MERGE", "VALUES", "WITH"])),
    }
}

/// After one token or group.
fn item(view: View<'_>, end: usize) -> usize {
    let at = view.solid(end);
    let mut end = view.group(at).max(at + 1);
    // A call, or the rest of a dotted name.
    while view.any(end, &["(", "."]) {
        end = if view.is(end, "(") { view.group(end) } else { end + 2 };
    }
    end.min(view.tokens.len())
}

/// Words that begin the next clause of a query.
fn ends_clause(view: &View<'_>, at: usize) -> bool {
    const WORDS: [&str; 38] = [
        "SELECT",
        "FROM",
        "WHERE",
        "GROUP",
        "HAVING",
        "ORDER",
        "LIMIT",
        "OFFSET",
        "FETCH",
        "UNION",
        "EXCEPT",
        "INTERSECT",
        "MINUS",
        "QUALIFY",
        "WINDOW",
        "JOIN",
        "INNER",
        "LEFT",
        "RIGHT",
        "FULL",
        "CROSS",
        "NATURAL",
        "ON",
        "SET",
        "VALUES",
        "RETURNING",
        "FORMAT",
        "SETTINGS",
        "INTO",
        "DISTRIBUTE",
        "SORT",
        "CLUSTER",
        "FOR",
        "PREWHERE",
        "FINAL",
        "PIVOT",
        "UNPIVOT",
        "COMMENT",
    ];
    if view.is(at, "AS") {
        return !view.is(view.next(at), "OF");
    }
    // `FROM a TO b` and `… AS OF a FROM b` are inside a clause about time.
    view.any(at, &WORDS) && !(view.is(at, "FROM") && within_time(*view, at))
}

/// Whether this `FROM` is the beginning of a range of time.
fn within_time(view: View<'_>, at: usize) -> bool {
    let Some(before) = view.before(at) else { return false };
    view.any(before, &["SYSTEM_TIME", "OF"]) || portion(view, before)
}

fn portion(view: View<'_>, at: usize) -> bool {
    let word = view.before(at);
    word.is_some_and(|word| view.is(word, "OF") && view.before(word).is_some_and(|word| view.is(word, "PORTION")))
}
