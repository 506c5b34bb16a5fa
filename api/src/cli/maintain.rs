//! Commands on a data folder that nobody has open: read the inputs again, or build the search index again.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use graph::{LogEntry, LogQuery, Store};
use indicatif::ProgressBar;
use search::Index;
use serde_json::json;

use super::outcome::{print, print_json};
use super::tally::bar;
use super::target::Local;
use super::{Exit, Failure, Format, Outcome, Session};
use crate::intake::Intake;

/// Inputs read from the log at one time.
const PAGE: usize = 256;

/// Build a fresh graph from the stored inputs, and compare the digests
#[derive(Args, Debug)]
#[command(after_help = "\
Exit code 1 when the digests differ: then this version reads the inputs in another way than the one that stored them.

Example:
  headwater replay --data ./headwater-data --to ./headwater-new")]
pub struct Replay {
    /// The data folder to read
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Keep the fresh graph in this folder, which must not exist; without it, it is thrown away
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Replay {
    pub async fn run(self, session: &Session) -> Outcome {
        let old = open(&self.data, session).await?;
        let scratch = Scratch::new(&old.data, self.to.as_deref())?;
        let fresh = session.config(super::place_flags(Some(&scratch.folder), None))?;
        let fresh = Local::open(&fresh).await?;
        let inputs = replay(&*old.store, &fresh.intake).await?;
        let before = digest(&old.store).await?;
        let after = digest(&fresh.store).await?;
        drop(fresh);
        drop(scratch);
        let same = before == after;
        match self.format {
            Format::Json => {
                print_json(&json!({ "inputs": inputs, "stored": before, "replayed": after, "same": same }))?;
            }
            Format::Text => {
                let verdict = if same { "the same" } else { "different" };
                print(&format!("stored    {before}\nreplayed  {after}\n{inputs} inputs, {verdict}\n"))?;
            }
        }
        Ok(if same { Exit::Done } else { Exit::Findings })
    }
}

async fn digest(store: &Arc<dyn Store>) -> Result<String, Failure> {
    Ok(graph::digest::digest(&**store).await?)
}

/// Says every input of one store to another, oldest first.
async fn replay(from: &dyn Store, to: &Intake) -> Result<u64, Failure> {
    let total = from.revision(graph::AsOf::Latest).await?.totals.inputs;
    let bar = bar(Some(total), "inputs")?;
    let (mut after, mut count) = (0, 0);
    loop {
        let page = from.log(LogQuery { after, limit: PAGE, faulty: false }).await?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        count += page.len() as u64;
        one_page(from, to, &page, &bar).await?;
    }
    bar.finish_and_clear();
    Ok(count)
}

async fn one_page(from: &dyn Store, to: &Intake, page: &[LogEntry], bar: &ProgressBar) -> Result<(), Failure> {
    let submissions = ingest::replay(from, page).await.map_err(Failure::failed)?;
    to.submissions(submissions).await.map_err(Failure::failed)?;
    bar.inc(page.len() as u64);
    Ok(())
}

/// The folder of a fresh graph: kept when it was asked for by name, else removed in the end.
struct Scratch {
    folder: PathBuf,
    kept: bool,
}

impl Scratch {
    fn new(data: &Path, to: Option<&Path>) -> Result<Scratch, Failure> {
        match to {
            Some(folder) if folder.exists() => Err(Failure::Usage(format!(
                "`--to`: expected a folder that does not exist, found `{}`",
                folder.display()
            ))),
            Some(folder) => Ok(Scratch { folder: folder.to_owned(), kept: true }),
            None => Ok(Scratch { folder: data.join(format!("replay-{}", uuid::Uuid::now_v7())), kept: false }),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = std::fs::remove_dir_all(&self.folder)
        {
            eprintln!("headwater: `{}` could not be removed: {error}", self.folder.display());
        }
    }
}

/// Build the search index again, from the graph alone
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  headwater reindex --data ./headwater-data")]
pub struct Reindex {
    /// The data folder
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Reindex {
    pub async fn run(self, session: &Session) -> Outcome {
        let started = Instant::now();
        let local = open(&self.data, session).await?;
        let index = Index::open(&local.index, local.store.clone()).await?;
        let bar = bar(Some(0), "nodes")?;
        let shown = bar.clone();
        let revision = index
            .rebuild(move |progress| {
                shown.set_length(progress.total);
                shown.set_position(progress.done);
            })
            .await?;
        let nodes = bar.position();
        bar.finish_and_clear();
        index.close().await;
        let seconds = started.elapsed().as_secs_f64();
        match self.format {
            Format::Json => print_json(&json!({ "revision": revision.0, "nodes": nodes, "seconds": seconds }))?,
            Format::Text => print(&format!("{nodes} nodes indexed in {seconds:.2} s, up to revision {revision}\n"))?,
        }
        Ok(Exit::Done)
    }
}

async fn open(data: &Option<PathBuf>, session: &Session) -> Result<Local, Failure> {
    Local::open(&session.config(super::place_flags(data.as_deref(), None))?).await
}
