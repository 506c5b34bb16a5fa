//! Clauses that carry no lineage, or that have another spelling the parser knows.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan, Word},
};

use super::{Edit, is};
use crate::{
    blocks::{closing, word},
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
            "DELETE" if self.reads(&["DELETE", "FROM", "TABLE"]) => self.keep_then_drop(2, 1),
            _ => false,
        }
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
        const PHRASES: [&str; 5] = ["TITLE", "FORMAT", "CASESPECIFIC", "NAMED", "NOT"];
        let phrase = kind == Kind::Teradata && PHRASES.iter().any(|word| self.reads(&["(", word]));
        let phrase = phrase && (!self.reads(&["(", "NOT"]) || self.reads(&["(", "NOT", "CASESPECIFIC"]));
        let after_with = self.out.iter().rev().find(|token| !matches!(token.token, Token::Whitespace(_)));
        let after_with = after_with.is_some_and(|token| is(&token.token, "WITH"));
        if !(hint && !after_with || phrase) {
            return self.bare_subquery();
        }
        closing(self.tokens, self.at).is_some_and(|close| self.drop_to(close + 1))
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
        if !self.reads(&["UNLOAD", "("]) {
            return false;
        }
        let Some((at, Token::SingleQuotedString(text))) = self.solid().nth(2) else { return false };
        let grammar = sqlparser::dialect::RedshiftSqlDialect {};
        let Ok(inner) = scan::tokens(text, &grammar) else { return false };
        let inside = self.tokens[at].span.start.column;
        let moved = inner.into_iter().map(|mut token| {
            token.span.start.column += inside;
            token.span.end.column += inside;
            token
        });
        let moved: Vec<TokenWithSpan> = moved.collect();
        self.out.extend_from_slice(&self.tokens[self.at..at]);
        self.out.extend(moved);
        self.drop_to(at + 1)
    }
}

const ENDS_JOIN: [&str; 14] = [
    "JOIN", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "UNION", "CROSS", "LEFT", "RIGHT", "FULL", "INNER",
    "NATURAL", "QUALIFY",
];
