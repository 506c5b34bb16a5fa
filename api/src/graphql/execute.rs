//! One request from its text to its answer: limits, who asks, the deadline, the codes of errors.

use std::any::TypeId;
use std::sync::Arc;

use async_graphql::futures_util::stream::BoxStream;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Data, Executor, Request, Response, Schema, Variables};
use futures_util::{FutureExt, StreamExt};

use super::error::{ApiError, Result, refusal, with_codes};
use super::limits::{self, QueryLimits};
use super::mutation::Mutation;
use super::query::Query;
use super::scope::Scope;
use super::subscription::Subscription;
use crate::auth::Principal;
use crate::services::{Deadline, Services};

/// The schema over one store, ready to answer. A request carries a `Principal` as its data, or its session does, and
/// may carry a `Deadline`.
#[derive(Clone)]
pub struct HeadwaterSchema {
    schema: Schema<Query, Mutation, Subscription>,
    services: Arc<Services>,
    limits: Arc<QueryLimits>,
}

impl HeadwaterSchema {
    pub(super) fn new(schema: Schema<Query, Mutation, Subscription>, services: Arc<Services>) -> HeadwaterSchema {
        HeadwaterSchema { schema, services, limits: Arc::default() }
    }

    /// Answers a query or a mutation, within its deadline. Dropping the future stops all reads.
    pub async fn execute(&self, request: Request) -> Response {
        self.answer(request, None).await
    }

    /// Answers anything; a subscription goes on until it is dropped or the server stops.
    pub fn execute_stream(&self, mut request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let own = self.clone();
        match is_subscription(&mut request) {
            false => async move { own.answer(request, session.as_deref()).await }.into_stream().boxed(),
            true => own.follow(request, session),
        }
    }

    async fn answer(&self, mut request: Request, session: Option<&Data>) -> Response {
        let scope = match self.prepare(&mut request, session) {
            Ok(scope) => scope,
            Err(error) => return refusal(error),
        };
        let left = scope.deadline.left();
        let late = scope.too_late();
        match tokio::time::timeout(left, self.schema.execute(request.data(scope))).await {
            Ok(response) => with_codes(response),
            Err(_) => refusal(late),
        }
    }

    fn follow(self, mut request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        match self.prepare(&mut request, session.as_deref()) {
            Ok(scope) => {
                let responses =
                    self.schema.execute_stream_with_session_data(request.data(scope), session.unwrap_or_default());
                responses.map(with_codes).boxed()
            }
            Err(error) => futures_util::stream::iter([refusal(error)]).boxed(),
        }
    }

    /// Judges the request before anything is read.
    fn prepare(&self, request: &mut Request, session: Option<&Data>) -> Result<Arc<Scope>> {
        limits::check_text(&request.query, &self.limits)?;
        let request_name = request.operation_name.clone();
        let mut variables = request.variables.clone();
        if let Ok(document) = request.parsed_query() {
            add_defaults(document, request_name.as_deref(), &mut variables);
            limits::check_document(document, &variables, &self.limits)?;
        }
        request.variables = variables;
        let principal = data::<Principal>(&request.data).or_else(|| session.and_then(data)).cloned();
        let principal = principal.ok_or(ApiError::Unauthenticated)?;
        let given = data::<Deadline>(&request.data).copied();
        let deadline = given.unwrap_or_else(|| Deadline::after(self.services.limits.read_time.0));
        Ok(Arc::new(Scope::new(self.services.clone(), principal, deadline)))
    }
}

/// Gives variables that were not sent their defaults; without this `@skip` and `@include` would not see them.
fn add_defaults(document: &ExecutableDocument, name: Option<&str>, variables: &mut Variables) {
    for (operation, definition) in document.operations.iter() {
        if name.is_some_and(|name| operation.is_none_or(|operation| operation.as_str() != name)) {
            continue;
        }
        for variable in &definition.node.variable_definitions {
            if let Some(default) = &variable.node.default_value {
                variables.entry(variable.node.name.node.clone()).or_insert_with(|| default.node.clone());
            }
        }
    }
}

fn data<T: Send + Sync + 'static>(data: &Data) -> Option<&T> {
    data.get(&TypeId::of::<T>())?.downcast_ref()
}

/// What cannot be parsed is none; its error is told with the answer.
fn is_subscription(request: &mut Request) -> bool {
    let name = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else { return false };
    document.operations.iter().any(|(operation, definition)| {
        let meant = name.as_deref().is_none_or(|name| operation.is_some_and(|operation| operation.as_str() == name));
        meant && definition.node.ty == OperationType::Subscription
    })
}

impl Executor for HeadwaterSchema {
    async fn execute(&self, request: Request) -> Response {
        HeadwaterSchema::execute(self, request).await
    }

    fn execute_stream(&self, request: Request, session_data: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        HeadwaterSchema::execute_stream(self, request, session_data)
    }
}
