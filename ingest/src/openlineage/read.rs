//! Reads the members of a facet by the types its schema gives them.

use std::borrow::Cow;

use graph::Time;

use super::shape;
use crate::faults::{Faults, Place};
use crate::json::{Json, Member};

/// An object, and where it is.
#[derive(Clone, Copy)]
pub struct Reader<'r> {
    object: &'r Json<'r>,
    pub place: &'r Place<'r>,
}

/// A value that does not fit its schema, and where.
#[derive(Debug)]
pub struct Misfit {
    path: String,
    message: String,
}

impl Misfit {
    pub fn new(expected: &str, found: Option<&Json<'_>>, place: &Place<'_>) -> Misfit {
        let found = found.map_or_else(|| "nothing".to_owned(), Json::described);
        Misfit { path: place.to_string(), message: format!("expected {expected}, found {found}") }
    }

    /// `consequence` says what became of it.
    pub fn note(self, code: &str, consequence: &str, faults: &mut Faults) {
        faults.add_at(code, || Some(self.path), || format!("{}; {consequence}", self.message));
    }
}

type Read<T> = Result<T, Misfit>;

impl<'r> Reader<'r> {
    pub fn new(object: &'r Json<'r>, place: &'r Place<'r>) -> Read<Reader<'r>> {
        match object {
            Json::Object(_) => Ok(Reader { object, place }),
            other => Err(Misfit::new("an object", Some(other), place)),
        }
    }

    /// The member, when there is one other than null.
    pub fn get(&self, key: &str) -> Option<&'r Json<'r>> {
        self.object.get(key).filter(|value| **value != Json::Null)
    }

    pub fn members(&self) -> &'r [Member<'r>] {
        self.object.members()
    }

    /// A string that must be there and may be empty.
    pub fn string(&self, key: &str) -> Read<&'r str> {
        let value = self.object.get(key);
        value.and_then(Json::as_str).ok_or_else(|| Misfit::new("a string", value, &self.place.key(key)))
    }

    /// A string that must be there and say something.
    pub fn text(&self, key: &str) -> Read<&'r str> {
        let text = self.string(key)?;
        if text.trim().is_empty() {
            return Err(Misfit::new("a string that is not empty", self.object.get(key), &self.place.key(key)));
        }
        Ok(text)
    }

    /// A string that may be absent; null and the empty string are the same as absent.
    pub fn optional(&self, key: &str) -> Read<Option<String>> {
        match self.get(key) {
            None => Ok(None),
            Some(Json::String(text)) => Ok((!text.is_empty()).then(|| text.to_string())),
            other => Err(Misfit::new("a string", other, &self.place.key(key))),
        }
    }

    pub fn optional_time(&self, key: &str) -> Read<Option<Time>> {
        let Some(text) = self.optional(key)? else { return Ok(None) };
        let misfit = || Misfit::new("a time such as `2026-01-31T12:00:00Z`", self.get(key), &self.place.key(key));
        shape::time(&text).map(|(time, _)| Some(time)).ok_or_else(misfit)
    }

    pub fn boolean(&self, key: &str) -> Read<bool> {
        match self.object.get(key) {
            Some(Json::Bool(value)) => Ok(*value),
            other => Err(Misfit::new("true or false", other, &self.place.key(key))),
        }
    }

    /// A list; null and absent are the empty list.
    pub fn list(&self, key: &str) -> Read<&'r [Json<'r>]> {
        match self.get(key) {
            None => Ok(&[]),
            Some(Json::Array(items)) => Ok(items),
            other => Err(Misfit::new("a list", other, &self.place.key(key))),
        }
    }

    /// The members of an object; null and absent are the empty object.
    pub fn map(&self, key: &str) -> Read<&'r [(Cow<'r, str>, Json<'r>)]> {
        match self.get(key) {
            None => Ok(&[]),
            Some(Json::Object(members)) => Ok(members),
            other => Err(Misfit::new("an object", other, &self.place.key(key))),
        }
    }
}
