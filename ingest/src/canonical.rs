//! The canonical form of an input: its identity is the hash of this.

use crate::json::{self, SyntaxError};
use crate::redact::{may_hold_secrets, redact};

/// The redacted, compact form with keys in byte order; numbers as they were written. Two JSON texts that differ in
/// white space, the order of keys or the way characters are escaped have the same form.
pub fn canonical(bytes: &[u8]) -> Result<Vec<u8>, SyntaxError> {
    let mut json = json::parse(bytes)?.json;
    if may_hold_secrets(bytes) {
        redact(&mut json);
    }
    Ok(json.to_bytes())
}
