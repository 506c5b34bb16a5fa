//! From a text to its [`Script`]: limits, split, tokenise, rewrite, parse, lower.

mod chain;
mod dynamic;
mod failure;
mod limits;

use std::{collections::HashMap, ops::Range, thread};

use sqlparser::{
    ast,
    dialect::{Dialect as Grammar, GenericDialect},
    parser::Parser,
    tokenizer::{Location, Token, TokenWithSpan, Whitespace},
};

use crate::{
    blocks::{begins_statement, closing, declares, directs, is_blank, opening, prelude, word},
    diagnostic::{Diagnostic, Severity, code},
    dialect::Dialect,
    lineage::StatementKind,
    lower::{Arena, Input, lower, lower_moved, lower_record, lower_special, record_again},
    name::Span,
    positions::Positions,
    repair::{files, inert, repair},
    scan,
    script::{Effect, QueryId, Script, Statement},
    split::split,
    template::{self, Origins},
    tokens::{Special, multi_insert, rewrite, special},
};
use dynamic::{Run, Texts};
use failure::Failure;
use limits::{LEVELS, MAX_TREE, levels, tree_size};

/// The largest text that is read, in bytes.
pub const MAX_TEXT: usize = 64 << 20;

/// The largest single statement that is parsed, in bytes.
pub const MAX_STATEMENT: usize = 16 << 20;

/// Texts up to this size nest so little that the caller's stack is enough.
const SMALL_TEXT: usize = 4 << 10;

/// How deep the parser follows nested expressions and queries.
const NESTING: usize = 300;

/// How often one piece is taken up again after an error or a block word.
const RESUMES: usize = 500;

/// How often the tokens of one statement are repaired.
const REPAIRS: usize = 100;

/// How many tokens a statement has at most that is repaired.
const REPAIRABLE: usize = 100_000;

/// How many tokens are parsed again for repairs of one statement, at most.
const REPAIRED_TOKENS: usize = 1_000_000;

/// How deep texts within texts are followed.
const TEXTS: usize = 4;

/// Parses a text, statement by statement: one that is not understood does not lose the others.
///
/// Never panics; a text beyond [`MAX_TEXT`] is refused with one diagnostic, as is each statement
/// beyond [`MAX_STATEMENT`], and each whose tree would not fit in memory that is fit for a server.
pub fn parse(text: &str, dialect: Dialect) -> (Script, Vec<Diagnostic>) {
    if text.len() > MAX_TEXT {
        return refuse(text, dialect);
    }
    // Templates may nest as well, and are read before anything is known about the rest.
    let levels = if text.len() <= SMALL_TEXT { usize::MAX } else { LEVELS };
    let here = levels == usize::MAX || !text.contains('{');
    if let Some(parsed) = here.then(|| parse_here(text, dialect, levels)).flatten() {
        return parsed;
    }
    // Trees of long operator chains are dropped recursively, a frame for each link.
    let stack = (text.len() * 512).clamp(64 << 20, 1 << 30);
    thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(stack);
        let parsing = builder.spawn_scoped(scope, || parse_here(text, dialect, usize::MAX));
        match parsing.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(Some(parsed))) => parsed,
            Ok(Ok(None) | Err(_)) | Err(_) => refuse(text, dialect),
        }
    })
}

fn refuse(text: &str, dialect: Dialect) -> (Script, Vec<Diagnostic>) {
    let span = Span { start: 0, end: text.len() };
    let message = format!("a text of {} bytes was not read: expected at most {MAX_TEXT}", text.len());
    let diagnostic = Diagnostic { code: code::TOO_LARGE, severity: Severity::Error, span, message };
    (Arena::default().into_script(dialect, "", Vec::new()), vec![diagnostic])
}

/// Parses on this stack; `None` when a tree may have more levels than that.
fn parse_here(text: &str, dialect: Dialect, levels: usize) -> Option<(Script, Vec<Diagnostic>)> {
    let mut grammars = vec![dialect.grammar()];
    grammars.extend(dialect.other_grammars());
    let mut pass = Pass {
        dialect,
        grammars,
        arena: Arena::default(),
        statements: Vec::new(),
        inside: false,
        texts: 0,
        records: HashMap::new(),
        known: Texts::default(),
        levels,
        too_deep: false,
    };
    let (plain, origins) = template::fill(text, &mut pass.arena.diagnostics);
    pass.script(&plain, 0, &origins);
    if pass.too_deep {
        return None;
    }
    let diagnostics = std::mem::take(&mut pass.arena.diagnostics);
    Some((pass.arena.into_script(dialect, text, pass.statements), diagnostics))
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
    /// The queries of cursors and loops, by the lower-case names of those.
    records: HashMap<String, QueryId>,
    /// What variables hold.
    known: Texts,
    /// How deep a tree may be that fits the stack.
    levels: usize,
    /// One did not: nothing more is parsed.
    too_deep: bool,
}

/// One piece of the splitter, tokenised.
struct Piece<'a> {
    positions: Positions<'a>,
    tokens: Vec<TokenWithSpan>,
    text: &'a str,
    /// Where it begins in the whole.
    base: usize,
    origins: &'a Origins,
}

/// A statement, and the tokens that it was made of.
struct Parsed {
    statement: ast::Statement,
    tokens: Vec<TokenWithSpan>,
    /// Which of them.
    range: Range<usize>,
    /// What repairs left out.
    notes: Vec<Diagnostic>,
    by_name: bool,
}

impl Pass {
    /// A text that begins at byte `base` of the whole.
    fn script(&mut self, text: &str, base: usize, origins: &Origins) {
        for (start, end) in split(text, self.dialect) {
            if self.too_deep {
                return;
            }
            self.piece(&text[start..end], base + start, origins);
        }
    }

    /// One piece of the splitter: a statement, or several without separators between them.
    fn piece(&mut self, text: &str, base: usize, origins: &Origins) {
        let positions = Positions::new(text, base, origins);
        if text.len() > MAX_STATEMENT {
            let message = format!("a statement of {} bytes was not read: expected at most {MAX_STATEMENT}", text.len());
            return self.unparsed(&positions, code::TOO_LARGE, positions.whole().span(), message);
        }
        match self.tokenize(text, &positions) {
            Ok(tokens) if self.levels < usize::MAX && levels(&tokens) > self.levels => self.too_deep = true,
            Ok(tokens) => {
                let tokens = rewrite(tokens, self.dialect);
                let piece = Piece { positions, tokens, text, base, origins };
                if !self.body_text(&piece) {
                    self.statements_of(piece);
                }
            }
            Err(failure) => self.unparsed(&positions, failure.code, failure.span, failure.message),
        }
    }

    fn tokenize(&self, text: &str, positions: &Positions<'_>) -> Result<Vec<TokenWithSpan>, Failure> {
        scan::tokens(text, self.grammars[0].as_ref())
            .or_else(|refusal| scan::tokens(text, &GenericDialect {}).map_err(|_| refusal))
            .map_err(|refusal| {
                let failure = Failure::at(positions, scan::location(refusal.at), 0, &refusal.message);
                Failure { code: refusal.code, ..failure }
            })
    }

    /// `CREATE PROCEDURE … AS $$ … $$`: the text in the quotes is a script of its own.
    ///
    /// The answer is whether there was one.
    fn body_text(&mut self, piece: &Piece<'_>) -> bool {
        let mut words = piece.tokens.iter().filter_map(|token| word(&token.token)).take(6);
        let routine = words.any(|word| matches!(&*word.to_uppercase(), "PROCEDURE" | "DO" | "EXECUTE" | "FUNCTION"));
        if !routine || self.texts >= TEXTS {
            return false;
        }
        let quoted = |token: &&TokenWithSpan| matches!(token.token, Token::DollarQuotedString(_));
        let bodies: Vec<&TokenWithSpan> = piece.tokens.iter().filter(quoted).collect();
        if bodies.is_empty() {
            return false;
        }
        if foreign_language(&piece.tokens) {
            let message = "a body in another language is not followed".to_owned();
            let span = piece.positions.whole().span();
            let severity = Severity::Warning;
            self.arena.diagnostics.push(Diagnostic { code: code::UNSUPPORTED, severity, span, message });
        } else {
            for body in bodies {
                self.inner_text(piece, body);
            }
        }
        let place = piece.positions.whole();
        self.statements.push(Statement { kind: StatementKind::Other, place, effects: Vec::new() });
        true
    }

    /// The statements in a literal.
    fn inner_text(&mut self, piece: &Piece<'_>, literal: &TokenWithSpan) {
        let (value, mark) = match &literal.token {
            Token::DollarQuotedString(quoted) => (&quoted.value, quoted.tag.as_ref().map_or(0, String::len) + 2),
            Token::NationalStringLiteral(value) | Token::EscapedStringLiteral(value) => (value, 2),
            Token::SingleQuotedString(value) | Token::DoubleQuotedString(value) => (value, 1),
            _ => return,
        };
        if self.texts >= TEXTS {
            return;
        }
        let start = piece.positions.within(literal.span.start) + mark;
        let inside = std::mem::replace(&mut self.inside, true);
        self.texts += 1;
        match piece.text.get(start..start + value.len()) {
            Some(body) if body == value => self.script(body, piece.base + start, piece.origins),
            // Quotes are doubled in the text: places are those of the whole literal.
            Some(_) | None => {
                let place = piece.positions.place(literal.span).unwrap_or_else(|| piece.positions.whole());
                let value = value.clone();
                self.script(&value, 0, &Origins::of(place.0 as usize, place.1 as usize));
            }
        }
        self.texts -= 1;
        self.inside = inside;
    }

    /// Dynamic SQL that is a literal, or is put together from literals.
    fn dynamic(&mut self, piece: &Piece<'_>, tokens: &[TokenWithSpan]) -> bool {
        match self.known.run(tokens) {
            Some(Run::Literal(literal)) => self.inner_text(piece, literal),
            Some(Run::Made(text)) if self.texts < TEXTS => {
                let place = piece.positions.whole();
                let inside = std::mem::replace(&mut self.inside, true);
                self.texts += 1;
                self.script(&text, 0, &Origins::of(place.0 as usize, place.1 as usize));
                self.texts -= 1;
                self.inside = inside;
            }
            Some(Run::Made(_)) | None => return false,
        }
        true
    }

    fn statements_of(&mut self, mut piece: Piece<'_>) {
        let piece = &mut piece;
        let mut at = 0;
        for _ in 0..RESUMES {
            at = self.pass_prelude(piece, at);
            if piece.tokens[at..].iter().all(|token| is_blank(&token.token)) {
                return;
            }
            self.known.note(&piece.tokens[at..]);
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
        let declaring = declares(&piece.tokens[at..]);
        // Elsewhere a declaration is a statement of its own.
        self.inside |= declaring && self.dialect.declares_in_blocks();
        self.arena.scripted |= self.inside || declaring;
        for (variable, range) in found.records {
            self.inner_query(piece, at + range.start..at + range.end, Some(&variable));
        }
        for (variable, cursor) in found.cursors {
            if let Some(query) = self.records.get(&cursor.to_lowercase()).copied() {
                self.records.insert(variable.to_lowercase(), query);
                let statement = record_again(&variable, query, &piece.positions, &mut self.arena);
                self.statements.push(statement);
            }
        }
        for range in found.conditions {
            self.inner_query(piece, at + range.start..at + range.end, None);
        }
        at + found.tokens
    }

    fn inner_query(&mut self, piece: &Piece<'_>, range: Range<usize>, variable: Option<&str>) {
        let tokens = piece.tokens[range].to_vec();
        if let Ok(parsed) = self.parse_one(&piece.positions, tokens, 0).1 {
            let tokens = &parsed.tokens[parsed.range.clone()];
            let input = self.input(piece, tokens);
            let record = lower_record(&parsed.statement, variable, input, &mut self.arena);
            if let (Some(variable), Some([Effect::Record { query, .. }])) =
                (variable, record.as_ref().map(|record| record.effects.as_slice()))
            {
                self.records.insert(variable.to_lowercase(), *query);
            }
            self.statements.extend(record);
        }
    }

    /// One of several inserts that share a source; its tokens are not in the order of the text.
    fn one_insert(&mut self, piece: &Piece<'_>, tokens: Vec<TokenWithSpan>) -> Result<(), Failure> {
        let (_, result) = self.parse_one(&piece.positions, tokens, 0);
        let mut parsed = result?;
        let input = self.input(piece, &parsed.tokens[parsed.range.clone()]);
        let lowered = lower(&parsed.statement, input, &mut self.arena);
        self.statements.push(Statement { place: piece.positions.whole(), ..lowered });
        self.arena.diagnostics.append(&mut parsed.notes);
        Ok(())
    }

    /// Parses and lowers one statement; the answer is where the next begins.
    fn next_statement(&mut self, piece: &mut Piece<'_>, at: usize) -> Result<usize, Failure> {
        if let Some(special) = special(&piece.tokens[at..]) {
            self.special(piece, at, &special);
            return Ok(at + special.tokens);
        }
        if let Some(inserts) = multi_insert(&piece.tokens[at..], self.dialect) {
            for tokens in inserts {
                self.one_insert(piece, tokens)?;
            }
            return Ok(piece.tokens.len());
        }
        if let Some(statement) = self.large(piece, at)? {
            self.statements.push(statement);
            return Ok(piece.tokens.len());
        }
        let tokens = std::mem::take(&mut piece.tokens);
        let (original, result) = self.parse_one(&piece.positions, tokens, at);
        let repaired = original.is_some();
        piece.tokens = original.unwrap_or_default();
        let mut parsed = result?;
        if self.dynamic(piece, &parsed.tokens[parsed.range.clone()]) {
            return Ok(self.after(piece, repaired, parsed));
        }
        let input = self.input(piece, &parsed.tokens[parsed.range.clone()]);
        let mut lowered = lower(&parsed.statement, input, &mut self.arena);
        if parsed.by_name {
            fill_by_name(&mut lowered);
        }
        self.records.extend(self.arena.cursors(&lowered));
        self.statements.push(lowered);
        self.arena.diagnostics.append(&mut parsed.notes);
        Ok(self.after(piece, repaired, parsed))
    }

    /// A statement whose tree would be large, when it can be read in parts.
    fn large(&mut self, piece: &Piece<'_>, at: usize) -> Result<Option<Statement>, Failure> {
        let tokens = &piece.tokens[at..];
        if tokens.len() < chain::LONG {
            return Ok(None);
        }
        if let Some(statement) = self.in_parts(piece, at) {
            return Ok(Some(statement));
        }
        let (size, most) = (tree_size(tokens) >> 20, MAX_TREE >> 20);
        if size <= most {
            return Ok(None);
        }
        let message = format!("a statement that takes about {size} MB to parse was not read: expected at most {most}");
        Err(Failure { code: code::TOO_LARGE, ..Failure::parse_error(piece.positions.whole().span(), &message) })
    }

    /// Where the statement after one begins, whose tokens the piece gets back.
    fn after(&self, piece: &mut Piece<'_>, repaired: bool, parsed: Parsed) -> usize {
        let end = parsed.range.end;
        if !repaired {
            piece.tokens = parsed.tokens;
            return end;
        }
        let Some(next) = parsed.tokens.get(end) else { return piece.tokens.len() };
        piece.tokens.partition_point(|token| token.span.start < next.span.start)
    }

    /// The first grammar that accepts decides; the error is that of the dialect's own.
    ///
    /// When all refuse, the tokens are repaired; they come back as they were too, unless they are those of
    /// the statement.
    fn parse_one(
        &self,
        positions: &Positions<'_>,
        mut tokens: Vec<TokenWithSpan>,
        from: usize,
    ) -> (Option<Vec<TokenWithSpan>>, Result<Parsed, Failure>) {
        let mut failure = None;
        for grammar in &self.grammars {
            let (back, result) = attempt(grammar.as_ref(), positions, tokens, from);
            tokens = back;
            match result {
                Ok((statement, used)) => {
                    let range = from..used;
                    return (None, Ok(Parsed { statement, tokens, range, notes: Vec::new(), by_name: false }));
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        let repaired =
            self.grammars.iter().find_map(|grammar| self.repaired(grammar.as_ref(), positions, &tokens[from..]));
        let refused = || Failure::at(positions, Location::new(1, 1), 0, "no grammar to parse with");
        (Some(tokens), repaired.ok_or_else(|| failure.unwrap_or_else(refused)))
    }

    /// The statement after as many repairs as it takes and its size allows.
    fn repaired(&self, grammar: &dyn Grammar, positions: &Positions<'_>, tokens: &[TokenWithSpan]) -> Option<Parsed> {
        if tokens.len() > REPAIRABLE {
            return None;
        }
        let mut tokens = tokens.to_vec();
        let mut notes = Vec::new();
        let mut by_name = false;
        for _ in 0..(REPAIRED_TOKENS / tokens.len().max(1)).clamp(1, REPAIRS) {
            let (back, result) = attempt(grammar, positions, tokens, 0);
            tokens = back;
            let at = match result {
                Ok((statement, used)) => return Some(Parsed { statement, tokens, range: 0..used, notes, by_name }),
                Err(failure) => inside(grammar, positions, &tokens, &failure),
            };
            let change = repair(&tokens, at, self.dialect)?;
            if change.range.start > change.range.end || change.range.end > tokens.len() {
                return None;
            }
            by_name |= change.by_name;
            let place = tokens.get(change.range.start).and_then(|token| positions.place(token.span));
            let end = tokens.get(change.range.end.saturating_sub(1)).and_then(|token| positions.place(token.span));
            if let (Some((severity, what)), Some(start), Some(end)) = (change.note, place, end) {
                let span = Span { start: start.0 as usize, end: end.1.max(start.1) as usize };
                notes.push(Diagnostic {
                    code: code::SKIPPED,
                    severity,
                    span,
                    message: format!("{what} is passed over"),
                });
            }
            tokens.splice(change.range, change.with);
        }
        None
    }

    fn input<'p>(&self, piece: &'p Piece<'_>, tokens: &'p [TokenWithSpan]) -> Input<'p> {
        let variables = self.dialect.selects_into_variables(self.inside);
        Input { dialect: self.dialect, positions: &piece.positions, tokens, variables }
    }

    fn special(&mut self, piece: &Piece<'_>, at: usize, special: &Special) {
        let mut statement = lower_special(special, &piece.positions, &mut self.arena);
        if let Some(range) = &special.query {
            let tokens = piece.tokens[at + range.start..at + range.end].to_vec();
            match self.parse_one(&piece.positions, tokens, 0).1 {
                Ok(parsed) => {
                    let tokens = &parsed.tokens[parsed.range.clone()];
                    let input = self.input(piece, tokens);
                    lower_moved(&parsed.statement, &mut statement, input, &mut self.arena);
                }
                Err(failure) => {
                    return self.unparsed(&piece.positions, failure.code, failure.span, failure.message);
                }
            }
        }
        self.statements.push(statement);
    }

    /// Reports a statement that is not understood; the answer is where another may begin.
    fn recover(&mut self, piece: &Piece<'_>, at: usize, failure: Failure) -> Option<usize> {
        let following = statement_on_a_line(piece, at, |_| true);
        let alone = &piece.tokens[at..following.unwrap_or(piece.tokens.len())];
        if self.dynamic(piece, alone) {
            return following;
        }
        if let Some(moved) = files(alone, self.dialect) {
            self.special(piece, at, &moved);
            return following;
        }
        if let Some(kind) = inert(alone, self.dialect) {
            self.inert(piece, alone, kind);
            return following;
        }
        let solid = piece.tokens[at..].iter().find(|token| !is_blank(&token.token));
        let scripting = self.inside && solid.is_some_and(|token| !begins_statement(&token.token));
        let start = failure.span.start;
        let failure = failure.because_of(alone);
        if scripting {
            let span = failure.span;
            let message = "a declaration or scripting statement is not followed".to_owned();
            self.arena.diagnostics.push(Diagnostic { code: code::SKIPPED, severity: Severity::Note, span, message });
        } else {
            self.unparsed(&piece.positions, failure.code, failure.span, failure.message);
        }
        // A statement that follows on a line of its own may be whole.
        statement_on_a_line(piece, at, |token| piece.positions.offset(token.span.start) > start)
    }

    /// A statement that the grammars refuse but that moves no rows.
    fn inert(&mut self, piece: &Piece<'_>, tokens: &[TokenWithSpan], kind: StatementKind) {
        let mut places = tokens.iter().filter(|token| !is_blank(&token.token));
        let place = places.next().and_then(|token| piece.positions.place(token.span));
        let place = place.unwrap_or_else(|| piece.positions.whole());
        let message = "a statement that moves no rows is passed over".to_owned();
        let diagnostic = Diagnostic { code: code::SKIPPED, severity: Severity::Note, span: place.span(), message };
        self.arena.diagnostics.push(diagnostic);
        self.statements.push(Statement { kind, place: piece.positions.whole(), effects: Vec::new() });
    }

    fn unparsed(&mut self, positions: &Positions<'_>, code: &'static str, span: Span, message: String) {
        self.arena.diagnostics.push(Diagnostic { code, severity: Severity::Error, span, message });
        let place = positions.whole();
        self.statements.push(Statement { kind: StatementKind::Unparsed, place, effects: Vec::new() });
    }
}

/// The rows of inserts go to columns of their own names.
fn fill_by_name(statement: &mut Statement) {
    for effect in &mut statement.effects {
        if let Effect::Fill(fill) = effect {
            fill.by_name = true;
        }
    }
}

/// Whether a `WITH` is the tail of a statement, not the beginning of a query.
fn is_tail(tokens: &[TokenWithSpan]) -> bool {
    let mut solid = tokens.iter().map(|token| &token.token).filter(|token| !is_blank(token));
    let is = |token: Option<&Token>, wanted: &str| {
        token.and_then(word).is_some_and(|word| word.eq_ignore_ascii_case(wanted))
    };
    if !is(solid.next(), "WITH") {
        return false;
    }
    let name = solid.next();
    let name = if is(name, "RECURSIVE") { solid.next() } else { name };
    let after = solid.next();
    !(matches!(name, Some(Token::Word(_))) && (is(after, "AS") || after == Some(&Token::LParen)))
}

fn breaks_line(token: &Token) -> bool {
    matches!(token, Token::Whitespace(Whitespace::Newline))
}

/// Whether a routine's `LANGUAGE` is none of SQL.
fn foreign_language(tokens: &[TokenWithSpan]) -> bool {
    let mut words = tokens.iter().filter_map(|token| match &token.token {
        Token::Word(word) => Some(word.value.to_uppercase()),
        Token::SingleQuotedString(text) => Some(text.to_uppercase()),
        _ => None,
    });
    let language = words.by_ref().find(|word| word == "LANGUAGE").and_then(|_| words.next());
    language.is_some_and(|language| !matches!(&*language, "SQL" | "PLPGSQL" | "SQLPL" | "PLSQL"))
}

/// Where the next statement begins a line, after the first token and among those that `wanted` accepts.
fn statement_on_a_line(piece: &Piece<'_>, at: usize, wanted: impl Fn(&TokenWithSpan) -> bool) -> Option<usize> {
    let mut line_start = false;
    let first = piece.tokens[at..].iter().position(|token| !is_blank(&token.token)).map_or(at, |ahead| at + ahead);
    for (index, token) in piece.tokens.iter().enumerate().skip(first + 1) {
        if line_start && begins_statement(&token.token) && wanted(token) {
            return Some(index);
        }
        line_start = is_blank(&token.token) && (line_start || breaks_line(&token.token));
    }
    None
}

/// One statement of `tokens`, which come back, from an index on, and where it ends.
fn attempt(
    grammar: &dyn Grammar,
    positions: &Positions<'_>,
    tokens: Vec<TokenWithSpan>,
    from: usize,
) -> (Vec<TokenWithSpan>, Result<(ast::Statement, usize), Failure>) {
    let before = tokens[..from].iter().rposition(|token| !is_blank(&token.token));
    let mut parser = Parser::new(grammar).with_recursion_limit(NESTING).with_tokens_with_locations(tokens);
    while before.is_some_and(|before| parser.index() <= before) {
        parser.advance_token();
    }
    let result = parser.parse_statement();
    let stopped = parser.index();
    let next = parser.peek_token_ref();
    let next = (next.token != Token::EOF).then(|| next.clone());
    let tokens = parser.into_tokens();
    let result = match result {
        Err(error) => Err(Failure::of(positions, &tokens, stopped, &error)),
        Ok(statement) => match next {
            None => Ok((statement, tokens.len())),
            Some(next) => rest_begins(&tokens, stopped, &next, positions).map(|used| (statement, used)),
        },
    };
    (tokens, result)
}

/// Where the parser really stopped: a query in brackets that it refuses it takes for joined tables.
fn inside(grammar: &dyn Grammar, positions: &Positions<'_>, tokens: &[TokenWithSpan], failure: &Failure) -> usize {
    let mut at = failure.token;
    let mut start = 0;
    let mut end = tokens.len();
    let mut misled = failure.message.starts_with("expected: joined table");
    for _ in 0..TEXTS {
        let open = misled.then(|| opening(&tokens[start..end], at - start)).flatten().map(|open| start + open);
        let Some((open, close)) = open.and_then(|open| Some((open, closing(tokens, open)?))) else { break };
        start = open + 1;
        end = close;
        match attempt(grammar, positions, tokens[start..end].to_vec(), 0).1 {
            Ok(_) => break,
            Err(failure) => {
                at = start + failure.token;
                misled = failure.message.starts_with("expected: joined table");
            }
        }
    }
    at
}

/// What is left must be able to begin a statement, or the grammar did not understand it all.
fn rest_begins(
    tokens: &[TokenWithSpan],
    stopped: usize,
    next: &TokenWithSpan,
    positions: &Positions<'_>,
) -> Result<usize, Failure> {
    let ahead = tokens[stopped..].iter().position(|token| !is_blank(&token.token));
    let used = ahead.map_or(tokens.len(), |ahead| stopped + ahead);
    let after = prelude(&tokens[used..]);
    let blanks = || tokens[..used].iter().rev().take_while(|token| is_blank(&token.token));
    let own_line = || blanks().any(|token| breaks_line(&token.token));
    let begins = begins_statement(&next.token) && !is_tail(&tokens[used..]) || directs(&next.token) && own_line();
    if begins || !after.records.is_empty() || after.inside {
        return Ok(used);
    }
    let message = format!("expected: end of statement, found: {}", next.token);
    Err(Failure::at(positions, next.span.start, used, &message))
}
