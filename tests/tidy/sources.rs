//! Rules for the text of sources and documents.

use std::path::Path;

use headwater_tests::binary::root;

use crate::{expect_none, files};

const MOST_LINES: usize = 700;

/// Files that a tool writes.
const GENERATED: [&str; 4] = ["Cargo.lock", "web/package-lock.json", "web/schema.graphql", "web/src/shared/gql/"];

fn generated(path: &Path) -> bool {
    GENERATED.iter().any(|prefix| path.starts_with(prefix))
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

/// Every text file with its content; binary files are left out.
fn texts() -> Vec<(String, String)> {
    let read = |path: &Path| std::fs::read_to_string(root().join(path)).ok();
    let kept = files().into_iter().filter(|path| !generated(path));
    kept.filter_map(|path| Some((path.display().to_string(), read(&path)?))).collect()
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let long = texts().into_iter().filter(|(path, text)| {
        matches!(extension(Path::new(path)), "rs" | "ts" | "tsx" | "mjs" | "css") && text.lines().count() > MOST_LINES
    });
    let findings: Vec<String> = long.map(|(path, text)| format!("{path}: {} lines", text.lines().count())).collect();
    expect_none(&format!("files over {MOST_LINES} lines: find the seam"), &findings);
}

#[test]
fn nothing_unfinished_is_left_behind() {
    // Put together here, so that this file does not find itself.
    let marks = [["to", "do!("], ["unimpl", "emented!("], ["db", "g!("], ["TO", "DO"], ["FIX", "ME"], ["XX", "X "]];
    let marks = marks.map(|halves| halves.concat());
    let sources =
        texts().into_iter().filter(|(path, _)| matches!(extension(Path::new(path)), "rs" | "ts" | "tsx" | "mjs"));
    expect_none("unfinished work is left in the sources", &lines_with(sources, &marks));
}

#[test]
fn no_path_or_host_of_somebodys_machine_is_in_the_repository() {
    let marks = [["/wo", "rk/"], ["/ro", "ot/"], ["registry.", "npmjs"], ["static.", "crates.io"]];
    let marks = marks.map(|halves| halves.concat());
    let lock = Path::new("web/package-lock.json");
    let locked = std::fs::read_to_string(root().join(lock)).ok().map(|text| (lock.display().to_string(), text));
    expect_none(
        "a path or a host of one machine is written down",
        &lines_with(texts().into_iter().chain(locked), &marks),
    );
}

#[test]
fn the_published_schema_is_what_the_server_serves() {
    let published = std::fs::read_to_string(root().join("web/schema.graphql")).expect("web/schema.graphql is there");
    let served = headwater_tests::binary::run_ok(&["schema"]);
    // Blanks, line ends and commas mean nothing in GraphQL, and a formatter may move them.
    let meaning = |text: &str| text.replace([' ', '\n', ','], "");
    assert!(
        meaning(&published) == meaning(&served),
        "web/schema.graphql is stale: run `headwater schema > web/schema.graphql` and then `npm run codegen`"
    );
}

fn lines_with(texts: impl IntoIterator<Item = (String, String)>, marks: &[String]) -> Vec<String> {
    let mut findings = vec![];
    for (path, text) in texts {
        for (at, line) in text.lines().enumerate() {
            if let Some(mark) = marks.iter().find(|mark| line.contains(mark.as_str())) {
                findings.push(format!("{path}:{}: `{mark}`", at + 1));
            }
        }
    }
    findings
}
