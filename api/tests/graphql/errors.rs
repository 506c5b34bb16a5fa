//! Every error that a client can cause, with its code and full text.

use api::auth::Principal;
use api::config::Config;
use api::services::Deadline;
use async_graphql::Request;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::support::{World, at, error_of, id, shop, world, world_of};

#[track_caller]
fn starts(found: String, expected: &str) {
    assert!(found.starts_with(expected), "{found}");
}

async fn check(world: &World, query: &str, expected: &str) {
    assert_eq!(world.error(query).await, expected, "{query}");
}

#[tokio::test]
async fn what_was_asked_wrongly() {
    let world = world(&shop()).await;
    starts(
        world.error("{ node(id: \"orders\") { id } }").await,
        "BAD_ID: id `orders`: expected `dataset:<namespace>:<name>`, ",
    );
    check(
        &world,
        "{ node(id: \"edge:1\") { id } }",
        "BAD_ID: id `edge:1`: expected the id of a dataset, a column or a job",
    )
    .await;
    check(&world, "{ edge(id: \"x\") { id } }", "BAD_ID: id `x`: expected `edge:<number>`").await;
    check(&world, "{ run(id: \"\") { id } }", "BAD_ID: id ``: expected a run id, or `run:<namespace>:<job>:<run id>`")
        .await;
    check(
        &world,
        "{ lineage(id: \"owner:a\") { focus } }",
        "NOT_FOUND: nothing is known under the id `owner:a` at revision 7",
    )
    .await;
    check(
        &world,
        "{ lineage(id: \"dataset:a:b\") { focus } }",
        "NOT_FOUND: nothing is known under the id `dataset:a:b` at revision 7",
    )
    .await;
    check(&world, "{ recentRuns(first: 0) { id } }", "INVALID_ARGUMENT: `first`: expected 1 to 1000, found 0").await;
    check(&world, "{ recentRuns(first: 2000) { id } }", "INVALID_ARGUMENT: `first`: expected 1 to 1000, found 2000")
        .await;
    check(
        &world,
        "{ rejectedEvents(after: \"x\") { totalCount } }",
        "INVALID_ARGUMENT: `after`: expected an `endCursor` of this list, found `x`",
    )
    .await;
    let orders = id("dataset", "orders");
    check(
        &world,
        &format!("{{ lineage(id: \"{orders}\", depth: -1) {{ focus }} }}"),
        "INVALID_ARGUMENT: `depth`: expected 1 to 1000, found -1",
    )
    .await;
    check(
        &world,
        &format!("{{ lineage(id: \"{orders}\", limit: 30000) {{ focus }} }}"),
        "INVALID_ARGUMENT: `limit`: expected 1 to 20000, found 30000",
    )
    .await;
    let load = id("column", "orders:id");
    check(
        &world,
        &format!("{{ paths(from: \"{orders}\", to: \"{load}\") {{ complete }} }}"),
        "INVALID_ARGUMENT: `to`: expected a node of the same level as `from`, found one of another",
    )
    .await;
    check(
        &world,
        "{ dataset(namespace: \"a\", name: \"b\", asOf: {revision: 99}) { id } }",
        "FUTURE_REVISION: `asOf`: revision 99 is not committed yet; the newest is 7",
    )
    .await;
    check(
        &world,
        "{ search(text: \"a\", filter: {kinds: [RUN]}) { totalCount } }",
        "INVALID_ARGUMENT: `kinds`: expected DATASET, COLUMN, JOB, OWNER or TAG, found RUN",
    )
    .await;
    starts(world.error("{ dataset(namespace: \"a\") { id } }").await, "BAD_QUERY: ");
    starts(world.error("{ dataset(").await, "BAD_QUERY: ");
    starts(
        world.error("{ dataset(namespace: \"a\", name: \"b\", asOf: {time: \"yesterday\"}) { id } }").await,
        "BAD_QUERY: ",
    );
}

#[tokio::test]
async fn documents_that_ask_for_too_much() {
    let world = world(&[]).await;
    let long = format!("{{ estate {{ runs }} }} #{}", "x".repeat(70_000));
    check(&world, &long, &format!("TOO_LARGE: the document has {} bytes; the limit is 65536", long.len())).await;
    let nested = format!("{}{}", "{a".repeat(20_000), "}".repeat(20_000));
    check(&world, &nested, "TOO_COMPLEX: the query is 20000 levels deep; the limit is 60").await;
    let mut deep = "id".to_owned();
    for _ in 0..11 {
        deep = format!("producers {{ outputs {{ {deep} }} }}");
    }
    check(
        &world,
        &format!("{{ dataset(namespace: \"a\", name: \"b\") {{ {deep} }} }}"),
        "TOO_COMPLEX: the query is 24 levels deep; the limit is 20",
    )
    .await;
    let aliases: String = (0..101).map(|n| format!("a{n}: estate {{ runs }} ")).collect();
    check(&world, &format!("{{ {aliases} }}"), "TOO_COMPLEX: the query has 101 aliases; the limit is 100").await;
    let wide = "query Q($n: Int = 900) { datasets(first: 200) { hits { id } } recentRuns(first: $n) { inputs { consumers { name } } } }";
    check(&world, wide, "TOO_COMPLEX: the query may resolve 100302 fields; the limit is 50000: ask for fewer items or fewer nested lists").await;
    let ids = vec!["\"job:a:b\""; 600].join(",");
    let many = format!("{{ nodes(ids: [{ids}]) {{ ... on Job {{ inputs {{ consumers {{ name }} }} }} }} }}");
    check(&world, &many, "TOO_COMPLEX: the query may resolve 66601 fields; the limit is 50000: ask for fewer items or fewer nested lists").await;
    check(
        &world,
        &format!("{{ nodes(ids: [{ids}]) {{ id }} }}"),
        "INVALID_ARGUMENT: `ids`: expected at most 500 ids, found 600",
    )
    .await;
    let bomb: String =
        (0..30).map(|n| format!("fragment F{n} on Job {{ inputs {{ consumers {{ ...F{} }} }} }} ", n + 1)).collect();
    let bomb = format!("{{ job(namespace: \"a\", name: \"b\") {{ ...F0 }} }} {bomb} fragment F30 on Job {{ name }}");
    check(&world, &bomb, "TOO_COMPLEX: the query is 62 levels deep; the limit is 20").await;
    starts(world.error("{ ...A } fragment A on Query { ...A }").await, "BAD_QUERY: ");
}

#[tokio::test]
async fn a_request_says_who_asks() {
    let world = world(&[]).await;
    let response = world.schema.execute(Request::new("{ estate { runs } }")).await;
    assert_eq!(error_of(&response), "UNAUTHENTICATED: the request says nothing of who asks; send a token");
}

#[tokio::test]
async fn a_request_ends_in_time() {
    let world = world_of(&shop(), |config: &mut Config| config.limits.read_time.0 = Duration::from_millis(2500)).await;
    world.stalled.store(true, Ordering::Relaxed);
    let request = Request::new("{ dataset(namespace: \"a\", name: \"b\") { id } }")
        .data(Principal::anonymous())
        .data(Deadline::after(Duration::from_millis(1)));
    let found = error_of(&world.schema.execute(request).await);
    assert_eq!(
        found,
        "DEADLINE_EXCEEDED: the answer was not ready after 2.5 s, which is the limit for one request; ask for less"
    );
}

#[tokio::test]
async fn an_index_that_is_behind_says_so_with_both_numbers() {
    let world = world_of(&shop(), |config: &mut Config| config.limits.read_time.0 = Duration::from_millis(300)).await;
    let found = world.error("{ search(text: \"orders\", minRevision: 99) { totalCount } }").await;
    assert_eq!(
        found,
        "INDEX_BEHIND: the search index holds revision 7 and revision 99 was asked for; ask again, or without `minRevision`"
    );
}

#[tokio::test]
async fn faults_of_inputs_are_listed_newest_first() {
    let world = world(&[at(1).fault("late", false), at(2).fault("no-job", true)]).await;
    world
        .check(
            "{ rejectedEvents(first: 1) { totalCount nodes { accepted code path message } pageInfo { hasNextPage } } }",
            r#"{"rejectedEvents":{"totalCount":2,"nodes":[{"accepted":false,"code":"no-job","path":"$.job","message":"what no-job means"}],"pageInfo":{"hasNextPage":true}}}"#,
        )
        .await;
    let first = world.ask("{ rejectedEvents(first: 1) { pageInfo { endCursor } } }").await;
    let next = format!(
        "{{ rejectedEvents(after: {}) {{ nodes {{ accepted code }} }} }}",
        first["rejectedEvents"]["pageInfo"]["endCursor"]
    );
    world.check(&next, r#"{"rejectedEvents":{"nodes":[{"accepted":true,"code":"late"}]}}"#).await;
}
