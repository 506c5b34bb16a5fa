//! Where events say that columns and datasets come from.

use expect_test::expect;
use serde_json::{Value, json};

use crate::{check, facet, patch, run_event};

/// Column lineage of one output.
fn lineage_event(lineage: Value) -> String {
    run_event(json!({"outputs": [{"namespace": "n", "name": "out", "facets": {"columnLineage": lineage}}]}))
}

fn source(field: &str, transformations: Value) -> Value {
    let mut source = json!({"namespace": "n", "name": "src", "field": field});
    patch(&mut source, json!({"transformations": transformations}));
    source
}

#[test]
fn column_lineage() {
    let lineage = facet(json!({
        "fields": {
            "copied": {"inputFields": [source("a", json!([{"type": "DIRECT", "subtype": "IDENTITY"}]))]},
            "hashed": {"inputFields": [source("a", json!([{"type": "DIRECT", "subtype": "TRANSFORMATION", "description": "", "masking": true}]))]},
            "summed": {"inputFields": [source("b", json!([{"type": "direct", "subtype": "aggregation"}, {"type": "INDIRECT", "subtype": "CONDITIONAL"}, {"type": "INDIRECT", "subtype": "GROUP_BY"}]))]},
            "unsaid": {"inputFields": [source("c", json!([])), source("d", json!("absent")), source("e", json!(null))], "transformationDescription": "", "transformationType": ""},
            "direct": {"inputFields": [source("f", json!([{"type": "DIRECT", "subtype": ""}])), source("f", json!([{"type": "DIRECT"}]))]},
            "indirect": {"inputFields": [source("g", json!([{"type": "INDIRECT", "subtype": "MAGIC"}]))]},
            "nothing": {"inputFields": []},
        },
        "dataset": [
            source("h", json!([{"type": "INDIRECT", "subtype": "JOIN"}, {"type": "INDIRECT", "subtype": "FILTER", "masking": true}])),
            source("i", json!([{"type": "DIRECT", "subtype": "TRANSFORMATION"}])),
            source("j", json!([])),
            source("k", json!([{"type": "INDIRECT", "subtype": "SORT"}, {"type": "INDIRECT", "subtype": "WINDOW"}])),
        ],
    }));
    check(
        &lineage_event(lineage),
        expect![[r#"
        dataset n out
          columnLineage: …
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          writes n out
          ColumnLineage n out
            copied <- n src/a Identity
            hashed <- n src/a Transformation masking
            summed <- n src/b Aggregation
            summed <- n src/b GroupBy
            summed <- n src/b Conditional
            unsaid <- n src/c Unknown
            unsaid <- n src/d Unknown
            unsaid <- n src/e Unknown
            direct <- n src/f Direct
            indirect <- n src/g Indirect
            * <- n src/h Join
            * <- n src/h Filter masking
            * <- n src/i Indirect
            * <- n src/j Indirect
            * <- n src/k Sort
            * <- n src/k Window
    "#]],
    );
}

#[test]
fn column_lineage_in_its_old_form() {
    let field = |kind: &str| json!({"inputFields": [source("a", json!("absent"))], "transformationType": kind, "transformationDescription": "x"});
    let lineage =
        facet(json!({"fields": {"copied": field("IDENTITY"), "masked": field("MASKED"), "other": field("lookup")}}));
    check(
        &lineage_event(lineage),
        expect![[r#"
        dataset n out
          columnLineage: …
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          writes n out
          ColumnLineage n out
            copied <- n src/a Identity
            masked <- n src/a Transformation masking
            other <- n src/a Unknown
    "#]],
    );
}

#[test]
fn column_lineage_that_does_not_fit_is_read_as_far_as_it_does() {
    check(
        &lineage_event(facet(json!({"fields": {}, "dataset": []}))),
        expect![[r#"
        dataset n out
          columnLineage: …
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          writes n out
    "#]],
    );
    let lineage = json!({
        "fields": {
            "a": {"inputFields": [{"namespace": "n", "name": "src"}, source("ok", json!([]))]},
            "b": [],
            "c": {"inputFields": [source("x", json!([{"type": "SIDEWAYS"}]))]},
        },
        "dataset": {},
    });
    check(
        &lineage_event(lineage),
        expect![[r#"
        dataset n out
          columnLineage: …
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          writes n out
          ColumnLineage n out
            a <- n src/ok Unknown
            c <- n src/x Unknown
        facet-without-origin $.outputs[0].facets.columnLineage: expected `_producer` and `_schemaURL`, found no `_producer` and no `_schemaURL`
        lineage-invalid $.outputs[0].facets.columnLineage.fields.a.inputFields[0].field: expected a string, found nothing; left out
        lineage-invalid $.outputs[0].facets.columnLineage.fields.b: expected an object, found a list; left out
        unknown-transformation $.outputs[0].facets.columnLineage.fields.c.inputFields[0].transformations[0].type: expected DIRECT or INDIRECT, found `SIDEWAYS`; read as unknown
        lineage-invalid $.outputs[0].facets.columnLineage.dataset: expected a list, found an object; left out
    "#]],
    );
}

#[test]
fn explicit_lineage_of_a_job() {
    let dataset = |name: &str| json!({"namespace": "n", "name": name, "type": "DATASET"});
    let column = |name: &str, field: &str| json!({"namespace": "n", "name": name, "type": "DATASET", "field": field, "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}]});
    let entry = |mut target: Value, members: Value| {
        patch(&mut target, members);
        target
    };
    let lineage = facet(json!({"entries": [
        entry(dataset("out"), json!({"inputs": [dataset("src"), column("src", "day")], "fields": {"id": {"inputs": [column("src", "id"), dataset("other")]}}})),
        entry(dataset("out"), json!({"inputs": [dataset("more")]})),
        entry(dataset("fresh"), json!({"inputs": []})),
        entry(json!({"type": "JOB"}), json!({"inputs": [dataset("read"), column("read too", "x"), dataset("read")]})),
        entry(json!({"type": "JOB", "namespace": "jobs", "name": "another"}), json!({"inputs": [dataset("src")]})),
        entry(dataset("made"), json!({"inputs": [{"type": "JOB"}, {"type": "JOB", "namespace": "jobs", "name": "load"}]})),
        entry(json!({"type": "TABLE"}), json!({})),
    ]}));
    check(
        &run_event(json!({
            "job": {"namespace": "jobs", "name": "load", "facets": {"lineage": lineage}},
            "inputs": [{"namespace": "n", "name": "src"}],
            "outputs": [{"namespace": "n", "name": "out"}, {"namespace": "n", "name": "unlisted"}],
        })),
        expect![[r#"
            job jobs load
              lineage: …
            run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
              reads n src
              reads n read
              reads n read too
              writes n out
              writes n unlisted
              writes n fresh
              writes n made
              Explicit n fresh
              Explicit n made
              Explicit n out from n more, n other, n src
                * <- n src/day Indirect
                id <- n src/id Identity
              Explicit n unlisted
            job-lineage-not-modelled $.job.facets.lineage.entries[4]: lineage from or to another job (`another` in `jobs`) is kept as sent and not drawn
            lineage-invalid $.job.facets.lineage.entries[6].type: expected DATASET or JOB, found the string `TABLE`; left out
        "#]],
    );
}

#[test]
fn lineage_that_a_dataset_states_of_itself() {
    let event = |facets: Value| {
        json!({"eventTime": "2026-11-21T10:00:00Z", "producer": "p", "schemaURL": "s", "dataset": {"namespace": "n", "name": "out", "facets": facets}}).to_string()
    };
    let lineage = facet(
        json!({"inputs": [{"namespace": "n", "name": "src", "type": "DATASET", "transformations": []}], "fields": {}}),
    );
    check(
        &event(json!({"lineage": lineage})),
        expect![[r#"
        dataset n out
          lineage: …
        statement of n out
          Explicit n out from n src
    "#]],
    );
    let columns = facet(json!({"fields": {"a": {"inputFields": [source("a", json!([]))]}}}));
    check(
        &event(json!({"columnLineage": columns})),
        expect![[r#"
        dataset n out
          columnLineage: …
        statement of n out
          ColumnLineage n out
            a <- n src/a Unknown
    "#]],
    );
    check(
        &event(json!({"lineage": {"_deleted": true}})),
        expect![[r#"
        dataset n out
          lineage: deleted
        statement of n out
    "#]],
    );
    check(
        &event(json!({"documentation": {"_deleted": true}})),
        expect![[r#"
        dataset n out
          documentation: deleted
    "#]],
    );
}

#[test]
fn a_job_event_states_lineage_by_design() {
    let lineage = facet(json!({"fields": {"a": {"inputFields": [source("a", json!([]))]}}}));
    check(
        &run_event(json!({
            "run": "absent",
            "schemaURL": "s",
            "job": {"namespace": "jobs", "name": "load", "facets": {"sql": facet(json!({"query": "SELECT 1"}))}},
            "inputs": [{"namespace": "n", "name": "src"}],
            "outputs": [{"namespace": "n", "name": "out", "facets": {"columnLineage": lineage}}],
        })),
        expect![[r#"
            dataset n out
              columnLineage: …
            job jobs load
              sql: SELECT 1 None
            run by design of jobs load rank 0
              reads n src
              writes n out
              ColumnLineage n out
                a <- n src/a Unknown
              query SELECT 1
        "#]],
    );
}
