//! Lineage derived from queries, bound to the schemas as they are, and derived again when a schema changes.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::super::records::Body;
use super::super::records::{
    self, ContentRecord, DerivationBody, Lineage, NameRecord, Open, QueryFaultRecord, QueryRecord, Record,
};
use super::super::topology::flag;
use super::Apply;
use super::lineage::Hash;
use super::nodes::Mention;
use crate::derive::{Derivation, QueryContext, Schemas};
use crate::ids::ContentId;
use crate::model::{LineageSource, NodeKind, NodeName, QualifiedName, Query, QueryFault, QueryFaults, dotted};
use crate::names;
use crate::store::Result;

/// Faults of all its queries that are kept with a job.
const MAX_FAULTS: usize = 100;

/// A query and the run around it.
struct Asked<'a> {
    id: &'a ContentId,
    job: u32,
    query: &'a Query,
    context: &'a QueryContext,
}

impl Apply<'_> {
    /// The lineage that a query gives to the outputs of a run, or, when none is known, to those that it names itself.
    pub(super) fn derived(
        &mut self,
        job: u32,
        query: Query,
        inputs: &[u32],
        outputs: &[u32],
    ) -> Result<Vec<(u32, ContentId)>> {
        let context =
            QueryContext { job: self.qualified(job)?, inputs: self.names(inputs)?, outputs: self.names(outputs)? };
        let id = derivation_id(&query, &context);
        let mut read = self.db.prepare_cached("SELECT body FROM derivation WHERE id = ?1")?;
        if let Some(body) = read.query_row([&id.0[..]], |row| row.get::<_, String>(0)).optional()? {
            let body: DerivationBody = records::read(&body)?;
            return Ok(body.gave.into_iter().map(|(output, lineage)| (output, lineage.0)).collect());
        }
        let derivation = self.derive.derive(&query, &context, &StoredSchemas { db: self.db });
        let lineages = self.derived_lineages(&id, &derivation, inputs, outputs)?;
        for (_, lineage, body) in &lineages {
            self.write_lineage(lineage, body)?;
        }
        let gave: Vec<_> = lineages.iter().map(|(output, lineage, _)| (*output, *lineage)).collect();
        self.write_derivation(&Asked { id: &id, job, query: &query, context: &context }, &derivation, &gave)?;
        Ok(gave)
    }

    fn names(&self, datasets: &[u32]) -> Result<Vec<QualifiedName>> {
        datasets.iter().map(|id| self.qualified(*id)).collect()
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

    fn write_derivation(&self, asked: &Asked<'_>, derivation: &Derivation, gave: &[(u32, ContentId)]) -> Result<()> {
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
        self.db
            .prepare_cached(
                "INSERT INTO derivation (id, job, body) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET body = ?3",
            )?
            .execute(params![&id.0[..], job, records::write(&body)])?;
        self.db.prepare_cached("DELETE FROM derivation_schema WHERE derivation = ?1")?.execute([&id.0[..]])?;
        for dataset in &derivation.depends_on {
            self.db
                .prepare_cached("INSERT OR IGNORE INTO derivation_schema (dataset, derivation) VALUES (?1, ?2)")?
                .execute(params![&schema_key(dataset).0[..], &id.0[..]])?;
        }
        Ok(())
    }

    /// Derives again what was bound to a schema that this submission changed.
    pub(super) fn derive_again(&mut self) -> Result<()> {
        while let Some(dataset) = self.schemas.pop_first() {
            let key = schema_key(&self.qualified(dataset)?);
            let bound: Vec<(Vec<u8>, u32)> = self
                .db
                .prepare_cached(
                    "SELECT derivation.id, derivation.job FROM derivation_schema \
                     JOIN derivation ON derivation.id = derivation WHERE dataset = ?1",
                )?
                .query_map([&key.0[..]], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<std::result::Result<_, _>>()?;
            for (id, job) in bound {
                self.rebind(&id, job)?;
            }
        }
        Ok(())
    }

    fn rebind(&mut self, id: &[u8], job: u32) -> Result<()> {
        let mut read = self.db.prepare_cached("SELECT body FROM derivation WHERE id = ?1")?;
        let body: DerivationBody = records::read(&read.query_row([id], |row| row.get::<_, String>(0))?)?;
        let id = ContentId(
            id.try_into().map_err(|_| crate::store::StoreError::Backend("a derivation's id is not 16 bytes".into()))?,
        );
        let (query, gave, faults) = (body.query.back(), body.gave, body.faults.back());
        let context = QueryContext { job: body.job.back(), inputs: body.inputs.back(), outputs: body.outputs.back() };
        let derivation = self.derive.derive(&query, &context, &StoredSchemas { db: self.db });
        let inputs: Vec<u32> = context.inputs.iter().map(|name| self.dataset(name)).collect::<Result<_>>()?;
        let outputs: Vec<u32> = context.outputs.iter().map(|name| self.dataset(name)).collect::<Result<_>>()?;
        let lineages = self.derived_lineages(&id, &derivation, &inputs, &outputs)?;
        let gave: Vec<_> = gave.into_iter().map(|(output, lineage)| (output, lineage.0)).collect();
        let gives: Vec<_> = lineages.iter().map(|(output, lineage, _)| (*output, *lineage)).collect();
        self.write_derivation(&Asked { id: &id, job, query: &query, context: &context }, &derivation, &gives)?;
        for (output, lineage, body) in lineages {
            if !gave.contains(&(output, lineage)) {
                self.write_lineage(&lineage, &body)?;
            } else if self.lineage(&lineage.0)? != body {
                self.write_lineage(&lineage, &body)?;
                self.follow_runs(job, output, true)?;
            }
        }
        if gives != gave {
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
            let mut read = self.db.prepare_cached("SELECT body FROM derivation WHERE id = ?1")?;
            let body: DerivationBody = records::read(&read.query_row([&id.0[..]], |row| row.get::<_, String>(0))?)?;
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
struct StoredSchemas<'a> {
    db: &'a Connection,
}

impl Schemas for StoredSchemas<'_> {
    fn columns(&self, dataset: &QualifiedName) -> Option<Vec<(String, Option<String>)>> {
        // A failure to read shows as an unknown schema here, and as a failed commit at the next statement.
        let id = self.dataset(dataset).ok().flatten()?;
        let mut columns = self.declared(id).ok()?;
        for other in self.other_names(id).ok()? {
            if !columns.is_empty() {
                break;
            }
            columns = self.declared(other).ok()?;
        }
        (!columns.is_empty()).then_some(columns)
    }
}

impl StoredSchemas<'_> {
    fn dataset(&self, name: &QualifiedName) -> rusqlite::Result<Option<u32>> {
        let mut read = self.db.prepare_cached(
            "SELECT node.id FROM node JOIN node AS space ON space.id = node.parent \
             WHERE space.parent = 0 AND space.kind = ?1 AND space.key = ?2 AND node.kind = ?3 AND node.key = ?4",
        )?;
        let key = names::key(&NodeName::Dataset(name.clone()));
        let space = names::namespace_key(&name.namespace);
        read.query_row(params![NodeKind::Namespace as u8, space, NodeKind::Dataset as u8, key], |row| row.get(0))
            .optional()
    }

    fn other_names(&self, id: u32) -> rusqlite::Result<Vec<u32>> {
        let mut read = self.db.prepare_cached(
            "SELECT other FROM alias WHERE node = ?1 AND until IS NULL UNION SELECT node FROM alias WHERE other = ?1 AND until IS NULL",
        )?;
        read.query_map([id], |row| row.get(0))?.collect()
    }

    fn declared(&self, dataset: u32) -> Result<Vec<(String, Option<String>)>> {
        let mut read =
            self.db.prepare_cached("SELECT body FROM node WHERE parent = ?1 AND kind = ?2 AND flags & ?3 <> 0")?;
        let rows =
            read.query_map(params![dataset, NodeKind::Column as u8, flag::DECLARED], |row| row.get::<_, String>(0))?;
        let mut fields = Vec::new();
        for row in rows {
            fields.extend(Body::read(&row?)?.ingested.field);
        }
        fields.sort_by_key(|field| field.position);
        Ok(fields.into_iter().map(|field| (dotted(&field.path), field.data_type)).collect())
    }
}
