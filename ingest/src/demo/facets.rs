//! The facets of the demo's events, as OpenLineage spells them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::estate::{Column, Estate, Job, Link, Runner, Table};

pub const PRODUCER: &str = "https://moss-kettle.example/demo";

/// A facet with the two fields that every facet has.
fn facet(schema: &str, mut body: Value) -> Value {
    body["_producer"] = PRODUCER.into();
    body["_schemaURL"] = format!("https://openlineage.io/spec/facets/{schema}").into();
    body
}

/// All that is known of a table by itself.
pub fn table(estate: &Estate, table: &Table) -> Map<String, Value> {
    let spec = &table.spec;
    let mut facets = Map::new();
    facets.insert("schema".to_owned(), schema(&table.columns));
    facets.insert("dataSource".to_owned(), data_source(table));
    let kind = json!({ "datasetType": spec.dataset_type() });
    facets.insert("datasetType".to_owned(), facet("1-0-1/DatasetTypeDatasetFacet.json", kind));
    if !spec.about.is_empty() {
        let text = json!({ "description": spec.about, "contentType": "text/markdown" });
        facets.insert("documentation".to_owned(), facet("1-1-0/DocumentationDatasetFacet.json", text));
    }
    if !spec.owners.is_empty() {
        facets.insert("ownership".to_owned(), ownership("1-0-1/OwnershipDatasetFacet.json", &spec.owners));
    }
    if let Some(format) = &spec.storage {
        let storage =
            json!({ "storageLayer": if format == "iceberg" { "iceberg" } else { "s3" }, "fileFormat": format });
        facets.insert("storage".to_owned(), facet("1-0-1/StorageDatasetFacet.json", storage));
    }
    if let Some(other) = &spec.also {
        facets.insert("symlinks".to_owned(), symlinks(estate.name(other)));
    }
    tags(table).map(|tags| facets.insert("tags".to_owned(), tags));
    facets
}

/// The columns, nested ones within their parents.
pub fn schema(columns: &[Column]) -> Value {
    facet("1-2-0/SchemaDatasetFacet.json", json!({ "fields": fields(columns, "") }))
}

fn fields(columns: &[Column], parent: &str) -> Vec<Value> {
    let mut fields = Vec::new();
    for column in columns {
        let Some(name) = column.path.strip_prefix(parent).filter(|name| !name.contains('.')) else { continue };
        let mut field = json!({ "name": name, "type": column.data_type });
        if let Some(about) = &column.about {
            field["description"] = about.as_str().into();
        }
        let nested = fields_below(columns, &column.path);
        if !nested.is_empty() {
            field["fields"] = nested.into();
        }
        fields.push(field);
    }
    fields
}

fn fields_below(columns: &[Column], path: &str) -> Vec<Value> {
    fields(columns, &format!("{path}."))
}

fn data_source(table: &Table) -> Value {
    let (namespace, _) = table.spec.namespace_and_name();
    facet("1-0-1/DatasourceDatasetFacet.json", json!({ "name": namespace, "uri": namespace }))
}

fn symlinks((namespace, name): (&str, String)) -> Value {
    let identifiers = json!([{ "namespace": namespace, "name": name, "type": "TABLE" }]);
    facet("1-0-1/SymlinksDatasetFacet.json", json!({ "identifiers": identifiers }))
}

/// The first owner is a team that answers for it, the others are people who know it.
fn ownership(schema: &str, owners: &[String]) -> Value {
    let role = |at: usize| if at == 0 { "accountable" } else { "steward" };
    let owners: Vec<Value> =
        owners.iter().enumerate().map(|(at, name)| json!({ "name": name, "type": role(at) })).collect();
    facet(schema, json!({ "owners": owners }))
}

fn tags(table: &Table) -> Option<Value> {
    let own = table.spec.tags.iter().filter_map(|tag| tag.split_once('='));
    let mut tags: Vec<Value> =
        own.map(|(key, value)| json!({ "key": key, "value": value, "source": "USER" })).collect();
    for column in &table.columns {
        let personal = |tag: &String| json!({ "key": "pii", "value": tag, "source": "USER", "field": column.path });
        tags.extend(column.tags.iter().map(personal));
    }
    (!tags.is_empty()).then(|| facet("1-0-0/TagsDatasetFacet.json", json!({ "tags": tags })))
}

/// What a job is, with its query.
pub fn job(job: &Job) -> Map<String, Value> {
    let (integration, kind) = match job.by {
        Runner::Airflow => ("AIRFLOW", "TASK"),
        Runner::Dbt => ("DBT", "MODEL"),
        Runner::Spark => ("SPARK", "SQL_JOB"),
        Runner::Connect => ("KAFKA_CONNECT", "TASK"),
        Runner::Metabase => ("METABASE", "DASHBOARD"),
    };
    let processing = if job.by == Runner::Connect { "STREAMING" } else { "BATCH" };
    let kind = job.kind.as_deref().unwrap_or(kind);
    let job_type = json!({ "processingType": processing, "integration": integration, "jobType": kind });
    let mut facets = Map::new();
    facets.insert("jobType".to_owned(), facet("2-0-4/JobTypeJobFacet.json", job_type));
    if !job.about.is_empty() {
        let text = json!({ "description": job.about });
        facets.insert("documentation".to_owned(), facet("1-1-0/DocumentationJobFacet.json", text));
    }
    if !job.owners.is_empty() {
        facets.insert("ownership".to_owned(), ownership("1-0-1/OwnershipJobFacet.json", &job.owners));
    }
    if let Some(query) = &job.sql {
        let dialect = job.dialect.as_deref().unwrap_or("snowflake");
        let sql = json!({ "query": query.trim_end(), "dialect": dialect });
        facets.insert("sql".to_owned(), facet("1-1-0/SQLJobFacet.json", sql));
    }
    facets
}

/// Where the columns of what a job writes come from.
pub fn column_lineage(estate: &Estate, job: &Job) -> Value {
    let mut fields: BTreeMap<String, Inputs> = BTreeMap::new();
    let mut dataset = Inputs::default();
    for link in estate.links(job) {
        let inputs = match &link.target {
            Some(target) => fields.entry(target.clone()).or_default(),
            None => &mut dataset,
        };
        inputs.add(&link);
    }
    let fields: Map<String, Value> =
        fields.into_iter().map(|(name, inputs)| (name, json!({ "inputFields": inputs.list(estate) }))).collect();
    let body = json!({ "fields": fields, "dataset": dataset.list(estate) });
    facet("1-2-0/ColumnLineageDatasetFacet.json", body)
}

/// Transformations by source table and column.
#[derive(Default)]
struct Inputs(BTreeMap<(String, String), Vec<Value>>);

impl Inputs {
    fn add(&mut self, link: &Link) {
        for source in &link.sources {
            self.0.entry(source.clone()).or_default().push(transformation(&link.how));
        }
    }

    fn list(self, estate: &Estate) -> Vec<Value> {
        let input = |((id, column), transformations): ((String, String), Vec<Value>)| {
            let (namespace, name) = estate.name(&id);
            json!({ "namespace": namespace, "name": name, "field": column, "transformations": transformations })
        };
        self.0.into_iter().map(input).collect()
    }
}

fn transformation(how: &str) -> Value {
    let (kind, subtype) = match how {
        "transform" | "hash" => ("DIRECT", "TRANSFORMATION"),
        "aggregate" | "count" => ("DIRECT", "AGGREGATION"),
        "join" => ("INDIRECT", "JOIN"),
        "filter" => ("INDIRECT", "FILTER"),
        "group" => ("INDIRECT", "GROUP_BY"),
        "sort" => ("INDIRECT", "SORT"),
        "window" => ("INDIRECT", "WINDOW"),
        "conditional" => ("INDIRECT", "CONDITIONAL"),
        _ => ("DIRECT", "IDENTITY"),
    };
    json!({ "type": kind, "subtype": subtype, "description": "", "masking": matches!(how, "hash" | "count") })
}

/// The run around a run, and the one around all.
pub fn parent(parent: (&Job, &str), root: (&Job, &str)) -> Value {
    let run = |(job, id): (&Job, &str)| json!({ "run": { "runId": id }, "job": { "namespace": job_namespace(job.by), "name": job.job } });
    let mut body = run(parent);
    body["root"] = run(root);
    facet("1-2-0/ParentRunFacet.json", body)
}

pub fn engine(by: Runner) -> Value {
    let (name, version) = match by {
        Runner::Airflow => ("Airflow", "3.1.2"),
        Runner::Dbt => ("dbt", "1.11.4"),
        Runner::Spark => ("spark", "3.5.9"),
        Runner::Connect => ("Kafka Connect", "3.9.1"),
        Runner::Metabase => ("Metabase", "0.57"),
    };
    facet("1-1-1/ProcessingEngineRunFacet.json", json!({ "name": name, "version": version }))
}

pub fn nominal_time(start: String) -> Value {
    facet("1-0-1/NominalTimeRunFacet.json", json!({ "nominalStartTime": start }))
}

pub fn error(message: &str) -> Value {
    let body = json!({ "message": message, "programmingLanguage": "python" });
    facet("1-0-1/ErrorMessageRunFacet.json", body)
}

pub fn lifecycle(change: &str, previous: Option<(&str, String)>) -> Value {
    let mut body = json!({ "lifecycleStateChange": change });
    if let Some((namespace, name)) = previous {
        body["previousIdentifier"] = json!({ "namespace": namespace, "name": name });
    }
    facet("1-0-1/LifecycleStateChangeDatasetFacet.json", body)
}

pub fn output_statistics(rows: u64, columns: usize) -> Value {
    let body = json!({ "rowCount": rows, "size": rows * columns as u64 * 9 });
    facet("1-0-2/OutputStatisticsOutputDatasetFacet.json", body)
}

/// Results of the tests of a model in one night.
pub fn assertions(table: &Table, night: i64) -> Value {
    let assertions: Vec<Value> = table.spec.tests.iter().map(|test| assertion(table, test, night)).collect();
    facet("1-1-0/DataQualityAssertionsDatasetFacet.json", json!({ "assertions": assertions }))
}

fn assertion(table: &Table, test: &str, night: i64) -> Value {
    let (name, column) = test.split_once(' ').unwrap_or((test, ""));
    let warning = table.spec.warns.as_ref().filter(|warning| warning.test == test && warning.night == night);
    let mut body = json!({ "assertion": name, "column": column, "success": warning.is_none(), "severity": "error" });
    if let Some(warning) = warning {
        body["severity"] = "warn".into();
        body["actual"] = warning.actual.as_str().into();
    }
    body
}

pub fn job_namespace(by: Runner) -> &'static str {
    match by {
        Runner::Airflow => "airflow",
        Runner::Dbt => "dbt",
        Runner::Spark => "spark",
        Runner::Connect => "kafka-connect",
        Runner::Metabase => "metabase",
    }
}
