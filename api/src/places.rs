//! Places in a text as people count them: characters, lines and columns.

/// Where the lines and the characters of a text begin.
pub struct Places {
    /// Byte offsets of the first character of each line.
    lines: Vec<usize>,
    /// Byte offsets of all characters; nothing when each is one byte.
    characters: Vec<usize>,
}

/// One place; lines and columns count from 1, characters from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub character: usize,
    pub line: usize,
    pub column: usize,
}

impl Places {
    pub fn new(text: &str) -> Places {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let characters = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        Places { lines: std::iter::once(0).chain(breaks).collect(), characters }
    }

    /// The place of the character at, or first after, this byte.
    pub fn of(&self, byte: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.lines.get(line).copied().unwrap_or_default();
        let character = self.character(byte);
        Place { character, line: line + 1, column: character - self.character(start) + 1 }
    }

    fn character(&self, byte: usize) -> usize {
        if self.characters.is_empty() { byte } else { self.characters.partition_point(|start| *start < byte) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_lines_and_columns() {
        let at = |text: &str, byte| {
            let place = Places::new(text).of(byte);
            (place.character, place.line, place.column)
        };
        assert_eq!(at("ab\ncd", 0), (0, 1, 1));
        assert_eq!(at("ab\ncd", 4), (4, 2, 2));
        assert_eq!(at("ab\ncd", 5), (5, 2, 3));
        assert_eq!(at("äß\nüc", 8), (5, 2, 3));
        assert_eq!(at("äß\nüc", 5), (3, 2, 1));
        assert_eq!(at("", 0), (0, 1, 1));
    }
}
