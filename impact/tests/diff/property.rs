//! A difference applied to the state at one time gives the state at the other, for random histories.

use std::collections::{BTreeMap, BTreeSet};

use graph::{Direction, Edge, EdgeKind, EdgeKinds, Everyone, Hop, NodeId, NodeKind, Revision, Scan, Store};
use impact::diff::*;

use super::told::{Past, told};
use super::{question, wait};

/// All that there is at a revision.
#[derive(Clone, PartialEq, Debug, Default)]
struct State {
    nodes: BTreeMap<NodeId, Facts>,
    /// Columns of a schema in order, by dataset; none where it is not compared.
    order: Option<BTreeMap<NodeId, Vec<NodeId>>>,
    edges: BTreeSet<(NodeId, NodeId, EdgeKind, bool, Option<NodeId>)>,
}

impl State {
    /// Whether every edge is between nodes. Where datasets have several names, a store may tell an edge of a column that
    /// ended and began again as if it had been there in between.
    fn is_whole(&self) -> bool {
        self.edges.iter().all(|(from, to, ..)| self.nodes.contains_key(from) && self.nodes.contains_key(to))
    }
}

fn key(edge: &Edge) -> (NodeId, NodeId, EdgeKind, bool, Option<NodeId>) {
    (edge.from, edge.to, edge.kind, edge.masking, edge.job)
}

/// Facts but for those that are compared as the order of columns, or follow from the names of datasets.
fn own(facts: Facts) -> Facts {
    facts.into_iter().filter(|(fact, _)| is_own(fact)).collect()
}

fn is_own(fact: &Fact) -> bool {
    !matches!(fact.aspect, Aspect::Position | Aspect::Dataset)
}

async fn state(store: &dyn Store, at: Revision) -> State {
    let mut state = State::default();
    let mut places: BTreeMap<NodeId, Vec<(u32, NodeId)>> = BTreeMap::new();
    let kinds = EdgeKinds::DATASET.union(EdgeKinds::JOB).union(EdgeKinds::COLUMN);
    for kind in [NodeKind::Dataset, NodeKind::Column, NodeKind::Job] {
        let ids = store.scan(Scan { kind, parent: None, after: None, limit: 10_000, at }).await.expect("ids");
        for node in store.nodes(&ids, at).await.expect("nodes").into_iter().flatten() {
            state.nodes.insert(node.id, own(facts(&node)));
            if let (Some(field), Some(dataset)) = (node.ingested.field.as_ref().filter(|f| f.declared), node.parent) {
                places.entry(dataset).or_default().push((field.position, node.id));
            }
        }
        let hop = Hop { frontier: &ids, direction: Direction::Downstream, kinds, at };
        state.edges.extend(store.hop(hop).await.expect("edges").iter().map(key));
    }
    let in_order = places.into_iter().map(|(dataset, mut columns)| {
        columns.sort_unstable();
        (dataset, columns.into_iter().map(|(_, column)| column).collect())
    });
    state.order = Some(in_order.collect());
    state
}

/// All pages of the difference of the estate.
async fn pages(store: &dyn Store, times: Times, first: usize) -> Vec<Diff> {
    let (mut pages, mut after): (Vec<Diff>, Option<u64>) = (Vec::new(), None);
    loop {
        let asked = Question { after, first, ..question(times, About::Estate) };
        pages.push(diff(store, &Everyone, &asked).await.expect("a page"));
        after = pages[pages.len() - 1].cursor;
        if after.is_none() {
            return pages;
        }
    }
}

fn apply(mut state: State, pages: &[Diff]) -> State {
    // What has several names may be told on several pages, and is then told the same.
    let nodes: BTreeMap<NodeId, &NodeChange> =
        pages.iter().flat_map(|page| &page.nodes).map(|change| (change.node.id, change)).collect();
    nodes.values().for_each(|change| apply_node(&mut state, change));
    let edges: BTreeMap<_, &EdgeChange> =
        pages.iter().flat_map(|page| &page.edges).map(|change| ((key(&change.edge), change.came), change)).collect();
    for change in edges.values() {
        match change.came {
            true => assert!(state.edges.insert(key(&change.edge)), "an edge that came was not there"),
            false => assert!(state.edges.remove(&key(&change.edge)), "an edge that went was there"),
        }
    }
    if let Some(order) = &mut state.order {
        order.values_mut().for_each(|columns| columns.retain(|column| state.nodes.contains_key(column)));
        place(order, pages);
        order.retain(|_, columns| !columns.is_empty());
    }
    state
}

fn apply_node(state: &mut State, change: &NodeChange) {
    let id = change.node.id;
    match change.change {
        Change::Went => assert!(state.nodes.remove(&id).is_some(), "what went was there"),
        Change::Came => assert!(state.nodes.insert(id, Facts::new()).is_none(), "what came was not there"),
        Change::Entered | Change::Left | Change::Changed => {}
    }
    let Some(facts) = state.nodes.get_mut(&id) else { return };
    for Told { change, .. } in change.aspects.iter().filter(|told| is_own(&told.change.fact)) {
        assert_eq!(facts.get(&change.fact), change.before.as_ref(), "what was said before");
        match &change.after {
            Some(after) => facts.insert(change.fact.clone(), after.clone()),
            None => facts.remove(&change.fact),
        };
    }
}

/// Columns that came or moved stand where they are told to; the others fill the places left, in their old order.
fn place(order: &mut BTreeMap<NodeId, Vec<NodeId>>, pages: &[Diff]) {
    let mut placed: BTreeMap<NodeId, BTreeMap<usize, NodeId>> = BTreeMap::new();
    for change in pages.iter().flat_map(|page| &page.nodes) {
        let id = change.node.id;
        let place = change.aspects.iter().find(|told| told.change.fact.aspect == Aspect::Position);
        let Some(place) = place else { continue };
        order.values_mut().for_each(|columns| columns.retain(|column| *column != id));
        if let (Some(after), Some(dataset)) = (&place.change.after, change.node.parent) {
            placed.entry(dataset).or_default().insert(after.parse().expect("a number"), id);
        }
    }
    for (dataset, new) in placed {
        let columns = order.entry(dataset).or_default();
        for (place, column) in new {
            columns.insert(place.min(columns.len()), column);
        }
    }
}

/// A small source of numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const TABLES: [&str; 5] = ["ta", "tb", "tc", "td", "te"];
const COLUMNS: [&str; 5] = ["a", "b", "c", "d", "e"];
const JOBS: [&str; 3] = ["J1", "J2", "J3"];

fn line(dice: &mut Dice, number: usize) -> String {
    let (table, other) = (dice.one(&TABLES), dice.one(&TABLES));
    let column = dice.one(&COLUMNS);
    match dice.below(12) {
        0..=3 => {
            let mut columns: Vec<String> = Vec::new();
            for _ in 0..dice.below(6) {
                let column = format!("{} {}", dice.one(&COLUMNS), dice.one(&["int", "text"]));
                if !columns.iter().any(|known| known[..1] == column[..1]) {
                    columns.push(column);
                }
            }
            format!("table {table}: {}", columns.join(", "))
        }
        4..=7 => {
            let (from, to) = (dice.one(&TABLES), dice.one(&COLUMNS));
            let to = if dice.below(4) == 0 { "" } else { to };
            let end = if dice.below(6) == 0 { " failed" } else { "" };
            format!("{} r{number}: {from} {from}.{column}>{to} {other} > {table}{end}", dice.one(&JOBS))
        }
        8 => format!("describe {table} text {}", dice.below(3)),
        9 => format!("tag {table}.{column} {}", dice.one(&["pii", "gold"])),
        10 => format!("untag {table}.{column} {}", dice.one(&["pii", "gold"])),
        _ if table == other => format!("apart {table}"),
        _ => format!("same {table} {other}"),
    }
}

/// Every other history has datasets with several names.
fn history(seed: u64) -> Vec<String> {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut said: Vec<String> = (0..40).map(|number| line(&mut dice, number)).collect();
    if seed.is_multiple_of(2) {
        said.retain(|line| !line.starts_with("same"));
    }
    said
}

async fn check(seed: u64) {
    let said = history(seed);
    let mut past = Past::new();
    past.tell(&said.join("\n")).await;
    let newest = past.now().await.0;
    let store = &*past.store;
    let mut dice = Dice(seed | 1);
    for _ in 0..12 {
        let (a, b) =
            (Revision(dice.below(newest as usize + 1) as u32), Revision(dice.below(newest as usize + 1) as u32));
        let first = [1, 3, 1000][dice.below(3)];
        let forth = pages(store, Times { from: a, to: b }, first).await;
        let (mut before, mut after) = (state(store, a).await, state(store, b).await);
        if seed % 2 == 1 {
            // Where datasets became one, their columns stand at places of several schemas.
            (before.order, after.order) = (None, None);
        }
        if !before.is_whole() || !after.is_whole() {
            continue;
        }
        let about = || format!("seed {seed}, {a} to {b}, pages of {first}:\n{}", said.join("\n"));
        assert_eq!(apply(before.clone(), &forth), after, "{}", about());
        let back = pages(store, Times { from: b, to: a }, 1000).await;
        assert_eq!(turned(&back), straight(&forth), "the other way, {}", about());
        let none = pages(store, Times { from: a, to: a }, 1000).await;
        assert_eq!(none.iter().map(told).collect::<String>(), "", "{}", about());
    }
}

type Line = (NodeId, Option<Fact>, Option<String>, Option<String>);

/// The changes of nodes but for places, of which either of two columns may be the one that moved.
fn lines(pages: &[Diff], turn: fn(Change) -> Change) -> BTreeSet<(Line, Change)> {
    let nodes = pages.iter().flat_map(|page| &page.nodes);
    let changes = nodes.flat_map(|node| {
        let aspects = node.aspects.iter().filter(|told| is_own(&told.change.fact));
        aspects.map(move |told| {
            let AspectChange { fact, before, after } = told.change.clone();
            ((node.node.id, Some(fact), before, after), turn(node.change))
        })
    });
    changes.collect()
}

fn straight(pages: &[Diff]) -> BTreeSet<(Line, Change)> {
    lines(pages, |change| change)
}

fn turned(pages: &[Diff]) -> BTreeSet<(Line, Change)> {
    let back = lines(pages, |change| match change {
        Change::Came => Change::Went,
        Change::Went => Change::Came,
        Change::Entered => Change::Left,
        Change::Left => Change::Entered,
        Change::Changed => Change::Changed,
    });
    back.into_iter().map(|((id, fact, before, after), change)| ((id, fact, after, before), change)).collect()
}

#[test]
fn a_difference_leads_from_one_state_to_the_other() {
    wait(async {
        for seed in 1..=24 {
            check(seed).await;
        }
    });
}
