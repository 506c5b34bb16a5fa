//! Search, as the index answers it.

use async_graphql::{ID, InputObject, SimpleObject};
use graph::{NodeName, Revision};
use search::{Answer, FacetValue as Counted, Filter, Hit, PAGE_LIMIT, Request, SearchError};

use super::common::PageInfo;
use super::dataset::qualified;
use super::enums::NodeKind;
use super::error::{ApiError, Result};
use super::scope::Scope;
use super::{column, ids, page, walking};

/// Values of one filter are alternatives; all filters given must hold.
#[derive(InputObject, Default)]
pub struct SearchFilter {
    pub kinds: Option<Vec<NodeKind>>,
    pub platforms: Option<Vec<String>>,
    pub namespaces: Option<Vec<String>>,
    pub owners: Option<Vec<String>>,
    pub tags: Option<Vec<String>>,
    pub domains: Option<Vec<String>>,
}

#[derive(SimpleObject)]
pub struct SearchConnection {
    pub total_count: u64,
    /// the revision that the index held when it answered
    pub revision: u32,
    pub hits: Vec<SearchHit>,
    pub facets: Vec<FacetCounts>,
    pub page_info: PageInfo,
    /// words of the text that match nothing as they are, and were taken for misspelled
    pub respelled: Vec<String>,
}

#[derive(SimpleObject)]
pub struct SearchHit {
    pub id: ID,
    pub kind: NodeKind,
    pub namespace: String,
    pub name: String,
    /// a column's dataset
    pub dataset: Option<String>,
    pub platform: Option<String>,
    pub description: Option<String>,
    pub owners: Vec<String>,
    pub tags: Vec<String>,
    /// dropped or deprecated
    pub retired: bool,
    /// which field matched, best first, with the matched words between the marks «»
    pub matches: Vec<Match>,
    pub score: f64,
}

#[derive(SimpleObject)]
pub struct Match {
    pub field: String,
    pub snippet: String,
}

#[derive(SimpleObject)]
pub struct FacetCounts {
    pub field: String,
    /// the most frequent first
    pub values: Vec<FacetValue>,
    /// how many values there are, also when not all are listed
    pub distinct: u64,
}

#[derive(SimpleObject)]
pub struct FacetValue {
    pub value: String,
    pub count: u64,
}

/// The arguments of `search`.
pub struct Question {
    pub text: String,
    pub filter: Filter,
    pub first: Option<i32>,
    pub default_first: usize,
    pub after: Option<String>,
    pub min_revision: Option<u32>,
}

pub async fn search(scope: &Scope, question: Question) -> Result<SearchConnection> {
    let request = Request {
        text: question.text,
        filter: question.filter,
        first: page::first(question.first, question.default_first, PAGE_LIMIT)?,
        after: question.after,
        min_revision: question.min_revision.map(Revision),
        deadline: walking::stop_at(scope),
    };
    let answer = scope.services.index.search(&request, &*scope.viewer).await;
    answer.map(told).map_err(|error| refused(scope, error))
}

pub async fn suggest(scope: &Scope, text: &str, first: Option<i32>) -> Result<Vec<SearchHit>> {
    let first = page::first(first, 8, PAGE_LIMIT)?;
    let hits = scope.services.index.suggest(text, first, &*scope.viewer).await;
    hits.map(|hits| hits.into_iter().map(hit).collect()).map_err(|error| refused(scope, error))
}

/// The filter as the index understands it.
pub fn filter(asked: Option<SearchFilter>) -> Result<Filter> {
    let asked = asked.unwrap_or_default();
    let kinds = asked.kinds.unwrap_or_default().into_iter().map(indexed).collect::<Result<_>>()?;
    Ok(Filter {
        kinds,
        platforms: asked.platforms.unwrap_or_default(),
        namespaces: asked.namespaces.unwrap_or_default(),
        owners: asked.owners.unwrap_or_default(),
        tags: asked.tags.unwrap_or_default(),
        domains: asked.domains.unwrap_or_default(),
    })
}

fn indexed(kind: NodeKind) -> Result<graph::NodeKind> {
    match kind {
        NodeKind::Dataset => Ok(graph::NodeKind::Dataset),
        NodeKind::Column => Ok(graph::NodeKind::Column),
        NodeKind::Job => Ok(graph::NodeKind::Job),
        NodeKind::Owner => Ok(graph::NodeKind::Owner),
        NodeKind::Tag => Ok(graph::NodeKind::Tag),
        NodeKind::Namespace | NodeKind::Run | NodeKind::Domain | NodeKind::Term => {
            let found = async_graphql::resolver_utils::enum_value(kind);
            Err(ApiError::bad_argument("kinds", "DATASET, COLUMN, JOB, OWNER or TAG", found))
        }
    }
}

fn told(answer: Answer) -> SearchConnection {
    let counted = |value: Counted| FacetValue { value: value.value, count: value.count };
    let facet = |facet: search::Facet| FacetCounts {
        field: facet.field.to_owned(),
        values: facet.values.into_iter().map(counted).collect(),
        distinct: facet.distinct,
    };
    SearchConnection {
        total_count: answer.total,
        revision: answer.revision.0,
        hits: answer.hits.into_iter().map(hit).collect(),
        facets: answer.facets.into_iter().map(facet).collect(),
        page_info: PageInfo { has_next_page: answer.has_next, end_cursor: answer.end_cursor },
        respelled: answer.respelled,
    }
}

fn hit(hit: Hit) -> SearchHit {
    let (name, dataset) = match &hit.name {
        NodeName::Column(dataset, _) => (column::path(&hit.name).to_owned(), Some(dataset.name.clone())),
        NodeName::Dataset(name) | NodeName::Job(name) => (name.name.clone(), None),
        NodeName::Namespace(name) | NodeName::Owner(name) | NodeName::Tag(name) => (name.clone(), None),
    };
    let matched = |found: search::Match| Match { field: found.field.to_owned(), snippet: found.snippet };
    SearchHit {
        id: ID(ids::node(&hit.name)),
        kind: hit.name.kind().into(),
        namespace: qualified(&hit.name).namespace.clone(),
        name,
        dataset,
        platform: hit.platform,
        description: hit.description,
        owners: hit.owners,
        tags: hit.tags,
        retired: hit.retired,
        matches: hit.matches.into_iter().map(matched).collect(),
        score: hit.score.into(),
    }
}

fn refused(scope: &Scope, error: SearchError) -> ApiError {
    match error {
        SearchError::Query { .. } | SearchError::TooLong { .. } => ApiError::BadSearch(error.to_string()),
        SearchError::Page { asked, limit } => ApiError::bad_argument("first", format!("1 to {limit}"), asked),
        SearchError::Cursor => {
            ApiError::bad_argument("after", "an `endCursor` of this search", "one of another text or filter")
        }
        SearchError::Behind { asked, held } => ApiError::IndexBehind { wanted: asked, held },
        SearchError::Deadline => scope.too_late(),
        SearchError::Closed => ApiError::Closed,
        SearchError::Store(error) => error.into(),
        SearchError::Index(_) => ApiError::internal(error),
    }
}
