//! Proposals made from what people change anyway: definitions, a dbt project, files of SQL.

mod dbt;
mod files;
mod jobs;

use graph::{Revision, Store, Viewer};
use impact::schema::{Problem, Proposal};
use serde::{Deserialize, Serialize};

pub use dbt::{Dbt, Model};
pub use files::{ChangedFile, Files};

use self::jobs::Jobs;
use super::{Judge, Refusal};

/// What a proposal is made from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Ddl(Ddl),
    Dbt(Dbt),
    Files(Files),
}

/// A text of definitions, a migration say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ddl {
    pub text: String,
    /// That of the platform of the datasets it names, when it is not given.
    pub dialect: Option<String>,
}

/// The proposal, which has no changes when nothing is different.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Proposed {
    pub proposal: Proposal,
    /// What was left out, and why.
    pub notes: Vec<String>,
    pub revision: u32,
}

/// The proposal that a source means for the graph at this revision.
pub async fn propose(
    store: &dyn Store,
    viewer: &dyn Viewer,
    at: Revision,
    source: &Source,
) -> Result<Proposed, Refusal> {
    let mut findings = Findings::default();
    match source {
        Source::Ddl(ddl) => {
            let proposal = Judge::new(store, viewer, at).ddl(&ddl.text, ddl.dialect.as_deref()).await?;
            findings.changes = proposal.changes;
        }
        Source::Dbt(dbt) => {
            let jobs = Jobs::load(store, viewer, at).await.map_err(|error| Refusal::Failed(error.into()))?;
            dbt::compare(dbt, &jobs, &mut findings);
        }
        Source::Files(files) => {
            let jobs = Jobs::load(store, viewer, at).await.map_err(|error| Refusal::Failed(error.into()))?;
            files::compare(files, &jobs, &mut Judge::new(store, viewer, at), &mut findings).await?;
        }
    }
    if !findings.problems.is_empty() {
        return Err(Refusal::Proposal(findings.problems));
    }
    let proposal = Proposal { title: None, changes: findings.changes };
    Ok(Proposed { proposal, notes: findings.notes, revision: at.0 })
}

/// What comparing found.
#[derive(Default)]
struct Findings {
    changes: Vec<impact::schema::Change>,
    notes: Vec<String>,
    problems: Vec<Problem>,
}

/// Whether two texts are the same query, but for blanks and a semicolon around it.
fn same(one: &str, other: &str) -> bool {
    fn bare(text: &str) -> String {
        text.replace("\r\n", "\n").trim_end_matches([';', '\n', ' ', '\t']).trim_start().to_owned()
    }
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_a_semicolon_around_make_no_other_query() {
        assert!(same("select 1\r\nfrom t;\n", "\nselect 1\nfrom t"));
        assert!(!same("select 'a  b'", "select 'a b'"));
    }
}
