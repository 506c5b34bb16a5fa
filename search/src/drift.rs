//! Samples of an index, one document of each namespace, for comparing with the store.

use std::collections::{HashMap, HashSet};

use graph::{Node, NodeId, NodeName};

use crate::document::SHOWN;
use crate::error::Result;
use crate::fields::{Dimension, ID};
use crate::shelf::Live;

/// Namespaces that are compared at most.
const SAMPLES: usize = 1_000;

/// One node of each namespace, with the namespace as the index shows it.
pub fn samples(live: &Live) -> Result<Vec<(NodeId, String)>> {
    let mut samples: HashMap<String, NodeId> = HashMap::new();
    for segment in live.reader.searcher().segment_readers() {
        let fast = segment.fast_fields();
        let Some(namespaces) = fast.str(live.fields.dimension(Dimension::Namespace).fast)? else { continue };
        let ids = fast.u64(ID)?;
        let mut seen: HashSet<u64> = HashSet::new();
        for doc in segment.doc_ids_alive() {
            if seen.len() == namespaces.num_terms() || samples.len() >= SAMPLES {
                break;
            }
            let (Some(number), Some(id)) = (namespaces.ords().first(doc), ids.first(doc)) else { continue };
            if seen.insert(number) {
                let mut value = String::new();
                namespaces.ord_to_str(number, &mut value).map_err(tantivy::TantivyError::from)?;
                let shown = value.split_once(SHOWN).map_or(value.as_str(), |(_, shown)| shown);
                samples.entry(shown.to_owned()).or_insert(NodeId(id as u32));
            }
        }
    }
    Ok(samples.into_iter().map(|(shown, id)| (id, shown)).collect())
}

/// The namespace that a node's name has.
pub fn namespace(node: &Node) -> Option<&str> {
    match &node.name {
        NodeName::Dataset(name) | NodeName::Job(name) | NodeName::Column(name, _) => Some(&name.namespace),
        NodeName::Namespace(_) | NodeName::Owner(_) | NodeName::Tag(_) => None,
    }
}
