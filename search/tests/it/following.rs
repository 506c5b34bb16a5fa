//! How the index keeps up with the store.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use graph::{Everyone, NodeName, QualifiedName, Revision};
use search::{Index, Request};

use crate::store::Memory;
use crate::{ask, behind, caught_up, index, names, request};

async fn check(index: &Index, store: &Arc<Memory>, text: &str, expected: Expect) {
    caught_up(index, store).await;
    expected.assert_eq(&names(index, text).await);
}

#[tokio::test]
async fn a_write_is_found() {
    let store = Memory::new();
    let index = index(&store).await;
    check(&index, &store, "", expect![[""]]).await;
    store.say("dataset pg://a orders\n  column id\njob af://a load");
    check(
        &index,
        &store,
        "",
        expect![[r#"
        orders
        job load
        orders|id
    "#]],
    )
    .await;
    store.say("dataset pg://a orders \"All that was sold\"");
    check(
        &index,
        &store,
        "sold",
        expect![[r#"
        orders
    "#]],
    )
    .await;
    store.say("-job af://a load");
    check(&index, &store, "load", expect![[""]]).await;
}

#[tokio::test]
async fn columns_follow_their_dataset() {
    let store = Memory::with("dataset pg://a orders\n  column id");
    let index = index(&store).await;
    store.say("dataset pg://a orders @crm");
    check(
        &index,
        &store,
        "owner:crm",
        expect![[r#"
        orders
        orders|id
    "#]],
    )
    .await;
    store.say("dataset pg://a orders @finance");
    store.say("dataset pg://a orders @crm");
    check(
        &index,
        &store,
        "owner:crm",
        expect![[r#"
        orders
        orders|id
    "#]],
    )
    .await;
    check(&index, &store, "owner:finance", expect![[""]]).await;
    store.say("-dataset pg://a orders");
    check(&index, &store, "", expect![[""]]).await;
}

#[tokio::test]
async fn a_dataset_follows_its_columns() {
    let store = Memory::with("dataset pg://a orders\n  column id");
    let index = index(&store).await;
    check(&index, &store, "column:price", expect![[""]]).await;
    store.say("dataset pg://a other\ndataset pg://a orders\n  column price");
    store.say("dataset pg://a orders\n  -column id");
    check(
        &index,
        &store,
        "column:price",
        expect![[r#"
        orders
        orders|price
    "#]],
    )
    .await;
    check(&index, &store, "column:id", expect![[""]]).await;
}

#[tokio::test]
async fn a_dataset_of_several_names_is_found_once_by_each() {
    let store = Memory::with("dataset s3://lake warehouse/orders\n  column id\ndataset hive://prod sales.orders_table");
    let index = index(&store).await;
    store.merge(("s3://lake", "warehouse/orders"), ("hive://prod", "sales.orders_table"));
    check(
        &index,
        &store,
        "kind:dataset",
        expect![[r#"
        warehouse/orders
    "#]],
    )
    .await;
    check(
        &index,
        &store,
        "orders_table",
        expect![[r#"
        warehouse/orders
    "#]],
    )
    .await;
    check(
        &index,
        &store,
        "sales id",
        expect![[r#"
        warehouse/orders
        warehouse/orders|id
    "#]],
    )
    .await;
}

#[tokio::test]
async fn edges_alone_are_no_work() {
    let store = Memory::with("dataset pg://a orders\n  column id");
    let index = index(&store).await;
    let reads = store.reads.load(Ordering::Relaxed);
    let revision = store.link(&NodeName::Dataset(QualifiedName::new("pg://a", "orders")));
    caught_up(&index, &store).await;
    assert_eq!(index.held(), revision);
    assert_eq!(store.reads.load(Ordering::Relaxed), reads);
}

#[tokio::test]
async fn a_search_waits_for_the_revision_it_asks_for() {
    let store = Memory::new();
    let index = index(&store).await;
    for n in 0..5 {
        let revision = store.say(&format!("dataset pg://a table{n}"));
        let asked = Request { min_revision: Some(revision), ..request(&format!("table{n}")) };
        let answer = index.search(&asked, &Everyone).await.unwrap();
        assert_eq!((answer.total, answer.revision >= revision), (1, true));
    }
}

#[tokio::test]
async fn a_search_says_when_the_index_is_behind() {
    let store = Memory::with("dataset pg://a orders");
    let index = index(&store).await;
    let deadline = Instant::now() + Duration::from_millis(20);
    let asked = Request { min_revision: Some(Revision(9)), deadline, ..request("orders") };
    let error = index.search(&asked, &Everyone).await.unwrap_err();
    expect!["INDEX_BEHIND: the search index holds revision 1, and revision 9 was asked for"]
        .assert_eq(&format!("{}: {error}", error.code()));
    assert_eq!(behind(error), Some((Revision(9), Revision(1))));
}

#[tokio::test]
async fn a_restart_reads_only_what_is_new() {
    let (store, folder) = (Memory::with("dataset pg://a orders\n  column id"), tempfile::tempdir().unwrap());
    closed(folder.path(), &store).await;
    let reads = store.reads.load(Ordering::Relaxed);
    let again = Index::open(folder.path(), store.clone()).await.unwrap();
    assert_eq!(again.held(), Revision(1));
    check(
        &again,
        &store,
        "orders",
        expect![[r#"
        orders
    "#]],
    )
    .await;
    // One node of each namespace is compared with the store.
    assert!(store.reads.load(Ordering::Relaxed) <= reads + 1);
    again.close().await;
    store.say("dataset pg://a customers");
    let again = Index::open(folder.path(), store.clone()).await.unwrap();
    check(
        &again,
        &store,
        "",
        expect![[r#"
        customers
        orders
        orders|id
    "#]],
    )
    .await;
}

/// Opens an index in a folder, lets it catch up, and closes it.
async fn closed(folder: &Path, store: &Arc<Memory>) {
    let index = Index::open(folder, store.clone()).await.unwrap();
    caught_up(&index, store).await;
    index.close().await;
}

#[tokio::test]
async fn a_closed_index_still_answers() {
    let store = Memory::with("dataset pg://a orders");
    let index = index(&store).await;
    index.close().await;
    assert_eq!(ask(&index, "orders").await.unwrap().total, 1);
    assert_eq!(index.rebuild(|_| {}).await.unwrap_err().code(), "CLOSED");
}

#[tokio::test]
async fn a_gap_in_the_feed_is_read_afresh() {
    let (store, folder) = (Memory::with("dataset pg://a orders\ndataset pg://a gone"), tempfile::tempdir().unwrap());
    closed(folder.path(), &store).await;
    store.say("dataset pg://a customers\n-dataset pg://a gone");
    store.trim();
    let again = Index::open(folder.path(), store.clone()).await.unwrap();
    check(
        &again,
        &store,
        "",
        expect![[r#"
        customers
        orders
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_broken_folder_is_built_anew() {
    for (name, broken) in [
        ("meta.json", b"{".as_slice()),
        ("meta.json", b""),
        (".managed.json", b"x"),
        (".idx", b"rubbish"),
        (".fast", b""),
        (".store", b"rubbish"),
    ] {
        let (store, folder) = (Memory::with("dataset pg://a orders"), tempfile::tempdir().unwrap());
        closed(folder.path(), &store).await;
        spoil(&folder.path().join("current"), name, broken);
        let again = Index::open(folder.path(), store.clone()).await.unwrap();
        caught_up(&again, &store).await;
        assert_eq!(names(&again, "orders").await, "orders\n", "{name}");
    }
}

fn spoil(folder: &Path, ending: &str, with: &[u8]) {
    let mut spoiled = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().ends_with(ending) {
            std::fs::write(path, with).unwrap();
            spoiled += 1;
        }
    }
    assert!(spoiled > 0, "no `{ending}` to spoil");
}

#[tokio::test]
async fn an_older_format_and_another_store_are_built_anew() {
    let (store, folder) = (Memory::with("dataset pg://a orders"), tempfile::tempdir().unwrap());
    closed(folder.path(), &store).await;
    let meta = folder.path().join("current/meta.json");
    let older = std::fs::read_to_string(&meta).unwrap().replace(r#"\"format\":1"#, r#"\"format\":0"#);
    std::fs::write(&meta, older).unwrap();
    let again = Index::open(folder.path(), store.clone()).await.unwrap();
    assert_eq!(again.held(), Revision(0));
    check(
        &again,
        &store,
        "",
        expect![[r#"
        orders
    "#]],
    )
    .await;
    again.close().await;

    let other = Memory::new();
    let again = Index::open(folder.path(), other.clone()).await.unwrap();
    check(&again, &other, "", expect![[""]]).await;
}

#[tokio::test]
async fn a_rebuild_begins_from_nothing() {
    let (store, folder) = (Memory::with("dataset pg://a orders\n  column id\nowner crm"), tempfile::tempdir().unwrap());
    let index = Index::open(folder.path(), store.clone()).await.unwrap();
    caught_up(&index, &store).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    let progress =
        move |progress: search::Progress| noted.lock().unwrap_or_else(PoisonError::into_inner).push(progress.done);
    assert_eq!(index.rebuild(progress).await.unwrap(), Revision(1));
    assert_eq!(*seen.lock().unwrap_or_else(PoisonError::into_inner), [2, 3]);
    check(
        &index,
        &store,
        "",
        expect![[r#"
        orders
        owner crm
        orders|id
    "#]],
    )
    .await;
    store.say("dataset pg://a customers");
    check(
        &index,
        &store,
        "",
        expect![[r#"
        customers
        orders
        owner crm
        orders|id
    "#]],
    )
    .await;
}

#[tokio::test]
async fn an_index_dropped_without_closing_loses_nothing() {
    let (store, folder) = (Memory::with("dataset pg://a orders"), tempfile::tempdir().unwrap());
    let index = Index::open(folder.path(), store.clone()).await.unwrap();
    caught_up(&index, &store).await;
    store.say("dataset pg://a customers");
    drop(index);
    let elsewhere = tempfile::tempdir().unwrap();
    copy(&folder.path().join("current"), &elsewhere.path().join("current"));
    let again = Index::open(elsewhere.path(), store.clone()).await.unwrap();
    check(
        &again,
        &store,
        "",
        expect![[r#"
        customers
        orders
    "#]],
    )
    .await;
}

/// A copy is what a crash would leave.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
