//! For machines that watch: is it alive, is it ready, what does it count.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use graph::AsOf;
use serde_json::json;

use super::App;
use super::front::Caller;
use crate::error::{Code, Error};
use crate::observe;

/// The process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// The store answers, and nobody told the server to stop.
pub async fn ready(State(app): State<Arc<App>>) -> Result<Response, Error> {
    if app.services.stop.is_cancelled() {
        return Err(Error::client(Code::ShuttingDown, "the server is shutting down"));
    }
    let now = app.services.store.revision(AsOf::Latest).await?;
    let body = json!({ "status": "ready", "revision": now.revision.0, "indexRevision": app.services.index.held().0 });
    Ok(axum::Json(body).into_response())
}

/// Prometheus text.
pub async fn metrics(State(app): State<Arc<App>>, Caller(principal): Caller) -> Result<Response, Error> {
    principal.check_sees_all("the metrics")?;
    let now = app.services.store.revision(AsOf::Latest).await?;
    let gauges = observe::gauges(&now, app.services.index.held(), app.budget.used());
    let text = gauges + &observe::render();
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
