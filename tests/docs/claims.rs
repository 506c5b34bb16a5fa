//! Commands, settings and queries in documents.

use std::collections::BTreeMap;

use headwater_tests::binary::{root, run, run_ok};
use headwater_tests::server::Server;
use serde_json::Value;

use crate::{Page, expect_none, plain};

#[test]
fn the_two_commands_of_the_readme_are_there() {
    let readme = Page::read("README.md");
    let commands: Vec<String> = readme.blocks("sh").into_iter().flat_map(|(_, block)| lines(&block)).collect();
    for command in ["cargo run --release -- serve --demo", "tests/run"] {
        assert!(commands.iter().any(|line| line == command), "README.md does not show `{command}`");
    }
    let script = std::fs::metadata(root().join("tests/run")).expect("tests/run is there");
    assert!(std::os::unix::fs::PermissionsExt::mode(&script.permissions()) & 0o111 != 0, "tests/run cannot be run");
    let ci = std::fs::read_to_string(root().join(".ci/run")).expect(".ci/run is there");
    assert!(ci.contains("tests/run"), ".ci/run does not run what the README says");
}

#[test]
fn commands_in_documents_have_the_words_and_flags_they_show() {
    let mut helps: BTreeMap<Vec<String>, Option<String>> = BTreeMap::new();
    let mut findings = vec![];
    for page in Page::all() {
        for (first, block) in page.blocks("sh") {
            for line in lines(&block) {
                let Some(at) = line.find("headwater ").filter(|at| *at == 0 || line[..*at].ends_with([' ', '|']))
                else {
                    continue;
                };
                let words: Vec<&str> =
                    line[at..].split_whitespace().skip(1).take_while(|word| !["|", ">", "&&"].contains(word)).collect();
                let names: Vec<String> = subcommand(&words);
                let help = helps.entry(names.clone()).or_insert_with(|| help(&names));
                let place = format!("{}, block at line {first}: `{line}`", page.path.display());
                let Some(help) = help else {
                    findings.push(format!("{place}: there is no such command"));
                    continue;
                };
                let flags = words.iter().filter(|word| word.starts_with("--"));
                let flags = flags.map(|word| word.split('=').next().unwrap_or(word));
                findings.extend(flags.filter(|flag| !help.contains(*flag)).map(|flag| format!("{place}: no `{flag}`")));
            }
        }
    }
    expect_none("documents show commands that do not exist", &findings);
}

/// The lines of a shell block, continued ones put together, comments left out.
fn lines(block: &str) -> Vec<String> {
    let joined = block.replace("\\\n", " ");
    let bare = joined.lines().map(|line| line.split(" #").next().unwrap_or(line).trim());
    bare.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// `ingest sql models --dialect …` is `ingest sql`.
fn subcommand(words: &[&str]) -> Vec<String> {
    let many = words.first() == Some(&"ingest");
    let names = words.iter().take(if many { 2 } else { 1 }).take_while(|word| !word.starts_with('-'));
    names.map(|word| (*word).to_owned()).collect()
}

fn help(names: &[String]) -> Option<String> {
    let mut words: Vec<&str> = names.iter().map(String::as_str).collect();
    words.push("--help");
    let output = run(&words);
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_command_line_page_lists_every_command() {
    let page = Page::read("docs/cli.md");
    let mut listed: Vec<String> = page.table("Commands").iter().map(|row| plain(&row[0])).collect();
    let mut there: Vec<String> = commands(&[]).into_iter().filter(|name| name != "ingest").collect();
    there.extend(commands(&["ingest"]).into_iter().map(|name| format!("ingest {name}")));
    listed.sort();
    there.sort();
    assert_eq!(listed, there.iter().map(|name| format!("headwater {name}")).collect::<Vec<_>>());
    for name in there {
        let words: Vec<String> = name.split(' ').map(str::to_owned).collect();
        let help = help(&words).unwrap_or_default();
        assert!(help.contains("Example:"), "`headwater {name} --help` shows no example");
    }
}

/// The names under `Commands:` of a help text.
fn commands(words: &[&str]) -> Vec<String> {
    let help = run_ok(&[words, &["--help"]].concat());
    let list =
        help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1).take_while(|line| !line.is_empty());
    let names = list.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn the_configuration_page_lists_every_setting_with_its_default() {
    let empty = headwater_tests::server::temporary();
    let output =
        headwater_tests::binary::command().args(["config", "--format", "json"]).current_dir(empty.path()).output();
    let output = output.expect("headwater runs");
    let settings: Value = serde_json::from_slice(&output.stdout).expect("settings are JSON");
    let mut defaults: BTreeMap<String, String> = BTreeMap::new();
    for setting in settings.as_array().expect("a list of settings") {
        let text = |key: &str| match &setting[key] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        defaults.insert(text("key"), text("value"));
    }
    let page = Page::read("docs/configuration.md");
    // A setting that is not set has no default and is not printed.
    let listed: BTreeMap<String, String> = page
        .table("Settings")
        .iter()
        .map(|row| (plain(&row[0]), plain(&row[1])))
        .filter(|(_, default)| default != "none")
        .collect();
    assert_eq!(listed, defaults, "docs/configuration.md (left) and `headwater config` (right) differ");
}

#[test]
fn queries_in_documents_work_on_the_demo() {
    let server = Server::fresh_with(&["--demo"]);
    let mut asked = 0;
    let mut findings = vec![];
    for page in Page::all() {
        for (first, document) in page.blocks("graphql") {
            let answer = server.graphql(&document);
            let place = format!("{}, block at line {first}", page.path.display());
            if !answer["errors"].is_null() {
                findings.push(format!("{place}: {}", answer["errors"]));
            } else if let Some((name, _)) =
                answer["data"].as_object().and_then(|data| data.iter().find(|(_, value)| value.is_null()))
            {
                findings.push(format!("{place}: `{name}` is null on the demo, so the example shows nothing"));
            }
            asked += 1;
        }
    }
    assert!(asked > 0, "no document shows a query");
    expect_none("documents show queries that do not work", &findings);
}
