//! SQL met with the graph: names in a query become datasets in the light of the run around it, the graph's schemas
//! answer what columns a table has, and the lineage that follows becomes claims.
//!
//! Everything here is a pure function of the query, what its run reported, and the schemas. Nothing is cached, nothing
//! is read from anywhere else, and a failure of the engine is a fault like any other.

mod claims;
mod ddl;
mod derive;
mod dialect;
mod location;
mod names;
mod reading;
mod resolve;
mod retype;

pub use ddl::{Redefined, Redefinition, line_and_column, redefinitions, tables_of};
pub use derive::SqlDerive;
pub use dialect::of_platform as dialect_of_platform;
pub use location::dataset as dataset_at;
pub use names::dataset_name;
pub use reading::{Bound, Columns, Made, Reading, Retyping};
pub use retype::{TypeEffect, widens};
pub use sql::Dialect;

#[cfg(test)]
mod tests;
