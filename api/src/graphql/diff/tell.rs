//! From what `impact` finds to what is answered; of a store and a viewer, so that no server is needed.

use std::collections::BTreeMap;

use async_graphql::ID;
use graph::walk::{self, Causes};
use graph::{AsOf, Node, NodeId, NodeName, Revision, Store, Viewer};
use impact::diff::{self, Made, Said, Told};

use super::answer::*;
use crate::graphql::column::path;
use crate::graphql::common::{self, PageInfo, Reason};
use crate::graphql::dataset::qualified;
use crate::graphql::enums::{EdgeKind, Origin};
use crate::graphql::error::Result;
use crate::graphql::ids;
use crate::graphql::reasons::{self, Limits};
use crate::graphql::scalars::DateTime;

/// Tells what is found of one graph.
pub struct Teller<'a> {
    pub store: &'a dyn Store,
    pub viewer: &'a dyn Viewer,
    pub limits: Limits,
    /// Revisions read so far.
    known: BTreeMap<Revision, common::Revision>,
}

/// Jobs told of one reason.
const ABOUT: usize = 20;

impl<'a> Teller<'a> {
    pub fn new(store: &'a dyn Store, viewer: &'a dyn Viewer, limits: Limits) -> Teller<'a> {
        Teller { store, viewer, limits, known: BTreeMap::new() }
    }

    pub async fn diff(&mut self, found: diff::Diff) -> Result<Diff> {
        let (mut nodes, mut edges) = (Vec::new(), Vec::new());
        for change in found.nodes {
            nodes.push(self.node(change).await?);
        }
        for change in found.edges {
            edges.extend(self.edge(change).await?);
        }
        Ok(Diff {
            from: self.revision(found.times.from).await?,
            to: self.revision(found.times.to).await?,
            complete: found.reasons.is_empty(),
            reasons: self.reasons(&found.reasons, &found.causes, found.times.to).await?,
            nodes,
            edges,
            page_info: PageInfo {
                has_next_page: found.cursor.is_some(),
                end_cursor: found.cursor.map(|cursor| cursor.to_string()),
            },
        })
    }

    async fn node(&mut self, change: diff::NodeChange) -> Result<NodeChange> {
        let mut aspects = Vec::new();
        for told in change.aspects {
            aspects.push(self.aspect(told).await?);
        }
        let name = &change.node.name;
        let is_column = matches!(name, NodeName::Column(..));
        Ok(NodeChange {
            id: ID(ids::node(name)),
            kind: name.kind().into(),
            namespace: qualified(name).namespace.clone(),
            name: if is_column { path(name).to_owned() } else { qualified(name).name.clone() },
            dataset: is_column.then(|| qualified(name).name.clone()),
            change: change.change.into(),
            hop: change.hop,
            aspects,
            revision: self.maybe(change.revision).await?,
            made_by: change.made.into_iter().map(made).collect(),
        })
    }

    async fn aspect(&mut self, told: Told) -> Result<AspectChange> {
        let diff::AspectChange { fact, before, after } = told.change;
        Ok(AspectChange {
            aspect: fact.aspect.into(),
            key: Some(fact.key).filter(|key| !key.is_empty()),
            origin: match fact.said {
                Said::Authored => Origin::Authored,
                Said::Ingested => Origin::Ingested,
            },
            before,
            after,
            revision: self.maybe(told.revision).await?,
        })
    }

    /// None for an edge that is no lineage.
    async fn edge(&mut self, change: diff::EdgeChange) -> Result<Option<EdgeChange>> {
        let Some(kind) = EdgeKind::of(change.edge.kind) else { return Ok(None) };
        let id = |node: &Node| ID(ids::node(&node.name));
        let evidence = change.evidence.as_ref();
        Ok(Some(EdgeChange {
            id: ID(ids::edge(change.edge.id)),
            from: id(&change.from),
            to: id(&change.to),
            kind,
            masking: change.edge.masking,
            job: change.job.as_deref().map(id),
            change: if change.came { EdgeChangeKind::Came } else { EdgeChangeKind::Went },
            source: evidence.map(|evidence| evidence.source.into()),
            expression: evidence.and_then(|evidence| Some(evidence.expression.as_ref()?.text.clone())),
            run_count: evidence.map_or(0, |evidence| evidence.run_count),
            last_seen: evidence.map(|evidence| DateTime(evidence.last_seen)),
            revision: self.maybe(change.revision).await?,
            made_by: change.made.into_iter().map(made).collect(),
        }))
    }

    pub async fn since(&mut self, found: diff::ChangedSince, at: Revision) -> Result<ChangedSince> {
        let mut reasons = self.reasons(&found.reasons, &Causes::new(), at).await?;
        let changes = match found.diff {
            Some(diff) => Some(self.diff(diff).await?),
            None => None,
        };
        reasons.extend(changes.iter().flat_map(|changes| changes.reasons.clone()));
        let last_good_run = match &found.good {
            Some(good) => Some(GoodRun {
                run: run(&good.run, &good.job),
                revision: self.revision(good.revision).await?,
                decided_by: good.decided.into(),
            }),
            None => None,
        };
        Ok(ChangedSince {
            complete: reasons.is_empty(),
            reasons,
            last_good_run,
            failing_run: self.failing(found.failing, at).await?,
            changes,
            failed_runs: found
                .failed
                .iter()
                .map(|failed| FailedRun { hop: failed.hop, run: run(&failed.run, &failed.job) })
                .collect(),
        })
    }

    async fn failing(&self, failing: Option<graph::Run>, at: Revision) -> Result<Option<RunSummary>> {
        let Some(failing) = failing else { return Ok(None) };
        let job = self.store.nodes(&[failing.job], at).await?.into_iter().flatten().find(|job| self.viewer.sees(job));
        Ok(job.map(|job| run(&failing, &job)))
    }

    async fn maybe(&mut self, revision: Option<Revision>) -> Result<Option<common::Revision>> {
        match revision {
            Some(revision) => self.revision(revision).await.map(Some),
            None => Ok(None),
        }
    }

    async fn revision(&mut self, revision: Revision) -> Result<common::Revision> {
        if let Some(known) = self.known.get(&revision) {
            return Ok(*known);
        }
        let told = common::Revision::from(self.store.revision(AsOf::Revision(revision)).await?);
        self.known.insert(revision, told);
        Ok(told)
    }

    async fn reasons(&self, found: &[(walk::Reason, u64)], causes: &Causes, at: Revision) -> Result<Vec<Reason>> {
        let jobs: Vec<NodeId> = causes.iter().map(|(_, job)| *job).collect();
        let nodes = self.store.nodes(&jobs, at).await?;
        let names: BTreeMap<NodeId, ID> = nodes
            .into_iter()
            .flatten()
            .filter(|job| self.viewer.sees(job))
            .map(|job| (job.id, ID(ids::node(&job.name))))
            .collect();
        let told = found.iter().map(|(reason, count)| {
            let jobs = causes.iter().filter(|(caused, _)| caused == reason);
            Reason {
                code: (*reason).into(),
                message: reasons::message(*reason, *count, self.limits),
                count: *count,
                about: jobs.filter_map(|(_, job)| names.get(job).cloned()).take(ABOUT).collect(),
            }
        });
        Ok(told.collect())
    }
}

fn run(run: &graph::Run, job: &Node) -> RunSummary {
    RunSummary {
        id: ID(ids::run(qualified(&job.name), &run.name)),
        run_id: run.name.clone(),
        job: ID(ids::node(&job.name)),
        state: run.state.into(),
        started_at: run.started_at.map(DateTime),
        ended_at: run.ended_at.map(DateTime),
        error: run.error.as_ref().map(|error| error.message.clone()),
    }
}

fn made(made: Made) -> ChangeSource {
    let job = made.job;
    ChangeSource {
        revision: made.revision.0,
        kind: made.kind.into(),
        received_at: DateTime(made.received_at),
        by: made.by,
        run: job.as_ref().and_then(|job| Some(ID(ids::run(job, made.run.as_deref()?)))),
        job: job.map(|job| ID(ids::node(&NodeName::Job(job)))),
        event_type: made.event_type,
        event_time: made.event_time,
        producer: made.producer,
    }
}
