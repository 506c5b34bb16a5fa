//! What people write, and reading it at once.

use super::support::{World, assert_same, id, shop, world};

async fn check(world: &World, mutation: &str, expected: &str) {
    let orders = id("dataset", "orders");
    let fields = "node { ... on Dataset { description { value origin by } owners { name type origin } tags { key value origin } } }";
    let query = format!("mutation {{ m: {} {{ {fields} }} }}", mutation.replace('@', &format!("id: \"{orders}\"")));
    assert_same(&world.ask(&query).await["m"]["node"], expected);
}

#[tokio::test]
async fn what_was_written_is_read_in_the_answer() {
    let world = world(&shop()).await;
    let team = r#"{"name":"team","type":null,"origin":"INGESTED"}"#;
    check(
        &world,
        "setDescription(@, text: \" What was ordered \")",
        &format!(r#"{{"description":{{"value":"What was ordered","origin":"AUTHORED","by":"ada"}},"owners":[{team}],"tags":[]}}"#),
    )
    .await;
    check(&world, "setDescription(@, text: \"\")", &format!(r#"{{"description":null,"owners":[{team}],"tags":[]}}"#))
        .await;
    check(
        &world,
        "addOwner(@, owner: \"bo\", type: \"steward\")",
        &format!(
            r#"{{"description":null,"owners":[{{"name":"bo","type":"steward","origin":"AUTHORED"}},{team}],"tags":[]}}"#
        ),
    )
    .await;
    check(&world, "removeOwner(@, owner: \"bo\")", &format!(r#"{{"description":null,"owners":[{team}],"tags":[]}}"#))
        .await;
    check(
        &world,
        "addTag(@, key: \"pii\")",
        &format!(r#"{{"description":null,"owners":[{team}],"tags":[{{"key":"pii","value":"","origin":"AUTHORED"}}]}}"#),
    )
    .await;
    check(&world, "removeTag(@, key: \"pii\")", &format!(r#"{{"description":null,"owners":[{team}],"tags":[]}}"#))
        .await;
}

#[tokio::test]
async fn columns_and_jobs_can_be_described() {
    let world = world(&shop()).await;
    for (target, name) in [(id("column", "orders:price"), "price"), (id("job", "load"), "load")] {
        let query =
            format!("mutation {{ m: setDescription(id: \"{target}\", text: \"x\") {{ revision node {{ name }} }} }}");
        assert_eq!(world.ask(&query).await["m"]["node"]["name"], name);
        let read = format!(
            "{{ node(id: \"{target}\") {{ ... on Column {{ description {{ value }} }} ... on Job {{ description {{ value }} }} }} }}"
        );
        assert_eq!(world.ask(&read).await["node"]["description"]["value"], "x");
    }
}

#[tokio::test]
async fn what_cannot_be_written() {
    let world = world(&shop()).await;
    let orders = id("dataset", "orders");
    for (mutation, expected) in [
        (
            "setDescription(id: \"dataset:a:b\", text: \"x\")",
            "NOT_FOUND: nothing is known under the id `dataset:a:b` at revision 7",
        ),
        ("addOwner(id: \"@\", owner: \" \")", "INVALID_ARGUMENT: `owner`: expected a text, found an empty one"),
        ("addTag(id: \"edge:1\", key: \"x\")", "BAD_ID: id `edge:1`: expected the id of a dataset, a column or a job"),
    ] {
        let query = format!("mutation {{ {} {{ revision }} }}", mutation.replace('@', &orders));
        assert_eq!(world.error(&query).await, expected);
    }
}
