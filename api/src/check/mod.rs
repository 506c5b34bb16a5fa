//! A schema change checked: a proposal read, the answer in its one format, and how it is shown.
//!
//! What becomes of each consumer is concluded in `impact`; here is nothing but reading and telling.

mod answer;
mod policy;
pub mod propose;
mod read;
pub mod render;
#[cfg(test)]
mod samples;

use graph::{Revision, Store, Viewer};
use impact::ImpactError;
use impact::schema::{Problem, Proposal, Question};

use crate::error::Error;
use crate::graphql::reasons::Limits;

pub use answer::{Answer, Column, Consumer, Counts, LastRun, Name, Reason, Span, ToldProblem};
pub use policy::FailOn;
pub use read::proposal;

/// Why there is no answer.
#[derive(Debug)]
pub enum Refusal {
    /// The proposal cannot be judged; all that is wrong with it.
    Proposal(Vec<Problem>),
    Failed(Error),
}

/// Answers proposals at one revision, each alone.
pub struct Judge<'a> {
    store: &'a dyn Store,
    viewer: &'a dyn Viewer,
    engine: impact::schema::Judge<'a>,
}

impl<'a> Judge<'a> {
    pub fn new(store: &'a dyn Store, viewer: &'a dyn Viewer, at: Revision) -> Judge<'a> {
        Judge { store, viewer, engine: impact::schema::Judge::new(store, viewer, at) }
    }

    /// What a proposal does to everything downstream that the viewer may see. The revision of the question is that of
    /// the judge.
    pub async fn answer(&mut self, question: &Question) -> Result<Answer, Refusal> {
        let found = self.engine.judge(question).await?;
        let limits = Limits { nodes: question.limit, depth: question.depth };
        answer::answer(self.store, self.viewer, &found, limits).await.map_err(Refusal::Failed)
    }

    /// The proposal that a text of definitions means.
    pub async fn ddl(&mut self, text: &str, dialect: Option<&str>) -> Result<Proposal, Refusal> {
        Ok(self.engine.ddl(text, dialect).await?)
    }
}

impl From<ImpactError> for Refusal {
    fn from(error: ImpactError) -> Refusal {
        match error {
            ImpactError::Proposal(problems) => Refusal::Proposal(problems),
            ImpactError::Store(error) => Refusal::Failed(error.into()),
        }
    }
}
