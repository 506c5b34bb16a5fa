//! Parameters of statements.

use neo4rs::{BoltMap, BoltType};

use crate::ids::ContentId;

/// A row of a list that a statement unwinds.
pub(super) fn row<const N: usize>(fields: [(&str, BoltType); N]) -> BoltType {
    BoltType::Map(map(fields))
}

pub(super) fn map<const N: usize>(fields: [(&str, BoltType); N]) -> BoltMap {
    fields.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

pub(super) fn ids(ids: impl IntoIterator<Item = ContentId>) -> BoltType {
    ids.into_iter().map(|id| id.to_string()).collect()
}

pub(super) fn place(parent: u32, kind: u8, key: &str) -> String {
    format!("{parent}/{kind}/{key}")
}

/// Two numbers as the key of what hangs on both.
pub(super) fn pair(first: impl std::fmt::Display, second: u32) -> String {
    format!("{first}/{second}")
}
