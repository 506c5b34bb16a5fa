//! The schema that the web UI and other clients are built against is the one that the server prints.

use std::path::Path;

/// Without what a formatter may change: white space, commas, and how descriptions are quoted.
fn normal(schema: &str) -> String {
    schema.replace("\"\"\"", "\"").chars().filter(|c| !c.is_whitespace() && *c != ',').collect()
}

#[test]
fn the_schema_file_is_what_the_server_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/schema.graphql");
    let (kept, printed) = (normal(&std::fs::read_to_string(&path).unwrap()), normal(&api::graphql::sdl()));
    let same = kept.chars().zip(printed.chars()).take_while(|(kept, printed)| kept == printed).count();
    let around = |text: &str| text.chars().skip(same.saturating_sub(40)).take(80).collect::<String>();
    assert!(
        kept == printed,
        "web/schema.graphql is stale: `{}` should be `{}`; write it anew with `headwater schema > web/schema.graphql`",
        around(&kept),
        around(&printed),
    );
}
