//! How text becomes words. Names are split at `.`, `_`, `-`, `/`, at camelCase and between letters and digits; a name
//! of several parts is also one word, written together: `order_id` gives `orderid`, `order`, `id`.

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RawTokenizer, RemoveLongFilter, TextAnalyzer, Token, TokenStream, Tokenizer,
};

/// The name under which the analyzer is registered with an index.
pub const WORDS: &str = "words";
/// Words longer than this are not indexed.
const LONGEST_WORD: usize = 256;

pub fn words_analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(WordTokenizer)
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .build()
}

/// The words of a text, as they are indexed.
pub fn words(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    words_analyzer().token_stream(text).process(&mut |token| tokens.push(token.clone()));
    tokens
}

/// Lower case and without accents, otherwise as it is.
pub fn fold(text: &str) -> String {
    let mut analyzer =
        TextAnalyzer::builder(RawTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).build();
    let mut folded = String::with_capacity(text.len());
    analyzer.token_stream(text.trim()).process(&mut |token| folded.push_str(&token.text));
    folded.retain(|c| class(c) != Class::Mark);
    folded
}

/// A name as compared whole: folded, without quotes, spaces, `_` and `-`, so that `customerOrders`, `customer_orders`
/// and `customer orders` are one.
pub fn squash(name: &str) -> String {
    let mut squashed = fold(name);
    squashed.retain(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '"' | '`'));
    squashed
}

/// How many typing errors are forgiven in a word: 1 from 4 letters, 2 from 8; none in numbers.
pub fn tolerance(word: &str) -> u8 {
    let length = word.chars().count();
    match length {
        _ if word.chars().all(|c| c.is_ascii_digit()) => 0,
        4..=7 => 1,
        8..=40 => 2,
        0..=3 | 41.. => 0,
    }
}

/// Whether `limit` insertions, deletions, replacements and swaps of neighbours make one word of the other.
pub fn within_distance(one: &str, other: &str, limit: usize) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > limit {
        return false;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, a) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, b) in other.iter().enumerate() {
            let replaced = last[column] + usize::from(a != b);
            let mut best = replaced.min(last[column + 1] + 1).min(next[column] + 1);
            if row > 0 && column > 0 && *a == other[column - 1] && one[row - 1] == *b {
                best = best.min(before[column - 1] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut last, next);
    }
    last[other.len()] <= limit
}

#[derive(Clone)]
struct WordTokenizer;

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = Words;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Words {
        Words { tokens: split(text), at: 0 }
    }
}

struct Words {
    tokens: Vec<Token>,
    /// One more than the place of the current token.
    at: usize,
}

impl TokenStream for Words {
    fn advance(&mut self) -> bool {
        self.at += 1;
        self.at <= self.tokens.len()
    }

    fn token(&self) -> &Token {
        &self.tokens[self.at - 1]
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.tokens[self.at - 1]
    }
}

/// What a character is to the splitter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Lower,
    Upper,
    Digit,
    /// An accent written after its letter; belongs to the part but is not kept.
    Mark,
    /// `_` or `-`: ends a part, not the name.
    Joint,
    Gap,
}

fn class(c: char) -> Class {
    match c {
        '_' | '-' => Class::Joint,
        '\u{300}'..='\u{36f}' => Class::Mark,
        c if c.is_numeric() => Class::Digit,
        c if c.is_uppercase() => Class::Upper,
        c if c.is_alphabetic() => Class::Lower,
        _ => Class::Gap,
    }
}

fn split(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut name: Vec<Token> = Vec::new();
    let mut previous = Class::Gap;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let now = class(c);
        let next = chars.peek().map_or(Class::Gap, |(_, next)| class(*next));
        match now {
            Class::Gap => finish(&mut name, &mut tokens),
            Class::Joint => {}
            Class::Mark => extend(&mut name, at, c, false),
            Class::Lower | Class::Upper | Class::Digit => {
                if begins_part(previous, now, next) {
                    name.push(Token { offset_from: at, ..Token::default() });
                }
                extend(&mut name, at, c, true);
            }
        }
        if now != Class::Mark {
            previous = now;
        }
    }
    finish(&mut name, &mut tokens);
    tokens
}

/// Whether a letter or digit begins a part, by what stands before and after it: `orderId`, `HTTPServer`, `v2`.
fn begins_part(previous: Class, now: Class, next: Class) -> bool {
    match (previous, now) {
        (Class::Gap | Class::Joint | Class::Mark, _) => true,
        (Class::Lower, Class::Upper) => true,
        (Class::Upper, Class::Upper) => next == Class::Lower,
        (Class::Digit, Class::Digit) => false,
        (Class::Digit, _) | (_, Class::Digit) => true,
        (Class::Lower | Class::Upper, _) => false,
    }
}

fn extend(name: &mut [Token], at: usize, c: char, keep: bool) {
    if let Some(part) = name.last_mut() {
        part.offset_to = at + c.len_utf8();
        if keep {
            part.text.push(c);
        }
    }
}

/// Puts the parts of a name among the tokens, before them the name as one word when there are several.
fn finish(name: &mut Vec<Token>, tokens: &mut Vec<Token>) {
    let position = tokens.last().map_or(0, |last| last.position + 1);
    if let [first, .., last] = name.as_slice() {
        tokens.push(Token {
            offset_from: first.offset_from,
            offset_to: last.offset_to,
            position,
            text: name.iter().map(|part| part.text.as_str()).collect(),
            position_length: name.len(),
        });
    }
    for (nth, mut part) in name.drain(..).enumerate() {
        part.position = position + nth;
        tokens.push(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let tokens: Vec<String> = words(text)
            .iter()
            .map(|token| format!("{}@{}:{}", token.text, token.position, &text[token.offset_from..token.offset_to]))
            .collect();
        expected.assert_eq(&tokens.join(" "));
    }

    #[test]
    fn names_are_split_and_kept_whole() {
        check("shop.public.orders", expect!["shop@0:shop public@1:public orders@2:orders"]);
        check("customer_orders", expect!["customerorders@0:customer_orders customer@0:customer orders@1:orders"]);
        check(
            "customerOrders-v2",
            expect!["customerordersv2@0:customerOrders-v2 customer@0:customer orders@1:Orders v@2:v 2@3:2"],
        );
        check("HTTPServerID", expect!["httpserverid@0:HTTPServerID http@0:HTTP server@1:Server id@2:ID"]);
        check("s3://lake/raw/2024", expect!["s3@0:s3 s@0:s 3@1:3 lake@2:lake raw@3:raw 2024@4:2024"]);
        check("__x__", expect!["x@0:x"]);
        check("", expect![""]);
        check("-- / %", expect![""]);
    }

    #[test]
    fn accents_are_taken_off() {
        check("Größe café cafe\u{301}s", expect!["grosse@0:Größe cafe@1:café cafes@2:cafe\u{301}s"]);
        check("注文テーブル", expect!["注文テーブル@0:注文テーブル"]);
    }

    #[test]
    fn squashed_names() {
        assert_eq!(squash(" Customer_Orders "), "customerorders");
        assert_eq!(squash("shop.\"Public\".Ärger"), "shop.public.arger");
    }

    #[test]
    fn distances() {
        let check =
            |one, other, limit, expected| assert_eq!(within_distance(one, other, limit), expected, "{one} {other}");
        check("customer", "customer", 0, true);
        check("custmer", "customer", 1, true);
        check("cutsomer", "customer", 1, true);
        check("cstmer", "customer", 1, false);
        check("cstmer", "customer", 2, true);
        check("", "ab", 2, true);
        check("", "abc", 2, false);
    }
}
