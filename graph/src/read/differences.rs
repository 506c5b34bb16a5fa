//! What makes one version of a node another.

use crate::model::Node;

/// The aspects in which two versions differ, by name.
pub(crate) fn differences(before: &Node, after: &Node) -> Vec<&'static str> {
    let (a, b) = (&before.ingested, &after.ingested);
    let (c, d) = (&before.authored, &after.authored);
    let all = [
        ("description", a.documentation != b.documentation || c.documentation != d.documentation),
        ("owners", a.owners != b.owners || c.owners != d.owners),
        ("tags", a.tags != b.tags || c.tags != d.tags),
        ("source", a.source != b.source),
        ("type", a.dataset_type != b.dataset_type || a.field != b.field),
        ("storage", a.storage != b.storage),
        ("lifecycle", a.lifecycle != b.lifecycle),
        ("schema", a.schema != b.schema),
        ("query", a.query != b.query),
        ("faults of the query", a.query_faults != b.query_faults),
        ("source code", a.source_code != b.source_code),
        ("source location", a.source_location != b.source_location),
        ("job type", a.job_type != b.job_type),
        ("other names", a.aliases != b.aliases || before.reported_as != after.reported_as),
    ];
    all.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect()
}
