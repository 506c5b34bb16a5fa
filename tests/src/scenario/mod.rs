//! Scenarios: what is said to a fresh server and what it answers then, in one YAML file each. The format is described in
//! `tests/scenarios/README.md`. The events of each step are sent as written, then on other servers reversed and doubled,
//! and shuffled and doubled: the answers and the digest must not differ.

mod events;
mod names;
mod steps;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value as Json;
use serde_yaml_ng::Value as Yaml;

use crate::neo4j::Neo4j;
use crate::server::{Server, temporary};
pub use events::Arrival;
use names::Names;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// One sentence: what it shows.
    about: String,
    /// TOML for the server.
    config: Option<String>,
    /// More words for `headwater serve`.
    #[serde(default)]
    serve: Vec<String>,
    /// Files written beside the data folder before the first step; `run` reaches them as `$files`.
    #[serde(default)]
    files: std::collections::BTreeMap<String, String>,
    /// Nodes by a short name; `$name` stands for the node's id in questions and in expected answers.
    #[serde(default)]
    ids: std::collections::BTreeMap<String, Yaml>,
    steps: Vec<Step>,
}

/// One of `events`, `verbatim`, `post`, `ask`, `run`; the rest belongs to it.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Step {
    /// OpenLineage events; what every event needs and no scenario is about is filled in.
    events: Option<Vec<Yaml>>,
    /// OpenLineage events, sent as they are.
    verbatim: Option<Vec<Yaml>>,
    /// A path that `body`, or `event` written out, is posted to, with `headers`; the answer has `status`, and is compared
    /// with `expect`.
    post: Option<String>,
    body: Option<Yaml>,
    event: Option<Yaml>,
    headers: std::collections::BTreeMap<String, String>,
    gzip: bool,
    status: Option<u16>,
    /// A GraphQL document; its data is compared with `expect`, its errors with `errors`.
    ask: Option<String>,
    errors: Option<Yaml>,
    /// Words for `headwater`; `$url` and `$files` are replaced. Its output is compared with `expect`.
    run: Option<Vec<String>>,
    exit: Option<i32>,
    expect: Option<Yaml>,
    /// Keeps a value of the answer, by its place such as `estate.revision.number`, under a `$name`.
    save: std::collections::BTreeMap<String, String>,
}

/// Every scenario file of a folder, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    files
}

/// Runs one file in every order of arrival. `Err` is a text for a person: what differed, where, and the whole answer.
pub fn run(file: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let scenario: Scenario = serde_yaml_ng::from_str(&text).map_err(|error| error.to_string())?;
    let mut first_digest = None;
    for arrival in Arrival::ALL {
        let digest = scenario.play(arrival).map_err(|what| format!("{}\n  sent {arrival}:\n{what}", scenario.about))?;
        let first = first_digest.get_or_insert_with(|| digest.clone());
        if *first != digest {
            return Err(format!(
                "{}\n  sent {arrival}: the digest is {digest}, and {first} as written",
                scenario.about
            ));
        }
    }
    Ok(())
}

/// One server and what is known of it while a scenario is played.
struct Stage<'a> {
    server: Server,
    folder: tempfile::TempDir,
    arrival: Arrival,
    names: Names<'a>,
}

impl Scenario {
    /// The digest after the last step.
    fn play(&self, arrival: Arrival) -> Result<String, String> {
        let folder = temporary();
        for (name, content) in &self.files {
            let path = folder.path().join("files").join(name);
            std::fs::create_dir_all(path.parent().expect("a file has a folder")).map_err(|error| error.to_string())?;
            std::fs::write(path, content).map_err(|error| error.to_string())?;
        }
        let server = Server::open(
            &folder.path().join("data"),
            &self.words(folder.path())?.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        let mut stage = Stage { server, folder, arrival, names: Names::new(&self.ids) };
        for (at, step) in self.steps.iter().enumerate() {
            step.play(&mut stage).map_err(|what| format!("  step {}: {}", at + 1, what.replace('\n', "\n    ")))?;
        }
        Ok(stage.server.digest())
    }

    fn words(&self, folder: &Path) -> Result<Vec<String>, String> {
        let mut words = self.serve.clone();
        if let Some(neo4j) = Neo4j::of_every_server() {
            neo4j.empty();
            words.extend(neo4j.words(folder));
        }
        if let Some(config) = &self.config {
            let path = folder.join("headwater.toml");
            std::fs::write(&path, config).map_err(|error| error.to_string())?;
            words.extend(["--config".to_owned(), path.display().to_string()]);
        }
        Ok(words)
    }
}

/// YAML as JSON, without tags.
fn json(yaml: &Yaml) -> Result<Json, String> {
    serde_json::to_value(yaml).map_err(|error| error.to_string())
}
