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
        return exchange_partition(&mut edit);
    }
    if edit.reads(&["COPY", "INTO"]) {
        return copy_into_table(&mut edit);
    }
    None
}

/// Hive's `ALTER TABLE a EXCHANGE PARTITION (…) WITH TABLE b`: rows move from `b` to `a`.
fn exchange_partition(edit: &mut Edit<'_>) -> Option<Special> {
    edit.at = edit.after(2);
    let target = name(edit)?;
    if !edit.reads(&["EXCHANGE", "PARTITION", "("]) {
        return None;
    }
    edit.at = closing(edit.tokens, edit.after(3) - 1)? + 1;
    if !edit.reads(&["WITH", "TABLE"]) {
        return None;
    }
    edit.at = edit.after(2);
    let source = name(edit)?;
    Some(Special {
        tokens: edit.tokens.len(),
        reads: vec![Operand::Table(source)],
        writes: vec![Operand::Table(target)],
        query: None,
    })
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
    Some(Special { tokens: edit.tokens.len(), reads, writes: vec![Operand::Table(target)], query: None })
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
