//! What is refused, and with which words.

use expect_test::expect;
use serde_json::{Value, json};

use crate::render;
use crate::{read, refused, run_event};

#[test]
fn what_is_not_json_is_refused() {
    refused("", expect!["BadRequest not-json: not JSON: expected a value, found the end at line 1 column 1"]);
    refused("{\"a\":", expect!["BadRequest not-json: not JSON: expected a value, found the end at line 1 column 6"]);
    refused("[]", expect!["BadRequest not-an-object: expected an event, which is a JSON object, found a list"]);
    refused(
        "\"event\"",
        expect!["BadRequest not-an-object: expected an event, which is a JSON object, found the string `event`"],
    );
    refused(
        &"[".repeat(1000),
        expect![
            "BadRequest not-json: not JSON: expected at most 128 levels of nesting, found `[` at line 1 column 129"
        ],
    );
}

#[test]
fn an_event_about_nothing_is_refused() {
    refused(
        "{}",
        expect!["Unprocessable no-subject: `$`: expected `run` and `job`, or `job`, or `dataset`, found none of them"],
    );
    refused(
        &run_event(json!({"job": "absent"})),
        expect!["Unprocessable missing: `$.job`: expected an object, found nothing"],
    );
    refused(
        &run_event(json!({"run": null, "job": null})),
        expect!["Unprocessable no-subject: `$`: expected `run` and `job`, or `job`, or `dataset`, found none of them"],
    );
}

#[test]
fn an_event_without_a_time_is_refused() {
    refused(
        &run_event(json!({"eventTime": "absent"})),
        expect!["Unprocessable missing: `$.eventTime`: expected a string, found nothing"],
    );
    refused(
        &run_event(json!({"eventTime": null})),
        expect!["Unprocessable wrong-type: `$.eventTime`: expected a string, found null"],
    );
    refused(
        &run_event(json!({"eventTime": 1_700_000_000})),
        expect!["Unprocessable wrong-type: `$.eventTime`: expected a string, found the number 1700000000"],
    );
    refused(
        &run_event(json!({"eventTime": "yesterday"})),
        expect![
            "Unprocessable not-a-time: `$.eventTime`: expected a time such as `2026-01-31T12:00:00Z`, found the string `yesterday`"
        ],
    );
    refused(
        &run_event(json!({"eventTime": "2026-13-01T00:00:00Z"})),
        expect![
            "Unprocessable not-a-time: `$.eventTime`: expected a time such as `2026-01-31T12:00:00Z`, found the string `2026-13-01T00:00:00Z`"
        ],
    );
}

#[test]
fn a_run_or_job_without_identity_is_refused() {
    refused(
        &run_event(json!({"run": {}})),
        expect!["Unprocessable missing: `$.run.runId`: expected a string, found nothing"],
    );
    refused(
        &run_event(json!({"run": {"runId": ""}})),
        expect!["Unprocessable wrong-type: `$.run.runId`: expected a string that is not empty, found an empty string"],
    );
    refused(
        &run_event(json!({"run": {"runId": 7}})),
        expect!["Unprocessable wrong-type: `$.run.runId`: expected a string, found the number 7"],
    );
    refused(
        &run_event(json!({"run": "x"})),
        expect!["Unprocessable wrong-type: `$.run`: expected an object, found the string `x`"],
    );
    refused(
        &run_event(json!({"job": []})),
        expect!["Unprocessable wrong-type: `$.job`: expected an object, found a list"],
    );
    refused(
        &run_event(json!({"job": {"name": "load"}})),
        expect!["Unprocessable missing: `$.job.namespace`: expected a string, found nothing"],
    );
    refused(
        &run_event(json!({"job": {"namespace": "", "name": "load"}})),
        expect![
            "Unprocessable wrong-type: `$.job.namespace`: expected a string that is not empty, found an empty string"
        ],
    );
    refused(
        &run_event(json!({"job": {"namespace": "jobs"}})),
        expect!["Unprocessable missing: `$.job.name`: expected a string, found nothing"],
    );
    refused(
        &run_event(json!({"job": {"namespace": "jobs", "name": " "}})),
        expect!["Unprocessable wrong-type: `$.job.name`: expected a string that is not empty, found the string ` `"],
    );
    refused(
        &run_event(json!({"job": {"namespace": null, "name": "load"}})),
        expect!["Unprocessable wrong-type: `$.job.namespace`: expected a string, found null"],
    );
}

#[test]
fn a_dataset_without_identity_is_refused() {
    let dataset = |dataset: Value| json!({"inputs": [{"namespace": "n", "name": "ok"}, dataset]});
    refused(
        &run_event(dataset(json!({"name": "a"}))),
        expect!["Unprocessable missing: `$.inputs[1].namespace`: expected a string, found nothing"],
    );
    refused(
        &run_event(dataset(json!({"namespace": "n"}))),
        expect!["Unprocessable missing: `$.inputs[1].name`: expected a string, found nothing"],
    );
    refused(
        &run_event(dataset(json!({"namespace": "n", "name": ""}))),
        expect![
            "Unprocessable wrong-type: `$.inputs[1].name`: expected a string that is not empty, found an empty string"
        ],
    );
    refused(
        &run_event(dataset(json!({"namespace": 1, "name": "a"}))),
        expect!["Unprocessable wrong-type: `$.inputs[1].namespace`: expected a string, found the number 1"],
    );
    refused(
        &run_event(dataset(json!(null))),
        expect!["Unprocessable wrong-type: `$.inputs[1]`: expected an object, found null"],
    );
    refused(
        &run_event(json!({"outputs": {"namespace": "n", "name": "a"}})),
        expect!["Unprocessable wrong-type: `$.outputs`: expected a list of datasets, found an object"],
    );
    refused(
        r#"{"eventTime":"2026-11-21T10:00:00Z","dataset":{"namespace":"n"}}"#,
        expect!["Unprocessable missing: `$.dataset.name`: expected a string, found nothing"],
    );
}

#[test]
fn a_rejected_event_is_kept() {
    let kept = |event: &str| {
        let rejection = read(event).unwrap_err();
        let input = rejection.into_submission(event.as_bytes(), "2026-11-21T12:00:00Z".parse().unwrap()).input;
        assert!(input.rejected && input.contents.is_empty());
        (input.body.len(), format!("{}\n{}", String::from_utf8_lossy(&input.body), render::faults(&input.faults)))
    };
    expect![[r#"
        {"a":1,"password":"[redacted]"}
        no-subject $: expected `run` and `job`, or `job`, or `dataset`, found none of them
    "#]]
    .assert_eq(&kept(r#"{"password":"x", "a":1}"#).1);
    expect![[r#"
        {"password":"[redacted]", "a":"postgres://u:[redacted]@h", 
        not-json: not JSON: expected a key in quotes, found the end at line 1 column 42
    "#]]
    .assert_eq(&kept(r#"{"password":"x", "a":"postgres://u:p@h", "#).1);
    assert_eq!(kept(&"é".repeat(100_000)).0, 65_536);
    assert_eq!(kept(&format!("{{\"ab\":\"{}\"}}", "é".repeat(100_000))).0, 65_535);
}
