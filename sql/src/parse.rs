//! From a text to its [`Script`]: limits, split, tokenise, rewrite, parse, lower.

use std::thread;

use sqlparser::{
    dialect::{Dialect as Grammar, GenericDialect},
    parser::{Parser, ParserError},
    tokenizer::{Location, Token, TokenWithSpan, Tokenizer},
};

use crate::{
    diagnostic::{Diagnostic, Severity, code},
    dialect::Dialect,
    lineage::StatementKind,
    lower::{Arena, lower},
    name::Span,
    positions::Positions,
    script::{Script, Statement},
    split::split,
    tokens::rewrite,
};

/// The largest text that is read, in bytes.
pub const MAX_TEXT: usize = 64 << 20;

/// The largest single statement that is parsed, in bytes.
pub const MAX_STATEMENT: usize = 2 << 20;

/// Texts up to this size nest so little that the caller's stack is enough.
const SMALL_TEXT: usize = 4 << 10;

/// How deep the parser follows nested expressions and queries.
const NESTING: usize = 300;

/// Parses a text, statement by statement: one that is not understood does not lose the others.
///
/// Never panics; a text beyond [`MAX_TEXT`] is refused with one diagnostic, as is each statement
/// beyond [`MAX_STATEMENT`].
pub fn parse(text: &str, dialect: Dialect) -> (Script, Vec<Diagnostic>) {
    if text.len() > MAX_TEXT {
        return refuse(text, dialect);
    }
    if text.len() <= SMALL_TEXT {
        return parse_here(text, dialect);
    }
    // Trees of long operator chains are dropped recursively, a frame for each link.
    let stack = (text.len().min(MAX_STATEMENT) * 512).max(64 << 20);
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(stack);
        match builder.spawn_scoped(scope, || parse_here(text, dialect)).map(thread::ScopedJoinHandle::join) {
            Ok(Ok(parsed)) => parsed,
            Ok(Err(_)) | Err(_) => refuse(text, dialect),
        }
    })
}

fn refuse(text: &str, dialect: Dialect) -> (Script, Vec<Diagnostic>) {
    let span = Span { start: 0, end: text.len() };
    let message = format!("a text of {} bytes was not read: expected at most {MAX_TEXT}", text.len());
    let diagnostic = Diagnostic { code: code::TOO_LARGE, severity: Severity::Error, span, message };
    (Arena::default().into_script(dialect, "", Vec::new()), vec![diagnostic])
}

fn parse_here(text: &str, dialect: Dialect) -> (Script, Vec<Diagnostic>) {
    let mut pass = Pass { dialect, grammar: dialect.grammar(), arena: Arena::default(), statements: Vec::new() };
    for (start, end) in split(text, dialect) {
        pass.piece(&text[start..end], start);
    }
    let diagnostics = std::mem::take(&mut pass.arena.diagnostics);
    (pass.arena.into_script(dialect, text, pass.statements), diagnostics)
}

struct Pass {
    dialect: Dialect,
    grammar: Box<dyn Grammar>,
    arena: Arena,
    statements: Vec<Statement>,
}

impl Pass {
    /// One piece of the splitter: a statement, or several without separators between them.
    fn piece(&mut self, piece: &str, base: usize) {
        let positions = Positions::new(piece, base);
        if piece.len() > MAX_STATEMENT {
            let message = format!("a statement of {} bytes was not read: expected at most {MAX_STATEMENT}", piece.len());
            self.unparsed(&positions, code::TOO_LARGE, positions.whole().span(), message);
            return;
        }
        let native = self.attempt(piece, &positions, false);
        let Err(failure) = native else { return };
        if self.attempt(piece, &positions, true).is_err() {
            self.unparsed(&positions, code::PARSE_ERROR, failure.span, failure.message);
        }
    }

    /// Parses with the dialect's own grammar or, as a second try, with the generic one.
    fn attempt(&mut self, piece: &str, positions: &Positions<'_>, generic: bool) -> Result<(), Failure> {
        let fallback = GenericDialect {};
        let grammar: &dyn Grammar = if generic { &fallback } else { self.grammar.as_ref() };
        let tokens = Tokenizer::new(grammar, piece)
            .tokenize_with_location()
            .map_err(|error| Failure::at(positions, error.location, &error.message))?;
        let tokens = rewrite(tokens, self.dialect);
        let mut parser =
            Parser::new(grammar).with_recursion_limit(NESTING).with_tokens_with_locations(tokens.clone());
        let mut parsed = Vec::new();
        while parser.peek_token_ref().token != Token::EOF {
            let before = parser.peek_token_ref().span.start;
            let statement =
                parser.parse_statement().map_err(|error| Failure::of(positions, &parser, &error, before))?;
            parsed.push(statement);
        }
        for statement in &parsed {
            let lowered = lower(statement, self.dialect, positions, &tokens, &mut self.arena);
            self.statements.push(lowered);
        }
        Ok(())
    }

    fn unparsed(&mut self, positions: &Positions<'_>, code: &'static str, span: Span, message: String) {
        self.arena.diagnostics.push(Diagnostic { code, severity: Severity::Error, span, message });
        let place = positions.whole();
        self.statements.push(Statement { kind: StatementKind::Unparsed, place, effects: Vec::new() });
    }
}

/// Why and where a piece could not be parsed.
struct Failure {
    span: Span,
    message: String,
}

impl Failure {
    fn at(positions: &Positions<'_>, at: Location, message: &str) -> Failure {
        let start = positions.offset(at);
        Failure { span: Span { start, end: start }, message: lower_first(message) }
    }

    fn of(positions: &Positions<'_>, parser: &Parser<'_>, error: &ParserError, before: Location) -> Failure {
        let here: &TokenWithSpan = parser.peek_token_ref();
        let at = if here.span.start.line == 0 { before } else { here.span.start };
        let message = match error {
            ParserError::TokenizerError(text) | ParserError::ParserError(text) => {
                text.split(" at Line: ").next().unwrap_or(text).to_owned()
            }
            ParserError::RecursionLimitExceeded => format!("expected at most {NESTING} levels of nesting"),
        };
        Failure::at(positions, at, &message)
    }
}

/// Error texts begin in lower case.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
