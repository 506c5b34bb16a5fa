//! What reading a folder gives: inputs for the graph, and what was wrong, with its place.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use graph::change::{Change, Content, Fault, Input, InputKind, Submission};
use graph::{ContentId, Time};
use serde_json::Value;

use crate::canonical::canonical;
use crate::error::{Error, Result};
use crate::openlineage::{self, Limits};

/// All that a folder of files says.
#[derive(Debug, Default)]
pub struct Import {
    pub submissions: Vec<Submission>,
    /// What could not be read; everything else was. What was odd about a submission is among its own faults.
    pub problems: Vec<Problem>,
    /// Worth knowing, and nothing wrong.
    pub notes: Vec<Problem>,
    /// How many of what, in an order fit for showing: `("models", 7)`.
    pub counts: Vec<(&'static str, usize)>,
}

/// Something that a person may want to put right, or to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// A file, with line and column where they are known, or a node of an artifact.
    pub place: String,
    pub message: String,
}

impl Problem {
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem { place: place.into(), message: message.into() }
    }
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read \"{place}\": {cause}")]
    Read { place: String, cause: std::io::Error },
    #[error("\"{place}\": {message}")]
    Content { place: String, message: String },
    #[error("{0}")]
    Options(String),
}

/// The bytes of a file of at most `limit` bytes.
pub(crate) fn read_file(path: &Path, limit: u64) -> std::result::Result<Vec<u8>, ImportError> {
    let place = path.display().to_string();
    let failed = |cause| ImportError::Read { place: place.clone(), cause };
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > limit {
        let message = format!("expected at most {limit} bytes, found {size}");
        return Err(ImportError::Content { place, message });
    }
    fs::read(path).map_err(failed)
}

/// The stored form of a unit: canonical, without secrets.
pub(crate) fn body(unit: &Value, place: &str) -> Result<Vec<u8>> {
    canonical(unit.to_string().as_bytes()).map_err(|cause| Error::Syntax { place: place.to_owned(), cause })
}

/// The unit in a stored body.
pub(crate) fn unit(body: &[u8]) -> Result<Value> {
    let stored = |error: serde_json::Error| Error::Stored { id: ContentId::of(body), message: error.to_string() };
    serde_json::from_slice(body).map_err(stored)
}

/// The input with this body, saying what OpenLineage events say.
pub(crate) fn submission(kind: InputKind, body: &[u8], events: &[Value], received_at: Time) -> Result<Submission> {
    let id = ContentId::of(body);
    let mut changes: Vec<Change> = Vec::new();
    let mut contents: BTreeMap<ContentId, Content> = BTreeMap::new();
    let mut faults: Vec<Fault> = Vec::new();
    for event in events {
        let said = openlineage::event_value(event, received_at, &Limits::default());
        let said = said.map_err(|rejection| Error::Stored { id, message: rejection.to_string() })?;
        changes.extend(said.changes);
        contents.extend(said.input.contents.into_iter().map(|content| (content.id, content)));
        faults.extend(said.input.faults);
    }
    let contents = contents.into_values().collect();
    let input = Input { id, kind, body: body.to_vec(), contents, received_at, faults, rejected: false };
    Ok(Submission { input, changes })
}
