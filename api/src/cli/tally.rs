//! What became of what was ingested: counted, and each problem with its place.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::outcome::{print, print_json};
use super::{Exit, Failure, Format, Outcome};

#[derive(Default, Debug)]
pub struct Tally {
    pub received: u64,
    /// Committed and not known before; with `--url` also those known before, which the server does not tell apart.
    pub accepted: u64,
    pub repeated: u64,
    pub rejected: u64,
    /// Accepted although something was wrong with them.
    pub faulty: u64,
    /// How many of what was read, such as models and sources.
    pub counts: Vec<(&'static str, usize)>,
    pub problems: Vec<Problem>,
    /// Worth knowing, and nothing wrong.
    pub notes: Vec<Problem>,
}

#[derive(Debug)]
pub struct Problem {
    /// `file:line`, or the file
    pub place: String,
    pub text: String,
}

impl Tally {
    pub fn count(&mut self, repeated: bool) {
        *if repeated { &mut self.repeated } else { &mut self.accepted } += 1;
    }

    pub fn reject(&mut self, place: String, text: String) {
        self.rejected += 1;
        self.problems.push(Problem { place, text });
    }

    pub fn problem(&mut self, place: String, text: String) {
        self.problems.push(Problem { place, text });
    }

    /// Prints the problems and the counts; findings when there are problems.
    pub fn end(self, what: &str, format: Format) -> Outcome {
        let findings = !self.problems.is_empty();
        match format {
            Format::Text => print(&self.text(what))?,
            Format::Json => print_json(&self.json())?,
        }
        Ok(if findings { Exit::Findings } else { Exit::Done })
    }

    fn text(&self, what: &str) -> String {
        let mut out = String::new();
        for problem in &self.problems {
            out.push_str(&format!("{}: {}\n", problem.place, problem.text));
        }
        for note in &self.notes {
            out.push_str(&format!("note: {}: {}\n", note.place, note.text));
        }
        if !self.counts.is_empty() {
            let counts: Vec<String> = self.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
            out.push_str(&format!("found {}\n", counts.join(", ")));
        }
        out.push_str(&format!("{what}: {} read, {} accepted", self.received, self.accepted));
        if self.faulty > 0 {
            out.push_str(&format!(" ({} with faults, see `headwater events --rejected`)", self.faulty));
        }
        out.push_str(&format!(", {} known before, {} rejected\n", self.repeated, self.rejected));
        out
    }

    fn json(&self) -> Value {
        let told = |problems: &[Problem]| -> Vec<Value> {
            problems.iter().map(|problem| json!({ "place": problem.place, "message": problem.text })).collect()
        };
        let counts: serde_json::Map<String, Value> =
            self.counts.iter().map(|(what, count)| ((*what).to_owned(), Value::from(*count))).collect();
        json!({
            "found": counts,
            "received": self.received,
            "accepted": self.accepted,
            "repeated": self.repeated,
            "rejected": self.rejected,
            "faulty": self.faulty,
            "problems": told(&self.problems),
            "notes": told(&self.notes),
        })
    }
}

/// A bar on standard error, hidden when that is no terminal. `total` is in bytes or in items.
pub fn bar(total: Option<u64>, unit: &str) -> Result<ProgressBar, Failure> {
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let template = match (total, unit) {
        (Some(_), "bytes") => "{wide_bar} {bytes} of {total_bytes}, {eta} left".to_owned(),
        (Some(_), unit) => format!("{{wide_bar}} {{pos}} of {{len}} {unit}, {{eta}} left"),
        (None, unit) => format!("{{spinner}} {{pos}} {unit}"),
    };
    bar.set_style(ProgressStyle::with_template(&template).map_err(Failure::failed)?);
    Ok(bar)
}
