//! Every statement of the shared corpora is read without a panic, and most are understood.

use std::{fs, path::Path};

use serde_json::Value;
use sql::{Defaults, Dialect, EmptyCatalog, Severity};

/// Files, and the least share of their cases, in percent, that must be free of errors.
const CORPORA: [(&str, usize); 10] = [
    ("bench_ssb", 100),
    ("bench_tpcds", 100),
    ("bench_tpch", 100),
    ("hard_cases", 100),
    ("openlineage", 98),
    ("real_jaffle", 100),
    ("sqlfluff_fixtures", 95),
    ("sqlglot_lineage", 98),
    ("sqllineage", 92),
    ("tpc_consensus", 100),
];

#[test]
fn corpora_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases/sql");
    if !folder.is_dir() {
        eprintln!("SKIPPED: the corpora are not at {}", folder.display());
        return;
    }
    for (name, least) in CORPORA {
        let text = fs::read_to_string(folder.join(name).with_extension("jsonl")).expect("a corpus can be read");
        let cases = text.lines().filter(|line| !line.trim().is_empty());
        let clean: Vec<bool> = cases.map(is_clean).collect();
        let share = clean.iter().filter(|clean| **clean).count() * 100 / clean.len();
        assert!(
            share >= least,
            "{name}: {share} % of {} cases are read without an error, expected {least}",
            clean.len()
        );
    }
}

fn is_clean(line: &str) -> bool {
    let case: Value = serde_json::from_str(line).expect("a case is JSON");
    let text = case["sql"].as_str().expect("a case has SQL");
    let Ok(dialect) = Dialect::from_name(case["dialect"].as_str().unwrap_or_default()) else { return false };
    let (lineage, found) = sql::lineage(text, dialect, &EmptyCatalog, &Defaults::default());
    for edge in lineage.statements.iter().flat_map(|statement| &statement.edges) {
        assert_eq!(text.get(edge.span.start..edge.span.end), Some(&*edge.expression), "{text}");
    }
    found.iter().all(|found| found.severity != Severity::Error)
}
