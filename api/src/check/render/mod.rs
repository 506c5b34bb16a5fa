//! An answer as people and machines read it. What is long is made in pieces, so that it can be sent while it is made.

mod csv;
mod json;
mod junit;
mod markdown;
mod sarif;
mod text;
mod words;

use clap::ValueEnum;
use impact::schema::{Proposal, Verdict};

use super::Answer;

use words::sentence;

pub use words::problem;

/// How an answer is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    Json,
    /// A comment for a pull request
    Markdown,
    /// SARIF 2.1.0
    Sarif,
    Junit,
    /// One line for each consumer
    Csv,
}

/// An answer with what it answers.
#[derive(Clone, Debug)]
pub struct Report {
    pub proposal: Proposal,
    pub answer: Answer,
    /// The file that the proposal was read from.
    pub file: Option<String>,
    /// The mildest verdict that fails.
    pub fails_from: Option<Verdict>,
}

/// The texts of a report, one after the other.
pub type Pieces = Box<dyn Iterator<Item = String> + Send>;

impl Format {
    /// As `?format=` and `--format` spell it.
    pub fn named(name: &str) -> Option<Format> {
        <Format as ValueEnum>::from_str(name, false).ok()
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Format::Text => "text/plain; charset=utf-8",
            Format::Json => "application/json",
            Format::Markdown => "text/markdown; charset=utf-8",
            Format::Sarif => "application/sarif+json",
            Format::Junit => "application/xml",
            Format::Csv => "text/csv; charset=utf-8",
        }
    }
}

impl Report {
    pub fn pieces(self, format: Format) -> Pieces {
        match format {
            Format::Text => one(text::of(&self)),
            Format::Json => json::of(self.answer),
            Format::Markdown => one(markdown::of(&self)),
            Format::Sarif => one(sarif::of(&self)),
            Format::Junit => one(junit::of(&self)),
            Format::Csv => csv::of(self.answer),
        }
    }

    /// What there is to say in one line.
    fn headline(&self) -> String {
        if self.proposal.changes.is_empty() { "nothing changes".to_owned() } else { sentence(self.answer.counts) }
    }

    /// Whether this verdict fails the check.
    fn fails(&self, verdict: Verdict) -> bool {
        self.fails_from.is_some_and(|from| verdict >= from)
    }
}

fn one(text: String) -> Pieces {
    Box::new(std::iter::once(text))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::check::samples;

    /// The report of the sample.
    pub fn sample() -> Report {
        let (proposal, answer) = (samples::proposal(), samples::answer());
        Report { proposal, answer, file: Some("changes/totals go.yaml".to_owned()), fails_from: Some(Verdict::Breaks) }
    }

    /// One that found nothing.
    pub fn nothing() -> Report {
        Report { answer: Answer::nothing(7), file: None, fails_from: None, ..sample() }
    }

    pub fn shown(report: Report, format: Format) -> String {
        report.pieces(format).collect()
    }

    #[test]
    fn every_format_is_found_by_its_name() {
        for format in Format::value_variants() {
            let name = format.to_possible_value().unwrap();
            assert_eq!(Format::named(name.get_name()), Some(*format));
        }
        assert_eq!(Format::named("xml"), None);
    }
}
