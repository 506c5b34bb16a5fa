//! The Neo4j store passes the conformance suite on a real server. `tests/neo4j/server start FOLDER` starts one and says
//! what to export; without it nothing is tested here, which is said loudly, and is a failure where `CI` is set.
//!
//! Everything in the database of that server is deleted, again and again.

#![expect(clippy::disallowed_methods, reason = "a test is a caller: it brings the clock and reads its environment")]

mod conformance;
mod real;

use std::sync::Arc;
use std::time::Duration;

use conformance::{Opened, suite};
use graph::Rewrites;
use graph::derive::Derive;
use graph::neo4j::{self, Options};
use real::Server;

fn options(server: &Server, derive: Arc<dyn Derive>, rewrites: Rewrites) -> Options {
    Options {
        address: server.address(),
        password: server.password.clone(),
        derive,
        rewrites,
        clock: Arc::new(jiff::Timestamp::now),
        patience: Duration::from_secs(30),
    }
}

async fn opened(derive: Arc<dyn Derive>, rewrites: Rewrites) -> Opened {
    let server = Server::alone().await;
    server.empty().await;
    let store = neo4j::open(options(&server, derive, rewrites)).await.expect("a new store opens");
    Opened { store, keep: Box::new(server) }
}

suite!(opened if real::is_named);
