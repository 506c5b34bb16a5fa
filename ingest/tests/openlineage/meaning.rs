//! What facets mean.

use expect_test::expect;
use serde_json::json;

use crate::{check, facet, run_event};

#[test]
fn schemas_nest() {
    let schema = facet(json!({"fields": [
        {"name": "id", "type": "int", "description": ""},
        {"name": "address", "type": "struct", "fields": [{"name": "city", "type": "string", "description": "where"}, {"name": "geo", "fields": [{"name": "lat"}]}]},
        {"name": "tags", "type": "array", "fields": [{"name": "_element", "type": "struct", "fields": [{"name": "key"}]}]},
        {"name": "props", "type": "map", "fields": [{"name": "_key", "type": "string"}, {"name": "_value", "type": "int"}]},
        {"name": "last", "type": null},
    ]}));
    let ordered =
        facet(json!({"fields": [{"name": "b", "ordinal_position": 2}, {"name": "a", "ordinal_position": 1}]}));
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
    check(
        &run_event(json!({"outputs": [{"namespace": "n", "name": "a", "facets": facets, "outputFacets": {
            "outputStatistics": facet(json!({"rowCount": 12, "size": 4096.0, "fileCount": null})),
            "icebergCommitReport": facet(json!({"snapshotId": 1})),
            "columnLineage": facet(json!({})),
        }}]})),
        expect![[r#"
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
    "#]],
    );
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
    check(
        &event,
        expect![[r#"
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
    "#]],
    );
}

#[test]
fn the_old_name_of_the_parent_facet() {
    let parent = facet(json!({"run": {"runId": "old"}, "job": {"namespace": "jobs", "name": "dag"}}));
    check(
        &run_event(json!({"run": {"runId": "0193ad2e-0000-7000-8000-000000000001", "facets": {"parentRun": parent}}})),
        expect![[r#"
        run 0193ad2e-0000-7000-8000-000000000001 of jobs load COMPLETE rank 3
          parentRun: Parent(ParentRun { run: "old", job: QualifiedName { namespace: "jobs", name: "dag" }, root: None })
    "#]],
    );
}
