//! Lineage of one output by one job: stated once by content, current as long as a run says so.

use std::collections::{BTreeMap, BTreeSet};

use super::Apply;
use super::nodes::Mention;
use super::tables::{EdgeRow, Group, Tables};
use crate::change::Claim;
use crate::ids::ContentId;
use crate::model::{EdgeKind, LineageSource, QualifiedName};
use crate::records::Lineage;
use crate::store::Result;

/// How far a run came, for what it says of an output to count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// Going on, failed, or complete without having reported what it read: it adds lineage and ends none.
    Open = 0,
    /// Complete: lineage that only older runs stated ends.
    Complete = 1,
    /// Stated by design; it counts until the next statement.
    Design = 2,
}

impl<T: Tables> Apply<'_, T> {
    /// Names every dataset that a claim speaks of.
    pub(super) fn mention_claim(&mut self, claim: &Claim) -> Result<()> {
        self.claim_inputs(claim)?;
        self.dataset(&claim.output)?;
        Ok(())
    }

    /// The datasets that a claim names as sources.
    pub(super) fn claim_inputs(&mut self, claim: &Claim) -> Result<Vec<u32>> {
        let mut inputs = BTreeSet::new();
        let mut last = None;
        for name in claim.inputs.iter().chain(claim.edges.iter().map(|edge| &edge.source)) {
            if last != Some(name) {
                inputs.insert(self.dataset(name)?);
                last = Some(name);
            }
        }
        Ok(inputs.into_iter().collect())
    }

    /// A claim by node ids.
    pub(super) fn resolve_claim(&mut self, claim: &Claim, mention: Mention) -> Result<Lineage> {
        let output = self.dataset_as(&claim.output, mention)?;
        let mut lineage = Lineage { source: claim.source as u8, ..Lineage::default() };
        let mut inputs = BTreeSet::new();
        for name in &claim.inputs {
            inputs.insert(self.dataset_as(name, mention)?);
        }
        let mut last: Option<(&QualifiedName, u32)> = None;
        for edge in &claim.edges {
            let source = match last {
                Some((name, id)) if *name == edge.source => id,
                _ => self.dataset_as(&edge.source, mention)?,
            };
            last = Some((&edge.source, source));
            inputs.insert(source);
            let from = self.column(source, &edge.source.namespace, &edge.source_column)?;
            let to = match &edge.target_column {
                Some(path) => self.column(output, &claim.output.namespace, path)?,
                None => output,
            };
            if let Some(expression) = &edge.expression {
                let place = lineage.edges.len() as u32;
                lineage.expressions.push((place, expression.text.clone(), expression.start, expression.end));
            }
            lineage.edges.push((from, to, edge.kind as u8, edge.masking));
        }
        lineage.inputs = inputs.into_iter().collect();
        Ok(lineage)
    }

    /// Every input feeds the output; nothing better was said.
    pub(super) fn plain_lineage(&mut self, inputs: &[u32]) -> Result<ContentId> {
        let mut hash = Hash::new(b"inputs");
        inputs.iter().for_each(|input| hash.number(*input));
        let id = hash.done();
        if !self.tables.has_lineage(&id)? {
            let source = LineageSource::InputsOutputs as u8;
            self.tables.write_lineage(&id, &Lineage { source, inputs: inputs.to_vec(), ..Lineage::default() })?;
        }
        Ok(id)
    }

    /// A claim's lineage with further inputs of which no output's claim speaks.
    pub(super) fn extended_lineage(&mut self, claim: &ContentId, extra: &[u32]) -> Result<ContentId> {
        if extra.is_empty() {
            return Ok(*claim);
        }
        let mut hash = Hash::new(b"extended");
        hash.bytes(&claim.0);
        extra.iter().for_each(|input| hash.number(*input));
        let id = hash.done();
        if !self.tables.has_lineage(&id)? {
            let mut lineage = self.tables.lineage(claim)?;
            lineage.inputs = lineage.inputs.iter().chain(extra).copied().collect::<BTreeSet<_>>().into_iter().collect();
            self.tables.write_lineage(&id, &lineage)?;
        }
        Ok(id)
    }

    /// Makes the edges of an output by a job follow from what runs say of it now.
    pub(super) fn follow_runs(&mut self, job: u32, output: u32, rewritten: bool) -> Result<()> {
        let current = self.tables.said_lineages(job, output)?;
        if !rewritten && self.tables.noted_lineages(job, output)?.as_ref() == Some(&current) {
            return Ok(());
        }
        self.tables.note_lineages(job, output, &current)?;
        if output != 0 {
            let wanted = self.output_edges(job, output, &current)?;
            self.set_edges(Group::Output { output, job }, wanted)?;
        }
        if job != 0 { self.follow_reads(job) } else { Ok(()) }
    }

    fn output_edges(&self, job: u32, output: u32, lineages: &[ContentId]) -> Result<BTreeSet<EdgeRow>> {
        let mut wanted = BTreeSet::new();
        if job != 0 && !lineages.is_empty() {
            wanted.insert((EdgeKind::Writes as u8, job, output, false));
        }
        for id in lineages {
            let lineage = self.tables.lineage(id)?;
            let feeds = lineage.inputs.iter().filter(|input| **input != output);
            wanted.extend(feeds.map(|input| (EdgeKind::Feeds as u8, *input, output, false)));
            wanted.extend(lineage.edges.iter().map(|(from, to, kind, masking)| (*kind, *from, *to, *masking)));
            let open = lineage.open.iter().flat_map(|open| &open.kinds);
            wanted.extend(open.map(|kind| (*kind, job, output, false)));
        }
        Ok(wanted)
    }

    /// Makes what a job reads, and what its queries leave open, follow from its current lineages.
    pub(super) fn follow_reads(&mut self, job: u32) -> Result<()> {
        let mut ids: BTreeMap<ContentId, bool> = BTreeMap::new();
        for (output, lineages) in self.tables.lineages_of_job(job)? {
            lineages.into_iter().for_each(|id| *ids.entry(id).or_default() |= output == 0);
        }
        let (mut wanted, mut open) = (BTreeSet::new(), Vec::new());
        for (id, without_output) in ids {
            let lineage = self.tables.lineage(&id)?;
            wanted.extend(lineage.inputs.iter().map(|input| (EdgeKind::Reads as u8, *input, job, false)));
            for kind in lineage.open.iter().flat_map(|open| &open.kinds) {
                let inputs = lineage.inputs.iter().chain(lineage.open.iter().flat_map(|open| &open.inputs)).copied();
                wanted.extend(inputs.chain(without_output.then_some(job)).map(|from| (*kind, from, job, false)));
            }
            open.extend(lineage.derivation.filter(|_| lineage.open.is_some()));
        }
        self.set_edges(Group::Reads(job), wanted)?;
        self.follow_faults(job, open)
    }
}

/// The id of what a claim says; names are hashed, so that nothing need be looked up for a claim already known.
pub(super) fn claim_id(claim: &Claim) -> ContentId {
    let mut hash = Hash::new(b"claim");
    hash.number(claim.source as u32);
    hash.name(&claim.output);
    hash.number(claim.inputs.len() as u32);
    claim.inputs.iter().for_each(|input| hash.name(input));
    for edge in &claim.edges {
        hash.name(&edge.source);
        hash.text(&edge.source_column);
        hash.text(edge.target_column.as_deref().unwrap_or("\0"));
        hash.number(edge.kind as u32 | u32::from(edge.masking) << 8);
    }
    hash.done()
}

/// Hashes parts so that no two lists of parts hash alike by running together.
pub(super) struct Hash(blake3::Hasher);

impl Hash {
    pub fn new(what: &[u8]) -> Hash {
        let mut hash = Hash(blake3::Hasher::new());
        hash.bytes(what);
        hash
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u32);
        self.0.update(bytes);
    }

    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub fn number(&mut self, number: u32) {
        self.0.update(&number.to_le_bytes());
    }

    pub fn name(&mut self, name: &QualifiedName) {
        self.text(&name.namespace);
        self.text(&name.name);
    }

    pub fn done(self) -> ContentId {
        let mut id = [0; 16];
        id.copy_from_slice(&self.0.finalize().as_bytes()[..16]);
        ContentId(id)
    }
}
