//! What is found of one consumer, gathered into one verdict.

use super::effect::Effect;
use super::lines::Place;
use super::verdict::{ColumnVerdict, Verdict};

/// Something that happens to a consumer as a whole.
struct Finding {
    verdict: Verdict,
    reason: String,
    /// Only because of what happens to something before it.
    transitive: bool,
}

/// Everything found of one consumer.
#[derive(Default)]
pub(super) struct Findings {
    whole: Vec<Finding>,
    columns: Vec<ColumnVerdict>,
    /// How whoever reads the consumer meets it.
    pub effect: Effect,
}

impl Findings {
    pub fn whole(&mut self, verdict: Verdict, reason: impl Into<String>) {
        self.add(Finding { verdict, reason: reason.into(), transitive: false });
    }

    pub fn transitive(&mut self, verdict: Verdict, reason: impl Into<String>) {
        self.add(Finding { verdict, reason: reason.into(), transitive: true });
    }

    fn add(&mut self, finding: Finding) {
        if self.whole.iter().all(|known| known.reason != finding.reason) {
            self.whole.push(finding);
        }
    }

    pub fn column(&mut self, name: &str, verdict: Verdict, reason: impl Into<String>, place: Option<&Place>) {
        let found = ColumnVerdict {
            name: name.to_owned(),
            verdict,
            reason: reason.into(),
            expression: place.map(|place| place.text.clone()).filter(|text| !text.is_empty()),
            span: place.map(|place| place.span),
        };
        if !self.columns.contains(&found) {
            self.columns.push(found);
        }
    }

    pub fn verdict(&self) -> Verdict {
        let whole = self.whole.iter().map(|finding| finding.verdict);
        whole.chain(self.columns.iter().map(|column| column.verdict)).max().unwrap_or(Verdict::Safe)
    }

    /// Whether anything of it is of this verdict, the worst or not.
    pub fn has(&self, verdict: Verdict) -> bool {
        let whole = self.whole.iter().map(|finding| finding.verdict);
        whole.chain(self.columns.iter().map(|column| column.verdict)).any(|found| found == verdict)
    }

    /// Whether the worst of it happens only because of something before it.
    pub fn is_transitive(&self) -> bool {
        let worst = self.verdict();
        let own = self.whole.iter().filter(|finding| finding.verdict == worst);
        let mut own = own.map(|finding| finding.transitive).peekable();
        own.peek().is_some() && own.all(|transitive| transitive) && self.columns.iter().all(|c| c.verdict != worst)
    }

    /// The reason of the worst, and how many more there are; `safe` when there is none.
    pub fn reason(&self, safe: &str) -> String {
        let worst = self.verdict();
        let mut whole: Vec<&Finding> = self.whole.iter().filter(|finding| finding.verdict == worst).collect();
        whole.sort_by_key(|finding| finding.transitive);
        let columns = self.columns.iter().filter(|column| column.verdict == worst);
        let columns = columns.map(|column| format!("{}: {}", column.name, column.reason));
        let all: Vec<String> = whole.into_iter().map(|finding| finding.reason.clone()).chain(columns).collect();
        match all.as_slice() {
            [] => safe.to_owned(),
            [one] => one.clone(),
            [one, more @ ..] => format!("{one}; and {} more", more.len()),
        }
    }

    /// Each column, the worst first; of what fails only where it does.
    pub fn columns(&self) -> Vec<ColumnVerdict> {
        let fails = self.verdict() == Verdict::Breaks;
        let told = self.columns.iter().filter(|column| !fails || column.verdict == Verdict::Breaks);
        let mut columns: Vec<ColumnVerdict> = told.cloned().collect();
        columns.sort_by(|a, b| b.verdict.cmp(&a.verdict).then_with(|| a.cmp(b)));
        columns
    }
}
