//! Lineage derived from queries, bound to the schemas as they are, and derived again when a schema changes.

use std::collections::{BTreeMap, BTreeSet};

use super::Apply;
use super::lineage::Hash;
use super::nodes::Mention;
use super::outcome::flag;
use super::tables::Tables;
use crate::derive::{Derivation, QueryContext, Schemas};
use crate::ids::ContentId;
use crate::model::{LineageSource, NodeName, QualifiedName, Query, QueryFault, QueryFaults, dotted};
use crate::names;
use crate::records::{ContentRecord, DerivationBody, Lineage, NameRecord, Open, QueryFaultRecord, QueryRecord, Record};
use crate::store::{Result, StoreError};

/// Faults of all its queries that are kept with a job.
const MAX_FAULTS: usize = 100;

/// A query and the run around it.
struct Asked<'a> {
    id: &'a ContentId,
    job: u32,
    query: &'a Query,
    context: &'a QueryContext,
}

impl<T: Tables> Apply<'_, T> {
    /// The lineage that a query gives to the outputs of a run, or, when none is known, to those that it names itself.
    pub(super) fn derived(
        &mut self,
        job: u32,
        query: Query,
        inputs: &[u32],
        outputs: &[u32],
    ) -> Result<Vec<(u32, ContentId)>> {
        let context =
            QueryContext { job: self.tables.name(job)?, inputs: self.names(inputs)?, outputs: self.names(outputs)? };
        let id = derivation_id(&query, &context);
        if let Some(body) = self.tables.derivation(&id)? {
            return Ok(body.gave.into_iter().map(|(output, lineage)| (output, lineage.0)).collect());
        }
        let derivation = self.derive.derive(&query, &context, &StoredSchemas { tables: &self.tables });
        let lineages = self.derived_lineages(&id, &derivation, inputs, outputs)?;
        for (_, lineage, body) in &lineages {
            self.tables.write_lineage(lineage, body)?;
        }
        let gave: Vec<_> = lineages.iter().map(|(output, lineage, _)| (*output, *lineage)).collect();
        self.write_derivation(&Asked { id: &id, job, query: &query, context: &context }, &derivation, &gave)?;
        Ok(gave)
    }

    fn names(&self, datasets: &[u32]) -> Result<Vec<QualifiedName>> {
        datasets.iter().map(|id| self.tables.name(*id)).collect()
    }

    /// One lineage per output. An output that the query does not explain is fed by every input. Output 0 stands for that
    /// of a run without outputs whose query names none.
    fn derived_lineages(
        &mut self,
        id: &ContentId,
        derivation: &Derivation,
        inputs: &[u32],
        outputs: &[u32],
    ) -> Result<Vec<(u32, ContentId, Lineage)>> {
        let base = Lineage { derivation: Some(id.to_string()), open: open(derivation, inputs), ..Lineage::default() };
        let source = LineageSource::InputsOutputs as u8;
        let plain = || Lineage { source, inputs: inputs.to_vec(), ..base.clone() };
        let mut lineages = Vec::new();
        for output in outputs {
            lineages.push((*output, lineage_id(id, *output), plain()));
        }
        for claim in &derivation.claims {
            let output = self.dataset_as(&claim.output, Mention::ByEdge)?;
            let Lineage { source, inputs, edges, expressions, .. } = self.resolve_claim(claim, Mention::ByEdge)?;
            let lineage = Lineage { source, inputs, edges, expressions, ..base.clone() };
            match lineages.iter_mut().find(|(known, ..)| *known == output) {
                Some((.., body)) => *body = lineage,
                None if outputs.is_empty() => lineages.push((output, lineage_id(id, output), lineage)),
                // The run says what it wrote, and this is not among it.
                None => {}
            }
        }
        if lineages.is_empty() {
            lineages.push((0, lineage_id(id, 0), plain()));
        }
        Ok(lineages)
    }

    fn write_derivation(
        &mut self,
        asked: &Asked<'_>,
        derivation: &Derivation,
        gave: &[(u32, ContentId)],
    ) -> Result<()> {
        let Asked { id, job, query, context } = asked;
        let names = |names: &[QualifiedName]| names.iter().map(NameRecord::of).collect();
        let body = DerivationBody {
            query: QueryRecord::of(query),
            job: NameRecord::of(&context.job),
            inputs: names(&context.inputs),
            outputs: names(&context.outputs),
            gave: gave.iter().map(|(output, lineage)| (*output, ContentRecord(*lineage))).collect(),
            faults: derivation.faults.iter().map(QueryFaultRecord::of).collect(),
        };
        let bound: Vec<ContentId> = derivation.depends_on.iter().map(schema_key).collect();
        self.tables.write_derivation(id, *job, &body, &bound)
    }

    /// Derives again what was bound to a schema that this submission changed.
    pub(super) fn derive_again(&mut self) -> Result<()> {
        while let Some(dataset) = self.schemas.pop_first() {
            let key = schema_key(&self.tables.name(dataset)?);
            for (id, job) in self.tables.derivations_of_schema(&key)? {
                self.rebind(&id, job)?;
            }
        }
        Ok(())
    }

    fn rebind(&mut self, id: &ContentId, job: u32) -> Result<()> {
        let body = self.tables.derivation(id)?.ok_or_else(missing)?;
        let (query, gave, faults) = (body.query.back(), body.gave, body.faults.back());
        let context = QueryContext { job: body.job.back(), inputs: body.inputs.back(), outputs: body.outputs.back() };
        let derivation = self.derive.derive(&query, &context, &StoredSchemas { tables: &self.tables });
        let inputs: Vec<u32> = context.inputs.iter().map(|name| self.dataset(name)).collect::<Result<_>>()?;
        let outputs: Vec<u32> = context.outputs.iter().map(|name| self.dataset(name)).collect::<Result<_>>()?;
        let lineages = self.derived_lineages(id, &derivation, &inputs, &outputs)?;
        let gave: Vec<_> = gave.into_iter().map(|(output, lineage)| (output, lineage.0)).collect();
        let gives: Vec<_> = lineages.iter().map(|(output, lineage, _)| (*output, *lineage)).collect();
        self.write_derivation(&Asked { id, job, query: &query, context: &context }, &derivation, &gives)?;
        let mut tells_otherwise = false;
        for (output, lineage, body) in lineages {
            if !gave.contains(&(output, lineage)) {
                self.tables.write_lineage(&lineage, &body)?;
                continue;
            }
            let before = self.tables.lineage(&lineage)?;
            if before != body {
                self.tables.write_lineage(&lineage, &body)?;
                self.follow_runs(job, output, true)?;
                tells_otherwise |= before.tells() != body.tells();
            }
        }
        if gives != gave || tells_otherwise {
            self.conclude_again(job, &gave)?;
        }
        if derivation.faults == faults { Ok(()) } else { self.follow_reads(job) }
    }

    /// Keeps with a job what was not understood of the queries behind its current lineages.
    pub(super) fn follow_faults(&mut self, job: u32, derivations: Vec<String>) -> Result<()> {
        let flags = self.flags(job);
        if derivations.is_empty() && flags & flag::FAULTY == 0 {
            return Ok(());
        }
        let mut found: BTreeMap<ContentId, BTreeSet<QueryFault>> = BTreeMap::new();
        for id in derivations.iter().filter_map(|id| ContentId::parse(id)) {
            let body = self.tables.derivation(&id)?.ok_or_else(missing)?;
            let text = ContentId::of(body.query.back().text.as_bytes());
            found.entry(text).or_default().extend(body.faults.back());
        }
        let faults = bounded(found);
        let marked = if faults.is_empty() { flags & !flag::FAULTY } else { flags | flag::FAULTY };
        if marked != flags {
            self.set_flags(job, marked)?;
        }
        self.revise(job, |body| body.ingested.query_faults = faults)?;
        Ok(())
    }
}

/// What the faults of a query leave open for whoever follows its lineage.
fn open(derivation: &Derivation, inputs: &[u32]) -> Option<Open> {
    let kinds: BTreeSet<u8> =
        derivation.faults.iter().filter_map(|fault| fault.gap).map(|gap| gap.kind() as u8).collect();
    let open = || Open { kinds: kinds.into_iter().collect(), inputs: inputs.to_vec() };
    (!derivation.faults.is_empty()).then(open)
}

/// The first faults of each query, as many in all as are kept.
fn bounded(found: BTreeMap<ContentId, BTreeSet<QueryFault>>) -> Vec<QueryFaults> {
    let mut left = MAX_FAULTS;
    let queries = found.into_iter().map(|(query, faults)| {
        let faults: Vec<QueryFault> = faults.into_iter().take(left).collect();
        left -= faults.len();
        QueryFaults { query, faults }
    });
    queries.filter(|query| !query.faults.is_empty()).collect()
}

fn missing() -> StoreError {
    StoreError::Backend("a query that lineage was derived from is not in the store".to_owned())
}

fn derivation_id(query: &Query, context: &QueryContext) -> ContentId {
    let mut hash = Hash::new(b"derivation");
    hash.text(&query.text);
    hash.text(query.dialect.as_deref().unwrap_or(""));
    hash.name(&context.job);
    for names in [&context.inputs, &context.outputs] {
        hash.number(names.len() as u32);
        names.iter().for_each(|name| hash.name(name));
    }
    hash.done()
}

fn lineage_id(derivation: &ContentId, output: u32) -> ContentId {
    let mut hash = Hash::new(b"derived");
    hash.bytes(&derivation.0);
    hash.number(output);
    hash.done()
}

/// Under which a query remembers that it asked for a dataset's schema, whether the dataset is known or not.
fn schema_key(name: &QualifiedName) -> ContentId {
    let mut hash = Hash::new(b"schema");
    hash.text(&names::namespace_key(&name.namespace));
    hash.text(&names::key(&NodeName::Dataset(name.clone())));
    hash.done()
}

/// The schemas as the transaction sees them.
struct StoredSchemas<'t, T> {
    tables: &'t T,
}

impl<T: Tables> Schemas for StoredSchemas<'_, T> {
    fn columns(&self, dataset: &QualifiedName) -> Option<Vec<(String, Option<String>)>> {
        // A failure to read shows as an unknown schema here, and as a failed commit at the next statement.
        let id = self.tables.dataset(dataset).ok().flatten()?;
        let mut fields = self.tables.fields(id).ok()?;
        for other in self.tables.namesakes(id).ok()? {
            if !fields.is_empty() {
                break;
            }
            fields = self.tables.fields(other).ok()?;
        }
        let columns = fields.into_iter().map(|field| (dotted(&field.path), field.data_type)).collect();
        Some(columns).filter(|columns: &Vec<_>| !columns.is_empty())
    }
}
