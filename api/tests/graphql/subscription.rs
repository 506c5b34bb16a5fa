//! Following the feed.

use std::sync::Arc;

use api::auth::Principal;
use async_graphql::{Data, Request, Response};
use futures_util::{Stream, StreamExt};

use super::support::{World, assert_same, at, error_of, shop, world};

fn follow(world: &World, query: &str) -> impl Stream<Item = Response> + Unpin {
    let mut session = Data::default();
    session.insert(Principal::named("ada"));
    world.schema.execute_stream(Request::new(query), Some(Arc::new(session)))
}

#[tokio::test]
async fn every_commit_after_a_revision() {
    let world = world(&shop()).await;
    let mut changes =
        follow(&world, "subscription { changes(after: 6) { revision { number } trimmed nodes { name kind change } } }");
    let first = changes.next().await.unwrap().data.into_json().unwrap();
    assert_eq!(first["changes"]["revision"]["number"], 7);
    world.services.store.commit(at(20).owned("orders", "other").submission()).await.unwrap();
    let next = changes.next().await.unwrap().data.into_json().unwrap();
    assert_eq!(next["changes"]["revision"]["number"], 8);
    let nodes = next["changes"]["nodes"].as_array().unwrap();
    let orders = nodes.iter().find(|node| node["name"] == "orders").unwrap();
    assert_same(orders, r#"{"name":"orders","kind":"DATASET","change":"UPDATED"}"#);
}

#[tokio::test]
async fn it_ends_when_the_server_stops() {
    let world = world(&[]).await;
    let mut changes = follow(&world, "subscription { changes { trimmed } }");
    let services = world.services.clone();
    let (next, ()) = tokio::join!(changes.next(), async move { services.stop.cancel() });
    assert!(next.is_none(), "{next:?}");
}

#[tokio::test]
async fn queries_are_answered_on_the_same_way_and_nobody_follows_unnamed() {
    let world = world(&shop()).await;
    let answer = follow(&world, "{ estate { datasets } }").next().await.unwrap();
    assert_eq!(answer.data.into_json().unwrap().to_string(), r#"{"estate":{"datasets":3}}"#);
    let mut unnamed = world.schema.execute_stream(Request::new("subscription { changes { trimmed } }"), None);
    assert_eq!(
        error_of(&unnamed.next().await.unwrap()),
        "UNAUTHENTICATED: the request says nothing of who asks; send a token"
    );
}
