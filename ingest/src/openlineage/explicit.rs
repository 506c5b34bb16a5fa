//! The explicit `lineage` facet: on a job it lists targets and what feeds each; on a dataset, what feeds that dataset.
//! It is the complete edge set: where it is present, nothing is concluded from `columnLineage` or from inputs and
//! outputs.

use std::collections::BTreeMap;

use graph::change::{Claim, ColumnClaim};
use graph::{LineageSource, QualifiedName};

use super::lineage::ColumnClaims;
use super::names::Names;
use super::read::{Misfit, Reader};
use crate::faults::{Faults, Place};
use crate::json::Json;

/// What a job's facet says.
#[derive(Default)]
pub struct JobLineage {
    /// Sources of each target; a target that is listed twice has both.
    targets: BTreeMap<QualifiedName, Sources>,
    /// What the job itself reads, without saying into which dataset it goes.
    pub reads: Vec<QualifiedName>,
}

#[derive(Default)]
struct Sources {
    inputs: Vec<QualifiedName>,
    edges: Vec<ColumnClaim>,
}

impl JobLineage {
    pub fn read(facet: Reader<'_>, job: &QualifiedName, names: &Names, faults: &mut Faults) -> JobLineage {
        let mut lineage = JobLineage::default();
        let mut explicit = Explicit { job: Some(job), columns: ColumnClaims::new(names, faults) };
        let place = facet.place.key("entries");
        let entries = explicit.columns.noted(facet.list("entries")).unwrap_or_default();
        for (index, entry) in entries.iter().enumerate() {
            let place = place.index(index);
            let read = Reader::new(entry, &place).and_then(|entry| lineage.add(entry, &mut explicit));
            explicit.columns.noted(read);
        }
        lineage
    }

    fn add(&mut self, entry: Reader<'_>, explicit: &mut Explicit<'_, '_>) -> Result<(), Misfit> {
        match explicit.entity(entry)? {
            Entity::Dataset(target) => {
                let sources = explicit.sources(entry);
                let known = self.targets.entry(target).or_default();
                known.inputs.extend(sources.inputs);
                known.edges.extend(sources.edges);
            }
            Entity::OwnJob => {
                self.reads.extend(explicit.inputs(entry, None));
                self.reads.extend(explicit.columns.take().into_iter().map(|claim| claim.source));
            }
            Entity::OtherJob => {}
        }
        Ok(())
    }

    /// Datasets that the facet names as targets.
    pub fn targets(&self) -> impl Iterator<Item = &QualifiedName> {
        self.targets.keys()
    }

    /// One claim per target.
    pub fn claims(&self) -> impl Iterator<Item = Claim> {
        self.targets.iter().map(|(output, sources)| sources.claim(output))
    }
}

/// What a dataset's facet says; nothing when it has neither `inputs` nor `fields`.
pub fn dataset_claim(
    facet: Reader<'_>,
    output: &QualifiedName,
    job: Option<&QualifiedName>,
    names: &Names,
    faults: &mut Faults,
) -> Option<Claim> {
    if facet.get("inputs").is_none() && facet.get("fields").is_none() {
        return None;
    }
    let mut explicit = Explicit { job, columns: ColumnClaims::new(names, faults) };
    Some(explicit.sources(facet).claim(output))
}

impl Sources {
    fn claim(&self, output: &QualifiedName) -> Claim {
        let (inputs, edges) = (self.inputs.clone(), self.edges.clone());
        Claim { output: output.clone(), source: LineageSource::Explicit, inputs, edges }
    }
}

/// Reads entries of the facet.
struct Explicit<'e, 'f> {
    /// Of the event itself; entries without a name mean it.
    job: Option<&'e QualifiedName>,
    columns: ColumnClaims<'f>,
}

enum Entity {
    Dataset(QualifiedName),
    OwnJob,
    OtherJob,
}

impl Explicit<'_, '_> {
    /// `inputs` and `fields` of an entry.
    fn sources(&mut self, entry: Reader<'_>) -> Sources {
        let mut inputs = self.inputs(entry, None);
        let place = entry.place.key("fields");
        for (target, field) in self.columns.noted(entry.map("fields")).unwrap_or_default() {
            let place = place.key(target);
            if let Some(field) = self.columns.noted(Reader::new(field, &place)) {
                inputs.extend(self.inputs(field, Some(target)));
            }
        }
        Sources { inputs, edges: self.columns.take() }
    }

    /// The sources in a list; those that name a column are claimed, the datasets of the others returned.
    fn inputs(&mut self, holder: Reader<'_>, target: Option<&str>) -> Vec<QualifiedName> {
        let mut datasets = Vec::new();
        let place = holder.place.key("inputs");
        for (index, input) in self.columns.noted(holder.list("inputs")).unwrap_or_default().iter().enumerate() {
            let read = self.input(input, &place.index(index), target);
            datasets.extend(self.columns.noted(read).flatten());
        }
        datasets
    }

    fn input(
        &mut self,
        input: &Json<'_>,
        place: &Place<'_>,
        target: Option<&str>,
    ) -> Result<Option<QualifiedName>, Misfit> {
        let input = Reader::new(input, place)?;
        let Entity::Dataset(dataset) = self.entity(input)? else { return Ok(None) };
        match input.optional("field")? {
            None => Ok(Some(dataset)),
            Some(column) => self.columns.add(input, (dataset, &column), target, None).map(|()| None),
        }
    }

    /// The dataset or job that an entry or a source is.
    fn entity(&mut self, entity: Reader<'_>) -> Result<Entity, Misfit> {
        match entity.string("type")?.trim().to_ascii_uppercase().as_str() {
            "DATASET" => {
                let (namespace, name) = (entity.string("namespace")?, entity.text("name")?);
                Ok(Entity::Dataset(self.columns.names.dataset(namespace, name, entity.place, self.columns.faults)))
            }
            "JOB" => self.job_entity(entity),
            _ => Err(Misfit::new("DATASET or JOB", entity.get("type"), &entity.place.key("type"))),
        }
    }

    fn job_entity(&mut self, entity: Reader<'_>) -> Result<Entity, Misfit> {
        let named = (entity.optional("namespace")?, entity.optional("name")?);
        let (Some(namespace), Some(name)) = named else { return Ok(Entity::OwnJob) };
        let job = QualifiedName::new(namespace, name);
        if self.job == Some(&job) {
            return Ok(Entity::OwnJob);
        }
        self.columns.faults.add("job-lineage-not-modelled", entity.place, || {
            format!(
                "lineage from or to another job (`{}` in `{}`) is kept as sent and not drawn",
                job.name, job.namespace
            )
        });
        Ok(Entity::OtherJob)
    }
}
