//! Statements that run a text: the text, when it is a literal or is put together from literals.

use std::collections::HashMap;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::blocks::{closing, declares, is_blank, word};

/// How long a text is at most, in bytes, that is put together.
const LONGEST: usize = 1 << 20;

/// How deep brackets and calls are followed.
const DEPTH: usize = 40;

/// What a statement runs.
pub(super) enum Run<'t> {
    /// The text of one literal.
    Literal(&'t TokenWithSpan),
    /// A text that was put together.
    Made(String),
}

/// The texts that variables hold, by their lower-case names.
#[derive(Default)]
pub(super) struct Texts(HashMap<String, String>);

impl Texts {
    /// Remembers what a statement gives to variables.
    pub fn note(&mut self, tokens: &[TokenWithSpan]) {
        let solid: Vec<&TokenWithSpan> = tokens.iter().filter(|token| !is_blank(&token.token)).take(3).collect();
        let selects = |token: &TokenWithSpan| is(&token.token, "SELECT");
        let variable = |token: &TokenWithSpan| matches!(&token.token, Token::Word(word) if word.value.starts_with('@'));
        let gives = declares(tokens)
            || solid.get(1).is_some_and(|token| token.token == Token::Assignment)
            || solid.get(2).is_some_and(|token| token.token == Token::Assignment)
            || solid.first().copied().is_some_and(selects) && solid.get(1).copied().is_some_and(variable);
        if gives {
            self.assignments(tokens);
        }
    }

    fn assignments(&mut self, tokens: &[TokenWithSpan]) {
        let mut name: Option<String> = None;
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at].token {
                Token::LParen => at = closing(tokens, at).unwrap_or(at),
                Token::SemiColon => return,
                Token::Comma => name = None,
                Token::Eq | Token::Assignment => self.give(name.take(), tokens, &mut at),
                other if is(other, "DEFAULT") => self.give(name.take(), tokens, &mut at),
                other
                    if name.is_none() && !["DECLARE", "SET", "LET", "SELECT"].iter().any(|known| is(other, known)) =>
                {
                    name = variable(other);
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn give(&mut self, name: Option<String>, tokens: &[TokenWithSpan], at: &mut usize) {
        let Some(name) = name else { return };
        let mut fold = Fold { texts: self, tokens, at: *at + 1, depth: 0 };
        let value = fold.joined();
        *at = fold.at.max(*at + 1) - 1;
        match value.filter(|value| value.len() <= LONGEST) {
            Some(value) => drop(self.0.insert(name, value)),
            None => drop(self.0.remove(&name)),
        }
    }

    /// What `EXECUTE IMMEDIATE`, `EXEC (…)`, `sp_executesql`, `PREPARE … FROM` and their like run.
    pub fn run<'t>(&self, tokens: &'t [TokenWithSpan]) -> Option<Run<'t>> {
        let at = text_of(tokens)?;
        let mut fold = Fold { texts: self, tokens, at, depth: 0 };
        let text = fold.joined()?;
        let end = fold.at.min(tokens.len());
        let mut parts = tokens[at.min(end)..end].iter().filter(|token| !is_blank(&token.token));
        let first = parts.next()?;
        let statement = text.split_whitespace().next().is_some_and(|word| word.len() > 2);
        if !statement || !text.trim().contains(char::is_whitespace) {
            return None;
        }
        let single = literal(&first.token).is_some() && parts.next().is_none();
        Some(if single { Run::Literal(first) } else { Run::Made(text) })
    }
}

/// Where the text begins in a statement that runs one.
fn text_of(tokens: &[TokenWithSpan]) -> Option<usize> {
    let mut solid = (0..tokens.len()).filter(|at| !is_blank(&tokens[*at].token)).take(14).peekable();
    let first = word(&tokens[solid.next()?].token)?.to_uppercase();
    let runs = |at: usize| is(&tokens[at].token, "sp_executesql") || is(&tokens[at].token, "SysExecSQL");
    match first.as_str() {
        "EXECUTE" | "EXEC" => {
            let mut at = solid.next()?;
            while is(&tokens[at].token, "IMMEDIATE") || tokens[at].token == Token::LParen || runs(at) {
                at = solid.next()?;
            }
            // `sys.sp_executesql`, and `@stmt = …`.
            while let Some(next) = solid.peek().copied() {
                let qualifies = tokens[next].token == Token::Period || tokens[at].token == Token::Period;
                if !qualifies && tokens[next].token != Token::Eq && !runs(at) && tokens[at].token != Token::Eq {
                    break;
                }
                at = solid.next()?;
            }
            Some(at)
        }
        "PREPARE" => {
            let from = solid.find(|at| is(&tokens[*at].token, "FROM"))?;
            (from < tokens.len()).then(|| solid.next())?
        }
        "CALL" => {
            solid.find(|at| runs(*at))?;
            solid.find(|at| tokens[*at].token != Token::LParen)
        }
        _ => None,
    }
}

/// An expression of texts, from left to right.
struct Fold<'t> {
    texts: &'t Texts,
    tokens: &'t [TokenWithSpan],
    at: usize,
    /// How many brackets are open.
    depth: usize,
}

impl Fold<'_> {
    fn skip(&mut self) -> &Token {
        while self.tokens.get(self.at).is_some_and(|token| is_blank(&token.token)) {
            self.at += 1;
        }
        self.tokens.get(self.at).map_or(&Token::EOF, |token| &token.token)
    }

    /// Terms joined with `||` or `+`; a value that is not known stands where any value may.
    fn joined(&mut self) -> Option<String> {
        if self.depth > DEPTH {
            return None;
        }
        self.depth += 1;
        let joined = self.terms();
        self.depth -= 1;
        joined
    }

    fn terms(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut known = false;
        loop {
            match self.term() {
                Some(part) => {
                    text.push_str(&part);
                    known = true;
                }
                None => text.push_str(stand_in(&text)?),
            }
            let end = self.at;
            if !matches!(self.skip(), Token::StringConcat | Token::Plus) || text.len() > LONGEST {
                self.at = end;
                return known.then_some(text);
            }
            self.at += 1;
        }
    }

    /// One literal, variable, call or bracket, which is passed.
    fn term(&mut self) -> Option<String> {
        let mut token = self.skip().clone();
        self.at += 1;
        if matches!(token, Token::Colon | Token::AtSign) {
            token = self.skip().clone();
            self.at += 1;
        }
        if let Some(text) = literal(&token) {
            return Some(text.to_owned());
        }
        if token == Token::LParen {
            let close = closing(self.tokens, self.at - 1)?;
            let inner = self.joined();
            let whole = *self.skip() == Token::RParen;
            self.at = close + 1;
            return inner.filter(|_| whole);
        }
        let name = variable(&token)?;
        if *self.skip() != Token::LParen {
            return self.texts.0.get(&name).cloned();
        }
        let open = self.at;
        let close = closing(self.tokens, open)?;
        let value = match name.as_str() {
            "concat" => self.arguments(close).into_iter().collect::<Option<Vec<String>>>().map(|parts| parts.concat()),
            "format" => formatted(&self.arguments(close)),
            _ => None,
        };
        self.at = close + 1;
        value
    }

    fn arguments(&mut self, close: usize) -> Vec<Option<String>> {
        let mut found = Vec::new();
        self.at += 1;
        while self.at < close {
            let value = self.joined();
            let whole = self.at >= close || matches!(self.skip(), Token::Comma | Token::RParen);
            found.push(value.filter(|_| whole));
            while self.at < close && self.tokens[self.at].token != Token::Comma {
                self.at = match self.tokens[self.at].token {
                    Token::LParen => closing(self.tokens, self.at).unwrap_or(close),
                    _ => self.at + 1,
                };
            }
            self.at += 1;
        }
        found
    }
}

/// What stands for a value that is not known, where a value is to stand.
fn stand_in(before: &str) -> Option<&'static str> {
    if before.matches('\'').count() % 2 == 1 {
        return Some("x");
    }
    let ends = ["=", "<", ">", " BETWEEN", " AND", " LIKE", " LIMIT", " TOP"];
    let before = before.trim_end().to_uppercase();
    ends.iter().any(|end| before.ends_with(end)).then_some(" NULL ")
}

/// `format('… %I …', 'a')` of PostgreSQL and BigQuery; a value that is not known may stand for `%L` alone.
fn formatted(arguments: &[Option<String>]) -> Option<String> {
    let (pattern, values) = arguments.split_first()?;
    let mut values = values.iter();
    let mut out = String::new();
    let mut rest = pattern.as_deref()?;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let kind = after.chars().next()?;
        rest = &after[kind.len_utf8()..];
        match (kind, if kind == '%' { None } else { values.next() }) {
            ('%', _) => out.push('%'),
            ('L', Some(_)) => out.push_str("NULL"),
            ('I' | 's' | 'd' | 't', Some(Some(value))) => out.push_str(value),
            ('s' | 'd' | 't', Some(None)) => out.push_str(stand_in(&out)?),
            _ => return None,
        }
    }
    out.push_str(rest);
    Some(out)
}

/// The name of a variable in lower case, without the sign before it.
fn variable(token: &Token) -> Option<String> {
    let name = match token {
        Token::Word(word) if word.quote_style.is_none() => &word.value,
        Token::Placeholder(name) => name,
        _ => return None,
    };
    Some(name.trim_start_matches(['@', ':', '$']).to_lowercase())
}

fn is(token: &Token, wanted: &str) -> bool {
    word(token).is_some_and(|word| word.eq_ignore_ascii_case(wanted))
}

/// The text of a string literal.
fn literal(token: &Token) -> Option<&str> {
    match token {
        Token::SingleQuotedString(text)
        | Token::DoubleQuotedString(text)
        | Token::NationalStringLiteral(text)
        | Token::EscapedStringLiteral(text)
        | Token::TripleSingleQuotedString(text)
        | Token::TripleDoubleQuotedString(text) => Some(text),
        Token::DollarQuotedString(quoted) => Some(&quoted.value),
        _ => None,
    }
}
