//! The columns of a dataset, in the order of its schema.

use std::sync::Arc;

use graph::{Node, NodeId, NodeKind, Revision, Scan};

use super::error::Result;
use super::scope::Scope;

/// Columns read from the store at a time.
const SCAN: usize = 10_000;

/// What part of a dataset's columns is asked for.
pub struct Page {
    pub first: usize,
    /// The path of the last column already seen.
    pub after: Option<String>,
    /// Part of a path, in any case.
    pub matching: Option<String>,
}

/// All columns of a dataset, as the store numbers them.
pub async fn ids(scope: &Scope, dataset: NodeId, at: Revision) -> Result<Vec<NodeId>> {
    all_of(scope, NodeKind::Column, Some(dataset), at).await
}

/// How many columns of a dataset may be seen.
pub async fn count(scope: &Scope, dataset: NodeId, at: Revision) -> Result<u64> {
    let ids = ids(scope, dataset, at).await?;
    let seen = if scope.viewer.sees_everything() { ids.len() } else { scope.nodes(&ids, at).await?.len() };
    Ok(seen as u64)
}

/// All nodes of a kind, of one parent when given.
pub async fn all_of(scope: &Scope, kind: NodeKind, parent: Option<NodeId>, at: Revision) -> Result<Vec<NodeId>> {
    let mut all = Vec::new();
    loop {
        let page = scope.store().scan(Scan { kind, parent, after: all.last().copied(), limit: SCAN, at }).await?;
        let done = page.len() < SCAN;
        all.extend(page);
        if done {
            return Ok(all);
        }
    }
}

/// All columns that may be seen, in the order of the schema; those that no schema has come last.
pub async fn of_dataset(scope: &Scope, dataset: NodeId, at: Revision) -> Result<Vec<Arc<Node>>> {
    let ids = ids(scope, dataset, at).await?;
    let mut columns = scope.nodes(&ids, at).await?;
    columns.sort_by_key(|column| match &column.ingested.field {
        Some(field) => (!field.declared, field.position),
        None => (true, u32::MAX),
    });
    Ok(columns)
}
