//! Keys whose values are secrets.

/// Whether what stands under this key is a secret. Case and `_ - .` do not matter; `token_count`, `primary_key` and
/// `tokenizer` are not secret, nor is what only tells about a secret (`password_policy`).
pub fn is_secret_key(key: &str) -> bool {
    const MAX_KEY: usize = 200;
    if key.len() < 3 || key.len() > MAX_KEY || !has_hint(key) {
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

/// Every secret key has one of these. Most keys have none, which is told without taking them apart.
fn has_hint(key: &str) -> bool {
    let bytes = key.as_bytes();
    (0..bytes.len()).any(|at| {
        let hints: &[&[u8]] = match bytes[at].to_ascii_lowercase() {
            b'p' => &[b"pass", b"pwd"],
            b's' => &[b"secret"],
            b't' => &[b"token"],
            b'k' => &[b"key"],
            b'c' => &[b"credential"],
            b'a' => &[b"authorization"],
            _ => &[],
        };
        hints.iter().any(|hint| bytes[at..].get(..hint.len()).is_some_and(|part| part.eq_ignore_ascii_case(hint)))
    })
}

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
    "arn",
    "budget",
    "class",
    "column",
    "columns",
    "count",
    "counts",
    "enabled",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "field",
    "fields",
    "file",
    "format",
    "index",
    "len",
    "length",
    "limit",
    "location",
    "mode",
    "name",
    "names",
    "path",
    "policy",
    "present",
    "provider",
    "required",
    "scope",
    "table",
    "ttl",
    "type",
    "types",
    "uri",
    "url",
    "usage",
    "validity",
    "version",
];

/// The words of a key in lower case: split at what is no letter or digit, and before a capital that follows a small
/// letter.
pub fn words(key: &str) -> Vec<String> {
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
