//! From what was typed to a query of the index, and how hits are put in order.
//!
//! All words must be found, each in any field. Scores are sums of constants, so that the place of a hit depends on
//! itself alone: pages stay whole while the index changes, and a rank can be explained. From above: the text is the
//! full name; the end of it; the beginning of an end; all words are in the name; in the columns; in the description.

use std::ops::Bound;

use graph::NodeKind;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, InvertedIndexRangeQuery, Occur,
    PhraseQuery, Query, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Score, Searcher, Term};

use crate::analysis::{fold, squash, tolerance, words};
use crate::document::kind_name;
use crate::fields::{Dimension, Fields};
use crate::request::Filter;
use crate::syntax::{Parsed, Typed};

const FULL_NAME: Score = 10_000.0;
const END_OF_NAME: Score = 6_000.0;
const BEGINS_NAME: Score = 3_000.0;
const MISSPELLED_NAME: Score = 2_000.0;
const ALL_IN_NAME: Score = 1_500.0;
const ALL_BEGIN_IN_NAME: Score = 1_000.0;
/// Less than any word gives that is found in a field of the document's own; see `Fields::within`.
pub const LEAST: Score = 4.0;

/// What a word gives, by the field it is found in: as it is, as the beginning of a word, as a misspelled word.
#[derive(Clone, Copy)]
struct Weight {
    field: Field,
    exact: Score,
    prefix: Score,
    misspelled: Option<Score>,
}

/// A word to look for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    pub text: String,
    /// Words that begin with it are found too.
    pub prefix: bool,
    /// How many typing errors are forgiven.
    pub errors: u8,
}

/// Words that were typed as one, such as `customer_orders`.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Wanted {
    /// The parts, and all of them written together when there are several.
    Parts {
        parts: Vec<Word>,
        together: Option<Word>,
    },
    Phrase(Vec<String>),
}

/// What a search looks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    wanted: Vec<Wanted>,
    columns: Vec<Vec<Word>>,
    /// The whole text as a name.
    name: String,
    /// False when datasets must not be found by their columns, since not all columns may be seen.
    columns_show: bool,
}

impl Plan {
    pub fn new(parsed: &Parsed, columns_show: bool) -> Plan {
        Plan {
            wanted: parsed.terms.iter().filter_map(wanted).collect(),
            columns: parsed.columns.iter().map(|column| parts(column)).collect(),
            name: squash(&parsed.plain()),
            columns_show,
        }
    }

    /// True when everything matches.
    pub fn is_all(&self) -> bool {
        self.name.is_empty() && self.columns.is_empty()
    }

    /// The words that were typed, for marking them in what is shown.
    pub fn words(&self) -> Vec<Word> {
        let mut all = Vec::new();
        for wanted in &self.wanted {
            match wanted {
                Wanted::Parts { parts, together } => all.extend(parts.iter().chain(together).cloned()),
                Wanted::Phrase(parts) => all.extend(parts.iter().map(|part| exact(part))),
            }
        }
        all.extend(self.columns.iter().flatten().cloned());
        all
    }

    /// Forgives errors in words that occur nowhere as they are, and names these.
    pub fn forgive_unknown(&mut self, fields: &Fields, searcher: &Searcher) -> tantivy::Result<Vec<String>> {
        let mut respelled = Vec::new();
        for word in self.forgivable() {
            if !is_known(word, fields, searcher)? {
                word.errors = tolerance(&word.text);
                respelled.push(word.text.clone());
            }
        }
        Ok(respelled)
    }

    /// Forgives errors in every word, and names those where it was not so before; none when that changes nothing.
    pub fn forgive_all(&mut self) -> Vec<String> {
        let mut respelled = Vec::new();
        for word in self.forgivable() {
            if word.errors == 0 {
                word.errors = tolerance(&word.text);
                respelled.push(word.text.clone());
            }
        }
        respelled
    }

    fn forgivable(&mut self) -> impl Iterator<Item = &mut Word> {
        let words = self.wanted.iter_mut().flat_map(|wanted| match wanted {
            Wanted::Parts { parts, .. } => parts.as_mut_slice(),
            Wanted::Phrase(_) => &mut [],
        });
        words.filter(|word| tolerance(&word.text) > 0)
    }

    /// The documents wanted, with their scores.
    pub fn query(&self, fields: &Fields) -> Box<dyn Query> {
        if self.is_all() {
            return Box::new(AllQuery);
        }
        let weights = self.weights(fields);
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for wanted in &self.wanted {
            clauses.push((Occur::Must, wanted.query(&weights)));
        }
        for column in &self.columns {
            clauses.push((Occur::Must, self.column_query(column, fields)));
        }
        clauses.extend(self.name_queries(fields).into_iter().map(|query| (Occur::Should, query)));
        Box::new(BooleanQuery::new(clauses))
    }

    /// Names that begin with the text, or have all of its words.
    pub fn name_query(&self, fields: &Fields) -> Box<dyn Query> {
        let weights = [name_weight(fields)];
        let mut clauses = self.name_queries(fields);
        if !self.wanted.is_empty() {
            clauses.push(all(self.wanted.iter().map(|wanted| wanted.query(&weights)).collect()));
        }
        Box::new(BooleanQuery::union(clauses))
    }

    fn weights(&self, fields: &Fields) -> Vec<Weight> {
        let mut weights = vec![
            name_weight(fields),
            Weight { field: fields.labels, exact: 40.0, prefix: 30.0, misspelled: Some(24.0) },
            Weight { field: fields.rest, exact: 20.0, prefix: 12.0, misspelled: None },
        ];
        if self.columns_show {
            weights.push(Weight { field: fields.columns, exact: 40.0, prefix: 30.0, misspelled: Some(24.0) });
        }
        let alone = self.wanted.iter().map(Wanted::length).sum::<usize>() < 2;
        if !alone {
            weights.push(Weight { field: fields.within, exact: 0.1, prefix: 0.08, misspelled: Some(0.06) });
        }
        weights
    }

    /// What lifts a document because its name is the text, or much like it.
    fn name_queries(&self, fields: &Fields) -> Vec<Box<dyn Query>> {
        let mut lifts = Vec::new();
        if self.name.is_empty() {
            return lifts;
        }
        lifts.push(constant(term(fields.full, &self.name), FULL_NAME));
        lifts.push(constant(term(fields.tail, &self.name), END_OF_NAME));
        let ends = if self.name.contains(['.', '/']) { fields.tail } else { fields.last };
        lifts.push(constant(prefix(ends, &self.name), BEGINS_NAME));
        if self.wanted.iter().any(Wanted::is_forgiving) {
            lifts.push(constant(misspelled(ends, &self.name, tolerance(&self.name)), MISSPELLED_NAME));
        }
        if self.wanted.len() > 1 {
            let name = name_weight(fields);
            let exact_only = Weight { prefix: 0.0, misspelled: None, ..name };
            for (weight, score) in [(exact_only, ALL_IN_NAME), (name, ALL_BEGIN_IN_NAME)] {
                let each = self.wanted.iter().map(|wanted| wanted.query(&[weight])).collect();
                lifts.push(constant(all(each), score));
            }
        }
        lifts
    }

    /// Datasets with such a column, and such columns.
    fn column_query(&self, column: &[Word], fields: &Fields) -> Box<dyn Query> {
        let each = |field| -> Box<dyn Query> {
            let weight = Weight { field, exact: 40.0, prefix: 30.0, misspelled: None };
            all(column.iter().map(|word| word.query(&[weight])).collect())
        };
        let kind = term(fields.dimension(Dimension::Kind).term, kind_name(NodeKind::Column));
        let mut ways = vec![all(vec![each(fields.name), constant(kind, 0.0)])];
        if self.columns_show {
            ways.push(each(fields.columns));
        }
        Box::new(DisjunctionMaxQuery::new(ways))
    }
}

impl Wanted {
    fn query(&self, weights: &[Weight]) -> Box<dyn Query> {
        match self {
            Wanted::Phrase(parts) => {
                let each = weights.iter().filter_map(|weight| phrase(weight, parts)).collect();
                Box::new(DisjunctionMaxQuery::new(each))
            }
            Wanted::Parts { parts, together } => {
                let apart = all(parts.iter().map(|word| word.query(weights)).collect());
                match together {
                    None => apart,
                    Some(word) => Box::new(DisjunctionMaxQuery::new(vec![apart, word.query(weights)])),
                }
            }
        }
    }

    /// How many words it has.
    fn length(&self) -> usize {
        match self {
            Wanted::Parts { parts, .. } => parts.len(),
            Wanted::Phrase(parts) => parts.len(),
        }
    }

    fn is_forgiving(&self) -> bool {
        match self {
            Wanted::Parts { parts, .. } => parts.iter().any(|word| word.errors > 0),
            Wanted::Phrase(_) => false,
        }
    }
}

impl Word {
    fn query(&self, weights: &[Weight]) -> Box<dyn Query> {
        let mut ways = Vec::new();
        for weight in weights {
            ways.push(constant(term(weight.field, &self.text), weight.exact));
            if self.prefix && weight.prefix > 0.0 {
                ways.push(constant(prefix(weight.field, &self.text), weight.prefix));
            }
            if let (1.., Some(score)) = (self.errors, weight.misspelled) {
                ways.push(constant(misspelled(weight.field, &self.text, self.errors), score));
            }
        }
        Box::new(DisjunctionMaxQuery::new(ways))
    }
}

/// The documents that one dimension's values let through.
pub fn filter_query(fields: &Fields, dimension: Dimension, values: &[String]) -> Box<dyn Query> {
    let field = fields.dimension(dimension).term;
    constant(Box::new(TermSetQuery::new(values.iter().map(|value| Term::from_field_text(field, value)))), 0.0)
}

/// The folded values of each dimension that a filter names, in the order of `Dimension::ALL`.
pub fn filter_values(filter: &Filter) -> [Vec<String>; 6] {
    let folded = |values: &[String]| values.iter().map(|value| fold(value)).collect();
    [
        filter.kinds.iter().map(|kind| kind_name(*kind).to_owned()).collect(),
        folded(&filter.platforms),
        folded(&filter.namespaces),
        folded(&filter.owners),
        folded(&filter.tags),
        folded(&filter.domains),
    ]
}

fn wanted(typed: &Typed) -> Option<Wanted> {
    match typed {
        Typed::Phrase(text) => {
            let parts: Vec<String> = split(text).0;
            (!parts.is_empty()).then_some(Wanted::Phrase(parts))
        }
        Typed::Word(text) => {
            let parts = parts(text);
            let together = split(text).1.map(|text| Word { text, prefix: true, errors: 0 });
            (!parts.is_empty()).then_some(Wanted::Parts { parts, together })
        }
    }
}

/// The parts of a name; only the last may be the beginning of a longer one.
fn parts(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = split(text).0.iter().map(|part| exact(part)).collect();
    let alone = words.len() == 1;
    if let Some(last) = words.last_mut() {
        last.prefix = alone || last.text.chars().count() > 1;
    }
    words
}

/// The parts of a text, and the text as one word when it is one name of several parts.
fn split(text: &str) -> (Vec<String>, Option<String>) {
    let (together, parts): (Vec<_>, Vec<_>) = words(text).into_iter().partition(|token| token.position_length > 1);
    let parts: Vec<String> = parts.into_iter().map(|token| token.text).collect();
    let whole = together.into_iter().find(|token| token.position_length == parts.len()).map(|token| token.text);
    (parts, whole)
}

fn exact(text: &str) -> Word {
    Word { text: text.to_owned(), prefix: false, errors: 0 }
}

fn name_weight(fields: &Fields) -> Weight {
    Weight { field: fields.name, exact: 100.0, prefix: 80.0, misspelled: Some(60.0) }
}

/// Whether any word of a document's own fields is the word, or begins with it when that is asked.
fn is_known(word: &Word, fields: &Fields, searcher: &Searcher) -> tantivy::Result<bool> {
    for field in [fields.name, fields.columns, fields.labels, fields.rest] {
        for segment in searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut terms = index.terms().range().ge(word.text.as_bytes()).into_stream()?;
            if terms.advance() {
                let found = terms.key();
                if found == word.text.as_bytes() || (word.prefix && found.starts_with(word.text.as_bytes())) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

fn all(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::intersection(queries)),
    }
}

fn constant(query: Box<dyn Query>, score: Score) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

fn term(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
}

/// Words from the text up to, not including, the first that does not begin with it.
fn prefix(field: Field, text: &str) -> Box<dyn Query> {
    let from = Bound::Included(Term::from_field_text(field, text));
    let until = Bound::Excluded(Term::from_field_text(field, &format!("{text}{}", char::MAX)));
    Box::new(InvertedIndexRangeQuery::new(from, until))
}

fn misspelled(field: Field, text: &str, errors: u8) -> Box<dyn Query> {
    Box::new(FuzzyTermQuery::new(Term::from_field_text(field, text), errors, true))
}

/// The parts beside each other in a field; `None` where places are not kept.
fn phrase(weight: &Weight, parts: &[String]) -> Option<Box<dyn Query>> {
    match parts {
        [] => None,
        [one] => Some(constant(term(weight.field, one), weight.exact)),
        _ if weight.misspelled.is_some_and(|score| score < LEAST) => None,
        _ => {
            let terms = parts.iter().map(|part| Term::from_field_text(weight.field, part)).collect();
            Some(constant(Box::new(PhraseQuery::new(terms)), weight.exact))
        }
    }
}
