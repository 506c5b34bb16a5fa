//! Questions and answers.

use std::time::Instant;

use graph::{NodeId, NodeKind, NodeName, Revision};

/// The most hits on one page.
pub const PAGE_LIMIT: usize = 200;
/// The most values listed of one facet; `Facet::distinct` says how many there are.
pub const FACET_LIMIT: usize = 50;

#[derive(Clone, Debug)]
pub struct Request {
    /// Words, `"phrases"` and `field:value`; empty browses everything, kind by kind in order of name.
    pub text: String,
    pub filter: Filter,
    /// 1 to `PAGE_LIMIT`
    pub first: usize,
    /// `Answer::end_cursor` of the page before.
    pub after: Option<String>,
    /// Answer from an index that holds at least this revision, or fail with `Behind`.
    pub min_revision: Option<Revision>,
    pub deadline: Instant,
}

/// Several values of one filter are alternatives; different filters must all hold. Values compare without case.
#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub struct Filter {
    pub kinds: Vec<NodeKind>,
    pub platforms: Vec<String>,
    pub namespaces: Vec<String>,
    /// A column has the owners of its dataset.
    pub owners: Vec<String>,
    /// `key` for any value of it, or `key=value`.
    pub tags: Vec<String>,
    /// A domain is the value of a tag `domain`; a column has the domains of its dataset.
    pub domains: Vec<String>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// How many there are in all, on every page together.
    pub total: u64,
    /// What the index held when it answered: everything committed up to here was searched.
    pub revision: Revision,
    pub hits: Vec<Hit>,
    /// One for each of `kind`, `platform`, `namespace`, `owner`, `tag`, `domain`. A facet does not filter itself.
    pub facets: Vec<Facet>,
    pub end_cursor: Option<String>,
    pub has_next: bool,
    /// Words of the text that match nothing as they are, and were taken for misspelled.
    pub respelled: Vec<String>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Hit {
    pub id: NodeId,
    /// Carries kind, namespace, name, and the dataset of a column.
    pub name: NodeName,
    pub platform: Option<String>,
    /// The first lines of it at most.
    pub description: Option<String>,
    /// A column shows the owners of its dataset.
    pub owners: Vec<String>,
    /// `key`, or `key=value`
    pub tags: Vec<String>,
    /// Dropped, or tagged `deprecated`; such hits come after their equals.
    pub retired: bool,
    /// Why it matched, best first; empty when browsing.
    pub matches: Vec<Match>,
    pub score: f32,
}

/// A piece of a field with the matching words between « and ».
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Match {
    /// `name`, `column`, `tag`, `owner`, `description`, `namespace` or `dataset`
    pub field: &'static str,
    pub snippet: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facet {
    pub field: &'static str,
    /// The most frequent first; what the filter names is always among them.
    pub values: Vec<FacetValue>,
    /// How many values there are, also when not all are listed.
    pub distinct: u64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FacetValue {
    pub value: String,
    pub count: u64,
}

/// How far a rebuild is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    pub done: u64,
    /// As counted when it began.
    pub total: u64,
}
