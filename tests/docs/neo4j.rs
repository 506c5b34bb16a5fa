//! The questions of docs/neo4j.md, asked of the demo estate in a real Neo4j.

use headwater_tests::neo4j::Neo4j;
use headwater_tests::server::{Server, temporary};
use serde_json::Value;

use super::{Page, expect_none};

#[test]
fn the_questions_to_neo4j_are_answered() {
    let Some(neo4j) = Neo4j::own() else { return };
    let folder = temporary();
    let mut words = neo4j.words(folder.path());
    words.push("--demo".to_owned());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let _server = Server::open(&folder.path().join("data"), &words);
    let questions = Page::read("docs/neo4j.md").blocks("cypher");
    assert!(questions.len() >= 10, "docs/neo4j.md has {} questions: expected ten", questions.len());
    let findings = questions.iter().filter_map(|(line, question)| {
        let what = objection(&neo4j.ask(question))?;
        Some(format!("docs/neo4j.md:{line}: {what}"))
    });
    expect_none("a question does not work on the demo estate", &findings.collect::<Vec<_>>());
}

/// What is wrong with an answer: an error, a name that the graph does not have, or no rows.
fn objection(answer: &Value) -> Option<String> {
    let said = |list: &str| answer[list].as_array().into_iter().flatten().map(Value::to_string);
    let empty = answer["results"][0]["data"].as_array().is_none_or(Vec::is_empty);
    said("errors").chain(said("notifications")).next().or_else(|| empty.then(|| "no rows".to_owned()))
}
