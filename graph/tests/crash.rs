//! The process is killed while it writes: everything that was acknowledged is there, and the graph is what those
//! inputs make of it.

#![expect(clippy::disallowed_methods, reason = "a test is a caller: it brings the clock and reads its environment")]

#[path = "conformance/say.rs"]
#[allow(dead_code, reason = "only a part of the tools is needed here")]
mod say;

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use graph::change::Submission;
use graph::embedded::{self, Options};
use graph::{EventType, LogQuery, Rewrites, Store};
use say::at;

const FOLDER: &str = "HEADWATER_CRASH_TEST_FOLDER";
const CLIENTS: i64 = 8;

fn open(path: &Path) -> Arc<dyn Store> {
    let derive = Arc::new(graph::derive::NoDerivation);
    let clock = Arc::new(jiff::Timestamp::now);
    embedded::open(Options { path: path.to_owned(), derive, rewrites: Rewrites::default(), clock }).expect("opens")
}

/// The n-th event: every seventh brings a new schema, all move lineage.
fn event(n: i64) -> Submission {
    let (job, run) = (format!("job {}", n % 5), format!("run {}", n / 2));
    let (input, output) = (format!("in {}", n % 11), format!("out {}", n % 5));
    let kind = if n % 2 == 0 { EventType::Start } else { EventType::Complete };
    let say = at(n).run(&job, &run, kind).reads(&[&input]).writes(&[&output]);
    say.schema(&output, &["id", &format!("column_{}", n / 7)]).submission()
}

/// Writes until it is killed, telling each event once it is acknowledged. Does nothing unless the test below asks.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let store = open(Path::new(&folder));
        let from = store.log(LogQuery { limit: 1_000_000, ..LogQuery::default() }).await.expect("log").len() as i64;
        let clients = (0..CLIENTS).map(|client| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for n in (from + client..).step_by(CLIENTS as usize) {
                    let submission = event(n);
                    let id = submission.input.id;
                    store.commit(submission).await.expect("commits");
                    println!("acknowledged {id}");
                }
            })
        });
        for client in clients.collect::<Vec<_>>() {
            client.await.expect("a client");
        }
    });
}

fn start(folder: &Path) -> Child {
    let itself = std::env::current_exe().expect("the test's own program");
    Command::new(itself)
        .args(["child", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

/// Lets the child write until it has acknowledged so many events, and kills it.
fn write_and_kill(folder: &Path, events: usize) -> Vec<String> {
    let mut child = start(folder);
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
    let mut acknowledged = Vec::new();
    let told = |line: String| line.split_once("acknowledged ").map(|(_, id)| id.to_owned());
    while acknowledged.len() < events {
        acknowledged.extend(told(lines.next().expect("the child goes on")));
    }
    child.kill().expect("killed");
    // What it told before it died counts, and its last line may be cut off.
    acknowledged.extend(lines.filter_map(told).filter(|id| id.len() == 32));
    child.wait().expect("ended");
    acknowledged
}

#[tokio::test]
async fn nothing_acknowledged_is_missing_after_a_kill() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut acknowledged = Vec::new();
    for round in 1..=4 {
        acknowledged.extend(write_and_kill(folder.path(), 60 * round));
    }
    let store = open(folder.path());
    let log = store.log(LogQuery { limit: 1_000_000, ..LogQuery::default() }).await.expect("log");
    let kept: HashSet<String> = log.iter().map(|entry| entry.id.to_string()).collect();
    let missing: Vec<&String> = acknowledged.iter().filter(|id| !kept.contains(*id)).collect();
    assert!(missing.is_empty(), "acknowledged and lost: {missing:?}");
    assert!(acknowledged.len() >= 600);

    let fresh = tempfile::tempdir().expect("a temporary folder");
    let again = open(fresh.path());
    let by_id: std::collections::HashMap<_, _> =
        (0..log.len() as i64 + 64).map(|n| event(n).input.id).zip(0..).collect();
    for entry in log.iter().rev() {
        again.commit(event(by_id[&entry.id])).await.expect("commits");
    }
    let digest = |store: Arc<dyn Store>| async move { graph::digest::digest(store.as_ref()).await.expect("digest") };
    assert_eq!(digest(store).await, digest(again).await, "the graph is what its inputs make of it");
}
