//! Runs every `*.yaml` beside this file, each as a test of its own; words on the command line choose by name.

use std::path::Path;
use std::process::ExitCode;

use headwater_tests::{binary, scenario};

/// What is known not to pass, and why. One that passes must be taken off.
const KNOWN: [(&str, &str); 0] = [];

fn main() -> ExitCode {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let files = scenario::files(&binary::root().join("tests/scenarios"));
    let names = |file: &Path| file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let (run, rest): (Vec<_>, Vec<_>) = files
        .into_iter()
        .partition(|file| chosen.is_empty() || chosen.iter().any(|word| names(file).contains(word.as_str())));
    println!("\nrunning {} tests", run.len());
    let mut failures = vec![];
    for file in &run {
        // A panic in the harness is a failure of this scenario and not of those after it.
        let outcome =
            std::panic::catch_unwind(|| scenario::run(file)).unwrap_or_else(|_| Err("panicked, see above".into()));
        let name = names(file);
        let known = KNOWN.iter().find(|(known, _)| *known == name).map(|(_, why)| *why);
        let outcome = match (outcome, known) {
            (Err(_), Some(why)) => {
                println!("test {name} ... ok, fails as known: {why}");
                continue;
            }
            (Ok(()), Some(_)) => Err("passes: take it off the list `KNOWN` in tests/scenarios/main.rs".to_owned()),
            (outcome, None) => outcome,
        };
        println!("test {name} ... {}", if outcome.is_ok() { "ok" } else { "FAILED" });
        failures.extend(outcome.err().map(|what| format!("---- {} ----\n{what}\n", file.display())));
    }
    for failure in &failures {
        println!("\n{failure}");
    }
    let verdict = if failures.is_empty() { "ok" } else { "FAILED" };
    let passed = run.len() - failures.len();
    println!(
        "\ntest result: {verdict}. {passed} passed; {} failed; 0 ignored; 0 measured; {} filtered out\n",
        failures.len(),
        rest.len()
    );
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
