//! Tokens as rules look at them.

use std::ops::Range;

use sqlparser::tokenizer::{Span, Token, TokenWithSpan, Whitespace};

use crate::{blocks::is_blank, dialect::Kind};

/// The tokens of a statement that was refused.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub tokens: &'a [TokenWithSpan],
    pub kind: Kind,
}

impl<'a> View<'a> {
    pub fn token(&self, at: usize) -> &'a Token {
        self.tokens.get(at).map_or(&Token::EOF, |token| &token.token)
    }

    /// The first solid token at or after an index.
    pub fn solid(&self, at: usize) -> usize {
        let rest = self.tokens.get(at..).unwrap_or_default();
        rest.iter().position(|token| !is_blank(&token.token)).map_or(self.tokens.len(), |ahead| at + ahead)
    }

    pub fn next(&self, at: usize) -> usize {
        self.solid(at + 1)
    }

    /// The solid token before an index.
    pub fn before(&self, at: usize) -> Option<usize> {
        let rest = self.tokens.get(..at.min(self.tokens.len())).unwrap_or_default();
        rest.iter().rposition(|token| !is_blank(&token.token))
    }

    /// Whether the token there is that word, in any case, or that sign.
    pub fn is(&self, at: usize, wanted: &str) -> bool {
        match self.token(at) {
            Token::Word(word) => word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted),
            other => sign(other) == wanted,
        }
    }

    pub fn any(&self, at: usize, wanted: &[&str]) -> bool {
        wanted.iter().any(|wanted| self.is(at, wanted))
    }

    /// The index after these words and signs, when they stand there.
    pub fn reads(&self, at: usize, words: &str) -> Option<usize> {
        let mut here = self.solid(at);
        let mut end = here;
        for wanted in words.split(' ') {
            if !self.is(here, wanted) {
                return None;
            }
            end = here + 1;
            here = self.next(here);
        }
        Some(end)
    }

    pub fn is_word(&self, at: usize) -> bool {
        matches!(self.token(at), Token::Word(_))
    }

    pub fn is_string(&self, at: usize) -> bool {
        matches!(
            self.token(at),
            Token::SingleQuotedString(_)
                | Token::NationalStringLiteral(_)
                | Token::DoubleQuotedString(_)
                | Token::DollarQuotedString(_)
                | Token::EscapedStringLiteral(_)
                | Token::SingleQuotedRawStringLiteral(_)
        )
    }

    /// The index after the bracket that closes the one at `open`; the index itself when there is none.
    pub fn group(&self, open: usize) -> usize {
        if !self.any(open, &["(", "[", "{"]) {
            return open;
        }
        let mut depth = 0usize;
        for at in open..self.tokens.len() {
            match self.token(at) {
                Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
                Token::RParen | Token::RBracket | Token::RBrace => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// The bracket that opens the group around an index.
    pub fn opening(&self, at: usize) -> Option<usize> {
        let mut depth = 0usize;
        for at in (0..at.min(self.tokens.len())).rev() {
            match self.token(at) {
                Token::RParen | Token::RBracket | Token::RBrace => depth += 1,
                Token::LParen | Token::LBracket | Token::LBrace if depth == 0 => return Some(at),
                Token::LParen | Token::LBracket | Token::LBrace => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// The first solid index from `at` on, outside brackets, that `stop` accepts, or where the group ends.
    pub fn until(&self, at: usize, stop: impl Fn(&View<'a>, usize) -> bool) -> usize {
        let mut here = self.solid(at);
        while here < self.tokens.len() {
            match self.token(here) {
                Token::RParen | Token::RBracket | Token::RBrace | Token::SemiColon | Token::EOF => return here,
                _ if stop(self, here) => return here,
                Token::LParen | Token::LBracket | Token::LBrace => here = self.solid(self.group(here)),
                _ => here = self.next(here),
            }
        }
        self.tokens.len()
    }

    pub fn span(&self, at: usize) -> Span {
        self.tokens.get(at).or(self.tokens.last()).map_or_else(Span::empty, |token| token.span)
    }

    pub fn copy(&self, range: Range<usize>) -> Vec<TokenWithSpan> {
        self.tokens.get(range).unwrap_or_default().to_vec()
    }

    /// Words and signs that stand for what is at an index.
    pub fn made(&self, text: &str, at: usize) -> Vec<TokenWithSpan> {
        text.split(' ').flat_map(|word| [made(word, self.span(at)), self.gap(at)]).collect()
    }

    /// A blank that stands for what is at an index.
    pub fn gap(&self, at: usize) -> TokenWithSpan {
        TokenWithSpan::new(Token::Whitespace(Whitespace::Space), self.span(at))
    }
}

fn made(text: &str, span: Span) -> TokenWithSpan {
    let token = match text {
        "(" => Token::LParen,
        ")" => Token::RParen,
        "," => Token::Comma,
        "=" => Token::Eq,
        "*" => Token::Mul,
        "%" => Token::Mod,
        "1" => Token::Number("1".to_owned(), false),
        "]" => Token::RBracket,
        "[" => Token::LBracket,
        "||" => Token::StringConcat,
        "->" => Token::Arrow,
        word => Token::make_word(word, None),
    };
    TokenWithSpan::new(token, span)
}

fn sign(token: &Token) -> &'static str {
    match token {
        Token::LParen => "(",
        Token::RParen => ")",
        Token::LBracket => "[",
        Token::RBracket => "]",
        Token::LBrace => "{",
        Token::RBrace => "}",
        Token::Comma => ",",
        Token::Period => ".",
        Token::Eq => "=",
        Token::Neq => "<>",
        Token::Lt => "<",
        Token::Gt => ">",
        Token::Mul => "*",
        Token::Minus => "-",
        Token::Plus => "+",
        Token::ExclamationMark => "!",
        Token::Colon => ":",
        Token::DoubleColon => "::",
        Token::Ampersand => "&",
        Token::Overlap => "&&",
        Token::Caret => "^",
        Token::Backslash => "\\",
        Token::SemiColon => ";",
        Token::Placeholder(text) if text == "?" => "?",
        Token::AtSign => "@",
        Token::Arrow => "->",
        _ => "",
    }
}
