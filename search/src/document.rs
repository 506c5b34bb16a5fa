//! What is indexed of a node.

use std::hash::{DefaultHasher, Hash, Hasher};

use graph::{Node, NodeId, NodeKind, NodeName, QualifiedName, Tag, names};
use serde::{Deserialize, Serialize};
use tantivy::{TantivyDocument, schema::Field};

use crate::analysis::{fold, squash};
use crate::fields::{Dimension, Fields};

/// The most characters of a description that are searched and shown.
const DESCRIPTION: usize = 8_000;
/// The most ends of one name that can be found by.
const TAILS: usize = 8;
/// The longest name, in bytes, that can be found whole; its words can be found in any case.
const WHOLE_NAME: usize = 400;
/// Bytes of a name by which equals are put in order.
const ORDER: usize = 120;
/// Between a value as it is compared and as it is shown.
pub const SHOWN: char = '\0';

/// What a hit shows, kept with the document.
#[derive(Serialize, Deserialize, Clone, Debug)]
pub struct Card {
    pub id: u32,
    kind: Kind,
    pub namespace: String,
    /// Of a column: the name of its dataset.
    pub name: String,
    pub path: Option<String>,
    /// Other names under which it was reported.
    pub also: Vec<String>,
    pub platform: Option<String>,
    pub description: Option<String>,
    pub owners: Vec<String>,
    pub tags: Vec<String>,
    /// Of a dataset: the paths of its columns.
    pub columns: Vec<String>,
    pub retired: bool,
}

#[derive(Serialize, Deserialize, Clone, Copy, Debug)]
enum Kind {
    Namespace,
    Dataset,
    Column,
    Job,
    Owner,
    Tag,
}

impl Card {
    pub fn node_name(&self) -> NodeName {
        let qualified = || QualifiedName::new(&self.namespace, &self.name);
        match self.kind {
            Kind::Namespace => NodeName::Namespace(self.name.clone()),
            Kind::Dataset => NodeName::Dataset(qualified()),
            Kind::Column => NodeName::Column(qualified(), self.path.clone().unwrap_or_default()),
            Kind::Job => NodeName::Job(qualified()),
            Kind::Owner => NodeName::Owner(self.name.clone()),
            Kind::Tag => NodeName::Tag(self.name.clone()),
        }
    }

    /// The name by which it is searched: the path of a column, otherwise the name.
    pub fn own_name(&self) -> &str {
        self.path.as_deref().unwrap_or(&self.name)
    }

    fn of(node: &Node) -> Card {
        let (namespace, name, path) = match &node.name {
            NodeName::Dataset(name) | NodeName::Job(name) => (name.namespace.clone(), name.name.clone(), None),
            NodeName::Column(name, path) => (name.namespace.clone(), name.name.clone(), Some(path.clone())),
            NodeName::Namespace(name) | NodeName::Owner(name) | NodeName::Tag(name) => {
                (String::new(), name.clone(), None)
            }
        };
        let platform = names::platform(&namespace);
        Card {
            id: node.id.0,
            kind: kind(node.name.kind()),
            platform: (!platform.is_empty()).then(|| platform.to_owned()),
            also: also(node),
            description: description(node),
            owners: owners(node),
            tags: tags(node),
            columns: Vec::new(),
            retired: retired(node),
            namespace,
            name,
            path,
        }
    }
}

/// The part of a score that is the document's own, and how it stands among equals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rank {
    /// Datasets above jobs above owners and tags above columns.
    pub kind: u8,
    /// Greater for a shorter name, of which a word is a greater part.
    pub brevity: u8,
    pub retired: bool,
}

impl Rank {
    fn pack(self) -> u64 {
        u64::from(self.kind) << 16 | u64::from(self.brevity) << 8 | u64::from(self.retired)
    }

    pub fn unpack(packed: u64) -> Rank {
        Rank { kind: (packed >> 16) as u8, brevity: (packed >> 8) as u8, retired: packed & 1 == 1 }
    }
}

/// The document of a dataset, with its columns.
pub fn dataset(fields: &Fields, node: &Node, columns: &[NodeName]) -> TantivyDocument {
    let mut card = Card::of(node);
    card.columns = columns.iter().filter_map(column_path).map(str::to_owned).collect();
    let mut document = common(fields, &card);
    for column in &card.columns {
        document.add_text(fields.columns, column);
    }
    add_names(fields, &mut document, node);
    document.add_u64(fields.inherited, inherited(node));
    add_reported(fields, &mut document, node);
    document.add_text(fields.order, order(&card.name));
    add_domains(fields, &mut document, node);
    finish(fields, document, &card)
}

/// The document of a column, with what it has from its dataset.
pub fn column(fields: &Fields, node: &Node, dataset: &Node) -> TantivyDocument {
    let mut card = Card::of(node);
    card.retired |= retired(dataset);
    let path = card.own_name().to_owned();
    let mut document = common(fields, &card);
    for owner in owners(dataset) {
        if !card.owners.contains(&owner) {
            add_value(fields, &mut document, Dimension::Owner, &owner);
            document.add_text(fields.within, &owner);
            card.owners.push(owner);
        }
    }
    document.add_u64(fields.parent, id_value(dataset.id));
    add_reported(fields, &mut document, dataset);
    document.add_text(fields.name, &path);
    for name in all_names(dataset) {
        document.add_text(fields.within, &name.name);
        document.add_text(fields.within, &name.namespace);
        add_each(&mut document, fields.full, tails(&name.name).map(|tail| format!("{tail}.{}", squash(&path))));
    }
    add_each(&mut document, fields.tail, tails(&path));
    add_each(&mut document, fields.last, tails(&path).last());
    document.add_text(fields.order, order(&format!("{path}\u{1}{}", card.name)));
    add_domains(fields, &mut document, dataset);
    finish(fields, document, &card)
}

/// The document of a job, an owner or a tag.
pub fn other(fields: &Fields, node: &Node) -> TantivyDocument {
    let card = Card::of(node);
    let mut document = common(fields, &card);
    add_names(fields, &mut document, node);
    document.add_text(fields.order, order(&card.name));
    add_domains(fields, &mut document, node);
    finish(fields, document, &card)
}

/// A digest of what the columns of a dataset have from it: when it changes, they are indexed again.
pub fn inherited(dataset: &Node) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&dataset.name, &dataset.reported_as, owners(dataset), domains(dataset), retired(dataset)).hash(&mut hasher);
    hasher.finish()
}

pub fn kind_name(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Namespace => "namespace",
        NodeKind::Dataset => "dataset",
        NodeKind::Column => "column",
        NodeKind::Job => "job",
        NodeKind::Owner => "owner",
        NodeKind::Tag => "tag",
    }
}

/// A reported name as it is found in the index. Of datasets that are one, only the representative has a document; when
/// another takes its place, all that has any of their names is taken away first.
pub fn reported(name: &QualifiedName) -> String {
    format!("{}\u{1}{}", name.namespace, name.name)
}

pub fn id_value(id: NodeId) -> u64 {
    u64::from(id.0)
}

fn kind(kind: NodeKind) -> Kind {
    match kind {
        NodeKind::Namespace => Kind::Namespace,
        NodeKind::Dataset => Kind::Dataset,
        NodeKind::Column => Kind::Column,
        NodeKind::Job => Kind::Job,
        NodeKind::Owner => Kind::Owner,
        NodeKind::Tag => Kind::Tag,
    }
}

fn rank(card: &Card) -> Rank {
    let kind = match card.kind {
        Kind::Dataset => 9,
        Kind::Job => 7,
        Kind::Owner | Kind::Tag | Kind::Namespace => 5,
        Kind::Column => 3,
    };
    let length = tails(card.own_name()).last().map_or(0, |tail| tail.chars().count());
    Rank { kind, brevity: 255 - length.min(255) as u8, retired: card.retired }
}

/// What every document has, whatever its kind.
fn common(fields: &Fields, card: &Card) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.id, u64::from(card.id));
    document.add_u64(fields.rank, rank(card).pack());
    let mut show = |dimension, value: &str| add_value(fields, &mut document, dimension, value);
    show(Dimension::Kind, kind_name(card.node_name().kind()));
    show(Dimension::Namespace, &card.namespace);
    show(Dimension::Platform, card.platform.as_deref().unwrap_or_default());
    card.owners.iter().for_each(|owner| show(Dimension::Owner, owner));
    card.tags.iter().for_each(|tag| show(Dimension::Tag, tag));
    for label in card.owners.iter().chain(&card.tags) {
        document.add_text(fields.labels, label);
    }
    for tag in &card.tags {
        if let Some((key, _)) = tag.split_once('=') {
            document.add_text(fields.dimension(Dimension::Tag).term, fold(key));
        }
    }
    if card.path.is_none() {
        document.add_text(fields.rest, &card.namespace);
    }
    if let Some(description) = &card.description {
        document.add_text(fields.rest, description);
    }
    document
}

fn finish(fields: &Fields, mut document: TantivyDocument, card: &Card) -> TantivyDocument {
    let bytes = serde_json::to_vec(card).expect("a card is strings and numbers, which JSON can always hold");
    document.add_bytes(fields.card, &bytes);
    document
}

fn add_value(fields: &Fields, document: &mut TantivyDocument, dimension: Dimension, value: &str) {
    if value.is_empty() {
        return;
    }
    let (field, folded) = (fields.dimension(dimension), fold(value));
    document.add_text(field.fast_field, format!("{folded}{SHOWN}{value}"));
    document.add_text(field.term, folded);
}

fn add_domains(fields: &Fields, document: &mut TantivyDocument, node: &Node) {
    for domain in domains(node) {
        add_value(fields, document, Dimension::Domain, &domain);
    }
}

fn add_names(fields: &Fields, document: &mut TantivyDocument, node: &Node) {
    let (mut full, mut tail, mut last) = (Vec::new(), Vec::new(), Vec::new());
    for name in all_names(node) {
        document.add_text(fields.name, &name.name);
        full.push(squash(&name.name));
        full.push(squash(&format!("{}/{}", name.namespace, name.name)));
        tail.extend(tails(&name.name));
        last.extend(tails(&name.name).last());
    }
    add_each(document, fields.full, full);
    add_each(document, fields.tail, tail);
    add_each(document, fields.last, last);
}

fn add_reported(fields: &Fields, document: &mut TantivyDocument, dataset: &Node) {
    for name in &dataset.reported_as {
        document.add_text(fields.reported, reported(name));
    }
}

fn add_each(document: &mut TantivyDocument, field: Field, values: impl IntoIterator<Item = String>) {
    let mut values: Vec<String> = values.into_iter().collect();
    values.sort();
    values.dedup();
    for value in values.iter().filter(|value| !value.is_empty() && value.len() <= WHOLE_NAME) {
        document.add_text(field, value);
    }
}

/// Every name of a node, the shown one first, each once.
fn all_names(node: &Node) -> Vec<QualifiedName> {
    let shown = match &node.name {
        NodeName::Dataset(name) | NodeName::Job(name) | NodeName::Column(name, _) => name.clone(),
        NodeName::Namespace(name) | NodeName::Owner(name) | NodeName::Tag(name) => QualifiedName::new("", name),
    };
    let mut names = vec![shown];
    if node.name.kind() == NodeKind::Dataset {
        for name in &node.reported_as {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

fn also(node: &Node) -> Vec<String> {
    let mut others: Vec<String> = all_names(node).into_iter().map(|name| name.name).collect();
    let shown = others.remove(0);
    others.retain(|name| *name != shown);
    others
}

/// The ends of a name at each `.` and `/`, squashed, longest first.
fn tails(name: &str) -> impl Iterator<Item = String> {
    let name = name.trim_matches(['/', '.']);
    let mut starts: Vec<usize> = name.match_indices(['.', '/']).map(|(at, _)| at + 1).collect();
    let skip = starts.len().saturating_sub(TAILS - 1);
    starts.drain(..skip);
    std::iter::once(0).chain(starts).map(|start| squash(&name[start..])).filter(|tail| !tail.is_empty())
}

fn order(name: &str) -> String {
    let mut folded = fold(name);
    let mut end = folded.len().min(ORDER);
    while !folded.is_char_boundary(end) {
        end -= 1;
    }
    folded.truncate(end);
    folded
}

fn column_path(name: &NodeName) -> Option<&str> {
    match name {
        NodeName::Column(_, path) => Some(path),
        NodeName::Namespace(_) | NodeName::Dataset(_) | NodeName::Job(_) | NodeName::Owner(_) | NodeName::Tag(_) => {
            None
        }
    }
}

/// What a person wrote, else what was ingested, else what the schema says of the column.
fn description(node: &Node) -> Option<String> {
    let written = [&node.authored, &node.ingested].into_iter().filter_map(|aspects| aspects.documentation.as_ref());
    let said =
        [&node.authored, &node.ingested].into_iter().filter_map(|aspects| aspects.field.as_ref()?.description.as_ref());
    let text = written.map(|written| &written.text).chain(said).find(|text| !text.trim().is_empty())?;
    Some(text.chars().take(DESCRIPTION).collect())
}

fn owners(node: &Node) -> Vec<String> {
    each_once(node.authored.owners.iter().chain(&node.ingested.owners).map(|owner| owner.name.clone()))
}

fn tags(node: &Node) -> Vec<String> {
    each_once(node.authored.tags.iter().chain(&node.ingested.tags).map(tag_text))
}

fn domains(node: &Node) -> Vec<String> {
    let tags = node.authored.tags.iter().chain(&node.ingested.tags);
    each_once(tags.filter(|tag| tag.key.eq_ignore_ascii_case("domain")).map(|tag| tag.value.clone()))
}

fn tag_text(tag: &Tag) -> String {
    match tag.value.as_str() {
        "" | "true" => tag.key.clone(),
        value => format!("{}={value}", tag.key),
    }
}

fn retired(node: &Node) -> bool {
    let dropped = [&node.authored, &node.ingested]
        .into_iter()
        .filter_map(|aspects| aspects.lifecycle.as_ref())
        .any(|l| l.dropped);
    let mut tags = node.authored.tags.iter().chain(&node.ingested.tags);
    dropped || tags.any(|tag| tag.key.eq_ignore_ascii_case("deprecated") && tag.value != "false")
}

fn each_once(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
