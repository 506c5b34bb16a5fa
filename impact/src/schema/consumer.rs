//! The verdict on one consumer.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use binding::{Bound, Columns};
use graph::derive::QueryContext;
use graph::names::column_key;
use graph::{Direction, EdgeKinds, Hop, NodeId, NodeName, QualifiedName, Query};

use super::compare::{self, Comparison, Half, Sources};
use super::findings::Findings;
use super::lines::{How, Line, of_claim};
use super::retype::Retyped;
use super::schemata::identity;
use super::verdict::Verdict;
use super::{Judge, Judged, Use, Verdicts};
use crate::Result;

pub(super) const UNTOUCHED: &str = "nothing that it is made from changes";
const UNCHANGED: &str = "it does not use what changes";
const MADE_ANEW: &str = "it makes the dataset anew as before: its query has to be changed too";

/// The dataset that stands for the answer of a query that writes none.
const ANSWER: &str = "\u{0}answer";

/// A consumer, its query, and what that is read in the light of.
struct Asked {
    query: Query,
    /// The one that takes its place, when the proposal says so.
    next: Option<Query>,
    context: QueryContext,
    output: QualifiedName,
    dataset: Option<NodeId>,
    /// The proposal says what columns the dataset has, beside what the query makes.
    edited: bool,
}

/// What binding again showed of how a consumer is made.
#[derive(Clone, Copy)]
struct Rebound {
    /// The query makes the dataset anew.
    anew: bool,
    /// It says what the dataset is made from.
    explained: bool,
}

/// Under which schemas a query is bound, and how far.
#[derive(Clone, Copy)]
struct Side {
    proposed: bool,
    typed: bool,
}

impl Judge<'_> {
    pub(super) async fn consumer(&mut self, used: &Use, verdicts: &Verdicts<'_>) -> Result<Judged> {
        let asked = self.asked(used, verdicts).await?;
        let mut findings = Findings::default();
        let from = match asked.as_ref().filter(|asked| asked.next.is_some()) {
            Some(asked) => self.read_next(asked, &mut findings).await?,
            None => used.from.clone(),
        };
        let sources = self.sources(&from, verdicts).await?;
        let edited = used.dataset.filter(|_| used.writes).and_then(|dataset| verdicts.edited.get(&dataset));
        let written =
            edited.filter(|edited| !edited.effect.is_none() || edited.query.is_some() || !edited.strict.is_empty());
        if sources.effects.is_empty() && written.is_none() {
            return Ok(Judged { findings: Findings::default(), safe: UNTOUCHED, query: None });
        }
        self.met(&sources, &mut findings);
        let Some(asked) = asked else {
            self.by_lineage(used, &sources, verdicts, &mut findings).await?;
            return Ok(Judged { findings, safe: UNCHANGED, query: None });
        };
        let Rebound { anew, explained } = self.rebound(&asked, &sources, &mut findings).await?;
        if !explained && asked.next.is_some() {
            findings.whole(Verdict::MayBreak, "what its new query makes of it is not understood");
        } else if !explained && used.dataset.is_some() {
            self.by_lineage(used, &sources, verdicts, &mut findings).await?;
        }
        if let Some(edited) = written.filter(|_| asked.next.is_none()) {
            self.writer(edited, anew, &mut findings);
        }
        let safe = if written.is_some() && anew { MADE_ANEW } else { UNCHANGED };
        Ok(Judged { findings, safe, query: Some(asked.next.unwrap_or(asked.query)) })
    }

    /// What anything happened to of what it is made from.
    async fn sources<'v>(&mut self, from: &BTreeSet<NodeId>, verdicts: &'v Verdicts<'_>) -> Result<Sources<'v>> {
        let effects: BTreeMap<NodeId, _> = from
            .iter()
            .filter_map(|from| Some((*from, verdicts.effects.get(from)?)))
            .filter(|(_, effect)| !effect.is_none())
            .collect();
        let nodes = &verdicts.estate.nodes;
        let touched: Vec<QualifiedName> = effects.keys().filter_map(|id| dataset_name(&nodes.get(id)?.name)).collect();
        self.schemata.load(self.store, &touched, self.at).await?;
        let unknown = effects.keys().copied().filter(|id| self.schemata.stored(*id).is_none()).collect();
        Ok(Sources { effects, nodes, unknown })
    }

    /// The datasets that the query reads which takes the place of another.
    async fn read_next(&mut self, asked: &Asked, findings: &mut Findings) -> Result<BTreeSet<NodeId>> {
        let Some(next) = &asked.next else { return Ok(BTreeSet::new()) };
        let bound = self.bind(asked, next, Side { proposed: false, typed: false }).await?;
        for name in bound.reads.iter().filter(|name| self.schemata.id(name).is_none()) {
            findings.whole(Verdict::MayBreak, format!("it reads {}, which the catalog does not have", name.name));
        }
        Ok(bound.reads.iter().filter_map(|name| self.schemata.id(name)).collect())
    }

    /// What it meets whatever it does with it: sources that cannot be read, or that are not made any more.
    fn met(&self, sources: &Sources<'_>, findings: &mut Findings) {
        for (source, effect) in &sources.effects {
            let name = sources.name(*source);
            if let Some(gone) = &effect.gone {
                findings.whole(Verdict::Breaks, format!("it reads {name}, which {gone}"));
            } else if effect.failed {
                findings.transitive(Verdict::Breaks, format!("it reads {name}, and what makes that fails"));
            } else if effect.unsure {
                findings.transitive(Verdict::MayBreak, format!("it reads {name}, and what makes that may fail"));
            }
        }
    }

    /// The query that a consumer is made by, and what its job reads and writes.
    async fn asked(&self, used: &Use, verdicts: &Verdicts<'_>) -> Result<Option<Asked>> {
        let estate = verdicts.estate;
        let edited = used.dataset.filter(|_| used.writes).and_then(|dataset| verdicts.edited.get(&dataset));
        let next = edited.and_then(|edited| edited.query.clone());
        let Some(job) = used.job.and_then(|job| estate.nodes.get(&job)) else { return Ok(None) };
        let proof = match used.edge {
            Some(edge) => self.store.evidence(edge).await?,
            None => None,
        };
        let query = proof.and_then(|proof| proof.query).or_else(|| job.ingested.query.clone());
        let (Some(query), NodeName::Job(name)) = (query.or_else(|| next.clone()), &job.name) else { return Ok(None) };
        let named = |ids: Option<&Vec<NodeId>>| -> Vec<QualifiedName> {
            let nodes = ids.into_iter().flatten().filter_map(|id| estate.nodes.get(id));
            nodes.filter_map(|node| dataset_name(&node.name)).collect()
        };
        let inputs = named(estate.inputs.get(&job.id));
        let dataset = used.dataset.and_then(|dataset| dataset_name(&estate.nodes.get(&dataset)?.name));
        let namespace = inputs.first().map_or(name.namespace.as_str(), |input| input.namespace.as_str());
        let output = dataset.unwrap_or_else(|| QualifiedName::new(namespace, ANSWER));
        let outputs = if used.dataset.is_some() { named(estate.outputs.get(&job.id)) } else { vec![output.clone()] };
        let context = QueryContext { job: name.clone(), inputs, outputs };
        let dataset = used.dataset;
        let edited = next.is_none() && dataset.is_some_and(|id| verdicts.edited.contains_key(&id));
        Ok(Some(Asked { query, next, context, output, dataset, edited }))
    }

    /// Binds the query under both states of the schemas; true when it makes the dataset anew.
    async fn rebound(&mut self, asked: &Asked, sources: &Sources<'_>, findings: &mut Findings) -> Result<Rebound> {
        let next = asked.next.as_ref().unwrap_or(&asked.query);
        let typed = asked.next.is_none() && sources.effects.values().any(|effect| !effect.retyped.is_empty());
        let before = self.bind(asked, &asked.query, Side { proposed: false, typed }).await?;
        let after = self.bind(asked, next, Side { proposed: true, typed }).await?;
        let (old, new) = (self.lines(&before, asked), self.lines(&after, asked));
        let (was, is) = (made(&before, &asked.output), made(&after, &asked.output));
        let comparison = Comparison {
            sources,
            output: &asked.output,
            before: Half { bound: &before, text: &asked.query.text, lines: &old, made: was },
            after: Half { bound: &after, text: &next.text, lines: &new, made: is },
        };
        let own = identity(&asked.output);
        let told = if asked.next.is_some() { &after } else { &before };
        let rebound = Rebound {
            anew: is.is_some(),
            explained: made(told, &asked.output).is_some()
                || told.claims.iter().any(|claim| identity(&claim.output) == own),
        };
        let unread = after.faults.iter().find(|fault| fault.gap == Some(graph::Gap::Unparsed));
        if let Some(fault) = unread.filter(|_| asked.next.is_some()) {
            findings.whole(Verdict::MayBreak, format!("a part of its new query is not understood: {}", fault.message));
            return Ok(rebound);
        }
        comparison.refused(findings);
        if findings.verdict() == Verdict::Breaks {
            return Ok(rebound);
        }
        comparison.differences(findings);
        let namespace = &asked.output.namespace;
        compare::along(sources, namespace, &new, findings);
        // Of a field in a column, and of what nobody knows the columns of, binding sees nothing.
        let unseen = |line: &Line| sources.unknown.contains(&line.source) || line.column.contains('.');
        compare::lost(sources, &old, unseen, findings);
        self.not_understood(&before, sources, findings);
        if let Some(reading) = self.queries.reading(&asked.query, &asked.context).filter(|_| typed) {
            let (output, dialect) = (&asked.output, Some(reading.dialect()));
            let retyped = Retyped { sources, schemata: &self.schemata, output, dialect, is_made: was.is_some() };
            let known = |line: &&Line| line.how != How::Identity && !sources.unknown.contains(&line.source);
            retyped.expressions(&reading.retypings(&before, &after), &old, findings);
            retyped.lines(old.iter().filter(|line| !known(line)), findings);
        }
        if let (Some(dataset), Some(was), Some(is)) = (asked.dataset, was, is)
            && findings.effect.reshaped()
        {
            let base = if asked.edited { self.schemata.now(dataset) } else { self.schemata.stored(dataset) };
            let mut shape = compare::reshaped(base, was, is, namespace);
            if let (Some(shape), Some(base), true) = (&mut shape, base, asked.edited) {
                compare::leave_out(shape, base, was, namespace);
            }
            self.schemata.propose(dataset, shape);
        }
        Ok(rebound)
    }

    /// Binds, and loads what that asked for, until nothing is missing.
    async fn bind(&mut self, asked: &Asked, query: &Query, side: Side) -> Result<Bound> {
        let context = &asked.context;
        let names: Vec<QualifiedName> = context.inputs.iter().chain(&context.outputs).cloned().collect();
        self.schemata.load(self.store, &names, self.at).await?;
        let Some(reading) = self.queries.reading(query, context) else { return Ok(Bound::default()) };
        loop {
            let schemas = if side.proposed { self.schemata.after() } else { self.schemata.before() };
            let bound = match side.typed {
                true => reading.bind_typed(context, &schemas),
                false => reading.bind(context, &schemas),
            };
            let mut missing = schemas.missing();
            let named = bound.claims.iter().flat_map(|claim| &claim.inputs).chain(&bound.reads);
            missing.extend(named.filter(|name| !self.schemata.is_loaded(name)).cloned());
            if missing.is_empty() {
                return Ok(bound);
            }
            self.schemata.load(self.store, &missing, self.at).await?;
        }
    }

    fn lines(&self, bound: &Bound, asked: &Asked) -> Vec<Line> {
        let own = identity(&asked.output);
        let claims = bound.claims.iter().filter(|claim| identity(&claim.output) == own);
        claims.flat_map(|claim| of_claim(claim, &self.schemata)).collect()
    }

    /// Sources of which the query does not show what it does with them.
    fn not_understood(&self, before: &Bound, sources: &Sources<'_>, findings: &mut Findings) {
        let shown: BTreeSet<NodeId> = before.reads.iter().filter_map(|name| self.schemata.id(name)).collect();
        let unparsed = before.faults.iter().find(|fault| fault.gap == Some(graph::Gap::Unparsed));
        let read = sources.effects.iter().filter(|(_, effect)| effect.gone.is_none() && !effect.failed);
        for (source, _) in read {
            let name = sources.name(*source);
            if !shown.contains(source) {
                findings.whole(Verdict::MayBreak, format!("how its query reads {name} is not understood"));
            } else if let Some(fault) = unparsed {
                findings.whole(Verdict::MayBreak, format!("a part of its query is not understood: {}", fault.message));
            }
        }
    }

    /// What the change of a dataset does to who writes it.
    fn writer(&self, edited: &super::Edited, anew: bool, findings: &mut Findings) {
        let name = &edited.name.name;
        if anew {
            return;
        }
        if let Some(gone) = &edited.effect.gone {
            findings.whole(Verdict::Breaks, format!("it writes {name}, which {gone}"));
        }
        for column in &edited.strict {
            findings.column(
                column,
                Verdict::MayBreak,
                format!("it writes {name}.{column}, which takes no nulls any more"),
                None,
            );
        }
    }

    /// The verdict where no query is known: the lineage of columns decides.
    async fn by_lineage(
        &mut self,
        used: &Use,
        sources: &Sources<'_>,
        verdicts: &Verdicts<'_>,
        findings: &mut Findings,
    ) -> Result<()> {
        let lines = self.stored_lines(used, sources).await?;
        let namespace = used.dataset.and_then(|id| dataset_name(&verdicts.estate.nodes.get(&id)?.name));
        let namespace = namespace.map_or_else(String::new, |name| name.namespace);
        compare::lost(sources, &lines, |_| true, findings);
        compare::along(sources, &namespace, &lines, findings);
        let dialect = binding::dialect_of_platform(&namespace);
        let output = QualifiedName::new(namespace, "");
        let retyped = Retyped { sources, schemata: &self.schemata, output: &output, dialect, is_made: false };
        retyped.lines(lines.iter(), findings);
        let explained: BTreeSet<NodeId> = lines.iter().map(|line| line.source).collect();
        for (source, effect) in &sources.effects {
            let plain = effect.gone.is_none() && !effect.failed;
            if plain && !explained.contains(source) {
                let name = sources.name(*source);
                findings.whole(Verdict::MayBreak, format!("only that it reads {name} is known, not how"));
            }
        }
        if let Some(edited) = used.dataset.filter(|_| used.writes).and_then(|dataset| verdicts.edited.get(&dataset)) {
            let name = &edited.name.name;
            match &edited.effect.gone {
                Some(gone) => findings.whole(Verdict::Breaks, format!("it writes {name}, which {gone}")),
                None if edited.effect.reshaped() || !edited.strict.is_empty() => {
                    findings.whole(Verdict::MayBreak, format!("only that it writes {name} is known, not how"));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// The edges of columns that the graph has between the touched sources and a consumer.
    async fn stored_lines(&self, used: &Use, sources: &Sources<'_>) -> Result<Vec<Line>> {
        let frontier: Vec<NodeId> = sources.effects.keys().copied().collect();
        if frontier.is_empty() {
            return Ok(Vec::new());
        }
        let hop = Hop { frontier: &frontier, direction: Direction::Downstream, kinds: EdgeKinds::COLUMN, at: self.at };
        let mut edges = self.store.hop(hop).await?;
        edges.retain(|edge| edge.job == used.job);
        let ends: BTreeSet<NodeId> = edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
        let ends: Vec<NodeId> = ends.into_iter().collect();
        let nodes: HashMap<NodeId, _> =
            self.store.nodes(&ends, self.at).await?.into_iter().flatten().map(|node| (node.id, node)).collect();
        let mut lines = Vec::new();
        for edge in edges {
            let (Some(from), Some(to)) = (nodes.get(&edge.from), nodes.get(&edge.to)) else { continue };
            let (Some(source), NodeName::Column(name, path)) = (from.parent, &from.name) else { continue };
            let target = match &to.name {
                NodeName::Column(_, path) if to.parent == used.dataset => Some(path.clone()),
                NodeName::Dataset(_) if Some(to.id) == used.dataset => None,
                _ => continue,
            };
            let column = column_key(&name.namespace, path);
            lines.push(Line { source, column, target, how: How::of(edge.kind), place: None });
        }
        lines.sort();
        lines.dedup();
        Ok(lines)
    }
}

fn made<'b>(bound: &'b Bound, output: &QualifiedName) -> Option<&'b Columns> {
    let own = identity(output);
    bound.made.iter().find(|made| identity(&made.dataset) == own).map(|made| &made.columns)
}

fn dataset_name(name: &NodeName) -> Option<QualifiedName> {
    match name {
        NodeName::Dataset(name) => Some(name.clone()),
        _ => None,
    }
}
