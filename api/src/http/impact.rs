//! What a change of schemas does, for the command line, for CI and for whoever wants all of it: `POST
//! /api/v1/impact/schema` answers a proposal, without a limit and while the answer is written; `POST
//! /api/v1/impact/proposal` makes one from definitions, a dbt project or changed files.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use clap::ValueEnum;
use futures_util::stream;
use graph::{AsOf, Revision};
use impact::schema::{Problem, Proposal, Question};
use serde::Deserialize;
use serde_json::json;

use super::body::{BodyLimits, receive};
use super::front::Caller;
use super::{App, lineage, revision_header};
use crate::auth::Principal;
use crate::check::propose::{self, Source};
use crate::check::render::{self, Format, Pieces, Report};
use crate::check::{self, Answer, FailOn, Judge, Refusal, ToldProblem};
use crate::config::Period;
use crate::error::{ClientError, Code, Error};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    format: Option<String>,
    /// Which verdicts JUnit's XML tells as failures.
    fail_on: Option<String>,
    revision: Option<u32>,
}

/// `POST /api/v1/impact/schema?format=json&fail_on=breaks&revision=7` with a proposal as JSON or YAML.
pub async fn schema(
    State(app): State<Arc<App>>,
    Caller(principal): Caller,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let Query(asked) = asked.map_err(|error| ClientError::new(Code::BadRequest, error.body_text()))?;
    let format = format(asked.format.as_deref())?;
    let fails_from = FailOn::threshold(&policy(asked.fail_on.as_deref())?);
    let (size, time) = (app.services.limits.query_body, app.services.limits.body_time.0);
    let limits = BodyLimits { size, time, setting: "limits.query_body" };
    let received = receive(&headers, body, limits, &app.budget).await?;
    let text = std::str::from_utf8(&received.bytes)
        .map_err(|error| ClientError::new(Code::BadRequest, format!("the body is not UTF-8: {error}")))?;
    let proposal = match check::proposal(text) {
        Ok(proposal) => proposal,
        Err(problems) => return Ok(refused(problems)),
    };
    match judge(&app, &principal, proposal.clone(), asked.revision).await {
        Ok(answer) => Ok(told(Report { proposal, answer, file: None, fails_from }, format)),
        Err(Refusal::Proposal(problems)) => Ok(refused(problems)),
        Err(Refusal::Failed(error)) => Err(error),
    }
}

fn format(asked: Option<&str>) -> Result<Format, ClientError> {
    let Some(name) = asked else { return Ok(Format::Json) };
    Format::named(name).ok_or_else(|| wrong("format", &names::<Format>(), name))
}

/// Names with commas between them; `breaks` when nothing is said.
fn policy(asked: Option<&str>) -> Result<Vec<FailOn>, ClientError> {
    let names = asked.unwrap_or("breaks").split(',');
    names
        .map(|name| FailOn::from_str(name, false).map_err(|_| wrong("fail_on", &self::names::<FailOn>(), name)))
        .collect()
}

fn names<T: ValueEnum>() -> String {
    let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    values.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ")
}

fn wrong(argument: &str, expected: &str, found: &str) -> ClientError {
    ClientError::new(Code::InvalidArgument, format!("`{argument}`: expected one of {expected}, found `{found}`"))
}

/// `POST /api/v1/impact/proposal` with `{"ddl": …}`, `{"dbt": …}` or `{"files": …}`.
pub async fn proposal(
    State(app): State<Arc<App>>,
    Caller(principal): Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let received = lineage::take(&app, &headers, body).await?;
    let source: Source = serde_json::from_slice(&received.bytes).map_err(|error| {
        ClientError::new(
            Code::BadJson,
            format!("expected `{{\"ddl\": {{\"text\": \"…\"}}}}`, `dbt` or `files`: {error}"),
        )
    })?;
    let (store, time) = (&*app.services.store, app.services.limits.long_read_time);
    let at = store.revision(AsOf::Latest).await?.revision;
    let viewer = principal.viewer();
    let made = tokio::time::timeout(time.0, propose::propose(store, &*viewer, at, &source)).await;
    match made.unwrap_or_else(|_| Err(too_late(time))) {
        Ok(proposed) => Ok(Json(proposed).into_response()),
        Err(Refusal::Proposal(problems)) => Ok(refused(problems)),
        Err(Refusal::Failed(error)) => Err(error),
    }
}

fn too_late(time: Period) -> Refusal {
    Refusal::Failed(Error::client(Code::DeadlineExceeded, format!("the answer was not ready after {time}")))
}

async fn judge(app: &App, principal: &Principal, proposal: Proposal, revision: Option<u32>) -> Result<Answer, Refusal> {
    let (store, time) = (&*app.services.store, app.services.limits.long_read_time);
    let as_of = revision.map_or(AsOf::Latest, |revision| AsOf::Revision(Revision(revision)));
    let at = store.revision(as_of).await.map_err(|error| Refusal::Failed(error.into()))?.revision;
    let deadline = Some(Instant::now() + time.0.mul_f64(0.7));
    let question = Question { proposal, depth: u32::MAX, limit: usize::MAX, at, deadline };
    let viewer = principal.viewer();
    let mut judge = Judge::new(store, &*viewer, at);
    let answer = tokio::time::timeout(time.0, judge.answer(&question)).await;
    answer.unwrap_or_else(|_| Err(too_late(time)))
}

fn told(report: Report, format: Format) -> Response {
    let revision = revision_header(Revision(report.answer.revision));
    let media_type: (HeaderName, HeaderValue) = (CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    let pieces = Blocks(report.pieces(format)).map(|block| Ok::<_, Infallible>(Bytes::from(block)));
    ([revision, media_type], Body::from_stream(stream::iter(pieces))).into_response()
}

/// Pieces put together until they are worth sending.
struct Blocks(Pieces);

/// Bytes that are sent together.
const BLOCK: usize = 64 << 10;

impl Iterator for Blocks {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let mut block = self.0.next()?;
        while block.len() < BLOCK
            && let Some(piece) = self.0.next()
        {
            block.push_str(&piece);
        }
        Some(block)
    }
}

/// 422 with every problem and its place.
fn refused(problems: Vec<Problem>) -> Response {
    let message = problems.iter().map(render::problem).collect::<Vec<_>>().join("; ");
    let path = problems.first().map(|problem| problem.place.clone());
    let problems: Vec<ToldProblem> = problems.into_iter().map(ToldProblem::from).collect();
    let body = json!({
        "code": Code::InvalidArgument.text(),
        "message": message,
        "path": path,
        "problems": problems,
    });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}

/// `GET /api/v1/schema/change.json`: the JSON Schema of a change file. It says nothing of the graph, so that an editor
/// may fetch it without a token.
pub async fn change_schema() -> Response {
    let media_type = [(CONTENT_TYPE, HeaderValue::from_static("application/schema+json"))];
    (media_type, format!("{:#}\n", impact::schema::json_schema())).into_response()
}
