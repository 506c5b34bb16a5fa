//! What is odd and tolerated, and the fault that is noted.

use expect_test::expect;
use serde_json::{Value, json};

use crate::render;
use crate::{check, facet, read, run_event, tolerated};

#[test]
fn times() {
    let time = |text: &str| {
        let submission = read(&run_event(json!({"eventTime": text}))).unwrap();
        format!("{}\n{}", render::time(&submission), render::faults(&submission.input.faults))
    };
    expect![[r#"
        2026-11-21T10:00:00.123456789Z
    "#]]
    .assert_eq(&time("2026-11-21T10:00:00.123456789Z"));
    expect![[r#"
        2026-11-21T08:00:00.9Z
    "#]]
    .assert_eq(&time("2026-11-21T10:00:00.9+02:00"));
    expect![[r#"
        2026-11-21T10:00:00.5Z
        time-without-zone $.eventTime: expected a zone, found `2026-11-21T10:00:00.5`; read as UTC
    "#]]
    .assert_eq(&time("2026-11-21T10:00:00.5"));
    expect![[r#"
        2026-11-21T10:00:00Z
        time-without-zone $.eventTime: expected a zone, found `2026-11-21 10:00:00`; read as UTC
    "#]]
    .assert_eq(&time("2026-11-21 10:00:00"));
    expect![[r#"
        2026-11-21T10:00:00Z
    "#]]
    .assert_eq(&time("2026-11-21T11:00:00+01:00[Europe/Berlin]"));
    expect![[r#"
        2126-11-21T10:00:00Z
        time-in-future $.eventTime: `2126-11-21T10:00:00Z` is more than a day after it was received
    "#]]
    .assert_eq(&time("2126-11-21T10:00:00Z"));
    expect![[r#"
        1970-01-01T00:00:00Z
        time-long-ago $.eventTime: `1970-01-01T00:00:00Z` is before the year 2000
    "#]]
    .assert_eq(&time("1970-01-01T00:00:00Z"));
}

#[test]
fn who_sent_it_by_which_schema_does_not_matter() {
    tolerated(json!({}), expect![[""]]);
    tolerated(
        json!({"producer": "absent", "schemaURL": "absent"}),
        expect![[r#"
        no-producer $.producer: expected a URL, found nothing
        no-schema-url $.schemaURL: expected a URL, found nothing
    "#]],
    );
    tolerated(
        json!({"producer": 1, "schemaURL": ""}),
        expect![[r#"
        no-producer $.producer: expected a URL, found the number 1
        no-schema-url $.schemaURL: expected a URL, found an empty string
    "#]],
    );
    tolerated(
        json!({"producer": "no URL", "schemaURL": "https://openlineage.io/spec/2-8-9/OpenLineage.json"}),
        expect![[""]],
    );
    tolerated(
        json!({"schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"}),
        expect![[r#"
        other-schema-url $.schemaURL: expected the schema of a RunEvent, which the event is by its shape, found that of a JobEvent
    "#]],
    );
    tolerated(json!({"surprise": {"a": 1}}), expect![[""]]);
}

#[test]
fn event_types() {
    tolerated(
        json!({"eventType": "absent"}),
        expect![[r#"
        no-event-type $.eventType: expected START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, found none; the run's state stays as it is
    "#]],
    );
    tolerated(
        json!({"eventType": null}),
        expect![[r#"
        no-event-type $.eventType: expected START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, found none; the run's state stays as it is
    "#]],
    );
    tolerated(
        json!({"eventType": "Complete"}),
        expect![[r#"
        event-type-case $.eventType: expected capitals, found `Complete`
    "#]],
    );
    tolerated(
        json!({"eventType": "FINISHED"}),
        expect![[r#"
        unknown-event-type $.eventType: expected START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, found the string `FINISHED`; the run's state stays as it is
    "#]],
    );
    tolerated(
        json!({"eventType": 3}),
        expect![[r#"
        unknown-event-type $.eventType: expected START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, found the number 3; the run's state stays as it is
    "#]],
    );
}

#[test]
fn odd_names_are_taken_as_they_are() {
    tolerated(
        json!({"run": {"runId": "run_id"}}),
        expect![[r#"
        run-id-not-uuid $.run.runId: expected a UUID, found the string `run_id`; kept as sent
    "#]],
    );
    tolerated(json!({"job": {"namespace": "a/b:c", "name": "insert-into_x,y z \u{1F980} \"q\" `b`"}}), expect![[""]]);
    tolerated(json!({"job": {"namespace": "n", "name": "7"}}), expect![[""]]);
    tolerated(json!({"job": {"namespace": "n", "name": "x".repeat(100_000)}}), expect![[""]]);
}

#[test]
fn absent_empty_and_null_lists_and_facets() {
    tolerated(json!({"inputs": [], "outputs": []}), expect![[""]]);
    tolerated(
        json!({"inputs": null, "outputs": null}),
        expect![[r#"
        null-value $.inputs: expected a list, found null; read as absent
        null-value $.outputs: expected a list, found null; read as absent
    "#]],
    );
    tolerated(
        json!({"inputs": [{"namespace": "n", "name": "a"}, {"namespace": "n", "name": "b", "facets": {}}]}),
        expect![[""]],
    );
    tolerated(
        json!({"inputs": [{"namespace": "n", "name": "a", "facets": null, "inputFacets": null}]}),
        expect![[r#"
        null-value $.inputs[0].facets: expected an object, found null; read as absent
        null-value $.inputs[0].inputFacets: expected an object, found null; read as absent
    "#]],
    );
    tolerated(
        json!({"inputs": [{"namespace": "n", "name": "a", "facets": {"schema": null}}]}),
        expect![[r#"
        null-value $.inputs[0].facets.schema: expected a facet, found null; read as absent
    "#]],
    );
    tolerated(
        json!({"inputs": [{"namespace": "n", "name": "a", "facets": []}]}),
        expect![[r#"
        facets-invalid $.inputs[0].facets: expected an object, found a list; kept as sent and not read
    "#]],
    );
    tolerated(
        json!({"job": {"namespace": "n", "name": "j", "facets": {"sql": "SELECT 1"}}}),
        expect![[r#"
        facet-invalid $.job.facets.sql: expected an object, found the string `SELECT 1`; kept as sent and not read
    "#]],
    );
}

#[test]
fn facets_that_do_not_fit_are_kept_as_sent() {
    let on_dataset = |facets: Value| json!({"outputs": [{"namespace": "n", "name": "a", "facets": facets}]});
    tolerated(
        on_dataset(json!({"schema": {"fields": [{"name": "id"}]}})),
        expect![[r#"
        facet-without-origin $.outputs[0].facets.schema: expected `_producer` and `_schemaURL`, found no `_producer` and no `_schemaURL`
    "#]],
    );
    tolerated(
        on_dataset(json!({"schema": facet(json!({"fields": [{"type": "int"}]}))})),
        expect![[r#"
        facet-invalid $.outputs[0].facets.schema.fields[0].name: expected a string, found nothing; kept as sent and not read
    "#]],
    );
    tolerated(
        on_dataset(json!({"schema": facet(json!({"fields": {"id": "int"}}))})),
        expect![[r#"
        facet-invalid $.outputs[0].facets.schema.fields: expected a list, found an object; kept as sent and not read
    "#]],
    );
    tolerated(
        on_dataset(json!({"schema": facet(json!({"fields": [{"name": "a"}, {"name": "a", "type": "int"}]}))})),
        expect![[r#"
        repeated-field $.outputs[0].facets.schema.fields[1]: the column `a` is listed twice; the first one counts
    "#]],
    );
    tolerated(
        on_dataset(json!({"lifecycleStateChange": facet(json!({"lifecycleStateChange": "MOVE"}))})),
        expect![[r#"
        facet-invalid $.outputs[0].facets.lifecycleStateChange.lifecycleStateChange: expected one of ALTER, CREATE, DROP, OVERWRITE, RENAME, TRUNCATE, found the string `MOVE`; kept as sent and not read
    "#]],
    );
    tolerated(
        on_dataset(json!({"ownership": facet(json!({"owners": [{"type": "x"}]}))})),
        expect![[r#"
        facet-invalid $.outputs[0].facets.ownership.owners[0].name: expected a string, found nothing; kept as sent and not read
    "#]],
    );
    tolerated(
        on_dataset(json!({"tags": facet(json!({"tags": [{"key": "pii", "value": true}]}))})),
        expect![[r#"
        facet-invalid $.outputs[0].facets.tags.tags[0].value: expected a string, found true; kept as sent and not read
    "#]],
    );
    tolerated(on_dataset(json!({"dataSource": facet(json!({"name": "file", "uri": "file"}))})), expect![[""]]);
    tolerated(on_dataset(json!({"made.up-facet": facet(json!({"a": [1]}))})), expect![[""]]);
    tolerated(
        json!({"run": {"runId": "0193ad2e-0000-7000-8000-000000000001", "facets": {
            "nominalTime": facet(json!({"nominalStartTime": "tonight"})),
            "spark.exception": facet(json!({"stackTrace": 1})),
            "parent": facet(json!({"run": {}})),
            "tags": {"_deleted": true, "_producer": "p", "_schemaURL": "s"},
        }}}),
        expect![[r#"
        facet-invalid $.run.facets.nominalTime.nominalStartTime: expected a time such as `2026-01-31T12:00:00Z`, found the string `tonight`; kept as sent and not read
        facet-invalid $.run.facets.parent.run.runId: expected a string, found nothing; kept as sent and not read
        facet-invalid $.run.facets['spark.exception'].stackTrace: expected a string, found the number 1; kept as sent and not read
        deletion-not-allowed $.run.facets.tags: only facets of jobs and datasets can be deleted; kept as sent
    "#]],
    );
}

#[test]
fn metrics_that_are_no_numbers_are_left_out() {
    let metrics = json!({"rowCount": 3, "columnMetrics": {"a": {"min": 1.5, "max": "<<non-serializable: Decimal>>", "quantiles": {"0.5": 2, "0.9": "x"}}}});
    check(
        &run_event(
            json!({"inputs": [{"namespace": "n", "name": "a", "inputFacets": {"dataQualityMetrics": facet(metrics)}}]}),
        ),
        expect![[r#"
            run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
              reads n a
                dataQualityMetrics: rowCount=3, a/min=1.5, a/quantiles/0.5=2
            not-a-number $.inputs[0].inputFacets.dataQualityMetrics.columnMetrics.a.max: expected a number, found the string `<<non-serializable: Decimal>>`; left out
            not-a-number $.inputs[0].inputFacets.dataQualityMetrics.columnMetrics.a.quantiles['0.9']: expected a number, found the string `x`; left out
        "#]],
    );
}

#[test]
fn assertions_are_read_at_either_level() {
    let assertions = |success: bool| {
        facet(
            json!({"assertions": [{"assertion": "not_null", "column": "id", "success": success, "severity": "error"}]}),
        )
    };
    check(
        &run_event(json!({"inputs": [
            {"namespace": "n", "name": "a", "facets": {"dataQualityAssertions": assertions(true)}},
            {"namespace": "n", "name": "b", "facets": {"dataQualityAssertions": assertions(true)}, "inputFacets": {"dataQualityAssertions": assertions(false)}},
        ]})),
        expect![[r#"
            dataset n a
              dataQualityAssertions: …
            dataset n b
              dataQualityAssertions: …
            run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
              reads n a
                dataQualityAssertions: not_null(id) true error
              reads n b
                dataQualityAssertions: not_null(id) false error
            facet-misplaced $.inputs[0].facets.dataQualityAssertions: expected it among `inputFacets`, found it among the facets of a dataset
            facet-misplaced $.inputs[1].facets.dataQualityAssertions: expected it among `inputFacets`, found it among the facets of a dataset
        "#]],
    );
}

#[test]
fn a_dataset_listed_twice_is_one() {
    let link = |name: &str| facet(json!({"identifiers": [{"namespace": "hive://m", "name": name, "type": "TABLE"}]}));
    check(
        &run_event(json!({
            "inputs": [{"namespace": "n", "name": "a", "facets": {"documentation": facet(json!({"description": "as input"}))}}],
            "outputs": [
                {"namespace": "n", "name": "a", "facets": {"symlinks": link("x"), "documentation": facet(json!({"description": "as output"}))}},
                {"namespace": "n", "name": "a", "facets": {"symlinks": link("y"), "documentation": facet(json!({"description": "the last"}))}},
            ],
        })),
        expect![[r#"
            dataset n a
              documentation: Documentation(Documentation { text: "the last", content_type: None, by: None })
              symlinks: hive://m x, hive://m y
            run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
              reads n a
              writes n a
            repeated-dataset $.outputs[1]: `a` is listed twice; its facets are taken together
        "#]],
    );
}

#[test]
fn an_empty_dataset_namespace_is_that_of_an_unknown_platform() {
    let lineage =
        facet(json!({"fields": {"x": {"inputFields": [{"namespace": "", "name": "default.src", "field": "x"}]}}}));
    check(
        &run_event(json!({
            "inputs": [{"namespace": "", "name": "default.src"}],
            "outputs": [{"namespace": "kafka://b:9092", "name": "topic", "facets": {"columnLineage": lineage}}],
        })),
        expect![[r#"
            dataset kafka://b:9092 topic
              columnLineage: …
            run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
              reads unknown://jobs default.src
              writes kafka://b:9092 topic
              ColumnLineage kafka://b:9092 topic
                x <- unknown://jobs default.src/x Unknown
            empty-namespace $.inputs[0].namespace: expected the namespace of a dataset, found an empty string; read as `unknown://jobs`
            empty-namespace $.outputs[0].facets.columnLineage.fields.x.inputFields[0].namespace: expected the namespace of a dataset, found an empty string; read as `unknown://jobs`
        "#]],
    );
    check(
        r#"{"eventTime":"2026-11-21T10:00:00Z","producer":"p","schemaURL":"s","dataset":{"namespace":"","name":"a"}}"#,
        expect![[r#"
        dataset unknown:// a
        empty-namespace $.dataset.namespace: expected the namespace of a dataset, found an empty string; read as `unknown://`
    "#]],
    );
}

#[test]
fn job_and_dataset_without_run_is_a_job_event() {
    tolerated(
        json!({"run": "absent", "schemaURL": "s", "dataset": {"namespace": "n", "name": "a"}}),
        expect![[r#"
        ambiguous-event $.dataset: expected either `job` or `dataset`, found both; read as a JobEvent without `dataset`
    "#]],
    );
}

#[test]
fn odd_json_is_read() {
    let mut event = run_event(json!({"x": "\u{d7ff}"}));
    event = event.replace('\u{d7ff}', "\\ud83d").replacen('{', "{\"eventType\":\"FAIL\",", 1);
    expect![[r#"
        lone-surrogate: half of a surrogate pair stands alone at line 1 column 299 and was replaced by U+FFFD
        repeated-key: the key `eventType` is given twice in the object that ends at line 1 column 307; the last one counts
    "#]].assert_eq(&render::faults(&read(&event).unwrap().input.faults));
}

#[test]
fn the_list_of_faults_is_bounded() {
    let datasets: Vec<_> = (0..100).map(|n| json!({"namespace": "", "name": n.to_string()})).collect();
    let faults = read(&run_event(json!({"inputs": datasets}))).unwrap().input.faults;
    assert_eq!(faults.len(), 51);
    assert_eq!(render::faults(&faults[50..]), "more-faults: 50 more faults are not listed\n");
}
