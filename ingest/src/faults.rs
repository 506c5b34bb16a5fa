//! Where something is in an input, and the bounded list of what was wrong with it.

use std::fmt;

use graph::change::Fault;

use crate::json::excerpt;

/// A place in a JSON value. Displays as a JSON path: `$.run.facets['spark.exception']`, `$.inputs[2].name`.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    above: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Root,
    Key(&'p str),
    Index(usize),
}

impl<'p> Place<'p> {
    pub const ROOT: Place<'static> = Place { above: None, step: Step::Root };

    pub fn key(&'p self, key: &'p str) -> Place<'p> {
        Place { above: Some(self), step: Step::Key(key) }
    }

    pub fn index(&'p self, index: usize) -> Place<'p> {
        Place { above: Some(self), step: Step::Index(index) }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        match self.step {
            Step::Root => f.write_str("$"),
            Step::Key(key) if is_plain(key) => write!(f, ".{key}"),
            Step::Key(key) => write!(f, "['{}']", excerpt(key)),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.len() <= 60 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// What was wrong with an input and tolerated; beyond a limit only the number is kept.
#[derive(Debug)]
pub struct Faults {
    list: Vec<Fault>,
    limit: usize,
    unlisted: usize,
}

impl Faults {
    pub fn new(limit: usize) -> Faults {
        Faults { list: Vec::new(), limit, unlisted: 0 }
    }

    pub fn add(&mut self, code: &str, place: &Place<'_>, message: impl FnOnce() -> String) {
        self.add_at(code, || Some(place.to_string()), message);
    }

    pub fn add_at(&mut self, code: &str, path: impl FnOnce() -> Option<String>, message: impl FnOnce() -> String) {
        if self.list.len() < self.limit {
            self.list.push(Fault { code: code.to_owned(), path: path(), message: message() });
        } else {
            self.unlisted += 1;
        }
    }

    pub fn into_list(mut self) -> Vec<Fault> {
        if self.unlisted > 0 {
            let message = format!("{} more faults are not listed", self.unlisted);
            self.list.push(Fault { code: "more-faults".to_owned(), path: None, message });
        }
        self.list
    }
}
