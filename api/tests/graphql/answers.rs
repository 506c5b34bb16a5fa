//! Datasets, columns, jobs, runs, search, the estate, and the past.

use super::support::{NS, World, assert_same, at, id, shop, world};
use graph::change::Aspect;

async fn check(world: &World, query: &str, expected: &str) {
    let query = query.replace("NS", &format!("namespace: \"{NS}\""));
    world.check(&query, expected).await;
}

#[tokio::test]
async fn a_dataset() {
    let world = world(&shop()).await;
    check(
        &world,
        "{ dataset(NS, name: \"daily\") { id kind name platform columnCount upstreamCount downstreamCount dropped reportedAs { name } producers { name } consumers { name } since { number } } }",
        &format!(
            r#"{{"dataset":{{"id":"{}","kind":"DATASET","name":"daily","platform":"postgres","columnCount":2,"upstreamCount":1,"downstreamCount":1,"dropped":false,"reportedAs":[{{"name":"daily"}}],"producers":[{{"name":"load"}}],"consumers":[{{"name":"publish"}}],"since":{{"number":2}}}}}}"#,
            id("dataset", "daily")
        ),
    )
    .await;
    check(&world, "{ dataset(NS, name: \"nothing\") { id } }", r#"{"dataset":null}"#).await;
}

#[tokio::test]
async fn columns_by_page_and_by_name() {
    let world = world(&shop()).await;
    check(
        &world,
        "{ dataset(NS, name: \"orders\") { columns(first: 2) { totalCount nodes { name path type position declared } pageInfo { hasNextPage endCursor } } } }",
        r#"{"dataset":{"columns":{"totalCount":3,"nodes":[{"name":"id","path":["id"],"type":"int","position":0,"declared":true},{"name":"price","path":["price"],"type":"int","position":1,"declared":true}],"pageInfo":{"hasNextPage":true,"endCursor":"price"}}}}"#,
    )
    .await;
    check(
        &world,
        "{ dataset(NS, name: \"orders\") { columns(after: \"price\", match: \"D\") { totalCount nodes { name } } } }",
        r#"{"dataset":{"columns":{"totalCount":2,"nodes":[{"name":"id"},{"name":"day"}]}}}"#,
    )
    .await;
    check(
        &world,
        "{ column(NS, dataset: \"daily\", path: \"total\") { name upstreamCount downstreamCount dataset { name } } }",
        r#"{"column":{"name":"total","upstreamCount":2,"downstreamCount":0,"dataset":{"name":"daily"}}}"#,
    )
    .await;
}

#[tokio::test]
async fn a_job_and_its_runs() {
    let world = world(&shop()).await;
    check(
        &world,
        "{ job(NS, name: \"publish\") { name inputs { name } outputs { name } latestRun { runId state } runs(first: 1) { nodes { id runId } pageInfo { hasNextPage } } } }",
        &format!(
            r#"{{"job":{{"name":"publish","inputs":[{{"name":"daily"}}],"outputs":[{{"name":"report"}}],"latestRun":{{"runId":"r3","state":"COMPLETED"}},"runs":{{"nodes":[{{"id":"{}","runId":"r3"}}],"pageInfo":{{"hasNextPage":true}}}}}}}}"#,
            id("run", "publish:r3")
        ),
    )
    .await;
    let failed = r#"{"run":{"runId":"r2","state":"FAILED","durationMs":1000,"job":{"name":"publish"},"inputs":[{"name":"daily"}],"events":[{"type":"START"},{"type":"FAIL"}]}}"#;
    let fields = "runId state durationMs job { name } inputs { name } events { type }";
    check(&world, &format!("{{ run(id: \"{}\") {{ {fields} }} }}", id("run", "publish:r2")), failed).await;
    check(&world, &format!("{{ run(id: \"r2\") {{ {fields} }} }}"), failed).await;
    check(&world, "{ run(id: \"none\") { id } }", r#"{"run":null}"#).await;
    check(&world, "{ recentRuns(state: FAILED) { runId } }", r#"{"recentRuns":[{"runId":"r2"}]}"#).await;
}

#[tokio::test]
async fn pages_of_runs_follow_one_another() {
    let world = world(&shop()).await;
    let page = |after: &str| {
        format!(
            "{{ dataset(namespace: \"{NS}\", name: \"daily\") {{ runs(first: 2{after}) {{ nodes {{ runId }} pageInfo {{ endCursor hasNextPage }} }} }} }}"
        )
    };
    let first = world.ask(&page("")).await["dataset"]["runs"].clone();
    assert_same(&first["nodes"], r#"[{"runId":"r3"},{"runId":"r2"}]"#);
    let next =
        world.ask(&page(&format!(", after: {}", first["pageInfo"]["endCursor"]))).await["dataset"]["runs"].clone();
    assert_same(&next["nodes"], r#"[{"runId":"r1"}]"#);
    assert_eq!(next["pageInfo"]["hasNextPage"], false);
}

#[tokio::test]
async fn the_past() {
    let mut inputs = shop();
    inputs.push(at(30).schema("orders", &["price", "day"]));
    let world = world(&inputs).await;
    let columns = "{ dataset(NS, name: \"orders\"AS_OF) { columnCount history { revision { number } until { number } changed } } }";
    let now = world.ask(&columns.replace("NS", &format!("namespace: \"{NS}\"")).replace("AS_OF", "")).await;
    assert_eq!(now["dataset"]["columnCount"], 2);
    assert_eq!(now["dataset"]["history"].as_array().unwrap().len(), 2);
    let past = world
        .ask(&columns.replace("NS", &format!("namespace: \"{NS}\"")).replace("AS_OF", ", asOf: {revision: 7}"))
        .await;
    assert_eq!(past["dataset"]["columnCount"], 3);
    assert_eq!(past["dataset"]["history"].as_array().unwrap().len(), 1);
    check(
        &world,
        "{ dataset(NS, name: \"orders\", asOf: {time: \"2000-01-01T00:00:00Z\"}) { id } }",
        r#"{"dataset":null}"#,
    )
    .await;
}

#[tokio::test]
async fn facets_as_they_were_received() {
    let world = world(&[at(1).dataset("t", "mine", r#"{"a":[1,null,"x"]}"#, Aspect::Opaque)]).await;
    check(
        &world,
        "{ dataset(NS, name: \"t\") { facets { name value } } }",
        r#"{"dataset":{"facets":[{"name":"mine","value":{"a":[1,null,"x"]}}]}}"#,
    )
    .await;
}

#[tokio::test]
async fn search_reads_what_was_committed() {
    let world = world(&shop()).await;
    check(
        &world,
        "{ search(text: \"orders\", filter: {kinds: [DATASET]}, minRevision: 7) { totalCount revision hits { id kind name owners } } }",
        &format!(r#"{{"search":{{"totalCount":1,"revision":7,"hits":[{{"id":"{}","kind":"DATASET","name":"orders","owners":["team"]}}]}}}}"#, id("dataset", "orders")),
    )
    .await;
    check(&world, "{ suggest(text: \"dai\", first: 1) { name } }", r#"{"suggest":[{"name":"daily"}]}"#).await;
    check(
        &world,
        "{ datasets(NS) { totalCount hits { name } } }",
        r#"{"datasets":{"totalCount":3,"hits":[{"name":"daily"},{"name":"orders"},{"name":"report"}]}}"#,
    )
    .await;
}

#[tokio::test]
async fn the_estate() {
    let world = world(&shop()).await;
    check(
        &world,
        "{ estate { revision { number } datasets columns jobs runs events rejected namespaces { name platform datasets jobs } } }",
        &format!(r#"{{"estate":{{"revision":{{"number":7}},"datasets":3,"columns":5,"jobs":2,"runs":3,"events":7,"rejected":0,"namespaces":[{{"name":"{NS}","platform":"postgres","datasets":3,"jobs":2}}]}}}}"#),
    )
    .await;
}
