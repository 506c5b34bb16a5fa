//! A node put together from the newest versions at a revision of all that are one with it.

use std::collections::{BTreeMap, HashMap};

use super::{Shape, View};
use crate::ids::{ContentId, NodeId, Revision, Span};
use crate::model::*;
use crate::records::{self, Body, Register};
use crate::store::Result;

/// A version of one node row, without its other names.
pub(crate) struct Row {
    pub kind: NodeKind,
    pub parent: u32,
    pub name: String,
    pub span: Span,
    pub body: Body,
}

/// What nodes are put together from.
pub(crate) trait Rows {
    /// The version of a node that is valid at `at`.
    fn row(&self, id: u32, at: Revision) -> Result<Option<Row>>;
    /// The parent and the name of a node that is or was there.
    fn named(&self, id: u32) -> Result<(u32, String)>;
    /// The newest raw facets.
    fn facets(&self, id: u32) -> Result<Vec<(String, ContentId)>>;
    /// A name with the namespace that the rules give it.
    fn shown(&self, name: QualifiedName) -> QualifiedName;
}

/// What a node is one with.
pub(crate) struct Membership {
    /// All that are one with it, the representative first.
    pub class: Vec<u32>,
    /// Of a column: the representative of its dataset.
    pub dataset: Option<u32>,
    /// It has, or had, other names.
    pub has_names: bool,
}

/// What a node is one with; none for a node that never was.
pub(crate) fn membership<S: Shape>(view: &View<'_, S>, id: u32) -> Option<Membership> {
    view.shape.has(id).then(|| {
        let is_column = view.shape.kind(id) == NodeKind::Column;
        let dataset = is_column.then(|| view.dataset(view.shape.parent(id)));
        Membership { class: view.class(id), dataset, has_names: view.has_names(id) }
    })
}

/// One node of all members of its class; the first one's word goes before the others'. None when none is there at `at`.
pub(crate) fn assemble(
    rows: &impl Rows,
    spaces: &mut Spaces,
    membership: &Membership,
    at: Revision,
) -> Result<Option<Node>> {
    let mut members = Vec::new();
    for member in &membership.class {
        if let Some(mut row) = rows.row(*member, at)? {
            row.parent = membership.dataset.unwrap_or(row.parent);
            members.push((*member, row));
        }
    }
    if members.is_empty() {
        return Ok(None);
    }
    Assembly { rows, spaces }.node(members).map(Some)
}

/// Names of namespaces and datasets that were read already.
pub(crate) type Spaces = HashMap<u32, QualifiedName>;

struct Assembly<'a, R> {
    rows: &'a R,
    spaces: &'a mut Spaces,
}

impl<R: Rows> Assembly<'_, R> {
    fn node(&mut self, members: Vec<(u32, Row)>) -> Result<Node> {
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
                for (slot, content) in self.rows.facets(member)? {
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
            NodeKind::Job => NodeName::Job(self.qualified(row)?),
            NodeKind::Dataset => NodeName::Dataset(self.rows.shown(self.qualified(row)?)),
            NodeKind::Column => {
                let path = match &row.body.ingested.field {
                    Some(field) => dotted(&field.path),
                    None => row.name.clone(),
                };
                NodeName::Column(self.dataset(row.parent)?, path)
            }
        })
    }

    fn qualified(&mut self, row: &Row) -> Result<QualifiedName> {
        Ok(QualifiedName { namespace: self.space(row.parent)?, name: row.name.clone() })
    }

    /// The shown name of a column's dataset.
    fn dataset(&mut self, id: u32) -> Result<QualifiedName> {
        if let Some(name) = self.spaces.get(&id) {
            return Ok(name.clone());
        }
        let (parent, name) = self.rows.named(id)?;
        let name = self.rows.shown(QualifiedName { namespace: self.space(parent)?, name });
        self.spaces.insert(id, name.clone());
        Ok(name)
    }

    fn space(&mut self, id: u32) -> Result<String> {
        if let Some(space) = self.spaces.get(&id) {
            return Ok(space.namespace.clone());
        }
        let (_, namespace) = self.rows.named(id)?;
        self.spaces.insert(id, QualifiedName { namespace: namespace.clone(), name: String::new() });
        Ok(namespace)
    }
}

/// The raw facets that a register as stored speaks of.
pub(crate) fn facets_of(register: Option<&str>) -> Result<Vec<(String, ContentId)>> {
    let register: Register = register.map_or(Ok(Register::new()), records::read)?;
    let facets = register.into_iter().filter(|(slot, _)| !slot.contains('\n'));
    Ok(facets.filter_map(|(slot, value)| Some((slot, value.1?.0))).collect())
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
