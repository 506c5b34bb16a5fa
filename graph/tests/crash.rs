//! The process is killed while it writes: everything that was acknowledged is there, and the graph is what those
//! inputs make of it.

#![expect(clippy::disallowed_methods, reason = "a test is a caller: it brings the clock and reads its environment")]

mod killed;
#[path = "conformance/say.rs"]
#[allow(dead_code, reason = "only a part of the tools is needed here")]
mod say;

use std::path::Path;
use std::sync::Arc;

use graph::embedded::{self, Options};
use graph::{Rewrites, Store};

fn open(path: &Path) -> Arc<dyn Store> {
    let derive = Arc::new(graph::derive::NoDerivation);
    let clock = Arc::new(jiff::Timestamp::now);
    embedded::open(Options { path: path.to_owned(), derive, rewrites: Rewrites::default(), clock }).expect("opens")
}

#[test]
fn child() {
    let Ok(folder) = std::env::var(killed::PLACE) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { killed::write_without_end(open(Path::new(&folder))).await });
}

#[tokio::test]
async fn nothing_acknowledged_is_missing_after_a_kill() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let place = folder.path().to_str().expect("a path in UTF-8");
    let mut acknowledged = Vec::new();
    for round in 1..=4 {
        acknowledged.extend(killed::write_and_kill(place, 60 * round));
    }
    assert!(acknowledged.len() >= 600);
    let fresh = tempfile::tempdir().expect("a temporary folder");
    killed::check(open(folder.path()), open(fresh.path()), &acknowledged).await;
}
