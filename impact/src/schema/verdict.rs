//! What a change does to who depends on it.

use std::sync::Arc;

use graph::walk::{Causes, Reason};
use graph::{Node, Query, Revision};
use serde::{Deserialize, Serialize};

/// What becomes of a consumer, the worst last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was looked at, and nothing of it changes.
    Safe,
    /// What it does with the change is not known.
    MayBreak,
    /// It has other rows, or in another order.
    RowsChange,
    /// It has other values.
    ValueChanges,
    /// It runs, and its own output gains, loses, renames or retypes a column.
    SchemaChanges,
    /// It fails.
    Breaks,
}

impl Verdict {
    /// The worst first.
    pub const ALL: [Verdict; 6] = [
        Verdict::Breaks,
        Verdict::SchemaChanges,
        Verdict::ValueChanges,
        Verdict::RowsChange,
        Verdict::MayBreak,
        Verdict::Safe,
    ];

    /// As it is spelled in files and answers.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Breaks => "breaks",
            Verdict::SchemaChanges => "schema_changes",
            Verdict::ValueChanges => "value_changes",
            Verdict::RowsChange => "rows_change",
            Verdict::MayBreak => "may_break",
            Verdict::Safe => "safe",
        }
    }
}

/// What becomes of one column of a consumer, or by which column of the change the consumer is hit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ColumnVerdict {
    pub name: String,
    pub verdict: Verdict,
    /// One sentence without a stop.
    pub reason: String,
    /// The text in the query that is hit.
    pub expression: Option<String>,
    /// From and up to which byte of the query that text stands.
    pub span: Option<(u32, u32)>,
}

/// A dataset downstream of the change, or a job that only reads, and what becomes of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Consumer {
    /// None for a job that writes nothing from what it reads, such as a dashboard.
    pub dataset: Option<Arc<Node>>,
    /// None where a dataset says itself what it is made from.
    pub job: Option<Arc<Node>>,
    /// The worst of all that happens to it.
    pub verdict: Verdict,
    /// It fails only because something before it fails.
    pub transitive: bool,
    /// Datasets on the way from the nearest change, itself included; 0 for who writes the changed dataset.
    pub hop: u32,
    /// The datasets between the change and this one, the changed dataset not included.
    pub via: Vec<Arc<Node>>,
    /// Columns that anything happens to, the worst first.
    pub columns: Vec<ColumnVerdict>,
    /// Why, in one sentence without a stop.
    pub reason: String,
    /// The query that was bound again; none when the verdict rests on lineage alone.
    pub query: Option<Query>,
}

/// What a proposal does to everything downstream.
#[derive(Clone, PartialEq, Debug)]
pub struct SchemaImpact {
    pub revision: Revision,
    /// Every consumer that was looked at, the safe ones too: the worst first, then the nearest, then by name.
    pub consumers: Vec<Consumer>,
    /// Empty when the answer is complete; else each reason with how many nodes it concerns.
    pub reasons: Vec<(Reason, u64)>,
    /// Jobs by whose queries it is not complete.
    pub causes: Causes,
}

impl SchemaImpact {
    /// The worst of all consumers.
    pub fn verdict(&self) -> Verdict {
        self.consumers.iter().map(|consumer| consumer.verdict).max().unwrap_or(Verdict::Safe)
    }

    pub fn complete(&self) -> bool {
        self.reasons.is_empty()
    }
}
