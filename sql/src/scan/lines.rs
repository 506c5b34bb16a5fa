//! From the tokenizer's lines and columns to bytes.

use sqlparser::tokenizer::Location;

/// The lines of a text.
pub(super) struct Lines(Vec<Line>);

/// Where a line begins and, when bytes and columns differ, where every [`STEP`]th column does.
struct Line {
    start: usize,
    steps: Option<Vec<usize>>,
}

const STEP: usize = 64;

impl Lines {
    pub fn new(text: &str) -> Lines {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n').chain(text.is_empty().then_some("")) {
            let steps = || line.char_indices().step_by(STEP).map(|(byte, _)| byte).collect();
            lines.push(Line { start, steps: (!line.is_ascii()).then(steps) });
            start += line.len();
        }
        Lines(lines)
    }

    /// The byte of `text` at a place that the tokenizer gave.
    pub fn offset(&self, text: &str, at: Location) -> usize {
        let number = (at.line.max(1) - 1) as usize;
        let Some(line) = self.0.get(number) else { return text.len() };
        let end = self.0.get(number + 1).map_or(text.len(), |next| next.start);
        let columns = (at.column.max(1) - 1) as usize;
        let within = match &line.steps {
            None => columns,
            Some(steps) => match steps.get(columns / STEP) {
                None => end,
                Some(step) => {
                    let mut rest = text[line.start + step..end].char_indices();
                    rest.nth(columns % STEP).map_or(end, |(byte, _)| step + byte)
                }
            },
        };
        (line.start + within).min(end)
    }
}
