//! The text of a condition or key around the names in it.

use sqlparser::{
    dialect::GenericDialect,
    tokenizer::{Token, Tokenizer},
};

use crate::{dialect::Dialect, name::Span};

/// The tokens of a text, each with where it stands.
#[derive(Default)]
pub(super) struct Words(Vec<(Token, Span)>);

impl Words {
    /// No tokens for a text that has none, like a template.
    pub fn of(text: &str, dialect: Dialect) -> Words {
        let native = Tokenizer::new(dialect.grammar().as_ref(), text).tokenize_with_location();
        let tokens = native.or_else(|_| Tokenizer::new(&GenericDialect {}, text).tokenize_with_location());
        let mut tokens = tokens.unwrap_or_default().into_iter().peekable();
        let mut words: Vec<(Token, Span)> = Vec::new();
        let (mut line, mut column) = (1, 1);
        for (at, c) in text.char_indices() {
            let begins = |token: &sqlparser::tokenizer::TokenWithSpan| {
                (token.span.start.line, token.span.start.column) <= (line, column)
            };
            if let Some(token) = tokens.next_if(begins) {
                if let Some((_, before)) = words.last_mut() {
                    before.end = at;
                }
                words.push((token.token, Span { start: at, end: text.len() }));
            }
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        Words(words)
    }

    /// The expression around `core`, which lies within it and holds its names. A condition may stand in brackets of its
    /// own; a key ends at them.
    pub fn around(&self, core: Span, condition: bool) -> Span {
        let Some(first) = self.0.iter().position(|(_, span)| span.start >= core.start) else { return core };
        let (mut first, mut span) = (first, core);
        let mut from = first;
        loop {
            let (begins, opened) = self.begins(first);
            let (ends, closed) = self.ends(from, core.end);
            let solid = |at: &usize| !matches!(self.0[*at].0, Token::Whitespace(_));
            if let (Some(start), Some(end)) = ((begins..=first).find(solid), (from..ends).rev().find(solid)) {
                span = Span { start: self.0[start].1.start.min(span.start), end: self.0[end].1.end.max(span.end) };
            }
            match (opened, closed) {
                (Some(opened), Some(_)) if condition => {
                    first = opened;
                    from = opened;
                }
                (_, _) => return span,
            }
        }
    }

    /// Where the expression begins that holds the token, and the bracket before it, if one is there.
    fn begins(&self, first: usize) -> (usize, Option<usize>) {
        let mut depth = 0usize;
        for at in (0..first).rev() {
            match &self.0[at].0 {
                Token::RParen | Token::RBracket | Token::RBrace => depth += 1,
                Token::LParen if depth == 0 => return (at + 1, Some(at)),
                Token::LBracket | Token::LBrace if depth == 0 => return (at + 1, None),
                Token::LParen | Token::LBracket | Token::LBrace => depth -= 1,
                Token::Comma | Token::SemiColon if depth == 0 => return (at + 1, None),
                Token::Word(word) if depth == 0 && word.quote_style.is_none() && is_one_of(&BEFORE, &word.value) => {
                    return (self.after_matched(at), None);
                }
                _ => {}
            }
        }
        (0, None)
    }

    /// `WHEN MATCHED AND …`: the condition comes after `AND`.
    fn after_matched(&self, at: usize) -> usize {
        let words = |at: usize| match &self.0[at].0 {
            Token::Word(word) => word.value.to_uppercase(),
            _ => String::new(),
        };
        let begins_with_and = |next: &usize| words(*next) == "AND";
        let next = (at + 1..self.0.len()).find(|next| !matches!(self.0[*next].0, Token::Whitespace(_)));
        next.filter(begins_with_and).map_or(at + 1, |next| next + 1)
    }

    /// Where the expression ends that begins at the token and goes on to `core` at least, and whether a bracket ends it.
    fn ends(&self, from: usize, core: usize) -> (usize, Option<usize>) {
        let mut depth = 0usize;
        for at in from..self.0.len() {
            let (token, span) = &self.0[at];
            let outside = depth == 0 && span.start >= core;
            match token {
                Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
                Token::RParen if depth == 0 => return (at, Some(at)),
                Token::RBracket | Token::RBrace if depth == 0 => return (at, None),
                Token::RParen | Token::RBracket | Token::RBrace => depth -= 1,
                Token::Comma | Token::SemiColon if outside => return (at, None),
                Token::Word(word) if outside && word.quote_style.is_none() && is_one_of(&AFTER, &word.value) => {
                    let calls = matches!(self.0.get(at + 1), Some((Token::LParen, _)));
                    if !calls {
                        return (at, None);
                    }
                }
                _ => {}
            }
        }
        (self.0.len(), None)
    }
}

fn is_one_of(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Words that a condition or key comes after.
const BEFORE: [&str; 16] = [
    "WHERE", "PREWHERE", "ON", "HAVING", "QUALIFY", "BY", "MATCHED", "TARGET", "SOURCE", "WITH", "NOCYCLE", "SELECT",
    "THEN", "SET", "IF", "WHILE",
];

/// Words that end a condition or key.
const AFTER: [&str; 46] = [
    "GROUP",
    "ORDER",
    "HAVING",
    "QUALIFY",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "WINDOW",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "MINUS",
    "JOIN",
    "LEFT",
    "RIGHT",
    "INNER",
    "FULL",
    "CROSS",
    "NATURAL",
    "ASOF",
    "SEMI",
    "ANTI",
    "ANY",
    "GLOBAL",
    "LATERAL",
    "WHERE",
    "PREWHERE",
    "THEN",
    "ON",
    "USING",
    "RETURNING",
    "WHEN",
    "START",
    "CONNECT",
    "ASC",
    "DESC",
    "NULLS",
    "DISTRIBUTE",
    "CLUSTER",
    "SORT",
    "SET",
    "SETTINGS",
    "DO",
    "WITH",
    "FOR",
    "INTO",
];
