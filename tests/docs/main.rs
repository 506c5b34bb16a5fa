//! What the documents say, held against the program.

mod claims;
mod neo4j;
mod pages;

use std::path::PathBuf;

use headwater_tests::binary::root;

/// A document of the repository.
struct Page {
    /// From the root.
    path: PathBuf,
    text: String,
}

impl Page {
    fn read(path: &str) -> Page {
        let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        Page { path: path.into(), text }
    }

    /// All of them.
    fn all() -> Vec<Page> {
        let mut paths: Vec<String> =
            ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(String::from).into();
        for folder in ["docs", "tests/scenarios", "tests/bench"] {
            let entries = std::fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
            let names =
                entries.map(|entry| entry.expect("the folder can be read").file_name().to_string_lossy().into_owned());
            paths.extend(names.filter(|name| name.ends_with(".md")).map(|name| format!("{folder}/{name}")));
        }
        paths.sort();
        paths.iter().map(|path| Page::read(path)).collect()
    }

    /// The fenced blocks of a language, each with the number of its first line.
    fn blocks(&self, language: &str) -> Vec<(usize, String)> {
        let mut blocks: Vec<(usize, String)> = vec![];
        let mut inside: Option<bool> = None;
        for (at, line) in self.text.lines().enumerate() {
            match (line.trim_start().strip_prefix("```"), inside) {
                (Some(word), None) => {
                    let wanted = word.trim() == language;
                    inside = Some(wanted);
                    if wanted {
                        blocks.push((at + 2, String::new()));
                    }
                }
                (Some(_), Some(_)) => inside = None,
                (None, Some(true)) => {
                    let (_, block) = blocks.last_mut().expect("one was begun");
                    *block += line;
                    block.push('\n');
                }
                (None, Some(false) | None) => {}
            }
        }
        blocks
    }

    /// The rows of the first table under a heading, cell by cell, without the head.
    fn table(&self, heading: &str) -> Vec<Vec<String>> {
        let lines = self.text.lines().skip_while(|line| line.trim_start_matches('#').trim() != heading).skip(1);
        let rows = lines.skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
        let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        let rows: Vec<Vec<String>> = rows.skip(2).map(cells).collect();
        assert!(!rows.is_empty(), "{} has no table under `{heading}`", self.path.display());
        rows
    }
}

/// A cell without the marks of code.
fn plain(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}

#[track_caller]
fn expect_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}\n  {}\n", findings.join("\n  "));
}
