//! How often the store is asked: once a level, never once an item.

use graph::EventType;
use serde_json::json;

use super::support::{World, at, id, shop, world};

/// Twenty datasets, each with an owner and two jobs that write it, which have run.
async fn twenty() -> World {
    let mut inputs = Vec::new();
    for n in 0..20 {
        let (table, one, two) = (format!("t{n}"), format!("one{n}"), format!("two{n}"));
        inputs.push(at(100 * n).owned(&table, &format!("owner{n}")));
        inputs.push(at(100 * n + 1).run(&one, &format!("r1-{n}"), EventType::Complete, (&[], &[&table], &[])));
        inputs.push(at(100 * n + 2).run(&two, &format!("r2-{n}"), EventType::Complete, (&[], &[&table], &[])));
    }
    world(&inputs).await
}

#[tokio::test]
async fn a_page_is_read_level_by_level() {
    let world = twenty().await;
    let ids: Vec<String> = (0..20).map(|n| id("dataset", &format!("t{n}"))).collect();
    let query = "query Q($ids: [ID!]!) { nodes(ids: $ids) { ... on Dataset {
        name owners { name } upstreamCount producers { name latestRun { runId job { name } } } } } }";
    world.reads.lock().clear();
    let found = world.ask_with(query, json!({ "ids": ids })).await;
    let reads = world.reads.lock().clone();
    let last = &found["nodes"][19];
    assert_eq!(last["owners"][0]["name"], "owner19");
    assert_eq!(last["producers"][1]["latestRun"]["job"]["name"], "two19");
    assert_eq!(reads, ["revision", "resolve", "nodes", "hop", "hop", "nodes", "runs"]);
}

#[tokio::test]
async fn one_request_reads_one_revision() {
    let world = world(&shop()).await;
    let fields = "dataset(namespace: \"postgres://db:5432\", name: \"orders\") { id }";
    world.reads.lock().clear();
    world.ask(&format!("{{ a: {fields} b: {fields} estate {{ runs }} }}")).await;
    assert_eq!(*world.reads.lock(), ["revision", "resolve", "nodes"]);
}

#[tokio::test]
async fn a_picture_is_few_reads() {
    let world = twenty().await;
    let query = format!(
        "{{ lineage(id: \"{}\", direction: UPSTREAM) {{ nodes {{ id name kind }} edges {{ from to }} }} }}",
        id("job", "one3")
    );
    world.reads.lock().clear();
    world.ask(&query).await;
    assert_eq!(*world.reads.lock(), ["revision", "resolve", "nodes", "hop", "hop", "nodes"]);
}
