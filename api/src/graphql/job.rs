//! A job as it was at one revision.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use graph::{JobType, Node, NodeName, QualifiedName, Revision, RunQuery};

use super::common::{SourceCode, StoredQuery};
use super::dataset::{Dataset, qualified};
use super::described::Described;
use super::enums::NodeKind;
use super::faults::{self, QueryFault};
use super::ids;
use super::run::{self, Run, RunConnection};
use super::scope::{Scope, Ties};

#[derive(Clone)]
pub struct Job {
    pub node: Arc<Node>,
    pub at: Revision,
}

impl Job {
    /// `None` for a node that is no job.
    pub fn of(node: Arc<Node>, at: Revision) -> Option<Job> {
        matches!(node.name, NodeName::Job(_)).then_some(Job { node, at })
    }

    pub fn all(nodes: Vec<Arc<Node>>, at: Revision) -> Vec<Job> {
        nodes.into_iter().filter_map(|node| Job::of(node, at)).collect()
    }

    fn qualified(&self) -> &QualifiedName {
        qualified(&self.node.name)
    }

    fn types(&self) -> Option<&JobType> {
        self.node.ingested.job_type.as_ref()
    }

    async fn datasets(&self, ctx: &Context<'_>, ties: Ties) -> Result<Vec<Dataset>> {
        let nodes = Scope::of(ctx)?.neighbours(self.node.id, ties, self.at).await?;
        Ok(Dataset::all(nodes, self.at))
    }
}

#[Object]
impl Job {
    pub async fn id(&self) -> ID {
        ID(ids::node(&self.node.name))
    }

    pub async fn kind(&self) -> NodeKind {
        NodeKind::Job
    }

    pub async fn name(&self) -> &str {
        &self.qualified().name
    }

    /// BATCH, STREAMING, SERVICE or NONE
    async fn processing_type(&self) -> Option<&str> {
        self.types()?.processing.as_deref()
    }

    /// AIRFLOW, DBT, SPARK, …
    async fn integration(&self) -> Option<&str> {
        self.types()?.integration.as_deref()
    }

    /// DAG, TASK, MODEL, QUERY, …
    async fn job_type(&self) -> Option<&str> {
        self.types()?.job_type.as_deref()
    }

    async fn query(&self) -> Option<StoredQuery> {
        self.node.ingested.query.as_ref().map(StoredQuery::from)
    }

    /// what was not understood of the queries that its lineage is derived from
    async fn faults(&self, ctx: &Context<'_>) -> Result<Vec<QueryFault>> {
        Ok(faults::of_job(Scope::of(ctx)?, &self.node.ingested.query_faults).await?)
    }

    async fn source_code(&self) -> Option<SourceCode> {
        let source = self.node.ingested.source_code.as_ref()?;
        Some(SourceCode { language: source.language.clone(), code: source.code.clone() })
    }

    async fn source_location(&self) -> Option<&str> {
        self.node.ingested.source_location.as_ref().map(|location| location.url.as_str())
    }

    /// the job that this one is part of: the DAG of a task
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Job>> {
        let parents = Scope::of(ctx)?.neighbours(self.node.id, Ties::Parent, self.at).await?;
        Ok(Job::all(parents, self.at).into_iter().next())
    }

    async fn inputs(&self, ctx: &Context<'_>) -> Result<Vec<Dataset>> {
        self.datasets(ctx, Ties::Inputs).await
    }

    async fn outputs(&self, ctx: &Context<'_>) -> Result<Vec<Dataset>> {
        self.datasets(ctx, Ties::Outputs).await
    }

    async fn latest_run(&self, ctx: &Context<'_>) -> Result<Option<Run>> {
        let run = Scope::of(ctx)?.latest_run(self.node.id).await?;
        Ok(run.map(|run| Run { run, job: self.node.clone(), at: self.at }))
    }

    /// newest first
    async fn runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(20)")] first: Option<i32>,
        after: Option<String>,
    ) -> Result<RunConnection> {
        let query = RunQuery { job: Some(self.node.id), ..RunQuery::default() };
        Ok(run::page(Scope::of(ctx)?, query, first, after, self.at).await?)
    }

    #[graphql(flatten)]
    async fn described(&self) -> Described {
        Described { node: self.node.clone(), at: self.at }
    }
}
