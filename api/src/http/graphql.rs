//! GraphQL over HTTP and WebSocket. What it answers is decided in `crate::graphql`; here are the forms of asking.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Data, Request};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::Uri;
use axum::http::header::{self, HeaderMap};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::body::{BodyLimits, receive};
use super::front::{Caller, REVISION, text};
use super::{App, site};
use crate::auth::Principal;
use crate::error::{ClientError, Code, Error};

/// How long a WebSocket may leave a ping unanswered.
const PING: Duration = Duration::from_secs(30);
/// Of one WebSocket message.
const MESSAGE_BYTES: usize = 1 << 20;

/// `POST /graphql` with `{query, variables, operationName}`.
pub async fn post(
    State(app): State<Arc<App>>,
    Caller(principal): Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    check_media_type(&headers)?;
    let (size, time) = (app.services.limits.query_body, app.services.limits.body_time.0);
    let limits = BodyLimits { size, time, setting: "limits.query_body" };
    let received = receive(&headers, body, limits, &app.budget).await?;
    let request = serde_json::from_slice::<Request>(&received.bytes).map_err(|error| {
        ClientError::new(Code::BadJson, format!("expected a GraphQL request such as `{{\"query\": …}}`: {error}"))
    })?;
    Ok(answer(&app, principal, request).await)
}

/// A request in the query of a URL.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    query: String,
    operation_name: Option<String>,
    variables: Option<String>,
}

/// `GET /graphql`: a WebSocket, a query in the URL, or the page.
pub async fn get(State(app): State<Arc<App>>, request: axum::extract::Request) -> Result<Response, Error> {
    let (mut parts, _) = request.into_parts();
    if parts.headers.contains_key(header::UPGRADE) {
        return web_socket(app, parts).await;
    }
    if parts.uri.query().is_none() && site::wants_page(&parts.headers) {
        return Ok(site::page(&parts.headers));
    }
    let Caller(principal) = Caller::from_request_parts(&mut parts, &app).await?;
    let mut request = asked(&parts.uri)?;
    if operation(&mut request).is_some_and(|kind| kind != OperationType::Query) {
        let told = "expected a query: GET changes nothing, a mutation is sent with POST";
        return Err(Error::client(Code::MethodNotAllowed, told));
    }
    Ok(answer(&app, principal, request).await)
}

fn asked(uri: &Uri) -> Result<Request, ClientError> {
    let bad = |what: String| ClientError::new(Code::BadRequest, what);
    let Query(asked) = Query::<Asked>::try_from_uri(uri)
        .map_err(|error| bad(format!("expected `?query=…&variables=…&operationName=…`: {error}")))?;
    let mut request = Request::new(asked.query);
    request.operation_name = asked.operation_name;
    if let Some(variables) = asked.variables {
        request.variables = serde_json::from_str(&variables)
            .map_err(|error| bad(format!("`variables`: expected a JSON object: {error}")))?;
    }
    Ok(request)
}

async fn answer(app: &App, principal: Principal, request: Request) -> Response {
    let answer = app.schema.execute(request.data(principal)).await;
    let headers = answer.http_headers.clone();
    let mut response = axum::Json(answer).into_response();
    response.headers_mut().extend(headers);
    if !response.headers().contains_key(REVISION)
        && let Some(revision) = app.revision().await
    {
        response.headers_mut().insert(REVISION, revision);
    }
    response
}

fn check_media_type(headers: &HeaderMap) -> Result<(), ClientError> {
    let found = text(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json")
        || essence.eq_ignore_ascii_case("application/graphql-response+json")
    {
        return Ok(());
    }
    let told = format!("`Content-Type`: expected `application/json`, found `{found}`");
    Err(ClientError::new(Code::UnsupportedMediaType, told))
}

/// The kind of the operation that the request would run; `None` when it cannot be told, which GraphQL then says itself.
fn operation(request: &mut Request) -> Option<OperationType> {
    let name = request.operation_name.clone();
    let document: &ExecutableDocument = request.parsed_query().ok()?;
    let mut operations = document.operations.iter();
    match name {
        None => operations.next().map(|(_, operation)| operation.node.ty),
        Some(name) => operations
            .find(|(found, _)| found.is_some_and(|found| found.as_str() == name))
            .map(|(_, operation)| operation.node.ty),
    }
}

/// graphql-transport-ws. A browser cannot send `Authorization` with a WebSocket, so the token may come in the payload
/// of `connection_init` instead: `{"authorization": "Bearer …"}`.
async fn web_socket(app: Arc<App>, mut parts: Parts) -> Result<Response, Error> {
    let early = match text(&parts.headers, &header::AUTHORIZATION) {
        Some(_) => Some(Caller::from_request_parts(&mut parts, &app).await?.0),
        None => app.gate.principal(None).ok(),
    };
    let refused = |what: String| {
        ClientError::new(Code::BadRequest, format!("expected a WebSocket with graphql-transport-ws: {what}"))
    };
    let protocol = GraphQLProtocol::from_request_parts(&mut parts, &())
        .await
        .map_err(|_| refused("`Sec-WebSocket-Protocol` names no protocol that is spoken here".to_owned()))?;
    let upgrade =
        WebSocketUpgrade::from_request_parts(&mut parts, &()).await.map_err(|error| refused(error.to_string()))?;
    let schema = app.schema.clone();
    let stop = app.services.stop.clone();
    let serve = move |socket| async move {
        let talk = GraphQLWebSocket::new(socket, schema, protocol)
            .keepalive_timeout(PING)
            .on_connection_init(move |payload| init(app, early, payload))
            .serve();
        until(stop, talk).await;
    };
    Ok(upgrade.protocols(["graphql-transport-ws"]).max_message_size(MESSAGE_BYTES).on_upgrade(serve))
}

async fn init(app: Arc<App>, early: Option<Principal>, payload: serde_json::Value) -> async_graphql::Result<Data> {
    let shown = ["authorization", "Authorization"].iter().find_map(|key| payload.get(key)?.as_str());
    let principal = match early {
        Some(principal) => principal,
        None => app.gate.principal(shown)?,
    };
    let mut data = Data::default();
    data.insert(principal);
    Ok(data)
}

async fn until(stop: CancellationToken, talk: impl Future<Output = ()>) {
    stop.run_until_cancelled(talk).await;
}
