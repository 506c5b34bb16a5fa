//! Who may read and not write, and who does not see everything.

use std::sync::Arc;

use api::auth::{Access, Principal};
use async_graphql::Request;
use graph::{Node, NodeName, Viewer};

use super::support::{NS, World, error_of, id, shop, world};

/// Sees all but one dataset and its columns.
struct AllBut(&'static str);

impl Viewer for AllBut {
    fn sees(&self, node: &Node) -> bool {
        match &node.name {
            NodeName::Dataset(name) | NodeName::Column(name, _) => name.name != self.0,
            NodeName::Namespace(_) | NodeName::Job(_) | NodeName::Owner(_) | NodeName::Tag(_) => true,
        }
    }
}

async fn told(world: &World, principal: Principal, query: &str) -> String {
    let response = world.schema.execute(Request::new(query).data(principal)).await;
    if response.errors.is_empty() { serde_json::to_string(&response.data).unwrap() } else { error_of(&response) }
}

#[tokio::test]
async fn one_that_may_only_read_reads() {
    let world = world(&shop()).await;
    let anna = || Principal::named("anna").with_access(Access::Read);
    let orders = id("dataset", "orders");
    let read = format!("{{ dataset(namespace: \"{NS}\", name: \"orders\") {{ name }} estate {{ datasets }} }}");
    assert_eq!(told(&world, anna(), &read).await, told(&world, Principal::named("ada"), &read).await,);
    for edit in [
        "setDescription(@, text: \"x\")",
        "addOwner(@, owner: \"x\")",
        "removeTag(@, key: \"x\")",
        "addTag(@, key: \"x\")",
    ] {
        let edit = format!("mutation {{ {} {{ revision }} }}", edit.replace('@', &format!("id: \"{orders}\"")));
        assert_eq!(told(&world, anna(), &edit).await, "FORBIDDEN: `anna` may read and not write");
    }
    let reads = world.reads.lock();
    assert!(!reads.contains(&"commit"), "{reads:?}");
}

#[tokio::test]
async fn one_that_does_not_see_everything() {
    let world = world(&shop()).await;
    let bo = || Principal::named("bo").with_viewer(Arc::new(AllBut("orders")));
    let all = world.ask("{ estate { datasets columns jobs namespaces { datasets } } }").await;
    let seen: serde_json::Value =
        serde_json::from_str(&told(&world, bo(), "{ estate { datasets columns jobs namespaces { datasets } } }").await)
            .unwrap();
    let count = |of: &serde_json::Value, what: &str| of["estate"][what].as_u64().unwrap();
    assert_eq!(count(&seen, "datasets") + 1, count(&all, "datasets"));
    assert!(count(&seen, "columns") < count(&all, "columns"));
    assert_eq!(count(&seen, "jobs"), count(&all, "jobs"));
    for query in
        ["{ estate { runs } }", "{ estate { edges } }", "{ estate { events } }", "{ rejectedEvents { totalCount } }"]
    {
        let answer = told(&world, bo(), query).await;
        assert!(answer.ends_with(": for those who may see everything, and `bo` may not"), "{answer}");
        assert!(answer.starts_with("FORBIDDEN: `"), "{answer}");
    }
    let orders = id("dataset", "orders");
    let edit = format!("mutation {{ addTag(id: \"{orders}\", key: \"x\") {{ revision }} }}");
    let answer = told(&world, bo(), &edit).await;
    assert!(answer.starts_with("NOT_FOUND: "), "{answer}");
}
