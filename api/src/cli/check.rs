//! `headwater check`: what a proposed change does, with an exit code for a gate in CI.

mod git;
mod judge;
mod lines;
mod source;

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use impact::schema::{Problem, Proposal, Verdict};

use self::judge::{Judge, NoAnswer};
use super::outcome::print;
use super::target::Target;
use super::{Exit, Failure, Outcome, Place, Session};
use crate::check::propose::{Dbt, Ddl, Source};
use crate::check::render::{self, Format, Report};
use crate::check::{Answer, FailOn};

/// Say what a proposed change of schemas breaks
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("what").required(true))]
#[command(after_help = "\
Exit codes: 0 nothing at or above --fail-on, 1 something is, 2 the proposal cannot be judged, 3 failed.

Example:
  headwater check --change drop-total.yaml
  headwater check --ddl migrations/0042.sql --dialect postgres --fail-on schema_changes
  headwater check --dbt-manifest target/manifest.json --url http://127.0.0.1:8080 --format markdown
  headwater check --git-diff origin/main...HEAD --format sarif > headwater.sarif
  headwater check --changes proposals.jsonl > answers.jsonl")]
pub struct Check {
    /// A proposed change, YAML or JSON; `-` is standard input
    #[arg(long, value_name = "FILE", group = "what")]
    change: Option<PathBuf>,
    /// Definitions: ALTER TABLE, CREATE OR REPLACE VIEW, a whole migration; `-` is standard input
    #[arg(long, value_name = "FILE", group = "what")]
    ddl: Option<PathBuf>,
    /// A manifest.json of dbt: models whose SQL is another one, and models that are gone
    #[arg(long, value_name = "FILE", group = "what")]
    dbt_manifest: Option<PathBuf>,
    /// The .sql files that `git diff RANGE` lists: files known as jobs, and files that define tables
    #[arg(long, value_name = "RANGE", group = "what", allow_hyphen_values = true)]
    git_diff: Option<String>,
    /// Many proposals, one a line as JSON, each checked alone; one answer a line, in order
    #[arg(long, value_name = "FILE", group = "what")]
    changes: Option<PathBuf>,
    /// Of definitions [default: that of the platform of the datasets they name]
    #[arg(long, value_name = "DIALECT", conflicts_with_all = ["change", "changes", "dbt_manifest"])]
    dialect: Option<String>,
    /// The mildest verdict that ends with 1; everything worse does too
    #[arg(long, value_enum, value_name = "VERDICT", value_delimiter = ',', default_value = "breaks")]
    fail_on: Vec<FailOn>,
    /// How the answer is shown [default: text; with --changes json, which is the only one there]
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    place: Place,
}

/// What was handed in, and the name under which it is told.
struct Given {
    what: What,
    name: String,
    /// None for standard input and what is no file.
    file: Option<String>,
}

enum What {
    Proposal(Proposal),
    Source(Source),
}

impl Check {
    pub async fn run(self, session: &Session) -> Outcome {
        let fails_from = FailOn::threshold(&self.fail_on);
        if let Some(file) = &self.changes {
            if self.format.is_some_and(|format| format != Format::Json) {
                return Err(Failure::Usage("`--changes`: expected `--format json` or none".to_owned()));
            }
            let input = source::open(file)?;
            let target = Target::open(&self.place, session).await?;
            return lines::check(input, &mut Judge::new(&target).await?, fails_from).await;
        }
        let Given { what, name, file } = self.given()?;
        let target = Target::open(&self.place, session).await?;
        let mut judge = Judge::new(&target).await?;
        let told = answered(&mut judge, what).await;
        let (proposal, answer) = told.map_err(|none| none.failure(&name))?;
        let exit = exit(answer.verdict, fails_from);
        for piece in (Report { proposal, answer, file, fails_from }).pieces(self.format.unwrap_or_default()) {
            print(&piece)?;
        }
        Ok(exit)
    }

    /// Reads what there is to read before anything is opened.
    fn given(&self) -> Result<Given, Failure> {
        if let Some(range) = &self.git_diff {
            let what = What::Source(Source::Files(git::changed(range, self.dialect.clone())?));
            return Ok(Given { what, name: format!("git diff {range}"), file: None });
        }
        if let Some(path) = &self.dbt_manifest {
            let manifest = ingest::dbt::manifest(path).map_err(|error| Failure::Usage(error.to_string()))?;
            return Ok(Given::of(path, What::Source(Source::Dbt(Dbt::from(manifest)))));
        }
        if let Some(path) = &self.ddl {
            let ddl = Ddl { text: source::read(path)?, dialect: self.dialect.clone() };
            return Ok(Given::of(path, What::Source(Source::Ddl(ddl))));
        }
        let path = self.change.clone().unwrap_or_else(|| PathBuf::from("-"));
        let proposal = crate::check::proposal(&source::read(&path)?);
        let proposal = proposal.map_err(|problems| wrong(&source::shown(&path), &problems))?;
        Ok(Given::of(&path, What::Proposal(proposal)))
    }
}

impl Given {
    fn of(path: &std::path::Path, what: What) -> Given {
        let name = source::shown(path);
        let file = (path != std::path::Path::new("-")).then(|| name.clone());
        Given { what, name, file }
    }
}

async fn answered(judge: &mut Judge<'_>, what: What) -> Result<(Proposal, Answer), NoAnswer> {
    let proposal = match what {
        What::Proposal(proposal) => proposal,
        What::Source(source) => {
            let proposed = judge.propose(&source).await?;
            for note in &proposed.notes {
                eprintln!("headwater: {note}");
            }
            if proposed.proposal.changes.is_empty() {
                return Ok((proposed.proposal, Answer::nothing(proposed.revision)));
            }
            proposed.proposal
        }
    };
    let answer = judge.answer(&proposal).await?;
    Ok((proposal, answer))
}

impl NoAnswer {
    fn failure(self, name: &str) -> Failure {
        match self {
            NoAnswer::Proposal(problems) => wrong(name, &problems),
            NoAnswer::Failed(failure) => failure,
        }
    }
}

fn exit(verdict: Verdict, fails_from: Option<Verdict>) -> Exit {
    if fails_from.is_some_and(|from| verdict >= from) { Exit::Findings } else { Exit::Done }
}

/// Every problem on a line of its own, with the name of what it is in.
fn wrong(name: &str, problems: &[Problem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(|one| format!("{name}: {}", render::problem(one))).collect();
    Failure::Usage(lines.join("\nheadwater: "))
}
