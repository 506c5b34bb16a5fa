//! The facets that a unit of dbt's artifacts says.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::names::{self, text, texts};
use super::units::sql;

pub const PRODUCER: &str = "urn:headwater:dbt";

pub fn facet(schema: &str, mut body: Value) -> Value {
    body["_producer"] = PRODUCER.into();
    body["_schemaURL"] = format!("https://openlineage.io/spec/facets/{schema}").into();
    body
}

/// Keeps what is known.
fn known(facets: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Map<String, Value> {
    facets.into_iter().filter_map(|(name, facet)| Some((name.to_owned(), facet?))).collect()
}

/// Of a table.
pub fn dataset(unit: &Value) -> Map<String, Value> {
    let node = &unit["node"];
    known([
        ("schema", schema(node, &unit["catalog"])),
        ("documentation", documentation("Dataset", node)),
        ("ownership", ownership("Dataset", owners(node, &unit["owner"]))),
        ("tags", tags(node)),
        ("datasetType", Some(dataset_type(node, &unit["catalog"]))),
        ("dataSource", Some(data_source(unit))),
        ("symlinks", symlinks(unit)),
        ("dbt_model", Some(model(node))),
        ("dbt_tests", list("tests", &unit["tests"])),
        ("dbt_exposures", list("exposures", &unit["exposures"])),
    ])
}

/// Of the job that builds a table.
pub fn job(unit: &Value) -> Map<String, Value> {
    let node = &unit["node"];
    let kind = text(&node["resource_type"]).unwrap_or("model").to_uppercase();
    known([
        ("jobType", Some(job_type(&kind))),
        ("sql", query(unit, sql(node))),
        ("sourceCode", python(node)),
        ("documentation", documentation("Job", node)),
        ("ownership", ownership("Job", owners(node, &unit["owner"]))),
        ("tags", job_tags(node)),
        ("dbt_node", Some(dbt_node(node))),
    ])
}

pub fn job_type(kind: &str) -> Value {
    let body = json!({ "processingType": "BATCH", "integration": "DBT", "jobType": kind });
    facet("2-0-4/JobTypeJobFacet.json", body)
}

pub fn query(unit: &Value, sql: Option<&str>) -> Option<Value> {
    let body = json!({ "query": sql?.trim(), "dialect": unit["adapter"] });
    Some(facet("1-1-0/SQLJobFacet.json", body))
}

fn python(node: &Value) -> Option<Value> {
    let language = text(&node["language"]).filter(|language| *language != "sql")?;
    let code = sql(node).or_else(|| text(&node["raw_code"]))?;
    Some(facet("1-0-1/SourceCodeJobFacet.json", json!({ "language": language, "sourceCode": code })))
}

fn documentation(of: &str, node: &Value) -> Option<Value> {
    let body = json!({ "description": text(&node["description"])?, "contentType": "text/markdown" });
    Some(facet(&format!("1-1-0/Documentation{of}Facet.json"), body))
}

/// The columns of the database, as the catalog lists them; without a catalog those that are documented.
fn schema(node: &Value, catalog: &Value) -> Option<Value> {
    let documented: BTreeMap<String, &Value> =
        columns(node).map(|(name, column)| (name.to_lowercase(), column)).collect();
    let mut listed: Vec<(&String, &Value)> = columns(catalog).collect();
    listed.sort_by_key(|(_, column)| column["index"].as_u64());
    let fields: Vec<Value> = if listed.is_empty() {
        columns(node).map(|(name, column)| field(name, &column["data_type"], Some(column), column)).collect()
    } else {
        let with_text = |(name, column): (&String, &Value)| {
            field(name, &column["type"], documented.get(&name.to_lowercase()).copied(), column)
        };
        listed.into_iter().map(with_text).collect()
    };
    (!fields.is_empty()).then(|| facet("1-2-0/SchemaDatasetFacet.json", json!({ "fields": fields })))
}

fn columns(node: &Value) -> impl Iterator<Item = (&String, &Value)> {
    node["columns"].as_object().into_iter().flatten()
}

/// What the project says of a column; else the comment in the database.
fn field(name: &str, data_type: &Value, documented: Option<&Value>, column: &Value) -> Value {
    let mut field = json!({ "name": name });
    if let Some(data_type) = text(data_type) {
        field["type"] = data_type.into();
    }
    let told = documented.and_then(|column| text(&column["description"])).or_else(|| text(&column["comment"]));
    if let Some(description) = told {
        field["description"] = description.into();
    }
    field
}

/// `meta.owner` as dbt's OpenLineage integration has it, and the owner of the group.
fn owners(node: &Value, group: &Value) -> Vec<Value> {
    let metas = [&node["meta"], &node["config"]["meta"]];
    let own = metas.iter().map(|meta| texts(&meta["owner"])).find(|names| !names.is_empty()).unwrap_or_default();
    let mut owners: Vec<Value> = own.into_iter().map(|name| json!({ "name": name })).collect();
    let names = [&group["name"], &group["email"]].map(texts);
    if let Some(name) = names.into_iter().flatten().next() {
        owners.push(json!({ "name": name, "type": "group" }));
    }
    owners
}

fn ownership(of: &str, owners: Vec<Value>) -> Option<Value> {
    let schema = format!("1-0-1/Ownership{of}Facet.json");
    (!owners.is_empty()).then(|| facet(&schema, json!({ "owners": owners })))
}

/// Tags and the plain entries of `meta`, of the table and of its columns.
fn tags(node: &Value) -> Option<Value> {
    let mut tags = own_tags(node);
    for (name, column) in columns(node) {
        for mut tag in own_tags(column) {
            tag["field"] = name.as_str().into();
            tags.push(tag);
        }
    }
    (!tags.is_empty()).then(|| facet("1-0-0/TagsDatasetFacet.json", json!({ "tags": tags })))
}

fn job_tags(node: &Value) -> Option<Value> {
    let tags = own_tags(node);
    (!tags.is_empty()).then(|| facet("1-0-0/TagsJobFacet.json", json!({ "tags": tags })))
}

fn own_tags(node: &Value) -> Vec<Value> {
    let mut tags: BTreeMap<(String, String), Value> = BTreeMap::new();
    let mut add = |key: &str, value: String, source: &str| {
        let tag = json!({ "key": key, "value": value, "source": source });
        tags.insert((key.to_owned(), value), tag);
    };
    for holder in [node, &node["config"]] {
        texts(&holder["tags"]).into_iter().for_each(|tag| add(tag, "true".to_owned(), "DBT"));
        for (key, value) in holder["meta"].as_object().into_iter().flatten().filter(|(key, _)| *key != "owner") {
            match value {
                Value::String(text) => add(key, text.clone(), "DBT_META"),
                Value::Bool(_) | Value::Number(_) => add(key, value.to_string(), "DBT_META"),
                Value::Null | Value::Array(_) | Value::Object(_) => {}
            }
        }
    }
    tags.into_values().collect()
}

fn dataset_type(node: &Value, catalog: &Value) -> Value {
    let materialized = text(&node["config"]["materialized"]).unwrap_or_default();
    let (kind, subtype) = match (text(&node["resource_type"]), materialized) {
        (Some("seed"), _) => ("TABLE", "SEED"),
        (Some("snapshot"), _) => ("TABLE", "SNAPSHOT"),
        (_, "view") => ("VIEW", ""),
        (_, "materialized_view") => ("VIEW", "MATERIALIZED"),
        (_, "incremental") => ("TABLE", "INCREMENTAL"),
        (_, "external") => ("TABLE", "EXTERNAL"),
        _ if text(&catalog["metadata"]["type"]).is_some_and(|kind| kind.to_uppercase().contains("VIEW")) => {
            ("VIEW", "")
        }
        _ => ("TABLE", ""),
    };
    let mut body = json!({ "datasetType": kind });
    if !subtype.is_empty() {
        body["subType"] = subtype.into();
    }
    facet("1-0-1/DatasetTypeDatasetFacet.json", body)
}

fn data_source(unit: &Value) -> Value {
    facet("1-0-1/DatasourceDatasetFacet.json", json!({ "name": unit["namespace"], "uri": unit["namespace"] }))
}

/// A source whose table is called otherwise is reported by both names.
fn symlinks(unit: &Value) -> Option<Value> {
    let name = names::source_name(&unit["node"])?;
    let identifiers = json!([{ "namespace": unit["namespace"], "name": name, "type": "TABLE" }]);
    Some(facet("1-0-1/SymlinksDatasetFacet.json", json!({ "identifiers": identifiers })))
}

/// What dbt alone knows of a model.
fn model(node: &Value) -> Value {
    let config = &node["config"];
    let mut kept = Map::new();
    for key in ["materialized", "access", "group", "unique_key", "on_schema_change", "contract", "freshness"] {
        let value = if config[key].is_null() { &node[key] } else { &config[key] };
        if !value.is_null() {
            kept.insert(key.to_owned(), value.clone());
        }
    }
    let body = json!({
        "config": kept,
        "meta": node["meta"],
        "unique_id": node["unique_id"],
        "package": node["package_name"],
        "path": node["original_file_path"],
        "constraints": node["constraints"],
    });
    facet("dbt-model-dataset-facet.json", body)
}

fn dbt_node(node: &Value) -> Value {
    let mut body = json!({});
    for key in ["original_file_path", "database", "schema", "alias", "unique_id"] {
        body[key] = node[key].clone();
    }
    facet("dbt-node-job-facet.json", body)
}

fn list(key: &str, items: &Value) -> Option<Value> {
    let some = items.as_array().is_some_and(|items| !items.is_empty());
    some.then(|| facet(&format!("dbt-{key}-dataset-facet.json"), json!({ key: items })))
}

/// Of what an exposure is: a dashboard, a notebook, …
pub fn exposed(node: &Value) -> Map<String, Value> {
    let kind = text(&node["type"]).unwrap_or("dashboard").to_uppercase();
    let kind = if kind == "ML" { "MODEL".to_owned() } else { kind };
    let dataset_type = facet("1-0-1/DatasetTypeDatasetFacet.json", json!({ "datasetType": kind }));
    let source = text(&node["url"]).map(|url| {
        let name = text(&node["label"]).or_else(|| text(&node["name"]));
        facet("1-0-1/DatasourceDatasetFacet.json", json!({ "name": name, "uri": url }))
    });
    known([
        ("datasetType", Some(dataset_type)),
        ("documentation", documentation("Dataset", node)),
        ("ownership", ownership("Dataset", exposure_owners(node))),
        ("tags", tags(node)),
        ("dataSource", source),
    ])
}

pub fn exposure_job(node: &Value) -> Map<String, Value> {
    known([
        ("jobType", Some(job_type("EXPOSURE"))),
        ("documentation", documentation("Job", node)),
        ("ownership", ownership("Job", exposure_owners(node))),
    ])
}

fn exposure_owners(node: &Value) -> Vec<Value> {
    let owner = &node["owner"];
    let names = [&owner["name"], &owner["email"]].map(texts).into_iter().find(|names| !names.is_empty());
    names.unwrap_or_default().into_iter().map(|name| json!({ "name": name })).collect()
}
