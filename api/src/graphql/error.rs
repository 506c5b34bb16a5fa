//! What can go wrong for a client of GraphQL, with a stable code each. Faults of our own are logged and withheld.

use std::fmt::Display;

use async_graphql::indexmap::IndexMap;
use async_graphql::{ErrorExtensionValues, Name, Response, ServerError, Value};
use graph::{Revision, StoreError};
use impact::schema::Problem;

use crate::error::{Code, STORE_UNAVAILABLE};

pub type Result<T> = std::result::Result<T, ApiError>;

/// An error whose text a client may read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ApiError {
    #[error("id `{found}`: expected {expected}")]
    BadId { found: String, expected: &'static str },
    #[error("`{argument}`: expected {expected}, found {found}")]
    BadArgument { argument: &'static str, expected: String, found: String },
    #[error("nothing is known under the id `{id}` at revision {revision}")]
    NotFound { id: String, revision: Revision },
    #[error("`asOf`: revision {asked} is not committed yet; the newest is {newest}")]
    FutureRevision { asked: Revision, newest: Revision },
    #[error(
        "the search index holds revision {held} and revision {wanted} was asked for; ask again, or without `minRevision`"
    )]
    IndexBehind { wanted: Revision, held: Revision },
    #[error("`text`: {0}")]
    BadSearch(String),
    #[error("{}", joined(.0))]
    Proposal(Vec<Problem>),
    #[error("the input was refused: {0}")]
    Refused(String),
    #[error("the document has {found} bytes; the limit is {limit}")]
    DocumentTooLarge { found: usize, limit: usize },
    #[error("the query is {found} levels deep; the limit is {limit}")]
    TooDeep { found: usize, limit: usize },
    #[error("the query has {found} aliases; the limit is {limit}")]
    TooManyAliases { found: usize, limit: usize },
    #[error("the query may resolve {found} fields; the limit is {limit}: ask for fewer items or fewer nested lists")]
    TooComplex { found: u64, limit: u64 },
    #[error("the answer was not ready after {seconds} s, which is the limit for one request; ask for less")]
    Deadline { seconds: f64 },
    #[error("{0}")]
    Forbidden(String),
    #[error("the request says nothing of who asks; send a token")]
    Unauthenticated,
    #[error("the server is shutting down; ask again in a moment")]
    Closed,
    #[error("{STORE_UNAVAILABLE}")]
    StoreUnavailable,
    #[error("an internal error, logged under the id `{id}`")]
    Internal { id: String },
}

impl ApiError {
    /// Its row in the table of codes.
    pub fn code(&self) -> Code {
        match self {
            ApiError::BadId { .. } => Code::BadId,
            ApiError::BadArgument { .. } | ApiError::BadSearch(_) | ApiError::Refused(_) | ApiError::Proposal(_) => {
                Code::InvalidArgument
            }
            ApiError::NotFound { .. } => Code::NotFound,
            ApiError::FutureRevision { .. } => Code::FutureRevision,
            ApiError::IndexBehind { .. } => Code::IndexBehind,
            ApiError::DocumentTooLarge { .. } => Code::TooLarge,
            ApiError::TooDeep { .. } | ApiError::TooManyAliases { .. } | ApiError::TooComplex { .. } => {
                Code::TooComplex
            }
            ApiError::Deadline { .. } => Code::DeadlineExceeded,
            ApiError::Forbidden(_) => Code::Forbidden,
            ApiError::Unauthenticated => Code::Unauthenticated,
            ApiError::Closed => Code::ShuttingDown,
            ApiError::StoreUnavailable => Code::StoreUnavailable,
            ApiError::Internal { .. } => Code::Internal,
        }
    }

    /// Logs a fault of our own and gives what the client may know of it: an id to name when asking for help.
    pub fn internal(fault: impl Display) -> ApiError {
        let id = uuid::Uuid::now_v7().to_string();
        tracing::error!(error_id = %id, %fault, "a GraphQL request failed");
        ApiError::Internal { id }
    }

    pub fn bad_argument(argument: &'static str, expected: impl Into<String>, found: impl Display) -> ApiError {
        ApiError::BadArgument { argument, expected: expected.into(), found: found.to_string() }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match error {
            StoreError::Future { asked, newest } => ApiError::FutureRevision { asked, newest },
            StoreError::Closed => ApiError::Closed,
            StoreError::Refused(reason) => ApiError::Refused(reason),
            StoreError::Unavailable(reason) => {
                tracing::warn!("the graph database is not available: {reason}");
                ApiError::StoreUnavailable
            }
            StoreError::InUse { .. } | StoreError::Format { .. } | StoreError::Backend(_) => ApiError::internal(error),
        }
    }
}

/// A response that is nothing but this error.
pub fn refusal(error: ApiError) -> Response {
    Response::from_errors(vec![coded(ServerError::from_api(error))])
}

/// Gives every error of a response its code; what GraphQL itself refuses (syntax, unknown fields, wrong types of
/// arguments) is `BAD_QUERY`.
pub fn with_codes(mut response: Response) -> Response {
    response.errors = response.errors.into_iter().map(coded).collect();
    response
}

fn coded(mut error: ServerError) -> ServerError {
    let api = error.source::<ApiError>();
    let code = api.map_or(Code::BadQuery, ApiError::code);
    let problems = match api {
        Some(ApiError::Proposal(problems)) => Some(Value::List(problems.iter().map(told).collect())),
        Some(_) | None => None,
    };
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    extensions.set("code", code.graphql());
    if let Some(problems) = problems {
        extensions.set("problems", problems);
    }
    error
}

/// A problem of a proposal: its place, and the names that may have been meant.
fn told(problem: &Problem) -> Value {
    let candidates = problem.candidates.iter().cloned().map(Value::String).collect();
    Value::Object(IndexMap::from_iter([
        (Name::new("place"), Value::String(problem.place.clone())),
        (Name::new("message"), Value::String(problem.message.clone())),
        (Name::new("candidates"), Value::List(candidates)),
    ]))
}

fn joined(problems: &[Problem]) -> String {
    problems.iter().map(crate::check::render::problem).collect::<Vec<_>>().join("; ")
}

trait FromApi {
    fn from_api(error: ApiError) -> ServerError;
}

impl FromApi for ServerError {
    fn from_api(error: ApiError) -> ServerError {
        let mut told = ServerError::new(error.to_string(), None);
        told.source = Some(std::sync::Arc::new(error));
        told
    }
}
