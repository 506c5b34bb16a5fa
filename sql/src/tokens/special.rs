//! Statements that the parser has no words for, read from their tokens.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Edit, is};
use crate::blocks::closing;

/// A statement that is understood without a parser.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Special {
    /// How many tokens it takes.
    pub tokens: usize,
    /// Token ranges of the names of tables whose rows move, and where to.
    pub reads: Vec<Operand>,
    pub writes: Vec<Operand>,
    /// A query whose rows are what moves, as a token range.
    pub query: Option<std::ops::Range<usize>>,
    pub act: Act,
}

/// What such a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Rows move from what is read to what is written.
    Move,
    /// What is written is from now on another name of what is read.
    Name,
    /// The rows that a procedure gives go to what is written.
    Call,
    /// The columns of the cursor that is read go to the variables that are written.
    Fetch,
}

/// A table's name, or the address of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    Table(Vec<TokenWithSpan>),
    Address(String),
}

/// The statement at the beginning of `tokens`, when it is one of those.
pub(crate) fn special(tokens: &[TokenWithSpan]) -> Option<Special> {
    let mut edit = Edit { tokens, out: Vec::new(), at: 0, doubled: Vec::new() };
    edit.at = edit.solid().next()?.0;
    if edit.reads(&["ALTER", "TABLE"]) {
        return between_tables(&mut edit);
    }
    if edit.reads(&["EXCHANGE", "TABLES"]) {
        return exchange_tables(&mut edit);
    }
    if edit.reads(&["COPY", "INTO"]) {
        return copy_into_table(&mut edit);
    }
    if edit.reads(&["FETCH"]) {
        return fetch(&mut edit);
    }
    if edit.reads(&["APPLY", "CHANGES", "INTO"]) {
        edit.at = edit.after(3);
        return changes(&mut edit);
    }
    if edit.reads(&["CREATE", "FLOW"]) {
        pass_to(&mut edit, &["CDC", "INTO"])?;
        edit.at = edit.after(2);
        return changes(&mut edit);
    }
    if edit.reads(&["CREATE"]) { synonym(&mut edit) } else { None }
}

/// `FETCH NEXT FROM c INTO a, b`.
fn fetch(edit: &mut Edit<'_>) -> Option<Special> {
    if !has(edit, &["INTO"]) {
        return None;
    }
    edit.at = edit.after(1);
    for word in ["FROM", "IN"] {
        if has(edit, &[word]) {
            pass_to(edit, &[word])?;
            edit.at = edit.after(1);
        }
    }
    let cursor = name(edit)?;
    let mut into = vec![Operand::Table(named_after(edit, &["INTO"])?)];
    while edit.reads(&[","]) {
        into.push(Operand::Table(named_after(edit, &[","])?));
    }
    let tokens = edit.at;
    Some(Special { tokens, reads: vec![Operand::Table(cursor)], writes: into, query: None, act: Act::Fetch })
}

/// Databricks' `APPLY CHANGES INTO t FROM STREAM(s) …`: rows of a source are kept in a table.
fn changes(edit: &mut Edit<'_>) -> Option<Special> {
    let target = name(edit)?;
    pass_to(edit, &["FROM"])?;
    let stream = [&["FROM", "STREAM", "("][..], &["FROM", "STREAM"], &["FROM"]];
    let before = stream.into_iter().find(|words| edit.reads(words))?;
    let source = named_after(edit, before)?;
    Some(moved(edit, source, target))
}

/// `CREATE OR REPLACE PUBLIC SYNONYM a FOR b`, `CREATE ALIAS a FOR TABLE b`.
fn synonym(edit: &mut Edit<'_>) -> Option<Special> {
    edit.at = edit.after(1);
    for words in [&["OR", "REPLACE"][..], &["EDITIONABLE"], &["NONEDITIONABLE"], &["PUBLIC"], &["PRIVATE"]] {
        if edit.reads(words) {
            edit.at = edit.after(words.len());
        }
    }
    if !edit.reads(&["SYNONYM"]) && !edit.reads(&["ALIAS"]) {
        return None;
    }
    edit.at = edit.after(1);
    if edit.reads(&["IF", "NOT", "EXISTS"]) {
        edit.at = edit.after(3);
    }
    let own = name(edit)?;
    let word: &[&str] = if edit.reads(&["FOR", "TABLE"]) { &["FOR", "TABLE"] } else { &["FOR"] };
    let other = named_after(edit, word)?;
    Some(Special { act: Act::Name, ..moved(edit, other, own) })
}

/// `ALTER TABLE a …` where rows move between `a` and another table.
fn between_tables(edit: &mut Edit<'_>) -> Option<Special> {
    edit.at = edit.after(2);
    let own = name(edit)?;
    if edit.reads(&["EXCHANGE", "PARTITION", "("]) {
        edit.at = closing(edit.tokens, edit.after(3) - 1)? + 1;
        let other = named_after(edit, &["WITH", "TABLE"])?;
        return Some(moved(edit, other, own));
    }
    // Partitions in brackets or as values stand between.
    for (begins, to) in [(&["SWITCH"][..], &["TO"][..]), (&["MOVE", "PARTITION"], &["TO", "TABLE"])] {
        if edit.reads(begins) {
            pass_to(edit, to)?;
            let other = named_after(edit, to)?;
            return Some(moved(edit, own, other));
        }
    }
    let from = [&["APPEND"][..], &["REPLACE", "PARTITION"], &["ATTACH", "PARTITION"]];
    if from.iter().any(|begins| edit.reads(begins)) {
        let of_postgres = edit.reads(&["ATTACH", "PARTITION"]) && !has(edit, &["FROM"]);
        let before: &[&str] = if of_postgres { &["ATTACH", "PARTITION"] } else { &["FROM"] };
        if of_postgres && !(has(edit, &["FOR", "VALUES"]) || has(edit, &["DEFAULT"])) {
            return None;
        }
        pass_to(edit, before)?;
        let other = named_after(edit, before)?;
        return Some(moved(edit, other, own));
    }
    None
}

/// ClickHouse's `EXCHANGE TABLES a AND b`: each has the rows of the other.
fn exchange_tables(edit: &mut Edit<'_>) -> Option<Special> {
    edit.at = edit.after(2);
    let left = name(edit)?;
    let right = named_after(edit, &["AND"])?;
    let both = || vec![Operand::Table(left.clone()), Operand::Table(right.clone())];
    Some(Special { tokens: edit.tokens.len(), reads: both(), writes: both(), query: None, act: Act::Move })
}

fn moved(edit: &Edit<'_>, from: Vec<TokenWithSpan>, to: Vec<TokenWithSpan>) -> Special {
    let (reads, writes) = (vec![Operand::Table(from)], vec![Operand::Table(to)]);
    Special { tokens: edit.tokens.len(), reads, writes, query: None, act: Act::Move }
}

/// The name after these words, which come next.
fn named_after(edit: &mut Edit<'_>, words: &[&str]) -> Option<Vec<TokenWithSpan>> {
    if !edit.reads(words) {
        return None;
    }
    edit.at = edit.after(words.len());
    name(edit)
}

/// Passes to where these words stand.
fn pass_to(edit: &mut Edit<'_>, words: &[&str]) -> Option<()> {
    while !edit.reads(words) {
        edit.at = edit.solid().nth(1)?.0;
    }
    Some(())
}

/// Whether these words stand somewhere ahead.
fn has(edit: &Edit<'_>, words: &[&str]) -> bool {
    let mut ahead = Edit { tokens: edit.tokens, out: Vec::new(), at: edit.at, doubled: Vec::new() };
    pass_to(&mut ahead, words).is_some()
}

/// Synapse's and Databricks' `COPY INTO t FROM 'address' …`.
fn copy_into_table(edit: &mut Edit<'_>) -> Option<Special> {
    edit.at = edit.after(2);
    let target = name(edit)?;
    if edit.reads(&["("]) {
        edit.at = closing(edit.tokens, edit.after(1) - 1)? + 1;
    }
    if !edit.reads(&["FROM"]) {
        return None;
    }
    let (_, address) = edit.solid().nth(1)?;
    let Token::SingleQuotedString(address) = address else { return None };
    let reads = vec![Operand::Address(address.clone())];
    Some(Special {
        tokens: edit.tokens.len(),
        reads,
        writes: vec![Operand::Table(target)],
        query: None,
        act: Act::Move,
    })
}

/// A dotted name, which is passed.
fn name(edit: &mut Edit<'_>) -> Option<Vec<TokenWithSpan>> {
    let mut parts = Vec::new();
    let mut last = None;
    for (at, token) in edit.solid() {
        let part = matches!(token, Token::Word(_));
        if part != parts.len().is_multiple_of(2) || !(part || is(token, ".")) {
            break;
        }
        parts.push(edit.tokens[at].clone());
        last = Some(at);
    }
    edit.at = last? + 1;
    Some(parts)
}
