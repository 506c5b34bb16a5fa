//! A real server to test against, one test at a time.

use std::io::Write;
use std::sync::Once;

use graph::neo4j::Address;
use neo4rs::{ConfigBuilder, Graph, query};
use tokio::sync::{Mutex, MutexGuard};

const SKIPPED: &str = "\n!!! SKIPPED: Neo4j, because NEO4J_UNDER_TEST names no server; see tests/neo4j/server\n\n";

const EMPTY: &str = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS";

pub struct Server {
    pub url: String,
    pub password: String,
    _alone: MutexGuard<'static, ()>,
}

/// Whether a server was named to test against. Where none is, that is said; in CI it is a failure.
fn named() -> Option<(String, String)> {
    let of = |name: &str| std::env::var(name).ok();
    let named = of("NEO4J_UNDER_TEST").zip(of("NEO4J_UNDER_TEST_PASSWORD"));
    if named.is_none() {
        assert!(of("CI").is_none(), "in CI nothing is skipped: name a Neo4j server in NEO4J_UNDER_TEST");
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            // Past the harness, which keeps what a passing test prints to itself.
            let _ = std::io::stderr().write_all(SKIPPED.as_bytes());
        });
    }
    named
}

pub fn is_named() -> bool {
    named().is_some()
}

impl Server {
    /// The server, when no other test of this process uses it.
    pub async fn alone() -> Server {
        static ALONE: Mutex<()> = Mutex::const_new(());
        let (url, password) = named().expect("a server is named");
        Server { url, password, _alone: ALONE.lock().await }
    }

    pub fn address(&self) -> Address {
        Address::parse(&self.url).expect("NEO4J_UNDER_TEST is an address")
    }

    /// Deletes all that is in the database.
    pub async fn empty(&self) {
        self.graph().run(query(EMPTY)).await.expect("the database is emptied");
    }

    /// The database beside the store.
    pub fn graph(&self) -> Graph {
        let server = self.url.replace("neo4j@", "");
        let (server, _) = server.rsplit_once('/').expect("the address names a database");
        let config = ConfigBuilder::default().uri(server).user("neo4j").password(self.password.clone()).db("neo4j");
        Graph::connect(config.build().expect("a configuration")).expect("a pool")
    }
}
