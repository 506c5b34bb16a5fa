//! Writes JSON compactly.

use std::borrow::Cow;
use std::fmt;

use super::{Json, Member};

impl Json<'_> {
    /// Appends the compact form. `held` writes what stands for a value that was taken out.
    pub fn write_with(&self, out: &mut Vec<u8>, held: &mut impl FnMut(usize, &mut Vec<u8>)) {
        match self {
            Json::Null => out.extend_from_slice(b"null"),
            Json::Bool(true) => out.extend_from_slice(b"true"),
            Json::Bool(false) => out.extend_from_slice(b"false"),
            Json::Number(text) => out.extend_from_slice(text.as_bytes()),
            Json::String(text) => write_string(text, out),
            Json::Array(items) => {
                out.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    item.write_with(out, held);
                }
                out.push(b']');
            }
            Json::Object(members) => write_members(members, out, held),
            Json::Held(index) => held(*index, out),
        }
    }

    /// The compact form of a value of which nothing was taken out.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_with(&mut out, &mut |_, out| out.extend_from_slice(b"null"));
        out
    }
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_bytes()))
    }
}

fn write_members(members: &[Member<'_>], out: &mut Vec<u8>, held: &mut impl FnMut(usize, &mut Vec<u8>)) {
    out.push(b'{');
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_string(key, out);
        out.push(b':');
        value.write_with(out, held);
    }
    out.push(b'}');
}

#[expect(clippy::ptr_arg, reason = "whether the text is borrowed decides how it is written")]
fn write_string(text: &Cow<'_, str>, out: &mut Vec<u8>) {
    out.push(b'"');
    match text {
        // Borrowed from JSON text, where it stood without an escape: it needs none here either.
        Cow::Borrowed(plain) => out.extend_from_slice(plain.as_bytes()),
        Cow::Owned(text) => write_escaped(text, out),
    }
    out.push(b'"');
}

fn write_escaped(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&bytes[from..]);
}
