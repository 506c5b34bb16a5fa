//! Names of datasets and jobs, as dbt's OpenLineage integration reports them.

use serde_json::Value;

/// `database.schema.table`, without the parts that the platform does not have.
pub fn table(node: &Value) -> String {
    let own = if is_source(node) { text(&node["identifier"]) } else { text(&node["alias"]) };
    joined(node, own.or_else(|| text(&node["name"])).unwrap_or_default())
}

/// The other name of a source: the integration takes the name it has in dbt, not that of the table.
pub fn source_name(node: &Value) -> Option<String> {
    let name = text(&node["name"]).filter(|_| is_source(node))?;
    Some(joined(node, name)).filter(|name| *name != table(node))
}

/// The job that builds a model or a snapshot, or loads a seed. `dbt build` has names of its own.
pub fn job(node: &Value, command: &str) -> String {
    let id = text(&node["unique_id"]).unwrap_or_default();
    let (kind, rest) = id.split_once('.').unwrap_or(("", id));
    let suffix = match (kind, command) {
        ("model", "build") => ".build.run",
        ("model", _) => "",
        ("snapshot", "build") => ".build.snapshot",
        ("snapshot", _) => ".snapshot",
        ("seed", "build") => ".build.seed",
        ("seed", _) => ".seed",
        _ => "",
    };
    joined(node, rest) + suffix
}

/// The job that runs all tests of a table.
pub fn test_job(node: &Value, command: &str) -> String {
    let id = text(&node["unique_id"]).unwrap_or_default();
    let suffix = if command == "build" { ".build.test" } else { ".test" };
    joined(node, id.strip_prefix("model.").unwrap_or(id)) + suffix
}

/// The job that looks how fresh a source is.
pub fn freshness_job(node: &Value) -> String {
    joined(node, text(&node["unique_id"]).unwrap_or_default()) + ".freshness"
}

/// The job that stands for a whole invocation of dbt.
pub fn invocation_job(project: &str) -> String {
    format!("dbt-run-{project}")
}

/// `https://host` of a URL.
pub fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    (!host.is_empty()).then(|| format!("{scheme}://{host}"))
}

fn joined(node: &Value, last: &str) -> String {
    let outer = ["database", "schema"].iter().filter_map(|part| text(&node[*part]));
    outer.chain([last]).collect::<Vec<_>>().join(".")
}

fn is_source(node: &Value) -> bool {
    node["resource_type"] == "source"
}

/// A text that says something.
pub fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// One text or a list of them.
pub fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(text).collect(),
        Value::String(_) => text(value).into_iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}
