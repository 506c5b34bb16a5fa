//! Neo4j frozen, killed and started again under servers that are written to and read from: what was acknowledged is
//! there, what was not is refused in words, and all goes on by itself. One test, since it needs a Neo4j of its own.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use headwater_tests::http::{Answer, Client};
use headwater_tests::neo4j::Neo4j;
use headwater_tests::server::{Server, graphql, temporary};
use serde_json::{Value, json};

const CLIENTS: usize = 4;
/// How long to wait for what must come, on a slow machine too.
const LONG: Duration = Duration::from_secs(120);

fn event(at: usize) -> Value {
    json!({
        "eventType": "COMPLETE",
        "eventTime": "2026-03-01T10:00:00Z",
        "producer": "https://example.org/tests",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": { "runId": format!("run-{at}") },
        "job": { "namespace": "outage", "name": format!("job-{}", at % 50) },
        "inputs": [{ "namespace": "warehouse", "name": "shared" }],
        "outputs": [{ "namespace": "warehouse", "name": format!("table-{}", at % 50) }],
    })
}

/// What clients that never stop writing have seen.
#[derive(Default)]
struct Seen {
    next: AtomicUsize,
    over: AtomicBool,
    acknowledged: Mutex<BTreeSet<usize>>,
    refused: AtomicUsize,
}

impl Seen {
    fn count(&self) -> usize {
        self.acknowledged.lock().expect("no client panicked").len()
    }

    /// Writes until it is over; an event that was refused is sent again, as a producer does.
    fn write(&self, base: &str) {
        let mut client = Client::new(base);
        while !self.over.load(Ordering::SeqCst) {
            let at = self.next.fetch_add(1, Ordering::SeqCst);
            let mut accepted = false;
            while !accepted && !self.over.load(Ordering::SeqCst) {
                accepted = self.send(&mut client, at);
            }
        }
    }

    fn send(&self, client: &mut Client, at: usize) -> bool {
        let answer = client.post_json("/api/v1/lineage", event(at).to_string().as_bytes()).expect("the server answers");
        if answer.status == 201 {
            self.acknowledged.lock().expect("no client panicked").insert(at);
            return true;
        }
        assert_unavailable(&answer);
        self.refused.fetch_add(1, Ordering::SeqCst);
        false
    }
}

/// Ends the writing, also when a check failed.
struct Over<'a>(&'a Seen);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.over.store(true, Ordering::SeqCst);
    }
}

fn assert_unavailable(answer: &Answer) {
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{}", answer.text());
    assert_eq!(answer.json()["code"], "store-unavailable", "{}", answer.text());
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < end, "not within {LONG:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until the database is missed, and holds what is answered then against what is promised.
fn is_missed(seen: &Seen, servers: &[Server]) {
    let refused = seen.refused.load(Ordering::SeqCst);
    wait_until("events are refused", || seen.refused.load(Ordering::SeqCst) > refused);
    for server in servers {
        assert_unavailable(&server.client().get("/readyz").expect("the server answers"));
        assert_eq!(server.client().get("/healthz").expect("the server answers").status, 200);
        let told = graphql(&mut server.client(), "{ estate { revision { number } } }");
        assert_eq!(told["errors"][0]["extensions"]["code"], "STORE_UNAVAILABLE", "{told:#}");
    }
}

/// Waits until everything goes on.
fn goes_on(seen: &Seen, servers: &[Server]) {
    let before = seen.count();
    wait_until("events are accepted again", || seen.count() > before + CLIENTS);
    for server in servers {
        let ready = || server.client().get("/readyz").expect("the server answers").status == 200;
        wait_until("the server is ready again", ready);
    }
}

#[test]
fn nothing_acknowledged_is_lost_while_neo4j_comes_and_goes() {
    let Some(neo4j) = Neo4j::own() else { return };
    let folder = temporary();
    let config = folder.path().join("headwater.toml");
    std::fs::write(&config, "neo4j.patience = \"5 s\"\n").expect("the configuration can be written");
    let mut words = neo4j.words(folder.path());
    words.extend(["--config".to_owned(), config.display().to_string()]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let servers = ["a", "b"].map(|name| Server::open(&folder.path().join(name), &words));
    let seen = Seen::default();
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let base = servers[client % servers.len()].base.clone();
            let seen = &seen;
            scope.spawn(move || seen.write(&base));
        }
        let _over = Over(&seen);
        goes_on(&seen, &servers);
        neo4j.signal("STOP");
        is_missed(&seen, &servers);
        neo4j.signal("CONT");
        goes_on(&seen, &servers);
        neo4j.signal("KILL");
        is_missed(&seen, &servers);
        neo4j.resume();
        goes_on(&seen, &servers);
    });
    the_same_as_without_outages(&seen, &servers);
}

/// Every acknowledged event is there, once, on each server; and the graph is what it is without any outage. What was sent
/// and not acknowledged may be there or not, so it is sent again.
fn the_same_as_without_outages(seen: &Seen, servers: &[Server]) {
    let acknowledged = seen.acknowledged.lock().expect("no client panicked");
    let sent = seen.next.load(Ordering::SeqCst);
    for at in (0..sent).filter(|at| !acknowledged.contains(at)) {
        assert_eq!(servers[0].event(&event(at)).status, 201);
    }
    let calm = Server::fresh();
    for at in 0..sent {
        assert_eq!(calm.event(&event(at)).status, 201);
    }
    for server in servers {
        let counts = server.ask("{ estate { runs events } }");
        assert_eq!(counts["estate"], json!({ "runs": sent, "events": sent }));
        assert_eq!(server.digest(), calm.digest());
    }
}
