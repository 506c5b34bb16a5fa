//! The part of the graph that a question touches, in memory. What is asked of it and not in it yet is noted; the notes are
//! fetched all at once, by a few queries however many they are, and the question is asked again. So a question costs as
//! many rounds as it looks far, and never one a node.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;

use super::client::{Client, Result};
use super::queries::{self, Reach};
use crate::apply::key_hash;
use crate::ids::{ContentId, EdgeId, NodeId, Revision, Span};
use crate::model::{Edge, EdgeKind, EdgeKinds, NodeKind, QualifiedName};
use crate::names::Rewrites;
use crate::read::{Find, Row, Rows, Shape, facets_of, node_kind};
use crate::records::Body;
use crate::store::{self, Direction, StoreError};

/// Which edges a picture is of.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    pub kinds: EdgeKinds,
    /// Edges that ended are looked at too, which is needed for any revision but the newest.
    pub ended: bool,
}

pub(super) struct Picture {
    scope: Scope,
    rewrites: Rewrites,
    nodes: HashMap<u32, Option<Place>>,
    bodies: HashMap<u32, Option<Stored>>,
    pasts: HashMap<(u32, u32), Option<Past>>,
    places: HashMap<String, Option<u32>>,
    children: HashMap<u32, Vec<u32>>,
    /// Edges at a node: the edge and the other end, the newest first.
    ties: HashMap<(u32, Direction), Vec<(u32, u32)>>,
    edges: HashMap<u32, Tie>,
    missing: RefCell<Missing>,
}

/// What was asked for and is not there yet.
#[derive(Default)]
struct Missing {
    nodes: BTreeSet<u32>,
    bodies: BTreeSet<u32>,
    pasts: BTreeSet<(u32, u32)>,
    places: BTreeSet<String>,
    children: BTreeSet<u32>,
    downstream: BTreeSet<u32>,
    upstream: BTreeSet<u32>,
}

impl Missing {
    fn is_empty(&self) -> bool {
        self.nodes.is_empty()
            && self.bodies.is_empty()
            && self.pasts.is_empty()
            && self.places.is_empty()
            && self.children.is_empty()
            && self.downstream.is_empty()
            && self.upstream.is_empty()
    }
}

/// Where a node stands.
#[derive(Deserialize)]
pub(super) struct Place {
    pub id: u32,
    kind: u8,
    parent: u32,
    key: String,
    name: String,
    flags: u8,
    created: u32,
    ended: Option<u32>,
}

impl Place {
    /// Under which a node is found, as `place` says in the database.
    fn text(&self) -> String {
        place(self.parent, self.kind, &self.key)
    }
}

fn place(parent: u32, kind: u8, key: &str) -> String {
    format!("{parent}/{kind}/{key}")
}

/// The newest version of a node.
#[derive(Deserialize)]
struct Stored {
    id: u32,
    kind: u8,
    parent: u32,
    name: String,
    since: u32,
    ended: Option<u32>,
    body: String,
    register: Option<String>,
}

/// An earlier version of a node.
#[derive(Deserialize)]
struct Past {
    id: u32,
    at: u32,
    since: u32,
    until: u32,
    body: String,
}

#[derive(Deserialize)]
struct Tie {
    id: u32,
    near: u32,
    far: u32,
    kind: u8,
    masking: bool,
    job: u32,
    since: u32,
    until: Option<u32>,
    #[serde(skip)]
    direction: Option<Direction>,
}

impl Tie {
    fn kind(&self) -> EdgeKind {
        EdgeKind::ALL[usize::from(self.kind)]
    }

    fn valid(&self, at: Revision) -> bool {
        self.since <= at.0 && self.until.is_none_or(|until| at.0 < until)
    }

    fn edge(&self) -> Edge {
        let (from, to) = match self.direction {
            Some(Direction::Upstream) => (self.far, self.near),
            Some(Direction::Downstream) | None => (self.near, self.far),
        };
        let job = (self.job != 0 && self.job != u32::MAX).then_some(NodeId(self.job));
        Edge { id: EdgeId(self.id), from: NodeId(from), to: NodeId(to), kind: self.kind(), masking: self.masking, job }
    }
}

impl Picture {
    pub fn new(scope: Scope, rewrites: &Rewrites) -> Picture {
        Picture {
            scope,
            rewrites: rewrites.clone(),
            nodes: HashMap::new(),
            bodies: HashMap::new(),
            pasts: HashMap::new(),
            places: HashMap::new(),
            children: HashMap::new(),
            ties: HashMap::new(),
            edges: HashMap::new(),
            missing: RefCell::default(),
        }
    }

    /// Without edges.
    pub fn of_nodes(rewrites: &Rewrites) -> Picture {
        Picture::new(Scope { kinds: EdgeKinds::NONE, ended: false }, rewrites)
    }

    /// Asks for whole nodes, which are about to be looked at.
    pub fn expect_nodes(&self, ids: impl IntoIterator<Item = u32>) {
        let mut missing = self.missing.borrow_mut();
        for id in ids {
            missing.nodes.insert(id);
            missing.bodies.insert(id);
        }
    }

    /// Fetches what was missing; false when nothing was.
    pub async fn complete(&mut self, client: &Client) -> Result<bool> {
        let missing = self.missing.take();
        if missing.is_empty() {
            return Ok(false);
        }
        let (nodes, bodies, pasts, places, children, downstream, upstream) = tokio::try_join!(
            client.rows_of::<Place>(queries::NODES, "ids", ids(&missing.nodes)),
            client.rows_of::<Stored>(queries::BODIES, "ids", ids(&missing.bodies)),
            client.rows_of::<Past>(queries::PASTS, "wanted", pairs(&missing.pasts)),
            client.rows_of::<Place>(queries::PLACES, "places", missing.places.iter().cloned().collect()),
            client.rows_of::<Place>(queries::COLUMNS, "ids", ids(&missing.children)),
            ties(client, self.scope, &missing.downstream, Direction::Downstream),
            ties(client, self.scope, &missing.upstream, Direction::Upstream),
        )?;
        self.note_absent(&missing);
        self.add_children(children);
        nodes.into_iter().chain(places).for_each(|place| self.add_place(place));
        self.bodies.extend(bodies.into_iter().map(|stored| (stored.id, Some(stored))));
        self.pasts.extend(pasts.into_iter().map(|past| ((past.id, past.at), Some(past))));
        self.add_ties(downstream, Direction::Downstream);
        self.add_ties(upstream, Direction::Upstream);
        Ok(true)
    }

    /// What was asked for is known from now on not to be there, unless rows say otherwise.
    fn note_absent(&mut self, missing: &Missing) {
        self.nodes.extend(missing.nodes.iter().map(|id| (*id, None)));
        self.bodies.extend(missing.bodies.iter().map(|id| (*id, None)));
        self.pasts.extend(missing.pasts.iter().map(|past| (*past, None)));
        self.places.extend(missing.places.iter().map(|place| (place.clone(), None)));
        self.children.extend(missing.children.iter().map(|id| (*id, Vec::new())));
        self.ties.extend(missing.downstream.iter().map(|id| ((*id, Direction::Downstream), Vec::new())));
        self.ties.extend(missing.upstream.iter().map(|id| ((*id, Direction::Upstream), Vec::new())));
    }

    /// Adds a node that was read already.
    pub fn add_place(&mut self, place: Place) {
        self.places.insert(place.text(), Some(place.id));
        self.nodes.insert(place.id, Some(place));
    }

    fn add_children(&mut self, mut children: Vec<Place>) {
        children.sort_unstable_by_key(|child| std::cmp::Reverse(child.id));
        for child in children {
            self.children.entry(child.parent).or_default().push(child.id);
            self.add_place(child);
        }
    }

    fn add_ties(&mut self, mut ties: Vec<Tie>, direction: Direction) {
        ties.sort_unstable_by_key(|tie| std::cmp::Reverse(tie.id));
        for mut tie in ties {
            tie.direction = Some(direction);
            self.ties.entry((tie.near, direction)).or_default().push((tie.id, tie.far));
            self.edges.insert(tie.id, tie);
        }
    }

    fn node(&self, id: u32) -> Option<&Place> {
        match self.nodes.get(&id) {
            Some(known) => known.as_ref(),
            None => {
                self.missing.borrow_mut().nodes.insert(id);
                None
            }
        }
    }

    fn at(&self, parent: u32, kind: NodeKind, key: &str) -> Option<u32> {
        let place = place(parent, kind as u8, key);
        match self.places.get(&place) {
            Some(known) => *known,
            None => {
                self.missing.borrow_mut().places.insert(place);
                None
            }
        }
    }

    fn stored(&self, id: u32) -> Option<&Stored> {
        match self.bodies.get(&id) {
            Some(known) => known.as_ref(),
            None => {
                self.missing.borrow_mut().bodies.insert(id);
                None
            }
        }
    }
}

async fn ties(client: &Client, scope: Scope, nodes: &BTreeSet<u32>, direction: Direction) -> Result<Vec<Tie>> {
    if nodes.is_empty() || scope.kinds == EdgeKinds::NONE {
        return Ok(Vec::new());
    }
    let reach = Reach { direction, kinds: scope.kinds, ended: scope.ended };
    client.rows(queries::ties(reach).param("ids", ids(nodes)).param("kinds", codes(scope.kinds))).await
}

fn ids(ids: &BTreeSet<u32>) -> Vec<i64> {
    ids.iter().map(|id| i64::from(*id)).collect()
}

fn pairs(pairs: &BTreeSet<(u32, u32)>) -> Vec<Vec<i64>> {
    pairs.iter().map(|(id, at)| vec![i64::from(*id), i64::from(*at)]).collect()
}

fn codes(kinds: EdgeKinds) -> Vec<i64> {
    EdgeKind::ALL.into_iter().filter(|kind| kinds.contains(*kind)).map(|kind| kind as i64).collect()
}

/// What is not known yet looks like a node that has nothing: the answer is thrown away.
impl Shape for Picture {
    fn has(&self, node: u32) -> bool {
        self.nodes.get(&node).is_none_or(Option::is_some)
    }

    fn kind(&self, node: u32) -> NodeKind {
        self.node(node).map_or(NodeKind::Namespace, |place| node_kind(place.kind))
    }

    fn flags(&self, node: u32) -> u8 {
        self.node(node).map_or(0, |place| place.flags)
    }

    fn parent(&self, node: u32) -> u32 {
        self.node(node).map_or(0, |place| place.parent)
    }

    fn exists(&self, node: u32, at: Revision) -> bool {
        self.node(node).is_some_and(|place| place.created <= at.0 && place.ended.is_none_or(|ended| at.0 < ended))
    }

    fn key_hash(&self, column: u32) -> u64 {
        self.node(column).map_or(0, |place| key_hash(&place.key))
    }

    fn children(&self, node: u32) -> impl Iterator<Item = u32> {
        let known = self.children.get(&node);
        if known.is_none() {
            self.missing.borrow_mut().children.insert(node);
        }
        known.into_iter().flatten().copied()
    }

    fn column(&self, dataset: u32, key: &str) -> Option<u32> {
        self.at(dataset, NodeKind::Column, key)
    }

    fn twin(&self, column: u32, dataset: u32) -> Option<u32> {
        self.at(dataset, NodeKind::Column, &self.node(column)?.key)
    }

    fn edges(
        &self,
        node: u32,
        direction: Direction,
        kinds: EdgeKinds,
        at: Revision,
    ) -> impl Iterator<Item = (u32, u32)> {
        let known = self.ties.get(&(node, direction));
        if known.is_none() {
            let mut missing = self.missing.borrow_mut();
            match direction {
                Direction::Downstream => missing.downstream.insert(node),
                Direction::Upstream => missing.upstream.insert(node),
            };
        }
        let wanted = move |(edge, _): &(u32, u32)| {
            self.edges.get(edge).is_some_and(|tie| tie.valid(at) && kinds.contains(tie.kind()))
        };
        known.into_iter().flatten().copied().filter(wanted)
    }

    fn edge(&self, edge: u32) -> Edge {
        self.edges.get(&edge).expect("an edge is told of before it is asked for").edge()
    }
}

impl Find for Picture {
    fn find(&self, parent: u32, kind: NodeKind, key: &str) -> store::Result<Option<u32>> {
        Ok(self.at(parent, kind, key))
    }
}

impl Rows for Picture {
    fn row(&self, id: u32, at: Revision) -> store::Result<Option<Row>> {
        let Some(stored) = self.stored(id) else { return Ok(None) };
        let newest = Span { from: Revision(stored.since), until: stored.ended.map_or(Revision::OPEN, Revision) };
        let (span, body) = if newest.contains(at) {
            (newest, &stored.body)
        } else {
            match self.past(id, at) {
                Some(past) => (Span { from: Revision(past.since), until: Revision(past.until) }, &past.body),
                None => return Ok(None),
            }
        };
        let (kind, name) = (node_kind(stored.kind), stored.name.clone());
        Ok(Some(Row { kind, parent: stored.parent, name, span, body: Body::read(body)? }))
    }

    fn named(&self, id: u32) -> store::Result<(u32, String)> {
        match (self.node(id), self.nodes.contains_key(&id)) {
            (Some(place), _) => Ok((place.parent, place.name.clone())),
            (None, false) => Ok((0, String::new())),
            (None, true) => Err(StoreError::Backend(format!("node {id} has others below it and is not there"))),
        }
    }

    fn facets(&self, id: u32) -> store::Result<Vec<(String, ContentId)>> {
        facets_of(self.stored(id).and_then(|stored| stored.register.as_deref()))
    }

    fn shown(&self, name: QualifiedName) -> QualifiedName {
        match self.rewrites.apply(&name.namespace) {
            Some(namespace) => QualifiedName { namespace, ..name },
            None => name,
        }
    }
}

impl Picture {
    fn past(&self, id: u32, at: Revision) -> Option<&Past> {
        match self.pasts.get(&(id, at.0)) {
            Some(known) => known.as_ref(),
            None => {
                self.missing.borrow_mut().pasts.insert((id, at.0));
                None
            }
        }
    }
}
