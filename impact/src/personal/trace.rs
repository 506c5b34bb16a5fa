//! Where data of columns goes, or comes from: along the edges of columns, and along those of tables where nothing
//! better is known. Every place is told with the way it came and the form in which it arrived; every place where it
//! ends, with the reason.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use graph::walk::{Causes, Reason, counted};
use graph::{Direction, EdgeId, EdgeKind, EdgeKinds, Hop, Node, NodeId, NodeKind, Revision, Store, Viewer};

use super::inventory::{Question, inventory};
use super::standing::{Standing, standing};
use super::state::{Holding, Masking, State};
use super::ties::{Tie, Ties};
use crate::Result;

/// Whose data to follow, and how far.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Columns, or datasets of which any column may be meant; upstream jobs too.
    pub start: Vec<NodeId>,
    pub direction: Direction,
    pub masking: Masking,
    /// Hops at the most.
    pub depth: u32,
    /// Places at the most, and ends at the most.
    pub limit: usize,
    pub at: Revision,
    /// Stop and say so when this moment has passed.
    pub deadline: Option<Instant>,
}

/// A column, a dataset of which any column may be meant, or a job, to which the data came; upstream, from which it
/// comes.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    pub node: Arc<Node>,
    /// Along the strongest way.
    pub hop: u32,
    /// The strongest way, in the order of reading from the start.
    pub via: Vec<Way>,
    /// The strongest of all ways.
    pub state: State,
    /// In which other states it came, the strongest first.
    pub others: Vec<State>,
    /// How many ties bring it.
    pub ways: u64,
    /// What is known of the place itself.
    pub standing: Option<Standing>,
}

/// One tie along which data goes.
#[derive(Clone, PartialEq, Debug)]
pub struct Way {
    pub from: Arc<Node>,
    pub to: Arc<Node>,
    pub kind: EdgeKind,
    pub masking: bool,
    pub job: Option<Arc<Node>>,
    pub edge: EdgeId,
}

/// A place where data does not go on.
#[derive(Clone, PartialEq, Debug)]
pub struct Stop {
    pub from: Arc<Node>,
    pub to: Arc<Node>,
    pub why: StopReason,
    pub job: Option<Arc<Node>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum StopReason {
    /// It decides which rows there are, or a condition, by an edge of this kind; its value does not come over.
    Indirect(EdgeKind),
    /// It is masked, and masking ends it by the rule that was asked for.
    Masked,
    /// A person said that nothing personal is in the target.
    Blocked,
    /// A job reads its dataset and makes another of it, without this column.
    NotTaken,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Traced {
    pub revision: Revision,
    /// From where it was followed.
    pub start: Vec<Arc<Node>>,
    /// What may hold it first, then what holds it, then what has it in a weaker form; the nearest first. Upstream only
    /// what is personal data itself.
    pub items: Vec<Item>,
    pub stops: Vec<Stop>,
    /// Empty when the answer is complete.
    pub reasons: Vec<(Reason, u64)>,
    pub causes: Causes,
}

/// Follows personal data.
pub async fn trace(store: &dyn Store, viewer: &dyn Viewer, question: &Trace) -> Result<Traced> {
    let mut spread = Spread::new(store, viewer, question);
    spread.begin().await?;
    spread.run().await?;
    spread.finish().await
}

/// How something was first reached in one state.
#[derive(Clone, Copy)]
struct Came {
    hop: u32,
    before: Option<(NodeId, State, Tie)>,
}

#[derive(Default)]
struct Reach {
    states: BTreeMap<State, Came>,
    ties: HashSet<EdgeId>,
}

/// A job that handles the data, and what it read.
#[derive(Default)]
struct Handled {
    states: BTreeMap<State, NodeId>,
    from: BTreeSet<NodeId>,
}

struct Spread<'a> {
    store: &'a dyn Store,
    viewer: &'a dyn Viewer,
    question: &'a Trace,
    ties: Ties<'a>,
    start: Vec<NodeId>,
    reached: HashMap<NodeId, Reach>,
    jobs: BTreeMap<NodeId, Handled>,
    stops: BTreeSet<(NodeId, NodeId, StopReason, Option<NodeId>)>,
    unknown: HashSet<NodeId>,
    reasons: BTreeMap<Reason, HashSet<NodeId>>,
    frontier: Vec<(NodeId, State)>,
}

impl<'a> Spread<'a> {
    fn new(store: &'a dyn Store, viewer: &'a dyn Viewer, question: &'a Trace) -> Spread<'a> {
        Spread {
            store,
            viewer,
            question,
            ties: Ties::new(store, viewer, question.at, question.direction),
            start: Vec::new(),
            reached: HashMap::new(),
            jobs: BTreeMap::new(),
            stops: BTreeSet::new(),
            unknown: HashSet::new(),
            reasons: BTreeMap::new(),
            frontier: Vec::new(),
        }
    }

    fn is_downstream(&self) -> bool {
        self.question.direction == Direction::Downstream
    }

    async fn begin(&mut self) -> Result<()> {
        self.ties.read(self.question.start.iter().copied()).await?;
        for id in &self.question.start {
            let Some(kind) = self.ties.node(*id).map(|node| node.name.kind()) else { continue };
            match kind {
                NodeKind::Job => self.begin_at_job(*id).await?,
                NodeKind::Column | NodeKind::Dataset => self.begin_at(*id, kind),
                NodeKind::Namespace | NodeKind::Owner | NodeKind::Tag => continue,
            }
            self.start.push(*id);
        }
        Ok(())
    }

    /// A whole dataset: of what leaves it nobody knows which column was meant, of what enters it any column will do.
    fn begin_at(&mut self, id: NodeId, kind: NodeKind) {
        if !self.is_downstream() && self.ties.is_blocked(id) {
            self.stops.insert((id, id, StopReason::Blocked, None));
            return;
        }
        let sure = !self.is_downstream() || kind == NodeKind::Column;
        let state = State { sure, ..State::START };
        self.reached.entry(id).or_default().states.insert(state, Came { hop: 0, before: None });
        self.frontier.push((id, state));
    }

    /// What a job reads: the columns that it takes, or the datasets where that is not known.
    async fn begin_at_job(&mut self, job: NodeId) -> Result<()> {
        let hop = Hop {
            frontier: &[job],
            direction: Direction::Upstream,
            kinds: EdgeKinds::of(&[EdgeKind::Reads]),
            at: self.question.at,
        };
        let read: Vec<NodeId> = self.store.hop(hop).await?.iter().map(|edge| edge.from).collect();
        let mut ties = Ties::new(self.store, self.viewer, self.question.at, Direction::Downstream);
        ties.load(&read).await?;
        let mut seeds: BTreeSet<(NodeId, State)> = BTreeSet::new();
        for dataset in read {
            let Some(known) = ties.of(dataset) else { continue };
            let own = known.columns.values().flatten().chain(&known.whole);
            let taken = own.filter(|tie| tie.job == Some(job) && tie.effect.carries.is_some());
            seeds.extend(taken.map(|tie| {
                let sure = ties.dataset(tie.from) != tie.from;
                (tie.from, State { sure, ..State::START })
            }));
            if known.sinks.contains(&job) {
                seeds.insert((dataset, State { sure: false, ..State::START }));
            }
        }
        self.ties.read(seeds.iter().map(|(id, _)| *id)).await?;
        for (id, state) in seeds.into_iter().filter(|(id, _)| ties.node(*id).is_some() && !ties.is_blocked(*id)) {
            self.reached.entry(id).or_default().states.insert(state, Came { hop: 1, before: None });
            self.frontier.push((id, state));
        }
        self.ties.causes.extend(ties.causes);
        Ok(())
    }

    async fn run(&mut self) -> Result<()> {
        for hop in 1.. {
            if self.frontier.is_empty() {
                break;
            }
            if self.question.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                let late = self.frontier.iter().map(|(id, _)| *id).collect();
                self.give_up(Reason::Deadline, late);
                break;
            }
            let frontier = std::mem::take(&mut self.frontier);
            let nodes: Vec<NodeId> = frontier.iter().map(|(id, _)| *id).collect();
            self.ties.load(&nodes).await?;
            for (id, state) in frontier {
                self.expand(id, state, hop);
            }
        }
        Ok(())
    }

    fn expand(&mut self, id: NodeId, state: State, hop: u32) {
        let ties = self.ties.from(id);
        self.note_sinks(id, state);
        self.note_not_taken(id, &ties);
        for tie in ties {
            self.follow(id, state, tie, hop);
        }
    }

    fn follow(&mut self, id: NodeId, state: State, tie: Tie, hop: u32) {
        let far = self.ties.far(&tie);
        if self.ties.node(far).is_none() {
            return self.give_up(Reason::Restricted, vec![far]);
        }
        if tie.effect.carries.is_none() {
            return self.stop(&tie, StopReason::Indirect(tie.kind));
        }
        let next = state.along(tie.effect, self.question.masking);
        if let Some(job) = tie.job {
            // Downstream what it reads, upstream what of that arrives.
            let read = State { sure: state.sure && tie.kind != EdgeKind::Feeds, ..state };
            self.handle(job, next.filter(|_| !self.is_downstream()).unwrap_or(read), id);
        }
        let Some(next) = next else { return self.stop(&tie, StopReason::Masked) };
        if self.ties.is_blocked(far) {
            return self.stop(&tie, StopReason::Blocked);
        }
        self.enter(far, next, Came { hop, before: Some((id, state, tie)) });
    }

    fn enter(&mut self, id: NodeId, state: State, came: Came) {
        if !self.reached.contains_key(&id) {
            if came.hop > self.question.depth {
                return self.give_up(Reason::DepthLimit, vec![id]);
            }
            if self.reached.len() >= self.question.limit.saturating_add(self.start.len()) {
                return self.give_up(Reason::NodeLimit, vec![id]);
            }
        }
        if came.before.is_some_and(|(_, _, tie)| !tie.effect.sure) {
            self.unknown.insert(id);
        }
        let reach = self.reached.entry(id).or_default();
        reach.ties.extend(came.before.map(|(_, _, tie)| tie.edge));
        if came.hop <= self.question.depth && !reach.states.contains_key(&state) {
            reach.states.insert(state, came);
            self.frontier.push((id, state));
        }
    }

    fn handle(&mut self, job: NodeId, state: State, from: NodeId) {
        let handled = self.jobs.entry(job).or_default();
        handled.states.entry(state).or_insert(from);
        handled.from.insert(from);
    }

    /// Jobs that read the dataset and make nothing of it that is known, such as dashboards: what they take is not known.
    fn note_sinks(&mut self, id: NodeId, state: State) {
        let dataset = self.ties.dataset(id);
        let sinks = self.ties.of(dataset).map(|ties| ties.sinks.clone()).unwrap_or_default();
        for job in sinks {
            self.handle(job, State { sure: false, ..state }, id);
            self.unknown.insert(job);
        }
    }

    /// Datasets that are made of this one without this column.
    fn note_not_taken(&mut self, id: NodeId, ties: &[Tie]) {
        let dataset = self.ties.dataset(id);
        if !self.is_downstream() || id == dataset {
            return;
        }
        let explained = self.ties.of(dataset).map(|ties| ties.explained.clone()).unwrap_or_default();
        for (to, job) in explained {
            let takes = |tie: &Tie| self.ties.dataset(tie.to) == to && (tie.job == job || tie.job.is_none());
            if !ties.iter().any(takes) && self.ties.node(to).is_some() {
                self.add_stop((id, to, StopReason::NotTaken, job));
            }
        }
    }

    fn stop(&mut self, tie: &Tie, why: StopReason) {
        self.add_stop((tie.from, tie.to, why, tie.job));
    }

    fn add_stop(&mut self, stop: (NodeId, NodeId, StopReason, Option<NodeId>)) {
        if self.stops.len() < self.question.limit || self.stops.contains(&stop) {
            self.stops.insert(stop);
        } else {
            self.give_up(Reason::NodeLimit, vec![stop.1]);
        }
    }

    fn give_up(&mut self, reason: Reason, nodes: Vec<NodeId>) {
        self.reasons.entry(reason).or_default().extend(nodes);
    }
}

/// From what was reached to what is told.
impl Spread<'_> {
    async fn finish(mut self) -> Result<Traced> {
        let mut items: Vec<Item> = self.places();
        if !self.is_downstream() {
            items = self.personal_sources(items).await?;
        }
        items.extend(self.handlers());
        items.sort_by_cached_key(|item| (item.state.holding(), item.hop, item.node.name.clone()));
        let unknown: Vec<NodeId> = self.unknown.iter().copied().collect();
        self.give_up(Reason::UnknownTransformation, unknown);
        let reasons = self.reasons.iter().map(|(reason, nodes)| (*reason, nodes.len() as u64));
        let stops = self.stops.iter().filter_map(|stop| self.told_stop(*stop)).collect();
        Ok(Traced {
            revision: self.question.at,
            start: self.start.iter().filter_map(|id| self.ties.node(*id).cloned()).collect(),
            items,
            stops,
            reasons: counted(reasons, &self.ties.causes),
            causes: self.ties.causes,
        })
    }

    /// Columns and datasets that were reached.
    fn places(&self) -> Vec<Item> {
        let others = self.reached.iter().filter(|(id, _)| !self.start.contains(id));
        others.filter_map(|(id, reach)| self.place(*id, reach)).collect()
    }

    fn place(&self, id: NodeId, reach: &Reach) -> Option<Item> {
        let node = self.ties.node(id)?.clone();
        let (state, came) = reach.states.last_key_value()?;
        Some(Item {
            hop: came.hop,
            via: self.way(*came),
            state: *state,
            others: reach.states.keys().rev().skip(1).copied().collect(),
            ways: reach.ties.len().max(1) as u64,
            standing: standing(&node),
            node,
        })
    }

    fn way(&self, came: Came) -> Vec<Way> {
        let (mut way, mut at) = (Vec::new(), Some(came));
        while let Some((id, state, tie)) = at.and_then(|came| came.before) {
            if let (Some(from), Some(to)) = (self.ties.node(tie.from), self.ties.node(tie.to)) {
                let job = tie.job.and_then(|job| self.ties.node(job)).cloned();
                let Tie { kind, masking, edge, .. } = tie;
                way.push(Way { from: from.clone(), to: to.clone(), kind, masking, job, edge });
            }
            at = self.reached.get(&id).and_then(|reach| reach.states.get(&state)).copied();
        }
        way.reverse();
        way
    }

    /// Of what was reached upstream, what is personal data itself; of a whole dataset its columns that are.
    async fn personal_sources(&self, reached: Vec<Item>) -> Result<Vec<Item>> {
        let mut found: BTreeMap<NodeId, Item> = BTreeMap::new();
        let mut add = |item: Item| {
            let known = found.entry(item.node.id).or_insert_with(|| item.clone());
            if known.state < item.state {
                *known = item;
            }
        };
        for item in reached {
            if item.node.name.kind() == NodeKind::Dataset {
                let question = Question {
                    dataset: Some(item.node.id),
                    limit: self.question.limit,
                    at: self.question.at,
                    deadline: self.question.deadline,
                };
                let columns = inventory(self.store, self.viewer, &question).await?.listed;
                columns.into_iter().for_each(|listed| {
                    add(Item { node: listed.node, standing: Some(listed.standing), ..item.clone() });
                });
            } else {
                add(item);
            }
        }
        let is_personal = |item: &Item| item.standing.as_ref().is_some_and(|standing| standing.known.is_personal());
        let is_start = |item: &Item| self.start.contains(&item.node.id);
        Ok(found.into_values().filter(|item| is_personal(item) && !is_start(item)).collect())
    }

    /// Jobs that handle it. A job that was asked about is not told.
    fn handlers(&self) -> Vec<Item> {
        let told = self.jobs.iter().filter(|(job, _)| !self.start.contains(job));
        told.filter_map(|(job, handled)| self.handler(*job, handled)).collect()
    }

    fn handler(&self, job: NodeId, handled: &Handled) -> Option<Item> {
        let node = self.ties.node(job)?.clone();
        let (state, from) = handled.states.last_key_value()?;
        let came = self.reached.get(from).and_then(|reach| reach.states.last_key_value()).map(|(_, came)| *came);
        Some(Item {
            node,
            hop: came.map_or(0, |came| came.hop) + 1,
            via: came.map(|came| self.way(came)).unwrap_or_default(),
            state: *state,
            others: handled.states.keys().rev().skip(1).copied().collect(),
            ways: handled.from.len() as u64,
            standing: None,
        })
    }

    fn told_stop(&self, (from, to, why, job): (NodeId, NodeId, StopReason, Option<NodeId>)) -> Option<Stop> {
        let node = |id: NodeId| self.ties.node(id).cloned();
        Some(Stop { from: node(from)?, to: node(to)?, why, job: job.and_then(node) })
    }
}

impl Item {
    pub fn holding(&self) -> Holding {
        self.state.holding()
    }
}
