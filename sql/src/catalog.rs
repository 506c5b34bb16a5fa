//! What the caller knows about tables.

use crate::name::TableName;

/// A column as the catalog spells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Column {
    pub name: String,
    pub data_type: Option<String>,
}

/// Where the binder asks for the columns of a table.
pub trait Catalog {
    /// The columns in order, or `None` when the table is not known.
    ///
    /// The name is as written, completed with the defaults in force; names are
    /// compared by the implementation, which knows how its platform folds them.
    fn columns(&self, table: &TableName) -> Option<Vec<Column>>;
}

/// A catalog that knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyCatalog;

impl Catalog for EmptyCatalog {
    fn columns(&self, _table: &TableName) -> Option<Vec<Column>> {
        None
    }
}

/// What completes a name that lacks a catalog or a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    pub catalog: Option<String>,
    pub schema: Option<String>,
}
