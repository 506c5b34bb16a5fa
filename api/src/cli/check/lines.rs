//! `--changes`: many proposals, each alone.

use std::io::BufRead;

use impact::schema::{Problem, Verdict};
use serde_json::json;

use super::exit;
use super::judge::{Judge, NoAnswer};
use crate::check::render::problem;
use crate::check::{self, ToldProblem};
use crate::cli::outcome::print;
use crate::cli::{Exit, Failure, Outcome};

/// Answers each line. One that is no proposal, or cannot be judged, is answered with what is wrong, and the rest goes
/// on; the end says that it was there.
pub async fn check(input: Box<dyn BufRead + Send>, judge: &mut Judge<'_>, fails_from: Option<Verdict>) -> Outcome {
    let (mut all, mut wrong, mut end) = (0, 0, Exit::Done);
    for line in input.lines() {
        let line = line.map_err(|error| Failure::Failed(format!("line {}: cannot be read: {error}", all + 1)))?;
        if line.trim().is_empty() {
            continue;
        }
        all += 1;
        match answer(&line, judge).await {
            Ok(answer) => {
                print(&format!("{}\n", serde_json::to_string(&answer).map_err(Failure::failed)?))?;
                end = if exit(answer.verdict, fails_from) == Exit::Findings { Exit::Findings } else { end };
            }
            Err(NoAnswer::Proposal(problems)) => {
                wrong += 1;
                print(&refusal(problems))?;
            }
            Err(NoAnswer::Failed(failure)) => return Err(failure),
        }
    }
    match wrong {
        0 => Ok(end),
        wrong => Err(Failure::Usage(format!("{wrong} of {all} proposals cannot be judged"))),
    }
}

async fn answer(line: &str, judge: &mut Judge<'_>) -> Result<check::Answer, NoAnswer> {
    let proposal = check::proposal(line).map_err(NoAnswer::Proposal)?;
    judge.answer(&proposal).await
}

fn refusal(problems: Vec<Problem>) -> String {
    let message = problems.iter().map(problem).collect::<Vec<_>>().join("; ");
    let problems: Vec<ToldProblem> = problems.into_iter().map(ToldProblem::from).collect();
    format!("{}\n", json!({ "error": message, "problems": problems }))
}
