//! Where the data of one subject is, and in which order it is erased so that none comes back. A draft: it is computed
//! from the graph at one revision, it is kept nowhere, and nothing is run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use graph::walk::{Causes, Reason, counted};
use graph::{Direction, IoDirection, Measured, Node, NodeId, NodeKind, Revision, RunQuery, Store, Time, Viewer};

use super::actions::{self, Facts, HoldingOf};
use super::inventory::{Inventory, Question, inventory};
use super::keys::{Alike, Bounds, KeyColumn, Likeness};
use super::links::{Through, links};
use super::order::{self, Places};
use super::standing::Standing;
use super::state::{Form, Masking, State};
use super::statement::Statement;
use super::ties::Ties;
use super::trace::{Trace, Traced, trace};
use crate::Result;
use crate::outgoing;

/// Whose data is to be erased, and how far to look.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Columns that hold the key of the subject. Never its value.
    pub keys: Vec<NodeId>,
    /// Hops at the most, places at the most.
    pub depth: u32,
    pub limit: usize,
    pub at: Revision,
    /// Stop and say so when this moment has passed.
    pub deadline: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Action {
    CannotReach,
    Delete,
    Anonymise,
    Rebuild,
    NothingNeeded,
}

/// What happens to one dataset.
#[derive(Clone, PartialEq, Debug)]
pub struct ErasureStep {
    pub dataset: Arc<Node>,
    pub action: Action,
    pub reason: String,
    /// What of the subject is in it: columns, or the dataset where it is not known which.
    pub holds: Vec<Held>,
    /// How its rows are found.
    pub key: Option<KeyColumn>,
    /// The column by which it is tied to the key's dataset, when it has no key itself.
    pub own: Option<Arc<Node>>,
    pub statement: Option<Statement>,
    /// Jobs to run again, or that fill it.
    pub jobs: Vec<Arc<Node>>,
    /// What must be known before it is done.
    pub notes: Vec<String>,
    /// What tags say of how long it is kept, and of a legal hold.
    pub retention: Option<String>,
    pub hold: Option<String>,
    pub estimate: Estimate,
}

/// A column with data of the subject.
#[derive(Clone, PartialEq, Debug)]
pub struct Held {
    pub node: Arc<Node>,
    pub state: State,
    pub standing: Option<Standing>,
}

/// The newest numbers that runs reported; of the whole dataset, not of the subject.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Estimate {
    pub rows: Option<f64>,
    pub bytes: Option<f64>,
    pub at: Option<Time>,
}

/// Something that a person must find out before the plan can be believed.
#[derive(Clone, PartialEq, Debug)]
pub enum Open {
    /// Personal data without a known way from the key; with the columns.
    NoWay { dataset: Arc<Node>, columns: Vec<Arc<Node>> },
    /// A job joins the key with one of several columns, and which is not known.
    Unpaired { key: Arc<Node>, job: Arc<Node> },
}

#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    pub revision: Revision,
    pub keys: Vec<Arc<Node>>,
    pub open: Vec<Open>,
    /// What cannot be reached; it stands before the steps.
    pub out_of_reach: Vec<ErasureStep>,
    /// In the order in which they are done.
    pub steps: Vec<ErasureStep>,
    /// Empty when the answer is complete.
    pub reasons: Vec<(Reason, u64)>,
    pub causes: Causes,
}

/// Of guesses only those count that are right more often than not.
const LIKELY: u8 = 50;

/// Datasets without the key for which a way to it is looked for.
const LINKED: usize = 200;

/// How many runs back the newest measures are looked for.
const RUNS: usize = 50;

/// The draft of a plan.
pub async fn erasure_plan(store: &dyn Store, viewer: &dyn Viewer, question: &Erasure) -> Result<Plan> {
    let bounds = Bounds { limit: question.limit, at: question.at, deadline: question.deadline };
    let keys = Alike::find(store, viewer, &question.keys, bounds).await?;
    let all = Question { dataset: None, limit: usize::MAX, at: question.at, deadline: question.deadline };
    let inventory = inventory(store, viewer, &all).await?;
    let mut draft = Draft::new(store, viewer, question, keys, &inventory);
    draft.follow().await?;
    draft.link(bounds).await?;
    draft.survey().await?;
    draft.finish(&inventory).await
}

struct Draft<'a> {
    store: &'a dyn Store,
    viewer: &'a dyn Viewer,
    question: &'a Erasure,
    keys: Alike<'a>,
    keyed: HashMap<NodeId, Vec<NodeId>>,
    /// Personal columns by dataset.
    personal: BTreeMap<NodeId, Vec<(Arc<Node>, Standing)>>,
    linked: BTreeMap<NodeId, Through>,
    traced: Option<Traced>,
    up: Ties<'a>,
    reasons: Vec<(Reason, u64)>,
}

impl<'a> Draft<'a> {
    fn new(
        store: &'a dyn Store,
        viewer: &'a dyn Viewer,
        question: &'a Erasure,
        keys: Alike<'a>,
        inventory: &Inventory,
    ) -> Draft<'a> {
        let mut personal: BTreeMap<NodeId, Vec<(Arc<Node>, Standing)>> = BTreeMap::new();
        for listed in inventory.listed.iter().filter(|listed| listed.standing.known.is_personal()) {
            if listed.standing.confidence >= LIKELY {
                let entry = personal.entry(outgoing::dataset(&listed.node)).or_default();
                entry.push((listed.node.clone(), listed.standing.clone()));
            }
        }
        Draft {
            keyed: keys.by_dataset(),
            up: Ties::new(store, viewer, question.at, Direction::Upstream),
            store,
            viewer,
            question,
            keys,
            personal,
            linked: BTreeMap::new(),
            traced: None,
            reasons: Vec::new(),
        }
    }

    /// Follows the key, and what is personal beside it.
    async fn follow(&mut self) -> Result<()> {
        let masked = |id: &NodeId| self.keys.likeness(*id) == Some(Likeness::Masked);
        let keys = self.keyed.values().flatten().filter(|id| !masked(id)).copied();
        let beside = self.keyed.keys().chain(self.linked.keys()).filter_map(|dataset| self.personal.get(dataset));
        let columns = beside.flatten().map(|(node, _)| node.id);
        let start: BTreeSet<NodeId> = keys.chain(columns).filter(|id| !masked(id)).collect();
        let question = Trace {
            start: start.into_iter().collect(),
            direction: Direction::Downstream,
            masking: Masking::Carries,
            depth: self.question.depth,
            limit: self.question.limit,
            at: self.question.at,
            deadline: self.question.deadline,
        };
        self.traced = Some(trace(self.store, self.viewer, &question).await?);
        Ok(())
    }

    /// Looks for ways to personal data beside which there is no key.
    async fn link(&mut self, bounds: Bounds) -> Result<()> {
        let known = self.places();
        let all: Vec<NodeId> = self.personal.keys().filter(|dataset| !known.contains(dataset)).copied().collect();
        let over = all.len().saturating_sub(LINKED) as u64;
        self.reasons.extend((over > 0).then_some((Reason::NodeLimit, over)));
        let asked = all.get(..LINKED.min(all.len())).unwrap_or_default();
        self.linked = links(self.store, self.viewer, asked, &self.keyed, bounds).await?;
        if !self.linked.is_empty() {
            self.follow().await?;
        }
        Ok(())
    }

    /// Every dataset with data of the subject.
    fn places(&self) -> BTreeSet<NodeId> {
        let items = self.traced.iter().flat_map(|traced| &traced.items);
        let data = items.filter(|item| item.node.name.kind() != NodeKind::Job);
        let traced = data.map(|item| outgoing::dataset(&item.node));
        traced.chain(self.keyed.keys().copied()).chain(self.linked.keys().copied()).collect()
    }

    /// Reads what makes each of the datasets.
    async fn survey(&mut self) -> Result<()> {
        let places: Vec<NodeId> = self.places().into_iter().collect();
        self.up.read(self.personal.keys().copied()).await?;
        self.up.load(&places).await
    }

    async fn finish(mut self, inventory: &Inventory) -> Result<Plan> {
        let places = self.ordered();
        let mut plan = Plan {
            revision: self.question.at,
            keys: self.question.keys.iter().filter_map(|id| self.keys.node(*id).cloned()).collect(),
            open: self.open(&places),
            out_of_reach: Vec::new(),
            steps: Vec::new(),
            reasons: Vec::new(),
            causes: Causes::new(),
        };
        let mut holds = self.holds();
        let mut acted: BTreeMap<NodeId, Action> = BTreeMap::new();
        for dataset in &places.order {
            let Some(node) = self.up.node(*dataset).cloned() else { continue };
            let facts = self.facts(&node, holds.remove(dataset).unwrap_or_default(), &acted, &places);
            let estimate = self.estimate(*dataset).await?;
            let step = ErasureStep { estimate, ..actions::decide(facts) };
            acted.insert(*dataset, step.action);
            match step.action {
                Action::CannotReach => plan.out_of_reach.push(step),
                _ => plan.steps.push(step),
            }
        }
        let traced = self.traced.take();
        plan.causes = traced.iter().flat_map(|traced| traced.causes.iter().copied()).collect();
        plan.reasons = self.told_reasons(inventory, traced.as_ref(), &plan.causes);
        Ok(plan)
    }

    fn told_reasons(&self, inventory: &Inventory, traced: Option<&Traced>, causes: &Causes) -> Vec<(Reason, u64)> {
        let of_trace = traced.into_iter().flat_map(|traced| &traced.reasons);
        let mut hidden: BTreeSet<NodeId> = self.keys.restricted().collect();
        hidden.extend(&self.up.restricted);
        let given_up = self.keys.given_up.iter().map(|(reason, _)| (*reason, 1));
        let all = of_trace.chain(&inventory.reasons).chain(&self.reasons).copied();
        let hidden = (!hidden.is_empty()).then_some((Reason::Restricted, hidden.len() as u64));
        counted(all.chain(given_up).chain(hidden), causes)
    }

    /// Upstream before downstream; among those that wait for nothing, the ones that need others to be found first.
    fn ordered(&self) -> Places {
        let places = self.places();
        let feeds = places.iter().map(|dataset| {
            let ties = self.up.of(*dataset);
            let told = ties.into_iter().flat_map(|ties| {
                let whole = ties.whole.iter().map(|tie| self.up.dataset(tie.from));
                ties.explained.iter().map(|(from, _)| *from).chain(whole)
            });
            (*dataset, told.filter(|from| from != dataset && places.contains(from)).collect())
        });
        order::order(feeds.collect(), |dataset| {
            let name = self.up.node(dataset).map(|node| node.name.clone());
            (std::cmp::Reverse(self.distance(dataset)), name)
        })
    }

    /// Steps from the key as it was given.
    fn distance(&self, dataset: NodeId) -> u32 {
        let own = self.keyed.get(&dataset).into_iter().flatten().map(|id| self.keys.distance(*id)).min();
        let through = || {
            let through = self.linked.get(&dataset)?;
            Some(through.distance.saturating_add(self.distance(outgoing::dataset(&through.other.column))))
        };
        own.or_else(through).unwrap_or(0)
    }

    fn open(&self, places: &Places) -> Vec<Open> {
        let far = self.personal.iter().filter(|(dataset, _)| !places.order.contains(dataset));
        let no_way = far.filter_map(|(dataset, columns)| {
            let columns = columns.iter().map(|(node, _)| node.clone()).collect();
            Some(Open::NoWay { dataset: self.up.node(*dataset)?.clone(), columns })
        });
        let unpaired = self.keys.unpaired.iter().filter_map(|(key, job)| {
            Some(Open::Unpaired { key: self.keys.node(*key)?.clone(), job: self.keys.node(*job)?.clone() })
        });
        no_way.chain(unpaired).collect()
    }

    fn node(&self, id: NodeId) -> Option<&Arc<Node>> {
        self.up.node(id).or_else(|| self.keys.node(id))
    }

    /// What of the subject is where.
    fn holds(&self) -> HashMap<NodeId, Vec<Held>> {
        let mut all: HashMap<NodeId, BTreeMap<NodeId, Held>> = HashMap::new();
        let mut add = |held: Held| {
            let of = all.entry(outgoing::dataset(&held.node)).or_default();
            let known = of.entry(held.node.id).or_insert_with(|| held.clone());
            known.state = known.state.max(held.state);
        };
        if let Some(traced) = &self.traced {
            let standing = super::standing::standing;
            traced.start.iter().for_each(|node| {
                add(Held { node: node.clone(), state: State::START, standing: standing(node) });
            });
            let items = traced.items.iter().filter(|item| item.node.name.kind() != NodeKind::Job);
            items.for_each(|item| {
                add(Held { node: item.node.clone(), state: item.state, standing: item.standing.clone() });
            });
        }
        for id in self.keyed.values().flatten().filter(|id| self.keys.likeness(**id) == Some(Likeness::Masked)) {
            let state = State { form: Form::Pseudonymised, sure: true };
            self.keys.node(*id).into_iter().for_each(|node| {
                add(Held { node: node.clone(), state, standing: super::standing::standing(node) });
            });
        }
        all.into_iter().map(|(dataset, held)| (dataset, held.into_values().collect())).collect()
    }

    fn facts(&self, node: &Arc<Node>, holds: Vec<Held>, acted: &BTreeMap<NodeId, Action>, places: &Places) -> Facts {
        let id = node.id;
        let mut keys: Vec<KeyColumn> =
            self.keyed.get(&id).into_iter().flatten().filter_map(|id| self.keys.told(*id)).collect();
        keys.sort_by_key(|key| (key.likeness, key.way.len()));
        let through = self.linked.get(&id).and_then(|through| {
            let dataset = outgoing::dataset(&through.other.column);
            let first = self
                .keyed
                .get(&dataset)?
                .iter()
                .min_by_key(|id| (self.keys.likeness(**id), self.keys.distance(**id)))?;
            let late = places.place(dataset) < places.place(id);
            let (own, other) = (self.node_of(through.own)?, through.other.clone());
            Some(actions::Lookup { own, other, key: self.keys.told(*first)?, late })
        });
        let made_by = self.made_by(id);
        let from: BTreeSet<NodeId> = made_by.iter().map(|(from, _)| *from).collect();
        let unreached = |from: &&NodeId| acted.get(from) == Some(&Action::CannotReach);
        Facts {
            holds: HoldingOf::of(&holds),
            held: holds,
            unreached: from.iter().filter(unreached).filter_map(|id| self.up.node(*id).cloned()).collect(),
            erased_upstream: from
                .iter()
                .any(|from| acted.get(from).is_some_and(|action| *action != Action::CannotReach)),
            in_circle: places.circles.contains(&id),
            producers: self.producers(&made_by),
            dataset: node.clone(),
            given: self.question.keys.len(),
            keys,
            through,
        }
    }

    fn node_of(&self, id: NodeId) -> Option<Arc<Node>> {
        let personal = self.linked.values().flat_map(|through| &through.other.way).map(|step| &step.from);
        personal.clone().find(|node| node.id == id).cloned().or_else(|| self.node(id).cloned())
    }

    /// From which datasets, and by which jobs, a dataset is made.
    fn made_by(&self, dataset: NodeId) -> BTreeSet<(NodeId, Option<NodeId>)> {
        let ties = self.up.of(dataset).into_iter();
        let all = ties.flat_map(|ties| {
            let whole = ties.whole.iter().map(|tie| (self.up.dataset(tie.from), tie.job));
            ties.explained.iter().copied().chain(whole)
        });
        all.filter(|(from, _)| *from != dataset).collect()
    }

    fn producers(&self, made_by: &BTreeSet<(NodeId, Option<NodeId>)>) -> Vec<Arc<Node>> {
        let jobs: BTreeSet<NodeId> = made_by.iter().filter_map(|(_, job)| *job).collect();
        jobs.into_iter().filter_map(|job| self.up.node(job).cloned()).collect()
    }

    async fn estimate(&self, dataset: NodeId) -> Result<Estimate> {
        let query = RunQuery { dataset: Some(dataset), limit: RUNS, ..RunQuery::default() };
        let mut estimate = Estimate::default();
        for run in self.store.runs(&query).await? {
            for measure in run.measures.iter().filter(|measure| measure.dataset == dataset) {
                let Measured::Statistic { name, value } = &measure.what else { continue };
                let slot = match (name.as_str(), measure.direction) {
                    ("rowCount", IoDirection::Output) => &mut estimate.rows,
                    ("size", IoDirection::Output) => &mut estimate.bytes,
                    _ => continue,
                };
                if slot.is_none() {
                    *slot = Some(*value);
                    estimate.at = estimate.at.max(Some(measure.at));
                }
            }
        }
        Ok(estimate)
    }
}
