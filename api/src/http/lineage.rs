//! Where OpenLineage clients send events.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::body::{BodyLimits, Received, receive};
use super::front::Writer;
use super::{App, revision_header};
use crate::error::Error;
use crate::intake::Fate;

/// One event: 201 and an empty body, once it is durable. (A client in Go takes nothing but 200 and 201 for success.)
pub async fn event(State(app): State<Arc<App>>, _: Writer, headers: HeaderMap, body: Body) -> Result<Response, Error> {
    let received = take(&app, &headers, body).await?;
    let is_list = received.bytes.trim_ascii_start().starts_with(b"[");
    let receipt = app.intake.event(received).await.map_err(|error| point_to_batch(error, is_list))?.receipt;
    Ok((StatusCode::CREATED, [revision_header(receipt.revision)]).into_response())
}

/// Several events: 204 when all are durable, else 200 with a report of those that are not.
pub async fn batch(State(app): State<Arc<App>>, _: Writer, headers: HeaderMap, body: Body) -> Result<Response, Error> {
    let received = take(&app, &headers, body).await?;
    let fates = app.intake.batch(received).await?;
    let newest = fates.iter().filter_map(|fate| fate.result.as_ref().ok()).map(|taken| taken.receipt.revision).max();
    let newest = newest.map(|revision| [revision_header(revision)]);
    if fates.iter().all(|fate| fate.result.is_ok()) {
        return Ok((StatusCode::NO_CONTENT, newest, ()).into_response());
    }
    Ok((newest, Json(Report::of(fates))).into_response())
}

fn point_to_batch(error: Error, is_list: bool) -> Error {
    match error {
        Error::Client(mut error) if is_list => {
            error.message.push_str("; a list of events is sent to `/api/v1/lineage/batch`");
            error.into()
        }
        other => other,
    }
}

/// A body of inputs, under its limits.
pub(super) async fn take(app: &App, headers: &HeaderMap, body: Body) -> Result<Received, Error> {
    let limits =
        BodyLimits { size: app.services.limits.body, time: app.services.limits.body_time.0, setting: "limits.body" };
    Ok(receive(headers, body, limits, &app.budget).await?)
}

/// What became of a batch, as OpenLineage's `/lineage/batch` answers.
#[derive(Serialize)]
struct Report {
    status: &'static str,
    summary: Summary,
    failed_events: Vec<Failed>,
}

#[derive(Serialize)]
struct Summary {
    received: usize,
    successful: usize,
    failed: usize,
    retriable: usize,
    non_retriable: usize,
}

#[derive(Serialize)]
struct Failed {
    index: usize,
    reason: String,
    retriable: bool,
}

impl Report {
    fn of(fates: Vec<Fate>) -> Report {
        let received = fates.len();
        let failed_events: Vec<Failed> = fates.into_iter().filter_map(Failed::of).collect();
        let failed = failed_events.len();
        let retriable = failed_events.iter().filter(|event| event.retriable).count();
        let successful = received - failed;
        let summary = Summary { received, successful, failed, retriable, non_retriable: failed - retriable };
        let status = if failed == 0 { "success" } else { "partial_success" };
        Report { status, summary, failed_events }
    }
}

impl Failed {
    fn of(fate: Fate) -> Option<Failed> {
        let (index, retriable) = (fate.index, fate.retriable());
        let reason = match fate.result {
            Ok(_) => return None,
            Err(Error::Client(error)) => error.located(),
            Err(Error::Internal(error)) => error.withheld(),
        };
        Some(Failed { index, reason, retriable })
    }
}
