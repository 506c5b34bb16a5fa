//! Lineage, paths, evidence and impact.

use super::support::{World, at, id, shop, world};
use graph::EventType;

/// Nodes as `hop name`, edges as `from kind to`, reasons in words; names of columns with their dataset.
async fn told(world: &World, arguments: &str) -> String {
    let query = format!(
        "{{ lineage({arguments}) {{ complete reasons {{ message }} nodes {{ id hop dataset name }} edges {{ from kind to }} }} }}"
    );
    let found = world.ask(&query).await["lineage"].clone();
    let list = |key: &str| found[key].as_array().unwrap().clone();
    let short = |id: &str| id.replace("postgres%3A//db%3A5432:", "");
    let mut nodes: Vec<String> =
        list("nodes").iter().map(|n| format!("{} {}", n["hop"], short(n["id"].as_str().unwrap()))).collect();
    let mut edges: Vec<String> = list("edges")
        .iter()
        .map(|e| {
            format!(
                "{} {} {}",
                short(e["from"].as_str().unwrap()),
                e["kind"].as_str().unwrap(),
                short(e["to"].as_str().unwrap())
            )
        })
        .collect();
    nodes.sort();
    edges.sort();
    let reasons = list("reasons").iter().map(|r| r["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(found["complete"].as_bool().unwrap(), reasons.is_empty());
    [nodes, edges, reasons].concat().join("\n")
}

#[track_caller]
fn check(found: String, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(found, expected.join("\n"));
}

#[tokio::test]
async fn of_a_dataset_both_ways() {
    let world = world(&shop()).await;
    check(
        told(&world, &format!("id: \"{}\"", id("dataset", "daily"))).await,
        "-1 dataset:orders
         0 dataset:daily
         1 dataset:report
         dataset:daily FEEDS dataset:report
         dataset:orders FEEDS dataset:daily",
    );
}

#[tokio::test]
async fn an_edge_past_the_focus_is_on_the_picture() {
    let mut inputs = shop();
    inputs.push(at(9).run("shortcut", "r9", EventType::Complete, (&["orders"], &["report"], &[])));
    let world = world(&inputs).await;
    let found = told(&world, &format!("id: \"{}\", depth: 1", id("dataset", "daily"))).await;
    assert!(found.contains("dataset:orders FEEDS dataset:report"), "{found}");
}

#[tokio::test]
async fn of_a_job_what_it_reads_and_writes() {
    let world = world(&shop()).await;
    check(
        told(&world, &format!("id: \"{}\", depth: 1", id("job", "load"))).await,
        "-1 dataset:orders
         0 job:load
         1 dataset:daily
         dataset:orders READS job:load
         job:load WRITES dataset:daily
         the limit of 1 hops was reached; it goes on from 1 nodes",
    );
}

#[tokio::test]
async fn of_columns() {
    let world = world(&shop()).await;
    check(
        told(&world, &format!("id: \"{}\", direction: UPSTREAM", id("column", "daily:total"))).await,
        "-1 column:orders:day
         -1 column:orders:price
         0 column:daily:total
         0 dataset:daily
         column:orders:day FILTER dataset:daily
         column:orders:price AGGREGATION column:daily:total",
    );
    check(
        told(&world, &format!("id: \"{}\", level: COLUMN, kinds: [IDENTITY]", id("dataset", "orders"))).await,
        "0 column:orders:day
         0 column:orders:id
         0 column:orders:price
         1 column:daily:day
         column:orders:day IDENTITY column:daily:day",
    );
}

#[tokio::test]
async fn limits_are_told_and_what_is_hidden_is_counted() {
    let world = world(&shop()).await;
    let daily = id("dataset", "daily");
    check(
        told(&world, &format!("id: \"{daily}\", limit: 2")).await,
        "-1 dataset:orders
         0 dataset:daily
         dataset:orders FEEDS dataset:daily
         the limit of 2 was reached; at least 1 more are not shown",
    );
    let orders = id("dataset", "orders");
    let query = format!(
        "{{ lineage(id: \"{orders}\", depth: 1) {{ nodes {{ name hiddenUp hiddenDown columnCount latestRunState platform type }} }} }}"
    );
    world
        .check(
            &query,
            r#"{"lineage":{"nodes":[{"name":"orders","hiddenUp":0,"hiddenDown":0,"columnCount":3,"latestRunState":null,"platform":"postgres","type":null},{"name":"daily","hiddenUp":0,"hiddenDown":1,"columnCount":2,"latestRunState":"COMPLETED","platform":"postgres","type":null}]}}"#,
        )
        .await;
}

#[tokio::test]
async fn an_edge_has_its_proof() {
    let world = world(&shop()).await;
    let total = id("column", "daily:total");
    let query =
        format!("{{ lineage(id: \"{total}\", direction: UPSTREAM, kinds: [AGGREGATION]) {{ edges {{ id job }} }} }}");
    let found = world.ask(&query).await;
    let edge = &found["lineage"]["edges"][0];
    assert_eq!(edge["job"], id("job", "load"));
    let fields = "from { name } to { name } kind job { name } source query { text } expression spanStart spanEnd runCount firstSeen lastRun { runId }";
    world
        .check(
            &format!("{{ edge(id: {}) {{ {fields} }} }}", edge["id"]),
            r#"{"edge":{"from":{"name":"price"},"to":{"name":"total"},"kind":"AGGREGATION","job":{"name":"load"},"source":"COLUMN_LINEAGE","query":{"text":"INSERT ü SELECT price"},"expression":"price","spanStart":16,"spanEnd":21,"runCount":1,"firstSeen":"2025-10-09T08:53:24Z","lastRun":{"runId":"r1"}}}"#,
        )
        .await;
    world.check("{ edge(id: \"edge:999999\") { id } }", r#"{"edge":null}"#).await;
}

#[tokio::test]
async fn paths_between_two() {
    let world = world(&shop()).await;
    let (orders, report) = (id("dataset", "orders"), id("dataset", "report"));
    let query = format!(
        "{{ paths(from: \"{orders}\", to: \"{report}\") {{ complete paths {{ nodes }} nodes {{ name hop }} edges {{ kind }} }} }}"
    );
    let ids = [orders.as_str(), &id("dataset", "daily"), &report].map(|id| format!("\"{id}\"")).join(",");
    let expected = format!(
        r#"{{"paths":{{"complete":true,"paths":[{{"nodes":[{ids}]}}],"nodes":[{{"name":"orders","hop":0}},{{"name":"daily","hop":1}},{{"name":"report","hop":2}}],"edges":[{{"kind":"FEEDS"}},{{"kind":"FEEDS"}}]}}}}"#
    );
    world.check(&query, &expected).await;
}

#[tokio::test]
async fn deletion_says_how_surely_and_what_is_unknown() {
    let world = world(&shop()).await;
    let orders = id("dataset", "orders");
    let query = format!(
        "{{ deletionImpact(id: \"{orders}\") {{ total complete reasons {{ code message }} items {{ node {{ name kind }} hop use via owners {{ name }} }} }} }}"
    );
    let found = world.ask(&query).await["deletionImpact"].clone();
    let mut items: Vec<String> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            format!(
                "{} {} {} {}",
                item["hop"],
                item["node"]["name"].as_str().unwrap(),
                item["use"].as_str().unwrap(),
                item["via"].as_array().unwrap().len()
            )
        })
        .collect();
    items.sort();
    assert_eq!(items, ["1 daily DIRECT 0", "1 load DIRECT 0", "2 publish DIRECT 1", "2 report UNKNOWN 1"]);
    assert_eq!(
        found["reasons"].to_string(),
        r#"[{"code":"UNKNOWN_TRANSFORMATION","message":"for 1 nodes it is not known how values come over"}]"#
    );
}
