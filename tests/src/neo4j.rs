//! A real Neo4j to put the binary on, as `tests/neo4j/server` starts one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::binary::root;
use crate::server::temporary;

const SKIPPED: &str = "\n!!! SKIPPED: Neo4j, because NEO4J_UNDER_TEST names no server; see tests/neo4j/server\n\n";

pub struct Neo4j {
    /// Its address, as `headwater serve --store` takes it.
    pub url: String,
    password: String,
    folder: PathBuf,
    /// What a server of one's own keeps its data in; stopped and removed with it.
    own: Option<TempDir>,
}

impl Neo4j {
    /// The server that every server of the binary is to stand on: where `STORE_UNDER_TEST` is `neo4j`.
    pub fn of_every_server() -> Option<Neo4j> {
        let chosen = std::env::var("STORE_UNDER_TEST").is_ok_and(|store| store == "neo4j");
        chosen.then(|| Neo4j::named().expect("STORE_UNDER_TEST asks for Neo4j: name a server in NEO4J_UNDER_TEST"))
    }

    /// The server that the environment names. Where it names none, that is said; in CI it is a failure.
    pub fn named() -> Option<Neo4j> {
        let of = |name: &str| std::env::var(name).ok();
        let url = of("NEO4J_UNDER_TEST");
        if url.is_none() {
            assert!(of("CI").is_none(), "in CI nothing is skipped: name a Neo4j server in NEO4J_UNDER_TEST");
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                // Past the harness, which keeps what a passing test prints to itself.
                let _ = std::io::stderr().write_all(SKIPPED.as_bytes());
            });
        }
        let (password, folder) = (of("NEO4J_UNDER_TEST_PASSWORD"), of("NEO4J_UNDER_TEST_FOLDER"));
        let (password, folder) = (password.unwrap_or_default(), PathBuf::from(folder.unwrap_or_default()));
        url.map(|url| Neo4j { url, password, folder, own: None })
    }

    /// A server of one's own, that may be stopped and killed; only where one is named, so that Neo4j is known to be here.
    pub fn own() -> Option<Neo4j> {
        Neo4j::named()?;
        let own = temporary();
        let told = script("start", own.path());
        let value = |name: &str| {
            let line =
                told.lines().find_map(|line| line.strip_prefix("export ")?.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_else(|| panic!("tests/neo4j/server start says no {name}: {told}")).to_owned()
        };
        let (url, password) = (value("NEO4J_UNDER_TEST"), value("NEO4J_UNDER_TEST_PASSWORD"));
        Some(Neo4j { url, password, folder: own.path().to_owned(), own: Some(own) })
    }

    /// Words for `headwater serve`; the password is put in a file of the folder.
    pub fn words(&self, folder: &Path) -> Vec<String> {
        let file = folder.join("neo4j-password");
        std::fs::write(&file, format!("{}\n", self.password)).expect("the password can be written");
        let file = file.display().to_string();
        vec!["--store".to_owned(), self.url.clone(), "--neo4j-password-file".to_owned(), file]
    }

    /// Deletes all that is in the database.
    pub fn empty(&self) {
        script("empty", &self.folder);
    }

    /// What the database itself answers to a statement of Cypher: `results`, `errors` and `notifications`.
    pub fn ask(&self, statement: &str) -> Value {
        let body = json!({ "statements": [{ "statement": statement }] }).to_string();
        let answer = told_script("ask", &self.folder, &body);
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }

    /// Sends its process a signal: `STOP` freezes it, `CONT` lets it go on, `KILL` ends it.
    pub fn signal(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.folder.join("pid")).expect("the server has a process id");
        let sent = Command::new("kill").args([&format!("-{signal}"), pid.trim()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "cannot signal Neo4j");
    }

    /// Starts it again on what it holds, where it listened before.
    pub fn resume(&self) {
        script("resume", &self.folder);
    }
}

impl Drop for Neo4j {
    fn drop(&mut self) {
        if self.own.is_some() {
            script("stop", &self.folder);
        }
    }
}

fn script(command: &str, folder: &Path) -> String {
    told_script(command, folder, "")
}

/// Runs the script with words on standard input.
fn told_script(command: &str, folder: &Path, words: &str) -> String {
    let mut script = Command::new(root().join("tests/neo4j/server"));
    script.arg(command).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = script.spawn().expect("tests/neo4j/server runs");
    let mut input = child.stdin.take().expect("standard input is piped");
    input.write_all(words.as_bytes()).expect("the script reads");
    drop(input);
    let output = child.wait_with_output().expect("tests/neo4j/server ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "tests/neo4j/server {command}: {}\n{errors}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}
