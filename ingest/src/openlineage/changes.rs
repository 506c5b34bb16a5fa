//! From an accepted event to changes of the graph.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use graph::change::{
    Aspect, Assertion, Change, Claim, DatasetChange, DatasetStatement, FacetValue, JobChange, RunChange, RunDataset,
};
use graph::{ContentId, LineageSource, OrderKey, QualifiedName, Query};

use super::explicit::{self, JobLineage};
use super::facets::{self, Level, Said};
use super::lineage;
use super::read::Reader;
use super::shape::{Shape, Subject, rank};
use super::split::{Facet, Split};
use crate::faults::{Faults, Place};
use crate::json::{Json, Member, find};

/// The changes an event makes. `id` is that of the whole event.
pub fn of(shape: &Shape, split: &Split<'_>, id: ContentId, faults: &mut Faults) -> Vec<Change> {
    let at = OrderKey { time: shape.time, rank: rank(shape.event_type), tie: id };
    let mut event = Event { shape, split, at, faults };
    match &shape.subject {
        Subject::Dataset { dataset } => event.declaration(dataset),
        Subject::Job { job } => event.work(job, None),
        Subject::Run { job, run } => event.work(job, Some(run)),
    }
}

struct Event<'e> {
    shape: &'e Shape,
    split: &'e Split<'e>,
    at: OrderKey,
    faults: &'e mut Faults,
}

/// What is said of one dataset of `inputs` or `outputs`.
struct Mention {
    name: QualifiedName,
    /// Of the dataset itself.
    facets: Vec<Assertion>,
    /// Of the dataset as this run read or wrote it.
    run_facets: Vec<Assertion>,
}

/// One of the two lists of datasets.
#[derive(Clone, Copy)]
struct List {
    key: &'static str,
    /// Where facets about the run stand.
    facets: &'static str,
    level: Level,
}

const INPUTS: List = List { key: "inputs", facets: "inputFacets", level: Level::Input };
const OUTPUTS: List = List { key: "outputs", facets: "outputFacets", level: Level::Output };

impl<'e> Event<'e> {
    /// A DatasetEvent.
    fn declaration(&mut self, dataset: &QualifiedName) -> Vec<Change> {
        let place = Place::ROOT.key("dataset");
        let holder = self.member("dataset");
        let facets = self.assertions(holder, Level::Dataset, &place);
        let tells_lineage = facets.iter().any(|facet| ["lineage", "columnLineage"].contains(&facet.slot.as_str()));
        let mut changes = vec![Change::Dataset(DatasetChange { name: dataset.clone(), at: self.at, facets })];
        if tells_lineage {
            let mut claims = Claims::default();
            self.claims_of(holder, dataset, &place).into_iter().flatten().for_each(|claim| claims.add(claim));
            let claims = claims.finish();
            changes.push(Change::Statement(DatasetStatement { dataset: dataset.clone(), at: self.at, claims }));
        }
        changes
    }

    /// A RunEvent, or a JobEvent when `run` is none.
    fn work(&mut self, job: &QualifiedName, run: Option<&String>) -> Vec<Change> {
        let job_facets = self.assertions(self.member("job"), Level::Job, &Place::ROOT.key("job"));
        let query = job_facets.iter().find_map(query);
        let facets = if run.is_some() { self.run_facets() } else { Vec::new() };
        let inputs = self.mentions(INPUTS);
        let outputs = self.mentions(OUTPUTS);
        let (claims, lineage) = self.lineage(job);
        let (mut changes, [mut inputs, mut outputs]) = self.datasets([inputs, outputs]);
        add_mentions(&mut inputs, &lineage.reads);
        add_mentions(&mut outputs, lineage.targets());
        if !job_facets.is_empty() {
            changes.push(Change::Job(JobChange { name: job.clone(), at: self.at, facets: job_facets }));
        }
        let about =
            RunChange { run: run.cloned(), facets, inputs, outputs, claims, query, ..self.empty_run(job.clone()) };
        changes.push(Change::Run(Box::new(about)));
        changes
    }

    fn empty_run(&self, job: QualifiedName) -> RunChange {
        RunChange {
            job,
            run: None,
            at: self.at,
            event_type: self.shape.event_type,
            facets: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            claims: Vec::new(),
            query: None,
        }
    }

    fn run_facets(&mut self) -> Vec<Assertion> {
        let mut facets = self.assertions(self.member("run"), Level::Run, &Place::ROOT.key("run"));
        if facets.iter().any(|facet| facet.slot == "parent") {
            for legacy in facets.iter_mut().filter(|facet| facet.slot == "parentRun") {
                legacy.value.iter_mut().for_each(|value| value.aspect = Aspect::Opaque);
            }
        }
        facets
    }

    /// What is said of each dataset of a list; one that is listed twice is mentioned once.
    fn mentions(&mut self, list: List) -> Vec<Mention> {
        let shape = self.shape;
        let names = if list.key == INPUTS.key { &shape.inputs } else { &shape.outputs };
        let mut mentions: Vec<Mention> = Vec::with_capacity(names.len());
        let mut known = HashMap::with_capacity(names.len());
        let place = Place::ROOT.key(list.key);
        for (index, (name, holder)) in names.iter().zip(self.items(list)).enumerate() {
            let mention = self.mention(list, name, holder, &place.index(index));
            match known.get(name) {
                None => {
                    known.insert(name, mentions.len());
                    mentions.push(mention);
                }
                Some(&first) => {
                    let first: &mut Mention = &mut mentions[first];
                    first.facets.extend(mention.facets);
                    first.run_facets.extend(mention.run_facets);
                    self.faults.add("repeated-dataset", &place.index(index), || {
                        format!("`{}` is listed twice; its facets are taken together", name.name)
                    });
                }
            }
        }
        mentions
    }

    fn mention(&mut self, list: List, name: &QualifiedName, holder: &'e Json<'e>, place: &Place<'_>) -> Mention {
        let facets = self.assertions(holder, Level::Dataset, place);
        let mut run_facets = self.measures(list, holder, place);
        run_facets.extend(self.facets(holder, list.facets, list.level, place));
        Mention { name: name.clone(), facets, run_facets }
    }

    /// Facets about the run that stand among those of the dataset: metrics belong there, assertions do not, and are
    /// read nevertheless.
    fn measures(&mut self, list: List, holder: &'e Json<'e>, place: &Place<'_>) -> Vec<Assertion> {
        let mut measures = Vec::new();
        let place = place.key("facets");
        for (slot, value) in holder.get("facets").map(Json::members).unwrap_or_default() {
            let place = place.key(slot);
            let Some(facet) = self.held(value) else { continue };
            let said = Said { level: list.level, slot, json: &facet.json, place: &place };
            if said.is_measure() {
                measures.push(assertion(slot, facet.id, said.aspect(&self.shape.names, self.faults)));
            }
        }
        measures
    }

    fn assertions(&mut self, holder: &'e Json<'e>, level: Level, place: &Place<'_>) -> Vec<Assertion> {
        self.facets(holder, "facets", level, place)
    }

    /// The facets under a key of what they are said of.
    fn facets(&mut self, holder: &'e Json<'e>, key: &str, level: Level, place: &Place<'_>) -> Vec<Assertion> {
        let members = facets::members(holder, key, place, self.faults);
        let place = place.key(key);
        let mut assertions = Vec::with_capacity(members.len());
        for (slot, value) in members {
            let place = place.key(slot);
            match self.held(value) {
                None => {
                    self.faults.add("null-value", &place, || "expected a facet, found null; read as absent".to_owned())
                }
                Some(facet) => {
                    let said = Said { level, slot, json: &facet.json, place: &place };
                    said.note_form(self.faults);
                    assertions.push(self.assertion_of(&said, facet.id));
                }
            }
        }
        assertions
    }

    fn assertion_of(&mut self, said: &Said<'_>, id: ContentId) -> Assertion {
        if said.is_deletion() {
            if matches!(said.level, Level::Job | Level::Dataset) {
                return Assertion { slot: said.slot.to_owned(), value: None };
            }
            self.faults.add("deletion-not-allowed", said.place, || {
                "only facets of jobs and datasets can be deleted; kept as sent".to_owned()
            });
            return assertion(said.slot, id, Aspect::Opaque);
        }
        assertion(said.slot, id, said.aspect(&self.shape.names, self.faults))
    }

    /// What the event says of where its outputs come from, and what the job's own facet adds to inputs and outputs.
    fn lineage(&mut self, job: &QualifiedName) -> (Vec<Claim>, JobLineage) {
        let mut claims = Claims::default();
        let shape = self.shape;
        let place = Place::ROOT.key(OUTPUTS.key);
        for (index, (output, holder)) in shape.outputs.iter().zip(self.items(OUTPUTS)).enumerate() {
            for claim in self.claims_of(holder, output, &place.index(index)).into_iter().flatten() {
                claims.add(claim);
            }
        }
        let lineage = self.job_lineage(job);
        if let Some(lineage) = &lineage {
            claims.complete(lineage, &shape.outputs);
        }
        (claims.finish(), lineage.unwrap_or_default())
    }

    /// The job's own `lineage` facet.
    fn job_lineage(&mut self, job: &QualifiedName) -> Option<JobLineage> {
        let place = Place::ROOT.key("job");
        let place = place.key("facets");
        let place = place.key("lineage");
        let facet = self.facet(self.member("job"), "lineage")?;
        let facet = Reader::new(&facet.json, &place).ok()?;
        Some(JobLineage::read(facet, job, &self.shape.names, self.faults))
    }

    /// The lineage facets of an output: the explicit one and that of its columns.
    fn claims_of(&mut self, holder: &'e Json<'e>, output: &QualifiedName, place: &Place<'_>) -> [Option<Claim>; 2] {
        let place = place.key("facets");
        let (names, job) = (&self.shape.names, self.shape.job());
        ["lineage", "columnLineage"].map(|slot| {
            let place = place.key(slot);
            let facet = self.facet(holder, slot)?;
            // What is no object was noted when it was read as an assertion.
            let facet = Reader::new(&facet.json, &place).ok()?;
            match slot {
                "lineage" => explicit::dataset_claim(facet, output, job, names, self.faults),
                _ => lineage::claim(facet, output, names, self.faults),
            }
        })
    }

    /// The run's datasets and the changes of the datasets themselves. Of a dataset that is input and output, what is
    /// said of the output counts.
    fn datasets(&self, lists: [Vec<Mention>; 2]) -> (Vec<Change>, [Vec<RunDataset>; 2]) {
        let mut changes: Vec<DatasetChange> = Vec::new();
        let mut known: HashMap<QualifiedName, usize> = HashMap::new();
        let runs = lists.map(|mentions| {
            let run = |Mention { name, facets, run_facets }| {
                if !facets.is_empty() {
                    let at = *known.entry(QualifiedName::clone(&name)).or_insert(changes.len());
                    if at == changes.len() {
                        changes.push(DatasetChange { name: name.clone(), at: self.at, facets: Vec::new() });
                    }
                    changes[at].facets.extend(facets);
                }
                RunDataset { name, facets: settled(run_facets) }
            };
            mentions.into_iter().map(run).collect()
        });
        let settle =
            |change: DatasetChange| Change::Dataset(DatasetChange { facets: settled(change.facets), ..change });
        (changes.into_iter().map(settle).collect(), runs)
    }

    fn items(&self, list: List) -> &'e [Json<'e>] {
        match self.split.event.get(list.key) {
            Some(Json::Array(items)) => items,
            _ => &[],
        }
    }

    fn member(&self, key: &str) -> &'e Json<'e> {
        self.split.event.get(key).unwrap_or(&Json::Null)
    }

    /// A facet by its slot; none when it is absent or deleted.
    fn facet(&self, holder: &'e Json<'e>, slot: &str) -> Option<&'e Facet<'e>> {
        let members: &[Member<'_>] = holder.get("facets").map(Json::members).unwrap_or_default();
        let facet = self.held(find(members, slot)?)?;
        (facet.json.get("_deleted") != Some(&Json::Bool(true))).then_some(facet)
    }

    fn held(&self, value: &Json<'_>) -> Option<&'e Facet<'e>> {
        match value {
            Json::Held(index) => self.split.facets.get(*index),
            _ => None,
        }
    }
}

/// Lineage claims by output and source.
#[derive(Default)]
struct Claims(BTreeMap<(QualifiedName, LineageSource), Claim>);

impl Claims {
    /// Adds to what was claimed of the same output before.
    fn add(&mut self, claim: Claim) {
        match self.0.entry((claim.output.clone(), claim.source)) {
            Entry::Vacant(entry) => {
                entry.insert(claim);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.inputs.extend(claim.inputs);
                known.edges.extend(claim.edges);
            }
        }
    }

    /// Each with its inputs and edges in order, once.
    fn finish(self) -> Vec<Claim> {
        let mut claims: Vec<Claim> = self.0.into_values().collect();
        for claim in &mut claims {
            claim.inputs.sort_unstable();
            claim.inputs.dedup();
            claim.edges.sort_unstable();
            claim.edges.dedup();
        }
        claims
    }

    /// With the job's own facet, every output has an explicit claim: that of the facet, else its own, else one that
    /// says that nothing feeds it.
    fn complete(&mut self, lineage: &JobLineage, outputs: &[QualifiedName]) {
        for claim in lineage.claims() {
            self.0.insert((claim.output.clone(), claim.source), claim);
        }
        for output in outputs {
            let source = LineageSource::Explicit;
            let empty = || Claim { output: output.clone(), source, inputs: Vec::new(), edges: Vec::new() };
            self.0.entry((output.clone(), source)).or_insert_with(empty);
        }
    }
}

fn assertion(slot: &str, raw: ContentId, aspect: Aspect) -> Assertion {
    Assertion { slot: slot.to_owned(), value: Some(FacetValue { raw, aspect }) }
}

fn mentioned(name: &QualifiedName) -> RunDataset {
    RunDataset { name: name.clone(), facets: Vec::new() }
}

fn add_mentions<'n>(datasets: &mut Vec<RunDataset>, names: impl IntoIterator<Item = &'n QualifiedName>) {
    let mut known: HashSet<_> = datasets.iter().map(|dataset| dataset.name.clone()).collect();
    datasets.extend(names.into_iter().filter(|name| known.insert(QualifiedName::clone(name))).map(mentioned));
}

fn query(assertion: &Assertion) -> Option<Query> {
    match &assertion.value.as_ref()?.aspect {
        Aspect::Query(query) => Some(query.clone()),
        _ => None,
    }
}

/// One assertion per slot: the last one, but symlinks of all.
fn settled(mut assertions: Vec<Assertion>) -> Vec<Assertion> {
    if assertions.is_sorted_by(|a, b| a.slot < b.slot) {
        return assertions;
    }
    assertions.sort_by(|a, b| a.slot.cmp(&b.slot));
    assertions.dedup_by(|later, kept| {
        let same = later.slot == kept.slot;
        if same {
            std::mem::swap(later, kept);
            unite_symlinks(kept, later);
        }
        same
    });
    assertions
}

fn unite_symlinks(kept: &mut Assertion, other: &mut Assertion) {
    let (Some(kept), Some(other)) = (&mut kept.value, &mut other.value) else { return };
    if let (Aspect::Symlinks(kept), Aspect::Symlinks(other)) = (&mut kept.aspect, &mut other.aspect) {
        other.append(kept);
        other.sort_unstable();
        other.dedup();
        kept.append(other);
    }
}
