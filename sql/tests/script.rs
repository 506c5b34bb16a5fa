//! Whole scripts: the net lineage, statements that are not understood, blocks, templates, and the flat form.

mod common;

use common::{Schema, check};
use expect_test::{Expect, expect};
use sql::{Defaults, Dialect, EmptyCatalog, Script};

/// Checks the net lineage of a script: reads, writes, edges.
fn net(dialect: &str, text: &str, expected: &Expect) {
    let dialect = Dialect::from_name(dialect).expect("a known dialect");
    let (lineage, _) = sql::lineage(text, dialect, &EmptyCatalog, &Defaults::default());
    let names = |uses: &[sql::TableUse]| uses.iter().map(|used| used.name.to_string()).collect::<Vec<_>>().join(", ");
    let edges = lineage.net.edges.iter().map(|edge| {
        let name = |column: &sql::ColumnRef| format!("{}.{}", column.table, column.column);
        format!("\n{} <- {}", name(&edge.target), name(&edge.source))
    });
    let edges: String = edges.collect();
    expected.assert_eq(&format!("{} -> {}{edges}", names(&lineage.net.reads), names(&lineage.net.writes)));
}

/// A view or a table that is filled is never passed over as one that moves no rows; places do not count blanks.
#[test]
fn what_cannot_be_read_of_a_created_table_is_an_error() {
    let dialect = Dialect::from_name("generic").expect("a known dialect");
    for (statement, found) in [
        ("CREATE VIEW slect 1", "error parse-error"),
        ("CREATE TABLE t AS slect 1", "error parse-error"),
        ("CREATE TABLE t (a int, b AS a) WITH MAGIC = 1", "note skipped-clause"),
    ] {
        let text = format!("SELECT 1;\n\n  {statement}\n");
        let (lineage, diagnostics) = sql::lineage(&text, dialect, &EmptyCatalog, &Defaults::default());
        let told = diagnostics.iter().map(|d| format!("{:?} {}", d.severity, d.code).to_lowercase());
        assert_eq!(told.collect::<Vec<_>>(), [found], "{statement}");
        let span = lineage.statements[1].span;
        assert!(statement.starts_with(&text[span.start..span.end]), "{statement}");
    }
}

#[test]
fn temporary_tables_are_seen_through() {
    net(
        "postgres",
        "CREATE TEMP TABLE s AS SELECT x AS k FROM a; INSERT INTO t SELECT k AS c FROM s",
        &expect![[r#"
        a -> t
        t.c <- a.x"#]],
    );
    net(
        "tsql",
        "SELECT x AS k INTO #s FROM a; INSERT INTO t (c) SELECT k FROM #s",
        &expect![[r#"
        a -> t
        t.c <- a.x"#]],
    );
    net(
        "generic",
        "CREATE TABLE s AS SELECT x FROM a; INSERT INTO t SELECT x FROM s; DROP TABLE s",
        &expect![[r#"
        a -> t
        t.x <- a.x"#]],
    );
    net(
        "postgres",
        "CREATE VIEW v AS SELECT x AS k FROM a; INSERT INTO t SELECT k FROM v",
        &expect![[r#"
        a, v -> v, t
        v.k <- a.x
        t.k <- v.k"#]],
    );
    net(
        "generic",
        "INSERT INTO s SELECT x FROM a; ALTER TABLE s RENAME TO t",
        &expect![[r#"
        a -> t
        t.x <- a.x"#]],
    );
}

#[test]
fn one_bad_statement_loses_no_other() {
    check(
        "postgres",
        "",
        "SELECT x FROM a; SELECT x FROM (; SELECT y FROM b",
        &expect![[r#"
        Select reads a
          x <- a.x identity `x`
        Unparsed
        Select reads b
          y <- b.y identity `y`
        ! parse-error ``: expected: identifier, found: EOF
    "#]],
    );
    check(
        "postgres",
        "",
        "SELECT x FROM a; SELECT 'unfinished",
        &expect![[r#"
        Select reads a
          x <- a.x identity `x`
        Unparsed
        ! parse-error ``: unterminated string literal
    "#]],
    );
}

#[test]
fn blocks() {
    net(
        "tsql",
        "CREATE PROCEDURE p @d INT AS BEGIN SET NOCOUNT ON; IF @d IS NULL RETURN; INSERT INTO t SELECT x FROM a; END",
        &expect![[r#"
        a -> t
        t.x <- a.x"#]],
    );
    net(
        "oracle",
        "CREATE PROCEDURE p AS BEGIN FOR r IN (SELECT id FROM a) LOOP INSERT INTO t (k) VALUES (r.id); END LOOP; END;",
        &expect![[r#"
        a -> t
        t.K <- a.ID"#]],
    );
    net(
        "bigquery",
        "IF (SELECT max(d) FROM a) > 1 THEN INSERT INTO t (k) SELECT x FROM b; END IF;",
        &expect![[r#"
        a, b -> t
        t.k <- b.x"#]],
    );
    net(
        "postgres",
        "CREATE FUNCTION f() RETURNS void AS $$ BEGIN INSERT INTO t SELECT x FROM a; END $$ LANGUAGE plpgsql",
        &expect![[r#"
        a -> t
        t.x <- a.x"#]],
    );
    net(
        "tsql",
        "insert into t1 select x from a\ninsert into t2 select y from b",
        &expect![[r#"
        a, b -> t1, t2
        t1.x <- a.x
        t2.y <- b.y"#]],
    );
}

#[test]
fn templates() {
    check(
        "generic",
        "",
        "SELECT x FROM {{ ref('m') }} WHERE d = {{ day }}",
        &expect![[r#"
            Select reads m
              x <- m.x identity `x`
              * <- m.d filter
            ! template `{{ day }}`: a value is not known from the template
        "#]],
    );
    net(
        "generic",
        "{{ config(a='b') }} SELECT x FROM {{ source('raw', 'o') }} {% if x %} WHERE y {% endif %}",
        &expect![[r#"
        raw.o -> 
        .x <- raw.o.x"#]],
    );
}

#[test]
fn a_schema_change_is_seen_by_binding_again() {
    let dialect = Dialect::from_name("postgres").expect("a known dialect");
    let (script, found) = sql::parse("SELECT amount FROM orders", dialect);
    assert!(found.is_empty());
    let bound = |schema: &str| sql::bind(&script, &Schema::read(schema), &Defaults::default()).1;
    assert!(bound("orders(id, amount)").is_empty());
    let shown: Vec<String> = bound("orders(id, amont)").into_iter().map(|found| found.message).collect();
    expect![[r#"column "amount" is not in any table in scope, did you mean "amont"?"#]].assert_eq(&shown.join("\n"));
}

#[test]
fn the_flat_form_survives_being_written_down() {
    let dialect = Dialect::from_name("snowflake").expect("a known dialect");
    let (script, _) = sql::parse("MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v", dialect);
    let written = serde_json::to_string(&script).expect("a script is plain data");
    let read: Script = serde_json::from_str(&written).expect("what was written can be read");
    assert_eq!(script, read);
}

#[test]
fn dialects_by_name() {
    let name = |text: &str| Dialect::from_name(text).map(|dialect| dialect.name());
    assert_eq!(name("PostgreSQL"), Ok("postgres"));
    assert_eq!(name("Spark SQL"), Ok("spark"));
    assert_eq!(name("sql-server"), Ok("tsql"));
    let error = Dialect::from_name("cobol").expect_err("not a dialect");
    expect![[r#"dialect "cobol": expected one of generic, postgres, redshift, snowflake, bigquery, databricks, spark, hive, trino, presto, athena, mysql, mariadb, sqlite, duckdb, clickhouse, tsql, oracle, teradata, db2, vertica, exasol, flink, materialize, greenplum, starrocks, doris, impala"#]].assert_eq(&error.to_string());
    for dialect in Dialect::all() {
        assert_eq!(Dialect::from_name(dialect.name()), Ok(dialect));
    }
}

#[test]
fn identifiers_fold_as_the_platform_does() {
    let folds = |name: &str| {
        let dialect = Dialect::from_name(name).expect("a known dialect");
        format!("{name}: {} {}", dialect.fold("Ab", false), dialect.fold("Ab", true))
    };
    let shown: Vec<String> = ["postgres", "snowflake", "tsql", "clickhouse"].map(folds).into();
    expect![[r#"
        postgres: ab Ab
        snowflake: AB Ab
        tsql: ab ab
        clickhouse: Ab Ab"#]]
    .assert_eq(&shown.join("\n"));
}
