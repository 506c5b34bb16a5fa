//! Databases that run statements.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use headwater_tests::binary::root;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Value, json};

/// The rows of one query, each a list of texts, in the order of their texts; or its error.
pub type Rows = Result<Vec<Vec<String>>, String>;

/// For each set of tables the rows of each question.
pub type Runs = Vec<Vec<Rows>>;

/// A query, perhaps after a statement that is taken back when it was answered.
pub struct Question {
    pub before: Option<String>,
    pub query: String,
}

pub fn sqlite(tables: &[String], questions: &[Question]) -> Runs {
    tables
        .iter()
        .map(|setup| {
            let database = Connection::open_in_memory().expect("a database in memory");
            database.execute_batch(setup).expect("tables are made");
            questions.iter().map(|question| answer(&database, question).map_err(|error| error.to_string())).collect()
        })
        .collect()
}

fn answer(database: &Connection, question: &Question) -> rusqlite::Result<Vec<Vec<String>>> {
    let transaction = database.unchecked_transaction()?;
    transaction.execute_batch(question.before.as_deref().unwrap_or_default())?;
    rows(&transaction, &question.query)
}

fn rows(database: &Connection, query: &str) -> rusqlite::Result<Vec<Vec<String>>> {
    let mut statement = database.prepare(query)?;
    let width = statement.column_count();
    let mut found = statement.query([])?;
    let mut rows = vec![];
    while let Some(row) = found.next()? {
        let values = (0..width).map(|at| row.get_ref(at).map(text));
        rows.push(values.collect::<rusqlite::Result<_>>()?);
    }
    rows.sort();
    Ok(rows)
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
    }
}

/// `None`, and a loud word, when its package is not there; `tests/run` installs it.
pub fn duckdb(tables: &[String], questions: &[Question]) -> Option<Runs> {
    let Some(modules) = std::env::var_os("DUCKDB_MODULES").map(PathBuf::from) else {
        assert!(std::env::var_os("CI").is_none(), "in CI nothing is skipped: DUCKDB_MODULES is not set");
        eprintln!(
            "SKIPPED: agreement with DuckDB, because DUCKDB_MODULES names no folder with its package: use tests/run"
        );
        return None;
    };
    let mut node = Command::new("node");
    node.arg(root().join("tests/execution/duckdb.mjs")).arg(modules).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = node.spawn().expect("node runs");
    let questions = questions.iter().map(|one| json!({ "before": one.before, "query": one.query }));
    let question = json!({ "tables": tables, "questions": questions.collect::<Vec<_>>() }).to_string();
    child.stdin.take().expect("it was piped").write_all(question.as_bytes()).expect("the script reads");
    let output = child.wait_with_output().expect("the script ends");
    assert!(output.status.success(), "the script failed: {}", output.status);
    let lines = String::from_utf8(output.stdout).expect("the script writes UTF-8");
    Some(lines.lines().map(|line| answers(&serde_json::from_str(line).expect("the script writes JSON"))).collect())
}

fn answers(line: &Value) -> Vec<Rows> {
    let answers = line.as_array().expect("a list of answers").iter();
    answers
        .map(|answer| match &answer["error"] {
            Value::String(error) => Err(error.clone()),
            _ => {
                let mut rows: Vec<Vec<String>> =
                    serde_json::from_value(answer["rows"].clone()).expect("lists of texts");
                rows.sort();
                Ok(rows)
            }
        })
        .collect()
}
