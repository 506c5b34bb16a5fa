//! The text of a script cut into statements, without parsing any.

use crate::dialect::{Dialect, Kind};

/// The byte ranges of the statements: no separators, no empty pieces, comments kept.
///
/// Strings, comments and dollar quotes hide separators. T-SQL's `GO` on a line of its own is one, and so is
/// what MySQL's `DELIMITER` names.
pub fn split(text: &str, dialect: Dialect) -> Vec<(usize, usize)> {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), rules: Rules::of(dialect), delimiter: "", at: 0 };
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut solid = false;
    while scanner.at < scanner.bytes.len() {
        let here = scanner.at;
        match scanner.next() {
            Piece::Blank => {}
            Piece::Solid => solid = true,
            Piece::Separator => {
                if solid {
                    pieces.push((start, here));
                }
                start = scanner.at;
                solid = false;
            }
        }
    }
    if solid {
        pieces.push((start, text.len()));
    }
    pieces
}

/// What the scanner passed.
enum Piece {
    Blank,
    Solid,
    Separator,
}

struct Rules {
    hash_comments: bool,
    backslash: bool,
    brackets: bool,
    dollar_quotes: bool,
    triple_quotes: bool,
    nested_comments: bool,
    go: bool,
    /// Commands of psql, from a backslash to the end of the line.
    commands: bool,
    quote_operator: bool,
    delimiter: bool,
}

impl Rules {
    fn of(dialect: Dialect) -> Rules {
        use Kind::{BigQuery, ClickHouse, Databricks, Doris, DuckDb, Generic, Greenplum, Hive, Impala, MariaDb};
        use Kind::{Materialize, MySql, Oracle, Postgres, Redshift, Snowflake, Spark, StarRocks, TSql, Vertica};
        let kind = dialect.kind();
        let is = |kinds: &[Kind]| kinds.contains(&kind);
        Rules {
            hash_comments: is(&[MySql, MariaDb, BigQuery, Doris, StarRocks]),
            backslash: is(&[
                MySql, MariaDb, BigQuery, Doris, StarRocks, Spark, Databricks, Hive, Impala, ClickHouse, Snowflake,
            ]),
            brackets: is(&[TSql]),
            dollar_quotes: is(&[
                Postgres,
                Greenplum,
                Materialize,
                Redshift,
                Snowflake,
                DuckDb,
                Generic,
                Vertica,
                Databricks,
            ]),
            triple_quotes: is(&[BigQuery]),
            nested_comments: is(&[Postgres, Greenplum, Materialize, Redshift, TSql, DuckDb]),
            go: is(&[TSql]),
            commands: is(&[Postgres, Greenplum, Materialize, Redshift, Vertica]),
            quote_operator: is(&[Oracle]),
            delimiter: is(&[MySql, MariaDb, Doris, StarRocks, Generic]),
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    rules: Rules,
    /// What separates besides semicolons, when it is not empty.
    delimiter: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn next(&mut self) -> Piece {
        let rest = &self.bytes[self.at..];
        match rest[0] {
            b';' => self.pass(1, Piece::Separator),
            _ if !self.delimiter.is_empty() && rest.starts_with(self.delimiter.as_bytes()) => {
                self.pass(self.delimiter.len(), Piece::Separator)
            }
            b'd' | b'D' if self.rules.delimiter && self.line_starts() => self.delimiter_line(),
            b' ' | b'\t' | b'\r' | b'\n' => {
                let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                self.pass(blanks, Piece::Blank)
            }
            b'-' if rest.starts_with(b"--") => self.line_comment(),
            b'#' if self.rules.hash_comments => self.line_comment(),
            b'/' if rest.starts_with(b"/*") => self.block_comment(),
            b'\'' | b'"' if self.rules.triple_quotes && rest.len() > 2 && rest[1] == rest[0] && rest[2] == rest[0] => {
                self.triple_quoted(rest[0])
            }
            b'\'' => self.quoted(b'\'', self.rules.backslash || self.after_escape_mark()),
            b'"' => self.quoted(b'"', self.rules.backslash),
            b'`' => self.quoted(b'`', false),
            b'[' if self.rules.brackets => self.quoted(b']', false),
            b'$' if self.rules.dollar_quotes => self.dollar_quoted(),
            b'\\' if self.rules.commands => self.command(),
            b'q' | b'Q' if self.rules.quote_operator && self.word_starts() && rest.get(1) == Some(&b'\'') => {
                self.quote_operator()
            }
            b'g' | b'G' if self.rules.go && self.is_go_line() => self.pass(2, Piece::Separator),
            _ => {
                let word = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                self.pass(word.max(1), Piece::Solid)
            }
        }
    }

    /// `\gset` and `\c db` separate; `\copy` begins a statement.
    fn command(&mut self) -> Piece {
        let rest = &self.bytes[self.at..];
        if rest.get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"\\copy")) {
            return self.pass(1, Piece::Separator);
        }
        let line = rest.iter().take_while(|byte| **byte != b'\n').count();
        self.pass(line, Piece::Separator)
    }

    fn pass(&mut self, bytes: usize, piece: Piece) -> Piece {
        self.at = (self.at + bytes).min(self.bytes.len());
        piece
    }

    fn line_comment(&mut self) -> Piece {
        let length = self.bytes[self.at..].iter().position(|byte| *byte == b'\n');
        self.pass(length.unwrap_or(usize::MAX / 2), Piece::Blank)
    }

    fn block_comment(&mut self) -> Piece {
        let hint = matches!(self.bytes.get(self.at + 2), Some(b'!' | b'+'));
        let mut depth = 0usize;
        while self.at < self.bytes.len() {
            let rest = &self.bytes[self.at..];
            if rest.starts_with(b"/*") && (depth == 0 || self.rules.nested_comments) {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with(b"*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    break;
                }
            } else {
                self.at += 1;
            }
        }
        if hint { Piece::Solid } else { Piece::Blank }
    }

    /// From an opening quote to `close`, which is escaped by being doubled.
    fn quoted(&mut self, close: u8, backslash: bool) -> Piece {
        self.at += 1;
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            self.at += 1;
            if backslash && byte == b'\\' {
                self.at += 1;
            } else if byte == close {
                if self.bytes.get(self.at) != Some(&close) {
                    break;
                }
                self.at += 1;
            }
        }
        self.pass(0, Piece::Solid)
    }

    fn triple_quoted(&mut self, quote: u8) -> Piece {
        self.at += 3;
        while self.at < self.bytes.len() && !self.bytes[self.at..].starts_with(&[quote; 3]) {
            self.at += if self.bytes[self.at] == b'\\' { 2 } else { 1 };
        }
        self.pass(3, Piece::Solid)
    }

    /// `$tag$ … $tag$`; a dollar sign that opens none is passed alone.
    fn dollar_quoted(&mut self) -> Piece {
        let rest = &self.text[self.at..];
        let tag_end = rest[1..].find(|c: char| !c.is_alphanumeric() && c != '_').map(|end| end + 1);
        let Some(end) = tag_end.filter(|end| rest.as_bytes()[*end] == b'$' && self.word_starts()) else {
            return self.pass(1, Piece::Solid);
        };
        let tag = &rest[..=end];
        let length = rest[tag.len()..].find(tag).map_or(rest.len(), |at| at + 2 * tag.len());
        self.pass(length, Piece::Solid)
    }

    /// Oracle's `q'[ … ]'`.
    fn quote_operator(&mut self) -> Piece {
        let close = match self.bytes.get(self.at + 2) {
            Some(b'[') => b']',
            Some(b'(') => b')',
            Some(b'{') => b'}',
            Some(b'<') => b'>',
            Some(other) => *other,
            None => return self.pass(2, Piece::Solid),
        };
        let body = self.bytes.get(self.at + 3..).unwrap_or_default();
        let length = body.windows(2).position(|pair| pair == [close, b'\'']).unwrap_or(body.len());
        self.pass(length + 5, Piece::Solid)
    }

    /// `DELIMITER //`, up to the end of the line.
    fn delimiter_line(&mut self) -> Piece {
        const WORD: &str = "delimiter";
        let rest = &self.text[self.at..];
        let line = rest.lines().next().unwrap_or_default();
        let sign = line.get(WORD.len()..).filter(|_| line[..WORD.len()].eq_ignore_ascii_case(WORD));
        match sign {
            Some(sign) if sign.starts_with([' ', '\t']) => {
                let sign = sign.trim();
                self.delimiter = if sign == ";" { "" } else { sign };
                self.pass(line.len(), Piece::Separator)
            }
            Some(_) | None => self.pass(1, Piece::Solid),
        }
    }

    fn line_starts(&self) -> bool {
        let before = self.bytes[..self.at].iter().rev().find(|byte| !matches!(**byte, b' ' | b'\t' | b'\r'));
        matches!(before, None | Some(b'\n'))
    }

    /// Whether the quote here follows a lone `E` (a string with backslash escapes).
    fn after_escape_mark(&self) -> bool {
        let before = &self.bytes[..self.at];
        matches!(before.last(), Some(b'e' | b'E')) && !before.iter().rev().nth(1).is_some_and(|byte| is_word(*byte))
    }

    fn word_starts(&self) -> bool {
        self.at == 0 || !is_word(self.bytes[self.at - 1])
    }

    fn is_go_line(&self) -> bool {
        let rest = &self.bytes[self.at..];
        if rest.len() < 2 || !rest[1].eq_ignore_ascii_case(&b'o') {
            return false;
        }
        let blank = |byte: &&u8| matches!(**byte, b' ' | b'\t' | b'\r');
        let before = self.bytes[..self.at].iter().rev().find(|byte| !blank(byte));
        let after = rest[2..].iter().find(|byte| !blank(byte));
        matches!(before, None | Some(b'\n')) && matches!(after, None | Some(b'\n' | b';'))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(dialect: &str, text: &str, expected: &Expect) {
        let dialect = Dialect::from_name(dialect).unwrap();
        let pieces = split(text, dialect);
        let shown: Vec<&str> = pieces.iter().map(|(start, end)| text[*start..*end].trim()).collect();
        expected.assert_eq(&shown.join(" | "));
    }

    #[test]
    fn separators_in_quotes_and_comments_do_not_count() {
        check(
            "generic",
            "select ';' ; -- a;b\nselect \";\" /* ; */;;",
            &expect![[r#"select ';' | -- a;b
select ";" /* ; */"#]],
        );
        check("mysql", r"select '\';' ; select `;` # ;", &expect![[r"select '\';' | select `;` # ;"]]);
        check(
            "postgres",
            "do $x$ a; $$ b; $x$; select $1; select E'\\';'",
            &expect![[r"do $x$ a; $$ b; $x$ | select $1 | select E'\';'"]],
        );
        check("bigquery", "select '''a';''' ; select 2", &expect!["select '''a';''' | select 2"]);
        check("oracle", "select q'[;']' from dual; select 1", &expect!["select q'[;']' from dual | select 1"]);
    }

    #[test]
    fn go_separates_on_its_own_line() {
        check("tsql", "select [a;b]\nGO\nselect gone\n go ", &expect![[r#"select [a;b] | select gone"#]]);
    }

    #[test]
    fn delimiters_are_named_by_the_script() {
        check(
            "mysql",
            "DELIMITER //\nselect 1; select 2//\ndelimiter ;\nselect 3 // 4; select delimiter_x",
            &expect!["select 1 | select 2 | select 3 // 4 | select delimiter_x"],
        );
    }

    #[test]
    fn unfinished_quotes_end_with_the_text() {
        check("postgres", "select 1; select 'abc; def", &expect!["select 1 | select 'abc; def"]);
        check("postgres", "select /* ; ", &expect!["select /* ;"]);
        check("oracle", "select q'", &expect!["select q'"]);
    }
}
