//! The engine asked as a corpus asks: one case in, and out the names that a scorer compares.

use serde::Serialize;

use crate::{
    diagnostic::{Diagnostic, Severity},
    dialect::{Dialect, UnknownDialect},
    lineage::{ColumnEdge, ColumnRef, EdgeKind, Indirect, Lineage, TableUse},
    name::{TableName, quoted},
    parse::parse,
    schema::Schema,
};

/// What the scorer reads of one case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Tables that the whole text reads, its temporary ones seen through.
    #[serde(rename = "in")]
    pub reads: Vec<String>,
    #[serde(rename = "out")]
    pub writes: Vec<String>,
    /// Source and target of each column that is inside the expression of another. Columns that only decide which
    /// rows there are, and in which order, are not among them. One that could be of several tables has no table.
    pub columns: Vec<[String; 2]>,
    /// The first thing that cost a statement its lineage.
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<String>,
    /// How many statements the text has.
    #[serde(skip)]
    pub statements: usize,
}

/// The lineage of a text as dotted names, spelled as the platform stores them.
pub fn answer(text: &str, dialect: &str, schema: &Schema) -> Result<Answer, UnknownDialect> {
    let dialect = Dialect::from_name(dialect)?;
    let (script, mut diagnostics) = parse(text, dialect);
    let (lineage, found) = crate::bind(&script, schema, schema.defaults());
    diagnostics.extend(found);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    let names = Names { dialect, lineage: &lineage };
    let error = diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    Ok(Answer {
        reads: names.tables(&lineage.net.reads),
        writes: names.tables(&lineage.net.writes),
        columns: lineage.net.edges.iter().filter(|edge| counts(edge)).map(|edge| names.edge(edge)).collect(),
        error: error.map(|error| error.message.clone()),
        diagnostics: diagnostics.iter().map(sentence).collect(),
        statements: script.statement_count(),
    })
}

fn sentence(diagnostic: &Diagnostic) -> String {
    format!("{}: {}", diagnostic.code, diagnostic.message)
}

/// Whether the source is inside the expression of its target.
fn counts(edge: &ColumnEdge) -> bool {
    match edge.kind {
        EdgeKind::Direct(_) | EdgeKind::Indirect(Indirect::Conditional | Indirect::Window) => true,
        EdgeKind::Indirect(Indirect::Join | Indirect::Filter | Indirect::GroupBy | Indirect::Sort) => false,
    }
}

struct Names<'a> {
    dialect: Dialect,
    lineage: &'a Lineage,
}

impl Names<'_> {
    fn tables(&self, uses: &[TableUse]) -> Vec<String> {
        uses.iter().map(|used| self.table(&used.name, used.location)).collect()
    }

    fn table(&self, table: &TableName, location: bool) -> String {
        if location {
            return format!("path:{}", table.table());
        }
        table.stored(self.dialect)
    }

    fn edge(&self, edge: &ColumnEdge) -> [String; 2] {
        let source = if edge.ambiguous { quoted(&edge.source.column) } else { self.column(&edge.source) };
        [source, self.column(&edge.target)]
    }

    fn column(&self, column: &ColumnRef) -> String {
        let name = quoted(&column.column);
        if column.table.parts.is_empty() {
            return name;
        }
        format!("{}.{name}", self.table(&column.table, self.is_location(&column.table)))
    }

    fn is_location(&self, table: &TableName) -> bool {
        let mut uses = self.lineage.net.reads.iter().chain(&self.lineage.net.writes);
        uses.any(|used| used.location && used.name == *table)
    }
}
