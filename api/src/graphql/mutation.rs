//! What people can write: the start of authored metadata.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use graph::NodeKind;
use graph::change::Edit;

use super::error::{self, ApiError};
use super::ids;
use super::node::Node;
use super::scope::{AsOf, Scope};

pub struct Mutation;

#[derive(SimpleObject)]
pub struct MutationResult {
    pub revision: u32,
    pub node: Node,
}

#[Object]
impl Mutation {
    /// an empty text removes the authored description; the ingested one shows again
    async fn set_description(&self, ctx: &Context<'_>, id: ID, text: String) -> Result<MutationResult> {
        let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(edit(Scope::of(ctx)?, &id, Edit::Description(text)).await?)
    }

    async fn add_owner(
        &self,
        ctx: &Context<'_>,
        id: ID,
        owner: String,
        r#type: Option<String>,
    ) -> Result<MutationResult> {
        let owner = graph::Owner { name: said("owner", owner)?, role: r#type };
        Ok(edit(Scope::of(ctx)?, &id, Edit::AddOwner(owner)).await?)
    }

    async fn remove_owner(&self, ctx: &Context<'_>, id: ID, owner: String) -> Result<MutationResult> {
        Ok(edit(Scope::of(ctx)?, &id, Edit::RemoveOwner(said("owner", owner)?)).await?)
    }

    async fn add_tag(&self, ctx: &Context<'_>, id: ID, key: String, value: Option<String>) -> Result<MutationResult> {
        let tag = graph::Tag { key: said("key", key)?, value: value.unwrap_or_default(), source: None };
        Ok(edit(Scope::of(ctx)?, &id, Edit::AddTag(tag)).await?)
    }

    async fn remove_tag(&self, ctx: &Context<'_>, id: ID, key: String) -> Result<MutationResult> {
        Ok(edit(Scope::of(ctx)?, &id, Edit::RemoveTag(said("key", key)?)).await?)
    }
}

/// A text that must say something.
fn said(argument: &'static str, text: String) -> error::Result<String> {
    match text.trim() {
        "" => Err(ApiError::bad_argument(argument, "a text", "an empty one")),
        trimmed => Ok(trimmed.to_owned()),
    }
}

/// Commits one edit of a node that is there, and reads the node as it is then.
async fn edit(scope: &Scope, id: &ID, edit: Edit) -> error::Result<MutationResult> {
    scope.check_write()?;
    let before = scope.revision(None).await?.revision;
    let found = scope.named(ids::parse_node(id)?, before).await?;
    let node = found.ok_or_else(|| ApiError::NotFound { id: id.to_string(), revision: before })?;
    if !matches!(node.name.kind(), NodeKind::Dataset | NodeKind::Column | NodeKind::Job) {
        return Err(ids::wrong_kind(id, ids::EXPECTED_NODE));
    }
    let submission =
        ingest::authored::submission(node.name.clone(), edit, scope.principal.name(), jiff::Timestamp::now());
    let receipt = scope.store().commit(submission).await?;
    let at = scope.revision(Some(AsOf::Revision(receipt.revision.0))).await?.revision;
    let after = scope.node(node.id, at).await?.and_then(|node| Node::of(node, at));
    let node = after.ok_or_else(|| ApiError::internal(format!("the node {} is gone after an edit", id.as_str())))?;
    Ok(MutationResult { revision: at.0, node })
}
