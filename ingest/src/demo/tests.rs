use std::collections::{BTreeMap, BTreeSet};

use binding::SqlDerive;
use expect_test::{Expect, expect};
use graph::change::ColumnClaim;
use graph::derive::{Derivation, Derive, QueryContext, Schemas};
use graph::{QualifiedName, Query, Time};
use serde_json::Value;

use super::estate::{Estate, Job, Link, Table};
use super::events;

fn now() -> Time {
    "2026-11-20T09:30:00Z".parse().expect("a time")
}

fn parsed() -> Vec<Value> {
    events(now()).iter().map(|bytes| serde_json::from_slice(bytes).expect("JSON")).collect()
}

fn check(found: String, expected: Expect) {
    expected.assert_eq(&found);
}

/// Counts of what there is to see.
#[test]
fn the_estate_is_large_enough_to_get_lost_in() {
    let estate = Estate::load().expect("the estate");
    let columns: usize = estate.tables.iter().map(|table| table.columns.len()).sum();
    let personal = estate.tables.iter().flat_map(|table| &table.columns).filter(|column| !column.tags.is_empty());
    check(
        format!(
            "{} datasets, {columns} columns, {} personal, {} jobs",
            estate.tables.len(),
            personal.count(),
            estate.jobs.len() + estate.dashboards.len()
        ),
        expect!["70 datasets, 606 columns, 55 personal, 59 jobs"],
    );
}

#[test]
fn events_of_each_kind_and_job_system() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for event in parsed() {
        let kind = event["eventType"].as_str().unwrap_or("static");
        let system = event["job"]["namespace"].as_str().unwrap_or("dataset");
        *counts.entry(format!("{system} {kind}")).or_default() += 1;
    }
    let lines: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}\n")).collect();
    check(
        lines.concat(),
        expect![[r#"
        airflow COMPLETE 97
        airflow FAIL 2
        airflow START 99
        dataset static 44
        dbt COMPLETE 265
        dbt START 265
        kafka-connect RUNNING 8
        kafka-connect START 2
        metabase static 4
        spark COMPLETE 11
        spark START 11
    "#]],
    );
}

#[test]
fn every_event_has_what_the_spec_requires() {
    for event in parsed() {
        for required in ["eventTime", "producer", "schemaURL"] {
            assert!(event[required].is_string(), "`{required}` in {event}");
        }
        let time: Time = event["eventTime"].as_str().and_then(|time| time.parse().ok()).expect("eventTime");
        assert!(time < now(), "{time} is not before now");
        if event["job"].is_object() {
            assert_named(&event["job"]);
            assert_eq!(event["run"].is_object(), event["eventType"].is_string());
        }
        let datasets = [&event["inputs"], &event["outputs"]];
        datasets.iter().filter_map(|list| list.as_array()).flatten().for_each(assert_named);
        if event["job"].is_null() {
            assert_named(&event["dataset"]);
        }
    }
}

fn assert_named(node: &Value) {
    for part in ["namespace", "name"] {
        assert!(node[part].as_str().is_some_and(|text| !text.is_empty()), "`{part}` in {node}");
    }
}

#[test]
fn the_same_day_gives_the_same_bytes() {
    assert_eq!(events(now()), events("2026-11-20T23:59:59Z".parse().expect("a time")));
    assert_ne!(events(now()), events("2026-11-21T06:00:00Z".parse().expect("a time")));
}

/// Column lineage that is told names columns that exist, at both ends.
#[test]
fn lineage_joins_known_columns() {
    let estate = Estate::load().expect("the estate");
    let mut unknown = BTreeSet::new();
    for job in &estate.jobs {
        let output = job.writes.first().and_then(|id| estate.table(id));
        for link in estate.links(job) {
            let places = link.sources.iter().map(|(id, column)| (estate.table(id), column));
            for (table, column) in places.chain(link.target.iter().map(|column| (output, column))) {
                let known = table.is_some_and(|table| table.columns.iter().any(|known| known.path == *column));
                if !known {
                    unknown.insert(format!("{}: {column}", job.job));
                }
            }
        }
    }
    assert_eq!(unknown, BTreeSet::new());
}

#[test]
fn reads_and_writes_name_known_tables() {
    let estate = Estate::load().expect("the estate");
    let jobs = estate.jobs.iter().chain(&estate.dashboards);
    let ids: BTreeSet<&String> = jobs.flat_map(|job| job.reads.iter().chain(&job.writes).chain(&job.renames)).collect();
    let unknown: Vec<&&String> = ids.iter().filter(|id| estate.table(id).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn a_task_of_a_night() {
    let event = parsed()
        .into_iter()
        .find(|event| event["job"]["name"] == "marketing_daily.load_ad_spend" && event["eventType"] == "FAIL")
        .expect("the failing run");
    check(
        serde_json::to_string_pretty(&event).expect("JSON"),
        expect![[r#"
        {
          "eventTime": "2026-11-20T01:03:20Z",
          "eventType": "FAIL",
          "inputs": [],
          "job": {
            "facets": {},
            "name": "marketing_daily.load_ad_spend",
            "namespace": "airflow"
          },
          "outputs": [],
          "producer": "https://moss-kettle.example/demo",
          "run": {
            "facets": {
              "errorMessage": {
                "_producer": "https://moss-kettle.example/demo",
                "_schemaURL": "https://openlineage.io/spec/facets/1-0-1/ErrorMessageRunFacet.json",
                "message": "ad-spend/2-social.json, line 1: column \"cost\" expected a number, found the text \"12,40 EUR\"; 0 of 9 120 rows loaded",
                "programmingLanguage": "python"
              },
              "parent": {
                "_producer": "https://moss-kettle.example/demo",
                "_schemaURL": "https://openlineage.io/spec/facets/1-2-0/ParentRunFacet.json",
                "job": {
                  "name": "marketing_daily",
                  "namespace": "airflow"
                },
                "root": {
                  "job": {
                    "name": "marketing_daily",
                    "namespace": "airflow"
                  },
                  "run": {
                    "runId": "01a1f677-aa80-7b52-8ee3-10226855ea57"
                  }
                },
                "run": {
                  "runId": "01a1f677-aa80-7b52-8ee3-10226855ea57"
                }
              }
            },
            "runId": "01a1f678-94e0-7da0-818c-2e6e8007702f"
          },
          "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
        }"#]],
    );
}

impl Schemas for Estate {
    fn columns(&self, dataset: &QualifiedName) -> Option<Vec<(String, Option<String>)>> {
        let named = |table: &&Table| {
            let (namespace, name) = table.spec.namespace_and_name();
            QualifiedName::new(namespace, name) == *dataset
        };
        let columns = &self.tables.iter().find(named)?.columns;
        Some(columns.iter().map(|column| (column.path.clone(), Some(column.data_type.clone()))).collect())
    }
}

fn derived(estate: &Estate, job: &Job) -> Derivation {
    let names = |ids: &[String]| {
        let name = |id: &String| {
            let (namespace, name) = estate.name(id);
            QualifiedName::new(namespace, name)
        };
        ids.iter().map(name).collect::<Vec<_>>()
    };
    let query = Query {
        text: job.sql.clone().unwrap_or_default(),
        dialect: Some(job.dialect.clone().unwrap_or_else(|| "snowflake".to_owned())),
    };
    let context = QueryContext {
        job: QualifiedName::new("demo", &job.job),
        inputs: names(&job.reads),
        outputs: names(&job.writes),
    };
    SqlDerive.derive(&query, &context, estate)
}

/// All queries of the estate are understood, to the last column.
#[test]
fn sql_gives_every_column_of_what_it_writes() {
    let estate = Estate::load().expect("the estate");
    let mut wrong = Vec::new();
    for job in estate.jobs.iter().chain(&estate.dashboards).filter(|job| job.sql.is_some() && !job.reads.is_empty()) {
        let found = derived(&estate, job);
        wrong.extend(found.faults.iter().map(|fault| format!("{}: {}", job.job, fault.message)));
        let edges = || found.claims.iter().flat_map(|claim| &claim.edges);
        let table = job.writes.first().and_then(|id| estate.table(id)).expect("a table");
        for column in &table.columns {
            if !edges().any(|edge| edge.target_column.as_ref() == Some(&column.path)) {
                wrong.push(format!("{}: nothing feeds `{}`", job.job, column.path));
            }
        }
        for target in edges().filter_map(|edge| edge.target_column.as_ref()) {
            if !table.columns.iter().any(|column| column.path == *target) {
                wrong.push(format!("{}: `{target}` is no column of `{}`", job.job, table.spec.id));
            }
        }
    }
    check(wrong.join("\n"), expect!["shop_nightly.snapshot_stock: nothing feeds `snapshot_on`"]);
}

/// Where an event tells the lineage of columns and has the SQL too, both agree.
#[test]
fn sql_agrees_with_the_lineage_that_is_told() {
    let estate = Estate::load().expect("the estate");
    let mut differences = Vec::new();
    for job in estate.jobs.iter().filter(|job| job.sql.is_some() && job.has_lineage()) {
        let told: BTreeSet<String> = estate.links(job).iter().flat_map(|link| told(&estate, link)).collect();
        let found = derived(&estate, job);
        let found: BTreeSet<String> = found.claims.iter().flat_map(|claim| &claim.edges).map(shown).collect();
        differences.extend(told.difference(&found).map(|edge| format!("{} is told alone: {edge}", job.job)));
        differences.extend(found.difference(&told).map(|edge| format!("{} is not told: {edge}", job.job)));
    }
    check(differences.join("\n"), expect![[""]]);
}

fn told(estate: &Estate, link: &Link) -> Vec<String> {
    let (kind, masking) = match link.how.as_str() {
        "" => ("Identity", ""),
        "transform" => ("Transformation", ""),
        "hash" => ("Transformation", " masked"),
        "aggregate" => ("Aggregation", ""),
        "count" => ("Aggregation", " masked"),
        "join" => ("Join", ""),
        "filter" => ("Filter", ""),
        "group" => ("GroupBy", ""),
        "conditional" => ("Conditional", ""),
        other => panic!("{other}"),
    };
    let target = link.target.as_deref().unwrap_or("*");
    link.sources
        .iter()
        .map(|(id, column)| format!("{target} <- {}.{column} {kind}{masking}", estate.name(id).1))
        .collect()
}

fn shown(edge: &ColumnClaim) -> String {
    let target = edge.target_column.as_deref().unwrap_or("*");
    let masked = if edge.masking { " masked" } else { "" };
    format!("{target} <- {}.{} {:?}{masked}", edge.source.name, edge.source_column, edge.kind)
}
