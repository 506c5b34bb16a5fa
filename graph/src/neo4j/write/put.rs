//! Writes what a commit changed, each kind of change one statement for every few thousand rows.

use std::collections::BTreeMap;

use neo4rs::{BoltType, query};

use super::super::client::{Result, Transaction};
use super::bolt;
use super::fetch::group_text;
use super::nodes::NodeState;
use super::overlay::Overlay;
use super::statements as cypher;
use crate::apply::{EdgeRow, Group};
use crate::model::{Aspects, EdgeKind, NodeKind, dotted};
use crate::records;

/// As many rows go into one statement.
const ROWS: usize = 5_000;

/// Writes all that the overlay holds over the database, as of a revision.
pub(super) async fn put(tx: &mut Transaction, overlay: &Overlay, revision: u32) -> Result<()> {
    let mut put = Put { tx, overlay, revision };
    put.nodes().await?;
    put.names().await?;
    put.edges().await?;
    put.inputs().await?;
    put.runs().await?;
    put.lineages().await?;
    put.derivations().await
}

struct Put<'a> {
    tx: &'a mut Transaction,
    overlay: &'a Overlay,
    revision: u32,
}

impl Put<'_> {
    async fn rows(&mut self, statement: &'static str, rows: Vec<BoltType>) -> Result<()> {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let some: BoltType = rows.by_ref().take(ROWS).collect();
            self.tx.run(query(statement).param("rows", some)).await?;
        }
        Ok(())
    }

    async fn nodes(&mut self) -> Result<()> {
        let overlay = self.overlay;
        let (mut new, mut changed) = (BTreeMap::<u8, Vec<BoltType>>::new(), Vec::new());
        for past in &overlay.nodes.past {
            changed.push(bolt::row([
                ("id", past.id.into()),
                ("since", past.state.since.into()),
                ("until", past.until.into()),
                ("body", past.state.body.write().into()),
            ]));
        }
        self.rows(cypher::PAST, std::mem::take(&mut changed)).await?;
        let mut written: Vec<_> = overlay.nodes.states.written().collect();
        written.sort_by_key(|(id, _)| **id);
        for (id, state) in written {
            if overlay.is_new(*id) {
                let row = bolt::row([("parent", state.parent.into()), ("properties", all_of(overlay, *id, state))]);
                new.entry(state.kind as u8).or_default().push(row);
            } else {
                changed.push(bolt::row([("id", (*id).into()), ("properties", bolt::row(changing(state)))]));
            }
        }
        for (kind, statement) in [
            (NodeKind::Namespace, cypher::NEW_NAMESPACES),
            (NodeKind::Dataset, cypher::NEW_DATASETS),
            (NodeKind::Column, cypher::NEW_COLUMNS),
            (NodeKind::Job, cypher::NEW_JOBS),
            (NodeKind::Owner, cypher::NEW_OWNERS),
            (NodeKind::Tag, cypher::NEW_TAGS),
        ] {
            self.rows(statement, new.remove(&(kind as u8)).unwrap_or_default()).await?;
        }
        self.rows(cypher::CHANGED_NODES, changed).await
    }

    async fn names(&mut self) -> Result<()> {
        let (names, revision) = (&self.overlay.names, self.revision);
        let ended = names.ended.iter().map(|(node, other, reason)| {
            let reason = u32::from(*reason).into();
            bolt::row([
                ("node", (*node).into()),
                ("other", (*other).into()),
                ("reason", reason),
                ("until", revision.into()),
            ])
        });
        let begun = names.begun.iter().map(|(node, other, reason)| {
            let id = format!("{node}/{other}/{reason}/{revision}");
            let reason = u32::from(*reason).into();
            let (node, other) = ((*node).into(), (*other).into());
            bolt::row([
                ("id", id.into()),
                ("node", node),
                ("other", other),
                ("reason", reason),
                ("since", revision.into()),
            ])
        });
        let (ended, begun) = (ended.collect(), begun.collect());
        let renamed =
            names.renamed.added().map(|(old, node)| bolt::row([("old", (*old).into()), ("node", (*node).into())]));
        let renamed = renamed.collect();
        self.rows(cypher::END_LINKS, ended).await?;
        self.rows(cypher::BEGIN_LINKS, begun).await?;
        self.rows(cypher::NEW_RENAMED, renamed).await
    }

    async fn edges(&mut self) -> Result<()> {
        let (overlay, revision) = (self.overlay, self.revision);
        let mut begun: BTreeMap<&str, Vec<BoltType>> = BTreeMap::new();
        for (id, (group, edge)) in &overlay.edges.begun {
            let [begin, _] = type_of(edge.0);
            begun.entry(begin).or_default().push(new_edge(*id, *group, edge, revision));
        }
        let mut ended: BTreeMap<&str, Vec<BoltType>> = BTreeMap::new();
        for (id, edge) in &overlay.edges.ended {
            let [_, end] = type_of(edge.0);
            ended.entry(end).or_default().push(bolt::row([("id", (*id).into()), ("until", revision.into())]));
        }
        for statements in TYPES {
            let [begin, end] = statements;
            self.rows(end, ended.remove(end).unwrap_or_default()).await?;
            self.rows(begin, begun.remove(begin).unwrap_or_default()).await?;
        }
        Ok(())
    }

    async fn inputs(&mut self) -> Result<()> {
        let overlay = self.overlay;
        let log = overlay.inputs.log.iter().map(|input| {
            bolt::row([
                ("sequence", input.sequence.into()),
                ("id", input.id.to_string().into()),
                ("kind", (input.kind as u32).into()),
                ("revision", input.revision.into()),
                ("receivedAt", input.received_at.into()),
                ("body", input.body.clone().into()),
                ("faults", input.faults.clone().into()),
            ])
        });
        self.rows(cypher::NEW_INPUTS, log.collect()).await?;
        let kept = overlay.inputs.kept.iter();
        let kept = kept.map(|(id, bytes)| bolt::row([("id", id.to_string().into()), ("bytes", bytes.clone().into())]));
        self.rows(cypher::NEW_CONTENTS, kept.collect()).await
    }

    async fn runs(&mut self) -> Result<()> {
        let overlay = self.overlay;
        let (mut new, mut statements, mut changed) = (Vec::new(), Vec::new(), Vec::new());
        for ((job, name), run) in overlay.runs.runs.written() {
            let Some(run) = run else { continue };
            let row = bolt::row([
                ("id", run.id.into()),
                ("job", (*job).into()),
                ("name", name.as_str().into()),
                ("state", (run.state as u32).into()),
                ("at", run.at.into()),
                ("body", run.body.as_str().into()),
            ]);
            match (overlay.is_new_run(run.id), *job) {
                (true, 0) => statements.push(row),
                (true, _) => new.push(row),
                (false, _) => changed.push(row),
            }
        }
        self.rows(cypher::NEW_STATEMENTS, statements).await?;
        self.rows(cypher::NEW_RUNS, new).await?;
        self.rows(cypher::CHANGED_RUNS, changed).await?;
        let (mut listed, mut unlisted) = (Vec::new(), Vec::new());
        for ((run, dataset), at) in &overlay.runs.listed {
            let row = bolt::row([("run", (*run).into()), ("dataset", (*dataset).into()), ("at", (*at).into())]);
            if at.is_some() { listed.push(row) } else { unlisted.push(row) }
        }
        self.rows(cypher::LIST_RUNS, listed).await?;
        self.rows(cypher::UNLIST_RUNS, unlisted).await
    }

    async fn lineages(&mut self) -> Result<()> {
        let lineages = &self.overlay.lineages;
        let bodies = lineages.bodies.written().filter_map(|(id, body)| {
            let body = records::write(body.as_ref()?.as_ref());
            Some(bolt::row([("id", id.to_string().into()), ("body", body.into())]))
        });
        let bodies = bodies.collect();
        let noted = lineages.noted.written().filter_map(|((job, output), noted)| {
            let noted = bolt::ids(noted.as_ref()?.iter().copied());
            let place = bolt::pair(job, *output).into();
            Some(bolt::row([
                ("place", place),
                ("job", (*job).into()),
                ("output", (*output).into()),
                ("lineages", noted),
            ]))
        });
        let noted = noted.collect();
        let (mut written, mut deleted) = (Vec::new(), Vec::new());
        for (run, outputs) in lineages.outputs.written() {
            let stored = lineages.outputs.stored(run);
            for (output, said) in outputs.iter() {
                if stored.and_then(|stored| stored.get(output)) != Some(said) {
                    written.push(output_row(*run, *output, said));
                }
            }
            let gone =
                stored.into_iter().flat_map(|stored| stored.keys()).filter(|output| !outputs.contains_key(output));
            deleted.extend(gone.map(|output| BoltType::from(bolt::pair(run, *output))));
        }
        self.rows(cypher::WRITE_LINEAGES, bodies).await?;
        self.rows(cypher::NOTE_LINEAGES, noted).await?;
        self.rows(cypher::WRITE_OUTPUTS, written).await?;
        self.rows(cypher::DELETE_OUTPUTS, deleted).await
    }

    async fn derivations(&mut self) -> Result<()> {
        let (mut written, mut bound) = (Vec::new(), Vec::new());
        for (id, state) in self.overlay.derivations.states.written() {
            let Some(state) = state else { continue };
            let id = id.to_string();
            let schemas = state
                .bound
                .iter()
                .map(|schema| bolt::row([("id", id.as_str().into()), ("schema", schema.to_string().into())]));
            bound.extend(schemas);
            let (job, body) = (state.job.into(), state.body.as_str().into());
            written.push(bolt::row([("id", id.as_str().into()), ("job", job), ("body", body)]));
        }
        self.rows(cypher::WRITE_DERIVATIONS, written).await?;
        self.rows(cypher::BIND_DERIVATIONS, bound).await
    }
}

fn output_row(run: i64, output: u32, said: &super::lineages::Said) -> BoltType {
    bolt::row([
        ("place", bolt::pair(run, output).into()),
        ("said", bolt::pair(output, said.job).into()),
        ("run", run.into()),
        ("output", output.into()),
        ("job", said.job.into()),
        ("lineage", said.lineage.to_string().into()),
        ("key", said.key.map_or_else(String::new, |key| key.text()).into()),
        ("standing", u32::from(said.standing).into()),
        ("drops", said.drops.into()),
    ])
}

fn new_edge(id: u32, group: Group, edge: &EdgeRow, revision: u32) -> BoltType {
    let ((kind, src, dst, masking), (output, job)) = (*edge, group.columns());
    bolt::row([
        ("id", id.into()),
        ("src", src.into()),
        ("dst", dst.into()),
        ("kind", u32::from(kind).into()),
        ("type", readable(EdgeKind::ALL[usize::from(kind)]).into()),
        ("masking", masking.into()),
        ("output", output.into()),
        ("job", job.into()),
        ("group", group_text(group).into()),
        ("since", revision.into()),
    ])
}

/// The statements that begin and end edges of one type of relationship.
type Type = [&'static str; 2];

const FEEDS: Type = [cypher::BEGIN_FEEDS, cypher::END_FEEDS];
const READS: Type = [cypher::BEGIN_READS, cypher::END_READS];
const WRITES: Type = [cypher::BEGIN_WRITES, cypher::END_WRITES];
const OWNED_BY: Type = [cypher::BEGIN_OWNED_BY, cypher::END_OWNED_BY];
const TAGGED: Type = [cypher::BEGIN_TAGGED, cypher::END_TAGGED];
const PART_OF: Type = [cypher::BEGIN_PART_OF, cypher::END_PART_OF];
const LEAVES_OPEN: Type = [cypher::BEGIN_LEAVES_OPEN, cypher::END_LEAVES_OPEN];
const TYPES: [Type; 7] = [READS, WRITES, FEEDS, OWNED_BY, TAGGED, PART_OF, LEAVES_OPEN];

fn type_of(kind: u8) -> Type {
    match EdgeKind::ALL[usize::from(kind)] {
        EdgeKind::Reads => READS,
        EdgeKind::Writes => WRITES,
        EdgeKind::OwnedBy => OWNED_BY,
        EdgeKind::Tagged => TAGGED,
        EdgeKind::PartOf => PART_OF,
        EdgeKind::Unparsed | EdgeKind::UnresolvedDataset | EdgeKind::UnresolvedColumn => LEAVES_OPEN,
        EdgeKind::Feeds
        | EdgeKind::Identity
        | EdgeKind::Transformation
        | EdgeKind::Aggregation
        | EdgeKind::Direct
        | EdgeKind::Join
        | EdgeKind::Filter
        | EdgeKind::GroupBy
        | EdgeKind::Sort
        | EdgeKind::Window
        | EdgeKind::Conditional
        | EdgeKind::Indirect
        | EdgeKind::Unknown => FEEDS,
    }
}

/// The kind of an edge as people read it.
fn readable(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Reads => "READS",
        EdgeKind::Writes => "WRITES",
        EdgeKind::Feeds => "DATASET",
        EdgeKind::Identity => "IDENTITY",
        EdgeKind::Transformation => "TRANSFORMATION",
        EdgeKind::Aggregation => "AGGREGATION",
        EdgeKind::Direct => "DIRECT",
        EdgeKind::Join => "JOIN",
        EdgeKind::Filter => "FILTER",
        EdgeKind::GroupBy => "GROUP_BY",
        EdgeKind::Sort => "SORT",
        EdgeKind::Window => "WINDOW",
        EdgeKind::Conditional => "CONDITIONAL",
        EdgeKind::Indirect => "INDIRECT",
        EdgeKind::Unknown => "UNKNOWN",
        EdgeKind::OwnedBy => "OWNED_BY",
        EdgeKind::Tagged => "TAGGED",
        EdgeKind::PartOf => "PART_OF",
        EdgeKind::Unparsed => "UNPARSED",
        EdgeKind::UnresolvedDataset => "UNRESOLVED_DATASET",
        EdgeKind::UnresolvedColumn => "UNRESOLVED_COLUMN",
    }
}

/// All properties of a node that begins.
fn all_of(overlay: &Overlay, id: u32, state: &NodeState) -> BoltType {
    let NodeState { kind, parent, key, .. } = state;
    let parent_name = overlay.nodes.states.get(parent).map(|parent| parent.name.clone());
    let mut all = bolt::map(changing(state));
    let mut add = |name: &str, value: BoltType| all.put(name.into(), value);
    add("id", id.into());
    add("place", bolt::place(*parent, *kind as u8, key).into());
    add("kind", (*kind as u32).into());
    add("parent", (*parent).into());
    add("key", key.as_str().into());
    match kind {
        NodeKind::Dataset | NodeKind::Job => add("namespace", parent_name.into()),
        NodeKind::Column => add("dataset", parent_name.into()),
        NodeKind::Namespace | NodeKind::Owner | NodeKind::Tag => {}
    }
    BoltType::Map(all)
}

/// What may change of a node, also in a form for people.
fn changing(state: &NodeState) -> [(&'static str, BoltType); 13] {
    let NodeState { kind, name, created, ended, flags, since, body, register, .. } = state;
    let Aspects { field, dataset_type, job_type, .. } = &body.ingested;
    let named = matches!(kind, NodeKind::Dataset | NodeKind::Job).then(|| name.clone());
    let written = body.authored.documentation.as_ref().or(body.ingested.documentation.as_ref());
    let path = field.as_ref().map(|field| dotted(&field.path));
    let sort = dataset_type.as_ref().map(|sort| sort.name.clone());
    let sort = sort.or_else(|| job_type.as_ref().and_then(|sort| sort.job_type.clone()));
    [
        ("name", name.as_str().into()),
        ("created", (*created).into()),
        ("ended", (*ended).into()),
        ("flags", u32::from(*flags).into()),
        ("since", (*since).into()),
        ("body", body.write().into()),
        ("register", (!register.is_empty()).then(|| records::write(register)).into()),
        ("qualifiedName", named.into()),
        ("description", written.map(|written| written.text.clone()).into()),
        ("type", sort.into()),
        ("path", path.into()),
        ("dataType", field.as_ref().and_then(|field| field.data_type.clone()).into()),
        ("position", field.as_ref().map(|field| field.position).into()),
    ]
}
