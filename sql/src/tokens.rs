//! Tokens rewritten before they are parsed, so that more of what people write is accepted.

mod clauses;
mod special;

pub(crate) use special::{Operand, Special, special};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::dialect::{Dialect, Kind};

/// The same statement in words the parser knows. Every token keeps its own place in the text.
pub(crate) fn rewrite(tokens: Vec<TokenWithSpan>, dialect: Dialect) -> Vec<TokenWithSpan> {
    let mut edit = Edit { tokens: &tokens, out: Vec::with_capacity(tokens.len()), at: 0, doubled: Vec::new() };
    while edit.at < tokens.len() {
        if edit.doubled.contains(&edit.at) {
            edit.out.push(tokens[edit.at].clone());
        }
        if !edit.rule(dialect.kind()) {
            edit.out.push(tokens[edit.at].clone());
            edit.at += 1;
        }
    }
    edit.out
}

/// Tokens on their way from the old to the new list.
pub(super) struct Edit<'a> {
    pub tokens: &'a [TokenWithSpan],
    pub out: Vec<TokenWithSpan>,
    pub at: usize,
    /// Closing brackets that stand twice in the new list.
    pub doubled: Vec<usize>,
}

impl<'a> Edit<'a> {
    /// The solid tokens from here on, with their indexes.
    pub fn solid(&self) -> impl Iterator<Item = (usize, &'a Token)> + use<'a> {
        let (tokens, at) = (self.tokens, self.at);
        let rest = tokens.iter().enumerate().skip(at);
        rest.map(|(at, token)| (at, &token.token)).filter(|(_, token)| !matches!(token, Token::Whitespace(_)))
    }

    /// Whether the solid tokens from here on are these words or signs.
    pub fn reads(&self, words: &[&str]) -> bool {
        let mut solid = self.solid();
        words.iter().all(|wanted| solid.next().is_some_and(|(_, token)| is(token, wanted)))
    }

    /// The index after that many solid tokens.
    pub fn after(&self, count: usize) -> usize {
        self.solid().nth(count - 1).map_or(self.tokens.len(), |(at, _)| at + 1)
    }

    /// Passes to `at` and keeps nothing of what lies between.
    pub fn drop_to(&mut self, at: usize) -> bool {
        self.at = at;
        true
    }
}

/// Whether a token is that word, in any case, or that sign.
pub(super) fn is(token: &Token, wanted: &str) -> bool {
    match token {
        Token::Word(word) => word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted),
        Token::LParen => wanted == "(",
        Token::RParen => wanted == ")",
        Token::Eq => wanted == "=",
        Token::Comma => wanted == ",",
        Token::Period => wanted == ".",
        _ => false,
    }
}

impl Edit<'_> {
    fn rule(&mut self, kind: Kind) -> bool {
        match &self.tokens[self.at].token {
            Token::Word(word) if word.quote_style.is_none() => {
                let word = word.value.to_ascii_uppercase();
                self.clause(&word, kind)
            }
            Token::LParen => self.parenthesis(kind),
            Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::Ampersand | Token::Pipe => {
                kind == Kind::TSql && self.compound_assignment()
            }
            _ => false,
        }
    }
}
