//! Long lists of constant rows, of which only the first and the last are kept.
//!
//! Constants have no lineage, and dumps of tables have rows by the million.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

/// How many rows of a list are kept, besides the last.
const KEPT: usize = 1_000;

/// Follows the tokens as they come and takes rows out again.
#[derive(Default)]
pub(super) struct Rows {
    state: State,
    /// How many rows the list has so far.
    count: usize,
    /// Where the row before begins, when it is constant.
    before: Option<usize>,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Outside,
    /// A row may begin.
    Open,
    /// In a row, which began at an index.
    Row { start: usize, depth: usize, constant: bool, typed: bool },
    /// A row has ended.
    Closed,
}

impl Rows {
    /// Looks at the last of the tokens, which is no blank.
    pub fn see(&mut self, out: &mut Vec<TokenWithSpan>) {
        let at = out.len() - 1;
        let token = &out[at].token;
        self.state = match self.state {
            State::Outside | State::Open | State::Closed if is_values(token) => {
                *self = Rows::default();
                State::Open
            }
            State::Outside => State::Outside,
            State::Open if *token == Token::LParen => State::Row { start: at, depth: 0, constant: true, typed: false },
            State::Closed if *token == Token::Comma => State::Open,
            State::Open | State::Closed => State::Outside,
            State::Row { start, depth: 0, constant, typed } if *token == Token::RParen => {
                self.end(out, start, constant && !typed);
                State::Closed
            }
            State::Row { start, depth, constant, typed } => {
                let depth = match token {
                    Token::LParen => depth + 1,
                    Token::RParen => depth - 1,
                    _ => depth,
                };
                let constant = constant && (is_literal(token) || !typed && is_constant(token));
                State::Row { start, depth, constant, typed: is_type(token) }
            }
        };
    }

    /// A row has ended: the one before it goes, when both are constants.
    fn end(&mut self, out: &mut Vec<TokenWithSpan>, start: usize, constant: bool) {
        self.count += 1;
        self.before = match self.before {
            Some(before) if constant && self.count > KEPT + 1 => {
                out.drain(before..start);
                Some(before)
            }
            Some(_) | None => constant.then_some(start),
        };
    }
}

fn is_values(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.keyword == Keyword::VALUES)
}

fn is_literal(token: &Token) -> bool {
    matches!(token, Token::SingleQuotedString(_) | Token::NationalStringLiteral(_) | Token::HexStringLiteral(_))
}

/// The word before a literal of a type, which alone may be the name of a column.
fn is_type(token: &Token) -> bool {
    matches!(token, Token::Word(word) if matches!(word.keyword, Keyword::DATE | Keyword::TIMESTAMP | Keyword::TIME))
}

fn is_constant(token: &Token) -> bool {
    match token {
        Token::Number(..) | Token::Comma | Token::Plus | Token::Minus => true,
        Token::Word(word) => {
            is_type(token) || matches!(word.keyword, Keyword::NULL | Keyword::TRUE | Keyword::FALSE | Keyword::DEFAULT)
        }
        _ => false,
    }
}
