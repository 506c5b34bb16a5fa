//! Clauses that carry no lineage, or that have another spelling the parser knows.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Location, Token, TokenWithSpan, Whitespace, Word},
};

use super::{Edit, is};
use crate::{
    blocks::{closing, is_blank, word},
    dialect::Kind,
    functions, scan,
};

/// T-SQL's table hints, which may stand in bare parentheses.
const HINTS: [&str; 12] = [
    "NOLOCK",
    "READUNCOMMITTED",
    "UPDLOCK",
    "HOLDLOCK",
    "TABLOCK",
    "TABLOCKX",
    "ROWLOCK",
    "PAGLOCK",
    "READPAST",
    "READCOMMITTED",
    "XLOCK",
    "NOWAIT",
];

impl Edit<'_> {
    /// A clause that begins with this word.
    pub(super) fn clause(&mut self, word: &str, kind: Kind) -> bool {
        match word {
            "OMIT" | "KEEP" if self.reads(&[word, "QUOTES"]) => self.drop_words(2),
            "WITH" | "WITHOUT" => self.with_clause(kind),
            "CROSS" if self.reads(&["CROSS", "JOIN"]) && self.has_condition() => self.drop_words(1),
            "SEL" if kind == Kind::Teradata => self.replace("SELECT", Keyword::SELECT),
            "DEL" if kind == Kind::Teradata => self.replace("DELETE", Keyword::DELETE),
            "DIRECTORY" => self.directory(),
            "UPSERT" if self.begins() => self.replace("INSERT", Keyword::INSERT),
            "SET" | "ALTER" | "OPEN" | "DATABASE" if self.begins() => self.default_schema(kind),
            "ARRAY" => self.typed_array(),
            "SHALLOW" if self.reads(&["SHALLOW", "CLONE"]) => self.drop_words(1),
            "COPY" if kind == Kind::BigQuery && self.creates_table() => self.replace("CLONE", Keyword::CLONE),
            "CREATE" => self.create_modifiers(),
            "ON" if kind == Kind::ClickHouse && self.reads(&["ON", "CLUSTER"]) => self.drop_words(3),
            "GLOBAL" if kind == Kind::ClickHouse => self.drop_words(1),
            "ANY" | "ALL" if kind == Kind::ClickHouse && self.strictness() => self.drop_words(1),
            "FOR" if self.reads(&["FOR", "READ", "ONLY"]) || self.reads(&["FOR", "FETCH", "ONLY"]) => {
                self.drop_words(3)
            }
            "AUTO" if self.reads(&["AUTO", "REFRESH"]) => self.drop_words(3),
            "INTO" if self.reads(&["INTO", "TEMP"]) && self.names_plainly(2) => self.temporary_target(),
            "UNLOAD" => self.quoted_query(),
            "EXEC" | "EXECUTE" if kind == Kind::TSql => self.executed_query(),
            "DELETE" if self.reads(&["DELETE", "FROM", "TABLE"]) => self.keep_then_drop(2, 1),
            _ => false,
        }
    }

    /// Whether no solid token stands before.
    fn begins(&self) -> bool {
        self.out.iter().all(|token| matches!(token.token, Token::Whitespace(_)))
    }

    /// Whether what stands before is `CREATE TABLE` and a name.
    fn creates_table(&self) -> bool {
        let mut solid = self.out.iter().map(|token| &token.token).filter(|token| !is_blank(token));
        let create = solid.next().is_some_and(|first| is(first, "CREATE"));
        let words: Vec<&Token> = solid.collect();
        let table = words.iter().any(|token| is(token, "TABLE"));
        create && table && !words.iter().any(|token| is(token, "AS") || is(token, "("))
    }

    /// The ways to say which schema names without one are in.
    fn default_schema(&mut self, kind: Kind) -> bool {
        let forms: [(&[&str], bool); 9] = [
            (&["SET", "CURRENT", "SCHEMA", "="], true),
            (&["SET", "CURRENT", "SCHEMA"], true),
            (&["SET", "CURRENT", "SQLID", "="], kind == Kind::Db2),
            (&["SET", "SCHEMA", "="], true),
            (&["SET", "SESSION", "DATABASE"], true),
            (&["ALTER", "SESSION", "SET", "CURRENT_SCHEMA", "="], true),
            (&["OPEN", "SCHEMA"], true),
            (&["DATABASE"], kind == Kind::Teradata),
            (&["SET", "SCHEMA"], true),
        ];
        let Some((words, _)) = forms.iter().find(|(words, known)| *known && self.reads(words)) else { return false };
        let start = self.tokens[self.at].span;
        let word = |value: &str, keyword| Token::Word(Word { value: value.to_owned(), quote_style: None, keyword });
        let blank = Token::Whitespace(Whitespace::Space);
        let setting = [word("SET", Keyword::SET), blank, word("search_path", Keyword::NoKeyword), Token::Eq];
        self.out.extend(setting.map(|token| TokenWithSpan::new(token, start)));
        self.drop_words(words.len())
    }

    /// BigQuery's `ARRAY<INT64>[1, 2]` without the type, which reads like comparisons.
    fn typed_array(&mut self) -> bool {
        let mut depth = 0usize;
        let mut simple = true;
        for (at, token) in self.solid().skip(1) {
            match token {
                Token::Lt => depth += 1,
                Token::Gt => depth = depth.saturating_sub(1),
                Token::ShiftRight => depth = depth.saturating_sub(2),
                Token::Word(_) | Token::LParen | Token::RParen | Token::Number(..) | Token::Comma => {
                    simple &= !is(token, "STRUCT");
                }
                _ => return false,
            }
            if depth == 0 {
                let literal = self.tokens.get(at + 1).is_some_and(|next| next.token == Token::LBracket);
                return literal && simple && self.keep_to(at + 1);
            }
        }
        false
    }

    /// Keeps the token here and drops those after it up to `at`.
    fn keep_to(&mut self, at: usize) -> bool {
        self.out.push(self.tokens[self.at].clone());
        self.drop_to(at)
    }

    fn drop_words(&mut self, count: usize) -> bool {
        let next = self.after(count);
        self.drop_to(next)
    }

    /// Keeps some solid tokens and drops those after them.
    fn keep_then_drop(&mut self, keep: usize, drop: usize) -> bool {
        let kept = self.after(keep);
        self.out.extend_from_slice(&self.tokens[self.at..kept]);
        self.at = kept;
        self.drop_words(drop)
    }

    fn replace(&mut self, value: &str, keyword: Keyword) -> bool {
        let span = self.tokens[self.at].span;
        let word = Word { value: value.to_owned(), quote_style: None, keyword };
        self.out.push(TokenWithSpan::new(Token::Word(word), span));
        self.drop_to(self.at + 1)
    }

    /// `WITH …` at the tail of a query or view.
    fn with_clause(&mut self, kind: Kind) -> bool {
        let tails: [&[&str]; 10] = [
            &["WITH", "NO", "SCHEMA", "BINDING"],
            &["WITH", "CHECK", "OPTION"],
            &["WITH", "CASCADED", "CHECK", "OPTION"],
            &["WITH", "LOCAL", "CHECK", "OPTION"],
            &["WITH", "NO", "ROW", "MOVEMENT"],
            &["WITH", "ROW", "MOVEMENT"],
            &["WITH", "WRAPPER"],
            &["WITH", "ARRAY", "WRAPPER"],
            &["WITHOUT", "WRAPPER"],
            &["WITHOUT", "ARRAY", "WRAPPER"],
        ];
        if let Some(tail) = tails.iter().find(|tail| self.reads(tail)) {
            return self.drop_words(tail.len());
        }
        let isolation = ["UR", "CS", "RS", "RR"].iter().any(|level| self.reads(&["WITH", level]));
        kind == Kind::Db2 && isolation && self.drop_words(2)
    }

    /// Whether an `ON` belongs to the cross join here.
    fn has_condition(&self) -> bool {
        let mut depth = 0usize;
        for (_, token) in self.solid().skip(2) {
            match token {
                Token::LParen => depth += 1,
                Token::RParen if depth == 0 => return false,
                Token::RParen => depth -= 1,
                Token::Comma | Token::SemiColon if depth == 0 => return false,
                token if depth == 0 && is(token, "ON") => return true,
                token if depth == 0 && ENDS_JOIN.iter().any(|word| is(token, word)) => return false,
                _ => {}
            }
        }
        false
    }

    /// Spark's `INSERT OVERWRITE DIRECTORY 'x' USING parquet OPTIONS (…)`.
    fn directory(&mut self) -> bool {
        let mut solid = self.solid().skip(1);
        let path = solid.next().is_some_and(|(_, token)| matches!(token, Token::SingleQuotedString(_)));
        if !path || !solid.next().is_some_and(|(_, token)| is(token, "USING")) {
            return false;
        }
        self.keep_then_drop(2, 2);
        if self.reads(&["OPTIONS", "("]) {
            let open = self.after(2) - 1;
            if let Some(close) = closing(self.tokens, open) {
                self.at = close + 1;
            }
        }
        true
    }

    /// Words between `CREATE` and what is created that do not change what the rows are.
    fn create_modifiers(&mut self) -> bool {
        const WORDS: [&str; 9] =
            ["SECURE", "EDITIONABLE", "NONEDITIONABLE", "HYBRID", "LIVE", "PRIVATE", "STREAMING", "FORCE", "NOFORCE"];
        let mut solid = self.solid().skip(1).take(6).take_while(|(_, token)| !is(token, "AS"));
        let object = |token: &Token| is(token, "VIEW") || is(token, "TABLE");
        let modifier = |token: &Token| WORDS.iter().any(|word| is(token, word));
        let Some((modified, _)) =
            solid.find(|(_, token)| modifier(token) || object(token)).filter(|(_, token)| modifier(token))
        else {
            return false;
        };
        self.out.extend_from_slice(&self.tokens[self.at..modified]);
        self.drop_to(modified + 1)
    }

    /// `ANY LEFT JOIN`: how strictly ClickHouse joins.
    fn strictness(&self) -> bool {
        let next = self.solid().nth(1);
        next.is_some_and(|(_, token)| ["INNER", "LEFT", "RIGHT", "FULL", "JOIN"].iter().any(|word| is(token, word)))
    }

    /// Whether the solid token at that distance is a name of its own, not what follows a dot.
    fn names_plainly(&self, at: usize) -> bool {
        self.solid().nth(at).is_some_and(|(_, token)| matches!(token, Token::Word(_)))
    }

    /// `INTO TEMP t` as `INTO TEMPORARY t`.
    fn temporary_target(&mut self) -> bool {
        let temp = self.after(2) - 1;
        self.out.extend_from_slice(&self.tokens[self.at..temp]);
        self.at = temp;
        self.replace("TEMPORARY", Keyword::TEMPORARY)
    }

    /// A bare parenthesis that is a hint or a phrase about how a column is shown.
    pub(super) fn parenthesis(&mut self, kind: Kind) -> bool {
        let hint = kind == Kind::TSql && HINTS.iter().any(|hint| self.reads(&["(", hint]));
        if kind == Kind::Teradata && self.reads(&["(", "NAMED"]) {
            return self.named_phrase();
        }
        const PHRASES: [&str; 5] = ["TITLE", "FORMAT", "CASESPECIFIC", "CS", "NOT"];
        let phrase = kind == Kind::Teradata && PHRASES.iter().any(|word| self.reads(&["(", word]));
        let negated = self.reads(&["(", "NOT", "CASESPECIFIC"]) || self.reads(&["(", "NOT", "CS"]);
        let phrase = phrase && (!self.reads(&["(", "NOT"]) || negated) || kind == Kind::Teradata && self.casts();
        let after_with = self.out.iter().rev().find(|token| !matches!(token.token, Token::Whitespace(_)));
        let after_with = after_with.is_some_and(|token| is(&token.token, "WITH"));
        if !(hint && !after_with || phrase) {
            return self.bare_subquery();
        }
        closing(self.tokens, self.at).is_some_and(|close| self.drop_to(close + 1))
    }

    /// `x (NAMED y)` as `x AS y`.
    fn named_phrase(&mut self) -> bool {
        let Some((name, Token::Word(_))) = self.solid().nth(2) else { return false };
        let Some(close) = closing(self.tokens, self.at) else { return false };
        self.replace("AS", Keyword::AS);
        self.out.push(TokenWithSpan::new(Token::Whitespace(Whitespace::Space), self.tokens[name].span));
        self.out.push(self.tokens[name].clone());
        self.drop_to(close + 1)
    }

    /// Teradata's `'x' (DATE)` and `f(x) (INTEGER, FORMAT '9')`: the type of what stands before.
    fn casts(&self) -> bool {
        const TYPES: [&str; 11] = [
            "DATE",
            "TIME",
            "TIMESTAMP",
            "BYTEINT",
            "SMALLINT",
            "INTEGER",
            "INT",
            "BIGINT",
            "DECIMAL",
            "CHAR",
            "VARCHAR",
        ];
        let before = self.out.iter().rev().find(|token| !matches!(token.token, Token::Whitespace(_)));
        let value = before.is_some_and(|token| {
            matches!(token.token, Token::RParen | Token::SingleQuotedString(_) | Token::Number(..))
        });
        value && TYPES.iter().any(|word| self.reads(&["(", word]))
    }

    /// `sum(SELECT …)` as `sum((SELECT …))`.
    fn bare_subquery(&mut self) -> bool {
        let before = self.out.iter().rev().find(|token| !matches!(token.token, Token::Whitespace(_)));
        let function = before.and_then(|token| word(&token.token)).map(str::to_lowercase);
        let aggregate = function.is_some_and(|name| name != "any" && functions::is_aggregate(&name));
        if !aggregate || !self.reads(&["(", "SELECT"]) {
            return false;
        }
        let Some(close) = closing(self.tokens, self.at) else { return false };
        let open = &self.tokens[self.at];
        self.out.extend([open.clone(), open.clone()]);
        self.doubled.push(close);
        self.drop_to(self.at + 1)
    }

    /// T-SQL's `SET a.b += c` as `SET a.b = a.b + c`.
    pub(super) fn compound_assignment(&mut self) -> bool {
        if self.tokens.get(self.at + 1).is_none_or(|next| next.token != Token::Eq) {
            return false;
        }
        let target = self.out.iter().rev().skip_while(|token| matches!(token.token, Token::Whitespace(_)));
        let target = target.take_while(|token| matches!(token.token, Token::Word(_) | Token::Period | Token::AtSign));
        let mut target: Vec<TokenWithSpan> = target.cloned().collect();
        if target.is_empty() {
            return false;
        }
        target.reverse();
        self.out.push(self.tokens[self.at + 1].clone());
        self.out.extend(target);
        self.out.push(self.tokens[self.at].clone());
        self.drop_to(self.at + 2)
    }

    /// `UNLOAD ('select …')` with the query written out.
    fn quoted_query(&mut self) -> bool {
        self.reads(&["UNLOAD", "("]) && self.written_out(2, 2)
    }

    /// `INSERT INTO t EXEC ('select …')` with the query in place of the call.
    fn executed_query(&mut self) -> bool {
        let mut solid = self.out.iter().map(|token| &token.token).filter(|token| !is_blank(token));
        if !solid.next().is_some_and(|first| is(first, "INSERT")) || solid.any(|token| is(token, "SELECT")) {
            return false;
        }
        let bracket = usize::from(self.reads(&["EXEC", "("]) || self.reads(&["EXECUTE", "("]));
        let procedure = self.solid().nth(1).is_some_and(|(_, token)| is(token, "sp_executesql"));
        let at = 1 + bracket + usize::from(procedure);
        if bracket == 0 && !procedure || !self.written_out(0, at) {
            return false;
        }
        self.at = self.tokens.len();
        true
    }

    /// The tokens in the literal at the solid token `at`, after the first `kept` ones.
    fn written_out(&mut self, kept: usize, at: usize) -> bool {
        let Some((at, token)) = self.solid().nth(at) else { return false };
        let (text, mark) = match token {
            Token::SingleQuotedString(text) => (text, 0),
            Token::NationalStringLiteral(text) => (text, 1),
            _ => return false,
        };
        let grammar = sqlparser::dialect::RedshiftSqlDialect {};
        let Ok(inner) = scan::tokens(text, &grammar) else { return false };
        let start = self.tokens[at].span.start;
        let moved = |place: &mut Location| {
            place.column += if place.line == 1 { start.column + mark } else { 0 };
            place.line += start.line - 1;
        };
        let kept = if kept == 0 { self.at } else { self.after(kept) };
        self.out.extend_from_slice(&self.tokens[self.at..kept]);
        self.out.extend(inner.into_iter().map(|mut token| {
            moved(&mut token.span.start);
            moved(&mut token.span.end);
            token
        }));
        self.drop_to(at + 1)
    }
}

const ENDS_JOIN: [&str; 14] = [
    "JOIN", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "UNION", "CROSS", "LEFT", "RIGHT", "FULL", "INNER",
    "NATURAL", "QUALIFY",
];
