//! A catalog that is written down: the tables of a file, each with its columns.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::{
    catalog::{Catalog, Column, Defaults},
    name::TableName,
};

/// Tables and their columns, read from
/// `{"default_db": …, "default_schema": …, "tables": {"schema.table": [["column", "type"], …]}}`.
///
/// Names compare without regard to case, and a name with fewer parts is the longer one that ends like it,
/// if there is only one. A listed name that lacks a schema is in the default one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct Schema {
    defaults: Defaults,
    /// By what stands after the last dot of the name, in lower case.
    tables: HashMap<String, Vec<Listed>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Listed {
    /// All parts in lower case, with dots between.
    name: String,
    columns: Vec<Column>,
}

/// The form of the file; a column is its name, and perhaps its type.
#[derive(Default, Deserialize)]
#[serde(default, expecting = "an object with `tables`, each a list of `[\"column\", \"type\"]`")]
struct Written {
    #[serde(alias = "default_catalog")]
    default_db: Option<String>,
    default_schema: Option<String>,
    tables: BTreeMap<String, Vec<Vec<Option<String>>>>,
}

impl From<Written> for Schema {
    fn from(written: Written) -> Schema {
        let defaults = Defaults { catalog: written.default_db, schema: written.default_schema };
        let mut schema = Schema { defaults, tables: HashMap::new() };
        for (name, columns) in written.tables {
            let columns = columns.into_iter().filter_map(|column| {
                let mut parts = column.into_iter();
                Some(Column { name: parts.next()??, data_type: parts.next().flatten() })
            });
            schema.add(&parts(&name), columns.collect());
        }
        schema
    }
}

impl Schema {
    /// Nothing is known but what completes names.
    pub fn new(defaults: Defaults) -> Schema {
        Schema { defaults, tables: HashMap::new() }
    }

    /// Adds a table; a dot divides its name unless it is within quotes.
    pub fn insert(&mut self, name: &str, columns: Vec<Column>) {
        self.add(&parts(name), columns);
    }

    /// What completes names that lack a catalog or a schema.
    pub fn defaults(&self) -> &Defaults {
        &self.defaults
    }

    fn add(&mut self, parts: &[String], columns: Vec<Column>) {
        let Defaults { catalog, schema } = &self.defaults;
        let outer = match (parts.len(), schema, catalog) {
            (1, Some(schema), Some(catalog)) => vec![catalog, schema],
            (1, Some(schema), None) => vec![schema],
            (2, _, Some(catalog)) => vec![catalog],
            _ => vec![],
        };
        let all: Vec<String> = outer.into_iter().chain(parts).map(|part| part.to_lowercase()).collect();
        let name = all.join(".");
        self.tables.entry(last(&name).to_owned()).or_default().push(Listed { name, columns });
    }
}

impl Catalog for Schema {
    fn columns(&self, table: &TableName) -> Option<Vec<Column>> {
        let wanted: Vec<String> = table.parts.iter().map(|part| part.value.to_lowercase()).collect();
        let wanted = wanted.join(".");
        let listed = self.tables.get(last(&wanted))?;
        let found = match listed.iter().find(|listed| listed.name == wanted) {
            Some(exact) => exact,
            None => only(listed, &wanted)?,
        };
        Some(found.columns.clone())
    }
}

/// What stands after the last dot, be it within quotes or not.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

/// The table that ends like the name or that the name ends like: the longest of these, else the only one of those.
fn only<'a>(listed: &'a [Listed], wanted: &str) -> Option<&'a Listed> {
    let shorter = listed.iter().filter(|listed| ends_like(wanted, &listed.name));
    if let Some(found) = shorter.max_by_key(|listed| listed.name.len()) {
        return Some(found);
    }
    let mut longer = listed.iter().filter(|listed| ends_like(&listed.name, wanted));
    let first = longer.next()?;
    longer.next().is_none().then_some(first)
}

fn ends_like(long: &str, short: &str) -> bool {
    long.strip_suffix(short).is_some_and(|rest| rest.ends_with('.'))
}

/// The parts of a dotted name; quotes around a part do not belong to it, and dots within them do not divide.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut inside: Option<char> = None;
    for c in name.chars() {
        match (inside, c) {
            (Some(quote), _) if c == quote => inside = None,
            (None, '"' | '`') => inside = Some(c),
            (None, '[') => inside = Some(']'),
            (None, '.') => parts.push(String::new()),
            (Some(_) | None, _) => parts.iter_mut().next_back().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Ident;

    fn columns(schema: &str, table: &str) -> String {
        let schema: Schema = serde_json::from_str(schema).expect("a schema");
        let table = TableName { parts: table.split('.').map(Ident::plain).collect() };
        match schema.columns(&table) {
            Some(columns) => columns.into_iter().map(|column| column.name).collect::<Vec<_>>().join(" "),
            None => "unknown".to_owned(),
        }
    }

    #[test]
    fn a_short_name_is_the_only_table_that_ends_like_it() {
        let schema =
            r#"{"tables": {"a.T": [["x", "int"], ["y", null], ["z"]], "b.u": [["p", "int"]], "c.u": [["q"]]}}"#;
        assert_eq!(columns(schema, "t"), "x y z");
        assert_eq!(columns(schema, "db.A.t"), "x y z");
        assert_eq!(columns(schema, "b.u"), "p");
        assert_eq!(columns(schema, "u"), "unknown");
        assert_eq!(columns(schema, "d.t"), "unknown");
    }

    #[test]
    fn listed_names_are_completed() {
        let schema = r#"{"default_db": "db", "default_schema": "s", "tables": {"t": [["x"]], "o.t": [["y"]]}}"#;
        assert_eq!(columns(schema, "db.s.t"), "x");
        assert_eq!(columns(schema, "s.t"), "x");
        assert_eq!(columns(schema, "o.t"), "y");
        assert_eq!(columns(schema, "p.t"), "unknown");
    }

    #[test]
    fn quotes_and_absent_parts() {
        let schema = r#"{"default_db": null, "tables": {"\"my db\".`t`": [["x"]], "p.`d.u`": [["y"]]}}"#;
        assert_eq!(columns(schema, "my db.t"), "x");
        assert_eq!(columns(schema, "p.d.u"), "y");
        assert_eq!(columns("{}", "t"), "unknown");
    }
}
