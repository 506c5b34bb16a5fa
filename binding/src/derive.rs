//! The graph's question, answered by the SQL engine.

use std::panic::{AssertUnwindSafe, catch_unwind};

use graph::Query;
use graph::change::Fault;
use graph::derive::{Derivation, Derive, QueryContext, Schemas};
use sql::{Defaults, Diagnostic, EmptyCatalog, Script, Severity, TableName};

use crate::resolve::Resolver;
use crate::{claims, dialect};

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
            faults: vec![Fault {
                code: "sql-engine-failed".to_owned(),
                path: None,
                message: "the SQL engine failed on this query; its lineage is not known".to_owned(),
            }],
            ..Derivation::default()
        })
    }
}

fn derive(query: &Query, context: &QueryContext, schemas: &dyn Schemas) -> Derivation {
    let mut faults = Vec::new();
    let Some(dialect) = dialect::choose(query, context, &mut faults) else {
        return Derivation { faults, ..Derivation::default() };
    };
    let mut resolver = Resolver::new(dialect, context, schemas);
    let (script, mut diagnostics) = sql::parse(&query.text, dialect);
    if resolver.has_namesakes() {
        resolver.mention(mentioned(&script));
    }
    let (lineage, found) = sql::bind(&script, &resolver, &Defaults::default());
    diagnostics.extend(found);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    let (claims, stars) = claims::claims(&query.text, &lineage, context, &resolver);
    faults.extend(stars);
    faults.extend(resolver.unresolved().into_iter().map(unresolved));
    faults.extend(diagnostics.iter().filter_map(|found| diagnosed(found, &query.text)));
    Derivation { claims, depends_on: resolver.asked(), faults: bounded(faults) }
}

/// Every table of a script by the names it is given.
fn mentioned(script: &Script) -> Vec<TableName> {
    let (lineage, _) = sql::bind(script, &EmptyCatalog, &Defaults::default());
    let uses = lineage.statements.into_iter().flat_map(|statement| statement.reads.into_iter().chain(statement.writes));
    uses.map(|used| used.name).collect()
}

fn unresolved((table, reason): (String, String)) -> Fault {
    Fault { code: "unresolved-table".to_owned(), path: None, message: format!("table \"{table}\": {reason}") }
}

/// A note costs nothing and is no fault.
fn diagnosed(found: &Diagnostic, text: &str) -> Option<Fault> {
    match found.severity {
        Severity::Note => None,
        Severity::Warning | Severity::Error => Some(Fault {
            code: found.code.to_owned(),
            path: Some(place(text, found.span.start)),
            message: found.message.clone(),
        }),
    }
}

/// `query:line:column`, both from 1, columns in characters.
fn place(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("query:{line}:{column}")
}

fn bounded(mut faults: Vec<Fault>) -> Vec<Fault> {
    if faults.len() > MAX_FAULTS {
        let more = faults.len() - MAX_FAULTS;
        faults.truncate(MAX_FAULTS);
        let message = format!("{more} more faults of this query are not listed");
        faults.push(Fault { code: "more-faults".to_owned(), path: None, message });
    }
    faults
}
