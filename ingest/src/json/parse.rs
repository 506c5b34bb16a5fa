//! Reads JSON (RFC 8259) from text.

use std::borrow::Cow;
use std::fmt;

use super::{Json, Member, excerpt};

/// How deep lists and objects may be nested.
pub const MAX_DEPTH: usize = 128;

/// A value, and what was odd about its text but could be read.
#[derive(Debug)]
pub struct Parsed<'a> {
    pub json: Json<'a>,
    pub oddities: Vec<Oddity>,
}

/// Something that JSON leaves open, and how it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Oddity {
    /// A key was given twice; the last one counts.
    RepeatedKey { key: String, position: Position },
    /// Half of a surrogate pair stood alone; U+FFFD was put in its place.
    LoneSurrogate { position: Position },
}

/// Oddities beyond this number are not listed.
const MAX_ODDITIES: usize = 16;

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("expected {expected}, found {found} at {position}")]
pub struct SyntaxError {
    pub expected: String,
    pub found: String,
    pub position: Position,
}

/// A place in the text, from 1; the column counts bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} column {}", self.line, self.column)
    }
}

/// Reads one value; only white space may follow it. A byte order mark is skipped.
pub fn parse(bytes: &[u8]) -> Result<Parsed<'_>, SyntaxError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| SyntaxError {
        expected: "UTF-8".to_owned(),
        found: format!("the byte 0x{:02x}", bytes[error.valid_up_to()]),
        position: position(bytes, error.valid_up_to()),
    })?;
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0, depth: 0, oddities: Vec::new() };
    let json = parser.value()?;
    parser.skip_space();
    if parser.at < parser.bytes.len() {
        return Err(parser.error("nothing after the value"));
    }
    Ok(Parsed { json, oddities: parser.oddities })
}

fn position(bytes: &[u8], at: usize) -> Position {
    let before = &bytes[..at];
    let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |newline| newline + 1);
    Position { line: 1 + before.iter().filter(|&&b| b == b'\n').count(), column: at - line_start + 1 }
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    oddities: Vec<Oddity>,
}

impl<'a> Parser<'a> {
    fn value(&mut self) -> Result<Json<'a>, SyntaxError> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => Ok(Json::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true", Json::Bool(true)),
            Some(b'f') => self.literal("false", Json::Bool(false)),
            Some(b'n') => self.literal("null", Json::Null),
            Some(_) | None => Err(self.error("a value")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Json<'a>, SyntaxError>) -> Result<Json<'a>, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(&format!("at most {MAX_DEPTH} levels of nesting")));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Json<'a>, SyntaxError> {
        let mut items = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Json::Array(items));
            }
            if !self.take(b',') {
                return Err(self.error("`,` or `]`"));
            }
        }
    }

    fn object(&mut self) -> Result<Json<'a>, SyntaxError> {
        let mut members = Vec::new();
        self.skip_space();
        if self.take(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            members.push(self.member()?);
            self.skip_space();
            if self.take(b'}') {
                return Ok(Json::Object(self.sorted(members)));
            }
            if !self.take(b',') {
                return Err(self.error("`,` or `}`"));
            }
        }
    }

    fn member(&mut self) -> Result<Member<'a>, SyntaxError> {
        self.skip_space();
        if self.peek() != Some(b'"') {
            return Err(self.error("a key in quotes"));
        }
        let key = self.string()?;
        self.skip_space();
        if !self.take(b':') {
            return Err(self.error("`:`"));
        }
        Ok((key, self.value()?))
    }

    /// In order of keys; of equal keys the last one stays.
    fn sorted(&mut self, mut members: Vec<Member<'a>>) -> Vec<Member<'a>> {
        if members.is_sorted_by(|(a, _), (b, _)| a < b) {
            return members;
        }
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        let (bytes, at, oddities) = (self.bytes, self.at, &mut self.oddities);
        members.dedup_by(|later, kept| {
            let repeated = later.0 == kept.0;
            if repeated {
                note(oddities, || Oddity::RepeatedKey { key: excerpt(&kept.0), position: position(bytes, at) });
                std::mem::swap(later, kept);
            }
            repeated
        });
        members
    }

    fn string(&mut self) -> Result<Cow<'a, str>, SyntaxError> {
        self.at += 1;
        let start = self.at;
        self.skip_plain();
        if self.take(b'"') {
            return Ok(Cow::Borrowed(&self.text[start..self.at - 1]));
        }
        let mut out = String::with_capacity(2 * (self.at - start) + 16);
        let mut from = start;
        loop {
            out.push_str(&self.text[from..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(out));
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err(self.error("an escape such as `\\n` for a control character")),
                None => return Err(self.error("`\"` at the end of the string")),
            }
            from = self.at;
            self.skip_plain();
        }
    }

    /// To the next quote, backslash or control character.
    fn skip_plain(&mut self) {
        let rest = &self.bytes[self.at..];
        let plain = rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20);
        self.at += plain.unwrap_or(rest.len());
    }

    fn escape(&mut self) -> Result<char, SyntaxError> {
        self.at += 1;
        let escaped = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            Some(_) | None => return Err(self.error("one of `\"\\/bfnrtu` after a backslash")),
        };
        self.at += 1;
        Ok(escaped)
    }

    fn unicode(&mut self) -> Result<char, SyntaxError> {
        let start = self.at - 1;
        let first = self.hex()?;
        if let Some(plain) = char::from_u32(first) {
            return Ok(plain);
        }
        let high = (0xD800..0xDC00).contains(&first);
        if high && self.bytes[self.at..].starts_with(b"\\u") {
            let back = self.at;
            self.at += 1;
            let second = self.hex()?;
            if (0xDC00..0xE000).contains(&second) {
                let joined = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        let bytes = self.bytes;
        note(&mut self.oddities, || Oddity::LoneSurrogate { position: position(bytes, start) });
        Ok(char::REPLACEMENT_CHARACTER)
    }

    /// The four digits after the `u` at the current place.
    fn hex(&mut self) -> Result<u32, SyntaxError> {
        self.at += 1;
        let digits = self.bytes.get(self.at..self.at + 4).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        let Some(digits) = digits else { return Err(self.error("four hexadecimal digits after `\\u`")) };
        self.at += 4;
        Ok(digits.iter().fold(0, |sum, &digit| sum * 16 + (digit as char).to_digit(16).unwrap_or(0)))
    }

    fn number(&mut self) -> Result<Json<'a>, SyntaxError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(Json::Number(&self.text[start..self.at]))
    }

    fn digits(&mut self) -> Result<(), SyntaxError> {
        let count = self.bytes[self.at..].iter().take_while(|b| b.is_ascii_digit()).count();
        if count == 0 {
            return Err(self.error("a digit"));
        }
        self.at += count;
        Ok(())
    }

    fn literal(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, SyntaxError> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.error(&format!("`{word}`")));
        }
        self.at += word.len();
        Ok(value)
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn error(&self, expected: &str) -> SyntaxError {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => "the end".to_owned(),
            Some(c) if c.is_control() => format!("the control character U+{:04X}", c as u32),
            Some(c) => format!("`{c}`"),
        };
        SyntaxError { expected: expected.to_owned(), found, position: position(self.bytes, self.at) }
    }
}

fn note(oddities: &mut Vec<Oddity>, oddity: impl FnOnce() -> Oddity) {
    if oddities.len() < MAX_ODDITIES {
        oddities.push(oddity());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        let actual = match parse(input.as_bytes()) {
            Ok(parsed) if parsed.oddities.is_empty() => parsed.json.to_string(),
            Ok(parsed) => format!("{} {:?}", parsed.json, parsed.oddities),
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, expected);
    }

    #[test]
    fn writes_what_it_reads_with_keys_in_order() {
        check(
            r#" {"b": [1, true, null], "a": {"é": "ü", "": false}} "#,
            r#"{"a":{"":false,"é":"ü"},"b":[1,true,null]}"#,
        );
        check(r#"["\u00e9\ud83d\ude00\n\/\"\\\u0000\u001f"]"#, "[\"é😀\\n/\\\"\\\\\\u0000\\u001f\"]");
        check("[]", "[]");
        check("\u{feff}{}", "{}");
    }

    #[test]
    fn numbers_keep_their_text() {
        let numbers = "[7.6635076019494707E18,1.0,-0,123456789012345678901234567890,1e400,0.10]";
        check(numbers, numbers);
    }

    #[test]
    fn of_equal_keys_the_last_counts() {
        check(
            r#"{"a":1,"b":2,"a":3}"#,
            r#"{"a":3,"b":2} [RepeatedKey { key: "a", position: Position { line: 1, column: 20 } }]"#,
        );
    }

    #[test]
    fn half_a_surrogate_pair_becomes_the_replacement_character() {
        let lone = "[LoneSurrogate { position: Position { line: 1, column: 2 } }]";
        check(r#""\ud83d""#, &format!("\"\u{fffd}\" {lone}"));
        check(r#""\ud83d\n""#, &format!("\"\u{fffd}\\n\" {lone}"));
        check(r#""\ude00x""#, &format!("\"\u{fffd}x\" {lone}"));
    }

    #[test]
    fn errors_name_place_expectation_and_finding() {
        check("", "expected a value, found the end at line 1 column 1");
        check("{\n  \"a\": }", "expected a value, found `}` at line 2 column 8");
        check(r#"{"a" 1}"#, "expected `:`, found `1` at line 1 column 6");
        check(r#"{a: 1}"#, "expected a key in quotes, found `a` at line 1 column 2");
        check(r#"{"a":1"#, "expected `,` or `}`, found the end at line 1 column 7");
        check("[1 2]", "expected `,` or `]`, found `2` at line 1 column 4");
        check("[1,]", "expected a value, found `]` at line 1 column 4");
        check("{} {}", "expected nothing after the value, found `{` at line 1 column 4");
        check("NaN", "expected a value, found `N` at line 1 column 1");
        check("nul", "expected `null`, found `n` at line 1 column 1");
        check("-", "expected a digit, found the end at line 1 column 2");
        check("01", "expected nothing after the value, found `1` at line 1 column 2");
        check("1.e5", "expected a digit, found `e` at line 1 column 3");
        check(r#""abc"#, "expected `\"` at the end of the string, found the end at line 1 column 5");
        check(r#""\x""#, "expected one of `\"\\/bfnrtu` after a backslash, found `x` at line 1 column 3");
        check(r#""\u12""#, "expected four hexadecimal digits after `\\u`, found `1` at line 1 column 4");
        check(
            "\"a\nb\"",
            "expected an escape such as `\\n` for a control character, found the control character U+000A at line 1 column 3",
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_are_named() {
        let error = parse(b"\"a\xff\"").unwrap_err();
        assert_eq!(error.to_string(), "expected UTF-8, found the byte 0xff at line 1 column 3");
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        check(&nested(128), &nested(128));
        check(&nested(129), "expected at most 128 levels of nesting, found `[` at line 1 column 129");
        check(&"[".repeat(100_000), "expected at most 128 levels of nesting, found `[` at line 1 column 129");
    }

    /// Texts put together at random are accepted and read as `serde_json` does.
    #[test]
    fn agrees_with_serde_json() {
        const PIECES: [&str; 22] = [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\"",
            "\"b\"",
            "\"\\n\\u00e9\"",
            "\"",
            "\\",
            "1",
            "-",
            "0.5",
            "e3",
            "01",
            "true",
            "null",
            "fals",
            " ",
            "\n",
            "é",
        ];
        let mut state = 11_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut accepted = 0;
        for _ in 0..50_000 {
            let input: String = (0..=next(7)).map(|_| PIECES[next(PIECES.len())]).collect();
            let expected = serde_json::from_str::<serde_json::Value>(&input);
            if expected.as_ref().is_err_and(|error| error.to_string().contains("number out of range")) {
                continue;
            }
            let expected = expected.ok();
            let actual = parse(input.as_bytes()).ok().map(|parsed| parsed.json.to_string());
            accepted += usize::from(expected.is_some());
            let actual = actual.map(|text| serde_json::from_str(&text).unwrap());
            assert_eq!(actual, expected, "{input:?}");
        }
        assert!(accepted > 1000, "only {accepted} texts were JSON");
    }
}
