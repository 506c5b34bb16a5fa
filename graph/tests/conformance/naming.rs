//! Schemas, facets, names and what people write.

use std::sync::Arc;

use expect_test::expect;
use graph::EventType::*;
use graph::change::*;
use graph::derive::NoDerivation;
use graph::*;

use super::*;

pub async fn column_only_mentioned(open: Open<'_>) {
    let edges = |column| [("a.id", column, EdgeKind::Identity)];
    let said = [
        at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["b"]).claim(
            LineageSource::ColumnLineage,
            "b",
            &edges("gone"),
        ),
        at(2).run("load", "r2", Complete).reads(&["a"]).writes(&["b"]).claim(
            LineageSource::ColumnLineage,
            "b",
            &edges("here"),
        ),
    ];
    check(
        open,
        &said,
        expect![[r#"
          column a.id -Identity-> column b.here
          dataset a -Feeds-> dataset b
          dataset a -Reads-> job load
          job load -Writes-> dataset b
        column a.id ? undeclared
        column b.here ? undeclared
        dataset a
        dataset b
        job load"#]],
    )
    .await;
}

pub async fn schema_changes(open: Open<'_>) {
    let said = [
        at(1).schema("t", &["id int", "name text", "old int"]),
        at(2).schema("t", &["id bigint", "name text", "new int"]),
    ];
    check(
        open,
        &said,
        expect![[r#"
        column t.id bigint
        column t.name text
        column t.new int
        dataset t"#]],
    )
    .await;
}

pub async fn column_tags_before_schema(open: Open<'_>) {
    let tag = Tag { key: "pii".to_owned(), value: "true".to_owned(), source: None };
    let tags = Aspect::Tags { own: Vec::new(), columns: vec![("email".to_owned(), tag)] };
    let said = [at(1).facet(name("t"), "tags", Some(tags)), at(2).schema("t", &["id", "email text"])];
    check(
        open,
        &said,
        expect![[r#"
          column t.email -Tagged-> tag pii
        column t.email tag=pii text
        column t.id int
        dataset t
        tag pii"#]],
    )
    .await;
}

pub async fn late_facet_loses(open: Open<'_>) {
    check(open, &[at(9).doc("t", "new"), at(1).doc("t", "old")], expect![[r#"dataset t doc="new""#]]).await;
}

pub async fn deleted_facet(open: Open<'_>) {
    let said = [at(1).doc("t", "first"), at(3).facet(name("t"), "documentation", None), at(2).doc("t", "between")];
    check(open, &said, expect!["dataset t"]).await;
}

pub async fn names_by_platform(open: Open<'_>) {
    let snowflake = |text: &str| QualifiedName::new("snowflake://acme", text);
    let doc = |text: &str| Aspect::Documentation(Documentation { text: text.to_owned(), content_type: None, by: None });
    let said = [
        at(1).facet(snowflake("SHOP.PUBLIC.ORDERS"), "documentation", Some(doc("one"))),
        at(2).facet(snowflake("shop.public.orders"), "documentation", Some(doc("two"))),
        at(3).doc("Orders", "postgres keeps case").doc("orders", "postgres keeps case"),
    ];
    check(
        open,
        &said,
        expect![[r#"
        dataset Orders doc="postgres keeps case"
        dataset SHOP.PUBLIC.ORDERS doc="two"
        dataset orders doc="postgres keeps case""#]],
    )
    .await;
}

fn lake(path: &str) -> QualifiedName {
    QualifiedName::new("file", path)
}

fn links_to(text: &str) -> Option<Aspect> {
    Some(Aspect::Symlinks(vec![name(text)]))
}

pub async fn symlink(open: Open<'_>) {
    let said = [
        at(1).facet(lake("/lake/orders"), "symlinks", links_to("orders")).run("load", "r1", Complete).reads(&["raw"]),
        at(2).schema("orders", &["id"]).run("report", "r2", Complete).reads(&["orders"]).writes(&["report"]),
    ];
    check(
        open,
        &said,
        expect![[r#"
          dataset orders -Feeds-> dataset report
          dataset orders -Reads-> job report
          dataset raw -Reads-> job load
          job report -Writes-> dataset report
        column orders.id int
        dataset orders names=["orders", "/lake/orders"]
        dataset raw
        dataset report
        job load
        job report"#]],
    )
    .await;
}

pub async fn late_symlink(open: Open<'_>) {
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    let doc = Aspect::Documentation(Documentation { text: "from the lake".to_owned(), content_type: None, by: None });
    tell(
        store,
        &[
            at(1).facet(lake("/lake/orders"), "documentation", Some(doc)),
            at(2).run("report", "r", Complete).reads(&["orders"]).writes(&["report"]),
        ],
    )
    .await;
    let before = head(store).await;
    assert_ne!(id(store, NodeName::Dataset(lake("/lake/orders"))).await, id(store, dataset("orders")).await);
    tell(store, &[at(3).facet(lake("/lake/orders"), "symlinks", links_to("orders"))]).await;
    let orders = id(store, dataset("orders")).await;
    assert_eq!(id(store, NodeName::Dataset(lake("/lake/orders"))).await, orders);
    let then = store.resolve(&[NodeName::Dataset(lake("/lake/orders"))], before).await.expect("resolve")[0];
    assert_ne!(then, Some(orders), "as of the revision before, they are two");
    let node = store.nodes(&[orders], head(store).await).await.expect("nodes")[0].clone().expect("there");
    assert_eq!(node.ingested.documentation.as_ref().map(|doc| doc.text.as_str()), Some("from the lake"));
}

pub async fn two_logical_names(open: Open<'_>) {
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    let said = [
        at(1).facet(lake("/lake/orders"), "symlinks", links_to("orders")),
        at(2).facet(lake("/lake/orders"), "symlinks", links_to("orders.branch_x")),
    ];
    tell(store, &said).await;
    let physical = id(store, NodeName::Dataset(lake("/lake/orders"))).await;
    assert_eq!(id(store, dataset("orders")).await, physical, "each name leads to it");
    assert_eq!(id(store, dataset("orders.branch_x")).await, physical, "each name leads to it");
    let node = store.nodes(&[physical], head(store).await).await.expect("nodes")[0].clone().expect("there");
    assert_eq!(node.reported_as, vec![lake("/lake/orders")], "they are not made one");
}

fn renamed(from: &str) -> Option<Aspect> {
    Some(Aspect::Lifecycle { change: "RENAME".to_owned(), previous: Some(name(from)) })
}

pub async fn renamed_and_written_again(open: Open<'_>) {
    let said = [
        at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["old"]),
        at(2).facet(name("new"), "lifecycleStateChange", renamed("old")),
    ];
    check(
        open,
        &said,
        expect![[r#"
          dataset a -Feeds-> dataset new
          dataset a -Reads-> job load
          job load -Writes-> dataset new
        dataset a
        dataset new RENAME names=["new", "old"]
        job load"#]],
    )
    .await;
    let again = [said.to_vec(), vec![at(3).run("load", "r2", Complete).reads(&["a"]).writes(&["old"])]].concat();
    check(
        open,
        &again,
        expect![[r#"
          dataset a -Feeds-> dataset old
          dataset a -Reads-> job load
          job load -Writes-> dataset old
        dataset a
        dataset new RENAME
        dataset old
        job load"#]],
    )
    .await;
}

/// The name from before is the same dataset however it is spelled.
pub async fn renamed_from_another_spelling(open: Open<'_>) {
    let table = |text: &str| QualifiedName::new("snowflake://acme", text);
    let written = |n: i64| at(n).run("load", &format!("r{n}"), Complete).writes(&["S.OLD"]).within("snowflake://acme");
    let rename = Aspect::Lifecycle { change: "RENAME".to_owned(), previous: Some(table("s.old")) };
    let said = [written(1), at(2).facet(table("s.new"), "lifecycleStateChange", Some(rename)), written(3)];
    check(
        open,
        &said,
        expect![[r#"
          job load -Writes-> dataset S.OLD
        dataset S.OLD
        dataset s.new RENAME
        job load"#]],
    )
    .await;
}

pub async fn dropped_and_written_again(open: Open<'_>) {
    let drop = Some(Aspect::Lifecycle { change: "DROP".to_owned(), previous: None });
    let said = [
        at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["t"]),
        at(2).run("drop", "r2", Start).writes(&["t"]).facet(name("t"), "lifecycleStateChange", drop),
        at(3).run("drop", "r2", Complete).writes(&["t"]),
    ];
    check(
        open,
        &said,
        expect![[r#"
          dataset a -Feeds-> dataset t
          dataset a -Reads-> job load
          job drop -Writes-> dataset t
          job load -Writes-> dataset t
        dataset a
        dataset t DROP dropped
        job drop
        job load"#]],
    )
    .await;
    let again = [said.to_vec(), vec![at(4).run("load", "r3", Complete).reads(&["a"]).writes(&["t"])]].concat();
    check(
        open,
        &again,
        expect![[r#"
          dataset a -Feeds-> dataset t
          dataset a -Reads-> job load
          job drop -Writes-> dataset t
          job load -Writes-> dataset t
        dataset a
        dataset t DROP
        job drop
        job load"#]],
    )
    .await;
}

pub async fn rewritten_namespace(open: Open<'_>) {
    let rules = Rewrites::new([("postgres://127.0.0.1:*", "postgres://db:*")]).expect("rules");
    let opened = open(Arc::new(NoDerivation), rules).await;
    let store = opened.store.as_ref();
    let local = |text: &str| QualifiedName::new("postgres://127.0.0.1:5432", text);
    let doc = |text: &str| Aspect::Documentation(Documentation { text: text.to_owned(), content_type: None, by: None });
    let said = [
        at(1).facet(local("orders"), "documentation", Some(doc("said locally"))),
        at(2).run("report", "r", Complete).reads(&["orders"]).writes(&["report"]),
        at(3).facet(local("only_local"), "documentation", Some(doc("alone"))),
    ];
    tell(store, &said).await;
    let orders = id(store, dataset("orders")).await;
    assert_eq!(id(store, NodeName::Dataset(local("orders"))).await, orders);
    let alone = id(store, dataset("only_local")).await;
    let nodes = store.nodes(&[orders, alone], head(store).await).await.expect("nodes");
    let shown: Vec<_> = nodes.iter().flatten().map(|node| (node.name.clone(), node.reported_as.len())).collect();
    assert_eq!(shown, vec![(dataset("orders"), 2), (dataset("only_local"), 1)]);
}

pub async fn authored_beside_ingested(open: Open<'_>) {
    let owner = Owner { name: "Ada".to_owned(), role: None };
    let tag = Tag { key: "gold".to_owned(), value: String::new(), source: None };
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    let said = [
        at(1).doc("t", "ingested").schema("t", &["id"]),
        at(2).edit(dataset("t"), Edit::Description(Some("authored".to_owned()))),
        at(3).edit(dataset("t"), Edit::AddOwner(owner)).edit(column("t.id"), Edit::AddTag(tag)),
        at(4).doc("t", "ingested again"),
    ];
    tell(store, &said).await;
    expect![[r#"
          column t.id -Tagged-> tag gold
          dataset t -OwnedBy-> owner Ada
        column t.id int authored tag=gold
        dataset t doc="ingested again" authored doc="authored" authored owner=Ada
        owner Ada
        tag gold"#]]
    .assert_eq(&state(store).await);
    tell(
        store,
        &[at(5).edit(dataset("t"), Edit::Description(None)).edit(dataset("t"), Edit::RemoveOwner("ada".to_owned()))],
    )
    .await;
    expect![[r#"
          column t.id -Tagged-> tag gold
        column t.id int authored tag=gold
        dataset t doc="ingested again"
        tag gold"#]]
    .assert_eq(&state(store).await);
}
