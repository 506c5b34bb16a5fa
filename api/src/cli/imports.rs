//! `headwater ingest sql` and `headwater ingest dbt`: folders that are read here and committed there.

use std::path::PathBuf;

use clap::Args;
use graph::Time;
use graph::change::Submission;
use ingest::{Import, ImportError, dbt, sql_files};
use serde_json::json;

use super::remote::Remote;
use super::tally::{Problem, Tally, bar};
use super::target::{Local, Target};
use super::{Failure, Format, Outcome, Place, Session};
use crate::intake::kind_text;

/// SQL files: each statement that writes a table becomes its lineage
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  headwater ingest sql models --dialect snowflake --namespace snowflake://org-account --default-schema analytics.public")]
pub struct Sql {
    /// A folder, of which every .sql file is read
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// postgres, snowflake, bigquery, spark, …
    #[arg(long, value_name = "DIALECT")]
    dialect: String,
    /// The namespace of the tables, such as postgres://shop-db:5432
    #[arg(long, value_name = "NAMESPACE")]
    namespace: String,
    /// The schema of tables written without one; shop.public is catalog shop, schema public
    #[arg(long, value_name = "SCHEMA")]
    default_schema: Option<String>,
    /// The database, or project, of tables written without one
    #[arg(long, value_name = "NAME")]
    default_catalog: Option<String>,
    /// The namespace of the jobs [default: that of the tables]
    #[arg(long, value_name = "NAMESPACE")]
    job_namespace: Option<String>,
    #[command(flatten)]
    place: Place,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The artifacts of a dbt project: manifest, and beside it catalog, run results and sources
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  headwater ingest dbt target --url http://127.0.0.1:8080")]
pub struct Dbt {
    /// The folder `target` of a dbt project
    #[arg(value_name = "TARGET_DIR")]
    folder: PathBuf,
    /// The namespace of the tables, such as postgres://shop-db:5432 [default: as profiles.yml says]
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,
    /// The namespace of the jobs [default: dbt]
    #[arg(long, value_name = "NAMESPACE")]
    job_namespace: Option<String>,
    /// The folder of profiles.yml, when it is not where dbt looks for it
    #[arg(long, value_name = "DIR")]
    profiles_dir: Option<PathBuf>,
    /// The profile to read there
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The target of that profile
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    #[command(flatten)]
    place: Place,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Sql {
    pub async fn run(self, session: &Session) -> Outcome {
        let options = sql_files::Options {
            dialect: self.dialect,
            namespace: self.namespace,
            job_namespace: self.job_namespace,
            default_schema: self.default_schema,
            default_catalog: self.default_catalog,
        };
        let import = sql_files::read(&self.folder, &options, Time::now()).map_err(failure)?;
        take(import, &Target::open(&self.place, session).await?, self.format).await
    }
}

impl Dbt {
    pub async fn run(self, session: &Session) -> Outcome {
        let options = dbt::Options {
            namespace: self.namespace,
            job_namespace: self.job_namespace,
            profiles_dir: self.profiles_dir,
            profile: self.profile,
            target: self.target,
            environment: std::env::vars().collect(),
        };
        let import = dbt::read(&self.folder, &options, Time::now()).map_err(failure)?;
        take(import, &Target::open(&self.place, session).await?, self.format).await
    }
}

fn failure(error: ImportError) -> Failure {
    match error {
        ImportError::Options(text) => Failure::Usage(text),
        other => Failure::failed(other),
    }
}

/// Inputs that are sent together.
const BATCH: usize = 200;

async fn take(import: Import, target: &Target, format: Format) -> Outcome {
    let mut tally = Tally { received: import.submissions.len() as u64, counts: import.counts, ..Tally::default() };
    let notes = import.notes.into_iter();
    tally.notes = notes.map(|note| Problem { place: note.place, text: note.message }).collect();
    for problem in import.problems {
        tally.problem(problem.place, problem.message);
    }
    let bar = bar(Some(tally.received), "inputs")?;
    let mut waiting = import.submissions.into_iter();
    loop {
        let batch: Vec<Submission> = waiting.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let count = batch.len() as u64;
        note_faults(&batch, &mut tally);
        match target {
            Target::Local(local) => commit(local, batch, &mut tally).await?,
            Target::Remote(remote) => send(remote, &batch, &mut tally).await?,
        }
        bar.inc(count);
    }
    bar.finish_and_clear();
    tally.end("inputs", format)
}

fn note_faults(batch: &[Submission], tally: &mut Tally) {
    for submission in batch {
        tally.faulty += u64::from(!submission.input.faults.is_empty());
        for fault in &submission.input.faults {
            tally.problem(fault.path.clone().unwrap_or_default(), fault.message.clone());
        }
    }
}

async fn commit(local: &Local, batch: Vec<Submission>, tally: &mut Tally) -> Result<(), Failure> {
    for receipt in local.intake.submissions(batch).await.map_err(Failure::failed)? {
        tally.count(receipt.repeated);
    }
    Ok(())
}

async fn send(remote: &Remote, batch: &[Submission], tally: &mut Tally) -> Result<(), Failure> {
    let inputs: Vec<_> = batch
        .iter()
        .map(|submission| {
            let body = String::from_utf8_lossy(&submission.input.body);
            json!({ "kind": kind_text(submission.input.kind), "body": body })
        })
        .collect();
    let answer = remote.post("/api/v1/inputs", json!({ "inputs": inputs }).to_string().into_bytes()).await?;
    for receipt in answer["receipts"].as_array().into_iter().flatten() {
        tally.count(receipt["repeated"] == true);
    }
    Ok(())
}
