//! Texts cut into tokens, each with the bytes that it stands on.
//!
//! Most of what people write is cut by [`quick`]; anything out of the ordinary goes to the parser's own
//! tokenizer, with the same result. Blanks and comments in a row are one token. A place is told as a column of
//! one line, which is the byte's offset: the parser passes places on without looking at them.

mod keywords;
mod lines;
mod quick;
mod rows;

use lines::Lines;
use sqlparser::{
    dialect::Dialect as Grammar,
    tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer, Whitespace},
};

use crate::diagnostic::code;

/// How many tokens a text has at most.
const MAX_TOKENS: usize = 3_000_000;

/// The largest text that the parser's tokenizer is given, in bytes; it may make a token of each.
const MAX_SLOW: usize = 2 << 20;

/// Where and why a text could not be cut.
pub(crate) struct Refusal {
    pub code: &'static str,
    /// The byte's offset.
    pub at: usize,
    pub message: String,
}

/// The tokens of a text. Of long lists of constant rows only the first and the last are given.
pub(crate) fn tokens(text: &str, grammar: &dyn Grammar) -> Result<Vec<TokenWithSpan>, Refusal> {
    match quick::tokens(text, grammar) {
        Ok(tokens) => Ok(tokens),
        Err(quick::Stop::Odd) if text.len() <= MAX_SLOW => slow(text, grammar),
        Err(quick::Stop::Odd) => Err(Refusal::too_large(format!(
            "a statement of {} bytes with unusual signs was not read: expected at most {MAX_SLOW}",
            text.len()
        ))),
        Err(quick::Stop::TooMany) => Err(Refusal::too_large(format!(
            "a statement of more than {MAX_TOKENS} words, signs and blanks was not read"
        ))),
    }
}

impl Refusal {
    fn too_large(message: String) -> Refusal {
        Refusal { code: code::TOO_LARGE, at: 0, message }
    }
}

/// The place of a byte.
pub(crate) fn location(offset: usize) -> Location {
    Location::new(1, offset as u64 + 1)
}

/// The byte at a place.
pub(crate) fn offset(at: Location) -> usize {
    (at.column.max(1) - 1) as usize
}

/// The parser's own tokens, with places and blanks as everywhere here.
fn slow(text: &str, grammar: &dyn Grammar) -> Result<Vec<TokenWithSpan>, Refusal> {
    let lines = Lines::new(text);
    let tokens = Tokenizer::new(grammar, text).tokenize_with_location();
    let tokens = tokens.map_err(|error| {
        let at = lines.offset(text, error.location);
        Refusal { code: code::PARSE_ERROR, at, message: error.message }
    })?;
    let mut out: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let [start, end] = [token.span.start, token.span.end].map(|at| location(lines.offset(text, at)));
        match token.token {
            Token::Whitespace(blank) => push_blank(&mut out, breaks_line(&blank), Span::new(start, end)),
            other => out.push(TokenWithSpan::new(other, Span::new(start, end))),
        }
    }
    Ok(out)
}

fn breaks_line(blank: &Whitespace) -> bool {
    match blank {
        Whitespace::Newline | Whitespace::SingleLineComment { .. } => true,
        Whitespace::MultiLineComment(text) => text.contains('\n'),
        Whitespace::Space | Whitespace::Tab => false,
    }
}

/// Adds to the blank that the tokens end with, or begins one.
fn push_blank(out: &mut Vec<TokenWithSpan>, breaks: bool, span: Span) {
    if let Some(TokenWithSpan { token: Token::Whitespace(last), span: whole }) = out.last_mut() {
        if breaks {
            *last = Whitespace::Newline;
        }
        whole.end = span.end;
        return;
    }
    let blank = if breaks { Whitespace::Newline } else { Whitespace::Space };
    out.push(TokenWithSpan::new(Token::Whitespace(blank), span));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dialect::Dialect;

    /// Both ways of cutting agree, where the quick one answers; the answer is whether it did.
    fn agrees(text: &str, dialect: Dialect) -> Result<bool, TestCaseError> {
        let grammar = dialect.grammar();
        let Ok(quick) = quick::tokens(text, grammar.as_ref()) else { return Ok(false) };
        let slow = slow(text, grammar.as_ref()).map_err(|refusal| TestCaseError::fail(refusal.message))?;
        let shown = |tokens: &[TokenWithSpan]| -> Vec<String> {
            tokens
                .iter()
                .map(|token| format!("{}..{} {token:?}", offset(token.span.start), offset(token.span.end)))
                .collect()
        };
        prop_assert_eq!(shown(&quick), shown(&slow), "{:?} in {:?}", text, dialect);
        Ok(true)
    }

    #[test]
    fn ordinary_texts_are_cut_quickly() {
        let text =
            "SELECT a.b, \"c d\" AS `e`, 1.5 -- é\n/* é */ , 'it''s', x::int FROM t WHERE a<=b AND c || d <> -1;";
        for dialect in Dialect::all() {
            let text = if dialect.grammar().is_delimited_identifier_start('"') {
                text.to_owned()
            } else {
                text.replace('"', "`")
            };
            let text =
                if dialect.grammar().is_delimited_identifier_start('`') { text } else { text.replace('`', "\"") };
            assert!(agrees(&text, dialect).expect("both agree"), "{dialect:?}");
        }
    }

    /// Pieces that meet each other in odd ways.
    fn pieces() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "select", "Selec", "_a", "a", "b", "e", "n", "N", "q", "r", "u", "x", "1", "0", "0x", "1e", "1.", ".", "_",
            "'", "''", "\"", "`", "[", "]", "{", "(", ")", ",", ";", ":", "=", "<", ">", "!", "|", "-", "+", "*", "/",
            "%", "&", "$", "@", "#", "?", "\\", "--", "/*", "*/", " ", "  ", "\n", "\r", "\r\n", "\t", "\u{c}", "é",
            "'s'", "\"q\"", "/* c */", "-- c\n", "^", "~", "L", "/*!", "0xAf", "N'", "x'", "@a", "#a", "@@", "\\'",
            "\\%",
        ]);
        prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn of_many_constant_rows_the_first_and_the_last_are_kept() {
        let grammar = Dialect::all().next().expect("a dialect").grammar();
        let text = |rows: usize, row: &str| format!("INSERT INTO t VALUES {}(9, 'last') RETURNING a", row.repeat(rows));
        let count = |text: &str| tokens(text, grammar.as_ref()).map_or(0, |tokens| tokens.len());
        let constant = "(1, -2, NULL, DATE '2020-01-01'), ";
        assert_eq!(count(&text(5_000, constant)), count(&text(1_000, constant)));
        assert!(count(&text(1_000, constant)) > count(&text(999, constant)));
        for other in ["(1, x), ", "(1, DATE), ", "(1, f(2)), ", "(1, \"x\"), "] {
            assert!(count(&text(5_000, other)) > count(&text(4_999, other)), "{other}");
        }
        let cut = tokens(&text(5_000, constant), grammar.as_ref()).unwrap_or_default();
        let last = cut.iter().find(|token| token.token == Token::SingleQuotedString("last".to_owned()));
        assert_eq!(last.map(|token| offset(token.span.start)), text(5_000, constant).find("'last'"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn both_ways_agree(text in pieces(), dialect in 0usize..28) {
            let dialect = Dialect::all().nth(dialect).expect("28 dialects");
            agrees(&text, dialect)?;
        }
    }
}
