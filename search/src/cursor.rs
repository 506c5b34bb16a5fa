//! The place after a page, as text that means nothing to others.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::collect::Place;
use crate::error::{Result, SearchError};
use crate::request::Request;

/// A digest of what a cursor belongs to: the same text and filter.
pub fn search_digest(request: &Request) -> u32 {
    let mut hasher = DefaultHasher::new();
    (&request.text, &request.filter).hash(&mut hasher);
    hasher.finish() as u32
}

pub fn write(place: &Place, search: u32) -> String {
    let mut text = format!("{search:08x}{:08x}{:08x}", place.score.to_bits(), place.id);
    for byte in place.order.bytes() {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

pub fn read(text: &str, search: u32) -> Result<Place> {
    let number = |from: usize| text.get(from..from + 8).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let (Some(of), Some(score), Some(id)) = (number(0), number(8), number(16)) else { return Err(SearchError::Cursor) };
    let order = order(text.as_bytes().get(24..).unwrap_or_default()).ok_or(SearchError::Cursor)?;
    if of != search {
        return Err(SearchError::Cursor);
    }
    Ok(Place { score: f32::from_bits(score), order, id })
}

fn order(digits: &[u8]) -> Option<String> {
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    String::from_utf8(pairs.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_as_it_was() {
        let place = Place { score: 12.5, order: "größe\u{1}x".into(), id: 7 };
        assert_eq!(read(&write(&place, 9), 9).ok(), Some(place));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let good = write(&Place { score: 1.0, order: "a".into(), id: 1 }, 9);
        for bad in [
            "",
            "x",
            "00000009",
            "äöüäöüäöüäöüäöü",
            &good[..good.len() - 1],
            &format!("{good}zz"),
            &format!("{good}ff"),
        ] {
            assert!(matches!(read(bad, 9), Err(SearchError::Cursor)), "{bad}");
        }
        assert!(matches!(read(&good, 8), Err(SearchError::Cursor)));
    }
}
