//! The trace against a slow and simple answer, on random graphs.

use std::collections::BTreeSet;

use graph::*;
use impact::personal::*;
use proptest::prelude::*;

use crate::picture::{NoSecrets, Picture, shown, wait};

/// Five datasets of three columns, each edge by a job of its own choice.
fn picture() -> impl Strategy<Value = String> {
    let column = || (0..5u8, 0..3u8).prop_map(|(dataset, column)| format!("d{dataset}.c{column}"));
    let dataset = || (0..5u8).prop_map(|dataset| format!("d{dataset}"));
    let job = || prop_oneof![Just("J"), Just("K")];
    let kind = prop_oneof![
        4 => Just("same"), 2 => Just("changed"), 2 => Just("hash"), 2 => Just("sum"), 1 => Just("unknown"),
        1 => Just("filter"), 1 => Just("countmask"),
    ];
    let edge =
        (column(), kind, column(), job()).prop_map(|(from, kind, to, job)| format!("{from} {kind} {to} by {job}"));
    let feed = (dataset(), dataset(), job()).prop_filter("another", |(from, to, _)| from != to);
    let feed = feed.prop_map(|(from, to, job)| format!("{from} feeds {to} by {job}"));
    let whole = (column(), prop_oneof![Just("filter"), Just("unknown")], dataset(), job())
        .prop_map(|(from, kind, to, job)| format!("{from} {kind} {to} by {job}"));
    let block = prop_oneof![3 => column(), 1 => dataset()].prop_map(|node| format!("{node} says not-personal"));
    let lines = (
        proptest::collection::vec(edge, 0..14),
        proptest::collection::vec(feed, 0..4),
        proptest::collection::vec(whole, 0..3),
        proptest::collection::vec(block, 0..3),
    );
    lines.prop_map(|(edges, feeds, wholes, blocks)| {
        let all: Vec<String> = (0..5).flat_map(|d| (0..3).map(move |c| format!("d{d}.c{c}"))).collect();
        [all, edges, feeds, wholes, blocks].concat().join("\n")
    })
}

/// What follows from one place and state, read off the rules one by one.
struct Oracle<'a> {
    picture: &'a Picture,
    masking: Masking,
}

impl Oracle<'_> {
    fn kind(&self, id: NodeId) -> NodeKind {
        self.picture.nodes[id.0 as usize].name.kind()
    }

    fn dataset(&self, id: NodeId) -> NodeId {
        self.picture.nodes[id.0 as usize].parent.unwrap_or(id)
    }

    fn blocked(&self, id: NodeId) -> bool {
        let says = |id: NodeId| !self.picture.nodes[id.0 as usize].authored.tags.is_empty();
        says(id) || says(self.dataset(id))
    }

    /// Whether the columns of a job say how one dataset feeds another.
    fn explained(&self, from: NodeId, to: NodeId, job: Option<NodeId>) -> bool {
        self.picture.edges.iter().any(|edge| {
            EdgeKinds::COLUMN.contains(edge.kind)
                && self.dataset(edge.from) == from
                && self.dataset(edge.to) == to
                && edge.job == job
        })
    }

    fn next(&self, id: NodeId, state: State) -> Vec<(NodeId, State)> {
        let mut next = Vec::new();
        let own = |edge: &Edge| match self.kind(id) {
            NodeKind::Dataset => self.dataset(edge.from) == id && !self.blocked(edge.from),
            _ => edge.from == id,
        };
        for edge in &self.picture.edges {
            let form = match edge.kind {
                EdgeKind::Feeds => {
                    let unexplained = !self.explained(edge.from, edge.to, edge.job);
                    if self.dataset(id) == edge.from && unexplained {
                        next.push((edge.to, State { sure: false, ..state }));
                    }
                    continue;
                }
                _ if !own(edge) => continue,
                EdgeKind::Filter => continue,
                EdgeKind::Aggregation => Form::Aggregate,
                _ if edge.masking => Form::Pseudonymised,
                _ => Form::Plain,
            };
            if edge.masking && self.masking == Masking::Stops {
                continue;
            }
            let sure = edge.kind != EdgeKind::Unknown && self.kind(edge.to) == NodeKind::Column;
            next.push((edge.to, State { form: form.min(state.form), sure: sure && state.sure }));
        }
        next.retain(|(to, _)| !self.blocked(*to));
        next
    }

    /// Every place and state, until nothing new comes.
    fn all(&self, start: NodeId) -> BTreeSet<(NodeId, State)> {
        let mut all = BTreeSet::from([(start, State::START)]);
        loop {
            let new: Vec<_> = all.iter().flat_map(|(id, state)| self.next(*id, *state)).collect();
            let before = all.len();
            all.extend(new);
            if all.len() == before {
                return all;
            }
        }
    }
}

fn lines(picture: &Picture, all: impl IntoIterator<Item = (NodeId, State)>) -> Vec<String> {
    let told = |(id, state): (NodeId, State)| format!("{} {state:?}", shown(&picture.nodes[id.0 as usize]));
    let mut lines: Vec<String> = all.into_iter().map(told).collect();
    lines.sort();
    lines
}

fn traced(picture: &Picture, start: NodeId, direction: Direction, masking: Masking) -> Traced {
    let start = vec![start];
    let question = Trace { start, direction, masking, depth: 1000, limit: 1000, at: Revision(1), deadline: None };
    wait(trace(picture, &NoSecrets, &question)).expect("an answer")
}

fn states(traced: &Traced) -> impl Iterator<Item = (NodeId, State)> {
    let places = traced.items.iter().filter(|item| item.node.name.kind() != NodeKind::Job);
    places
        .flat_map(|item| [item.state].into_iter().chain(item.others.iter().copied()).map(|state| (item.node.id, state)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn downstream_is_what_the_oracle_says(text in picture(), stops: bool) {
        let picture = Picture::of(&text);
        let masking = if stops { Masking::Stops } else { Masking::Carries };
        let start = picture.find("d0.c0").expect("a column");
        let found = lines(&picture, states(&traced(&picture, start, Direction::Downstream, masking)));
        let mut expected = Oracle { picture: &picture, masking }.all(start);
        expected.retain(|(id, _)| *id != start);
        prop_assert_eq!(found, lines(&picture, expected), "{}", text);
    }

    /// What reaches a column downstream is what is found upstream of it, with the same states.
    #[test]
    fn upstream_is_downstream_the_other_way(text in picture()) {
        let text = format!("{text}\nd0.c0 is pii=email");
        let picture = Picture::of(&text);
        let (start, end) = (picture.find("d0.c0").expect("a column"), picture.find("d4.c2").expect("a column"));
        prop_assume!(Oracle { picture: &picture, masking: Masking::Carries }.blocked(start).eq(&false));
        let oracle = Oracle { picture: &picture, masking: Masking::Carries };
        let reaches = oracle.all(start);
        // A dataset of which any column may be meant is meant by each of its columns.
        let arrives: BTreeSet<State> = reaches
            .iter()
            .filter(|(id, _)| (*id == end || *id == oracle.dataset(end)) && !oracle.blocked(end))
            .map(|(_, state)| *state)
            .collect();
        let up = traced(&picture, end, Direction::Upstream, Masking::Carries);
        let strongest = up.items.iter().find(|item| item.node.id == start).map(|item| item.state);
        prop_assert_eq!(strongest, arrives.last().copied(), "{}", text);
    }
}
