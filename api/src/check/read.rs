//! A proposal from YAML or JSON, with a place for everything that is wrong with it.

use impact::schema::{Change, DatasetName, Op, Problem, Proposal};
use serde_yaml_ng::{Mapping, Value};

type Problems = Vec<Problem>;

/// Reads a proposal and checks what can be told without the graph. All that is wrong is told at once, each with its
/// place: `line 3, column 5` of a text that is neither JSON nor YAML, else `changes[2].column`.
pub fn proposal(text: &str) -> Result<Proposal, Problems> {
    let tree = tree(text).map_err(|problem| vec![problem])?;
    let mut reader = Reader { problems: Problems::new() };
    let read = reader.proposal(&tree);
    if reader.problems.is_empty() {
        reader.problems = read.problems();
    }
    if reader.problems.is_empty() { Ok(read) } else { Err(reader.problems) }
}

/// JSON is most of the time YAML too, but not always; and its errors are better told by a reader of JSON.
fn tree(text: &str) -> Result<Value, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json = text.trim_start().starts_with('{').then(|| serde_json::from_str::<Value>(text));
    match json {
        Some(Ok(tree)) => return Ok(tree),
        Some(Err(error)) if error.is_data() => return Err(not_json(&error)),
        Some(Err(_)) | None => {}
    }
    match (serde_yaml_ng::from_str::<Value>(text), json) {
        (Ok(tree), _) => Ok(tree),
        (Err(_), Some(Err(error))) => Err(not_json(&error)),
        (Err(error), Some(Ok(_)) | None) => Err(not_yaml(&error)),
    }
}

fn not_json(error: &serde_json::Error) -> Problem {
    let told = error.to_string();
    let message = told.split_once(" at line ").map_or(told.as_str(), |(message, _)| message);
    Problem::new(line_and_column(error.line(), error.column()), format!("not JSON: {message}"))
}

fn not_yaml(error: &serde_yaml_ng::Error) -> Problem {
    let place = match error.location() {
        Some(at) => line_and_column(at.line(), at.column()),
        None => "the whole".to_owned(),
    };
    let told = error.to_string();
    let message = told.split_once(" at line ").map_or(told.as_str(), |(message, _)| message);
    Problem::new(place, format!("not YAML: {message}"))
}

fn line_and_column(line: usize, column: usize) -> String {
    format!("line {line}, column {column}")
}

/// Gathers what is wrong while it reads.
struct Reader {
    problems: Problems,
}

const PROPOSAL: [&str; 2] = ["title", "changes"];
const CHANGE: [&str; 8] = ["op", "dataset", "column", "to", "type", "nullable", "query", "dialect"];
const DATASET: [&str; 2] = ["namespace", "name"];

impl Reader {
    fn proposal(&mut self, tree: &Value) -> Proposal {
        let expected = "an object with the list `changes`";
        let Some(fields) = self.fields("the whole", tree, expected, &PROPOSAL) else { return Proposal::default() };
        let title = self.text(fields, "", "title");
        let changes = match fields.get("changes") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Sequence(items)) => self.changes(items),
            Some(other) => {
                self.wrong("changes", format!("expected a list of changes, found {}", kind(other)));
                Vec::new()
            }
        };
        Proposal { title, changes }
    }

    fn changes(&mut self, items: &[Value]) -> Vec<Change> {
        let read = items.iter().enumerate().filter_map(|(at, item)| self.change(&format!("changes[{at}]"), item));
        read.collect()
    }

    fn change(&mut self, place: &str, item: &Value) -> Option<Change> {
        let fields = self.fields(place, item, "an object with `op` and `dataset`", &CHANGE)?;
        let op = self.op(place, fields);
        let dataset = self.dataset(&format!("{place}.dataset"), fields.get("dataset"));
        let prefix = format!("{place}.");
        let mut text = |key| self.text(fields, &prefix, key);
        let (column, to, data_type) = (text("column"), text("to"), text("type"));
        let (query, dialect) = (text("query"), text("dialect"));
        let nullable = self.truth(fields, &prefix, "nullable");
        Some(Change { op: op?, dataset: dataset?, column, to, data_type, nullable, query, dialect })
    }

    fn op(&mut self, place: &str, fields: &Mapping) -> Option<Op> {
        let place = format!("{place}.op");
        let names = Op::ALL.map(Op::name);
        let expected = || format!("expected one of {}", names.join(", "));
        match fields.get("op") {
            Some(Value::String(name)) => {
                let found = Op::ALL.into_iter().find(|op| op.name() == name);
                if found.is_none() {
                    let candidates = nearest(name, &names);
                    let message = format!("{}, found `{name}`", expected());
                    self.problems.push(Problem { candidates, ..Problem::new(place, message) });
                }
                found
            }
            other => {
                self.wrong(place, format!("{}, found {}", expected(), other.map_or("none", kind)));
                None
            }
        }
    }

    fn dataset(&mut self, place: &str, value: Option<&Value>) -> Option<DatasetName> {
        let Some(value) = value else {
            self.wrong(place, "expected an object with `name`, found none");
            return None;
        };
        let fields = self.fields(place, value, "an object such as `{name: schema.table}`", &DATASET)?;
        let prefix = format!("{place}.");
        let (namespace, name) = (self.text(fields, &prefix, "namespace"), self.text(fields, &prefix, "name"));
        Some(DatasetName { namespace, name: name.unwrap_or_default() })
    }

    /// The fields of an object that has no others than the known ones.
    fn fields<'v>(&mut self, place: &str, value: &'v Value, expected: &str, known: &[&str]) -> Option<&'v Mapping> {
        let Value::Mapping(fields) = value else {
            self.wrong(place, format!("expected {expected}, found {}", kind(value)));
            return None;
        };
        for key in fields.keys() {
            let name = key.as_str().map_or_else(|| kind(key).to_owned(), |name| format!("`{name}`"));
            if key.as_str().is_none_or(|name| !known.contains(&name)) {
                let candidates = key.as_str().map_or_else(Vec::new, |name| nearest(name, known));
                let message = format!("expected only {}, found {name}", known.join(", "));
                self.problems.push(Problem { candidates, ..Problem::new(place, message) });
            }
        }
        Some(fields)
    }

    fn text(&mut self, fields: &Mapping, prefix: &str, key: &str) -> Option<String> {
        match fields.get(key) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => {
                let hint = if is_plain(other) { "; put it in quotes" } else { "" };
                self.wrong(format!("{prefix}{key}"), format!("expected a text, found {}{hint}", kind(other)));
                None
            }
        }
    }

    fn truth(&mut self, fields: &Mapping, prefix: &str, key: &str) -> Option<bool> {
        match fields.get(key) {
            None | Some(Value::Null) => None,
            Some(Value::Bool(truth)) => Some(*truth),
            Some(other) => {
                self.wrong(format!("{prefix}{key}"), format!("expected true or false, found {}", kind(other)));
                None
            }
        }
    }

    fn wrong(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem::new(place, message));
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "an object",
        Value::Tagged(_) => "a value with a tag",
    }
}

/// What YAML takes for something else than a text unless it stands in quotes.
fn is_plain(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Number(_))
}

/// Names that differ from this one by two letters at the most, or have it as a part.
fn nearest(name: &str, among: &[&str]) -> Vec<String> {
    let near = |known: &&&str| distance(name, known) <= 2 || (name.len() > 2 && known.contains(name));
    among.iter().filter(near).map(|known| (*known).to_owned()).collect()
}

/// How many letters must be put in, taken out or changed.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (place, found) in other.iter().enumerate() {
            let changed = corner + usize::from(letter != *found);
            corner = row[place + 1];
            row[place + 1] = changed.min(corner + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The proposal as JSON, or each problem on a line.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match proposal(text) {
            Ok(proposal) => serde_json::to_string(&proposal).unwrap(),
            Err(problems) => problems.iter().map(told).collect::<Vec<_>>().join("\n"),
        };
        assert_eq!(found, expected);
    }

    fn told(problem: &Problem) -> String {
        let candidates = problem.candidates.join(", ");
        if candidates.is_empty() { problem.to_string() } else { format!("{problem} ({candidates})") }
    }

    const DROP: &str = r#"{"changes":[{"op":"drop_column","dataset":{"name":"shop.orders"},"column":"total"}]}"#;

    #[test]
    fn yaml_and_json_are_the_same() {
        check(DROP, DROP);
        check("changes:\n  - op: drop_column\n    dataset: {name: shop.orders}\n    column: total\n", DROP);
        check("{changes: [{op: drop_column, dataset: {name: shop.orders}, column: total}]}", DROP);
        check(&format!("\u{feff}{DROP}"), DROP);
        check(&DROP.replace("\"column\"", "\"to\":null,\"column\""), DROP);
    }

    #[test]
    fn a_text_that_cannot_be_read_is_told_with_its_line() {
        check("changes:\n  - op: [\n", "line 3, column 1: not YAML: did not find expected node content");
        check("{\"changes\": [}", "line 1, column 14: not JSON: expected value");
        check(
            "{\"changes\": [], \"changes\": []}",
            "line 1, column 25: not JSON: duplicate entry with key \"changes\"",
        );
        check(
            "changes: []\n---\nchanges: []\n",
            "the whole: not YAML: deserializing from YAML containing more than one document is not supported",
        );
    }

    #[test]
    fn an_unknown_dialect_is_told() {
        let text = "changes: [{op: replace_query, dataset: {name: a}, query: select 1, dialect: klingon}]";
        let problems = proposal(text).unwrap_err();
        assert_eq!(problems[0].place, "changes[0].dialect");
        assert!(problems[0].message.starts_with("dialect \"klingon\": expected one of "), "{}", problems[0]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        check("", "the whole: expected an object with the list `changes`, found nothing");
        check("changes: []", "changes: expected at least one change, found none");
        check("changes: 3", "changes: expected a list of changes, found a number");
        check("[]", "the whole: expected an object with the list `changes`, found a list");
        check(
            "changes: [{op: drop_colum, dataset: orders, colum: a}, 3]",
            "changes[0]: expected only op, dataset, column, to, type, nullable, query, dialect, found `colum` (column)\n\
             changes[0].op: expected one of drop_column, rename_column, retype_column, set_nullable, add_column, \
             change_meaning, drop_dataset, rename_dataset, replace_query, found `drop_colum` (drop_column)\n\
             changes[0].dataset: expected an object such as `{name: schema.table}`, found a text\n\
             changes[1]: expected an object with `op` and `dataset`, found a number",
        );
        check(
            "changes: [{op: set_nullable, dataset: {name: a}, column: 7, nullable: maybe}]",
            "changes[0].column: expected a text, found a number; put it in quotes\n\
             changes[0].nullable: expected true or false, found a text",
        );
        check(
            "changes: [{op: rename_column, dataset: {name: a}, column: b, type: int}]",
            "changes[0].to: expected `to` for `rename_column`, found none\n\
             changes[0].type: expected column, to for `rename_column`, found `type`",
        );
    }
}
