//! From the input log back to submissions: what a graph is rebuilt from when inputs are understood better.

use std::collections::HashMap;

use graph::change::{Input, InputKind, Submission};
use graph::{ContentId, LogEntry, Store, Time};

use crate::canonical::canonical;
use crate::error::{Error, Result};
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

/// What an input says that was read elsewhere. Whoever sent it may have sent secrets with it: none is kept.
pub fn received_body(kind: InputKind, body: &[u8], received_at: Time) -> Result<Submission> {
    let body = canonical(body).map_err(|cause| Error::Syntax { place: "the body".to_owned(), cause })?;
    replay_body(kind, &body, received_at)
}

/// What an input says whose body is the whole of it.
fn replay_body(kind: InputKind, body: &[u8], received_at: Time) -> Result<Submission> {
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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use graph::Revision;

    use super::*;

    fn entry(submission: &Submission) -> LogEntry {
        let input = &submission.input;
        LogEntry {
            sequence: 1,
            id: input.id,
            kind: input.kind,
            body: input.body.clone(),
            received_at: input.received_at,
            revision: (!input.rejected).then_some(Revision(1)),
            faults: input.faults.clone(),
        }
    }

    /// Replays what is stored of an event, which gives the same submission.
    #[track_caller]
    fn check(event: &str) -> Submission {
        let at = "2026-11-21T10:00:00Z".parse().unwrap();
        let read = openlineage::event(event.as_bytes(), at, &Limits::default());
        let submission = read.unwrap_or_else(|rejection| rejection.into_submission(event.as_bytes(), at));
        let stored: HashMap<_, _> = submission.input.contents.iter().map(|c| (c.id, c.bytes.clone())).collect();
        let again = replay_entry(&entry(&submission), &|id| stored.get(&id).cloned()).unwrap();
        assert_eq!(format!("{again:?}"), format!("{submission:?}"));
        submission
    }

    #[test]
    fn events_are_said_again() {
        check(
            r#"{"eventTime":"2026-11-21T10:00:00","dataset":{"namespace":"n","name":"a","facets":{"password":{"x":"y"}}}}"#,
        );
    }

    #[test]
    fn rejected_events_stay_rejected() {
        for event in [r#"{"password":"x"}"#, "{\"password\": \"x", "[]"] {
            assert!(check(event).input.rejected);
        }
        assert!(check(&format!("{{\"a\":\"{}\"}}", "x".repeat(100_000))).input.rejected);
    }

    #[test]
    fn an_event_that_was_rejected_and_can_be_read_now_is_accepted() {
        let event = r#"{"dataset":{"name":"a","namespace":"n"},"eventTime":"2026-11-21T10:00:00Z"}"#;
        let mut stored = entry(&check(event));
        stored.revision = None;
        assert!(!replay_entry(&stored, &|_| None).unwrap().input.rejected);
    }

    #[test]
    fn a_content_that_is_not_stored_is_named() {
        let event = r#"{"eventTime":"2026-11-21T10:00:00Z","dataset":{"namespace":"n","name":"a","facets":{"x":{}}}}"#;
        let error = replay_entry(&entry(&check(event)), &|_| None).unwrap_err();
        let content = ContentId::of(b"{}");
        let expected = format!("input {}: the content {content} it refers to is not stored", check(event).input.id);
        assert_eq!(error.to_string(), expected);
    }
}
