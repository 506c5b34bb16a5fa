//! From a text to its [`Script`]: limits, split, tokenise, rewrite, parse, lower.

use std::thread;

use sqlparser::{
    ast,
    dialect::{Dialect as Grammar, GenericDialect},
    parser::{Parser, ParserError},
    tokenizer::{Location, Token, TokenWithSpan, Tokenizer},
};

use crate::{
    blocks::{begins_statement, is_blank, prelude, word},
    diagnostic::{Diagnostic, Severity, code},
    dialect::Dialect,
    lineage::StatementKind,
    lower::{Arena, Input, lower, lower_record, lower_special},
    name::Span,
    positions::Positions,
    script::{Script, Statement},
    split::split,
    template,
    tokens::{Special, rewrite, special},
};

/// The largest text that is read, in bytes.
pub const MAX_TEXT: usize = 64 << 20;

/// The largest single statement that is parsed, in bytes.
pub const MAX_STATEMENT: usize = 2 << 20;

/// Texts up to this size nest so little that the caller's stack is enough.
const SMALL_TEXT: usize = 4 << 10;

/// How deep the parser follows nested expressions and queries.
const NESTING: usize = 300;

/// How often one piece is taken up again after an error or a block word.
const RESUMES: usize = 500;

/// How deep texts within texts are followed.
const TEXTS: usize = 4;

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
    let mut grammars = vec![dialect.grammar()];
    grammars.extend(dialect.other_grammars());
    let arena = Arena::default();
    let mut pass = Pass { dialect, grammars, arena, statements: Vec::new(), inside: false, texts: 0 };
    let plain = template::fill(text, &mut pass.arena.diagnostics);
    pass.script(&plain, 0);
    let diagnostics = std::mem::take(&mut pass.arena.diagnostics);
    (pass.arena.into_script(dialect, text, pass.statements), diagnostics)
}

struct Pass {
    dialect: Dialect,
    /// The dialect's own grammar, then those that are tried when it refuses.
    grammars: Vec<Box<dyn Grammar>>,
    arena: Arena,
    statements: Vec<Statement>,
    /// A routine or block was entered: pieces may be declarations and other scripting.
    inside: bool,
    /// How many texts within texts are open.
    texts: usize,
}

/// One piece of the splitter, tokenised.
struct Piece<'a> {
    positions: Positions<'a>,
    tokens: Vec<TokenWithSpan>,
}

impl Pass {
    /// A text that begins at byte `base` of the whole.
    fn script(&mut self, text: &str, base: usize) {
        for (start, end) in split(text, self.dialect) {
            self.piece(&text[start..end], base + start);
        }
    }

    /// One piece of the splitter: a statement, or several without separators between them.
    fn piece(&mut self, text: &str, base: usize) {
        let positions = Positions::new(text, base);
        if text.len() > MAX_STATEMENT {
            let message = format!("a statement of {} bytes was not read: expected at most {MAX_STATEMENT}", text.len());
            return self.unparsed(&positions, code::TOO_LARGE, positions.whole().span(), message);
        }
        match self.tokenize(text, &positions) {
            Ok(tokens) => {
                let tokens = rewrite(tokens, self.dialect);
                self.body_text(&tokens, text, base);
                self.statements_of(&Piece { positions, tokens });
            }
            Err(failure) => self.unparsed(&positions, code::PARSE_ERROR, failure.span, failure.message),
        }
    }

    fn tokenize(&self, text: &str, positions: &Positions<'_>) -> Result<Vec<TokenWithSpan>, Failure> {
        let native = Tokenizer::new(self.grammars[0].as_ref(), text).tokenize_with_location();
        native
            .or_else(|error| Tokenizer::new(&GenericDialect {}, text).tokenize_with_location().map_err(|_| error))
            .map_err(|error| Failure::at(positions, error.location, &error.message))
    }

    /// `CREATE PROCEDURE … AS $$ … $$`: the text in the quotes is a script of its own.
    fn body_text(&mut self, tokens: &[TokenWithSpan], text: &str, base: usize) {
        let mut words = tokens.iter().filter_map(|token| word(&token.token)).take(6);
        let routine = words.any(|word| matches!(&*word.to_uppercase(), "PROCEDURE" | "DO" | "EXECUTE" | "FUNCTION"));
        if !routine || self.texts >= TEXTS {
            return;
        }
        for token in tokens {
            let Token::DollarQuotedString(quoted) = &token.token else { continue };
            let positions = Positions::new(text, base);
            let tag = quoted.tag.as_ref().map_or(0, |tag| tag.len()) + 2;
            let start = positions.offset(token.span.start) - base + tag;
            let inside = std::mem::replace(&mut self.inside, true);
            self.texts += 1;
            if let Some(body) = text.get(start..start + quoted.value.len()) {
                self.script(body, base + start);
            }
            self.texts -= 1;
            self.inside = inside;
        }
    }

    fn statements_of(&mut self, piece: &Piece<'_>) {
        let mut at = 0;
        for _ in 0..RESUMES {
            at = self.pass_prelude(piece, at);
            if piece.tokens[at..].iter().all(|token| is_blank(&token.token)) {
                return;
            }
            match self.next_statement(piece, at) {
                Ok(next) => at = next,
                Err(failure) => match self.recover(piece, at, failure) {
                    Some(next) => at = next,
                    None => return,
                },
            }
        }
        let message = format!("more than {RESUMES} statements without separators: the rest was not read");
        self.unparsed(&piece.positions, code::TOO_LARGE, piece.positions.whole().span(), message);
    }

    /// Passes block words; what they read and declare counts.
    fn pass_prelude(&mut self, piece: &Piece<'_>, at: usize) -> usize {
        let found = prelude(&piece.tokens[at..]);
        self.inside |= found.inside;
        for (variable, range) in found.records {
            self.inner_query(piece, at + range.start..at + range.end, Some(&variable));
        }
        for range in found.conditions {
            self.inner_query(piece, at + range.start..at + range.end, None);
        }
        at + found.tokens
    }

    fn inner_query(&mut self, piece: &Piece<'_>, range: std::ops::Range<usize>, variable: Option<&str>) {
        let tokens = &piece.tokens[range];
        if let Ok((statement, _)) = self.parse_one(piece, tokens) {
            let input = Input { dialect: self.dialect, positions: &piece.positions, tokens };
            let record = lower_record(&statement, variable, input, &mut self.arena);
            self.statements.extend(record);
        }
    }

    /// Parses and lowers one statement; the answer is where the next begins.
    fn next_statement(&mut self, piece: &Piece<'_>, at: usize) -> Result<usize, Failure> {
        let tokens = &piece.tokens[at..];
        if let Some(special) = special(tokens) {
            self.special(piece, &special);
            return Ok(at + special.tokens);
        }
        let (statement, used) = self.parse_one(piece, tokens)?;
        let input = Input { dialect: self.dialect, positions: &piece.positions, tokens: &tokens[..used] };
        let lowered = lower(&statement, input, &mut self.arena);
        self.statements.push(lowered);
        Ok(at + used)
    }

    /// The first grammar that accepts decides; the error is that of the dialect's own.
    fn parse_one(&self, piece: &Piece<'_>, tokens: &[TokenWithSpan]) -> Result<(ast::Statement, usize), Failure> {
        let mut failure = None;
        for grammar in &self.grammars {
            match attempt(grammar.as_ref(), piece, tokens) {
                Ok(parsed) => return Ok(parsed),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        Err(failure.unwrap_or_else(|| Failure::at(&piece.positions, Location::new(1, 1), "no grammar to parse with")))
    }

    fn special(&mut self, piece: &Piece<'_>, special: &Special) {
        let statement = lower_special(special, &piece.positions, &mut self.arena);
        self.statements.push(statement);
    }

    /// Reports a statement that is not understood; the answer is where another may begin.
    fn recover(&mut self, piece: &Piece<'_>, at: usize, failure: Failure) -> Option<usize> {
        let solid = piece.tokens[at..].iter().find(|token| !is_blank(&token.token));
        let scripting = self.inside && solid.is_some_and(|token| !begins_statement(&token.token));
        if scripting {
            let span = failure.span;
            let message = "a declaration or scripting statement is not followed".to_owned();
            self.arena.diagnostics.push(Diagnostic { code: code::SKIPPED, severity: Severity::Note, span, message });
        } else {
            self.unparsed(&piece.positions, code::PARSE_ERROR, failure.span, failure.message);
        }
        // A statement that follows on a line of its own may be whole.
        let mut line_start = false;
        for (index, token) in piece.tokens.iter().enumerate().skip(at + 1) {
            let after_error = piece.positions.offset(token.span.start) > failure.span.start;
            if after_error && line_start && begins_statement(&token.token) {
                return Some(index);
            }
            line_start = match &token.token {
                Token::Whitespace(space) => line_start || space.to_string().contains('\n'),
                _ => false,
            };
        }
        None
    }

    fn unparsed(&mut self, positions: &Positions<'_>, code: &'static str, span: Span, message: String) {
        self.arena.diagnostics.push(Diagnostic { code, severity: Severity::Error, span, message });
        let place = positions.whole();
        self.statements.push(Statement { kind: StatementKind::Unparsed, place, effects: Vec::new() });
    }
}

/// One statement from the beginning of `tokens`, and how many of them it took.
fn attempt(
    grammar: &dyn Grammar,
    piece: &Piece<'_>,
    tokens: &[TokenWithSpan],
) -> Result<(ast::Statement, usize), Failure> {
    let first = tokens.first().map_or(Location::new(1, 1), |token| token.span.start);
    let mut parser = Parser::new(grammar).with_recursion_limit(NESTING).with_tokens_with_locations(tokens.to_vec());
    let statement = parser.parse_statement().map_err(|error| Failure::of(&piece.positions, &parser, &error, first))?;
    let next = parser.peek_token_ref();
    if next.token == Token::EOF {
        return Ok((statement, tokens.len()));
    }
    let used = tokens.iter().position(|token| token.span.start >= next.span.start && token.token == next.token);
    let used = used.unwrap_or(tokens.len());
    // What is left must be able to begin a statement, or this grammar did not understand it all.
    if begins_statement(&next.token) || !prelude(&tokens[used..]).records.is_empty() || prelude(&tokens[used..]).inside
    {
        return Ok((statement, used));
    }
    let message = format!("expected: end of statement, found: {}", next.token);
    Err(Failure::at(&piece.positions, next.span.start, &message))
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
