use std::fmt::Write;

use expect_test::{Expect, expect};
use graph::derive::{Derivation, Derive, QueryContext, Schemas};
use graph::{QualifiedName, Query};

use crate::SqlDerive;

/// What a run said, in lines: `dialect D`, `in NAMESPACE NAME: column, …`, `out …`, and `known …` for datasets that
/// only the graph knows. Columns may be left out; then the schema is not known.
#[derive(Default)]
struct Case {
    dialect: Option<String>,
    context: Option<QueryContext>,
    known: Vec<(QualifiedName, Vec<String>)>,
}

impl Case {
    fn read(text: &str) -> Case {
        let job = QualifiedName::new("jobs", "job");
        let mut context = QueryContext { job, inputs: Vec::new(), outputs: Vec::new() };
        let mut case = Case::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (word, rest) = line.split_once(' ').expect("a word and more");
            if word == "dialect" {
                case.dialect = Some(rest.to_owned());
                continue;
            }
            let (name, columns) = rest.split_once(": ").map_or((rest, None), |(name, columns)| (name, Some(columns)));
            let (namespace, name) = name.split_once(' ').expect("a namespace and a name");
            let name = QualifiedName::new(namespace, name);
            if let Some(columns) = columns {
                case.known.push((name.clone(), columns.split(", ").map(str::to_owned).collect()));
            }
            match word {
                "in" => context.inputs.push(name),
                "out" => context.outputs.push(name),
                _ => assert_eq!(word, "known"),
            }
        }
        case.context = Some(context);
        case
    }
}

impl Schemas for Case {
    fn columns(&self, dataset: &QualifiedName) -> Option<Vec<(String, Option<String>)>> {
        assert_ne!(dataset.name, "panic");
        let (_, columns) = self.known.iter().find(|(name, _)| name == dataset)?;
        Some(columns.iter().map(|column| (column.clone(), None)).collect())
    }
}

fn render(found: &Derivation) -> String {
    let mut out = String::new();
    for claim in &found.claims {
        let inputs: Vec<&str> = claim.inputs.iter().map(|input| input.name.as_str()).collect();
        writeln!(out, "{} {} <- {}", claim.output.namespace, claim.output.name, inputs.join(", ")).expect("a text");
        for edge in &claim.edges {
            let target = edge.target_column.as_deref().unwrap_or("*");
            let masked = if edge.masking { " masked" } else { "" };
            let text = edge.expression.as_ref().map_or("", |expression| expression.text.as_str());
            let source = format!("{}.{}", edge.source.name, edge.source_column);
            writeln!(out, "  {target} <- {source} {:?}{masked} `{text}`", edge.kind).expect("a text");
        }
    }
    let asked: Vec<&str> = found.depends_on.iter().map(|dataset| dataset.name.as_str()).collect();
    writeln!(out, "asked {}", asked.join(", ")).expect("a text");
    for fault in &found.faults {
        let place = fault.span.map_or("-".to_owned(), |(start, end)| format!("{start}..{end}"));
        let gap = fault.gap.map_or("nothing lost".to_owned(), |gap| format!("{gap:?}"));
        writeln!(out, "{} {place} {gap}: {}", fault.code, fault.message).expect("a text");
    }
    out
}

fn derive(run: &str, sql: &str) -> Derivation {
    let case = Case::read(run);
    let query = Query { text: sql.to_owned(), dialect: case.dialect.clone() };
    let context = case.context.clone().expect("a context");
    SqlDerive.derive(&query, &context, &case)
}

fn check(run: &str, sql: &str, expected: Expect) {
    expected.assert_eq(&render(&derive(run, sql)));
}

const ORDERS: &str = "in postgres://db:5432 shop.public.orders: id, customer, total
    out postgres://db:5432 shop.marts.sums: customer, total";

#[test]
fn tables_are_found_however_many_parts_are_written() {
    for orders in ["public.orders", "shop.public.orders", "PUBLIC.Orders", "\"orders\""] {
        let sql = |orders: &str| format!("insert into sums select customer from {orders}");
        assert_eq!(render(&derive(ORDERS, &sql(orders))), render(&derive(ORDERS, &sql("orders"))), "{orders}");
    }
    check(
        ORDERS,
        "insert into sums select customer, sum(total) from orders group by customer",
        expect![[r#"
        postgres://db:5432 shop.marts.sums <- shop.public.orders
          * <- shop.public.orders.customer GroupBy `customer`
          customer <- shop.public.orders.customer Identity `customer`
          total <- shop.public.orders.total Aggregation `sum(total)`
        asked shop.marts.sums, shop.public.orders
    "#]],
    );
}

#[test]
fn quoted_names_count_as_written() {
    check(
        ORDERS,
        "insert into sums select customer, total from \"Orders\"",
        expect![[r#"
        postgres://db:5432 shop.marts.sums <- shop.public.Orders
          customer <- shop.public.Orders.customer Identity `customer`
          total <- shop.public.Orders.total Identity `total`
        asked shop.marts.sums, shop.public.Orders
    "#]],
    );
}

#[test]
fn a_bare_query_fills_the_one_output() {
    check(
        ORDERS,
        "select customer, total * 2 as total from orders where id > 5",
        expect![[r#"
        postgres://db:5432 shop.marts.sums <- shop.public.orders
          customer <- shop.public.orders.customer Identity `customer`
          * <- shop.public.orders.id Filter `id`
          total <- shop.public.orders.total Transformation `total * 2`
        asked shop.marts.sums, shop.public.orders
    "#]],
    );
}

#[test]
fn a_bare_query_after_a_write_fills_nothing() {
    let sql = "insert into sums select customer, total from orders; select count(*) as customer from orders";
    check(
        ORDERS,
        sql,
        expect![[r#"
        postgres://db:5432 shop.marts.sums <- shop.public.orders
          customer <- shop.public.orders.customer Identity `customer`
          total <- shop.public.orders.total Identity `total`
        asked shop.marts.sums, shop.public.orders
    "#]],
    );
}

#[test]
fn only_the_last_of_several_queries_is_the_result() {
    let sql = "select max(id) as customer from orders; select customer, total from orders";
    check(
        ORDERS,
        sql,
        expect![[r#"
        postgres://db:5432 shop.marts.sums <- shop.public.orders
          customer <- shop.public.orders.customer Identity `customer`
          total <- shop.public.orders.total Identity `total`
        asked shop.marts.sums, shop.public.orders
    "#]],
    );
}

#[test]
fn tables_that_were_not_reported_stand_beside_the_others() {
    let sql = "create table marts.extra as select o.id, c.name from orders o join customers c on c.id = o.customer";
    check(
        ORDERS,
        sql,
        expect![[r#"
        postgres://db:5432 shop.marts.extra <- shop.public.customers, shop.public.orders
          * <- shop.public.customers.id Join `c.id`
          name <- shop.public.customers.name Identity `c.name`
          * <- shop.public.orders.customer Join `o.customer`
          id <- shop.public.orders.id Identity `o.id`
        asked shop.marts.extra, shop.public.customers, shop.public.orders
    "#]],
    );
}

#[test]
fn of_two_schemas_the_one_that_has_the_table() {
    let run = "in postgres://db:5432 shop.a.x: id
        in postgres://db:5432 shop.b.y: id
        known postgres://db:5432 shop.b.z: id
        out postgres://db:5432 shop.c.out";
    check(
        run,
        "select id from z",
        expect![[r#"
        postgres://db:5432 shop.c.out <- shop.b.z
          id <- shop.b.z.id Identity `id`
        asked shop.a.z, shop.b.z, shop.c.out
    "#]],
    );
}

#[test]
fn a_table_that_could_be_two_is_a_fault() {
    let run = "in postgres://db:5432 shop.a.x: id
        in postgres://db:5432 shop.b.x: id
        out postgres://db:5432 shop.c.out";
    check(
        run,
        "select x.id, y.id as other from x, y",
        expect![[r#"
            asked shop.a.y, shop.b.y
            unresolved-table 32..33 UnresolvedDataset: table "x": expected one dataset of the run, found "shop.a.x" of "postgres://db:5432" and "shop.b.x" of "postgres://db:5432"
            unresolved-table 35..36 UnresolvedDataset: table "y": expected a schema in the query, found that it could be "shop.a.y" of "postgres://db:5432" and "shop.b.y" of "postgres://db:5432"
        "#]],
    );
}

#[test]
fn of_two_namesakes_the_longer_name_is_the_one() {
    let run = "in postgres://db:5432 shop.public.orders: id
        in postgres://db:5432 shop.raw.orders: id, total
        out postgres://db:5432 shop.public.sums";
    let sql = "insert into sums select orders.id, r.total from orders join raw.orders r on r.id = orders.id";
    check(
        run,
        sql,
        expect![[r#"
        postgres://db:5432 shop.public.sums <- shop.public.orders, shop.raw.orders
          * <- shop.public.orders.id Join `orders.id`
          id <- shop.public.orders.id Identity `orders.id`
          * <- shop.raw.orders.id Join `r.id`
          total <- shop.raw.orders.total Identity `r.total`
        asked shop.public.orders, shop.public.sums, shop.raw.orders
    "#]],
    );
}

#[test]
fn values_come_from_nowhere_when_the_query_explains_the_run() {
    let sql = "insert into sums values (1, 2); insert into other select id from orders";
    check(
        ORDERS,
        sql,
        expect![[r#"
        postgres://db:5432 shop.marts.other <- shop.public.orders
          id <- shop.public.orders.id Identity `id`
        postgres://db:5432 shop.marts.sums <- 
        asked shop.marts.other, shop.marts.sums, shop.public.orders, shop.public.other
    "#]],
    );
    check(
        ORDERS,
        "insert into sums values (1, 2)",
        expect![[r#"
        asked shop.marts.sums
    "#]],
    );
}

#[test]
fn a_query_of_which_nothing_is_reported() {
    check(
        "dialect postgres",
        "insert into a.b select c from d",
        expect![[r#"
            asked 
            unresolved-table 12..15 UnresolvedDataset: table "a.b": expected a server, found no dataset of the run that tells it
            unresolved-table 30..31 UnresolvedDataset: table "d": expected a schema and a server, found neither in the query nor among the run's datasets
        "#]],
    );
}

#[test]
fn without_a_dialect_or_a_platform_it_is_generic_and_says_so() {
    let run = "in file /data/orders
        out file /data/sums";
    check(
        run,
        "insert into sums select id from orders",
        expect![[r#"
            file /data/sums <- /data/orders
              id <- /data/orders.id Identity `id`
            asked /data/orders, /data/sums
            no-dialect - nothing lost: the query names no dialect: expected one, or an input or output on a database to tell it by, found only "file"; it was read as generic SQL
        "#]],
    );
}

#[test]
fn an_unknown_dialect_falls_back_to_the_platform() {
    let run = format!("dialect klingon\n{ORDERS}");
    check(
        &run,
        "insert into sums select customer, total::text from orders",
        expect![[r#"
            postgres://db:5432 shop.marts.sums <- shop.public.orders
              customer <- shop.public.orders.customer Identity `customer`
              total <- shop.public.orders.total Transformation `total::text`
            asked shop.marts.sums, shop.public.orders
            unknown-dialect - nothing lost: dialect "klingon": expected one of generic, postgres, redshift, snowflake, bigquery, databricks, spark, hive, trino, presto, athena, mysql, mariadb, sqlite, duckdb, clickhouse, tsql, oracle, teradata, db2, vertica, exasol, flink, materialize, greenplum, starrocks, doris, impala
        "#]],
    );
}

#[test]
fn snowflake_folds_and_keeps_the_spelling_of_the_graph() {
    let run = "in snowflake://acme analytics.raw.orders: id, email
        out snowflake://acme analytics.marts.contacts";
    check(
        run,
        "select ID, sha2(Email) as Hash from ANALYTICS.RAW.ORDERS",
        expect![[r#"
        snowflake://acme analytics.marts.contacts <- analytics.raw.orders
          hash <- analytics.raw.orders.email Transformation masked `sha2(Email)`
          id <- analytics.raw.orders.id Identity `ID`
        asked analytics.marts.contacts, analytics.raw.orders
    "#]],
    );
}

#[test]
fn snowflake_in_upper_case_where_the_run_writes_it_so() {
    let run = "in snowflake://acme ANALYTICS.RAW.ORDERS
        out snowflake://acme ANALYTICS.MARTS.CONTACTS";
    check(
        run,
        "create table marts.other as select id from raw.orders",
        expect![[r#"
        snowflake://acme ANALYTICS.MARTS.OTHER <- ANALYTICS.RAW.ORDERS
          ID <- ANALYTICS.RAW.ORDERS.ID Identity `id`
        asked ANALYTICS.MARTS.OTHER, ANALYTICS.RAW.ORDERS
    "#]],
    );
}

#[test]
fn columns_of_a_file_are_spelled_as_its_schema_has_them() {
    let run = "dialect snowflake
        in snowflake://acme analytics.raw.orders: id, email
        out s3://exports people.csv: Email";
    check(
        run,
        "select id, email from analytics.raw.orders",
        expect![[r#"
        s3://exports people.csv <- analytics.raw.orders
          Email <- analytics.raw.orders.email Identity `email`
          ID <- analytics.raw.orders.id Identity `id`
        asked people.csv, analytics.raw.orders
    "#]],
    );
}

#[test]
fn quotes_in_reported_names_are_no_part_of_them() {
    let run = "dialect duckdb
        in duckdb:///x.duckdb \"sm\".\"shop\".\"raw_orders\": id
        out duckdb:///x.duckdb sm.shop.stg_orders";
    check(
        run,
        "insert into sm.shop.stg_orders select id from sm.shop.raw_orders",
        expect![[r#"
        duckdb:///x.duckdb sm.shop.stg_orders <- "sm"."shop"."raw_orders"
          id <- "sm"."shop"."raw_orders".id Identity `id`
        asked "sm"."shop"."raw_orders", sm.shop.stg_orders
    "#]],
    );
}

#[test]
fn a_path_is_the_table_of_its_last_segment() {
    let run = "dialect spark
        in s3://lake warehouse/shop.db/orders: id, total
        out s3://lake warehouse/shop.db/sums";
    check(
        run,
        "insert into shop.sums select id, total from shop.orders",
        expect![[r#"
        s3://lake warehouse/shop.db/sums <- warehouse/shop.db/orders
          id <- warehouse/shop.db/orders.id Identity `id`
          total <- warehouse/shop.db/orders.total Identity `total`
        asked warehouse/shop.db/orders, warehouse/shop.db/sums
    "#]],
    );
}

#[test]
fn glue_tables() {
    let run = "in arn:aws:glue:eu-1:12 table/shop/orders: id
        out arn:aws:glue:eu-1:12 table/shop/sums";
    check(
        run,
        "insert into sums select id from shop.orders union all select id from shop.more",
        expect![[r#"
        arn:aws:glue:eu-1:12 table/shop/sums <- table/shop/more, table/shop/orders
          id <- table/shop/more.id Identity `id`
          id <- table/shop/orders.id Identity `id`
        asked table/shop/more, table/shop/orders, table/shop/sums
    "#]],
    );
}

#[test]
fn files_are_named_by_address() {
    let run = "dialect snowflake
        in s3://landing orders
        out snowflake://acme shop.raw.orders";
    check(
        run,
        "copy into raw.orders from 's3://landing/orders/2026/*.csv'",
        expect![[r#"
        snowflake://acme shop.raw.orders <- orders
        asked orders
    "#]],
    );
}

#[test]
fn topics_and_files_do_not_tell_where_tables_are() {
    let run = "dialect postgres
        in kafka://k:9092 shop.events
        in s3://lake a/b
        out postgres://db:5432 shop.marts.sums";
    check(
        run,
        "insert into sums select id from orders",
        expect![[r#"
        postgres://db:5432 shop.marts.sums <- shop.marts.orders
          id <- shop.marts.orders.id Identity `id`
        asked shop.marts.orders, shop.marts.sums
    "#]],
    );
}

#[test]
fn bigquery_and_mysql_have_names_of_their_own_length() {
    let bigquery = "in bigquery proj.shop.orders: id
        out bigquery proj.shop.sums";
    check(
        bigquery,
        "insert into shop.sums select id from `proj.shop.orders`",
        expect![[r#"
        bigquery proj.shop.sums <- proj.shop.orders
          id <- proj.shop.orders.id Identity `id`
        asked proj.shop.orders, proj.shop.sums
    "#]],
    );
    let mysql = "in mysql://db:3306 shop.orders: id
        out mysql://db:3306 shop.sums";
    check(
        mysql,
        "insert into sums select id from orders join `other`.codes using (id)",
        expect![[r#"
            mysql://db:3306 shop.sums <- other.codes, shop.orders
              * <- other.codes.id Join ``other`.codes`
              * <- shop.orders.id Join ``other`.codes`
              id <- shop.orders.id Identity `id`
            asked other.codes, shop.orders, shop.sums
        "#]],
    );
}

#[test]
fn temporary_tables_are_seen_through() {
    let sql = "create temp table t as select customer, total from orders where total > 0;
        insert into sums select customer, sum(total) from t group by customer";
    check(
        ORDERS,
        sql,
        expect![[r#"
        postgres://db:5432 shop.marts.sums <- shop.public.orders
          * <- shop.public.orders.customer GroupBy `customer`
          customer <- shop.public.orders.customer Identity `customer`
          * <- shop.public.orders.total Filter `total`
          total <- shop.public.orders.total Aggregation `sum(total)`
        asked shop.marts.sums, shop.public.orders, shop.public.t
    "#]],
    );
}

#[test]
fn statements_that_move_no_rows_claim_nothing() {
    check(
        ORDERS,
        "truncate table sums; drop table orders; create table x (a int); delete from sums",
        expect![[r#"
        asked shop.marts.sums, shop.public.orders, shop.public.x
    "#]],
    );
}

#[test]
fn merge_and_update() {
    let sql = "merge into sums s using orders o on s.customer = o.customer
        when matched then update set total = s.total + o.total
        when not matched then insert (customer, total) values (o.customer, o.total)";
    check(
        ORDERS,
        sql,
        expect![[r#"
            postgres://db:5432 shop.marts.sums <- shop.public.orders
              * <- shop.marts.sums.customer Join `s.customer`
              total <- shop.marts.sums.total Transformation `s.total + o.total`
              * <- shop.public.orders.customer Join `o.customer`
              customer <- shop.public.orders.customer Identity `o.customer`
              total <- shop.public.orders.total Identity `o.total`
              total <- shop.public.orders.total Transformation `s.total + o.total`
            asked shop.marts.sums, shop.public.orders
        "#]],
    );
}

#[test]
fn stars_need_a_schema() {
    check(
        ORDERS,
        "insert into sums select * from orders",
        expect![[r#"
            postgres://db:5432 shop.marts.sums <- shop.public.orders
              total <- shop.public.orders.customer Identity `*`
              customer <- shop.public.orders.id Identity `*`
            asked shop.marts.sums, shop.public.orders
            column-count 24..25 UnresolvedColumn: 3 values for 2 columns: expected at most as many
        "#]],
    );
    let unknown = "in postgres://db:5432 shop.public.orders
        out postgres://db:5432 shop.marts.sums";
    check(
        unknown,
        "insert into sums select * from orders",
        expect![[r#"
            postgres://db:5432 shop.marts.sums <- shop.public.orders
            asked shop.marts.sums, shop.public.orders
            star-not-expanded 24..25 UnresolvedColumn: all columns of "shop.public.orders" are taken, and its schema is not known: lineage of its columns is missing
        "#]],
    );
}

#[test]
fn nested_columns() {
    let run = "in bigquery proj.shop.events: id, device, device.kind, device.os
        out bigquery proj.shop.kinds";
    check(
        run,
        "select id, device.kind as kind from proj.shop.events",
        expect![[r#"
        bigquery proj.shop.kinds <- proj.shop.events
          kind <- proj.shop.events.device.kind Identity `device.kind`
          id <- proj.shop.events.id Identity `id`
        asked proj.shop.events, proj.shop.kinds
    "#]],
    );
}

#[test]
fn a_statement_that_does_not_parse_loses_only_itself() {
    let sql = "select from where;\n  insrt into x; insert into sums select customer, total from orders";
    let mut found = derive(ORDERS, sql);
    for fault in &mut found.faults {
        fault.span.take().expect("a place");
    }
    expect![[r#"
        postgres://db:5432 shop.marts.sums <- shop.public.orders
          customer <- shop.public.orders.customer Identity `customer`
          total <- shop.public.orders.total Identity `total`
        asked shop.marts.sums, shop.public.orders, shop.public.where
        parse-error - Unparsed: expected: an SQL statement, found: insrt
    "#]]
    .assert_eq(&render(&found));
}

#[test]
fn faults_are_bounded() {
    let sql = "insrt into x;\n".repeat(60);
    let found = derive(ORDERS, &sql);
    assert_eq!(found.faults.len(), 21);
    assert_eq!(found.faults[20].message, "40 more faults of this query are not listed");
}

#[test]
fn what_is_lost_is_told_also_beyond_the_bound() {
    let run = "dialect postgres
        in file /data/orders: id
        out file /data/sums";
    let unknown: String = (0..30).map(|n| format!("insert into t select x from t{n};")).collect();
    let found = derive(run, &(unknown + "insrt into x"));
    let codes: Vec<&str> = found.faults[20..].iter().map(|fault| fault.code.as_str()).collect();
    assert_eq!(codes, ["parse-error", "more-faults"]);
    assert_eq!(found.faults[21].message, "11 more faults of this query are not listed");
}

#[test]
fn a_panic_is_a_fault() {
    let run = "dialect postgres
        in postgres://db:5432 panic
        out postgres://db:5432 sums";
    check(
        run,
        "insert into sums select id from panic",
        expect![[r#"
            asked 
            sql-engine-failed - Unparsed: the SQL engine failed on this query; its lineage is not known
        "#]],
    );
}
