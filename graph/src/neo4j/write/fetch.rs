//! Look-ups of a commit, each kind of them one statement however many there are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use neo4rs::{BoltType, query};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::client::{Failure, Result, Transaction};
use super::bolt;
use super::lineages::{DerivationState, Frontier, Said};
use super::needs::Needs;
use super::nodes::NodeState;
use super::overlay::Overlay;
use super::runs::RunState;
use super::statements as cypher;
use crate::apply::{Group, Standing};
use crate::ids::ContentId;
use crate::model::RunState as State;
use crate::read::node_kind;
use crate::records::{self, Body, KeyRecord, Register};

/// Answers all that was asked for. Runs come first, since what all other runs say leaves out those of the commit.
pub(super) async fn fetch(tx: &mut Transaction, needs: Needs, overlay: &mut Overlay) -> Result<()> {
    let mut fetch = Fetch { tx, overlay };
    fetch.inputs(&needs).await?;
    fetch.nodes(&needs).await?;
    fetch.names(&needs).await?;
    fetch.edges(&needs).await?;
    fetch.runs(&needs).await?;
    fetch.lineages(&needs).await?;
    fetch.frontiers(&needs).await?;
    fetch.derivations(&needs).await
}

struct Fetch<'a> {
    tx: &'a mut Transaction,
    overlay: &'a mut Overlay,
}

#[derive(Deserialize)]
struct NodeRow {
    id: u32,
    kind: u8,
    parent: u32,
    key: String,
    name: String,
    created: u32,
    ended: Option<u32>,
    flags: u8,
    since: u32,
    body: String,
    register: Option<String>,
}

impl NodeRow {
    fn state(self) -> Result<NodeState> {
        let NodeRow { kind, parent, key, name, created, ended, flags, since, .. } = self;
        let body = Body::read(&self.body).map_err(fault)?;
        let register = self.register.as_deref().map(records::read).transpose().map_err(fault)?;
        let (kind, register) = (node_kind(kind), register.unwrap_or_else(Register::new));
        Ok(NodeState { kind, parent, key, name, created, ended, flags, since, body, register })
    }
}

#[derive(Deserialize)]
struct IdRow {
    id: String,
}

#[derive(Deserialize)]
struct ContentRow {
    id: String,
    bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct BodyRow {
    id: String,
    job: Option<u32>,
    body: String,
}

#[derive(Deserialize)]
struct PairRow {
    node: u32,
    other: u32,
}

#[derive(Deserialize)]
struct LinkRow {
    asked: u32,
    node: u32,
    other: u32,
    reason: u8,
}

#[derive(Deserialize)]
struct EdgeFound {
    group: String,
    id: u32,
    kind: u8,
    src: u32,
    dst: u32,
    masking: bool,
}

#[derive(Deserialize)]
struct NotedRow {
    job: u32,
    output: u32,
    lineages: Vec<String>,
}

#[derive(Deserialize)]
struct RunFound {
    id: i64,
    job: u32,
    name: String,
    state: u8,
    at: i64,
    body: String,
    outputs: Vec<SaidRow>,
}

#[derive(Deserialize)]
struct SaidRow {
    output: u32,
    job: u32,
    lineage: String,
    key: String,
    standing: u8,
    drops: bool,
}

#[derive(Deserialize)]
struct FrontierRow {
    job: u32,
    output: u32,
    standing: u8,
    lineage: String,
    key: String,
}

#[derive(Deserialize)]
struct WrittenRow {
    output: u32,
    key: Option<String>,
}

#[derive(Deserialize)]
struct SaysRow {
    job: u32,
    output: u32,
    lineage: String,
    run: i64,
    name: String,
}

#[derive(Deserialize)]
struct BoundRow {
    schema: String,
    id: String,
    job: u32,
    body: String,
}

impl Fetch<'_> {
    /// The rows of a statement about a list of things; none without asking when the list is empty.
    async fn rows<T: DeserializeOwned>(&mut self, statement: &'static str, asked: BoltType) -> Result<Vec<T>> {
        if matches!(&asked, BoltType::List(list) if list.is_empty()) {
            return Ok(Vec::new());
        }
        self.tx.rows(query(statement).param("rows", asked)).await
    }

    async fn inputs(&mut self, needs: &Needs) -> Result<()> {
        let found: Vec<IdRow> = self.rows(cypher::INPUTS, bolt::ids(needs.inputs.iter().copied())).await?;
        needs.inputs.iter().for_each(|id| self.overlay.inputs.known.learn(*id, false));
        for row in found {
            self.overlay.inputs.known.learn(content_id(&row.id)?, true);
        }
        let found: Vec<ContentRow> = self.rows(cypher::CONTENTS, bolt::ids(needs.contents.iter().copied())).await?;
        for row in found {
            self.overlay.inputs.fetched.insert(content_id(&row.id)?, row.bytes);
        }
        match needs.contents.iter().find(|id| !self.overlay.inputs.fetched.contains_key(*id)) {
            Some(id) => Err(Failure::Fault(format!("the content {id} is not in the database"))),
            None => Ok(()),
        }
    }

    async fn nodes(&mut self, needs: &Needs) -> Result<()> {
        let places = needs.places.iter().map(|(parent, kind, key)| bolt::place(*parent, *kind, key));
        let found: Vec<NodeRow> = self.rows(cypher::NODES_BY_PLACE, places.collect()).await?;
        needs.places.iter().for_each(|place| self.overlay.nodes.places.learn(place.clone(), None));
        self.learn_nodes(found)?;
        let found = self.rows(cypher::NODES, needs.nodes.iter().copied().collect()).await?;
        self.learn_nodes(found)?;
        if let Some(id) = needs.nodes.iter().find(|id| self.overlay.nodes.states.stored(id).is_none()) {
            return Err(Failure::Fault(format!("node {id} is not in the database")));
        }
        let found: Vec<NodeRow> = self.rows(cypher::COLUMNS, needs.columns.iter().copied().collect()).await?;
        let mut columns: BTreeMap<u32, BTreeSet<u32>> = needs.columns.iter().map(|id| (*id, BTreeSet::new())).collect();
        for row in found.iter() {
            columns.entry(row.parent).or_default().insert(row.id);
        }
        columns.into_iter().for_each(|(dataset, all)| self.overlay.nodes.columns.learn(dataset, all));
        self.learn_nodes(found)?;
        let found: Vec<PairRow> = self.rows(cypher::DEGREES, needs.degrees.iter().copied().collect()).await?;
        for row in found.into_iter() {
            self.overlay.nodes.degrees.insert(row.node, row.other as usize);
        }
        Ok(())
    }

    fn learn_nodes(&mut self, found: Vec<NodeRow>) -> Result<()> {
        for row in found {
            self.overlay.nodes.learn(row.id, row.state()?);
        }
        Ok(())
    }

    async fn names(&mut self, needs: &Needs) -> Result<()> {
        let found: Vec<LinkRow> = self.rows(cypher::LINKS, needs.links.iter().copied().collect()).await?;
        let mut links: BTreeMap<u32, BTreeSet<_>> = needs.links.iter().map(|id| (*id, BTreeSet::new())).collect();
        for row in found {
            links.entry(row.asked).or_default().insert((row.node, row.other, row.reason));
        }
        links.into_iter().for_each(|(node, links)| self.overlay.names.links.learn(node, links));
        let found: Vec<PairRow> = self.rows(cypher::RENAMED, needs.renamed.iter().copied().collect()).await?;
        let mut renamed: BTreeMap<u32, BTreeSet<u32>> = needs.renamed.iter().map(|id| (*id, BTreeSet::new())).collect();
        for row in found.into_iter() {
            renamed.entry(row.other).or_default().insert(row.node);
        }
        renamed.into_iter().for_each(|(old, nodes)| self.overlay.names.renamed.learn(old, nodes));
        Ok(())
    }

    async fn edges(&mut self, needs: &Needs) -> Result<()> {
        let mut found: BTreeMap<String, BTreeMap<u32, _>> = BTreeMap::new();
        for (statement, kind) in [
            (cypher::OUTPUT_EDGES, is_output as fn(&Group) -> bool),
            (cypher::READ_EDGES, is_reads),
            (cypher::LABEL_EDGES, is_labels),
        ] {
            let groups = needs.groups.iter().filter(|group| kind(group)).map(|group| group_text(*group));
            let rows: Vec<EdgeFound> = self.rows(statement, groups.collect()).await?;
            for EdgeFound { group, id, kind, src, dst, masking } in rows {
                found.entry(group).or_default().insert(id, (kind, src, dst, masking));
            }
        }
        for group in &needs.groups {
            let edges = found.remove(&group_text(*group)).unwrap_or_default();
            self.overlay.edges.groups.learn(*group, Arc::new(edges));
        }
        Ok(())
    }

    async fn runs(&mut self, needs: &Needs) -> Result<()> {
        let places =
            needs.runs.iter().map(|(job, name)| bolt::row([("job", (*job).into()), ("name", name.as_str().into())]));
        let found: Vec<RunFound> = self.rows(cypher::RUNS, places.collect()).await?;
        needs.runs.iter().for_each(|place| self.overlay.runs.runs.learn(place.clone(), None));
        for RunFound { id, job, name, state, at, body, outputs } in found {
            let outputs: BTreeMap<u32, Said> = outputs.into_iter().map(SaidRow::said).collect::<Result<_>>()?;
            self.overlay.lineages.outputs.learn(id, Arc::new(outputs));
            self.overlay
                .runs
                .runs
                .learn((job, name), Some(Arc::new(RunState { id, state: run_state(state), at, body })));
            self.overlay.ask_for_run(job, id);
        }
        Ok(())
    }

    async fn lineages(&mut self, needs: &Needs) -> Result<()> {
        let found: Vec<BodyRow> = self.rows(cypher::LINEAGES, bolt::ids(needs.lineages.iter().copied())).await?;
        needs.lineages.iter().for_each(|id| self.overlay.lineages.bodies.learn(*id, None));
        for row in found {
            let body = records::read(&row.body).map_err(fault)?;
            self.overlay.lineages.bodies.learn(content_id(&row.id)?, Some(Arc::new(body)));
        }
        let places = needs.noted.iter().map(|(job, output)| bolt::pair(job, *output));
        let found = self.rows(cypher::NOTED, places.collect()).await?;
        needs.noted.iter().for_each(|place| self.overlay.lineages.noted.learn(*place, None));
        self.learn_noted(found)?;
        let found: Vec<NotedRow> =
            self.rows(cypher::NOTED_OF_JOBS, needs.noted_of_jobs.iter().copied().collect()).await?;
        let mut outputs: BTreeMap<u32, BTreeSet<u32>> =
            needs.noted_of_jobs.iter().map(|job| (*job, BTreeSet::new())).collect();
        for row in found.iter() {
            outputs.entry(row.job).or_default().insert(row.output);
        }
        outputs.into_iter().for_each(|(job, outputs)| self.overlay.lineages.noted_outputs.learn(job, outputs));
        self.learn_noted(found)
    }

    fn learn_noted(&mut self, found: Vec<NotedRow>) -> Result<()> {
        for row in found {
            let lineages: Vec<ContentId> = row.lineages.iter().map(|id| content_id(id)).collect::<Result<_>>()?;
            self.overlay.lineages.noted.learn((row.job, row.output), Some(Arc::new(lineages)));
        }
        Ok(())
    }

    async fn frontiers(&mut self, needs: &Needs) -> Result<()> {
        let asked = needs.frontiers.iter().map(|(job, output)| {
            let except = self.overlay.runs.asked.get(job).cloned().unwrap_or_default();
            bolt::row([
                ("job", (*job).into()),
                ("output", (*output).into()),
                ("said", bolt::pair(output, *job).into()),
                ("except", except.into_iter().collect()),
            ])
        });
        let asked = asked.collect();
        let found: Vec<FrontierRow> = self.rows(cypher::FRONTIERS, asked).await?;
        for (job, output) in &needs.frontiers {
            let except = self.overlay.runs.asked.get(job).cloned().unwrap_or_default();
            self.overlay.lineages.frontiers.insert((*job, *output), Frontier { except, ..Frontier::default() });
        }
        for row in found {
            let frontier = self.overlay.lineages.frontiers.entry((row.job, row.output)).or_default();
            let (lineage, key) = (content_id(&row.lineage)?, KeyRecord::parse(&row.key));
            match row.standing {
                standing if standing == Standing::Complete as u8 => {
                    frontier.complete = key;
                    frontier.completed.insert(lineage);
                }
                standing if standing == Standing::Open as u8 => {
                    frontier.open.insert(lineage, key);
                }
                _ => {
                    frontier.design.insert(lineage);
                }
            }
        }
        self.written(needs).await?;
        self.says(needs).await
    }

    async fn written(&mut self, needs: &Needs) -> Result<()> {
        let except = self.overlay.runs.all_asked();
        let list: BoltType = except.iter().copied().collect();
        let asked =
            needs.written.iter().map(|output| bolt::row([("output", (*output).into()), ("except", list.clone())]));
        let found: Vec<WrittenRow> = self.rows(cypher::WRITTEN, asked.collect()).await?;
        for row in found {
            let key = row.key.as_deref().and_then(KeyRecord::parse);
            self.overlay.lineages.written_at.insert(row.output, (except.clone(), key));
        }
        Ok(())
    }

    async fn says(&mut self, needs: &Needs) -> Result<()> {
        let asked = needs.says.iter().map(|(job, output, lineage)| {
            let said = bolt::pair(output, *job);
            let lineage = lineage.to_string();
            bolt::row([
                ("job", (*job).into()),
                ("output", (*output).into()),
                ("said", said.into()),
                ("lineage", lineage.into()),
            ])
        });
        let found: Vec<SaysRow> = self.rows(cypher::SAYS, asked.collect()).await?;
        for place in needs.says.iter() {
            self.overlay.lineages.says.insert(*place, Vec::new());
        }
        for SaysRow { job, output, lineage, run, name } in found {
            let place = (job, output, content_id(&lineage)?);
            self.overlay.lineages.says.entry(place).or_default().push((run, name));
        }
        Ok(())
    }

    async fn derivations(&mut self, needs: &Needs) -> Result<()> {
        let found: Vec<BodyRow> = self.rows(cypher::DERIVATIONS, bolt::ids(needs.derivations.iter().copied())).await?;
        needs.derivations.iter().for_each(|id| self.overlay.derivations.states.learn(*id, None));
        for BodyRow { id, job, body } in found {
            let state = DerivationState { job: job.unwrap_or(0), body, bound: Vec::new() };
            self.overlay.derivations.states.learn(content_id(&id)?, Some(Arc::new(state)));
        }
        let found: Vec<BoundRow> = self.rows(cypher::SCHEMAS, bolt::ids(needs.schemas.iter().copied())).await?;
        for id in needs.schemas.iter() {
            self.overlay.derivations.by_schema.insert(*id, BTreeMap::new());
        }
        for BoundRow { schema, id, job, body } in found {
            let (schema, id) = (content_id(&schema)?, content_id(&id)?);
            self.overlay.derivations.by_schema.entry(schema).or_default().insert(id, job);
            let state = DerivationState { job, body, bound: Vec::new() };
            self.overlay.derivations.states.learn(id, Some(Arc::new(state)));
        }
        Ok(())
    }
}

impl SaidRow {
    fn said(self) -> Result<(u32, Said)> {
        let SaidRow { output, job, standing, drops, .. } = self;
        let (lineage, key) = (content_id(&self.lineage)?, KeyRecord::parse(&self.key));
        Ok((output, Said { job, lineage, key, standing, drops }))
    }
}

fn is_output(group: &Group) -> bool {
    matches!(group, Group::Output { .. })
}

fn is_reads(group: &Group) -> bool {
    matches!(group, Group::Reads(_))
}

fn is_labels(group: &Group) -> bool {
    matches!(group, Group::Labels(_))
}

/// How a group is written at its edges.
pub(super) fn group_text(group: Group) -> String {
    let (output, job) = group.columns();
    bolt::pair(output, job)
}

fn content_id(text: &str) -> Result<ContentId> {
    ContentId::parse(text).ok_or_else(|| Failure::Fault(format!("`{text}` in the database is no id of a content")))
}

fn run_state(code: u8) -> State {
    const STATES: [State; 5] = [State::Unknown, State::Running, State::Completed, State::Aborted, State::Failed];
    STATES[usize::from(code)]
}

fn fault(error: crate::store::StoreError) -> Failure {
    Failure::Fault(error.to_string())
}
