//! Reads: names to nodes, nodes at a revision, one hop, the feed, versions. A dataset with several names is one node
//! here: its representative stands for the class, and the others add what it does not have.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::Shared;
use super::aliases::Aliases;
use super::load::{moment, node_kind};
use super::topology::Topology;
use crate::apply::{flag, key_hash};
use crate::ids::{ContentId, NodeId, Revision, Span, Time};
use crate::model::*;
use crate::names;
use crate::records::{self, Body, Register};
use crate::store::*;

/// The newest revision of what is asked, and when it was committed.
pub(super) fn revision(db: &Connection, as_of: AsOf) -> Result<(Revision, Option<Time>)> {
    let (sql, value) = match as_of {
        AsOf::Latest => ("SELECT id, committed_at FROM revision ORDER BY id DESC LIMIT 1", None),
        AsOf::Revision(asked) => ("SELECT id, committed_at FROM revision WHERE id = ?1", Some(i64::from(asked.0))),
        AsOf::Time(time) => (
            "SELECT id, committed_at FROM revision WHERE committed_at <= ?1 ORDER BY committed_at DESC LIMIT 1",
            Some(time.as_microsecond()),
        ),
    };
    let mut read = db.prepare_cached(sql)?;
    let params = value.iter().map(|value| value as &dyn rusqlite::ToSql).collect::<Vec<_>>();
    let found = read.query_row(&params[..], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, i64>(1)?))).optional()?;
    Ok(found.map_or((Revision(0), None), |(id, at)| (Revision(id), Some(moment(at)))))
}

/// Topology and aliases together, as of a revision.
pub(super) struct View<'a> {
    pub topology: &'a Topology,
    pub aliases: &'a Aliases,
    pub at: Revision,
}

impl View<'_> {
    fn linked(&self, dataset: u32) -> bool {
        self.topology.flags(dataset) & flag::ALIASED != 0 || self.aliases.is_linked(dataset)
    }

    /// All nodes that are one with this one, the representative first; alone for most.
    pub fn class(&self, node: u32) -> Vec<u32> {
        match self.topology.kind(node) {
            NodeKind::Dataset if self.linked(node) => self.aliases.class(node, self.at),
            NodeKind::Column if self.linked(self.topology.parent(node)) => self.column_class(node),
            _ => vec![node],
        }
    }

    fn column_class(&self, column: u32) -> Vec<u32> {
        let key = self.topology.key_hash(column);
        let datasets = self.aliases.class(self.topology.parent(column), self.at);
        let columns = datasets.iter().filter_map(|dataset| self.topology.child(*dataset, key));
        let there: Vec<u32> = columns.filter(|column| self.topology.exists(*column, self.at)).collect();
        if there.is_empty() { vec![column] } else { there }
    }

    pub fn representative(&self, node: u32) -> u32 {
        match self.topology.kind(node) {
            NodeKind::Dataset if self.linked(node) => self.aliases.class(node, self.at)[0],
            NodeKind::Column if self.linked(self.topology.parent(node)) => self.column_class(node)[0],
            _ => node,
        }
    }

    /// Whether the node has, or had, other names, by itself or through its dataset.
    fn has_names(&self, node: u32) -> bool {
        match self.topology.kind(node) {
            NodeKind::Dataset => self.linked(node),
            NodeKind::Column => self.linked(self.topology.parent(node)),
            NodeKind::Namespace | NodeKind::Job | NodeKind::Owner | NodeKind::Tag => false,
        }
    }

    fn has(&self, node: u32) -> bool {
        node < self.topology.node_count()
    }
}

pub(super) fn resolve(shared: &Shared, db: &Connection, name: &NodeName, at: Revision) -> Result<Option<NodeId>> {
    let (topology, aliases) = (shared.topology.read(), shared.aliases.read());
    let view = View { topology: &topology, aliases: &aliases, at };
    let found = match name {
        NodeName::Dataset(dataset) => resolve_dataset(&view, db, dataset)?,
        NodeName::Column(dataset, path) => match resolve_dataset(&view, db, dataset)? {
            Some(id) => resolve_column(&view, id, &dataset.namespace, path),
            None => None,
        },
        NodeName::Job(job) => match find(db, 0, NodeKind::Namespace, &names::namespace_key(&job.namespace))? {
            Some(space) => find(db, space, NodeKind::Job, &names::key(name))?,
            None => None,
        },
        NodeName::Namespace(_) | NodeName::Owner(_) | NodeName::Tag(_) => find(db, 0, name.kind(), &names::key(name))?,
    };
    let found = found.filter(|id| view.has(*id) && topology.exists(*id, at));
    Ok(found.map(|id| NodeId(view.representative(id))))
}

fn find(db: &Connection, parent: u32, kind: NodeKind, key: &str) -> Result<Option<u32>> {
    let mut read = db.prepare_cached("SELECT id FROM node WHERE parent = ?1 AND kind = ?2 AND key = ?3")?;
    Ok(read.query_row(params![parent, kind as u8, key], |row| row.get(0)).optional()?)
}

/// A dataset by a name it was reported with, or by the name that the namespace rules give it.
fn resolve_dataset(view: &View<'_>, db: &Connection, name: &QualifiedName) -> Result<Option<u32>> {
    let there = |id: &u32| view.has(*id) && view.topology.exists(*id, view.at);
    let reported = match find(db, 0, NodeKind::Namespace, &names::namespace_key(&name.namespace))? {
        Some(space) => find(db, space, NodeKind::Dataset, &names::key(&NodeName::Dataset(name.clone())))?.filter(there),
        None => None,
    };
    let found = reported.or_else(|| view.aliases.by_rewritten(name).iter().copied().find(|id| there(id)));
    Ok(found.map(|id| {
        let nominal = view.topology.flags(id) & flag::NOMINAL != 0;
        nominal.then(|| view.aliases.leads_to(id, view.at)).flatten().unwrap_or(id)
    }))
}

fn resolve_column(view: &View<'_>, dataset: u32, namespace: &str, path: &str) -> Option<u32> {
    let key = key_hash(&names::column_key(namespace, path));
    let columns = view.class(dataset).into_iter().filter_map(|member| view.topology.child(member, key));
    columns.into_iter().find(|column| view.topology.exists(*column, view.at))
}

/// The nodes that memory has as they were at `at`.
pub(super) fn cached(shared: &Shared, ids: &[NodeId], at: Revision) -> Vec<Option<Arc<Node>>> {
    ids.iter().map(|id| shared.nodes.get(&id.0).filter(|node| node.span.contains(at))).collect()
}

/// Nodes by id; those already known are not read again.
pub(super) fn nodes(
    shared: &Shared,
    db: &Connection,
    ids: &[NodeId],
    known: Vec<Option<Arc<Node>>>,
    at: Revision,
) -> Result<Vec<Option<Arc<Node>>>> {
    let mut reader = NodeReader::new(shared, db, at);
    let nodes = ids.iter().zip(known).map(|(id, known)| match known {
        Some(node) => Ok(Some(node)),
        None => reader.node(id.0),
    });
    nodes.collect()
}

/// A version of one node row, without its other names.
struct Row {
    kind: NodeKind,
    parent: u32,
    name: String,
    span: Span,
    body: Body,
}

/// Reads nodes at one revision, remembering the names of parents.
struct NodeReader<'a> {
    shared: &'a Shared,
    db: &'a Connection,
    at: Revision,
    /// The newest revision when reading began; what is read is kept only while that is the newest.
    head: Revision,
    parents: HashMap<u32, QualifiedName>,
}

impl<'a> NodeReader<'a> {
    fn new(shared: &'a Shared, db: &'a Connection, at: Revision) -> NodeReader<'a> {
        NodeReader { shared, db, at, head: shared.head().revision, parents: HashMap::new() }
    }

    fn node(&mut self, id: u32) -> Result<Option<Arc<Node>>> {
        let (class, dataset, has_names) = {
            let (topology, aliases) = (self.shared.topology.read(), self.shared.aliases.read());
            let view = View { topology: &topology, aliases: &aliases, at: self.at };
            if !view.has(id) {
                return Ok(None);
            }
            let is_column = topology.kind(id) == NodeKind::Column;
            (view.class(id), is_column.then(|| view.representative(topology.parent(id))), view.has_names(id))
        };
        let mut members = Vec::new();
        for member in &class {
            if let Some(mut row) = self.row(*member)? {
                row.parent = dataset.unwrap_or(row.parent);
                members.push((*member, row));
            }
        }
        if members.is_empty() {
            return Ok(None);
        }
        let node = Arc::new(self.assemble(members)?);
        if !has_names {
            self.keep(id, &node);
        }
        Ok(Some(node))
    }

    /// Keeps a current node in memory, unless a commit came in between. One with other names is not kept: what it is
    /// one with depends on the revision asked for.
    fn keep(&self, id: u32, node: &Arc<Node>) {
        if !node.span.is_open() || self.at != self.head {
            return;
        }
        let _published = self.shared.topology.read();
        if self.shared.head().revision == self.head {
            self.shared.nodes.insert(id, Arc::clone(node));
        }
    }

    fn row(&self, id: u32) -> Result<Option<Row>> {
        let mut read =
            self.db.prepare_cached("SELECT kind, parent, name, since, ended, body FROM node WHERE id = ?1")?;
        type Head = (u8, u32, String, u32, Option<u32>, String);
        let row = read.query_row([id], |row| -> rusqlite::Result<Head> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        });
        let Some((kind, parent, name, since, ended, body)) = row.optional()? else { return Ok(None) };
        let span = Span { from: Revision(since), until: ended.map_or(Revision::OPEN, Revision) };
        let (span, body) = match span.contains(self.at) {
            true => (span, body),
            false => match self.past(id)? {
                Some(past) => past,
                None => return Ok(None),
            },
        };
        Ok(Some(Row { kind: node_kind(kind), parent, name, span, body: Body::read(&body)? }))
    }

    fn past(&self, id: u32) -> Result<Option<(Span, String)>> {
        let mut read = self.db.prepare_cached(
            "SELECT since, until, body FROM node_past WHERE id = ?1 AND since <= ?2 ORDER BY since DESC LIMIT 1",
        )?;
        let row = read.query_row(params![id, self.at.0], |row| {
            Ok((Span { from: Revision(row.get(0)?), until: Revision(row.get(1)?) }, row.get(2)?))
        });
        Ok(row.optional()?.filter(|(span, _): &(Span, String)| span.contains(self.at)))
    }

    /// One node of all members of its class; the first one's word goes before the others'.
    fn assemble(&mut self, members: Vec<(u32, Row)>) -> Result<Node> {
        let mut reported_as = Vec::new();
        let mut facets: BTreeMap<String, ContentId> = BTreeMap::new();
        let (first_id, first) = &members[0];
        let name = self.name(first)?;
        let parent = (first.parent != 0).then_some(NodeId(first.parent));
        let (id, mut span) = (NodeId(*first_id), first.span);
        let (mut ingested, mut authored) = (Aspects::default(), Aspects::default());
        for (member, row) in members {
            if matches!(row.kind, NodeKind::Dataset | NodeKind::Job) {
                reported_as.push(QualifiedName { namespace: self.space(row.parent)?, name: row.name.clone() });
                for (slot, content) in self.facets(member)? {
                    facets.entry(slot).or_insert(content);
                }
            }
            span = Span { from: span.from.max(row.span.from), until: span.until.min(row.span.until) };
            add_aspects(&mut ingested, row.body.ingested);
            add_aspects(&mut authored, row.body.authored);
        }
        Ok(Node { id, name, parent, span, reported_as, ingested, authored, facets: facets.into_iter().collect() })
    }

    fn name(&mut self, row: &Row) -> Result<NodeName> {
        Ok(match row.kind {
            NodeKind::Namespace => NodeName::Namespace(row.name.clone()),
            NodeKind::Owner => NodeName::Owner(row.name.clone()),
            NodeKind::Tag => NodeName::Tag(row.name.clone()),
            NodeKind::Job => {
                NodeName::Job(QualifiedName { namespace: self.space(row.parent)?, name: row.name.clone() })
            }
            NodeKind::Dataset => {
                let name = QualifiedName { namespace: self.space(row.parent)?, name: row.name.clone() };
                NodeName::Dataset(self.shared.aliases.read().shown(&name))
            }
            NodeKind::Column => {
                let path = match &row.body.ingested.field {
                    Some(field) => dotted(&field.path),
                    None => row.name.clone(),
                };
                NodeName::Column(self.dataset(row.parent)?, path)
            }
        })
    }

    /// The shown name of a column's dataset.
    fn dataset(&mut self, id: u32) -> Result<QualifiedName> {
        if let Some(name) = self.parents.get(&id) {
            return Ok(name.clone());
        }
        let mut read = self.db.prepare_cached("SELECT parent, name FROM node WHERE id = ?1")?;
        let (parent, name): (u32, String) = read.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let name = self.shared.aliases.read().shown(&QualifiedName { namespace: self.space(parent)?, name });
        self.parents.insert(id, name.clone());
        Ok(name)
    }

    fn space(&mut self, id: u32) -> Result<String> {
        if let Some(space) = self.parents.get(&id) {
            return Ok(space.namespace.clone());
        }
        let mut read = self.db.prepare_cached("SELECT name FROM node WHERE id = ?1")?;
        let namespace: String = read.query_row([id], |row| row.get(0))?;
        self.parents.insert(id, QualifiedName { namespace: namespace.clone(), name: String::new() });
        Ok(namespace)
    }

    /// The newest raw facets.
    fn facets(&self, id: u32) -> Result<Vec<(String, ContentId)>> {
        let mut read = self.db.prepare_cached("SELECT body FROM register WHERE id = ?1")?;
        let body: Option<String> = read.query_row([id], |row| row.get(0)).optional()?;
        let register: Register = body.map_or(Ok(Register::new()), |body| records::read(&body))?;
        let facets = register.into_iter().filter(|(slot, _)| !slot.contains('\n'));
        Ok(facets.filter_map(|(slot, value)| Some((slot, value.1?.0))).collect())
    }
}

/// Fills what is empty; lists are joined.
fn add_aspects(to: &mut Aspects, from: Aspects) {
    let Aspects {
        documentation,
        owners,
        tags,
        source,
        dataset_type,
        storage,
        lifecycle,
        schema,
        field,
        query,
        source_code,
        source_location,
        job_type,
        query_faults,
        aliases,
    } = from;
    to.documentation = to.documentation.take().or(documentation);
    add_list(&mut to.owners, owners);
    add_list(&mut to.tags, tags);
    to.source = to.source.take().or(source);
    to.dataset_type = to.dataset_type.take().or(dataset_type);
    to.storage = to.storage.take().or(storage);
    to.lifecycle = to.lifecycle.take().or(lifecycle);
    to.schema = to.schema.take().or(schema);
    to.field = to.field.take().or(field);
    to.query = to.query.take().or(query);
    to.source_code = to.source_code.take().or(source_code);
    to.source_location = to.source_location.take().or(source_location);
    to.job_type = to.job_type.take().or(job_type);
    add_list(&mut to.query_faults, query_faults);
    add_list(&mut to.aliases, aliases);
}

fn add_list<T: PartialEq>(to: &mut Vec<T>, from: Vec<T>) {
    for item in from {
        if !to.contains(&item) {
            to.push(item);
        }
    }
}

/// One hop from every node of a frontier; an edge is told once however many names its ends have.
pub(super) fn hop(shared: &Shared, hop: &Hop<'_>) -> Vec<Edge> {
    let (topology, aliases) = (shared.topology.read(), shared.aliases.read());
    let view = View { topology: &topology, aliases: &aliases, at: hop.at };
    let (told, merged) = (HashSet::new(), HashSet::new());
    let mut edges = Edges { view: &view, hop, edges: Vec::new(), merged, told };
    for node in hop.frontier.iter().filter(|node| view.has(node.0)) {
        edges.add_all(node.0);
    }
    edges.edges
}

/// Gathers the edges of a hop.
struct Edges<'a> {
    view: &'a View<'a>,
    hop: &'a Hop<'a>,
    edges: Vec<Edge>,
    /// Edges told under other names of their ends.
    merged: HashSet<(NodeId, NodeId, EdgeKind, bool, Option<NodeId>)>,
    /// Datasets whose gaps were told.
    told: HashSet<u32>,
}

impl Edges<'_> {
    fn add_all(&mut self, node: u32) {
        let ties = self.hop.kinds.without(EdgeKinds::GAPS);
        let by_column = ties.intersects(EdgeKinds::COLUMN);
        match (self.view.topology.kind(node), self.hop.direction) {
            (NodeKind::Dataset, _) if by_column => {
                self.add(node, node, ties);
                self.add_gaps(node);
                let columns: Vec<u32> =
                    self.view.class(node).iter().flat_map(|d| self.view.topology.children(*d)).collect();
                for column in columns {
                    self.add(column, self.view.representative(column), ties);
                }
            }
            (NodeKind::Column, direction) => {
                self.add(node, node, ties);
                let dataset = self.view.representative(self.view.topology.parent(node));
                if by_column && direction == Direction::Upstream {
                    self.add(dataset, dataset, ties);
                }
                self.add_gaps(dataset);
            }
            _ => self.add(node, node, self.hop.kinds),
        }
    }

    /// The gaps of a dataset, once.
    fn add_gaps(&mut self, dataset: u32) {
        let gaps = self.hop.kinds.intersection(EdgeKinds::GAPS);
        if gaps != EdgeKinds::NONE && self.told.insert(dataset) {
            self.add(dataset, dataset, gaps);
        }
    }

    /// The edges of a node and of all that are one with it, told of `near`.
    fn add(&mut self, node: u32, near: u32, kinds: EdgeKinds) {
        let (topology, hop) = (self.view.topology, self.hop);
        let class = self.view.class(node);
        for member in &class {
            for (id, other) in topology.edges(*member, hop.direction, kinds, hop.at) {
                let far = self.view.representative(other);
                let is_merged = class.len() > 1 || far != other;
                let mut edge = topology.edge(id);
                (edge.from, edge.to) = match hop.direction {
                    Direction::Downstream => (NodeId(near), NodeId(far)),
                    Direction::Upstream => (NodeId(far), NodeId(near)),
                };
                let same = (edge.from, edge.to, edge.kind, edge.masking, edge.job);
                if !is_merged || (edge.from != edge.to && self.merged.insert(same)) {
                    self.edges.push(edge);
                }
            }
        }
    }
}

/// A page of representatives of one kind.
pub(super) fn scan(shared: &Shared, scan: &Scan) -> Vec<NodeId> {
    let (topology, aliases) = (shared.topology.read(), shared.aliases.read());
    let view = View { topology: &topology, aliases: &aliases, at: scan.at };
    let first = scan.after.map_or(1, |after| after.0 + 1);
    let wanted =
        |id: &u32| topology.kind(*id) == scan.kind && topology.exists(*id, scan.at) && view.representative(*id) == *id;
    let Some(parent) = scan.parent.filter(|parent| view.has(parent.0)) else {
        return (first..topology.node_count()).filter(wanted).take(scan.limit).map(NodeId).collect();
    };
    let mut ids: Vec<u32> =
        view.class(parent.0).iter().flat_map(|member| topology.children(*member)).filter(wanted).collect();
    ids.sort_unstable();
    ids.into_iter().filter(|id| *id >= first).take(scan.limit).map(NodeId).collect()
}

/// The feed up to the newest published revision.
pub(super) fn changes(shared: &Shared, db: &Connection, after: Revision, limit: usize) -> Result<Feed> {
    let oldest: Option<u32> = db.prepare_cached("SELECT MIN(id) FROM revision")?.query_row([], |row| row.get(0))?;
    if oldest.is_some_and(|oldest| oldest > after.0 + 1) {
        let (resume, _) = revision(db, AsOf::Latest)?;
        return Ok(Feed::Trimmed { resume });
    }
    let mut read = db.prepare_cached(
        "SELECT id, committed_at, nodes FROM revision WHERE id > ?1 AND id <= ?3 ORDER BY id LIMIT ?2",
    )?;
    let rows = read.query_map(params![after.0, limit as i64, shared.head().revision.0], |row| {
        Ok((row.get::<_, u32>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
    })?;
    let mut entries = Vec::new();
    for row in rows {
        let (id, at, nodes) = row?;
        let nodes: Vec<(u32, u8)> = records::read(&nodes)?;
        let nodes = nodes.into_iter().map(|(node, change)| (NodeId(node), change_kind(change))).collect();
        entries.push(FeedEntry { revision: Revision(id), committed_at: moment(at), nodes });
    }
    Ok(Feed::Changes(entries))
}

fn change_kind(code: u8) -> ChangeKind {
    const KINDS: [ChangeKind; 4] = [ChangeKind::Created, ChangeKind::Updated, ChangeKind::Ended, ChangeKind::Linked];
    KINDS[usize::from(code)]
}

/// The versions of a node, newest first, each with what made it different from the one before.
pub(super) fn history(shared: &Shared, db: &Connection, id: NodeId, limit: usize) -> Result<Vec<Version>> {
    let mut starts: Vec<u32> = db
        .prepare_cached("SELECT since FROM node_past WHERE id = ?1 UNION SELECT since FROM node WHERE id = ?1 AND ended IS NULL ORDER BY 1 DESC LIMIT ?2")?
        .query_map(params![id.0, limit as i64 + 1], |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    starts.dedup();
    let mut nodes = Vec::new();
    for since in starts {
        nodes.extend(NodeReader::new(shared, db, Revision(since)).node(id.0)?);
    }
    let mut versions = Vec::new();
    for (place, node) in nodes.iter().take(limit).enumerate() {
        let changed = nodes.get(place + 1).map_or_else(Vec::new, |before| differences(before, node));
        versions.push(Version { node: Arc::clone(node), changed });
    }
    Ok(versions)
}

/// The aspects in which two versions differ, by name.
fn differences(before: &Node, after: &Node) -> Vec<&'static str> {
    let (a, b) = (&before.ingested, &after.ingested);
    let (c, d) = (&before.authored, &after.authored);
    let all = [
        ("description", a.documentation != b.documentation || c.documentation != d.documentation),
        ("owners", a.owners != b.owners || c.owners != d.owners),
        ("tags", a.tags != b.tags || c.tags != d.tags),
        ("source", a.source != b.source),
        ("type", a.dataset_type != b.dataset_type || a.field != b.field),
        ("storage", a.storage != b.storage),
        ("lifecycle", a.lifecycle != b.lifecycle),
        ("schema", a.schema != b.schema),
        ("query", a.query != b.query),
        ("faults of the query", a.query_faults != b.query_faults),
        ("source code", a.source_code != b.source_code),
        ("source location", a.source_location != b.source_location),
        ("job type", a.job_type != b.job_type),
        ("other names", a.aliases != b.aliases || before.reported_as != after.reported_as),
    ];
    all.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}
