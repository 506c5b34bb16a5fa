//! What ran: the results of models and tests, and how fresh the sources are.

use serde_json::{Value, json};

use super::names::{self, text};
use super::units::{Project, grouped, is_table, sql};
use crate::import::{Import, Problem};

/// The units of `run_results.json` and `sources.json`.
pub fn units(project: &Project<'_>, import: &mut Import) -> Vec<(&'static str, Vec<Value>)> {
    let (runs, tests, invocations) = match (project.artifacts.has_runs(), project.artifacts.command()) {
        (true, _) => (runs(project, &mut import.problems), tests(project), vec![invocation(project)]),
        (false, Some(command)) => {
            let message = format!("not read: `dbt {command}` ran nothing, so it tells of no runs and no tests");
            import.notes.push(Problem::new("run_results.json", message));
            Default::default()
        }
        (false, None) => Default::default(),
    };
    let freshness = results(&project.artifacts.sources).filter_map(|result| freshness(project, result)).collect();
    vec![("invocations", invocations), ("runs", runs), ("test runs", tests), ("freshness checks", freshness)]
}

fn results(artifact: &Value) -> impl Iterator<Item = &Value> {
    artifact["results"].as_array().into_iter().flatten()
}

fn invocation_id<'a>(project: &Project<'a>) -> &'a Value {
    &project.artifacts.run_results["metadata"]["invocation_id"]
}

fn runs(project: &Project<'_>, problems: &mut Vec<Problem>) -> Vec<Value> {
    let mut units = Vec::new();
    for result in results(&project.artifacts.run_results) {
        let id = text(&result["unique_id"]).unwrap_or_default();
        if id.starts_with("test.") || result["status"] == "skipped" {
            continue;
        }
        match project.node(id).filter(|node| is_table(node)) {
            Some(node) => units.push(run(project, node, result)),
            None if project.node(id).is_some() => {}
            None => problems.push(Problem::new("run_results.json", format!("`{id}` is not in the manifest"))),
        }
    }
    units
}

fn run(project: &Project<'_>, node: &Value, result: &Value) -> Value {
    let body = json!({
        "job": names::job(node, project.command),
        "resource_type": node["resource_type"],
        "invocation_id": invocation_id(project),
        "unique_id": result["unique_id"],
        "status": result["status"],
        "message": result["message"],
        "times": times(project, &[result]),
        "adapter_response": result["adapter_response"],
        "sql": sql(result).or_else(|| sql(node)),
        "reads": project.reads(node),
        "writes": names::table(node),
    });
    project.unit("run", body)
}

/// All tests of one table are one run, as in dbt's OpenLineage integration.
fn tests(project: &Project<'_>) -> Vec<Value> {
    let ran = results(&project.artifacts.run_results).filter(|result| result["status"] != "skipped");
    let by_table = ran.flat_map(|result| {
        let test = text(&result["unique_id"]).and_then(|id| project.node(id));
        let test = test.filter(|node| node["resource_type"] == "test");
        let tables = test.into_iter().flat_map(|test| project.tested(test).into_iter().map(move |id| (test, id)));
        tables.map(move |(test, id)| (id.to_owned(), (test, result)))
    });
    let by_table = grouped(by_table);
    by_table.iter().filter_map(|(id, ran)| Some(test_run(project, project.node(id)?, ran))).collect()
}

fn test_run(project: &Project<'_>, table: &Value, ran: &[(&Value, &Value)]) -> Value {
    let assertions: Vec<Value> = ran.iter().map(|(test, result)| assertion(test, result)).collect();
    let failed = |(test, result): &&(&Value, &Value)| result["status"] != "pass" && severity(test, result) != "warn";
    let all: Vec<&Value> = ran.iter().map(|(_, result)| *result).collect();
    let body = json!({
        "job": names::test_job(table, project.command),
        "invocation_id": invocation_id(project),
        "unique_id": table["unique_id"],
        "status": if ran.iter().any(|one| failed(&one)) { "fail" } else { "pass" },
        "times": times(project, &all),
        "table": names::table(table),
        "assertions": assertions,
    });
    project.unit("tests", body)
}

fn assertion(test: &Value, result: &Value) -> Value {
    let name = text(&test["test_metadata"]["name"]).or_else(|| text(&test["name"]));
    let column = text(&test["column_name"]).or_else(|| text(&test["test_metadata"]["kwargs"]["column_name"]));
    let mut assertion = json!({
        "assertion": name,
        "name": test["name"],
        "success": result["status"] == "pass",
        "severity": severity(test, result),
    });
    if let Some(column) = column {
        assertion["column"] = column.into();
    }
    if let Some(failures) = result["failures"].as_i64() {
        assertion["actual"] = failures.to_string().into();
    }
    if let Some(message) = text(&result["message"]) {
        assertion["description"] = message.into();
    }
    assertion
}

/// `warn` also when the test would be an error, but dbt let it pass as a warning.
fn severity(test: &Value, result: &Value) -> String {
    if result["status"] == "warn" {
        return "warn".to_owned();
    }
    text(&test["config"]["severity"]).unwrap_or("error").to_lowercase()
}

fn invocation(project: &Project<'_>) -> Value {
    let run_results = &project.artifacts.run_results;
    let failed = |result: &Value| matches!(result["status"].as_str(), Some("error" | "fail" | "runtime error"));
    let all: Vec<&Value> = results(run_results).collect();
    let metadata = &run_results["metadata"];
    let mut times = times(project, &all);
    if let Some(started) = text(&metadata["invocation_started_at"]) {
        times[0] = started.into();
    }
    if let Some(ended) = text(&metadata["generated_at"]) {
        times[1] = ended.into();
    }
    let body = json!({
        "invocation_id": metadata["invocation_id"],
        "status": if all.iter().any(|result| failed(result)) { "error" } else { "success" },
        "times": times,
        "metadata": metadata,
    });
    project.unit("invocation", body)
}

/// From the first beginning to the last end; when nothing was timed, the time of the artifact.
fn times(project: &Project<'_>, results: &[&Value]) -> Value {
    let timings = || results.iter().flat_map(|result| result["timing"].as_array().into_iter().flatten());
    let executed = || timings().filter(|timing| timing["name"] == "execute");
    let first = executed().filter_map(|timing| text(&timing["started_at"])).min();
    let last = executed().filter_map(|timing| text(&timing["completed_at"])).max();
    let any = timings().filter_map(|timing| text(&timing["completed_at"])).max();
    let written = text(&project.artifacts.run_results["metadata"]["generated_at"]);
    let end = last.or(any).or(written);
    json!([first.or(end), end])
}

fn freshness(project: &Project<'_>, result: &Value) -> Option<Value> {
    let source = project.node(text(&result["unique_id"])?)?;
    let status = text(&result["status"])?;
    let mut assertion = json!({
        "assertion": "freshness",
        "success": status == "pass",
        "severity": if status == "warn" { "warn" } else { "error" },
    });
    if let Some(age) = result["max_loaded_at_time_ago_in_s"].as_f64() {
        assertion["actual"] = format!("loaded {age:.0} s before").into();
    }
    let checked =
        text(&result["snapshotted_at"]).or_else(|| text(&project.artifacts.sources["metadata"]["generated_at"]));
    let body = json!({
        "job": names::freshness_job(source),
        "invocation_id": project.artifacts.sources["metadata"]["invocation_id"],
        "unique_id": result["unique_id"],
        "status": if matches!(status, "pass" | "warn") { "pass" } else { "fail" },
        "times": [checked, checked],
        "table": names::table(source),
        "assertions": [assertion],
        "result": result,
    });
    Some(project.unit("tests", body))
}
