//! Takes the artifacts apart: one unit for each table, exposure and result, with all that is said of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::artifacts::Artifacts;
use super::names::{self, text, texts};
use super::{Options, results};
use crate::import::{Import, Problem};

/// The artifacts of one project, and what all its units share.
pub struct Project<'a> {
    pub artifacts: &'a Artifacts,
    pub namespace: String,
    pub job_namespace: String,
    /// `build` gives the jobs names of their own.
    pub command: &'static str,
}

/// Deeper chains of models that are no tables are not followed.
const MAX_DEPTH: usize = 100;

impl<'a> Project<'a> {
    pub fn new(artifacts: &'a Artifacts, namespace: String, options: &Options) -> Project<'a> {
        let job_namespace = options.job_namespace.clone().unwrap_or_else(|| "dbt".to_owned());
        let command = if artifacts.command() == Some("build") { "build" } else { "run" };
        Project { artifacts, namespace, job_namespace, command }
    }

    /// The units by kind, in the order in which they are sent.
    pub fn units(&self, import: &mut Import) -> Vec<(&'static str, Vec<Value>)> {
        let mut units = Vec::new();
        for (label, kind) in [("sources", "source"), ("seeds", "seed"), ("models", "model"), ("snapshots", "snapshot")]
        {
            let nodes = self.tables(kind);
            if kind == "model" {
                note_uncompiled(&nodes, &mut import.notes);
            }
            units.push((label, nodes.into_iter().map(|node| self.table(node)).collect()));
        }
        units.push(("exposures", self.list("exposures").map(|exposure| self.exposure(exposure)).collect()));
        units.extend(results::units(self, import));
        units
    }

    /// A unit of this kind, with what all units share.
    pub fn unit(&self, kind: &str, body: Value) -> Value {
        let artifacts = self.artifacts;
        let mut unit = json!({
            "unit": kind,
            "at": self.time(),
            "namespace": self.namespace,
            "job_namespace": self.job_namespace,
            "command": self.command,
            "adapter": artifacts.adapter(),
            "project": artifacts.project(),
            "dbt_version": artifacts.manifest["metadata"]["dbt_version"],
        });
        if let (Some(unit), Value::Object(body)) = (unit.as_object_mut(), body) {
            unit.extend(body);
        }
        unit
    }

    /// When the manifest or the catalog was written, whichever is newer.
    fn time(&self) -> Option<&str> {
        let times = [&self.artifacts.manifest, &self.artifacts.catalog].map(Artifacts::time_of);
        times.into_iter().flatten().max()
    }

    fn list(&self, of: &str) -> impl Iterator<Item = &'a Value> {
        self.artifacts.manifest[of].as_object().into_iter().flat_map(Map::values)
    }

    /// A node, source, exposure, metric, … by its id.
    pub fn node(&self, id: &str) -> Option<&'a Value> {
        let kinds = ["nodes", "sources", "metrics", "semantic_models", "saved_queries", "exposures"];
        kinds.iter().find_map(|kind| self.artifacts.manifest[*kind].get(id))
    }

    /// Nodes of a kind that are tables or views; an ephemeral model is only a part of others' queries.
    fn tables(&self, kind: &str) -> Vec<&'a Value> {
        let all = self.list("sources").chain(self.list("nodes"));
        all.filter(|node| node["resource_type"] == kind && is_table(node)).collect()
    }

    fn table(&self, node: &Value) -> Value {
        let id = text(&node["unique_id"]).unwrap_or_default();
        let kind = if node["resource_type"] == "source" { "sources" } else { "nodes" };
        let mut node = node.clone();
        if let Some(node) = node.as_object_mut() {
            // It changes with every parse, whether or not anything was changed.
            node.remove("created_at");
        }
        let mut body = json!({
            "reads": self.reads(&node),
            "tests": self.tests_of(id),
            "exposures": self.exposures_of(id),
            "owner": self.group_owner(&node),
        });
        body["node"] = node;
        if let Some(catalog) = self.artifacts.catalog[kind].get(id) {
            body["catalog"] = catalog.clone();
        }
        self.unit("table", body)
    }

    /// Names of the tables that a node is made from, models that are no tables seen through.
    pub fn reads(&self, node: &Value) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        self.tables_behind(node, MAX_DEPTH, &mut |table| {
            names.insert(names::table(table));
        });
        names
    }

    fn tables_behind(&self, node: &Value, depth: usize, found: &mut dyn FnMut(&'a Value)) {
        let parents = texts(&node["depends_on"]["nodes"]);
        for parent in parents.into_iter().filter_map(|id| self.node(id)) {
            if is_table(parent) {
                found(parent);
            } else if depth > 0 {
                self.tables_behind(parent, depth - 1, found);
            }
        }
    }

    /// The tests of a table, whether they ran or not.
    fn tests_of(&self, id: &str) -> Vec<Value> {
        let tests = self.list("nodes").filter(|node| node["resource_type"] == "test");
        let own = tests.filter(|test| self.tested(test).contains(&id));
        own.map(|test| {
            json!({
                "name": test["name"],
                "assertion": test["test_metadata"]["name"],
                "column": test["column_name"],
                "severity": test["config"]["severity"],
                "description": test["description"],
            })
        })
        .collect()
    }

    /// Ids of the tables that a test is about: the one it is written at, else all that it reads.
    pub fn tested(&self, test: &'a Value) -> Vec<&'a str> {
        match text(&test["attached_node"]) {
            Some(id) => vec![id],
            None => {
                let ids = texts(&test["depends_on"]["nodes"]);
                let (sources, others): (Vec<&str>, Vec<&str>) = ids.iter().partition(|id| id.starts_with("source."));
                let source_test = text(&test["name"]).is_some_and(|name| name.starts_with("source_"));
                if source_test && !sources.is_empty() { sources } else { others.into_iter().chain(sources).collect() }
            }
        }
    }

    fn exposures_of(&self, id: &str) -> Vec<Value> {
        let exposures = self.list("exposures").filter(|exposure| texts(&exposure["depends_on"]["nodes"]).contains(&id));
        exposures.map(|one| json!({ "name": one["name"], "type": one["type"], "url": one["url"] })).collect()
    }

    fn group_owner(&self, node: &Value) -> Value {
        let Some(group) = text(&node["group"]) else { return Value::Null };
        let mut groups = self.list("groups");
        groups.find(|found| found["name"] == group).map_or(Value::Null, |found| found["owner"].clone())
    }

    fn exposure(&self, exposure: &Value) -> Value {
        self.unit("exposure", json!({ "node": exposure, "reads": self.reads(exposure) }))
    }
}

pub fn is_table(node: &Value) -> bool {
    let materialized = text(&node["config"]["materialized"]);
    match text(&node["resource_type"]) {
        Some("source" | "seed" | "snapshot") => true,
        Some("model") => materialized != Some("ephemeral"),
        _ => false,
    }
}

/// Without compiled SQL there is no lineage of columns; one note tells it for all.
fn note_uncompiled(models: &[&Value], notes: &mut Vec<Problem>) {
    let is_sql = |model: &&&Value| model["language"].as_str().is_none_or(|language| language == "sql");
    let uncompiled: Vec<&str> = models
        .iter()
        .filter(is_sql)
        .filter(|model| sql(model).is_none())
        .filter_map(|model| text(&model["name"]))
        .collect();
    if let Some(first) = uncompiled.first() {
        let message = format!(
            "{} models, \"{first}\" among them, have no compiled SQL, so the lineage of their columns is not known: \
             run `dbt compile` and read the artifacts again",
            uncompiled.len()
        );
        notes.push(Problem::new("manifest.json", message));
    }
}

/// The SQL of a node as it was sent to the database; manifests before version 7 call it otherwise.
pub fn sql(node: &Value) -> Option<&str> {
    ["compiled_code", "compiled_sql"].iter().find_map(|key| text(&node[*key]))
}

/// Values by the text they stand under.
pub fn grouped<V>(pairs: impl Iterator<Item = (String, V)>) -> BTreeMap<String, Vec<V>> {
    let mut groups: BTreeMap<String, Vec<V>> = BTreeMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
