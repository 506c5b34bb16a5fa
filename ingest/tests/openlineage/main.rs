//! What is tolerated in an event and what is refused, and what events mean. Each check is one event.

#![expect(clippy::unwrap_used, reason = "a test that stops says what is wrong")]

mod corpus;
mod files;
mod lineage;
mod meaning;
mod refused;
mod render;
mod stored;
mod tolerated;

use expect_test::Expect;
use graph::change::Submission;
use ingest::openlineage::{self, Limits, Rejection};
use serde_json::{Value, json};

use render::render;

fn read(event: &str) -> Result<Submission, Rejection> {
    let received_at = "2026-11-21T12:00:00Z".parse().unwrap();
    openlineage::event(event.as_bytes(), received_at, &Limits::default())
}

/// A run event in good order, with some of its members replaced; null takes one away.
fn run_event(members: Value) -> String {
    let mut event = json!({
        "eventTime": "2026-11-21T10:00:00Z",
        "eventType": "COMPLETE",
        "producer": "https://example.com/test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "0193ad2e-0000-7000-8000-000000000001"},
        "job": {"namespace": "jobs", "name": "load"},
    });
    patch(&mut event, members);
    event.to_string()
}

fn patch(event: &mut Value, members: Value) {
    for (key, value) in members.as_object().unwrap() {
        if value == "absent" {
            event.as_object_mut().unwrap().remove(key);
        } else {
            event[key] = value.clone();
        }
    }
}

fn facet(members: Value) -> Value {
    let mut facet = json!({"_producer": "p", "_schemaURL": "s"});
    patch(&mut facet, members);
    facet
}

/// The refusal of an event, as a client reads it.
#[track_caller]
fn refused(event: &str, expected: Expect) {
    let rejection = read(event).expect_err("the event is accepted");
    expected.assert_eq(&format!("{:?} {}: {rejection}", rejection.kind, rejection.fault.code));
}

/// The changes and faults of an event.
#[track_caller]
fn check(event: &str, expected: Expect) {
    expected.assert_eq(&render(&read(event).unwrap()));
}

/// The faults of a run event of which some members were replaced.
#[track_caller]
fn tolerated(members: Value, expected: Expect) {
    let submission = read(&run_event(members)).unwrap();
    expected.assert_eq(&render::faults(&submission.input.faults));
}
