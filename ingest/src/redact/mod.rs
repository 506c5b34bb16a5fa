//! Takes secrets out of what is about to be stored: values under telling keys, and credentials within texts.
//! Redacting twice is the same as redacting once.

mod keys;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::json::Json;
pub use keys::is_secret_key;
pub use text::{broken_json, prose, text};

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Keys whose members are named after columns: a column `password` is not a password.
const KEYED_BY_COLUMN: [&str; 3] = ["columnMetrics", "columns", "fields"];

/// Whether there may be something to redact in a JSON text. Most events have nothing of the kind, and need not be
/// looked through word by word.
pub fn may_hold_secrets(json: &[u8]) -> bool {
    /// Whatever `is_secret_key` and `text` look for has one of these, written plainly or with escapes.
    static ANY: LazyLock<Regex> = LazyLock::new(|| {
        let between = r"(?:\\[bfnrt]|[^a-z0-9])*";
        let words = format!(r"pass{between}(?:w|phrase|code)|pwd|secret|token|credential|authorization|signature|sig=");
        let kinds = "api|access|private|account|shared|signing|encryption|auth|ssh";
        let pattern = format!(r"(?-u)@|eyJ|\\u00|(?i:{words}|(?:{kinds}){between}key|bearer|basic|identified)");
        Regex::new(&pattern).expect("a valid pattern")
    });
    ANY.is_match(json)
}

/// Redacts a value in place: every value under a telling key, the `value` of an object whose `name` or `key` tells,
/// and credentials within any text.
pub fn redact(json: &mut Json<'_>) {
    match json {
        Json::String(string) => redact_string(string),
        Json::Array(items) => items.iter_mut().for_each(redact),
        Json::Object(_) => redact_members(json, Keys::Telling),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Held(_) => {}
    }
}

/// What an object's keys are.
#[derive(Clone, Copy, PartialEq)]
enum Keys {
    Telling,
    Columns,
}

fn redact_members(object: &mut Json<'_>, keys: Keys) {
    let pair = names_a_secret(object);
    let Json::Object(members) = object else { return };
    let mut renamed = false;
    for (key, value) in members.iter_mut() {
        if let Some(new) = key.contains("://").then(|| text(key)).flatten() {
            *key = Cow::Owned(new);
            renamed = true;
        }
        if (keys == Keys::Telling && is_secret_key(key)) || (pair && key == "value") {
            blank(value);
        } else if KEYED_BY_COLUMN.contains(&key.as_ref()) && matches!(value, Json::Object(_)) {
            redact_members(value, Keys::Columns);
        } else {
            redact(value);
        }
    }
    if renamed {
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        members.dedup_by(|later, kept| later.0 == kept.0);
    }
}

/// `{"name": "password", "value": …}`, or `key` for `name`.
fn names_a_secret(object: &Json<'_>) -> bool {
    object.get("value").is_some()
        && ["name", "key"].iter().any(|&key| object.get(key).and_then(Json::as_str).is_some_and(is_secret_key))
}

/// Replaces every text and number within; what says only whether or which (booleans, null, a facet's own `_schemaURL`)
/// stays.
fn blank(json: &mut Json<'_>) {
    match json {
        Json::Null | Json::Bool(_) | Json::Held(_) => {}
        Json::Number(_) => *json = Json::String(Cow::Borrowed(REDACTED)),
        Json::String(string) if string.is_empty() => {}
        Json::String(string) => *string = Cow::Borrowed(REDACTED),
        Json::Array(items) => items.iter_mut().for_each(blank),
        Json::Object(members) => {
            for (key, value) in members {
                if key == "_producer" || key == "_schemaURL" { redact(value) } else { blank(value) }
            }
        }
    }
}

fn redact_string(string: &mut Cow<'_, str>) {
    if let Some(new) = text(string) {
        *string = Cow::Owned(new);
    }
}
