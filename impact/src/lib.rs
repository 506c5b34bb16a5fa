//! What a change breaks. So far: what a deletion takes away, concluded from lineage alone.
//!
//! Knows the graph only through its store, and nothing of HTTP or GraphQL.

mod deletion;
mod outgoing;

pub use deletion::{Deletion, Impact, Item, Use, deletion};

pub type Result<T> = std::result::Result<T, ImpactError>;

#[derive(Debug, thiserror::Error)]
pub enum ImpactError {
    #[error(transparent)]
    Store(#[from] graph::StoreError),
}
