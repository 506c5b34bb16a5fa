//! The domain of Headwater: names, nodes, edges, runs, revisions; what can be said to the graph and asked of it.
//!
//! Knows nothing of HTTP, GraphQL, SQL or the search index. A store does one hop; walks and digests stand above it.

mod aliases;
mod apply;
mod census;
pub mod change;
pub mod derive;
pub mod digest;
pub mod embedded;
mod ids;
mod model;
pub mod names;
pub mod neo4j;
mod read;
mod records;
mod store;
mod viewer;
pub mod walk;

pub use ids::{ContentId, EdgeId, NodeId, OrderKey, Revision, RunId, Span, Time};
pub use model::*;
pub use names::Rewrites;
pub use store::*;
pub use viewer::{Everyone, Viewer};
