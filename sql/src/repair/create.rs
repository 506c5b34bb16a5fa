//! `CREATE TABLE` and `CREATE VIEW` reduced to names, columns and the query.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Repair, view::View};
use crate::dialect::Kind;

/// Words that say that something else is created.
const OTHERS: [&str; 14] = [
    "PROCEDURE",
    "PROC",
    "FUNCTION",
    "TRIGGER",
    "PACKAGE",
    "TASK",
    "STREAM",
    "INDEX",
    "MACRO",
    "POLICY",
    "ALERT",
    "PIPE",
    "TYPE",
    "RULE",
];

/// What a table may be made `AS` without a query.
const KINDS_OF_TABLE: [&str; 3] = ["NODE", "EDGE", "FILETABLE"];

/// How far from the beginning the word `TABLE` or `VIEW` may stand.
const HEAD: usize = 14;

/// The statement without options of storage, access and schedule.
pub(super) fn create(view: View<'_>, at: usize) -> Option<Repair> {
    let first = view.solid(0);
    if !view.any(first, &["CREATE", "REPLACE"]) {
        return None;
    }
    // BigQuery's view that is the replica of another.
    if let Some(start) = (first..view.tokens.len()).find(|at| view.reads(*at, "AS REPLICA OF").is_some()) {
        return Some(Repair::respelled(
            start..view.reads(start, "AS REPLICA OF")?,
            view.made("AS SELECT * FROM", start),
        ));
    }
    let object = object(view, first)?;
    let mut made =
        Made { view, out: Vec::new(), table: view.is(object, "TABLE"), query: None, columns: false, unread: false };
    made.head(first, object);
    let rest = made.name(object);
    made.clauses(rest);
    // A view of no query only names a source elsewhere.
    if !made.table && made.query.is_none() || made.query.is_some_and(|query| at > query) || made.unread {
        return None;
    }
    let end = made.query.unwrap_or(view.tokens.len());
    let same = solid(&made.out).eq(solid(&view.tokens[..end]));
    (!same).then(|| Repair::respelled(0..end, made.out).passing("an option of what is created"))
}

fn solid(tokens: &[TokenWithSpan]) -> impl Iterator<Item = &Token> {
    tokens.iter().map(|token| &token.token).filter(|token| !crate::blocks::is_blank(token))
}

/// The word `TABLE` or `VIEW` of a statement that creates one.
fn object(view: View<'_>, first: usize) -> Option<usize> {
    let mut at = first;
    for _ in 0..HEAD {
        at = view.next(at);
        // A projection holds the rows of its query, as a view does.
        if view.any(at, &["TABLE", "VIEW", "PROJECTION"]) {
            return Some(at);
        }
        if view.any(at, &OTHERS) || view.any(at, &["AS", "(", "SELECT"]) {
            return None;
        }
    }
    None
}

struct Made<'a> {
    view: View<'a>,
    out: Vec<TokenWithSpan>,
    table: bool,
    /// Where the query begins.
    query: Option<usize>,
    columns: bool,
    /// What it is filled from is not a query that can be read.
    unread: bool,
}

impl Made<'_> {
    fn say(&mut self, text: &str, at: usize) {
        self.out.extend(self.view.made(text, at));
    }

    fn head(&mut self, first: usize, object: usize) {
        let has = |words: &[&str]| (first..object).find(|at| self.view.any(*at, words));
        let (or, temporary) = (has(&["OR"]), has(&["TEMP", "TEMPORARY", "VOLATILE"]));
        let materialized = has(&["MATERIALIZED"]).filter(|_| self.view.kind == Kind::ClickHouse);
        self.say("CREATE", first);
        if let Some(at) = or {
            self.say("OR REPLACE", at);
        }
        if let Some(at) = temporary {
            self.say("TEMPORARY", at);
        }
        if let Some(at) = materialized {
            self.say("MATERIALIZED", at);
        }
        self.say(if self.table { "TABLE" } else { "VIEW" }, object);
    }

    /// The name; the answer is where the clauses begin.
    fn name(&mut self, object: usize) -> usize {
        let view = self.view;
        let start = view.reads(object + 1, "IF NOT EXISTS").map_or_else(|| view.next(object), |end| view.solid(end));
        let end = name_end(view, start);
        self.out.extend(view.copy(start..end));
        self.out.push(view.gap(start));
        view.solid(end)
    }

    fn clauses(&mut self, start: usize) {
        let view = self.view;
        let mut at = start;
        while at < view.tokens.len() {
            if let Some(query) = self.query_at(at) {
                self.query = Some(query);
                return;
            }
            at = match view.token(at) {
                Token::LParen if !self.columns && self.lists_columns(start, at) => {
                    self.columns = true;
                    self.column_list(at)
                }
                Token::LParen => view.group(at),
                _ if view.any(at, &["LIKE", "CLONE"]) => self.kept(at),
                _ if view.is(at, "AS") && view.before(at).is_some_and(|word| view.any(word, &["STORED", "FORMAT"])) => {
                    view.next(at) + 1
                }
                _ if view.is(at, "AS") && view.kind != Kind::ClickHouse => {
                    self.unread |= view.is_word(view.next(at)) && !view.any(view.next(at), &KINDS_OF_TABLE);
                    at + 1
                }
                _ if view.is(at, "TO") && view.kind == Kind::ClickHouse && !self.table => {
                    self.columns = true;
                    self.kept(at)
                }
                _ => at + 1,
            };
            at = view.solid(at);
        }
    }

    /// Whether a bracket holds the columns, not the options of some clause.
    fn lists_columns(&self, start: usize, at: usize) -> bool {
        let before = self.view.before(at).unwrap_or(0);
        before < start || self.view.is_string(before) || self.view.kind == Kind::ClickHouse && !self.table
    }

    /// A word and the name after it.
    fn kept(&mut self, at: usize) -> usize {
        let end = name_end(self.view, self.view.next(at));
        self.out.extend(self.view.copy(at..end));
        self.out.push(self.view.gap(at));
        end
    }

    /// Where the query begins, when it does here; `AS` goes before it.
    fn query_at(&mut self, at: usize) -> Option<usize> {
        let view = self.view;
        if view.is(at, "AS") {
            let next = view.next(at);
            let mut inner = next;
            while view.is(inner, "(") {
                inner = view.next(inner);
            }
            if !view.any(inner, &["SELECT", "SEL", "WITH", "FROM", "TABLE", "VALUES", "PIVOT", "UNPIVOT", "LOCKING"]) {
                return None;
            }
            self.say("AS", at);
            return Some(next);
        }
        if view.is(at, "SELECT") {
            self.say("AS", at);
            return Some(at);
        }
        None
    }

    /// The names of the columns, with the first word of their types for tables.
    fn column_list(&mut self, open: usize) -> usize {
        let view = self.view;
        let end = view.group(open);
        let mut items = Vec::new();
        let mut at = view.next(open);
        while at + 1 < end {
            let stop = view.until(at, |view, at| view.is(at, ","));
            if view.is(at, "LIKE") && self.table {
                self.kept(at);
                return end;
            }
            if (view.is_word(at) || view.is_string(at)) && !constrains(view, at) {
                items.push(at);
            }
            at = view.next(stop);
        }
        if items.is_empty() {
            return end;
        }
        for (index, item) in items.into_iter().enumerate() {
            self.say(if index == 0 { "(" } else { "," }, item);
            self.column(item);
        }
        self.say(")", end - 1);
        end
    }

    fn column(&mut self, at: usize) {
        let view = self.view;
        self.out.extend(view.copy(at..at + 1));
        self.out.push(view.gap(at));
        if !self.table {
            return;
        }
        const OPTIONS: [&str; 9] =
            ["NOT", "NULL", "DEFAULT", "COMMENT", "PRIMARY", "WITH", "UNIQUE", "AS", "GENERATED"];
        let data_type = view.next(at);
        if !view.is_word(data_type) || view.any(data_type, &OPTIONS) {
            return self.say("STRING", at);
        }
        let size = view.next(data_type);
        let numeric = view.is(size, "(") && matches!(view.token(view.next(size)), Token::Number(..));
        let end = if numeric { view.group(size) } else { data_type + 1 };
        self.out.extend(view.copy(data_type..end));
    }
}

/// Whether an item of a column list is a constraint or an index.
fn constrains(view: View<'_>, at: usize) -> bool {
    const WORDS: [&str; 14] = [
        "CONSTRAINT",
        "PRIMARY",
        "FOREIGN",
        "UNIQUE",
        "CHECK",
        "KEY",
        "INDEX",
        "PERIOD",
        "PROJECTION",
        "DISTRIBUTE",
        "PARTITION",
        "EXCLUDE",
        "WATERMARK",
        "FULLTEXT",
    ];
    view.any(at, &WORDS) && !view.any(view.next(at), &[",", ")", "COMMENT"])
}

/// Where a name ends: at the first blank or bracket that does not belong to it.
pub(super) fn name_end(view: View<'_>, start: usize) -> usize {
    let mut at = start;
    if view.is(at, "IDENTIFIER") && view.is(at + 1, "(") {
        return view.group(at + 1);
    }
    while at < view.tokens.len() {
        match view.token(at) {
            Token::Whitespace(_) | Token::LParen | Token::RParen | Token::Comma | Token::SemiColon | Token::EOF => {
                break;
            }
            _ => at += 1,
        }
    }
    at
}
