//! Who may depend on whom: the table of ARCHITECTURE.md.

use std::collections::BTreeMap;
use std::process::Command;

use headwater_tests::binary::root;
use serde_json::Value;

use crate::expect_none;

/// Each crate and the local crates it may name, in any section of its Cargo.toml.
const LOCAL: [(&str, &[&str]); 9] = [
    ("graph", &[]),
    ("sql", &[]),
    ("binding", &["graph", "sql"]),
    ("ingest", &["binding", "graph", "sql"]),
    ("search", &["graph"]),
    ("impact", &["binding", "graph"]),
    ("web", &[]),
    ("api", &["binding", "graph", "impact", "ingest", "search", "sql", "web"]),
    ("headwater-tests", &[]),
];

/// Crates from outside that belong to one place, and what to do instead of naming them elsewhere.
const KEPT: [(&str, &str, &str); 13] = [
    ("axum", "api", "HTTP ends in `api`: take plain bytes and return a plain value"),
    ("async-graphql", "api", "GraphQL types stand in `api`, which converts domain types by hand"),
    ("async-graphql-axum", "api", "GraphQL types stand in `api`, which converts domain types by hand"),
    ("tower", "api", "HTTP ends in `api`"),
    ("tower-http", "api", "HTTP ends in `api`"),
    ("reqwest", "api", "only the command line in `api` is a client"),
    ("clap", "api", "the command line is read in `api`"),
    ("figment", "api", "the configuration is read in `api` and handed on as parameters"),
    ("tantivy", "search", "ask `search`; the index is its own affair"),
    ("sqlparser", "sql", "ask `sql`, whose own types say what a query means"),
    ("rusqlite", "graph", "go through `graph::Store`; a store knows one hop, algorithms stand above it"),
    ("neo4rs", "graph", "go through `graph::Store`"),
    ("rust-embed", "web", "`web` hands out files by name"),
];

/// Who else may name one of them, because it does not stand on the owner but beside it.
const ALSO: [(&str, &str); 1] = [
    // Statements are run on SQLite itself, to see what depends on what.
    ("rusqlite", "headwater-tests"),
];

/// `sql` is a pure library: nothing that reads, waits or logs.
const PURE: [(&str, &[&str]); 1] = [("sql", &["tokio", "tracing", "async-trait", "jiff", "rand", "uuid"])];

#[test]
fn crates_depend_only_on_what_the_table_allows() {
    let table: BTreeMap<&str, &[&str]> = LOCAL.into_iter().collect();
    let found = dependencies();
    let mut findings = vec![];
    for (name, wanted) in &found {
        let Some(allowed) = table.get(name.as_str()) else {
            findings.push(format!("`{name}` is not in the table: say in tests/tidy/layers.rs what it may use"));
            continue;
        };
        for other in wanted.iter().filter(|other| found.contains_key(*other) && !allowed.contains(&other.as_str())) {
            findings.push(format!(
                "`{name}` may not use `{other}`: move what both need down into {}, or hand it in as a parameter",
                shared_place(allowed)
            ));
        }
    }
    expect_none("the direction of dependencies is broken", &findings);
}

#[test]
fn libraries_stay_where_they_belong() {
    let mut findings = vec![];
    for (name, wanted) in dependencies() {
        for (library, owner, instead) in KEPT {
            let allowed = name == owner || ALSO.contains(&(library, name.as_str()));
            if !allowed && wanted.iter().any(|one| one == library) {
                findings.push(format!("`{library}` belongs to `{owner}` alone, and `{name}` names it: {instead}"));
            }
        }
        for (owner, forbidden) in PURE {
            if name == owner {
                let named = wanted.iter().filter(|one| forbidden.contains(&one.as_str()));
                findings.extend(named.map(|one| format!("`{owner}` is pure, and names `{one}`: hand the result in")));
            }
        }
    }
    expect_none("a library is used outside its place", &findings);
}

fn shared_place(allowed: &[&str]) -> String {
    match allowed {
        [] => "the crate itself".to_owned(),
        some => some.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(" or "),
    }
}

/// Each package of the workspace with every package it names: normal, for tests and for building.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("cargo metadata: {error}: {}", String::from_utf8_lossy(&output.stderr)));
    let packages = metadata["packages"].as_array().expect("cargo lists packages");
    let text = |value: &Value| value.as_str().expect("a package has a name").to_owned();
    packages
        .iter()
        .map(|package| {
            let named = package["dependencies"].as_array().expect("cargo lists dependencies");
            (text(&package["name"]), named.iter().map(|one| text(&one["name"])).collect())
        })
        .collect()
}
