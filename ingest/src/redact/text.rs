//! Credentials within texts: URLs, statements, messages, code.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::REDACTED;
use super::keys::{is_secret_key, words};

/// The text without the credentials in it; none when it has none. Finds passwords in URLs, `key=value`, `key: value`
/// and `--key value` with a telling key (quoted or not), bearer tokens, JSON web tokens and private keys.
pub fn text(text: &str) -> Option<String> {
    if !may_hold_two_words(text) || !TRIGGER.is_match(text) {
        return None;
    }
    let mut out = shaped(text, Shape::All);
    if let Some(new) = redact_pairs(&out) {
        out = Cow::Owned(new);
    }
    (out != text).then(|| out.into_owned())
}

/// What a person wrote without the credentials that nobody writes as a word: in URLs, JSON web tokens, private keys. None
/// when it has none. "The password: see the vault" stays.
pub fn prose(text: &str) -> Option<String> {
    match shaped(text, Shape::Unmistakable) {
        Cow::Owned(new) => Some(new),
        Cow::Borrowed(_) => None,
    }
}

/// How surely a text of a shape is a credential.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Whatever the text around it is.
    Unmistakable,
    /// In what a machine wrote.
    All,
}

fn shaped(text: &str, shapes: Shape) -> Cow<'_, str> {
    let mut out = Cow::Borrowed(text);
    let wanted = SHAPES.iter().filter(|(shape, ..)| shapes == Shape::All || *shape == Shape::Unmistakable);
    for (_, pattern, replacement) in wanted {
        if let Cow::Owned(new) = pattern.replace_all(&out, *replacement) {
            out = Cow::Owned(new);
        }
    }
    out
}

/// A credential stands beside something: a name, a host, a mark of its kind. Most texts of an event are one plain word,
/// and are told from others faster than by a pattern.
fn may_hold_two_words(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'@' | b':' | b'=') || byte.is_ascii_whitespace()) || text.contains("eyJ")
}

/// Every text with a credential has one of these.
static TRIGGER: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"@|eyJ|(?i:passw|passphrase|passcode|pwd|secret|token|credential|authorization|signature|sig=";
    let more =
        r"|(?:api|access|private|account|shared|signing|encryption|auth|ssh)[ _.-]?key|bearer|basic |identified)";
    Regex::new(&format!("{words}{more}")).expect("a valid pattern")
});

/// Credentials that are known by their shape.
static SHAPES: LazyLock<Vec<(Shape, Regex, &str)>> = LazyLock::new(|| {
    use Shape::{All, Unmistakable};
    let shapes = [
        // scheme://user:password@host
        (Unmistakable, r#"([A-Za-z][A-Za-z0-9+.-]*://[^\s/?#"'<>`\\@:]*):[^\s/?#"'<>`\\]+@"#, "$1:[redacted]@"),
        // https://a-long-token@host
        (Unmistakable, r#"(https?://)[^\s/?#"'<>`\\@:\[\]]{20,}@"#, "$1[redacted]@"),
        // jdbc:oracle:thin:user/password@host
        (Unmistakable, r#"(?i)(jdbc:oracle:[a-z0-9]+:[^/\s"'@]+)/[^\s"'@]+@"#, "$1/[redacted]@"),
        (All, r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/-]{16,}=*", "$1$2[redacted]"),
        (Unmistakable, r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "[redacted]"),
        (
            Unmistakable,
            r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[^-]*(-----END [A-Z0-9 ]*PRIVATE KEY-----)?",
            "$1[redacted]$2",
        ),
        (All, r#"(?i)(identified\s+by\s+(?:password\s+)?)('[^']*'|"[^"]*")"#, "$1'[redacted]'"),
    ];
    shapes.map(|(shape, pattern, to)| (shape, Regex::new(pattern).expect("a valid pattern"), to)).into()
});

/// Words of which one stands in every telling key, as they are looked for in texts.
static KEY_WORD: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i)passw|passphrase|passcode|pwd|secret|token|credential|authorization|signature|sig=";
    let keys = r"|(?:api|access|private|account|shared|signing|encryption|auth|ssh)[_.-]?key";
    Regex::new(&format!("{words}{keys}")).expect("a valid pattern")
});

fn redact_pairs(text: &str) -> Option<String> {
    let statement = OnceCell::new();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(word) = KEY_WORD.find_at(text, at) {
        let pair = Pair::around(text, word.start(), at);
        if let Some(value) = pair.secret_value(&|| *statement.get_or_init(|| STATEMENT.is_match(text))) {
            out.push_str(&text[copied..value.start]);
            out.push_str(REDACTED);
            copied = value.end;
        }
        at = pair.key.end.max(copied);
    }
    if copied == 0 {
        return None;
    }
    out.push_str(&text[copied..]);
    Some(out)
}

/// The beginning of an SQL statement; in one, `a = b` compares columns and texts are in quotes.
static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
    let comments = r"(?:\s|\(|--[^\n]*\n|/\*[^*]*\*/)*";
    let verbs = "select|with|insert|update|delete|merge|create|replace|alter|explain|values|from|begin|truncate";
    Regex::new(&format!(r"(?i)^{comments}(?:{verbs})\b")).expect("a valid pattern")
});

/// A key within a text, and what may be its value.
struct Pair<'t> {
    text: &'t str,
    key: Range<usize>,
}

impl<'t> Pair<'t> {
    /// The key that has the byte `inside`, looking back no further than `from`.
    fn around(text: &'t str, inside: usize, from: usize) -> Pair<'t> {
        let is_key = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        let bytes = text.as_bytes();
        let start = inside - bytes[from..inside].iter().rev().take_while(|b| is_key(b)).count();
        let end = inside + bytes[inside..].iter().take_while(|b| is_key(b)).count();
        Pair { text, key: start..end }
    }

    /// The value of a telling key, when it is a secret rather than a name, code or prose. `in_sql` answers whether the
    /// text is a statement.
    fn secret_value(&self, in_sql: &dyn Fn() -> bool) -> Option<Range<usize>> {
        let key = &self.text[self.key.clone()];
        let before = self.text[..self.key.start].chars().next_back();
        let in_url = matches!(before, Some('?' | '&' | ';'));
        let signs = in_url && ["sig", "signature"].contains(&words(key).last()?.as_str());
        // A folder such as `token=5` of a partitioned table names a column.
        if before == Some('/') || !(signs || is_secret_key(key)) {
            return None;
        }
        let (separator, at) = self.separator();
        let value = Value::at(self.text, at)?;
        let quoted = value.delimiter.is_some();
        let is_secret = match separator {
            Separator::Space if quoted => !is_bare(key) && value.delimiter == Some("'"),
            Separator::Space => key.starts_with("--") && !value.get().starts_with('-') && !value.is_code(),
            Separator::Comparison => quoted,
            Separator::Colon => quoted || !(value.is_code() || is_bare(key) && value.is_word()),
            Separator::Equals if quoted => !(value.is_qualified() && in_sql()),
            Separator::Equals if value.is_code() => false,
            Separator::Equals => in_url || matches!(before, None | Some('\'' | '"')) || !in_sql(),
            Separator::Other => false,
        };
        is_secret.then_some(value.range)
    }

    /// What stands between key and value, and where the value begins.
    fn separator(&self) -> (Separator, usize) {
        let rest = &self.text[self.key.end..];
        let unquoted = rest.trim_start_matches(['"', '\'', '\\', '`']);
        let sign = unquoted.trim_start();
        let (separator, length) = match sign.as_bytes() {
            [b'=', b'=', ..] => (Separator::Comparison, 2),
            [b'=', b'>', ..] | [b':', b'=', ..] => (Separator::Equals, 2),
            [b':', b':' | b'/', ..] => (Separator::Other, 1),
            [b'=', ..] => (Separator::Equals, 1),
            [b':', ..] => (Separator::Colon, 1),
            _ if rest.starts_with(char::is_whitespace) => (Separator::Space, 0),
            _ => (Separator::Other, 0),
        };
        (separator, self.text.len() - sign[length..].trim_start().len())
    }
}

enum Separator {
    Space,
    Colon,
    Equals,
    Comparison,
    Other,
}

/// A key of one word that also stands in plain sentences: `unexpected token: select`.
fn is_bare(key: &str) -> bool {
    matches!(key.to_ascii_lowercase().as_str(), "token" | "secret" | "credential" | "credentials" | "authorization")
}

struct Value<'t> {
    text: &'t str,
    /// Of the value itself, without its quotes.
    range: Range<usize>,
    /// The quote it is in, with the backslashes before it when it is quoted within a quoted text.
    delimiter: Option<&'t str>,
}

impl<'t> Value<'t> {
    /// The value that begins at a place; none when nothing stands there.
    fn at(text: &'t str, at: usize) -> Option<Value<'t>> {
        let rest = &text[at..];
        let quote = rest.bytes().take_while(|&b| b == b'\\').count();
        let value = match rest.as_bytes().get(quote) {
            Some(b'\'' | b'"') => {
                let delimiter = &rest[..=quote];
                let start = at + delimiter.len();
                Value {
                    text,
                    range: start..start + quoted_length(&text[start..], delimiter),
                    delimiter: Some(delimiter),
                }
            }
            Some(_) | None => Value { text, range: at..at + unquoted_length(rest), delimiter: None },
        };
        (!value.range.is_empty()).then_some(value)
    }

    fn get(&self) -> &'t str {
        &self.text[self.range.clone()]
    }

    /// A call, a look-up, a placeholder or a keyword: it leads to a secret, or says that there is none.
    fn is_code(&self) -> bool {
        const WORDS: [&str; 9] = ["none", "null", "true", "false", "str", "string", "bytes", "optional", "undefined"];
        let value = self.get();
        let next = self.text[self.range.end..].chars().next();
        value.starts_with(['{', '%', '?', '*'])
            || (value.starts_with('$')
                && value[1..].starts_with(|c: char| c == '{' || c == '(' || c.is_ascii_uppercase()))
            || value.contains('(')
            || is_reference(value)
            || (value.ends_with('[') && matches!(next, Some('"' | '\'')))
            || WORDS.contains(&value.to_ascii_lowercase().as_str())
    }

    /// A plain word, unlike the random text of a token.
    fn is_word(&self) -> bool {
        let value = self.get();
        value.len() < 8 || !value.bytes().any(|b| b.is_ascii_digit())
    }

    /// `"alias"."column"`: a name in SQL, not a text.
    fn is_qualified(&self) -> bool {
        self.delimiter == Some("\"") && self.text[self.range.end..].starts_with("\".")
    }
}

/// `config.password`: another place that holds the secret.
fn is_reference(value: &str) -> bool {
    let is_name = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    value.rsplit_once('.').is_some_and(|(_, last)| is_secret_key(last)) && value.split('.').all(is_name)
}

/// How long a quoted value is, to its closing quote or else to the end of the line. A doubled or escaped quote is
/// part of it.
fn quoted_length(rest: &str, delimiter: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b'\n' {
        let after = &rest.as_bytes()[at..];
        if after.starts_with(delimiter.as_bytes()) {
            if !(delimiter == "'" && after.starts_with(b"''")) {
                return at;
            }
            at += 1;
        } else if delimiter.len() == 1 && after[0] == b'\\' && after.len() > 1 {
            at += 1;
        }
        at += 1;
    }
    at.min(bytes.len())
}

fn unquoted_length(rest: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "&;,\"'`)}]<>\\".contains(c);
    if rest.starts_with(REDACTED) { REDACTED.len() } else { rest.find(ends).unwrap_or(rest.len()) }
}

/// Redacts a text that should have been JSON and cannot be parsed.
pub fn broken_json(text: &str) -> String {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"("(?:name|key)"\s*:\s*"([^"\\]*)"\s*,\s*"value"\s*:\s*")((?:[^"\\]|\\.)*)"#;
        Regex::new(pattern).expect("a valid pattern")
    });
    let named = NAMED.replace_all(text, |pair: &Captures<'_>| {
        let value = if is_secret_key(&pair[2]) { REDACTED } else { &pair[3] };
        format!("{}{value}", &pair[1])
    });
    self::text(&named).unwrap_or_else(|| named.into_owned())
}
