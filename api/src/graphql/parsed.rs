//! What a text of SQL does, told as GraphQL and as JSON: one form for both.

use async_graphql::{Enum, SimpleObject};
use serde::Serialize;
use sql::{ColumnRef, Dialect, Lineage, TableName};

use super::enums::EdgeKind;
use crate::places::Places;

/// what a text of SQL does, statement by statement and as a whole
#[derive(SimpleObject, Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct ParsedSql {
    pub dialect: String,
    pub statements: Vec<SqlStatement>,
    /// from the first tables to the last, temporary ones seen through
    pub net: SqlNet,
    pub diagnostics: Vec<SqlDiagnostic>,
    /// false when lists were cut at `limit`, or more than 500 tables would have had to be looked up
    pub complete: bool,
}

#[derive(SimpleObject, Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct SqlStatement {
    pub kind: SqlStatementKind,
    pub span: SqlSpan,
    /// once for each place that names one
    pub reads: Vec<SqlTable>,
    pub writes: Vec<SqlTable>,
    /// the columns of the result of a query, in order
    pub outputs: Vec<SqlOutput>,
    pub edges: Vec<SqlEdge>,
    /// columns that decide which rows there are, not what is in them
    pub influences: Vec<SqlInfluence>,
    pub created: Vec<SqlCreated>,
    pub renamed: Vec<SqlRename>,
    pub dropped: Vec<String>,
}

#[derive(SimpleObject, Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct SqlNet {
    pub reads: Vec<SqlTable>,
    pub writes: Vec<SqlTable>,
    pub edges: Vec<SqlEdge>,
    pub influences: Vec<SqlInfluence>,
}

#[derive(Enum, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(remote = "sql::StatementKind")]
pub enum SqlStatementKind {
    Select,
    Insert,
    Update,
    Delete,
    Merge,
    CreateTable,
    CreateTableAs,
    CreateView,
    Alter,
    Drop,
    Truncate,
    Copy,
    Use,
    Other,
    Unparsed,
}

#[derive(Enum, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(remote = "sql::Severity")]
pub enum SqlSeverity {
    /// nothing is lost
    Note,
    /// some edges may be missing or uncertain
    Warning,
    /// a statement, or a part of it, gave no lineage
    Error,
}

/// a place in the text: characters from 0, and the line and column of the first, from 1
#[derive(SimpleObject, Serialize, Clone, Copy, Debug)]
pub struct SqlSpan {
    pub start: u64,
    pub end: u64,
    pub line: u64,
    pub column: u64,
}

#[derive(SimpleObject, Serialize, Clone, Debug)]
pub struct SqlTable {
    /// as the platform stores it, completed with the defaults in force
    pub name: String,
    pub alias: Option<String>,
    /// a file, stage or bucket, whose name is its address
    pub location: bool,
    pub temporary: bool,
    pub span: SqlSpan,
}

#[derive(SimpleObject, Serialize, Clone, Debug)]
pub struct SqlOutput {
    /// `*` for a star that could not be expanded
    pub name: String,
    pub r#type: Option<String>,
    pub span: SqlSpan,
}

#[derive(SimpleObject, Serialize, Clone, Debug)]
pub struct SqlColumn {
    /// null for a column of the result of a query
    pub table: Option<String>,
    pub column: String,
}

/// a value of `source` goes into, or decides about, one value of `target`
#[derive(SimpleObject, Serialize, Clone, Debug)]
pub struct SqlEdge {
    pub source: SqlColumn,
    pub target: SqlColumn,
    pub kind: EdgeKind,
    /// the value went through a function that hides it
    pub masking: bool,
    /// the column could be of several tables; there is one such edge for each
    pub ambiguous: bool,
    pub expression: String,
    pub span: SqlSpan,
}

#[derive(SimpleObject, Serialize, Clone, Debug)]
pub struct SqlInfluence {
    /// the table whose rows it decides; null for the result of a query, and where it decides about several
    pub target: Option<String>,
    pub source: SqlColumn,
    pub kind: EdgeKind,
    pub ambiguous: bool,
    pub span: SqlSpan,
}

#[derive(SimpleObject, Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct SqlCreated {
    pub name: String,
    pub columns: Vec<SqlCreatedColumn>,
    /// false when a star that could not be expanded hides some of them
    pub columns_complete: bool,
    pub temporary: bool,
    pub view: bool,
}

#[derive(SimpleObject, Serialize, Clone, Debug)]
pub struct SqlCreatedColumn {
    pub name: String,
    pub r#type: Option<String>,
}

#[derive(SimpleObject, Serialize, Clone, Debug)]
pub struct SqlRename {
    pub from: String,
    pub to: String,
}

/// something that was not understood
#[derive(SimpleObject, Serialize, Clone, Debug)]
pub struct SqlDiagnostic {
    /// stable
    pub code: String,
    pub severity: SqlSeverity,
    pub message: String,
    pub span: SqlSpan,
}

impl ParsedSql {
    /// Tells a lineage with at most `limit` items in all its lists together; the net lineage comes first.
    pub fn of(script: &sql::Script, lineage: &Lineage, diagnostics: &[sql::Diagnostic], limit: usize) -> ParsedSql {
        let mut teller =
            Teller { dialect: script.dialect(), places: Places::new(script.text()), left: limit, cut: false };
        let diagnostics = teller.list(diagnostics, Teller::diagnostic);
        let net = teller.net(&lineage.net);
        let statements = teller.list(&lineage.statements, Teller::statement);
        ParsedSql { dialect: script.dialect().name().to_owned(), statements, net, diagnostics, complete: !teller.cut }
    }
}

struct Teller {
    dialect: Dialect,
    places: Places,
    /// Items that may still be told.
    left: usize,
    cut: bool,
}

impl Teller {
    fn list<T, U>(&mut self, items: &[T], tell: impl Fn(&mut Teller, &T) -> U) -> Vec<U> {
        let count = items.len().min(self.left);
        self.left -= count;
        self.cut |= count < items.len();
        items[..count].iter().map(|item| tell(self, item)).collect()
    }

    fn net(&mut self, net: &sql::Net) -> SqlNet {
        SqlNet {
            reads: self.list(&net.reads, Teller::table),
            writes: self.list(&net.writes, Teller::table),
            edges: self.list(&net.edges, Teller::edge),
            influences: self.list(&net.influences, |teller, one| {
                let target = teller.target(&one.target);
                teller.influence(&one.influence, target)
            }),
        }
    }

    fn statement(&mut self, statement: &sql::StatementLineage) -> SqlStatement {
        let target = match statement.writes.as_slice() {
            [one] => Some(self.name(&one.name)),
            [] | [_, ..] => None,
        };
        SqlStatement {
            kind: statement.kind.into(),
            span: self.span(statement.span),
            reads: self.list(&statement.reads, Teller::table),
            writes: self.list(&statement.writes, Teller::table),
            outputs: self.list(&statement.outputs, Teller::output),
            edges: self.list(&statement.edges, Teller::edge),
            influences: self.list(&statement.influences, |teller, one| teller.influence(one, target.clone())),
            created: self.list(&statement.created, Teller::created),
            renamed: self.list(&statement.renamed, |teller, (from, to)| SqlRename {
                from: teller.name(from),
                to: teller.name(to),
            }),
            dropped: self.list(&statement.dropped, |teller, name| teller.name(name)),
        }
    }

    fn table(&mut self, used: &sql::TableUse) -> SqlTable {
        let name = if used.location { used.name.table().to_owned() } else { self.name(&used.name) };
        let (alias, span) = (used.alias.clone(), self.span(used.span));
        SqlTable { name, alias, location: used.location, temporary: used.temporary, span }
    }

    fn output(&mut self, column: &sql::OutputColumn) -> SqlOutput {
        SqlOutput { name: column.name.clone(), r#type: column.data_type.clone(), span: self.span(column.span) }
    }

    fn edge(&mut self, edge: &sql::ColumnEdge) -> SqlEdge {
        SqlEdge {
            source: self.column(&edge.source),
            target: self.column(&edge.target),
            kind: edge.kind.into(),
            masking: edge.masking,
            ambiguous: edge.ambiguous,
            expression: edge.expression.to_string(),
            span: self.span(edge.span),
        }
    }

    fn influence(&mut self, influence: &sql::Influence, target: Option<String>) -> SqlInfluence {
        SqlInfluence {
            target,
            source: self.column(&influence.source),
            kind: sql::EdgeKind::Indirect(influence.kind).into(),
            ambiguous: influence.ambiguous,
            span: self.span(influence.span),
        }
    }

    fn created(&mut self, table: &sql::CreatedTable) -> SqlCreated {
        SqlCreated {
            name: self.name(&table.name),
            columns: self.list(&table.columns, |_, column| SqlCreatedColumn {
                name: column.name.clone(),
                r#type: column.data_type.clone(),
            }),
            columns_complete: table.columns_complete,
            temporary: table.temporary,
            view: table.view,
        }
    }

    fn diagnostic(&mut self, found: &sql::Diagnostic) -> SqlDiagnostic {
        let (code, message) = (found.code.to_owned(), found.message.clone());
        SqlDiagnostic { code, severity: found.severity.into(), message, span: self.span(found.span) }
    }

    fn column(&self, column: &ColumnRef) -> SqlColumn {
        SqlColumn { table: self.target(&column.table), column: column.column.clone() }
    }

    fn target(&self, table: &TableName) -> Option<String> {
        (!table.parts.is_empty()).then(|| self.name(table))
    }

    fn name(&self, table: &TableName) -> String {
        table.stored(self.dialect)
    }

    fn span(&self, span: sql::Span) -> SqlSpan {
        SqlSpan::of(&self.places, span.start, span.end)
    }
}

impl SqlSpan {
    /// From and up to these bytes.
    pub fn of(places: &Places, start: usize, end: usize) -> SqlSpan {
        let (start, end) = (places.of(start), places.of(end));
        SqlSpan {
            start: start.character as u64,
            end: end.character as u64,
            line: start.line as u64,
            column: start.column as u64,
        }
    }
}

impl From<sql::EdgeKind> for EdgeKind {
    fn from(kind: sql::EdgeKind) -> EdgeKind {
        use sql::{Direct, Indirect};
        match kind {
            sql::EdgeKind::Direct(Direct::Identity) => EdgeKind::Identity,
            sql::EdgeKind::Direct(Direct::Transformation) => EdgeKind::Transformation,
            sql::EdgeKind::Direct(Direct::Aggregation) => EdgeKind::Aggregation,
            sql::EdgeKind::Indirect(Indirect::Join) => EdgeKind::Join,
            sql::EdgeKind::Indirect(Indirect::Filter) => EdgeKind::Filter,
            sql::EdgeKind::Indirect(Indirect::GroupBy) => EdgeKind::GroupBy,
            sql::EdgeKind::Indirect(Indirect::Sort) => EdgeKind::Sort,
            sql::EdgeKind::Indirect(Indirect::Window) => EdgeKind::Window,
            sql::EdgeKind::Indirect(Indirect::Conditional) => EdgeKind::Conditional,
        }
    }
}
