//! Why and where a text is not understood.

use sqlparser::{
    parser::ParserError,
    tokenizer::{Location, TokenWithSpan},
};

use super::{NESTING, limits::nesting};
use crate::{diagnostic::code, name::Span, positions::Positions};

/// How many characters an error text has at most, about.
const LONGEST: usize = 300;

/// Why and where a piece could not be parsed.
pub(super) struct Failure {
    pub code: &'static str,
    pub span: Span,
    /// The index of the token where the parser stopped.
    pub token: usize,
    pub message: String,
}

impl Failure {
    pub fn at(positions: &Positions<'_>, at: Location, token: usize, message: &str) -> Failure {
        let start = positions.offset(at);
        Failure { token, ..Failure::parse_error(Span { start, end: start }, message) }
    }

    pub fn parse_error(span: Span, message: &str) -> Failure {
        Failure { code: code::PARSE_ERROR, span, token: 0, message: lower_first(message) }
    }

    /// Says when it is the nesting of a statement's tokens that the parser stumbled over.
    pub fn because_of(self, tokens: &[TokenWithSpan]) -> Failure {
        // A level of the text may be several of the parser.
        if self.code != code::PARSE_ERROR || nesting(tokens) < NESTING / 3 {
            return self;
        }
        let message = format!("nested too deep: expected at most {NESTING} levels");
        Failure { code: code::TOO_DEEP, message, ..self }
    }

    pub fn of(positions: &Positions<'_>, tokens: &[TokenWithSpan], stopped: usize, error: &ParserError) -> Failure {
        let deep = matches!(error, ParserError::RecursionLimitExceeded);
        let (message, place) = match error {
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => {
                let (message, place) = text.split_once(" at Line: ").unwrap_or((text, ""));
                (message.to_owned(), location(place))
            }
            ParserError::RecursionLimitExceeded => (format!("expected at most {NESTING} levels of nesting"), None),
        };
        let token = match place {
            Some(place) => tokens.partition_point(|token| token.span.start < place),
            None if message.ends_with("found: EOF") => tokens.len(),
            None => stopped.min(tokens.len()),
        };
        let before = tokens.get(token).or(tokens.last()).map_or(Location::new(1, 1), |token| token.span.start);
        let code = if deep { code::TOO_DEEP } else { code::PARSE_ERROR };
        Failure { code, ..Failure::at(positions, place.unwrap_or(before), token, &message) }
    }
}

/// Of `3, Column: 7`.
fn location(text: &str) -> Option<Location> {
    let (line, column) = text.split_once(", Column: ")?;
    Some(Location::new(line.trim().parse().ok()?, column.trim().parse().ok()?))
}

/// Error texts begin in lower case and do not go on for ever, as what they quote may.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let mut shown: String = chars.next().into_iter().flat_map(char::to_lowercase).collect();
    shown.extend(chars.by_ref().take(LONGEST));
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}
