//! The ordinary tokens, cut byte by byte.

use sqlparser::{
    dialect::Dialect as Grammar,
    tokenizer::{Span, Token, TokenWithSpan, Word},
};

use super::{MAX_TOKENS, keywords, location, push_blank, rows::Rows};

/// Why a text is not cut here.
pub(super) enum Stop {
    /// Something in it is not ordinary in this grammar.
    Odd,
    TooMany,
}

/// The tokens of a text.
pub(super) fn tokens(text: &str, grammar: &dyn Grammar) -> Result<Vec<TokenWithSpan>, Stop> {
    let rules = Rules::of(grammar);
    let out = Vec::with_capacity((text.len() / 5 + 8).min(MAX_TOKENS));
    let mut scan = Scan { text, bytes: text.as_bytes(), rules, at: 0, out };
    let mut rows = Rows::default();
    while scan.at < scan.bytes.len() {
        let start = scan.at;
        match scan.next().ok_or(Stop::Odd)? {
            Step::Token(token) => {
                let span = Span::new(location(start), location(scan.at));
                scan.out.push(TokenWithSpan::new(token, span));
                rows.see(&mut scan.out);
            }
            Step::Blank { breaks } => {
                push_blank(&mut scan.out, breaks, Span::new(location(start), location(scan.at)));
            }
        }
        if scan.out.len() > MAX_TOKENS {
            return Err(Stop::TooMany);
        }
    }
    Ok(scan.out)
}

/// What was passed.
enum Step {
    Token(Token),
    Blank { breaks: bool },
}

/// What of a grammar counts for ordinary tokens.
struct Rules<'g> {
    grammar: &'g dyn Grammar,
    starts_word: u128,
    in_word: u128,
    /// Signs that begin a word before a letter.
    marks: u128,
    /// Characters that quote names.
    quotes: u128,
    backslash: bool,
    /// A backslash stays before what `LIKE` would read as any characters.
    keeps_wildcards: bool,
    triple_quotes: bool,
    nested_comments: bool,
    comment_hints: bool,
    /// `--` begins a comment only before a blank.
    blank_after_dashes: bool,
}

impl<'g> Rules<'g> {
    fn of(grammar: &'g dyn Grammar) -> Rules<'g> {
        let all = |holds: &dyn Fn(char) -> bool| -> u128 {
            (0u8..128).filter(|byte| holds(char::from(*byte))).fold(0, |set, byte| set | 1 << byte)
        };
        Rules {
            grammar,
            starts_word: all(&|c| (c.is_ascii_alphabetic() || c == '_') && grammar.is_identifier_start(c)),
            in_word: all(&|c| grammar.is_identifier_part(c)),
            marks: all(&|c| matches!(c, '@' | '#') && grammar.is_identifier_start(c)),
            quotes: all(&|c| grammar.is_delimited_identifier_start(c)),
            backslash: grammar.supports_string_literal_backslash_escape(),
            keeps_wildcards: grammar.ignores_wildcard_escapes(),
            triple_quotes: grammar.supports_triple_quoted_string(),
            nested_comments: grammar.supports_nested_comments(),
            comment_hints: grammar.supports_multiline_comment_hints(),
            blank_after_dashes: grammar.requires_single_line_comment_whitespace(),
        }
    }
}

fn has(set: u128, byte: u8) -> bool {
    byte < 128 && set >> byte & 1 == 1
}

struct Scan<'a, 'g> {
    text: &'a str,
    bytes: &'a [u8],
    rules: Rules<'g>,
    at: usize,
    out: Vec<TokenWithSpan>,
}

impl Scan<'_, '_> {
    fn next(&mut self) -> Option<Step> {
        let byte = self.bytes[self.at];
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => return Some(self.blanks()),
            b'-' if self.peek(1) == Some(b'-') => return self.line_comment(),
            b'/' if self.peek(1) == Some(b'*') => return self.block_comment(),
            _ if has(self.rules.starts_word, byte) => return self.word().map(Step::Token),
            _ if has(self.rules.quotes, byte) => return self.quoted_name(byte).map(Step::Token),
            b'\'' => return self.literal().map(Step::Token),
            b'@' | b'#'
                if has(self.rules.marks, byte) && self.peek(1).is_some_and(|next| next.is_ascii_alphabetic()) =>
            {
                return self.word().map(Step::Token);
            }
            b'0'..=b'9' => return self.number().map(Step::Token),
            _ => {}
        }
        let (token, length) = self.sign(byte)?;
        self.at += length;
        Some(Step::Token(token))
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn blanks(&mut self) -> Step {
        let mut breaks = false;
        while let Some(byte @ (b' ' | b'\t' | b'\n' | b'\r')) = self.peek(0) {
            breaks |= matches!(byte, b'\n' | b'\r');
            self.at += 1;
        }
        Step::Blank { breaks }
    }

    fn line_comment(&mut self) -> Option<Step> {
        if self.rules.blank_after_dashes && !self.peek(2).is_some_and(|byte| byte.is_ascii_whitespace()) {
            return None;
        }
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        // Some grammars end the comment there, others do not.
        if rest[..length].iter().position(|byte| *byte == b'\r').is_some_and(|at| at + 1 < length) {
            return None;
        }
        self.at += length;
        Some(Step::Blank { breaks: true })
    }

    fn block_comment(&mut self) -> Option<Step> {
        if self.rules.comment_hints && self.peek(2) == Some(b'!') {
            return None;
        }
        let start = self.at;
        let mut depth = 1;
        self.at += 2;
        while depth > 0 {
            match (self.peek(0)?, self.peek(1)) {
                (b'/', Some(b'*')) if self.rules.nested_comments => depth += 1,
                (b'*', Some(b'/')) => depth -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
        }
        Some(Step::Blank { breaks: self.bytes[start..self.at].contains(&b'\n') })
    }

    fn word(&mut self) -> Option<Token> {
        let start = self.at;
        let mut hash = 0;
        while let Some(byte) = self.peek(0).filter(|byte| has(self.rules.in_word, *byte)) {
            hash = keywords::add(hash, byte);
            self.at += 1;
        }
        match (self.peek(0), &self.bytes[start..self.at]) {
            (Some(b'\''), b"n" | b"N") => {
                return Some(Token::NationalStringLiteral(self.quoted(b'\'', self.rules.backslash)?));
            }
            (Some(b'\''), b"x" | b"X") => return Some(Token::HexStringLiteral(self.quoted(b'\'', true)?)),
            // The word may be the mark of another string, or go on in another alphabet.
            (Some(b'\'' | b'"' | 128..), _) => return None,
            (Some(_) | None, _) => {}
        }
        let word = &self.text[start..self.at];
        let keyword = keywords::keyword(word, hash);
        Some(Token::Word(Word { value: word.to_owned(), quote_style: None, keyword }))
    }

    fn quoted_name(&mut self, quote: u8) -> Option<Token> {
        let close = if quote == b'[' { b']' } else { quote };
        let value = self.quoted(close, false)?;
        let keyword = sqlparser::keywords::Keyword::NoKeyword;
        Some(Token::Word(Word { value, quote_style: Some(char::from(quote)), keyword }))
    }

    fn literal(&mut self) -> Option<Token> {
        if self.rules.triple_quotes && self.bytes[self.at..].starts_with(b"''") {
            return None;
        }
        Some(Token::SingleQuotedString(self.quoted(b'\'', self.rules.backslash)?))
    }

    /// What stands between here and `close`, which stands for itself when it is doubled.
    fn quoted(&mut self, close: u8, backslash: bool) -> Option<String> {
        let mut value = String::new();
        self.at += 1;
        loop {
            let rest = &self.bytes[self.at..];
            let length = rest.iter().position(|byte| *byte == close || backslash && *byte == b'\\')?;
            value.push_str(&self.text[self.at..self.at + length]);
            self.at += length + 1;
            if rest[length] == b'\\' {
                self.escaped(&mut value)?;
            } else if rest.get(length + 1) == Some(&close) {
                value.push(char::from(close));
                self.at += 1;
            } else {
                return Some(value);
            }
        }
    }

    /// The character after a backslash.
    fn escaped(&mut self, value: &mut String) -> Option<()> {
        let escaped = self.text[self.at..].chars().next()?;
        self.at += escaped.len_utf8();
        if self.rules.keeps_wildcards && matches!(escaped, '%' | '_') {
            value.push('\\');
        }
        value.push(match escaped {
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'Z' => '\u{1a}',
            other => other,
        });
        Some(())
    }

    fn number(&mut self) -> Option<Token> {
        let start = self.at;
        self.digits();
        if self.peek(0) == Some(b'x') && self.text[start..self.at] == *"0" {
            return self.hexadecimal();
        }
        if self.peek(0) == Some(b'.') {
            self.at += 1;
            self.digits();
        }
        match self.peek(0) {
            Some(b'.' | b'_' | 128..) => return None,
            Some(byte) if byte.is_ascii_alphanumeric() || has(self.rules.in_word, byte) => return None,
            Some(_) | None => {}
        }
        Some(Token::Number(self.text[start..self.at].to_owned(), false))
    }

    fn hexadecimal(&mut self) -> Option<Token> {
        let start = self.at + 1;
        let rest = &self.bytes[start..];
        let length = rest.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(rest.len());
        self.at = start + length;
        (self.peek(0) != Some(b'_')).then(|| Token::HexStringLiteral(self.text[start..self.at].to_owned()))
    }

    fn digits(&mut self) {
        while self.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn sign(&self, byte: u8) -> Option<(Token, usize)> {
        let next = self.peek(1);
        Some(match (byte, next) {
            (b'(', _) => (Token::LParen, 1),
            (b')', _) => (Token::RParen, 1),
            (b',', _) => (Token::Comma, 1),
            (b';', _) => (Token::SemiColon, 1),
            (b'{', _) => (Token::LBrace, 1),
            (b'}', _) => (Token::RBrace, 1),
            (b']', _) => (Token::RBracket, 1),
            (b'[', _) if !self.rules.grammar.is_nested_delimited_identifier_start('[') => (Token::LBracket, 1),
            (b'.', _) => (self.period(next)?, 1),
            (b'+', _) => (Token::Plus, 1),
            (b'*', _) => (Token::Mul, 1),
            (b'/', Some(b'/')) => return None,
            (b'/', _) => (Token::Div, 1),
            (b'%', Some(b' ' | b'\t' | b'\n' | b'\r')) => (Token::Mod, 1),
            (b':', Some(b':')) => (Token::DoubleColon, 2),
            (b':', Some(b'=')) => (Token::Assignment, 2),
            (b':', _) => (Token::Colon, 1),
            (b'=', Some(b'>')) => (Token::RArrow, 2),
            (b'=', Some(b'=')) => (Token::DoubleEq, 2),
            (b'=', _) => (Token::Eq, 1),
            (b'!', Some(b'=')) => (Token::Neq, 2),
            _ => return self.operator(byte, next),
        })
    }

    /// Operators that a grammar may let go on.
    fn operator(&self, byte: u8, next: Option<u8>) -> Option<(Token, usize)> {
        let (token, length) = match (byte, next) {
            (b'|', Some(b'|')) => (Token::StringConcat, 2),
            (b'<', Some(b'=')) => (Token::LtEq, 2),
            (b'<', Some(b'>')) => (Token::Neq, 2),
            (b'>', Some(b'=')) => (Token::GtEq, 2),
            (b'<', _) => (Token::Lt, 1),
            (b'>', _) => (Token::Gt, 1),
            (b'-', _) => (Token::Minus, 1),
            _ => return None,
        };
        match self.peek(length) {
            Some(b' ' | b'\t' | b'\n' | b'\r' | b'(' | b')' | b'\'' | b'"' | b'_' | b',' | b'.') | None => {}
            Some(after) if after.is_ascii_alphanumeric() => {}
            Some(b'-') if token != Token::Lt && !self.rules.grammar.is_custom_operator_part('-') => {}
            Some(_) => return None,
        }
        Some((token, length))
    }

    /// A point between names, not one of a number.
    fn period(&self, next: Option<u8>) -> Option<Token> {
        match next {
            Some(b'0'..=b'9') => None,
            Some(b'_') => matches!(self.out.last()?.token, Token::Word(_)).then_some(Token::Period),
            Some(_) | None => Some(Token::Period),
        }
    }
}
