//! The graph's question, answered by the SQL engine.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use graph::derive::{Derivation, Derive, QueryContext, Schemas};
use graph::{Gap, Query, QueryFault};
use sql::{Diagnostic, Lineage, Span, code};

use crate::reading::{Bound, Reading};

/// Faults that one query may give; more are counted, not listed.
const MAX_FAULTS: usize = 20;

/// Derives lineage from SQL.
///
/// A table in the query is the dataset that the run reported under that name (`orders`, `public.orders` and
/// `shop.public.orders` are all `shop.public.orders`), inputs first for what is read and outputs first for what is
/// written. One that the run did not report is looked for beside those that it did. When that does not tell it, a
/// fault says what is missing and the rest is answered.
///
/// A run with one output and a query that only selects: the output has the columns of the result.
pub struct SqlDerive;

impl Derive for SqlDerive {
    fn derive(&self, query: &Query, context: &QueryContext, schemas: &dyn Schemas) -> Derivation {
        let answer = catch_unwind(AssertUnwindSafe(|| derive(query, context, schemas)));
        answer.unwrap_or_else(|_| Derivation {
            faults: vec![fault(
                "sql-engine-failed",
                "the SQL engine failed on this query; its lineage is not known".to_owned(),
                Some(Gap::Unparsed),
            )],
            ..Derivation::default()
        })
    }
}

fn derive(query: &Query, context: &QueryContext, schemas: &dyn Schemas) -> Derivation {
    let Some(reading) = Reading::of(query, context) else { return Derivation::default() };
    let Bound { claims, depends_on, faults, .. } = reading.derive(context, schemas);
    Derivation { claims, depends_on, faults: bounded(faults) }
}

/// A fault without a place.
pub(crate) fn fault(code: &str, message: String, gap: Option<Gap>) -> QueryFault {
    QueryFault { span: None, code: code.to_owned(), message, gap }
}

/// A place as the graph keeps it.
pub(crate) fn place(span: Span) -> (u32, u32) {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    (place(span.start), place(span.end))
}

pub(crate) fn unresolved(table: &str, reason: &str, lineage: &Lineage) -> QueryFault {
    let statements = lineage.statements.iter();
    let mut uses = statements.flat_map(|statement| statement.reads.iter().chain(&statement.writes));
    let named = uses.find(|used| used.name.to_string() == table);
    let found = fault("unresolved-table", format!("table \"{table}\": {reason}"), Some(Gap::UnresolvedDataset));
    QueryFault { span: named.map(|used| place(used.span)), ..found }
}

pub(crate) fn diagnosed(found: &Diagnostic) -> QueryFault {
    QueryFault { span: Some(place(found.span)), ..fault(found.code, found.message.clone(), gap(found.code)) }
}

/// What lineage lacks after a diagnostic. A column that may be of several tables has an edge from each.
fn gap(diagnosed: &str) -> Option<Gap> {
    match diagnosed {
        code::AMBIGUOUS_COLUMN => None,
        code::UNKNOWN_TABLE | code::UNKNOWN_COLUMN | code::STAR_NOT_EXPANDED | code::COLUMN_COUNT => {
            Some(Gap::UnresolvedColumn)
        }
        _ => Some(Gap::Unparsed),
    }
}

/// The first faults, and after them the first of each gap that is not yet among them.
fn bounded(mut faults: Vec<QueryFault>) -> Vec<QueryFault> {
    if faults.len() <= MAX_FAULTS {
        return faults;
    }
    let rest = faults.split_off(MAX_FAULTS);
    let all = rest.len();
    let mut told: BTreeSet<Option<Gap>> = faults.iter().map(|fault| fault.gap).chain([None]).collect();
    faults.extend(rest.into_iter().filter(|fault| told.insert(fault.gap)));
    let more = all - (faults.len() - MAX_FAULTS);
    if more > 0 {
        faults.push(fault("more-faults", format!("{more} more faults of this query are not listed"), None));
    }
    faults
}
