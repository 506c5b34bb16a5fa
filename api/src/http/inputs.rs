//! The input log, and the digest of what it means; for the command line of another machine.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use graph::change::{InputKind, Submission};
use graph::{AsOf, LogEntry, LogQuery, Store, Time};
use serde::Deserialize;
use serde_json::{Value, json};

use super::front::{Caller, Writer};
use super::{App, lineage, revision_header};
use crate::config::Period;
use crate::error::{ClientError, Code, Error};
use crate::intake::kind_text;

/// The most inputs of one answer.
const PAGE: usize = 1000;
/// How much of a body is shown.
const SHOWN: usize = 4 << 10;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    faulty: bool,
    #[serde(default)]
    after: u64,
    #[serde(default = "page")]
    limit: usize,
}

fn page() -> usize {
    100
}

/// `GET /api/v1/inputs?faulty=true&after=0&limit=100`
pub async fn list(
    State(app): State<Arc<App>>,
    Caller(principal): Caller,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Error> {
    principal.check_sees_all("the input log")?;
    let Query(asked) = asked.map_err(|error| ClientError::new(Code::BadRequest, error.body_text()))?;
    if !(1..=PAGE).contains(&asked.limit) {
        let told = format!("`limit`: expected 1 to {PAGE}, found {}", asked.limit);
        return Err(Error::client(Code::InvalidArgument, told));
    }
    let query = LogQuery { after: asked.after, limit: asked.limit, faulty: asked.faulty };
    timed(app.services.limits.read_time, list_of(&*app.services.store, query)).await.map(Json)
}

#[derive(Deserialize)]
struct Sent {
    inputs: Vec<SentInput>,
}

#[derive(Deserialize)]
struct SentInput {
    kind: String,
    /// As the input log keeps it.
    body: String,
}

/// `POST /api/v1/inputs` with `{"inputs": [{kind, body}]}`: what `headwater ingest dbt` and `sql` read elsewhere. What
/// an input means is worked out here again, never taken from the sender.
pub async fn take(State(app): State<Arc<App>>, _: Writer, headers: HeaderMap, body: Body) -> Result<Response, Error> {
    let received = lineage::take(&app, &headers, body).await?;
    let submissions = tokio::task::spawn_blocking(move || submissions(&received.bytes))
        .await
        .map_err(|error| Error::internal(error.to_string()))??;
    let receipts = app.intake.submissions(submissions).await?;
    let newest = receipts.iter().map(|receipt| receipt.revision).max();
    let told: Vec<Value> = receipts
        .iter()
        .map(|receipt| json!({ "revision": receipt.revision.0, "repeated": receipt.repeated }))
        .collect();
    Ok((newest.map(|revision| [revision_header(revision)]), Json(json!({ "receipts": told }))).into_response())
}

fn submissions(bytes: &[u8]) -> Result<Vec<Submission>, ClientError> {
    let expected = "expected `{\"inputs\": [{\"kind\": \"dbt\", \"body\": \"…\"}]}`";
    let sent: Sent = serde_json::from_slice(bytes)
        .map_err(|error| ClientError::new(Code::BadJson, format!("{expected}: {error}")))?;
    let now = Time::now();
    let read = |(at, input): (usize, SentInput)| {
        let wrong = |message: String| ClientError {
            path: Some(format!("$.inputs[{at}]")),
            ..ClientError::new(Code::BadEvent, message)
        };
        let kind = match input.kind.as_str() {
            "dbt" => InputKind::Dbt,
            "sql" => InputKind::Sql,
            found => return Err(wrong(format!("expected the kind `dbt` or `sql`, found `{found}`"))),
        };
        ingest::received_body(kind, input.body.as_bytes(), now).map_err(|error| wrong(error.to_string()))
    };
    sent.inputs.into_iter().enumerate().map(read).collect()
}

/// `GET /api/v1/digest`
pub async fn digest(State(app): State<Arc<App>>, Caller(principal): Caller) -> Result<Json<Value>, Error> {
    principal.check_sees_all("the digest")?;
    timed(app.services.limits.long_read_time, digest_of(&*app.services.store)).await.map(Json)
}

async fn timed<T>(time: Period, read: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let late = || Error::client(Code::DeadlineExceeded, format!("the answer was not ready after {time}"));
    tokio::time::timeout(time.0, read).await.unwrap_or_else(|_| Err(late()))
}

/// Inputs as they are listed.
pub async fn list_of(store: &dyn Store, query: LogQuery) -> Result<Value, Error> {
    let entries = store.log(query).await?;
    Ok(json!({ "inputs": entries.iter().map(entry).collect::<Vec<_>>() }))
}

/// The digest, and the newest revision when it was begun.
pub async fn digest_of(store: &dyn Store) -> Result<Value, Error> {
    let now = store.revision(AsOf::Latest).await?;
    let digest = graph::digest::digest(store).await?;
    Ok(json!({ "digest": digest, "revision": now.revision.0 }))
}

fn entry(entry: &LogEntry) -> Value {
    let faults: Vec<Value> = entry
        .faults
        .iter()
        .map(|fault| json!({ "code": fault.code, "path": fault.path, "message": fault.message }))
        .collect();
    let shown = &entry.body[..entry.body.len().min(SHOWN)];
    json!({
        "number": entry.sequence,
        "id": entry.id.to_string(),
        "kind": kind_text(entry.kind),
        "receivedAt": entry.received_at.to_string(),
        "revision": entry.revision.map(|revision| revision.0),
        "rejected": entry.revision.is_none(),
        "faults": faults,
        "body": String::from_utf8_lossy(shown),
        "bodyBytes": entry.body.len(),
    })
}
