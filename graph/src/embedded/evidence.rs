//! Why an edge is believed: which runs said so, from what, and where in the query.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::Shared;
use super::reader::View;
use crate::ids::{ContentId, EdgeId, NodeId, Revision, RunId, Span};
use crate::model::*;
use crate::records::{self, DerivationBody, KeyRecord, Lineage, Record};
use crate::store::Result;

/// An edge row.
struct Row {
    kind: EdgeKind,
    src: u32,
    dst: u32,
    masking: bool,
    output: u32,
    job: u32,
    span: Span,
}

/// What is known of one lineage that has the edge.
struct Seen {
    lineage: Lineage,
    first: KeyRecord,
    last: KeyRecord,
    runs: u64,
    last_run: Option<RunId>,
}

pub(super) fn evidence(shared: &Shared, db: &Connection, id: EdgeId) -> Result<Option<Evidence>> {
    let Some(row) = row(db, id)? else { return Ok(None) };
    let mut seen: Vec<Seen> = Vec::new();
    for (lineage, runs) in statements(db, &row)? {
        let body = lineage_of(db, &lineage)?;
        if states(&body, &row) {
            seen.push(Seen { lineage: body, ..runs });
        }
    }
    let edge = edge(shared, id, &row);
    seen.sort_by_key(|seen| (seen.lineage.source, std::cmp::Reverse(seen.last)));
    let Some(best) = seen.first() else { return Ok(None) };
    let last = seen.iter().max_by_key(|seen| seen.last).unwrap_or(best);
    let first = seen.iter().map(|seen| seen.first).min().unwrap_or(best.first);
    Ok(Some(Evidence {
        edge,
        span: row.span,
        source: source(best.lineage.source),
        query: query(db, &best.lineage, row.job)?,
        expression: expression(&best.lineage, &row),
        first_seen: first.0.time,
        last_seen: last.last.0.time,
        run_count: seen.iter().map(|seen| seen.runs).sum(),
        last_run: last.last_run,
    }))
}

fn row(db: &Connection, id: EdgeId) -> Result<Option<Row>> {
    let mut read = db.prepare_cached(
        "SELECT kind, src, dst, masking, output, job, since, until FROM edge WHERE id = ?1 AND job <> ?2",
    )?;
    let row = read.query_row(params![id.0, u32::MAX], |row| {
        Ok(Row {
            kind: EdgeKind::ALL[usize::from(row.get::<_, u8>(0)?)],
            src: row.get(1)?,
            dst: row.get(2)?,
            masking: row.get(3)?,
            output: row.get(4)?,
            job: row.get(5)?,
            span: Span {
                from: Revision(row.get(6)?),
                until: row.get::<_, Option<u32>>(7)?.map_or(Revision::OPEN, Revision),
            },
        })
    });
    Ok(row.optional()?)
}

fn edge(shared: &Shared, id: EdgeId, row: &Row) -> Edge {
    let (topology, aliases) = (shared.topology.read(), shared.aliases.read());
    let at = if row.span.is_open() { shared.head().revision } else { row.span.from };
    let view = View { topology: &topology, aliases: &aliases, at };
    Edge {
        id,
        from: NodeId(view.representative(row.src)),
        to: NodeId(view.representative(row.dst)),
        kind: row.kind,
        masking: row.masking,
        job: (row.job != 0).then_some(NodeId(row.job)),
    }
}

/// The lineages that runs of the job stated of the output, with who and when.
fn statements(db: &Connection, row: &Row) -> Result<BTreeMap<Vec<u8>, Seen>> {
    let sql = if row.output == 0 {
        "SELECT run_output.lineage, run_output.key, run_output.run, run.name FROM run_output JOIN run ON run.id = run \
         WHERE run_output.job = ?2 AND ?1 = 0"
    } else {
        "SELECT run_output.lineage, run_output.key, run_output.run, run.name FROM run_output JOIN run ON run.id = run \
         WHERE run_output.output = ?1 AND run_output.job = ?2"
    };
    let mut read = db.prepare_cached(sql)?;
    let mut rows = read.query(params![row.output, row.job])?;
    let mut seen: BTreeMap<Vec<u8>, Seen> = BTreeMap::new();
    while let Some(found) = rows.next()? {
        let Some(key) = records::key_of(found.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?) else { continue };
        let key = KeyRecord(key);
        let by_design = found.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?.is_empty();
        let run = (!by_design).then_some(RunId(found.get::<_, i64>(2)? as u64));
        let entry = seen.entry(found.get(0)?).or_insert_with(|| Seen {
            lineage: Lineage::default(),
            first: key,
            last: key,
            runs: 0,
            last_run: run,
        });
        entry.first = entry.first.min(key);
        if entry.last <= key {
            (entry.last, entry.last_run) = (key, run);
        }
        entry.runs += u64::from(run.is_some());
    }
    Ok(seen)
}

fn lineage_of(db: &Connection, id: &[u8]) -> Result<Lineage> {
    let mut read = db.prepare_cached("SELECT body FROM lineage WHERE id = ?1")?;
    let body: String = read.query_row([id], |row| row.get(0))?;
    records::read(&body)
}

fn states(lineage: &Lineage, row: &Row) -> bool {
    match row.kind {
        EdgeKind::Writes => true,
        EdgeKind::Reads | EdgeKind::Feeds => lineage.inputs.contains(&row.src),
        _ => place(lineage, row).is_some(),
    }
}

fn place(lineage: &Lineage, row: &Row) -> Option<usize> {
    lineage.edges.iter().position(|edge| *edge == (row.src, row.dst, row.kind as u8, row.masking))
}

fn expression(lineage: &Lineage, row: &Row) -> Option<Expression> {
    let place = place(lineage, row)? as u32;
    let (_, text, start, end) = lineage.expressions.iter().find(|(edge, ..)| *edge == place)?;
    Some(Expression { text: text.clone(), start: *start, end: *end })
}

/// The query that the lineage was derived from, or else the one that the job has.
fn query(db: &Connection, lineage: &Lineage, job: u32) -> Result<Option<Query>> {
    if let Some(id) = lineage.derivation.as_deref().and_then(ContentId::parse) {
        let mut read = db.prepare_cached("SELECT body FROM derivation WHERE id = ?1")?;
        let body: Option<String> = read.query_row([&id.0[..]], |row| row.get(0)).optional()?;
        if let Some(body) = body {
            return Ok(Some(records::read::<DerivationBody>(&body)?.query.back()));
        }
    }
    let mut read = db.prepare_cached("SELECT body FROM node WHERE id = ?1")?;
    let body: Option<String> = read.query_row([job], |row| row.get(0)).optional()?;
    body.map_or(Ok(None), |body| Ok(records::Body::read(&body)?.ingested.query))
}

fn source(code: u8) -> LineageSource {
    const SOURCES: [LineageSource; 4] =
        [LineageSource::Explicit, LineageSource::ColumnLineage, LineageSource::Sql, LineageSource::InputsOutputs];
    SOURCES[usize::from(code)]
}
