//! JSON as it was sent: numbers keep their text, strings are borrowed where they can be, and an object's members are
//! in order, so that what is written back is canonical. (`serde_json::Value` rounds `7.6635076019494707E18`.)

mod parse;
mod write;

use std::borrow::Cow;

pub use parse::{Oddity, Parsed, SyntaxError, parse};

/// A JSON value, borrowing from the text it was read from.
#[derive(Clone, PartialEq, Debug)]
pub enum Json<'a> {
    Null,
    Bool(bool),
    /// The number's own text: neither rounded nor reformatted.
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    /// Sorted by key, no key twice.
    Object(Vec<Member<'a>>),
    /// Not of JSON: stands where a value was taken out that is kept elsewhere, by its place there.
    Held(usize),
}

pub type Member<'a> = (Cow<'a, str>, Json<'a>);

impl<'a> Json<'a> {
    /// The members of an object; nothing for any other value.
    pub fn members(&self) -> &[Member<'a>] {
        match self {
            Json::Object(members) => members,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Held(_) => &[],
        }
    }

    /// The member of an object; none for any other value.
    pub fn get(&self, key: &str) -> Option<&Json<'a>> {
        find(self.members(), key)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Json<'a>> {
        let Json::Object(members) = self else { return None };
        let at = members.binary_search_by(|(name, _)| name.as_ref().cmp(key)).ok()?;
        Some(&mut members[at].1)
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) | Json::Held(_) => None,
        }
    }

    /// The value in words, for errors: what was found where something else was expected.
    pub fn described(&self) -> String {
        match self {
            Json::Null => "null".to_owned(),
            Json::Bool(value) => value.to_string(),
            Json::Number(text) => format!("the number {}", excerpt(text)),
            Json::String(text) if text.is_empty() => "an empty string".to_owned(),
            Json::String(text) => format!("the string `{}`", excerpt(text)),
            Json::Array(_) => "a list".to_owned(),
            Json::Object(_) | Json::Held(_) => "an object".to_owned(),
        }
    }
}

/// Looks a key up among the members of an object, which are sorted.
pub fn find<'m, 'a>(members: &'m [Member<'a>], key: &str) -> Option<&'m Json<'a>> {
    let at = members.binary_search_by(|(name, _)| name.as_ref().cmp(key)).ok()?;
    Some(&members[at].1)
}

/// The beginning of a text that may be long, for errors.
pub fn excerpt(text: &str) -> String {
    const LENGTH: usize = 60;
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
