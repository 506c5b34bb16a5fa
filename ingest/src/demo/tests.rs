use std::collections::{BTreeMap, BTreeSet};

use expect_test::{Expect, expect};
use graph::Time;
use serde_json::Value;

use super::estate::Estate;
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
    check(lines.concat(), expect![[r#"
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
    "#]]);
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
    check(serde_json::to_string_pretty(&event).expect("JSON"), expect![[r#"
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
        }"#]]);
}
