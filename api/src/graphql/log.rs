//! Inputs that were rejected, or accepted with faults.

use async_graphql::{ID, SimpleObject};
use graph::{LogEntry, LogQuery};

use super::common::PageInfo;
use super::error::Result;
use super::page;
use super::scalars::DateTime;
use super::scope::Scope;

/// One fault of one input.
#[derive(SimpleObject)]
pub struct RejectedEvent {
    pub id: ID,
    pub received_at: DateTime,
    /// false: rejected for good; true: accepted with a fault that was tolerated
    pub accepted: bool,
    pub code: String,
    /// where in the input, as a JSON path or `file:line`
    pub path: Option<String>,
    pub message: String,
    pub body: Option<String>,
}

#[derive(SimpleObject)]
pub struct RejectedConnection {
    /// how many there are in all, of all time
    pub total_count: u64,
    /// newest first
    pub nodes: Vec<RejectedEvent>,
    pub page_info: PageInfo,
}

/// One page of faulty inputs, newest first; an input with several faults is told once for each.
pub async fn rejected(scope: &Scope, first: Option<i32>, after: Option<String>) -> Result<RejectedConnection> {
    scope.check_sees_all("`rejectedEvents`")?;
    let first = page::first(first, 50, page::PAGE_LIMIT)?;
    let after = after.as_deref().map(page::parse_number).transpose()?.unwrap_or(0);
    let mut entries = scope.store().log(LogQuery { after, limit: first + 1, faulty: true }).await?;
    let has_next_page = entries.len() > first;
    entries.truncate(first);
    let end_cursor = entries.last().map(|entry| entry.sequence.to_string());
    Ok(RejectedConnection {
        total_count: scope.revision(None).await?.totals.faults,
        nodes: entries.iter().flat_map(faults).collect(),
        page_info: PageInfo { has_next_page, end_cursor },
    })
}

fn faults(entry: &LogEntry) -> impl Iterator<Item = RejectedEvent> {
    entry.faults.iter().enumerate().map(|(number, fault)| RejectedEvent {
        id: ID(format!("input:{}:{number}", entry.sequence)),
        received_at: DateTime(entry.received_at),
        accepted: entry.revision.is_some(),
        code: fault.code.clone(),
        path: fault.path.clone(),
        message: fault.message.clone(),
        body: Some(String::from_utf8_lossy(&entry.body).into_owned()),
    })
}
