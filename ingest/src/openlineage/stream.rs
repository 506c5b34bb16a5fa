//! Many events at once: a batch that is in memory, and files that are read as they come.

use std::io::{BufRead, ErrorKind};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::rejection::Rejection;

/// The events of a batch, `[…]` or `{"events": […]}`, each as the bytes it was sent with. One that is no event does
/// not fail the others; a batch that is not JSON fails as a whole.
pub fn batch(bytes: &[u8]) -> Result<Vec<&[u8]>, Rejection> {
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        events: Vec<&'a RawValue>,
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let events = match bytes.trim_ascii_start().first() {
        Some(b'{') => serde_json::from_slice::<Wrapped<'_>>(bytes).map(|wrapped| wrapped.events),
        _ => serde_json::from_slice(bytes),
    };
    let events = events.map_err(|error| {
        let expected = "expected a list of events or an object with the list `events`";
        Rejection::bad_request("not-a-batch", format!("not a batch: {expected}: {error}"))
    })?;
    Ok(events.into_iter().map(|event| event.get().as_bytes()).collect())
}

/// One document of a file.
#[derive(Debug)]
pub struct Document {
    /// The line it begins on, from 1.
    pub line: usize,
    pub text: Result<Vec<u8>, Unreadable>,
}

/// A document that was passed over.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("expected at most {limit} bytes, found more")]
    TooLong { limit: usize },
}

/// The documents of a file, of which each may be an event: one per line, or the items of a JSON array, or values one
/// after the other that are spread over several lines. Which of these it is, the beginning of the file tells. At most
/// `limit` bytes of a document are held at a time.
pub fn lines<R: BufRead>(reader: R, limit: usize) -> Lines<R> {
    Lines { reader, limit, line: 1, layout: Layout::Unknown }
}

pub struct Lines<R> {
    reader: R,
    limit: usize,
    /// The number of the line that is read next.
    line: usize,
    layout: Layout,
}

#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Unknown,
    /// One document per line: a broken one ends with its line.
    Lines,
    /// Documents end where their brackets close; between them are white space and commas.
    Nested {
        within_array: bool,
    },
    Ended,
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = std::io::Result<Document>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.read().transpose();
        if !matches!(found, Some(Ok(_))) {
            self.layout = Layout::Ended;
        }
        found
    }
}

impl<R: BufRead> Lines<R> {
    fn read(&mut self) -> std::io::Result<Option<Document>> {
        loop {
            let Some(byte) = self.skip_separators()? else { return Ok(None) };
            match (self.layout, byte) {
                (Layout::Ended, _) => return Ok(None),
                (Layout::Unknown, b'[') => {
                    self.reader.consume(1);
                    self.layout = Layout::Nested { within_array: true };
                }
                (Layout::Nested { within_array: true }, b']') => {
                    self.reader.consume(1);
                    self.layout = Layout::Unknown;
                }
                (Layout::Unknown | Layout::Lines | Layout::Nested { .. }, _) => return self.document().map(Some),
            }
        }
    }

    /// The first byte of the next document.
    fn skip_separators(&mut self) -> std::io::Result<Option<u8>> {
        loop {
            let commas = matches!(self.layout, Layout::Nested { .. });
            let mark = self.line == 1 && self.layout == Layout::Unknown;
            let Some(byte) = self.peek()? else { return Ok(None) };
            match byte {
                b'\n' => self.line += 1,
                b' ' | b'\t' | b'\r' => {}
                b',' if commas => {}
                // A byte order mark.
                0xef | 0xbb | 0xbf if mark => {}
                _ => return Ok(Some(byte)),
            }
            self.reader.consume(1);
        }
    }

    fn document(&mut self) -> std::io::Result<Document> {
        let first = self.line;
        let mut text = Text { bytes: Vec::new(), limit: self.limit, too_long: false };
        let mut brackets = Brackets::default();
        while let Some(byte) = self.peek()? {
            if byte == b'\n' && self.ends_line(&brackets) {
                break;
            }
            let ends = matches!(self.layout, Layout::Nested { .. }) && brackets.ends_before(byte);
            if ends {
                break;
            }
            self.line += usize::from(byte == b'\n');
            self.reader.consume(1);
            brackets.read(byte);
            text.push(byte);
            if matches!(self.layout, Layout::Nested { .. }) && brackets.closed() {
                break;
            }
        }
        Ok(Document { line: first, text: text.finish() })
    }

    /// Whether a document ends with its line. The first one tells how all are laid out.
    fn ends_line(&mut self, brackets: &Brackets) -> bool {
        if self.layout == Layout::Unknown {
            let spread = brackets.depth > 0 && !brackets.in_string;
            self.layout = if spread { Layout::Nested { within_array: false } } else { Layout::Lines };
        }
        self.layout == Layout::Lines
    }

    fn peek(&mut self) -> std::io::Result<Option<u8>> {
        loop {
            match self.reader.fill_buf() {
                Ok(buffer) => return Ok(buffer.first().copied()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// The text of a document as far as it fits.
struct Text {
    bytes: Vec<u8>,
    limit: usize,
    too_long: bool,
}

impl Text {
    fn push(&mut self, byte: u8) {
        if self.bytes.len() == self.limit {
            self.too_long = true;
            self.bytes = Vec::new();
        }
        if !self.too_long {
            self.bytes.push(byte);
        }
    }

    fn finish(self) -> Result<Vec<u8>, Unreadable> {
        if self.too_long { Err(Unreadable::TooLong { limit: self.limit }) } else { Ok(self.bytes) }
    }
}

/// How deep in brackets, and whether in a string.
#[derive(Default)]
struct Brackets {
    depth: usize,
    in_string: bool,
    escaped: bool,
    opened: bool,
}

impl Brackets {
    fn read(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_string => self.escaped = true,
            b'"' => self.in_string = !self.in_string,
            _ if self.in_string => {}
            b'{' | b'[' => {
                self.depth += 1;
                self.opened = true;
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// After the bracket that ends an object or a list.
    fn closed(&self) -> bool {
        self.opened && self.depth == 0
    }

    /// Before what ends a value without brackets, such as a number.
    fn ends_before(&self, byte: u8) -> bool {
        !self.opened && !self.in_string && matches!(byte, b',' | b']' | b'\n')
    }
}
