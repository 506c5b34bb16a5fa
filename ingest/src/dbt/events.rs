//! The OpenLineage events that say what one unit says.

use graph::ContentId;
use serde_json::{Map, Value, json};

use super::facets::{self, PRODUCER, facet};
use super::names::{self, text, texts};

/// The events of a unit, in order.
pub fn of(unit: &Value) -> Vec<Value> {
    match text(&unit["unit"]) {
        Some("table") => vec![table(unit)],
        Some("exposure") => vec![exposure(unit)],
        Some("run") => run(unit),
        Some("tests") => tests(unit),
        Some("invocation") => invocation(unit),
        Some(_) | None => Vec::new(),
    }
}

/// A source or a seed is a dataset; a model or a snapshot is a job that writes one.
fn table(unit: &Value) -> Value {
    let node = &unit["node"];
    let own = dataset(unit, &names::table(node), facets::dataset(unit));
    if matches!(text(&node["resource_type"]), Some("source" | "seed")) {
        return event(unit, "DatasetEvent", &unit["at"], json!({ "dataset": own }));
    }
    let name = names::job(node, text(&unit["command"]).unwrap_or_default());
    let body = json!({
        "job": job(unit, &name, facets::job(unit)),
        "inputs": reads(unit),
        "outputs": [own],
    });
    event(unit, "JobEvent", &unit["at"], body)
}

/// What consumes tables is a dataset of its own, so that lineage ends there, and a job says what it reads.
fn exposure(unit: &Value) -> Value {
    let node = &unit["node"];
    let namespace = text(&node["url"]).and_then(names::origin);
    let namespace = namespace.map_or_else(|| unit["job_namespace"].clone(), Value::from);
    let output = json!({ "namespace": namespace, "name": node["name"], "facets": facets::exposed(node) });
    let name = text(&node["unique_id"]).unwrap_or_default();
    let body = json!({
        "job": job(unit, name, facets::exposure_job(node)),
        "inputs": reads(unit),
        "outputs": [output],
    });
    event(unit, "JobEvent", &unit["at"], body)
}

fn run(unit: &Value) -> Vec<Value> {
    let kind = text(&unit["resource_type"]).unwrap_or("model").to_uppercase();
    let mut facets = Map::from_iter([("jobType".to_owned(), facets::job_type(&kind))]);
    facets.extend(facets::query(unit, text(&unit["sql"])).map(|query| ("sql".to_owned(), query)));
    let output = dataset(unit, text(&unit["writes"]).unwrap_or_default(), Map::new());
    let mut written = output.clone();
    if let Some(statistics) = statistics(&unit["adapter_response"]) {
        written["outputFacets"] = json!({ "outputStatistics": statistics });
    }
    let start = json!({ "inputs": reads(unit), "outputs": [output] });
    let end = json!({ "inputs": [], "outputs": [written] });
    both(unit, text(&unit["job"]).unwrap_or_default(), facets, [start, end])
}

fn tests(unit: &Value) -> Vec<Value> {
    let facets = Map::from_iter([("jobType".to_owned(), facets::job_type("TEST"))]);
    let table = dataset(unit, text(&unit["table"]).unwrap_or_default(), Map::new());
    let assertions = json!({ "assertions": unit["assertions"] });
    let mut tested = table.clone();
    let facet = facet("1-1-0/DataQualityAssertionsDatasetFacet.json", assertions);
    tested["inputFacets"] = json!({ "dataQualityAssertions": facet });
    let start = json!({ "inputs": [table], "outputs": [] });
    let end = json!({ "inputs": [tested], "outputs": [] });
    both(unit, text(&unit["job"]).unwrap_or_default(), facets, [start, end])
}

fn invocation(unit: &Value) -> Vec<Value> {
    let facets = Map::from_iter([("jobType".to_owned(), facets::job_type("JOB"))]);
    let nothing = || json!({ "inputs": [], "outputs": [] });
    both(unit, &invocation_job(unit), facets, [nothing(), nothing()])
}

/// The beginning and the end of a run.
fn both(unit: &Value, name: &str, facets: Map<String, Value>, bodies: [Value; 2]) -> Vec<Value> {
    let types = ["START", if succeeded(unit) { "COMPLETE" } else { "FAIL" }];
    let jobs = [job(unit, name, facets), job(unit, name, Map::new())];
    let mut events = Vec::new();
    for (index, ((event_type, mut body), job)) in types.into_iter().zip(bodies).zip(jobs).enumerate() {
        body["eventType"] = event_type.into();
        body["job"] = job;
        body["run"] = run_of(unit, event_type == "FAIL");
        events.push(event(unit, "RunEvent", &unit["times"][index], body));
    }
    events
}

fn succeeded(unit: &Value) -> bool {
    matches!(text(&unit["status"]), Some("success" | "pass" | "warn" | "no-op" | "reused"))
}

fn run_of(unit: &Value, failed: bool) -> Value {
    let engine = json!({ "name": "dbt", "version": unit["dbt_version"] });
    let mut facets = json!({ "processing_engine": facet("1-1-1/ProcessingEngineRunFacet.json", engine) });
    let dbt_run = json!({ "invocation_id": unit["invocation_id"], "project_name": unit["project"] });
    facets["dbt_run"] = facet("dbt-run-run-facet.json", dbt_run);
    if unit["unit"] == "invocation" {
        return json!({ "runId": unit["invocation_id"], "facets": facets });
    }
    if let Some(invocation) = text(&unit["invocation_id"]) {
        let above = json!({
            "run": { "runId": invocation },
            "job": { "namespace": unit["job_namespace"], "name": invocation_job(unit) },
        });
        facets["parent"] = facet("1-2-0/ParentRunFacet.json", above);
    }
    if let Some(message) = text(&unit["message"]).filter(|_| failed) {
        let error = json!({ "message": message, "programmingLanguage": "sql" });
        facets["errorMessage"] = facet("1-0-1/ErrorMessageRunFacet.json", error);
    }
    json!({ "runId": run_id(unit), "facets": facets })
}

/// The same invocation of the same node is the same run, however often it is read.
fn run_id(unit: &Value) -> String {
    let invocation = text(&unit["invocation_id"]).or_else(|| text(&unit["times"][1])).unwrap_or_default();
    let what = format!("{invocation} {} {}", text(&unit["unit"]).unwrap_or_default(), unit["unique_id"]);
    let hash = ContentId::of(what.as_bytes()).to_string();
    format!("{}-{}-8{}-8{}-{}", &hash[..8], &hash[8..12], &hash[13..16], &hash[17..20], &hash[20..32])
}

fn invocation_job(unit: &Value) -> String {
    names::invocation_job(text(&unit["project"]).unwrap_or_default())
}

fn statistics(response: &Value) -> Option<Value> {
    let mut body = json!({});
    for (facet, key) in [("rowCount", "rows_affected"), ("size", "bytes_processed")] {
        if let Some(number) = response[key].as_u64().filter(|number| *number > 0) {
            body[facet] = number.into();
        }
    }
    let some = body.as_object().is_some_and(|body| !body.is_empty());
    some.then(|| facet("1-0-2/OutputStatisticsOutputDatasetFacet.json", body))
}

fn event(unit: &Value, kind: &str, at: &Value, mut body: Value) -> Value {
    body["eventTime"] = if at.is_null() { unit["at"].clone() } else { at.clone() };
    body["producer"] = PRODUCER.into();
    body["schemaURL"] = format!("https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/{kind}").into();
    body
}

fn job(unit: &Value, name: &str, facets: Map<String, Value>) -> Value {
    json!({ "namespace": unit["job_namespace"], "name": name, "facets": facets })
}

fn dataset(unit: &Value, name: &str, facets: Map<String, Value>) -> Value {
    json!({ "namespace": unit["namespace"], "name": name, "facets": facets })
}

fn reads(unit: &Value) -> Vec<Value> {
    texts(&unit["reads"]).into_iter().map(|name| dataset(unit, name, Map::new())).collect()
}
