//! An event that is refused for good, and how it is kept nevertheless.

use std::fmt;

use graph::change::{Fault, Input, InputKind, Submission};
use graph::{ContentId, Time};

use crate::canonical::canonical;
use crate::faults::Place;
use crate::json::SyntaxError;
use crate::redact;

/// Why an event is refused. Sending it again will not help. Displays as `` `$.job.name`: expected …, found … ``.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rejection {
    pub kind: RejectionKind,
    pub fault: Fault,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RejectionKind {
    /// Not JSON, or not an object.
    BadRequest,
    /// JSON that is no event.
    Unprocessable,
}

/// How many bytes of a rejected event are kept.
const KEPT: usize = 64 * 1024;
/// Read beyond what is kept, so that no secret is cut in two before it is found.
const MARGIN: usize = 4 * 1024;

impl Rejection {
    pub(super) fn not_json(error: &SyntaxError) -> Rejection {
        Rejection::bad_request("not-json", format!("not JSON: {error}"))
    }

    pub(super) fn bad_request(code: &str, message: String) -> Rejection {
        let fault = Fault { code: code.to_owned(), path: None, message };
        Rejection { kind: RejectionKind::BadRequest, fault }
    }

    pub(super) fn unprocessable(code: &str, place: &Place<'_>, message: String) -> Rejection {
        let fault = Fault { code: code.to_owned(), path: Some(place.to_string()), message };
        Rejection { kind: RejectionKind::Unprocessable, fault }
    }

    /// The refused event as an input of the log: without changes, redacted, and cut when it is long.
    pub fn into_submission(self, raw: &[u8], received_at: Time) -> Submission {
        let whole = canonical(raw).unwrap_or_else(|_| redacted_text(&raw[..raw.len().min(KEPT + MARGIN)]));
        let input = Input {
            id: ContentId::of(&whole),
            kind: InputKind::OpenLineage,
            body: cut(whole, KEPT),
            contents: Vec::new(),
            received_at,
            faults: vec![self.fault],
            rejected: true,
        };
        Submission { input, changes: Vec::new() }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault.path {
            Some(path) => write!(f, "`{path}`: {}", self.fault.message),
            None => f.write_str(&self.fault.message),
        }
    }
}

impl std::error::Error for Rejection {}

fn redacted_text(raw: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(raw);
    redact::broken_json(&text).into_bytes()
}

/// At most `length` bytes, ending between two characters.
fn cut(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    if bytes.len() > length {
        let is_inside_a_character = |&at: &usize| bytes[at] & 0b1100_0000 == 0b1000_0000;
        let end = (0..=length).rev().find(|at| !is_inside_a_character(at)).unwrap_or(0);
        bytes.truncate(end);
    }
    bytes
}
