//! `headwater lineage`.

use std::io::Write;
use std::process::Stdio;

use expect_test::expect;
use serde_json::Value;

use super::super::{Desk, shown};

const SCRIPT: &str = "\
create temporary table s as
select o.id, sum(o.price) as total from raw.orders o join raw.days d on o.day = d.day where d.open group by o.id;
insert into mart.daily (id, total) select id, case when id > 0 then total end from s order by id;
";

#[test]
fn a_script_is_told_as_text() {
    let desk = Desk::new();
    desk.write("daily.sql", SCRIPT);
    desk.check(
        &["lineage", "--sql", "daily.sql", "--dialect", "postgres"],
        expect![[r#"
            exit 0
            1:1 create table as  reads raw.orders, raw.days  writes s
              s.id <- raw.orders.id  identity  `o.id`
              s.total <- raw.orders.price  aggregation  `sum(o.price)`
              s.* <- raw.orders.day  join
              s.* <- raw.orders.id  group by
              s.* <- raw.days.day  join
              s.* <- raw.days.open  filter
              creates s(id, total)
            3:1 insert  reads s  writes mart.daily
              mart.daily.id <- s.id  identity  `id`
              mart.daily.total <- s.id  conditional  `case when id > 0 then total end`
              mart.daily.total <- s.total  transformation  `case when id > 0 then total end`
              mart.daily.* <- s.id  sort
            all together  reads raw.orders, raw.days  writes mart.daily
              mart.daily.id <- raw.orders.id  identity  `id`
              mart.daily.total <- raw.orders.id  conditional  `case when id > 0 then total end`
              mart.daily.total <- raw.orders.price  aggregation  `case when id > 0 then total end`
              mart.daily.* <- raw.orders.day  join
              mart.daily.* <- raw.orders.id  group by
              mart.daily.* <- raw.orders.id  sort
              mart.daily.* <- raw.days.day  join
              mart.daily.* <- raw.days.open  filter
        "#]],
    );
}

#[test]
fn what_is_not_understood_is_told_with_its_place() {
    let desk = Desk::new();
    desk.write(
        "a.sql",
        "select ) from t;\n/* é */ select ä.x from t as ä;\nselect o.z, o.* from known o, unknown u;\n",
    );
    desk.write("schema.json", r#"{"tables": {"known": [["x", "int"], ["y", "text"]]}}"#);
    desk.check(
        &["lineage", "--sql", "a.sql", "--dialect", "postgres", "--schema", "schema.json"],
        expect![[r#"
            exit 1
            1:1 unparsed
            2:9 select  reads t
              x <- t.x  identity  `ä.x`
            3:1 select  reads known, unknown
              x <- known.x  identity  `*`
              y <- known.y  identity  `*`
            all together  reads t, known, unknown
              x <- t.x  identity  `ä.x`
              x <- known.x  identity  `*`
              y <- known.y  identity  `*`
            1:8 error parse-error: expected: an expression, found: )
            3:8 warning unknown-column: column "z" is not in any table in scope, did you mean "x"?
        "#]],
    );
}

#[test]
fn standard_input_as_json_and_as_a_graph() {
    let desk = Desk::new();
    let piped = |format: &str| {
        let mut command = desk.command(&["lineage", "--sql", "-", "--dialect", "postgres", "--format", format]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all("/* é */ select a + 1 as \"b|c\" from s.t where d".as_bytes()).unwrap();
        shown(&child.wait_with_output().unwrap())
    };
    expect![[r#"
        exit 0
        digraph lineage {
          rankdir=LR;
          node [shape=record];
          "(result)" [label="(result) | <p0> b\|c | <p1> *"];
          "s.t" [label="s.t | <p0> a | <p1> d"];
          "s.t":p0 -> "(result)":p0 [label="transformation", style=solid];
          "s.t":p1 -> "(result)":p1 [label="filter", style=dashed];
        }
    "#]]
    .assert_eq(&piped("dot"));
    let told: Value = serde_json::from_str(piped("json").strip_prefix("exit 0\n").unwrap()).unwrap();
    expect![[r#"
        [
          {
            "ambiguous": false,
            "expression": "a + 1",
            "kind": "TRANSFORMATION",
            "masking": false,
            "source": {
              "column": "a",
              "table": "s.t"
            },
            "span": {
              "column": 16,
              "end": 20,
              "line": 1,
              "start": 15
            },
            "target": {
              "column": "b|c",
              "table": null
            }
          }
        ]
    "#]]
    .assert_eq(&format!("{:#}\n", told["net"]["edges"]));
}

#[test]
fn an_openlineage_event_can_be_ingested() {
    let desk = Desk::new();
    desk.write("daily.sql", SCRIPT);
    let words = ["lineage", "--sql", "daily.sql", "--dialect", "postgres", "--format", "openlineage"];
    let told = desk.run(&[&words[..], &["--namespace", "postgres://db:5432"]].concat());
    let told = told.strip_prefix("exit 0\n").unwrap();
    let event: Value = serde_json::from_str(told).unwrap();
    expect![[r#"
        {
          "id": {
            "inputFields": [
              {
                "field": "id",
                "name": "raw.orders",
                "namespace": "postgres://db:5432",
                "transformations": [
                  {
                    "description": "id",
                    "masking": false,
                    "subtype": "IDENTITY",
                    "type": "DIRECT"
                  }
                ]
              }
            ]
          },
          "total": {
            "inputFields": [
              {
                "field": "id",
                "name": "raw.orders",
                "namespace": "postgres://db:5432",
                "transformations": [
                  {
                    "description": "case when id > 0 then total end",
                    "masking": false,
                    "subtype": "CONDITIONAL",
                    "type": "INDIRECT"
                  }
                ]
              },
              {
                "field": "price",
                "name": "raw.orders",
                "namespace": "postgres://db:5432",
                "transformations": [
                  {
                    "description": "case when id > 0 then total end",
                    "masking": false,
                    "subtype": "AGGREGATION",
                    "type": "DIRECT"
                  }
                ]
              }
            ]
          }
        }
    "#]]
    .assert_eq(&format!("{:#}\n", event["outputs"][0]["facets"]["columnLineage"]["fields"]));
    desk.write("event.json", told);
    desk.check(
        &["ingest", "events", "event.json", "--data", "d"],
        expect![[r#"
            exit 0
            events: 1 read, 1 accepted, 0 known before, 0 rejected
        "#]],
    );
}

#[test]
fn every_case_has_an_answer() {
    let desk = Desk::new();
    let lines = [
        r#"{"id": "1", "dialect": "postgres", "sql": "insert into t select * from a", "schema": {"default_db": null, "tables": {"a": [["x", "int"]], "t": [["y", "int"]]}}}"#,
        r#"{"id": "2", "dialect": "klingon", "sql": "select 1"}"#,
        r#"{"id": "3", "dialect": "mysql", "sql": "select ) from t; select case when b then a end c from t where d"}"#,
        r#"{"id": "4", "dialect": "postgres"}"#,
        "nonsense",
        "",
        r#"{"id": 6, "dialect": "postgres", "sql": "select x from a, b", "expect_columns": [["a.x", "x"]]}"#,
    ];
    desk.write("cases.jsonl", &lines.join("\n"));
    let mut all = vec![];
    for jobs in ["1", "3"] {
        let told = desk.run(&["lineage", "--cases", "cases.jsonl", "--out", "out.jsonl", "--jobs", jobs]);
        let (before, after) = told.split_once(" in ").unwrap();
        assert_eq!(before, "exit 1\n6 cases, 4 statements");
        assert!(after.ends_with(" statements/s\n2 lines are no cases\n"), "{after}");
        let answers = std::fs::read_to_string(desk.path().join("out.jsonl")).unwrap();
        all.push(answers);
    }
    expect![[r#"
        {"id":"1","in":["a"],"out":["t"],"columns":[["a.x","t.y"]],"error":null}
        {"id":"2","in":[],"out":[],"columns":[],"error":"dialect \"klingon\": expected one of generic, postgres, redshift, snowflake, bigquery, databricks, spark, hive, trino, presto, athena, mysql, mariadb, sqlite, duckdb, clickhouse, tsql, oracle, teradata, db2, vertica, exasol, flink, materialize, greenplum, starrocks, doris, impala"}
        {"id":"3","in":["t"],"out":[],"columns":[["t.b","c"],["t.a","c"]],"error":"expected: an expression, found: )","diagnostics":["parse-error: expected: an expression, found: )"]}
        {"id":"4","in":[],"out":[],"columns":[],"error":"not a case: missing field `sql` at line 1 column 34"}
        {"id":null,"in":[],"out":[],"columns":[],"error":"not a case: expected ident at line 1 column 2"}
        {"id":6,"in":["a","b"],"out":[],"columns":[["x","x"],["x","x"]],"error":null,"diagnostics":["ambiguous-column: column \"x\" could be of several tables"]}
    "#]].assert_eq(&all[0]);
    assert_eq!(all[0], all[1], "with several at once");
}

#[test]
fn wrong_use() {
    let desk = Desk::new();
    desk.write("a.sql", "select 1");
    desk.write("schema.json", r#"{"tables": {"t": {"x": "int"}}}"#);
    desk.check(
        &["lineage", "--sql", "a.sql", "--dialect", "klingon"],
        expect![[r#"
            exit 2
            headwater: dialect "klingon": expected one of generic, postgres, redshift, snowflake, bigquery, databricks, spark, hive, trino, presto, athena, mysql, mariadb, sqlite, duckdb, clickhouse, tsql, oracle, teradata, db2, vertica, exasol, flink, materialize, greenplum, starrocks, doris, impala
        "#]],
    );
    desk.check(
        &["lineage", "--sql", "absent.sql", "--dialect", "postgres"],
        expect![[r#"
            exit 3
            headwater: `absent.sql`: cannot be read: No such file or directory (os error 2)
        "#]],
    );
    desk.check(
        &["lineage", "--sql", "a.sql", "--dialect", "postgres", "--schema", "schema.json"],
        expect![[r#"
            exit 2
            headwater: `schema.json`: not a schema: invalid type: map, expected a sequence at line 1 column 17
        "#]],
    );
    desk.check(
        &["lineage", "--cases", "absent.jsonl", "--out", "out.jsonl"],
        expect![[r#"
            exit 3
            headwater: `absent.jsonl`: cannot be read: No such file or directory (os error 2)
        "#]],
    );
    std::fs::write(desk.path().join("a.sql"), b"select '\xff'").unwrap();
    desk.check(
        &["lineage", "--sql", "a.sql", "--dialect", "postgres"],
        expect![[r#"
            exit 2
            headwater: `a.sql`: expected UTF-8, found something else at byte 8
        "#]],
    );
    for words in [&["lineage"][..], &["lineage", "--sql", "a.sql"], &["lineage", "--cases", "a.jsonl"]] {
        assert!(desk.run(words).starts_with("exit 2\nerror: the following required arguments"), "{words:?}");
    }
}
