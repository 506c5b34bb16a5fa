//! Lineage by construct: SQL in, a few lines of text out.

mod common;

use common::check;
use expect_test::expect;

const SHOP: &str = "a(id, x, y) b(id, v, w) t(c1, c2, ds, hr) d.users(id, address)";

#[test]
fn select_lists() {
    check(
        "postgres",
        SHOP,
        "SELECT a.x, y + id AS s, count(*) AS n FROM a",
        &expect![[r#"
        Select reads a
          x <- a.x identity `a.x`
          s <- a.y transformation `y + id`
          s <- a.id transformation `y + id`
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT * FROM a JOIN b USING (id)",
        &expect![[r#"
        Select reads a, b
          id <- a.id identity `*`
          x <- a.x identity `*`
          y <- a.y identity `*`
          v <- b.v identity `*`
          w <- b.w identity `*`
          * <- a.id join
          * <- b.id join
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT * FROM a NATURAL JOIN b",
        &expect![[r#"
        Select reads a, b
          id <- a.id identity `*`
          x <- a.x identity `*`
          y <- a.y identity `*`
          v <- b.v identity `*`
          w <- b.w identity `*`
          * <- a.id join
          * <- b.id join
    "#]],
    );
    check(
        "bigquery",
        SHOP,
        "SELECT * EXCEPT (id) REPLACE (UPPER(x) || y AS x) FROM a",
        &expect![[r#"
        Select reads a
          x <- a.x transformation `UPPER(x) || y`
          x <- a.y transformation `UPPER(x) || y`
          y <- a.y identity `*`
    "#]],
    );
    check(
        "snowflake",
        SHOP,
        "SELECT * EXCLUDE id RENAME x AS z FROM a",
        &expect![[r#"
        Select reads a
          Z <- a.x identity `*`
          y <- a.y identity `*`
    "#]],
    );
    check(
        "snowflake",
        SHOP,
        "SELECT * ILIKE '%d%' FROM a",
        &expect![[r#"
        Select reads a
          id <- a.id identity `*`
    "#]],
    );
    check(
        "postgres",
        "",
        "SELECT *, x AS z FROM a",
        &expect![[r#"
        Select reads a
          z <- a.x identity `x`
          * <- a.* identity `*`
        ! star-not-expanded `*`: the columns of this star are not known
    "#]],
    );
    check(
        "snowflake",
        "",
        "SELECT x + 1 AS y2, y2 * 2 AS c FROM a",
        &expect![[r#"
        Select reads a
          Y2 <- a.X transformation `x + 1`
          C <- a.X transformation `y2 * 2`
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT row_to_json(a) AS j FROM a",
        &expect![[r#"
        Select reads a
          j <- a.id transformation `row_to_json(a)`
          j <- a.x transformation `row_to_json(a)`
          j <- a.y transformation `row_to_json(a)`
    "#]],
    );
}

#[test]
fn names_that_are_not_there() {
    check(
        "postgres",
        SHOP,
        "SELECT addres, a.z FROM d.users, a",
        &expect![[r#"
        Select reads d.users, a
        ! unknown-column `addres`: column "addres" is not in any table in scope, did you mean "address"?
        ! unknown-column `a.z`: column "z" is not in any table in scope, did you mean "x"?
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT q.x, id FROM a, b",
        &expect![[r#"
        Select reads a, b
          id <- a.id identity ambiguous `id`
          id <- b.id identity ambiguous `id`
        ! unknown-table `q.x`: "q": no table, alias or column of that name is in scope
        ! ambiguous-column `id`: column "id" could be of several tables
    "#]],
    );
    check(
        "postgres",
        "",
        "SELECT x FROM a, b",
        &expect![[r#"
        Select reads a, b
          x <- a.x identity ambiguous `x`
          x <- b.x identity ambiguous `x`
        ! ambiguous-column `x`: column "x" could be of several tables
    "#]],
    );
    check(
        "postgres",
        "a(x)",
        "SELECT x, z FROM a, b",
        &expect![[r#"
        Select reads a, b
          x <- a.x identity `x`
          z <- b.z identity `z`
    "#]],
    );
}

#[test]
fn roles_of_columns() {
    check(
        "postgres",
        SHOP,
        "SELECT CASE WHEN x > 1 THEN y ELSE 0 END AS c FROM a",
        &expect![[r#"
        Select reads a
          c <- a.x conditional `CASE WHEN x > 1 THEN y ELSE 0 END`
          c <- a.y transformation `CASE WHEN x > 1 THEN y ELSE 0 END`
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT sum(x) OVER w AS s FROM a WINDOW w AS (PARTITION BY id ORDER BY y)",
        &expect![[r#"
        Select reads a
          s <- a.x aggregation `sum(x) OVER w`
          s <- a.id window `sum(x) OVER w`
          s <- a.y window `sum(x) OVER w`
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT count(x) FILTER (WHERE y > 1) AS n, md5(x) AS h FROM a",
        &expect![[r#"
        Select reads a
          n <- a.x aggregation masked `count(x) FILTER (WHERE y > 1)`
          n <- a.y conditional masked `count(x) FILTER (WHERE y > 1)`
          h <- a.x transformation masked `md5(x)`
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT x AS k, max(v) AS m FROM a JOIN b ON a.id = b.id WHERE y > 1 GROUP BY k HAVING max(w) > 1 ORDER BY 2",
        &expect![[r#"
            Select reads a, b
              k <- a.x identity `x`
              m <- b.v aggregation `max(v)`
              * <- a.id join
              * <- a.x group by
              * <- a.y filter
              * <- b.id join
              * <- b.v sort
              * <- b.w filter
        "#]],
    );
}

#[test]
fn subqueries() {
    check(
        "postgres",
        SHOP,
        "SELECT (SELECT x + v FROM b WHERE b.id = a.id) AS s FROM a",
        &expect![[r#"
        Select reads a, b
          s <- a.x transformation `(SELECT x + v FROM b WHERE b.id = a.id)`
          s <- a.id filter `(SELECT x + v FROM b WHERE b.id = a.id)`
          s <- b.v transformation `(SELECT x + v FROM b WHERE b.id = a.id)`
          s <- b.id filter `(SELECT x + v FROM b WHERE b.id = a.id)`
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT x FROM a WHERE id IN (SELECT id FROM b WHERE w = 1)",
        &expect![[r#"
        Select reads a, b
          x <- a.x identity `x`
          * <- a.id filter
          * <- b.id filter
          * <- b.w filter
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT x FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.id = a.id)",
        &expect![[r#"
        Select reads a, b
          x <- a.x identity `x`
          * <- a.id filter
          * <- b.id filter
    "#]],
    );
    check(
        "postgres",
        "",
        "WITH o AS (SELECT * FROM raw.o), p AS (SELECT k, o.* FROM o) SELECT k, z FROM p",
        &expect![[r#"
        Select reads raw.o
          k <- raw.o.k identity `k`
          z <- raw.o.z identity `z`
        ! star-not-expanded `*`: the columns of this star are not known
        ! star-not-expanded `*`: the columns of this star are not known
    "#]],
    );
    check(
        "postgres",
        "",
        "WITH RECURSIVE r(id, up) AS (SELECT id, mgr FROM e UNION ALL SELECT e.id, r.up || e.nick FROM e JOIN r ON e.mgr = r.id) SELECT id, up FROM r",
        &expect![[r#"
            Select reads e, e
              id <- e.id identity `id`
              up <- e.mgr identity `up`
              up <- e.mgr transformation `r.up || e.nick`
              up <- e.nick transformation `r.up || e.nick`
              * <- e.id join
              * <- e.mgr join
        "#]],
    );
    check(
        "tsql",
        SHOP,
        "SELECT a.id, q.v FROM a CROSS APPLY (SELECT TOP 1 v FROM b WHERE b.id = a.id) q",
        &expect![[r#"
        Select reads a, b
          id <- a.id identity `a.id`
          v <- b.v identity `q.v`
          * <- a.id filter
          * <- b.id filter
    "#]],
    );
}

#[test]
fn set_operations() {
    check(
        "postgres",
        SHOP,
        "SELECT id, x FROM a UNION ALL SELECT id, v FROM b",
        &expect![[r#"
        Select reads a, b
          id <- a.id identity `id`
          id <- b.id identity `id`
          x <- a.x identity `x`
          x <- b.v identity `v`
    "#]],
    );
    check(
        "duckdb",
        SHOP,
        "SELECT id, x FROM a UNION ALL BY NAME SELECT x, id FROM a",
        &expect![[r#"
        Select reads a, a
          id <- a.id identity `id`
          x <- a.x identity `x`
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT id FROM a EXCEPT SELECT id FROM b",
        &expect![[r#"
        Select reads a, b
          id <- a.id identity `id`
          * <- b.id filter
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "SELECT id FROM a UNION SELECT id, v FROM b",
        &expect![[r#"
        Select reads a, b
          id <- a.id identity `id`
          id <- b.id identity `id`
        ! column-count `id`: the branches of a set operation have 1 and 2 columns: expected equally many
    "#]],
    );
}

#[test]
fn arrays_and_fields() {
    check(
        "bigquery",
        SHOP,
        "SELECT u.address.city, address.zip AS z FROM d.users AS u",
        &expect![[r#"
        Select reads d.users
          city <- d.users.address.city identity `u.address.city`
          z <- d.users.address.zip identity `address.zip`
    "#]],
    );
    check(
        "bigquery",
        "o(id, tags)",
        "SELECT id, tag FROM o, UNNEST(tags) AS tag",
        &expect![[r#"
        Select reads o
          id <- o.id identity `id`
          tag <- o.tags transformation `tag`
    "#]],
    );
    check(
        "bigquery",
        "d.o(id, tags)",
        "SELECT p FROM d.o AS o, o.tags AS p",
        &expect![[r#"
            Select reads d.o
              p <- d.o.tags transformation `p`
        "#]],
    );
    check(
        "snowflake",
        "",
        "SELECT f.value:k::string AS k FROM r, LATERAL FLATTEN(input => r.j) f",
        &expect![[r#"
        Select reads r
          K <- r.J transformation `f.value:k::string`
    "#]],
    );
    check(
        "hive",
        "a(id, items)",
        "SELECT id, i FROM a LATERAL VIEW explode(items) e AS i",
        &expect![[r#"
            Select reads a
              id <- a.id identity `id`
              i <- a.items transformation `i`
        "#]],
    );
    check(
        "snowflake",
        "s(id, jan, feb)",
        "SELECT * FROM s UNPIVOT (val FOR mon IN (jan, feb))",
        &expect![[r#"
            Select reads s
              id <- s.id identity `*`
              MON <- s.jan transformation `*`
              MON <- s.feb transformation `*`
              VAL <- s.jan identity `*`
              VAL <- s.feb identity `*`
        "#]],
    );
    check(
        "snowflake",
        "s(id, q, amt)",
        "SELECT * FROM s PIVOT (sum(amt) FOR q IN ('a', 'b')) AS p",
        &expect![[r#"
            Select reads s
              id <- s.id identity `*`
              'a' <- s.q filter `sum(amt)`
              'a' <- s.amt aggregation `sum(amt)`
              'b' <- s.q filter `sum(amt)`
              'b' <- s.amt aggregation `sum(amt)`
              * <- s.q group by
              * <- s.id group by
        "#]],
    );
}

#[test]
fn inserts() {
    check(
        "postgres",
        SHOP,
        "INSERT INTO t SELECT id, x FROM a",
        &expect![[r#"
        Insert reads a writes t
          t.c1 <- a.id identity `id`
          t.c2 <- a.x identity `x`
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "INSERT INTO t (c2) SELECT x FROM a",
        &expect![[r#"
        Insert reads a writes t
          t.c2 <- a.x identity `x`
    "#]],
    );
    check(
        "hive",
        SHOP,
        "INSERT OVERWRITE TABLE t PARTITION (ds = '1', hr) SELECT x, y, id FROM a",
        &expect![[r#"
        Insert reads a writes t
          t.c1 <- a.x identity `x`
          t.c2 <- a.y identity `y`
          t.hr <- a.id identity `id`
    "#]],
    );
    check(
        "postgres",
        "",
        "INSERT INTO t AS o (id, n) SELECT id, 1 FROM a ON CONFLICT (id) DO UPDATE SET n = o.n + EXCLUDED.n",
        &expect![[r#"
            Insert reads a writes t
              t.id <- a.id identity `id`
              t.n <- t.n transformation `o.n + EXCLUDED.n`
        "#]],
    );
    check(
        "oracle",
        "",
        "INSERT ALL INTO p (k) VALUES (x) INTO q (k) VALUES (y) SELECT a.x, a.y FROM a",
        &expect![[r#"
        Insert reads a writes p, q
          p.K <- a.X identity `x`
          q.K <- a.Y identity `y`
    "#]],
    );
    check(
        "postgres",
        "",
        "WITH m AS (DELETE FROM a RETURNING id) INSERT INTO b (k) SELECT id FROM m",
        &expect![[r#"
            Insert reads a writes a, b
              b.k <- a.id identity `id`
        "#]],
    );
    check(
        "tsql",
        "",
        "DELETE FROM t OUTPUT DELETED.id INTO log (k) WHERE t.ts < 1",
        &expect![[r#"
        Delete writes t, log
          log.k <- t.id identity `DELETED.id`
          * <- t.ts filter
    "#]],
    );
}

#[test]
fn updates_and_merges() {
    check(
        "postgres",
        SHOP,
        "UPDATE a SET x = b.v, y = a.y + b.w FROM b WHERE a.id = b.id",
        &expect![[r#"
        Update reads b writes a
          a.x <- b.v identity `b.v`
          a.y <- a.y transformation `a.y + b.w`
          a.y <- b.w transformation `a.y + b.w`
          * <- a.id filter
          * <- b.id filter
    "#]],
    );
    check(
        "tsql",
        SHOP,
        "UPDATE k SET k.x += b.v FROM dbo.a AS k JOIN b ON b.id = k.id",
        &expect![[r#"
        Update reads b writes dbo.a
          dbo.a.x <- dbo.a.x transformation `k.x += b.v`
          dbo.a.x <- b.v transformation `k.x += b.v`
          * <- dbo.a.id join
          * <- b.id join
    "#]],
    );
    check(
        "mysql",
        SHOP,
        "UPDATE a JOIN b ON a.id = b.id SET a.x = b.v",
        &expect![[r#"
        Update reads b writes a
          a.x <- b.v identity `b.v`
          * <- a.id join
          * <- b.id join
    "#]],
    );
    check(
        "postgres",
        SHOP,
        "UPDATE a SET (x, y) = (SELECT v, w FROM b WHERE b.id = a.id)",
        &expect![[r#"
        Update reads b writes a
          a.x <- a.id filter `(x, y) = (SELECT v, w FROM b WHERE b.id = a.id)`
          a.x <- b.v identity `(x, y) = (SELECT v, w FROM b WHERE b.id = a.id)`
          a.x <- b.id filter `(x, y) = (SELECT v, w FROM b WHERE b.id = a.id)`
          a.y <- a.id filter `(x, y) = (SELECT v, w FROM b WHERE b.id = a.id)`
          a.y <- b.w identity `(x, y) = (SELECT v, w FROM b WHERE b.id = a.id)`
          a.y <- b.id filter `(x, y) = (SELECT v, w FROM b WHERE b.id = a.id)`
    "#]],
    );
    check(
        "snowflake",
        "",
        "MERGE INTO t USING (SELECT id, v FROM s) q ON t.id = q.id WHEN MATCHED AND q.v > 0 THEN UPDATE SET v = t.v + q.v WHEN NOT MATCHED THEN INSERT (id, v) VALUES (q.id, q.v)",
        &expect![[r#"
            Merge reads s writes t
              t.V <- t.V transformation `t.v + q.v`
              t.V <- s.V transformation `t.v + q.v`
              t.ID <- s.ID identity `q.id`
              t.V <- s.V identity `q.v`
              * <- t.ID join
              * <- s.ID join
              * <- s.V filter
        "#]],
    );
    check(
        "postgres",
        SHOP,
        "DELETE FROM a USING b WHERE a.id = b.id AND b.v = 1",
        &expect![[r#"
        Delete reads b writes a
          * <- a.id filter
          * <- b.id filter
          * <- b.v filter
    "#]],
    );
}

#[test]
fn tables_that_come_and_go() {
    check(
        "postgres",
        "",
        "CREATE TABLE n (id int, name text)",
        &expect![[r#"
        CreateTable writes n
          + n(id, name)
    "#]],
    );
    check(
        "snowflake",
        SHOP,
        "CREATE VIEW v (p, q) AS SELECT x, y FROM a",
        &expect![[r#"
        CreateView reads a writes v
          v.P <- a.x identity `x`
          v.Q <- a.y identity `y`
          + v(P, Q)
    "#]],
    );
    check(
        "mysql",
        SHOP,
        "CREATE TABLE n LIKE a",
        &expect![[r#"
        CreateTable reads a writes n
          + n(id, x, y)
    "#]],
    );
    check(
        "snowflake",
        SHOP,
        "CREATE TABLE n CLONE a",
        &expect![[r#"
        CreateTable reads a writes n
          n.id <- a.id identity `a`
          n.x <- a.x identity `a`
          n.y <- a.y identity `a`
          + n(id, x, y)
    "#]],
    );
    check(
        "postgres",
        "",
        "ALTER TABLE a RENAME TO b; DROP TABLE c; TRUNCATE d",
        &expect![[r#"
        Alter writes a, b
          a => b
        Drop writes c
          - c
        Truncate writes d
    "#]],
    );
    check(
        "snowflake",
        "",
        "ALTER TABLE a SWAP WITH b",
        &expect![[r#"
        Alter reads a, b writes a, b
          a => b
          b => a
    "#]],
    );
    check(
        "snowflake",
        "",
        "USE SCHEMA db.s; SELECT x FROM a",
        &expect![[r#"
        Use
        Select reads db.s.a
          X <- db.s.a.X identity `x`
    "#]],
    );
}

#[test]
fn files_and_stages() {
    check(
        "duckdb",
        "",
        "SELECT x FROM 's3://b/*.parquet'",
        &expect![[r#"
        Select reads "s3://b/*.parquet"
          x <- "s3://b/*.parquet".x identity `x`
    "#]],
    );
    check(
        "snowflake",
        "",
        "COPY INTO t FROM @stg/f.csv",
        &expect![[r#"
        Copy reads "@stg/f.csv" writes t
    "#]],
    );
    check(
        "redshift",
        "",
        "UNLOAD ('select x from v') TO 's3://b/' IAM_ROLE 'r'",
        &expect![[r#"
        Copy reads v writes s3://b/
          s3://b/.x <- v.x identity `x`
    "#]],
    );
}
