//! `headwater ingest`: files of events, SQL files, dbt artifacts.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ingest::openlineage::{Document, lines};

use super::imports::{Dbt, Sql};
use super::remote::Remote;
use super::tally::{Tally, bar};
use super::target::Target;
use super::{Failure, Format, Outcome, Place, Session};
use crate::error::{Error, Kind};
use crate::intake::Fate;

/// Read events, SQL files or dbt artifacts into the graph
#[derive(Subcommand, Debug)]
#[command(after_help = "\
Exit code 1 when something was rejected or not understood; everything else is taken nevertheless.

Example:
  headwater ingest events airflow.ndjson")]
pub enum Ingest {
    Events(Events),
    Sql(Sql),
    Dbt(Dbt),
}

/// OpenLineage events: one a line, a JSON array, or one event after the other
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  headwater ingest events airflow.ndjson spark.ndjson
  cat events.ndjson | headwater ingest events - --url http://127.0.0.1:8080")]
pub struct Events {
    /// Files of events; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    place: Place,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Events of one batch.
const BATCH: usize = 500;
/// Bytes of one batch.
const BATCH_BYTES: usize = 4 << 20;
/// Bytes of one event.
const EVENT_BYTES: usize = 100 << 20;

impl Ingest {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Ingest::Events(events) => events.run(session).await,
            Ingest::Sql(sql) => sql.run(session).await,
            Ingest::Dbt(dbt) => dbt.run(session).await,
        }
    }
}

impl Events {
    async fn run(self, session: &Session) -> Outcome {
        let target = Target::open(&self.place, session).await?;
        let mut tally = Tally::default();
        for file in &self.files {
            read_file(file, &target, &mut tally).await?;
        }
        tally.end("events", self.format)
    }
}

async fn read_file(path: &Path, target: &Target, tally: &mut Tally) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::Failed(format!("`{}`: cannot be read: {error}", path.display()));
    let standard = path == Path::new("-");
    let (input, size): (Box<dyn Read>, Option<u64>) = if standard {
        (Box::new(std::io::stdin()), None)
    } else {
        let file = File::open(path).map_err(cannot)?;
        let size = file.metadata().map_err(cannot)?.len();
        (Box::new(file), Some(size))
    };
    let bar = bar(size, "bytes")?;
    let name = if standard { "stdin".to_owned() } else { path.display().to_string() };
    let mut batch = Batch::new(name, target);
    for document in lines(BufReader::with_capacity(1 << 20, bar.wrap_read(input)), EVENT_BYTES) {
        batch.add(document.map_err(cannot)?, tally);
        if batch.is_full() {
            batch.send(tally).await?;
        }
    }
    batch.send(tally).await?;
    bar.finish_and_clear();
    Ok(())
}

/// Events of one file that wait to be sent together.
struct Batch<'a> {
    file: String,
    target: &'a Target,
    lines: Vec<usize>,
    events: Vec<Vec<u8>>,
    bytes: usize,
}

impl<'a> Batch<'a> {
    fn new(file: String, target: &'a Target) -> Batch<'a> {
        Batch { file, target, lines: Vec::new(), events: Vec::new(), bytes: 0 }
    }

    fn add(&mut self, document: Document, tally: &mut Tally) {
        tally.received += 1;
        match document.text {
            Ok(event) => {
                self.bytes += event.len();
                self.events.push(event);
                self.lines.push(document.line);
            }
            Err(unreadable) => tally.reject(format!("{}:{}", self.file, document.line), unreadable.to_string()),
        }
    }

    fn is_full(&self) -> bool {
        self.events.len() >= BATCH || self.bytes >= BATCH_BYTES
    }

    async fn send(&mut self, tally: &mut Tally) -> Result<(), Failure> {
        let events = std::mem::take(&mut self.events);
        let lines = std::mem::take(&mut self.lines);
        self.bytes = 0;
        let place = |index: usize| format!("{}:{}", self.file, lines.get(index).copied().unwrap_or_default());
        if events.is_empty() {
            return Ok(());
        }
        match self.target {
            Target::Local(local) => {
                for fate in local.intake.events(events).await {
                    count(fate, place, tally)?;
                }
            }
            Target::Remote(remote) => send_remote(remote, events, place, tally).await?,
        }
        Ok(())
    }
}

fn count(fate: Fate, place: impl Fn(usize) -> String, tally: &mut Tally) -> Result<(), Failure> {
    let place = place(fate.index);
    match fate.result {
        Ok(taken) => {
            tally.count(taken.receipt.repeated);
            tally.faulty += u64::from(!taken.receipt.repeated && !taken.faults.is_empty());
        }
        Err(Error::Client(error)) if error.code.kind() == Kind::Client => tally.reject(place, error.located()),
        Err(error) => return Err(Failure::Failed(format!("{place}: {error}"))),
    }
    Ok(())
}

/// Sends events as one batch; one that is no JSON would spoil it and goes alone.
async fn send_remote(
    remote: &Remote,
    events: Vec<Vec<u8>>,
    place: impl Fn(usize) -> String,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let (whole, broken): (Vec<_>, Vec<_>) = events.into_iter().enumerate().partition(|(_, event)| is_json(event));
    let mut refused = Vec::new();
    for (index, event) in broken {
        match remote.event(event).await? {
            Some(reason) => refused.push((index, reason)),
            None => tally.accepted += 1,
        }
    }
    let failed = if whole.is_empty() { Vec::new() } else { remote.events(array(&whole)).await? };
    tally.accepted += (whole.len() - failed.len()) as u64;
    for event in failed {
        let index = whole.get(event.index).map_or(event.index, |(index, _)| *index);
        if event.retriable {
            return Err(Failure::Failed(format!("{}: {}", place(index), event.reason)));
        }
        refused.push((index, event.reason));
    }
    refused.sort();
    for (index, reason) in refused {
        tally.reject(place(index), reason);
    }
    Ok(())
}

fn is_json(event: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(event).is_ok()
}

fn array(events: &[(usize, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(events.iter().map(|(_, event)| event.len() + 1).sum::<usize>() + 2);
    out.push(b'[');
    for (at, (_, event)) in events.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(event);
    }
    out.push(b']');
    out
}
