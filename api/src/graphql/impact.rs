//! What breaks when a node is deleted.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::resolver_utils::enum_value;
use async_graphql::{ID, SimpleObject, Value};
use graph::{Node, NodeId, NodeKind, Revision};
use impact::{Deletion, ImpactError, Item};

use super::common::{self, Owner, Reason};
use super::enums::ImpactUse;
use super::error::{ApiError, Result};
use super::lineage::LineageNode;
use super::record::{Record, RecordField, Rows, record};
use super::scope::{AsOf, Scope};
use super::{ids, reasons, walking};

#[derive(SimpleObject)]
pub struct DeletionImpact {
    pub revision: common::Revision,
    pub complete: bool,
    pub reasons: Vec<Reason>,
    pub total: u64,
    /// nearest first
    pub items: Rows<ImpactItem>,
}

pub struct ImpactItem {
    node: LineageNode,
    via: Vec<String>,
    used: ImpactUse,
    owners: Vec<Owner>,
}

impl Record for ImpactItem {
    const NAME: &'static str = "ImpactItem";

    fn fields() -> Vec<RecordField<ImpactItem>> {
        vec![
            RecordField::nested("node", |item: &ImpactItem| &item.node),
            RecordField::leaf::<i32>("hop", |item: &ImpactItem| item.node.hop.into()),
            RecordField::leaf::<Vec<ID>>("via", |item: &ImpactItem| item.via.iter().cloned().collect::<Value>())
                .described("the way from the deleted node to this one, without the two"),
            RecordField::leaf::<ImpactUse>("use", |item: &ImpactItem| enum_value(item.used)).described(
                "direct when a value comes from the deleted node, indirect when only rows or conditions do, \
                 unknown when only tables are tied",
            ),
            RecordField::list("owners", |item: &ImpactItem| item.owners.as_slice())
                .described("a column has the owners of its dataset"),
        ]
    }
}
record!(ImpactItem);

/// The arguments of `deletionImpact`.
pub struct Question {
    pub id: ID,
    pub depth: Option<i32>,
    pub limit: Option<i32>,
    pub as_of: Option<AsOf>,
}

pub async fn deletion(scope: &Scope, question: Question) -> Result<DeletionImpact> {
    let limits = walking::limits(question.depth, 50, question.limit, 2000)?;
    let meta = scope.revision(question.as_of).await?;
    let node = walking::node(scope, &question.id, meta.revision).await?;
    if !matches!(node.name.kind(), NodeKind::Dataset | NodeKind::Column | NodeKind::Job) {
        return Err(ids::wrong_kind(&question.id, ids::EXPECTED_NODE));
    }
    let asked = Deletion {
        node: node.id,
        depth: limits.depth,
        limit: limits.nodes,
        at: meta.revision,
        deadline: Some(walking::stop_at(scope)),
    };
    let found = impact::deletion(scope.store(), &*scope.viewer, &asked).await?;
    let owners = owners(scope, &found.items, meta.revision).await?;
    Ok(DeletionImpact {
        revision: meta.into(),
        complete: found.reasons.is_empty(),
        reasons: reasons::told(scope, &found.reasons, &found.causes, limits, meta.revision).await?,
        total: found.items.len() as u64,
        items: Rows(found.items.into_iter().zip(owners).map(|(item, owners)| told(item, owners)).collect()),
    })
}

fn told(item: Item, owners: Vec<Owner>) -> ImpactItem {
    ImpactItem {
        node: LineageNode::new(item.node, i32::try_from(item.hop).unwrap_or(i32::MAX)),
        via: item.via.iter().map(|node| ids::node(&node.name)).collect(),
        used: item.used.into(),
        owners,
    }
}

/// The owners of each item, in their order.
async fn owners(scope: &Scope, items: &[Item], at: Revision) -> Result<Vec<Vec<Owner>>> {
    let parents: Vec<NodeId> = items.iter().filter_map(|item| dataset_of_column(&item.node)).collect();
    let datasets: HashMap<NodeId, Arc<Node>> =
        scope.nodes(&parents, at).await?.into_iter().map(|node| (node.id, node)).collect();
    let of = |item: &Item| {
        let dataset = dataset_of_column(&item.node).and_then(|dataset| datasets.get(&dataset));
        let node = dataset.unwrap_or(&item.node);
        Owner::all(&node.authored, &node.ingested)
    };
    Ok(items.iter().map(of).collect())
}

fn dataset_of_column(node: &Node) -> Option<NodeId> {
    node.parent.filter(|_| node.name.kind() == NodeKind::Column)
}

impl From<ImpactError> for ApiError {
    fn from(error: ImpactError) -> ApiError {
        match error {
            ImpactError::Store(error) => error.into(),
            ImpactError::Proposal(problems) => ApiError::Proposal(problems),
        }
    }
}
