//! Statements inside routines, blocks and literals.

use std::fmt::Write;

use expect_test::{Expect, expect};
use sql::{Defaults, Dialect, EmptyCatalog, Severity};

/// The tables and edges of the whole script, and what is not a mere note.
fn check(dialect: &str, sql: &str, expected: &Expect) {
    let dialect = Dialect::from_name(dialect).expect("a known dialect");
    let (lineage, found) = sql::lineage(sql, dialect, &EmptyCatalog, &Defaults::default());
    let mut out = String::new();
    for edge in &lineage.net.edges {
        let place = &sql[edge.span.start..edge.span.end];
        writeln!(
            out,
            "{}.{} <- {}.{} `{place}`",
            edge.target.table, edge.target.column, edge.source.table, edge.source.column
        )
        .expect("writing to a string");
    }
    for found in found.iter().filter(|found| found.severity != Severity::Note) {
        writeln!(out, "! {} {}", found.code, found.message).expect("writing to a string");
    }
    expected.assert_eq(&out);
}

#[test]
fn tsql() {
    check(
        "tsql",
        "CREATE OR ALTER PROC p WITH EXECUTE AS OWNER AS
SET NOCOUNT ON
TRUNCATE TABLE a
INSERT INTO a SELECT x FROM b
PRINT 'done'
BEGIN TRY
  IF EXISTS (SELECT 1 FROM f) INSERT INTO c SELECT y FROM d
  ELSE UPDATE t SET t.v = s.v FROM t JOIN s ON s.i = t.i
END TRY
BEGIN CATCH
  INSERT INTO e SELECT ERROR_MESSAGE()
END CATCH",
        &expect![[r#"
            a.x <- b.x `x`
            c.y <- d.y `y`
            t.v <- s.v `s.v`
        "#]],
    );
    check(
        "tsql",
        "EXEC('INSERT INTO a SELECT x FROM b'); EXEC sp_executesql N'INSERT INTO c SELECT ''q'' + y FROM d'",
        &expect![[r#"
        a.x <- b.x `x`
        c._col_0 <- d.y `N'INSERT INTO c SELECT ''q'' + y FROM d'`
    "#]],
    );
    check(
        "tsql",
        "EXEC('INSERT INTO a SELECT x FROM ' + @t)",
        &expect![[r#"
        ! unsupported the body of what is called is not followed
    "#]],
    );
}

#[test]
fn postgres() {
    check(
        "postgres",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
  IF a THEN INSERT INTO t SELECT x FROM s; ELSE DELETE FROM t; END IF;
  FOR r IN SELECT y FROM u LOOP INSERT INTO v (z) VALUES (r.y); END LOOP;
  EXECUTE 'INSERT INTO d SELECT w FROM e';
  SELECT q INTO n FROM m;
END $$",
        &expect![[r#"
            t.x <- s.x `x`
            v.z <- u.y `r.y`
            d.w <- e.w `w`
        "#]],
    );
    check(
        "postgres",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ return 1 $$",
        &expect![[r#"
        ! unsupported a body in another language is not followed
    "#]],
    );
}

#[test]
fn snowflake_bigquery_databricks() {
    check(
        "snowflake",
        "EXECUTE IMMEDIATE $$ BEGIN LET n := 0; INSERT INTO t SELECT x FROM s; EXECUTE IMMEDIATE 'INSERT INTO a SELECT y FROM b'; END; $$",
        &expect![[r#"
            t.X <- s.X `x`
            a.Y <- b.Y `y`
        "#]],
    );
    check(
        "bigquery",
        "CREATE PROCEDURE d.p() BEGIN WHILE i < 5 DO INSERT INTO d.t SELECT x FROM d.s; END WHILE; EXECUTE IMMEDIATE \"INSERT INTO d.a SELECT y FROM d.b\"; END",
        &expect![[r#"
            d.t.x <- d.s.x `x`
            d.a.y <- d.b.y `y`
        "#]],
    );
    check(
        "databricks",
        "BEGIN INSERT INTO t SELECT x FROM s; END",
        &expect![[r#"
        t.x <- s.x `x`
    "#]],
    );
}

#[test]
fn oracle_mysql_teradata() {
    check(
        "oracle",
        "CREATE OR REPLACE PROCEDURE p IS
  CURSOR c IS SELECT k FROM ks;
BEGIN
  FOR r IN c LOOP INSERT INTO t (a) VALUES (r.k); END LOOP;
  FOR r IN (SELECT j FROM js) LOOP UPDATE t SET a = r.j; END LOOP;
  EXECUTE IMMEDIATE 'INSERT INTO d SELECT z FROM e';
  SELECT q INTO n FROM m;
END;",
        &expect![[r#"
            t.A <- ks.K `r.k`
            t.A <- js.J `r.j`
            d.Z <- e.Z `z`
        "#]],
    );
    check(
        "mysql",
        "DELIMITER //
CREATE PROCEDURE p() BEGIN INSERT INTO t SELECT x FROM s; END//
DELIMITER ;
PREPARE q FROM 'INSERT INTO a SELECT y FROM b';",
        &expect![[r#"
            t.x <- s.x `x`
            a.y <- b.y `y`
        "#]],
    );
    check(
        "teradata",
        "CALL DBC.SysExecSQL('INSERT INTO a SELECT y FROM b')",
        &expect![[r#"
        a.y <- b.y `y`
    "#]],
    );
}
