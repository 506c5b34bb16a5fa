//! Takes secrets out of what is about to be stored: values under telling keys, and credentials within texts.
//! Redacting twice is the same as redacting once.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::json::Json;

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Keys whose members are named after columns: a column `password` is not a password.
const KEYED_BY_COLUMN: [&str; 3] = ["columnMetrics", "columns", "fields"];

/// Redacts a value in place: every value under a telling key, the `value` of an object whose `name` or `key` tells,
/// and credentials within any text.
pub fn redact(json: &mut Json<'_>) {
    match json {
        Json::String(string) => redact_string(string),
        Json::Array(items) => items.iter_mut().for_each(redact),
        Json::Object(_) => redact_members(json, Keys::Telling),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Held(_) => {}
    }
}

/// What an object's keys are.
#[derive(Clone, Copy, PartialEq)]
enum Keys {
    Telling,
    Columns,
}

fn redact_members(object: &mut Json<'_>, keys: Keys) {
    let pair = names_a_secret(object);
    let Json::Object(members) = object else { return };
    let mut renamed = false;
    for (key, value) in members.iter_mut() {
        if let Some(new) = key.contains("://").then(|| text(key)).flatten() {
            *key = Cow::Owned(new);
            renamed = true;
        }
        if (keys == Keys::Telling && is_secret_key(key)) || (pair && key == "value") {
            blank(value);
        } else if KEYED_BY_COLUMN.contains(&key.as_ref()) && matches!(value, Json::Object(_)) {
            redact_members(value, Keys::Columns);
        } else {
            redact(value);
        }
    }
    if renamed {
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        members.dedup_by(|later, kept| later.0 == kept.0);
    }
}

/// `{"name": "password", "value": …}`, or `key` for `name`.
fn names_a_secret(object: &Json<'_>) -> bool {
    object.get("value").is_some()
        && ["name", "key"].iter().any(|&key| object.get(key).and_then(Json::as_str).is_some_and(is_secret_key))
}

/// Replaces every text and number within; what says only whether or which (booleans, null, a facet's own `_schemaURL`)
/// stays.
fn blank(json: &mut Json<'_>) {
    match json {
        Json::Null | Json::Bool(_) | Json::Held(_) => {}
        Json::Number(_) => *json = Json::String(Cow::Borrowed(REDACTED)),
        Json::String(string) if string.is_empty() => {}
        Json::String(string) => *string = Cow::Borrowed(REDACTED),
        Json::Array(items) => items.iter_mut().for_each(blank),
        Json::Object(members) => {
            for (key, value) in members {
                if key == "_producer" || key == "_schemaURL" { redact(value) } else { blank(value) }
            }
        }
    }
}

fn redact_string(string: &mut Cow<'_, str>) {
    if let Some(new) = text(string) {
        *string = Cow::Owned(new);
    }
}

/// Whether what stands under this key is a secret. Case and `_ - .` do not matter; `token_count`, `primary_key` and
/// `tokenizer` are not secret, nor is what only tells about a secret (`password_policy`).
pub fn is_secret_key(key: &str) -> bool {
    const MAX_KEY: usize = 200;
    if key.len() < 3 || key.len() > MAX_KEY || !HINT.is_match(key) {
        return false;
    }
    let words = words(key);
    let Some(last) = words.last() else { return false };
    if ABOUT.contains(&last.as_str()) {
        return false;
    }
    let joined = words.concat();
    words.iter().any(|word| SECRET_WORDS.contains(&word.as_str()) || word.ends_with("pwd"))
        || SECRET_PARTS.iter().any(|part| joined.contains(part))
        || last.ends_with("token")
        || last.ends_with("secret")
}

/// Every secret key has one of these.
static HINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)pass|pwd|secret|token|key|credential|authorization").expect("a valid pattern")
});

const SECRET_WORDS: [&str; 6] = ["authorization", "credential", "credentials", "pwd", "secret", "secrets"];

/// Looked for in the key without its separators.
const SECRET_PARTS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "accountkey",
    "sharedkey",
    "signingkey",
    "encryptionkey",
    "authkey",
    "sshkey",
];

/// A key that ends in one of these tells something about a secret, not the secret.
const ABOUT: [&str; 39] = [
    "arn", "budget", "class", "column", "columns", "count", "counts", "enabled", "endpoint", "expiration", "expires",
    "expiry", "field", "fields", "file", "format", "index", "len", "length", "limit", "location", "mode", "name", "names",
    "path", "policy", "present", "provider", "required", "scope", "table", "ttl", "type", "types", "uri", "url",
    "usage", "validity", "version",
];

/// The words of a key in lower case: split at what is no letter or digit, and before a capital that follows a small
/// letter.
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut small = false;
    for c in key.chars() {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        if !open || (small && c.is_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        open = true;
        small = c.is_lowercase();
    }
    words
}

/// The text without the credentials in it; none when it has none. Finds passwords in URLs, `key=value`, `key: value`
/// and `--key value` with a telling key (quoted or not), bearer tokens, JSON web tokens and private keys.
pub fn text(text: &str) -> Option<String> {
    if !TRIGGER.is_match(text) {
        return None;
    }
    let mut out = Cow::Borrowed(text);
    for (pattern, replacement) in SHAPES.iter() {
        if let Cow::Owned(new) = pattern.replace_all(&out, *replacement) {
            out = Cow::Owned(new);
        }
    }
    if let Some(new) = redact_pairs(&out) {
        out = Cow::Owned(new);
    }
    (out != text).then(|| out.into_owned())
}

/// Every text with a credential has one of these.
static TRIGGER: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"@|eyJ|(?i:passw|passphrase|passcode|pwd|secret|token|credential|authorization|signature|sig=";
    let more = r"|(?:api|access|private|account|shared|signing|encryption|auth|ssh)[ _.-]?key|bearer|basic |identified)";
    Regex::new(&format!("{words}{more}")).expect("a valid pattern")
});

/// Credentials that are known by their shape.
static SHAPES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let shapes = [
        // scheme://user:password@host
        (r#"([A-Za-z][A-Za-z0-9+.-]*://[^\s/?#"'<>`\\@:]*):[^\s/?#"'<>`\\]+@"#, "$1:[redacted]@"),
        // https://a-long-token@host
        (r#"(https?://)[^\s/?#"'<>`\\@:\[\]]{20,}@"#, "$1[redacted]@"),
        // jdbc:oracle:thin:user/password@host
        (r#"(?i)(jdbc:oracle:[a-z0-9]+:[^/\s"'@]+)/[^\s"'@]+@"#, "$1/[redacted]@"),
        (r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/-]{16,}=*", "$1$2[redacted]"),
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "[redacted]"),
        (
            r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[^-]*(-----END [A-Z0-9 ]*PRIVATE KEY-----)?",
            "$1[redacted]$2",
        ),
        (r#"(?i)(identified\s+by\s+(?:password\s+)?)('[^']*'|"[^"]*")"#, "$1'[redacted]'"),
    ];
    shapes.map(|(pattern, to)| (Regex::new(pattern).expect("a valid pattern"), to)).into()
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
            Separator::Colon => quoted || (!value.is_code() && !(is_bare(key) && value.is_word())),
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
                Value { text, range: start..start + quoted_length(&text[start..], delimiter), delimiter: Some(delimiter) }
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
            || (value.starts_with('$') && value[1..].starts_with(|c: char| c == '{' || c == '(' || c.is_ascii_uppercase()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        let once = text(input).unwrap_or_else(|| input.to_owned());
        assert_eq!(once, expected);
        let twice = text(&once).unwrap_or_else(|| once.clone());
        assert_eq!(twice, once, "redacted twice");
    }

    #[track_caller]
    fn kept(input: &str) {
        check(input, input);
    }

    #[track_caller]
    fn check_json(input: &str, expected: &str) {
        let redacted = |text: &str| {
            let mut json = json::parse(text.as_bytes()).unwrap().json;
            redact(&mut json);
            json.to_string()
        };
        assert_eq!(redacted(input), expected);
        assert_eq!(redacted(expected), expected, "redacted twice");
    }

    #[test]
    fn keys_that_tell() {
        let secret = [
            "password", "PASSWORD", "db_password", "database.password", "userPassword", "passwd", "pwd", "MYSQL_PWD",
            "secret", "client-secret", "clientSecret", "secrets", "token", "access_token", "accessToken", "authtoken",
            "api_key", "apiKey", "x-api-key", "APIKEY", "access_key", "aws_access_key_id", "secret.access.key",
            "fs.s3a.secret.key", "private_key", "private-key", "account.key", "credential", "credentials",
            "authorization", "Proxy-Authorization", "passphrase", "spark.hadoop.fs.azure.account.key.x",
        ];
        let harmless = [
            "primary_key", "foreign_key", "key", "keys", "sort.key", "tokenizer", "token_count", "max_tokens",
            "tokens", "broken", "secretary", "passenger", "pass", "compass", "monkey", "password_policy",
            "credentials.provider", "secret_name", "token_url", "author", "authorized", "",
        ];
        let wrong: Vec<_> = secret.into_iter().filter(|key| !is_secret_key(key)).collect();
        assert_eq!(wrong, Vec::<&str>::new(), "should be secret");
        let wrong: Vec<_> = harmless.into_iter().filter(|key| is_secret_key(key)).collect();
        assert_eq!(wrong, Vec::<&str>::new(), "should be harmless");
    }

    #[test]
    fn values_under_telling_keys() {
        check_json(
            r#"{"password":"x","port":5432,"pin":{"secret":{"a":["x",1,true,null,""],"_producer":"p"}}}"#,
            r#"{"password":"[redacted]","pin":{"secret":{"_producer":"p","a":["[redacted]","[redacted]",true,null,""]}},"port":5432}"#,
        );
        check_json(r#"{"password":12345,"use_password":true}"#, r#"{"password":"[redacted]","use_password":true}"#);
        check_json(
            r#"[{"name":"DB_PASSWORD","value":"x"},{"key":"api-key","value":1},{"name":"HOME","value":"/h"}]"#,
            r#"[{"name":"DB_PASSWORD","value":"[redacted]"},{"key":"api-key","value":"[redacted]"},{"name":"HOME","value":"/h"}]"#,
        );
    }

    #[test]
    fn columns_may_be_called_password() {
        for kept in [
            r#"{"fields":{"password":{"inputFields":[{"field":"token","name":"n"}]}}}"#,
            r#"{"columnMetrics":{"token":{"max":3,"min":1}}}"#,
            r#"{"fields":[{"name":"password","type":"varchar"}]}"#,
        ] {
            check_json(kept, kept);
        }
    }

    #[test]
    fn keys_that_are_urls() {
        check_json(r#"{"b":1,"s3://u:p@h":2}"#, r#"{"b":1,"s3://u:[redacted]@h":2}"#);
    }

    #[test]
    fn urls() {
        check("postgres://shop:s3cr%3Ft@db:5432/shop", "postgres://shop:[redacted]@db:5432/shop");
        check("redis://:hunter2@cache", "redis://:[redacted]@cache");
        check("amqp://u:p@ss@h/x and http://a:b@c", "amqp://u:[redacted]@h/x and http://a:[redacted]@c");
        check("https://ghp_0123456789abcdefghij@github.com/a/b", "https://[redacted]@github.com/a/b");
        check("jdbc:postgresql://h/d?user=u&password=x%20y&ssl=true", "jdbc:postgresql://h/d?user=u&password=[redacted]&ssl=true");
        check("jdbc:sqlserver://h:1433;user=u;password=x;encrypt=true", "jdbc:sqlserver://h:1433;user=u;password=[redacted];encrypt=true");
        check("jdbc:oracle:thin:scott/tiger@//h:1521/s", "jdbc:oracle:thin:scott/[redacted]@//h:1521/s");
        check(
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=ab/c+d==;EndpointSuffix=x",
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=[redacted];EndpointSuffix=x",
        );
        check("https://a.blob/c?sv=1&sig=ab%3D&se=2", "https://a.blob/c?sv=1&sig=[redacted]&se=2");
        check("https://b.s3/x?X-Amz-Signature=abc&X-Amz-Date=1", "https://b.s3/x?X-Amz-Signature=[redacted]&X-Amz-Date=1");
    }

    #[test]
    fn urls_without_a_secret_are_kept() {
        kept("postgres://db:5432/shop");
        kept("abfss://container@account.dfs.core.windows.net/path");
        kept("ssh://git@github.com/a/b");
        kept("s3://bucket/table/token=5/day=2026-01-01");
        kept("https://openlineage.io/spec/facets/1-0-0/TokenFacet.json#/$defs/Token");
        kept("ada@example.com");
        kept("http://h:8080/a@b");
    }

    #[test]
    fn texts() {
        check("login failed: password=hunter2, retrying", "login failed: password=[redacted], retrying");
        check("connect --password hunter2 --host h", "connect --password [redacted] --host h");
        check("connect --password=hunter2", "connect --password=[redacted]");
        check("{'password': 'it\\'s', 'a': 1}", "{'password': '[redacted]', 'a': 1}");
        check(r#"{"db_password" : "a\"b", "n": 1}"#, r#"{"db_password" : "[redacted]", "n": 1}"#);
        check(r#"{\"token\":\"abc\",\"n\":1}"#, r#"{\"token\":\"[redacted]\",\"n\":1}"#);
        check("Authorization: Bearer abcdefghijklmnop123", "Authorization: Bearer [redacted]");
        check("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-def", "got [redacted]");
        check("password: hunter2\nnext", "password: [redacted]\nnext");
        check("pwd='unclosed\nnext", "pwd='[redacted]\nnext");
        check("token: abcdef123456", "token: [redacted]");
        check(
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x",
            "-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY----- x",
        );
        check("[client]\npassword = geheim\nuser = x", "[client]\npassword = [redacted]\nuser = x");
    }

    #[test]
    fn texts_without_a_secret_are_kept() {
        kept("unexpected token: select");
        kept("the token is of type string");
        kept("password = os.environ[\"DB_PASSWORD\"]");
        kept("password=get_secret('db')");
        kept("def connect(password: str, token: Optional)");
        kept("self.token = config.token");
        kept("password={{ var.value.db_password }}");
        kept("password=${DB_PASSWORD} token=$TOKEN");
        kept("std::token::next");
        kept("if token == other");
    }

    #[test]
    fn sql() {
        check("SELECT * FROM u WHERE password = 'it''s'", "SELECT * FROM u WHERE password = '[redacted]'");
        check("CREATE USER a PASSWORD 'x'", "CREATE USER a PASSWORD '[redacted]'");
        check("CREATE USER a IDENTIFIED BY 'x'", "CREATE USER a IDENTIFIED BY '[redacted]'");
        check(
            "COPY t FROM 's3://b' CREDENTIALS 'aws_access_key_id=AK;aws_secret_access_key=SK'",
            "COPY t FROM 's3://b' CREDENTIALS 'aws_access_key_id=[redacted];aws_secret_access_key=[redacted]'",
        );
        check("SET fs.azure.account.key.a=ABC", "SET fs.azure.account.key.a=[redacted]");
        check("CREATE STAGE s CREDENTIALS=(AWS_SECRET_KEY='x')", "CREATE STAGE s CREDENTIALS=(AWS_SECRET_KEY='[redacted]')");
        kept("SELECT a.token, b.password FROM a JOIN b ON a.token = b.token AND a.secret=b.secret");
        kept("-- by hand\nSELECT 1 FROM t WHERE token=other AND \"t\".\"token\" = \"o\".\"token\"");
        kept("SELECT password::text, token AS token FROM t");
        kept("INSERT INTO users (id, password) SELECT id, password_hash FROM old");
    }

    #[test]
    fn broken_json_is_redacted_too() {
        let broken = r#"{"password": "x", "env": [{"name": "API_KEY", "value": "y"}, {"name": "A", "value": "z"}], "token": "cut"#;
        let expected = r#"{"password": "[redacted]", "env": [{"name": "API_KEY", "value": "[redacted]"}, {"name": "A", "value": "z"}], "token": "[redacted]"#;
        assert_eq!(broken_json(broken), expected);
        assert_eq!(broken_json(expected), expected);
    }
}
