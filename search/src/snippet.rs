//! Why a hit matched: pieces of its fields with the matching words marked.

use std::ops::Range;

use tantivy::tokenizer::Token;

use crate::analysis::{fold, within_distance, words};
use crate::document::Card;
use crate::matching::Word;
use crate::request::Match;

/// Characters of a text that are shown around its first matching word.
const AROUND: usize = 160;
/// Values of one field that are shown.
const VALUES: usize = 3;

/// What of a hit matched, best first.
pub fn matches(card: &Card, words: &[Word]) -> Vec<Match> {
    if words.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let own = [card.own_name()].into_iter().chain(card.also.iter().map(String::as_str));
    add(&mut found, "name", own, words);
    add(&mut found, "column", card.columns.iter().map(String::as_str), words);
    add(&mut found, "tag", card.tags.iter().map(String::as_str), words);
    add(&mut found, "owner", card.owners.iter().map(String::as_str), words);
    if let Some(snippet) = card.description.as_deref().and_then(|text| excerpt(text, words)) {
        found.push(Match { field: "description", snippet });
    }
    if card.path.is_some() {
        add(&mut found, "dataset", [card.name.as_str()].into_iter(), words);
    }
    add(&mut found, "namespace", [card.namespace.as_str()].into_iter(), words);
    found
}

/// The values that match, marked; those with the most matching words first.
fn add<'a>(found: &mut Vec<Match>, field: &'static str, values: impl Iterator<Item = &'a str>, words: &[Word]) {
    let mut matching: Vec<(usize, String)> = Vec::new();
    for value in values {
        let places = places(value, words);
        if !places.is_empty() {
            matching.push((places.len(), mark(value, &places)));
        }
    }
    matching.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    if matching.is_empty() {
        return;
    }
    let shown: Vec<String> = matching.iter().take(VALUES).map(|(_, value)| value.clone()).collect();
    let more = if matching.len() > VALUES { format!(", … ({} in all)", matching.len()) } else { String::new() };
    found.push(Match { field, snippet: shown.join(", ") + &more });
}

/// A piece of a longer text around the first matching word.
fn excerpt(text: &str, words: &[Word]) -> Option<String> {
    let places = places(text, words);
    let first = places.first()?.start;
    let before = text[..first].char_indices().rev().nth(AROUND / 4).map_or(0, |(at, _)| at);
    let start = if before == 0 { 0 } else { text[before..first].find(' ').map_or(before, |at| before + at + 1) };
    let limit = text[start..].char_indices().nth(AROUND).map_or(text.len(), |(at, _)| start + at);
    let end = if limit == text.len() { limit } else { text[start..limit].rfind(' ').map_or(limit, |at| start + at) };
    let end = places.first().map_or(end, |place| end.max(place.end));
    let inside: Vec<Range<usize>> =
        places.iter().filter(|place| place.end <= end).map(|place| place.start - start..place.end - start).collect();
    let marked = mark(&text[start..end], &inside).split_whitespace().collect::<Vec<_>>().join(" ");
    let (lead, trail) = (if start > 0 { "… " } else { "" }, if end < text.len() { " …" } else { "" });
    Some(format!("{lead}{marked}{trail}"))
}

fn mark(text: &str, places: &[Range<usize>]) -> String {
    let mut marked = String::with_capacity(text.len() + places.len() * 4);
    let mut at = 0;
    for place in places {
        marked.push_str(&text[at..place.start]);
        marked.push('«');
        marked.push_str(&text[place.clone()]);
        marked.push('»');
        at = place.end;
    }
    marked.push_str(&text[at..]);
    marked
}

/// Where words match in a text, in order and apart.
fn places(text: &str, wanted: &[Word]) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    for token in words(text) {
        let matching = wanted.iter().filter_map(|word| place(text, &token, word));
        places.extend(matching.max_by_key(|place| place.end));
    }
    places.sort_by_key(|place| (place.start, place.end));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for place in places {
        match apart.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            Some(_) | None => apart.push(place),
        }
    }
    apart
}

/// What of a token matches a word: all of it, or its beginning.
fn place(text: &str, token: &Token, word: &Word) -> Option<Range<usize>> {
    let whole = token.offset_from..token.offset_to;
    if token.text == word.text {
        return Some(whole);
    }
    if word.prefix && token.text.starts_with(&word.text) {
        let length = beginning(&text[whole.clone()], word.text.chars().count());
        return Some(whole.start..whole.start + length);
    }
    let misspelled = word.errors > 0 && within_distance(&word.text, &token.text, usize::from(word.errors));
    misspelled.then_some(whole)
}

/// How many bytes of a name its first letters and digits take, as they are written: with `_`, `-` and accents.
fn beginning(name: &str, letters: usize) -> usize {
    let mut left = letters;
    for (at, c) in name.char_indices() {
        if left == 0 {
            return at;
        }
        let folded = if c.is_ascii() {
            usize::from(c.is_ascii_alphanumeric())
        } else {
            fold(c.encode_utf8(&mut [0; 4])).chars().count()
        };
        left = left.saturating_sub(folded);
    }
    name.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, wanted: &[(&str, bool, u8)], expected: Expect) {
        let wanted: Vec<Word> = wanted
            .iter()
            .map(|(text, prefix, errors)| Word { text: (*text).into(), prefix: *prefix, errors: *errors })
            .collect();
        expected.assert_eq(&excerpt(text, &wanted).unwrap_or_else(|| "nothing".into()));
    }

    #[test]
    fn marks() {
        check("customer_orders", &[("orders", false, 0)], expect!["customer_«orders»"]);
        check("customer_orders", &[("ord", true, 0), ("cust", true, 0)], expect!["«cust»omer_«ord»ers"]);
        check("customer_orders", &[("customerorders", false, 0)], expect!["«customer_orders»"]);
        check("customer_orders", &[("customero", true, 0)], expect!["«customer_o»rders"]);
        check("Größen", &[("gros", true, 0)], expect!["«Größ»en"]);
        check("customers", &[("custmers", false, 2)], expect!["«customers»"]);
        check("customers", &[("custmers", false, 0)], expect!["nothing"]);
    }

    #[test]
    fn long_texts_are_cut_at_words() {
        let text = format!("{}the revenue per\ncustomer{}", "before ".repeat(30), " after".repeat(40));
        check(
            &text,
            &[("revenue", false, 0), ("customer", false, 0)],
            expect![
                "… before before before before before the «revenue» per «customer» after after after after after after after after after after after after after after after after …"
            ],
        );
    }
}
