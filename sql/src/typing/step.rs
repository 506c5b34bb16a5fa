//! One operation on values of some types: how it takes them, and whether it does.

use super::{
    rules::{Coercion, Rules, Unify},
    types::{Type, widens},
};
use crate::dialect::Kind;

/// What values are taken as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It does not matter.
    Any,
    Number,
    /// Integers that divide to an integer.
    Whole,
    Text,
    /// Dates and points in time.
    Time,
    /// A number of days is added.
    Days,
    /// The time between two.
    Between,
    Boolean,
    Other,
}

impl Mode {
    /// As what values of a type compare with their like.
    pub fn of(found: &Type) -> Mode {
        match found {
            Type::Integer { .. } | Type::Decimal { .. } | Type::Float { .. } => Mode::Number,
            Type::Text { .. } => Mode::Text,
            Type::Date | Type::Timestamp { .. } => Mode::Time,
            Type::Boolean => Mode::Boolean,
            Type::Null | Type::Unknown => Mode::Any,
            Type::Binary
            | Type::Time
            | Type::Interval
            | Type::Uuid
            | Type::Json
            | Type::Array(_)
            | Type::Struct(_)
            | Type::Map(..)
            | Type::Geography
            | Type::Other(_) => Mode::Other,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Mode::Any => "as it is",
            Mode::Number => "as numbers",
            Mode::Whole => "as integers, with an integer as result",
            Mode::Text => "as text",
            Mode::Time => "as dates or points in time",
            Mode::Days => "as days that are counted on",
            Mode::Between => "as the time between two",
            Mode::Boolean => "as booleans",
            Mode::Other => "in another way",
        }
    }
}

/// What an operation does with its operands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub mode: Mode,
    pub problem: Problem,
    /// What it is made of, where that cannot be judged; empty where it can.
    pub opaque: Vec<Type>,
    /// What it is called.
    pub name: String,
}

/// What is wrong with an operation, the worst last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Problem {
    None,
    /// It may fail, or give something else, on some values.
    Risk(String),
    /// Nobody knows whether it is refused.
    Unsure(String),
    Refused(String),
}

/// What a step becomes, when the types under it change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Same,
    Unknown(String),
    Changes(String),
    Fails(String),
}

impl Step {
    pub fn new(name: &str, mode: Mode) -> Step {
        Step { mode, problem: Problem::None, opaque: Vec::new(), name: name.to_owned() }
    }

    /// The worse of two problems stays.
    pub fn add(&mut self, problem: Problem) {
        if problem > self.problem {
            self.problem = problem;
        }
    }

    pub fn becomes(&self, after: &Step) -> Turn {
        match (&self.problem, &after.problem) {
            (Problem::Refused(_), Problem::Refused(_)) => return Turn::Same,
            (_, Problem::Refused(why)) => return Turn::Fails(why.clone()),
            (before, Problem::Unsure(why)) if !matches!(before, Problem::Unsure(_)) => {
                return Turn::Unknown(why.clone());
            }
            (before, Problem::Risk(why)) if !matches!(before, Problem::Risk(_)) => return Turn::Changes(why.clone()),
            (_, _) => {}
        }
        if self.mode != after.mode {
            let (before, now) = (self.mode.name(), after.mode.name());
            return Turn::Changes(format!("{} takes its operands {now} rather than {before}", self.name));
        }
        if !alike(&self.opaque, &after.opaque) {
            return Turn::Unknown(format!("what {} does with values of another type is not known", self.name));
        }
        Turn::Same
    }
}

/// Whether the types are the same to who does not count characters.
fn alike(before: &[Type], after: &[Type]) -> bool {
    let same = |(a, b): (&Type, &Type)| a == b || a.is_text() && b.is_text() && widens(a, b);
    before.len() == after.len() && before.iter().zip(after).all(same)
}

/// A value, and whether it stands in the text itself.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub found: Type,
    /// A literal's own text.
    pub literal: Option<String>,
}

impl Operand {
    pub fn of(found: Type) -> Operand {
        Operand { found, literal: None }
    }

    fn is_quoted(&self) -> bool {
        self.literal.is_some() && self.found.is_text()
    }
}

/// The rules of a platform, applied.
#[derive(Clone, Copy)]
pub(super) struct Judge {
    pub kind: Kind,
    pub rules: &'static Rules,
}

impl Judge {
    pub fn of(kind: Kind) -> Judge {
        Judge { kind, rules: Rules::of(kind) }
    }

    /// What the platform does with `found` where `name` wants something else.
    pub fn coerced(self, coercion: Coercion, name: &str, found: &Type, wanted: &str) -> Problem {
        let (family, platform) = (found.family(), crate::Dialect::of_kind(self.kind));
        let platform = platform.name();
        match coercion {
            Coercion::Refuses => Problem::Refused(format!("{name} over {family}: expected {wanted} on {platform}")),
            Coercion::Risky => {
                Problem::Risk(format!("{name} converts {family} to {wanted}, and fails on what cannot be converted"))
            }
            Coercion::Lenient => {
                Problem::Risk(format!("{name} converts {family} to {wanted}, and what cannot be becomes another value"))
            }
            Coercion::Unsure => Problem::Unsure(format!(
                "whether {name} over {family} is accepted where {wanted} is expected is not known for {platform}"
            )),
        }
    }

    /// Two values that are compared.
    pub fn compare(self, name: &str, left: &Operand, right: &Operand) -> Step {
        let (a, b) = (&left.found, &right.found);
        let mut step = Step::new(name, Mode::of(a));
        match (Mode::of(a), Mode::of(b)) {
            (Mode::Any, Mode::Any) => {}
            (Mode::Any, mode) | (mode, Mode::Any) => {
                step.mode = mode;
                if matches!(a, Type::Unknown) || matches!(b, Type::Unknown) {
                    step.mode = Mode::Any;
                    step.opaque = vec![a.clone(), b.clone()];
                }
            }
            (Mode::Other, Mode::Other) => step.add(self.compare_others(name, a, b)),
            (one, other) if one == other => step.add(self.compare_times(name, a, b)),
            (Mode::Text, mode) => self.compare_text(&mut step, left, right, mode),
            (mode, Mode::Text) => self.compare_text(&mut step, right, left, mode),
            (Mode::Number, mode) => self.compare_number(&mut step, b, mode),
            (mode, Mode::Number) => self.compare_number(&mut step, a, mode),
            (_, _) => step.add(self.coerced(self.others(), name, b, a.family())),
        }
        step
    }

    fn others(self) -> Coercion {
        if self.rules.compare == Coercion::Refuses { Coercion::Refuses } else { Coercion::Unsure }
    }

    fn compare_others(self, name: &str, a: &Type, b: &Type) -> Problem {
        let same = std::mem::discriminant(a) == std::mem::discriminant(b);
        if same || matches!(a, Type::Other(_)) || matches!(b, Type::Other(_)) {
            return Problem::None;
        }
        self.coerced(self.others(), name, b, a.family())
    }

    /// BigQuery compares no date with a point in time.
    fn compare_times(self, name: &str, a: &Type, b: &Type) -> Problem {
        let zone = |found: &Type| matches!(found, Type::Timestamp { zone: true });
        if self.kind == Kind::BigQuery && zone(a) != zone(b) {
            return self.coerced(Coercion::Refuses, name, b, a.family());
        }
        Problem::None
    }

    fn compare_text(self, step: &mut Step, text: &Operand, other: &Operand, mode: Mode) {
        step.mode = mode;
        let sqlite = self.kind == Kind::Sqlite;
        if sqlite && (mode != Mode::Number || other.literal.is_some()) {
            step.mode = Mode::Text;
            return;
        }
        let temporal =
            text.is_quoted() && mode == Mode::Time && !matches!(self.kind, Kind::Trino | Kind::Presto | Kind::Athena);
        if text.is_quoted() && self.rules.literals_adapt || temporal {
            return step.add(self.fits(&step.name, text, &other.found));
        }
        if other.literal.is_some() && mode == Mode::Number && self.rules.compare == Coercion::Refuses {
            return step.add(self.coerced(Coercion::Refuses, &step.name, &text.found, "a number"));
        }
        if matches!(other.found, Type::Json) && self.rules.compare != Coercion::Refuses {
            return;
        }
        step.add(self.coerced(self.rules.compare, &step.name, &text.found, other.found.family()));
    }

    /// A text in quotes that takes another type must be able to.
    fn fits(self, name: &str, text: &Operand, wanted: &Type) -> Problem {
        let literal = text.literal.as_deref().unwrap_or_default().trim();
        let can = match wanted {
            Type::Integer { .. } => literal.parse::<i128>().is_ok(),
            Type::Decimal { .. } | Type::Float { .. } => literal.parse::<f64>().is_ok(),
            Type::Date | Type::Timestamp { .. } => {
                literal.starts_with(|c: char| c.is_ascii_digit()) || literal.chars().all(char::is_alphabetic)
            }
            Type::Uuid => literal.chars().filter(char::is_ascii_hexdigit).count() == 32,
            Type::Boolean => {
                let words = ["true", "false", "t", "f", "yes", "no", "y", "n", "on", "off", "1", "0"];
                words.iter().any(|word| word.eq_ignore_ascii_case(literal))
            }
            _ => true,
        };
        if can || matches!(self.rules.compare, Coercion::Lenient) {
            return Problem::None;
        }
        Problem::Refused(format!("{name}: '{literal}' is not {}", wanted.family()))
    }

    fn compare_number(self, step: &mut Step, other: &Type, mode: Mode) {
        step.mode = mode;
        let coercion = match mode {
            Mode::Boolean if matches!(self.kind, Kind::DuckDb | Kind::ClickHouse | Kind::TSql) => return,
            Mode::Boolean if self.rules.number_as_condition == Coercion::Lenient => return,
            Mode::Time => self.rules.number_as_date,
            _ => self.others(),
        };
        step.add(self.coerced(coercion, &step.name, &Type::INTEGER, other.family()));
    }

    /// `+`, `-`, `*`, `/` and `%`.
    pub fn compute(self, op: &str, left: &Operand, right: &Operand) -> (Step, Type) {
        let (a, b) = (&left.found, &right.found);
        let mut step = Step::new(op, Mode::Number);
        if op == "+" && self.kind == Kind::TSql && a.is_text() && b.is_text() {
            step.mode = Mode::Text;
            return (step, Type::TEXT);
        }
        if a.is_temporal() || b.is_temporal() {
            return self.compute_times(step, left, right);
        }
        for (operand, other) in [(left, right), (right, left)] {
            self.number_operand(&mut step, operand, &other.found);
        }
        let result = match (a, b) {
            (Type::Interval, _) | (_, Type::Interval) => {
                step.mode = Mode::Other;
                Type::Interval
            }
            (Type::Unknown | Type::Other(_), _) | (_, Type::Unknown | Type::Other(_)) => {
                step.opaque = vec![a.clone(), b.clone()];
                step.mode = Mode::Any;
                Type::Unknown
            }
            (_, _) => joined_number(a, b),
        };
        if op == "/" {
            let whole = matches!(result, Type::Integer { .. });
            let stays = whole && self.rules.integer_division;
            step.mode = if stays { Mode::Whole } else { step.mode };
            return (step, if whole && !stays { Type::FLOAT } else { result });
        }
        (step, result)
    }

    fn number_operand(self, step: &mut Step, operand: &Operand, other: &Type) {
        let found = &operand.found;
        if found.is_number() || found.is_open() || matches!(found, Type::Interval) {
            return;
        }
        if operand.is_quoted() && self.rules.literals_adapt && other.is_number() {
            return step.add(self.fits(&step.name, operand, other));
        }
        let coercion = match found {
            Type::Text { .. } => self.rules.compute,
            Type::Boolean if self.rules.number_as_condition == Coercion::Lenient => return,
            Type::Json if self.rules.compute != Coercion::Refuses => Coercion::Risky,
            _ if self.rules.compute == Coercion::Refuses => Coercion::Refuses,
            _ => Coercion::Unsure,
        };
        step.add(self.coerced(coercion, &step.name, found, "a number"));
    }

    fn compute_times(self, mut step: Step, left: &Operand, right: &Operand) -> (Step, Type) {
        let (a, b) = (&left.found, &right.found);
        let (time, other) = if a.is_temporal() { (a, b) } else { (b, a) };
        step.mode = Mode::Days;
        let result = match other {
            Type::Interval => {
                step.mode = Mode::Time;
                time.clone()
            }
            other if other.is_temporal() => {
                // Dates are days apart; points in time are more than that.
                let dates = matches!((time, other), (Type::Date, Type::Date));
                step.mode = if dates { Mode::Between } else { Mode::Time };
                if dates { Type::INTEGER } else { Type::Interval }
            }
            Type::Unknown | Type::Other(_) => {
                step.opaque = vec![a.clone(), b.clone()];
                Type::Unknown
            }
            Type::Integer { .. } if matches!(time, Type::Date) && self.adds_days() => Type::Date,
            other if other.is_number() && matches!(self.kind, Kind::Oracle | Kind::ClickHouse | Kind::TSql) => {
                time.clone()
            }
            Type::Text { .. } if right.is_quoted() || left.is_quoted() => time.clone(),
            other => {
                let coercion = self.rules.number_as_date;
                step.add(self.coerced(coercion, &step.name, time, &format!("what goes with {}", other.family())));
                time.clone()
            }
        };
        (step, result)
    }

    fn adds_days(self) -> bool {
        !matches!(self.kind, Kind::BigQuery | Kind::Trino | Kind::Presto | Kind::Athena | Kind::TSql | Kind::Flink)
    }

    /// The one type of several branches or arguments.
    pub fn unify(self, name: &str, operands: &[Operand]) -> (Step, Type) {
        let mut step = Step::new(name, Mode::Any);
        let mut result = Type::Null;
        for operand in operands {
            result = self.together(&mut step, &result, operand);
        }
        if operands.iter().any(|operand| matches!(operand.found, Type::Unknown)) {
            step.opaque = operands.iter().map(|operand| operand.found.clone()).collect();
            result = Type::Unknown;
        }
        (step, result)
    }

    fn together(self, step: &mut Step, so_far: &Type, operand: &Operand) -> Type {
        let next = &operand.found;
        match (so_far, next) {
            (Type::Null, other) | (other, Type::Null) => return other.clone(),
            (a, b) if a.is_open() || b.is_open() => return Type::Unknown,
            (a, b) if a.is_number() && b.is_number() => return joined_number(a, b),
            (a, b) if a.is_temporal() && b.is_temporal() && self.kind != Kind::BigQuery => {
                return if matches!(a, Type::Date) { b.clone() } else { a.clone() };
            }
            (Type::Text { length: a }, Type::Text { length: b }) => {
                return Type::Text { length: a.zip(*b).map(|(a, b)| a.max(b)) };
            }
            (a, b) if std::mem::discriminant(a) == std::mem::discriminant(b) => return a.clone(),
            (_, _) => {}
        }
        if operand.is_quoted() && (self.rules.literals_adapt || so_far.is_temporal()) {
            step.add(self.fits(&step.name, operand, so_far));
            return so_far.clone();
        }
        let risk = |wanted: &str| self.coerced(Coercion::Risky, &step.name, next, wanted);
        match self.rules.unify {
            Unify::Refuses => {
                let problem = self.coerced(Coercion::Refuses, &step.name, next, so_far.family());
                step.add(problem);
                so_far.clone()
            }
            Unify::ToText => Type::TEXT,
            Unify::ToNumber => {
                let problem = risk("the type of the other branches");
                step.add(problem);
                if so_far.is_text() { next.clone() } else { so_far.clone() }
            }
            Unify::Any => Type::Unknown,
            Unify::Unsure => {
                let problem = self.coerced(Coercion::Unsure, &step.name, next, so_far.family());
                step.add(problem);
                Type::Unknown
            }
        }
    }
}

/// The type of a number made of two.
fn joined_number(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (Type::Null, other) | (other, Type::Null) => other.clone(),
        (Type::Float { bits }, Type::Float { bits: other }) => Type::Float { bits: *bits.max(other) },
        (Type::Float { .. }, _) | (_, Type::Float { .. }) => Type::FLOAT,
        (Type::Integer { bits, unsigned }, Type::Integer { bits: other, unsigned: also }) => {
            Type::Integer { bits: *bits.max(other), unsigned: *unsigned && *also }
        }
        (Type::Decimal { .. }, Type::Decimal { .. }) if a == b => a.clone(),
        (Type::Integer { .. }, other) | (other, Type::Integer { .. }) if other.is_number() => other.clone(),
        (Type::Integer { .. }, _) | (_, Type::Integer { .. }) => Type::FLOAT,
        (_, _) => Type::DECIMAL,
    }
}
