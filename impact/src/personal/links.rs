//! How the rows of a dataset without the key are found: through another dataset that has it.

use std::collections::{BTreeMap, HashMap};

use graph::{NodeId, NodeName, Store, Viewer};

use super::keys::{Alike, Bounds, KeyColumn, Likeness};
use crate::Result;
use crate::outgoing;

/// A column of a dataset whose values are those of a column beside the key.
#[derive(Clone, Debug)]
pub(super) struct Through {
    pub own: NodeId,
    /// In a dataset with the key, and the way to it.
    pub other: KeyColumn,
    pub distance: u32,
}

/// The shortest way from each of the datasets to one that has the key; of ways of one length, to one on the same
/// server first.
pub(super) async fn links(
    store: &dyn Store,
    viewer: &dyn Viewer,
    datasets: &[NodeId],
    keyed: &HashMap<NodeId, Vec<NodeId>>,
    bounds: Bounds,
) -> Result<BTreeMap<NodeId, Through>> {
    let mut found = BTreeMap::new();
    for dataset in datasets {
        let own = outgoing::columns(store, &[*dataset], bounds.at).await?;
        let own: Vec<NodeId> = own.into_keys().collect();
        let alike = Alike::find(store, viewer, &own, bounds).await?;
        let there = alike.by_dataset().into_iter().filter(|(other, _)| other != dataset && keyed.contains_key(other));
        let columns = there.flat_map(|(_, columns)| columns);
        let fits = columns.filter(|id| alike.is_joined(*id) && alike.likeness(*id) == Some(Likeness::Same));
        let best = fits.min_by_key(|id| (!is_beside(&alike, own.first(), *id), alike.distance(*id), *id));
        let Some(other) = best.and_then(|id| alike.told(id)) else { continue };
        let Some(first) = other.way.first().map(|step| step.from.id) else { continue };
        let distance = u32::try_from(other.way.len()).unwrap_or(u32::MAX);
        found.insert(*dataset, Through { own: first, other, distance });
    }
    Ok(found)
}

fn is_beside(alike: &Alike<'_>, one: Option<&NodeId>, other: NodeId) -> bool {
    let namespace = |id: NodeId| match &alike.node(id)?.name {
        NodeName::Column(dataset, _) => Some(dataset.namespace.clone()),
        _ => None,
    };
    one.and_then(|one| namespace(*one)) == namespace(other)
}
