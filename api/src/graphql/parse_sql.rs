//! Lineage of a text that is only looked at.

use async_graphql::InputObject;
use graph::{NodeName, Revision};
use sql::{Column, Defaults, Diagnostic, Dialect, Lineage, Schema, Script, TableName};

use super::column;
use super::columns;
use super::error::{ApiError, Result};
use super::page;
use super::parsed::ParsedSql;
use super::scope::{AsOf, Scope};

/// A table that the text may name.
#[derive(InputObject)]
pub struct SqlTableInput {
    /// dotted; a part that holds a dot in double quotes
    name: String,
    columns: Vec<SqlColumnInput>,
}

#[derive(InputObject)]
pub struct SqlColumnInput {
    name: String,
    r#type: Option<String>,
}

pub struct Question {
    pub text: String,
    pub dialect: String,
    pub schema: Schema,
    /// Where tables that `schema` does not have are looked up.
    pub namespace: Option<String>,
    pub as_of: Option<AsOf>,
    pub limit: Option<i32>,
}

/// The most items of an answer.
const ITEMS: usize = 20_000;
/// The most tables that are looked up.
const TABLES: usize = 500;

/// The tables of the question, as a catalog.
pub fn schema(defaults: Defaults, tables: Vec<SqlTableInput>) -> Schema {
    let mut schema = Schema::new(defaults);
    for table in tables {
        let columns = table.columns.into_iter().map(|column| Column { name: column.name, data_type: column.r#type });
        schema.insert(&table.name, columns.collect());
    }
    schema
}

pub async fn answer(scope: &Scope, question: Question) -> Result<ParsedSql> {
    let limit = page::within("limit", question.limit, 2000, ITEMS)?;
    let dialect = Dialect::from_name(&question.dialect).map_err(|unknown| {
        let names: Vec<&str> = Dialect::all().map(|dialect| dialect.name()).collect();
        ApiError::bad_argument("dialect", format!("one of {}", names.join(", ")), format!("`{}`", unknown.name))
    })?;
    let text = question.text;
    let first = work(move || Read::new(&text, dialect, question.schema)).await?;
    let read = match question.namespace {
        Some(namespace) => {
            let at = scope.revision(question.as_of).await?.revision;
            looked_up(scope, &namespace, first, at).await?
        }
        None => first,
    };
    work(move || read.told(limit)).await
}

/// Runs what takes long beside the threads that wait.
async fn work<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
}

/// A text that was parsed, and bound with what is known.
struct Read {
    script: Script,
    schema: Schema,
    parsing: Vec<Diagnostic>,
    lineage: Lineage,
    binding: Vec<Diagnostic>,
    /// More tables are named than are looked up.
    cut: bool,
}

impl Read {
    fn new(text: &str, dialect: Dialect, schema: Schema) -> Read {
        let (script, parsing) = sql::parse(text, dialect);
        Read { script, schema, parsing, lineage: Lineage::default(), binding: Vec::new(), cut: false }.bound()
    }

    fn bound(mut self) -> Read {
        (self.lineage, self.binding) = sql::bind(&self.script, &self.schema, self.schema.defaults());
        self
    }

    fn told(mut self, limit: usize) -> ParsedSql {
        let mut diagnostics = self.parsing;
        diagnostics.append(&mut self.binding);
        diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        let told = ParsedSql::of(&self.script, &self.lineage, &diagnostics, limit);
        ParsedSql { complete: told.complete && !self.cut, ..told }
    }

    /// Tables that the text names and that nothing is known of, each once.
    fn unknown(&self) -> Vec<TableName> {
        let statements = &self.lineage.statements;
        let used = statements.iter().flat_map(|statement| statement.reads.iter().chain(&statement.writes));
        let mut names: Vec<TableName> =
            used.filter(|used| !used.location && !used.temporary).map(|used| used.name.clone()).collect();
        names.sort();
        names.dedup();
        names.retain(|name| sql::Catalog::columns(&self.schema, name).is_none());
        names
    }
}

/// Binds again with what the graph knew of the tables at a revision.
async fn looked_up(scope: &Scope, namespace: &str, mut read: Read, at: Revision) -> Result<Read> {
    let mut unknown = read.unknown();
    read.cut = unknown.len() > TABLES;
    unknown.truncate(TABLES);
    let asked = unknown.iter().map(|table| columns_of(scope, namespace, table, read.script.dialect(), at));
    let found = futures_util::future::try_join_all(asked).await?;
    for (table, columns) in unknown.iter().zip(found) {
        if let Some(columns) = columns {
            read.schema.insert(&table.stored(read.script.dialect()), columns);
        }
    }
    work(move || read.bound()).await
}

/// The top-level columns that the graph has of a table.
async fn columns_of(
    scope: &Scope,
    namespace: &str,
    table: &TableName,
    dialect: Dialect,
    at: Revision,
) -> Result<Option<Vec<Column>>> {
    let name = NodeName::Dataset(binding::dataset_name(namespace, table, dialect));
    let Some(dataset) = scope.named(name, at).await? else { return Ok(None) };
    let nodes = columns::of_dataset(scope, dataset.id, at).await?;
    let declared = nodes.iter().filter_map(|node| {
        let field = node.ingested.field.as_ref().filter(|field| field.declared && field.path.len() == 1)?;
        Some(Column { name: column::path(&node.name).to_owned(), data_type: field.data_type.clone() })
    });
    let columns: Vec<Column> = declared.collect();
    Ok((!columns.is_empty()).then_some(columns))
}
