//! Fixtures by construct: a statement on one line, its lineage on the next.
//!
//! In `tests/constructs/*.txt`, a line that begins with `[` names dialects and holds SQL; the line after, which
//! begins with `=>`, is the answer, or one such line for each dialect when they differ. A line that begins with
//! `tables` says what the catalog knows from there on. Everything else is prose. `UPDATE_EXPECT=1` writes the
//! answers; a person reads them.
//!
//! In an answer `c <- a.x` is the value itself, `c <- f(a.x)` one made from it, `agg` one made of several, `if` and
//! `over` and others a use that only decides; `hidden` goes through a function that masks; `?` is ambiguous. `rows`
//! are columns that decide which rows there are. `+` is what exists afterwards, `~` what has other columns, `-` what
//! no longer exists, `!` the codes of diagnostics.

#[path = "common/fixtures.rs"]
mod fixtures;

use std::fmt::Write;

use sql::{
    Column, ColumnEdge, ColumnRef, CreatedTable, Defaults, Dialect, Direct, EdgeKind, Indirect, Schema,
    StatementLineage,
};

#[test]
fn constructs() {
    fixtures::check("constructs", answered);
}

/// The text with the answers that are given now.
fn answered(text: &str) -> String {
    let mut out = String::new();
    let mut tables = "";
    for line in text.lines().filter(|line| !line.starts_with("=>")) {
        writeln!(out, "{line}").expect("writing to a string");
        if let Some(known) = line.strip_prefix("tables") {
            tables = known;
        } else if let Some((dialects, sql)) = line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
            out.push_str(&answers(dialects, tables, &sql.replace("\\n", "\n")));
        }
    }
    out
}

/// One line when all dialects agree but for the case of names, else one for each.
fn answers(dialects: &str, tables: &str, sql: &str) -> String {
    let each: Vec<(&str, String)> =
        dialects.split_whitespace().map(|dialect| (dialect, answer(dialect, tables, sql))).collect();
    if let [(_, only)] = each.as_slice() {
        return format!("=> {only}\n");
    }
    let first = each[0].1.to_lowercase();
    if each.iter().all(|(_, answer)| answer.to_lowercase() == first) {
        return format!("=> {first}\n");
    }
    each.into_iter().map(|(dialect, answer)| format!("=> {dialect}: {answer}\n")).collect()
}

fn answer(dialect: &str, tables: &str, sql: &str) -> String {
    let dialect = Dialect::from_name(dialect).expect("a known dialect");
    let (lineage, diagnostics) = sql::lineage(sql, dialect, &schema(tables), &Defaults::default());
    let mut parts: Vec<String> = lineage.statements.iter().map(statement).filter(|text| !text.is_empty()).collect();
    let mut codes: Vec<String> = diagnostics.iter().map(|found| format!("! {}", found.code)).collect();
    codes.dedup();
    parts.append(&mut codes);
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(" | ") }
}

/// `table(column type, …) …`; types may be left out.
fn schema(text: &str) -> Schema {
    let mut schema = Schema::new(Defaults::default());
    for (name, columns) in text.split(')').filter_map(|table| table.split_once('(')) {
        let columns = columns.split(',').map(|column| match column.trim().split_once(' ') {
            Some((name, data_type)) => Column { name: name.to_owned(), data_type: Some(data_type.to_owned()) },
            None => Column { name: column.trim().to_owned(), data_type: None },
        });
        schema.insert(name.trim(), columns.collect());
    }
    schema
}

fn statement(found: &StatementLineage) -> String {
    let mut parts = targets(&found.edges);
    parts.extend(outputs(found));
    let edged = |name: &sql::TableName| found.edges.iter().any(|edge| edge.source.table == *name);
    let unread = found.reads.iter().filter(|used| !edged(&used.name)).map(|used| used.name.to_string());
    let unread: Vec<String> = unread.collect();
    if !unread.is_empty() {
        parts.push(format!("reads {}", unread.join(", ")));
    }
    let written = |name: &sql::TableName| found.edges.iter().any(|edge| edge.target.table == *name);
    let unwritten = found.writes.iter().filter(|used| !written(&used.name)).map(|used| used.name.to_string());
    let unwritten: Vec<String> = unwritten.collect();
    if !unwritten.is_empty() {
        parts.push(format!("writes {}", unwritten.join(", ")));
    }
    let rows: Vec<String> = found.influences.iter().map(|found| use_of(indirect(found.kind), &found.source)).collect();
    if !rows.is_empty() {
        parts.push(format!("rows {}", rows.join(", ")));
    }
    parts.extend(found.created.iter().map(created));
    parts.extend(found.altered.iter().map(|table| format!("~{}", &created(table)[1..])));
    parts.extend(found.renamed.iter().map(|(from, to)| format!("{from} => {to}")));
    parts.extend(found.dropped.iter().map(|table| format!("- {table}")));
    parts.join("; ")
}

/// The columns of the result, where edges do not say it all.
fn outputs(found: &StatementLineage) -> Option<String> {
    let edged =
        |name: &str| found.edges.iter().any(|edge| edge.target.table.parts.is_empty() && edge.target.column == name);
    if found.outputs.iter().all(|column| column.data_type.is_none() && edged(&column.name)) {
        return None;
    }
    let shown = found.outputs.iter().map(|column| match &column.data_type {
        Some(data_type) => format!("{} {data_type}", column.name),
        None => column.name.clone(),
    });
    Some(format!("out {}", shown.collect::<Vec<_>>().join(", ")))
}

/// `target <- its sources`, in the order of the edges.
fn targets(edges: &[ColumnEdge]) -> Vec<String> {
    let mut targets: Vec<(&ColumnRef, Vec<String>)> = Vec::new();
    for edge in edges {
        let source = source(edge);
        match targets.iter_mut().find(|(target, _)| *target == &edge.target) {
            Some((_, sources)) => sources.push(source),
            None => targets.push((&edge.target, vec![source])),
        }
    }
    targets.iter().map(|(target, sources)| format!("{} <- {}", name(target), sources.join(", "))).collect()
}

fn source(edge: &ColumnEdge) -> String {
    let unsure = if edge.ambiguous { "?" } else { "" };
    let shown = match edge.kind {
        EdgeKind::Direct(Direct::Identity) => name(&edge.source),
        EdgeKind::Direct(Direct::Transformation) => use_of("f", &edge.source),
        EdgeKind::Direct(Direct::Aggregation) => use_of("agg", &edge.source),
        EdgeKind::Indirect(kind) => use_of(indirect(kind), &edge.source),
    };
    if edge.masking { format!("hidden {shown}{unsure}") } else { format!("{shown}{unsure}") }
}

fn use_of(what: &str, column: &ColumnRef) -> String {
    format!("{what}({})", name(column))
}

fn name(column: &ColumnRef) -> String {
    if column.table.parts.is_empty() { column.column.clone() } else { format!("{}.{}", column.table, column.column) }
}

fn indirect(kind: Indirect) -> &'static str {
    match kind {
        Indirect::Join => "join",
        Indirect::Filter => "where",
        Indirect::GroupBy => "group",
        Indirect::Sort => "sort",
        Indirect::Window => "over",
        Indirect::Conditional => "if",
    }
}

fn created(table: &CreatedTable) -> String {
    let columns = table.columns.iter().map(|column| match &column.data_type {
        Some(data_type) => format!("{} {data_type}", column.name),
        None => column.name.clone(),
    });
    let mut columns: Vec<String> = columns.collect();
    if !table.columns_complete {
        columns.push("…".to_owned());
    }
    format!("+ {}({})", table.name, columns.join(", "))
}
