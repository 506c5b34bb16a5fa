//! The parser's keywords, found by a hash that is made while a word is read.

use std::sync::LazyLock;

use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};

const SLOTS: usize = 4096;

/// For each hash the keyword's index and one; zero when there is none.
static TABLE: LazyLock<[u16; SLOTS]> = LazyLock::new(|| {
    let mut table = [0; SLOTS];
    for (index, keyword) in ALL_KEYWORDS.iter().enumerate() {
        let mut slot = slot(keyword.bytes().fold(0, add));
        while table[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = index as u16 + 1;
    }
    table
});

/// The hash of a word with one more byte, upper case or lower.
pub(super) fn add(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte | 0x20)).wrapping_mul(0x0100_0193)
}

/// The keyword that a word is in any case; `hash` is that of its bytes.
pub(super) fn keyword(word: &str, hash: u32) -> Keyword {
    let mut slot = slot(hash);
    loop {
        let Some(index) = TABLE[slot].checked_sub(1).map(usize::from) else { return Keyword::NoKeyword };
        if ALL_KEYWORDS[index].eq_ignore_ascii_case(word) {
            return ALL_KEYWORDS_INDEX[index];
        }
        slot = (slot + 1) % SLOTS;
    }
}

fn slot(hash: u32) -> usize {
    (hash.wrapping_mul(0x9E37_79B1) >> 20) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found_in_any_case() {
        for (index, known) in ALL_KEYWORDS.iter().enumerate() {
            for word in [(*known).to_owned(), known.to_lowercase()] {
                assert_eq!(keyword(&word, word.bytes().fold(0, add)), ALL_KEYWORDS_INDEX[index], "{word}");
            }
            let longer = format!("{known}_x");
            assert_eq!(keyword(&longer, longer.bytes().fold(0, add)), Keyword::NoKeyword);
        }
    }
}
