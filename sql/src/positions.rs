//! From the tokenizer's lines and columns to byte offsets of the whole text.

use sqlparser::tokenizer::{Location, Span, TokenWithSpan};

use crate::{script::Place, template::Origins};

/// The lines of one piece of the text.
pub(crate) struct Positions<'a> {
    origins: &'a Origins,
    piece: &'a str,
    base: usize,
    lines: Vec<Line>,
}

/// Where a line begins and, when bytes and columns differ, where every [`STEP`]th column does.
struct Line {
    start: usize,
    steps: Option<Vec<usize>>,
}

const STEP: usize = 64;

impl<'a> Positions<'a> {
    /// For `piece`, which begins at byte `base` of the whole text without its template.
    pub fn new(piece: &'a str, base: usize, origins: &'a Origins) -> Positions<'a> {
        let mut lines = Vec::new();
        let mut start = 0;
        for text in piece.split_inclusive('\n').chain(piece.is_empty().then_some("")) {
            let steps = || text.char_indices().step_by(STEP).map(|(byte, _)| byte).collect();
            lines.push(Line { start, steps: (!text.is_ascii()).then(steps) });
            start += text.len();
        }
        Positions { origins, piece, base, lines }
    }

    /// The byte offset, in the text as written, of a place that the tokenizer gave.
    pub fn offset(&self, at: Location) -> usize {
        self.origins.start(self.base + self.within(at))
    }

    /// The byte offset in the piece of a place that the tokenizer gave.
    pub fn within(&self, at: Location) -> usize {
        let number = (at.line.max(1) - 1) as usize;
        let Some(line) = self.lines.get(number) else { return self.piece.len() };
        let end = self.lines.get(number + 1).map_or(self.piece.len(), |next| next.start);
        let columns = (at.column.max(1) - 1) as usize;
        let within = match &line.steps {
            None => columns,
            Some(steps) => match steps.get(columns / STEP) {
                None => end,
                Some(step) => {
                    let mut rest = self.piece[line.start + step..end].char_indices();
                    rest.nth(columns % STEP).map_or(end, |(byte, _)| step + byte)
                }
            },
        };
        (line.start + within).min(end)
    }

    /// The place of a span, or `None` for the empty span of synthesised nodes.
    pub fn place(&self, span: Span) -> Option<Place> {
        if span.start.line == 0 {
            return None;
        }
        let start = self.offset(span.start);
        let end = self.origins.end(self.base + self.within(span.end));
        Some(Place(start as u32, end.max(start) as u32))
    }

    /// The whole piece, without the blanks around it.
    pub fn whole(&self) -> Place {
        let before = self.piece.len() - self.piece.trim_start().len();
        let start = self.origins.start(self.base + before);
        let end = self.origins.end(self.base + self.piece.trim_end().len().max(before));
        Place(start as u32, end.max(start) as u32)
    }

    /// The place of each token.
    pub fn of_tokens(&self, tokens: &[TokenWithSpan]) -> Vec<Place> {
        tokens.iter().map(|token| self.place(token.span).unwrap_or_default()).collect()
    }
}
