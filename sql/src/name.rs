//! Names as SQL writes them, and places in the text.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dialect::Dialect;

/// One identifier: its value without quotes, and whether it was quoted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ident {
    pub value: String,
    pub quoted: bool,
}

impl Ident {
    /// An identifier that was written without quotes.
    pub fn plain(value: impl Into<String>) -> Ident {
        Ident { value: value.into(), quoted: false }
    }

    /// An identifier whose spelling counts.
    pub fn quoted(value: impl Into<String>) -> Ident {
        Ident { value: value.into(), quoted: true }
    }
}

/// `catalog.schema.table`, from the outermost part that is known to the table itself.
///
/// A file, a stage or a bucket is one quoted part holding its address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TableName {
    pub parts: Vec<Ident>,
}

impl TableName {
    /// The last part, or an empty text for a name without parts.
    pub fn table(&self) -> &str {
        self.parts.last().map_or("", |part| part.value.as_str())
    }

    /// As the platform stores it: parts joined with dots, those that are no plain words in double quotes.
    pub fn stored(&self, dialect: Dialect) -> String {
        let parts = self.parts.iter().map(|part| quoted(&dialect.stored(&part.value, part.quoted)));
        parts.collect::<Vec<_>>().join(".")
    }
}

/// In double quotes unless it is a plain word or a star.
pub(crate) fn quoted(part: &str) -> String {
    let plain = !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '*');
    if plain { part.to_owned() } else { format!("\"{}\"", part.replace('"', "\"\"")) }
}

impl fmt::Display for TableName {
    /// Parts joined with dots; quoted parts that hold a dot, a space or a quote stand in double quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            let odd = |c: char| c == '.' || c == '"' || c.is_whitespace();
            if part.quoted && part.value.contains(odd) {
                write!(f, "\"{}\"", part.value.replace('"', "\"\""))?;
            } else {
                f.write_str(&part.value)?;
            }
        }
        Ok(())
    }
}

/// Byte offsets in the original text: `start` is the first byte, `end` the first byte after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}
