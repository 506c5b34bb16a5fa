//! Column-level lineage of SQL.
//!
//! [`parse`] turns a text into a [`Script`]: it is split into statements, each is tokenised, some
//! tokens are rewritten, the rest is parsed by `sqlparser`, and the tree is lowered at once to a flat
//! form that holds only what binding needs. [`bind`] walks that form with a [`Catalog`]: it builds
//! scopes, qualifies every column reference and traces it to the columns of tables. A script may be
//! bound as often as needed; binding costs a fraction of parsing.
//!
//! Nothing here does I/O, keeps state between calls or fails as a whole: what is not understood is a
//! [`Diagnostic`], and the rest is answered. No type of the parser is public.

mod bind;
mod blocks;
pub mod cases;
mod catalog;
mod diagnostic;
mod dialect;
mod functions;
mod grammar;
mod lineage;
mod lower;
mod name;
mod parse;
mod positions;
mod repair;
mod scan;
mod schema;
mod script;
mod split;
mod template;
mod tokens;
mod typing;

pub use crate::{
    bind::{
        Binding, Changes, OutputChange, OutputChangeKind, Rebound, Retyped, RowChange, TypeChange, Types, bind,
        bind_typed, compare, compare_types, rebind,
    },
    catalog::{Catalog, Column, Defaults, EmptyCatalog},
    diagnostic::{Diagnostic, Severity, code},
    dialect::{Dialect, UnknownDialect},
    lineage::{
        ColumnEdge, ColumnRef, CreatedTable, Direct, EdgeKind, Indirect, Influence, Lineage, Net, OutputColumn,
        StatementKind, StatementLineage, TableInfluence, TableUse,
    },
    name::{Ident, Span, TableName},
    parse::{MAX_STATEMENT, MAX_TEXT, parse},
    schema::Schema,
    script::Script,
    split::split,
    typing::{Effect, OtherTypes, RetypedColumn, Type, Use, narrows, retyped, type_of, widens},
};

/// Parses and binds in one go.
///
/// The diagnostics of both stand in the order of the text.
pub fn lineage(text: &str, dialect: Dialect, catalog: &dyn Catalog, defaults: &Defaults) -> (Lineage, Vec<Diagnostic>) {
    let (script, mut diagnostics) = parse(text, dialect);
    let (lineage, found) = bind(&script, catalog, defaults);
    diagnostics.extend(found);
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    (lineage, diagnostics)
}
