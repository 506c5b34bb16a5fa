//! A digest of what a graph means: equal for the same inputs in any order, on every store. It covers current nodes
//! with their aspects and facets, current edges, and runs, all by name; not ids, revisions or times of receipt.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ids::{NodeId, Revision};
use crate::model::{EdgeKind, EdgeKinds, Node, NodeKind, NodeName, Run};
use crate::store::{AsOf, Direction, Hop, Result, RunCursor, RunQuery, Scan, Store};

const PAGE: usize = 500;

/// 32 lower-case hexadecimal digits.
pub async fn digest(store: &dyn Store) -> Result<String> {
    let at = store.revision(AsOf::Latest).await?.revision;
    let mut digest = Digest { store, at, sum: 0, names: HashMap::new() };
    for kind in [NodeKind::Dataset, NodeKind::Column, NodeKind::Job] {
        digest.add_kind(kind).await?;
    }
    digest.add_runs().await?;
    Ok(format!("{:032x}", digest.sum))
}

/// A sum of hashes, one for each thing, so that order plays no part.
struct Digest<'a> {
    store: &'a dyn Store,
    at: Revision,
    sum: u128,
    names: HashMap<NodeId, NodeName>,
}

impl Digest<'_> {
    fn add(&mut self, thing: &str) {
        let hash = blake3::hash(thing.as_bytes());
        let half = hash.as_bytes()[..16].try_into().expect("a BLAKE3 hash has 32 bytes");
        self.sum = self.sum.wrapping_add(u128::from_le_bytes(half));
    }

    async fn add_kind(&mut self, kind: NodeKind) -> Result<()> {
        let mut after = None;
        loop {
            let page = self.store.scan(Scan { kind, parent: None, after, limit: PAGE, at: self.at }).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(*last);
            for node in self.store.nodes(&page, self.at).await?.into_iter().flatten() {
                self.add_node(&node);
            }
            self.add_edges(&page).await?;
        }
    }

    fn add_node(&mut self, node: &Arc<Node>) {
        let Node { name, reported_as, ingested, authored, facets, .. } = node.as_ref();
        let mut names = reported_as.clone();
        names.sort();
        self.add(&format!("node {name:?} {names:?} {ingested:?} {authored:?} {facets:?}"));
    }

    async fn add_edges(&mut self, page: &[NodeId]) -> Result<()> {
        let kinds = EdgeKinds::of(&EdgeKind::ALL);
        let edges =
            self.store.hop(Hop { frontier: page, direction: Direction::Downstream, kinds, at: self.at }).await?;
        let own: std::collections::HashSet<NodeId> = page.iter().copied().collect();
        let ends = edges.iter().flat_map(|edge| [Some(edge.from), Some(edge.to), edge.job]).flatten();
        self.learn(&ends.collect::<Vec<_>>()).await?;
        // A dataset is told the edges of its columns too; those are counted at the columns.
        for edge in edges.iter().filter(|edge| own.contains(&edge.from)) {
            let name = |id: NodeId| self.names.get(&id);
            let job = edge.job.and_then(name);
            self.add(&format!(
                "edge {:?} {:?} {:?} {} {job:?}",
                name(edge.from),
                name(edge.to),
                edge.kind,
                edge.masking
            ));
        }
        Ok(())
    }

    async fn learn(&mut self, ids: &[NodeId]) -> Result<()> {
        let unknown: Vec<NodeId> = ids.iter().copied().filter(|id| !self.names.contains_key(id)).collect();
        for (id, node) in unknown.iter().zip(self.store.nodes(&unknown, self.at).await?) {
            if let Some(node) = node {
                self.names.insert(*id, node.name.clone());
            }
        }
        Ok(())
    }

    async fn add_runs(&mut self) -> Result<()> {
        let mut query = RunQuery { limit: PAGE, ..RunQuery::default() };
        loop {
            let runs = self.store.runs(&query).await?;
            let Some(last) = runs.last() else { return Ok(()) };
            query.after = Some(RunCursor { at: last.started_at.unwrap_or_default(), id: last.id });
            for run in runs {
                self.add_run(&run).await?;
            }
        }
    }

    async fn add_run(&mut self, run: &Run) -> Result<()> {
        let ids: Vec<NodeId> = run.inputs.iter().chain(&run.outputs).copied().chain([run.job]).collect();
        self.learn(&ids).await?;
        let names = |ids: &[NodeId]| {
            let mut names: Vec<_> = ids.iter().map(|id| self.names.get(id)).collect();
            names.sort();
            format!("{names:?}")
        };
        let mut io: Vec<_> =
            run.io_facets.iter().map(|f| (self.names.get(&f.dataset), f.direction, &f.name, f.content)).collect();
        io.sort();
        let thing = format!(
            "run {} {:?} {:?} {:?} {:?} {:?} {} {} {:?} {io:?}",
            run.name,
            self.names.get(&run.job),
            run.state,
            run.started_at,
            run.ended_at,
            run.events,
            names(&run.inputs),
            names(&run.outputs),
            run.facets,
        );
        self.add(&thing);
        Ok(())
    }
}
