//! One request: who asks, which revision is read, and every read of the store, batched.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_graphql::{Context, OneofObject};
use graph::{
    ContentId, EdgeKind, EdgeKinds, Hop, Node, NodeId, NodeName, Revision, RevisionMeta, Run, RunQuery, Store, Viewer,
};

use super::common;
use super::error::{ApiError, Result};
use super::loader::Loader;
use super::scalars::DateTime;
use crate::auth::Principal;
use crate::services::{Deadline, Services};

/// One point of the graph's history to read at; give one of the two.
#[derive(OneofObject, Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AsOf {
    /// the graph as it was at this revision
    Revision(u32),
    /// the last revision committed by this moment (RFC 3339)
    Time(DateTime),
}

/// Which edges of a node, for reads of one hop.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ties {
    /// Jobs that write a dataset.
    Producers,
    /// Jobs that read a dataset.
    Consumers,
    /// Datasets that a job reads.
    Inputs,
    /// Datasets that a job writes.
    Outputs,
    /// The job that a job is part of.
    Parent,
    FedBy,
    Feeds,
    ColumnsUp,
    ColumnsDown,
}

impl Ties {
    fn direction(self) -> graph::Direction {
        match self {
            Ties::Producers | Ties::Inputs | Ties::FedBy | Ties::ColumnsUp => graph::Direction::Upstream,
            Ties::Consumers | Ties::Outputs | Ties::Parent | Ties::Feeds | Ties::ColumnsDown => {
                graph::Direction::Downstream
            }
        }
    }

    fn kinds(self) -> EdgeKinds {
        match self {
            Ties::Producers | Ties::Outputs => EdgeKinds::of(&[EdgeKind::Writes]),
            Ties::Consumers | Ties::Inputs => EdgeKinds::of(&[EdgeKind::Reads]),
            Ties::Parent => EdgeKinds::of(&[EdgeKind::PartOf]),
            Ties::FedBy | Ties::Feeds => EdgeKinds::DATASET,
            Ties::ColumnsUp | Ties::ColumnsDown => EdgeKinds::COLUMN,
        }
    }
}

/// What the resolvers of one request share.
pub struct Scope {
    pub services: Arc<Services>,
    pub principal: Principal,
    pub viewer: Arc<dyn Viewer>,
    pub deadline: Deadline,
    /// `None` is the newest revision, fixed when first asked for.
    revisions: Loader<Option<AsOf>, Option<RevisionMeta>>,
    nodes: Loader<(NodeId, Revision), Option<Arc<Node>>>,
    names: Loader<(NodeName, Revision), Option<NodeId>>,
    neighbours: Loader<(NodeId, Ties, Revision), Arc<[NodeId]>>,
    contents: Loader<ContentId, Option<Arc<[u8]>>>,
    latest_runs: Loader<NodeId, Option<Arc<Run>>>,
}

impl Scope {
    pub fn new(services: Arc<Services>, principal: Principal, deadline: Deadline) -> Scope {
        let viewer = principal.viewer();
        let store = &services.store;
        Scope {
            revisions: loader(store, read_revisions),
            nodes: node_loader(store, &viewer),
            names: loader(store, read_names),
            neighbours: loader(store, read_neighbours),
            contents: loader(store, read_contents),
            latest_runs: loader(store, read_latest_runs),
            services,
            principal,
            viewer,
            deadline,
        }
    }

    /// The scope of the request being answered.
    pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Scope> {
        ctx.data_opt::<Arc<Scope>>().map(|scope| &**scope).ok_or(ApiError::Unauthenticated)
    }

    /// Refuses whoever may only read.
    pub fn check_write(&self) -> Result<()> {
        self.principal.check_write().map_err(|refused| ApiError::Forbidden(refused.message))
    }

    /// Refuses whoever does not see everything, where an answer cannot be cut to what is seen.
    pub fn check_sees_all(&self, what: &str) -> Result<()> {
        self.principal.check_sees_all(what).map_err(|refused| ApiError::Forbidden(refused.message))
    }

    /// That the time for this request ran out.
    pub fn too_late(&self) -> ApiError {
        ApiError::Deadline { seconds: self.services.limits.read_time.0.as_secs_f64() }
    }

    pub fn store(&self) -> &dyn Store {
        &*self.services.store
    }

    /// The revision that a question is about; the newest is the same for all of one request.
    pub async fn revision(&self, as_of: Option<AsOf>) -> Result<RevisionMeta> {
        let found = self.revisions.one(as_of).await?;
        found.ok_or_else(|| ApiError::internal("the store gave no revision"))
    }

    /// A revision with the moment it was committed.
    pub async fn told(&self, revision: Revision) -> Result<common::Revision> {
        self.revision(Some(AsOf::Revision(revision.0))).await.map(common::Revision::from)
    }

    /// A node, when it existed at that revision and the asker may see it.
    pub async fn node(&self, id: NodeId, at: Revision) -> Result<Option<Arc<Node>>> {
        self.nodes.one((id, at)).await
    }

    /// The nodes that there are and that may be seen, in the order asked.
    pub async fn nodes(&self, ids: &[NodeId], at: Revision) -> Result<Vec<Arc<Node>>> {
        let keys: Vec<_> = ids.iter().map(|id| (*id, at)).collect();
        Ok(self.nodes.many(&keys).await?.into_iter().flatten().collect())
    }

    /// The node that answered to a name at that revision.
    pub async fn named(&self, name: NodeName, at: Revision) -> Result<Option<Arc<Node>>> {
        match self.names.one((name, at)).await? {
            Some(id) => self.node(id, at).await,
            None => Ok(None),
        }
    }

    /// The neighbours that may be seen, in the order of their names.
    pub async fn neighbours(&self, id: NodeId, ties: Ties, at: Revision) -> Result<Vec<Arc<Node>>> {
        let ids = self.neighbours.one((id, ties, at)).await?;
        let mut nodes = self.nodes(&ids, at).await?;
        nodes.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(nodes)
    }

    /// How many neighbours of any of the nodes may be seen.
    pub async fn count(&self, of: &[NodeId], ties: Ties, at: Revision) -> Result<u64> {
        let keys: Vec<_> = of.iter().map(|id| (*id, ties, at)).collect();
        let ids: HashSet<NodeId> =
            self.neighbours.many(&keys).await?.iter().flat_map(|ids| ids.iter().copied()).collect();
        let ids: Vec<NodeId> = ids.into_iter().collect();
        if self.viewer.sees_everything() {
            return Ok(ids.len() as u64);
        }
        Ok(self.nodes(&ids, at).await?.len() as u64)
    }

    pub async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Option<Arc<[u8]>>>> {
        self.contents.many(ids).await
    }

    pub async fn latest_run(&self, job: NodeId) -> Result<Option<Arc<Run>>> {
        self.latest_runs.one(job).await
    }

    pub async fn latest_runs(&self, jobs: &[NodeId]) -> Result<Vec<Option<Arc<Run>>>> {
        self.latest_runs.many(jobs).await
    }
}

fn loader<K, V, F, R>(store: &Arc<dyn Store>, read: F) -> Loader<K, V>
where
    K: Eq + std::hash::Hash + Clone + Send + Sync + 'static,
    V: Clone + Default + Send + Sync + 'static,
    F: Fn(Arc<dyn Store>, Vec<K>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<HashMap<K, V>>> + Send + 'static,
{
    let store = store.clone();
    Loader::new(move |keys| read(store.clone(), keys))
}

fn node_loader(store: &Arc<dyn Store>, viewer: &Arc<dyn Viewer>) -> Loader<(NodeId, Revision), Option<Arc<Node>>> {
    let viewer = viewer.clone();
    loader(store, move |store, keys| read_nodes(store, viewer.clone(), keys))
}

async fn read_revisions(
    store: Arc<dyn Store>,
    keys: Vec<Option<AsOf>>,
) -> Result<HashMap<Option<AsOf>, Option<RevisionMeta>>> {
    let mut found = HashMap::new();
    for key in keys {
        let as_of = match key {
            None => graph::AsOf::Latest,
            Some(AsOf::Revision(number)) => graph::AsOf::Revision(Revision(number)),
            Some(AsOf::Time(time)) => graph::AsOf::Time(time.0),
        };
        found.insert(key, Some(store.revision(as_of).await?));
    }
    Ok(found)
}

async fn read_nodes(
    store: Arc<dyn Store>,
    viewer: Arc<dyn Viewer>,
    keys: Vec<(NodeId, Revision)>,
) -> Result<HashMap<(NodeId, Revision), Option<Arc<Node>>>> {
    let mut found = HashMap::with_capacity(keys.len());
    for (at, ids) in grouped(keys, |(id, at)| (at, id)) {
        for (id, node) in ids.iter().zip(store.nodes(&ids, at).await?) {
            found.insert((*id, at), node.filter(|node| viewer.sees(node)));
        }
    }
    Ok(found)
}

async fn read_names(
    store: Arc<dyn Store>,
    keys: Vec<(NodeName, Revision)>,
) -> Result<HashMap<(NodeName, Revision), Option<NodeId>>> {
    let mut found = HashMap::with_capacity(keys.len());
    for (at, names) in grouped(keys, |(name, at)| (at, name)) {
        let ids = store.resolve(&names, at).await?;
        found.extend(names.into_iter().zip(ids).map(|(name, id)| ((name, at), id)));
    }
    Ok(found)
}

async fn read_neighbours(
    store: Arc<dyn Store>,
    keys: Vec<(NodeId, Ties, Revision)>,
) -> Result<HashMap<(NodeId, Ties, Revision), Arc<[NodeId]>>> {
    let mut found = HashMap::with_capacity(keys.len());
    for ((ties, at), ids) in grouped(keys, |(id, ties, at)| ((ties, at), id)) {
        let direction = ties.direction();
        let edges = store.hop(Hop { frontier: &ids, direction, kinds: ties.kinds(), at }).await?;
        for (id, others) in others_by_node(&edges, direction) {
            found.insert((id, ties, at), others.into());
        }
    }
    Ok(found)
}

/// The nodes at the far end of the edges, each once, by the node at the near end.
pub fn others_by_node(edges: &[graph::Edge], direction: graph::Direction) -> HashMap<NodeId, Vec<NodeId>> {
    let mut others: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    let mut seen = HashSet::with_capacity(edges.len());
    for edge in edges {
        let (near, far) = match direction {
            graph::Direction::Upstream => (edge.to, edge.from),
            graph::Direction::Downstream => (edge.from, edge.to),
        };
        if seen.insert((near, far)) {
            others.entry(near).or_default().push(far);
        }
    }
    others
}

async fn read_contents(store: Arc<dyn Store>, keys: Vec<ContentId>) -> Result<HashMap<ContentId, Option<Arc<[u8]>>>> {
    let contents = store.contents(&keys).await?;
    Ok(keys.into_iter().zip(contents.into_iter().map(|bytes| bytes.map(Arc::from))).collect())
}

async fn read_latest_runs(store: Arc<dyn Store>, jobs: Vec<NodeId>) -> Result<HashMap<NodeId, Option<Arc<Run>>>> {
    let runs = store.runs(&RunQuery { latest_of: jobs, ..RunQuery::default() }).await?;
    Ok(runs.into_iter().map(|run| (run.job, Some(Arc::new(run)))).collect())
}

fn grouped<K, G: Eq + std::hash::Hash, T>(keys: Vec<K>, split: impl Fn(K) -> (G, T)) -> HashMap<G, Vec<T>> {
    let mut groups: HashMap<G, Vec<T>> = HashMap::new();
    for (group, item) in keys.into_iter().map(split) {
        groups.entry(group).or_default().push(item);
    }
    groups
}
