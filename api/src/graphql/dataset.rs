//! A dataset as it was at one revision.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use graph::{Node, NodeName, QualifiedName, Revision, RunQuery, names};

use super::column::{Column, ColumnConnection};
use super::common::{Assertion, DataSource, DatasetName, Statistic, Text};
use super::described::Described;
use super::enums::NodeKind;
use super::job::Job;
use super::run::{self, RunConnection};
use super::scope::{Scope, Ties};
use super::{columns, ids, measures, page};

#[derive(Clone)]
pub struct Dataset {
    pub node: Arc<Node>,
    pub at: Revision,
}

impl Dataset {
    /// `None` for a node that is no dataset.
    pub fn of(node: Arc<Node>, at: Revision) -> Option<Dataset> {
        matches!(node.name, NodeName::Dataset(_)).then_some(Dataset { node, at })
    }

    pub fn all(nodes: Vec<Arc<Node>>, at: Revision) -> Vec<Dataset> {
        nodes.into_iter().filter_map(|node| Dataset::of(node, at)).collect()
    }

    pub(super) fn qualified(&self) -> &QualifiedName {
        qualified(&self.node.name)
    }

    async fn jobs(&self, ctx: &Context<'_>, ties: Ties) -> Result<Vec<Job>> {
        let nodes = Scope::of(ctx)?.neighbours(self.node.id, ties, self.at).await?;
        Ok(Job::all(nodes, self.at))
    }
}

/// The name of a dataset or a job, or of a column's dataset.
pub fn qualified(name: &NodeName) -> &QualifiedName {
    static NONE: QualifiedName = QualifiedName { namespace: String::new(), name: String::new() };
    match name {
        NodeName::Dataset(name) | NodeName::Job(name) | NodeName::Column(name, _) => name,
        NodeName::Namespace(_) | NodeName::Owner(_) | NodeName::Tag(_) => &NONE,
    }
}

#[Object]
impl Dataset {
    pub async fn id(&self) -> ID {
        ID(ids::node(&self.node.name))
    }

    pub async fn kind(&self) -> NodeKind {
        NodeKind::Dataset
    }

    pub async fn name(&self) -> &str {
        &self.qualified().name
    }

    /// every name under which it was reported, in its first spelling; its own comes first
    async fn reported_as(&self) -> Vec<DatasetName> {
        self.node.reported_as.iter().map(DatasetName::from).collect()
    }

    /// TABLE, VIEW, FILE, TOPIC, STREAM, MODEL, …, when known
    async fn r#type(&self) -> Option<&str> {
        self.node.ingested.dataset_type.as_ref().map(|known| known.name.as_str())
    }

    /// the platform, from the namespace: postgres, snowflake, s3, …
    async fn platform(&self) -> Option<&str> {
        Some(names::platform(&self.qualified().namespace)).filter(|platform| !platform.is_empty())
    }

    /// both, the one that counts first
    async fn descriptions(&self) -> Vec<Text> {
        Text::all(&self.node.authored, &self.node.ingested)
    }

    async fn source(&self) -> Option<DataSource> {
        let source = self.node.ingested.source.as_ref()?;
        Some(DataSource { name: source.name.clone(), uri: source.uri.clone() })
    }

    /// CREATE, ALTER, DROP, …: the last life-cycle change reported
    async fn lifecycle(&self) -> Option<&str> {
        self.node.ingested.lifecycle.as_ref().map(|last| last.change.as_str())
    }

    async fn dropped(&self) -> bool {
        self.node.ingested.lifecycle.as_ref().is_some_and(|last| last.dropped)
    }

    async fn column_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(columns::count(Scope::of(ctx)?, self.node.id, self.at).await?)
    }

    /// in the order of the schema; `match` keeps those whose path contains the text, in any case
    async fn columns(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(100)")] first: Option<i32>,
        after: Option<String>,
        r#match: Option<String>,
    ) -> Result<ColumnConnection> {
        let first = page::first(first, 100, page::PAGE_LIMIT)?;
        let all = columns::of_dataset(Scope::of(ctx)?, self.node.id, self.at).await?;
        Ok(Column::page(all, self.at, columns::Page { first, after, matching: r#match }))
    }

    async fn upstream_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(Scope::of(ctx)?.count(&[self.node.id], Ties::FedBy, self.at).await?)
    }

    async fn downstream_count(&self, ctx: &Context<'_>) -> Result<u64> {
        Ok(Scope::of(ctx)?.count(&[self.node.id], Ties::Feeds, self.at).await?)
    }

    /// jobs that write this dataset
    async fn producers(&self, ctx: &Context<'_>) -> Result<Vec<Job>> {
        self.jobs(ctx, Ties::Producers).await
    }

    /// jobs that read this dataset
    async fn consumers(&self, ctx: &Context<'_>) -> Result<Vec<Job>> {
        self.jobs(ctx, Ties::Consumers).await
    }

    /// runs that read or wrote this dataset, newest first
    async fn runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(20)")] first: Option<i32>,
        after: Option<String>,
    ) -> Result<RunConnection> {
        let query = RunQuery { dataset: Some(self.node.id), ..RunQuery::default() };
        Ok(run::page(Scope::of(ctx)?, query, first, after, self.at).await?)
    }

    /// the newest value of each number that recent runs reported
    async fn statistics(&self, ctx: &Context<'_>) -> Result<Vec<Statistic>> {
        Ok(measures::of_dataset(Scope::of(ctx)?, self.node.id, self.at).await?.statistics)
    }

    /// the newest result of each check that recent runs reported
    async fn assertions(&self, ctx: &Context<'_>) -> Result<Vec<Assertion>> {
        Ok(measures::of_dataset(Scope::of(ctx)?, self.node.id, self.at).await?.assertions)
    }

    #[graphql(flatten)]
    async fn described(&self) -> Described {
        Described { node: self.node.clone(), at: self.at }
    }
}
