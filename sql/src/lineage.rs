//! What binding answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    catalog::Column,
    name::{Span, TableName},
};

/// The lineage of a text, statement by statement and as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage {
    pub statements: Vec<StatementLineage>,
    /// The whole text, with its temporary tables and CTEs seen through.
    pub net: Net,
}

/// The lineage of one statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLineage {
    pub kind: StatementKind,
    pub span: Span,
    /// Tables whose rows are read, once for each place that names them; CTEs are not tables.
    pub reads: Vec<TableUse>,
    /// Tables whose rows or schema are changed.
    pub writes: Vec<TableUse>,
    /// The columns of the result of a query, or of what `RETURNING` gives, in order.
    pub outputs: Vec<OutputColumn>,
    /// Column to column. A target without table parts is a column of the result.
    pub edges: Vec<ColumnEdge>,
    /// Columns that decide which rows there are, not what is in them.
    pub influences: Vec<Influence>,
    /// Tables and views that exist after the statement, with their columns as far as known.
    pub created: Vec<CreatedTable>,
    /// Tables whose columns are others after the statement, with the new ones.
    pub altered: Vec<CreatedTable>,
    /// Old and new name of what was renamed; a swap is two renames.
    pub renamed: Vec<(TableName, TableName)>,
    /// What the statement removed.
    pub dropped: Vec<TableName>,
    /// What lost all of its rows.
    pub truncated: Vec<TableName>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    Select,
    Insert,
    Update,
    Delete,
    Merge,
    CreateTable,
    CreateTableAs,
    CreateView,
    Alter,
    Drop,
    Truncate,
    /// Rows loaded from, or unloaded to, files.
    Copy,
    /// Sets the schema or catalog that later names are completed with.
    Use,
    /// Understood to carry no lineage.
    Other,
    /// Not understood; a diagnostic says why.
    Unparsed,
}

/// A table, or a file, at one place of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableUse {
    /// As written, completed with the defaults in force.
    pub name: TableName,
    pub alias: Option<String>,
    /// True for a file, stage or bucket; the name is then one part, its address.
    pub location: bool,
    /// True for a temporary table of this text.
    pub temporary: bool,
    pub span: Span,
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputColumn {
    /// `*` when a star could not be expanded.
    pub name: String,
    /// Known when the column is a known column as it is, or a cast gives it a type.
    pub data_type: Option<String>,
    pub span: Span,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnRef {
    /// Without parts for the result of a query.
    pub table: TableName,
    /// As the platform stores it, fields of structured columns after dots; `*` for a star that was not expanded.
    pub column: String,
}

/// A value of `source` goes into, or decides about, one value of `target`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnEdge {
    pub source: ColumnRef,
    pub target: ColumnRef,
    pub kind: EdgeKind,
    /// The value went through a function that hides it, like a hash or a count.
    pub masking: bool,
    /// The expression that made the target.
    pub span: Span,
    pub expression: Arc<str>,
    /// The column could be of several tables; there is one such edge for each.
    pub ambiguous: bool,
}

/// How a source column takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    Direct(Direct),
    Indirect(Indirect),
}

/// The value itself arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direct {
    Identity,
    Transformation,
    Aggregation,
}

/// The value only decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indirect {
    Join,
    Filter,
    GroupBy,
    Sort,
    Window,
    Conditional,
}

/// A column that decides which rows a whole result has, or in which order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Influence {
    pub source: ColumnRef,
    pub kind: Indirect,
    pub ambiguous: bool,
    pub span: Span,
}

/// A table or view that a statement created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedTable {
    pub name: TableName,
    pub columns: Vec<Column>,
    /// False when a star that could not be expanded hides some of them.
    pub columns_complete: bool,
    pub temporary: bool,
    pub view: bool,
}

/// The lineage of a whole text from its roots to its leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Net {
    pub reads: Vec<TableUse>,
    pub writes: Vec<TableUse>,
    pub edges: Vec<ColumnEdge>,
    pub influences: Vec<TableInfluence>,
}

/// An influence on one written table, or on the result of a query when `target` has no parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableInfluence {
    pub target: TableName,
    pub influence: Influence,
}
