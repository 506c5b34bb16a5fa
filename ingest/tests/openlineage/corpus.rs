//! Real events of real emitters, from `../shared/cases/openlineage`. Without that folder these tests say that they
//! were skipped.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use graph::ContentId;
use graph::change::{Assertion, Change, Submission};
use ingest::canonical::canonical;
use ingest::openlineage::{self, Limits};
use serde_json::Value;

use crate::render;

/// Every `.ndjson` file of the cases, by name; nothing when the folder is missing.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases/openlineage");
    if !root.is_dir() {
        eprintln!("SKIPPED: the real events are not there, expected them in ../shared/cases/openlineage");
        return Vec::new();
    }
    let mut files: Vec<PathBuf> = [root.clone(), root.join("compat")]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ndjson"))
        .collect();
    files.sort();
    let name = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    files.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// Every event of the cases, with its file and line.
fn events() -> Vec<(String, Vec<u8>)> {
    let mut events = Vec::new();
    for (name, file) in corpus() {
        for document in openlineage::lines(file.as_slice(), 100 << 20) {
            let document = document.unwrap();
            events.push((format!("{name}:{}", document.line), document.text.unwrap()));
        }
    }
    events
}

fn read(place: &str, event: &[u8]) -> Submission {
    let received_at = "2026-12-01T00:00:00Z".parse().unwrap();
    openlineage::event(event, received_at, &Limits::default())
        .unwrap_or_else(|rejection| panic!("{place}: {rejection}"))
}

#[test]
fn every_real_event_is_accepted_and_its_oddities_are_noted() {
    if corpus().is_empty() {
        return;
    }
    let mut found = BTreeSet::new();
    for (place, event) in events() {
        let file = place.split(':').next().unwrap_or_default();
        for fault in read(&place, &event).input.faults {
            found.insert(format!("{file} {}", fault.code));
        }
    }
    let found = found.into_iter().collect::<Vec<_>>().join("\n");
    expect![[r#"
        airflow.ndjson facet-misplaced
        compat/simple_run_event.ndjson run-id-not-uuid
        dbt-duckdb.ndjson facet-misplaced
        flink.ndjson empty-namespace
        spark.ndjson repeated-dataset
        spark.ndjson repeated-key"#]]
    .assert_eq(&found);
}

#[test]
fn a_stored_event_is_restored_to_its_canonical_form() {
    for (place, event) in events() {
        let input = read(&place, &event).input;
        let contents: HashMap<ContentId, Vec<u8>> = input.contents.iter().map(|c| (c.id, c.bytes.clone())).collect();
        let whole = openlineage::restore(input.id, &input.body, &|id| contents.get(&id).cloned()).unwrap();
        assert!(whole == canonical(&event).unwrap(), "{place}");
        assert_eq!(ContentId::of(&whole), input.id, "{place}");
        let referred: BTreeSet<_> = openlineage::references(input.id, &input.body).unwrap().into_iter().collect();
        assert!(referred == contents.into_keys().collect(), "{place}");
        let again = read(&place, &whole);
        assert_eq!(again.input.id, input.id, "{place}");
    }
}

/// An event with the members of every object in reverse order means the same.
#[test]
fn the_order_of_keys_does_not_matter() {
    for (place, event) in events() {
        let turned = reversed(&serde_json::from_slice(&canonical(&event).unwrap()).unwrap());
        // `serde_json` has rounded some numbers by now, so both sides go through it.
        let straight = serde_json::from_slice::<Value>(&canonical(&event).unwrap()).unwrap().to_string();
        let (one, other) = (read(&place, straight.as_bytes()), read(&place, turned.as_bytes()));
        assert_eq!(one.input.id, other.input.id, "{place}");
        assert_eq!(one.input.body, other.input.body, "{place}");
        assert_eq!(render::render(&one), render::render(&other), "{place}");
    }
}

fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let member = |(key, value)| format!("{}: {}", Value::from(String::clone(key)), reversed(value));
            let mut members: Vec<_> = members.iter().map(member).collect();
            members.reverse();
            format!("{{{}}}", members.join(" , "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(reversed).collect::<Vec<_>>().join(",\n")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

#[test]
fn what_is_rendered_refers_to_contents_that_are_there() {
    for (place, event) in events() {
        let submission = read(&place, &event);
        let contents: BTreeSet<_> = submission.input.contents.iter().map(|content| content.id).collect();
        for (slot, raw) in raw_facets(&submission) {
            assert!(contents.contains(&raw), "{place}: the content of `{slot}` is missing");
        }
    }
}

/// All facets that the changes of a submission name, by slot.
fn raw_facets(submission: &Submission) -> Vec<(String, ContentId)> {
    let mut lists: Vec<&Vec<Assertion>> = Vec::new();
    for change in &submission.changes {
        match change {
            Change::Dataset(change) => lists.push(&change.facets),
            Change::Job(change) => lists.push(&change.facets),
            Change::Run(change) => {
                lists.push(&change.facets);
                lists.extend(change.inputs.iter().chain(&change.outputs).map(|dataset| &dataset.facets));
            }
            Change::Statement(_) | Change::Authored(_) => {}
        }
    }
    let raw = |facet: &Assertion| Some((facet.slot.clone(), facet.value.as_ref()?.raw));
    lists.into_iter().flatten().filter_map(raw).collect()
}

/// The changes of one line of a file.
#[track_caller]
fn check(file: &str, line: usize, expected: Expect) {
    let Some((_, bytes)) = corpus().into_iter().find(|(name, _)| name == file) else { return };
    let event = bytes.split(|&byte| byte == b'\n').nth(line - 1).unwrap();
    expected.assert_eq(&render::render(&read(file, event)));
}

#[test]
fn airflow_names_a_source_that_is_no_input() {
    check(
        "airflow.ndjson",
        67,
        expect![[r#"
        dataset postgres://127.0.0.1:5599 shop.public.raw_customers
          schema: 0 id int4, 1 name text, 2 country bpchar
        dataset postgres://127.0.0.1:5599 shop.public.top_customers
          columnLineage: …
          schema: 0 name text, 1 spend numeric
        job airflow_prod shop_postgres.marts.top_customers
          documentation: Documentation(Documentation { text: "Builds **daily** tables", content_type: Some("text/markdown"), by: None })
          jobType: JobType(JobType { processing: Some("BATCH"), integration: Some("AIRFLOW"), job_type: Some("TASK") })
          ownership: Ownership([Owner { name: "team-shop", role: None }])
          sql: DROP TABLE IF EXISTS public.top_customers; CREATE TABLE public.top_customers AS WITH t AS (SELECT customer_id, sum(amount) s FROM public.raw_orders GROUP BY 1) SELECT c.name, t.s AS spend FROM t JOIN public.raw_customers c ON c.id=t.custome… None
          tags: Tags { own: [Tag { key: "ol", value: "ol", source: Some("AIRFLOW") }, Tag { key: "shop", value: "shop", source: Some("AIRFLOW") }], columns: [] }
        run 01a1fb6d-a4d7-7457-9277-0482bb3ec7e7 of airflow_prod shop_postgres.marts.top_customers COMPLETE rank 3
          airflow: …
          parent: Parent(ParentRun { run: "01a1fb6d-a4d7-78b1-ae17-6ab55543471e", job: QualifiedName { namespace: "airflow_prod", name: "shop_postgres" }, root: Some(("01a1fb6d-a4d7-78b1-ae17-6ab55543471e", QualifiedName { namespace: "airflow_prod", name: "s…
          processing_engine: …
          tags: …
          reads postgres://127.0.0.1:5599 shop.public.raw_customers
          writes postgres://127.0.0.1:5599 shop.public.top_customers
          ColumnLineage postgres://127.0.0.1:5599 shop.public.top_customers
            name <- postgres://127.0.0.1:5599 shop.public.raw_customers/name Unknown
            spend <- postgres://127.0.0.1:5599 shop.public.raw_orders/amount Unknown
          query DROP TABLE IF EXISTS public.top_customers; CREATE TABLE public.top_customers AS WITH t AS (SELECT customer_id, sum(amount) s FROM public.raw_orders GROUP BY 1) SELECT c.name, t.s AS spend FROM t JOIN public.raw_customers c ON c.id=t.custome…
    "#]],
    );
}

#[test]
fn dbt_tests_are_assertions_and_its_models_have_columns() {
    check(
        "dbt-duckdb.ndjson",
        15,
        expect![[r#"
        dataset duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_customers
          dataSource: Source(DataSource { name: Some("duckdb:///srv/shop/dbt/shop/shop.duckdb"), uri: Some("duckdb:///srv/shop/dbt/shop/shop.duckdb") })
          dbt_model: …
          documentation: Documentation(Documentation { text: "Cleaned customers", content_type: None, by: None })
          schema: 0 customer_id `Primary key`, 1 email `E-mail`
        dataset duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_orders
          dataSource: Source(DataSource { name: Some("duckdb:///srv/shop/dbt/shop/shop.duckdb"), uri: Some("duckdb:///srv/shop/dbt/shop/shop.duckdb") })
          dbt_model: …
          schema: 0 order_id, 1 customer_id, 2 status
        dataset duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_payments
          dataSource: Source(DataSource { name: Some("duckdb:///srv/shop/dbt/shop/shop.duckdb"), uri: Some("duckdb:///srv/shop/dbt/shop/shop.duckdb") })
          dbt_model: …
        dataset duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.customers
          columnLineage: …
          dataSource: Source(DataSource { name: Some("duckdb:///srv/shop/dbt/shop/shop.duckdb"), uri: Some("duckdb:///srv/shop/dbt/shop/shop.duckdb") })
          dbt_exposures: …
          dbt_model: …
          documentation: Documentation(Documentation { text: "One row per customer with **lifetime value**", content_type: None, by: None })
          ownership: Ownership([Owner { name: "team-crm", role: None }])
          schema: 0 customer_id, 1 lifetime_value `EUR`
        job dbt_prod shop.main.shop.customers
          dbt_node: …
          jobType: JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("MODEL") })
          sql: with o as (select * from "shop"."main"."stg_orders"), p as (select order_id, sum(amount) as amount from "shop"."main"."stg_payments" group by order_id), agg as (select o.customer_id, min(o.order_date) as first_order, max(o.order_date) as la… Some("duckdb")
        run 01a1fb55-3a53-7cf2-88e7-856732ce8547 of dbt_prod shop.main.shop.customers COMPLETE rank 3
          dbt_run: …
          dbt_version: …
          parent: Parent(ParentRun { run: "01a1fb54-92d7-7641-b648-89831a88a55f", job: QualifiedName { namespace: "dbt_prod", name: "dbt-run-shop" }, root: Some(("01a1fb54-92d7-7641-b648-89831a88a55f", QualifiedName { namespace: "dbt_prod", name: "dbt-run-sh…
          processing_engine: …
          tags: …
          reads duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_customers
          reads duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_orders
          reads duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_payments
          writes duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.customers
          ColumnLineage duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.customers
            n_orders <- duckdb:///srv/shop/dbt/shop/shop.duckdb agg/n_orders Unknown
            first_order <- duckdb:///srv/shop/dbt/shop/shop.duckdb o/order_date Unknown
            last_order <- duckdb:///srv/shop/dbt/shop/shop.duckdb o/order_date Unknown
            customer_id <- duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_customers/customer_id Unknown
            email <- duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_customers/email Unknown
            full_name <- duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_customers/first_name Unknown
            full_name <- duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_customers/last_name Unknown
            lifetime_value <- duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.stg_payments/amount Unknown
          query with o as (select * from "shop"."main"."stg_orders"), p as (select order_id, sum(amount) as amount from "shop"."main"."stg_payments" group by order_id), agg as (select o.customer_id, min(o.order_date) as first_order, max(o.order_date) as la…
    "#]],
    );
    check(
        "dbt-duckdb.ndjson",
        18,
        expect![[r#"
        dataset duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.customers
          dataQualityAssertions: …
        job dbt_prod shop.main.shop.customers.test
          dbt_node: …
          jobType: JobType(JobType { processing: Some("BATCH"), integration: Some("DBT"), job_type: Some("TEST") })
        run 01a1fb55-aa6a-7005-b9c9-5d2ede4d4211 of dbt_prod shop.main.shop.customers.test START rank 1
          dbt_run: …
          dbt_version: …
          parent: Parent(ParentRun { run: "01a1fb55-4962-72f2-90f7-44e5d12bed7b", job: QualifiedName { namespace: "dbt_prod", name: "dbt-run-shop" }, root: Some(("01a1fb55-4962-72f2-90f7-44e5d12bed7b", QualifiedName { namespace: "dbt_prod", name: "dbt-run-sh…
          processing_engine: …
          tags: …
          reads duckdb:///srv/shop/dbt/shop/shop.duckdb shop.main.customers
            dataQualityAssertions: unique(customer_id) true error
        facet-misplaced $.inputs[0].facets.dataQualityAssertions: expected it among `inputFacets`, found it among the facets of a dataset
    "#]],
    );
}

#[test]
fn flink_does_not_know_some_platforms() {
    check(
        "flink.ndjson",
        5,
        expect![[r#"
        dataset kafka://127.0.0.1:19092 shop.customers
          documentation: …
          schema: 0 customer_id INT, 1 email STRING, 2 country STRING
          symlinks: kafka://127.0.0.1:19092 default_catalog.default_database.customers
        dataset unknown://flink_prod default_catalog.default_database.ticks
          documentation: …
          schema: 0 id BIGINT, 1 v DOUBLE
          symlinks: 
        dataset kafka://127.0.0.1:19092 shop.orders
          documentation: …
          schema: 0 order_id INT, 1 customer_id INT, 2 amount DOUBLE, 3 status STRING
          symlinks: kafka://127.0.0.1:19092 default_catalog.default_database.orders
        dataset unknown://flink_prod default_catalog.default_database.hole
          documentation: …
          schema: 0 id BIGINT, 1 v DOUBLE
          symlinks: 
        dataset kafka://127.0.0.1:19092 shop.paid
          documentation: …
          schema: 0 order_id INT, 1 country STRING, 2 amount DOUBLE
          symlinks: kafka://127.0.0.1:19092 default_catalog.default_database.paid
        dataset unknown://flink_prod default_catalog.default_database.archive
          documentation: …
          schema: 0 order_id INT, 1 email_hash STRING, 2 amount DOUBLE
          symlinks: 
        job flink_prod insert-into_default_catalog.default_database.paid,default_catalog.default_database.archive,default_catalog.default_database.hole
          jobType: JobType(JobType { processing: Some("STREAMING"), integration: Some("FLINK"), job_type: Some("JOB") })
        run 01a1fd35-a6b1-7867-966d-9ccb5071403a of flink_prod insert-into_default_catalog.default_database.paid,default_catalog.default_database.archive,default_catalog.default_database.hole START rank 1
          flink_job: …
          processing_engine: …
          reads kafka://127.0.0.1:19092 shop.customers
          reads unknown://flink_prod default_catalog.default_database.ticks
          reads kafka://127.0.0.1:19092 shop.orders
          writes unknown://flink_prod default_catalog.default_database.hole
          writes kafka://127.0.0.1:19092 shop.paid
          writes unknown://flink_prod default_catalog.default_database.archive
        empty-namespace $.inputs[1].namespace: expected the namespace of a dataset, found an empty string; read as `unknown://flink_prod`
        empty-namespace $.outputs[0].namespace: expected the namespace of a dataset, found an empty string; read as `unknown://flink_prod`
        empty-namespace $.outputs[2].namespace: expected the namespace of a dataset, found an empty string; read as `unknown://flink_prod`
    "#]],
    );
}

#[test]
fn spark_fails_renames_and_writes_iceberg_tables() {
    check(
        "spark.ndjson",
        16,
        expect![[r#"
        dataset file /data/shop/landing/customers.csv
          dataSource: Source(DataSource { name: Some("file"), uri: Some("file") })
          schema: 0 customer_id integer, 1 email string, 2 full_name string, 3 country string, 4 born date
        dataset file /data/shop/lake/customers
          columnLineage: …
          dataSource: Source(DataSource { name: Some("file"), uri: Some("file") })
          lifecycleStateChange: Lifecycle { change: "OVERWRITE", previous: None }
          schema: 0 customer_id integer, 1 email_masked string, 2 email_hash string, 3 country string, 4 age integer
        job spark_prod shop_nightly.execute_insert_into_hadoop_fs_relation_command.lake_customers
          jobType: JobType(JobType { processing: Some("BATCH"), integration: Some("SPARK"), job_type: Some("SQL_JOB") })
          ownership: Ownership([Owner { name: "shop-data", role: Some("team") }])
          tags: Tags { own: [Tag { key: "tier", value: "1", source: Some("CONFIG") }, Tag { key: "nightly", value: "true", source: Some("CONFIG") }], columns: [] }
        run 01a1fd32-e1e3-7719-ba83-44bc30078515 of spark_prod shop_nightly.execute_insert_into_hadoop_fs_relation_command.lake_customers START rank 1
          environment-properties: …
          parent: Parent(ParentRun { run: "01a1fd32-65e1-7ccf-a872-15e06a605c10", job: QualifiedName { namespace: "spark_prod", name: "shop_nightly" }, root: Some(("01a1fb4d-d6eb-7285-9860-72b1650ca9d3", QualifiedName { namespace: "airflow_prod", name: "shop…
          processing_engine: …
          spark_applicationDetails: …
          spark_properties: …
          tags: …
          reads file /data/shop/landing/customers.csv
            inputStatistics: fileCount=1, size=1695
          writes file /data/shop/lake/customers
          ColumnLineage file /data/shop/lake/customers
            age <- file /data/shop/landing/customers.csv/born Transformation
            country <- file /data/shop/landing/customers.csv/country Transformation
            customer_id <- file /data/shop/landing/customers.csv/customer_id Identity
            email_hash <- file /data/shop/landing/customers.csv/email Transformation masking
    "#]],
    );
    check(
        "spark.ndjson",
        92,
        expect![[r#"
        dataset file /data/shop/warehouse/shop.db/spenders
          catalog: …
          dataSource: Source(DataSource { name: Some("file"), uri: Some("file") })
          lifecycleStateChange: Lifecycle { change: "RENAME", previous: Some(QualifiedName { namespace: "file", name: "/data/shop/warehouse/shop.db/spenders_hive" }) }
          schema: 0 customer_id integer, 1 total double
          symlinks: file:/data/shop/warehouse shop.spenders
        job spark_prod shop_nightly.execute_alter_table_rename_command
          jobType: JobType(JobType { processing: Some("BATCH"), integration: Some("SPARK"), job_type: Some("SQL_JOB") })
          ownership: Ownership([Owner { name: "shop-data", role: Some("team") }])
          sql: alter table shop.spenders_hive rename to shop.spenders Some("spark")
          tags: Tags { own: [Tag { key: "tier", value: "1", source: Some("CONFIG") }, Tag { key: "nightly", value: "true", source: Some("CONFIG") }], columns: [] }
        run 01a1fd33-6cf1-758e-ac88-12a3fd5b6cab of spark_prod shop_nightly.execute_alter_table_rename_command COMPLETE rank 3
          environment-properties: …
          parent: Parent(ParentRun { run: "01a1fd32-65e1-7ccf-a872-15e06a605c10", job: QualifiedName { namespace: "spark_prod", name: "shop_nightly" }, root: Some(("01a1fb4d-d6eb-7285-9860-72b1650ca9d3", QualifiedName { namespace: "airflow_prod", name: "shop…
          processing_engine: …
          spark_properties: …
          tags: …
          writes file /data/shop/warehouse/shop.db/spenders
          query alter table shop.spenders_hive rename to shop.spenders
    "#]],
    );
    check(
        "spark.ndjson",
        119,
        expect![[r#"
        dataset file /data/shop/iceberg/mart/sales
          catalog: …
          columnLineage: …
          dataSource: Source(DataSource { name: Some("file"), uri: Some("file") })
          schema: 0 order_id string, 1 customer_id integer, 2 amount double, 3 day date
          storage: Storage(Storage { layer: Some("iceberg"), format: None })
          symlinks: file:/data/shop/iceberg mart.sales
          version: …
        dataset file /data/shop/lake/orders
          dataSource: Source(DataSource { name: Some("file"), uri: Some("file") })
          schema: 0 order_id string, 1 customer_id integer, 2 product_id integer, 3 qty integer, 4 discount double, 5 ordered_at timestamp, 6 status string, 7 day date
        job spark_prod shop_nightly.replace_data.lake_mart_sales
          jobType: JobType(JobType { processing: Some("BATCH"), integration: Some("SPARK"), job_type: Some("SQL_JOB") })
          ownership: Ownership([Owner { name: "shop-data", role: Some("team") }])
          sql: merge into lake.mart.sales t using (select order_id, 0.0d as amount from v_orders where status = 'returned') s on t.order_id = s.order_id when matched then update set t.amount = s.amount Some("spark")
          tags: Tags { own: [Tag { key: "tier", value: "1", source: Some("CONFIG") }, Tag { key: "nightly", value: "true", source: Some("CONFIG") }], columns: [] }
        run 01a1fd33-b85f-7033-b6af-3f74c60ac8bb of spark_prod shop_nightly.replace_data.lake_mart_sales COMPLETE rank 3
          environment-properties: …
          parent: Parent(ParentRun { run: "01a1fd32-65e1-7ccf-a872-15e06a605c10", job: QualifiedName { namespace: "spark_prod", name: "shop_nightly" }, root: Some(("01a1fb4d-d6eb-7285-9860-72b1650ca9d3", QualifiedName { namespace: "airflow_prod", name: "shop…
          processing_engine: …
          spark_properties: …
          tags: …
          reads file /data/shop/iceberg/mart/sales
            icebergScanReport: …
            inputStatistics: fileCount=0, rowCount=0, size=0
          reads file /data/shop/lake/orders
            inputStatistics: fileCount=3, size=8958
          writes file /data/shop/iceberg/mart/sales
            icebergCommitReport: …
          ColumnLineage file /data/shop/iceberg/mart/sales
            * <- file /data/shop/iceberg/mart/sales/_file Filter
            amount <- file /data/shop/iceberg/mart/sales/amount Identity
            customer_id <- file /data/shop/iceberg/mart/sales/customer_id Identity
            day <- file /data/shop/iceberg/mart/sales/day Identity
            * <- file /data/shop/iceberg/mart/sales/order_id Join
            order_id <- file /data/shop/iceberg/mart/sales/order_id Identity
            * <- file /data/shop/lake/orders/order_id Join
            * <- file /data/shop/lake/orders/order_id Filter
            * <- file /data/shop/lake/orders/status Filter
          query merge into lake.mart.sales t using (select order_id, 0.0d as amount from v_orders where status = 'returned') s on t.order_id = s.order_id when matched then update set t.amount = s.amount
    "#]],
    );
    check(
        "spark.ndjson",
        219,
        expect![[r#"
        dataset file /data/shop/lake/orders
          dataSource: Source(DataSource { name: Some("file"), uri: Some("file") })
          schema: 0 order_id string, 1 customer_id integer, 2 product_id integer, 3 qty integer, 4 discount double, 5 ordered_at timestamp, 6 status string, 7 day date
        dataset file /data/shop/lake/never
          columnLineage: …
          dataSource: Source(DataSource { name: Some("file"), uri: Some("file") })
          lifecycleStateChange: Lifecycle { change: "OVERWRITE", previous: None }
          schema: 0 order_id string, 1 x integer
        job spark_prod shop_nightly.execute_insert_into_hadoop_fs_relation_command.lake_never
          jobType: JobType(JobType { processing: Some("BATCH"), integration: Some("SPARK"), job_type: Some("SQL_JOB") })
          ownership: Ownership([Owner { name: "shop-data", role: Some("team") }])
          tags: Tags { own: [Tag { key: "tier", value: "1", source: Some("CONFIG") }, Tag { key: "nightly", value: "true", source: Some("CONFIG") }], columns: [] }
        run 01a1fd34-4033-7031-97ca-cded46c6938a of spark_prod shop_nightly.execute_insert_into_hadoop_fs_relation_command.lake_never FAIL rank 5
          environment-properties: …
          parent: Parent(ParentRun { run: "01a1fd32-65e1-7ccf-a872-15e06a605c10", job: QualifiedName { namespace: "spark_prod", name: "shop_nightly" }, root: Some(("01a1fb4d-d6eb-7285-9860-72b1650ca9d3", QualifiedName { namespace: "airflow_prod", name: "shop…
          processing_engine: …
          spark.exception: Error(RunError { message: "Job aborted due to stage failure: Task 0 in stage 114.0 failed 1 times, most recent failure: Lost task 0.0 in stage 114.0 (TID 122) (localhost executor driver): org.apache.spark.SparkException: [TASK_WRITE_FAILED]…
          spark_properties: …
          tags: …
          reads file /data/shop/lake/orders
            inputStatistics: fileCount=3, size=8958
          writes file /data/shop/lake/never
          ColumnLineage file /data/shop/lake/never
            order_id <- file /data/shop/lake/orders/order_id Identity
    "#]],
    );
}

#[test]
fn the_python_client_declares_datasets_and_jobs() {
    check(
        "client-python.ndjson",
        8,
        expect![[r#"
        job olpy shop.static
          ownership: Ownership([Owner { name: "team:a", role: None }])
        run by design of olpy shop.static rank 0
          reads postgres://db.example:5432 shop.public.orders
          writes postgres://db.example:5432 shop.public.daily
    "#]],
    );
    check(
        "client-python.ndjson",
        10,
        expect![[r#"
        dataset postgres://db.example:5432 shop.public.orders
          ownership: deleted
    "#]],
    );
    check(
        "client-python.ndjson",
        11,
        expect![[r#"
        dataset postgres://db.example:5432 shop.public.v_orders
          lineage: …
        statement of postgres://db.example:5432 shop.public.v_orders
          Explicit postgres://db.example:5432 shop.public.v_orders from postgres://db.example:5432 shop.public.orders
    "#]],
    );
}
