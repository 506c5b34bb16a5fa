//! From the bytes of a piece to those of the whole text.

use sqlparser::tokenizer::{Location, Span, TokenWithSpan};

use crate::{scan, script::Place, template::Origins};

/// Where one piece of the text stands.
pub(crate) struct Positions<'a> {
    origins: &'a Origins,
    piece: &'a str,
    base: usize,
}

impl<'a> Positions<'a> {
    /// For `piece`, which begins at byte `base` of the whole text without its template.
    pub fn new(piece: &'a str, base: usize, origins: &'a Origins) -> Positions<'a> {
        Positions { origins, piece, base }
    }

    /// The byte offset, in the text as written, of a token's place.
    pub fn offset(&self, at: Location) -> usize {
        self.origins.start(self.base + self.within(at))
    }

    /// The byte offset in the piece of a token's place.
    pub fn within(&self, at: Location) -> usize {
        scan::offset(at).min(self.piece.len())
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
