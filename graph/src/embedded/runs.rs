//! Runs, the input log and contents.

use rusqlite::{Connection, OptionalExtension, ToSql, params};

use super::Shared;
use super::topology::Topology;
use crate::ids::{ContentId, Revision};
use crate::model::Run;
use crate::read::{View, input_kind, moment, run};
use crate::records::{self, FaultRecord, Record};
use crate::store::*;

/// Runs, newest first. Design-time statements are not runs.
pub(super) fn runs(shared: &Shared, db: &Connection, query: &RunQuery) -> Result<Vec<Run>> {
    let head = shared.head().revision;
    shared.view(head, |view| {
        if !query.latest_of.is_empty() {
            return query.latest_of.iter().filter_map(|job| latest_of(view, db, job.0).transpose()).collect();
        }
        found(view, db, query)
    })
}

fn found(view: &View<'_, Topology>, db: &Connection, query: &RunQuery) -> Result<Vec<Run>> {
    let (sql, values) = statement(view, query);
    let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
    let mut read = db.prepare_cached(&sql)?;
    let rows = read.query_map(&values[..], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
    })?;
    let mut runs = Vec::new();
    for row in rows {
        let (id, job, name, body) = row?;
        runs.push(run(view, id, job, name, records::read(&body)?));
    }
    Ok(runs)
}

fn latest_of(view: &View<'_, Topology>, db: &Connection, job: u32) -> Result<Option<Run>> {
    let mut read = db.prepare_cached(
        "SELECT id, name, body FROM run WHERE job = ?1 AND name <> '' ORDER BY at DESC, id DESC LIMIT 1",
    )?;
    let row = read.query_row([job], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))).optional()?;
    let Some((id, name, body)) = row else { return Ok(None) };
    Ok(Some(run(view, id, job, name, records::read(&body)?)))
}

fn statement(view: &View<'_, Topology>, query: &RunQuery) -> (String, Vec<rusqlite::types::Value>) {
    use rusqlite::types::Value;
    let mut from = "run";
    let (mut tests, mut values): (Vec<String>, Vec<Value>) =
        (vec!["run.name <> '' AND run.job <> 0".to_owned()], Vec::new());
    let mut test = |text: &str, value: Value| {
        values.push(value);
        tests.push(text.replace('?', &format!("?{}", values.len())));
    };
    if let Some(dataset) = query.dataset {
        from = "run_dataset CROSS JOIN run ON run.id = run_dataset.run";
        let members: Vec<String> = view.class(dataset.0).iter().map(u32::to_string).collect();
        test("instr(?, ',' || run_dataset.dataset || ',') > 0", Value::Text(format!(",{},", members.join(","))));
        if let [only] = members.as_slice() {
            test("run_dataset.dataset = ?", Value::Text(only.clone()));
        }
    }
    if let Some(job) = query.job {
        test("run.job = ?", Value::Integer(job.0.into()));
    }
    if let Some(name) = &query.name {
        test("run.name = ?", Value::Text(name.clone()));
    }
    if let Some(state) = query.state {
        test("run.state = ?", Value::Integer(state as i64));
    }
    if let Some(after) = query.after {
        test("run.at <= ?", Value::Integer(after.at.as_microsecond()));
        let place = format!("(run.at < {} OR run.id < ?)", after.at.as_microsecond());
        test(&place, Value::Integer(after.id.0 as i64));
    }
    if !query.ids.is_empty() {
        let ids: Vec<String> = query.ids.iter().map(|id| id.0.to_string()).collect();
        tests.push(format!("run.id IN ({})", ids.join(",")));
    }
    let order = if query.dataset.is_some() { "run_dataset.at DESC, run.id DESC" } else { "run.at DESC, run.id DESC" };
    let limit = if query.limit == 0 { query.ids.len().max(1) } else { query.limit };
    let sql = format!(
        "SELECT DISTINCT run.id, run.job, run.name, run.body FROM {from} WHERE {} ORDER BY {order} LIMIT {limit}",
        tests.join(" AND ")
    );
    (sql, values)
}

pub(super) fn log(db: &Connection, query: LogQuery) -> Result<Vec<LogEntry>> {
    let before = if query.faulty && query.after == 0 { i64::MAX } else { query.after as i64 };
    let sql = if query.faulty {
        "SELECT sequence, id, kind, revision, received_at, body, faults FROM input \
         WHERE faults IS NOT NULL AND sequence < ?1 ORDER BY sequence DESC LIMIT ?2"
    } else {
        "SELECT sequence, id, kind, revision, received_at, body, faults FROM input WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"
    };
    let mut read = db.prepare_cached(sql)?;
    let mut rows = read.query(params![before, query.limit as i64])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let faults: Option<String> = row.get(6)?;
        let faults: Vec<FaultRecord> = faults.map_or(Ok(Vec::new()), |faults| records::read(&faults))?;
        entries.push(LogEntry {
            sequence: row.get::<_, i64>(0)? as u64,
            id: ContentId(row.get(1)?),
            kind: input_kind(row.get(2)?),
            body: row.get(5)?,
            received_at: moment(row.get(4)?),
            revision: row.get::<_, Option<u32>>(3)?.map(Revision),
            faults: faults.into_iter().map(Record::back).collect(),
        });
    }
    Ok(entries)
}

pub(super) fn contents(db: &Connection, ids: &[ContentId]) -> Result<Vec<Option<Vec<u8>>>> {
    let mut read = db.prepare_cached("SELECT bytes FROM content WHERE id = ?1")?;
    let read_one = |id: &ContentId| Ok(read.query_row([&id.0[..]], |row| row.get(0)).optional()?);
    ids.iter().map(read_one).collect()
}
