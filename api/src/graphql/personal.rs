//! Personal data: what there is, and the words in which it is told.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_graphql::resolver_utils::enum_value;
use async_graphql::{Enum, ID, SimpleObject, Value};
use graph::{Node, NodeId, NodeKind, Revision};
use impact::personal::{self, Listed, Standing};

use super::common::{self, Owner, PageInfo, Reason, text_or_null};
use super::error::Result;
use super::lineage::LineageNode;
use super::reasons::{self, Limits};
use super::record::{Record, RecordField, Rows, record};
use super::schema_impact::Cursor;
use super::scope::{AsOf, Scope};
use super::{ids, page, walking};

/// Of which kind personal data is.
#[derive(Enum, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[graphql(remote = "personal::Category")]
pub enum PersonalCategory {
    Contact,
    Identity,
    Financial,
    Health,
    Location,
    Online,
    Credential,
    /// what articles 9 and 10 of the GDPR name besides health
    Special,
    FreeText,
    Unspecified,
}

/// Who says whether something is personal data.
#[derive(Enum, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[graphql(remote = "personal::Known")]
pub enum PersonalKnown {
    /// a person says that it is
    Confirmed,
    /// an event says that it is
    Declared,
    /// its name makes it likely, and nobody said anything
    Detected,
    /// an event says that it is not
    Denied,
    /// a person says that it is not, and that nothing personal arrives in it
    Rejected,
}

#[derive(SimpleObject)]
pub struct PersonalData {
    pub revision: common::Revision,
    pub complete: bool,
    pub reasons: Vec<Reason>,
    /// datasets and columns that were looked at
    pub looked_at: u64,
    /// of everything that fits the question, on all pages
    pub counts: Rows<PersonalCount>,
    pub total_count: u64,
    /// by the name of the dataset, then in the order of its columns
    pub items: Rows<PersonalItem>,
    pub page_info: PageInfo,
}

pub struct PersonalCount {
    category: PersonalCategory,
    known: PersonalKnown,
    count: u64,
}

pub struct PersonalItem {
    node: LineageNode,
    standing: Standing,
    owners: Vec<Owner>,
}

impl Record for PersonalCount {
    const NAME: &'static str = "PersonalCount";

    fn fields() -> Vec<RecordField<PersonalCount>> {
        vec![
            RecordField::leaf::<PersonalCategory>("category", |one: &PersonalCount| enum_value(one.category)),
            RecordField::leaf::<PersonalKnown>("known", |one: &PersonalCount| enum_value(one.known)),
            RecordField::leaf::<u64>("count", |one: &PersonalCount| one.count.into()),
        ]
    }
}
record!(PersonalCount);

impl Record for PersonalItem {
    const NAME: &'static str = "PersonalItem";
    const DESCRIPTION: Option<&'static str> = Some("A column, or a dataset as a whole, and what is known of it.");

    fn fields() -> Vec<RecordField<PersonalItem>> {
        type Field = RecordField<PersonalItem>;
        vec![
            Field::nested("node", |one| &one.node),
            Field::leaf::<PersonalCategory>("category", |one| category_or_null(Some(&one.standing))),
            Field::leaf::<PersonalKnown>("known", |one| known_or_null(Some(&one.standing))),
            Field::leaf::<Option<String>>("tag", |one| text_or_null(one.standing.tag.as_deref()))
                .described("the tag that says so, as it was written"),
            Field::leaf::<Option<String>>("rule", |one| text_or_null(one.standing.rule))
                .described("the rule for names by which it was detected"),
            Field::leaf::<f64>("confidence", |one| (f64::from(one.standing.confidence) / 100.0).into())
                .described("1 for what was said; of a rule a rough guess of how often it is right"),
            Field::list("owners", |one| one.owners.as_slice()).described("a column has the owners of its dataset"),
        ]
    }
}
record!(PersonalItem);

/// The arguments of `personalData`.
pub struct Question {
    pub category: Option<Vec<PersonalCategory>>,
    pub known: Option<Vec<PersonalKnown>>,
    pub dataset: Option<ID>,
    pub min_confidence: Option<f64>,
    pub first: Option<i32>,
    pub after: Option<String>,
    pub as_of: Option<AsOf>,
}

pub async fn data(scope: &Scope, question: Question) -> Result<PersonalData> {
    let first = page::first(question.first, 100, page::PAGE_LIMIT)?;
    let after = question.after.as_deref().map(Cursor::parse).transpose()?;
    let pinned = after.as_ref().map(|cursor| AsOf::Revision(cursor.revision));
    let meta = scope.revision(question.as_of.or(pinned)).await?;
    let found = inventory(scope, question.dataset.as_ref(), meta.revision).await?;
    let fits: Vec<Listed> = found.listed.into_iter().filter(|listed| question.fits(&listed.standing)).collect();
    let (total_count, from) = (fits.len(), after.map_or(0, |cursor| cursor.place));
    let counts = counts(&fits);
    let page: Vec<Listed> = fits.into_iter().skip(from).take(first).collect();
    let end = from + page.len();
    let end_cursor = (!page.is_empty()).then(|| Cursor { place: end, revision: meta.revision.0 }.to_string());
    let limits = Limits { nodes: usize::MAX, depth: 0 };
    Ok(PersonalData {
        revision: meta.into(),
        complete: found.reasons.is_empty(),
        reasons: reasons::told(scope, &found.reasons, &Default::default(), limits, meta.revision).await?,
        looked_at: found.looked_at,
        counts: Rows(counts),
        total_count: total_count as u64,
        items: Rows(told(scope, page, meta.revision).await?),
        page_info: PageInfo { has_next_page: end < total_count, end_cursor },
    })
}

impl Question {
    /// Without a choice, what counts as personal data.
    fn fits(&self, standing: &Standing) -> bool {
        let known = PersonalKnown::from(standing.known);
        let confidence = f64::from(standing.confidence) / 100.0;
        self.category.as_ref().is_none_or(|wanted| wanted.contains(&standing.category.into()))
            && self.known.as_ref().map_or(standing.known.is_personal(), |wanted| wanted.contains(&known))
            && self.min_confidence.is_none_or(|least| confidence >= least)
    }
}

/// All that has a standing, or that of one dataset.
pub async fn inventory(scope: &Scope, dataset: Option<&ID>, at: Revision) -> Result<personal::Inventory> {
    let dataset = match dataset {
        Some(id) => {
            let node = walking::node(scope, id, at).await?;
            if node.name.kind() != NodeKind::Dataset {
                return Err(ids::wrong_kind(id, "the id of a dataset"));
            }
            Some(node.id)
        }
        None => None,
    };
    let deadline = Some(walking::stop_at(scope));
    let question = personal::Question { dataset, limit: usize::MAX, at, deadline };
    Ok(personal::inventory(scope.store(), &*scope.viewer, &question).await?)
}

fn counts(listed: &[Listed]) -> Vec<PersonalCount> {
    let mut counts: BTreeMap<(PersonalCategory, PersonalKnown), u64> = BTreeMap::new();
    for Listed { standing, .. } in listed {
        *counts.entry((standing.category.into(), standing.known.into())).or_default() += 1;
    }
    counts.into_iter().map(|((category, known), count)| PersonalCount { category, known, count }).collect()
}

pub async fn told(scope: &Scope, listed: Vec<Listed>, at: Revision) -> Result<Vec<PersonalItem>> {
    let nodes: Vec<&Arc<Node>> = listed.iter().map(|listed| &listed.node).collect();
    let owners = owners(scope, &nodes, at).await?;
    let told = |(Listed { node, standing }, owners)| PersonalItem { node: LineageNode::new(node, 0), standing, owners };
    Ok(listed.into_iter().zip(owners).map(told).collect())
}

/// The owners of each node, in their order; a column has those of its dataset.
pub async fn owners(scope: &Scope, nodes: &[&Arc<Node>], at: Revision) -> Result<Vec<Vec<Owner>>> {
    let dataset = |node: &Node| node.parent.filter(|_| node.name.kind() == NodeKind::Column);
    let parents: Vec<NodeId> = nodes.iter().filter_map(|node| dataset(node)).collect();
    let datasets: HashMap<NodeId, Arc<Node>> =
        scope.nodes(&parents, at).await?.into_iter().map(|node| (node.id, node)).collect();
    let of = |node: &&Arc<Node>| {
        let node = dataset(node).and_then(|dataset| datasets.get(&dataset)).unwrap_or(node);
        Owner::all(&node.authored, &node.ingested)
    };
    Ok(nodes.iter().map(of).collect())
}

/// The id of a node, or null.
pub fn id_or_null(node: Option<&Arc<Node>>) -> Value {
    node.map_or(Value::Null, |node| ids::node(&node.name).into())
}

pub fn category_or_null(standing: Option<&Standing>) -> Value {
    standing.map_or(Value::Null, |standing| enum_value(PersonalCategory::from(standing.category)))
}

pub fn known_or_null(standing: Option<&Standing>) -> Value {
    standing.map_or(Value::Null, |standing| enum_value(PersonalKnown::from(standing.known)))
}
