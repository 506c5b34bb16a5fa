//! What every request passes: an id, the checks of `Host` and `Origin`, the log, the counters and the headers that keep
//! browsers safe.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::App;
use crate::auth::Principal;
use crate::error::{ClientError, Code};
use crate::observe;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub const REVISION: HeaderName = HeaderName::from_static("x-headwater-revision");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Asked by machines that do not know the server's name; they answer nothing that is worth a secret.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];

const SECURITY: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
         font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Who makes the request: taking it as an argument is what lets a handler be asked only by those who may.
pub struct Caller(pub Principal);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = ClientError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Caller, ClientError> {
        app.gate.principal(text(&parts.headers, &header::AUTHORIZATION)).map(Caller)
    }
}

/// Who makes a request that writes.
pub struct Writer;

impl FromRequestParts<Arc<App>> for Writer {
    type Rejection = ClientError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Writer, ClientError> {
        let Caller(principal) = Caller::from_request_parts(parts, app).await?;
        principal.check_write().map(|()| Writer)
    }
}

/// The outermost layer.
pub async fn front(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, %method, path);
    let answer = async {
        match check(&app, &request) {
            Ok(()) => next.run(request).await,
            Err(error) => error.into_response(),
        }
    };
    let mut response = answer.instrument(span.clone()).await;
    let status = response.status();
    span.in_scope(|| log(status.as_u16(), started));
    observe::request(route, method.as_str(), status.as_u16(), started.elapsed());
    add_headers(response.headers_mut(), &id);
    response
}

fn check(app: &App, request: &Request) -> Result<(), ClientError> {
    let path = request.uri().path();
    if PROBES.contains(&path) {
        return Ok(());
    }
    let headers = request.headers();
    let host = request.uri().authority().map(|authority| authority.as_str()).or_else(|| text(headers, &header::HOST));
    app.gate.check_host(host)?;
    app.gate.check_origin(text(headers, &header::ORIGIN), host.unwrap_or_default())?;
    let foreign = text(headers, &FETCH_SITE) == Some("cross-site");
    if foreign && headers.get(header::ORIGIN).is_none() && !is_page(path) {
        let told = "`Sec-Fetch-Site`: expected a request of this server's own pages, found `cross-site`";
        return Err(ClientError::new(Code::Forbidden, told));
    }
    Ok(())
}

/// Pages may be opened by a link on another site; answers may not be fetched from there.
fn is_page(path: &str) -> bool {
    !(path.starts_with("/api/") || path == "/graphql" || path == "/graphql/ws" || path == "/metrics")
}

fn log(status: u16, started: Instant) {
    let milliseconds = started.elapsed().as_micros() as f64 / 1000.0;
    match status {
        500.. => tracing::warn!(status, milliseconds, "answered"),
        400.. => tracing::info!(status, milliseconds, "answered"),
        _ => tracing::debug!(status, milliseconds, "answered"),
    }
}

/// The sender's own id when it is a plain word, so that its log and ours can be read together.
fn request_id(headers: &HeaderMap) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let given = text(headers, &REQUEST_ID).filter(|id| (1..=64).contains(&id.len()) && id.chars().all(plain));
    given.map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}

fn add_headers(headers: &mut HeaderMap, id: &str) {
    for (name, value) in SECURITY {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
