//! The interface of everything that has a page of its own.

use std::sync::Arc;

use async_graphql::{ID, Interface};
use graph::Revision;

use super::column::Column;
use super::dataset::Dataset;
use super::enums::NodeKind;
use super::job::Job;

#[derive(Interface, Clone)]
#[graphql(field(name = "id", ty = "ID"), field(name = "kind", ty = "NodeKind"), field(name = "name", ty = "&str"))]
pub enum Node {
    Dataset(Dataset),
    Column(Column),
    Job(Job),
}

impl Node {
    /// `None` for namespaces, owners and tags, which have no page.
    pub fn of(node: Arc<graph::Node>, at: Revision) -> Option<Node> {
        let dataset = |node: &Arc<graph::Node>| Dataset::of(node.clone(), at).map(Node::Dataset);
        let column = |node: &Arc<graph::Node>| Column::of(node.clone(), at).map(Node::Column);
        dataset(&node).or_else(|| column(&node)).or_else(|| Job::of(node, at).map(Node::Job))
    }
}
