//! What was not understood, and where.

use serde::{Deserialize, Serialize};

use crate::name::Span;

/// How much a diagnostic costs the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is lost.
    Note,
    /// Some edges may be missing or uncertain.
    Warning,
    /// A statement, or a part of it, gave no lineage.
    Error,
}

/// One thing that was not understood. Codes are stable; messages are for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: &'static str,
    pub severity: Severity,
    pub span: Span,
    pub message: String,
}

/// The codes, in one place so that they stay stable.
pub mod code {
    /// The text, or one statement of it, is larger than is read.
    pub const TOO_LARGE: &str = "text-too-large";
    /// Parentheses or queries nest deeper than is followed.
    pub const TOO_DEEP: &str = "too-deep";
    /// A statement that the parser does not accept.
    pub const PARSE_ERROR: &str = "parse-error";
    /// A construct that was read but carries no lineage here yet.
    pub const UNSUPPORTED: &str = "unsupported";
    /// A clause that was skipped because it carries no lineage.
    pub const SKIPPED: &str = "skipped-clause";
    /// A part of a template of which what it makes is not known.
    pub const TEMPLATE: &str = "template";
    /// A qualifier that names no table, alias or column in scope.
    pub const UNKNOWN_TABLE: &str = "unknown-table";
    /// A column that the known table does not have.
    pub const UNKNOWN_COLUMN: &str = "unknown-column";
    /// A column that could be of more than one table.
    pub const AMBIGUOUS_COLUMN: &str = "ambiguous-column";
    /// A star over a table whose columns are not known.
    pub const STAR_NOT_EXPANDED: &str = "star-not-expanded";
    /// A function of the users': every argument is taken to go into its result.
    pub const OPAQUE_FUNCTION: &str = "opaque-function";
    /// Two lists that must have equal length have not.
    pub const COLUMN_COUNT: &str = "column-count";
    /// Several columns of one name where the platform wants names that differ.
    pub const DUPLICATE_COLUMN: &str = "duplicate-column";
    /// Values that must have one type have types that the platform does not bring together.
    pub const INCOMPATIBLE_TYPES: &str = "incompatible-types";
}
