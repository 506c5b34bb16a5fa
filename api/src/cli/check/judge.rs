//! Who judges a proposal: this process over a folder, or a server.

use graph::{AsOf, Everyone, Revision};
use impact::schema::{Problem, Proposal, Question};

use crate::check::{self, Answer, Refusal};
use crate::cli::Failure;
use crate::cli::remote::Remote;
use crate::cli::target::Target;

pub enum Judge<'a> {
    /// Over a store that this process has open alone, read at one revision.
    Local(check::Judge<'a>, Revision),
    Remote(&'a Remote),
}

/// Why there is no answer.
pub enum NoAnswer {
    Proposal(Vec<Problem>),
    Failed(Failure),
}

impl<'a> Judge<'a> {
    pub async fn new(target: &'a Target) -> Result<Judge<'a>, Failure> {
        match target {
            Target::Local(local) => {
                let at = local.store.revision(AsOf::Latest).await?.revision;
                Ok(Judge::Local(check::Judge::new(&*local.store, &Everyone, at), at))
            }
            Target::Remote(remote) => Ok(Judge::Remote(remote)),
        }
    }

    /// Everything downstream, without limits.
    pub async fn answer(&mut self, proposal: &Proposal) -> Result<Answer, NoAnswer> {
        match self {
            Judge::Local(judge, at) => {
                let proposal = proposal.clone();
                let question = Question { proposal, depth: u32::MAX, limit: usize::MAX, at: *at, deadline: None };
                judge.answer(&question).await.map_err(NoAnswer::from)
            }
            Judge::Remote(remote) => {
                let body = serde_json::to_vec(proposal).map_err(|error| NoAnswer::Failed(Failure::failed(error)))?;
                let told = remote.schema_impact(body).await.map_err(NoAnswer::Failed)?;
                told.map_err(NoAnswer::Proposal)
            }
        }
    }
}

impl From<Refusal> for NoAnswer {
    fn from(refusal: Refusal) -> NoAnswer {
        match refusal {
            Refusal::Proposal(problems) => NoAnswer::Proposal(problems),
            Refusal::Failed(error) => NoAnswer::Failed(Failure::failed(error)),
        }
    }
}
