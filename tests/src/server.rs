//! A real server: the binary, a data folder, a free port.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::binary::{command, headwater};
use crate::http::{Answer, Client};

pub struct Server {
    child: Child,
    pub base: String,
    /// The line that says where it listens and how long it took.
    pub ready_line: String,
    log: PathBuf,
    /// What the server stands on; removed with it.
    _folder: Option<TempDir>,
}

/// Marks of a text in which the address stands.
const SCHEME: &str = "http://";

impl Server {
    /// On a fresh folder that goes when the server goes.
    pub fn fresh() -> Server {
        Server::fresh_with(&[])
    }

    pub fn fresh_with(arguments: &[&str]) -> Server {
        let folder = temporary();
        let mut server = Server::open(&folder.path().join("data"), arguments);
        server._folder = Some(folder);
        server
    }

    /// On a data folder that stays.
    pub fn open(data: &Path, arguments: &[&str]) -> Server {
        let log = data.with_extension("log");
        let errors = File::options().create(true).append(true).open(&log).expect("the log can be written");
        let mut child = command()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", headwater().display()));
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let ready = lines.by_ref().map_while(Result::ok).find(|line| line.contains(SCHEME));
        let Some(ready_line) = ready else {
            let status = child.wait().expect("a child can be waited for");
            panic!("the server ended before it was ready: {status}\n{}", read(&log));
        };
        std::thread::spawn(move || lines.for_each(drop));
        let at = ready_line.find(SCHEME).expect("looked for above");
        let base = ready_line[at..].split_whitespace().next().unwrap_or_default();
        let base = base.trim_end_matches([',', '.', ';', ')', '/']).to_owned();
        Server { child, base, ready_line, log, _folder: None }
    }

    pub fn client(&self) -> Client {
        Client::new(&self.base)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to its log so far.
    pub fn log(&self) -> String {
        read(&self.log)
    }

    /// Sends one OpenLineage event.
    pub fn event(&self, event: &Value) -> Answer {
        let body = serde_json::to_vec(event).expect("JSON can be written");
        self.client().post_json("/api/v1/lineage", &body).expect("the server answers")
    }

    /// The whole answer to a GraphQL document: `data` and `errors`.
    pub fn graphql(&self, document: &str) -> Value {
        graphql(&mut self.client(), document)
    }

    /// The `data` of an answer without errors.
    pub fn ask(&self, document: &str) -> Value {
        let mut answer = self.graphql(document);
        assert!(answer["errors"].is_null(), "{document}\n{:#}", answer["errors"]);
        answer["data"].take()
    }

    /// What `headwater digest` says of the running server.
    pub fn digest(&self) -> String {
        digest(&["--url", &self.base])
    }

    /// Ends it as `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("a child can be waited for");
    }

    /// Ends it as Ctrl-C does, and says how it ended.
    pub fn stop(mut self) -> ExitStatus {
        let asked = Command::new("kill").args(["-INT", &self.pid().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "cannot signal the server");
        let limit = Instant::now() + Duration::from_secs(120);
        while Instant::now() < limit {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server did not stop within two minutes of Ctrl-C\n{}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the server's log ---\n{}", tail(&self.log(), 40));
        }
        // Already gone after `stop` and `kill`.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn temporary() -> TempDir {
    tempfile::Builder::new().prefix("headwater-").tempdir().expect("a temporary folder can be made")
}

/// The digest that `headwater digest` prints for a folder or a server.
pub fn digest(place: &[&str]) -> String {
    let printed = crate::binary::run_ok(&[&["digest"], place].concat());
    printed.trim().to_owned()
}

pub fn graphql(client: &mut Client, document: &str) -> Value {
    let body = serde_json::to_vec(&json!({ "query": document })).expect("JSON can be written");
    let answer = client.post_json("/graphql", &body).expect("the server answers");
    let json = answer.json();
    assert!(json.is_object(), "GraphQL answered {}: {}", answer.status, answer.text());
    json
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
