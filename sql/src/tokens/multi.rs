//! Hive's `FROM a INSERT INTO t SELECT x INSERT INTO u SELECT y`: one source, several inserts.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    blocks::is_blank,
    dialect::{Dialect, Kind},
};

/// The inserts of such a statement, each with the source where a select has it; `None` for other statements.
pub(crate) fn multi_insert(tokens: &[TokenWithSpan], dialect: Dialect) -> Option<Vec<Vec<TokenWithSpan>>> {
    let first = tokens.iter().find(|token| !is_blank(&token.token))?;
    let hive = matches!(dialect.kind(), Kind::Hive | Kind::Spark | Kind::Databricks | Kind::Impala);
    if !hive || !matches!(keyword(&first.token), Some(Keyword::FROM | Keyword::WITH)) {
        return None;
    }
    let words = outer_words(tokens);
    let (from, _) =
        *words.iter().find(|(_, word)| matches!(word, Keyword::FROM | Keyword::SELECT | Keyword::INSERT))?;
    let begins = |word: Keyword| words.iter().filter(move |(_, other)| *other == word).map(|(at, _)| *at);
    if keyword(&tokens[from].token) != Some(Keyword::FROM) {
        return None;
    }
    let inserts: Vec<usize> = begins(Keyword::INSERT).filter(|at| *at > from).collect();
    let source = &tokens[from..*inserts.first()?];
    let end = tokens.len();
    let mut out = Vec::new();
    for (index, start) in inserts.iter().enumerate() {
        let end = inserts.get(index + 1).copied().unwrap_or(end);
        let select = begins(Keyword::SELECT).find(|at| at > start && *at < end)?;
        let tail =
            words.iter().find(|(at, word)| *at > select && *at < end && ends_list(*word)).map_or(end, |(at, _)| *at);
        let own = words.iter().any(|(at, word)| *at > select && *at < tail && *word == Keyword::FROM);
        let source = if own { &[] } else { source };
        let parts = [&tokens[..from], &tokens[*start..tail], source, &tokens[tail..end]];
        out.push(parts.concat());
    }
    Some(out)
}

/// The keywords that are in no brackets, with where they stand.
fn outer_words(tokens: &[TokenWithSpan]) -> Vec<(usize, Keyword)> {
    let mut depth = 0usize;
    let mut words = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            other if depth == 0 => words.extend(keyword(other).map(|word| (at, word))),
            _ => {}
        }
    }
    words
}

fn keyword(token: &Token) -> Option<Keyword> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.keyword),
        _ => None,
    }
}

/// Whether a word begins what comes after a select list and its source.
fn ends_list(word: Keyword) -> bool {
    matches!(
        word,
        Keyword::WHERE
            | Keyword::GROUP
            | Keyword::HAVING
            | Keyword::ORDER
            | Keyword::CLUSTER
            | Keyword::DISTRIBUTE
            | Keyword::SORT
            | Keyword::LIMIT
            | Keyword::WINDOW
            | Keyword::UNION
    )
}
