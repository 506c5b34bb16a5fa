//! Net lineage as an OpenLineage job event.

use std::collections::BTreeMap;

use graph::{QualifiedName, Time};
use serde_json::{Map, Value, json};
use sql::{ColumnEdge, Dialect, Direct, EdgeKind, Indirect, Influence, TableName, TableUse};

use super::Answer;

const PRODUCER: &str = "urn:headwater:lineage";

/// An event of the job named like the file. Temporary tables, and places that only their database knows, are left out.
pub fn of(answer: &Answer, namespace: &str, at: Time) -> Value {
    let event = Event { answer, namespace, dialect: answer.script.dialect() };
    let query = json!({ "query": answer.script.text(), "dialect": event.dialect.name() });
    let kind = json!({ "processingType": "BATCH", "integration": "SQL", "jobType": "FILE" });
    let facets = json!({
        "sql": facet("1-1-0/SQLJobFacet.json", query),
        "jobType": facet("2-0-4/JobTypeJobFacet.json", kind),
    });
    let net = &answer.lineage.net;
    json!({
        "eventTime": at.to_string(),
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent",
        "job": { "namespace": namespace, "name": answer.name, "facets": facets },
        "inputs": event.datasets(&net.reads).into_keys().map(|name| named(&name, json!({}))).collect::<Vec<_>>(),
        "outputs": event.outputs(),
    })
}

struct Event<'a> {
    answer: &'a Answer,
    namespace: &'a str,
    dialect: Dialect,
}

impl Event<'_> {
    /// Each dataset once, with the table that it is in the text.
    fn datasets<'u>(&self, uses: &'u [TableUse]) -> BTreeMap<QualifiedName, &'u TableName> {
        let kept = uses.iter().filter(|used| !used.temporary);
        kept.filter_map(|used| Some((self.dataset(&used.name)?, &used.name))).collect()
    }

    fn dataset(&self, table: &TableName) -> Option<QualifiedName> {
        if self.is_location(table) {
            return binding::dataset_at(table.table());
        }
        Some(binding::dataset_name(self.namespace, table, self.dialect))
    }

    fn is_location(&self, table: &TableName) -> bool {
        let net = &self.answer.lineage.net;
        net.reads.iter().chain(&net.writes).any(|used| used.location && used.name == *table)
    }

    fn outputs(&self) -> Vec<Value> {
        let net = &self.answer.lineage.net;
        let outputs = self.datasets(&net.writes).into_iter();
        outputs.map(|(name, table)| named(&name, json!({ "columnLineage": self.columns(table) }))).collect()
    }

    fn columns(&self, table: &TableName) -> Value {
        let net = &self.answer.lineage.net;
        let mut fields: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for edge in net.edges.iter().filter(|edge| edge.target.table == *table) {
            let inputs = fields.entry(&edge.target.column).or_default();
            inputs.extend(self.input(&edge.source, transformation(edge)));
        }
        let influences = net.influences.iter().filter(|one| one.target == *table).map(|one| &one.influence);
        let dataset: Vec<Value> =
            influences.filter_map(|influence| self.input(&influence.source, decision(influence))).collect();
        let fields: Map<String, Value> =
            fields.into_iter().map(|(column, inputs)| (column.to_owned(), json!({ "inputFields": inputs }))).collect();
        facet("1-2-0/ColumnLineageDatasetFacet.json", json!({ "fields": fields, "dataset": dataset }))
    }

    fn input(&self, column: &sql::ColumnRef, transformation: Value) -> Option<Value> {
        let dataset = self.dataset(&column.table)?;
        let (namespace, name) = (dataset.namespace, dataset.name);
        let field = &column.column;
        Some(json!({ "namespace": namespace, "name": name, "field": field, "transformations": [transformation] }))
    }
}

fn transformation(edge: &ColumnEdge) -> Value {
    let (kind, subtype) = match edge.kind {
        EdgeKind::Direct(Direct::Identity) => ("DIRECT", "IDENTITY"),
        EdgeKind::Direct(Direct::Transformation) => ("DIRECT", "TRANSFORMATION"),
        EdgeKind::Direct(Direct::Aggregation) => ("DIRECT", "AGGREGATION"),
        EdgeKind::Indirect(reason) => ("INDIRECT", indirect(reason)),
    };
    json!({ "type": kind, "subtype": subtype, "description": edge.expression, "masking": edge.masking })
}

fn decision(influence: &Influence) -> Value {
    json!({ "type": "INDIRECT", "subtype": indirect(influence.kind) })
}

fn indirect(reason: Indirect) -> &'static str {
    match reason {
        Indirect::Join => "JOIN",
        Indirect::Filter => "FILTER",
        Indirect::GroupBy => "GROUP_BY",
        Indirect::Sort => "SORT",
        Indirect::Window => "WINDOW",
        Indirect::Conditional => "CONDITIONAL",
    }
}

fn named(name: &QualifiedName, facets: Value) -> Value {
    json!({ "namespace": name.namespace, "name": name.name, "facets": facets })
}

fn facet(schema: &str, mut body: Value) -> Value {
    body["_producer"] = PRODUCER.into();
    body["_schemaURL"] = format!("https://openlineage.io/spec/facets/{schema}").into();
    body
}
