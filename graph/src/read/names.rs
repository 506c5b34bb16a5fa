//! Names to nodes.

use super::{Shape, View};
use crate::apply::flag;
use crate::ids::NodeId;
use crate::model::*;
use crate::names;
use crate::store::Result;

/// Nodes by their keys.
pub(crate) trait Find {
    fn find(&self, parent: u32, kind: NodeKind, key: &str) -> Result<Option<u32>>;
}

/// The representative of a name; none for one that nothing answers to.
pub(crate) fn resolve<S: Shape>(view: &View<'_, S>, by: &impl Find, name: &NodeName) -> Result<Option<NodeId>> {
    let found = match name {
        NodeName::Dataset(dataset) => resolve_dataset(view, by, dataset)?,
        NodeName::Column(dataset, path) => match resolve_dataset(view, by, dataset)? {
            Some(id) => resolve_column(view, id, &dataset.namespace, path),
            None => None,
        },
        NodeName::Job(job) => match by.find(0, NodeKind::Namespace, &names::namespace_key(&job.namespace))? {
            Some(space) => by.find(space, NodeKind::Job, &names::key(name))?,
            None => None,
        },
        NodeName::Namespace(_) | NodeName::Owner(_) | NodeName::Tag(_) => by.find(0, name.kind(), &names::key(name))?,
    };
    let found = found.filter(|id| is_there(view, *id));
    Ok(found.map(|id| NodeId(view.representative(id))))
}

fn is_there<S: Shape>(view: &View<'_, S>, id: u32) -> bool {
    view.shape.has(id) && view.shape.exists(id, view.at)
}

/// A dataset by a name it was reported with, or by the name that the namespace rules give it.
fn resolve_dataset<S: Shape>(view: &View<'_, S>, by: &impl Find, name: &QualifiedName) -> Result<Option<u32>> {
    let reported = match by.find(0, NodeKind::Namespace, &names::namespace_key(&name.namespace))? {
        Some(space) => by.find(space, NodeKind::Dataset, &names::key(&NodeName::Dataset(name.clone())))?,
        None => None,
    };
    let reported = reported.filter(|id| is_there(view, *id));
    let rewritten = || view.aliases.by_rewritten(name).iter().copied().find(|id| is_there(view, *id));
    let found = reported.or_else(rewritten);
    Ok(found.map(|id| {
        let nominal = view.shape.flags(id) & flag::NOMINAL != 0;
        nominal.then(|| view.aliases.leads_to(id, view.at)).flatten().unwrap_or(id)
    }))
}

fn resolve_column<S: Shape>(view: &View<'_, S>, dataset: u32, namespace: &str, path: &str) -> Option<u32> {
    let key = names::column_key(namespace, path);
    let columns = view.class(dataset).into_iter().filter_map(|member| view.shape.column(member, &key));
    columns.into_iter().find(|column| view.shape.exists(*column, view.at))
}
