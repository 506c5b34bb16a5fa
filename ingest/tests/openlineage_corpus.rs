//! Real events of real emitters, from `../shared/cases/openlineage`. Without that folder these tests say that they
//! were skipped.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use graph::ContentId;
use graph::change::Submission;
use ingest::openlineage::{self, Limits};

/// Every `.ndjson` file of the cases, by name; nothing when the folder is missing.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases/openlineage");
    if !root.is_dir() {
        eprintln!("SKIPPED: the real events are not there, expected them in ../shared/cases/openlineage");
        return Vec::new();
    }
    let mut files: Vec<PathBuf> = [root.clone(), root.join("compat")]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ndjson"))
        .collect();
    files.sort();
    let name = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    files.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// Every event of the cases, with its file and line.
fn events() -> Vec<(String, Vec<u8>)> {
    let mut events = Vec::new();
    for (name, file) in corpus() {
        for document in openlineage::lines(file.as_slice(), 100 << 20) {
            let document = document.unwrap();
            events.push((format!("{name}:{}", document.line), document.text.unwrap()));
        }
    }
    events
}

fn read(event: &[u8]) -> Submission {
    let received_at = "2026-12-01T00:00:00Z".parse().unwrap();
    openlineage::event(event, received_at, &Limits::default()).unwrap()
}

#[test]
fn every_real_event_is_accepted() {
    let mut faults = BTreeMap::new();
    for (place, event) in events() {
        let received_at = "2026-12-01T00:00:00Z".parse().unwrap();
        match openlineage::event(&event, received_at, &Limits::default()) {
            Err(rejection) => panic!("{place}: {rejection}"),
            Ok(submission) => {
                for fault in submission.input.faults {
                    *faults.entry(fault.code.clone()).or_insert(0) += 1;
                    println!("{place} {:?}", fault);
                }
            }
        }
    }
    println!("{faults:?}");
}

#[test]
fn a_stored_event_is_restored_to_its_canonical_form() {
    for (place, event) in events() {
        let input = read(&event).input;
        let contents: HashMap<ContentId, Vec<u8>> = input.contents.iter().map(|c| (c.id, c.bytes.clone())).collect();
        let whole = openlineage::restore(input.id, &input.body, &|id| contents.get(&id).cloned()).unwrap();
        assert_eq!(String::from_utf8_lossy(&whole), String::from_utf8_lossy(&ingest::canonical::canonical(&event).unwrap()), "{place}");
        assert_eq!(ContentId::of(&whole), input.id, "{place}");
    }
}
