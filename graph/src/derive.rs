//! Lineage that follows from a query. The graph does not know SQL: it asks whoever it was opened with, inside the
//! commit, and asks again when a schema that the answer was bound to changes.

use crate::change::Claim;
use crate::model::{QualifiedName, Query, QueryFault};

/// What the run around the query said; names in the query are read in its light.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct QueryContext {
    pub job: QualifiedName,
    pub inputs: Vec<QualifiedName>,
    pub outputs: Vec<QualifiedName>,
}

/// The schemas of the graph at the revision being written.
pub trait Schemas {
    /// Dotted column paths with types, in order; `None` when the dataset or its schema is not known.
    fn columns(&self, dataset: &QualifiedName) -> Option<Vec<(String, Option<String>)>>;
}

#[derive(Clone, Default, Debug)]
pub struct Derivation {
    /// One per output that the query writes, with source `Sql`.
    pub claims: Vec<Claim>,
    /// Every dataset whose schema was asked for, known or not: when one changes, the query is derived again.
    pub depends_on: Vec<QualifiedName>,
    /// What was not understood. One with a gap makes every answer that rests on this query incomplete.
    pub faults: Vec<QueryFault>,
}

/// Must be a pure function of its arguments and must not panic.
pub trait Derive: Send + Sync {
    fn derive(&self, query: &Query, context: &QueryContext, schemas: &dyn Schemas) -> Derivation;
}

/// For a graph that is told all lineage and concludes none from queries.
pub struct NoDerivation;

impl Derive for NoDerivation {
    fn derive(&self, _: &Query, _: &QueryContext, _: &dyn Schemas) -> Derivation {
        Derivation::default()
    }
}
