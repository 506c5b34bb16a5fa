//! Facets, pages, suggestions, and what a viewer may see.

use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use graph::{Everyone, Node, NodeKind, NodeName, Viewer};
use search::{Answer, Filter, Index, Request, SearchError};

use crate::store::Memory;
use crate::{index, list, request};

const ESTATE: &str = r#"
dataset postgres://shop orders @crm #pii
  column email #pii
dataset postgres://shop customers @crm #pii=yes #domain=sales
  column email #pii
dataset snowflake://acme orders_daily @finance #domain=sales
dataset snowflake://acme orders_weekly @Finance
job airflow://prod load_orders @crm
"#;

async fn estate() -> Index {
    index(&Memory::with(ESTATE)).await
}

async fn filtered(index: &Index, text: &str, filter: Filter, viewer: &dyn Viewer) -> Answer {
    index.search(&Request { filter, ..request(text) }, viewer).await.unwrap()
}

fn show(answer: &Answer) -> String {
    let mut shown = format!("{} found\n{}", answer.total, list(&answer.hits));
    for facet in &answer.facets {
        let values: Vec<String> = facet.values.iter().map(|value| format!("{} {}", value.value, value.count)).collect();
        shown += &format!("{} ({}): {}\n", facet.field, facet.distinct, values.join(", "));
    }
    shown
}

async fn check(text: &str, filter: Filter, expected: Expect) {
    expected.assert_eq(&show(&filtered(&estate().await, text, filter, &Everyone).await));
}

fn values(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[tokio::test]
async fn facets_count_what_is_found() {
    check(
        "orders",
        Filter::default(),
        expect![[r#"
        4 found
        orders
        orders_daily
        orders_weekly
        job load_orders
        kind (2): dataset 3, job 1
        platform (3): snowflake 2, airflow 1, postgres 1
        namespace (3): snowflake://acme 2, airflow://prod 1, postgres://shop 1
        owner (2): Finance 2, crm 2
        tag (2): domain=sales 1, pii 1
        domain (1): sales 1
    "#]],
    )
    .await;
    check(
        "",
        Filter::default(),
        expect![[r#"
        7 found
        customers
        orders
        orders_daily
        orders_weekly
        job load_orders
        customers|email
        orders|email
        kind (3): dataset 4, column 2, job 1
        platform (3): postgres 4, snowflake 2, airflow 1
        namespace (3): postgres://shop 4, snowflake://acme 2, airflow://prod 1
        owner (2): crm 5, Finance 2
        tag (3): pii 3, domain=sales 2, pii=yes 1
        domain (1): sales 3
    "#]],
    )
    .await;
    check(
        "nothing_at_all",
        Filter::default(),
        expect![[r#"
        0 found
        kind (0): 
        platform (0): 
        namespace (0): 
        owner (0): 
        tag (0): 
        domain (0): 
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_facet_does_not_filter_itself() {
    check(
        "orders",
        Filter { platforms: values(&["postgres"]), ..Filter::default() },
        expect![[r#"
        1 found
        orders
        kind (1): dataset 1
        platform (3): snowflake 2, airflow 1, postgres 1
        namespace (1): postgres://shop 1
        owner (1): crm 1
        tag (1): pii 1
        domain (0): 
    "#]],
    )
    .await;
    check(
        "",
        Filter { platforms: values(&["Postgres"]), ..Filter::default() },
        expect![[r#"
        4 found
        customers
        orders
        customers|email
        orders|email
        kind (2): column 2, dataset 2
        platform (3): postgres 4, snowflake 2, airflow 1
        namespace (1): postgres://shop 4
        owner (1): crm 4
        tag (3): pii 3, domain=sales 1, pii=yes 1
        domain (1): sales 2
    "#]],
    )
    .await;
    let two = Filter { kinds: vec![NodeKind::Dataset], owners: values(&["finance"]), ..Filter::default() };
    check(
        "",
        two.clone(),
        expect![[r#"
        2 found
        orders_daily
        orders_weekly
        kind (1): dataset 2
        platform (1): snowflake 2
        namespace (1): snowflake://acme 2
        owner (2): Finance 2, crm 2
        tag (1): domain=sales 1
        domain (1): sales 1
    "#]],
    )
    .await;
    check(
        "orders",
        two,
        expect![[r#"
        2 found
        orders_daily
        orders_weekly
        kind (1): dataset 2
        platform (1): snowflake 2
        namespace (1): snowflake://acme 2
        owner (2): Finance 2, crm 1
        tag (1): domain=sales 1
        domain (1): sales 1
    "#]],
    )
    .await;
    let alternatives =
        Filter { tags: values(&["pii", "domain=sales"]), kinds: vec![NodeKind::Dataset], ..Filter::default() };
    check(
        "",
        alternatives,
        expect![[r#"
        3 found
        customers
        orders
        orders_daily
        kind (2): dataset 3, column 2
        platform (2): postgres 2, snowflake 1
        namespace (2): postgres://shop 2, snowflake://acme 1
        owner (2): crm 2, finance 1
        tag (3): domain=sales 2, pii 1, pii=yes 1
        domain (1): sales 2
    "#]],
    )
    .await;
    check(
        "",
        Filter { domains: values(&["sales", "none"]), ..Filter::default() },
        expect![[r#"
        3 found
        customers
        orders_daily
        customers|email
        kind (2): dataset 2, column 1
        platform (2): postgres 2, snowflake 1
        namespace (2): postgres://shop 2, snowflake://acme 1
        owner (2): crm 2, finance 1
        tag (3): domain=sales 2, pii 1, pii=yes 1
        domain (2): sales 3, none 0
    "#]],
    )
    .await;
}

#[tokio::test]
async fn pages_follow_each_other() {
    let store = Memory::new();
    let tables: Vec<String> = (0..57).map(|n| format!("dataset pg://a t{n:02}\n  column c{n:02}")).collect();
    store.say(&tables.join("\n"));
    let index = index(&store).await;
    for text in ["", "t", "kind:column"] {
        let whole = index.search(&Request { first: 200, ..request(text) }, &Everyone).await.unwrap();
        assert!(!whole.has_next);
        let mut paged = Vec::new();
        let mut after = None;
        loop {
            let page = index.search(&Request { first: 7, after, ..request(text) }, &Everyone).await.unwrap();
            assert_eq!(page.total, whole.total);
            paged.extend(page.hits);
            after = page.end_cursor;
            if !page.has_next {
                break;
            }
        }
        assert_eq!(list(&paged), list(&whole.hits), "{text}");
    }
}

#[tokio::test]
async fn pages_stay_whole_while_the_store_changes() {
    let store = Memory::with("dataset pg://a b\ndataset pg://a d\ndataset pg://a f");
    let index = index(&store).await;
    let first = index.search(&Request { first: 2, ..request("") }, &Everyone).await.unwrap();
    expect![[r#"
        b
        d
    "#]]
    .assert_eq(&list(&first.hits));
    store.say("dataset pg://a a\ndataset pg://a e\n-dataset pg://a d");
    crate::caught_up(&index, &store).await;
    let second = index.search(&Request { after: first.end_cursor, ..request("") }, &Everyone).await.unwrap();
    expect![[r#"
        e
        f
    "#]]
    .assert_eq(&list(&second.hits));
}

#[tokio::test]
async fn what_is_refused() {
    let index = estate().await;
    let check = async |request: Request, expected: Expect| {
        let error = index.search(&request, &Everyone).await.unwrap_err();
        expected.assert_eq(&format!("{}: {error}", error.code()));
    };
    check(Request { first: 0, ..request("") }, expect!["BAD_PAGE_SIZE: the page size is 0, expected 1 to 200"]).await;
    check(Request { first: 201, ..request("") }, expect!["BAD_PAGE_SIZE: the page size is 201, expected 1 to 200"])
        .await;
    check(
        Request { after: Some("x".into()), ..request("") },
        expect![
            "BAD_CURSOR: the cursor is not of this search: expected `endCursor` of a page with the same text and filter"
        ],
    )
    .await;
    let other = index.search(&Request { first: 1, ..request("orders") }, &Everyone).await.unwrap();
    check(
        Request { after: other.end_cursor, ..request("customers") },
        expect![
            "BAD_CURSOR: the cursor is not of this search: expected `endCursor` of a page with the same text and filter"
        ],
    )
    .await;
    let past = Instant::now() - Duration::from_secs(1);
    check(
        Request { deadline: past, ..request("orders") },
        expect!["DEADLINE: the search took longer than its deadline"],
    )
    .await;
}

#[tokio::test]
async fn suggestions_are_names() {
    let index = estate().await;
    let check = async |text: &str, expected: Expect| {
        expected.assert_eq(&list(&index.suggest(text, 8, &Everyone).await.unwrap()));
    };
    check(
        "ord",
        expect![[r#"
        orders
        orders_daily
        orders_weekly
        job load_orders
    "#]],
    )
    .await;
    check(
        "e",
        expect![[r#"
        customers|email
        orders|email
    "#]],
    )
    .await;
    check(
        "weekly ord",
        expect![[r#"
        orders_weekly
    "#]],
    )
    .await;
    check(
        "custmers",
        expect![[r#"
        customers
    "#]],
    )
    .await;
    check("crm", expect![[""]]).await;
    check("owner:", expect![[""]]).await;
    check("", expect![[""]]).await;
}

/// Sees nothing of one namespace, and no column called `email`.
struct Outsider;

impl Viewer for Outsider {
    fn sees(&self, node: &Node) -> bool {
        match &node.name {
            NodeName::Dataset(name) | NodeName::Job(name) => name.namespace != "snowflake://acme",
            NodeName::Column(_, path) => path != "email",
            NodeName::Namespace(_) | NodeName::Owner(_) | NodeName::Tag(_) => true,
        }
    }
}

#[tokio::test]
async fn what_may_not_be_seen_is_neither_found_nor_counted() {
    let index = estate().await;
    let check = async |text: &str, filter: Filter, expected: Expect| {
        expected.assert_eq(&show(&filtered(&index, text, filter, &Outsider).await));
    };
    check(
        "orders",
        Filter::default(),
        expect![[r#"
        2 found
        orders
        job load_orders
        kind (2): dataset 1, job 1
        platform (2): airflow 1, postgres 1
        namespace (2): airflow://prod 1, postgres://shop 1
        owner (1): crm 2
        tag (1): pii 1
        domain (0): 
    "#]],
    )
    .await;
    check(
        "",
        Filter { owners: values(&["finance"]), ..Filter::default() },
        expect![[r#"
        0 found
        kind (0): 
        platform (0): 
        namespace (0): 
        owner (2): crm 3, finance 0
        tag (0): 
        domain (0): 
    "#]],
    )
    .await;
    // Not even a dataset is found by a column that is hidden.
    check(
        "email",
        Filter::default(),
        expect![[r#"
        0 found
        kind (0): 
        platform (0): 
        namespace (0): 
        owner (0): 
        tag (0): 
        domain (0): 
    "#]],
    )
    .await;
    check(
        "column:email",
        Filter::default(),
        expect![[r#"
        0 found
        kind (0): 
        platform (0): 
        namespace (0): 
        owner (0): 
        tag (0): 
        domain (0): 
    "#]],
    )
    .await;
    expect![[r#"
        orders
    "#]]
    .assert_eq(&list(&index.suggest("orders", 1, &Outsider).await.unwrap()));
    expect![[r#"
        orders
        job load_orders
    "#]]
    .assert_eq(&list(&index.suggest("orders", 8, &Outsider).await.unwrap()));
}

#[tokio::test]
async fn errors_have_codes() {
    let codes: Vec<&str> = [
        SearchError::Query { at: 1, message: String::new() },
        SearchError::Behind { asked: graph::Revision(2), held: graph::Revision(1) },
        SearchError::Index(String::new()),
    ]
    .iter()
    .map(SearchError::code)
    .collect();
    assert_eq!(codes, ["BAD_SEARCH", "INDEX_BEHIND", "INDEX_FAILED"]);
}
