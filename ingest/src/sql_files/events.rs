//! The OpenLineage events that say what one SQL file says.

use std::collections::BTreeMap;

use graph::QualifiedName;
use graph::change::{Change, Submission};
use graph::names::platform;
use serde_json::{Map, Value, json};
use sql::{CreatedTable, Defaults, Dialect, EmptyCatalog, Lineage, Script, StatementKind, TableUse};

use super::text;

const PRODUCER: &str = "urn:headwater:sql";

/// A statement of the job, and one for each table that is declared.
pub fn of(unit: &Value, script: &Script) -> Vec<Value> {
    let option = |key: &str| unit[key].as_str().map(str::to_owned);
    let defaults = Defaults { catalog: option("default_catalog"), schema: option("default_schema") };
    let (lineage, _) = sql::bind(script, &EmptyCatalog, &defaults);
    let file = FileUnit { unit, dialect: script.dialect() };
    let mut events = file.declarations(&lineage);
    events.push(file.job(&lineage));
    events
}

struct FileUnit<'a> {
    unit: &'a Value,
    dialect: Dialect,
}

impl FileUnit<'_> {
    /// The schema of each table that is created with its columns written out; of a table created twice, the last one.
    fn declarations(&self, lineage: &Lineage) -> Vec<Value> {
        let creating = lineage.statements.iter().filter(|statement| statement.kind == StatementKind::CreateTable);
        let created = creating.flat_map(|statement| &statement.created);
        let whole = created.filter(|table| !table.temporary && table.columns_complete && !table.columns.is_empty());
        let by_name: BTreeMap<QualifiedName, &CreatedTable> =
            whole.map(|table| (self.dataset(&table.name), table)).collect();
        by_name.into_iter().map(|(name, table)| self.declaration(&name, table)).collect()
    }

    fn declaration(&self, name: &QualifiedName, table: &CreatedTable) -> Value {
        let field = |column: &sql::Column| {
            let mut field = json!({ "name": column.name });
            if let Some(data_type) = &column.data_type {
                field["type"] = data_type.as_str().into();
            }
            field
        };
        let fields: Vec<Value> = table.columns.iter().map(field).collect();
        let schema = facet("1-2-0/SchemaDatasetFacet.json", json!({ "fields": fields }));
        let dataset = named(name, Map::from_iter([("schema".to_owned(), schema)]));
        self.event("DatasetEvent", json!({ "dataset": dataset }))
    }

    fn job(&self, lineage: &Lineage) -> Value {
        let path = text(self.unit, "path");
        let name = path.get(..path.len().saturating_sub(4)).unwrap_or(path);
        let query = json!({ "query": text(self.unit, "text"), "dialect": self.dialect.name() });
        let kind = json!({ "processingType": "BATCH", "integration": "SQL", "jobType": "FILE" });
        let facets = json!({
            "sql": facet("1-1-0/SQLJobFacet.json", query),
            "jobType": facet("2-0-4/JobTypeJobFacet.json", kind),
        });
        let body = json!({
            "job": { "namespace": text(self.unit, "job_namespace"), "name": name, "facets": facets },
            "inputs": self.used(lineage, |statement| &statement.reads),
            "outputs": self.used(lineage, |statement| &statement.writes),
        });
        self.event("JobEvent", body)
    }

    /// Tables of statements that move rows; those that are only declared, emptied or dropped are no outputs.
    fn used(&self, lineage: &Lineage, of: impl Fn(&sql::StatementLineage) -> &Vec<TableUse>) -> Vec<Value> {
        let moving = lineage.statements.iter().filter(|statement| moves_rows(statement.kind));
        let uses = moving.flat_map(of).filter(|used| !used.temporary && !used.location);
        let names: BTreeMap<QualifiedName, ()> = uses.map(|used| (self.dataset(&used.name), ())).collect();
        names.into_keys().map(|name| named(&name, Map::new())).collect()
    }

    fn dataset(&self, table: &sql::TableName) -> QualifiedName {
        binding::dataset_name(text(self.unit, "namespace"), table, self.dialect)
    }

    fn event(&self, kind: &str, mut body: Value) -> Value {
        body["eventTime"] = self.unit["at"].clone();
        body["producer"] = PRODUCER.into();
        body["schemaURL"] = format!("https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/{kind}").into();
        body
    }
}

fn named(name: &QualifiedName, facets: Map<String, Value>) -> Value {
    json!({ "namespace": name.namespace, "name": name.name, "facets": facets })
}

fn facet(schema: &str, mut body: Value) -> Value {
    body["_producer"] = PRODUCER.into();
    body["_schemaURL"] = format!("https://openlineage.io/spec/facets/{schema}").into();
    body
}

fn moves_rows(kind: StatementKind) -> bool {
    match kind {
        StatementKind::Select
        | StatementKind::Insert
        | StatementKind::Update
        | StatementKind::Delete
        | StatementKind::Merge
        | StatementKind::CreateTableAs
        | StatementKind::CreateView
        | StatementKind::Copy => true,
        StatementKind::CreateTable
        | StatementKind::Alter
        | StatementKind::Drop
        | StatementKind::Truncate
        | StatementKind::Use
        | StatementKind::Other
        | StatementKind::Unparsed => false,
    }
}

/// How many parts the name of a table has on a platform.
pub fn parts_of(namespace: &str, dialect: Dialect) -> usize {
    match (platform(namespace), dialect.name()) {
        ("sqlite", _) | (_, "sqlite") => 1,
        ("mysql" | "mariadb" | "hive" | "clickhouse" | "teradata" | "spark", _) => 2,
        ("arn", _) => 2,
        (_, "mysql" | "mariadb" | "hive" | "clickhouse" | "teradata" | "impala" | "doris" | "starrocks") => 2,
        _ => 3,
    }
}

/// Names of all datasets that are read, written or declared.
pub fn datasets(submissions: &[Submission]) -> impl Iterator<Item = &str> {
    submissions.iter().flat_map(|submission| &submission.changes).flat_map(|change| {
        let (own, run) = match change {
            Change::Dataset(change) => (Some(&change.name), None),
            Change::Run(change) => (None, Some(change)),
            Change::Job(_) | Change::Statement(_) | Change::Authored(_) => (None, None),
        };
        let used = run.into_iter().flat_map(|run| run.inputs.iter().chain(&run.outputs)).map(|used| &used.name);
        own.into_iter().chain(used).map(|name| name.name.as_str())
    })
}
