//! What has become of a dataset, as its consumers meet it.

use std::collections::{BTreeMap, BTreeSet};

/// Old and new type of a column.
pub(super) type Types = (Option<String>, Option<String>);

/// Columns are named by their keys.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Effect {
    /// It can no longer be read under its name: `is dropped`.
    pub gone: Option<String>,
    /// What makes it fails.
    pub failed: bool,
    /// What makes it may fail.
    pub unsure: bool,
    /// Columns that are no longer there, with what became of them: `is dropped`.
    pub lost: BTreeMap<String, String>,
    /// Columns that are there under a new name.
    pub renamed: BTreeMap<String, String>,
    pub gained: BTreeSet<String>,
    pub retyped: BTreeMap<String, Types>,
    /// Columns with other values than before, and why.
    pub values: BTreeMap<String, String>,
    /// It has other rows than before, and why.
    pub rows: Option<String>,
    /// Its columns stand in another order.
    pub moved: bool,
}

impl Effect {
    pub fn is_none(&self) -> bool {
        *self == Effect::default()
    }

    /// Whether its columns are others than before.
    pub fn reshaped(&self) -> bool {
        self.moved || !(self.lost.is_empty() && self.gained.is_empty() && self.retyped.is_empty())
    }

    /// What two makers of one dataset do to it.
    pub fn absorb(&mut self, other: Effect) {
        self.gone = self.gone.take().or(other.gone);
        self.failed |= other.failed;
        self.unsure |= other.unsure;
        self.lost.extend(other.lost);
        self.renamed.extend(other.renamed);
        self.gained.extend(other.gained);
        self.retyped.extend(other.retyped);
        self.values.extend(other.values);
        self.rows = self.rows.take().or(other.rows);
        self.moved |= other.moved;
    }
}
