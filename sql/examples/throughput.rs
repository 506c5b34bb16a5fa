//! How fast statements are parsed and bound, beside the parser's own rate in the same run, on one core.
//!
//! `cargo run --release -p sql --example throughput -- CASES.jsonl… [--rounds N]`

use std::{env, fs, hint::black_box, process::ExitCode};

use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use serde_json::Value;
use sql::{Dialect, Schema, Script};
use sqlparser::{dialect::GenericDialect, parser::Parser};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rounds over all cases unless the command line says otherwise; the median counts.
const ROUNDS: usize = 15;

struct Case {
    text: String,
    dialect: Dialect,
    schema: Schema,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), String> {
    #[expect(clippy::disallowed_methods, reason = "a program reads its arguments")]
    let mut arguments = env::args().skip(1);
    let mut rounds = ROUNDS;
    let mut cases = Vec::new();
    while let Some(argument) = arguments.next() {
        if argument == "--rounds" {
            let given = arguments.next().and_then(|given| given.parse().ok());
            rounds = given.ok_or("--rounds: expected a number")?;
        } else {
            read(&argument, &mut cases)?;
        }
    }
    if cases.is_empty() {
        return Err("expected files of cases, found none".to_owned());
    }
    measure(&cases, rounds.max(1));
    Ok(())
}

fn read(file: &str, cases: &mut Vec<Case>) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case: Value = serde_json::from_str(line).map_err(|error| format!("{file}: {error}"))?;
        let name = case["dialect"].as_str().unwrap_or_default();
        cases.push(Case {
            text: case["sql"].as_str().unwrap_or_default().to_owned(),
            dialect: Dialect::from_name(name).map_err(|error| format!("{file}: {error}"))?,
            schema: Schema::deserialize(&case["schema"]).unwrap_or_default(),
        });
    }
    Ok(())
}

fn measure(cases: &[Case], rounds: usize) {
    let scripts: Vec<Script> = cases.iter().map(|case| sql::parse(&case.text, case.dialect).0).collect();
    // In turns, so that all of them meet the same machine.
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..rounds {
        times[0].push(timed(cases, |_, case| {
            black_box(Parser::parse_sql(&GenericDialect {}, &case.text).is_ok());
        }));
        times[1].push(timed(cases, |_, case| {
            black_box(sql::parse(&case.text, case.dialect));
        }));
        times[2].push(timed(cases, |_, case| {
            black_box(sql::lineage(&case.text, case.dialect, &case.schema, case.schema.defaults()));
        }));
        times[3].push(timed(cases, |index, case| {
            black_box(sql::bind(&scripts[index], &case.schema, case.schema.defaults()));
        }));
    }
    let [parser, parsed, both, again] = times.map(|times| cases.len() as f64 / median(times));
    let bytes: usize = scripts.iter().map(|script| script.to_bytes().len()).sum();
    let text: usize = cases.iter().map(|case| case.text.len()).sum();
    println!("{} statements, median of {rounds} rounds, a second of one core's time", cases.len());
    println!("sqlparser's parse      {parser:>9.0} /s");
    println!("parse                  {parsed:>9.0} /s");
    println!("parse and bind         {both:>9.0} /s   {:.0} % of sqlparser's parse", 100.0 * both / parser);
    println!("bind again             {again:>9.0} /s");
    println!(
        "flat form              {:>9.0} bytes a statement, of {:.0} bytes of text",
        bytes as f64 / cases.len() as f64,
        text as f64 / cases.len() as f64
    );
}

/// The time that all cases take together, in seconds of the process's own.
fn timed(cases: &[Case], mut each: impl FnMut(usize, &Case)) -> f64 {
    let start = clock();
    for (index, case) in cases.iter().enumerate() {
        each(index, case);
    }
    clock() - start
}

fn clock() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
