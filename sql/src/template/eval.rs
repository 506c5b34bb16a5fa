//! Expressions of a template.

use std::collections::HashMap;

/// What an expression of a template stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    /// A number, as written.
    Number(String),
    Bool(bool),
    None,
    List(Vec<Value>),
    Pairs(Vec<(Value, Value)>),
    /// Not known; the text of a call that may stand for it.
    Unknown(Option<String>),
}

impl Value {
    /// Whether it counts as true, when that is known.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Value::Text(text) => Some(!text.is_empty()),
            Value::Number(number) => Some(number.parse::<f64>().is_ok_and(|number| number != 0.0)),
            Value::Bool(truth) => Some(*truth),
            Value::None => Some(false),
            Value::List(items) => Some(!items.is_empty()),
            Value::Pairs(items) => Some(!items.is_empty()),
            Value::Unknown(_) => None,
        }
    }

    /// The text it makes, when that is known.
    pub fn text(&self) -> Option<String> {
        match self {
            Value::Text(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::None => Some(String::new()),
            Value::List(items) => {
                let items: Option<Vec<String>> = items.iter().map(Value::quoted).collect();
                Some(format!("[{}]", items?.join(", ")))
            }
            Value::Pairs(_) => None,
            Value::Unknown(call) => call.clone(),
        }
    }

    fn quoted(&self) -> Option<String> {
        match self {
            Value::Text(text) => Some(format!("'{text}'")),
            other => other.text(),
        }
    }
}

/// What names mean where an expression stands.
pub(super) trait Scope {
    fn name(&self, name: &str) -> Option<Value>;
    /// A call of a macro, by its last name.
    fn call(&mut self, name: &str, args: &[(Option<String>, Value)]) -> Value;
}

/// Names and their values.
pub(super) type Names = HashMap<String, Value>;

/// How deep expressions are followed.
const DEPTH: usize = 60;

/// The value of an expression; what is not understood is not known.
pub(super) fn evaluate(text: &str, scope: &mut dyn Scope) -> Value {
    let mut parser = Parser { tokens: tokens(text), at: 0, scope, depth: 0 };
    let value = parser.expression();
    if parser.at < parser.tokens.len() { Value::Unknown(None) } else { value }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Text(String),
    Number(String),
    Name(String),
    Sign(String),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => {
                let end = rest[1..].find(first).map_or(rest.len(), |end| end + 1);
                tokens.push(Token::Text(rest[1..end].to_owned()));
                (end + 1).min(rest.len())
            }
            c if c.is_ascii_digit() => {
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                tokens.push(Token::Number(rest[..end].to_owned()));
                end
            }
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                tokens.push(Token::Name(rest[..end].to_owned()));
                end
            }
            _ => {
                let double = ["==", "!=", "<=", ">=", "//", "**"].iter().any(|sign| rest.starts_with(sign));
                let length = if double { 2 } else { first.len_utf8() };
                tokens.push(Token::Sign(rest[..length].to_owned()));
                length
            }
        };
        rest = rest[length..].trim_start();
    }
    tokens
}

struct Parser<'s> {
    tokens: Vec<Token>,
    at: usize,
    scope: &'s mut dyn Scope,
    depth: usize,
}

impl Parser<'_> {
    fn sign(&mut self, wanted: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(sign)) if sign == wanted);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, wanted: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Name(name)) if name == wanted);
        self.at += usize::from(found);
        found
    }

    /// `a if c else b`, and everything that binds closer.
    fn expression(&mut self) -> Value {
        self.depth += 1;
        if self.depth > DEPTH {
            self.at = usize::MAX / 2;
            return Value::Unknown(None);
        }
        let value = self.either();
        let value = if self.word("if") {
            let condition = self.either();
            let other = if self.word("else") { self.expression() } else { Value::None };
            match condition.truth() {
                Some(true) => value,
                Some(false) => other,
                None => Value::Unknown(None),
            }
        } else {
            value
        };
        self.depth -= 1;
        value
    }

    fn either(&mut self) -> Value {
        let mut left = self.both();
        while self.word("or") {
            let right = self.both();
            left = match left.truth() {
                Some(true) => left,
                Some(false) => right,
                None => {
                    if right.truth() == Some(true) {
                        right
                    } else {
                        Value::Unknown(None)
                    }
                }
            };
        }
        left
    }

    fn both(&mut self) -> Value {
        let mut left = self.negation();
        while self.word("and") {
            let right = self.negation();
            left = match left.truth() {
                Some(true) => right,
                Some(false) => left,
                None => {
                    if right.truth() == Some(false) {
                        right
                    } else {
                        Value::Unknown(None)
                    }
                }
            };
        }
        left
    }

    fn negation(&mut self) -> Value {
        let mut odd = false;
        let mut any = false;
        while self.word("not") {
            odd = !odd;
            any = true;
        }
        let value = self.comparison();
        if any { value.truth().map_or(Value::Unknown(None), |truth| Value::Bool(truth != odd)) } else { value }
    }

    fn comparison(&mut self) -> Value {
        let left = self.joined();
        let unsure =
            |left: &Value, right: &Value| matches!((left, right), (Value::Unknown(_), _) | (_, Value::Unknown(_)));
        for (sign, same) in [("==", true), ("!=", false)] {
            if self.sign(sign) {
                let right = self.joined();
                return if unsure(&left, &right) { Value::Unknown(None) } else { Value::Bool((left == right) == same) };
            }
        }
        if ["<", ">", "<=", ">="].iter().any(|sign| self.sign(sign)) {
            self.joined();
            return Value::Unknown(None);
        }
        let negated = self.word("not");
        if self.word("in") {
            let right = self.joined();
            return match &right {
                Value::List(items) if !unsure(&left, &right) => Value::Bool(items.contains(&left) != negated),
                _ => Value::Unknown(None),
            };
        }
        if self.word("is") {
            let negated = self.word("not");
            let none = self.word("none") || self.word("None");
            if none {
                return match left {
                    Value::Unknown(_) => Value::Unknown(None),
                    other => Value::Bool((other == Value::None) != negated),
                };
            }
            self.at += 1;
            return Value::Unknown(None);
        }
        left
    }

    /// Operators that make text or numbers.
    fn joined(&mut self) -> Value {
        let mut left = self.filtered();
        loop {
            if self.sign("~") || self.sign("+") {
                let right = self.filtered();
                left = match (left, right) {
                    (Value::List(mut items), Value::List(more)) => {
                        items.extend(more);
                        Value::List(items)
                    }
                    (left, right) => match (left.text(), right.text()) {
                        (Some(left), Some(right)) => Value::Text(left + &right),
                        _ => Value::Unknown(None),
                    },
                };
            } else if ["-", "*", "/", "%", "//", "**"].iter().any(|sign| self.sign(sign)) {
                self.filtered();
                left = Value::Unknown(None);
            } else {
                return left;
            }
        }
    }

    fn filtered(&mut self) -> Value {
        let mut value = self.postfix();
        while self.sign("|") {
            let Some(Token::Name(name)) = self.tokens.get(self.at).cloned() else { return Value::Unknown(None) };
            self.at += 1;
            let args = if self.sign("(") { self.arguments(")") } else { Vec::new() };
            value = filter(&name, value, &args);
        }
        value
    }

    fn postfix(&mut self) -> Value {
        let mut name = None;
        let mut value = self.atom(&mut name);
        loop {
            if self.sign(".") {
                let Some(Token::Name(field)) = self.tokens.get(self.at).cloned() else { return Value::Unknown(None) };
                self.at += 1;
                value = item(&value, &Value::Text(field.clone()));
                name = Some(field);
            } else if self.sign("[") {
                let key = self.expression();
                self.sign("]");
                value = item(&value, &key);
            } else if self.sign("(") {
                let args = self.arguments(")");
                let called = name.take().unwrap_or_default();
                value = method(&called, &value, &args).unwrap_or_else(|| self.scope.call(&called, &args));
            } else {
                return value;
            }
        }
    }

    fn atom(&mut self, called: &mut Option<String>) -> Value {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        match token {
            Some(Token::Text(text)) => Value::Text(text),
            Some(Token::Number(number)) => Value::Number(number),
            Some(Token::Name(name)) => {
                *called = Some(name.clone());
                match name.as_str() {
                    "true" | "True" => Value::Bool(true),
                    "false" | "False" => Value::Bool(false),
                    "none" | "None" => Value::None,
                    name => self.scope.name(name).unwrap_or(Value::Unknown(None)),
                }
            }
            Some(Token::Sign(sign)) => match sign.as_str() {
                "(" => {
                    let mut items: Vec<Value> = self.arguments(")").into_iter().map(|(_, value)| value).collect();
                    if items.len() == 1 { items.remove(0) } else { Value::List(items) }
                }
                "[" => Value::List(self.arguments("]").into_iter().map(|(_, value)| value).collect()),
                "{" => self.pairs(),
                _ => Value::Unknown(None),
            },
            None => Value::Unknown(None),
        }
    }

    fn pairs(&mut self) -> Value {
        let mut pairs = Vec::new();
        while self.at < self.tokens.len() && !self.sign("}") {
            let key = self.expression();
            self.sign(":");
            pairs.push((key, self.expression()));
            self.sign(",");
        }
        Value::Pairs(pairs)
    }

    fn arguments(&mut self, close: &str) -> Vec<(Option<String>, Value)> {
        let mut args = Vec::new();
        while self.at < self.tokens.len() && !self.sign(close) {
            let named = match (self.tokens.get(self.at), self.tokens.get(self.at + 1)) {
                (Some(Token::Name(name)), Some(Token::Sign(sign))) if sign == "=" => Some(name.clone()),
                _ => None,
            };
            if named.is_some() {
                self.at += 2;
            }
            args.push((named, self.expression()));
            if !self.sign(",") && !matches!(self.tokens.get(self.at), Some(Token::Sign(sign)) if sign == close) {
                self.at += 1;
            }
        }
        args
    }
}

fn item(value: &Value, key: &Value) -> Value {
    match (value, key) {
        (Value::List(items), Value::Number(number)) => {
            let index = number.parse::<usize>().ok();
            index.and_then(|index| items.get(index)).cloned().unwrap_or(Value::Unknown(None))
        }
        (Value::Pairs(pairs), key) => {
            pairs.iter().find(|(other, _)| other == key).map_or(Value::Unknown(None), |(_, value)| value.clone())
        }
        _ => Value::Unknown(None),
    }
}

/// Methods of values that are known; none for other calls.
fn method(name: &str, value: &Value, args: &[(Option<String>, Value)]) -> Option<Value> {
    match (name, value) {
        ("items", Value::Pairs(pairs)) => {
            Some(Value::List(pairs.iter().map(|(key, value)| Value::List(vec![key.clone(), value.clone()])).collect()))
        }
        ("keys", Value::Pairs(pairs)) => Some(Value::List(pairs.iter().map(|(key, _)| key.clone()).collect())),
        ("values", Value::Pairs(pairs)) => Some(Value::List(pairs.iter().map(|(_, value)| value.clone()).collect())),
        ("get", Value::Pairs(_)) => Some(item(value, &args.first()?.1)),
        ("range", _) => match args {
            [(None, Value::Number(end))] => Some(numbers(0, end.parse().ok()?)),
            [(None, Value::Number(start)), (None, Value::Number(end))] => {
                Some(numbers(start.parse().ok()?, end.parse().ok()?))
            }
            _ => None,
        },
        _ => None,
    }
}

fn numbers(start: usize, end: usize) -> Value {
    Value::List((start..end.min(start.saturating_add(1_000))).map(|number| Value::Number(number.to_string())).collect())
}

fn filter(name: &str, value: Value, args: &[(Option<String>, Value)]) -> Value {
    let first = args.first().and_then(|(_, value)| value.text());
    match (name, value) {
        ("join", Value::List(items)) => {
            let items: Option<Vec<String>> = items.iter().map(Value::text).collect();
            items.map_or(Value::Unknown(None), |items| Value::Text(items.join(&first.unwrap_or_default())))
        }
        ("length" | "count", Value::List(items)) => Value::Number(items.len().to_string()),
        ("first", Value::List(items)) => items.first().cloned().unwrap_or(Value::None),
        ("last", Value::List(items)) => items.last().cloned().unwrap_or(Value::None),
        ("default" | "d", Value::Unknown(_) | Value::None) => {
            args.first().map_or(Value::Unknown(None), |(_, value)| value.clone())
        }
        ("upper", Value::Text(text)) => Value::Text(text.to_uppercase()),
        ("lower", Value::Text(text)) => Value::Text(text.to_lowercase()),
        ("trim" | "string" | "int" | "safe" | "as_text" | "list" | "unique" | "sort" | "default" | "d", value) => value,
        ("replace", Value::Text(text)) => {
            let second = args.get(1).and_then(|(_, value)| value.text());
            Value::Text(text.replace(&first.unwrap_or_default(), &second.unwrap_or_default()))
        }
        _ => Value::Unknown(None),
    }
}
