//! Finding things by what they are called and what is said of them.
//!
//! Knows the graph only through its store, and nothing of HTTP or GraphQL. What is committed to the store comes here by
//! the feed (`follow`), is read again from the store (`gather`), made into documents (`document`) and written to an
//! index (`shelf`). A search is read (`syntax`), made into a query (`matching`), run in one pass (`collect`) and shown
//! (`answer`, `snippet`). Nothing is kept here that cannot be read from the store again.

mod analysis;
mod answer;
mod background;
mod collect;
mod cursor;
mod document;
mod drift;
mod error;
mod fields;
mod follow;
mod gather;
mod index;
mod matching;
mod request;
mod shelf;
mod snippet;
mod syntax;

pub use error::{Result, SearchError};
pub use index::Index;
pub use request::{Answer, FACET_LIMIT, Facet, FacetValue, Filter, Hit, Match, PAGE_LIMIT, Progress, Request};
