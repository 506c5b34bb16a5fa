//! What datasets and jobs have alike.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use graph::{Node, Revision};

use super::common::{self, Facet, Owner, Tag, Text, Version};
use super::dataset::qualified;
use super::scope::Scope;
use super::versions;

/// A dataset or a job, as far as they are described alike; its fields are theirs.
pub struct Described {
    pub node: Arc<Node>,
    pub at: Revision,
}

#[Object]
impl Described {
    async fn namespace(&self) -> &str {
        &qualified(&self.node.name).namespace
    }

    /// what people wrote, else what was ingested
    async fn description(&self) -> Option<Text> {
        Text::all(&self.node.authored, &self.node.ingested).into_iter().next()
    }

    async fn owners(&self) -> Vec<Owner> {
        Owner::all(&self.node.authored, &self.node.ingested)
    }

    async fn tags(&self) -> Vec<Tag> {
        Tag::all(&self.node.authored, &self.node.ingested)
    }

    async fn facets(&self, ctx: &Context<'_>) -> Result<Vec<Facet>> {
        Ok(versions::facets(Scope::of(ctx)?, &self.node.facets).await?)
    }

    /// the revision at which it became as it is here
    async fn since(&self, ctx: &Context<'_>) -> Result<common::Revision> {
        Ok(Scope::of(ctx)?.told(self.node.span.from).await?)
    }

    /// its versions, newest first
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(50)")] first: Option<i32>,
    ) -> Result<Vec<Version>> {
        Ok(versions::of_node(Scope::of(ctx)?, self.node.id, first, self.at).await?)
    }
}
