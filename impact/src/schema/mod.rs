//! What a proposed change of schemas does to everything downstream, as a database would say it: the change is applied to
//! a copy of the schemas, and each consumer's query is bound again under it, to the end. Where there is no query, the
//! lineage of columns decides; where there is only that of tables, that it may break.

mod compare;
mod consumer;
mod ddl;
mod edits;
mod effect;
mod estate;
mod findings;
mod index;
mod lines;
mod proposal;
mod queries;
mod retype;
mod schemata;
mod verdict;

pub use proposal::{Change, DatasetName, Op, Problem, Proposal, json_schema};
pub use verdict::{ColumnVerdict, Consumer, SchemaImpact, Verdict};

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use graph::walk::{Reason, counted};
use graph::{NodeId, Revision, Store, Viewer};

use self::edits::Edited;
use self::effect::Effect;
use self::estate::{Estate, Reach, Use};
use self::findings::Findings;
use self::index::Index;
use self::queries::Queries;
use self::schemata::Schemata;
use crate::Result;

/// A proposal, at which revision it is judged, and how far to look.
#[derive(Clone, Debug)]
pub struct Question {
    pub proposal: Proposal,
    /// Datasets on a way at the most.
    pub depth: u32,
    /// Consumers at the most.
    pub limit: usize,
    pub at: Revision,
    /// Stop and say so when this moment has passed.
    pub deadline: Option<Instant>,
}

/// What the proposal does to everything downstream of what it changes.
pub async fn judge(store: &dyn Store, viewer: &dyn Viewer, question: &Question) -> Result<SchemaImpact> {
    Judge::new(store, viewer, question.at).judge(question).await
}

/// Judges proposals at one revision, each alone, and keeps between them what does not depend on them.
pub struct Judge<'a> {
    store: &'a dyn Store,
    viewer: &'a dyn Viewer,
    at: Revision,
    index: Option<Arc<Index>>,
    schemata: Schemata,
    queries: Queries,
}

impl<'a> Judge<'a> {
    pub fn new(store: &'a dyn Store, viewer: &'a dyn Viewer, at: Revision) -> Judge<'a> {
        Judge { store, viewer, at, index: None, schemata: Schemata::default(), queries: Queries::default() }
    }

    /// The revision of the question is that of the judge.
    pub async fn judge(&mut self, question: &Question) -> Result<SchemaImpact> {
        self.schemata.forget_proposals();
        let index = self.index().await?;
        let edited = edits::edited(self.store, self.at, &index, &question.proposal, &mut self.schemata).await?;
        let changed = edited.iter().map(|(id, edited)| (*id, edited.node.clone())).collect();
        let Question { depth, limit, deadline, .. } = *question;
        let reach = Reach { at: self.at, depth, limit, deadline };
        let estate = Estate::load(self.store, self.viewer, &changed, &reach).await?;
        let mut verdicts = Verdicts::new(&estate, &edited);
        for used in estate.ordered() {
            let late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
            let judged = if late { verdicts.too_late(&used) } else { self.consumer(&used, &verdicts).await? };
            verdicts.add(&used, judged);
        }
        Ok(verdicts.finish(self.at))
    }

    /// The names of all datasets, read once.
    async fn index(&mut self) -> Result<Arc<Index>> {
        if let Some(index) = &self.index {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(Index::load(self.store, self.viewer, self.at).await?);
        self.index = Some(Arc::clone(&index));
        Ok(index)
    }
}

/// One consumer judged: what was found, and by which query.
struct Judged {
    findings: Findings,
    /// What is said of it when nothing happens to it.
    safe: &'static str,
    query: Option<graph::Query>,
}

/// Verdicts in the making.
struct Verdicts<'e> {
    estate: &'e Estate,
    edited: &'e BTreeMap<NodeId, Edited>,
    effects: HashMap<NodeId, Effect>,
    consumers: Vec<Consumer>,
    reasons: BTreeMap<Reason, u64>,
}

impl<'e> Verdicts<'e> {
    fn new(estate: &'e Estate, edited: &'e BTreeMap<NodeId, Edited>) -> Verdicts<'e> {
        let effect = |id: NodeId, edited: &Edited| {
            // How a dataset is made that no job is known to make cannot be judged.
            let unsure = edited.effect.unsure || edited.query.is_some() && !estate.is_written(id);
            Effect { unsure, ..edited.effect.clone() }
        };
        let effects = edited.iter().map(|(id, edited)| (*id, effect(*id, edited))).collect();
        let reasons = estate.reasons.iter().map(|(reason, nodes)| (*reason, nodes.len() as u64)).collect();
        Verdicts { estate, edited, effects, consumers: Vec::new(), reasons }
    }

    fn too_late(&mut self, used: &Use) -> Judged {
        let mut findings = Findings::default();
        let written = used.writes && used.dataset.is_some_and(|dataset| self.edited.contains_key(&dataset));
        if written || used.from.iter().any(|from| self.effects.get(from).is_some_and(|effect| !effect.is_none())) {
            *self.reasons.entry(Reason::Deadline).or_default() += 1;
            findings.whole(Verdict::MayBreak, "there was no time to look at it");
            findings.effect.unsure = true;
        }
        Judged { findings, safe: consumer::UNTOUCHED, query: None }
    }

    fn add(&mut self, used: &Use, judged: Judged) {
        let Judged { mut findings, safe, query } = judged;
        let verdict = findings.verdict();
        if verdict == Verdict::Breaks {
            findings.effect = Effect { failed: true, ..Effect::default() };
        }
        findings.effect.unsure |= verdict != Verdict::Breaks && findings.has(Verdict::MayBreak);
        let node = |id: NodeId| self.estate.nodes.get(&id).cloned();
        self.consumers.push(Consumer {
            dataset: used.dataset.and_then(node),
            job: used.job.and_then(node),
            verdict,
            transitive: findings.is_transitive(),
            hop: used.hop,
            via: self.estate.via(used),
            columns: findings.columns(),
            reason: findings.reason(safe),
            query,
        });
        let is_own = used.writes && used.from.is_empty() && !self.replaced(used);
        if let Some(dataset) = used.dataset.filter(|_| !is_own) {
            self.effects.entry(dataset).or_default().absorb(findings.effect);
        }
    }

    /// Whether the proposal says how the dataset is made from now on.
    fn replaced(&self, used: &Use) -> bool {
        used.dataset.and_then(|dataset| self.edited.get(&dataset)).is_some_and(|edited| edited.query.is_some())
    }

    fn finish(mut self, at: Revision) -> SchemaImpact {
        let name = |node: &Option<Arc<graph::Node>>| node.as_ref().map(|node| node.name.clone());
        self.consumers.sort_by_cached_key(|consumer| {
            (
                std::cmp::Reverse(consumer.verdict),
                consumer.transitive,
                consumer.hop,
                name(&consumer.dataset),
                name(&consumer.job),
            )
        });
        let reasons = counted(self.reasons, &self.estate.causes);
        SchemaImpact { revision: at, consumers: self.consumers, reasons, causes: self.estate.causes.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Servers judge on any of their threads.
    #[test]
    fn a_judgement_can_be_sent_between_threads() {
        fn sendable<T: Send>(_: T) {}
        let judged = |store: &'static dyn Store, viewer: &'static dyn Viewer, question: &'static Question| {
            sendable(judge(store, viewer, question));
        };
        let _: fn(&'static dyn Store, &'static dyn Viewer, &'static Question) = judged;
    }
}
