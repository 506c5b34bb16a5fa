//! What is found, and in which order.

use expect_test::{Expect, expect};

use crate::store::Memory;
use crate::{ask, index, names};

const SHOP: &str = r#"
dataset postgres://shop shop.public.orders @crm #pii "One row for each order of a customer"
  column id
  column customer_id
  column email #email "Where the confirmation goes"
dataset postgres://shop shop.public.customers @crm #pii=yes "Who buys"
  column id
  column email #email
  column address.city
dataset snowflake://acme warehouse.core.OrderItems @finance "Lines of orders, with the price at that moment"
  column order_id
  column unitPrice
dataset snowflake://acme warehouse.core.orders_daily @finance "Revenue of each day"
  column revenue
dataset snowflake://acme warehouse.old.orders !dropped "As it was before the move"
dataset s3://lake raw/clicks/2024 "What was clicked, and by whom"
  column session
job airflow://prod load_orders @crm "Loads what was ordered"
job airflow://prod daily.revenue_report @finance
owner crm
owner finance
tag pii
"#;

#[track_caller]
fn check(text: &str, expected: Expect) {
    let found = run(async { names(&index(&Memory::with(SHOP)).await, text).await });
    expected.assert_eq(&found);
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

#[test]
fn names_come_first() {
    check(
        "orders",
        expect![[r#"
        shop.public.orders
        warehouse.old.orders
        warehouse.core.orders_daily
        job load_orders
        warehouse.core.OrderItems
    "#]],
    );
    check(
        "shop.public.orders",
        expect![[r#"
        shop.public.orders
    "#]],
    );
    check(
        "public.orders",
        expect![[r#"
        shop.public.orders
    "#]],
    );
    check(
        "postgres://shop/shop.public.orders",
        expect![[r#"
        shop.public.orders
    "#]],
    );
    check(
        "revenue",
        expect![[r#"
        warehouse.core.orders_daily|revenue
        job daily.revenue_report
        warehouse.core.orders_daily
    "#]],
    );
    check(
        "crm",
        expect![[r#"
        owner crm
        shop.public.orders
        shop.public.customers
        job load_orders
    "#]],
    );
}

#[test]
fn beginnings_of_names() {
    check(
        "ord",
        expect![[r#"
        shop.public.orders
        warehouse.core.OrderItems
        warehouse.core.orders_daily
        warehouse.core.OrderItems|order_id
        warehouse.old.orders
        job load_orders
    "#]],
    );
    check(
        "cust",
        expect![[r#"
        shop.public.customers
        shop.public.orders|customer_id
        shop.public.orders
    "#]],
    );
    check(
        "shop.pub",
        expect![[r#"
        shop.public.orders
        shop.public.customers
    "#]],
    );
}

#[test]
fn names_in_any_spelling() {
    check(
        "order_items",
        expect![[r#"
        warehouse.core.OrderItems
        warehouse.core.OrderItems|order_id
    "#]],
    );
    check(
        "orderitems",
        expect![[r#"
        warehouse.core.OrderItems
    "#]],
    );
    check(
        "order items",
        expect![[r#"
        warehouse.core.OrderItems
        warehouse.core.OrderItems|order_id
    "#]],
    );
    check(
        "OrderItems",
        expect![[r#"
        warehouse.core.OrderItems
        warehouse.core.OrderItems|order_id
    "#]],
    );
    check(
        "orderId",
        expect![[r#"
        warehouse.core.OrderItems|order_id
        warehouse.core.OrderItems
        shop.public.orders
    "#]],
    );
    check(
        "unit price",
        expect![[r#"
        warehouse.core.OrderItems|unitPrice
        warehouse.core.OrderItems
    "#]],
    );
    check(
        "2024",
        expect![[r#"
        raw/clicks/2024
    "#]],
    );
}

#[test]
fn misspelled_names() {
    check(
        "custmers",
        expect![[r#"
        shop.public.customers
        shop.public.orders|customer_id
        shop.public.orders
    "#]],
    );
    check(
        "revnue",
        expect![[r#"
        warehouse.core.orders_daily|revenue
        job daily.revenue_report
        warehouse.core.orders_daily
    "#]],
    );
    check(
        "ordres dialy",
        expect![[r#"
        warehouse.core.orders_daily
    "#]],
    );
    check("shp", expect![[""]]);
}

#[test]
fn all_words_must_be_there() {
    check(
        "orders email",
        expect![[r#"
        shop.public.orders
        shop.public.orders|email
    "#]],
    );
    check(
        "orders.email",
        expect![[r#"
        shop.public.orders|email
        shop.public.orders
    "#]],
    );
    check(
        "customers city",
        expect![[r#"
        shop.public.customers
        shop.public.customers|address.city
    "#]],
    );
    check(
        "order price",
        expect![[r#"
        warehouse.core.OrderItems
        warehouse.core.OrderItems|unitPrice
    "#]],
    );
    check("orders clicks", expect![[""]]);
    check("order customer finance", expect![[""]]);
}

#[test]
fn phrases() {
    check(
        "\"each order\"",
        expect![[r#"
        shop.public.orders
    "#]],
    );
    check("\"order each\"", expect![[""]]);
    check(
        "\"customer_id\"",
        expect![[r#"
        shop.public.orders|customer_id
        shop.public.orders
    "#]],
    );
    check("\"orde\"", expect![[""]]);
}

#[test]
fn filters_in_the_text() {
    check(
        "owner:crm kind:dataset",
        expect![[r#"
        shop.public.customers
        shop.public.orders
    "#]],
    );
    check(
        "orders owner:FINANCE",
        expect![[r#"
        warehouse.core.orders_daily
        warehouse.core.OrderItems
    "#]],
    );
    check(
        "tag:pii",
        expect![[r#"
        shop.public.customers
        shop.public.orders
    "#]],
    );
    check(
        "tag:pii=yes",
        expect![[r#"
        shop.public.customers
    "#]],
    );
    check(
        "tag:email kind:column",
        expect![[r#"
        shop.public.customers|email
        shop.public.orders|email
    "#]],
    );
    check(
        "platform:s3 platform:airflow",
        expect![[r#"
        raw/clicks/2024
        job daily.revenue_report
        job load_orders
        raw/clicks/2024|session
    "#]],
    );
    check(
        "column:email",
        expect![[r#"
        shop.public.orders
        shop.public.customers
        shop.public.customers|email
        shop.public.orders|email
    "#]],
    );
    check(
        "column:email orders",
        expect![[r#"
        shop.public.orders
    "#]],
    );
    check(
        "namespace:s3://lake",
        expect![[r#"
        raw/clicks/2024
        raw/clicks/2024|session
    "#]],
    );
    check("domain:sales", expect![[""]]);
    check(
        "orders own:crm",
        expect![
            "error: character 8: unknown field `own`, expected `owner`, `tag`, `platform`, `kind`, `column`, `namespace` or `domain`; to search for the text itself, put it in quotes"
        ],
    );
}

#[test]
fn whatever_is_typed_is_answered() {
    for text in [
        "%",
        "*",
        "\"",
        "\"\"",
        "()[]{}^~?\\/",
        "a:b:c",
        "👍",
        "\u{0}\u{1}",
        "--",
        "AND OR NOT",
        "\u{10ffff}",
        "-",
        "+x",
        "\u{301}",
    ] {
        check_answered(text);
    }
    check("👍", expect![[""]]);
    check(
        "\"\"",
        expect![[r#"
        raw/clicks/2024
        shop.public.customers
        shop.public.orders
        warehouse.core.OrderItems
        warehouse.core.orders_daily
        warehouse.old.orders
        job daily.revenue_report
        job load_orders
        owner crm
        owner finance
        tag pii
        shop.public.customers|address.city
        shop.public.orders|customer_id
        shop.public.customers|email
        shop.public.orders|email
        shop.public.customers|id
        shop.public.orders|id
        warehouse.core.OrderItems|order_id
        warehouse.core.orders_daily|revenue
        raw/clicks/2024|session
    "#]],
    );
}

fn check_answered(text: &str) {
    let answer = run(async { ask(&index(&Memory::with(SHOP)).await, text).await });
    if let Err(error) = answer {
        assert_eq!(error.code(), "BAD_SEARCH", "{text}: {error}");
    }
}

#[test]
fn why_it_matched() {
    check_matches(
        "orders",
        expect![[r#"
        5 found, respelled: 
        shop.public.orders -> name: shop.public.«orders»
        warehouse.old.orders -> name: warehouse.old.«orders»
        warehouse.core.orders_daily -> name: warehouse.core.«orders»_daily
        job load_orders -> name: load_«orders»
        warehouse.core.OrderItems -> description: Lines of «orders», with the price at that moment
    "#]],
    );
    check_matches(
        "email",
        expect![[r#"
        4 found, respelled: 
        shop.public.customers|email -> name: «email»; tag: «email»
        shop.public.orders|email -> name: «email»; tag: «email»
        shop.public.orders -> column: «email»
        shop.public.customers -> column: «email»
    "#]],
    );
    check_matches(
        "custmer order",
        expect![[r#"
        2 found, respelled: custmer
        shop.public.orders -> name: shop.public.«order»s; column: «customer»_id; description: One row for each «order» of a «customer»
        shop.public.orders|customer_id -> name: «customer»_id; dataset: shop.public.«order»s
    "#]],
    );
    check_matches(
        "column:city",
        expect![[r#"
        2 found, respelled: 
        shop.public.customers -> column: address.«city»
        shop.public.customers|address.city -> name: address.«city»
    "#]],
    );
}

#[track_caller]
fn check_matches(text: &str, expected: Expect) {
    let answer = run(async { ask(&index(&Memory::with(SHOP)).await, text).await }).unwrap();
    let mut shown = format!("{} found, respelled: {}\n", answer.total, answer.respelled.join(" "));
    for hit in answer.hits {
        let matches: Vec<String> = hit.matches.iter().map(|m| format!("{}: {}", m.field, m.snippet)).collect();
        shown += &format!("{} -> {}\n", crate::shown(&hit.name), matches.join("; "));
    }
    expected.assert_eq(&shown);
}
