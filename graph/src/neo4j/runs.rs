//! Runs, the input log and contents.

use std::collections::HashMap;

use neo4rs::{Query, query};
use serde::Deserialize;

use super::client::Client;
use super::reader::ask;
use super::shared::{Known, Shared};
use crate::ids::{ContentId, Revision};
use crate::model::Run;
use crate::read::{self, input_kind, moment};
use crate::records::{self, FaultRecord, Record};
use crate::store::*;

macro_rules! found {
    ($from:literal) => {
        concat!(
            $from,
            " AND r.name <> '' AND r.job > 0 AND ($job IS NULL OR r.job = $job) AND ($name IS NULL OR r.name = $name) ",
            "AND ($state IS NULL OR r.state = $state) AND ($at IS NULL OR r.at < $at OR (r.at = $at AND r.id < $id)) ",
            "RETURN DISTINCT r.id AS id, r.job AS job, r.name AS name, r.at AS at, r.body AS body ",
            "ORDER BY at DESC, id DESC LIMIT $limit"
        )
    };
}

const BY_ID: &str = found!("UNWIND $ids AS wanted MATCH (r:Run {id: wanted}) WHERE true");
const OF_DATASETS: &str = found!(
    "UNWIND $datasets AS wanted MATCH (:Entity {id: wanted})<-[:LISTED_AT]-(r:Run) WHERE ($all OR r.id IN $ids)"
);
const OF_JOB: &str = found!("MATCH (r:Run) WHERE r.job = $job AND r.at IS NOT NULL");
const NAMED: &str = found!("MATCH (r:Run) WHERE r.name = $name");
const NEWEST: &str = found!("MATCH (r:Run) WHERE r.at IS NOT NULL");

const LATEST: &str = "UNWIND $jobs AS wanted CALL (wanted) { MATCH (r:Run) WHERE r.job = wanted AND r.name <> '' \
     AND r.at IS NOT NULL RETURN r ORDER BY r.at DESC, r.id DESC LIMIT 1 } \
     RETURN r.id AS id, r.job AS job, r.name AS name, r.at AS at, r.body AS body";

const LOG: &str = "MATCH (i:Input) WHERE i.sequence > $after RETURN i.sequence AS sequence, i.id AS id, i.kind AS kind, \
     i.revision AS revision, i.receivedAt AS received_at, i.body AS body, i.faults AS faults \
     ORDER BY i.sequence LIMIT $limit";

const FAULTY: &str = "MATCH (i:Input) WHERE i.faults IS NOT NULL AND i.sequence < $before \
     RETURN i.sequence AS sequence, i.id AS id, i.kind AS kind, \
     i.revision AS revision, i.receivedAt AS received_at, i.body AS body, i.faults AS faults \
     ORDER BY i.sequence DESC LIMIT $limit";

const CONTENTS: &str = "UNWIND $ids AS wanted MATCH (c:Content {id: wanted}) RETURN c.id AS id, c.bytes AS bytes";

#[derive(Deserialize)]
struct RunRow {
    id: i64,
    job: u32,
    name: String,
    body: String,
}

/// Runs, newest first. Design-time statements are not runs.
pub(super) async fn runs(shared: &Shared, wanted: &RunQuery) -> Result<Vec<Run>> {
    let head = shared.refresh().await?.revision;
    let known = shared.known(head).await?;
    let rows = if wanted.latest_of.is_empty() {
        shared.client.rows(statement(&known, head, wanted)).await?
    } else {
        latest_of(&shared.client, wanted).await?
    };
    ask(shared, &known, shared.picture(), head, |view| {
        let run = |row: &RunRow| Ok(read::run(view, row.id, row.job, row.name.clone(), records::read(&row.body)?));
        rows.iter().map(run).collect()
    })
    .await
}

/// The newest run of each job, in the order asked.
async fn latest_of(client: &Client, wanted: &RunQuery) -> Result<Vec<RunRow>> {
    let jobs: Vec<i64> = wanted.latest_of.iter().map(|job| i64::from(job.0)).collect();
    let rows: Vec<RunRow> = client.rows_of(LATEST, "jobs", jobs).await?;
    let mut by_job: HashMap<u32, RunRow> = rows.into_iter().map(|row| (row.job, row)).collect();
    Ok(wanted.latest_of.iter().filter_map(|job| by_job.remove(&job.0)).collect())
}

fn statement(known: &Known, head: Revision, wanted: &RunQuery) -> Query {
    let ids: Vec<i64> = wanted.ids.iter().map(|id| id.0 as i64).collect();
    let text = match wanted {
        RunQuery { dataset: Some(_), .. } => OF_DATASETS,
        _ if !ids.is_empty() => BY_ID,
        RunQuery { name: Some(_), .. } => NAMED,
        RunQuery { job: Some(_), .. } => OF_JOB,
        _ => NEWEST,
    };
    let datasets: Vec<i64> = wanted.dataset.iter().flat_map(|id| known.class(id.0, head)).map(i64::from).collect();
    let limit = if wanted.limit == 0 { ids.len().max(1) } else { wanted.limit };
    query(text)
        .param("all", ids.is_empty())
        .param("ids", ids)
        .param("datasets", datasets)
        .param("job", wanted.job.map(|job| i64::from(job.0)))
        .param("name", wanted.name.clone())
        .param("state", wanted.state.map(|state| state as i64))
        .param("at", wanted.after.map(|after| after.at.as_microsecond()))
        .param("id", wanted.after.map(|after| after.id.0 as i64))
        .param("limit", limit as i64)
}

#[derive(Deserialize)]
struct InputRow {
    sequence: i64,
    id: String,
    kind: u8,
    revision: Option<u32>,
    received_at: i64,
    body: Vec<u8>,
    faults: Option<String>,
}

impl InputRow {
    fn entry(self) -> Result<LogEntry> {
        let faults: Vec<FaultRecord> = self.faults.as_deref().map_or(Ok(Vec::new()), records::read)?;
        Ok(LogEntry {
            sequence: self.sequence as u64,
            id: content_id(&self.id)?,
            kind: input_kind(self.kind),
            body: self.body,
            received_at: moment(self.received_at),
            revision: self.revision.map(Revision),
            faults: faults.into_iter().map(Record::back).collect(),
        })
    }
}

pub(super) async fn log(client: &Client, wanted: LogQuery) -> Result<Vec<LogEntry>> {
    let asked = match wanted {
        LogQuery { faulty: false, after, .. } => query(LOG).param("after", after as i64),
        LogQuery { after: 0, .. } => query(FAULTY).param("before", i64::MAX),
        LogQuery { after, .. } => query(FAULTY).param("before", after as i64),
    };
    let rows: Vec<InputRow> = client.rows(asked.param("limit", wanted.limit as i64)).await?;
    rows.into_iter().map(InputRow::entry).collect()
}

#[derive(Deserialize)]
struct ContentRow {
    id: String,
    bytes: Vec<u8>,
}

pub(super) async fn contents(client: &Client, ids: &[ContentId]) -> Result<Vec<Option<Vec<u8>>>> {
    let names: Vec<String> = ids.iter().map(ContentId::to_string).collect();
    let rows: Vec<ContentRow> = client.rows_of(CONTENTS, "ids", names.clone()).await?;
    let found: HashMap<String, Vec<u8>> = rows.into_iter().map(|row| (row.id, row.bytes)).collect();
    Ok(names.iter().map(|name| found.get(name).cloned()).collect())
}

pub(super) fn content_id(text: &str) -> Result<ContentId> {
    let unreadable = || StoreError::Backend(format!("`{text}` in the store: expected 32 hexadecimal digits"));
    ContentId::parse(text).ok_or_else(unreadable)
}
