//! From a question to an answer, within one state of the index. Blocks: runs away from the async runtime.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use graph::NodeId;
use tantivy::query::{AllQuery, BooleanQuery, Occur, Query};
use tantivy::schema::Value;
use tantivy::{DocAddress, Searcher, TantivyDocument};

use crate::collect::{Counts, Found, Place, Stop, Wanted};
use crate::document::{Card, SHOWN};
use crate::error::{Result, SearchError};
use crate::fields::{Dimension, Fields};
use crate::matching::{LEAST, Plan, Word, filter_query};
use crate::request::{FACET_LIMIT, Facet, FacetValue, Hit};
use crate::shelf::Live;
use crate::snippet;

/// A search that has been read and checked.
#[derive(Clone)]
pub struct Question {
    pub plan: Plan,
    /// Folded values by dimension.
    pub filters: [Vec<String>; 6],
    pub first: usize,
    pub after: Option<Place>,
    pub stop: Stop,
}

/// One page of hits, with the place of each.
pub struct Page {
    pub total: u64,
    pub hits: Vec<(Place, Hit)>,
    pub facets: Vec<Facet>,
    pub has_next: bool,
    pub respelled: Vec<String>,
}

/// A question put to one state of the index, with the errors of spelling that are forgiven.
#[derive(Clone)]
pub struct Asked {
    live: Arc<Live>,
    searcher: Searcher,
    question: Question,
    respelled: Vec<String>,
}

impl Asked {
    /// Finds which words need forgiving: those that occur nowhere, or all, when the words do not occur together.
    pub fn new(live: Arc<Live>, mut question: Question) -> Result<Asked> {
        let searcher = live.reader.searcher();
        let respelled = question.plan.forgive_unknown(&live.fields, &searcher)?;
        Ok(Asked { live, searcher, question, respelled })
    }

    /// The page, for one who sees everything, or what is given as visible.
    pub fn page(mut self, visible: Option<Arc<HashSet<u32>>>) -> Result<Page> {
        let mut found = self.find(visible.clone())?;
        if self.matches_nothing(&found)? && self.forgive() {
            found = self.find(visible)?;
        }
        let has_next = found.hits.len() > self.question.first;
        found.hits.truncate(self.question.first);
        let words = self.question.plan.words();
        Ok(Page {
            total: found.total,
            hits: hits(&self.searcher, &self.live.fields, &words, found.hits)?,
            facets: facets(found.counts, &self.question.filters),
            has_next,
            respelled: self.respelled,
        })
    }

    /// The ids of all nodes that may count, for a viewer to be asked about.
    pub fn candidates(mut self) -> Result<(Asked, Vec<u32>)> {
        let mut wanted = self.wanted(None);
        wanted.ids = true;
        let mut found = self.collect(&*self.query(), &wanted)?;
        if self.matches_nothing(&found)? && self.forgive() {
            found = self.collect(&*self.query(), &wanted)?;
        }
        Ok((self, found.ids))
    }

    /// Hits by name alone, after a place.
    pub fn names(&self, first: usize, after: Option<Place>) -> Result<Vec<(Place, Hit)>> {
        let wanted = Wanted { top: first, after, count: false, least: 0.0, ..self.wanted(None) };
        let query = self.question.plan.name_query(&self.live.fields);
        let found = self.collect(&*query, &wanted)?;
        hits(&self.searcher, &self.live.fields, &self.question.plan.words(), found.hits)
    }

    fn wanted(&self, visible: Option<Arc<HashSet<u32>>>) -> Wanted {
        let browse = self.question.plan.is_all();
        Wanted {
            fields: self.live.fields.clone(),
            top: self.question.first + 1,
            after: self.question.after.clone(),
            browse,
            least: if browse { 0.0 } else { LEAST },
            filters: self.question.filters.clone(),
            count: true,
            visible,
            ids: false,
            stop: self.question.stop.clone(),
        }
    }

    fn collect(&self, query: &dyn Query, wanted: &Wanted) -> Result<Found> {
        let found = self.searcher.search(query, wanted)?;
        if found.stopped { Err(SearchError::Deadline) } else { Ok(found) }
    }

    fn find(&self, visible: Option<Arc<HashSet<u32>>>) -> Result<Found> {
        let wanted = self.wanted(visible);
        let filtered = self.filtered();
        match filtered.as_slice() {
            [] if wanted.browse && wanted.visible.is_none() => {
                let mut found = self.collect(&AllQuery, &Wanted { count: false, ..wanted })?;
                found.counts = (*self.everything()?).clone();
                Ok(found)
            }
            [one] if wanted.browse && wanted.visible.is_none() => {
                let mut found = self.collect(&*self.filter(*one), &wanted)?;
                let everything = self.everything()?;
                found.counts[*one as usize] = everything[*one as usize].clone();
                Ok(found)
            }
            _ => self.collect(&*self.query(), &wanted),
        }
    }

    /// What matches the text and all filters but one at most, since a filter does not count against its own values.
    fn query(&self) -> Box<dyn Query> {
        let text = self.question.plan.query(&self.live.fields);
        let filtered = self.filtered();
        if filtered.len() < 2 {
            return text;
        }
        let filters = filtered.iter().map(|dimension| (Occur::Should, self.filter(*dimension))).collect();
        let all_but_one = BooleanQuery::with_minimum_required_clauses(filters, filtered.len() - 1);
        Box::new(BooleanQuery::intersection(vec![text, Box::new(all_but_one)]))
    }

    fn filtered(&self) -> Vec<Dimension> {
        Dimension::ALL.into_iter().filter(|dimension| !self.question.filters[*dimension as usize].is_empty()).collect()
    }

    fn filter(&self, dimension: Dimension) -> Box<dyn Query> {
        filter_query(&self.live.fields, dimension, &self.question.filters[dimension as usize])
    }

    /// How all documents spread over the dimensions; counted once for each state of the index.
    fn everything(&self) -> Result<Arc<[Counts; 6]>> {
        let generation = self.searcher.generation().generation_id();
        if let Some((of, counts)) = &*self.live.everything.lock()
            && *of == generation
        {
            return Ok(counts.clone());
        }
        let wanted = Wanted { top: 0, after: None, filters: Default::default(), ..self.wanted(None) };
        let counts = Arc::new(self.collect(&AllQuery, &wanted)?.counts);
        *self.live.everything.lock() = Some((generation, counts.clone()));
        Ok(counts)
    }

    /// Whether the text matches nothing at all, whatever the filters.
    fn matches_nothing(&self, found: &Found) -> Result<bool> {
        if found.any || self.question.plan.is_all() {
            return Ok(false);
        }
        if self.filtered().len() < 2 {
            return Ok(true);
        }
        let text = self.question.plan.query(&self.live.fields);
        let wanted = Wanted { top: 0, count: false, ..self.wanted(None) };
        Ok(!self.collect(&*text, &wanted)?.any)
    }

    fn forgive(&mut self) -> bool {
        let forgiven = self.question.plan.forgive_all();
        self.respelled.extend(forgiven.iter().cloned());
        !forgiven.is_empty()
    }
}

fn hits(
    searcher: &Searcher,
    fields: &Fields,
    words: &[Word],
    found: Vec<(Place, DocAddress)>,
) -> Result<Vec<(Place, Hit)>> {
    let mut hits = Vec::with_capacity(found.len());
    for (place, address) in found {
        let document: TantivyDocument = searcher.doc(address)?;
        let bytes = document.get_first(fields.card).and_then(|value| value.as_bytes().map(<[u8]>::to_vec));
        let card: Card = serde_json::from_slice(&bytes.unwrap_or_default())
            .map_err(|error| SearchError::Index(format!("what document {} shows cannot be read: {error}", place.id)))?;
        let hit = hit(card, words, place.score);
        hits.push((place, hit));
    }
    Ok(hits)
}

fn hit(card: Card, words: &[Word], score: f32) -> Hit {
    Hit {
        id: NodeId(card.id),
        name: card.node_name(),
        matches: snippet::matches(&card, words),
        platform: card.platform,
        description: card.description,
        owners: card.owners,
        tags: card.tags,
        retired: card.retired,
        score,
    }
}

fn facets(counts: [Counts; 6], filters: &[Vec<String>; 6]) -> Vec<Facet> {
    let dimensions = Dimension::ALL.into_iter().zip(counts).zip(filters);
    dimensions.map(|((dimension, counts), filter)| facet(dimension, counts, filter)).collect()
}

fn facet(dimension: Dimension, counts: Counts, filter: &[String]) -> Facet {
    let mut values: BTreeMap<String, FacetValue> = BTreeMap::new();
    for (encoded, count) in counts {
        let (folded, shown) = encoded.split_once(SHOWN).unwrap_or((&encoded, &encoded));
        let value = values.entry(folded.to_owned()).or_insert_with(|| FacetValue { value: shown.to_owned(), count: 0 });
        value.count += count;
    }
    for value in filter {
        let of_its_key = format!("{value}=");
        if !values.keys().any(|counted| counted == value || counted.starts_with(&of_its_key)) {
            values.insert(value.clone(), FacetValue { value: value.clone(), count: 0 });
        }
    }
    let distinct = values.len() as u64;
    let mut ranked: Vec<(bool, FacetValue)> =
        values.into_iter().map(|(folded, value)| (filter.contains(&folded), value)).collect();
    ranked.sort_by(|one, other| other.1.count.cmp(&one.1.count).then_with(|| one.1.value.cmp(&other.1.value)));
    let listed = ranked.into_iter().enumerate().filter(|(nth, (named, _))| *nth < FACET_LIMIT || *named);
    Facet { field: dimension.name(), values: listed.map(|(_, (_, value))| value).collect(), distinct }
}
