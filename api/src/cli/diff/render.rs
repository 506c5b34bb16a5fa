//! A difference for people: lines of text, or Markdown.

use std::fmt::Write;

use serde::Serialize;

use crate::graphql::diff::answer::{
    AspectChange, ChangeSource, Diff, EdgeChange, EdgeChangeKind, NodeChange, NodeChangeKind,
};

/// A text is shown up to so many characters; JSON has it whole.
const SHOWN: usize = 80;

/// One line a node or an edge, and one an aspect.
pub fn text(diff: &Diff) -> String {
    let mut out = format!("{}\n", head(diff));
    for node in &diff.nodes {
        line(&mut out, format_args!("{} {} {}{}", sign(node.change), word(&node.kind), subject(node), when(node)));
        for aspect in &node.aspects {
            line(&mut out, format_args!("    {}", aspect_line(aspect)));
        }
    }
    for edge in &diff.edges {
        line(&mut out, format_args!("{}", edge_line(edge)));
    }
    tail(diff).iter().for_each(|said| line(&mut out, format_args!("{said}")));
    out
}

/// A heading, a table of nodes and one of edges.
pub fn markdown(diff: &Diff) -> String {
    let mut out = format!("### {}\n", head(diff));
    if !diff.nodes.is_empty() {
        out.push_str("\n| | what | changes | revision | by |\n|---|---|---|---|---|\n");
    }
    for node in &diff.nodes {
        let aspects: Vec<String> = node.aspects.iter().map(|aspect| cell(&aspect_line(aspect))).collect();
        let revision = node.revision.map(|revision| revision.number.to_string()).unwrap_or_default();
        let (what, by) = (cell(&subject(node)), cell(&by(&node.made_by)));
        let (change, kind) = (word(&node.change), word(&node.kind));
        line(&mut out, format_args!("| {change} | {kind} {what} | {} | {revision} | {by} |", aspects.join("<br>")));
    }
    if !diff.edges.is_empty() {
        out.push_str("\n| lineage | by |\n|---|---|\n");
    }
    for edge in &diff.edges {
        line(&mut out, format_args!("| {} | {} |", cell(&edge_line(edge)), cell(&by(&edge.made_by))));
    }
    tail(diff).iter().for_each(|said| line(&mut out, format_args!("\n{said}")));
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("a string takes any text");
}

fn head(diff: &Diff) -> String {
    let (from, to) = (diff.from.number, diff.to.number);
    let (nodes, edges) = (diff.nodes.len(), diff.edges.len());
    if nodes + edges == 0 {
        return format!("nothing differs from revision {from} to {to}");
    }
    let more = if diff.page_info.has_next_page { ", and more" } else { "" };
    format!("from revision {from} to {to}: {nodes} nodes, {edges} edges{more}")
}

/// What is missing, and where to go on.
fn tail(diff: &Diff) -> Vec<String> {
    let mut said: Vec<String> = diff.reasons.iter().map(|reason| format!("not complete: {}", reason.message)).collect();
    let cursor = diff.page_info.end_cursor.as_ref().filter(|_| diff.page_info.has_next_page);
    said.extend(cursor.map(|cursor| {
        let (from, to) = (diff.from.number, diff.to.number);
        format!("more is behind `--from {from} --to {to} --after {cursor}`")
    }));
    said
}

fn sign(change: NodeChangeKind) -> char {
    match change {
        NodeChangeKind::Came => '+',
        NodeChangeKind::Went => '-',
        NodeChangeKind::Entered => '>',
        NodeChangeKind::Left => '<',
        NodeChangeKind::Changed => '~',
    }
}

fn subject(node: &NodeChange) -> String {
    let dataset = node.dataset.as_ref().map(|dataset| format!("{dataset} ")).unwrap_or_default();
    format!("{} {dataset}{}", node.namespace, node.name)
}

fn when(node: &NodeChange) -> String {
    let revision = node.revision.map(|revision| format!(" (revision {})", revision.number)).unwrap_or_default();
    let by = by(&node.made_by);
    if by.is_empty() { revision } else { format!("{revision} by {by}") }
}

fn by(sources: &[ChangeSource]) -> String {
    let mut told: Vec<String> = Vec::new();
    for source in sources {
        let one = match (&source.by, &source.run, &source.job) {
            (Some(person), _, _) => person.clone(),
            (None, Some(run), _) => run.to_string(),
            (None, None, Some(job)) => job.to_string(),
            (None, None, None) => word(&source.kind),
        };
        if !told.contains(&one) {
            told.push(one);
        }
    }
    told.join(", ")
}

fn aspect_line(change: &AspectChange) -> String {
    let key = change.key.as_ref().map(|key| format!(" `{key}`")).unwrap_or_default();
    let (before, after) = (shown(change.before.as_deref()), shown(change.after.as_deref()));
    let change_of = match (before.as_str(), after.as_str()) {
        ("", "") if change.after.is_some() => " came".to_owned(),
        ("", "") => " went".to_owned(),
        (before, "") => format!(": was {before}"),
        ("", after) => format!(": {after}"),
        (before, after) => format!(": {before} -> {after}"),
    };
    format!("{}{key}{change_of}", word(&change.aspect))
}

fn edge_line(edge: &EdgeChange) -> String {
    let sign = match edge.change {
        EdgeChangeKind::Came => '+',
        EdgeChangeKind::Went => '-',
    };
    let job = edge.job.as_ref().map(|job| format!(" by {}", job.0)).unwrap_or_default();
    format!("{sign} {} -> {} {}{job}", edge.from.0, edge.to.0, word(&edge.kind))
}

/// One line, in quotes, cut where it is long; empty when there is nothing.
fn shown(text: Option<&str>) -> String {
    let text = text.unwrap_or_default();
    if text.is_empty() {
        return String::new();
    }
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = one_line.chars().take(SHOWN).collect();
    let dots = if cut.len() < one_line.len() { "…" } else { "" };
    format!("\"{cut}{dots}\"")
}

/// A value of an enumeration as a word: `other name`.
fn word(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_lowercase));
    name.unwrap_or_default().replace('_', " ")
}

/// Text within a cell of a table.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}
