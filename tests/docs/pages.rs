//! Links and file names in documents.

use headwater_tests::binary::root;
use regex::Regex;

use crate::{Page, expect_none};

#[test]
fn links_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a regex");
    let mut findings = vec![];
    for page in Page::all() {
        let folder = root().join(page.path.parent().expect("a page is in a folder"));
        for target in link.captures_iter(&page.text).map(|found| found[1].to_owned()) {
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            if file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            let path = if file.is_empty() { root().join(&page.path) } else { folder.join(file) };
            if !path.exists() {
                findings.push(format!("{}: `{target}` is not there", page.path.display()));
            } else if !anchor.is_empty() && !headings(&path).contains(&anchor.to_owned()) {
                findings.push(format!("{}: `{target}` has no such heading", page.path.display()));
            }
        }
    }
    expect_none("links lead nowhere", &findings);
}

/// Headings as their anchors are spelt.
fn headings(path: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let kept = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let anchor = |line: &str| -> String {
        line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-").chars().filter(|c| kept(*c)).collect()
    };
    text.lines().filter(|line| line.starts_with('#')).map(anchor).collect()
}

/// ARCHITECTURE.md names files as `crate/src/file.rs` and functions as `crate/src/file.rs::name`.
#[test]
fn files_and_functions_that_documents_name_are_there() {
    let named = Regex::new(r"`((?:graph|sql|binding|ingest|search|impact|api|web|tests)/[\w./-]+\.(?:rs|ts|tsx|mjs|graphql|yaml))(?:::(\w+))?`").expect("a regex");
    let mut findings = vec![];
    for page in Page::all() {
        for found in named.captures_iter(&page.text) {
            let (file, name) = (&found[1], found.get(2).map(|name| name.as_str()));
            let place = page.path.display();
            match (std::fs::read_to_string(root().join(file)), name) {
                (Err(_), _) => findings.push(format!("{place}: `{file}` is not there")),
                (Ok(text), Some(name)) if !defines(&text, name) => {
                    findings.push(format!("{place}: `{file}` has no `{name}`"))
                }
                (Ok(_), _) => {}
            }
        }
    }
    expect_none("documents name what is not there", &findings);
}

fn defines(text: &str, name: &str) -> bool {
    ["fn", "struct", "enum", "trait", "const", "type", "function"].iter().any(|word| {
        let start = format!("{word} {name}");
        text.match_indices(&start)
            .any(|(at, _)| !text[at + start.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}
