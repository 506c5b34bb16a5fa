//! What a consumer is made from, column by column, whoever said it: a query that was bound, or the graph.

use graph::change::Claim;
use graph::names::column_key;
use graph::{EdgeKind, NodeId};

use super::schemata::Schemata;

/// A column of a source takes part in a column of a consumer, or in which rows it has.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Line {
    pub source: NodeId,
    /// The source's column, by key.
    pub column: String,
    /// The consumer's column as it is spelled; none for its rows.
    pub target: Option<String>,
    pub how: How,
    pub place: Option<Place>,
}

/// A text in a query, and where it stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    pub text: String,
    pub span: (u32, u32),
}

/// How the column takes part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum How {
    /// The value arrives as it is.
    Identity,
    /// It is computed with.
    Transformation,
    Aggregation,
    /// It decides on a value, not on a row: a condition, the order of a window.
    Condition,
    /// It decides which rows there are.
    Join,
    Filter,
    GroupBy,
    Sort,
    /// How is not known.
    Unknown,
}

impl How {
    pub fn of(kind: EdgeKind) -> How {
        match kind {
            EdgeKind::Identity => How::Identity,
            EdgeKind::Transformation | EdgeKind::Direct => How::Transformation,
            EdgeKind::Aggregation => How::Aggregation,
            EdgeKind::Window | EdgeKind::Conditional => How::Condition,
            EdgeKind::Join => How::Join,
            EdgeKind::Filter | EdgeKind::Indirect => How::Filter,
            EdgeKind::GroupBy => How::GroupBy,
            EdgeKind::Sort => How::Sort,
            EdgeKind::Unknown
            | EdgeKind::Reads
            | EdgeKind::Writes
            | EdgeKind::Feeds
            | EdgeKind::OwnedBy
            | EdgeKind::Tagged
            | EdgeKind::PartOf
            | EdgeKind::Unparsed
            | EdgeKind::UnresolvedDataset
            | EdgeKind::UnresolvedColumn => How::Unknown,
        }
    }

    /// `it is joined by`: what a sentence says of it.
    pub fn verb(self) -> &'static str {
        match self {
            How::Identity | How::Transformation => "it is made from",
            How::Aggregation => "it is aggregated from",
            How::Condition => "its values depend on",
            How::Join => "its rows are joined by",
            How::Filter => "its rows are chosen by",
            How::GroupBy => "its rows are grouped by",
            How::Sort => "its rows are ordered by",
            How::Unknown => "it depends on",
        }
    }
}

/// The lines of a claim.
pub(super) fn of_claim(claim: &Claim, schemata: &Schemata) -> Vec<Line> {
    let lines = claim.edges.iter().filter_map(|edge| {
        let source = schemata.id(&edge.source)?;
        let place = edge
            .expression
            .as_ref()
            .map(|expression| Place { text: expression.text.clone(), span: (expression.start, expression.end) });
        Some(Line {
            source,
            column: column_key(&edge.source.namespace, &edge.source_column),
            target: edge.target_column.clone(),
            how: How::of(edge.kind),
            place,
        })
    });
    let mut lines: Vec<Line> = lines.collect();
    lines.sort();
    lines
}
