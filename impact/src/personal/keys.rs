//! Which columns have the values of others: copies by lineage, and partners in joins. So the rows of a subject are
//! found where its key was given another name.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

use graph::walk::Reason;
use graph::{Direction, EdgeKind, Node, NodeId, NodeKind, NodeName, Revision, Store, Viewer};

use super::state::Form;
use super::ties::{Tie, Ties};
use super::words::words;
use crate::Result;

/// How the value of a key is met in a column.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Likeness {
    Same,
    /// Changed by an expression, so that the key must be changed the same way to find it.
    Changed,
    /// Hashed or masked.
    Masked,
}

/// How one column is known to have the values of another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Link {
    /// The second is made of the first.
    CopiedTo,
    /// The first is made of the second.
    CopiedFrom,
    /// A job joins them.
    Joined,
}

/// From one column to another with the same values.
#[derive(Clone, PartialEq, Debug)]
pub struct KeyStep {
    pub from: Arc<Node>,
    pub to: Arc<Node>,
    pub link: Link,
    pub job: Option<Arc<Node>>,
}

/// A column in which the key is found, and the way from the key as it was given.
#[derive(Clone, PartialEq, Debug)]
pub struct KeyColumn {
    pub column: Arc<Node>,
    pub likeness: Likeness,
    /// Empty for a key that was given.
    pub way: Vec<KeyStep>,
}

#[derive(Clone, Copy)]
struct Found {
    likeness: Likeness,
    distance: u32,
    /// Some step on the way is a join.
    joined: bool,
    before: Option<(NodeId, Link, Option<NodeId>)>,
}

struct Step {
    to: NodeId,
    likeness: Likeness,
    link: Link,
    job: Option<NodeId>,
}

/// Columns with the same values as some others, as far as lineage tells.
pub(super) struct Alike<'a> {
    down: Ties<'a>,
    up: Ties<'a>,
    found: BTreeMap<NodeId, Found>,
    /// Columns that a job joins with one of several others, by key and job.
    pub unpaired: BTreeSet<(NodeId, NodeId)>,
    /// Reached and not looked at, by why.
    pub given_up: Vec<(Reason, NodeId)>,
}

/// How far to look for columns that are alike.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub limit: usize,
    pub at: Revision,
    pub deadline: Option<Instant>,
}

impl<'a> Alike<'a> {
    /// Everything that is alike one of the columns.
    pub async fn find(
        store: &'a dyn Store,
        viewer: &'a dyn Viewer,
        start: &[NodeId],
        bounds: Bounds,
    ) -> Result<Alike<'a>> {
        let ties = |direction| Ties::new(store, viewer, bounds.at, direction);
        let mut alike = Alike {
            down: ties(Direction::Downstream),
            up: ties(Direction::Upstream),
            found: BTreeMap::new(),
            unpaired: BTreeSet::new(),
            given_up: Vec::new(),
        };
        alike.spread(start, bounds).await?;
        Ok(alike)
    }

    async fn spread(&mut self, start: &[NodeId], bounds: Bounds) -> Result<()> {
        let given = Found { likeness: Likeness::Same, distance: 0, joined: false, before: None };
        self.found.extend(start.iter().map(|id| (*id, given)));
        let mut frontier = start.to_vec();
        while !frontier.is_empty() {
            if bounds.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                self.given_up.extend(frontier.into_iter().map(|id| (Reason::Deadline, id)));
                break;
            }
            self.load(&frontier).await?;
            let mut next = BTreeSet::new();
            for id in frontier {
                for step in self.steps(id) {
                    if self.admit(id, &step, bounds.limit) {
                        next.insert(step.to);
                    }
                }
            }
            frontier = next.into_iter().collect();
        }
        Ok(())
    }

    async fn load(&mut self, frontier: &[NodeId]) -> Result<()> {
        self.down.load(frontier).await?;
        self.up.load(frontier).await?;
        let own = frontier.iter().flat_map(|id| self.own(&self.down, *id));
        let targets: Vec<NodeId> = own.filter(|tie| tie.kind == EdgeKind::Join).map(|tie| tie.to).collect();
        self.up.load(&targets).await
    }

    /// The ties of a column itself.
    fn own<'t>(&self, ties: &'t Ties<'a>, id: NodeId) -> impl Iterator<Item = &'t Tie> {
        ties.of(ties.dataset(id)).and_then(|all| all.columns.get(&id)).into_iter().flatten()
    }

    fn steps(&mut self, id: NodeId) -> Vec<Step> {
        let mut steps = Vec::new();
        for tie in self.own(&self.down, id).filter(|tie| is_copy(tie)) {
            steps.push(Step { to: tie.to, likeness: likeness(tie), link: Link::CopiedTo, job: tie.job });
        }
        let made_of: Vec<&Tie> = self.own(&self.up, id).filter(|tie| is_copy(tie)).collect();
        for tie in made_of.iter().filter(|tie| tie.effect.carries == Some(Form::Plain)) {
            let alone = made_of.iter().filter(|other| other.job == tie.job).count() == 1;
            if tie.kind == EdgeKind::Identity || alone {
                steps.push(Step { to: tie.from, likeness: likeness(tie), link: Link::CopiedFrom, job: tie.job });
            }
        }
        let joins: BTreeSet<(NodeId, NodeId)> = self
            .own(&self.down, id)
            .filter(|tie| tie.kind == EdgeKind::Join)
            .filter_map(|tie| Some((tie.to, tie.job?)))
            .collect();
        for (target, job) in joins {
            for partner in self.partners(id, target, job) {
                steps.push(Step { to: partner, likeness: Likeness::Same, link: Link::Joined, job: Some(job) });
            }
        }
        steps
    }

    /// With which columns a job joins this one: those of the same name; else the only other one.
    fn partners(&mut self, id: NodeId, target: NodeId, job: NodeId) -> Vec<NodeId> {
        let ties = self.up.of(self.up.dataset(target));
        let into = ties.into_iter().flat_map(|ties| ties.columns.values().flatten().chain(&ties.whole));
        let joined: BTreeSet<NodeId> = into
            .filter(|tie| tie.kind == EdgeKind::Join && tie.to == target && tie.job == Some(job) && tie.from != id)
            .map(|tie| tie.from)
            .collect();
        let elsewhere = |other: &&NodeId| self.up.dataset(**other) != self.up.dataset(id);
        let others: Vec<NodeId> = joined.iter().filter(elsewhere).copied().collect();
        let named = others.iter().filter(|other| self.is_named_like(id, **other)).copied().collect::<Vec<_>>();
        if !named.is_empty() {
            return named;
        }
        if joined.len() == 1 {
            return others;
        }
        if !others.is_empty() {
            self.unpaired.insert((id, job));
        }
        Vec::new()
    }

    /// `customer_id` and `customer_id`, or `users.id` and `user_id`.
    fn is_named_like(&self, one: NodeId, other: NodeId) -> bool {
        let names = |id: NodeId| self.up.node(id).map(|node| names_of(&node.name)).unwrap_or_default();
        let (one, other) = (names(one), names(other));
        one.iter().any(|name| other.contains(name))
    }

    fn admit(&mut self, from: NodeId, step: &Step, limit: usize) -> bool {
        let Some(before) = self.found.get(&from).copied() else { return false };
        let Some(node) = self.down.node(step.to).or_else(|| self.up.node(step.to)) else { return false };
        if node.name.kind() != NodeKind::Column || self.up.is_blocked(step.to) || self.down.is_blocked(step.to) {
            return false;
        }
        let new = Found {
            likeness: before.likeness.max(step.likeness),
            distance: before.distance + 1,
            joined: before.joined || step.link == Link::Joined,
            before: Some((from, step.link, step.job)),
        };
        let known = self.found.get(&step.to);
        if known.is_some_and(|known| known.likeness <= new.likeness) {
            return false;
        }
        if known.is_none() && self.found.len() >= limit {
            self.given_up.push((Reason::NodeLimit, step.to));
            return false;
        }
        self.found.insert(step.to, new);
        true
    }

    /// Every column that was found, by its dataset.
    pub fn by_dataset(&self) -> HashMap<NodeId, Vec<NodeId>> {
        let mut all: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
        for id in self.found.keys() {
            all.entry(self.dataset(*id)).or_default().push(*id);
        }
        all
    }

    fn dataset(&self, id: NodeId) -> NodeId {
        self.down.dataset(id)
    }

    pub fn likeness(&self, id: NodeId) -> Option<Likeness> {
        self.found.get(&id).map(|found| found.likeness)
    }

    pub fn distance(&self, id: NodeId) -> u32 {
        self.found.get(&id).map_or(u32::MAX, |found| found.distance)
    }

    pub fn is_joined(&self, id: NodeId) -> bool {
        self.found.get(&id).is_some_and(|found| found.joined)
    }

    pub fn node(&self, id: NodeId) -> Option<&Arc<Node>> {
        self.down.node(id).or_else(|| self.up.node(id))
    }

    /// Nodes that may not be seen.
    pub fn restricted(&self) -> impl Iterator<Item = NodeId> {
        self.down.restricted.iter().chain(&self.up.restricted).copied()
    }

    /// The column and the way to it.
    pub fn told(&self, id: NodeId) -> Option<KeyColumn> {
        let found = self.found.get(&id)?;
        let (mut way, mut at, mut to) = (Vec::new(), found.before, id);
        while let Some((from, link, job)) = at {
            let (Some(first), Some(second)) = (self.node(from), self.node(to)) else { break };
            let job = job.and_then(|job| self.node(job)).cloned();
            way.push(KeyStep { from: first.clone(), to: second.clone(), link, job });
            (at, to) = (self.found.get(&from).and_then(|found| found.before), from);
        }
        way.reverse();
        Some(KeyColumn { column: self.node(id)?.clone(), likeness: found.likeness, way })
    }
}

/// A value of the source comes over, and of one row each.
fn is_copy(tie: &Tie) -> bool {
    tie.effect.sure && matches!(tie.effect.carries, Some(Form::Plain | Form::Pseudonymised))
}

fn likeness(tie: &Tie) -> Likeness {
    match tie.kind {
        _ if tie.effect.masks => Likeness::Masked,
        EdgeKind::Identity => Likeness::Same,
        _ => Likeness::Changed,
    }
}

/// The names under which a column may be joined: its own, and that of its table before it, also in the singular.
fn names_of(name: &NodeName) -> BTreeSet<String> {
    let NodeName::Column(dataset, path) = name else { return BTreeSet::new() };
    let own = words(path.rsplit('.').next().unwrap_or(path)).concat();
    let table = words(dataset.name.rsplit(['.', '/']).next().unwrap_or(&dataset.name)).concat();
    let singular = table.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let singular = singular.or_else(|| table.strip_suffix('s').map(str::to_owned)).unwrap_or_else(|| table.clone());
    let mut names = BTreeSet::from([format!("{table}{own}"), format!("{singular}{own}")]);
    // `id` says nothing by itself.
    if own != "id" && own != "key" {
        names.insert(own);
    }
    names
}
