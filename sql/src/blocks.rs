//! The words of procedures and scripting blocks around statements.
//!
//! A block is not parsed as a whole: its statements are cut at semicolons like any others, and what stands
//! before each, like `BEGIN`, `ELSE` or `IF … THEN`, is passed over here.

use sqlparser::tokenizer::{Token, TokenWithSpan};

/// Words that begin a statement with lineage.
const STATEMENTS: [&str; 14] = [
    "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "CREATE", "DROP", "TRUNCATE", "ALTER", "EXEC", "EXECUTE",
    "SET", "COPY",
];

/// What was passed over at the beginning of a piece.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Prelude {
    /// How many tokens.
    pub tokens: usize,
    /// The variable of `FOR r IN (query) LOOP`, and the token range of the query.
    pub records: Vec<(String, std::ops::Range<usize>)>,
    /// The variable of `FOR r IN cursor LOOP`, and the cursor.
    pub cursors: Vec<(String, String)>,
    /// Queries in conditions, as token ranges.
    pub conditions: Vec<std::ops::Range<usize>>,
    /// The piece is, or is inside, a routine or block.
    pub inside: bool,
}

/// The block words that `tokens` begin with.
pub(crate) fn prelude(tokens: &[TokenWithSpan]) -> Prelude {
    let mut cursor = Cursor { tokens, at: 0, found: Prelude::default() };
    cursor.skip_blank();
    while cursor.step() {
        cursor.found.inside = true;
        cursor.skip_blank();
        cursor.found.tokens = cursor.at;
    }
    cursor.found
}

/// Whether a word begins a statement that has lineage.
pub(crate) fn begins_statement(token: &Token) -> bool {
    word(token).is_some_and(|word| STATEMENTS.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

struct Cursor<'a> {
    tokens: &'a [TokenWithSpan],
    at: usize,
    found: Prelude,
}

impl Cursor<'_> {
    /// Passes one group of block words; false when there is none.
    fn step(&mut self) -> bool {
        let Some(first) = self.word(0) else { return self.label() };
        match first.as_str() {
            "BEGIN" => self.begin(),
            "END" => self.end(),
            "ELSE" | "LOOP" | "REPEAT" | "THEN" => self.advance(1),
            "IF" | "ELSIF" | "ELSEIF" | "WHILE" => self.condition(),
            "WHEN" | "EXCEPTION" => self.through(&["THEN"]),
            "FOR" => self.for_loop(),
            "CURSOR" => self.cursor(),
            "CREATE" | "ALTER" | "REPLACE" => self.routine(),
            "DECLARE" if self.found.inside && self.word(1).is_none_or(|next| next == "BEGIN") => self.advance(1),
            "EXIT" | "LEAVE" | "CONTINUE" | "ITERATE" if self.word(1).is_none_or(|next| next == "WHEN") => {
                self.at = self.tokens.len();
                true
            }
            "AS" | "IS" if self.found.inside => self.advance(1),
            _ => self.declared_rows(),
        }
    }

    /// `LET c CURSOR FOR query`, `rs RESULTSET DEFAULT (query)`, `c CURSOR FOR rs`.
    fn declared_rows(&mut self) -> bool {
        let first = usize::from(self.word(0).is_some_and(|word| word == "LET" || word == "DECLARE"));
        let declares = self.word(0).is_some_and(|word| word == "DECLARE");
        let kind = self.word(first + 1);
        if !kind.is_some_and(|kind| kind == "RESULTSET" || kind == "CURSOR" && !declares) {
            return false;
        }
        let mut solid = (self.at..self.tokens.len()).filter(|at| !is_blank(&self.tokens[*at].token));
        let Some(name) = solid.nth(first).and_then(|at| self.word_at_raw(at)) else { return false };
        let query = |at: &usize| self.word_at_is(*at, "SELECT") || self.word_at_is(*at, "WITH");
        match (self.at..self.tokens.len()).find(query) {
            Some(start) => {
                let open = (self.at..start).rev().find(|at| !is_blank(&self.tokens[*at].token));
                let open = open.filter(|open| self.tokens[*open].token == Token::LParen);
                let end = open.and_then(|open| closing(self.tokens, open)).unwrap_or(self.tokens.len());
                self.found.records.push((name, start..end));
            }
            None => {
                let of = (self.at..self.tokens.len()).find(|at| self.word_at_is(*at, "FOR"));
                let Some(rows) = of.and_then(|of| self.word_at_raw(of + 1)) else { return false };
                self.found.cursors.push((name, rows));
            }
        }
        self.at = self.tokens.len();
        true
    }

    fn word_at_is(&self, at: usize, wanted: &str) -> bool {
        word(&self.tokens[at].token).is_some_and(|word| word.eq_ignore_ascii_case(wanted))
    }

    /// `<<name>>` or `name:` before a loop.
    fn label(&mut self) -> bool {
        matches!(self.tokens.get(self.at).map(|token| &token.token), Some(Token::ShiftLeft))
            && self.through_token(|token| matches!(token, Token::ShiftRight))
    }

    fn begin(&mut self) -> bool {
        match self.word(1).as_deref() {
            Some("TRAN" | "TRANSACTION" | "WORK" | "DEFERRED" | "IMMEDIATE" | "EXCLUSIVE" | "ISOLATION" | "READ") => {
                false
            }
            Some("TRY" | "CATCH") => self.advance(2),
            Some("NOT" | "ATOMIC") => self.through(&["ATOMIC"]),
            Some(_) => self.advance(1),
            None => self.found.inside && self.advance(1),
        }
    }

    fn end(&mut self) -> bool {
        match self.word(1).as_deref() {
            Some("IF" | "LOOP" | "WHILE" | "CASE" | "TRY" | "CATCH" | "FOR" | "REPEAT") => self.advance(2),
            Some("ELSE" | "BEGIN" | "END" | "EXCEPTION") => self.advance(1),
            Some(next) if STATEMENTS.contains(&next) => self.advance(1),
            // A closing word alone, or with the routine's name.
            Some(_) | None => {
                self.at = self.tokens.len();
                true
            }
        }
    }

    /// `IF condition THEN`, `WHILE condition LOOP`; in T-SQL no word ends the condition.
    fn condition(&mut self) -> bool {
        let start = self.at;
        let ends = |word: &str| matches!(word, "THEN" | "LOOP" | "DO");
        let stop = self.find(|token| word(token).is_some_and(|word| ends(&word.to_uppercase())));
        let next = match stop {
            Some(at) => at + 1,
            None => {
                let begins = |token: &Token| {
                    begins_statement(token) || word(token).is_some_and(|word| is_control(&word.to_uppercase()))
                };
                match self.find_from(start + 1, begins) {
                    Some(at) => at,
                    None => return false,
                }
            }
        };
        self.note_queries(start..next);
        self.at = next;
        true
    }

    /// Subqueries of a condition: what is read there decides what runs.
    fn note_queries(&mut self, range: std::ops::Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let opens = self.tokens[at].token == Token::LParen;
            let query = opens && self.word_at(at + 1).is_some_and(|word| word == "SELECT" || word == "WITH");
            match query.then(|| closing(self.tokens, at)).flatten() {
                Some(close) if close <= range.end => {
                    self.found.conditions.push(at + 1..close);
                    at = close;
                }
                Some(_) | None => at += 1,
            }
        }
    }

    /// `FOR r IN (query) LOOP` and its like.
    fn for_loop(&mut self) -> bool {
        let Some(stop) =
            self.find(|token| word(token).is_some_and(|word| matches!(&*word.to_uppercase(), "LOOP" | "DO")))
        else {
            return false;
        };
        let variable = self.word_at_raw(self.at + 1);
        let open = (self.at..stop).find(|at| self.tokens[*at].token == Token::LParen);
        let bare = (self.at..stop).find(|at| self.word_at(*at).is_some_and(|word| word == "SELECT"));
        let range = match (open.and_then(|open| Some((open, closing(self.tokens, open)?))), bare) {
            (Some((open, close)), Some(bare)) if open < bare && bare < close => Some(open + 1..close),
            (_, Some(bare)) => Some(bare..stop),
            (_, None) => None,
        };
        match (variable, range) {
            (Some(variable), Some(range)) => self.found.records.push((variable, range)),
            (Some(variable), None) => {
                let cursor = (self.at..stop).find(|at| self.word_at(*at).is_some_and(|word| word == "IN"));
                let cursor = cursor.and_then(|at| self.word_at_raw(at + 1));
                self.found.cursors.extend(cursor.map(|cursor| (variable, cursor)));
            }
            (None, _) => {}
        }
        self.at = stop + 1;
        true
    }

    /// `CURSOR c IS query`: the rows that a loop over `c` will have.
    fn cursor(&mut self) -> bool {
        let query =
            self.find(|token| word(token).is_some_and(|word| matches!(&*word.to_uppercase(), "SELECT" | "WITH")));
        let (Some(query), Some(name)) = (query, self.word_at_raw(self.at + 1)) else { return false };
        self.found.records.push((name, query..self.tokens.len()));
        self.at = self.tokens.len();
        true
    }

    /// `CREATE … PROCEDURE …` up to the body, when that is a block or a statement.
    fn routine(&mut self) -> bool {
        let head = (self.at..self.tokens.len()).filter_map(|at| self.word_at(at)).take(6);
        let kinds = ["PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "PACKAGE", "TASK", "PIPE", "EVENT", "RULE", "ALERT"];
        if !head.take_while(|word| word != "AS").any(|word| kinds.contains(&word.as_str())) {
            return false;
        }
        let named =
            |name: &'static str| move |token: &Token| word(token).is_some_and(|word| word.eq_ignore_ascii_case(name));
        let begin = self.find(named("BEGIN"));
        // `EXECUTE AS OWNER AS`: the body comes after the last of them.
        let mut body = None;
        let mut next = self.find(|token| named("AS")(token) || named("IS")(token));
        while let Some(at) = next.filter(|at| begin.is_none_or(|begin| *at < begin)) {
            body = Some(at);
            if self.statement_follows(at) {
                self.at = at + 1;
                return true;
            }
            next = self.find_from(at + 1, |token| named("AS")(token) || named("IS")(token));
        }
        if let Some(begin) = begin {
            self.at = begin;
            return true;
        }
        // Declarations follow; the statements come in later pieces.
        if body.is_some() && self.find(named("IS")).is_some() {
            self.at = self.tokens.len();
            return true;
        }
        false
    }

    fn statement_follows(&self, at: usize) -> bool {
        let mut rest = self.tokens[at + 1..].iter().filter(|token| !is_blank(&token.token));
        let controls = |word: &str| matches!(word, "DECLARE" | "IF" | "WHILE" | "CURSOR") || is_control(word);
        rest.next().is_some_and(|token| {
            let control = word(&token.token).is_some_and(|word| controls(&word.to_uppercase()) && word.len() > 1);
            begins_statement(&token.token) || control && !is_begin(&token.token)
        })
    }

    /// Passes through the next of these words outside parentheses.
    fn through(&mut self, words: &[&str]) -> bool {
        self.through_token(|token| {
            word(token).is_some_and(|word| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
        })
    }

    fn through_token(&mut self, wanted: impl Fn(&Token) -> bool) -> bool {
        match self.find(wanted) {
            Some(at) => {
                self.at = at + 1;
                true
            }
            None => false,
        }
    }

    fn find(&self, wanted: impl Fn(&Token) -> bool) -> Option<usize> {
        self.find_from(self.at, wanted)
    }

    /// The next token of a kind outside parentheses and `CASE … END`.
    fn find_from(&self, start: usize, wanted: impl Fn(&Token) -> bool) -> Option<usize> {
        let mut depth = 0usize;
        for (at, token) in self.tokens.iter().enumerate().skip(start) {
            let name = word(&token.token);
            match &token.token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                _ if name.is_some_and(|name| name.eq_ignore_ascii_case("CASE")) => depth += 1,
                _ if depth > 0 && name.is_some_and(|name| name.eq_ignore_ascii_case("END")) => depth -= 1,
                other if depth == 0 && wanted(other) => return Some(at),
                _ => {}
            }
        }
        None
    }

    fn advance(&mut self, words: usize) -> bool {
        for _ in 0..words {
            self.skip_blank();
            self.at = (self.at + 1).min(self.tokens.len());
        }
        true
    }

    fn skip_blank(&mut self) {
        while self.tokens.get(self.at).is_some_and(|token| is_blank(&token.token)) {
            self.at += 1;
        }
    }

    /// The word that many solid tokens ahead, in upper case.
    fn word(&self, ahead: usize) -> Option<String> {
        let mut solid = self.tokens[self.at.min(self.tokens.len())..].iter().filter(|token| !is_blank(&token.token));
        word(&solid.nth(ahead)?.token).map(str::to_uppercase)
    }

    /// The first word at or after an index, in upper case.
    fn word_at(&self, at: usize) -> Option<String> {
        word(&self.tokens.get(at)?.token).map(str::to_uppercase)
    }

    fn word_at_raw(&self, at: usize) -> Option<String> {
        let mut solid = self.tokens.get(at..)?.iter().filter(|token| !is_blank(&token.token));
        word(&solid.next()?.token).map(str::to_owned)
    }
}

fn is_begin(token: &Token) -> bool {
    word(token).is_some_and(|word| word.eq_ignore_ascii_case("BEGIN"))
}

/// Whether a word begins a statement that only directs what runs, as it may on a line of its own.
pub(crate) fn directs(token: &Token) -> bool {
    word(token).is_some_and(|word| {
        let word = word.to_uppercase();
        is_control(&word)
            || matches!(&*word, "DECLARE" | "OPEN" | "FETCH" | "CLOSE" | "DEALLOCATE" | "WAITFOR" | "COMMIT")
    })
}

/// Whether a statement gives a value to a variable.
pub(crate) fn declares(tokens: &[TokenWithSpan]) -> bool {
    let first = tokens.iter().find(|token| !is_blank(&token.token)).and_then(|token| word(&token.token));
    first.is_some_and(|first| ["DECLARE", "SET", "LET"].iter().any(|known| known.eq_ignore_ascii_case(first)))
}

/// Words that begin a block, or end one, inside a T-SQL condition's statement.
fn is_control(word: &str) -> bool {
    matches!(word, "BEGIN" | "RETURN" | "PRINT" | "RAISERROR" | "THROW" | "BREAK" | "CONTINUE" | "GOTO")
}

/// The index of the bracket that closes the one at `open`.
pub(crate) fn closing(tokens: &[TokenWithSpan], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The index of the bracket that opens the group around an index.
pub(crate) fn opening(tokens: &[TokenWithSpan], inside: usize) -> Option<usize> {
    let mut depth = 0usize;
    for at in (0..inside.min(tokens.len())).rev() {
        match tokens[at].token {
            Token::RParen => depth += 1,
            Token::LParen if depth == 0 => return Some(at),
            Token::LParen => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The text of a word that is not quoted.
pub(crate) fn word(token: &Token) -> Option<&str> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(&word.value),
        _ => None,
    }
}

pub(crate) fn is_blank(token: &Token) -> bool {
    matches!(token, Token::Whitespace(_))
}
