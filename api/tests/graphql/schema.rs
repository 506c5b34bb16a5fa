//! The schema that the web UI and other clients are built against is the one that the server prints.

use std::path::Path;

#[test]
fn the_schema_file_is_what_the_server_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/schema.graphql");
    let kept = std::fs::read_to_string(&path).expect("web/schema.graphql");
    let printed = api::graphql::sdl();
    let differ = kept.lines().zip(printed.lines()).position(|(kept, printed)| kept != printed);
    let line = differ.unwrap_or(kept.lines().count().min(printed.lines().count()));
    assert!(
        kept == printed,
        "web/schema.graphql is stale from line {}: `{}` should be `{}`; write it anew with `headwater schema > web/schema.graphql`",
        line + 1,
        kept.lines().nth(line).unwrap_or_default(),
        printed.lines().nth(line).unwrap_or_default(),
    );
}
