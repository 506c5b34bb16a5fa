//! Why an edge is believed: the rows that say so.

use std::collections::HashMap;

use neo4rs::query;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;

use super::reader::ask;
use super::runs::content_id;
use super::shared::Shared;
use crate::ids::{ContentId, EdgeId, NodeId, Revision, RunId, Span};
use crate::model::*;
use crate::read::{self, EdgeRow, Statement};
use crate::records::{self, Body, DerivationBody, KeyRecord, Lineage, Record};
use crate::store::{Result, StoreError};

/// One branch a type, so that each is found by the index of its ids.
macro_rules! branch {
    ($type:literal) => {
        concat!("MATCH (a)-[r:", $type, " {id: $id}]->(b) RETURN r, a.id AS src, b.id AS dst")
    };
}

const EDGE: &str = concat!(
    "CALL { ",
    branch!("READS"),
    " UNION ALL ",
    branch!("WRITES"),
    " UNION ALL ",
    branch!("FEEDS"),
    " UNION ALL ",
    branch!("LEAVES_OPEN"),
    " UNION ALL ",
    branch!("ENDED"),
    " } RETURN r.kind AS kind, src, dst, r.masking AS masking, r.output AS output, r.job AS job, r.since AS since, ",
    "r.until AS until"
);

const OF_OUTPUT: &str = "MATCH (o:RunOutput {said: $said}) WHERE o.standing >= 0 AND o.key >= '' MATCH (r:Run {id: o.run}) \
     RETURN o.lineage AS lineage, o.key AS key, o.run AS run, r.name AS name";

const OF_JOB: &str = "MATCH (o:RunOutput {job: $job}) MATCH (r:Run {id: o.run}) \
     RETURN o.lineage AS lineage, o.key AS key, o.run AS run, r.name AS name";

const LINEAGES: &str = "UNWIND $ids AS wanted MATCH (l:Lineage {id: wanted}) RETURN l.id AS id, l.body AS body";

const DERIVATION: &str = "MATCH (d:Derivation {id: $id}) RETURN d.id AS id, d.body AS body";

const JOB: &str = "MATCH (j:Entity {id: $id}) RETURN toString(j.id) AS id, j.body AS body";

#[derive(Deserialize)]
struct Found {
    kind: u8,
    src: u32,
    dst: u32,
    masking: bool,
    output: u32,
    job: u32,
    since: u32,
    until: Option<u32>,
}

impl Found {
    fn row(self) -> EdgeRow {
        let span = Span { from: Revision(self.since), until: self.until.map_or(Revision::OPEN, Revision) };
        let Found { src, dst, masking, output, job, .. } = self;
        EdgeRow { kind: EdgeKind::ALL[usize::from(self.kind)], src, dst, masking, output, job, span }
    }
}

#[derive(Deserialize)]
struct Said {
    lineage: String,
    /// Empty when nothing says when.
    key: String,
    run: i64,
    name: String,
}

#[derive(Deserialize)]
struct Text {
    id: String,
    body: String,
}

pub(super) async fn evidence(shared: &Shared, id: EdgeId) -> Result<Option<Evidence>> {
    let found: Vec<Found> = shared.client.rows(query(EDGE).param("id", i64::from(id.0))).await?;
    let Some(row) = found.into_iter().map(Found::row).find(|row| row.job != u32::MAX) else { return Ok(None) };
    let mut seen = read::seen(statements(shared, &row).await?);
    let lineages = lineages(shared, seen.keys()).await?;
    for (id, seen) in &mut seen {
        let missing = || StoreError::Backend(format!("lineage {id} is stated and not there"));
        seen.lineage = lineages.get(id).cloned().ok_or_else(missing)?;
    }
    let edge = edge(shared, id, &row).await?;
    let Some((evidence, best)) = read::conclude(edge, &row, seen.into_values()) else { return Ok(None) };
    Ok(Some(Evidence { query: stated_query(shared, &best, row.job).await?, ..evidence }))
}

async fn edge(shared: &Shared, id: EdgeId, row: &EdgeRow) -> Result<Edge> {
    let at = row.seen_at(shared.refresh().await?.revision);
    let known = shared.known(at).await?;
    ask(shared, &known, shared.picture(), at, |view| {
        Ok(Edge {
            id,
            from: NodeId(view.representative(row.src)),
            to: NodeId(view.representative(row.dst)),
            kind: row.kind,
            masking: row.masking,
            job: (row.job != 0).then_some(NodeId(row.job)),
        })
    })
    .await
}

/// The lineages that runs of the job stated of the output, with who and when.
async fn statements(shared: &Shared, row: &EdgeRow) -> Result<Vec<Statement>> {
    let asked = match row.output {
        0 => query(OF_JOB).param("job", i64::from(row.job)),
        output => query(OF_OUTPUT).param("said", format!("{output}/{}", row.job)),
    };
    let said: Vec<Said> = shared.client.rows(asked).await?;
    let statement = |said: Said| {
        let key = key_of(&said.key)?;
        let (run, by_design) = (RunId(said.run as u64), said.name.is_empty());
        Some(content_id(&said.lineage).map(|lineage| Statement { lineage, key, run, by_design }))
    };
    said.into_iter().filter_map(statement).collect()
}

fn key_of(digits: &str) -> Option<KeyRecord> {
    let digits: StrDeserializer<'_, serde::de::value::Error> = digits.into_deserializer();
    KeyRecord::deserialize(digits).ok()
}

async fn lineages(shared: &Shared, ids: impl Iterator<Item = &ContentId>) -> Result<HashMap<ContentId, Lineage>> {
    let ids: Vec<String> = ids.map(ContentId::to_string).collect();
    let rows: Vec<Text> = shared.client.rows_of(LINEAGES, "ids", ids).await?;
    rows.into_iter().map(|row| Ok((content_id(&row.id)?, records::read(&row.body)?))).collect()
}

/// The query that the lineage was derived from, or else the one that the job has.
async fn stated_query(shared: &Shared, lineage: &Lineage, job: u32) -> Result<Option<Query>> {
    if let Some(id) = &lineage.derivation {
        let found: Vec<Text> = shared.client.rows(query(DERIVATION).param("id", id.as_str())).await?;
        if let Some(text) = found.first() {
            return Ok(Some(records::read::<DerivationBody>(&text.body)?.query.back()));
        }
    }
    let found: Vec<Text> = shared.client.rows(query(JOB).param("id", i64::from(job))).await?;
    found.first().map_or(Ok(None), |text| Ok(Body::read(&text.body)?.ingested.query))
}
