//! The embedded store passes the conformance suite, and what only it promises: one owner, a format, recovery.

#![expect(clippy::disallowed_methods, reason = "a test is a caller: it brings the clock and reads its environment")]

mod conformance;

use std::sync::Arc;

use conformance::{Opened, suite};
use graph::Rewrites;
use graph::derive::Derive;
use graph::embedded::{self, Options};
use graph::{Store, StoreError};

fn options(path: &std::path::Path, derive: Arc<dyn Derive>, rewrites: Rewrites) -> Options {
    Options { path: path.to_owned(), derive, rewrites, clock: Arc::new(jiff::Timestamp::now) }
}

async fn opened(derive: Arc<dyn Derive>, rewrites: Rewrites) -> Opened {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = embedded::open(options(folder.path(), derive, rewrites)).expect("a new store opens");
    Opened { store, keep: Box::new(folder) }
}

suite!(opened);

fn plain(path: &std::path::Path) -> Result<Arc<dyn Store>, StoreError> {
    embedded::open(options(path, Arc::new(graph::derive::NoDerivation), Rewrites::default()))
}

#[test]
fn a_second_owner_is_refused_and_told_who_holds_the_store() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let _first = plain(folder.path()).expect("a new store opens");
    let Err(error) = plain(folder.path()) else { panic!("a second owner was let in") };
    let path = folder.path().display();
    assert_eq!(error.to_string(), format!("the store at `{path}` is in use by process {}", std::process::id()));
}

#[test]
fn a_store_of_another_format_is_refused() {
    for (format, hint) in [
        ("99", "it was written by a newer version; use that one"),
        ("1", "it was written before the first release; send its events again to a new folder"),
        ("x", "it was not written by Headwater"),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        drop(plain(folder.path()).expect("a new store opens"));
        let db = rusqlite::Connection::open(folder.path().join("graph.sqlite")).expect("the database opens");
        db.execute("UPDATE meta SET value = ?1", [format]).expect("the format is written");
        drop(db);
        let Err(error) = plain(folder.path()) else { panic!("a store of another format was opened") };
        let path = folder.path().display();
        let text = format!("the store at `{path}` has format {format}, and this version reads 2: {hint}");
        assert_eq!(error.to_string(), text);
    }
}

#[tokio::test]
async fn what_was_committed_is_there_after_reopening() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = plain(folder.path()).expect("a new store opens");
    for event in conformance::shop() {
        first.commit(event).await.expect("commits");
    }
    let before =
        (conformance::state(first.as_ref()).await, graph::digest::digest(first.as_ref()).await.expect("digest"));
    let totals = first.revision(graph::AsOf::Latest).await.expect("revision");
    drop(first);
    let again = plain(folder.path()).expect("opens again");
    assert_eq!(again.revision(graph::AsOf::Latest).await.expect("revision"), totals);
    let after =
        (conformance::state(again.as_ref()).await, graph::digest::digest(again.as_ref()).await.expect("digest"));
    assert_eq!(before, after);
}
