//! Names of tables, files and stages.

use sqlparser::ast;

use super::Lower;
use crate::{
    dialect::Kind,
    name::Ident,
    script::{Place, Table},
};

/// Formats that Spark lets stand where a schema would, before a path.
const FILE_FORMATS: [&str; 8] = ["parquet", "json", "csv", "orc", "delta", "avro", "text", "binaryfile"];

impl Lower<'_> {
    pub(super) fn table(&mut self, name: &ast::ObjectName) -> Table {
        let place = self.name_place(name);
        if let Some(address) = self.address(name) {
            return self.location(&address, place);
        }
        Table { path: self.path(name), location: false, place }
    }

    pub(super) fn location(&mut self, address: &str, place: Place) -> Table {
        let path = Box::new([self.arena.name(Ident::quoted(address))]);
        Table { path, location: true, place }
    }

    pub(super) fn ident_table(&mut self, ident: &ast::Ident) -> Table {
        Table { path: Box::new([self.name(ident)]), location: false, place: self.place(ident.span) }
    }

    /// The address, when the name is one of a file or stage.
    fn address(&self, name: &ast::ObjectName) -> Option<String> {
        let idents: Vec<&ast::Ident> = name.0.iter().filter_map(ast::ObjectNamePart::as_ident).collect();
        let first = idents.first()?;
        if first.quote_style == Some('\'') && idents.len() == 1 && !matches!(self.dialect.kind(), Kind::Snowflake) {
            return Some(first.value.clone());
        }
        if first.value.starts_with('@') && self.dialect.kind() == Kind::Snowflake {
            let parts: Vec<&str> = idents.iter().map(|ident| ident.value.as_str()).collect();
            return Some(parts.join("."));
        }
        let format = FILE_FORMATS.iter().any(|format| first.value.eq_ignore_ascii_case(format));
        match idents.as_slice() {
            [_, path] if format && path.quote_style.is_some() && path.value.contains('/') => Some(path.value.clone()),
            _ => None,
        }
    }
}
