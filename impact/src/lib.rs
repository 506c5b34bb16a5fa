//! What a change breaks: what a deletion takes away, concluded from lineage alone, and what a change of schemas does,
//! concluded by binding the queries downstream again. And what differs between two times.
//!
//! Knows the graph only through its store, SQL only through `binding`, and nothing of HTTP or GraphQL.

mod deletion;
pub mod diff;
mod outgoing;
pub mod personal;
pub mod schema;

pub use deletion::{Deletion, Impact, Item, Use, deletion};

pub type Result<T> = std::result::Result<T, ImpactError>;

#[derive(Debug, thiserror::Error)]
pub enum ImpactError {
    #[error(transparent)]
    Store(#[from] graph::StoreError),
    /// Nothing was asked of the graph, or not all that the proposal names is in it.
    #[error("the proposal cannot be judged: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Proposal(Vec<schema::Problem>),
}
