//! The index on the embedded store: what following makes of the feed is what a rebuild makes of the graph.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use graph::change::{
    Aspect, Assertion, AuthoredChange, Change, DatasetChange, Edit, FacetValue, Input, InputKind, Submission,
};
use graph::derive::NoDerivation;
use graph::*;
use search::{Index, Request};

use crate::{list, request};

fn open(path: &Path, rewrites: Rewrites) -> Arc<dyn Store> {
    let clock = Arc::new(|| Time::UNIX_EPOCH);
    graph::embedded::open(graph::embedded::Options {
        path: path.into(),
        derive: Arc::new(NoDerivation),
        rewrites,
        clock,
    })
    .unwrap()
}

fn name(text: &str) -> QualifiedName {
    let (namespace, name) = text.rsplit_once(' ').unwrap();
    QualifiedName::new(namespace, name)
}

/// Says something of datasets, as one input.
async fn say(store: &Arc<dyn Store>, changes: Vec<Change>) -> Revision {
    let body = format!("{changes:?}").into_bytes();
    let input = Input {
        id: ContentId::of(&body),
        kind: InputKind::OpenLineage,
        body,
        contents: Vec::new(),
        received_at: Time::UNIX_EPOCH,
        faults: Vec::new(),
        rejected: false,
    };
    store.commit(Submission { input, changes }).await.unwrap().revision
}

fn at(second: i64) -> OrderKey {
    OrderKey { time: Time::new(second, 0).unwrap(), rank: 0, tie: ContentId([0; 16]) }
}

fn dataset(second: i64, dataset: &str, aspects: Vec<(&str, Aspect)>) -> Change {
    let facets = aspects.into_iter().map(|(slot, aspect)| {
        let raw = ContentId::of(format!("{aspect:?}").as_bytes());
        Assertion { slot: slot.into(), value: Some(FacetValue { raw, aspect }) }
    });
    Change::Dataset(DatasetChange { name: name(dataset), at: at(second), facets: facets.collect() })
}

fn schema(columns: &[&str]) -> (&'static str, Aspect) {
    let field = |(position, path): (usize, &&str)| Field {
        path: vec![(*path).to_owned()],
        data_type: None,
        description: None,
        position: position as u32,
        declared: true,
    };
    ("schema", Aspect::Schema(columns.iter().enumerate().map(field).collect()))
}

fn symlinks(names: &[&str]) -> (&'static str, Aspect) {
    ("symlinks", Aspect::Symlinks(names.iter().map(|text| name(text)).collect()))
}

fn authored(second: i64, target: NodeName, edit: Edit) -> Change {
    Change::Authored(AuthoredChange { target, at: at(second), by: "ann".into(), edit })
}

/// Asks for everything, and checks that a rebuild would not change the answer.
async fn check(index: &Index, revision: Revision, text: &str, expected: Expect) {
    let asked = Request { first: 200, min_revision: Some(revision), ..request(text) };
    let followed = index.search(&asked, &Everyone).await.unwrap();
    expected.assert_eq(&list(&followed.hits));
    index.rebuild(|_| {}).await.unwrap();
    let rebuilt = index.search(&asked, &Everyone).await.unwrap();
    assert_eq!(format!("{:#?}", followed.hits), format!("{:#?}", rebuilt.hits));
    assert_eq!(format!("{:#?}", followed.facets), format!("{:#?}", rebuilt.facets));
}

#[tokio::test]
async fn following_gives_what_a_rebuild_gives() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"), Rewrites::default());
    let index = Index::open(&folder.path().join("search"), store.clone()).await.unwrap();
    let lake = "s3://lake warehouse/orders";
    let revision = say(&store, vec![dataset(1, lake, vec![schema(&["id", "email"])])]).await;
    check(
        &index,
        revision,
        "",
        expect![[r#"
        warehouse/orders
        warehouse/orders|email
        warehouse/orders|id
    "#]],
    )
    .await;
    let revision = say(&store, vec![dataset(2, lake, vec![schema(&["id", "mail"])])]).await;
    check(
        &index,
        revision,
        "",
        expect![[r#"
        warehouse/orders
        warehouse/orders|id
        warehouse/orders|mail
    "#]],
    )
    .await;

    say(&store, vec![dataset(3, "hive://prod sales.orders", vec![schema(&["id", "price"])])]).await;
    let revision = say(&store, vec![dataset(4, lake, vec![symlinks(&["hive://prod sales.orders"])])]).await;
    check(
        &index,
        revision,
        "",
        expect![[r#"
            sales.orders
            sales.orders|id
            sales.orders|mail
            sales.orders|price
        "#]],
    )
    .await;
    let revision =
        say(&store, vec![dataset(5, "hive://prod sales.orders", vec![symlinks(&["aa://first all.orders"])])]).await;
    check(
        &index,
        revision,
        "",
        expect![[r#"
            all.orders
            all.orders|id
            all.orders|mail
            all.orders|price
        "#]],
    )
    .await;

    let owner = Owner { name: "crm".into(), role: None };
    let target = NodeName::Dataset(name("hive://prod sales.orders"));
    let revision = say(&store, vec![authored(6, target, Edit::AddOwner(owner))]).await;
    check(
        &index,
        revision,
        "owner:crm",
        expect![[r#"
            all.orders
            all.orders|id
            all.orders|mail
            all.orders|price
        "#]],
    )
    .await;
    let gone = Assertion { slot: "symlinks".into(), value: None };
    let undone = DatasetChange { name: name("hive://prod sales.orders"), at: at(7), facets: vec![gone] };
    let revision = say(&store, vec![Change::Dataset(undone)]).await;
    check(
        &index,
        revision,
        "",
        expect![[r#"
            all.orders
            sales.orders
            owner crm
            sales.orders|id
            sales.orders|mail
            sales.orders|price
        "#]],
    )
    .await;
}

#[tokio::test]
async fn a_new_rule_for_namespaces_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (data, index) = (folder.path().join("store"), folder.path().join("search"));
    let store = open(&data, Rewrites::default());
    let revision = say(&store, vec![dataset(1, "postgres://10.0.0.1:5432 shop.orders", vec![schema(&["id"])])]).await;
    let opened = Index::open(&index, store.clone()).await.unwrap();
    opened.reached(revision, Instant::now() + Duration::from_secs(60)).await.unwrap();
    opened.close().await;
    drop((opened, store));

    let rules = Rewrites::new(BTreeMap::from([("postgres://10.0.0.1:5432", "postgres://shop-db")])).unwrap();
    let store = open(&data, rules);
    let opened = Index::open(&index, store).await.unwrap();
    // Nothing says when the follower has looked, but it looks before it closes.
    opened.close().await;
    let answer = opened.search(&request("namespace:postgres://shop-db"), &Everyone).await.unwrap();
    expect![[r#"
        shop.orders
        shop.orders|id
    "#]]
    .assert_eq(&list(&answer.hits));
}
