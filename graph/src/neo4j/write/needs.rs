//! What a commit asked for and the overlay had no answer to.

use std::collections::BTreeSet;

use crate::apply::Group;
use crate::ids::ContentId;

/// Where a node stands: parent, code of its kind, key.
pub(super) type Place = (u32, u8, String);

/// Look-ups to be made, each once.
#[derive(Default, PartialEq)]
pub(super) struct Needs {
    pub inputs: BTreeSet<ContentId>,
    pub contents: BTreeSet<ContentId>,
    pub places: BTreeSet<Place>,
    pub nodes: BTreeSet<u32>,
    /// Datasets, all columns of which are asked for.
    pub columns: BTreeSet<u32>,
    pub degrees: BTreeSet<u32>,
    /// Datasets with all links to other names of theirs.
    pub links: BTreeSet<u32>,
    pub renamed: BTreeSet<u32>,
    pub groups: BTreeSet<Group>,
    pub lineages: BTreeSet<ContentId>,
    /// Job and output.
    pub noted: BTreeSet<(u32, u32)>,
    pub noted_of_jobs: BTreeSet<u32>,
    /// Job and output.
    pub frontiers: BTreeSet<(u32, u32)>,
    pub written: BTreeSet<u32>,
    pub derivations: BTreeSet<ContentId>,
    pub schemas: BTreeSet<ContentId>,
    /// Job and name.
    pub runs: BTreeSet<(u32, String)>,
    /// Job, output and lineage.
    pub says: BTreeSet<(u32, u32, ContentId)>,
}

impl Needs {
    pub fn is_empty(&self) -> bool {
        *self == Needs::default()
    }
}
