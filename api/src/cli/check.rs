//! `headwater check`: what a proposed change does, with an exit code for a gate in CI.

mod judge;
mod lines;
mod source;

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use impact::schema::{Problem, Proposal, Verdict};

use self::judge::{Judge, NoAnswer};
use super::outcome::print;
use super::target::Target;
use super::{Exit, Failure, Outcome, Place, Session};
use crate::check::FailOn;
use crate::check::render::{self, Format, Report};

/// Say what a proposed change of schemas breaks
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("what").required(true))]
#[command(after_help = "\
Exit codes: 0 nothing at or above --fail-on, 1 something is, 2 the proposal cannot be judged, 3 failed.

Example:
  headwater check --change drop-total.yaml
  headwater check --change drop-total.yaml --url http://127.0.0.1:8080 --fail-on schema_changes --format markdown
  headwater check --changes proposals.jsonl > answers.jsonl")]
pub struct Check {
    /// A proposed change, YAML or JSON; `-` is standard input
    #[arg(long, value_name = "FILE", group = "what")]
    change: Option<PathBuf>,
    /// Many proposals, one a line as JSON, each checked alone; one answer a line, in order
    #[arg(long, value_name = "FILE", group = "what")]
    changes: Option<PathBuf>,
    /// The mildest verdict that ends with 1; everything worse does too
    #[arg(long, value_enum, value_name = "VERDICT", value_delimiter = ',', default_value = "breaks")]
    fail_on: Vec<FailOn>,
    /// How the answer is shown [default: text; with --changes json, which is the only one there]
    #[arg(long, value_enum)]
    format: Option<Format>,
    #[command(flatten)]
    place: Place,
}

impl Check {
    pub async fn run(self, session: &Session) -> Outcome {
        let fails_from = FailOn::threshold(&self.fail_on);
        if let Some(file) = &self.changes {
            if self.format.is_some_and(|format| format != Format::Json) {
                return Err(Failure::Usage("`--changes`: expected `--format json` or none".to_owned()));
            }
            let input = source::open(file)?;
            let target = Target::open(&self.place, session)?;
            let mut judge = Judge::new(&target).await?;
            return lines::check(input, &mut judge, fails_from).await;
        }
        let file = self.change.as_deref().unwrap_or(Path::new("-"));
        let proposal = crate::check::proposal(&source::read(file)?).map_err(|problems| wrong(file, &problems))?;
        let target = Target::open(&self.place, session)?;
        let mut judge = Judge::new(&target).await?;
        self.tell(&mut judge, proposal, file, fails_from).await
    }

    async fn tell(
        &self,
        judge: &mut Judge<'_>,
        proposal: Proposal,
        file: &Path,
        fails_from: Option<Verdict>,
    ) -> Outcome {
        let answer = judge.answer(&proposal).await.map_err(|none| match none {
            NoAnswer::Proposal(problems) => wrong(file, &problems),
            NoAnswer::Failed(failure) => failure,
        })?;
        let exit = exit(answer.verdict, fails_from);
        let named = (file != Path::new("-")).then(|| file.display().to_string());
        let report = Report { proposal, answer, file: named, fails_from };
        for piece in report.pieces(self.format.unwrap_or_default()) {
            print(&piece)?;
        }
        Ok(exit)
    }
}

fn exit(verdict: Verdict, fails_from: Option<Verdict>) -> Exit {
    if fails_from.is_some_and(|from| verdict >= from) { Exit::Findings } else { Exit::Done }
}

/// Every problem on a line of its own, with the file.
fn wrong(file: &Path, problems: &[Problem]) -> Failure {
    let name = source::shown(file);
    let lines: Vec<String> = problems.iter().map(|one| format!("{name}: {}", render::problem(one))).collect();
    Failure::Usage(lines.join("\nheadwater: "))
}
