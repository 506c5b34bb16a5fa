//! The versions of a node, and facets as they were received.

use graph::{ContentId, NodeId, Revision, Span};

use super::common::{Facet, Version};
use super::error::Result;
use super::page;
use super::scalars::Json;
use super::scope::Scope;

/// What is known of a node's past at a revision, newest first.
pub async fn of_node(scope: &Scope, id: NodeId, first: Option<i32>, at: Revision) -> Result<Vec<Version>> {
    let first = page::first(first, 50, page::PAGE_LIMIT)?;
    let mut versions = Vec::new();
    for version in scope.store().history(id, first).await? {
        if version.node.span.from <= at {
            versions.push(told(scope, version.node.span, version.changed).await?);
        }
    }
    Ok(versions)
}

async fn told(scope: &Scope, span: Span, changed: Vec<&'static str>) -> Result<Version> {
    let until = if span.is_open() { None } else { Some(scope.told(span.until).await?) };
    let changed = changed.into_iter().map(str::to_owned).collect();
    Ok(Version { revision: scope.told(span.from).await?, until, changed })
}

/// Facets by name; one whose bytes were purged is left out.
pub async fn facets(scope: &Scope, facets: &[(String, ContentId)]) -> Result<Vec<Facet>> {
    let ids: Vec<ContentId> = facets.iter().map(|(_, id)| *id).collect();
    let contents = scope.contents(&ids).await?;
    let told = facets
        .iter()
        .zip(contents)
        .filter_map(|((name, _), bytes)| Some(Facet { name: name.clone(), value: Json::of_bytes(&bytes?) }));
    Ok(told.collect())
}
