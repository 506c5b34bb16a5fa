//! What to do with one dataset, and why.

use std::sync::Arc;

use graph::names::platform;
use graph::{Node, NodeName, Tag};

use super::erasure::{Action, ErasureStep, Estimate, Held};
use super::keys::{KeyColumn, Likeness};
use super::state::{Form, State};
use super::statement::{Rows, Statement, column, statement};
use super::words::joined;

/// All that decides.
pub(super) struct Facts {
    pub dataset: Arc<Node>,
    pub held: Vec<Held>,
    pub holds: HoldingOf,
    /// The likest first.
    pub keys: Vec<KeyColumn>,
    /// How many keys were given.
    pub given: usize,
    pub through: Option<Lookup>,
    pub producers: Vec<Arc<Node>>,
    /// Something it is made from is in the plan.
    pub erased_upstream: bool,
    /// What it is made from and cannot be reached.
    pub unreached: Vec<Arc<Node>>,
    pub in_circle: bool,
}

/// Rows are found through another dataset with the key.
pub(super) struct Lookup {
    pub own: Arc<Node>,
    pub other: KeyColumn,
    pub key: KeyColumn,
    /// The other dataset is erased before.
    pub late: bool,
}

/// The strongest of what a dataset holds for sure, and whether it may hold more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct HoldingOf {
    pub sure: Option<Form>,
    pub maybe: bool,
}

impl HoldingOf {
    pub fn of(held: &[Held]) -> HoldingOf {
        let sure = held.iter().filter(|held| held.state.sure).map(|held| held.state.form).max();
        HoldingOf { sure, maybe: held.iter().any(|held| !held.state.sure) }
    }
}

/// How a dataset is filled, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Filled {
    /// A view: it has no rows of its own.
    View,
    /// Made anew each time.
    Anew,
    /// By a query that gives all of its rows; whether they replace what was there is not said.
    ByQuery,
    Unknown,
}

pub(super) fn decide(facts: Facts) -> ErasureStep {
    let (action, reason) = action(&facts);
    let retention = tag(&facts.dataset, &["retention", "retention-period", "keep-for"]);
    let hold = tag(&facts.dataset, &["legal-hold", "hold", "litigation-hold"]);
    let mut notes = notes(&facts, action);
    let (action, reason) = match (&hold, &retention, action) {
        (Some(hold), _, Action::Delete | Action::Rebuild) => (
            Action::CannotReach,
            format!("the tag `{hold}` says that it is held; nothing may be erased before that ends"),
        ),
        (None, Some(kept), Action::Delete) if emptied(&facts).next().is_some() => {
            notes.push("see that rows with empty columns satisfy the rule".to_owned());
            (
                Action::Anonymise,
                format!("{reason}; the tag `{kept}` says that rows are kept, so personal columns are emptied"),
            )
        }
        _ => (action, reason),
    };
    let statement = match action {
        Action::Delete => text(&facts, &[]),
        Action::Anonymise => text(&facts, &emptied(&facts).collect::<Vec<_>>()),
        Action::Rebuild | Action::NothingNeeded | Action::CannotReach => None,
    };
    ErasureStep {
        action,
        reason,
        statement,
        key: facts.keys.first().cloned().or_else(|| facts.through.as_ref().map(|through| through.key.clone())),
        own: facts.through.as_ref().filter(|_| facts.keys.is_empty()).map(|through| through.own.clone()),
        dataset: facts.dataset,
        holds: facts.held,
        jobs: facts.producers,
        notes,
        retention,
        hold,
        estimate: Estimate::default(),
    }
}

fn action(facts: &Facts) -> (Action, String) {
    let filled = filled(facts);
    if filled == Filled::View && facts.erased_upstream {
        return (Action::NothingNeeded, "it is a view and shows what it is made from".to_owned());
    }
    if let (false, Some(Form::Aggregate)) = (facts.holds.maybe, facts.holds.sure) {
        let reason = "only aggregates arrive; of how many people each is made is not known";
        return (Action::NothingNeeded, reason.to_owned());
    }
    if filled == Filled::Anew && facts.erased_upstream {
        return (Action::Rebuild, "its job makes it anew from what is erased before".to_owned());
    }
    if let (false, Some(Form::Pseudonymised)) = (facts.holds.maybe, facts.holds.sure) {
        let reason = "only pseudonymised data arrives; it stays personal data while somebody can tell whose it is";
        return (Action::NothingNeeded, reason.to_owned());
    }
    if filled == Filled::ByQuery && facts.erased_upstream {
        return (Action::Rebuild, "its job's query gives all of its rows from what is erased before".to_owned());
    }
    by_rows(facts)
}

/// Of what is not made anew: rows are deleted where they can be told.
fn by_rows(facts: &Facts) -> (Action, String) {
    let namespace = namespace(&facts.dataset);
    let platform = platform(namespace);
    if binding::dialect_of_platform(namespace).is_none() {
        let made = if facts.producers.is_empty() {
            "; nothing is known to make it anew"
        } else {
            "; whether its jobs make it anew is not known"
        };
        return (Action::CannotReach, format!("rows cannot be deleted from `{platform}` by a statement{made}"));
    }
    match (facts.keys.first(), &facts.through) {
        (Some(key), _) if key.likeness != Likeness::Masked => {
            (Action::Delete, format!("its rows are found by the key in `{}`", path(&key.column)))
        }
        (Some(key), _) => (Action::Delete, format!("its rows are found by the masked key in `{}`", path(&key.column))),
        (None, Some(through)) => {
            let (own, other) = (path(&through.own), &through.other.column.name);
            (Action::Delete, format!("its rows are found by `{own}` through {}", shown(other)))
        }
        (None, None) if facts.holds.sure.is_none() => {
            (Action::CannotReach, "what of it arrives is not known, and no column has the key".to_owned())
        }
        (None, None) => {
            (Action::CannotReach, "no column is known by which the rows of one subject are found".to_owned())
        }
    }
}

fn filled(facts: &Facts) -> Filled {
    let aspects = &facts.dataset.ingested;
    let kind = aspects.dataset_type.as_ref().map(|known| joined(&known.name)).unwrap_or_default();
    if kind == "view" {
        return Filled::View;
    }
    let change = aspects.lifecycle.as_ref().map(|lifecycle| lifecycle.change.to_ascii_uppercase());
    let replaced = change.is_some_and(|change| matches!(change.as_str(), "OVERWRITE" | "CREATE" | "TRUNCATE"));
    if facts.producers.is_empty() {
        return Filled::Unknown;
    }
    let by_jobs = facts.producers.iter().map(|job| by_job(job)).max_by_key(|filled| *filled as u8);
    if replaced || kind == "materialized-view" { Filled::Anew } else { by_jobs.unwrap_or(Filled::Unknown) }
}

/// By the first words of a job's query.
fn by_job(job: &Node) -> Filled {
    let Some(query) = &job.ingested.query else { return Filled::Unknown };
    let text = without_comments(&query.text).to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).take(6).collect();
    match words.as_slice() {
        ["create", rest @ ..] if rest.contains(&"view") && !rest.contains(&"materialized") => Filled::View,
        ["create", ..] | ["insert", "overwrite", ..] | ["truncate", ..] | ["replace", "table", ..] => Filled::Anew,
        ["select" | "with", ..] => Filled::ByQuery,
        _ => Filled::Unknown,
    }
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = [rest.find("--"), rest.find("/*")].into_iter().flatten().min() {
        out.push_str(rest.get(..start).unwrap_or_default());
        let tail = rest.get(start..).unwrap_or_default();
        let (end, skip) = if tail.starts_with("--") { (tail.find('\n'), 1) } else { (tail.find("*/"), 2) };
        rest = end.and_then(|end| tail.get(end + skip..)).unwrap_or_default();
        out.push(' ');
    }
    out.push_str(rest);
    out
}

fn notes(facts: &Facts, action: Action) -> Vec<String> {
    let mut notes = Vec::new();
    if action == Action::Rebuild && filled(facts) == Filled::ByQuery {
        notes.push("check that the job replaces the table and does not add to it".to_owned());
    }
    for from in &facts.unreached {
        notes.push(format!(
            "it is made from {}, which cannot be reached, and the data may come back",
            shown(&from.name)
        ));
    }
    if facts.in_circle {
        notes.push("it is made from itself in the end; stop its jobs until the whole circle is erased".to_owned());
    }
    if action == Action::Delete {
        notes.extend(key_notes(facts));
    }
    if facts.holds.maybe {
        notes.push("how some of it arrives is not known".to_owned());
    }
    notes
}

fn key_notes(facts: &Facts) -> Vec<String> {
    let mut notes = Vec::new();
    let key = facts.keys.first().or(facts.through.as_ref().map(|through| &through.key));
    match key.map(|key| key.likeness) {
        Some(Likeness::Changed) => {
            notes.push("the key is changed on its way here; change the parameter the same way".to_owned())
        }
        Some(Likeness::Masked) => {
            notes.push("the key is masked on its way here; mask the parameter the same way".to_owned())
        }
        Some(Likeness::Same) | None => {}
    }
    let Some(through) = facts.through.as_ref().filter(|_| facts.keys.is_empty()) else { return notes };
    let other = &through.other.column;
    if namespace(other) != namespace(&facts.dataset) {
        notes.push(format!("read the values of {} first, since it is on another server", shown(&other.name)));
    } else if through.late {
        notes.push(format!("read the values of {} before its rows are erased", shown(&other.name)));
    }
    notes
}

/// Columns to empty: what is personal and no key.
fn emptied(facts: &Facts) -> impl Iterator<Item = &str> {
    let is_key = |held: &Held| facts.keys.iter().any(|key| key.column.id == held.node.id);
    let counts = |held: &Held| {
        let said = held.standing.as_ref().is_some_and(|standing| standing.known.is_personal());
        held.state == State::START || said
    };
    facts
        .held
        .iter()
        .filter(move |held| counts(held) && !is_key(held))
        .filter_map(|held| Some(column(&held.node.name)?.1))
}

fn text(facts: &Facts, emptied: &[&str]) -> Option<Statement> {
    let NodeName::Dataset(table) = &facts.dataset.name else { return None };
    let named = |key: &KeyColumn| {
        let given = key.way.first().map_or(&key.column, |step| &step.from);
        match facts.given {
            1 => "subject_key".to_owned(),
            _ => format!("subject_{}", joined(path(given)).replace('-', "_")),
        }
    };
    if let Some(likest) = facts.keys.first() {
        let usable = facts.keys.iter().filter(|key| key.likeness == likest.likeness);
        let keys = usable.map(|key| (path(&key.column), named(key))).collect();
        return statement(table, &Rows::ByKey(keys), emptied);
    }
    let through = facts.through.as_ref()?;
    let (other, other_path) = column(&through.other.column.name)?;
    let keys = vec![(path(&through.key.column), named(&through.key))];
    let rows = Rows::Through { own: path(&through.own), table: other, other: other_path, keys };
    (other.namespace == table.namespace).then(|| statement(table, &rows, emptied))?
}

/// A tag with one of these keys, as it was written; a person's first.
fn tag(node: &Node, keys: &[&str]) -> Option<String> {
    let all = node.authored.tags.iter().chain(&node.ingested.tags);
    let found = all.into_iter().find(|tag: &&Tag| keys.contains(&joined(&tag.key).as_str()))?;
    Some(if found.value.is_empty() { found.key.clone() } else { format!("{}={}", found.key, found.value) })
}

fn namespace(node: &Node) -> &str {
    match &node.name {
        NodeName::Dataset(name) | NodeName::Job(name) | NodeName::Column(name, _) => &name.namespace,
        NodeName::Namespace(_) | NodeName::Owner(_) | NodeName::Tag(_) => "",
    }
}

fn path(node: &Node) -> &str {
    column(&node.name).map_or("", |(_, path)| path)
}

fn shown(name: &NodeName) -> String {
    match name {
        NodeName::Column(dataset, path) => format!("`{}.{path}`", dataset.name),
        NodeName::Dataset(name) | NodeName::Job(name) => format!("`{}`", name.name),
        NodeName::Namespace(name) | NodeName::Owner(name) | NodeName::Tag(name) => format!("`{name}`"),
    }
}
