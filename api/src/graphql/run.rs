//! A run: all that its events said.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use graph::{EventType, Node, NodeId, Revision, RunCursor, RunQuery, Time};

use super::common::{DatasetName, Facet, PageInfo};
use super::dataset::{Dataset, qualified};
use super::enums::RunState;
use super::error;
use super::ids::{self, RunName};
use super::job::Job;
use super::scalars::DateTime;
use super::scope::Scope;
use super::{page, versions};

#[derive(Clone)]
pub struct Run {
    pub run: Arc<graph::Run>,
    pub job: Arc<Node>,
    /// The revision at which what it read and wrote is shown.
    pub at: Revision,
}

#[derive(SimpleObject)]
pub struct RunConnection {
    pub nodes: Vec<Run>,
    pub page_info: PageInfo,
}

#[derive(SimpleObject)]
pub struct RunEvent {
    pub r#type: Option<String>,
    pub at: DateTime,
}

/// One page of runs, newest first.
pub async fn page(
    scope: &Scope,
    query: RunQuery,
    first: Option<i32>,
    after: Option<String>,
    at: Revision,
) -> error::Result<RunConnection> {
    let first = page::first(first, 20, page::PAGE_LIMIT)?;
    let after = after.as_deref().map(page::parse_run_cursor).transpose()?;
    let mut runs = scope.store().runs(&RunQuery { after, limit: first + 1, ..query }).await?;
    let has_next_page = runs.len() > first;
    runs.truncate(first);
    let end_cursor = runs.last().map(|run| page::run_cursor(cursor(run)));
    let nodes = shown(scope, runs.into_iter().map(Arc::new).collect(), at).await?;
    Ok(RunConnection { nodes, page_info: PageInfo { has_next_page, end_cursor } })
}

/// The place of a run in the order of pages.
fn cursor(run: &graph::Run) -> RunCursor {
    RunCursor { at: run.started_at.unwrap_or(Time::UNIX_EPOCH), id: run.id }
}

/// The runs whose jobs may be seen.
pub async fn shown(scope: &Scope, runs: Vec<Arc<graph::Run>>, at: Revision) -> error::Result<Vec<Run>> {
    let jobs: Vec<NodeId> = runs.iter().map(|run| run.job).collect();
    let jobs = scope.nodes(&jobs, at).await?;
    let by_id: std::collections::HashMap<NodeId, Arc<Node>> = jobs.into_iter().map(|job| (job.id, job)).collect();
    let shown = runs.into_iter().filter_map(|run| {
        let job = by_id.get(&run.job)?.clone();
        Some(Run { run, job, at })
    });
    Ok(shown.collect())
}

/// A run by its name; of several with the same run id the newest.
pub async fn named(scope: &Scope, name: RunName) -> error::Result<Option<Run>> {
    let at = scope.revision(None).await?.revision;
    let job = match name.job {
        None => None,
        Some(job) => match scope.named(graph::NodeName::Job(job), at).await? {
            Some(job) => Some(job.id),
            None => return Ok(None),
        },
    };
    let query = RunQuery { name: Some(name.run), job, limit: 1, ..RunQuery::default() };
    let runs = scope.store().runs(&query).await?;
    Ok(shown(scope, runs.into_iter().map(Arc::new).collect(), at).await?.into_iter().next())
}

impl Run {
    async fn datasets(&self, ctx: &Context<'_>, datasets: &[NodeId]) -> Result<Vec<Dataset>> {
        let nodes = Scope::of(ctx)?.nodes(datasets, self.at).await?;
        Ok(Dataset::all(nodes, self.at))
    }
}

#[Object]
impl Run {
    async fn id(&self) -> ID {
        ID(ids::run(qualified(&self.job.name), &self.run.name))
    }

    /// the run id as it was sent
    async fn run_id(&self) -> &str {
        &self.run.name
    }

    async fn job(&self) -> Job {
        Job { node: self.job.clone(), at: self.at }
    }

    async fn state(&self) -> RunState {
        self.run.state.into()
    }

    async fn started_at(&self) -> Option<DateTime> {
        self.run.started_at.map(DateTime)
    }

    async fn ended_at(&self) -> Option<DateTime> {
        self.run.ended_at.map(DateTime)
    }

    async fn duration_ms(&self) -> Option<i64> {
        let took = self.run.ended_at?.as_millisecond() - self.run.started_at?.as_millisecond();
        Some(took.max(0))
    }

    async fn nominal_start(&self) -> Option<DateTime> {
        self.run.nominal_start.map(DateTime)
    }

    async fn nominal_end(&self) -> Option<DateTime> {
        self.run.nominal_end.map(DateTime)
    }

    async fn parent_run_id(&self) -> Option<&str> {
        self.run.parent.as_ref().map(|parent| parent.run.as_str())
    }

    async fn parent_job(&self) -> Option<DatasetName> {
        self.run.parent.as_ref().map(|parent| DatasetName::from(&parent.job))
    }

    async fn error(&self) -> Option<&str> {
        self.run.error.as_ref().map(|error| error.message.as_str())
    }

    async fn stack_trace(&self) -> Option<&str> {
        self.run.error.as_ref().and_then(|error| error.stack_trace.as_deref())
    }

    async fn inputs(&self, ctx: &Context<'_>) -> Result<Vec<Dataset>> {
        self.datasets(ctx, &self.run.inputs).await
    }

    async fn outputs(&self, ctx: &Context<'_>) -> Result<Vec<Dataset>> {
        self.datasets(ctx, &self.run.outputs).await
    }

    async fn events(&self) -> Vec<RunEvent> {
        let told = |event: &graph::RunEvent| RunEvent {
            r#type: event.event_type.map(|kind| event_type(kind).to_owned()),
            at: DateTime(event.key.time),
        };
        self.run.events.iter().map(told).collect()
    }

    async fn facets(&self, ctx: &Context<'_>) -> Result<Vec<Facet>> {
        Ok(versions::facets(Scope::of(ctx)?, &self.run.facets).await?)
    }
}

fn event_type(kind: EventType) -> &'static str {
    match kind {
        EventType::Start => "START",
        EventType::Running => "RUNNING",
        EventType::Complete => "COMPLETE",
        EventType::Abort => "ABORT",
        EventType::Fail => "FAIL",
        EventType::Other => "OTHER",
    }
}
