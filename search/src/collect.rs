//! One pass over the matching documents: how many there are, the first of them, and how they spread over the
//! dimensions. A document that only one dimension's filter keeps out still counts among that dimension's values.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap, HashSet};
use std::ops::{Bound, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering as Atomic};
use std::time::Instant;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader, TantivyError};

use crate::document::{Rank, SHOWN};
use crate::fields::{Dimension, Fields, ID, ORDER, RANK};

/// Documents between two looks at the clock.
const BETWEEN_LOOKS: u32 = 4_096;
/// What a retired document's score is multiplied with.
const RETIRED: Score = 0.5;

/// What to collect.
#[derive(Clone)]
pub struct Wanted {
    pub fields: Fields,
    /// How many hits, from the first after `after`.
    pub top: usize,
    pub after: Option<Place>,
    /// Order by kind and name alone.
    pub browse: bool,
    /// Score below which a document does not match.
    pub least: Score,
    /// Folded values to keep, by dimension; none keeps all.
    pub filters: [Vec<String>; 6],
    /// Whether to count the values of the dimensions.
    pub count: bool,
    /// The ids that may be seen, unless all may.
    pub visible: Option<Arc<HashSet<u32>>>,
    /// Collect the ids of all documents that may count, and nothing else.
    pub ids: bool,
    pub stop: Stop,
}

/// When to give up: at a moment, or when nobody waits any more.
#[derive(Clone)]
pub struct Stop {
    pub deadline: Instant,
    pub left: Arc<AtomicBool>,
}

impl Stop {
    pub fn is_over(&self) -> bool {
        self.left.load(Atomic::Relaxed) || Instant::now() >= self.deadline
    }
}

/// Where a hit stands: by score, then by name, then by id.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    pub score: Score,
    pub order: String,
    pub id: u32,
}

impl Place {
    fn compare(&self, other: &Place) -> Ordering {
        let by_score = other.score.total_cmp(&self.score);
        by_score.then_with(|| self.order.cmp(&other.order)).then(self.id.cmp(&other.id))
    }
}

/// Counts of one dimension by value, each value as it is in the index.
pub type Counts = BTreeMap<String, u64>;

#[derive(Default)]
pub struct Found {
    pub total: u64,
    /// In order.
    pub hits: Vec<(Place, DocAddress)>,
    pub counts: [Counts; 6],
    pub ids: Vec<u32>,
    /// Whether anything matched, also what the filters keep out.
    pub any: bool,
    /// The pass was given up.
    pub stopped: bool,
}

impl Collector for Wanted {
    type Fruit = Found;
    type Child = Segment;

    fn for_segment(&self, number: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<Segment> {
        let fast = reader.fast_fields();
        let order = fast.str(ORDER)?.ok_or_else(|| TantivyError::SchemaError(format!("no fast field `{ORDER}`")))?;
        let mut dimensions = Vec::new();
        for dimension in Dimension::ALL {
            let column = fast.str(self.fields.dimension(dimension).fast)?;
            dimensions.push(Spread::new(column, dimension, &self.filters[dimension as usize], self.count)?);
        }
        Ok(Segment {
            number,
            wanted: self.clone(),
            id: fast.u64(ID)?,
            rank: fast.u64(RANK)?,
            after: self.after.as_ref().map(|place| After::new(place, &order)).transpose()?,
            order,
            dimensions,
            top: BinaryHeap::new(),
            found: Found::default(),
            looks: 0,
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Found>>) -> tantivy::Result<Found> {
        let mut merged = Found::default();
        for fruit in fruits {
            let fruit = fruit?;
            merged.total += fruit.total;
            merged.any |= fruit.any;
            merged.stopped |= fruit.stopped;
            merged.hits.extend(fruit.hits);
            merged.ids.extend(fruit.ids);
            for (all, counts) in merged.counts.iter_mut().zip(fruit.counts) {
                for (value, count) in counts {
                    *all.entry(value).or_default() += count;
                }
            }
        }
        merged.hits.sort_by(|one, other| one.0.compare(&other.0));
        merged.hits.truncate(self.top);
        Ok(merged)
    }
}

/// The pass over one segment.
pub struct Segment {
    number: SegmentOrdinal,
    wanted: Wanted,
    id: Column<u64>,
    rank: Column<u64>,
    order: StrColumn,
    after: Option<After>,
    dimensions: Vec<Spread>,
    /// The best so far, the worst of them on top.
    top: BinaryHeap<Candidate>,
    found: Found,
    looks: u32,
}

/// A hit within a segment, where names compare by their number in the segment's dictionary. The greater is the worse.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Candidate {
    score: Score,
    order: u64,
    id: u32,
    doc: DocId,
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Candidate) -> Ordering {
        other.score.total_cmp(&self.score).then(self.order.cmp(&other.order)).then(self.id.cmp(&other.id))
    }
}

impl SegmentCollector for Segment {
    type Fruit = tantivy::Result<Found>;

    fn collect(&mut self, doc: DocId, score: Score) {
        if score < self.wanted.least || self.is_over() {
            return;
        }
        let id = self.id.first(doc).unwrap_or_default() as u32;
        if self.wanted.visible.as_ref().is_some_and(|visible| !visible.contains(&id)) {
            return;
        }
        self.found.any = true;
        match self.kept_out_by(doc) {
            KeptOut::ByMany => {}
            _ if self.wanted.ids => self.found.ids.push(id),
            KeptOut::ByOne(dimension) => self.dimensions[dimension].count(doc),
            KeptOut::No => {
                self.found.total += 1;
                self.dimensions.iter_mut().for_each(|dimension| dimension.count(doc));
                self.keep(doc, id, score);
            }
        }
    }

    fn harvest(mut self) -> tantivy::Result<Found> {
        for candidate in std::mem::take(&mut self.top).into_sorted_vec() {
            let mut order = String::new();
            self.order.ord_to_str(candidate.order, &mut order)?;
            let place = Place { score: candidate.score, order, id: candidate.id };
            self.found.hits.push((place, DocAddress::new(self.number, candidate.doc)));
        }
        for (dimension, counts) in self.dimensions.into_iter().zip(&mut self.found.counts) {
            *counts = dimension.harvest()?;
        }
        Ok(self.found)
    }
}

enum KeptOut {
    No,
    ByOne(usize),
    ByMany,
}

impl Segment {
    fn is_over(&mut self) -> bool {
        if self.looks.is_multiple_of(BETWEEN_LOOKS) && !self.found.stopped {
            self.found.stopped = self.wanted.stop.is_over();
        }
        self.looks = self.looks.wrapping_add(1);
        self.found.stopped
    }

    fn kept_out_by(&self, doc: DocId) -> KeptOut {
        let mut kept_out = KeptOut::No;
        for (number, dimension) in self.dimensions.iter().enumerate() {
            if !dimension.lets(doc) {
                kept_out = match kept_out {
                    KeptOut::No => KeptOut::ByOne(number),
                    KeptOut::ByOne(_) | KeptOut::ByMany => return KeptOut::ByMany,
                };
            }
        }
        kept_out
    }

    /// Puts a document among the best, if it is one of them and comes after the page before.
    fn keep(&mut self, doc: DocId, id: u32, matched: Score) {
        if self.wanted.top == 0 {
            return;
        }
        let score = self.score(doc, matched);
        let full = self.top.len() >= self.wanted.top;
        if full && self.top.peek().is_some_and(|worst| score < worst.score) {
            return;
        }
        let candidate = Candidate { score, order: self.order.ords().first(doc).unwrap_or(u64::MAX), id, doc };
        if self.after.as_ref().is_some_and(|after| !after.precedes(&candidate)) {
            return;
        }
        self.top.push(candidate);
        if full {
            self.top.pop();
        }
    }

    fn score(&self, doc: DocId, matched: Score) -> Score {
        let rank = Rank::unpack(self.rank.first(doc).unwrap_or_default());
        if self.wanted.browse {
            return f32::from(rank.kind);
        }
        let score = matched + f32::from(rank.kind) + f32::from(rank.brevity) / 128.0;
        if rank.retired { score * RETIRED } else { score }
    }
}

/// A place in terms of one segment's dictionary of names.
struct After {
    score: Score,
    /// The number of its name; `None` with the number of the next name when the segment does not have it.
    order: (u64, bool),
    id: u32,
}

impl After {
    fn new(place: &Place, order: &StrColumn) -> std::io::Result<After> {
        let name = place.order.as_bytes();
        let bounds = order.dictionary().term_bounds_to_ord(Bound::Excluded(name), Bound::Unbounded)?;
        let order = match bounds.0 {
            Bound::Excluded(own) => (own, true),
            Bound::Included(next) => (next, false),
            Bound::Unbounded => (0, false),
        };
        Ok(After { score: place.score, order, id: place.id })
    }

    fn precedes(&self, candidate: &Candidate) -> bool {
        match candidate.score.total_cmp(&self.score) {
            Ordering::Less => return true,
            Ordering::Greater => return false,
            Ordering::Equal => {}
        }
        let (order, own) = self.order;
        if own && candidate.order == order { candidate.id > self.id } else { candidate.order >= order }
    }
}

/// One dimension within a segment.
struct Spread {
    column: Option<StrColumn>,
    /// The numbers of the values that the filter keeps; `None` when it keeps all.
    kept: Option<Vec<Range<u64>>>,
    counts: Vec<u32>,
}

impl Spread {
    fn new(column: Option<StrColumn>, dimension: Dimension, filter: &[String], count: bool) -> std::io::Result<Spread> {
        let Some(column) = column else {
            return Ok(Spread { column: None, kept: (!filter.is_empty()).then(Vec::new), counts: Vec::new() });
        };
        let counts = if count { vec![0; column.dictionary().num_terms()] } else { Vec::new() };
        let mut kept = (!filter.is_empty()).then(Vec::new);
        if let Some(kept) = &mut kept {
            for value in filter {
                kept.push(numbers(&column, &format!("{value}{SHOWN}"))?);
                if dimension == Dimension::Tag && !value.contains('=') {
                    kept.push(numbers(&column, &format!("{value}="))?);
                }
            }
        }
        Ok(Spread { column: Some(column), kept, counts })
    }

    fn lets(&self, doc: DocId) -> bool {
        let Some(kept) = &self.kept else { return true };
        let Some(column) = &self.column else { return false };
        column.ords().values_for_doc(doc).any(|value| kept.iter().any(|range| range.contains(&value)))
    }

    fn count(&mut self, doc: DocId) {
        if self.counts.is_empty() {
            return;
        }
        if let Some(column) = &self.column {
            for value in column.ords().values_for_doc(doc) {
                self.counts[value as usize] += 1;
            }
        }
    }

    fn harvest(self) -> std::io::Result<Counts> {
        let Some(column) = self.column else { return Ok(Counts::new()) };
        let counted = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let (numbers, counts): (Vec<u64>, Vec<u32>) = counted.map(|(number, count)| (number as u64, *count)).unzip();
        let mut values = Vec::with_capacity(numbers.len());
        column
            .dictionary()
            .sorted_ords_to_term_cb(&numbers, |value| values.push(String::from_utf8_lossy(value).into_owned()))?;
        Ok(values.into_iter().zip(counts.into_iter().map(u64::from)).collect())
    }
}

/// The numbers of the values that begin with a text, whose last character is ASCII.
fn numbers(column: &StrColumn, beginning: &str) -> std::io::Result<Range<u64>> {
    let mut after = beginning.as_bytes().to_vec();
    if let Some(last) = after.last_mut() {
        *last += 1;
    }
    let bounds = column
        .dictionary()
        .term_bounds_to_ord(Bound::Included(beginning.as_bytes()), Bound::Excluded(after.as_slice()))?;
    let edge = |bound| match bound {
        Bound::Included(number) | Bound::Excluded(number) => number,
        Bound::Unbounded => 0,
    };
    Ok(edge(bounds.0)..edge(bounds.1))
}
