//! Statements that every grammar refuses, made acceptable one place at a time.
//!
//! The parser says where it stopped; a rule that knows the construct there leaves out what carries no
//! lineage or spells it in words that are known. Every token keeps its place in the text, and whatever is
//! left out is reported.

mod alter;
mod clickhouse;
mod create;
mod expr;
mod files;
mod inert;
mod joins;
mod pivots;
mod spark;
mod stars;
mod tails;
mod view;
mod words;

use std::ops::Range;

pub(crate) use files::files;
pub(crate) use inert::inert;
use sqlparser::tokenizer::TokenWithSpan;
use view::View;

use crate::{diagnostic::Severity, dialect::Dialect};

/// One change of the tokens.
pub(crate) struct Repair {
    pub range: Range<usize>,
    pub with: Vec<TokenWithSpan>,
    /// What is left out, and how much that costs.
    pub note: Option<(Severity, &'static str)>,
    /// The rows of an insert go to columns of their own names.
    pub by_name: bool,
}

impl Repair {
    /// The same in other words.
    fn respelled(range: Range<usize>, with: Vec<TokenWithSpan>) -> Repair {
        Repair { range, with, note: None, by_name: false }
    }

    /// Tokens that are noise to lineage.
    fn dropped(range: Range<usize>) -> Repair {
        Repair::respelled(range, Vec::new())
    }

    /// Says that something without lineage is left out.
    fn passing(self, what: &'static str) -> Repair {
        Repair { note: Some((Severity::Note, what)), ..self }
    }

    /// Says that what is left out may cost edges.
    fn losing(self, what: &'static str) -> Repair {
        Repair { note: Some((Severity::Warning, what)), ..self }
    }
}

/// The change that may help where the parser stopped, at the token `at`.
pub(crate) fn repair(tokens: &[TokenWithSpan], at: usize, dialect: Dialect) -> Option<Repair> {
    let view = View { tokens, kind: dialect.kind() };
    let rules = [
        pivots::pivots,
        create::create,
        alter::alter,
        stars::stars,
        clickhouse::clickhouse,
        spark::spark,
        tails::tail,
        joins::join,
        words::respell,
        expr::expression,
        words::keyword,
    ];
    rules.iter().find_map(|rule| rule(view, at))
}
