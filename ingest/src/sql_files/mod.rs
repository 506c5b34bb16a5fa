//! SQL files: each is a job, designed and not run, that reads and writes what its statements do.
//!
//! The lineage of its columns is derived by the store from the query, with the schemas of the graph. Here it is told
//! which tables there are, and what `CREATE TABLE` says of their columns.

mod events;
mod walk;

use std::path::Path;

use graph::Time;
use graph::change::{Fault, InputKind, Submission};
use serde_json::{Value, json};
use sql::{Diagnostic, Dialect, Script, Severity};

use crate::error::Result;
use crate::import::{self, Import, ImportError, Problem};
use walk::File;

/// Problems of one file that are listed; of more, only the number is told.
const MAX_PROBLEMS: usize = 20;

/// How to read SQL files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub dialect: String,
    /// Of the tables, such as `postgres://db:5432`.
    pub namespace: String,
    /// Of the jobs; that of the tables when it is not given.
    pub job_namespace: Option<String>,
    /// For tables written without one. `shop.public` is catalog `shop` and schema `public`.
    pub default_schema: Option<String>,
    /// The database, or project, of tables written without one.
    pub default_catalog: Option<String>,
}

/// Reads every `*.sql` below a folder, in the order of their paths. Links are not followed.
pub fn read(dir: &Path, options: &Options, received_at: Time) -> std::result::Result<Import, ImportError> {
    let dialect = Dialect::from_name(&options.dialect).map_err(|unknown| ImportError::Options(unknown.to_string()))?;
    if options.namespace.trim().is_empty() {
        let message = "expected the namespace of the tables, such as postgres://HOST:PORT, found none";
        return Err(ImportError::Options(message.to_owned()));
    }
    let mut import = Import::default();
    let files = walk::files(dir, &mut import)?;
    let mut statements = 0;
    for file in &files {
        match submission(file, options, dialect, received_at) {
            Ok((submission, count)) => {
                statements += count;
                import.submissions.push(submission);
            }
            Err(error) => import.problems.push(Problem::new(file.path.as_str(), error.to_string())),
        }
    }
    import.counts = vec![("files", import.submissions.len()), ("statements", statements)];
    note_short_names(&mut import, options, dialect);
    Ok(import)
}

/// A file, and how many statements it has.
fn submission(file: &File, options: &Options, dialect: Dialect, received_at: Time) -> Result<(Submission, usize)> {
    let (catalog, schema) = defaults(options);
    let unit = json!({
        "path": file.path,
        "text": file.text,
        "at": file.changed_at.to_string(),
        "dialect": dialect.name(),
        "namespace": options.namespace,
        "job_namespace": options.job_namespace.as_deref().unwrap_or(&options.namespace),
        "default_catalog": catalog,
        "default_schema": schema,
    });
    let body = import::body(&unit, &file.path)?;
    parsed(&body, received_at)
}

/// What a stored input of this kind says; equal to what it said when it was read.
pub fn replay(body: &[u8], received_at: Time) -> Result<Submission> {
    parsed(body, received_at).map(|(submission, _)| submission)
}

/// The submission, and how many statements its text has.
fn parsed(body: &[u8], received_at: Time) -> Result<(Submission, usize)> {
    let unit = import::unit(body)?;
    let Ok(dialect) = Dialect::from_name(text(&unit, "dialect")) else {
        return Ok((import::submission(InputKind::Sql, body, &[], received_at)?, 0));
    };
    let (script, diagnostics) = sql::parse(text(&unit, "text"), dialect);
    let mut submission = import::submission(InputKind::Sql, body, &events::of(&unit, &script), received_at)?;
    submission.input.faults.extend(faults(text(&unit, "path"), &script, &diagnostics));
    Ok((submission, script.statement_count()))
}

fn faults(path: &str, script: &Script, diagnostics: &[Diagnostic]) -> Vec<Fault> {
    let serious: Vec<&Diagnostic> = diagnostics.iter().filter(|found| found.severity > Severity::Note).collect();
    let fault = |found: &&Diagnostic| {
        let (line, column) = position(script.text(), found.span.start);
        let (code, message) = (found.code.to_owned(), found.message.clone());
        Fault { code, path: Some(format!("{path}:{line}:{column}")), message }
    };
    let mut faults: Vec<Fault> = serious.iter().take(MAX_PROBLEMS).map(fault).collect();
    if serious.len() > MAX_PROBLEMS {
        let message = format!("{} more problems of this file are not listed", serious.len() - MAX_PROBLEMS);
        faults.push(Fault { code: "more-faults".to_owned(), path: Some(path.to_owned()), message });
    }
    faults
}

/// Line and column, both from 1; the column counts characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
}

/// Catalog and schema.
fn defaults(options: &Options) -> (Option<&str>, Option<&str>) {
    let schema = options.default_schema.as_deref();
    match schema.and_then(|schema| schema.rsplit_once('.')) {
        Some((catalog, schema)) => (options.default_catalog.as_deref().or(Some(catalog)), Some(schema)),
        None => (options.default_catalog.as_deref(), schema),
    }
}

/// Names that lack a schema or a database do not meet those that others report.
fn note_short_names(import: &mut Import, options: &Options, dialect: Dialect) {
    let expected = events::parts_of(&options.namespace, dialect);
    let mut names = events::datasets(&import.submissions).filter(|name| !name.contains('/'));
    let Some(short) = names.find(|name| name.split('.').count() < expected) else { return };
    let give = match (options.default_schema.is_some(), expected) {
        (true, _) => "--default-catalog DATABASE",
        (false, 2) => "--default-schema SCHEMA",
        (false, _) => "--default-schema DATABASE.SCHEMA",
    };
    let message = format!(
        "the table \"{short}\" is known by {} of {expected} parts of its name, and may be taken for another than the \
         one that events report: give {give}",
        short.split('.').count()
    );
    import.notes.push(Problem::new(options.namespace.as_str(), message));
}

fn text<'a>(unit: &'a Value, key: &str) -> &'a str {
    unit[key].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests;
