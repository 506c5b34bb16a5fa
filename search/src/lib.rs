//! Finding things by what they are called and what is said of them.
//!
//! Knows the graph only through its store, and nothing of HTTP or GraphQL.

mod error;
mod index;
mod request;

pub use error::{Result, SearchError};
pub use index::Index;
pub use request::{
    Answer, FACET_LIMIT, Facet, FacetValue, Filter, Hit, Match, PAGE_LIMIT, Progress, Request,
};
