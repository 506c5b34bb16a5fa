//! The seeds of the fuzz targets, what once crashed among them, are read without a panic, and every place is in the text.

use std::{fs, path::Path};

use sql::{Defaults, Dialect, EmptyCatalog, Span};

#[test]
fn seeds_are_read_and_every_place_is_in_the_text() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the seeds are there") {
        let path = entry.expect("the folder can be read").path();
        let bytes = fs::read(&path).expect("a seed can be read");
        let (first, rest) = bytes.split_first().expect("a seed has a first byte");
        check(&path.display().to_string(), *first, std::str::from_utf8(rest).expect("a seed is text"));
        count += 1;
    }
    assert!(count >= 30, "{count} seeds");
}

/// The first byte chooses the dialect, as in the fuzz targets.
fn check(name: &str, first: u8, text: &str) {
    let dialects: Vec<Dialect> = Dialect::all().collect();
    let dialect = dialects[usize::from(first) % dialects.len()];
    let (lineage, diagnostics) = sql::lineage(text, dialect, &EmptyCatalog, &Defaults::default());
    let within = |span: Span| text.get(span.start..span.end);
    for found in &diagnostics {
        assert!(within(found.span).is_some(), "{name}: {found:?}");
    }
    for statement in &lineage.statements {
        assert!(within(statement.span).is_some(), "{name}: {:?}", statement.span);
        for used in statement.reads.iter().chain(&statement.writes) {
            assert!(within(used.span).is_some(), "{name}: {used:?}");
        }
        for edge in &statement.edges {
            assert_eq!(within(edge.span), Some(&*edge.expression), "{name}: {edge:?}");
        }
    }
}
