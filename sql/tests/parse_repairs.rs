//! Constructs that no grammar of the parser has: what is left out, what is spelled anew, and that edges stay.

mod common;

use expect_test::{Expect, expect};

/// A dialect, a statement, and every edge, as lines.
fn check(dialect: &str, sql: &str, expected: &Expect) {
    common::check(dialect, "", sql, expected);
}

#[test]
fn views_and_tables_are_created_with_any_options() {
    check(
        "clickhouse",
        "CREATE MATERIALIZED VIEW mv ON CLUSTER c TO tgt (a, b) ENGINE = MergeTree() ORDER BY a AS SELECT x AS a, y AS b FROM s",
        &expect![[r#"
            CreateView reads s writes tgt
              tgt.a <- s.x identity `x`
              tgt.b <- s.y identity `y`
            ! skipped-clause `CREATE MATERIALIZED VIEW mv ON CLUSTER c TO tgt (a, b) ENGINE = MergeTree() ORDER BY a AS `: an option of what is created is passed over
        "#]],
    );
    check(
        "snowflake",
        "CREATE OR REPLACE DYNAMIC TABLE t (a COMMENT 'x', b) TARGET_LAG = DOWNSTREAM WAREHOUSE = w AS SELECT x, y FROM s",
        &expect![[r#"
            CreateTableAs reads s writes t
              t.A <- s.X identity `x`
              t.B <- s.Y identity `y`
              + t(A, B)
            ! skipped-clause `CREATE OR REPLACE DYNAMIC TABLE t (a COMMENT 'x', b) TARGET_LAG = DOWNSTREAM WAREHOUSE = w AS `: an option of what is created is passed over
        "#]],
    );
    check(
        "databricks",
        "CREATE MATERIALIZED VIEW v (a INT NOT NULL, CONSTRAINT c EXPECT (a > 0)) SCHEDULE CRON '0' COMMENT 'z' AS SELECT x FROM s",
        &expect![[r#"
            CreateView reads s writes v
              v.a <- s.x identity `x`
              + v(a)
            ! skipped-clause `CREATE MATERIALIZED VIEW v (a INT NOT NULL, CONSTRAINT c EXPECT (a > 0)) SCHEDULE CRON '0' COMMENT 'z' AS `: an option of what is created is passed over
        "#]],
    );
    check(
        "postgres",
        "CREATE MATERIALIZED VIEW v TABLESPACE p AS SELECT a FROM t WITH NO DATA",
        &expect![[r#"
        CreateView reads t writes v
          v.a <- t.a identity `a`
          + v(a)
        ! skipped-clause `CREATE MATERIALIZED VIEW v TABLESPACE p AS `: an option of what is created is passed over
        ! skipped-clause `WITH NO DATA`: a clause of the statement is passed over
    "#]],
    );
    check(
        "redshift",
        "CREATE TABLE t (a, b) BACKUP NO DISTKEY(a) AS SELECT x, y FROM s",
        &expect![[r#"
        CreateTableAs reads s writes t
          t.a <- s.x identity `x`
          t.b <- s.y identity `y`
          + t(a, b)
        ! skipped-clause `CREATE TABLE t (a, b) BACKUP NO DISTKEY(a) AS `: an option of what is created is passed over
    "#]],
    );
    check(
        "tsql",
        "CREATE EXTERNAL TABLE d.t WITH (LOCATION = '/p/') AS SELECT a FROM s",
        &expect![[r#"
        CreateTableAs reads s writes d.t
          d.t.a <- s.a identity `a`
          + d.t(a)
        ! skipped-clause `CREATE EXTERNAL TABLE d.t WITH (LOCATION = '/p/') AS `: an option of what is created is passed over
    "#]],
    );
}

#[test]
fn clauses_without_lineage_are_reported() {
    check(
        "tsql",
        "SELECT a FROM t WHERE b = 1 OPTION (MAXDOP 4)",
        &expect![[r#"
        Select reads t
          a <- t.a identity `a`
          * <- t.b filter
        ! skipped-clause `OPTION (MAXDOP 4)`: a clause of the statement is passed over
    "#]],
    );
    check(
        "mariadb",
        "SELECT x.a FROM t FOR SYSTEM_TIME AS OF NOW() AS x JOIN u ON u.i = x.i",
        &expect![[r#"
        Select reads t, u
          a <- t.a identity `x.a`
          * <- t.i join
          * <- u.i join
        ! skipped-clause `FOR SYSTEM_TIME AS OF NOW() `: a clause of the statement is passed over
    "#]],
    );
    check(
        "clickhouse",
        "SELECT a FROM t AS x FINAL WHERE b = 1 SETTINGS max_threads = 1 FORMAT CSV",
        &expect![[r#"
        Select reads t
          a <- t.a identity `a`
          * <- t.b filter
        ! skipped-clause `FINAL`: a clause of the statement is passed over
    "#]],
    );
    check(
        "duckdb",
        "SELECT a FROM t USING SAMPLE 10%",
        &expect![[r#"
        Select reads t
          a <- t.a identity `a`
        ! skipped-clause `USING SAMPLE 10%`: a clause of the statement is passed over
    "#]],
    );
    check(
        "mysql",
        "SELECT a INTO OUTFILE 'f' FIELDS TERMINATED BY ',' FROM t",
        &expect![[r#"
        Select reads t
          a <- t.a identity `a`
        ! skipped-clause `INTO OUTFILE 'f' FIELDS TERMINATED BY ',' `: a clause of the statement is passed over
    "#]],
    );
    check(
        "postgres",
        "UPDATE t SET a = b WHERE CURRENT OF c",
        &expect![[r#"
        Update writes t
          t.a <- t.b identity `b`
        ! skipped-clause `WHERE CURRENT OF c`: a clause of the statement is passed over
    "#]],
    );
}

#[test]
fn joins_in_other_words() {
    check(
        "clickhouse",
        "SELECT x.a, y.b FROM x ANTI LEFT JOIN y USING k, l",
        &expect![[r#"
        Select reads x, y
          a <- x.a identity `x.a`
          b <- y.b identity `y.b`
          * <- x.k join
          * <- x.l join
          * <- y.k join
          * <- y.l join
    "#]],
    );
    check(
        "duckdb",
        "SELECT t.a, p.b FROM t ASOF LEFT JOIN p ON t.k = p.k AND t.w >= p.w",
        &expect![[r#"
        Select reads t, p
          a <- t.a identity `t.a`
          b <- p.b identity `p.b`
          * <- t.k join
          * <- t.w join
          * <- p.k join
          * <- p.w join
    "#]],
    );
    check(
        "tsql",
        "SELECT a.x, c.y FROM a LEFT JOIN b LEFT HASH JOIN c ON b.i = c.i ON a.j = b.j",
        &expect![[r#"
        Select reads a, b, c
          x <- a.x identity `a.x`
          y <- c.y identity `c.y`
          * <- a.j join
          * <- b.i join
          * <- b.j join
          * <- c.i join
    "#]],
    );
    check(
        "snowflake",
        "SELECT a.x FROM a INNER DIRECTED JOIN b ON a.i = b.i",
        &expect![[r#"
        Select reads a, b
          X <- a.X identity `a.x`
          * <- a.I join
          * <- b.I join
    "#]],
    );
}

#[test]
fn expressions_in_other_words() {
    check(
        "postgres",
        "SELECT f(VARIADIC a) AS x, b ISNULL AS y FROM t",
        &expect![[r#"
            Select reads t
              x <- t.a transformation `f(VARIADIC a)`
              y <- t.b transformation `b ISNULL`
            ! opaque-function `f`: what "f" does is not known: its result may depend on all of its arguments
            ! skipped-clause `VARIADIC`: a word that says how is passed over
        "#]],
    );
    check(
        "oracle",
        "SELECT max(s) KEEP (DENSE_RANK FIRST ORDER BY h) AS m FROM t",
        &expect![[r#"
        Select reads t
          M <- t.S aggregation `max(s) KEEP (DENSE_RANK FIRST ORDER BY h)`
          M <- t.H window `max(s) KEEP (DENSE_RANK FIRST ORDER BY h)`
    "#]],
    );
    check(
        "clickhouse",
        "WITH sum(b) AS s, (SELECT max(m) FROM u) AS q SELECT f(s) AS x, q AS y FROM t",
        &expect![[r#"
            Select reads t, u
              x <- t.b aggregation `f(s)`
              y <- u.m aggregation `q`
            ! opaque-function `f`: what "f" does is not known: its result may depend on all of its arguments
        "#]],
    );
    check(
        "clickhouse",
        "SELECT c ? a : b AS x FROM t",
        &expect![[r#"
        Select reads t
          x <- t.c conditional `c ? a : b`
          x <- t.a transformation `c ? a : b`
          x <- t.b transformation `c ? a : b`
    "#]],
    );
    check(
        "duckdb",
        "SELECT [upper(e) FOR e IN l IF len(e) > n] AS x FROM t",
        &expect![[r#"
        Select reads t
          x <- t.l transformation `[upper(e) FOR e IN l IF len(e) > n`
          x <- t.n conditional `[upper(e) FOR e IN l IF len(e) > n`
    "#]],
    );
    check(
        "trino",
        "SELECT CAST(a AS ARRAY(DOUBLE)) AS x FROM t",
        &expect![[r#"
        Select reads t
          x <- t.a transformation `a`
    "#]],
    );
    check(
        "bigquery",
        "SELECT u.x, y FROM t, UNNEST(ARRAY<STRUCT<x INT64, y STRING>>[(t.a, 'b')]) AS u",
        &expect![[r#"
            Select reads t
              x <- t.a transformation `t.a, 'b'`
              y <- t.a transformation `t.a, 'b'`
        "#]],
    );
    check(
        "tsql",
        "SELECT p.a FROM OPENXML(@d, '/r') WITH (a INT '@a', b VARCHAR(9)) AS p",
        &expect![[r#"
        Select
    "#]],
    );
    check(
        "db2",
        "SELECT a - 1 DAYS AS x FROM t",
        &expect![[r#"
        Select reads t
          X <- t.A transformation `a - 1`
    "#]],
    );
}

#[test]
fn writes_in_other_words() {
    check(
        "mysql",
        "UPDATE t, u SET t.a = u.b WHERE t.i = u.i",
        &expect![[r#"
        Update reads u writes t
          t.a <- u.b identity `u.b`
          * <- t.i filter
          * <- u.i filter
    "#]],
    );
    check(
        "tsql",
        "DELETE FROM t FROM t AS x JOIN u ON u.i = x.i WHERE u.j = 1",
        &expect![[r#"
        Delete reads t, u writes t
          * <- t.i join
          * <- u.i join
          * <- u.j filter
    "#]],
    );
    check(
        "duckdb",
        "INSERT INTO t BY NAME SELECT a AS z, b AS y FROM s",
        &expect![[r#"
        Insert reads s writes t
          t.z <- s.a identity `a`
          t.y <- s.b identity `b`
    "#]],
    );
    check(
        "snowflake",
        "MERGE INTO t USING s ON t.i = s.i WHEN MATCHED THEN UPDATE ALL BY NAME",
        &expect![[r#"
        Merge reads s writes t
          t.* <- s.* identity ``
          * <- t.I join
          * <- s.I join
    "#]],
    );
    check(
        "exasol",
        "EXPORT (SELECT a FROM t) INTO CSV AT 'ftp://h' FILE 'f.csv'",
        &expect![[r#"
        Copy reads t writes "f.csv"
          "f.csv".A <- t.A identity `a`
    "#]],
    );
    check(
        "bigquery",
        "LOAD DATA INTO d.t FROM FILES (format = 'AVRO', uris = ['gs://b/f'])",
        &expect![[r#"
        Copy reads gs://b/f writes d.t
    "#]],
    );
    check(
        "postgres",
        "COPY t (a) FROM '/f.csv' WITH (FORMAT csv, FORCE_QUOTE *)",
        &expect![[r#"
        Copy reads "/f.csv" writes t
    "#]],
    );
}

#[test]
fn what_is_not_understood_says_so() {
    check(
        "postgres",
        "SELECT a FROM t WHERE b = = 1 JOIN u",
        &expect![[r#"
        Unparsed
        ! parse-error ``: expected: an expression, found: =
    "#]],
    );
    check(
        "snowflake",
        "CREATE NETWORK POLICY p ALLOWED_IP_LIST = ('1')",
        &expect![[r#"
        Other
        ! skipped-clause `CREATE`: a statement that moves no rows is passed over
    "#]],
    );
}
