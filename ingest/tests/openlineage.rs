//! What is tolerated in an event and what is refused, and what events mean. Each check is one event.

mod render;

use expect_test::{Expect, expect};
use graph::change::Submission;
use ingest::openlineage::{self, Limits, Rejection};
use serde_json::{Value, json};

use render::render;

fn read(event: &str) -> Result<Submission, Rejection> {
    let received_at = "2026-11-21T12:00:00Z".parse().unwrap();
    openlineage::event(event.as_bytes(), received_at, &Limits::default())
}

/// A run event in good order, with some of its members replaced; null takes one away.
fn run_event(members: Value) -> String {
    let mut event = json!({
        "eventTime": "2026-11-21T10:00:00Z",
        "eventType": "COMPLETE",
        "producer": "https://example.com/test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "0193ad2e-0000-7000-8000-000000000001"},
        "job": {"namespace": "jobs", "name": "load"},
    });
    patch(&mut event, members);
    event.to_string()
}

fn patch(event: &mut Value, members: Value) {
    for (key, value) in members.as_object().unwrap() {
        if value == "absent" {
            event.as_object_mut().unwrap().remove(key);
        } else {
            event[key] = value.clone();
        }
    }
}

fn facet(members: Value) -> Value {
    let mut facet = json!({"_producer": "p", "_schemaURL": "s"});
    patch(&mut facet, members);
    facet
}

/// The refusal of an event, as a client reads it.
#[track_caller]
fn refused(event: &str, expected: Expect) {
    let rejection = read(event).expect_err("the event is accepted");
    expected.assert_eq(&format!("{:?} {}: {rejection}", rejection.kind, rejection.fault.code));
}

/// The changes and faults of an event.
#[track_caller]
fn check(event: &str, expected: Expect) {
    expected.assert_eq(&render(&read(event).unwrap()));
}

/// The faults of a run event of which some members were replaced.
#[track_caller]
fn tolerated(members: Value, expected: Expect) {
    let submission = read(&run_event(members)).unwrap();
    expected.assert_eq(&render::faults(&submission.input.faults));
}

#[test]
fn what_is_not_json_is_refused() {
    refused("", expect!["BadRequest not-json: not JSON: expected a value, found the end at line 1 column 1"]);
    refused("{\"a\":", expect!["BadRequest not-json: not JSON: expected a value, found the end at line 1 column 6"]);
    refused("[]", expect!["BadRequest not-an-object: expected an event, which is a JSON object, found a list"]);
    refused("\"event\"", expect!["BadRequest not-an-object: expected an event, which is a JSON object, found the string `event`"]);
    refused(&"[".repeat(1000), expect!["BadRequest not-json: not JSON: expected at most 128 levels of nesting, found `[` at line 1 column 129"]);
}

#[test]
fn an_event_about_nothing_is_refused() {
    refused("{}", expect!["Unprocessable no-subject: `$`: expected `run` and `job`, or `job`, or `dataset`, found none of them"]);
    refused(&run_event(json!({"job": "absent"})), expect!["Unprocessable missing: `$.job`: expected an object, found nothing"]);
    refused(&run_event(json!({"run": null, "job": null})), expect!["Unprocessable no-subject: `$`: expected `run` and `job`, or `job`, or `dataset`, found none of them"]);
}

#[test]
fn an_event_without_a_time_is_refused() {
    refused(&run_event(json!({"eventTime": "absent"})), expect!["Unprocessable missing: `$.eventTime`: expected a string, found nothing"]);
    refused(&run_event(json!({"eventTime": null})), expect!["Unprocessable wrong-type: `$.eventTime`: expected a string, found null"]);
    refused(&run_event(json!({"eventTime": 1_700_000_000})), expect!["Unprocessable wrong-type: `$.eventTime`: expected a string, found the number 1700000000"]);
    refused(&run_event(json!({"eventTime": "yesterday"})), expect!["Unprocessable not-a-time: `$.eventTime`: expected a time such as `2026-01-31T12:00:00Z`, found the string `yesterday`"]);
    refused(&run_event(json!({"eventTime": "2026-13-01T00:00:00Z"})), expect!["Unprocessable not-a-time: `$.eventTime`: expected a time such as `2026-01-31T12:00:00Z`, found the string `2026-13-01T00:00:00Z`"]);
}

#[test]
fn a_run_or_job_without_identity_is_refused() {
    refused(&run_event(json!({"run": {}})), expect!["Unprocessable missing: `$.run.runId`: expected a string, found nothing"]);
    refused(&run_event(json!({"run": {"runId": ""}})), expect!["Unprocessable wrong-type: `$.run.runId`: expected a string that is not empty, found an empty string"]);
    refused(&run_event(json!({"run": {"runId": 7}})), expect!["Unprocessable wrong-type: `$.run.runId`: expected a string, found the number 7"]);
    refused(&run_event(json!({"run": "x"})), expect!["Unprocessable wrong-type: `$.run`: expected an object, found the string `x`"]);
    refused(&run_event(json!({"job": []})), expect!["Unprocessable wrong-type: `$.job`: expected an object, found a list"]);
    refused(&run_event(json!({"job": {"name": "load"}})), expect!["Unprocessable missing: `$.job.namespace`: expected a string, found nothing"]);
    refused(&run_event(json!({"job": {"namespace": "", "name": "load"}})), expect!["Unprocessable wrong-type: `$.job.namespace`: expected a string that is not empty, found an empty string"]);
    refused(&run_event(json!({"job": {"namespace": "jobs"}})), expect!["Unprocessable missing: `$.job.name`: expected a string, found nothing"]);
    refused(&run_event(json!({"job": {"namespace": "jobs", "name": " "}})), expect!["Unprocessable wrong-type: `$.job.name`: expected a string that is not empty, found the string ` `"]);
    refused(&run_event(json!({"job": {"namespace": null, "name": "load"}})), expect!["Unprocessable wrong-type: `$.job.namespace`: expected a string, found null"]);
}

#[test]
fn a_dataset_without_identity_is_refused() {
    let dataset = |dataset: Value| json!({"inputs": [{"namespace": "n", "name": "ok"}, dataset]});
    refused(&run_event(dataset(json!({"name": "a"}))), expect!["Unprocessable missing: `$.inputs[1].namespace`: expected a string, found nothing"]);
    refused(&run_event(dataset(json!({"namespace": "n"}))), expect!["Unprocessable missing: `$.inputs[1].name`: expected a string, found nothing"]);
    refused(&run_event(dataset(json!({"namespace": "n", "name": ""}))), expect!["Unprocessable wrong-type: `$.inputs[1].name`: expected a string that is not empty, found an empty string"]);
    refused(&run_event(dataset(json!({"namespace": 1, "name": "a"}))), expect!["Unprocessable wrong-type: `$.inputs[1].namespace`: expected a string, found the number 1"]);
    refused(&run_event(dataset(json!(null))), expect!["Unprocessable wrong-type: `$.inputs[1]`: expected an object, found null"]);
    refused(&run_event(json!({"outputs": {"namespace": "n", "name": "a"}})), expect!["Unprocessable wrong-type: `$.outputs`: expected a list of datasets, found an object"]);
    refused(r#"{"eventTime":"2026-11-21T10:00:00Z","dataset":{"namespace":"n"}}"#, expect!["Unprocessable missing: `$.dataset.name`: expected a string, found nothing"]);
}

#[test]
fn times() {
    let time = |text: &str| {
        let submission = read(&run_event(json!({"eventTime": text}))).unwrap();
        format!("{}\n{}", render::time(&submission), render::faults(&submission.input.faults))
    };
    expect![[r#"
        2026-11-21T10:00:00.123456789Z
    "#]].assert_eq(&time("2026-11-21T10:00:00.123456789Z"));
    expect![[r#"
        2026-11-21T08:00:00.9Z
    "#]].assert_eq(&time("2026-11-21T10:00:00.9+02:00"));
    expect![[r#"
        2026-11-21T10:00:00.5Z
        time-without-zone $.eventTime: expected a zone, found `2026-11-21T10:00:00.5`; read as UTC
    "#]].assert_eq(&time("2026-11-21T10:00:00.5"));
    expect![[r#"
        2026-11-21T10:00:00Z
        time-without-zone $.eventTime: expected a zone, found `2026-11-21 10:00:00`; read as UTC
    "#]].assert_eq(&time("2026-11-21 10:00:00"));
    expect![[r#"
        2026-11-21T10:00:00Z
    "#]].assert_eq(&time("2026-11-21T11:00:00+01:00[Europe/Berlin]"));
    expect![[r#"
        2126-11-21T10:00:00Z
        time-in-future $.eventTime: `2126-11-21T10:00:00Z` is more than a day after it was received
    "#]].assert_eq(&time("2126-11-21T10:00:00Z"));
    expect![[r#"
        1970-01-01T00:00:00Z
        time-long-ago $.eventTime: `1970-01-01T00:00:00Z` is before the year 2000
    "#]].assert_eq(&time("1970-01-01T00:00:00Z"));
}

#[test]
fn who_sent_it_by_which_schema_does_not_matter() {
    tolerated(json!({}), expect![[""]]);
    tolerated(json!({"producer": "absent", "schemaURL": "absent"}), expect![[r#"
        no-producer $.producer: expected a URL, found nothing
        no-schema-url $.schemaURL: expected a URL, found nothing
    "#]]);
    tolerated(json!({"producer": 1, "schemaURL": ""}), expect![[r#"
        no-producer $.producer: expected a URL, found the number 1
        no-schema-url $.schemaURL: expected a URL, found an empty string
    "#]]);
    tolerated(json!({"producer": "no URL", "schemaURL": "https://openlineage.io/spec/2-8-9/OpenLineage.json"}), expect![[""]]);
    tolerated(json!({"schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"}), expect![[r#"
        other-schema-url $.schemaURL: expected the schema of a RunEvent, which the event is by its shape, found that of a JobEvent
    "#]]);
    tolerated(json!({"surprise": {"a": 1}}), expect![[""]]);
}

#[test]
fn event_types() {
    tolerated(json!({"eventType": "absent"}), expect![[r#"
        no-event-type $.eventType: expected START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, found none; the run's state stays as it is
    "#]]);
    tolerated(json!({"eventType": null}), expect![[r#"
        no-event-type $.eventType: expected START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, found none; the run's state stays as it is
    "#]]);
    tolerated(json!({"eventType": "Complete"}), expect![[r#"
        event-type-case $.eventType: expected capitals, found `Complete`
    "#]]);
    tolerated(json!({"eventType": "FINISHED"}), expect![[r#"
        unknown-event-type $.eventType: expected START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, found the string `FINISHED`; the run's state stays as it is
    "#]]);
    tolerated(json!({"eventType": 3}), expect![[r#"
        unknown-event-type $.eventType: expected START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, found the number 3; the run's state stays as it is
    "#]]);
}

#[test]
fn odd_names_are_taken_as_they_are() {
    tolerated(json!({"run": {"runId": "run_id"}}), expect![[r#"
        run-id-not-uuid $.run.runId: expected a UUID, found the string `run_id`; kept as sent
    "#]]);
    tolerated(json!({"job": {"namespace": "a/b:c", "name": "insert-into_x,y z \u{1F980} \"q\" `b`"}}), expect![[""]]);
    tolerated(json!({"job": {"namespace": "n", "name": "7"}}), expect![[""]]);
    tolerated(json!({"job": {"namespace": "n", "name": "x".repeat(100_000)}}), expect![[""]]);
}

#[test]
fn absent_empty_and_null_lists_and_facets() {
    tolerated(json!({"inputs": [], "outputs": []}), expect![[""]]);
    tolerated(json!({"inputs": null, "outputs": null}), expect![[r#"
        null-value $.inputs: expected a list, found null; read as absent
        null-value $.outputs: expected a list, found null; read as absent
    "#]]);
    tolerated(json!({"inputs": [{"namespace": "n", "name": "a"}, {"namespace": "n", "name": "b", "facets": {}}]}), expect![[""]]);
    tolerated(json!({"inputs": [{"namespace": "n", "name": "a", "facets": null, "inputFacets": null}]}), expect![[r#"
        null-value $.inputs[0].facets: expected an object, found null; read as absent
        null-value $.inputs[0].inputFacets: expected an object, found null; read as absent
    "#]]);
    tolerated(json!({"inputs": [{"namespace": "n", "name": "a", "facets": {"schema": null}}]}), expect![[r#"
        null-value $.inputs[0].facets.schema: expected a facet, found null; read as absent
    "#]]);
    tolerated(json!({"inputs": [{"namespace": "n", "name": "a", "facets": []}]}), expect![[r#"
        facets-invalid $.inputs[0].facets: expected an object, found a list; kept as sent and not read
    "#]]);
    tolerated(json!({"job": {"namespace": "n", "name": "j", "facets": {"sql": "SELECT 1"}}}), expect![[r#"
        facet-invalid $.job.facets.sql: expected an object, found the string `SELECT 1`; kept as sent and not read
    "#]]);
}

#[test]
fn facets_that_do_not_fit_are_kept_as_sent() {
    let on_dataset = |facets: Value| json!({"outputs": [{"namespace": "n", "name": "a", "facets": facets}]});
    tolerated(on_dataset(json!({"schema": {"fields": [{"name": "id"}]}})), expect![[r#"
        facet-without-origin $.outputs[0].facets.schema: expected `_producer` and `_schemaURL`, found no `_producer` and no `_schemaURL`
    "#]]);
    tolerated(on_dataset(json!({"schema": facet(json!({"fields": [{"type": "int"}]}))})), expect![[r#"
        facet-invalid $.outputs[0].facets.schema.fields[0].name: expected a string, found nothing; kept as sent and not read
    "#]]);
    tolerated(on_dataset(json!({"schema": facet(json!({"fields": {"id": "int"}}))})), expect![[r#"
        facet-invalid $.outputs[0].facets.schema.fields: expected a list, found an object; kept as sent and not read
    "#]]);
    tolerated(on_dataset(json!({"schema": facet(json!({"fields": [{"name": "a"}, {"name": "a", "type": "int"}]}))})), expect![[r#"
        repeated-field $.outputs[0].facets.schema.fields[1]: the column `a` is listed twice; the first one counts
    "#]]);
    tolerated(on_dataset(json!({"lifecycleStateChange": facet(json!({"lifecycleStateChange": "MOVE"}))})), expect![[r#"
        facet-invalid $.outputs[0].facets.lifecycleStateChange.lifecycleStateChange: expected one of ALTER, CREATE, DROP, OVERWRITE, RENAME, TRUNCATE, found the string `MOVE`; kept as sent and not read
    "#]]);
    tolerated(on_dataset(json!({"ownership": facet(json!({"owners": [{"type": "x"}]}))})), expect![[r#"
        facet-invalid $.outputs[0].facets.ownership.owners[0].name: expected a string, found nothing; kept as sent and not read
    "#]]);
    tolerated(on_dataset(json!({"tags": facet(json!({"tags": [{"key": "pii", "value": true}]}))})), expect![[r#"
        facet-invalid $.outputs[0].facets.tags.tags[0].value: expected a string, found true; kept as sent and not read
    "#]]);
    tolerated(on_dataset(json!({"dataSource": facet(json!({"name": "file", "uri": "file"}))})), expect![[""]]);
    tolerated(on_dataset(json!({"made.up-facet": facet(json!({"a": [1]}))})), expect![[""]]);
    tolerated(json!({"run": {"runId": "0193ad2e-0000-7000-8000-000000000001", "facets": {
        "nominalTime": facet(json!({"nominalStartTime": "tonight"})),
        "spark.exception": facet(json!({"stackTrace": 1})),
        "parent": facet(json!({"run": {}})),
        "tags": {"_deleted": true, "_producer": "p", "_schemaURL": "s"},
    }}}), expect![[r#"
        facet-invalid $.run.facets.nominalTime.nominalStartTime: expected a time such as `2026-01-31T12:00:00Z`, found the string `tonight`; kept as sent and not read
        facet-invalid $.run.facets.parent.run.runId: expected a string, found nothing; kept as sent and not read
        facet-invalid $.run.facets['spark.exception'].stackTrace: expected a string, found the number 1; kept as sent and not read
        deletion-not-allowed $.run.facets.tags: only facets of jobs and datasets can be deleted; kept as sent
    "#]]);
}

#[test]
fn metrics_that_are_no_numbers_are_left_out() {
    let metrics = json!({"rowCount": 3, "columnMetrics": {"a": {"min": 1.5, "max": "<<non-serializable: Decimal>>", "quantiles": {"0.5": 2, "0.9": "x"}}}});
    check(
        &run_event(json!({"inputs": [{"namespace": "n", "name": "a", "inputFacets": {"dataQualityMetrics": facet(metrics)}}]})),
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
    let assertions = |success: bool| facet(json!({"assertions": [{"assertion": "not_null", "column": "id", "success": success, "severity": "error"}]}));
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
    let lineage = facet(json!({"fields": {"x": {"inputFields": [{"namespace": "", "name": "default.src", "field": "x"}]}}}));
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
    check(r#"{"eventTime":"2026-11-21T10:00:00Z","producer":"p","schemaURL":"s","dataset":{"namespace":"","name":"a"}}"#, expect![[r#"
        dataset unknown:// a
        empty-namespace $.dataset.namespace: expected the namespace of a dataset, found an empty string; read as `unknown://`
    "#]]);
}

#[test]
fn job_and_dataset_without_run_is_a_job_event() {
    tolerated(json!({"run": "absent", "schemaURL": "s", "dataset": {"namespace": "n", "name": "a"}}), expect![[r#"
        ambiguous-event $.dataset: expected either `job` or `dataset`, found both; read as a JobEvent without `dataset`
    "#]]);
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

#[test]
fn schemas_nest() {
    let schema = facet(json!({"fields": [
        {"name": "id", "type": "int", "description": ""},
        {"name": "address", "type": "struct", "fields": [{"name": "city", "type": "string", "description": "where"}, {"name": "geo", "fields": [{"name": "lat"}]}]},
        {"name": "tags", "type": "array", "fields": [{"name": "_element", "type": "struct", "fields": [{"name": "key"}]}]},
        {"name": "props", "type": "map", "fields": [{"name": "_key", "type": "string"}, {"name": "_value", "type": "int"}]},
        {"name": "last", "type": null},
    ]}));
    let ordered = facet(json!({"fields": [{"name": "b", "ordinal_position": 2}, {"name": "a", "ordinal_position": 1}]}));
    check(
        &run_event(json!({"outputs": [
            {"namespace": "n", "name": "a", "facets": {"schema": schema}},
            {"namespace": "n", "name": "b", "facets": {"schema": ordered}},
        ]})),
        expect![[r#"
            dataset n a
              schema: 0 id int, 1 address struct, 2 address.city string `where`, 3 address.geo, 4 address.geo.lat, 5 tags array, 6 tags._element struct, 7 tags._element.key, 8 props map, 9 props._key string, 10 props._value int, 11 last
            dataset n b
              schema: 0 a, 1 b
            run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
              writes n a
              writes n b
        "#]],
    );
}

#[test]
fn facets_of_datasets() {
    let facets = json!({
        "documentation": facet(json!({"description": "Orders", "contentType": "text/markdown"})),
        "ownership": facet(json!({"owners": [{"name": "team:crm", "type": "OWNER"}, {"name": "ada", "type": ""}]})),
        "tags": facet(json!({"tags": [{"key": "gold", "value": "yes", "source": "dbt"}, {"key": "pii", "value": "true", "field": "email"}]})),
        "dataSource": facet(json!({"name": "db", "uri": "postgres://db:5432"})),
        "symlinks": facet(json!({"identifiers": [{"namespace": "file:/w", "name": "`a-b`.`c d`", "type": "TABLE"}]})),
        "datasetType": facet(json!({"datasetType": "TABLE", "subType": "EXTERNAL"})),
        "storage": facet(json!({"storageLayer": "iceberg", "fileFormat": ""})),
        "lifecycleStateChange": facet(json!({"lifecycleStateChange": "rename", "previousIdentifier": {"namespace": "n", "name": "old"}})),
        "version": facet(json!({"datasetVersion": "17"})),
    });
    check(&run_event(json!({"outputs": [{"namespace": "n", "name": "a", "facets": facets, "outputFacets": {
        "outputStatistics": facet(json!({"rowCount": 12, "size": 4096.0, "fileCount": null})),
        "icebergCommitReport": facet(json!({"snapshotId": 1})),
        "columnLineage": facet(json!({})),
    }}]})), expect![[r#"
        dataset n a
          dataSource: Source(DataSource { name: Some("db"), uri: Some("postgres://db:5432") })
          datasetType: Type(DatasetType { name: "TABLE", subtype: Some("EXTERNAL") })
          documentation: Documentation(Documentation { text: "Orders", content_type: Some("text/markdown"), by: None })
          lifecycleStateChange: Lifecycle { change: "RENAME", previous: Some(QualifiedName { namespace: "n", name: "old" }) }
          ownership: Ownership([Owner { name: "team:crm", role: Some("OWNER") }, Owner { name: "ada", role: None }])
          storage: Storage(Storage { layer: Some("iceberg"), format: None })
          symlinks: file:/w `a-b`.`c d`
          tags: Tags { own: [Tag { key: "gold", value: "yes", source: Some("dbt") }], columns: [("email", Tag { key: "pii", value: "true", source: None })] }
          version: …
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          writes n a
            columnLineage: …
            icebergCommitReport: …
            outputStatistics: rowCount=12, size=4096
        facet-misplaced $.outputs[0].outputFacets.columnLineage: expected it among the facets of a dataset, found it among `outputFacets`
    "#]]);
}

#[test]
fn facets_of_jobs_and_runs() {
    let parent = json!({"run": {"runId": "p"}, "job": {"namespace": "jobs", "name": "dag"}, "root": {"run": {"runId": "r"}, "job": {"namespace": "jobs", "name": "all"}}});
    let event = run_event(json!({
        "job": {"namespace": "jobs", "name": "load", "facets": {
            "sql": facet(json!({"query": "SELECT 1", "dialect": "postgres"})),
            "sourceCode": facet(json!({"language": "python", "sourceCode": "print()"})),
            "sourceCodeLocation": facet(json!({"type": "git", "url": "https://g/x", "path": "x"})),
            "jobType": facet(json!({"processingType": "NONE", "integration": "SPARK", "jobType": "APPLICATION"})),
            "documentation": facet(json!({"description": ""})),
            "ownership": {"_deleted": true},
            "tags": {"_deleted": true, "_producer": "p", "_schemaURL": "s", "tags": []},
        }},
        "run": {"runId": "0193ad2e-0000-7000-8000-000000000001", "facets": {
            "parent": facet(parent),
            "parentRun": facet(json!({"run": {"runId": "old"}, "job": {"namespace": "jobs", "name": "old"}})),
            "nominalTime": facet(json!({"nominalStartTime": "2026-11-21T00:00:00Z"})),
            "errorMessage": facet(json!({"message": "boom", "programmingLanguage": "JAVA", "stackTrace": "at x"})),
            "spark.exception": facet(json!({"stackTrace": "java.lang.X: bad\n\tat y"})),
            "environment-properties": facet(json!({})),
        }},
    }));
    check(&event, expect![[r#"
        job jobs load
          documentation: …
          jobType: JobType(JobType { processing: Some("NONE"), integration: Some("SPARK"), job_type: Some("APPLICATION") })
          ownership: deleted
          sourceCode: SourceCode(SourceCode { language: "python", code: "print()" })
          sourceCodeLocation: SourceLocation(SourceLocation { kind: Some("git"), url: "https://g/x" })
          sql: SELECT 1 Some("postgres")
          tags: deleted
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          environment-properties: …
          errorMessage: Error(RunError { message: "boom", language: Some("JAVA"), stack_trace: Some("at x") })
          nominalTime: NominalTime { start: Some(2026-11-21T00:00:00Z), end: None }
          parent: Parent(ParentRun { run: "p", job: QualifiedName { namespace: "jobs", name: "dag" }, root: Some(("r", QualifiedName { namespace: "jobs", name: "all" })) })
          parentRun: …
          spark.exception: Error(RunError { message: "java.lang.X: bad", language: None, stack_trace: Some("java.lang.X: bad\n\tat y") })
          query SELECT 1
    "#]]);
}

#[test]
fn the_old_name_of_the_parent_facet() {
    let parent = facet(json!({"run": {"runId": "old"}, "job": {"namespace": "jobs", "name": "dag"}}));
    check(&run_event(json!({"run": {"runId": "0193ad2e-0000-7000-8000-000000000001", "facets": {"parentRun": parent}}})), expect![[r#"
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          parentRun: Parent(ParentRun { run: "old", job: QualifiedName { namespace: "jobs", name: "dag" }, root: None })
    "#]]);
}

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
    check(&lineage_event(lineage), expect![[r#"
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
    "#]]);
}

#[test]
fn column_lineage_in_its_old_form() {
    let field = |kind: &str| json!({"inputFields": [source("a", json!("absent"))], "transformationType": kind, "transformationDescription": "x"});
    let lineage = facet(json!({"fields": {"copied": field("IDENTITY"), "masked": field("MASKED"), "other": field("lookup")}}));
    check(&lineage_event(lineage), expect![[r#"
        dataset n out
          columnLineage: …
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          writes n out
          ColumnLineage n out
            copied <- n src/a Identity
            masked <- n src/a Transformation masking
            other <- n src/a Unknown
    "#]]);
}

#[test]
fn column_lineage_that_does_not_fit_is_read_as_far_as_it_does() {
    check(&lineage_event(facet(json!({"fields": {}, "dataset": []}))), expect![[r#"
        dataset n out
          columnLineage: …
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          writes n out
    "#]]);
    let lineage = json!({
        "fields": {
            "a": {"inputFields": [{"namespace": "n", "name": "src"}, source("ok", json!([]))]},
            "b": [],
            "c": {"inputFields": [source("x", json!([{"type": "SIDEWAYS"}]))]},
        },
        "dataset": {},
    });
    check(&lineage_event(lineage), expect![[r#"
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
    "#]]);
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
        entry(json!({"type": "JOB"}), json!({"inputs": [dataset("read"), column("read too", "x")]})),
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
    let lineage = facet(json!({"inputs": [{"namespace": "n", "name": "src", "type": "DATASET", "transformations": []}], "fields": {}}));
    check(&event(json!({"lineage": lineage})), expect![[r#"
        dataset n out
          lineage: …
        statement of n out
          Explicit n out from n src
    "#]]);
    let columns = facet(json!({"fields": {"a": {"inputFields": [source("a", json!([]))]}}}));
    check(&event(json!({"columnLineage": columns})), expect![[r#"
        dataset n out
          columnLineage: …
        statement of n out
          ColumnLineage n out
            a <- n src/a Unknown
    "#]]);
    check(&event(json!({"lineage": {"_deleted": true}})), expect![[r#"
        dataset n out
          lineage: deleted
        statement of n out
    "#]]);
    check(&event(json!({"documentation": {"_deleted": true}})), expect![[r#"
        dataset n out
          documentation: deleted
    "#]]);
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

#[test]
fn order_of_keys_space_and_escapes_do_not_matter() {
    let id = |event: &str| read(event).unwrap().input.id;
    let one = r#"{"eventTime":"2026-11-21T10:00:00Z","dataset":{"namespace":"n","name":"é","facets":{"a":{"x":1.0,"y":"/"}}}}"#;
    let other = "{ \"dataset\" : {\"facets\":{\"a\":{\"y\":\"\\/\",\"x\":1.0}},\n\"name\":\"\\u00e9\",\"namespace\":\"n\"},\"eventTime\":\"2026-11-21T10:00:00Z\"}";
    assert_eq!(id(one), id(other));
    assert_ne!(id(one), id(&one.replace("1.0", "1")));
}

#[test]
fn secrets_are_gone_before_the_event_is_hashed() {
    let event = |secret: &str| {
        run_event(json!({
            "run": {"runId": "0193ad2e-0000-7000-8000-000000000001", "facets": {
                "debezium_config": facet(json!({"configs": {"database.password": secret, "database.port": "5432"}})),
                "environmentVariables": facet(json!({"environmentVariables": [{"name": "DB_PASSWORD", "value": secret}]})),
                "errorMessage": facet(json!({"message": format!("cannot connect to postgres://u:{secret}@h/d"), "programmingLanguage": "x"})),
            }},
            "job": {"namespace": "jobs", "name": "load", "facets": {"sql": facet(json!({"query": format!("COPY t FROM 'x' PASSWORD '{secret}'")}))}},
            "inputs": [{"namespace": format!("postgres://u:{secret}@h:5432"), "name": "d.s.t"}],
        }))
    };
    let (one, other) = (read(&event("hunter2")).unwrap(), read(&event("geheim")).unwrap());
    assert_eq!(one.input.id, other.input.id);
    let everything = format!("{:?} {}", one, String::from_utf8_lossy(&one.input.contents.iter().flat_map(|c| c.bytes.clone()).collect::<Vec<_>>()));
    assert!(!everything.contains("hunter2"), "{everything}");
    assert!(!String::from_utf8_lossy(&one.input.body).contains("hunter2"));
    check(&event("hunter2"), expect![[r#"
        job jobs load
          sql: COPY t FROM 'x' PASSWORD '[redacted]' None
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          debezium_config: …
          environmentVariables: …
          errorMessage: Error(RunError { message: "cannot connect to postgres://u:[redacted]@h/d", language: Some("x"), stack_trace: None })
          reads postgres://u:[redacted]@h:5432 d.s.t
          query COPY t FROM 'x' PASSWORD '[redacted]'
    "#]]);
}

#[test]
fn an_event_with_references_of_its_own_comes_back() {
    let sly = json!({"$ref": "00000000000000000000000000000000"});
    let event = run_event(json!({
        "$ref": "x",
        "job": {"namespace": "jobs", "name": "load", "$ref": sly, "facets": {"a": sly, "b": [1], "c": null, "d": "text"}},
        "inputs": [{"namespace": "n", "name": "a", "facets": {"a": sly}, "other": sly}],
    }));
    let input = read(&event).unwrap().input;
    let lookup = |id| input.contents.iter().find(|content| content.id == id).map(|content| content.bytes.clone());
    let whole = openlineage::restore(input.id, &input.body, &lookup).unwrap();
    assert_eq!(whole, ingest::canonical::canonical(event.as_bytes()).unwrap());
    assert_eq!(input.contents.len(), 3, "each content once");
    let missing = openlineage::restore(input.id, &input.body, &|_| None).unwrap_err().to_string();
    assert!(missing.ends_with("it refers to is not stored"), "{missing}");
}

#[test]
fn numbers_come_back_as_they_were_sent() {
    let event = run_event(json!({})).replacen('{', r#"{"a":[7.6635076019494707E18,18446744073709551616123,1.10,-0],"#, 1);
    let input = read(&event).unwrap().input;
    assert!(String::from_utf8_lossy(&input.body).contains("[7.6635076019494707E18,18446744073709551616123,1.10,-0]"));
}

#[test]
fn a_rejected_event_is_kept() {
    let kept = |event: &str| {
        let rejection = read(event).unwrap_err();
        let input = rejection.into_submission(event.as_bytes(), "2026-11-21T12:00:00Z".parse().unwrap()).input;
        assert!(input.rejected && input.contents.is_empty());
        (input.body.len(), format!("{}\n{}", String::from_utf8_lossy(&input.body), render::faults(&input.faults)))
    };
    expect![[r#"
        {"a":1,"password":"[redacted]"}
        no-subject $: expected `run` and `job`, or `job`, or `dataset`, found none of them
    "#]].assert_eq(&kept(r#"{"password":"x", "a":1}"#).1);
    expect![[r#"
        {"password":"[redacted]", "a":"postgres://u:[redacted]@h", 
        not-json: not JSON: expected a key in quotes, found the end at line 1 column 42
    "#]].assert_eq(&kept(r#"{"password":"x", "a":"postgres://u:p@h", "#).1);
    assert_eq!(kept(&"é".repeat(100_000)).0, 65_536);
    assert_eq!(kept(&format!("{{\"ab\":\"{}\"}}", "é".repeat(100_000))).0, 65_535);
}

#[test]
fn batches() {
    let batch = |bytes: &str| match openlineage::batch(bytes.as_bytes()) {
        Ok(events) => events.into_iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(" | "),
        Err(rejection) => format!("{:?} {rejection}", rejection.kind),
    };
    assert_eq!(batch(r#" [{"a": 1.50}, 7, [ ]]"#), r#"{"a": 1.50} | 7 | [ ]"#);
    assert_eq!(batch(r#"{"x":1,"events":[{}, "é"]}"#), r#"{} | "é""#);
    assert_eq!(batch("[]"), "");
    expect!["BadRequest not a batch: expected a list of events or an object with the list `events`: missing field `events` at line 1 column 2"].assert_eq(&batch("{}"));
    expect!["BadRequest not a batch: expected a list of events or an object with the list `events`: EOF while parsing a list at line 1 column 2"].assert_eq(&batch("[1"));
    expect!["BadRequest not a batch: expected a list of events or an object with the list `events`: invalid type: integer `7`, expected a sequence at line 1 column 1"].assert_eq(&batch("7"));
    let deep = format!("[{}{}]", "[".repeat(1000), "]".repeat(1000));
    assert_eq!(batch(&deep), deep[1..deep.len() - 1]);
}

#[test]
fn files() {
    let split = |text: &str| {
        let documents = openlineage::lines(text.as_bytes(), 12).map(|document| {
            let document = document.unwrap();
            match document.text {
                Ok(text) => format!("{}: {}", document.line, String::from_utf8(text).unwrap()),
                Err(unreadable) => format!("{}: {unreadable}", document.line),
            }
        });
        documents.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(split(""), "");
    assert_eq!(split("{\"a\":1}\r\n\n  {\"b\":2}"), "1: {\"a\":1}\r\n3: {\"b\":2}");
    assert_eq!(split("\u{feff}{}\n{\"cut\":\n{}\n"), "1: {}\n2: {\"cut\":\n3: {}");
    assert_eq!(split("{}\n{\"far too long\":1}\n{}"), "1: {}\n2: expected at most 12 bytes, found more\n3: {}");
    assert_eq!(split("[{\"a\":[1,2]} ,\n{\"]\":2}, 7,\n\"x\"]\n"), "1: {\"a\":[1,2]}\n2: {\"]\":2}\n2: 7\n3: \"x\"");
    assert_eq!(split("[{\"far too long\":1}, {}]"), "1: expected at most 12 bytes, found more\n1: {}");
    assert_eq!(split("{\n \"a\":\n 1}\n{\n}"), "1: {\n \"a\":\n 1}\n4: {\n}");
    assert_eq!(split("nonsense\n{}"), "1: nonsense\n2: {}");
}
