//! What every store has to do. A store's own test file makes it from a function that opens an empty one:
//! `suite!(open)`. State is compared as text.

#![allow(dead_code, reason = "each store's test file uses a part of the tools")]

mod gaps;
mod lineage;
mod naming;
mod reading;
mod say;
mod tools;

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use graph::walk::{self, Walk};
use graph::*;

pub use gaps::*;
pub use lineage::*;
pub use naming::*;
pub use reading::*;
pub use say::*;
pub use tools::*;

/// An empty store, and whatever must live as long as it does.
pub struct Opened {
    pub store: Arc<dyn Store>,
    pub keep: Box<dyn Any>,
}

/// Declares one test for each case; with `if`, they pass untested where the condition does not hold.
macro_rules! suite {
    ($open:ident) => {
        conformance::suite!($open if conformance::always);
    };
    ($open:ident if $ready:path) => {
        conformance::suite!($open if $ready:
            one_event, repeated_input, order_plays_no_part, accumulated_run, failed_then_complete, late_start,
            edge_ends_with_a_complete_run, edge_stays_when_a_run_fails, column_lineage_before_inputs,
            unclaimed_input_feeds_every_output, explicit_lineage_before_all, column_only_mentioned, schema_changes,
            column_tags_before_schema, late_facet_loses, deleted_facet, names_by_platform, symlink, late_symlink,
            two_logical_names, silent_query_ends_nothing, renamed_and_written_again, renamed_from_another_spelling, dropped_and_written_again, rewritten_namespace,
            authored_beside_ingested, as_of_a_revision, as_of_a_time, feed, history_of_a_node, runs_of_a_dataset,
            design_statement_replaces, dataset_states_its_own_lineage, derived_from_a_query, derived_again_when_a_schema_comes_late, evidence_of_an_edge,
            rejected_input, unknown_target, unknown_target_among_others, walk_in_a_cycle, walk_limits, restricted_walk, paths_between,
            unread_query, paths_beside_an_unread_query, columns_not_told, unread_query_without_outputs,
            output_told_by_a_late_schema, unread_query_that_does_not_count, influence_on_a_whole_dataset, concurrent_commits, future_revision
        );
    };
    ($open:ident if $ready:path: $($case:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $case() {
            if !$ready() {
                return;
            }
            conformance::$case(&|derive, rewrites| Box::pin($open(derive, rewrites))).await;
        }
    )*};
}
pub(crate) use suite;

pub fn always() -> bool {
    true
}

/// The whole current state as text: nodes, edges, runs.
pub async fn state(store: &dyn Store) -> String {
    let newest = store.revision(AsOf::Latest).await.expect("revision");
    let totals = newest.totals;
    for (kind, total) in
        [(NodeKind::Dataset, totals.datasets), (NodeKind::Column, totals.columns), (NodeKind::Job, totals.jobs)]
    {
        let scan = Scan { kind, parent: None, after: None, limit: 10_000, at: newest.revision };
        let shown = store.scan(scan).await.expect("scan").len() as u64;
        assert_eq!(total, shown, "as many are counted as are shown of kind {kind:?}");
    }
    state_at(store, newest.revision).await
}

pub async fn state_at(store: &dyn Store, at: Revision) -> String {
    let mut lines = BTreeSet::new();
    for kind in [NodeKind::Dataset, NodeKind::Column, NodeKind::Job, NodeKind::Owner, NodeKind::Tag] {
        let scan = Scan { kind, parent: None, after: None, limit: 10_000, at };
        let ids = store.scan(scan).await.expect("scan");
        for node in store.nodes(&ids, at).await.expect("nodes").into_iter().flatten() {
            lines.insert(node_line(&node));
        }
        for edge in edges(store, &ids, at).await {
            lines.insert(edge);
        }
    }
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

fn node_line(node: &Node) -> String {
    let mut line = label(&node.name);
    for (mark, aspects) in [("", &node.ingested), ("authored ", &node.authored)] {
        if let Some(text) = &aspects.documentation {
            line += &format!(" {mark}doc={:?}", text.text);
        }
        for owner in &aspects.owners {
            line += &format!(" {mark}owner={}", owner.name);
        }
        for tag in &aspects.tags {
            line += &format!(" {mark}tag={}", tag.key);
        }
        if let Some(field) = &aspects.field {
            line += &format!(" {}", field.data_type.as_deref().unwrap_or("?"));
            line += if field.declared { "" } else { " undeclared" };
        }
        if let Some(lifecycle) = &aspects.lifecycle {
            line += &format!(" {}{}", lifecycle.change, if lifecycle.dropped { " dropped" } else { "" });
        }
    }
    if node.reported_as.len() > 1 {
        line += &format!(" names={:?}", node.reported_as.iter().map(|name| &name.name).collect::<Vec<_>>());
    }
    line
}

async fn edges(store: &dyn Store, ids: &[NodeId], at: Revision) -> Vec<String> {
    let kinds = EdgeKinds::of(&EdgeKind::ALL);
    let hop = Hop { frontier: ids, direction: Direction::Downstream, kinds, at };
    let mut lines = Vec::new();
    for edge in store.hop(hop).await.expect("hop") {
        let ends = store.nodes(&[edge.from, edge.to], at).await.expect("nodes");
        let name = |place: usize| ends[place].as_ref().map_or("(none)".to_owned(), |node| label(&node.name));
        let masking = if edge.masking { " masking" } else { "" };
        lines.push(format!("  {} -{:?}{masking}-> {}", name(0), edge.kind, name(1)));
    }
    lines
}

/// A node by its kind and the last part of its name.
pub fn label(name: &NodeName) -> String {
    match name {
        NodeName::Namespace(namespace) => format!("namespace {namespace}"),
        NodeName::Dataset(name) => format!("dataset {}", name.name),
        NodeName::Column(name, path) => format!("column {}.{path}", name.name),
        NodeName::Job(name) => format!("job {}", name.name),
        NodeName::Owner(name) => format!("owner {name}"),
        NodeName::Tag(name) => format!("tag {name}"),
    }
}

/// The nodes that a walk reaches, as `name@hop`, and why it is not complete.
pub async fn walked(store: &dyn Store, walk: &Walk, viewer: &dyn Viewer) -> String {
    let found = walk::walk(store, viewer, walk).await.expect("walk");
    let ids: Vec<NodeId> = found.nodes.iter().map(|reached| reached.node).collect();
    let nodes = store.nodes(&ids, walk.at).await.expect("nodes");
    let mut line = String::new();
    for (reached, node) in found.nodes.iter().zip(nodes) {
        let hidden = if reached.hidden > 0 { format!("+{}", reached.hidden) } else { String::new() };
        line += &format!("{}@{}{hidden} ", label(&node.expect("a reached node is there").name), reached.hop);
    }
    format!("{line}({} edges) {:?}", found.edges.len(), found.reasons)
}

pub async fn id(store: &dyn Store, name: NodeName) -> NodeId {
    let at = store.revision(AsOf::Latest).await.expect("revision").revision;
    store.resolve(std::slice::from_ref(&name), at).await.expect("resolve")[0].unwrap_or_else(|| panic!("no {name:?}"))
}
