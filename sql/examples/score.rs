//! Answers the cases of a corpus in the form that the scorer reads.
//!
//! `cargo run -p sql --example score -- CASES.jsonl… > engine.jsonl`

use std::{env, fs, io::Write, process::ExitCode};

use serde::Deserialize;
use serde_json::{Value, json};
use sql::{Schema, cases};

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    #[expect(clippy::disallowed_methods, reason = "a program reads its arguments")]
    let files: Vec<String> = env::args().skip(1).collect();
    for file in files {
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let case: Value = serde_json::from_str(line).unwrap_or_default();
            if writeln!(out, "{}", answer(&case)).is_err() {
                return ExitCode::from(3);
            }
        }
    }
    ExitCode::SUCCESS
}

fn answer(case: &Value) -> Value {
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    let schema = Schema::deserialize(&case["schema"]).unwrap_or_default();
    let mut answer = match cases::answer(text("sql"), text("dialect"), &schema) {
        Ok(answer) => json!(answer),
        Err(error) => json!({ "error": error.to_string() }),
    };
    answer["id"] = case["id"].clone();
    answer
}
