//! OpenLineage events: read, redacted, checked, and turned into changes. Pure: bytes in, a submission out.
//!
//! An event is refused only when it cannot be told what it is about (`Rejection`); whatever else is odd about it is
//! tolerated, stored as sent, and noted as a fault.

mod changes;
mod explicit;
mod facets;
mod lineage;
mod names;
mod read;
mod rejection;
mod shape;
mod split;
mod stream;

use graph::change::{Input, InputKind, Submission};
use graph::{ContentId, Time};

pub use rejection::{Rejection, RejectionKind};
pub use split::{references, restore};
pub use stream::{Document, Lines, batch, lines};

use crate::faults::Faults;
use crate::json::{self, Json, Oddity, Parsed};
use crate::redact::{may_hold_secrets, redact};
use shape::Shape;
use split::Split;

/// What one event may bring along.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Faults listed per event; of more, only the number is kept.
    pub faults: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { faults: 50 }
    }
}

/// Reads one event of any kind. The same event in another order of keys, and with other secrets, gives the same
/// submission but for its time of receipt.
pub fn event(bytes: &[u8], received_at: Time, limits: &Limits) -> Result<Submission, Rejection> {
    let Parsed { mut json, oddities } = json::parse(bytes).map_err(|error| Rejection::not_json(&error))?;
    if !matches!(json, Json::Object(_)) {
        let message = format!("expected an event, which is a JSON object, found {}", json.described());
        return Err(Rejection::bad_request("not-an-object", message));
    }
    if may_hold_secrets(bytes) {
        redact(&mut json);
    }
    let mut faults = Faults::new(limits.faults);
    note(&oddities, &mut faults);
    let shape = Shape::read(&json, received_at, &mut faults)?;
    let split = Split::new(json);
    let id = ContentId::of(&split.canonical());
    let changes = changes::of(&shape, &split, id, &mut faults);
    let (body, contents) = split.into_stored();
    let faults = faults.into_list();
    let input = Input { id, kind: InputKind::OpenLineage, body, contents, received_at, faults, rejected: false };
    Ok(Submission { input, changes })
}

/// Reads one event that was parsed already. Numbers beyond what `serde_json` holds have lost digits by then; where
/// the bytes are at hand, use `event`.
pub fn event_value(event: &serde_json::Value, received_at: Time, limits: &Limits) -> Result<Submission, Rejection> {
    self::event(event.to_string().as_bytes(), received_at, limits)
}

fn note(oddities: &[Oddity], faults: &mut Faults) {
    for oddity in oddities {
        match oddity {
            Oddity::RepeatedKey { key, position } => faults.add_at(
                "repeated-key",
                || None,
                || format!("the key `{key}` is given twice in the object that ends at {position}; the last one counts"),
            ),
            Oddity::LoneSurrogate { position } => faults.add_at(
                "lone-surrogate",
                || None,
                || format!("half of a surrogate pair stands alone at {position} and was replaced by U+FFFD"),
            ),
        }
    }
}
