//! Net lineage as a graph for Graphviz: a record for each table, a port for each column.

use std::collections::BTreeMap;

use super::text::kind;
use crate::graphql::parsed::{ParsedSql, SqlColumn};

/// What stands for the rows of a table, which filters, joins and the like decide.
const ROWS: &str = "*";
/// What stands for the result of a query.
const RESULT: &str = "(result)";

pub fn of(told: &ParsedSql) -> String {
    let mut graph = Graph::default();
    for used in told.net.reads.iter().chain(&told.net.writes) {
        graph.tables.entry(used.name.clone()).or_default();
    }
    for edge in &told.net.edges {
        let (source, target) = (graph.port(&edge.source), graph.port(&edge.target));
        let style = if is_direct(&kind(edge.kind)) { "solid" } else { "dashed" };
        graph.edges.push(format!("{source} -> {target} [label=\"{}\", style={style}]", kind(edge.kind)));
    }
    for influence in &told.net.influences {
        let rows = SqlColumn { table: influence.target.clone(), column: ROWS.to_owned() };
        let (source, target) = (graph.port(&influence.source), graph.port(&rows));
        graph.edges.push(format!("{source} -> {target} [label=\"{}\", style=dashed]", kind(influence.kind)));
    }
    graph.printed()
}

fn is_direct(kind: &str) -> bool {
    matches!(kind, "identity" | "transformation" | "aggregation")
}

#[derive(Default)]
struct Graph {
    /// Each table with its columns, in the order in which they were met.
    tables: BTreeMap<String, Vec<String>>,
    edges: Vec<String>,
}

impl Graph {
    fn port(&mut self, column: &SqlColumn) -> String {
        let table = column.table.as_deref().unwrap_or(RESULT);
        let columns = self.tables.entry(table.to_owned()).or_default();
        let at = columns.iter().position(|known| *known == column.column).unwrap_or_else(|| {
            columns.push(column.column.clone());
            columns.len() - 1
        });
        format!("{}:p{at}", quoted(table))
    }

    fn printed(&self) -> String {
        let mut out = String::from("digraph lineage {\n  rankdir=LR;\n  node [shape=record];\n");
        for (table, columns) in &self.tables {
            let ports = columns.iter().enumerate().map(|(at, column)| format!(" | <p{at}> {}", escaped(column)));
            let label = format!("{}{}", escaped(table), ports.collect::<String>());
            out.push_str(&format!("  {} [label=\"{label}\"];\n", quoted(table)));
        }
        for edge in &self.edges {
            out.push_str(&format!("  {edge};\n"));
        }
        out + "}\n"
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A text within the label of a record.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|c| ("\\{}|<>\" ".contains(c)).then_some('\\').into_iter().chain([c])).collect()
}
