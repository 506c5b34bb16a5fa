//! From the tokenizer's lines and columns to byte offsets of the whole text.

use sqlparser::tokenizer::{Location, Span, TokenWithSpan};

use crate::script::Place;

/// The lines of one piece of the text.
pub(crate) struct Positions<'a> {
    piece: &'a str,
    base: usize,
    starts: Vec<usize>,
}

impl<'a> Positions<'a> {
    /// For `piece`, which begins at byte `base` of the whole text.
    pub fn new(piece: &'a str, base: usize) -> Positions<'a> {
        let mut starts = vec![0];
        starts.extend(piece.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        Positions { piece, base, starts }
    }

    /// The byte offset of a place that the tokenizer gave.
    pub fn offset(&self, at: Location) -> usize {
        let line = (at.line.max(1) - 1) as usize;
        let start = self.starts.get(line).copied().unwrap_or(self.piece.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(self.piece.len());
        let columns = (at.column.max(1) - 1) as usize;
        let text = &self.piece[start..end];
        let within = if text.is_ascii() {
            columns.min(text.len())
        } else {
            text.char_indices().nth(columns).map_or(text.len(), |(byte, _)| byte)
        };
        self.base + start + within
    }

    /// The place of a span, or `None` for the empty span of synthesised nodes.
    pub fn place(&self, span: Span) -> Option<Place> {
        if span.start.line == 0 {
            return None;
        }
        Some(Place(self.offset(span.start) as u32, self.offset(span.end) as u32))
    }

    /// The whole piece.
    pub fn whole(&self) -> Place {
        Place(self.base as u32, (self.base + self.piece.len()) as u32)
    }

    /// The place of each token.
    pub fn of_tokens(&self, tokens: &[TokenWithSpan]) -> Vec<Place> {
        tokens.iter().map(|token| self.place(token.span).unwrap_or_default()).collect()
    }
}
