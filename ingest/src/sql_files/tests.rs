use std::fmt::Write;
use std::fs;

use expect_test::{Expect, expect};
use graph::Time;
use graph::change::{Aspect, Change, Fault};
use tempfile::TempDir;

use super::{Options, read, replay};
use crate::import::{Import, Problem};

fn received() -> Time {
    "2026-11-21T08:00:00Z".parse().expect("a time")
}

fn postgres() -> Options {
    Options {
        dialect: "postgres".to_owned(),
        namespace: "postgres://db:5432".to_owned(),
        default_schema: Some("shop.public".to_owned()),
        ..Options::default()
    }
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    dir
}

fn render(import: &Import) -> String {
    let mut out = String::new();
    for change in import.submissions.iter().flat_map(|submission| &submission.changes) {
        match change {
            Change::Dataset(change) => {
                writeln!(out, "{} {}", change.name.namespace, change.name.name).expect("a text");
                for value in change.facets.iter().filter_map(|facet| facet.value.as_ref()) {
                    let Aspect::Schema(fields) = &value.aspect else { continue };
                    let column = |field: &graph::Field| format!("{} {:?}", field.path.join("."), field.data_type);
                    writeln!(out, "  {}", fields.iter().map(column).collect::<Vec<_>>().join(", ")).expect("a text");
                }
            }
            Change::Run(change) => {
                let names = |list: &[graph::change::RunDataset]| {
                    list.iter().map(|dataset| dataset.name.name.as_str()).collect::<Vec<_>>().join(", ")
                };
                let (inputs, outputs) = (names(&change.inputs), names(&change.outputs));
                let dialect = change.query.as_ref().and_then(|query| query.dialect.as_deref()).unwrap_or("-");
                writeln!(out, "job {} ({dialect}): {inputs} -> {outputs}", change.job.name).expect("a text");
            }
            Change::Job(_) | Change::Statement(_) | Change::Authored(_) => {}
        }
    }
    let mut list = |label: &str, problems: &[Problem]| {
        problems.iter().for_each(|one| writeln!(out, "{label} {}: {}", one.place, one.message).expect("a text"));
    };
    let faults = import.submissions.iter().flat_map(|submission| &submission.input.faults);
    let fault = |one: &Fault| Problem::new(one.path.clone().unwrap_or_default(), one.message.clone());
    list("fault", &faults.map(fault).collect::<Vec<_>>());
    list("problem", &import.problems);
    list("note", &import.notes);
    writeln!(out, "{:?}", import.counts).expect("a text");
    out
}

fn check(files: &[(&str, &str)], options: &Options, expected: Expect) {
    let dir = folder(files);
    let import = read(dir.path(), options, received()).expect("an import");
    expected.assert_eq(&render(&import));
}

#[test]
fn files_are_jobs_and_create_table_is_a_schema() {
    let files = [
        ("marts/sums.sql", "create table marts.sums as select customer, sum(total) from orders group by customer"),
        ("ddl.SQL", "create table orders (id int primary key, customer text, total numeric(10,2)); drop table old;"),
        (
            "load.sql",
            "insert into orders select * from staging.orders;\ncreate temp table t as select 1; select * from t",
        ),
        ("notes.txt", "select 1"),
        (".git/x.sql", "select 1"),
    ];
    check(
        &files,
        &postgres(),
        expect![[r#"
        postgres://db:5432 shop.public.orders
          id Some("INT"), customer Some("TEXT"), total Some("NUMERIC(10,2)")
        job ddl (postgres):  -> 
        job load (postgres): shop.staging.orders -> shop.public.orders
        job marts/sums (postgres): shop.public.orders -> shop.marts.sums
        [("files", 3), ("statements", 6)]
    "#]],
    );
}

#[test]
fn what_does_not_parse_has_a_place() {
    let files = [("a.sql", "select 1;\n\n  insrt into x;\nselect id from orders"), ("empty.sql", "-- nothing\n")];
    check(
        &files,
        &postgres(),
        expect![[r#"
        job a (postgres): shop.public.orders -> 
        job empty (postgres):  -> 
        fault a.sql:3:3: expected: an SQL statement, found: insrt
        [("files", 2), ("statements", 3)]
    "#]],
    );
    let dir = folder(&[("many.sql", &"insrt;\n".repeat(30))]);
    let import = read(dir.path(), &postgres(), received()).expect("an import");
    let faults = &import.submissions[0].input.faults;
    assert_eq!(faults.len(), 21);
    assert_eq!(faults[20].message, "10 more problems of this file are not listed");
}

#[test]
fn short_names_are_noted() {
    let files = [("a.sql", "insert into sums select id from orders")];
    let options = Options { default_schema: None, ..postgres() };
    check(
        &files,
        &options,
        expect![[r#"
        job a (postgres): orders -> sums
        note postgres://db:5432: the table "orders" is known by 1 of 3 parts of its name, and may be taken for another than the one that events report: give --default-schema DATABASE.SCHEMA
        [("files", 1), ("statements", 1)]
    "#]],
    );
    let options = Options { default_schema: Some("public".to_owned()), ..postgres() };
    check(
        &files,
        &options,
        expect![[r#"
        job a (postgres): public.orders -> public.sums
        note postgres://db:5432: the table "public.orders" is known by 2 of 3 parts of its name, and may be taken for another than the one that events report: give --default-catalog DATABASE
        [("files", 1), ("statements", 1)]
    "#]],
    );
    let options = Options {
        default_schema: Some("public".to_owned()),
        default_catalog: Some("other".to_owned()),
        job_namespace: Some("etl".to_owned()),
        ..postgres()
    };
    check(
        &files,
        &options,
        expect![[r#"
        job a (postgres): other.public.orders -> other.public.sums
        [("files", 1), ("statements", 1)]
    "#]],
    );
}

#[test]
fn names_are_spelled_as_the_platform_stores_them() {
    let options = Options {
        dialect: "snowflake".to_owned(),
        namespace: "snowflake://org-acme".to_owned(),
        default_schema: Some("ANALYTICS.PUBLIC".to_owned()),
        ..Options::default()
    };
    check(
        &[("a.sql", "insert into sums select id from raw.\"Orders\"")],
        &options,
        expect![[r#"
        job a (snowflake): ANALYTICS.RAW.Orders -> ANALYTICS.PUBLIC.SUMS
        [("files", 1), ("statements", 1)]
    "#]],
    );
}

#[test]
fn wrong_options() {
    let dir = folder(&[]);
    let error = |options: &Options| read(dir.path(), options, received()).expect_err("an error").to_string();
    expect![[r#"dialect "klingon": expected one of generic, postgres, redshift, snowflake, bigquery, databricks, spark, hive, trino, presto, athena, mysql, mariadb, sqlite, duckdb, clickhouse, tsql, oracle, teradata, db2, vertica, exasol, flink, materialize, greenplum, starrocks, doris, impala"#]].assert_eq(&error(&Options { dialect: "klingon".to_owned(), ..postgres() }));
    expect!["expected the namespace of the tables, such as postgres://HOST:PORT, found none"]
        .assert_eq(&error(&Options { namespace: " ".to_owned(), ..postgres() }));
    let missing = read(&dir.path().join("none"), &postgres(), received()).expect_err("an error").to_string();
    let shown = missing.replace(&dir.path().display().to_string(), "DIR");
    expect![[r#"cannot read "DIR/none": No such file or directory (os error 2)"#]].assert_eq(&shown);
}

#[test]
fn what_cannot_be_read_is_a_problem_and_links_are_not_followed() {
    let dir = folder(&[("a.sql", "select 1")]);
    fs::write(dir.path().join("b.sql"), b"select '\xff'").expect("a file");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).expect("a link");
        std::os::unix::fs::symlink(dir.path().join("a.sql"), dir.path().join("c.sql")).expect("a link");
    }
    let import = read(dir.path(), &postgres(), received()).expect("an import");
    expect![[r#"
        job a (postgres):  -> 
        problem b.sql: expected UTF-8, found something else at byte 8
        note c.sql: not read: links are not followed
        note loop: not read: links are not followed
        [("files", 1), ("statements", 1)]
    "#]]
    .assert_eq(&render(&import));
}

#[test]
fn an_unchanged_file_is_the_same_input_and_replay_says_the_same() {
    let dir = folder(&[("a.sql", "create user x password 'geheim1'; select id from orders; insrt;")]);
    let [first, second] = [(); 2].map(|()| read(dir.path(), &postgres(), received()).expect("an import"));
    assert_eq!(first.submissions[0].input.id, second.submissions[0].input.id);
    let again = replay(&first.submissions[0].input.body, received()).expect("a submission");
    assert_eq!(format!("{:?}", first.submissions[0]), format!("{again:?}"));
    let body = String::from_utf8_lossy(&again.input.body).into_owned();
    assert!(!body.contains("geheim1"), "{body}");
}
