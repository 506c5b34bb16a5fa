//! Why an edge is believed: which runs said so, from what, and where in the query.

use std::collections::BTreeMap;

use crate::ids::{ContentId, Revision, RunId, Span};
use crate::model::*;
use crate::records::{KeyRecord, Lineage};

/// An edge of a group as it is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EdgeRow {
    pub kind: EdgeKind,
    pub src: u32,
    pub dst: u32,
    pub masking: bool,
    pub output: u32,
    pub job: u32,
    pub span: Span,
}

impl EdgeRow {
    /// The revision at which its ends are looked at: the newest while it is current, else its first.
    pub fn seen_at(&self, head: Revision) -> Revision {
        if self.span.is_open() { head } else { self.span.from }
    }
}

/// That a run states a lineage of an output.
pub(crate) struct Statement {
    pub lineage: ContentId,
    pub key: KeyRecord,
    pub run: RunId,
    /// The job's statement by design, which is no run.
    pub by_design: bool,
}

/// What is known of one lineage that has the edge.
pub(crate) struct Seen {
    pub lineage: Lineage,
    first: KeyRecord,
    last: KeyRecord,
    runs: u64,
    last_run: Option<RunId>,
}

/// The lineages that are stated, each with who states it and when.
pub(crate) fn seen(statements: impl IntoIterator<Item = Statement>) -> BTreeMap<ContentId, Seen> {
    let mut seen: BTreeMap<ContentId, Seen> = BTreeMap::new();
    for Statement { lineage, key, run, by_design } in statements {
        let run = (!by_design).then_some(run);
        let fresh = || Seen { lineage: Lineage::default(), first: key, last: key, runs: 0, last_run: run };
        let entry = seen.entry(lineage).or_insert_with(fresh);
        entry.first = entry.first.min(key);
        if entry.last <= key {
            (entry.last, entry.last_run) = (key, run);
        }
        entry.runs += u64::from(run.is_some());
    }
    seen
}

/// What follows from the lineages that are stated of the output of an edge; the query is asked for with the best of those
/// that have the edge. None when no lineage has it.
pub(crate) fn conclude(edge: Edge, row: &EdgeRow, seen: impl IntoIterator<Item = Seen>) -> Option<(Evidence, Lineage)> {
    let mut seen: Vec<Seen> = seen.into_iter().filter(|seen| states(&seen.lineage, row)).collect();
    seen.sort_by_key(|seen| (seen.lineage.source, std::cmp::Reverse(seen.last)));
    let best = seen.first()?;
    let last = seen.iter().max_by_key(|seen| seen.last).unwrap_or(best);
    let first = seen.iter().map(|seen| seen.first).min().unwrap_or(best.first);
    let evidence = Evidence {
        edge,
        span: row.span,
        source: source(best.lineage.source),
        query: None,
        expression: expression(&best.lineage, row),
        first_seen: first.0.time,
        last_seen: last.last.0.time,
        run_count: seen.iter().map(|seen| seen.runs).sum(),
        last_run: last.last_run,
    };
    Some((evidence, seen.swap_remove(0).lineage))
}

fn states(lineage: &Lineage, row: &EdgeRow) -> bool {
    match row.kind {
        EdgeKind::Writes => true,
        EdgeKind::Reads | EdgeKind::Feeds => lineage.inputs.contains(&row.src),
        _ => place(lineage, row).is_some(),
    }
}

fn place(lineage: &Lineage, row: &EdgeRow) -> Option<usize> {
    lineage.edges.iter().position(|edge| *edge == (row.src, row.dst, row.kind as u8, row.masking))
}

fn expression(lineage: &Lineage, row: &EdgeRow) -> Option<Expression> {
    let place = place(lineage, row)? as u32;
    let (_, text, start, end) = lineage.expressions.iter().find(|(edge, ..)| *edge == place)?;
    Some(Expression { text: text.clone(), start: *start, end: *end })
}

fn source(code: u8) -> LineageSource {
    const SOURCES: [LineageSource; 4] =
        [LineageSource::Explicit, LineageSource::ColumnLineage, LineageSource::Sql, LineageSource::InputsOutputs];
    SOURCES[usize::from(code)]
}
