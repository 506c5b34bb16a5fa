//! The configuration as it is in force, value by value, with where each came from.

use figment::value::{Num, Value};
use figment::{Figment, Profile};
use serde_json::json;

use super::Config;

/// One line a value, in TOML, with its source as a comment.
pub fn text(config: &Config, figment: &Figment) -> String {
    let lines = leaves(config);
    let width = lines.iter().map(|(key, value)| key.len() + toml(value).len() + 3).max().unwrap_or(0).min(48);
    let mut out = String::new();
    for (key, value) in &lines {
        let line = format!("{key} = {}", toml(value));
        out.push_str(&format!("{line:<width$}  # {}\n", source(figment, key)));
    }
    out
}

/// A list of `{key, value, source}`.
pub fn json(config: &Config, figment: &Figment) -> serde_json::Value {
    let rows = leaves(config).into_iter().map(|(key, value)| {
        let source = source(figment, &key);
        json!({ "key": key, "value": value, "source": source })
    });
    rows.collect()
}

/// `default`, the file's path, the variable's name or the flag's.
fn source(figment: &Figment, key: &str) -> String {
    let Some(metadata) = figment.find_metadata(key) else { return "default".to_owned() };
    match metadata.name.as_ref() {
        "environment" | "flag" => {
            let keys: Vec<&str> = key.split('.').collect();
            metadata.interpolate(&Profile::Default, &keys)
        }
        name => name.to_owned(),
    }
}

fn leaves(config: &Config) -> Vec<(String, Value)> {
    let value = Value::serialize(config).expect("a configuration is plain data");
    let mut out = Vec::new();
    collect(String::new(), value, &mut out);
    out
}

fn collect(key: String, value: Value, out: &mut Vec<(String, Value)>) {
    match value {
        Value::Dict(_, inner) => {
            for (name, value) in inner {
                let key = if key.is_empty() { name } else { format!("{key}.{name}") };
                collect(key, value, out);
            }
        }
        Value::Empty(..) => {}
        value => out.push((key, value)),
    }
}

fn toml(value: &Value) -> String {
    match value {
        Value::String(_, text) => quoted(text),
        Value::Char(_, c) => quoted(&c.to_string()),
        Value::Bool(_, truth) => truth.to_string(),
        Value::Num(_, number) => plain(number),
        Value::Empty(..) => quoted(""),
        Value::Array(_, items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Dict(_, inner) => {
            let pairs: Vec<String> = inner.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

fn plain(number: &Num) -> String {
    match (number.to_u128(), number.to_f64()) {
        (Some(whole), _) => whole.to_string(),
        (None, Some(float)) => float.to_string(),
        (None, None) => "0".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
