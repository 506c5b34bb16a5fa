//! What can be typed: words, `"phrases"`, and `field:value`, which filters.

use graph::NodeKind;

use crate::error::{Result, SearchError};
use crate::request::Filter;

/// The most characters of a text that are read.
const CHARACTERS: usize = 1_000;
/// The most words, phrases and filters of a text.
const TERMS: usize = 24;
const FIELDS: &str = "`owner`, `tag`, `platform`, `kind`, `column`, `namespace` or `domain`";

/// A text as it was understood.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Parsed {
    pub terms: Vec<Typed>,
    /// Names of columns that a dataset must have, or a column be.
    pub columns: Vec<String>,
    pub filter: Filter,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Typed {
    /// What stands between blanks; may be the beginning of a word or misspelled.
    Word(String),
    /// What stands between quotes; must be there as it is.
    Phrase(String),
}

impl Parsed {
    /// The text without its filters, as a name may be spelled.
    pub fn plain(&self) -> String {
        let texts: Vec<&str> = self.terms.iter().map(Typed::text).collect();
        texts.join(" ")
    }
}

impl Typed {
    pub fn text(&self) -> &str {
        match self {
            Typed::Word(text) | Typed::Phrase(text) => text,
        }
    }
}

pub fn parse(text: &str) -> Result<Parsed> {
    let found = text.chars().count();
    if found > CHARACTERS {
        return Err(SearchError::TooLong { found, limit: CHARACTERS, unit: "characters" });
    }
    let mut parsed = Parsed::default();
    let mut cursor = Cursor { chars: text.chars().collect(), at: 0 };
    let mut count = 0;
    while cursor.skip_blanks() {
        read_term(&mut cursor, &mut parsed)?;
        count += 1;
    }
    if count > TERMS {
        return Err(SearchError::TooLong { found: count, limit: TERMS, unit: "words" });
    }
    Ok(parsed)
}

fn read_term(cursor: &mut Cursor, parsed: &mut Parsed) -> Result<()> {
    if cursor.peek() == Some('"') {
        parsed.terms.push(Typed::Phrase(cursor.quoted()));
        return Ok(());
    }
    let start = cursor.at;
    let Some(field) = cursor.field() else {
        parsed.terms.push(Typed::Word(cursor.word()));
        return Ok(());
    };
    let value_at = cursor.at;
    let value = if cursor.peek() == Some('"') { cursor.quoted() } else { cursor.word() };
    let filter = Filtered { field: &field, field_at: start + 1, value: value.trim(), value_at: value_at + 1 };
    filter.add(parsed)
}

/// One `field:value` and where it stands, from 1.
struct Filtered<'a> {
    field: &'a str,
    field_at: usize,
    value: &'a str,
    value_at: usize,
}

impl Filtered<'_> {
    fn add(&self, parsed: &mut Parsed) -> Result<()> {
        let filter = &mut parsed.filter;
        let values = match self.field.to_ascii_lowercase().as_str() {
            "kind" => {
                self.present()?;
                filter.kinds.push(self.kind()?);
                return Ok(());
            }
            "owner" => &mut filter.owners,
            "tag" => &mut filter.tags,
            "platform" => &mut filter.platforms,
            "namespace" => &mut filter.namespaces,
            "domain" => &mut filter.domains,
            "column" => &mut parsed.columns,
            _ => {
                let message = format!(
                    "unknown field `{}`, expected {FIELDS}; to search for the text itself, put it in quotes",
                    self.field
                );
                return Err(SearchError::Query { at: self.field_at, message });
            }
        };
        self.present()?;
        values.push(self.value.to_owned());
        Ok(())
    }

    fn present(&self) -> Result<()> {
        if !self.value.is_empty() {
            return Ok(());
        }
        let message = format!("expected a value after `{}:`, found none", self.field);
        Err(SearchError::Query { at: self.value_at, message })
    }

    fn kind(&self) -> Result<NodeKind> {
        Ok(match self.value.to_ascii_lowercase().as_str() {
            "dataset" => NodeKind::Dataset,
            "column" => NodeKind::Column,
            "job" => NodeKind::Job,
            "owner" => NodeKind::Owner,
            "tag" => NodeKind::Tag,
            _ => {
                let message =
                    format!("unknown kind `{}`, expected `dataset`, `column`, `job`, `owner` or `tag`", self.value);
                return Err(SearchError::Query { at: self.value_at, message });
            }
        })
    }
}

struct Cursor {
    chars: Vec<char>,
    at: usize,
}

impl Cursor {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// Goes to the next term; false at the end of the text.
    fn skip_blanks(&mut self) -> bool {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        self.peek().is_some()
    }

    /// A field's name with its colon, if one stands here. `postgres://…` is a name, not a field.
    fn field(&mut self) -> Option<String> {
        let rest = &self.chars[self.at..];
        let length = rest.iter().take_while(|c| c.is_ascii_alphabetic()).count();
        if length == 0 || rest.get(length) != Some(&':') || rest.get(length + 1..length + 3) == Some(&['/', '/']) {
            return None;
        }
        let field = rest[..length].iter().collect();
        self.at += length + 1;
        Some(field)
    }

    fn word(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|c| !c.is_whitespace()) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    /// What stands between quotes. A quote that is not closed, as while one types, goes to the end.
    fn quoted(&mut self) -> String {
        self.at += 1;
        let start = self.at;
        while self.peek().is_some_and(|c| c != '"') {
            self.at += 1;
        }
        let inside = self.chars[start..self.at].iter().collect();
        self.at = (self.at + 1).min(self.chars.len());
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, expected: Expect) {
        let shown = match parse(text) {
            Ok(parsed) => show(&parsed),
            Err(error) => format!("error: {error}"),
        };
        expected.assert_eq(&shown);
    }

    fn show(parsed: &Parsed) -> String {
        let Filter { kinds, platforms, namespaces, owners, tags, domains } = &parsed.filter;
        let mut parts: Vec<String> = parsed.terms.iter().map(|term| format!("{term:?}")).collect();
        parts.extend(kinds.iter().map(|kind| format!("kind={kind:?}")));
        let named = [
            ("column", &parsed.columns),
            ("platform", platforms),
            ("namespace", namespaces),
            ("owner", owners),
            ("tag", tags),
            ("domain", domains),
        ];
        for (name, values) in named {
            parts.extend(values.iter().map(|value| format!("{name}={value}")));
        }
        parts.join(" ")
    }

    #[test]
    fn texts() {
        check("", expect![[""]]);
        check("  orders  daily ", expect![[r#"Word("orders") Word("daily")"#]]);
        check("\"daily orders\" x", expect![[r#"Phrase("daily orders") Word("x")"#]]);
        check("\"daily ord", expect![[r#"Phrase("daily ord")"#]]);
        check("\"", expect![[r#"Phrase("")"#]]);
        check("postgres://shop-db:5432", expect![[r#"Word("postgres://shop-db:5432")"#]]);
        check("owner:crm Owner:\"data team\" x", expect![[r#"Word("x") owner=crm owner=data team"#]]);
        check(
            "tag:pii=yes platform:s3 kind:Dataset column:email namespace:s3://lake domain:sales",
            expect!["kind=Dataset column=email platform=s3 namespace=s3://lake tag=pii=yes domain=sales"],
        );
        check(
            ":x a: b",
            expect![
                "error: character 4: unknown field `a`, expected `owner`, `tag`, `platform`, `kind`, `column`, `namespace` or `domain`; to search for the text itself, put it in quotes"
            ],
        );
    }

    #[test]
    fn errors() {
        check(
            "orders foo:1",
            expect![
                "error: character 8: unknown field `foo`, expected `owner`, `tag`, `platform`, `kind`, `column`, `namespace` or `domain`; to search for the text itself, put it in quotes"
            ],
        );
        check("größe owner: x", expect!["error: character 13: expected a value after `owner:`, found none"]);
        check(
            "kind:cube",
            expect!["error: character 6: unknown kind `cube`, expected `dataset`, `column`, `job`, `owner` or `tag`"],
        );
        check(&"a".repeat(1_001), expect!["error: the search text has 1001 characters, and at most 1000 are read"]);
        check(&"a ".repeat(25), expect!["error: the search text has 25 words, and at most 24 are read"]);
    }
}
