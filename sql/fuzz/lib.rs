//! What the targets share.

use sql::{Column, Defaults, Dialect, Schema, Span};

/// The first byte chooses the dialect, the rest is the text.
pub fn input(bytes: &[u8]) -> Option<(Dialect, &str)> {
    let (first, rest) = bytes.split_first()?;
    let dialects: Vec<Dialect> = Dialect::all().collect();
    Some((dialects[usize::from(*first) % dialects.len()], std::str::from_utf8(rest).ok()?))
}

/// The tables that the seeds name.
pub fn schema() -> Schema {
    let mut schema = Schema::new(Defaults { catalog: None, schema: Some("s".to_owned()) });
    for (table, columns) in [("a", "id x y"), ("b", "id v w"), ("t", "id name amount day"), ("s2.c", "id doc tags")] {
        let columns = columns.split(' ').map(|name| Column { name: name.to_owned(), data_type: None });
        schema.insert(table, columns.collect());
    }
    schema
}

/// A span can be cut out of the text.
pub fn check_span(text: &str, span: Span) {
    assert!(text.get(span.start..span.end).is_some(), "{span:?} is no part of the text");
}
