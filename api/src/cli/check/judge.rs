//! Who judges a proposal: this process over a folder, or a server.

use graph::{AsOf, Everyone, Revision, Store};
use impact::schema::{Problem, Proposal, Question};
use serde::de::DeserializeOwned;

use crate::check::propose::{self, Proposed, Source};
use crate::check::{self, Answer, Refusal};
use crate::cli::Failure;
use crate::cli::remote::Remote;
use crate::cli::target::Target;

pub enum Judge<'a> {
    /// Over a store that this process has open alone, read at one revision.
    Local {
        store: &'a dyn Store,
        judge: Box<check::Judge<'a>>,
        at: Revision,
    },
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
                let store = &*local.store;
                Ok(Judge::Local { store, judge: Box::new(check::Judge::new(store, &Everyone, at)), at })
            }
            Target::Remote(remote) => Ok(Judge::Remote(remote)),
        }
    }

    /// Everything downstream, without limits.
    pub async fn answer(&mut self, proposal: &Proposal) -> Result<Answer, NoAnswer> {
        match self {
            Judge::Local { judge, at, .. } => {
                let proposal = proposal.clone();
                let question = Question { proposal, depth: u32::MAX, limit: usize::MAX, at: *at, deadline: None };
                judge.answer(&question).await.map_err(NoAnswer::from)
            }
            Judge::Remote(remote) => {
                let body = serde_json::to_vec(proposal).map_err(|error| NoAnswer::Failed(Failure::failed(error)))?;
                ask(remote, "/api/v1/impact/schema", body).await
            }
        }
    }

    /// The proposal that definitions, a dbt project or changed files mean.
    pub async fn propose(&mut self, source: &Source) -> Result<Proposed, NoAnswer> {
        match self {
            Judge::Local { store, at, .. } => Ok(propose::propose(*store, &Everyone, *at, source).await?),
            Judge::Remote(remote) => {
                let body = serde_json::to_vec(source).map_err(|error| NoAnswer::Failed(Failure::failed(error)))?;
                ask(remote, "/api/v1/impact/proposal", body).await
            }
        }
    }
}

async fn ask<T: DeserializeOwned>(remote: &Remote, path: &str, body: Vec<u8>) -> Result<T, NoAnswer> {
    remote.impact(path, body).await.map_err(NoAnswer::Failed)?.map_err(NoAnswer::Proposal)
}

impl From<Refusal> for NoAnswer {
    fn from(refusal: Refusal) -> NoAnswer {
        match refusal {
            Refusal::Proposal(problems) => NoAnswer::Proposal(problems),
            Refusal::Failed(error) => NoAnswer::Failed(Failure::failed(error)),
        }
    }
}
