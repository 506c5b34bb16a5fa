//! Datasets by any ending of their names.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use graph::names::key;
use graph::{Node, NodeId, NodeKind, NodeName, QualifiedName, Revision, Scan, Store, Viewer};

use super::proposal::DatasetName;
use crate::Result;

/// Nodes read from the store at a time.
const SCAN: usize = 10_000;
/// Candidates that an error lists.
const CANDIDATES: usize = 10;

/// What a name may mean.
pub(super) enum Meant {
    One(NodeId),
    Several(Vec<String>),
    /// Nothing; names that are like it.
    None(Vec<String>),
}

/// Every dataset that the viewer sees, by the last part of each of its names.
pub(super) struct Index {
    by_last: HashMap<String, Vec<(NodeId, QualifiedName)>>,
}

impl Index {
    pub async fn load(store: &dyn Store, viewer: &dyn Viewer, at: Revision) -> Result<Index> {
        let mut by_last: HashMap<String, Vec<(NodeId, QualifiedName)>> = HashMap::new();
        let mut after = None;
        loop {
            let page = store.scan(Scan { kind: NodeKind::Dataset, parent: None, after, limit: SCAN, at }).await?;
            after = page.last().copied();
            let nodes: Vec<Arc<Node>> = store.nodes(&page, at).await?.into_iter().flatten().collect();
            for node in nodes.iter().filter(|node| viewer.sees(node)) {
                for name in names(node) {
                    by_last.entry(last(&name.name)).or_default().push((node.id, name));
                }
            }
            if page.len() < SCAN {
                break;
            }
        }
        Ok(Index { by_last })
    }

    /// The dataset that a name means: the whole of a name before an ending of one.
    pub fn find(&self, wanted: &DatasetName) -> Meant {
        let namespace = wanted.namespace.as_deref().map(|namespace| key(&NodeName::Namespace(namespace.to_owned())));
        let in_namespace = |name: &QualifiedName| {
            namespace.as_ref().is_none_or(|wanted| *wanted == key(&NodeName::Namespace(name.namespace.clone())))
        };
        let near = self.by_last.get(&last(&wanted.name)).map_or(&[][..], Vec::as_slice);
        let matching = |fits: fn(&str, &str) -> bool| -> BTreeMap<NodeId, &QualifiedName> {
            let found = near
                .iter()
                .filter(|(_, name)| in_namespace(name) && fits(&folded(name, &name.name), &folded(name, &wanted.name)));
            found.map(|(id, name)| (*id, name)).collect()
        };
        for found in [matching(|whole, wanted| whole == wanted), matching(ends)] {
            let mut ids = found.keys();
            match (ids.next(), ids.next()) {
                (None, _) => {}
                (Some(one), None) => return Meant::One(*one),
                (Some(_), Some(_)) => return Meant::Several(listed(found.into_values())),
            }
        }
        Meant::None(self.like(&wanted.name, near))
    }

    /// Names with the same last part, else those whose last part is nearest.
    fn like(&self, wanted: &str, near: &[(NodeId, QualifiedName)]) -> Vec<String> {
        if !near.is_empty() {
            return listed(near.iter().map(|(_, name)| name));
        }
        let wanted = last(wanted);
        let distance = |other: &str| strsim::damerau_levenshtein(&wanted, other);
        let mut close: Vec<(usize, &String)> = self.by_last.keys().map(|last| (distance(last), last)).collect();
        close.retain(|(distance, last)| *distance <= 1 + last.len().min(wanted.len()) / 4);
        close.sort();
        listed(close.into_iter().filter_map(|(_, last)| self.by_last.get(last)).flatten().map(|(_, name)| name))
    }
}

/// Under each of which it may be asked for.
fn names(node: &Node) -> Vec<QualifiedName> {
    let mut names = node.reported_as.clone();
    if let NodeName::Dataset(shown) = &node.name
        && !names.contains(shown)
    {
        names.push(shown.clone());
    }
    names
}

fn listed<'n>(names: impl Iterator<Item = &'n QualifiedName>) -> Vec<String> {
    let mut names: Vec<String> = names.map(|name| format!("{} in {}", name.name, name.namespace)).collect();
    names.sort();
    names.dedup();
    names.truncate(CANDIDATES);
    names
}

fn last(name: &str) -> String {
    let name = name.trim().trim_end_matches('/');
    let last = name.rsplit(['.', '/']).next().unwrap_or(name);
    last.trim_matches(['"', '`']).to_lowercase()
}

/// A name as the platform of a dataset compares it.
fn folded(like: &QualifiedName, name: &str) -> String {
    key(&NodeName::Dataset(QualifiedName::new(like.namespace.as_str(), name.trim())))
}

fn ends(whole: &str, ending: &str) -> bool {
    whole.strip_suffix(ending).is_some_and(|before| before.ends_with(['.', '/']))
}
