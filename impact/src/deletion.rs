//! What depends on a node that is to be deleted, and how surely.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use graph::walk::{Causes, Reason, counted};
use graph::{Edge, EdgeKind, EdgeKinds, Node, NodeId, NodeKind, Revision, Store, Viewer};

use crate::Result;
use crate::outgoing::{self, Outgoing};

/// A dataset, a column or a job that is to go, and how far to look.
#[derive(Clone, Copy, Debug)]
pub struct Deletion {
    pub node: NodeId,
    /// Hops at the most.
    pub depth: u32,
    /// Items at the most.
    pub limit: usize,
    pub at: Revision,
    /// Stop and say so when this moment has passed.
    pub deadline: Option<Instant>,
}

/// How a node depends on the deleted one, along the strongest of all ways; a way is as strong as its weakest edge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Use {
    /// Only tables are tied, or how values come over is not known.
    Unknown,
    /// It decides which rows there are, or a condition; no value of it arrives.
    Indirect,
    /// A value of it arrives.
    Direct,
}

impl Use {
    fn of(kind: EdgeKind) -> Use {
        if EdgeKinds::DIRECT.contains(kind) {
            Use::Direct
        } else if EdgeKinds::INDIRECT.contains(kind) {
            Use::Indirect
        } else {
            Use::Unknown
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    pub node: Arc<Node>,
    pub hop: u32,
    /// The way from the deleted node to this one, without the two; empty for a neighbour.
    pub via: Vec<Arc<Node>>,
    pub used: Use,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Impact {
    pub revision: Revision,
    /// Nearest first. Of a dataset or a job: datasets and the jobs that read them. Of a column: columns, and datasets
    /// and jobs that take the whole table.
    pub items: Vec<Item>,
    /// Empty when the answer is complete; else each reason with how many nodes it concerns.
    pub reasons: Vec<(Reason, u64)>,
    /// Jobs by whose queries it is not complete.
    pub causes: Causes,
}

/// Everything that depends on the deleted node, directly or through others.
pub async fn deletion(store: &dyn Store, viewer: &dyn Viewer, question: &Deletion) -> Result<Impact> {
    let mut spread = Spread::new(store, viewer, question);
    spread.begin().await?;
    spread.run().await?;
    spread.finish().await
}

/// One node reached.
struct Reach {
    node: Arc<Node>,
    hop: u32,
    used: Use,
    from: Option<NodeId>,
}

/// One node that depends on another.
#[derive(Clone, Copy)]
struct Step {
    from: NodeId,
    to: NodeId,
    /// Of the edge alone.
    edge: Use,
    /// Along the whole way.
    used: Use,
}

struct Spread<'a> {
    store: &'a dyn Store,
    viewer: &'a dyn Viewer,
    question: &'a Deletion,
    /// Columns are told one by one; else they are told as their datasets.
    by_column: bool,
    reached: HashMap<NodeId, Reach>,
    order: Vec<NodeId>,
    outgoing: HashMap<NodeId, Outgoing>,
    /// What items will be made of.
    shown: HashSet<NodeId>,
    unknown: HashSet<NodeId>,
    reasons: BTreeMap<Reason, HashSet<NodeId>>,
    causes: Causes,
    frontier: Vec<NodeId>,
}

impl<'a> Spread<'a> {
    fn new(store: &'a dyn Store, viewer: &'a dyn Viewer, question: &'a Deletion) -> Spread<'a> {
        Spread {
            store,
            viewer,
            question,
            by_column: false,
            reached: HashMap::new(),
            order: Vec::new(),
            outgoing: HashMap::new(),
            shown: HashSet::new(),
            unknown: HashSet::new(),
            reasons: BTreeMap::new(),
            causes: Causes::new(),
            frontier: Vec::new(),
        }
    }

    async fn begin(&mut self) -> Result<()> {
        let start = self.question.node;
        let found = self.store.nodes(&[start], self.question.at).await?;
        let Some(node) = found.into_iter().flatten().find(|node| self.viewer.sees(node)) else { return Ok(()) };
        self.by_column = node.name.kind() == NodeKind::Column;
        self.reached.insert(start, Reach { node, hop: 0, used: Use::Direct, from: None });
        self.frontier.push(start);
        Ok(())
    }

    async fn run(&mut self) -> Result<()> {
        for hop in 1.. {
            if self.frontier.is_empty() {
                break;
            }
            if self.question.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                self.give_up(Reason::Deadline, self.frontier.clone());
                break;
            }
            let steps = self.steps().await?;
            if hop > self.question.depth {
                let beyond = steps.iter().map(|step| step.to).filter(|to| !self.reached.contains_key(to)).collect();
                self.give_up(Reason::DepthLimit, beyond);
                break;
            }
            self.frontier = self.enter(&steps, hop).await?;
        }
        Ok(())
    }

    /// Everything that depends on the frontier by one hop.
    async fn steps(&mut self) -> Result<Vec<Step>> {
        let jobs = self.frontier_of(NodeKind::Job);
        let writes = EdgeKinds::of(&[EdgeKind::Writes]).union(EdgeKinds::GAPS);
        let start = jobs.into_iter().filter(|job| *job == self.question.node).collect::<Vec<_>>();
        let written = outgoing::hop(self.store, &start, writes, self.question.at).await?;
        let (gaps, written): (Vec<Edge>, Vec<Edge>) =
            written.into_iter().partition(|edge| EdgeKinds::GAPS.contains(edge.kind));
        self.causes.extend(gaps.iter().filter_map(|edge| Some((Reason::of_gap(edge.kind)?, edge.from))));
        let mut steps: Vec<Step> = written.iter().map(|edge| self.step(edge.from, edge.to, Use::Direct)).collect();
        self.load().await?;
        for id in &self.frontier {
            let Some(reach) = self.reached.get(id) else { continue };
            let Some(outgoing) = self.outgoing.get(&outgoing::dataset(&reach.node)) else { continue };
            self.steps_of(*id, reach, outgoing, &mut steps);
        }
        Ok(steps)
    }

    fn steps_of(&self, id: NodeId, reach: &Reach, outgoing: &Outgoing, steps: &mut Vec<Step>) {
        let whole = reach.node.name.kind() == NodeKind::Dataset;
        let one = outgoing.columns.get(&id).into_iter().flatten();
        let all = outgoing.columns.values().flatten().filter(|_| whole);
        steps.extend(one.chain(all).map(|edge| self.step(id, edge.to, Use::of(edge.kind))));
        steps.extend(outgoing.unexplained.iter().map(|to| self.step(id, *to, Use::Unknown)));
        let (readers, used) =
            if self.by_column { (&outgoing.sinks, Use::Unknown) } else { (&outgoing.readers, Use::Direct) };
        steps.extend(readers.iter().map(|to| self.step(id, *to, used)));
    }

    fn step(&self, from: NodeId, to: NodeId, edge: Use) -> Step {
        let used = self.reached.get(&from).map_or(edge, |reach| reach.used.min(edge));
        Step { from, to, edge, used }
    }

    fn frontier_of(&self, kind: NodeKind) -> Vec<NodeId> {
        let is = |id: &&NodeId| self.reached.get(*id).is_some_and(|reach| reach.node.name.kind() == kind);
        self.frontier.iter().filter(is).copied().collect()
    }

    /// Reads what leaves the datasets of the frontier, once each.
    async fn load(&mut self) -> Result<()> {
        let datasets = self.frontier.iter().filter_map(|id| self.reached.get(id));
        let datasets: BTreeSet<NodeId> = datasets
            .filter(|reach| matches!(reach.node.name.kind(), NodeKind::Dataset | NodeKind::Column))
            .map(|reach| outgoing::dataset(&reach.node))
            .filter(|dataset| !self.outgoing.contains_key(dataset))
            .collect();
        let datasets: Vec<NodeId> = datasets.into_iter().collect();
        let found = outgoing::outgoing(self.store, &datasets, self.question.at).await?;
        self.causes.extend(found.values().flat_map(|outgoing| &outgoing.causes));
        self.outgoing.extend(found);
        Ok(())
    }

    /// Enters the targets of the steps; gives those that are new, or now more surely dependent than before.
    async fn enter(&mut self, steps: &[Step], hop: u32) -> Result<Vec<NodeId>> {
        let nodes = self.new_nodes(steps).await?;
        let (mut next, mut entered) = (Vec::new(), HashSet::new());
        for step in steps {
            if self.admit(step, hop, &nodes) && entered.insert(step.to) {
                next.push(step.to);
            }
        }
        Ok(next)
    }

    async fn new_nodes(&mut self, steps: &[Step]) -> Result<HashMap<NodeId, Arc<Node>>> {
        let new: HashSet<NodeId> =
            steps.iter().map(|step| step.to).filter(|to| !self.reached.contains_key(to)).collect();
        let new: Vec<NodeId> = new.into_iter().collect();
        let found = self.store.nodes(&new, self.question.at).await?;
        let mut nodes = HashMap::new();
        for node in found.into_iter().flatten() {
            if self.viewer.sees(&node) {
                nodes.insert(node.id, node);
            } else {
                self.give_up(Reason::Restricted, vec![node.id]);
            }
        }
        Ok(nodes)
    }

    /// True when the target is worth following from here.
    fn admit(&mut self, step: &Step, hop: u32, nodes: &HashMap<NodeId, Arc<Node>>) -> bool {
        if step.edge == Use::Unknown && (self.reached.contains_key(&step.to) || nodes.contains_key(&step.to)) {
            self.unknown.insert(step.to);
        }
        if let Some(reach) = self.reached.get_mut(&step.to) {
            let better = step.used > reach.used;
            reach.used = reach.used.max(step.used);
            return better;
        }
        let Some(node) = nodes.get(&step.to) else { return false };
        let item = self.item_of(node);
        if item != self.question.node && !self.shown.contains(&item) && self.shown.len() >= self.question.limit {
            self.give_up(Reason::NodeLimit, vec![item]);
            return false;
        }
        self.shown.insert(item);
        self.order.push(step.to);
        self.reached.insert(step.to, Reach { node: node.clone(), hop, used: step.used, from: Some(step.from) });
        true
    }

    /// The node as which a node is told.
    fn item_of(&self, node: &Node) -> NodeId {
        if self.by_column { node.id } else { outgoing::dataset(node) }
    }

    fn give_up(&mut self, reason: Reason, nodes: Vec<NodeId>) {
        if !nodes.is_empty() {
            self.reasons.entry(reason).or_default().extend(nodes);
        }
    }
}

/// From what was reached to what is told.
impl Spread<'_> {
    async fn finish(mut self) -> Result<Impact> {
        let unknown = self.unknown.iter().map(|id| self.item(*id)).collect();
        self.give_up(Reason::UnknownTransformation, unknown);
        let reasons = self.reasons.iter().map(|(reason, nodes)| (*reason, nodes.len() as u64));
        let reasons = counted(reasons, &self.causes);
        let nodes = self.told_nodes().await?;
        Ok(Impact { revision: self.question.at, items: self.items(&nodes), reasons, causes: self.causes })
    }

    fn item(&self, id: NodeId) -> NodeId {
        self.reached.get(&id).map_or(id, |reach| self.item_of(&reach.node))
    }

    /// The nodes as which the reached ones are told: the datasets of columns, for one.
    async fn told_nodes(&self) -> Result<HashMap<NodeId, Arc<Node>>> {
        let ids: HashSet<NodeId> = self.order.iter().map(|id| self.item(*id)).collect();
        let ids: Vec<NodeId> = ids.into_iter().collect();
        let found = self.store.nodes(&ids, self.question.at).await?;
        Ok(found.into_iter().flatten().filter(|node| self.viewer.sees(node)).map(|node| (node.id, node)).collect())
    }

    fn items(&self, nodes: &HashMap<NodeId, Arc<Node>>) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        let mut places: HashMap<NodeId, usize> = HashMap::new();
        for reach in self.order.iter().filter_map(|id| self.reached.get(id)) {
            let id = self.item_of(&reach.node);
            let Some(node) = nodes.get(&id).filter(|_| id != self.question.node) else { continue };
            if let Some(place) = places.get(&id) {
                items[*place].used = items[*place].used.max(reach.used);
            } else {
                places.insert(id, items.len());
                let via = self.way(reach).iter().filter_map(|step| nodes.get(step).cloned()).collect();
                items.push(Item { node: node.clone(), hop: reach.hop, via, used: reach.used });
            }
        }
        items
    }

    /// The nodes between the deleted one and this one, nearest to the deleted one first.
    fn way(&self, reach: &Reach) -> Vec<NodeId> {
        let (own, mut way, mut at) = (self.item_of(&reach.node), Vec::new(), reach.from);
        while let Some(before) = at.filter(|id| *id != self.question.node).and_then(|id| self.reached.get(&id)) {
            let item = self.item_of(&before.node);
            if item != own && way.last() != Some(&item) {
                way.push(item);
            }
            at = before.from;
        }
        way.reverse();
        way
    }
}
