//! Tokens rewritten before they are parsed, so that more of what people write is accepted.

mod clauses;
mod multi;
mod special;

pub(crate) use multi::multi_insert;
pub(crate) use special::{Act, Operand, Special, special};
use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan, Word},
};

use crate::{
    blocks::is_blank,
    dialect::{Dialect, Kind},
    functions,
};

/// The same statement in words the parser knows. Every token keeps its own place in the text.
pub(crate) fn rewrite(tokens: Vec<TokenWithSpan>, dialect: Dialect) -> Vec<TokenWithSpan> {
    if !(0..tokens.len()).any(|at| may_change(&tokens, at, dialect.kind())) {
        return tokens;
    }
    let mut edit = Edit { tokens: &tokens, out: Vec::with_capacity(tokens.len()), at: 0, doubled: Vec::new() };
    while edit.at < tokens.len() {
        if edit.doubled.contains(&edit.at) {
            edit.out.push(tokens[edit.at].clone());
        }
        if !(may_change(&tokens, edit.at, dialect.kind()) && edit.rule(dialect.kind())) {
            edit.out.push(tokens[edit.at].clone());
            edit.at += 1;
        }
    }
    edit.out
}

/// Whether a rule may apply at a token, seen at little cost.
fn may_change(tokens: &[TokenWithSpan], at: usize, kind: Kind) -> bool {
    use Keyword as K;
    match &tokens[at].token {
        Token::Word(word) if word.quote_style.is_none() => match word.keyword {
            K::WITH | K::WITHOUT => next_word(tokens, at).is_some_and(|next| {
                let tails =
                    matches!(next.keyword, K::NO | K::CHECK | K::CASCADED | K::LOCAL | K::ROW | K::ARRAY | K::WRAPPER);
                tails || kind == Kind::Db2 && next.value.len() == 2
            }),
            K::ON | K::ANY | K::ALL | K::GLOBAL => kind == Kind::ClickHouse,
            K::INTO => next_word(tokens, at).is_some_and(|next| next.keyword == K::TEMP),
            K::FOR => next_word(tokens, at).is_some_and(|next| matches!(next.keyword, K::READ | K::FETCH)),
            K::DELETE => next_word(tokens, at).is_some_and(|next| next.keyword == K::FROM),
            K::ARRAY => kind == Kind::BigQuery && tokens.get(at + 1).is_some_and(|next| next.token == Token::Lt),
            K::SET | K::ALTER | K::OPEN | K::DATABASE | K::COPY => true,
            K::EXEC | K::EXECUTE => kind == Kind::TSql,
            K::CREATE | K::CROSS | K::DIRECTORY | K::UNLOAD | K::AUTO | K::OMIT => true,
            _ => match word.value.len() {
                3 => kind == Kind::Teradata,
                4 => word.value.eq_ignore_ascii_case("keep"),
                6 => word.value.eq_ignore_ascii_case("upsert"),
                7 => word.value.eq_ignore_ascii_case("shallow"),
                _ => false,
            },
        },
        Token::LParen => {
            matches!(kind, Kind::TSql | Kind::Teradata)
                || next_word(tokens, at).is_some_and(|next| next.keyword == K::SELECT) && follows_aggregate(tokens, at)
        }
        Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::Ampersand | Token::Pipe => {
            kind == Kind::TSql
        }
        _ => false,
    }
}

fn follows_aggregate(tokens: &[TokenWithSpan], at: usize) -> bool {
    let before = tokens[..at].iter().rev().find(|token| !is_blank(&token.token));
    before.is_some_and(|token| match &token.token {
        Token::Word(word) if word.quote_style.is_none() => {
            let clause =
                matches!(word.keyword, Keyword::IN | Keyword::EXISTS | Keyword::AS | Keyword::FROM | Keyword::JOIN);
            !clause && functions::is_aggregate(&word.value.to_lowercase())
        }
        _ => false,
    })
}

/// The word after a token, when a word it is.
fn next_word(tokens: &[TokenWithSpan], at: usize) -> Option<&Word> {
    let next = tokens[at + 1..].iter().find(|token| !is_blank(&token.token))?;
    match &next.token {
        Token::Word(word) => Some(word),
        _ => None,
    }
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
