//! A corpus of cases, each answered on a line of its own.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use sql::{Schema, cases};

use super::super::outcome::print;
use super::super::{Exit, Failure, Outcome};
use super::cannot;

/// Lines that are read before they are answered.
const BATCH: usize = 256;

/// Answers every line of the files, in their order. A line that is no case has an answer that says so.
pub fn run(files: &[PathBuf], out: &Path, jobs: usize) -> Outcome {
    let started = Instant::now();
    let file = File::create(out).map_err(|error| cannot(out, "written", &error))?;
    let mut out = Out { path: out, file: BufWriter::with_capacity(1 << 20, file), sum: Sum::default() };
    for path in files {
        let file = File::open(path).map_err(|error| cannot(path, "read", &error))?;
        let mut batch = Vec::new();
        for line in BufReader::with_capacity(1 << 20, file).split(b'\n') {
            let line = line.map_err(|error| cannot(path, "read", &error))?;
            if !line.trim_ascii().is_empty() {
                batch.push(line);
            }
            if batch.len() == BATCH {
                out.answer(&std::mem::take(&mut batch), jobs)?;
            }
        }
        out.answer(&batch, jobs)?;
    }
    out.end(started)
}

#[derive(Default)]
struct Sum {
    cases: usize,
    statements: usize,
    unreadable: usize,
}

struct Out<'a> {
    path: &'a Path,
    file: BufWriter<File>,
    sum: Sum,
}

impl Out<'_> {
    fn answer(&mut self, lines: &[Vec<u8>], jobs: usize) -> Result<(), Failure> {
        for answered in answers(lines, jobs) {
            self.sum.cases += 1;
            self.sum.statements += answered.statements;
            self.sum.unreadable += usize::from(answered.unreadable);
            writeln!(self.file, "{}", answered.line).map_err(|error| cannot(self.path, "written", &error))?;
        }
        Ok(())
    }

    fn end(mut self, started: Instant) -> Outcome {
        self.file.flush().map_err(|error| cannot(self.path, "written", &error))?;
        let seconds = started.elapsed().as_secs_f64();
        let Sum { cases, statements, unreadable } = self.sum;
        let rate = statements as f64 / seconds.max(f64::EPSILON);
        print(&format!("{cases} cases, {statements} statements in {seconds:.3} s: {rate:.0} statements/s\n"))?;
        if unreadable > 0 {
            print(&format!("{unreadable} lines are no cases\n"))?;
        }
        Ok(if unreadable > 0 { Exit::Findings } else { Exit::Done })
    }
}

/// The answers in the order of the lines.
fn answers(lines: &[Vec<u8>], jobs: usize) -> Vec<Answered> {
    if jobs == 1 {
        let mut worker = Worker::default();
        return lines.iter().map(|line| worker.answer(line)).collect();
    }
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Vec::with_capacity(lines.len()));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                let mut worker = Worker::default();
                while let Some((at, line)) = take(lines, &next) {
                    let answered = worker.answer(line);
                    all.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, answered));
                }
            });
        }
    });
    let mut all = all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, answered)| answered).collect()
}

fn take<'a>(lines: &'a [Vec<u8>], next: &AtomicUsize) -> Option<(usize, &'a [u8])> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    lines.get(at).map(|line| (at, line.as_slice()))
}

struct Answered {
    line: String,
    statements: usize,
    unreadable: bool,
}

/// What is read of a case; the rest of it is not for the engine.
#[derive(Deserialize)]
struct Case<'a> {
    #[serde(default)]
    id: Value,
    dialect: String,
    sql: String,
    #[serde(borrow, default)]
    schema: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a Value,
    #[serde(flatten)]
    answer: &'a cases::Answer,
}

/// Keeps the last schemas, since cases beside each other often share one.
#[derive(Default)]
struct Worker {
    /// Each with its text, the newest at the end.
    schemas: Vec<(String, Schema)>,
}

/// Schemas that are kept.
const SCHEMAS: usize = 64;

impl Worker {
    fn answer(&mut self, line: &[u8]) -> Answered {
        let case: Case<'_> = match serde_json::from_slice(line) {
            Ok(case) => case,
            Err(error) => return unreadable(line, format!("not a case: {error}")),
        };
        let schema = match self.schema(case.schema) {
            Ok(schema) => schema,
            Err(error) => return unreadable(line, format!("`schema`: {error}")),
        };
        let answer = catch_unwind(AssertUnwindSafe(|| cases::answer(&case.sql, &case.dialect, schema)));
        let answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(unknown)) => failed(unknown.to_string()),
            Err(_) => failed("the engine failed; this is a fault of the engine".to_owned()),
        };
        let line = serde_json::to_string(&Line { id: &case.id, answer: &answer });
        let line = line.unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
        Answered { line, statements: answer.statements, unreadable: false }
    }

    fn schema(&mut self, text: Option<&RawValue>) -> Result<&Schema, serde_json::Error> {
        let text = text.map_or("null", RawValue::get);
        let known = self.schemas.iter().rposition(|(known, _)| known == text);
        let at = match known {
            Some(at) => at,
            None => {
                let schema: Option<Schema> = serde_json::from_str(text)?;
                if self.schemas.len() == SCHEMAS {
                    self.schemas.remove(0);
                }
                self.schemas.push((text.to_owned(), schema.unwrap_or_default()));
                self.schemas.len() - 1
            }
        };
        Ok(&self.schemas[at].1)
    }
}

fn failed(error: String) -> cases::Answer {
    cases::Answer { error: Some(error), ..cases::Answer::default() }
}

fn unreadable(line: &[u8], error: String) -> Answered {
    let whole: Value = serde_json::from_slice(line).unwrap_or_default();
    let answer = failed(error);
    let line = serde_json::to_string(&Line { id: &whole["id"], answer: &answer }).unwrap_or_default();
    Answered { line, statements: 0, unreadable: true }
}
