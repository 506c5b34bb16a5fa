//! The files that dbt leaves in its target folder.

use std::path::Path;

use serde_json::Value;

use crate::import::{ImportError, Problem, read_file};

/// Larger files are refused.
const MAX_FILE: u64 = 512 << 20;

/// Commands whose `run_results.json` tells of tables that were built or tested; `dbt docs generate` and `dbt compile`
/// write one too, of compiling.
const RUNS: [&str; 6] = ["run", "build", "test", "seed", "snapshot", "retry"];

pub struct Artifacts {
    pub manifest: Value,
    pub catalog: Value,
    pub run_results: Value,
    pub sources: Value,
}

impl Artifacts {
    pub fn load(dir: &Path, problems: &mut Vec<Problem>) -> Result<Artifacts, ImportError> {
        let Artifacts { manifest, .. } = Artifacts::of_manifest(&dir.join("manifest.json"))?;
        let names = ["catalog.json", "run_results.json", "sources.json"];
        let [catalog, run_results, sources] = names.map(|name| optional(dir, name, problems));
        for error in catalog["errors"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            problems.push(Problem::new("catalog.json", error));
        }
        Ok(Artifacts { manifest, catalog, run_results, sources })
    }

    /// The manifest alone, from any file.
    pub fn of_manifest(file: &Path) -> Result<Artifacts, ImportError> {
        let manifest = json(file)?;
        if !manifest["nodes"].is_object() {
            let message = "expected the manifest of dbt, with an object `nodes`, found none".to_owned();
            return Err(ImportError::Content { place: file.display().to_string(), message });
        }
        Ok(Artifacts { manifest, catalog: Value::Null, run_results: Value::Null, sources: Value::Null })
    }

    /// `duckdb`, `postgres`, …
    pub fn adapter(&self) -> &str {
        self.manifest["metadata"]["adapter_type"].as_str().unwrap_or_default()
    }

    /// The name of the project; older manifests have it only in the ids of their nodes.
    pub fn project(&self) -> &str {
        let named = self.manifest["metadata"]["project_name"].as_str();
        let first = || self.manifest["nodes"].as_object()?.values().next()?["package_name"].as_str();
        named.or_else(first).unwrap_or_default()
    }

    /// The dbt command that wrote the results.
    pub fn command(&self) -> Option<&str> {
        self.run_results["args"]["which"].as_str().or_else(|| self.run_results["args"]["rpc_method"].as_str())
    }

    /// Whether the results tell of runs, not of compiling.
    pub fn has_runs(&self) -> bool {
        self.command().is_some_and(|command| RUNS.contains(&command))
    }

    /// When the artifact was written.
    pub fn time_of(artifact: &Value) -> Option<&str> {
        artifact["metadata"]["generated_at"].as_str()
    }
}

/// Null when the file is not there, or not as it should be; the latter is a problem.
fn optional(dir: &Path, name: &str, problems: &mut Vec<Problem>) -> Value {
    let path = dir.join(name);
    if !path.exists() {
        return Value::Null;
    }
    json(&path).unwrap_or_else(|error| {
        problems.push(Problem::new(name, error.to_string()));
        Value::Null
    })
}

fn json(path: &Path) -> Result<Value, ImportError> {
    let bytes = read_file(path, MAX_FILE)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| ImportError::Content { place: path.display().to_string(), message: error.to_string() })
}
