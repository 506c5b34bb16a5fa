//! Several servers over one Neo4j: one graph, in one order, whatever is cut or killed. See tests/neo4j/server for how to
//! name a server; everything in its database is deleted.

#![expect(clippy::disallowed_methods, reason = "a test is a caller: it brings the clock and reads its environment")]

mod estate;
mod killed;
#[path = "real/proxy.rs"]
mod proxy;
#[allow(dead_code, reason = "only a part of the tools is needed here")]
mod real;
#[path = "conformance/say.rs"]
#[allow(dead_code, reason = "only a part of the tools is needed here")]
mod say;

use std::sync::Arc;
use std::time::{Duration, Instant};

use graph::change::Submission;
use graph::neo4j::{self, Address, Options};
use graph::*;
use proxy::{Cut, Proxy};
use real::Server;
use say::at;

async fn open(address: Address, password: &str) -> Arc<dyn Store> {
    open_with(address, password, Duration::from_secs(30)).await
}

async fn open_with(address: Address, password: &str, patience: Duration) -> Arc<dyn Store> {
    let options = Options {
        address,
        password: password.to_owned(),
        derive: Arc::new(estate::Copies),
        rewrites: Rewrites::default(),
        clock: Arc::new(jiff::Timestamp::now),
        patience,
    };
    neo4j::open(options).await.expect("the store opens")
}

fn embedded() -> (Arc<dyn Store>, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (derive, rewrites, clock) = (Arc::new(estate::Copies), Rewrites::default(), Arc::new(jiff::Timestamp::now));
    let options = graph::embedded::Options { path: folder.path().to_owned(), derive, rewrites, clock };
    (graph::embedded::open(options).expect("opens"), folder)
}

async fn digest(store: &Arc<dyn Store>) -> String {
    graph::digest::digest(store.as_ref()).await.expect("digest")
}

/// Commits from so many clients at once, each taking every so-manieth submission of the list.
async fn commit_all(stores: &[Arc<dyn Store>], clients: usize, submissions: Vec<Submission>) -> Vec<Receipt> {
    let mut lists = vec![Vec::new(); clients];
    for (place, submission) in submissions.into_iter().enumerate() {
        lists[place % clients].push(submission);
    }
    let clients = lists.into_iter().enumerate().map(|(client, list)| {
        let store = Arc::clone(&stores[client % stores.len()]);
        tokio::spawn(async move {
            let mut receipts = Vec::new();
            for submission in list {
                receipts.push(store.commit(submission).await.expect("commits"));
            }
            receipts
        })
    });
    let mut receipts = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        receipts.extend(client.await.expect("a client"));
    }
    receipts
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_servers_write_is_one_graph() {
    if !real::is_named() {
        return;
    }
    let server = Server::alone().await;
    server.empty().await;
    let first = open(server.address(), &server.password).await;
    let second = open(server.address(), &server.password).await;
    // Each event comes by both servers, so that they say the same, and of the same things, at once.
    let twice = (0..400).map(|n| killed::event(n / 2)).collect();
    let receipts = commit_all(&[Arc::clone(&first), Arc::clone(&second)], 8, twice).await;
    assert_eq!(receipts.iter().filter(|receipt| !receipt.repeated).count(), 200);

    let (alone, _folder) = embedded();
    for n in 0..200 {
        alone.commit(killed::event(n)).await.expect("commits");
    }
    let expected = digest(&alone).await;
    assert_eq!(digest(&first).await, expected);
    assert_eq!(digest(&second).await, expected);
    let totals = |meta: RevisionMeta| meta.totals;
    let newest = |store: Arc<dyn Store>| async move { store.revision(AsOf::Latest).await.expect("revision") };
    assert_eq!(totals(newest(first).await), totals(newest(alone).await));
    assert_feed_in_order(&second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_servers_write_of_an_estate_is_what_one_makes_of_it() {
    if !real::is_named() {
        return;
    }
    let server = Server::alone().await;
    for seed in 1..=3 {
        server.empty().await;
        let first = open(server.address(), &server.password).await;
        let second = open(server.address(), &server.password).await;
        let (alone, _folder) = embedded();
        let said = estate::said(seed, 120);
        for submission in &said {
            alone.commit(submission.clone()).await.expect("commits");
        }
        first.commit(said[0].clone()).await.expect("commits");
        commit_all(&[Arc::clone(&first), Arc::clone(&second)], 6, said[1..].to_vec()).await;
        let seen = |store: Arc<dyn Store>| async move {
            let totals = store.revision(AsOf::Latest).await.expect("revision").totals;
            (digest(&store).await, totals)
        };
        assert_eq!(seen(second).await, seen(alone).await, "with seed {seed}");
    }
}

/// One entry for each revision, in order, later ones committed later.
async fn assert_feed_in_order(store: &Arc<dyn Store>) {
    let newest = store.revision(AsOf::Latest).await.expect("revision").revision;
    let feed = store.changes(Revision(0), 10_000, Duration::ZERO).await.expect("feed");
    let Feed::Changes(entries) = feed else { panic!("the feed begins at the beginning") };
    let revisions: Vec<u32> = entries.iter().map(|entry| entry.revision.0).collect();
    assert_eq!(revisions, (1..=newest.0).collect::<Vec<_>>());
    assert!(entries.is_sorted_by(|a, b| a.committed_at < b.committed_at));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_by_one_server_is_read_by_the_other() {
    if !real::is_named() {
        return;
    }
    let server = Server::alone().await;
    server.empty().await;
    let first = open(server.address(), &server.password).await;
    let second = open(server.address(), &server.password).await;
    for n in 0..20 {
        let (writer, reader) = if n % 2 == 0 { (&first, &second) } else { (&second, &first) };
        let (table, job) = (format!("table {n}"), format!("job {n}"));
        let say = at(n).run(&job, "run", EventType::Complete).reads(&["source"]).writes(&[&table]);
        let receipt = writer.commit(say.submission()).await.expect("commits");
        let at = reader.revision(AsOf::Revision(receipt.revision)).await.expect("the other server sees it").revision;
        let names = [NodeName::Dataset(say::name(&table)), NodeName::Dataset(say::name("source"))];
        let found = reader.resolve(&names, at).await.expect("resolve");
        let ids: Vec<NodeId> = found.into_iter().map(|id| id.expect("both are there")).collect();
        let hop = Hop { frontier: &ids[1..], direction: Direction::Downstream, kinds: EdgeKinds::DATASET, at };
        let edges = reader.hop(hop).await.expect("hop");
        assert!(edges.iter().any(|edge| edge.to == ids[0]), "the edge of event {n} is seen");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_done_once() {
    if !real::is_named() {
        return;
    }
    let server = Server::alone().await;
    server.empty().await;
    let direct = open(server.address(), &server.password).await;
    let proxy = Proxy::before(&server.url).await;
    let address = Address::parse(&format!("bolt://neo4j@127.0.0.1:{}/neo4j", proxy.port)).expect("an address");
    let store = open(address, &server.password).await;
    let cuts: [&[Cut]; 4] = [&[Cut::After], &[Cut::Before], &[Cut::Before, Cut::After], &[Cut::Not, Cut::After]];
    let mut n = 0;
    for cuts in cuts {
        proxy.cut(cuts);
        while proxy.left() > 0 {
            let receipt = store.commit(killed::event(n)).await.expect("commits in the end");
            n += 1;
            assert_eq!(receipt, Receipt { revision: Revision(n as u32), repeated: false }, "after {cuts:?}");
        }
    }
    let log = direct.log(LogQuery { limit: 100, ..LogQuery::default() }).await.expect("log");
    assert_eq!(log.len() as i64, n, "each input is there once");
    let (alone, _folder) = embedded();
    for n in 0..n {
        alone.commit(killed::event(n)).await.expect("commits");
    }
    assert_eq!(digest(&store).await, digest(&alone).await);
    assert_feed_in_order(&direct).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_given_up_and_holds_up_nobody() {
    if !real::is_named() {
        return;
    }
    let server = Server::alone().await;
    server.empty().await;
    let direct = open(server.address(), &server.password).await;
    let proxy = Proxy::before(&server.url).await;
    let address = Address::parse(&format!("bolt://neo4j@127.0.0.1:{}/neo4j", proxy.port)).expect("an address");
    let store = open_with(address, &server.password, Duration::from_secs(2)).await;
    store.commit(killed::event(0)).await.expect("commits");
    proxy.cut(&[Cut::Stall]);
    let hung = store.commit(killed::event(1)).await;
    assert!(matches!(hung, Err(StoreError::Unavailable(_))), "{hung:?}");
    // The other server is not held up by what the first left unfinished.
    direct.commit(killed::event(2)).await.expect("commits");
    proxy.go_on();
    for n in [1, 3] {
        store.commit(killed::event(n)).await.expect("commits again");
    }
    let (alone, _folder) = embedded();
    for n in 0..4 {
        alone.commit(killed::event(n)).await.expect("commits");
    }
    assert_eq!(digest(&store).await, digest(&alone).await);
    assert_feed_in_order(&direct).await;
}

#[test]
fn child() {
    let (Ok(url), true) = (std::env::var(killed::PLACE), real::is_named()) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let password = std::env::var("NEO4J_UNDER_TEST_PASSWORD").expect("named beside the server");
        killed::write_without_end(open(Address::parse(&url).expect("an address"), &password).await).await;
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_missing_after_a_kill() {
    if !real::is_named() {
        return;
    }
    let server = Server::alone().await;
    server.empty().await;
    let mut acknowledged = Vec::new();
    for round in 1..=3 {
        acknowledged.extend(killed::write_and_kill(&server.url, 60 * round));
    }
    let (alone, _folder) = embedded();
    killed::check(open(server.address(), &server.password).await, alone, &acknowledged).await;
}

/// Not a test: says how fast 32 clients are answered, by one server and by two.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and finds nothing wrong"]
async fn figures() {
    let server = Server::alone().await;
    server.empty().await;
    let first = open(server.address(), &server.password).await;
    let second = open(server.address(), &server.password).await;
    let one = [Arc::clone(&first)];
    measure("tables with columns", &one, (0..300).map(|n| columns_of(n).submission())).await;
    measure("events with new edges between known columns", &one, (0..300).map(edges_of)).await;
    measure("events with new edges and new columns", &one, (300..600).map(edges_of)).await;
    measure("events of jobs not seen yet", &one, (0..200).map(|n| run_of(n, 200))).await;
    measure("events that repeat known edges", &one, (200..4_200).map(|n| run_of(n, 50))).await;
    measure("events that repeat known edges, by two servers", &[first, second], (4_200..6_200).map(|n| run_of(n, 50)))
        .await;
}

async fn measure(what: &str, stores: &[Arc<dyn Store>], said: impl Iterator<Item = Submission>) {
    let newest = || async { stores[0].revision(AsOf::Latest).await.expect("revision") };
    let said: Vec<Submission> = said.collect();
    let (before, events, began) = (newest().await, said.len() as f64, Instant::now());
    commit_all(stores, 32, said).await;
    let took = began.elapsed().as_secs_f64();
    let after = newest().await;
    let (edges, columns) = (after.totals.edges - before.totals.edges, after.totals.columns - before.totals.columns);
    println!(
        "{what}: {:.0} events, {:.0} edges, {:.0} columns a second; {} revisions in {took:.1} s",
        events / took,
        edges as f64 / took,
        columns as f64 / took,
        after.revision.0 - before.revision.0,
    );
}

/// How many columns a table has, and edges an event.
const WIDTH: usize = 100;

fn columns_of(n: i64) -> say::Say {
    let names: Vec<String> = (0..WIDTH).map(|column| format!("c{column}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    at(n).schema(&format!("from_{n}"), &names).schema(&format!("to_{n}"), &names)
}

/// A job that is new makes the columns of a table out of those of another.
fn edges_of(n: i64) -> Submission {
    let (from, to) = (format!("from_{n}"), format!("to_{n}"));
    let names: Vec<(String, String)> = (0..WIDTH).map(|edge| (format!("{from}.c{edge}"), format!("c{edge}"))).collect();
    let claims: Vec<(&str, &str, EdgeKind)> =
        names.iter().map(|(from, to)| (from.as_str(), to.as_str(), EdgeKind::Identity)).collect();
    let say = at(n).run(&format!("make {n}"), "run", EventType::Complete).reads(&[&from]).writes(&[&to]);
    say.claim(LineageSource::ColumnLineage, &to, &claims).submission()
}

/// A run of one of so many jobs, each of which reads one table and writes one.
fn run_of(n: i64, jobs: i64) -> Submission {
    let (job, run) = (format!("job {}", n % jobs), format!("run {}", n / 2));
    let kind = if n % 2 == 0 { EventType::Start } else { EventType::Complete };
    let (from, to) = (format!("in {}", n % jobs), format!("out {}", n % jobs));
    at(n).run(&job, &run, kind).reads(&[&from]).writes(&[&to]).submission()
}
