//! The jobs of a graph, by name, with what they write.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use graph::{
    Direction, EdgeKind, EdgeKinds, Hop, Node, NodeId, NodeKind, NodeName, QualifiedName, Revision, Scan, Store,
    StoreError, Viewer,
};
use impact::schema::{Change, DatasetName, Op};

pub struct Jobs {
    /// By the name without its namespace.
    by_name: BTreeMap<String, Vec<Job>>,
}

pub struct Job {
    node: Arc<Node>,
    pub name: QualifiedName,
    /// Datasets that are there still.
    pub writes: Vec<QualifiedName>,
}

/// Nodes that are read together.
const PAGE: usize = 1000;

impl Jobs {
    pub async fn load(store: &dyn Store, viewer: &dyn Viewer, at: Revision) -> Result<Jobs, StoreError> {
        let mut jobs = Jobs { by_name: BTreeMap::new() };
        let mut after = None;
        loop {
            let ids = store.scan(Scan { kind: NodeKind::Job, parent: None, after, limit: PAGE, at }).await?;
            let Some(last) = ids.last() else { return Ok(jobs) };
            after = Some(*last);
            let mut written = written(store, viewer, &ids, at).await?;
            for node in store.nodes(&ids, at).await?.into_iter().flatten().filter(|node| viewer.sees(node)) {
                let NodeName::Job(name) = node.name.clone() else { continue };
                let writes = written.remove(&node.id).unwrap_or_default();
                jobs.by_name.entry(name.name.clone()).or_default().push(Job { node, name, writes });
            }
        }
    }

    pub fn named(&self, name: &str) -> &[Job] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn all(&self) -> impl Iterator<Item = &Job> {
        self.by_name.values().flatten()
    }
}

async fn written(
    store: &dyn Store,
    viewer: &dyn Viewer,
    jobs: &[NodeId],
    at: Revision,
) -> Result<HashMap<NodeId, Vec<QualifiedName>>, StoreError> {
    let kinds = EdgeKinds::of(&[EdgeKind::Writes]);
    let edges = store.hop(Hop { frontier: jobs, direction: Direction::Downstream, kinds, at }).await?;
    let datasets: Vec<NodeId> = edges.iter().map(|edge| edge.to).collect();
    let nodes = store.nodes(&datasets, at).await?;
    let mut written: HashMap<NodeId, Vec<QualifiedName>> = HashMap::new();
    for (edge, node) in edges.iter().zip(nodes) {
        let Some(node) = node.filter(|node| viewer.sees(node) && !is_dropped(node)) else { continue };
        if let NodeName::Dataset(name) = &node.name {
            written.entry(edge.from).or_default().push(name.clone());
        }
    }
    Ok(written)
}

fn is_dropped(node: &Node) -> bool {
    node.ingested.lifecycle.as_ref().is_some_and(|lifecycle| lifecycle.dropped)
}

impl Job {
    pub fn query(&self) -> Option<&graph::Query> {
        self.node.ingested.query.as_ref()
    }

    /// Whether it was reported as this: `DBT` and `MODEL`, `SQL` and `FILE`.
    pub fn is(&self, integration: &str, kind: &str) -> bool {
        let said = |text: Option<&String>, word: &str| text.is_some_and(|text| text.eq_ignore_ascii_case(word));
        let types = self.node.ingested.job_type.as_ref();
        types.is_some_and(|types| said(types.integration.as_ref(), integration) && said(types.job_type.as_ref(), kind))
    }

    /// Everything it writes is made by another query.
    pub fn replaced<'a>(&'a self, query: &'a str, dialect: Option<&'a str>) -> impl Iterator<Item = Change> + 'a {
        self.writes.iter().map(move |dataset| Change {
            query: Some(query.to_owned()),
            dialect: dialect.map(str::to_owned),
            ..change(Op::ReplaceQuery, dataset)
        })
    }
}

/// The dataset goes.
pub fn dropped(dataset: &QualifiedName) -> Change {
    change(Op::DropDataset, dataset)
}

fn change(op: Op, dataset: &QualifiedName) -> Change {
    let dataset = DatasetName { namespace: Some(dataset.namespace.clone()), name: dataset.name.clone() };
    Change { op, dataset, column: None, to: None, data_type: None, nullable: None, query: None, dialect: None }
}
