//! The command line, run as a user runs it: what it prints, and with which code it ends.

#![expect(clippy::unwrap_used, reason = "a test fails where it finds something wrong")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use expect_test::{Expect, expect};
use tempfile::TempDir;

mod cli {
    mod check;
    mod lineage;
}

/// A folder to work in, and commands in it with no settings from outside.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headwater"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HEADWATER_")) {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        shown(&self.command(arguments).output().unwrap())
    }

    #[track_caller]
    fn check(&self, arguments: &[&str], expected: Expect) {
        expected.assert_eq(&self.run(arguments));
    }

    fn serve(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Serving {
        let mut command = self.command(&[&["serve", "--listen", "127.0.0.1:0"], arguments].concat());
        command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
        if ready.is_empty() {
            panic!("no ready line: {}", shown(&child.wait_with_output().unwrap()));
        }
        let url = ready.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        Serving { child, ready, url }
    }
}

struct Serving {
    child: Child,
    ready: String,
    url: String,
}

impl Serving {
    /// Sends the signal and gives the exit code.
    fn end(mut self, signal: &str) -> Option<i32> {
        Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Exit code, output and errors; the folder is said by a name.
fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().map_or("none".to_owned(), |code| code.to_string());
    format!("exit {code}\n{}{}", text(&output.stdout), text(&output.stderr))
}

fn event(run: &str, at: &str) -> String {
    format!(
        r#"{{"eventType":"COMPLETE","eventTime":"{at}","run":{{"runId":"{run}"}},"job":{{"namespace":"shop","name":"load"}},"inputs":[{{"namespace":"db","name":"a"}}],"outputs":[{{"namespace":"db","name":"b"}}],"producer":"https://shop.example/load","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"}}"#
    )
}

fn events() -> String {
    let good = |run| event(run, "2026-01-31T12:00:00Z");
    format!("{}\n{}\n{}\nnonsense\n{}\n", good("1"), good("2"), event("3", "late"), good("1"))
}

#[test]
fn wrong_use_ends_with_two() {
    let desk = Desk::new();
    desk.check(
        &["serve", "--listen", "everywhere"],
        expect![[r#"
        exit 2
        headwater: `--listen`: expected an address such as `127.0.0.1:8080`, found `everywhere`
    "#]],
    );
    desk.check(&["serve", "--listen", "0.0.0.0:0"], expect![[r#"
        exit 2
        headwater: `listen` is 0.0.0.0:0, which other machines can reach: expected a token in `HEADWATER_TOKEN` or in the file named by `token_file`, found none
    "#]]);
    desk.check(
        &["digest", "--config", "absent.toml"],
        expect![[r#"
        exit 2
        headwater: `absent.toml`: cannot be read: No such file or directory (os error 2)
    "#]],
    );
    desk.check(&["digest", "--url", "https://catalog.example"], expect![[r#"
        exit 2
        headwater: `--url`: expected `http://host:port`, found `https://catalog.example`; this program speaks plain HTTP only; for a server behind TLS use its inner address
    "#]]);
    desk.write("headwater.toml", "[limits]\nbody = \"many\"\n");
    desk.check(
        &["config"],
        expect![[r#"
        exit 2
        headwater: `limits.body` in headwater.toml: expected a size such as `100 MiB`, found `many`
    "#]],
    );
    desk.write("headwater.toml", "[limits]\nbodies = \"1 MiB\"\n");
    desk.check(&["config"], expect![[r#"
        exit 2
        headwater: `limits.bodies` in headwater.toml: no such setting; expected one of `body`, `in_flight`, `body_time`, `query_body`, `read_time`, `long_read_time`, `stop_time`
    "#]]);
    desk.write("headwater.toml", "[[rewrite]]\nfrom = \"a*b*\"\nto = \"c\"\n");
    desk.check(
        &["config"],
        expect![[r#"
        exit 2
        headwater: `rewrite`: namespace rule `a*b*`: expected at most one `*`
    "#]],
    );
    desk.write("headwater.toml", "listen = \n");
    desk.check(
        &["config"],
        expect![[r#"
        exit 2
        headwater: `headwater.toml`: line 1, column 10: expected `"`, `'`
    "#]],
    );
    desk.write("headwater.toml", "limits.in_flight = \"1 MiB\"\n");
    desk.check(
        &["config"],
        expect![[r#"
        exit 2
        headwater: `limits.body` is 100 MiB: expected at most `limits.in_flight`, which is 1 MiB
    "#]],
    );
    assert!(!desk.path().join("headwater-data").exists(), "wrong use leaves nothing behind");
    assert!(desk.run(&["serve", "--port", "1"]).starts_with("exit 2\n"));
}

#[test]
fn settings_are_shown_with_their_source() {
    let desk = Desk::new();
    desk.write("headwater.toml", "data = \"./here\"\nlimits.body = \"5 MiB\"\n[[rewrite]]\nfrom = \"a\"\nto = \"b\"\n");
    let mut command = desk.command(&["config"]);
    command.env("HEADWATER_LIMITS_IN_FLIGHT", "64 MiB").env("HEADWATER_HOSTS", "one.example, two.example");
    command.env("HEADWATER_TOKEN", "12345").env("HEADWATER_DATA", "./there");
    expect![[r#"
        exit 0
        data = "./there"                        # HEADWATER_DATA
        demo = false                            # default
        hosts = ["one.example", "two.example"]  # HEADWATER_HOSTS
        limits.body = "5 MiB"                   # headwater.toml
        limits.body_time = "60 s"               # default
        limits.in_flight = "64 MiB"             # HEADWATER_LIMITS_IN_FLIGHT
        limits.long_read_time = "300 s"         # default
        limits.query_body = "1 MiB"             # default
        limits.read_time = "10 s"               # default
        limits.stop_time = "10 s"               # default
        listen = "127.0.0.1:8080"               # default
        log.format = "text"                     # default
        log.level = "info"                      # default
        neo4j.patience = "10 s"                 # default
        origins = []                            # default
        rewrite = [{ from = "a", to = "b" }]    # headwater.toml
        token = "***"                           # HEADWATER_TOKEN
    "#]]
    .assert_eq(&shown(&command.output().unwrap()));
    let json = shown(&desk.command(&["config", "--format", "json"]).output().unwrap());
    let list: serde_json::Value = serde_json::from_str(json.strip_prefix("exit 0\n").unwrap()).unwrap();
    assert!(
        list.as_array()
            .unwrap()
            .contains(&serde_json::json!({ "key": "data", "value": "./here", "source": "headwater.toml" }))
    );
    let mut wrong = desk.command(&["config"]);
    wrong.env("HEADWATER_LIMITS_BODYS", "1");
    expect![[r#"
        exit 2
        headwater: `HEADWATER_LIMITS_BODYS`: no such setting; expected one of `body`, `in_flight`, `body_time`, `query_body`, `read_time`, `long_read_time`, `stop_time`
    "#]].assert_eq(&shown(&wrong.output().unwrap()));
}

#[test]
fn events_are_read_into_a_folder() {
    let desk = Desk::new();
    desk.write("events.ndjson", &events());
    desk.check(
        &["ingest", "events", "events.ndjson", "--data", "d"],
        expect![[r#"
        exit 1
        events.ndjson:3: `$.eventTime`: expected a time such as `2026-01-31T12:00:00Z`, found the string `late`
        events.ndjson:4: not JSON: expected `null`, found `n` at line 1 column 1
        events: 5 read, 2 accepted (2 with faults, see `headwater events --rejected`), 1 known before, 2 rejected
    "#]],
    );
    desk.check(
        &["ingest", "events", "events.ndjson", "--data", "d", "--format", "json"],
        expect![[r#"
            exit 1
            {
              "accepted": 0,
              "faulty": 0,
              "found": {},
              "notes": [],
              "problems": [
                {
                  "message": "`$.eventTime`: expected a time such as `2026-01-31T12:00:00Z`, found the string `late`",
                  "place": "events.ndjson:3"
                },
                {
                  "message": "not JSON: expected `null`, found `n` at line 1 column 1",
                  "place": "events.ndjson:4"
                }
              ],
              "received": 5,
              "rejected": 2,
              "repeated": 3
            }
        "#]],
    );
    desk.check(
        &["ingest", "events", "absent.ndjson", "--data", "d"],
        expect![[r#"
        exit 3
        headwater: `absent.ndjson`: cannot be read: No such file or directory (os error 2)
    "#]],
    );
    let rejected = desk.run(&["events", "--rejected", "--data", "d"]);
    assert!(rejected.starts_with("exit 1\n") && rejected.contains("not JSON"), "{rejected}");
    let mut array = desk.command(&["ingest", "events", "-", "--data", "e"]);
    let mut child = array.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let text = format!("[{}]", event("9", "2026-01-31T12:00:00Z"));
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    expect![[r#"
        exit 0
        events: 1 read, 1 accepted (1 with faults, see `headwater events --rejected`), 0 known before, 0 rejected
    "#]]
    .assert_eq(&shown(&child.wait_with_output().unwrap()));
}

#[test]
fn sql_files_are_read_into_a_folder_or_a_server() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path().join("models")).unwrap();
    desk.write("models/view.sql", "create view v as select a.id from a;\ninsrt into x select 1;\n");
    let words = ["ingest", "sql", "models", "--namespace", "postgres://db:5432", "--default-schema", "shop.public"];
    let sql = |dialect: &str, place: &[&str]| desk.run(&[&words[..], &["--dialect", dialect], place].concat());
    expect![[r#"
        exit 1
        view.sql:2:1: expected: an SQL statement, found: insrt
        found 1 files, 2 statements
        inputs: 1 read, 1 accepted (1 with faults, see `headwater events --rejected`), 0 known before, 0 rejected
    "#]]
    .assert_eq(&sql("postgres", &["--data", "local"]));
    let short = ["ingest", "sql", "models", "--namespace", "postgres://db:5432", "--dialect", "postgres"];
    desk.check(&[&short[..], &["--data", "short"]].concat(), expect![[r#"
        exit 1
        view.sql:2:1: expected: an SQL statement, found: insrt
        note: postgres://db:5432: the table "a" is known by 1 of 3 parts of its name, and may be taken for another than the one that events report: give --default-schema DATABASE.SCHEMA
        found 1 files, 2 statements
        inputs: 1 read, 1 accepted (1 with faults, see `headwater events --rejected`), 0 known before, 0 rejected
    "#]]);
    let unknown = sql("klingon", &["--data", "other"]);
    assert!(unknown.starts_with("exit 2\nheadwater: dialect \"klingon\": expected one of generic, "), "{unknown}");
    let server = desk.serve(&["--data", "served"], &[]);
    expect![[r#"
        exit 1
        view.sql:2:1: expected: an SQL statement, found: insrt
        found 1 files, 2 statements
        inputs: 1 read, 1 accepted (1 with faults, see `headwater events --rejected`), 0 known before, 0 rejected
    "#]]
    .assert_eq(&sql("postgres", &["--url", &server.url]));
    assert_eq!(desk.run(&["digest", "--url", &server.url]), desk.run(&["digest", "--data", "local"]));
    desk.check(
        &["ingest", "dbt", "absent", "--data", "local"],
        expect![[r#"
        exit 3
        headwater: cannot read "absent/manifest.json": No such file or directory (os error 2)
    "#]],
    );
}

#[test]
fn a_folder_has_one_owner() {
    let desk = Desk::new();
    let server = desk.serve(&["--data", "d"], &[]);
    let digest = desk.run(&["digest", "--data", "d"]);
    let expected = format!(
        "exit 3\nheadwater: the store at `d` is in use by process {}; use `--url` to reach the server that has it open\n",
        server.child.id()
    );
    assert_eq!(digest, expected);
    assert!(desk.run(&["serve", "--data", "d", "--listen", "127.0.0.1:0"]).starts_with("exit 3\n"));
}

#[test]
fn a_server_is_reached_over_its_address() {
    let desk = Desk::new();
    desk.write("events.ndjson", &events());
    let token = [("HEADWATER_TOKEN", "s3cret")];
    let server = desk.serve(&["--data", "served"], &token);
    let url = server.url.clone();
    let told = desk.run(&["ingest", "events", "events.ndjson", "--url", &url]).replace(&url, "URL");
    expect![[r#"
        exit 3
        headwater: URL answered 401: `Authorization`: expected `Bearer` and a token, found none; a token is read from HEADWATER_TOKEN
    "#]].assert_eq(&told);
    let told =
        shown(&desk.command(&["ingest", "events", "events.ndjson", "--url", &url]).envs(token).output().unwrap());
    expect![[r#"
        exit 1
        events.ndjson:3: `$.eventTime`: expected a time such as `2026-01-31T12:00:00Z`, found the string `late`
        events.ndjson:4: not JSON: expected `null`, found `n` at line 1 column 1
        events: 5 read, 3 accepted, 0 known before, 2 rejected
    "#]]
    .assert_eq(&told);
    let remote = shown(&desk.command(&["digest", "--url", &url]).envs(token).output().unwrap());
    desk.run(&["ingest", "events", "events.ndjson", "--data", "local"]);
    assert_eq!(remote, desk.run(&["digest", "--data", "local"]), "the same events by another way");
    let rejected =
        shown(&desk.command(&["events", "--rejected", "--limit", "1", "--url", &url]).envs(token).output().unwrap());
    assert!(rejected.starts_with("exit 1\n"), "{rejected}");
    assert_eq!(server.end("-TERM"), Some(0));
    assert_eq!(remote, desk.run(&["digest", "--data", "served"]), "what was acknowledged is there");
    let gone = desk.run(&["digest", "--url", "http://127.0.0.1:1"]);
    expect![[r#"
        exit 3
        headwater: http://127.0.0.1:1 cannot be reached: Connection refused (os error 111)
    "#]]
    .assert_eq(&gone);
}

#[test]
fn the_ready_line_names_the_address_and_the_demo_loads_once() {
    let desk = Desk::new();
    let server = desk.serve(&["--data", "d", "--demo"], &[]);
    let (before, after) = server.ready.split_once(" in ").unwrap();
    assert_eq!(before, format!("headwater ready at {}", server.url));
    let (_, place) = after.split_once(" s ").unwrap();
    let revision = place.strip_prefix("(data in d, revision ").unwrap().trim_end().to_owned();
    assert_ne!(revision, "0)");
    assert_eq!(server.end("-INT"), Some(0));
    let again = desk.serve(&["--data", "d", "--demo"], &[]);
    assert!(again.ready.trim_end().ends_with(&format!("revision {revision}")), "{} then {}", revision, again.ready);
}

#[test]
fn a_graph_is_built_again_from_its_inputs() {
    let desk = Desk::new();
    desk.write("events.ndjson", &events());
    desk.run(&["ingest", "events", "events.ndjson", "--data", "d"]);
    let told = desk.run(&["replay", "--data", "d", "--to", "new"]);
    let digest = desk.run(&["digest", "--data", "d"]).replace("exit 0\n", "");
    let digest = digest.trim();
    assert_eq!(told, format!("exit 0\nstored    {digest}\nreplayed  {digest}\n4 inputs, the same\n"));
    assert_eq!(desk.run(&["digest", "--data", "new"]), format!("exit 0\n{digest}\n"));
    desk.check(
        &["replay", "--data", "d", "--to", "new"],
        expect![[r#"
        exit 2
        headwater: `--to`: expected a folder that does not exist, found `new`
    "#]],
    );
    assert!(desk.run(&["replay", "--data", "d"]).starts_with("exit 0\n"));
    let reindexed = desk.run(&["reindex", "--data", "d"]);
    assert!(reindexed.starts_with("exit 0\n") && reindexed.contains(" nodes indexed in "), "{reindexed}");
}

#[test]
fn every_command_shows_an_example() {
    let desk = Desk::new();
    for command in [
        &["serve"][..],
        &["ingest"],
        &["ingest", "events"],
        &["ingest", "sql"],
        &["ingest", "dbt"],
        &["lineage"],
        &["schema"],
        &["config"],
        &["digest"],
        &["events"],
        &["replay"],
        &["reindex"],
    ] {
        let help = desk.run(&[command, &["--help"]].concat());
        assert!(help.starts_with("exit 0\n") && help.contains("Example:\n  "), "{command:?}: {help}");
    }
    assert!(desk.run(&["schema"]).contains("type Query {"));
}
