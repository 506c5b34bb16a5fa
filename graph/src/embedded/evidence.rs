//! Why an edge is believed: the rows that say so.

use rusqlite::{Connection, OptionalExtension, params};

use super::Shared;
use crate::ids::{ContentId, EdgeId, NodeId, Revision, RunId, Span};
use crate::model::*;
use crate::read::{self, EdgeRow, Statement};
use crate::records::{self, DerivationBody, KeyRecord, Lineage, Record};
use crate::store::Result;

pub(super) fn evidence(shared: &Shared, db: &Connection, id: EdgeId) -> Result<Option<Evidence>> {
    let Some(row) = row(db, id)? else { return Ok(None) };
    let mut seen = read::seen(statements(db, &row)?);
    for (id, seen) in &mut seen {
        seen.lineage = lineage_of(db, id)?;
    }
    let Some((evidence, best)) = read::conclude(edge(shared, id, &row), &row, seen.into_values()) else {
        return Ok(None);
    };
    Ok(Some(Evidence { query: query(db, &best, row.job)?, ..evidence }))
}

fn row(db: &Connection, id: EdgeId) -> Result<Option<EdgeRow>> {
    let mut read = db.prepare_cached(
        "SELECT kind, src, dst, masking, output, job, since, until FROM edge WHERE id = ?1 AND job <> ?2",
    )?;
    let row = read.query_row(params![id.0, u32::MAX], |row| {
        Ok(EdgeRow {
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

fn edge(shared: &Shared, id: EdgeId, row: &EdgeRow) -> Edge {
    shared.view(row.seen_at(shared.head().revision), |view| Edge {
        id,
        from: NodeId(view.representative(row.src)),
        to: NodeId(view.representative(row.dst)),
        kind: row.kind,
        masking: row.masking,
        job: (row.job != 0).then_some(NodeId(row.job)),
    })
}

/// The lineages that runs of the job stated of the output, with who and when.
fn statements(db: &Connection, row: &EdgeRow) -> Result<Vec<Statement>> {
    let sql = if row.output == 0 {
        "SELECT run_output.lineage, run_output.key, run_output.run, run.name FROM run_output JOIN run ON run.id = run \
         WHERE run_output.job = ?2 AND ?1 = 0"
    } else {
        "SELECT run_output.lineage, run_output.key, run_output.run, run.name FROM run_output JOIN run ON run.id = run \
         WHERE run_output.output = ?1 AND run_output.job = ?2"
    };
    let mut read = db.prepare_cached(sql)?;
    let mut rows = read.query(params![row.output, row.job])?;
    let mut statements = Vec::new();
    while let Some(found) = rows.next()? {
        let Some(key) = records::key_of(found.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?) else { continue };
        statements.push(Statement {
            lineage: ContentId(found.get(0)?),
            key: KeyRecord(key),
            run: RunId(found.get::<_, i64>(2)? as u64),
            by_design: found.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?.is_empty(),
        });
    }
    Ok(statements)
}

fn lineage_of(db: &Connection, id: &ContentId) -> Result<Lineage> {
    let mut read = db.prepare_cached("SELECT body FROM lineage WHERE id = ?1")?;
    let body: String = read.query_row([&id.0[..]], |row| row.get(0))?;
    records::read(&body)
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
