//! From the input log back to submissions: what a graph is rebuilt from when inputs are understood better.

use std::collections::HashMap;

use graph::change::{Input, InputKind, Submission};
use graph::{ContentId, LogEntry, Store, Time};

use crate::error::Result;
use crate::openlineage::{self, Limits};
use crate::{authored, dbt, sql_files};


/// Contents of one page that are read at a time.
const TOGETHER: usize = 500;

/// The submissions of entries of a store's log, in their order.
pub async fn replay(store: &dyn Store, entries: &[LogEntry]) -> Result<Vec<Submission>> {
    let mut wanted = Vec::new();
    for entry in entries {
        wanted.extend(references(entry)?);
    }
    wanted.sort_unstable();
    wanted.dedup();
    let mut contents = HashMap::with_capacity(wanted.len());
    for ids in wanted.chunks(TOGETHER) {
        let found = store.contents(ids).await?;
        contents.extend(ids.iter().zip(found).filter_map(|(id, bytes)| Some((*id, bytes?))));
    }
    entries.iter().map(|entry| replay_entry(entry, &|id| contents.get(&id).cloned())).collect()
}

/// What one entry said. An event that was rejected is read again, and stays rejected when it still cannot be.
pub fn replay_entry(entry: &LogEntry, lookup: &dyn Fn(ContentId) -> Option<Vec<u8>>) -> Result<Submission> {
    if entry.revision.is_none() {
        return Ok(rejected(entry));
    }
    match entry.kind {
        InputKind::OpenLineage => event(entry, lookup),
        kind @ (InputKind::Dbt | InputKind::Sql | InputKind::Authored) => {
            replay_body(kind, &entry.body, entry.received_at)
        }
    }
}

/// What an input says whose body is the whole of it.
pub fn replay_body(kind: InputKind, body: &[u8], received_at: Time) -> Result<Submission> {
    match kind {
        InputKind::OpenLineage => openlineage::event(body, received_at, &Limits::default())
            .or_else(|rejection| Ok(rejection.into_submission(body, received_at))),
        InputKind::Authored => authored::replay(body),
        InputKind::Dbt => dbt::replay(body, received_at),
        InputKind::Sql => sql_files::replay(body, received_at),
    }
}

fn references(entry: &LogEntry) -> Result<Vec<ContentId>> {
    match entry.kind {
        InputKind::OpenLineage if entry.revision.is_some() => openlineage::references(entry.id, &entry.body),
        InputKind::OpenLineage | InputKind::Dbt | InputKind::Sql | InputKind::Authored => Ok(Vec::new()),
    }
}

fn event(entry: &LogEntry, lookup: &dyn Fn(ContentId) -> Option<Vec<u8>>) -> Result<Submission> {
    let whole = openlineage::restore(entry.id, &entry.body, lookup)?;
    replay_body(InputKind::OpenLineage, &whole, entry.received_at)
}

fn rejected(entry: &LogEntry) -> Submission {
    let read = openlineage::event(&entry.body, entry.received_at, &Limits::default()).ok();
    read.filter(|read| entry.kind == InputKind::OpenLineage && read.input.id == entry.id).unwrap_or_else(|| {
        let input = Input {
            id: entry.id,
            kind: entry.kind,
            body: entry.body.clone(),
            contents: Vec::new(),
            received_at: entry.received_at,
            faults: entry.faults.clone(),
            rejected: true,
        };
        Submission { input, changes: Vec::new() }
    })
}
