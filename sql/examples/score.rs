//! Answers the cases of a corpus in the form that the scorer reads.
//!
//! `cargo run -p sql --example score -- CASES.jsonl… > engine.jsonl`

use std::{env, fs, io::Write, process::ExitCode};

use serde_json::{Value, json};
use sql::{
    Catalog, Column, ColumnEdge, ColumnRef, Defaults, Dialect, EdgeKind, Indirect, Lineage, TableName, TableUse,
    lineage,
};

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    #[expect(clippy::disallowed_methods, reason = "a program reads its arguments")]
    let files: Vec<String> = env::args().skip(1).collect();
    for file in files {
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let answer = match serde_json::from_str(line) {
                Ok(case) => answer(&case),
                Err(error) => json!({ "error": error.to_string() }),
            };
            if writeln!(out, "{answer}").is_err() {
                return ExitCode::from(3);
            }
        }
    }
    ExitCode::SUCCESS
}

fn answer(case: &Value) -> Value {
    let id = case["id"].as_str().unwrap_or_default();
    let sql = case["sql"].as_str().unwrap_or_default();
    let dialect = match Dialect::from_name(case["dialect"].as_str().unwrap_or_default()) {
        Ok(dialect) => dialect,
        Err(error) => return json!({ "id": id, "error": error.to_string() }),
    };
    let schema = Schema::of(&case["schema"], dialect);
    let defaults = Defaults {
        catalog: case["schema"]["default_db"].as_str().map(str::to_owned),
        schema: case["schema"]["default_schema"].as_str().map(str::to_owned),
    };
    let (lineage, diagnostics) = lineage(sql, dialect, &schema, &defaults);
    let error = diagnostics.iter().find(|diagnostic| diagnostic.severity == sql::Severity::Error);
    let diagnostics: Vec<String> =
        diagnostics.iter().map(|diagnostic| format!("{}: {}", diagnostic.code, diagnostic.message)).collect();
    let shown = Shown { dialect };
    json!({
        "id": id,
        "in": shown.tables(&lineage.net.reads),
        "out": shown.tables(&lineage.net.writes),
        "columns": shown.columns(&lineage),
        "error": error.map(|error| &error.message),
        "diagnostics": diagnostics,
    })
}

/// The tables of a case.
struct Schema {
    dialect: Dialect,
    tables: Vec<(Vec<String>, Vec<Column>)>,
}

impl Schema {
    fn of(schema: &Value, dialect: Dialect) -> Schema {
        let tables = schema["tables"].as_object().into_iter().flatten();
        let tables = tables.map(|(name, columns)| {
            let columns = columns.as_array().into_iter().flatten().map(|column| Column {
                name: column[0].as_str().unwrap_or_default().to_owned(),
                data_type: column[1].as_str().map(str::to_owned),
            });
            (name.split('.').map(str::to_lowercase).collect(), columns.collect())
        });
        Schema { dialect, tables: tables.collect() }
    }
}

impl Catalog for Schema {
    fn columns(&self, table: &TableName) -> Option<Vec<Column>> {
        let parts = table.parts.iter().map(|part| self.dialect.fold(&part.value, part.quoted).to_lowercase());
        let wanted: Vec<String> = parts.collect();
        let exact = self.tables.iter().find(|(name, _)| *name == wanted);
        let mut similar = self.tables.iter().filter(|(name, _)| name.ends_with(&wanted) || wanted.ends_with(name));
        exact.or_else(|| similar.next()).map(|(_, columns)| columns.clone())
    }
}

/// Names as the platform stores them.
struct Shown {
    dialect: Dialect,
}

impl Shown {
    fn name(&self, table: &TableName, location: bool) -> String {
        if location {
            return format!("path:{}", table.table());
        }
        let parts = table.parts.iter().map(|part| quote(&self.dialect.stored(&part.value, part.quoted)));
        parts.collect::<Vec<_>>().join(".")
    }

    fn tables(&self, uses: &[TableUse]) -> Vec<String> {
        uses.iter().map(|used| self.name(&used.name, used.location)).collect()
    }

    fn columns(&self, lineage: &Lineage) -> Vec<[String; 2]> {
        let locations: Vec<&TableName> = lineage
            .net
            .reads
            .iter()
            .chain(&lineage.net.writes)
            .filter(|used| used.location)
            .map(|used| &used.name)
            .collect();
        let edges = lineage.net.edges.iter().filter(|edge| counts(edge));
        edges
            .map(|edge| {
                let source =
                    if edge.ambiguous { quote(&edge.source.column) } else { self.column(&edge.source, &locations) };
                [source, self.column(&edge.target, &locations)]
            })
            .collect()
    }

    fn column(&self, column: &ColumnRef, locations: &[&TableName]) -> String {
        let name = quote(&column.column);
        if column.table.parts.is_empty() {
            return name;
        }
        format!("{}.{name}", self.name(&column.table, locations.contains(&&column.table)))
    }
}

/// Whether the source is inside the expression of its target.
fn counts(edge: &ColumnEdge) -> bool {
    match edge.kind {
        EdgeKind::Direct(_) | EdgeKind::Indirect(Indirect::Conditional | Indirect::Window) => true,
        EdgeKind::Indirect(Indirect::Join | Indirect::Filter | Indirect::GroupBy | Indirect::Sort) => false,
    }
}

fn quote(part: &str) -> String {
    let plain = !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '*');
    if plain { part.to_owned() } else { format!("\"{}\"", part.replace('"', "\"\"")) }
}
