//! How fast and how big the index is: `cargo run --release -p search --example scale -- [THOUSAND DOCUMENTS]`.
//!
//! Builds an estate in memory, reads it into an index on disk, and prints times of searches as a table.

#[expect(dead_code, reason = "tests use more of it")]
#[path = "../tests/it/store.rs"]
mod store;

use std::fmt::Write;
use std::time::{Duration, Instant};

use graph::{Everyone, NodeKind, Revision, Store};
use search::{Filter, Index, Request};

const WORDS: [&str; 24] = [
    "order", "customer", "payment", "invoice", "product", "price", "session", "click", "user", "account", "address",
    "email", "country", "currency", "amount", "status", "shipment", "refund", "campaign", "event", "daily", "history",
    "snapshot", "fact",
];
const COLUMNS: usize = 19;
const ROUNDS: usize = 40;

#[tokio::main]
#[expect(clippy::disallowed_methods, reason = "a program of its own, with its own arguments")]
async fn main() {
    let thousands = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100usize);
    let store = store::Memory::new();
    for first in (0..thousands * 1_000 / (COLUMNS + 1)).step_by(1_000) {
        store.say(&datasets(first));
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let began = Instant::now();
    let index = Index::open(folder.path(), store.clone()).await.expect("an empty folder can be opened");
    let newest = Store::revision(&*store, graph::AsOf::Latest).await.expect("the store is in memory").revision;
    index.reached(newest, began + Duration::from_secs(3_600)).await.expect("an hour is enough");
    println!(
        "{thousands} 000 documents in {:.1} s; resident {} MB with the store",
        began.elapsed().as_secs_f64(),
        resident()
    );
    println!("| search | found | p50 ms | p95 ms |\n|---|---|---|---|");
    for text in [
        "order",
        "customer email",
        "ord",
        "custmer",
        "amount refund history",
        "order_customer_7",
        "\"daily fact\"",
        "s",
        "",
    ] {
        measure(&index, text, Filter::default()).await;
    }
    let filter =
        Filter { kinds: vec![NodeKind::Dataset], namespaces: vec!["postgres://db3".into()], ..Filter::default() };
    measure(&index, "", filter.clone()).await;
    measure(&index, "order", filter).await;
    for text in ["o", "ord", "customer_ord", "custmer"] {
        suggest(&index, text).await;
    }
    one_write(&index, &store).await;
    println!("resident {} MB with the store", resident());
}

fn datasets(first: usize) -> String {
    let mut text = String::new();
    for n in first..first + 1_000 {
        let word = |step: usize| WORDS[(n / step + n * 7 / (step + 3)) % WORDS.len()];
        let (one, two, three) = (word(1), word(24), word(576));
        writeln!(text, "dataset postgres://db{} shop{}.{three}.{one}_{two}_{n} @team{} #t{} \"One row for each {three} of a {two}\"", n % 9, n % 5, n % 40, n % 60).expect("memory");
        for column in 0..COLUMNS {
            writeln!(
                text,
                "column {}_{}",
                WORDS[(n + column) % WORDS.len()],
                WORDS[(n / 3 + column * 5) % WORDS.len()]
            )
            .expect("memory");
        }
    }
    text
}

async fn measure(index: &Index, text: &str, filter: Filter) {
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..ROUNDS {
        let deadline = Instant::now() + Duration::from_secs(60);
        let request =
            Request { text: text.into(), filter: filter.clone(), first: 20, after: None, min_revision: None, deadline };
        let began = Instant::now();
        found = index.search(&request, &Everyone).await.expect("the search is in order").total;
        times.push(began.elapsed());
    }
    let filtered = if filter == Filter::default() { "" } else { " (kind, namespace)" };
    print(&format!("`{text}`{filtered}"), found, times);
}

async fn suggest(index: &Index, text: &str) {
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        found = index.suggest(text, 8, &Everyone).await.expect("the text is in order").len();
        times.push(began.elapsed());
    }
    print(&format!("suggest `{text}`"), found as u64, times);
}

async fn one_write(index: &Index, store: &store::Memory) {
    let mut times = Vec::new();
    for n in 0..10 {
        let began = Instant::now();
        let revision: Revision = store.say(&format!("dataset postgres://db new_{n}"));
        index.reached(revision, began + Duration::from_secs(60)).await.expect("a minute is enough");
        times.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    print("a write, until it is found", 1, times);
}

fn print(what: &str, found: u64, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0;
    println!("| {what} | {found} | {:.1} | {:.1} |", at(50), at(95));
}

/// Of this process, in MB; 0 where it cannot be told.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1_024
}
