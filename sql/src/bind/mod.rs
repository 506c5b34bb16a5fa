//! Binding: scopes, qualified names, and columns traced to tables.

mod again;
mod answer;
mod change;
mod enclosing;
mod fields;
mod modify;
mod names;
mod query;
mod relation;
mod scope;
mod source;
mod star;
mod statement;
mod tables;
mod typed;

pub use again::{Binding, Changes, OutputChange, OutputChangeKind, Rebound, Retyped, RowChange, compare, rebind};
use relation::{Column, Origin, Relation, Sym, TableId};
use scope::Env;
use tables::Tables;
use typed::Notes;
pub use typed::{TypeChange, Types, bind_typed, compare_types};

use std::rc::Rc;

use foldhash::HashMap;

use crate::{
    catalog::{Catalog, Defaults},
    diagnostic::{Diagnostic, Severity, code},
    lineage::{Lineage, StatementLineage},
    script::{Effect, Name, Place, Script},
};

/// How deep queries in a script are followed; the parser follows no deeper.
const DEPTH: usize = 400;

/// Binds a script against a catalog: which columns every column comes from.
///
/// Tables that the script itself creates are known to the statements after. Never fails as a whole.
pub fn bind(script: &Script, catalog: &dyn Catalog, defaults: &Defaults) -> (Lineage, Vec<Diagnostic>) {
    bound(script, catalog, defaults, &mut None)
}

/// Binds, and notes types when that is asked for.
fn bound(
    script: &Script,
    catalog: &dyn Catalog,
    defaults: &Defaults,
    notes: &mut Option<Notes>,
) -> (Lineage, Vec<Diagnostic>) {
    let mut tables = Tables::new(script, catalog, defaults);
    let star = tables.symbols.intern("*");
    let mut binder = Binder {
        script,
        tables,
        star,
        found: Found::default(),
        diagnostics: Vec::new(),
        depth: 0,
        records: Vec::new(),
        structured: false,
        variables: HashMap::default(),
        net: Vec::new(),
        notes: notes.take(),
    };
    let statements = script.statements.iter().map(|statement| binder.statement(statement)).collect();
    let net = binder.finish_net();
    *notes = binder.notes.take();
    let mut diagnostics = binder.diagnostics;
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    diagnostics.dedup();
    (Lineage { statements, net }, diagnostics)
}

struct Binder<'a> {
    script: &'a Script,
    tables: Tables<'a>,
    /// The column `*`.
    star: Sym,
    /// What the current statement gave so far.
    found: Found,
    diagnostics: Vec<Diagnostic>,
    depth: usize,
    /// Whether a column was made whose fields are known.
    structured: bool,
    /// The rows that loops around the current statement run over, by the name of their variable.
    records: Vec<(Sym, Rc<Relation>)>,
    /// Where the values of variables come from, whichever statement gave them.
    variables: HashMap<Sym, Vec<Origin>>,
    /// What each statement gave, for the net lineage.
    net: Vec<Found>,
    /// Types, when they are asked for.
    notes: Option<Notes>,
}

/// A value on its way into a column of a table, or of the result.
#[derive(Clone, Copy)]
struct Edge {
    origin: Origin,
    target: Option<TableId>,
    column: Sym,
}

/// A table at a place.
type Use = (TableId, Option<Name>, Place);

#[derive(Clone, Default)]
struct Found {
    reads: Vec<Use>,
    /// Tables that are changed in place; they are in scope but not read from.
    targets: Vec<Use>,
    writes: Vec<Use>,
    outputs: Vec<Column>,
    edges: Vec<Edge>,
    influences: Vec<Origin>,
    /// With whether each is a view.
    created: Vec<(TableId, bool)>,
    altered: Vec<TableId>,
    renamed: Vec<(TableId, TableId)>,
    dropped: Vec<TableId>,
}

impl<'a> Binder<'a> {
    fn statement(&mut self, statement: &'a crate::script::Statement) -> StatementLineage {
        self.found = Found::default();
        for effect in &statement.effects {
            let returned = self.effect(effect, &Env::default());
            if matches!(effect, Effect::Fill(_) | Effect::Modify(_)) {
                self.found.outputs.extend(returned.columns.iter().cloned());
            }
        }
        self.next_statement_types();
        self.answer_statement(statement)
    }

    fn read(&mut self, id: TableId, alias: Option<Name>, place: Place) {
        if !self.tables.get(id).name.parts.is_empty() {
            self.found.reads.push((id, alias, place));
        }
    }

    fn write(&mut self, id: TableId, place: Place) {
        if !self.tables.get(id).name.parts.is_empty() {
            self.found.writes.push((id, None, place));
        }
    }

    fn report(&mut self, code: &'static str, severity: Severity, place: Place, message: String) {
        self.diagnostics.push(Diagnostic { code, severity, span: place.span(), message });
    }

    fn enter(&mut self) -> bool {
        if self.depth >= DEPTH {
            let message = format!("queries nested deeper than {DEPTH} levels are not followed");
            self.report(code::TOO_DEEP, Severity::Error, Place(0, 0), message);
            return false;
        }
        self.depth += 1;
        true
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }
}
