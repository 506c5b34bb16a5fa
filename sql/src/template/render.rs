//! The text that a template makes.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::{
    Origins, Part,
    eval::{Names, Scope, Value, evaluate},
    nodes::{Block, Node},
};
use crate::{
    diagnostic::{Diagnostic, Severity, code},
    name::Span,
};

/// How many nodes are written out at most, loops and macros included.
const NODES: usize = 200_000;

/// How deep macros call each other.
const CALLS: usize = 20;

pub(super) fn render(text: &str, nodes: &[Node], diagnostics: &mut Vec<Diagnostic>) -> (String, Origins) {
    let mut render = Render {
        text,
        out: String::with_capacity(text.len()),
        parts: Vec::new(),
        names: Names::new(),
        macros: HashMap::new(),
        left: NODES,
        calls: 0,
        said: HashSet::new(),
        diagnostics,
    };
    render.nodes(nodes);
    (render.out, Origins { parts: render.parts })
}

struct Render<'a> {
    text: &'a str,
    out: String,
    parts: Vec<Part>,
    names: Names,
    macros: HashMap<&'a str, (&'a str, &'a [Node])>,
    left: usize,
    calls: usize,
    /// What was reported: loops come by the same place again.
    said: HashSet<(Span, String)>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Render<'a> {
    fn nodes(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            match node {
                Node::Text(range) => self.write(&self.text[range.clone()], range.clone(), true),
                Node::Value(tag, inside) => self.value(tag, inside),
                Node::Variable(tag) => self.variable(tag),
                Node::Block(block) => self.block(block),
                Node::Statement(tag, inside) => self.statement(tag, inside),
            }
        }
    }

    fn write(&mut self, made: &str, from: Range<usize>, verbatim: bool) {
        if !made.is_empty() {
            self.parts.push(Part { at: self.out.len(), from: from.start, to: from.end, verbatim });
            self.out.push_str(made);
        }
    }

    fn report(&mut self, place: Range<usize>, severity: Severity, message: &str) {
        let span = Span { start: place.start, end: place.end };
        let message = message.to_owned();
        if self.said.insert((span, message.clone())) {
            self.diagnostics.push(Diagnostic { code: code::TEMPLATE, severity, span, message });
        }
    }

    fn value(&mut self, tag: &Range<usize>, inside: &Range<usize>) {
        let value = evaluate(&self.text[inside.clone()], self);
        let table = after_table_word(&self.out);
        let made = match value.text() {
            Some(text) => {
                if matches!(value, Value::Unknown(_)) {
                    self.report(
                        tag.clone(),
                        Severity::Warning,
                        "a macro that is not in the text is read as a function",
                    );
                }
                text
            }
            None if table => {
                self.report(tag.clone(), Severity::Warning, "the name of a table is not known from the template");
                "_".to_owned()
            }
            None => {
                self.report(tag.clone(), Severity::Note, "a value is not known from the template");
                "0".to_owned()
            }
        };
        self.write(&made, tag.clone(), false);
    }

    /// `${a}` and `${hivevar:a}`: the name of the variable stands for its value.
    fn variable(&mut self, tag: &Range<usize>) {
        let inside = &self.text[tag.start + 2..tag.end - 1];
        let name: String = inside
            .rsplit(':')
            .next()
            .unwrap_or_default()
            .chars()
            .map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' })
            .collect();
        self.report(tag.clone(), Severity::Note, "a variable is read as its own name");
        self.write(if name.is_empty() { "_" } else { &name }, tag.clone(), false);
    }

    fn statement(&mut self, tag: &Range<usize>, inside: &Range<usize>) {
        let text = &self.text[inside.clone()];
        let Some(rest) = text.strip_prefix("set") else {
            if !inside.is_empty() && !text.starts_with("do") {
                self.report(tag.clone(), Severity::Note, "a statement of the template is passed over");
            }
            return;
        };
        if let Some((names, value)) = rest.split_once('=') {
            let value = evaluate(value, self);
            self.assign(names, value);
        }
    }

    /// `a, b = value`.
    fn assign(&mut self, names: &str, value: Value) {
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        match (names.as_slice(), value) {
            ([name], value) => {
                self.names.insert((*name).to_owned(), value);
            }
            (names, Value::List(items)) if items.len() == names.len() => {
                for (name, item) in names.iter().zip(items) {
                    self.names.insert((*name).to_owned(), item);
                }
            }
            (names, _) => {
                for name in names {
                    self.names.insert((*name).to_owned(), Value::Unknown(None));
                }
            }
        }
    }

    fn block(&mut self, block: &'a Block) {
        let Some((head, body)) = block.branches.first() else { return };
        let head = self.text[head.clone()].trim();
        match &self.text[block.word.clone()] {
            "if" => self.condition(block),
            "for" => self.repeat(block, head, body),
            "macro" | "test" => {
                let (name, params) = head.split_once('(').unwrap_or((head, ""));
                self.macros.insert(name.trim(), (params.trim_end().trim_end_matches(')'), body));
            }
            "set" => {
                let made = self.aside(body);
                self.names.insert(head.to_owned(), Value::Text(made));
            }
            "raw" | "snapshot" | "filter" => self.nodes(body),
            _ => self.report(block.tag.clone(), Severity::Warning, "a block of the template is passed over"),
        }
    }

    fn condition(&mut self, block: &'a Block) {
        let alone = block.branches.len() == 1;
        for (index, (condition, body)) in block.branches.iter().enumerate() {
            let text = self.text[condition.clone()].trim();
            let otherwise = text.is_empty() && index > 0;
            let truth = if otherwise { Some(true) } else { evaluate(text, self).truth() };
            match truth {
                Some(true) => return self.nodes(body),
                Some(false) => {}
                None => {
                    if !alone {
                        let message = "of a condition that is not known only the first branch is read";
                        self.report(block.tag.clone(), Severity::Warning, message);
                    }
                    return self.nodes(body);
                }
            }
        }
    }

    fn repeat(&mut self, block: &'a Block, head: &str, body: &'a [Node]) {
        let (names, list) = head.split_once(" in ").unwrap_or((head, ""));
        let items = match evaluate(list, self) {
            Value::List(items) => items,
            Value::Pairs(pairs) => pairs.into_iter().map(|(key, _)| key).collect(),
            _ => {
                let message = "a loop over a list that is not known is read once";
                self.report(block.tag.clone(), Severity::Warning, message);
                vec![Value::Unknown(None)]
            }
        };
        let count = items.len();
        let before = self.names.get("loop").cloned();
        for (index, item) in items.into_iter().enumerate() {
            self.assign(names, item);
            self.names.insert("loop".to_owned(), loop_value(index, count));
            self.nodes(body);
        }
        self.names.remove("loop");
        self.names.extend(before.map(|before| ("loop".to_owned(), before)));
    }

    /// The text that nodes make, apart from the rest.
    fn aside(&mut self, nodes: &'a [Node]) -> String {
        let out = std::mem::take(&mut self.out);
        let parts = std::mem::take(&mut self.parts);
        self.nodes(nodes);
        self.parts = parts;
        std::mem::replace(&mut self.out, out)
    }

    fn apply(&mut self, params: &'a str, body: &'a [Node], args: &[(Option<String>, Value)]) -> Value {
        if self.calls >= CALLS {
            return Value::Unknown(None);
        }
        let outer = self.names.clone();
        let mut given = args.iter().filter(|(name, _)| name.is_none());
        for param in params.split(',').map(str::trim).filter(|param| !param.is_empty()) {
            let (name, default) = param.split_once('=').unwrap_or((param, ""));
            let name = name.trim();
            let named = args.iter().find(|(given, _)| given.as_deref() == Some(name)).map(|(_, value)| value.clone());
            let value = named.or_else(|| given.next().map(|(_, value)| value.clone()));
            let value = value.unwrap_or_else(|| evaluate(default, self));
            self.names.insert(name.to_owned(), value);
        }
        self.calls += 1;
        let made = self.aside(body);
        self.calls -= 1;
        self.names = outer;
        Value::Text(made)
    }
}

impl Scope for Render<'_> {
    fn name(&self, name: &str) -> Option<Value> {
        let known = self.names.get(name).cloned();
        known.or_else(|| (name == "this").then(|| Value::Text("this".to_owned())))
    }

    fn call(&mut self, name: &str, args: &[(Option<String>, Value)]) -> Value {
        if let Some((params, body)) = self.macros.get(name).copied() {
            return self.apply(params, body, args);
        }
        let plain: Vec<String> =
            args.iter().filter(|(name, _)| name.is_none()).filter_map(|(_, value)| value.text()).collect();
        match (name, plain.as_slice()) {
            ("ref", [.., name]) => Value::Text(name.clone()),
            ("source", [_, ..]) => Value::Text(plain.join(".")),
            ("config" | "log" | "set" | "do", _) => Value::Text(String::new()),
            ("var" | "env_var", [_, default, ..]) => Value::Text(default.clone()),
            ("var" | "env_var" | "is_incremental" | "should_full_refresh", _) => Value::Unknown(None),
            ("return", [only]) => Value::Text(only.clone()),
            ("star", _) => Value::Unknown(Some("*".to_owned())),
            ("generate_surrogate_key" | "surrogate_key", _) => {
                let columns = args.first().map(|(_, value)| value.clone());
                Value::Unknown(columns.and_then(|columns| listed("md5", &columns)))
            }
            (name, [_, ..]) if !name.is_empty() => Value::Unknown(called(name, args)),
            _ => Value::Unknown(None),
        }
    }
}

/// A call of columns that are given as a list of names.
fn listed(function: &str, columns: &Value) -> Option<String> {
    let Value::List(items) = columns else { return None };
    let items: Option<Vec<String>> = items.iter().map(Value::text).collect();
    Some(format!("{function}({})", items?.join(", ")))
}

/// A macro that is not known as a function of the columns that its arguments name.
fn called(name: &str, args: &[(Option<String>, Value)]) -> Option<String> {
    let column = |text: &String| {
        let word = |part: &str| {
            part.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        text.split('.').all(word)
    };
    let columns: Vec<String> = args.iter().filter_map(|(_, value)| value.text()).filter(column).collect();
    (!columns.is_empty()).then(|| format!("{name}({})", columns.join(", ")))
}

fn loop_value(index: usize, count: usize) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    Value::Pairs(vec![
        (text("first"), Value::Bool(index == 0)),
        (text("last"), Value::Bool(index + 1 == count)),
        (text("index"), Value::Number((index + 1).to_string())),
        (text("index0"), Value::Number(index.to_string())),
        (text("length"), Value::Number(count.to_string())),
    ])
}

fn after_table_word(before: &str) -> bool {
    const WORDS: [&str; 5] = ["from", "join", "into", "table", "update"];
    let last = before.split_whitespace().next_back().unwrap_or_default().to_lowercase();
    WORDS.contains(&last.as_str())
}
