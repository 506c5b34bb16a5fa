//! Templates in the text: what they make of it, and where each part of that was written.

mod eval;
mod nodes;
mod render;

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;

/// The text without its template, and the way back to the places where it was written.
///
/// `ref('x')` is the table `x`, `source('a', 'b')` the table `a.b`, `this` the table `this`. Loops over known
/// lists are written out, conditions that are known decide, macros defined in the text are applied. What is
/// not known stands for a table after `FROM` and its like, else for a value, and is reported; of a condition
/// that is not known every branch without an alternative is read, else the first.
pub(crate) fn fill<'t>(text: &'t str, diagnostics: &mut Vec<Diagnostic>) -> (Cow<'t, str>, Origins) {
    let open = text.as_bytes().contains(&b'{');
    if !open || !["{{", "{%", "{#", "${"].iter().any(|open| text.contains(open)) {
        return (Cow::Borrowed(text), Origins::default());
    }
    let nodes = nodes::read(text);
    let (made, origins) = render::render(text, &nodes, diagnostics);
    (Cow::Owned(made), origins)
}

/// From places of the filled text to those of the written one. Empty when they are the same.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    parts: Vec<Part>,
}

/// A part of the filled text, which begins at `at` and was made of the bytes `from..to`.
#[derive(Clone, Copy, Debug)]
struct Part {
    at: usize,
    from: usize,
    to: usize,
    /// Byte for byte as written.
    verbatim: bool,
}

impl Origins {
    /// A text that was all made of one range.
    pub fn of(from: usize, to: usize) -> Origins {
        Origins { parts: vec![Part { at: 0, from, to, verbatim: false }] }
    }

    /// Where something that begins at an offset of the filled text was written.
    pub fn start(&self, offset: usize) -> usize {
        let Some(part) = self.part(offset) else { return offset };
        if part.verbatim { (part.from + (offset - part.at)).min(part.to) } else { part.from }
    }

    /// Where something that ends before an offset of the filled text was written to its end.
    pub fn end(&self, offset: usize) -> usize {
        let Some(part) = self.part(offset.saturating_sub(1)) else { return offset };
        if part.verbatim { (part.from + (offset - part.at)).min(part.to) } else { part.to }
    }

    fn part(&self, offset: usize) -> Option<&Part> {
        let after = self.parts.partition_point(|part| part.at <= offset);
        self.parts.get(after.checked_sub(1)?)
    }
}
