//! Measures Headwater and prints a table. `--write` keeps it in `tests/bench/README.md`; `--large` also measures a graph of
//! three million edges, which takes some minutes; other words choose measurements by name.
//!
//! Every figure comes from the real binary over loopback. Nothing here is a test: a busy machine gives other numbers.

mod drive;
mod machine;
mod measure;
mod table;

use std::process::ExitCode;

use headwater_tests::binary;

const USAGE: &str = "usage: cargo run --release -p headwater-tests --bin bench -- [--write] [--large] [NAME…]";

fn main() -> ExitCode {
    let (mut write, mut large, mut chosen) = (false, false, vec![]);
    for word in std::env::args().skip(1) {
        match word.as_str() {
            "--write" => write = true,
            "--large" => large = true,
            other if other.starts_with('-') => {
                eprintln!("`{other}` is no option\n{USAGE}");
                return ExitCode::from(2);
            }
            _ => chosen.push(word),
        }
    }
    if cfg!(debug_assertions) {
        eprintln!("this is a debug build, whose figures mean nothing; {USAGE}");
    }
    let wanted = |name: &str| chosen.is_empty() || chosen.iter().any(|word| name.contains(word.as_str()));
    let mut rows = vec![];
    for (name, measurement) in measure::all(large).into_iter().filter(|(name, _)| wanted(name)) {
        eprintln!("measuring {name} …");
        rows.extend(measurement());
    }
    let text = table::render(&rows);
    println!("{text}");
    if write {
        let path = binary::root().join("tests/bench/README.md");
        if let Err(error) = std::fs::write(&path, table::page(&text)) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::from(3);
        }
    }
    ExitCode::SUCCESS
}
