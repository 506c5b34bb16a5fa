//! What depends on a deleted node, told as text.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use graph::change::Submission;
use graph::*;
use impact::{Deletion, Impact, Use, deletion};

/// A graph of datasets with columns named `dataset.column`, and of jobs named in capitals.
#[derive(Default)]
struct Picture {
    nodes: Vec<Arc<Node>>,
    edges: Vec<Edge>,
}

const KINDS: [(&str, EdgeKind); 9] = [
    ("reads", EdgeKind::Reads),
    ("writes", EdgeKind::Writes),
    ("feeds", EdgeKind::Feeds),
    ("same", EdgeKind::Identity),
    ("filter", EdgeKind::Filter),
    ("sum", EdgeKind::Aggregation),
    ("unknown", EdgeKind::Unknown),
    ("unparsed", EdgeKind::Unparsed),
    ("unresolved", EdgeKind::UnresolvedColumn),
];

impl Picture {
    /// Lines of `from kind to`, and `by JOB` behind it where a job makes the edge.
    fn of(text: &str) -> Picture {
        let mut picture = Picture::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let kind = KINDS.iter().find(|(name, _)| *name == words[1]).expect("a kind").1;
            let (from, to) = (picture.node(words[0]), picture.node(words[2]));
            let job = words.get(4).map(|job| picture.node(job));
            let id = EdgeId(picture.edges.len() as u32);
            picture.edges.push(Edge { id, from, to, kind, masking: false, job });
        }
        picture
    }

    fn find(&self, text: &str) -> Option<NodeId> {
        self.nodes.iter().find(|node| shown(node) == text).map(|node| node.id)
    }

    fn node(&mut self, text: &str) -> NodeId {
        if let Some(known) = self.find(text) {
            return known;
        }
        let (name, parent) = match text.split_once('.') {
            Some((dataset, path)) => (NodeName::Column(named(dataset), path.into()), Some(self.node(dataset))),
            None if text.chars().all(char::is_uppercase) => (NodeName::Job(named(text)), None),
            None => (NodeName::Dataset(named(text)), None),
        };
        let id = NodeId(self.nodes.len() as u32);
        let (ingested, authored) = (Aspects::default(), Aspects::default());
        let span = Span::since(Revision(1));
        self.nodes.push(Arc::new(Node {
            id,
            name,
            parent,
            span,
            reported_as: vec![],
            ingested,
            authored,
            facets: vec![],
        }));
        id
    }
}

fn named(name: &str) -> QualifiedName {
    QualifiedName::new("n", name)
}

fn shown(node: &Node) -> String {
    match &node.name {
        NodeName::Dataset(name) | NodeName::Job(name) => name.name.clone(),
        NodeName::Column(name, path) => format!("{}.{path}", name.name),
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
        Ok(ids.iter().map(|id| self.nodes.get(id.0 as usize).cloned()).collect())
    }
    async fn hop(&self, hop: Hop<'_>) -> Result<Vec<Edge>> {
        let from = |edge: &&Edge| hop.frontier.contains(&edge.from) && hop.kinds.contains(edge.kind);
        Ok(self.edges.iter().filter(from).copied().collect())
    }
    async fn scan(&self, scan: Scan) -> Result<Vec<NodeId>> {
        let fits = |node: &&Arc<Node>| {
            node.name.kind() == scan.kind
                && node.parent == scan.parent
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
    async fn runs(&self, _: &RunQuery) -> Result<Vec<Run>> {
        Err(StoreError::Closed)
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
struct NoSecrets;

impl Viewer for NoSecrets {
    fn sees(&self, node: &Node) -> bool {
        !shown(node).starts_with("secret")
    }
}

const FAR: (u32, usize) = (50, 100);

fn asked(graph: &str, node: &str, (depth, limit): (u32, usize)) -> Impact {
    let picture = Picture::of(graph);
    let node = picture.find(node).expect("the deleted node");
    let question = Deletion { node, depth, limit, at: Revision(1), deadline: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(deletion(&picture, &NoSecrets, &question)).expect("an answer")
}

fn told(impact: &Impact) -> String {
    let line = |item: &impact::Item| {
        let used = match item.used {
            Use::Direct => "direct",
            Use::Indirect => "indirect",
            Use::Unknown => "unknown",
        };
        let via: Vec<String> = item.via.iter().map(|node| shown(node)).collect();
        format!("{} {} {used} [{}]", item.hop, shown(&item.node), via.join(" "))
    };
    let mut lines: Vec<String> = impact.items.iter().map(line).collect();
    lines.sort();
    lines.extend(impact.reasons.iter().map(|(reason, count)| format!("{reason:?} {count}")));
    lines.join("\n")
}

#[track_caller]
fn check(graph: &str, node: &str, far: (u32, usize), expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(told(&asked(graph, node, far)), expected.join("\n"));
}

const SHOP: &str = "
    orders reads LOAD
    LOAD writes daily
    orders feeds daily by LOAD
    orders.price sum daily.total by LOAD
    orders.day filter daily by LOAD
    daily feeds report by REPORT
    daily reads REPORT
    REPORT writes report
    daily.total same report.total by REPORT
    daily.other same report.other by REPORT
    report reads BOARD
    orders feeds copy by COPY
    orders reads COPY
    COPY writes copy
    copy feeds far by FAR
    copy.price same far.price by FAR
";

#[test]
fn a_column_is_followed_by_its_own_edges_and_where_only_tables_are_tied() {
    check(
        SHOP,
        "orders.price",
        FAR,
        "1 copy unknown []
         1 daily.total direct []
         2 far.price unknown [copy]
         2 report.total direct [daily.total]
         3 BOARD unknown [daily.total report.total]
         UnknownTransformation 2",
    );
}

#[test]
fn what_only_decides_is_indirect_all_the_way() {
    check(
        SHOP,
        "orders.day",
        FAR,
        "1 copy unknown []
         1 daily indirect []
         2 far.price unknown [copy]
         2 report.other indirect [daily]
         2 report.total indirect [daily]
         3 BOARD unknown [daily report.total]
         UnknownTransformation 2",
    );
}

#[test]
fn a_dataset_is_told_by_datasets_and_the_jobs_that_read_them() {
    check(
        SHOP,
        "orders",
        FAR,
        "1 COPY direct []
         1 LOAD direct []
         1 copy unknown []
         1 daily direct []
         2 REPORT direct [daily]
         2 far unknown [copy]
         2 report direct [daily]
         3 BOARD direct [daily report]
         UnknownTransformation 1",
    );
}

#[test]
fn of_a_job_goes_what_it_writes() {
    check(SHOP, "REPORT", FAR, "1 report direct []\n2 BOARD direct [report]");
}

#[test]
fn limits_are_told() {
    check(
        SHOP,
        "orders.price",
        (1, 100),
        "1 copy unknown []\n1 daily.total direct []\nDepthLimit 2\nUnknownTransformation 1",
    );
    check(SHOP, "REPORT", (9, 1), "1 report direct []\nNodeLimit 1");
}

#[test]
fn circles_end_and_the_deleted_node_is_not_told() {
    check("a feeds b\n b feeds a\n a.x same b.x\n b.x same a.x", "a.x", FAR, "1 b.x direct []");
    check("a feeds b\n b feeds a\n a.x same b.x\n b.x same a.x", "a", FAR, "1 b direct []");
}

#[test]
fn the_strongest_way_counts_and_is_carried_on() {
    let graph = "a.x unknown b.x\n a.x same c.x\n c.x same b.x\n b.x same d.x";
    check(graph, "a.x", FAR, "1 b.x direct []\n1 c.x direct []\n2 d.x direct [b.x]\nUnknownTransformation 1");
}

#[test]
fn queries_that_were_not_understood_are_told() {
    let graph = "
        orders reads LOAD
        orders unparsed LOAD
        LOAD writes daily
        LOAD unparsed daily
        orders feeds daily by LOAD
        daily unresolved REPORT";
    let unread = "UnparsedQuery 1\nUnknownTransformation 1\nUnresolvedDataset 1";
    check(graph, "orders", FAR, &format!("1 LOAD direct []\n1 daily unknown []\n{unread}"));
    check(graph, "LOAD", FAR, "1 daily direct []\nUnparsedQuery 1\nUnresolvedDataset 1");
    check(graph, "daily", FAR, "UnresolvedDataset 1");
}

#[test]
fn what_may_not_be_seen_is_neither_told_nor_followed() {
    check("a.x same secret.x\n secret.x same b.x\n a.x same c.x", "a.x", FAR, "1 c.x direct []\nRestricted 1");
}
