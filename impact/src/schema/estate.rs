//! What lies downstream: which job makes which dataset from which, and in which order the verdicts follow.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use graph::walk::{Causes, Reason};
use graph::{Direction, Edge, EdgeId, EdgeKind, EdgeKinds, Hop, Node, NodeId, NodeKind, Revision, Store, Viewer};

use crate::Result;

/// A dataset as one job makes it, or a job that makes nothing of what it reads.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub dataset: Option<NodeId>,
    pub job: Option<NodeId>,
    /// Datasets downstream of the change, or changed, that it is made from.
    pub from: BTreeSet<NodeId>,
    /// An edge whose evidence names the query.
    pub edge: Option<EdgeId>,
    pub hop: u32,
    /// It writes the changed dataset itself.
    pub writes: bool,
}

/// How far to look.
pub(super) struct Reach {
    pub at: Revision,
    pub depth: u32,
    pub limit: usize,
    pub deadline: Option<Instant>,
}

#[derive(Default)]
pub(super) struct Estate {
    /// Every dataset and job that is met.
    pub nodes: HashMap<NodeId, Arc<Node>>,
    /// What each job reads and writes.
    pub inputs: HashMap<NodeId, Vec<NodeId>>,
    pub outputs: HashMap<NodeId, Vec<NodeId>>,
    /// From which dataset one was reached first.
    before: HashMap<NodeId, NodeId>,
    hops: HashMap<NodeId, u32>,
    uses: BTreeMap<(Option<NodeId>, Option<NodeId>), Use>,
    pub reasons: BTreeMap<Reason, HashSet<NodeId>>,
    pub causes: Causes,
}

impl Estate {
    /// Everything downstream of the changed datasets, and who writes these.
    pub async fn load(
        store: &dyn Store,
        viewer: &dyn Viewer,
        changed: &BTreeMap<NodeId, Arc<Node>>,
        reach: &Reach,
    ) -> Result<Estate> {
        let mut loading = Loading { store, viewer, reach, estate: Estate::default() };
        loading.begin(changed).await?;
        let mut frontier: Vec<NodeId> = changed.keys().copied().collect();
        for hop in 1.. {
            if frontier.is_empty() {
                break;
            }
            if reach.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                loading.give_up(Reason::Deadline, &frontier);
                break;
            }
            if hop > reach.depth {
                loading.look_beyond(&frontier).await?;
                break;
            }
            frontier = loading.step(&frontier, hop).await?;
        }
        loading.surroundings().await?;
        Ok(loading.estate)
    }

    /// The uses, each after those of everything that it is made from; in a cycle, the nearer first.
    pub fn ordered(&self) -> Vec<Use> {
        let mut by_dataset: BTreeMap<Option<NodeId>, Vec<&Use>> = BTreeMap::new();
        for used in self.uses.values() {
            by_dataset.entry(used.dataset).or_default().push(used);
        }
        let sinks = by_dataset.remove(&None).unwrap_or_default();
        let mut waits: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
        for (dataset, uses) in by_dataset.iter().filter_map(|(dataset, uses)| Some(((*dataset)?, uses))) {
            let from = uses.iter().flat_map(|used| &used.from).copied();
            waits.insert(
                dataset,
                from.filter(|from| *from != dataset && by_dataset.contains_key(&Some(*from))).collect(),
            );
        }
        let mut ordered = Vec::new();
        for dataset in sorted(waits, &self.hops) {
            ordered.extend(by_dataset.get(&Some(dataset)).into_iter().flatten().map(|used| (*used).clone()));
        }
        ordered.extend(sinks.into_iter().cloned());
        ordered
    }

    /// Whether a job is known to write the changed dataset.
    pub fn is_written(&self, dataset: NodeId) -> bool {
        self.uses
            .range((Some(dataset), None)..)
            .take_while(|(key, _)| key.0 == Some(dataset))
            .any(|(_, used)| used.writes)
    }

    /// The datasets between the nearest changed one and a use, nearest to the change first.
    pub fn via(&self, used: &Use) -> Vec<Arc<Node>> {
        let start = match used.dataset {
            Some(dataset) => self.before.get(&dataset).copied(),
            None => used.from.iter().copied().min_by_key(|from| self.hops.get(from).copied().unwrap_or(u32::MAX)),
        };
        let (mut way, mut at) = (Vec::new(), start.filter(|_| !used.writes));
        while let Some(dataset) = at.filter(|dataset| self.hops.get(dataset).is_some_and(|hop| *hop > 0)) {
            way.extend(self.nodes.get(&dataset).cloned());
            at = self.before.get(&dataset).copied();
        }
        way.reverse();
        way
    }
}

/// Takes whatever waits for nothing; when all wait for another, the nearest.
fn sorted(mut waits: BTreeMap<NodeId, BTreeSet<NodeId>>, hops: &HashMap<NodeId, u32>) -> Vec<NodeId> {
    let near = |dataset: &NodeId| (hops.get(dataset).copied().unwrap_or(u32::MAX), *dataset);
    let mut wanted_by: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    for (dataset, from) in &waits {
        from.iter().for_each(|from| wanted_by.entry(*from).or_default().push(*dataset));
    }
    let mut ready: BTreeSet<(u32, NodeId)> =
        waits.iter().filter(|(_, from)| from.is_empty()).map(|(dataset, _)| near(dataset)).collect();
    let mut order = Vec::new();
    while !waits.is_empty() {
        let next = match ready.pop_first() {
            Some((_, next)) => Some(next),
            None => waits.keys().copied().min_by_key(near),
        };
        let Some(next) = next.filter(|next| waits.remove(next).is_some()) else { continue };
        order.push(next);
        for follower in wanted_by.get(&next).into_iter().flatten() {
            if let Some(left) = waits.get_mut(follower)
                && left.remove(&next)
                && left.is_empty()
            {
                ready.insert(near(follower));
            }
        }
    }
    order
}

struct Loading<'a> {
    store: &'a dyn Store,
    viewer: &'a dyn Viewer,
    reach: &'a Reach,
    estate: Estate,
}

impl Loading<'_> {
    async fn begin(&mut self, changed: &BTreeMap<NodeId, Arc<Node>>) -> Result<()> {
        let datasets: Vec<NodeId> = changed.keys().copied().collect();
        let writes = self.hop(&datasets, Direction::Upstream, EdgeKinds::of(&[EdgeKind::Writes])).await?;
        let feeds = self.hop(&datasets, Direction::Upstream, EdgeKinds::DATASET).await?;
        self.meet(writes.iter().map(|edge| edge.from)).await?;
        for (id, node) in changed {
            self.estate.nodes.insert(*id, Arc::clone(node));
            self.estate.hops.insert(*id, 0);
        }
        let unseen = writes.iter().map(|edge| edge.from).filter(|job| !self.estate.nodes.contains_key(job));
        let unseen: Vec<NodeId> = unseen.collect();
        self.give_up(Reason::Restricted, &unseen);
        for edge in writes.iter().filter(|edge| self.estate.nodes.contains_key(&edge.from)) {
            let (dataset, job) = (Some(edge.to), Some(edge.from));
            let feed = feeds.iter().find(|feed| feed.to == edge.to && feed.job == job);
            let edge = Some(feed.map_or(edge.id, |feed| feed.id));
            let used = Use { dataset, job, from: BTreeSet::new(), edge, hop: 0, writes: true };
            self.estate.uses.insert((dataset, job), used);
        }
        Ok(())
    }

    /// Enters whatever is made from the frontier; gives the datasets that are new.
    async fn step(&mut self, frontier: &[NodeId], hop: u32) -> Result<Vec<NodeId>> {
        let feeds = self.hop(frontier, Direction::Downstream, EdgeKinds::DATASET).await?;
        let reads = EdgeKinds::of(&[EdgeKind::Reads]).union(EdgeKinds::GAPS);
        let reads = self.hop(frontier, Direction::Downstream, reads).await?;
        self.meet(feeds.iter().map(|edge| edge.to).chain(reads.iter().map(|edge| edge.to))).await?;
        let mut next = Vec::new();
        for edge in &feeds {
            next.extend(self.enter(edge, Some(edge.to), edge.job, hop));
        }
        let makers: HashSet<(NodeId, Option<NodeId>)> = feeds.iter().map(|edge| (edge.from, edge.job)).collect();
        for edge in &reads {
            if let Some(reason) = Reason::of_gap(edge.kind) {
                self.estate.causes.insert((reason, edge.to));
            } else if !makers.contains(&(edge.from, Some(edge.to))) {
                self.enter(edge, None, Some(edge.to), hop);
            }
        }
        Ok(next)
    }

    /// Notes that a dataset is made by a job from what the edge leaves; gives the dataset when it is new.
    fn enter(&mut self, edge: &Edge, dataset: Option<NodeId>, job: Option<NodeId>, hop: u32) -> Option<NodeId> {
        let unseen = [dataset, job].into_iter().flatten().find(|id| !self.estate.nodes.contains_key(id));
        if let Some(unseen) = unseen {
            self.give_up(Reason::Restricted, &[unseen]);
            return None;
        }
        let estate = &mut self.estate;
        let key = (dataset, job);
        if !estate.uses.contains_key(&key) && estate.uses.len() >= self.reach.limit {
            let beyond = dataset.or(job).unwrap_or(edge.from);
            estate.reasons.entry(Reason::NodeLimit).or_default().insert(beyond);
            return None;
        }
        let id = dataset.map(|_| edge.id);
        let used = estate.uses.entry(key).or_insert_with(|| Use {
            dataset,
            job,
            from: BTreeSet::new(),
            edge: id,
            hop,
            writes: false,
        });
        used.from.insert(edge.from);
        let dataset = dataset.filter(|dataset| !estate.hops.contains_key(dataset))?;
        estate.hops.insert(dataset, hop);
        estate.before.insert(dataset, edge.from);
        Some(dataset)
    }

    async fn look_beyond(&mut self, frontier: &[NodeId]) -> Result<()> {
        let kinds = EdgeKinds::DATASET.union(EdgeKinds::of(&[EdgeKind::Reads]));
        let edges = self.hop(frontier, Direction::Downstream, kinds).await?;
        let known = |id: &NodeId| {
            self.estate.hops.contains_key(id) || self.estate.uses.keys().any(|(_, job)| *job == Some(*id))
        };
        let beyond: Vec<NodeId> = edges.iter().map(|edge| edge.to).filter(|to| !known(to)).collect();
        self.give_up(Reason::DepthLimit, &beyond);
        Ok(())
    }

    /// What each job reads and writes beside what was followed.
    async fn surroundings(&mut self) -> Result<()> {
        let jobs = self.estate.uses.values().filter_map(|used| used.job).collect::<BTreeSet<_>>();
        let jobs: Vec<NodeId> = jobs.into_iter().collect();
        let reads = self.hop(&jobs, Direction::Upstream, EdgeKinds::of(&[EdgeKind::Reads])).await?;
        let writes = self.hop(&jobs, Direction::Downstream, EdgeKinds::of(&[EdgeKind::Writes])).await?;
        self.meet(reads.iter().map(|edge| edge.from).chain(writes.iter().map(|edge| edge.to))).await?;
        for edge in reads {
            self.estate.inputs.entry(edge.to).or_default().push(edge.from);
        }
        for edge in writes {
            self.estate.outputs.entry(edge.from).or_default().push(edge.to);
        }
        Ok(())
    }

    async fn meet(&mut self, ids: impl Iterator<Item = NodeId>) -> Result<()> {
        let new: BTreeSet<NodeId> = ids.filter(|id| !self.estate.nodes.contains_key(id)).collect();
        let new: Vec<NodeId> = new.into_iter().collect();
        for node in self.store.nodes(&new, self.reach.at).await?.into_iter().flatten() {
            let wanted = matches!(node.name.kind(), NodeKind::Dataset | NodeKind::Job);
            if wanted && self.viewer.sees(&node) {
                self.estate.nodes.insert(node.id, node);
            }
        }
        Ok(())
    }

    async fn hop(&self, frontier: &[NodeId], direction: Direction, kinds: EdgeKinds) -> Result<Vec<Edge>> {
        if frontier.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.store.hop(Hop { frontier, direction, kinds, at: self.reach.at }).await?)
    }

    fn give_up(&mut self, reason: Reason, nodes: &[NodeId]) {
        if !nodes.is_empty() {
            self.estate.reasons.entry(reason).or_default().extend(nodes);
        }
    }
}
