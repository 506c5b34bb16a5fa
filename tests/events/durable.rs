//! What was acknowledged is there, however the process ended.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use headwater_tests::binary::run;
use headwater_tests::http::Client;
use headwater_tests::server::{Server, graphql, temporary};
use serde_json::{Value, json};

const CLIENTS: usize = 8;

/// Event number `at`: a job, a run and an output of its own.
fn event(at: usize) -> Value {
    json!({
        "eventType": "COMPLETE",
        "eventTime": "2026-03-01T10:00:00Z",
        "producer": "https://example.org/tests",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": { "runId": format!("run-{at}") },
        "job": { "namespace": "crash", "name": format!("job-{at}") },
        "inputs": [{ "namespace": "warehouse", "name": "shared" }],
        "outputs": [{ "namespace": "warehouse", "name": format!("table-{at}") }],
    })
}

/// Several clients write until `enough` events are acknowledged; then the server is killed under them. Returns the numbers
/// of the acknowledged events, of which there may be more.
fn write_and_kill(server: Server, first: usize, enough: usize) -> Vec<usize> {
    let next = AtomicUsize::new(first);
    let over = AtomicBool::new(false);
    let acknowledged = Mutex::new(vec![]);
    let base = server.base.clone();
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = Client::new(&base);
                while !over.load(Ordering::SeqCst) {
                    let at = next.fetch_add(1, Ordering::SeqCst);
                    let body = event(at).to_string();
                    match client.post_json("/api/v1/lineage", body.as_bytes()) {
                        Ok(answer) if answer.status == 201 => acknowledged.lock().expect("no client panicked").push(at),
                        Ok(answer) => panic!("event {at}: {} {}", answer.status, answer.text()),
                        Err(_) => break,
                    }
                }
            });
        }
        while acknowledged.lock().expect("no client panicked").len() < enough {
            std::thread::yield_now();
        }
        server.kill();
        over.store(true, Ordering::SeqCst);
    });
    acknowledged.into_inner().expect("no client panicked")
}

fn missing(server: &Server, acknowledged: &[usize]) -> Vec<usize> {
    let mut client = server.client();
    let is_there = |at: &&usize| {
        let document = format!(
            "{{ job(namespace: \"crash\", name: \"job-{at}\") {{ latestRun {{ state }} outputs {{ name }} }} }}"
        );
        let answer = graphql(&mut client, &document);
        let wanted = json!({ "latestRun": { "state": "COMPLETED" }, "outputs": [{ "name": format!("table-{at}") }] });
        answer["data"]["job"] != wanted
    };
    acknowledged.iter().filter(is_there).copied().collect()
}

#[test]
fn no_acknowledged_event_is_lost_when_the_process_is_killed_while_writing() {
    let place = temporary();
    let data = place.path().join("data");
    let mut all = vec![];
    for (round, enough) in [40, 120, 200].into_iter().enumerate() {
        let server = Server::open(&data, &[]);
        assert_eq!(missing(&server, &all), Vec::<usize>::new(), "lost before round {round}");
        all.extend(write_and_kill(server, round * 1_000_000, enough));
    }
    let server = Server::open(&data, &[]);
    assert_eq!(missing(&server, &all), Vec::<usize>::new(), "of {} acknowledged events", all.len());
    let before = server.digest();
    assert!(server.stop().success());
    assert_eq!(Server::open(&data, &[]).digest(), before, "a clean stop changed the graph");
}

#[test]
fn a_folder_has_one_owner_and_the_second_is_told_who_and_what_to_do() {
    let place = temporary();
    let data = place.path().join("data");
    let server = Server::open(&data, &[]);
    let second = run(&["serve", "--listen", "127.0.0.1:0", "--data", &data.display().to_string()]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(3), "{said}");
    assert!(said.contains(&server.pid().to_string()), "the holder is not named: {said}");
    assert!(said.contains("--url"), "what to do is not said: {said}");
}

#[test]
fn the_demo_is_loaded_once() {
    let place = temporary();
    let data = place.path().join("data");
    let count = |server: &Server| server.ask("{ estate { datasets columns events } }");
    let server = Server::open(&data, &["--demo"]);
    let (first, digest) = (count(&server), server.digest());
    assert!(first["estate"]["datasets"].as_u64() >= Some(50), "the demo is small: {first}");
    assert!(server.stop().success());
    let server = Server::open(&data, &["--demo"]);
    assert_eq!(count(&server), first);
    assert_eq!(server.digest(), digest);
}
