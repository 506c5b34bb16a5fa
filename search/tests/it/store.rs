//! A store of nodes in memory, written as text: one node a line, a dataset's columns indented below it.
//!
//! `dataset postgres://shop shop.orders @owner #tag !dropped "description"`

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use graph::change::Submission;
use graph::*;
use tokio::sync::watch;

pub struct Memory {
    state: watch::Sender<State>,
    /// How many nodes were read.
    pub reads: AtomicUsize,
}

/// From which revision on a node was what.
type Versions = Vec<(Revision, Option<Arc<Node>>)>;

#[derive(Default)]
struct State {
    /// Versions by revision; `None` where the node ended.
    nodes: BTreeMap<NodeId, Versions>,
    names: BTreeMap<NodeName, NodeId>,
    columns: BTreeMap<NodeId, BTreeSet<NodeId>>,
    feed: Vec<FeedEntry>,
    /// Entries up to here are gone from the feed.
    trimmed: Revision,
    /// Ids that answer with another node.
    merged: BTreeMap<NodeId, NodeId>,
}

impl State {
    fn newest(&self) -> Revision {
        self.feed.last().map_or(self.trimmed, |entry| entry.revision)
    }

    fn node(&self, id: NodeId, at: Revision) -> Option<Arc<Node>> {
        let id = self.merged.get(&id).copied().unwrap_or(id);
        let versions = self.nodes.get(&id)?;
        versions.iter().rev().find(|(from, _)| *from <= at)?.1.clone()
    }
}

impl Memory {
    pub fn new() -> Arc<Memory> {
        Arc::new(Memory { state: watch::Sender::new(State::default()), reads: AtomicUsize::new(0) })
    }

    pub fn with(text: &str) -> Arc<Memory> {
        let store = Memory::new();
        store.say(text);
        store
    }

    /// Commits nodes as they are described, all in one revision. A line that begins with `-` ends its node.
    pub fn say(&self, text: &str) -> Revision {
        self.commit_nodes(&read(text))
    }

    fn commit_nodes(&self, said: &[(Node, bool)]) -> Revision {
        let mut committed = Revision(0);
        self.state.send_modify(|state| {
            committed = Revision(state.newest().0 + 1);
            let mut nodes = Vec::new();
            for (node, lives) in said {
                nodes.push(put(state, node, *lives, committed));
            }
            state.feed.push(FeedEntry { revision: committed, committed_at: Time::UNIX_EPOCH, nodes });
        });
        committed
    }

    /// Commits a revision in which only edges of a node changed.
    pub fn link(&self, name: &NodeName) -> Revision {
        let mut committed = Revision(0);
        self.state.send_modify(|state| {
            committed = Revision(state.newest().0 + 1);
            let nodes = vec![(state.names[name], ChangeKind::Linked)];
            state.feed.push(FeedEntry { revision: committed, committed_at: Time::UNIX_EPOCH, nodes });
        });
        committed
    }

    /// Makes one dataset of two; the first represents both.
    pub fn merge(&self, first: (&str, &str), second: (&str, &str)) -> Revision {
        let mut committed = Revision(0);
        let name = |(namespace, name)| QualifiedName::new(namespace, name);
        self.state.send_modify(|state| {
            committed = Revision(state.newest().0 + 1);
            let ids = [first, second].map(|dataset| state.names[&NodeName::Dataset(name(dataset))]);
            let mut node = Node::clone(&*state.node(ids[0], committed).expect("exists"));
            node.reported_as = vec![name(first), name(second)];
            state.nodes.get_mut(&ids[0]).expect("exists").push((committed, Some(Arc::new(node))));
            state.merged.insert(ids[1], ids[0]);
            let nodes = vec![(ids[0], ChangeKind::Updated), (ids[1], ChangeKind::Updated)];
            state.feed.push(FeedEntry { revision: committed, committed_at: Time::UNIX_EPOCH, nodes });
        });
        committed
    }

    /// Drops the feed up to its end.
    pub fn trim(&self) {
        self.state.send_modify(|state| {
            state.trimmed = state.newest();
            state.feed.clear();
        });
    }
}

fn put(state: &mut State, node: &Node, lives: bool, at: Revision) -> (NodeId, ChangeKind) {
    let next = NodeId(state.names.len() as u32 + 1);
    let id = *state.names.entry(node.name.clone()).or_insert(next);
    let parent = match &node.name {
        NodeName::Column(dataset, _) => state.names.get(&NodeName::Dataset(dataset.clone())).copied(),
        _ => None,
    };
    if let Some(parent) = parent {
        state.columns.entry(parent).or_default().insert(id);
    }
    let known = state.node(id, at).is_some();
    let node = lives.then(|| Arc::new(Node { id, parent, span: Span::since(at), ..node.clone() }));
    state.nodes.entry(id).or_default().push((at, node));
    let change = match (known, lives) {
        (_, false) => ChangeKind::Ended,
        (true, true) => ChangeKind::Updated,
        (false, true) => ChangeKind::Created,
    };
    (id, change)
}

#[async_trait]
impl Store for Memory {
    async fn revision(&self, _: AsOf) -> Result<RevisionMeta> {
        let revision = self.state.borrow().newest();
        Ok(RevisionMeta { revision, committed_at: None, totals: Totals::default() })
    }

    async fn nodes(&self, ids: &[NodeId], at: Revision) -> Result<Vec<Option<Arc<Node>>>> {
        self.reads.fetch_add(ids.len(), Ordering::Relaxed);
        let state = self.state.borrow();
        Ok(ids.iter().map(|id| state.node(*id, at)).collect())
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<NodeId>> {
        let state = self.state.borrow();
        let from = scan.after.map_or(NodeId(0), |after| NodeId(after.0 + 1));
        let ids: Box<dyn Iterator<Item = &NodeId> + Send> = match scan.parent {
            Some(parent) => Box::new(state.columns.get(&parent).into_iter().flat_map(|columns| columns.range(from..))),
            None => Box::new(state.nodes.range(from..).map(|(id, _)| id)),
        };
        let fits = |id: &&NodeId| {
            state.node(**id, scan.at).is_some_and(|node| node.id == **id && node.name.kind() == scan.kind)
        };
        Ok(ids.filter(fits).take(scan.limit).copied().collect())
    }

    async fn changes(&self, after: Revision, limit: usize, wait: Duration) -> Result<Feed> {
        let mut state = self.state.subscribe();
        let _ = tokio::time::timeout(wait, state.wait_for(|state| state.newest() > after)).await;
        let state = state.borrow();
        if after < state.trimmed {
            return Ok(Feed::Trimmed { resume: state.newest() });
        }
        let entries = state.feed.iter().filter(|entry| entry.revision > after);
        Ok(Feed::Changes(entries.take(limit).cloned().collect()))
    }

    async fn commit(&self, _: Submission) -> Result<Receipt> {
        unreachable!("search only reads")
    }
    async fn resolve(&self, _: &[NodeName], _: Revision) -> Result<Vec<Option<NodeId>>> {
        unreachable!("search asks by id")
    }
    async fn hop(&self, _: Hop<'_>) -> Result<Vec<Edge>> {
        unreachable!("search knows no edges")
    }
    async fn history(&self, _: NodeId, _: usize) -> Result<Vec<Version>> {
        unreachable!("search knows no history")
    }
    async fn runs(&self, _: &RunQuery) -> Result<Vec<Run>> {
        unreachable!("search knows no runs")
    }
    async fn log(&self, _: LogQuery) -> Result<Vec<LogEntry>> {
        unreachable!("search knows no log")
    }
    async fn contents(&self, _: &[ContentId]) -> Result<Vec<Option<Vec<u8>>>> {
        unreachable!("search knows no contents")
    }
    async fn evidence(&self, _: EdgeId) -> Result<Option<Evidence>> {
        unreachable!("search knows no edges")
    }
}

fn read(text: &str) -> Vec<(Node, bool)> {
    let mut nodes = Vec::new();
    let mut dataset = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let line = line.trim_start();
        let (line, lives) = line.strip_prefix('-').map_or((line, true), |rest| (rest, false));
        let (before, description) = line.split_once('"').unwrap_or((line, ""));
        let words: Vec<&str> = before.split_whitespace().collect();
        let (name, marks) = name(&words, dataset.as_ref());
        if let NodeName::Dataset(name) = &name {
            dataset = Some(name.clone());
        }
        nodes.push((node(name, marks, description.trim_end_matches('"')), lives));
    }
    nodes
}

fn name<'a>(words: &'a [&'a str], dataset: Option<&QualifiedName>) -> (NodeName, &'a [&'a str]) {
    match words {
        ["dataset", namespace, name, marks @ ..] => (NodeName::Dataset(QualifiedName::new(*namespace, *name)), marks),
        ["job", namespace, name, marks @ ..] => (NodeName::Job(QualifiedName::new(*namespace, *name)), marks),
        ["owner", name, marks @ ..] => (NodeName::Owner((*name).into()), marks),
        ["tag", name, marks @ ..] => (NodeName::Tag((*name).into()), marks),
        ["column", path, marks @ ..] => {
            (NodeName::Column(dataset.expect("a column stands below its dataset").clone(), (*path).into()), marks)
        }
        other => panic!("not a node: {other:?}"),
    }
}

fn node(name: NodeName, marks: &[&str], description: &str) -> Node {
    let mut aspects = Aspects::default();
    for mark in marks {
        if let Some(owner) = mark.strip_prefix('@') {
            aspects.owners.push(Owner { name: owner.into(), role: None });
        } else if let Some(tag) = mark.strip_prefix('#') {
            let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
            aspects.tags.push(Tag { key: key.into(), value: value.into(), source: None });
        } else if *mark == "!dropped" {
            aspects.lifecycle = Some(Lifecycle { change: "DROP".into(), previous: None, dropped: true });
        }
    }
    if !description.is_empty() {
        aspects.documentation = Some(Documentation { text: description.into(), content_type: None, by: None });
    }
    let reported_as = match &name {
        NodeName::Dataset(name) | NodeName::Job(name) => vec![name.clone()],
        _ => Vec::new(),
    };
    Node {
        id: NodeId(0),
        name,
        parent: None,
        span: Span::since(Revision(0)),
        reported_as,
        ingested: aspects,
        authored: Aspects::default(),
        facets: Vec::new(),
    }
}
