//! The models of a manifest as such, to be held against what the graph knows of them.

use std::path::Path;

use serde_json::{Map, Value};

use super::artifacts::Artifacts;
use super::names::{self, text};
use super::units::{is_table, sql};
use crate::import::ImportError;

/// The models of one project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manifest {
    pub project: String,
    /// The dialect of its queries: `duckdb`, `postgres`, …
    pub adapter: String,
    pub models: Vec<Model>,
}

/// A model that is a table or a view.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    /// `model.shop.orders`
    pub id: String,
    /// The names that its job may have, by the command that runs it.
    pub jobs: Vec<String>,
    pub code: Code,
}

/// What a model is written in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Code {
    /// As it is sent to the database: compiled, or written without templates.
    Sql(String),
    /// Templates that were not compiled.
    Uncompiled,
    /// Another language.
    Other,
}

/// Reads a `manifest.json`.
pub fn manifest(file: &Path) -> Result<Manifest, ImportError> {
    let artifacts = Artifacts::of_manifest(file)?;
    let nodes = artifacts.manifest["nodes"].as_object().into_iter().flat_map(Map::values);
    let models = nodes.filter(|node| node["resource_type"] == "model" && is_table(node)).map(model).collect();
    let (project, adapter) = (artifacts.project().to_owned(), artifacts.adapter().to_owned());
    Ok(Manifest { project, adapter, models })
}

fn model(node: &Value) -> Model {
    let id = text(&node["unique_id"]).unwrap_or_default().to_owned();
    let jobs = ["run", "build"].map(|command| names::job(node, command)).to_vec();
    Model { id, jobs, code: code(node) }
}

fn code(node: &Value) -> Code {
    if text(&node["language"]).is_some_and(|language| language != "sql") {
        return Code::Other;
    }
    let raw = || ["raw_code", "raw_sql"].iter().find_map(|key| text(&node[*key])).filter(|code| !is_template(code));
    sql(node).or_else(raw).map_or(Code::Uncompiled, |code| Code::Sql(code.trim().to_owned()))
}

fn is_template(code: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| code.contains(mark))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(node: Value, expected: Code) {
        assert_eq!(code(&node), expected);
    }

    #[test]
    fn compiled_code_counts_and_else_code_without_templates() {
        let sql = |text: &str| Code::Sql(text.to_owned());
        check(json!({ "compiled_code": "\nselect 1\n", "raw_code": "select {{ one }}" }), sql("select 1"));
        check(json!({ "raw_code": "select 1" }), sql("select 1"));
        check(json!({ "raw_sql": "select 1" }), sql("select 1"));
        check(json!({ "raw_code": "select * from {{ ref('a') }}" }), Code::Uncompiled);
        check(json!({ "language": "python", "raw_code": "def model(): pass" }), Code::Other);
    }
}
