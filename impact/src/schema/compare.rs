//! One consumer under the schemas as they are and as they are proposed: what differs, and what comes over from what it
//! is made from.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use binding::{Bound, Columns};
use graph::names::column_key;
use graph::{Node, NodeId, NodeName, QualifiedName, QueryFault};

use super::effect::Effect;
use super::findings::Findings;
use super::lines::{How, Line, Place};
use super::schemata::Shape;
use super::verdict::Verdict;

/// Faults that a change of schemas brings about; a database refuses a query with one of them.
const REFUSED: [&str; 6] =
    ["unknown-column", "unknown-table", "ambiguous-column", "column-count", "duplicate-column", "incompatible-types"];

/// The sources of a consumer, as it meets them.
pub(super) struct Sources<'a> {
    /// Those that anything happened to.
    pub effects: BTreeMap<NodeId, &'a Effect>,
    pub nodes: &'a HashMap<NodeId, Arc<Node>>,
    /// Those whose schema nobody knows: what binding says of their columns means nothing.
    pub unknown: BTreeSet<NodeId>,
}

impl Sources<'_> {
    pub fn name(&self, id: NodeId) -> &str {
        match self.nodes.get(&id).map(|node| &node.name) {
            Some(NodeName::Dataset(name)) => &name.name,
            _ => "a dataset",
        }
    }

    fn column(&self, line: &Line) -> String {
        format!("{}.{}", self.name(line.source), line.column)
    }

    /// The column as it is called under the proposal.
    fn renamed<'l>(&'l self, line: &'l Line) -> &'l str {
        let new = self.effects.get(&line.source).and_then(|effect| effect.renamed.get(&line.column));
        new.unwrap_or(&line.column)
    }
}

/// One binding of a query, as one consumer has it.
#[derive(Clone, Copy)]
pub(super) struct Half<'a> {
    pub bound: &'a Bound,
    pub text: &'a str,
    pub lines: &'a [Line],
    pub made: Option<&'a Columns>,
}

/// What is compared.
pub(super) struct Comparison<'a> {
    pub sources: &'a Sources<'a>,
    pub output: &'a QualifiedName,
    pub before: Half<'a>,
    pub after: Half<'a>,
}

impl Comparison<'_> {
    /// References that no longer resolve: the query fails.
    pub fn refused(&self, findings: &mut Findings) {
        let same_text = self.before.text == self.after.text;
        let known: HashSet<_> = self.before.bound.faults.iter().filter(|_| same_text).map(what_and_where).collect();
        let refused = self.after.bound.faults.iter().filter(|fault| REFUSED.contains(&fault.code.as_str()));
        for fault in refused.filter(|fault| !known.contains(&what_and_where(fault))) {
            let text = |span: (u32, u32)| self.after.text.get(span.0 as usize..span.1 as usize).unwrap_or_default();
            let place = fault.span.map(|span| Place { text: text(span).to_owned(), span });
            let place = place.filter(|place| !place.text.is_empty());
            let hit = self.hit(fault.span);
            match (&place, hit.is_empty()) {
                (None, true) => findings.whole(Verdict::Breaks, fault.message.as_str()),
                (Some(place), true) => {
                    findings.column(&place.text, Verdict::Breaks, fault.message.as_str(), Some(place))
                }
                (_, false) => {
                    for column in &hit {
                        findings.column(column, Verdict::Breaks, fault.message.as_str(), place.as_ref());
                    }
                }
            }
        }
    }

    /// What is otherwise in a query that does not fail.
    pub fn differences(&self, findings: &mut Findings) {
        let renamed = self.outputs(findings);
        self.origins(&renamed, findings);
        self.rows(findings);
    }

    /// Columns of the consumer whose expressions hold the place.
    fn hit(&self, span: Option<(u32, u32)>) -> BTreeSet<&str> {
        let Some((start, end)) = span else { return BTreeSet::new() };
        let holds = |place: &Place| place.span.0 <= start && end <= place.span.1;
        let lines = self.before.lines.iter().filter(|line| line.place.as_ref().is_some_and(holds));
        lines.filter_map(|line| line.target.as_deref()).collect()
    }

    /// Columns that come, go, or change name or type; gives the new names of those that are called otherwise.
    fn outputs(&self, findings: &mut Findings) -> BTreeMap<String, String> {
        let (Some(before), Some(after)) = (self.before.made, self.after.made) else { return BTreeMap::new() };
        if !before.complete || !after.complete {
            self.unseen(findings);
            return BTreeMap::new();
        }
        let (old, new) = (self.keys(before), self.keys(after));
        let pairs = old.len() == new.len();
        // Of several of one name the first.
        let places: HashMap<&str, usize> = new.iter().enumerate().rev().map(|(at, key)| (key.as_str(), at)).collect();
        let all_kept = old.iter().all(|key| places.contains_key(key.as_str()));
        let mut renamed = BTreeMap::new();
        for (at, (key, (name, data_type))) in old.iter().zip(&before.columns).enumerate() {
            if let Some(&place) = places.get(key.as_str()) {
                let now = &after.columns[place].1;
                if !same_type(data_type, now) {
                    self.retyped(name, (data_type, now), findings);
                }
                findings.effect.moved |= place != at && all_kept;
            } else if pairs && !old.contains(&new[at]) {
                let to = &after.columns[at].0;
                findings.column(name, Verdict::SchemaChanges, format!("it is renamed to {to}"), None);
                findings.effect.lost.insert(key.clone(), format!("is renamed to {to}"));
                findings.effect.renamed.insert(key.clone(), new[at].clone());
                findings.effect.gained.insert(new[at].clone());
                renamed.insert(key.clone(), new[at].clone());
            } else {
                findings.column(name, Verdict::SchemaChanges, "it is no longer there", None);
                findings.effect.lost.insert(key.clone(), "is no longer there".to_owned());
            }
        }
        for (key, (name, _)) in new.iter().zip(&after.columns) {
            if !old.contains(key) && findings.effect.gained.insert(key.clone()) {
                findings.column(name, Verdict::SchemaChanges, "it is new", None);
            }
        }
        renamed
    }

    fn retyped(&self, name: &str, (before, after): (&Option<String>, &Option<String>), findings: &mut Findings) {
        let shown =
            |data_type: &Option<String>| data_type.clone().unwrap_or_else(|| "a type that is not known".to_owned());
        let reason = format!("its type becomes {}, and was {}", shown(after), shown(before));
        findings.column(name, Verdict::SchemaChanges, reason, None);
        let key = self.key(name);
        findings.effect.retyped.insert(key, (before.clone(), after.clone()));
    }

    /// All columns of a source are taken, and which these are is not known.
    fn unseen(&self, findings: &mut Findings) {
        for (source, effect) in self.sources.effects.iter().filter(|(_, effect)| effect.reshaped()) {
            if self.sources.unknown.contains(source) || effect.lost.is_empty() {
                let name = self.sources.name(*source);
                findings.whole(
                    Verdict::MayBreak,
                    format!("it takes all columns of {name}, and which these are is not known"),
                );
            }
        }
    }

    /// Columns that are made from others than before.
    fn origins(&self, renamed: &BTreeMap<String, String>, findings: &mut Findings) {
        type Origins<'l> = BTreeMap<String, BTreeSet<(NodeId, &'l str)>>;
        let (mut old, mut new): (Origins<'_>, Origins<'_>) = (BTreeMap::new(), BTreeMap::new());
        for line in self.before.lines {
            let Some(target) = &line.target else { continue };
            let key = self.key(target);
            let key = renamed.get(&key).cloned().unwrap_or(key);
            old.entry(key).or_default().insert((line.source, self.sources.renamed(line)));
        }
        for line in self.after.lines {
            let Some(target) = &line.target else { continue };
            new.entry(self.key(target)).or_default().insert((line.source, line.column.as_str()));
        }
        for (key, now) in &new {
            let Some(was) = old.get(key).filter(|was| *was != now && !self.is_opaque(was)) else { continue };
            let shown = |origins: &BTreeSet<(NodeId, &str)>| {
                let all: Vec<String> =
                    origins.iter().map(|(source, column)| format!("{}.{column}", self.sources.name(*source))).collect();
                all.join(", ")
            };
            let reason = format!("it is made from {}, and was from {}", shown(now), shown(was));
            let line = self.after.lines.iter().find(|line| line.target.as_deref().is_some_and(|t| self.key(t) == *key));
            findings.column(key, Verdict::ValueChanges, reason.as_str(), line.and_then(|line| line.place.as_ref()));
            findings.effect.values.insert(key.clone(), "is made from other columns".to_owned());
        }
    }

    /// Whether some of it is of a source whose columns binding does not know.
    fn is_opaque(&self, origins: &BTreeSet<(NodeId, &str)>) -> bool {
        origins.iter().any(|(source, _)| self.sources.unknown.contains(source))
    }

    /// Columns that decide on rows and did not, or do not any more.
    fn rows(&self, findings: &mut Findings) {
        let of = |line: &Line| line.target.is_none() && !self.sources.unknown.contains(&line.source);
        let old: BTreeSet<_> = self
            .before
            .lines
            .iter()
            .filter(|line| of(line))
            .map(|line| (line.source, self.sources.renamed(line), line.how))
            .collect();
        let new: BTreeSet<_> = self
            .after
            .lines
            .iter()
            .filter(|line| of(line))
            .map(|line| (line.source, line.column.as_str(), line.how))
            .collect();
        let more = new.difference(&old).map(|found| ("now", found));
        for (when, (source, column, how)) in more.chain(old.difference(&new).map(|found| ("no longer", found))) {
            let verb = how.verb().trim_start_matches("its rows are ");
            let reason = format!("its rows are {when} {verb} {}.{column}", self.sources.name(*source));
            let lines = self.after.lines.iter().chain(self.before.lines);
            let line = lines.filter(|line| line.target.is_none()).find(|l| l.source == *source && l.column == *column);
            let name = format!("{}.{column}", self.sources.name(*source));
            findings.column(&name, Verdict::RowsChange, reason, line.and_then(|line| line.place.as_ref()));
            findings.effect.rows = Some("has other rows".to_owned());
        }
    }

    fn key(&self, name: &str) -> String {
        column_key(&self.output.namespace, name)
    }

    fn keys(&self, columns: &Columns) -> Vec<String> {
        columns.columns.iter().map(|(name, _)| self.key(name)).collect()
    }
}

/// What is the same when it is reported again: several names may be at one place, and a hint or a count makes no other.
fn what_and_where(fault: &QueryFault) -> (&str, Option<(u32, u32)>, &str) {
    let name = if fault.code == "column-count" { None } else { fault.message.split('"').nth(1) };
    (fault.code.as_str(), fault.span, name.unwrap_or_default())
}

/// What comes over from the sources along the lines of a consumer: other values, other rows, other types.
pub(super) fn along(sources: &Sources<'_>, namespace: &str, lines: &[Line], findings: &mut Findings) {
    for line in lines {
        let Some(effect) = sources.effects.get(&line.source) else { continue };
        let old = effect.renamed.iter().find(|(_, new)| **new == line.column).map(|(old, _)| old);
        if let Some(why) = of_path(&effect.values, &line.column).or_else(|| effect.values.get(old?)) {
            other_values(sources, namespace, line, why, findings);
        }
        if let (Some(why), How::Aggregation, Some(target)) = (&effect.rows, line.how, &line.target) {
            let reason = format!("it is aggregated over {}, which {why}", sources.name(line.source));
            findings.column(target, Verdict::ValueChanges, reason, line.place.as_ref());
            findings.effect.values.insert(column_key(namespace, target), "is aggregated over other rows".to_owned());
        }
    }
    for (source, effect) in &sources.effects {
        if let Some(why) = &effect.rows {
            findings.whole(Verdict::RowsChange, format!("it is made from {}, which {why}", sources.name(*source)));
            findings.effect.rows = Some("has other rows".to_owned());
        }
    }
}

/// What is noted of a column, of one that it is a field of, or of a field of it.
fn of_path<'m>(noted: &'m BTreeMap<String, String>, column: &str) -> Option<&'m String> {
    let within = |path: &str, column: &str| path.strip_prefix(column).is_some_and(|rest| rest.starts_with('.'));
    let near = || noted.iter().find(|(path, _)| within(path, column) || within(column, path));
    noted.get(column).or_else(|| near().map(|(_, why)| why))
}

fn other_values(sources: &Sources<'_>, namespace: &str, line: &Line, why: &str, findings: &mut Findings) {
    let column = sources.column(line);
    let reason = format!("{} {column}, which {why}", line.how.verb());
    match &line.target {
        Some(target) => {
            let verdict = if line.how == How::Unknown { Verdict::MayBreak } else { Verdict::ValueChanges };
            findings.column(target, verdict, reason, line.place.as_ref());
            findings.effect.values.insert(column_key(namespace, target), "has other values".to_owned());
        }
        None => {
            findings.column(&column, Verdict::RowsChange, reason, line.place.as_ref());
            findings.effect.rows = Some("has other rows".to_owned());
        }
    }
}

/// Columns that are used and no longer there, where only lineage tells; and those of another type.
pub(super) fn lost(sources: &Sources<'_>, lines: &[Line], which: impl Fn(&Line) -> bool, findings: &mut Findings) {
    for line in lines.iter().filter(|line| which(line)) {
        let Some(effect) = sources.effects.get(&line.source) else { continue };
        let column = sources.column(line);
        if let Some(how) = effect.lost.get(&line.column) {
            let name = line.target.as_deref().unwrap_or(&column);
            let reason = format!("{} {column}, which {how}", line.how.verb());
            findings.column(name, Verdict::Breaks, reason, line.place.as_ref());
        }
    }
}

/// Takes from the columns of a dataset those that its maker makes as before and that the proposal takes from it.
pub(super) fn leave_out(shape: &mut Shape, base: &Shape, made: &Columns, namespace: &str) {
    let key = |name: &str| column_key(namespace, name);
    let kept: BTreeSet<String> = base.iter().map(|(name, _)| key(name)).collect();
    let old: BTreeSet<String> = made.columns.iter().map(|(name, _)| key(name)).collect();
    shape.retain(|(name, _)| kept.contains(&key(name)) || !old.contains(&key(name)));
}

/// The columns that a dataset has when its maker makes these: what was declared, as far as that still holds.
pub(super) fn reshaped(stored: Option<&Shape>, before: &Columns, after: &Columns, namespace: &str) -> Option<Shape> {
    let Some(stored) = stored else { return after.complete.then(|| after.columns.clone()) };
    if !before.complete || !after.complete {
        return Some(stored.clone());
    }
    let key = |name: &str| column_key(namespace, name);
    let old: Vec<String> = before.columns.iter().map(|(name, _)| key(name)).collect();
    let typed = |(name, data_type): &(String, Option<String>)| {
        let known = stored.iter().find(|(other, _)| key(other) == key(name));
        let was = before.columns.iter().find(|(other, _)| key(other) == key(name));
        let unchanged = was.is_some_and(|(_, was)| same_type(was, data_type));
        match known.filter(|_| unchanged) {
            Some(known) => known.clone(),
            None => (name.clone(), data_type.clone()),
        }
    };
    let made = after.columns.iter().map(typed);
    // What the table has beside what the query makes of it stays.
    let beside = stored.iter().filter(|(name, _)| !old.contains(&key(name)));
    let beside = beside.filter(|(name, _)| !after.columns.iter().any(|(other, _)| key(other) == key(name)));
    Some(made.chain(beside.cloned()).collect())
}

pub(super) fn same_type(before: &Option<String>, after: &Option<String>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => before.eq_ignore_ascii_case(after),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}
