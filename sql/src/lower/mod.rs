//! The parser's tree lowered to the flat form.
//!
//! Everything the tree says about names, and how values are used, is kept; the rest is dropped.
//! What is not handled is a diagnostic with its place.

mod expr;
mod fields;
mod from;
mod function;
mod pipe;
mod query;
mod statement;
mod table;
mod write;

pub(crate) use function::function_name;

use foldhash::HashMap;
use sqlparser::{
    ast,
    tokenizer::{Span as AstSpan, Token, TokenWithSpan},
};

use crate::{
    blocks::{closing, is_blank},
    diagnostic::{Diagnostic, Severity, code},
    dialect::Dialect,
    lineage::StatementKind,
    name::Ident,
    positions::Positions,
    script::{Effect, FillMode, Name, Path, Place, Query, QueryId, Script, SetOp, Statement, Table},
    tokens::{Act, Operand, Special},
};

/// How deep expressions and queries are followed.
const DEPTH: usize = 2_000;

/// What statements of one script share.
#[derive(Default)]
pub(crate) struct Arena {
    names: Vec<Ident>,
    /// By their text, those without quotes before those with.
    known: [HashMap<String, Name>; 2],
    queries: Vec<Query>,
    pub diagnostics: Vec<Diagnostic>,
    /// Variables may be in force.
    pub scripted: bool,
}

impl Arena {
    /// The script of all that was lowered.
    pub fn into_script(self, dialect: Dialect, text: &str, statements: Vec<Statement>) -> Script {
        let Arena { names, queries, scripted, .. } = self;
        Script { dialect, text: text.to_owned(), names, queries, statements, scripted }
    }

    pub fn query_count(&self) -> usize {
        self.queries.len()
    }

    /// Takes back the queries behind the first ones.
    pub fn forget_queries(&mut self, first: usize) {
        self.queries.truncate(first);
    }

    /// Adds the branches of the last query to another's; its first meets those before as told.
    ///
    /// `None` when it has names of its own, or is not the last.
    pub fn join_queries(&mut self, whole: QueryId, last: QueryId, (op, by_name): (SetOp, bool)) -> Option<()> {
        if last.0 as usize + 1 != self.queries.len() || !self.queries.last()?.ctes.is_empty() {
            return None;
        }
        let mut part = self.queries.pop()?;
        let first = part.branches.first_mut()?;
        (first.op, first.by_name) = (op, by_name);
        let whole = self.queries.get_mut(whole.0 as usize)?;
        whole.branches.append(&mut part.branches);
        whole.order_by.append(&mut part.order_by);
        Some(())
    }

    /// The cursors that a statement declares, by their lower-case names, with their queries.
    pub fn cursors(&self, statement: &Statement) -> Vec<(String, QueryId)> {
        let cursor = |effect: &Effect| match effect {
            Effect::Record { name, query } => Some((self.names[name.0 as usize].value.to_lowercase(), *query)),
            _ => None,
        };
        statement.effects.iter().filter_map(cursor).collect()
    }

    fn name(&mut self, ident: Ident) -> Name {
        self.named(&ident.value, ident.quoted)
    }

    fn named(&mut self, value: &str, quoted: bool) -> Name {
        let known = &mut self.known[usize::from(quoted)];
        if let Some(name) = known.get(value) {
            return *name;
        }
        let name = Name(self.names.len() as u32);
        known.insert(value.to_owned(), name);
        self.names.push(Ident { value: value.to_owned(), quoted });
        name
    }
}

/// The tokens that a statement was parsed from.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub dialect: Dialect,
    pub positions: &'a Positions<'a>,
    pub tokens: &'a [TokenWithSpan],
    /// `SELECT … INTO` fills variables here, not a table.
    pub variables: bool,
}

/// One statement of the tree in the flat form.
pub(crate) fn lower(statement: &ast::Statement, input: Input<'_>, arena: &mut Arena) -> Statement {
    let Input { dialect, positions, tokens, variables } = input;
    let places = positions.of_tokens(tokens);
    let mut lower = Lower {
        dialect,
        positions,
        tokens,
        places: &places,
        arena,
        windows: Vec::new(),
        lambdas: Vec::new(),
        opaque: Vec::new(),
        into: None,
        into_temporary: false,
        into_variables: Vec::new(),
        variables,
        excluded: false,
        depth: 0,
        too_deep: false,
    };
    let mut lowered = lower.statement(statement);
    lowered.place = extent(&places, tokens).unwrap_or_else(|| positions.whole());
    lowered
}

/// From the first solid token to the last.
fn extent(places: &[Place], tokens: &[TokenWithSpan]) -> Option<Place> {
    let solid = |at: &usize| !matches!(tokens[*at].token, Token::Whitespace(_) | Token::EOF);
    let first = (0..tokens.len()).find(solid)?;
    let last = (0..tokens.len()).rev().find(solid)?;
    Some(Place(places[first].0, places[last].1))
}

/// A query that a block's words hold: the rows of a loop's variable, or a condition.
pub(crate) fn lower_record(
    statement: &ast::Statement,
    variable: Option<&str>,
    input: Input<'_>,
    arena: &mut Arena,
) -> Option<Statement> {
    let mut lowered = lower(statement, input, arena);
    let [Effect::Answer(query)] = lowered.effects.as_slice() else { return None };
    let name = arena.name(Ident::plain(variable.unwrap_or_default()));
    lowered.effects = vec![Effect::Record { name, query: *query }];
    lowered.kind = StatementKind::Other;
    Some(lowered)
}

/// A variable that holds the rows of a cursor's query.
pub(crate) fn record_again(variable: &str, query: QueryId, positions: &Positions<'_>, arena: &mut Arena) -> Statement {
    let name = arena.name(Ident::plain(variable));
    Statement { kind: StatementKind::Other, place: positions.whole(), effects: vec![Effect::Record { name, query }] }
}

/// A statement that was read from its tokens.
pub(crate) fn lower_special(special: &Special, positions: &Positions<'_>, arena: &mut Arena) -> Statement {
    let mut tables = |operands: &[Operand]| -> Vec<Table> {
        operands.iter().map(|operand| operand_table(operand, positions, arena)).collect()
    };
    let (mut reads, mut writes) = (tables(&special.reads), tables(&special.writes));
    let place = positions.whole();
    let (kind, effect) = match (special.act, reads.pop(), writes.pop()) {
        (Act::Fetch, Some(cursor), Some(last)) => {
            let last_name = |table: &Table| table.path.last().copied();
            let into = writes.iter().chain([&last]).filter_map(last_name).collect();
            let cursor = last_name(&cursor).unwrap_or_else(|| arena.named("", false));
            (StatementKind::Other, Effect::Fetch { cursor, into })
        }
        (Act::Name, Some(target), Some(name)) => (StatementKind::Other, Effect::Alias { name, target }),
        (act, read, write) => {
            reads.extend(read);
            writes.extend(write);
            let kind = if act == Act::Call { StatementKind::Insert } else { StatementKind::Copy };
            (kind, Effect::Touch { reads, writes })
        }
    };
    if special.act == Act::Call {
        let message = "the rows that a procedure gives are not followed".to_owned();
        let (code, severity, span) = (code::UNSUPPORTED, Severity::Warning, place.span());
        arena.diagnostics.push(Diagnostic { code, severity, span, message });
    }
    Statement { kind, place, effects: vec![effect] }
}

/// The query whose rows a statement read from its tokens writes to each of its targets.
pub(crate) fn lower_moved(query: &ast::Statement, moved: &mut Statement, input: Input<'_>, arena: &mut Arena) {
    let lowered = lower(query, input, arena);
    let [Effect::Answer(query)] = lowered.effects.as_slice() else { return };
    let targets: Vec<Table> = moved
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Touch { writes, .. } => Some(writes.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    let fill = |target: Table| Effect::Fill(Box::new(statement::plain_fill(target, *query, FillMode::Insert)));
    if targets.is_empty() {
        moved.effects = lowered.effects;
    } else {
        moved.effects.extend(targets.into_iter().map(fill));
    }
}

fn operand_table(operand: &Operand, positions: &Positions<'_>, arena: &mut Arena) -> Table {
    let place = positions.whole();
    match operand {
        Operand::Address(address) => {
            Table { path: Box::new([arena.name(Ident::quoted(address.clone()))]), location: true, place }
        }
        Operand::Table(tokens) => {
            let words = tokens.iter().filter_map(|token| match &token.token {
                Token::Word(word) => Some(Ident { value: word.value.clone(), quoted: word.quote_style.is_some() }),
                _ => None,
            });
            Table { path: words.map(|ident| arena.name(ident)).collect(), location: false, place }
        }
    }
}

/// The state of lowering one statement; `'a` is the tree.
struct Lower<'a> {
    dialect: Dialect,
    positions: &'a Positions<'a>,
    tokens: &'a [TokenWithSpan],
    places: &'a [Place],
    arena: &'a mut Arena,
    /// Named windows of the selects around, innermost last.
    windows: Vec<&'a [ast::NamedWindowDefinition]>,
    /// Parameters of the lambdas around.
    lambdas: Vec<&'a str>,
    /// Functions that have been said to be not known.
    opaque: Vec<String>,
    /// The table of `SELECT … INTO`, once met.
    into: Option<Table>,
    into_temporary: bool,
    /// All targets of that `INTO`, when they are variables.
    into_variables: Vec<Name>,
    /// That table is a variable of a routine.
    variables: bool,
    /// Inside `ON DUPLICATE KEY UPDATE`, where `VALUES(c)` is a column.
    excluded: bool,
    depth: usize,
    too_deep: bool,
}

impl<'a> Lower<'a> {
    fn name(&mut self, ident: &ast::Ident) -> Name {
        self.arena.named(&ident.value, ident.quote_style.is_some())
    }

    fn plain(&mut self, value: &str) -> Name {
        self.arena.named(value, false)
    }

    fn names(&mut self, idents: &[ast::Ident]) -> Vec<Name> {
        idents.iter().map(|ident| self.name(ident)).collect()
    }

    /// The parts of a name; BigQuery's `` `p.d.t` `` is three.
    fn path(&mut self, name: &ast::ObjectName) -> Path {
        let mut path = Vec::with_capacity(name.0.len());
        for part in &name.0 {
            match part {
                ast::ObjectNamePart::Identifier(ident) => self.push_part(ident, &mut path),
                ast::ObjectNamePart::Function(function) => self.push_identifier_call(function, &mut path),
            }
        }
        path.into()
    }

    fn push_part(&mut self, ident: &ast::Ident, path: &mut Vec<Name>) {
        let splits = self.dialect.splits_quoted_names() && ident.quote_style == Some('`');
        if splits && ident.value.contains('.') {
            let parts = ident.value.split('.');
            path.extend(parts.map(|part| self.arena.name(Ident::quoted(part))));
        } else {
            path.push(self.name(ident));
        }
    }

    /// `IDENTIFIER('a.b')` is the name in its argument when that is a literal.
    ///
    /// For a computed name nothing is pushed.
    fn push_identifier_call(&mut self, call: &ast::ObjectNamePartFunction, path: &mut Vec<Name>) {
        let place = self.place(call.name.span);
        let named = self.named_by(&call.args, place);
        path.extend(named);
    }

    /// The parts of the name that is the only argument of `IDENTIFIER`; none when it is computed.
    fn named_by(&mut self, args: &[ast::FunctionArg], place: Place) -> Vec<Name> {
        let [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(argument))] = args else { return Vec::new() };
        match argument {
            ast::Expr::Value(value) if !matches!(value.value, ast::Value::Placeholder(_)) => {
                let text = value.value.clone().into_string().unwrap_or_default();
                text.split('.').map(|part| self.arena.name(unquote(part))).collect()
            }
            ast::Expr::Identifier(ident) if !ident.value.starts_with(['$', ':', '?', '@']) => vec![self.name(ident)],
            ast::Expr::CompoundIdentifier(idents) => self.names(idents),
            _ => {
                self.report(code::UNSUPPORTED, Severity::Warning, place, "a name that is computed is not followed");
                Vec::new()
            }
        }
    }

    fn place(&self, span: AstSpan) -> Place {
        self.positions.place(span).unwrap_or_else(|| self.positions.whole())
    }

    fn name_place(&self, name: &ast::ObjectName) -> Place {
        let mut place: Option<Place> = None;
        for part in &name.0 {
            let span = match part {
                ast::ObjectNamePart::Identifier(ident) => ident.span,
                ast::ObjectNamePart::Function(function) => function.name.span,
            };
            if let Some(next) = self.positions.place(span) {
                place = Some(place.map_or(next, |place| Place(place.0.min(next.0), place.1.max(next.1))));
            }
        }
        place.unwrap_or_else(|| self.positions.whole())
    }

    fn report(&mut self, code: &'static str, severity: Severity, place: Place, message: &str) {
        self.arena.diagnostics.push(Diagnostic { code, severity, span: place.span(), message: message.to_owned() });
    }

    /// A construct that is read but not followed.
    fn unsupported(&mut self, place: Place, what: &str) {
        self.report(code::UNSUPPORTED, Severity::Warning, place, &format!("{what} is not followed"));
    }

    /// Goes one level deeper, or says once that the bottom is reached.
    fn enter(&mut self) -> bool {
        if self.depth >= DEPTH {
            if !self.too_deep {
                let message = format!("nested deeper than {DEPTH} levels: the rest is not followed");
                self.report(code::TOO_DEEP, Severity::Error, self.positions.whole(), &message);
            }
            self.too_deep = true;
            return false;
        }
        self.depth += 1;
        true
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn push_query(&mut self, query: Query) -> QueryId {
        self.arena.queries.push(query);
        QueryId((self.arena.queries.len() - 1) as u32)
    }

    /// The call whose arguments begin here, when the word of one stands before them.
    fn call_around(&self, inner: Place) -> Place {
        let Ok(first) = self.places.binary_search_by_key(&inner.0, |place| place.0) else { return inner };
        let solid = |end: usize| (0..end).rev().find(|at| !is_blank(&self.tokens[*at].token));
        let open = solid(first).filter(|at| self.tokens[*at].token == Token::LParen);
        let called = open.and_then(solid).filter(|at| matches!(self.tokens[*at].token, Token::Word(_)));
        let close = open.and_then(|open| closing(self.tokens, open));
        match (called, close) {
            (Some(called), Some(close)) => Place(self.places[called].0, self.places[close].1),
            _ => inner,
        }
    }

    /// The core of an expression widened to all of its tokens, which the parser's spans miss.
    ///
    /// Tokens belong to it up to a comma or a bracket that it does not open, a word that begins or ends
    /// an item, or the bounds.
    fn widen(&self, core: Place, (floor, limit): Bounds) -> Place {
        let Ok(first) = self.places.binary_search_by_key(&core.0, |place| place.0) else { return core };
        let mut place = core;
        let mut depth = 0usize;
        for index in (0..first).rev() {
            match &self.tokens[index].token {
                Token::RParen | Token::RBracket | Token::RBrace => depth += 1,
                Token::LParen | Token::LBracket | Token::LBrace if depth == 0 => break,
                Token::LParen | Token::LBracket | Token::LBrace => depth -= 1,
                Token::Comma | Token::Assignment if depth == 0 => break,
                Token::Eq if depth == 0 && floor.is_some() => break,
                Token::Word(word) if depth == 0 && word.quote_style.is_none() && begins_item(&word.value) => break,
                Token::Whitespace(_) => continue,
                _ => {}
            }
            place.0 = self.places[index].0;
        }
        depth = 0;
        let limit = limit.unwrap_or(u32::MAX);
        for index in first..self.tokens.len() {
            if self.places[index].0 >= limit {
                break;
            }
            let outside = self.places[index].0 >= core.1;
            match &self.tokens[index].token {
                Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
                Token::RParen | Token::RBracket | Token::RBrace if depth == 0 => break,
                Token::RParen | Token::RBracket | Token::RBrace => depth -= 1,
                Token::Comma | Token::SemiColon | Token::EOF if depth == 0 && outside => break,
                Token::Word(word) if depth == 0 && outside && word.quote_style.is_none() && ends_item(&word.value) => {
                    break;
                }
                Token::Whitespace(_) => continue,
                _ => {}
            }
            place.1 = place.1.max(self.places[index].1);
        }
        place
    }
}

/// Where an expression's text lies at most: after a target that it is assigned to, before an alias.
type Bounds = (Option<u32>, Option<u32>);

fn begins_item(word: &str) -> bool {
    const WORDS: [&str; 10] =
        ["SELECT", "DISTINCT", "ALL", "SET", "VALUES", "RETURNING", "OUTPUT", "EXTEND", "AGGREGATE", "BY"];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn ends_item(word: &str) -> bool {
    const WORDS: [&str; 16] = [
        "WHEN",
        "AS",
        "FOR",
        "FROM",
        "WHERE",
        "GROUP",
        "HAVING",
        "QUALIFY",
        "ORDER",
        "LIMIT",
        "UNION",
        "INTO",
        "EXCEPT",
        "INTERSECT",
        "RETURNING",
        "WINDOW",
    ];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// A part of a name given as text, with its own quotes if it has any.
fn unquote(part: &str) -> Ident {
    let quoted = part.len() > 1 && matches!(part.as_bytes()[0], b'"' | b'`');
    if quoted { Ident::quoted(&part[1..part.len() - 1]) } else { Ident::plain(part) }
}
