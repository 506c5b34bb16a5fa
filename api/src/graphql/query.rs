//! What can be asked.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use graph::{NodeName, QualifiedName, RunQuery};
use search::Filter;

use super::column::Column;
use super::dataset::Dataset;
use super::diff::answer::{ChangedSince, Diff};
use super::diff::{self, SinceQuestion};
use super::enums::{Direction, EdgeKind, Level, RunState, Verdict};
use super::error::ApiError;
use super::estate::Estate;
use super::evidence::{self, EdgeEvidence};
use super::impact::{self, DeletionImpact};
use super::job::Job;
use super::lineage::Lineage;
use super::log::{self, RejectedConnection};
use super::node::Node;
use super::parse_sql::{self, SqlTableInput};
use super::parsed::ParsedSql;
use super::paths::{self, Paths};
use super::personal::{self, PersonalCategory, PersonalData, PersonalKnown};
use super::personal_erasure::{self, ErasurePlan};
use super::personal_trace::{self, PersonalMasking, PersonalTrace};
use super::run::{self, Run};
use super::scalars::DateTime;
use super::schema_impact::{self, SchemaChangeImpact, SchemaChangeInput};
use super::scope::{AsOf, Scope};
use super::search::{self as finding, SearchConnection, SearchFilter, SearchHit};
use super::{error, ids, page, walking};

pub struct Query;

/// The most ids that `nodes` takes.
const IDS: usize = 500;

#[Object]
impl Query {
    /// finds by name, column, description, owner and tag; an empty text browses
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        text: String,
        filter: Option<SearchFilter>,
        #[graphql(default_with = "Some(20)")] first: Option<i32>,
        after: Option<String>,
        min_revision: Option<u32>,
    ) -> Result<SearchConnection> {
        let filter = finding::filter(filter)?;
        let question = finding::Question { text, filter, first, default_first: 20, after, min_revision };
        Ok(finding::search(Scope::of(ctx)?, question).await?)
    }

    /// names that begin with the text, for a box that answers while one types
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        text: String,
        #[graphql(default_with = "Some(8)")] first: Option<i32>,
    ) -> Result<Vec<SearchHit>> {
        Ok(finding::suggest(Scope::of(ctx)?, &text, first).await?)
    }

    async fn dataset(
        &self,
        ctx: &Context<'_>,
        namespace: String,
        name: String,
        as_of: Option<AsOf>,
    ) -> Result<Option<Dataset>> {
        let name = NodeName::Dataset(QualifiedName::new(namespace, name));
        let found = find(Scope::of(ctx)?, name, as_of).await?;
        Ok(found.and_then(|(node, at)| Dataset::of(node, at)))
    }

    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn column(
        &self,
        ctx: &Context<'_>,
        namespace: String,
        dataset: String,
        path: String,
        as_of: Option<AsOf>,
    ) -> Result<Option<Column>> {
        let name = NodeName::Column(QualifiedName::new(namespace, dataset), path);
        let found = find(Scope::of(ctx)?, name, as_of).await?;
        Ok(found.and_then(|(node, at)| Column::of(node, at)))
    }

    async fn job(
        &self,
        ctx: &Context<'_>,
        namespace: String,
        name: String,
        as_of: Option<AsOf>,
    ) -> Result<Option<Job>> {
        let name = NodeName::Job(QualifiedName::new(namespace, name));
        let found = find(Scope::of(ctx)?, name, as_of).await?;
        Ok(found.and_then(|(node, at)| Job::of(node, at)))
    }

    /// by its id, or by the run id as it was sent; of several the newest
    async fn run(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Run>> {
        Ok(run::named(Scope::of(ctx)?, ids::parse_run(&id)?).await?)
    }

    async fn node(&self, ctx: &Context<'_>, id: ID, as_of: Option<AsOf>) -> Result<Option<Node>> {
        Ok(node(Scope::of(ctx)?, &id, as_of).await?)
    }

    /// many nodes at one revision, in the order asked; null where an id is unknown; at most 500 ids
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>, as_of: Option<AsOf>) -> Result<Vec<Option<Node>>> {
        let scope = Scope::of(ctx)?;
        if ids.len() > IDS {
            return Err(ApiError::bad_argument("ids", format!("at most {IDS} ids"), ids.len()).into());
        }
        let found = ids.iter().map(|id| node(scope, id, as_of));
        Ok(futures_util::future::try_join_all(found).await?)
    }

    /// what a dataset or column comes from and what depends on it; a column, or a dataset at level COLUMN, by columns
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn lineage(
        &self,
        ctx: &Context<'_>,
        id: ID,
        #[graphql(default_with = "Some(Direction::Both)")] direction: Option<Direction>,
        #[graphql(default_with = "Some(3)")] depth: Option<i32>,
        #[graphql(default_with = "Some(Level::Dataset)")] level: Option<Level>,
        kinds: Option<Vec<EdgeKind>>,
        as_of: Option<AsOf>,
        #[graphql(default_with = "Some(2000)")] limit: Option<i32>,
    ) -> Result<Lineage> {
        let direction = direction.unwrap_or(Direction::Both);
        let level = level.unwrap_or(Level::Dataset);
        let question = walking::Question { id, direction, depth, level, kinds, as_of, limit };
        Ok(walking::lineage(ctx, question).await?)
    }

    /// why an edge is believed
    async fn edge(&self, ctx: &Context<'_>, id: ID, as_of: Option<AsOf>) -> Result<Option<EdgeEvidence>> {
        Ok(evidence::edge(Scope::of(ctx)?, &id, as_of).await?)
    }

    /// the ways along which one node reaches another, downstream
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn paths(
        &self,
        ctx: &Context<'_>,
        from: ID,
        to: ID,
        #[graphql(default_with = "Some(Level::Dataset)")] level: Option<Level>,
        #[graphql(default_with = "Some(20)")] depth: Option<i32>,
        #[graphql(default_with = "Some(100)")] limit: Option<i32>,
        as_of: Option<AsOf>,
    ) -> Result<Paths> {
        let level = level.unwrap_or(Level::Dataset);
        Ok(paths::paths(ctx, paths::Question { from, to, level, depth, limit, as_of }).await?)
    }

    /// what breaks when a dataset, column or job is deleted
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn deletion_impact(
        &self,
        ctx: &Context<'_>,
        id: ID,
        #[graphql(default_with = "Some(50)")] depth: Option<i32>,
        #[graphql(default_with = "Some(2000)")] limit: Option<i32>,
        as_of: Option<AsOf>,
    ) -> Result<DeletionImpact> {
        Ok(impact::deletion(Scope::of(ctx)?, impact::Question { id, depth, limit, as_of }).await?)
    }

    /// what becomes of everything downstream when schemas change; `limit` is the most consumers that are looked at, and
    /// `verdicts` are those that `consumers` lists
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn schema_change_impact(
        &self,
        ctx: &Context<'_>,
        proposal: SchemaChangeInput,
        #[graphql(default_with = "Some(1000)")] depth: Option<i32>,
        #[graphql(default_with = "Some(200_000)")] limit: Option<i32>,
        as_of: Option<AsOf>,
        #[graphql(default_with = "Some(100)")] first: Option<i32>,
        after: Option<String>,
        verdicts: Option<Vec<Verdict>>,
    ) -> Result<SchemaChangeImpact> {
        let question = schema_impact::Question { proposal, depth, limit, as_of, first, after, verdicts };
        Ok(schema_impact::impact(Scope::of(ctx)?, question).await?)
    }

    /// what personal data there is: declared by people or events, or likely by its name; without `known`, whatever
    /// counts as personal data
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn personal_data(
        &self,
        ctx: &Context<'_>,
        category: Option<Vec<PersonalCategory>>,
        known: Option<Vec<PersonalKnown>>,
        dataset: Option<ID>,
        min_confidence: Option<f64>,
        #[graphql(default_with = "Some(100)")] first: Option<i32>,
        after: Option<String>,
        as_of: Option<AsOf>,
    ) -> Result<PersonalData> {
        let question = personal::Question { category, known, dataset, min_confidence, first, after, as_of };
        Ok(personal::data(Scope::of(ctx)?, question).await?)
    }

    /// where the data of a column, of the personal columns of a dataset, or of a category goes; upstream, what personal
    /// data arrives in a column, a dataset or a job
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn personal_trace(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        category: Option<PersonalCategory>,
        #[graphql(default_with = "Some(Direction::Downstream)")] direction: Option<Direction>,
        #[graphql(default_with = "Some(PersonalMasking::Carries)")] masking: Option<PersonalMasking>,
        #[graphql(default_with = "Some(50)")] depth: Option<i32>,
        #[graphql(default_with = "Some(2000)")] limit: Option<i32>,
        as_of: Option<AsOf>,
    ) -> Result<PersonalTrace> {
        let direction = direction.unwrap_or(Direction::Downstream);
        let masking = masking.unwrap_or(PersonalMasking::Carries);
        let question = personal_trace::Question { id, category, direction, masking, depth, limit, as_of };
        Ok(personal_trace::trace(Scope::of(ctx)?, question).await?)
    }

    /// the draft of a plan for erasing one subject, given the columns that hold its key; never its value
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn erasure_plan(
        &self,
        ctx: &Context<'_>,
        keys: Vec<ID>,
        #[graphql(default_with = "Some(100)")] depth: Option<i32>,
        #[graphql(default_with = "Some(2000)")] limit: Option<i32>,
        as_of: Option<AsOf>,
    ) -> Result<ErasurePlan> {
        let question = personal_erasure::Question { keys, depth, limit, as_of };
        Ok(personal_erasure::plan(Scope::of(ctx)?, question).await?)
    }

    /// what differs between two times: of the whole estate, of one dataset with its columns, one column or one job, or,
    /// with a direction, of the lineage around it; `limit` is the most nodes walked, `first` the changes on a page
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn diff(
        &self,
        ctx: &Context<'_>,
        from: AsOf,
        to: Option<AsOf>,
        id: Option<ID>,
        direction: Option<Direction>,
        #[graphql(default_with = "Some(3)")] depth: Option<i32>,
        #[graphql(default_with = "Some(Level::Dataset)")] level: Option<Level>,
        #[graphql(default_with = "Some(2000)")] limit: Option<i32>,
        #[graphql(default_with = "Some(100)")] first: Option<i32>,
        after: Option<String>,
    ) -> Result<Diff> {
        let level = level.unwrap_or(Level::Dataset);
        let question = diff::Question { from, to, id, direction, level, depth, limit, first, after };
        Ok(diff::diff(ctx, question).await?)
    }

    /// what changed upstream of a dataset or a job since its last good run, the nearest first: the last one that
    /// completed before `before`, or before the run that failed since
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn changed_since(
        &self,
        ctx: &Context<'_>,
        id: ID,
        before: Option<DateTime>,
        as_of: Option<AsOf>,
        #[graphql(default_with = "Some(20)")] depth: Option<i32>,
        #[graphql(default_with = "Some(2000)")] limit: Option<i32>,
        #[graphql(default_with = "Some(100)")] first: Option<i32>,
        after: Option<String>,
    ) -> Result<ChangedSince> {
        let question = SinceQuestion { id, before, as_of, depth, limit, first, after };
        Ok(diff::changed_since(ctx, question).await?)
    }

    /// the lineage of a text of SQL, which is neither run nor kept; `namespace` looks tables up in the graph, and what
    /// `schema` says of a table wins; `limit` is the most items in all lists together
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of a GraphQL field")]
    async fn parse_sql(
        &self,
        ctx: &Context<'_>,
        sql: String,
        dialect: String,
        schema: Option<Vec<SqlTableInput>>,
        default_catalog: Option<String>,
        default_schema: Option<String>,
        namespace: Option<String>,
        as_of: Option<AsOf>,
        #[graphql(default_with = "Some(2000)")] limit: Option<i32>,
    ) -> Result<ParsedSql> {
        let defaults = sql::Defaults { catalog: default_catalog, schema: default_schema };
        let schema = parse_sql::schema(defaults, schema.unwrap_or_default());
        let question = parse_sql::Question { text: sql, dialect, schema, namespace, as_of, limit };
        Ok(parse_sql::answer(Scope::of(ctx)?, question).await?)
    }

    /// datasets in order of name
    async fn datasets(
        &self,
        ctx: &Context<'_>,
        namespace: Option<String>,
        #[graphql(default_with = "Some(50)")] first: Option<i32>,
        after: Option<String>,
    ) -> Result<SearchConnection> {
        let kinds = vec![graph::NodeKind::Dataset];
        let filter = Filter { kinds, namespaces: namespace.into_iter().collect(), ..Filter::default() };
        let text = String::new();
        let question = finding::Question { text, filter, first, default_first: 50, after, min_revision: None };
        Ok(finding::search(Scope::of(ctx)?, question).await?)
    }

    /// newest first
    async fn recent_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(20)")] first: Option<i32>,
        state: Option<RunState>,
    ) -> Result<Vec<Run>> {
        let scope = Scope::of(ctx)?;
        let limit = page::first(first, 20, page::PAGE_LIMIT)?;
        let at = scope.revision(None).await?.revision;
        let query = RunQuery { state: state.map(Into::into), limit, ..RunQuery::default() };
        let runs = scope.store().runs(&query).await.map_err(ApiError::from)?;
        Ok(run::shown(scope, runs.into_iter().map(Arc::new).collect(), at).await?)
    }

    /// faults of inputs, newest first; `first` counts inputs
    async fn rejected_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(50)")] first: Option<i32>,
        after: Option<String>,
    ) -> Result<RejectedConnection> {
        Ok(log::rejected(Scope::of(ctx)?, first, after).await?)
    }

    async fn estate(&self, ctx: &Context<'_>) -> Result<Estate> {
        Ok(Estate(Scope::of(ctx)?.revision(None).await?))
    }
}

async fn find(
    scope: &Scope,
    name: NodeName,
    as_of: Option<AsOf>,
) -> error::Result<Option<(Arc<graph::Node>, graph::Revision)>> {
    let at = scope.revision(as_of).await?.revision;
    Ok(scope.named(name, at).await?.map(|node| (node, at)))
}

async fn node(scope: &Scope, id: &ID, as_of: Option<AsOf>) -> error::Result<Option<Node>> {
    let found = find(scope, ids::parse_node(id)?, as_of).await?;
    Ok(found.and_then(|(node, at)| Node::of(node, at)))
}
