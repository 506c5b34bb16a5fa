//! A graph told as text, as a store.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use graph::change::Submission;
use graph::*;

/// A graph of datasets with columns named `dataset.column`, and of jobs named in capitals. Datasets are in the namespace
/// `postgres://db` unless the name has one: `kafka://k/topic`.
#[derive(Default)]
pub struct Picture {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    pub runs: Vec<Run>,
}

const KINDS: [(&str, EdgeKind, bool); 15] = [
    ("reads", EdgeKind::Reads, false),
    ("writes", EdgeKind::Writes, false),
    ("feeds", EdgeKind::Feeds, false),
    ("same", EdgeKind::Identity, false),
    ("changed", EdgeKind::Transformation, false),
    ("direct", EdgeKind::Direct, false),
    ("sum", EdgeKind::Aggregation, false),
    ("hash", EdgeKind::Transformation, true),
    ("unknown", EdgeKind::Unknown, false),
    ("join", EdgeKind::Join, false),
    ("filter", EdgeKind::Filter, false),
    ("group", EdgeKind::GroupBy, false),
    ("unparsed", EdgeKind::Unparsed, false),
    ("lost", EdgeKind::UnresolvedColumn, false),
    ("countmask", EdgeKind::Aggregation, true),
];

impl Picture {
    /// Lines of `from kind to`, with `by JOB` behind it where a job makes the edge; of `node is TAG` for a tag that was
    /// sent and `node says TAG` for one that a person wrote; of `dataset rows 12`; of `node query SQL…`; of
    /// `dataset type VIEW` and `dataset lifecycle OVERWRITE`.
    pub fn of(text: &str) -> Picture {
        let mut picture = Picture::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let id = picture.node(words[0]);
            let Some(word) = words.get(1) else { continue };
            match *word {
                "is" => picture.nodes[id.0 as usize].ingested.tags.push(tag(words[2])),
                "says" => picture.nodes[id.0 as usize].authored.tags.push(tag(words[2])),
                "rows" => picture.measure(id, words[2].parse().expect("a number")),
                "query" => {
                    let text = words[2..].join(" ");
                    picture.nodes[id.0 as usize].ingested.query = Some(Query { text, dialect: None });
                }
                "type" => {
                    let kind = DatasetType { name: words[2].into(), subtype: None };
                    picture.nodes[id.0 as usize].ingested.dataset_type = Some(kind);
                }
                "lifecycle" => {
                    let said = Lifecycle { change: words[2].into(), previous: None, dropped: false };
                    picture.nodes[id.0 as usize].ingested.lifecycle = Some(said);
                }
                kind => picture.edge(id, kind, &words[2..]),
            }
        }
        picture
    }

    fn edge(&mut self, from: NodeId, kind: &str, rest: &[&str]) {
        let (_, kind, masking) =
            *KINDS.iter().find(|(name, ..)| *name == kind).unwrap_or_else(|| panic!("a kind, found `{kind}`"));
        let to = self.node(rest[0]);
        let job = rest.get(2).map(|job| self.node(job));
        let gap = matches!(kind, EdgeKind::Unparsed | EdgeKind::UnresolvedColumn);
        let kind_of = |id: NodeId| self.nodes[id.0 as usize].name.kind();
        let own = [from, to].into_iter().find(|id| kind_of(*id) == NodeKind::Job);
        let job = job.or(own.filter(|_| gap));
        self.edges.push(Edge { id: EdgeId(self.edges.len() as u32), from, to, kind, masking, job });
    }

    fn measure(&mut self, dataset: NodeId, rows: f64) {
        let what = Measured::Statistic { name: "rowCount".into(), value: rows };
        let measure = Measure { dataset, direction: IoDirection::Output, at: Time::UNIX_EPOCH, what };
        self.runs.push(Run {
            id: RunId(self.runs.len() as u64),
            name: "run".into(),
            job: dataset,
            state: RunState::Completed,
            started_at: None,
            ended_at: None,
            nominal_start: None,
            nominal_end: None,
            parent: None,
            error: None,
            inputs: vec![],
            outputs: vec![dataset],
            events: vec![],
            facets: vec![],
            io_facets: vec![],
            measures: vec![measure],
        });
    }

    pub fn find(&self, text: &str) -> Option<NodeId> {
        self.nodes.iter().find(|node| shown(node) == text).map(|node| node.id)
    }

    pub fn node(&mut self, text: &str) -> NodeId {
        if let Some(known) = self.find(text) {
            return known;
        }
        let (name, parent) = match text.rsplit_once('.') {
            Some((dataset, path)) => (NodeName::Column(named(dataset), path.into()), Some(self.node(dataset))),
            None if text.chars().all(|c| c.is_uppercase() || c == '_') => (NodeName::Job(named(text)), None),
            None => (NodeName::Dataset(named(text)), None),
        };
        let id = NodeId(self.nodes.len() as u32);
        let (ingested, authored) = (Aspects::default(), Aspects::default());
        let span = Span::since(Revision(1));
        self.nodes.push(Node { id, name, parent, span, reported_as: vec![], ingested, authored, facets: vec![] });
        id
    }

    fn kind(&self, id: NodeId) -> NodeKind {
        self.nodes[id.0 as usize].name.kind()
    }

    /// The nodes whose edges a hop from this one tells.
    fn near(&self, id: NodeId, hop: &Hop<'_>) -> Vec<NodeId> {
        let mut near = vec![id];
        let by_column = hop.kinds.intersects(EdgeKinds::COLUMN);
        match self.kind(id) {
            NodeKind::Dataset if by_column => {
                near.extend(self.nodes.iter().filter(|node| node.parent == Some(id)).map(|node| node.id));
            }
            NodeKind::Column if by_column && hop.direction == Direction::Upstream => {
                near.extend(self.nodes[id.0 as usize].parent);
            }
            _ => {}
        }
        near
    }
}

fn tag(text: &str) -> Tag {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    Tag { key: key.into(), value: value.into(), source: None }
}

fn named(name: &str) -> QualifiedName {
    match name.rsplit_once('/') {
        Some((namespace, name)) => QualifiedName::new(namespace, name),
        None => QualifiedName::new("postgres://db", name),
    }
}

pub fn shown(node: &Node) -> String {
    let dataset = |name: &QualifiedName| match name.namespace.as_str() {
        "postgres://db" => name.name.clone(),
        namespace => format!("{namespace}/{}", name.name),
    };
    match &node.name {
        NodeName::Dataset(name) | NodeName::Job(name) => dataset(name),
        NodeName::Column(name, path) => format!("{}.{path}", dataset(name)),
        NodeName::Namespace(name) | NodeName::Owner(name) | NodeName::Tag(name) => name.clone(),
    }
}

#[async_trait]
impl Store for Picture {
    async fn revision(&self, _: AsOf) -> Result<RevisionMeta> {
        Err(StoreError::Closed)
    }
    async fn commit(&self, _: Submission) -> Result<Receipt> {
        Err(StoreError::Closed)
    }
    async fn resolve(&self, _: &[NodeName], _: Revision) -> Result<Vec<Option<NodeId>>> {
        Err(StoreError::Closed)
    }
    async fn nodes(&self, ids: &[NodeId], _: Revision) -> Result<Vec<Option<Arc<Node>>>> {
        Ok(ids.iter().map(|id| self.nodes.get(id.0 as usize).cloned().map(Arc::new)).collect())
    }
    async fn hop(&self, hop: Hop<'_>) -> Result<Vec<Edge>> {
        let near: Vec<NodeId> = hop.frontier.iter().flat_map(|id| self.near(*id, &hop)).collect();
        let end = |edge: &Edge| match hop.direction {
            Direction::Downstream => edge.from,
            Direction::Upstream => edge.to,
        };
        let told = |edge: &&Edge| near.contains(&end(edge)) && hop.kinds.contains(edge.kind);
        Ok(self.edges.iter().filter(told).copied().collect())
    }
    async fn scan(&self, scan: Scan) -> Result<Vec<NodeId>> {
        let fits = |node: &&Node| {
            node.name.kind() == scan.kind
                && (scan.parent.is_none() || node.parent == scan.parent)
                && scan.after.is_none_or(|after| node.id > after)
        };
        Ok(self.nodes.iter().filter(fits).map(|node| node.id).take(scan.limit).collect())
    }
    async fn changes(&self, _: Revision, _: usize, _: Duration) -> Result<Feed> {
        Err(StoreError::Closed)
    }
    async fn history(&self, _: NodeId, _: usize) -> Result<Vec<Version>> {
        Err(StoreError::Closed)
    }
    async fn runs(&self, query: &RunQuery) -> Result<Vec<Run>> {
        let of = |run: &&Run| query.dataset.is_none_or(|dataset| run.outputs.contains(&dataset));
        Ok(self.runs.iter().filter(of).cloned().collect())
    }
    async fn log(&self, _: LogQuery) -> Result<Vec<LogEntry>> {
        Err(StoreError::Closed)
    }
    async fn contents(&self, _: &[ContentId]) -> Result<Vec<Option<Vec<u8>>>> {
        Err(StoreError::Closed)
    }
    async fn evidence(&self, _: EdgeId) -> Result<Option<Evidence>> {
        Err(StoreError::Closed)
    }
}

/// Sees all but what is called secret.
pub struct NoSecrets;

impl Viewer for NoSecrets {
    fn sees(&self, node: &Node) -> bool {
        !shown(node).starts_with("secret")
    }
}

pub fn wait<T>(answer: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(answer)
}
