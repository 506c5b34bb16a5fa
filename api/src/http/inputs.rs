//! The input log, and the digest of what it means; for the command line of another machine.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use graph::{AsOf, LogEntry, LogQuery, Store};
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::front::Caller;
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
    _: Caller,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Error> {
    let Query(asked) = asked.map_err(|error| ClientError::new(Code::BadRequest, error.body_text()))?;
    if !(1..=PAGE).contains(&asked.limit) {
        let told = format!("`limit`: expected 1 to {PAGE}, found {}", asked.limit);
        return Err(Error::client(Code::InvalidArgument, told));
    }
    let query = LogQuery { after: asked.after, limit: asked.limit, faulty: asked.faulty };
    timed(app.services.limits.read_time, list_of(&*app.services.store, query)).await.map(Json)
}

/// `GET /api/v1/digest`
pub async fn digest(State(app): State<Arc<App>>, _: Caller) -> Result<Json<Value>, Error> {
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
