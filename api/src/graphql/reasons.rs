//! Why an answer is not complete, in words.

use std::collections::HashMap;

use async_graphql::ID;
use graph::walk::{self, Causes};
use graph::{NodeId, Revision};

use super::common::Reason;
use super::error::Result;
use super::ids;
use super::scope::Scope;

/// What the limits of a question were, to say it when one was hit.
#[derive(Clone, Copy)]
pub struct Limits {
    pub nodes: usize,
    pub depth: u32,
}

/// Jobs told of one reason.
const ABOUT: usize = 20;

/// The reasons of an incomplete answer, with the jobs they are about as far as the asker may see them.
pub async fn told(
    scope: &Scope,
    found: &[(walk::Reason, u64)],
    causes: &Causes,
    limits: Limits,
    at: Revision,
) -> Result<Vec<Reason>> {
    let jobs: Vec<NodeId> = causes.iter().map(|(_, job)| *job).collect();
    let names: HashMap<NodeId, ID> =
        scope.nodes(&jobs, at).await?.iter().map(|job| (job.id, ID(ids::node(&job.name)))).collect();
    let reasons = found.iter().map(|(reason, count)| {
        let jobs = causes.iter().filter(|(caused, _)| caused == reason);
        Reason {
            code: (*reason).into(),
            message: message(*reason, *count, limits),
            count: *count,
            about: jobs.filter_map(|(_, job)| names.get(job).cloned()).take(ABOUT).collect(),
        }
    });
    Ok(reasons.collect())
}

/// As answers outside GraphQL spell it.
pub fn code(reason: walk::Reason) -> &'static str {
    match reason {
        walk::Reason::NodeLimit => "node_limit",
        walk::Reason::DepthLimit => "depth_limit",
        walk::Reason::Deadline => "deadline",
        walk::Reason::UnparsedQuery => "unparsed_query",
        walk::Reason::UnknownTransformation => "unknown_transformation",
        walk::Reason::UnresolvedDataset => "unresolved_dataset",
        walk::Reason::Restricted => "restricted",
    }
}

/// Why, in words.
pub fn message(reason: walk::Reason, count: u64, limits: Limits) -> String {
    match reason {
        walk::Reason::NodeLimit => {
            format!("the limit of {} was reached; at least {count} more are not shown", limits.nodes)
        }
        walk::Reason::DepthLimit => {
            format!("the limit of {} hops was reached; it goes on from {count} nodes", limits.depth)
        }
        walk::Reason::Deadline => format!("the time allowed ran out; {count} nodes were not followed further"),
        walk::Reason::UnparsedQuery => format!("queries of {} could not be read in full", jobs(count)),
        walk::Reason::UnknownTransformation => format!("for {count} nodes it is not known how values come over"),
        walk::Reason::UnresolvedDataset => {
            format!("queries of {} name tables or columns that could not be told", jobs(count))
        }
        walk::Reason::Restricted => format!("{count} neighbours may not be shown to you"),
    }
}

fn jobs(count: u64) -> String {
    if count == 1 { "1 job".to_owned() } else { format!("{count} jobs") }
}
