//! A digest of what a graph means: equal for the same inputs in any order, on every store. It covers current nodes
//! with their aspects and facets, current edges, and runs, all by name; not ids, revisions or times of receipt.

use crate::store::{Result, Store};

/// 32 lower-case hexadecimal digits.
pub async fn digest(store: &dyn Store) -> Result<String> {
    todo!("{:p}", store)
}
