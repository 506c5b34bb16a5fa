//! What personal data there is: every column and dataset that somebody called so, and every column whose name makes
//! it likely.

use std::sync::Arc;
use std::time::Instant;

use graph::walk::Reason;
use graph::{Node, NodeId, NodeKind, NodeName, Revision, Scan, Store, Viewer};

use super::standing::{Standing, standing};
use crate::Result;

/// Nodes read from the store at a time.
const SCAN: usize = 2_000;

#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Only this dataset and its columns.
    pub dataset: Option<NodeId>,
    /// Nodes to list at the most.
    pub limit: usize,
    pub at: Revision,
    /// Stop and say so when this moment has passed.
    pub deadline: Option<Instant>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    pub node: Arc<Node>,
    pub standing: Standing,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Inventory {
    pub revision: Revision,
    /// Whatever has a standing, what is said not to be personal as well; by the name of the dataset, then in the order
    /// of its schema.
    pub listed: Vec<Listed>,
    /// How many datasets and columns were looked at.
    pub looked_at: u64,
    pub reasons: Vec<(Reason, u64)>,
}

/// Looks at every column and every dataset.
pub async fn inventory(store: &dyn Store, viewer: &dyn Viewer, question: &Question) -> Result<Inventory> {
    let mut found = Inventory { revision: question.at, listed: Vec::new(), looked_at: 0, reasons: Vec::new() };
    let mut search = Search { store, viewer, question, over: 0, hidden: 0, late: false };
    match question.dataset {
        Some(dataset) => search.look_at(&[dataset], &mut found).await?,
        None => search.scan(NodeKind::Dataset, &mut found).await?,
    }
    search.scan(NodeKind::Column, &mut found).await?;
    found.listed.sort_by_cached_key(|listed| place(&listed.node));
    let reasons = [
        (Reason::NodeLimit, search.over),
        (Reason::Deadline, u64::from(search.late)),
        (Reason::Restricted, search.hidden),
    ];
    found.reasons = reasons.into_iter().filter(|(_, count)| *count > 0).collect();
    Ok(found)
}

/// By the name of the dataset, the dataset before its columns.
fn place(node: &Node) -> (String, String, u32, String) {
    let position = node.ingested.field.as_ref().filter(|field| field.declared).map_or(u32::MAX, |field| field.position);
    match &node.name {
        NodeName::Column(dataset, path) => {
            (dataset.name.clone(), dataset.namespace.clone(), position.saturating_add(1), path.clone())
        }
        NodeName::Dataset(name) | NodeName::Job(name) => (name.name.clone(), name.namespace.clone(), 0, String::new()),
        NodeName::Namespace(name) | NodeName::Owner(name) | NodeName::Tag(name) => {
            (name.clone(), String::new(), 0, String::new())
        }
    }
}

struct Search<'a> {
    store: &'a dyn Store,
    viewer: &'a dyn Viewer,
    question: &'a Question,
    over: u64,
    hidden: u64,
    late: bool,
}

impl Search<'_> {
    async fn scan(&mut self, kind: NodeKind, found: &mut Inventory) -> Result<()> {
        let mut after = None;
        loop {
            if self.question.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                self.late = true;
                return Ok(());
            }
            let scan = Scan { kind, parent: self.question.dataset, after, limit: SCAN, at: self.question.at };
            let page = self.store.scan(scan).await?;
            self.look_at(&page, found).await?;
            after = page.last().copied();
            if page.len() < SCAN {
                return Ok(());
            }
        }
    }

    async fn look_at(&mut self, ids: &[NodeId], found: &mut Inventory) -> Result<()> {
        for node in self.store.nodes(ids, self.question.at).await?.into_iter().flatten() {
            if !self.viewer.sees(&node) {
                self.hidden += 1;
                continue;
            }
            found.looked_at += 1;
            let Some(standing) = standing(&node) else { continue };
            if found.listed.len() < self.question.limit {
                found.listed.push(Listed { node, standing });
            } else {
                self.over += 1;
            }
        }
        Ok(())
    }
}
