//! What another type of a column does to the expressions that use it.
//!
//! An expression is walked twice, with the old type and with the new one. Each operation says what it takes its
//! operands as, and whether the platform refuses them; where these differ, the expression is not what it was. What
//! is not known (a function of the users', a type that nobody spells so, a column of unknown type beside the changed
//! one) is said to be unknown.

mod functions;
mod read;
mod rules;
mod step;
mod types;
mod walk;

use std::cell::{Cell, RefCell};

use sqlparser::{ast::Expr, parser::Parser, tokenizer::Token};

use crate::{dialect::Dialect, lineage::Indirect};
use step::{Judge, Operand, Problem, Step, Turn};
use types::Conversion;
pub use types::{Type, narrows, widens};
pub(crate) use walk::subquery;
use walk::{Columns, Name, Walk};

/// What the expression is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It gives a value.
    Value,
    /// It decides about rows, or about values.
    Condition(Indirect),
}

/// What a retyped column does to an expression, the worst last. A `why` is half a sentence in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It does the same.
    Same,
    /// It gives the same values, in another type; `None` when that type is not known.
    ResultType { to: Option<String> },
    /// What it does now is not known.
    Unknown { why: String },
    /// It decides otherwise about rows.
    RowsChange { why: String },
    /// It gives other values.
    ValueChanges { why: String },
    /// The platform refuses it.
    Fails { why: String },
}

/// A column whose type changes, as an expression names it.
#[derive(Clone, Copy, Debug)]
pub struct RetypedColumn<'a> {
    /// Its name, with as much before it as tells it from other columns in the expression: `id`, or `a.id`.
    pub name: &'a str,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
}

/// What the types of the other columns in an expression are; names are given as written, with dots.
pub type OtherTypes<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The longest expression that is judged, in bytes: a tree of a longer one may be deeper than the stack allows.
const LONG: usize = 8 << 10;

/// How deep brackets and the like may nest.
const NESTING: usize = 60;

/// What becomes of `expression` when `column` gets another type.
///
/// The expression is the text of one item, condition or key. Never panics; what cannot be parsed is
/// [`Effect::Unknown`].
pub fn retyped(
    expression: &str,
    dialect: Dialect,
    place: Use,
    column: RetypedColumn<'_>,
    others: OtherTypes<'_>,
) -> Effect {
    let kind = dialect.kind();
    let (old, new) = (Type::optional(column.before, kind), Type::optional(column.after, kind));
    let seen = Cell::new(false);
    let pair = |name: &Name<'_>| match meant(name, column.name) {
        Some(used) => {
            seen.set(true);
            (old.clone(), new.clone(), used)
        }
        None => {
            let (found, used) = other(name, kind, others);
            (found.clone(), found, used)
        }
    };
    let judged = parsed(expression, dialect, &|expr| judge(expr, dialect, place, &pair));
    match judged {
        Some(_) if !seen.get() => {
            Effect::Unknown { why: format!("\"{}\" arrives in this expression under another name", column.name) }
        }
        Some(effect) => effect,
        None => not_understood(),
    }
}

/// Why the platform does not bring values of two types together in one column, if it does not.
pub(crate) fn clash(one: &str, other: &str, dialect: Dialect) -> Option<String> {
    let kind = dialect.kind();
    let operands = [one, other].map(|name| Operand::of(Type::of(name, dialect)));
    match Judge::of(kind).unify("a set operation", &operands).0.problem {
        Problem::Refused(why) => Some(why),
        Problem::None | Problem::Risk(_) | Problem::Unsure(_) => None,
    }
}

/// The type of an expression's value, where it can be known from the types of its columns.
pub fn type_of(expression: &str, dialect: Dialect, types: OtherTypes<'_>) -> Option<String> {
    let found = parsed(expression, dialect, &|expr| {
        let read = |name: &Name<'_>| other(name, dialect.kind(), types);
        Walk::new(dialect.kind(), &read).value(expr).found
    });
    found?.name()
}

fn parsed<T>(expression: &str, dialect: Dialect, then: &dyn Fn(&Expr) -> T) -> Option<T> {
    if expression.len() > LONG {
        return None;
    }
    let grammars = std::iter::once(dialect.grammar()).chain(dialect.other_grammars());
    let mut trees = grammars.filter_map(|grammar| {
        let mut parser = Parser::new(grammar.as_ref()).with_recursion_limit(NESTING).try_with_sql(expression).ok()?;
        let tree = parser.parse_expr().ok()?;
        (parser.peek_token().token == Token::EOF).then_some(tree)
    });
    trees.next().map(|tree| then(&tree))
}

/// An old and a new type, and how many parts of a name say the column; what comes after are fields.
pub(crate) type Change = (Type, Type, usize);

/// What becomes of `expression` when the columns in it get other types; names are given as written.
pub(crate) fn retyped_all(
    expression: &str,
    dialect: Dialect,
    place: Use,
    types: &dyn Fn(&str) -> Option<Change>,
) -> Effect {
    let pair = |name: &Name<'_>| {
        let unknown = || (Type::Unknown, Type::Unknown, name.parts.len());
        types(&name.parts.join(".")).unwrap_or_else(unknown)
    };
    let judged = parsed(expression, dialect, &|expr| judge(expr, dialect, place, &pair));
    judged.unwrap_or_else(not_understood)
}

fn not_understood() -> Effect {
    Effect::Unknown { why: "the expression is not understood".to_owned() }
}

fn judge(expr: &Expr, dialect: Dialect, place: Use, pair: &dyn Fn(&Name<'_>) -> Change) -> Effect {
    let kind = dialect.kind();
    let counted: RefCell<Vec<Effect>> = RefCell::default();
    let before = walk(expr, kind, place, &|name| {
        let (old, new, used) = pair(name);
        if !name.only_null && name.cast.as_ref() != Some(&new) {
            let fields = &name.parts[used.min(name.parts.len())..];
            counted.borrow_mut().push(lost(old.field(fields), new.field(fields), place));
        }
        (old, used)
    });
    let after = walk(expr, kind, place, &|name| {
        let (_, new, used) = pair(name);
        (new, used)
    });
    let turns = before.steps.iter().zip(&after.steps).map(|(before, after)| effect_of(before.becomes(after), place));
    let worst = counted.take().into_iter().chain(turns).max().unwrap_or(Effect::Same);
    let same_result =
        matches!(before.found.becomes(&after.found), Some(Conversion::Same)) || longer(&before.found, &after.found);
    let open = before.found.is_open() && after.found.is_open();
    if place == Use::Value && worst == Effect::Same && !same_result && !open {
        return Effect::ResultType { to: after.found.name() };
    }
    worst
}

/// What one walk found.
struct Walked {
    steps: Vec<Step>,
    found: Type,
}

fn walk(expr: &Expr, kind: crate::dialect::Kind, place: Use, types: Columns<'_>) -> Walked {
    let mut walk = Walk::new(kind, types);
    let found = match place {
        Use::Condition(Indirect::Filter | Indirect::Join) => {
            walk.condition(expr);
            Type::Boolean
        }
        Use::Condition(Indirect::Sort) => {
            walk.sort_key(expr);
            Type::Unknown
        }
        Use::Value | Use::Condition(Indirect::GroupBy | Indirect::Window | Indirect::Conditional) => {
            walk.value(expr).found
        }
    };
    Walked { steps: walk.steps, found }
}

/// How many parts of a name say the column, if it is that column: the last ones, or those before its fields.
fn meant(name: &Name<'_>, column: &str) -> Option<usize> {
    let wanted: Vec<&str> = column.split('.').collect();
    let same = |part: &[&str]| part.iter().zip(&wanted).all(|(part, wanted)| part.eq_ignore_ascii_case(wanted));
    let at = name.parts.windows(wanted.len()).rposition(same)?;
    Some(at + wanted.len())
}

fn other(name: &Name<'_>, kind: crate::dialect::Kind, types: OtherTypes<'_>) -> (Type, usize) {
    (Type::optional(types(&name.parts.join(".")).as_deref(), kind), name.parts.len())
}

/// What the change does to the values of the column, or of a field of it; where there is none, it is not read.
fn lost(old: Option<&Type>, new: Option<&Type>, place: Use) -> Effect {
    let (Some(old), Some(new)) = (old, new) else { return Effect::Same };
    if old == new {
        return Effect::Same;
    }
    match old.becomes(new) {
        Some(Conversion::Lossy) => {
            let why = match (old, new) {
                (Type::Timestamp { .. }, Type::Timestamp { .. }) => {
                    format!("a {} means another time than a {}", shown(new), shown(old))
                }
                (_, _) => format!("not every value that is {} is kept as {}", shown(old), shown(new)),
            };
            changed(why, place)
        }
        Some(_) => Effect::Same,
        None => Effect::Unknown { why: format!("what becomes of {} as {} is not known", shown(old), shown(new)) },
    }
}

fn shown(found: &Type) -> String {
    found.name().unwrap_or_else(|| found.family().to_owned())
}

fn changed(why: String, place: Use) -> Effect {
    match place {
        Use::Value | Use::Condition(Indirect::Window | Indirect::Conditional) => Effect::ValueChanges { why },
        Use::Condition(Indirect::Join | Indirect::Filter | Indirect::GroupBy | Indirect::Sort) => {
            Effect::RowsChange { why }
        }
    }
}

fn effect_of(turn: Turn, place: Use) -> Effect {
    match turn {
        Turn::Same => Effect::Same,
        Turn::Unknown(why) => Effect::Unknown { why },
        Turn::Changes(why) => changed(why, place),
        Turn::Fails(why) => Effect::Fails { why },
    }
}

/// Text that may only be longer is the same type to who reads it.
fn longer(before: &Type, after: &Type) -> bool {
    before.is_text() && after.is_text() && widens(before, after)
}
