//! What was not understood of a job's queries, with its place.

use async_graphql::SimpleObject;
use graph::{Gap, QueryFaults};

use super::enums::ReasonCode;
use super::error::Result;
use super::parsed::SqlSpan;
use super::scope::Scope;
use crate::places::Places;

/// something that was not understood of a query behind the lineage of a job
#[derive(SimpleObject)]
pub struct QueryFault {
    /// stable, kebab-case
    pub code: String,
    pub message: String,
    /// why answers that rest on this query are not complete; null when nothing is lost
    pub reason: Option<ReasonCode>,
    /// in the text of the query, where a place is known
    pub span: Option<SqlSpan>,
    /// the line of the query where it begins, shortened
    pub line: Option<String>,
}

/// Characters of a line that are told.
const LINE: usize = 200;

pub async fn of_job(scope: &Scope, queries: &[QueryFaults]) -> Result<Vec<QueryFault>> {
    let ids: Vec<_> = queries.iter().map(|query| query.query).collect();
    let texts = scope.contents(&ids).await?;
    let told = queries.iter().zip(texts).flat_map(|(query, text)| {
        let text = text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let places = Places::new(&text);
        query.faults.iter().map(|fault| one(fault, &text, &places)).collect::<Vec<_>>()
    });
    Ok(told.collect())
}

fn one(fault: &graph::QueryFault, text: &str, places: &Places) -> QueryFault {
    let span = fault.span.map(|(start, end)| (start as usize, end as usize));
    let reason = fault.gap.map(|gap| match gap {
        Gap::Unparsed => ReasonCode::UnparsedQuery,
        Gap::UnresolvedDataset | Gap::UnresolvedColumn => ReasonCode::UnresolvedDataset,
    });
    QueryFault {
        code: fault.code.clone(),
        message: fault.message.clone(),
        reason,
        span: span.map(|(start, end)| SqlSpan::of(places, start, end)),
        line: span.and_then(|(start, _)| line(text, start)),
    }
}

fn line(text: &str, at: usize) -> Option<String> {
    let (before, after) = text.split_at_checked(at)?;
    let start = before.rfind('\n').map_or(0, |place| place + 1);
    let end = after.find('\n').map_or(text.len(), |place| at + place);
    Some(text[start..end].trim().chars().take(LINE).collect())
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn the_line_of_a_place() {
        let at = |text, at| line(text, at).unwrap_or_default();
        assert_eq!(at("select\n  x frm y\nwhere", 9), "x frm y");
        assert_eq!(at("select\n  x frm y\nwhere", 22), "where");
        assert_eq!(at("", 0), "");
        assert_eq!(at("ä", 1), "", "no place between characters");
    }
}
