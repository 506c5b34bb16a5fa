//! A column as it was at one revision.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use graph::{Node, NodeId, NodeName, Revision};

use super::common::{PageInfo, Tag, Text};
use super::dataset::{Dataset, qualified};
use super::enums::NodeKind;
use super::error::ApiError;
use super::scope::{Scope, Ties};
use super::{columns, ids};

#[derive(Clone)]
pub struct Column {
    pub node: Arc<Node>,
    pub at: Revision,
}

#[derive(SimpleObject)]
pub struct ColumnConnection {
    pub total_count: u64,
    pub nodes: Vec<Column>,
    pub page_info: PageInfo,
}

impl Column {
    /// `None` for a node that is no column.
    pub fn of(node: Arc<Node>, at: Revision) -> Option<Column> {
        matches!(node.name, NodeName::Column(..)).then_some(Column { node, at })
    }

    /// What decides over a whole dataset decides over each of its columns.
    fn with_dataset(&self) -> Vec<NodeId> {
        self.node.parent.into_iter().chain([self.node.id]).collect()
    }

    /// One page of a dataset's columns.
    pub fn page(all: Vec<Arc<Node>>, at: Revision, page: columns::Page) -> ColumnConnection {
        let wanted = page.matching.map(|text| text.to_lowercase());
        let matches = |node: &Arc<Node>| {
            wanted.as_ref().is_none_or(|wanted| path(&node.name).to_lowercase().contains(wanted.as_str()))
        };
        let all: Vec<Arc<Node>> = all.into_iter().filter(matches).collect();
        let start = page.after.and_then(|after| all.iter().position(|node| path(&node.name) == after));
        let start = start.map_or(0, |seen| seen + 1);
        let end = all.len().min(start + page.first);
        let end_cursor = all[start..end].last().map(|node| path(&node.name).to_owned());
        ColumnConnection {
            total_count: all.len() as u64,
            page_info: PageInfo { has_next_page: end < all.len(), end_cursor },
            nodes: all[start..end].iter().map(|node| Column { node: node.clone(), at }).collect(),
        }
    }
}

/// The dotted path of a column; nothing for other nodes.
pub fn path(name: &NodeName) -> &str {
    match name {
        NodeName::Column(_, path) => path,
        NodeName::Namespace(_) | NodeName::Dataset(_) | NodeName::Job(_) | NodeName::Owner(_) | NodeName::Tag(_) => "",
    }
}

#[Object]
impl Column {
    pub async fn id(&self) -> ID {
        ID(ids::node(&self.node.name))
    }

    pub async fn kind(&self) -> NodeKind {
        NodeKind::Column
    }

    /// the dotted path within the dataset
    pub async fn name(&self) -> &str {
        path(&self.node.name)
    }

    async fn path(&self) -> Vec<String> {
        match &self.node.ingested.field {
            Some(field) if !field.path.is_empty() => field.path.clone(),
            Some(_) | None => path(&self.node.name).split('.').map(str::to_owned).collect(),
        }
    }

    async fn r#type(&self) -> Option<&str> {
        self.node.ingested.field.as_ref().and_then(|field| field.data_type.as_deref())
    }

    /// its place among the columns of the schema, from 0
    async fn position(&self) -> Option<u32> {
        self.node.ingested.field.as_ref().filter(|field| field.declared).map(|field| field.position)
    }

    /// false when the column is only mentioned by lineage and no schema has it
    async fn declared(&self) -> bool {
        self.node.ingested.field.as_ref().is_some_and(|field| field.declared)
    }

    async fn description(&self) -> Option<Text> {
        Text::all(&self.node.authored, &self.node.ingested).into_iter().next()
    }

    async fn tags(&self) -> Vec<Tag> {
        Tag::all(&self.node.authored, &self.node.ingested)
    }

    async fn dataset(&self, ctx: &Context<'_>) -> Result<Dataset> {
        let scope = Scope::of(ctx)?;
        let parent = match self.node.parent {
            Some(parent) => scope.node(parent, self.at).await?,
            None => scope.named(NodeName::Dataset(qualified(&self.node.name).clone()), self.at).await?,
        };
        let dataset = parent.and_then(|node| Dataset::of(node, self.at));
        Ok(dataset
            .ok_or_else(|| ApiError::internal(format!("the column {} has no dataset", ids::node(&self.node.name))))?)
    }

    async fn upstream_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(Scope::of(ctx)?.count(&self.with_dataset(), Ties::ColumnsUp, self.at).await?)
    }

    async fn downstream_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(Scope::of(ctx)?.count(&[self.node.id], Ties::ColumnsDown, self.at).await?)
    }
}
