//! Flat records obey the same rules as every other object: aliases, fragments, directives, `__typename`, merging.

use super::support::{World, id, shop, world};

async fn check(world: &World, selection: &str, expected: &str) {
    let mut query = format!(
        "{{ lineage(id: \"{}\", direction: DOWNSTREAM, depth: 1) {{ {selection} }} }}",
        id("dataset", "orders")
    );
    // A document may not hold a fragment or a variable that it does not use.
    for (name, fragment) in FRAGMENTS {
        if query.contains(&format!("...{name}")) {
            query.push_str(fragment);
        }
    }
    if query.contains("$yes") {
        query.insert_str(0, "query Q($yes: Boolean = true) ");
    }
    assert_eq!(world.text(&query).await, format!("{{\"lineage\":{expected}}}"), "{selection}");
}

const FRAGMENTS: [(&str, &str); 3] = [
    ("Use", " fragment Use on Lineage { nodes { ...Name } focus @include(if: $yes) }"),
    ("Name", " fragment Name on LineageNode { name ...Kind }"),
    ("Kind", " fragment Kind on LineageNode { kind }"),
];

#[tokio::test]
async fn selections_of_flat_records() {
    let world = world(&shop()).await;
    let named = r#"{"nodes":[{"name":"orders","kind":"DATASET"},{"name":"daily","kind":"DATASET"}]}"#;
    check(&world, "...Use", &named.replace("]}", r#"],"focus":"dataset:postgres%3A//db%3A5432:orders"}"#)).await;
    check(
        &world,
        "nodes { __typename called: name hop } ...Use @skip(if: $yes)",
        r#"{"nodes":[{"__typename":"LineageNode","called":"orders","hop":0},{"__typename":"LineageNode","called":"daily","hop":1}]}"#,
    )
    .await;
    let inline = "nodes { ... { name } ... on LineageNode @include(if: false) { hop } ...Kind name @skip(if: true) }";
    check(&world, inline, named).await;
    check(&world, "nodes { name } nodes { kind name }", named).await;
    let edges = r#"{"found":[{"type":"LineageEdge","kind":"FEEDS","masking":false}]}"#;
    check(&world, "found: edges { type: __typename kind masking }", edges).await;
    check(&world, "nodes { name @skip(if: true) }", r#"{"nodes":[{},{}]}"#).await;
}

#[tokio::test]
async fn nested_records_merge_and_take_fragments() {
    let world = world(&shop()).await;
    let query = format!(
        "{{ deletionImpact(id: \"{}\", depth: 1) {{ items {{ node {{ name }} node {{ ...K }} owners {{ name origin }} use }} }} }} fragment K on LineageNode {{ kind }}",
        id("column", "orders:price")
    );
    assert_eq!(
        world.text(&query).await,
        r#"{"deletionImpact":{"items":[{"node":{"name":"total","kind":"COLUMN"},"owners":[],"use":"DIRECT"}]}}"#
    );
}

#[tokio::test]
async fn flat_records_are_found_by_introspection() {
    let world = world(&[]).await;
    let query = "{ __type(name: \"LineageEdge\") { kind fields { name type { kind ofType { name } } } } }";
    let found = world.text(query).await;
    assert!(
        found.starts_with(
            r#"{"__type":{"kind":"OBJECT","fields":[{"name":"id","type":{"kind":"NON_NULL","ofType":{"name":"ID"}}}"#
        ),
        "{found}"
    );
    assert!(found.contains(r#"{"name":"job","type":{"kind":"SCALAR","ofType":null}}"#), "{found}");
}

#[tokio::test]
async fn a_field_that_a_flat_record_has_not_is_refused() {
    let world = world(&[]).await;
    let found = world.error("{ lineage(id: \"dataset:a:b\") { nodes { colour } } }").await;
    assert_eq!(found, r#"BAD_QUERY: Unknown field "colour" on type "LineageNode"."#);
}
