//! What can go wrong with a request, as its sender is told: one table of code, HTTP status and kind.

use std::borrow::Cow;

use graph::StoreError;

/// What kind of thing went wrong. Stable: clients may decide by it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Code {
    BadRequest,
    BadJson,
    BadGzip,
    BadEvent,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    BodyTimeout,
    TooLarge,
    UnsupportedEncoding,
    UnsupportedMediaType,
    BadId,
    BadQuery,
    InvalidArgument,
    TooComplex,
    FutureRevision,
    IndexBehind,
    DeadlineExceeded,
    Overloaded,
    ShuttingDown,
    StoreUnavailable,
    Internal,
}

/// Who has to act.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The sender: the same request will fail again.
    Client,
    /// Nobody: the same request may succeed later.
    Retriable,
    /// The operator: the text is logged with an id, and the sender is told only the id.
    Internal,
}

struct Row {
    code: Code,
    text: &'static str,
    graphql: &'static str,
    status: u16,
    kind: Kind,
}

const fn row(code: Code, text: &'static str, graphql: &'static str, status: u16, kind: Kind) -> Row {
    Row { code, text, graphql, status, kind }
}

/// In the order of `Code`.
const TABLE: [Row; 23] = [
    row(Code::BadRequest, "bad-request", "BAD_REQUEST", 400, Kind::Client),
    row(Code::BadJson, "bad-json", "BAD_JSON", 400, Kind::Client),
    row(Code::BadGzip, "bad-gzip", "BAD_GZIP", 400, Kind::Client),
    row(Code::BadEvent, "bad-event", "BAD_EVENT", 422, Kind::Client),
    row(Code::Unauthenticated, "unauthenticated", "UNAUTHENTICATED", 401, Kind::Client),
    row(Code::Forbidden, "forbidden", "FORBIDDEN", 403, Kind::Client),
    row(Code::NotFound, "not-found", "NOT_FOUND", 404, Kind::Client),
    row(Code::MethodNotAllowed, "method-not-allowed", "METHOD_NOT_ALLOWED", 405, Kind::Client),
    row(Code::BodyTimeout, "body-timeout", "BODY_TIMEOUT", 408, Kind::Retriable),
    row(Code::TooLarge, "too-large", "TOO_LARGE", 413, Kind::Client),
    row(Code::UnsupportedEncoding, "unsupported-encoding", "UNSUPPORTED_ENCODING", 415, Kind::Client),
    row(Code::UnsupportedMediaType, "unsupported-media-type", "UNSUPPORTED_MEDIA_TYPE", 415, Kind::Client),
    row(Code::BadId, "bad-id", "BAD_ID", 422, Kind::Client),
    row(Code::BadQuery, "bad-query", "BAD_QUERY", 400, Kind::Client),
    row(Code::InvalidArgument, "invalid-argument", "INVALID_ARGUMENT", 422, Kind::Client),
    row(Code::TooComplex, "too-complex", "TOO_COMPLEX", 422, Kind::Client),
    row(Code::FutureRevision, "future-revision", "FUTURE_REVISION", 422, Kind::Client),
    row(Code::IndexBehind, "index-behind", "INDEX_BEHIND", 503, Kind::Retriable),
    row(Code::DeadlineExceeded, "deadline-exceeded", "DEADLINE_EXCEEDED", 504, Kind::Retriable),
    row(Code::Overloaded, "overloaded", "OVERLOADED", 503, Kind::Retriable),
    row(Code::ShuttingDown, "shutting-down", "SHUTTING_DOWN", 503, Kind::Retriable),
    row(Code::StoreUnavailable, "store-unavailable", "STORE_UNAVAILABLE", 503, Kind::Retriable),
    row(Code::Internal, "internal", "INTERNAL", 500, Kind::Internal),
];

impl Code {
    fn row(self) -> &'static Row {
        let row = &TABLE[self as usize];
        debug_assert_eq!(row.code, self, "the table is in the order of the codes");
        row
    }

    /// As HTTP answers and logs spell it.
    pub fn text(self) -> &'static str {
        self.row().text
    }

    /// As `extensions.code` of a GraphQL error spells it.
    pub fn graphql(self) -> &'static str {
        self.row().graphql
    }

    pub fn status(self) -> u16 {
        self.row().status
    }

    pub fn kind(self) -> Kind {
        self.row().kind
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Internal(#[from] InternalError),
}

/// An error whose text its sender may read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ClientError {
    pub code: Code,
    /// A finer name than the code's own, such as the fault that an event was rejected for.
    pub reason: Option<Cow<'static, str>>,
    pub message: String,
    /// The place in what was sent, as a JSON path.
    pub path: Option<String>,
}

impl ClientError {
    pub fn new(code: Code, message: impl Into<String>) -> ClientError {
        ClientError { code, reason: None, message: message.into(), path: None }
    }

    /// The text with its place: `` `$.job.name`: expected a string, found null ``.
    pub fn located(&self) -> String {
        match &self.path {
            Some(path) => format!("`{path}`: {}", self.message),
            None => self.message.clone(),
        }
    }

    /// The code to print: the finer one when there is one.
    pub fn code_text(&self) -> &str {
        self.reason.as_deref().unwrap_or(self.code.text())
    }
}

/// An error whose text belongs in the log.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct InternalError {
    pub message: String,
}

impl InternalError {
    /// Logs the text under an id and gives what may be told: the id.
    pub fn withheld(&self) -> String {
        let id = uuid::Uuid::now_v7().to_string();
        tracing::error!(error_id = %id, "{}", self.message);
        format!("an internal error, logged under the id `{id}`")
    }
}

impl Error {
    pub fn client(code: Code, message: impl Into<String>) -> Error {
        ClientError::new(code, message).into()
    }

    pub fn internal(message: impl Into<String>) -> Error {
        InternalError { message: message.into() }.into()
    }

    pub fn code(&self) -> Code {
        match self {
            Error::Client(error) => error.code,
            Error::Internal(_) => Code::Internal,
        }
    }
}

/// What a client is told when the graph database does not answer; why it does not is in the log.
pub const STORE_UNAVAILABLE: &str = "the graph database is not available; try again in a moment";

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        let text = error.to_string();
        match error {
            StoreError::Future { .. } => Error::client(Code::FutureRevision, text),
            StoreError::Closed => Error::client(Code::ShuttingDown, text),
            StoreError::Refused(_) => Error::client(Code::InvalidArgument, text),
            StoreError::Unavailable(_) => {
                tracing::warn!("{text}");
                Error::client(Code::StoreUnavailable, STORE_UNAVAILABLE)
            }
            StoreError::InUse { .. } | StoreError::Format { .. } | StoreError::Backend(_) => Error::internal(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_codes() {
        for (place, row) in TABLE.iter().enumerate() {
            assert_eq!(row.code as usize, place, "{}", row.text);
        }
    }

    #[test]
    fn both_spellings_of_a_code_are_one_word() {
        for row in &TABLE {
            assert_eq!(row.graphql.to_ascii_lowercase().replace('_', "-"), row.text);
        }
    }
}
