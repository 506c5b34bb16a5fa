//! What a statement may cost, told from its tokens before they are parsed.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

/// The memory that a statement's tree may take, in bytes, as [`tree_size`] tells it.
pub(super) const MAX_TREE: usize = 450 << 20;

/// How deep a tree may be that is dropped on the caller's stack.
pub(super) const LEVELS: usize = 500;

/// About how many bytes the tree of these tokens takes.
///
/// A select is the largest node by far, then an operand of `FROM`; the rest is expressions, of which a
/// token makes one at most.
pub(super) fn tree_size(tokens: &[TokenWithSpan]) -> usize {
    // Whether commas between these brackets stand between operands of `FROM`.
    let mut tables = vec![false];
    let mut bytes = 0;
    for token in tokens {
        bytes += match &token.token {
            Token::Whitespace(_) => 0,
            Token::Word(word) => {
                let inner = tables.last_mut();
                match (word.keyword, inner) {
                    (Keyword::SELECT | Keyword::VALUES, Some(tables)) => {
                        *tables = false;
                        14_000
                    }
                    (Keyword::FROM | Keyword::JOIN, Some(tables)) => {
                        *tables = true;
                        2_500
                    }
                    (Keyword::WHERE | Keyword::GROUP | Keyword::ORDER | Keyword::SET, Some(tables)) => {
                        *tables = false;
                        350
                    }
                    _ => 350,
                }
            }
            Token::LParen => {
                tables.push(false);
                900
            }
            Token::RParen => {
                tables.pop();
                0
            }
            Token::Comma if tables.last() == Some(&true) => 2_500,
            Token::Comma => 100,
            _ => 350,
        };
    }
    bytes
}

/// How deep the tree of these tokens is at most: brackets within brackets, and operators in a row.
pub(super) fn levels(tokens: &[TokenWithSpan]) -> usize {
    let mut open = vec![Group::default()];
    let mut outside = 0;
    let mut deepest = 0;
    for token in tokens {
        let nested = open.len() > 1;
        let Some(group) = open.last_mut() else { break };
        match &token.token {
            Token::LParen | Token::LBracket | Token::LBrace => {
                outside += group.levels() + 1;
                open.push(Group::default());
            }
            Token::RParen | Token::RBracket | Token::RBrace if nested => {
                open.pop();
                outside -= open.last().map_or(0, |group| group.levels() + 1);
            }
            Token::Comma => group.operators = 0,
            Token::Word(word) => match word.keyword {
                Keyword::NoKeyword => {}
                Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT | Keyword::MINUS => group.sets += 1,
                _ => group.operators += 1,
            },
            Token::Whitespace(_) | Token::Period | Token::Number(..) | Token::SingleQuotedString(_) => {}
            _ => group.operators += 1,
        }
        deepest = deepest.max(outside + open.last().map_or(0, Group::levels));
    }
    deepest
}

/// What stands between two brackets.
#[derive(Default)]
struct Group {
    /// Operators since the last comma.
    operators: usize,
    /// Set operations, which go on behind commas.
    sets: usize,
}

impl Group {
    fn levels(&self) -> usize {
        self.operators + self.sets
    }
}

/// How deep brackets, `CASE` and signs before a value nest.
pub(super) fn nesting(tokens: &[TokenWithSpan]) -> usize {
    let (mut depth, mut signs, mut deepest) = (0usize, 0, 0);
    for token in tokens {
        let keyword = match &token.token {
            Token::Word(word) => word.keyword,
            _ => Keyword::NoKeyword,
        };
        match (&token.token, keyword) {
            (Token::Whitespace(_), _) => continue,
            (Token::LParen | Token::LBracket | Token::LBrace, _) | (_, Keyword::CASE) => depth += 1,
            (Token::RParen | Token::RBracket | Token::RBrace, _) | (_, Keyword::END) => depth = depth.saturating_sub(1),
            (Token::Minus | Token::Plus | Token::Tilde | Token::ExclamationMark, _) | (_, Keyword::NOT) => {
                signs += 1;
                deepest = deepest.max(depth + signs);
                continue;
            }
            _ => {}
        }
        signs = 0;
        deepest = deepest.max(depth);
    }
    deepest
}
