//! The index from outside: a store is told things, and they are searched for.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod embedded;
mod following;
mod ranking;
mod store;
mod views;

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use graph::{Everyone, NodeName, Revision};
use search::{Answer, Filter, Hit, Index, Request, SearchError};
use store::Memory;

pub fn request(text: &str) -> Request {
    Request {
        text: text.into(),
        filter: Filter::default(),
        first: 20,
        after: None,
        min_revision: None,
        deadline: Instant::now() + Duration::from_secs(60),
    }
}

/// An index in memory that holds all of a store.
pub async fn index(store: &Arc<Memory>) -> Index {
    let index = Index::in_memory(store.clone()).await.unwrap();
    caught_up(&index, store).await;
    index
}

/// Waits until the index holds what the store holds.
pub async fn caught_up(index: &Index, store: &Arc<Memory>) {
    let newest = graph::Store::revision(&**store, graph::AsOf::Latest).await.unwrap().revision;
    index.reached(newest, Instant::now() + Duration::from_secs(60)).await.unwrap();
}

pub async fn ask(index: &Index, text: &str) -> Result<Answer, SearchError> {
    index.search(&request(text), &Everyone).await
}

/// The hits one a line, without what else the answer says.
pub async fn names(index: &Index, text: &str) -> String {
    match ask(index, text).await {
        Ok(answer) => list(&answer.hits),
        Err(error) => format!("error: {error}"),
    }
}

pub fn list(hits: &[Hit]) -> String {
    let mut text = String::new();
    for hit in hits {
        writeln!(text, "{}", shown(&hit.name)).unwrap();
    }
    text
}

pub fn shown(name: &NodeName) -> String {
    match name {
        NodeName::Dataset(name) => name.name.clone(),
        NodeName::Column(dataset, path) => format!("{}|{path}", dataset.name),
        NodeName::Job(name) => format!("job {}", name.name),
        NodeName::Owner(name) => format!("owner {name}"),
        NodeName::Tag(name) => format!("tag {name}"),
        NodeName::Namespace(name) => format!("namespace {name}"),
    }
}

pub fn behind(error: SearchError) -> Option<(Revision, Revision)> {
    match error {
        SearchError::Behind { asked, held } => Some((asked, held)),
        _ => None,
    }
}
