use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use graph::change::{Aspect, Assertion, Change, RunChange};
use graph::{QualifiedName, Time};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Options, read, replay};
use crate::import::Import;

fn received() -> Time {
    "2026-11-21T08:00:00Z".parse().expect("a time")
}

fn options(namespace: &str) -> Options {
    Options { namespace: Some(namespace.to_owned()), ..Options::default() }
}

/// A project of one source, one seed, three models of which one is ephemeral, a snapshot, an exposure and tests.
fn manifest() -> Value {
    let node = |kind: &str, name: &str, more: Value| {
        let mut node = json!({
            "resource_type": kind, "unique_id": format!("{kind}.shop.{name}"), "name": name, "alias": name,
            "database": "wh", "schema": "main", "package_name": "shop", "tags": [], "meta": {}, "columns": {},
            "config": { "materialized": "table" }, "description": "", "depends_on": { "nodes": [] },
        });
        node.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        (node["unique_id"].as_str().expect("a text").to_owned(), node)
    };
    let nodes = [
        node("seed", "codes", json!({})),
        node(
            "model",
            "clean",
            json!({
                "config": { "materialized": "ephemeral" }, "compiled_code": "select id from wh.web.events_v2",
                "depends_on": { "nodes": ["source.shop.web.events", "seed.shop.codes"] },
            }),
        ),
        node(
            "model",
            "orders",
            json!({
                "description": "One row per order", "compiled_code": "select id, email from wh.web.events_v2",
                "depends_on": { "nodes": ["model.shop.clean"] }, "group": "crm", "tags": ["mart"],
                "meta": { "owner": "team-a", "pii": true, "api_token": "s3cr3t" },
                "columns": { "ID": { "name": "ID", "description": "Number", "tags": ["key"] } },
            }),
        ),
        node(
            "model",
            "forecast",
            json!({
                "language": "python", "raw_code": "def model(dbt, session): ...",
                "depends_on": { "nodes": ["model.shop.orders"] },
            }),
        ),
        node(
            "snapshot",
            "orders_history",
            json!({
                "compiled_code": "select * from wh.main.orders", "depends_on": { "nodes": ["model.shop.orders"] },
            }),
        ),
        node(
            "test",
            "not_null_orders_id",
            json!({
                "attached_node": "model.shop.orders", "column_name": "id", "config": { "severity": "ERROR" },
                "test_metadata": { "name": "not_null", "kwargs": { "column_name": "id" } },
                "depends_on": { "nodes": ["model.shop.orders"] },
            }),
        ),
        node(
            "test",
            "totals_agree",
            json!({
                "config": { "severity": "warn" }, "depends_on": { "nodes": ["model.shop.orders"] },
            }),
        ),
    ];
    json!({
        "metadata": {
            "generated_at": "2026-11-20T10:00:00Z", "adapter_type": "postgres", "project_name": "shop",
            "dbt_version": "1.11.0",
        },
        "nodes": BTreeMap::from(nodes),
        "sources": { "source.shop.web.events": {
            "resource_type": "source", "unique_id": "source.shop.web.events", "name": "events",
            "identifier": "events_v2", "database": "wh", "schema": "web", "description": "Clicks",
            "config": {}, "columns": {}, "tags": [], "meta": {},
        } },
        "groups": { "group.shop.crm": { "name": "crm", "owner": { "name": "CRM team", "email": "crm@example.com" } } },
        "exposures": { "exposure.shop.board": {
            "unique_id": "exposure.shop.board", "name": "board", "type": "dashboard",
            "url": "https://bi.example.com/d/1", "owner": { "email": "ann@example.com" }, "description": "Weekly",
            "depends_on": { "nodes": ["metric.shop.count"] },
        } },
        "metrics": { "metric.shop.count": { "depends_on": { "nodes": ["model.shop.orders"] } } },
    })
}

fn catalog() -> Value {
    json!({
        "metadata": { "generated_at": "2026-11-20T10:05:00Z" },
        "nodes": { "model.shop.orders": {
            "metadata": { "type": "VIEW" },
            "columns": {
                "email": { "type": "text", "index": 2, "name": "email", "comment": "Where to write to" },
                "id": { "type": "integer", "index": 1, "name": "id", "comment": null },
            },
        } },
        "sources": {},
    })
}

fn run_results(command: &str) -> Value {
    let timing = json!([{
        "name": "execute", "started_at": "2026-11-20T10:01:00Z", "completed_at": "2026-11-20T10:01:09Z",
    }]);
    let result = |id: &str, status: &str| json!({ "unique_id": id, "status": status, "timing": timing });
    let mut failed = result("model.shop.forecast", "error");
    failed["message"] = "no module named pandas".into();
    failed["timing"] = json!([]);
    let mut built = result("model.shop.orders", "success");
    built["adapter_response"] = json!({ "rows_affected": 42 });
    let mut warned = result("test.shop.totals_agree", "warn");
    warned["failures"] = 3.into();
    json!({
        "metadata": {
            "generated_at": "2026-11-20T10:02:00Z", "invocation_started_at": "2026-11-20T10:00:30Z",
            "invocation_id": "5c1e7c08-3c2a-4a0e-9a3e-0f6f2b7d9e11",
        },
        "args": { "which": command },
        "results": [
            built, failed, result("test.shop.not_null_orders_id", "pass"), warned,
            result("snapshot.shop.orders_history", "skipped"), result("model.shop.gone", "success"),
        ],
    })
}

fn sources() -> Value {
    json!({
        "metadata": { "generated_at": "2026-11-20T09:00:00Z", "invocation_id": "77" },
        "results": [{
            "unique_id": "source.shop.web.events", "status": "error", "snapshotted_at": "2026-11-20T08:59:00Z",
            "max_loaded_at_time_ago_in_s": 90_000.5,
        }],
    })
}

struct Target(TempDir);

impl Target {
    fn with(files: &[(&str, String)]) -> Target {
        let dir = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        Target(dir)
    }

    fn whole(command: &str) -> Target {
        Target::with(&[
            ("target/manifest.json", manifest().to_string()),
            ("target/catalog.json", catalog().to_string()),
            ("target/run_results.json", run_results(command).to_string()),
            ("target/sources.json", sources().to_string()),
        ])
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("target")
    }

    fn read(&self, options: &Options) -> Result<Import, String> {
        let folder = self.0.path().canonicalize().expect("a folder").display().to_string();
        let plain = self.0.path().display().to_string();
        let shown = |error: String| error.replace(&folder, "DIR").replace(&plain, "DIR");
        read(&self.path(), options, received()).map_err(|error| shown(error.to_string()))
    }
}

fn render(import: &Import) -> String {
    let mut out = String::new();
    for change in import.submissions.iter().flat_map(|submission| &submission.changes) {
        match change {
            Change::Dataset(change) => {
                writeln!(out, "dataset {}", shown(&change.name)).expect("a text");
                facets(&change.facets, &mut out);
            }
            Change::Job(change) => {
                writeln!(out, "job {}", shown(&change.name)).expect("a text");
                facets(&change.facets, &mut out);
            }
            Change::Run(change) => run(change, &mut out),
            Change::Statement(_) | Change::Authored(_) => writeln!(out, "{change:?}").expect("a text"),
        }
    }
    out
}

fn shown(name: &QualifiedName) -> String {
    format!("{} {}", name.namespace, name.name)
}

fn facets(facets: &[Assertion], out: &mut String) {
    for facet in facets {
        let aspect = facet.value.as_ref().map(|value| &value.aspect);
        match aspect {
            Some(Aspect::Opaque) => writeln!(out, "  {}", facet.slot),
            Some(Aspect::Schema(fields)) => fields.iter().try_for_each(|field| {
                let text = field.description.as_deref().unwrap_or("-");
                writeln!(out, "  column {} {} {text}", field.path.join("."), field.data_type.as_deref().unwrap_or("-"))
            }),
            other => writeln!(out, "  {other:?}"),
        }
        .expect("a text");
    }
}

fn run(change: &RunChange, out: &mut String) {
    let names = |list: &[graph::change::RunDataset]| {
        list.iter().map(|dataset| dataset.name.name.clone()).collect::<Vec<_>>().join(", ")
    };
    let run = change.run.as_deref().map_or("design".to_owned(), |run| format!("run {}", &run[..2.min(run.len())]));
    let kind = change.event_type.map_or(String::new(), |kind| format!(" {kind:?}"));
    let (inputs, outputs) = (names(&change.inputs), names(&change.outputs));
    writeln!(out, "{run}{kind} {} {}: {inputs} -> {outputs}", change.at.time, change.job.name).expect("a text");
    let queries = change.query.iter();
    queries.for_each(|query| writeln!(out, "  {:?} {}", query.dialect, query.text).expect("a text"));
    let io = change.inputs.iter().chain(&change.outputs).flat_map(|dataset| &dataset.facets);
    for facet in change.facets.iter().chain(io) {
        match facet.value.as_ref().map(|value| &value.aspect) {
            Some(Aspect::Measures(measures)) => measures.iter().try_for_each(|one| writeln!(out, "  {one:?}")),
            Some(Aspect::Error(error)) => writeln!(out, "  error: {}", error.message),
            Some(Aspect::Parent(parent)) => writeln!(out, "  part of {} {}", parent.job.name, &parent.run[..2]),
            _ => Ok(()),
        }
        .expect("a text");
    }
}

fn check(files: &Target, options: &Options, expected: Expect) {
    let import = files.read(options).expect("an import");
    let mut out = render(&import);
    for fault in import.submissions.iter().flat_map(|submission| &submission.input.faults) {
        writeln!(out, "{}: {}", fault.code, fault.message).expect("a text");
    }
    for problem in import.problems.iter().chain(&import.notes) {
        writeln!(out, "{}: {}", problem.place, problem.message).expect("a text");
    }
    writeln!(out, "{:?}", import.counts).expect("a text");
    expected.assert_eq(&out);
}

fn check_error(files: &Target, options: &Options, expected: Expect) {
    expected.assert_eq(&files.read(options).expect_err("an error"));
}

#[test]
fn a_whole_project() {
    check(
        &Target::whole("build"),
        &options("postgres://db:5432"),
        expect![[r#"
        dataset postgres://db:5432 wh.web.events_v2
          Some(Source(DataSource { name: Some("postgres://db:5432"), uri: Some("postgres://db:5432") }))
          Some(Type(DatasetType { name: "TABLE", subtype: None }))
          dbt_model
          Some(Documentation(Documentation { text: "Clicks", content_type: Some("text/markdown"), by: None }))
          Some(Symlinks([QualifiedName { namespace: "postgres://db:5432", name: "wh.web.events" }]))
        dataset postgres://db:5432 wh.main.codes
          Some(Source(DataSource { name: Some("postgres://db:5432"), uri: Some("postgres://db:5432") }))
          Some(Type(DatasetType { name: "TABLE", subtype: Some("SEED") }))
          dbt_model
        dataset postgres://db:5432 wh.main.forecast
          Some(Source(DataSource { name: Some("postgres://db:5432"), uri: Some("postgres://db:5432") }))
          Some(Type(DatasetType { name: "TABLE", subtype: None }))
          dbt_model
        job dbt wh.main.shop.forecast.build.run
          dbt_node
          Some(JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("MODEL") }))
          Some(SourceCode(SourceCode { language: "python", code: "def model(dbt, session): ..." }))
        design 2026-11-20T10:05:00Z wh.main.shop.forecast.build.run: wh.main.orders -> wh.main.forecast
        dataset postgres://db:5432 wh.main.orders
          Some(Source(DataSource { name: Some("postgres://db:5432"), uri: Some("postgres://db:5432") }))
          Some(Type(DatasetType { name: "VIEW", subtype: None }))
          dbt_model
          dbt_tests
          Some(Documentation(Documentation { text: "One row per order", content_type: Some("text/markdown"), by: None }))
          Some(Ownership([Owner { name: "team-a", role: None }, Owner { name: "CRM team", role: Some("group") }]))
          column id integer Number
          column email text Where to write to
          Some(Tags { own: [Tag { key: "api_token", value: "[redacted]", source: Some("DBT_META") }, Tag { key: "mart", value: "true", source: Some("DBT") }, Tag { key: "pii", value: "true", source: Some("DBT_META") }], columns: [("ID", Tag { key: "key", value: "true", source: Some("DBT") })] })
        job dbt wh.main.shop.orders.build.run
          dbt_node
          Some(Documentation(Documentation { text: "One row per order", content_type: Some("text/markdown"), by: None }))
          Some(JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("MODEL") }))
          Some(Ownership([Owner { name: "team-a", role: None }, Owner { name: "CRM team", role: Some("group") }]))
          Some(Query(Query { text: "select id, email from wh.web.events_v2", dialect: Some("postgres") }))
          Some(Tags { own: [Tag { key: "api_token", value: "[redacted]", source: Some("DBT_META") }, Tag { key: "mart", value: "true", source: Some("DBT") }, Tag { key: "pii", value: "true", source: Some("DBT_META") }], columns: [] })
        design 2026-11-20T10:05:00Z wh.main.shop.orders.build.run: wh.main.codes, wh.web.events_v2 -> wh.main.orders
          Some("postgres") select id, email from wh.web.events_v2
        dataset postgres://db:5432 wh.main.orders_history
          Some(Source(DataSource { name: Some("postgres://db:5432"), uri: Some("postgres://db:5432") }))
          Some(Type(DatasetType { name: "TABLE", subtype: Some("SNAPSHOT") }))
          dbt_model
        job dbt wh.main.shop.orders_history.build.snapshot
          dbt_node
          Some(JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("SNAPSHOT") }))
          Some(Query(Query { text: "select * from wh.main.orders", dialect: Some("postgres") }))
        design 2026-11-20T10:05:00Z wh.main.shop.orders_history.build.snapshot: wh.main.orders -> wh.main.orders_history
          Some("postgres") select * from wh.main.orders
        dataset https://bi.example.com board
          Some(Source(DataSource { name: Some("board"), uri: Some("https://bi.example.com/d/1") }))
          Some(Type(DatasetType { name: "DASHBOARD", subtype: None }))
          Some(Documentation(Documentation { text: "Weekly", content_type: Some("text/markdown"), by: None }))
          Some(Ownership([Owner { name: "ann@example.com", role: None }]))
        job dbt exposure.shop.board
          Some(Documentation(Documentation { text: "Weekly", content_type: Some("text/markdown"), by: None }))
          Some(JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("EXPOSURE") }))
          Some(Ownership([Owner { name: "ann@example.com", role: None }]))
        design 2026-11-20T10:05:00Z exposure.shop.board: wh.main.orders -> board
        job dbt dbt-run-shop
          Some(JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("JOB") }))
        run 5c Start 2026-11-20T10:00:30Z dbt-run-shop:  -> 
        run 5c Fail 2026-11-20T10:02:00Z dbt-run-shop:  -> 
        job dbt wh.main.shop.orders.build.run
          Some(JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("MODEL") }))
          Some(Query(Query { text: "select id, email from wh.web.events_v2", dialect: Some("postgres") }))
        run fa Start 2026-11-20T10:01:00Z wh.main.shop.orders.build.run: wh.main.codes, wh.web.events_v2 -> wh.main.orders
          Some("postgres") select id, email from wh.web.events_v2
          part of dbt-run-shop 5c
        run fa Complete 2026-11-20T10:01:09Z wh.main.shop.orders.build.run:  -> wh.main.orders
          part of dbt-run-shop 5c
          Statistic { name: "rowCount", value: 42.0 }
        job dbt wh.main.shop.forecast.build.run
          Some(JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("MODEL") }))
        run 27 Start 2026-11-20T10:02:00Z wh.main.shop.forecast.build.run: wh.main.orders -> wh.main.forecast
          part of dbt-run-shop 5c
        run 27 Fail 2026-11-20T10:02:00Z wh.main.shop.forecast.build.run:  -> wh.main.forecast
          error: no module named pandas
          part of dbt-run-shop 5c
        job dbt wh.main.shop.orders.build.test
          Some(JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("TEST") }))
        run 07 Start 2026-11-20T10:01:00Z wh.main.shop.orders.build.test: wh.main.orders -> 
          part of dbt-run-shop 5c
        run 07 Complete 2026-11-20T10:01:09Z wh.main.shop.orders.build.test: wh.main.orders -> 
          part of dbt-run-shop 5c
          Assertion { assertion: "not_null", column: Some("id"), success: true, severity: Some("error") }
          Assertion { assertion: "totals_agree", column: None, success: false, severity: Some("warn") }
        job dbt wh.web.source.shop.web.events.freshness
          Some(JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("TEST") }))
        run 8e Start 2026-11-20T08:59:00Z wh.web.source.shop.web.events.freshness: wh.web.events_v2 -> 
          part of dbt-run-shop 77
        run 8e Fail 2026-11-20T08:59:00Z wh.web.source.shop.web.events.freshness: wh.web.events_v2 -> 
          part of dbt-run-shop 77
          Assertion { assertion: "freshness", column: None, success: false, severity: Some("error") }
        run_results.json: `model.shop.gone` is not in the manifest
        [("sources", 1), ("seeds", 1), ("models", 2), ("snapshots", 1), ("exposures", 1), ("invocations", 1), ("runs", 2), ("test runs", 1), ("freshness checks", 1)]
    "#]],
    );
}

#[test]
fn a_manifest_alone() {
    let mut manifest = manifest();
    manifest["nodes"]["model.shop.orders"]["compiled_code"] = Value::Null;
    let files = Target::with(&[("target/manifest.json", manifest.to_string())]);
    let import = files.read(&options("postgres://db:5432")).expect("an import");
    expect![[r#"[("sources", 1), ("seeds", 1), ("models", 2), ("snapshots", 1), ("exposures", 1), ("invocations", 0), ("runs", 0), ("test runs", 0), ("freshness checks", 0)] [Problem { place: "manifest.json", message: "1 models, \"orders\" among them, have no compiled SQL, so the lineage of their columns is not known: run `dbt compile` and read the artifacts again" }]"#]].assert_eq(&format!("{:?} {:?}", import.counts, import.notes));
}

#[test]
fn results_of_compiling_are_no_runs() {
    let import = Target::whole("generate").read(&options("postgres://db:5432")).expect("an import");
    expect![[r#"[("sources", 1), ("seeds", 1), ("models", 2), ("snapshots", 1), ("exposures", 1), ("invocations", 0), ("runs", 0), ("test runs", 0), ("freshness checks", 1)] [Problem { place: "run_results.json", message: "not read: `dbt generate` ran nothing, so it tells of no runs and no tests" }]"#]].assert_eq(&format!("{:?} {:?}", import.counts, import.notes));
}

#[test]
fn secrets_are_not_stored() {
    let import = Target::whole("run").read(&options("postgres://db:5432")).expect("an import");
    let stored = import.submissions.iter().map(|submission| &submission.input);
    let bytes = stored.flat_map(|input| input.contents.iter().map(|content| &content.bytes).chain([&input.body]));
    let found = bytes.filter(|bytes| String::from_utf8_lossy(bytes).contains("s3cr3t")).count();
    assert_eq!(found, 0);
}

#[test]
fn the_same_artifacts_are_the_same_inputs_and_replay_says_the_same() {
    let ids = |import: &Import| import.submissions.iter().map(|one| one.input.id).collect::<Vec<_>>();
    let files = Target::whole("build");
    let first = files.read(&options("postgres://db:5432")).expect("an import");
    let second = files.read(&options("postgres://db:5432")).expect("an import");
    assert_eq!(ids(&first), ids(&second));
    assert_eq!(ids(&first).into_iter().collect::<BTreeSet<_>>().len(), first.submissions.len());
    for submission in &first.submissions {
        let again = replay(&submission.input.body, received()).expect("a submission");
        assert_eq!(format!("{submission:?}"), format!("{again:?}"));
    }
}

#[test]
fn broken_files() {
    check_error(
        &Target::with(&[]),
        &options("x"),
        expect![[r#"cannot read "DIR/target/manifest.json": No such file or directory (os error 2)"#]],
    );
    let broken = |name: &str, text: &str| {
        let manifest = ("target/manifest.json", manifest().to_string());
        Target::with(&[manifest, (name, text.to_owned())])
    };
    check_error(
        &broken("target/manifest.json", "{\"nodes\": "),
        &options("x"),
        expect![[r#""DIR/target/manifest.json": EOF while parsing a value at line 1 column 10"#]],
    );
    check_error(
        &broken("target/manifest.json", "{\"nodes\": []}"),
        &options("x"),
        expect![[r#""DIR/target/manifest.json": expected the manifest of dbt, with an object `nodes`, found none"#]],
    );
    let import = broken("target/catalog.json", "{").read(&options("x")).expect("an import");
    assert_eq!(import.problems[0].place, "catalog.json");
}

const PROFILES: &str = "
shop:
  target: dev
  outputs:
    dev: { type: postgres, host: \"{{ env_var('DB_HOST', 'localhost') }}\", port: 5433, password: \"{{ env_var('PW') }}\" }
    prod: { type: postgres, host: \"{{ env_var('DB_HOST') }}\" }
    odd: { type: postgres, host: \"{{ var('x') }}\" }
";

fn namespace_of(files: &[(&str, &str)], adapter: &str, options: &Options) -> String {
    let mut manifest = manifest();
    manifest["metadata"]["adapter_type"] = adapter.into();
    let mut all = vec![("target/manifest.json", manifest.to_string())];
    all.extend(files.iter().map(|(name, text)| (*name, (*text).to_owned())));
    let target = Target::with(&all);
    match target.read(options) {
        Ok(import) => match import.submissions.first().and_then(|submission| submission.changes.first()) {
            Some(Change::Dataset(change)) => change.name.namespace.clone(),
            other => format!("{other:?}"),
        },
        Err(error) => error,
    }
}

#[test]
fn profiles_tell_the_server() {
    let project = ("dbt_project.yml", "profile: shop");
    let profiles = ("profiles.yml", PROFILES);
    let of = |target: Option<&str>| {
        let options = Options { target: target.map(str::to_owned), ..Options::default() };
        namespace_of(&[project, profiles], "postgres", &options)
    };
    assert_eq!(of(None), "postgres://localhost:5433");
    expect![[r#"cannot tell on which server the tables of this dbt project (adapter "postgres") are: profiles.yml needs the environment variable "DB_HOST", which is not set; give it with --namespace postgres://HOST:PORT"#]].assert_eq(&of(Some("prod")));
    expect![[r#"cannot tell on which server the tables of this dbt project (adapter "postgres") are: profiles.yml has a template that is not understood: "{{ var('x') }}"; give it with --namespace postgres://HOST:PORT"#]].assert_eq(&of(Some("odd")));
    expect![[r#"cannot tell on which server the tables of this dbt project (adapter "postgres") are: profile "shop" in "DIR/profiles.yml" has no output "none"; give it with --namespace postgres://HOST:PORT"#]].assert_eq(&of(Some("none")));
    expect![[r#"cannot tell on which server the tables of this dbt project (adapter "postgres") are: there is no profiles.yml in "DIR"; give it with --namespace postgres://HOST:PORT"#]].assert_eq(&namespace_of(&[project], "postgres", &Options::default()));
    expect![[r#"cannot tell on which server the tables of this dbt project (adapter "postgres") are: there is no dbt_project.yml that names its profile; give it with --namespace postgres://HOST:PORT"#]].assert_eq(&namespace_of(&[profiles], "postgres", &Options::default()));
    let environment = BTreeMap::from([("DB_HOST".to_owned(), "db".to_owned())]);
    let options = Options { environment, target: Some("prod".to_owned()), ..Options::default() };
    assert_eq!(namespace_of(&[project, profiles], "postgres", &options), "postgres://db:5432");
}

#[test]
fn servers_of_other_platforms() {
    let of = |adapter: &str, output: &str| {
        let profiles = format!("shop: {{ outputs: {{ default: {output} }} }}");
        namespace_of(&[("dbt_project.yml", "profile: shop"), ("profiles.yml", &profiles)], adapter, &Options::default())
    };
    assert_eq!(of("duckdb", "{ path: /srv/shop.duckdb }"), "duckdb:///srv/shop.duckdb");
    assert_eq!(of("snowflake", "{ account: org-acme }"), "snowflake://org-acme");
    assert_eq!(of("snowflake", "{ account: xy1 }"), "snowflake://xy1.us-west-1.aws");
    assert_eq!(of("snowflake", "{ account: xy1.eu-central-1 }"), "snowflake://xy1.eu-central-1.aws");
    assert_eq!(of("bigquery", "{}"), "bigquery");
    assert_eq!(of("databricks", "{ host: a.b.c }"), "databricks://a.b.c");
    assert_eq!(of("redshift", "{ host: r, port: 5440 }"), "redshift://r:5440");
    assert_eq!(of("sqlserver", "{ server: s }"), "mssql://s:1433");
    assert_eq!(of("glue", "{ region: eu-1, role_arn: 'arn:aws:iam::12:role/x' }"), "arn:aws:glue:eu-1:12");
    assert_eq!(of("athena", "{ region_name: eu-1 }"), "awsathena://athena.eu-1.amazonaws.com");
    expect![[r#"cannot tell on which server the tables of this dbt project (adapter "postgres") are: the output in profiles.yml has no `host`; give it with --namespace postgres://HOST:PORT"#]].assert_eq(&of("postgres", "{ port: 1 }"));
    expect![[r#"cannot tell on which server the tables of this dbt project (adapter "oddity") are: how its tables are named in OpenLineage is not known; give it with --namespace PLATFORM://HOST:PORT"#]].assert_eq(&of("oddity", "{ host: a }"));
}

/// Artifacts and events of one project, from the same dbt project: the tables have one name.
#[test]
fn names_equal_those_of_the_openlineage_events() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases/openlineage");
    if !cases.exists() {
        eprintln!("SKIPPED: the shared cases are not at {}", cases.display());
        return;
    }
    let events = fs::read_to_string(cases.join("dbt-duckdb.ndjson")).expect("events");
    let events: Vec<Value> = events.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let options =
        Options { job_namespace: Some("dbt_prod".to_owned()), ..options("duckdb:///srv/shop/dbt/shop/shop.duckdb") };
    let import = read(&cases.join("dbt-duckdb-artifacts"), &options, received()).expect("an import");
    let (mut datasets, mut jobs) = (BTreeSet::new(), BTreeSet::new());
    for change in import.submissions.iter().flat_map(|submission| &submission.changes) {
        match change {
            Change::Dataset(change) => datasets.extend([change.name.clone()]),
            Change::Run(change) => jobs.extend([change.job.clone()]),
            Change::Job(_) | Change::Statement(_) | Change::Authored(_) => {}
        }
    }
    let name = |node: &Value| {
        QualifiedName::new(node["namespace"].as_str().unwrap_or("-"), node["name"].as_str().unwrap_or("-"))
    };
    let lists = events.iter().flat_map(|event| [&event["inputs"], &event["outputs"]]);
    let reported: BTreeSet<QualifiedName> = lists.filter_map(Value::as_array).flatten().map(name).collect();
    assert_eq!(reported.difference(&datasets).collect::<Vec<_>>(), Vec::<&QualifiedName>::new());
    let other: Vec<String> = datasets.difference(&reported).map(shown).collect();
    expect![[r#"
        duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.raw_customers
        duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.raw_orders
        duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.raw_payments
        https://bi.example.com crm_dashboard"#]]
    .assert_eq(&other.join("\n"));
    let built: BTreeSet<QualifiedName> = events.iter().map(|event| name(&event["job"])).collect();
    let shared: Vec<&str> = jobs.intersection(&built).map(|job| job.name.as_str()).collect();
    expect![[r#"
        shop.main.shop.broken
        shop.main.shop.customers
        shop.main.shop.ext_events
        shop.main.shop.orders_inc
        shop.main.shop.stg_customers
        shop.main.shop.stg_orders
        shop.main.shop.stg_payments
        shop.snapshots.shop.snap_orders.snapshot"#]]
    .assert_eq(&shared.join("\n"));
    expect![[r#"[("sources", 1), ("seeds", 3), ("models", 7), ("snapshots", 1), ("exposures", 1), ("invocations", 0), ("runs", 0), ("test runs", 0), ("freshness checks", 1)] [Problem { place: "run_results.json", message: "not read: `dbt generate` ran nothing, so it tells of no runs and no tests" }]"#]].assert_eq(&format!("{:?} {:?}", import.counts, import.notes));
}
