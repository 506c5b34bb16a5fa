//! Reads: names to nodes, nodes at a revision, one hop, the feed, versions. What is read means, `crate::read` says.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::Shared;
use super::topology::Topology;
use crate::ids::{ContentId, NodeId, Revision, Span, Time};
use crate::model::*;
use crate::read::{self, Find, Row, Rows, Shape, View, change_kind, differences, moment, node_kind};
use crate::records::{self, Body};
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

/// Nodes by their keys.
pub(super) struct Keys<'a>(pub &'a Connection);

impl Find for Keys<'_> {
    fn find(&self, parent: u32, kind: NodeKind, key: &str) -> Result<Option<u32>> {
        let mut read = self.0.prepare_cached("SELECT id FROM node WHERE parent = ?1 AND kind = ?2 AND key = ?3")?;
        Ok(read.query_row(params![parent, kind as u8, key], |row| row.get(0)).optional()?)
    }
}

pub(super) fn resolve(shared: &Shared, db: &Connection, name: &NodeName, at: Revision) -> Result<Option<NodeId>> {
    shared.view(at, |view| read::resolve(view, &Keys(db), name))
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

/// Reads nodes at one revision.
struct NodeReader<'a> {
    shared: &'a Shared,
    db: &'a Connection,
    at: Revision,
    /// The newest revision when reading began; what is read is kept only while that is the newest.
    head: Revision,
    spaces: HashMap<u32, QualifiedName>,
}

impl<'a> NodeReader<'a> {
    fn new(shared: &'a Shared, db: &'a Connection, at: Revision) -> NodeReader<'a> {
        NodeReader { shared, db, at, head: shared.head().revision, spaces: HashMap::new() }
    }

    fn node(&mut self, id: u32) -> Result<Option<Arc<Node>>> {
        let Some(membership) = self.shared.view(self.at, |view| read::membership(view, id)) else { return Ok(None) };
        let rows = SqlRows { shared: self.shared, db: self.db };
        let node = read::assemble(&rows, &mut self.spaces, &membership, self.at)?.map(Arc::new);
        if let Some(node) = node.as_ref().filter(|_| !membership.has_names) {
            self.keep(id, node);
        }
        Ok(node)
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
}

/// The rows that nodes are put together from.
struct SqlRows<'a> {
    shared: &'a Shared,
    db: &'a Connection,
}

impl Rows for SqlRows<'_> {
    fn row(&self, id: u32, at: Revision) -> Result<Option<Row>> {
        let mut read =
            self.db.prepare_cached("SELECT kind, parent, name, since, ended, body FROM node WHERE id = ?1")?;
        type Head = (u8, u32, String, u32, Option<u32>, String);
        let row = read.query_row([id], |row| -> rusqlite::Result<Head> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        });
        let Some((kind, parent, name, since, ended, body)) = row.optional()? else { return Ok(None) };
        let span = Span { from: Revision(since), until: ended.map_or(Revision::OPEN, Revision) };
        let (span, body) = match span.contains(at) {
            true => (span, body),
            false => match self.past(id, at)? {
                Some(past) => past,
                None => return Ok(None),
            },
        };
        Ok(Some(Row { kind: node_kind(kind), parent, name, span, body: Body::read(&body)? }))
    }

    fn named(&self, id: u32) -> Result<(u32, String)> {
        let mut read = self.db.prepare_cached("SELECT parent, name FROM node WHERE id = ?1")?;
        Ok(read.query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    fn facets(&self, id: u32) -> Result<Vec<(String, ContentId)>> {
        let mut read = self.db.prepare_cached("SELECT body FROM register WHERE id = ?1")?;
        let body: Option<String> = read.query_row([id], |row| row.get(0)).optional()?;
        read::facets_of(body.as_deref())
    }

    fn shown(&self, name: QualifiedName) -> QualifiedName {
        self.shared.aliases.read().shown(&name)
    }
}

impl SqlRows<'_> {
    fn past(&self, id: u32, at: Revision) -> Result<Option<(Span, String)>> {
        let mut read = self.db.prepare_cached(
            "SELECT since, until, body FROM node_past WHERE id = ?1 AND since <= ?2 ORDER BY since DESC LIMIT 1",
        )?;
        let row = read.query_row(params![id, at.0], |row| {
            Ok((Span { from: Revision(row.get(0)?), until: Revision(row.get(1)?) }, row.get(2)?))
        });
        Ok(row.optional()?.filter(|(span, _): &(Span, String)| span.contains(at)))
    }
}

/// One hop from every node of a frontier.
pub(super) fn hop(shared: &Shared, hop: &Hop<'_>) -> Vec<Edge> {
    shared.view(hop.at, |view| read::hop(view, hop))
}

/// A page of representatives of one kind.
pub(super) fn scan(shared: &Shared, scan: &Scan) -> Vec<NodeId> {
    shared.view(scan.at, |view| page(view, scan))
}

fn page(view: &View<'_, Topology>, scan: &Scan) -> Vec<NodeId> {
    let topology = view.shape;
    let first = scan.after.map_or(1, |after| after.0 + 1);
    let wanted = |id: &u32| topology.kind(*id) == scan.kind && view.stands(*id);
    let Some(parent) = scan.parent.filter(|parent| topology.has(parent.0)) else {
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
