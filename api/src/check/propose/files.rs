//! Changed files of SQL against the jobs of the graph: a file that is known as a job has another query, and one that
//! defines tables is a change of them.

use impact::schema::Problem;
use serde::{Deserialize, Serialize};
use sql::{Defaults, Dialect, EmptyCatalog, StatementKind};

use super::jobs::{Job, Jobs, dropped};
use super::{Findings, same};
use crate::check::{Judge, Refusal};

/// Files that were changed together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    pub files: Vec<ChangedFile>,
    /// Of files that define tables.
    pub dialect: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangedFile {
    /// With `/` between its parts.
    pub path: String,
    /// None when it was deleted.
    pub text: Option<String>,
}

pub async fn compare(
    files: &Files,
    jobs: &Jobs,
    judge: &mut Judge<'_>,
    findings: &mut Findings,
) -> Result<(), Refusal> {
    for file in &files.files {
        let known = job_of(&file.path, jobs);
        match (known, &file.text) {
            ([], Some(text)) => definitions(file, text, files.dialect.as_deref(), judge, findings).await?,
            ([], None) => findings.notes.push(format!("{}: it was deleted, and is no job that is known", file.path)),
            ([job], text) => changed(job, text.as_deref(), findings),
            (several, _) => findings.problems.push(ambiguous(&file.path, several)),
        }
    }
    Ok(())
}

/// `headwater ingest sql` names a job by the path from the folder that it read, so that any ending of a path may be the
/// name; the longest that is known counts.
fn job_of<'j>(path: &str, jobs: &'j Jobs) -> &'j [Job] {
    let stem = path.strip_suffix(".sql").unwrap_or(path);
    let starts = std::iter::once(0).chain(stem.match_indices('/').map(|(at, _)| at + 1));
    let mut found = starts.map(|at| jobs.named(&stem[at..]));
    found.find(|jobs| jobs.iter().any(|job| job.is("SQL", "FILE"))).unwrap_or_default()
}

fn ambiguous(path: &str, jobs: &[Job]) -> Problem {
    let names: Vec<String> = jobs.iter().map(|job| format!("{} in {}", job.name.name, job.name.namespace)).collect();
    let message = format!("expected one job, and the file could be {}", names.join(" or "));
    Problem { candidates: names, ..Problem::new(path, message) }
}

fn changed(job: &Job, text: Option<&str>, findings: &mut Findings) {
    let dialect = job.query().and_then(|query| query.dialect.as_deref());
    match text {
        Some(text) if job.query().is_some_and(|query| same(&query.text, text)) => {}
        Some(text) => findings.changes.extend(job.replaced(text, dialect)),
        None => findings.changes.extend(job.writes.iter().map(dropped)),
    }
}

async fn definitions(
    file: &ChangedFile,
    text: &str,
    dialect: Option<&str>,
    judge: &mut Judge<'_>,
    findings: &mut Findings,
) -> Result<(), Refusal> {
    if !defines(text, dialect) {
        findings.notes.push(format!("{}: it is no job that is known, and defines no table", file.path));
        return Ok(());
    }
    match judge.ddl(text, dialect).await {
        Ok(proposal) => findings.changes.extend(proposal.changes),
        Err(Refusal::Proposal(problems)) => findings.problems.extend(
            problems
                .into_iter()
                .map(|problem| Problem { place: format!("{}: {}", file.path, problem.place), ..problem }),
        ),
        Err(failed) => return Err(failed),
    }
    Ok(())
}

/// Whether a text has statements that make, change or drop tables. For that much, any dialect will do.
fn defines(text: &str, dialect: Option<&str>) -> bool {
    let Ok(dialect) = Dialect::from_name(dialect.unwrap_or("generic")) else { return true };
    let (script, _) = sql::parse(text, dialect);
    let (lineage, _) = sql::bind(&script, &EmptyCatalog, &Defaults::default());
    lineage.statements.iter().any(|statement| match statement.kind {
        StatementKind::Alter
        | StatementKind::Drop
        | StatementKind::CreateTable
        | StatementKind::CreateTableAs
        | StatementKind::CreateView => true,
        StatementKind::Select
        | StatementKind::Insert
        | StatementKind::Update
        | StatementKind::Delete
        | StatementKind::Merge
        | StatementKind::Copy
        | StatementKind::Truncate
        | StatementKind::Use
        | StatementKind::Other
        | StatementKind::Unparsed => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_defines_tables_is_told_from_a_query() {
        assert!(defines("alter table a drop column b", None));
        assert!(defines("insert into a select 1; create view v as select 1", Some("postgres")));
        assert!(!defines("select * from a", None));
        assert!(!defines("{{ config(x) }} select * from {{ ref('a') }}", None));
    }
}
