//! SARIF 2.1.0, as code scanning reads it: one result for each consumer that is not safe.

use impact::schema::Verdict;
use serde_json::{Value, json};

use super::Report;
use super::words::{heading, subject};
use crate::check::{Column, Consumer};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub fn of(report: &Report) -> String {
    let hit = report.answer.consumers.iter().filter(|consumer| consumer.verdict != Verdict::Safe);
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "headwater",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications(report) }],
            "results": hit.map(|consumer| result(consumer, report)).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

/// Verdicts that make a result, in the order of the rules.
fn told() -> impl Iterator<Item = Verdict> {
    Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::Safe)
}

fn rules() -> Vec<Value> {
    let rule = |verdict: Verdict| {
        json!({
            "id": verdict.name(),
            "name": heading(verdict),
            "shortDescription": { "text": about(verdict) },
            "defaultConfiguration": { "level": level(verdict) },
        })
    };
    told().map(rule).collect()
}

fn about(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Breaks => "A consumer fails under the change.",
        Verdict::SchemaChanges => "A consumer runs, and its own columns change.",
        Verdict::ValueChanges => "A consumer has other values.",
        Verdict::RowsChange => "A consumer has other rows.",
        Verdict::MayBreak => "What a consumer does with the change is not known.",
        Verdict::Safe => "Nothing of a consumer changes.",
    }
}

fn level(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Breaks => "error",
        Verdict::SchemaChanges | Verdict::ValueChanges | Verdict::RowsChange => "warning",
        Verdict::MayBreak => "note",
        Verdict::Safe => "none",
    }
}

fn notifications(report: &Report) -> Vec<Value> {
    let told = report.answer.reasons.iter().map(
        |reason| json!({ "level": "warning", "message": { "text": format!("not complete: {}", reason.message) } }),
    );
    told.collect()
}

fn result(consumer: &Consumer, report: &Report) -> Value {
    let verdict = consumer.verdict;
    json!({
        "ruleId": verdict.name(),
        "ruleIndex": told().position(|one| one == verdict),
        "level": level(verdict),
        "message": { "text": message(consumer) },
        "locations": [location(consumer, report.file.as_deref())],
        "partialFingerprints": { "consumer/v1": full_name(consumer) },
        "properties": {
            "transitive": consumer.transitive,
            "hop": consumer.hop,
            "via": consumer.via,
            "job": consumer.job,
            "owners": consumer.owners,
            "columns": consumer.columns,
        },
    })
}

fn message(consumer: &Consumer) -> String {
    let name = subject(consumer).map_or("", |name| name.name.as_str());
    let mut text = format!("{name}: {}: {}", heading(consumer.verdict), consumer.reason);
    if !consumer.owners.is_empty() {
        text.push_str(&format!(" (owners: {})", consumer.owners.join(", ")));
    }
    let places = consumer.columns.iter().filter_map(place);
    places.for_each(|place| text.push_str(&format!("\n{place}")));
    text
}

fn place(column: &Column) -> Option<String> {
    let span = column.span.as_ref()?;
    Some(format!("column {}, line {} of the query: {}", column.name, span.line, span.text))
}

/// In the file of the change, since that is what a reviewer has before him; which line of it is not known.
fn location(consumer: &Consumer, file: Option<&str>) -> Value {
    let kind = if consumer.dataset.is_some() { "type" } else { "function" };
    let mut location = json!({ "logicalLocations": [{ "fullyQualifiedName": full_name(consumer), "kind": kind }] });
    if let Some(file) = file {
        location["physicalLocation"] =
            json!({ "artifactLocation": { "uri": uri(file) }, "region": { "startLine": 1 } });
    }
    location
}

fn full_name(consumer: &Consumer) -> String {
    subject(consumer).map(|name| format!("{}/{}", name.namespace, name.name)).unwrap_or_default()
}

/// A path as the reference of a URI.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{nothing, sample, shown};
    use super::*;

    fn log(report: Report) -> Value {
        serde_json::from_str(&shown(report, Format::Sarif)).unwrap()
    }

    /// What the schema of SARIF 2.1.0 requires, and what code scanning requires besides.
    #[track_caller]
    fn check_required(log: &Value) {
        assert_eq!(log["version"], "2.1.0");
        assert!(log["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
        for run in log["runs"].as_array().unwrap() {
            let driver = &run["tool"]["driver"];
            assert!(driver["name"].is_string());
            let rules = driver["rules"].as_array().unwrap();
            for invocation in run["invocations"].as_array().unwrap() {
                assert!(invocation["executionSuccessful"].is_boolean());
            }
            for result in run["results"].as_array().unwrap() {
                let index = result["ruleIndex"].as_u64().unwrap() as usize;
                assert_eq!(rules[index]["id"], result["ruleId"]);
                assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
                assert!(!result["message"]["text"].as_str().unwrap().is_empty());
                assert!(result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].is_string());
            }
        }
    }

    #[test]
    fn a_log_has_what_its_schema_requires() {
        let found = log(sample());
        check_required(&found);
        let results = found["runs"][0]["results"].as_array().unwrap();
        let levels: Vec<&str> = results.iter().map(|result| result["level"].as_str().unwrap()).collect();
        assert_eq!(levels, ["error", "error", "note"], "the safe one is no result");
        let place = &results[0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "changes/totals%20go.yaml");
        assert_eq!(place["region"]["startLine"], 1);
        let notification = &found["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
        assert_eq!(notification["message"]["text"], "not complete: queries of 1 job could not be read in full");
    }

    #[test]
    fn a_log_without_results_is_whole() {
        let found = log(nothing());
        check_required(&found);
        assert_eq!(found["runs"][0]["results"], json!([]));
    }
}
