//! A process that writes until it is killed, and what it acknowledged. The test file that uses this has a test `child`,
//! which does nothing unless it is started from here.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use graph::change::Submission;
use graph::{EventType, LogQuery, Store};

use super::say::at;

/// Names what the child opens; unset in any other run.
pub const PLACE: &str = "HEADWATER_CRASH_TEST_FOLDER";
const CLIENTS: i64 = 8;

/// The n-th event: every seventh brings a new schema, all move lineage.
pub fn event(n: i64) -> Submission {
    let (job, run) = (format!("job {}", n % 5), format!("run {}", n / 2));
    let (input, output) = (format!("in {}", n % 11), format!("out {}", n % 5));
    let kind = if n % 2 == 0 { EventType::Start } else { EventType::Complete };
    let say = at(n).run(&job, &run, kind).reads(&[&input]).writes(&[&output]);
    say.schema(&output, &["id", &format!("column_{}", n / 7)]).submission()
}

/// The child's part: writes until it is killed, telling each event once it is acknowledged.
pub async fn write_without_end(store: Arc<dyn Store>) {
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
}

fn start(place: &str) -> Child {
    let itself = std::env::current_exe().expect("the test's own program");
    Command::new(itself)
        .args(["child", "--exact", "--nocapture", "--test-threads=1"])
        .env(PLACE, place)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

/// Lets the child write until it has acknowledged so many events, and kills it.
pub fn write_and_kill(place: &str, events: usize) -> Vec<String> {
    let mut child = start(place);
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

/// Everything acknowledged is in the log, and the graph is what the inputs of the log make of an empty one.
pub async fn check(store: Arc<dyn Store>, empty: Arc<dyn Store>, acknowledged: &[String]) {
    let log = store.log(LogQuery { limit: 1_000_000, ..LogQuery::default() }).await.expect("log");
    let kept: std::collections::HashSet<String> = log.iter().map(|entry| entry.id.to_string()).collect();
    let missing: Vec<&String> = acknowledged.iter().filter(|id| !kept.contains(*id)).collect();
    assert!(missing.is_empty(), "acknowledged and lost: {missing:?}");
    assert_eq!(kept.len(), log.len(), "no input is there twice");

    let by_id: std::collections::HashMap<_, _> =
        (0..log.len() as i64 + 64).map(|n| event(n).input.id).zip(0..).collect();
    for entry in log.iter().rev() {
        empty.commit(event(by_id[&entry.id])).await.expect("commits");
    }
    let digest = |store: Arc<dyn Store>| async move { graph::digest::digest(store.as_ref()).await.expect("digest") };
    assert_eq!(digest(store).await, digest(empty).await, "the graph is what its inputs make of it");
}
