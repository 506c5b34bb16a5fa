//! What can go wrong with a search.

use graph::{Revision, StoreError};

pub type Result<T> = std::result::Result<T, SearchError>;

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// What the user typed cannot be read. `at` is the character where it goes wrong, from 1.
    #[error("character {at}: {message}")]
    Query { at: usize, message: String },
    #[error("the search text has {found} {unit}, and at most {limit} are read")]
    TooLong { found: usize, limit: usize, unit: &'static str },
    #[error("the page size is {asked}, expected 1 to {limit}")]
    Page { asked: usize, limit: usize },
    #[error("the cursor is not of this search: expected `endCursor` of a page with the same text and filter")]
    Cursor,
    /// The index did not reach the revision asked for within the deadline.
    #[error("the search index holds revision {held}, and revision {asked} was asked for")]
    Behind { asked: Revision, held: Revision },
    #[error("the search took longer than its deadline")]
    Deadline,
    #[error("the search index is closed")]
    Closed,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the search index failed: {0}")]
    Index(String),
}

impl SearchError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            SearchError::Query { .. } | SearchError::TooLong { .. } => "BAD_SEARCH",
            SearchError::Page { .. } => "BAD_PAGE_SIZE",
            SearchError::Cursor => "BAD_CURSOR",
            SearchError::Behind { .. } => "INDEX_BEHIND",
            SearchError::Deadline => "DEADLINE",
            SearchError::Closed => "CLOSED",
            SearchError::Store(_) => "STORE_FAILED",
            SearchError::Index(_) => "INDEX_FAILED",
        }
    }

    /// True when the text may be shown to whoever asked, because it is about what was asked.
    pub fn is_callers(&self) -> bool {
        match self {
            SearchError::Query { .. }
            | SearchError::TooLong { .. }
            | SearchError::Page { .. }
            | SearchError::Cursor
            | SearchError::Behind { .. }
            | SearchError::Deadline
            | SearchError::Closed => true,
            SearchError::Store(_) | SearchError::Index(_) => false,
        }
    }
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> SearchError {
        SearchError::Index(error.to_string())
    }
}
