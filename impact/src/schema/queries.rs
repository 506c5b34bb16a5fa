//! The queries behind lineage, each read once.

use std::collections::HashMap;
use std::sync::Arc;

use binding::Reading;
use graph::derive::QueryContext;
use graph::{ContentId, Query};

/// Queries kept; more are read again.
const KEPT: usize = 20_000;

/// Queries that were read, by text and dialect and the platform that decides on the dialect.
#[derive(Default)]
pub(super) struct Queries {
    readings: HashMap<ContentId, Option<Arc<Reading>>>,
}

impl Queries {
    /// None when a query cannot be read at all.
    pub fn reading(&mut self, query: &Query, context: &QueryContext) -> Option<Arc<Reading>> {
        let key = key(query, context);
        if let Some(reading) = self.readings.get(&key) {
            return reading.clone();
        }
        if self.readings.len() >= KEPT {
            self.readings.clear();
        }
        let reading = Reading::of(query, context).map(Arc::new);
        self.readings.insert(key, reading.clone());
        reading
    }
}

fn key(query: &Query, context: &QueryContext) -> ContentId {
    let mut key = query.text.clone();
    let namespaces = context.inputs.iter().chain(&context.outputs).map(|name| name.namespace.as_str());
    for part in [query.dialect.as_deref().unwrap_or_default()].into_iter().chain(namespaces) {
        key.push('\0');
        key.push_str(part);
    }
    ContentId::of(key.as_bytes())
}
