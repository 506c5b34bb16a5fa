//! Long chains of set operations, parsed part by part: the tree of a select is a thousand times its text.

use std::ops::Range;

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

use super::{Failure, Pass, Piece, limits::tree_size};
use crate::{
    blocks::is_blank,
    lower::lower,
    script::{Effect, Place, QueryId, SetOp, Statement},
};

/// How large the tree of one part grows before it is cut, in bytes.
const PART: usize = 16 << 20;

/// How many tokens a statement has at least that is parsed in parts.
pub(super) const LONG: usize = 20_000;

/// Some operands of the chain.
struct Part {
    tokens: Range<usize>,
    /// How it meets the parts before.
    op: SetOp,
    by_name: bool,
}

impl Pass {
    /// The statement of all tokens from `at` on, when it is such a chain and every part of it is understood.
    pub(super) fn in_parts(&mut self, piece: &Piece<'_>, at: usize) -> Option<Statement> {
        let tokens = &piece.tokens[at..];
        let parts = parts(tokens);
        let (head, tail) = parts.split_first().filter(|(_, tail)| !tail.is_empty())?;
        let (queries, diagnostics) = (self.arena.query_count(), self.arena.diagnostics.len());
        let statement = self.part(piece, &tokens[head.tokens.clone()]).ok().and_then(|mut statement| {
            let whole = main_query(&statement)?;
            for part in tail {
                let next = self.part(piece, &tokens[part.tokens.clone()]).ok()?;
                self.arena.join_queries(whole, main_query(&next)?, (part.op, part.by_name))?;
                statement.place = Place(statement.place.0, next.place.1);
            }
            Some(statement)
        });
        if statement.is_none() {
            self.arena.forget_queries(queries);
            self.arena.diagnostics.truncate(diagnostics);
        }
        statement
    }

    fn part(&mut self, piece: &Piece<'_>, tokens: &[TokenWithSpan]) -> Result<Statement, Failure> {
        let count = tokens.len();
        let mut parsed = self.parse_one(&piece.positions, tokens.to_vec(), 0).1?;
        let rest = parsed.tokens.get(parsed.range.end..).unwrap_or_default();
        if parsed.by_name || !rest.iter().all(|token| is_blank(&token.token)) {
            let place = tokens.get(parsed.range.end.min(count - 1)).map_or(piece.positions.whole().span(), |token| {
                piece.positions.place(token.span).unwrap_or_default().span()
            });
            return Err(Failure::parse_error(place, "expected: end of statement"));
        }
        let input = self.input(piece, &parsed.tokens[parsed.range.clone()]);
        let lowered = lower(&parsed.statement, input, &mut self.arena);
        self.arena.diagnostics.append(&mut parsed.notes);
        Ok(lowered)
    }
}

/// The query whose rows the statement answers or fills a table with, and that is all it does.
fn main_query(statement: &Statement) -> Option<QueryId> {
    match statement.effects.as_slice() {
        [Effect::Answer(query)] => Some(*query),
        [Effect::Fill(fill)] => Some(fill.query),
        _ => None,
    }
}

/// The parts of a chain of set operations, outside of brackets; fewer than two when it cannot be cut.
///
/// Operands of `INTERSECT` hold together more than others, so chains with it are not cut.
fn parts(tokens: &[TokenWithSpan]) -> Vec<Part> {
    let mut parts = vec![Part { tokens: 0..tokens.len(), op: SetOp::First, by_name: false }];
    let mut depth = 0usize;
    let mut measured = 0;
    let mut size = 0;
    for (at, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Word(word) if depth == 0 => match word.keyword {
                Keyword::INTERSECT => return Vec::new(),
                Keyword::UNION | Keyword::EXCEPT => {
                    size += tree_size(&tokens[measured..at]);
                    measured = at;
                    let op = if word.keyword == Keyword::UNION { SetOp::Union } else { SetOp::Except };
                    if size > PART && cut(&mut parts, tokens, at, op) {
                        size = 0;
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    parts
}

/// Ends the last part at a set operator and begins the next behind its words, when a select is there.
fn cut(parts: &mut Vec<Part>, tokens: &[TokenWithSpan], at: usize, op: SetOp) -> bool {
    let mut by_name = false;
    let words = tokens[at + 1..].iter().take_while(|token| match &token.token {
        Token::Word(word) => {
            by_name |= word.keyword == Keyword::NAME;
            matches!(word.keyword, Keyword::ALL | Keyword::DISTINCT | Keyword::BY | Keyword::NAME)
        }
        other => is_blank(other),
    });
    let start = at + 1 + words.count();
    let select = matches!(tokens.get(start), Some(TokenWithSpan { token: Token::Word(word), .. }) if word.keyword == Keyword::SELECT);
    if let (true, Some(last)) = (select, parts.last_mut()) {
        last.tokens.end = at;
        parts.push(Part { tokens: start..tokens.len(), op, by_name });
    }
    select
}
