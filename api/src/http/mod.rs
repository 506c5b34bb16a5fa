//! HTTP: the routes, and what every request passes before and after them. It never redirects: a POST that is redirected
//! becomes a GET in most clients, and the event is lost.

mod body;
mod budget;
mod front;
mod graphql;
mod health;
mod impact;
pub mod inputs;
mod lineage;
mod reply;
mod site;

use std::sync::Arc;

use axum::Router;
use axum::http::header::ALLOW;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use graph::{AsOf, Revision};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use self::budget::Budget;
use crate::auth::Gate;
use crate::error::{ClientError, Code};
use crate::graphql::HeadwaterSchema;
use crate::intake::Intake;
use crate::services::Services;

/// What handlers share.
pub struct App {
    services: Arc<Services>,
    intake: Intake,
    gate: Gate,
    budget: Budget,
    schema: HeadwaterSchema,
}

/// Where OpenLineage clients send to; the second and third are the paths other catalogs give them.
const LINEAGE: [&str; 3] = ["/api/v1/lineage", "/openapi/openlineage/api/v1/lineage", "/api/v1/openlineage/lineage"];

impl App {
    pub fn new(services: Arc<Services>, gate: Gate) -> Arc<App> {
        let intake = Intake::new(services.store.clone());
        let budget = Budget::new(services.limits.in_flight.bytes());
        let schema = crate::graphql::schema(services.clone());
        Arc::new(App { services, intake, gate, budget, schema })
    }

    /// The newest revision, for the header of an answer; none when the store does not say.
    async fn revision(&self) -> Option<HeaderValue> {
        let now = self.services.store.revision(AsOf::Latest).await.ok()?;
        Some(revision_header(now.revision).1)
    }
}

/// Everything this server answers.
pub fn router(app: Arc<App>) -> Router {
    let compressed = Router::new()
        .route("/graphql", get(graphql::get).post(graphql::post).fallback(|| wrong_method("GET, POST")))
        .route("/graphql/ws", get(graphql::get))
        .route("/api/v1/impact/schema", post(impact::schema).fallback(|| wrong_method("POST")))
        .route("/api/v1/impact/proposal", post(impact::proposal).fallback(|| wrong_method("POST")))
        .route("/api/v1/schema/change.json", get(impact::change_schema).fallback(|| wrong_method("GET")))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    let mut router = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics));
    for path in LINEAGE {
        router = with_and_without_slash(router, path, post(lineage::event));
        router = with_and_without_slash(router, &format!("{path}/batch"), post(lineage::batch));
    }
    router
        .route("/api/v1/inputs", get(inputs::list).post(inputs::take).fallback(|| wrong_method("GET, POST")))
        .route("/api/v1/digest", get(inputs::digest))
        .merge(compressed)
        .fallback(site::any)
        .layer(from_fn_with_state(app.clone(), front::front))
        .with_state(app)
}

fn with_and_without_slash(router: Router<Arc<App>>, path: &str, handler: MethodRouter<Arc<App>>) -> Router<Arc<App>> {
    let handler = handler.fallback(|| wrong_method("POST"));
    router.route(path, handler.clone()).route(&format!("{path}/"), handler)
}

async fn wrong_method(allowed: &'static str) -> Response {
    let mut response = ClientError::new(Code::MethodNotAllowed, format!("expected {allowed}")).into_response();
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

fn revision_header(revision: Revision) -> (HeaderName, HeaderValue) {
    (front::REVISION, HeaderValue::from(revision.0))
}
