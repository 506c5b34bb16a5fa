//! Lineage as a picture: nodes and edges in two flat lists, everything a box shows in the same answer.

use std::sync::Arc;

use async_graphql::resolver_utils::enum_value;
use async_graphql::{ID, SimpleObject, Value};
use graph::{Edge, Node, names};

use super::column::path;
use super::common::{Reason, Revision, text_or_null};
use super::dataset::qualified;
use super::enums::{EdgeKind, NodeKind, RunState};
use super::ids;
use super::record::{Record, RecordField, Rows, record};

#[derive(SimpleObject)]
pub struct Lineage {
    pub revision: Revision,
    pub complete: bool,
    pub reasons: Vec<Reason>,
    pub focus: ID,
    /// nearest to the focus first
    pub nodes: Rows<LineageNode>,
    pub edges: Rows<LineageEdge>,
}

/// A node on a picture, with what its box shows.
pub struct LineageNode {
    pub node: Arc<Node>,
    pub id: Arc<str>,
    pub hop: i32,
    pub details: Details,
}

/// What is read only when it is asked for.
#[derive(Clone, Copy, Default)]
pub struct Details {
    pub columns: u64,
    pub hidden_up: u64,
    pub hidden_down: u64,
    pub latest_run: Option<graph::RunState>,
}

impl LineageNode {
    pub fn new(node: Arc<Node>, hop: i32) -> LineageNode {
        let id = ids::node(&node.name).into();
        LineageNode { node, id, hop, details: Details::default() }
    }
}

impl Record for LineageNode {
    const NAME: &'static str = "LineageNode";
    const DESCRIPTION: Option<&'static str> =
        Some("A dataset, column or job on the picture; everything a box shows comes in the same answer.");

    fn fields() -> Vec<RecordField<LineageNode>> {
        type Field = RecordField<LineageNode>;
        let text = Field::leaf::<Option<String>>;
        let count = Field::leaf::<u64>;
        vec![
            Field::leaf::<ID>("id", |node| Value::String(node.id.to_string())),
            Field::leaf::<NodeKind>("kind", |node| enum_value(NodeKind::from(node.node.name.kind()))),
            Field::leaf::<String>("namespace", |node| qualified(&node.node.name).namespace.clone().into()),
            Field::leaf::<String>("name", |node| shown_name(&node.node).into())
                .described("a dataset's or job's name, a column's path"),
            Field::leaf::<Option<ID>>("parent", |node| dataset_of(&node.node, ids::node))
                .described("a column's dataset"),
            text("dataset", |node| dataset_of(&node.node, |name| qualified(name).name.clone()))
                .described("the name of a column's dataset"),
            text("platform", |node| text_or_null(platform(&node.node))).described("the platform, from the namespace"),
            Field::leaf::<i32>("hop", |node| node.hop.into()).described("hops from the focus; negative upstream"),
            text("type", |node| text_or_null(shown_type(&node.node))),
            Field::leaf::<Vec<String>>("tags", |node| tags(&node.node)),
            count("columnCount", |node| node.details.columns.into()),
            count("hiddenUp", |node| node.details.hidden_up.into())
                .described("neighbours upstream that are not in this answer"),
            count("hiddenDown", |node| node.details.hidden_down.into()),
            Field::leaf::<Option<RunState>>("latestRunState", |node| {
                node.details.latest_run.map_or(Value::Null, |state| enum_value(RunState::from(state)))
            }),
        ]
    }
}
record!(LineageNode);

fn shown_name(node: &Node) -> &str {
    match node.name.kind() {
        graph::NodeKind::Column => path(&node.name),
        _ => &qualified(&node.name).name,
    }
}

fn dataset_of(node: &Node, tell: fn(&graph::NodeName) -> String) -> Value {
    match &node.name {
        graph::NodeName::Column(dataset, _) => tell(&graph::NodeName::Dataset(dataset.clone())).into(),
        _ => Value::Null,
    }
}

fn platform(node: &Node) -> Option<&str> {
    match node.name.kind() {
        graph::NodeKind::Dataset | graph::NodeKind::Column => {
            Some(names::platform(&qualified(&node.name).namespace)).filter(|platform| !platform.is_empty())
        }
        _ => None,
    }
}

/// A dataset's type, a column's data type, a job's type.
fn shown_type(node: &Node) -> Option<&str> {
    let known = &node.ingested;
    let dataset = known.dataset_type.as_ref().map(|known| known.name.as_str());
    let column = || known.field.as_ref().and_then(|field| field.data_type.as_deref());
    let job = || known.job_type.as_ref().and_then(|known| known.job_type.as_deref());
    dataset.or_else(column).or_else(job)
}

fn tags(node: &Node) -> Value {
    let mut shown: Vec<String> = Vec::new();
    for tag in node.authored.tags.iter().chain(&node.ingested.tags) {
        let text = if tag.value.is_empty() { tag.key.clone() } else { format!("{}={}", tag.key, tag.value) };
        if !shown.contains(&text) {
            shown.push(text);
        }
    }
    Value::List(shown.into_iter().map(Value::String).collect())
}

pub struct LineageEdge {
    pub edge: Edge,
    pub kind: EdgeKind,
    pub from: Arc<str>,
    pub to: Arc<str>,
    pub job: Option<Arc<str>>,
}

impl Record for LineageEdge {
    const NAME: &'static str = "LineageEdge";

    fn fields() -> Vec<RecordField<LineageEdge>> {
        vec![
            RecordField::leaf::<ID>("id", |edge| ids::edge(edge.edge.id).into()),
            RecordField::leaf::<ID>("from", |edge| Value::String(edge.from.to_string())),
            RecordField::leaf::<ID>("to", |edge| Value::String(edge.to.to_string())),
            RecordField::leaf::<EdgeKind>("kind", |edge| enum_value(edge.kind)),
            RecordField::leaf::<bool>("masking", |edge| edge.edge.masking.into()),
            RecordField::leaf::<Option<ID>>("job", |edge| text_or_null(edge.job.as_deref())),
        ]
    }
}
record!(LineageEdge);
