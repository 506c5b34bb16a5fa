//! Binding with types: what every expression is made of, and what another catalog makes of it.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    rc::Rc,
};

use super::{Binder, enclosing::Words, relation::Origin, scope::Scope};
use crate::{
    catalog::{Catalog, Defaults},
    diagnostic::Diagnostic,
    lineage::{Indirect, Lineage},
    name::Span,
    script::{Expr, Name, Place, Script, Target},
    typing::{self, Effect, Type, Use},
};

/// The types under every expression of a script, as one catalog gives them.
#[derive(Clone, Debug, Default)]
pub struct Types(BTreeMap<Key, Typed>);

/// Which statement, where in the text, and for what: the same expression may be a value and a key.
type Key = (usize, Span, Option<Indirect>);

#[derive(Clone, Debug, Default)]
struct Typed {
    /// By the names as written: their types, and how many parts name the column.
    names: BTreeMap<String, (Option<String>, usize)>,
    result: Option<String>,
}

/// An expression that is not what it was, because columns in it have other types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeChange {
    /// Which statement of the script.
    pub statement: usize,
    /// The whole expression.
    pub span: Span,
    /// What it is there for. A condition inside a value, like that of `CASE`, is part of the value.
    pub place: Use,
    /// The columns of another type, as the expression names them.
    pub names: Vec<String>,
    pub effect: Effect,
}

/// What the binder notes of types, when it is asked to.
#[derive(Default)]
pub(super) struct Notes {
    types: Types,
    statement: usize,
    /// What the expression decides that is bound now.
    deciding: Option<Indirect>,
    /// Made when a condition is first met.
    words: Option<Words>,
}

/// Like [`bind`](super::bind), and every expression gets a type where it can: outputs and created tables have types for
/// computed columns too. It parses every expression once more, so it is for when types matter.
pub fn bind_typed(script: &Script, catalog: &dyn Catalog, defaults: &Defaults) -> (Lineage, Vec<Diagnostic>, Types) {
    let mut notes = Some(Notes::default());
    let (lineage, diagnostics) = super::bound(script, catalog, defaults, &mut notes);
    (lineage, diagnostics, notes.unwrap_or_default().types)
}

/// What the expressions of a script become, whose columns have other types than before.
///
/// Both must be of this script. An expression that does the same with the new types is not told.
pub fn compare_types(script: &Script, before: &Types, after: &Types) -> Vec<TypeChange> {
    let mut changes = Vec::new();
    for (key, old) in &before.0 {
        let Some(new) = after.0.get(key).filter(|new| new.names != old.names) else { continue };
        let (statement, span, deciding) = *key;
        let place = deciding.map_or(Use::Value, Use::Condition);
        let effect = effect(script, span, place, (old, new));
        if effect != Effect::Same {
            let changed =
                old.names.iter().filter(|(name, found)| new.names.get(*name).is_none_or(|now| now.0 != found.0));
            let names = changed.map(|(name, _)| name.clone()).collect();
            changes.push(TypeChange { statement, span, place, names, effect });
        }
    }
    changes
}

fn effect(script: &Script, span: Span, place: Use, (old, new): (&Typed, &Typed)) -> Effect {
    let kind = script.dialect.kind();
    let text = script.text.get(span.start..span.end).unwrap_or_default();
    typing::retyped_all(text, script.dialect, place, &|name| {
        let (before, used) = old.names.get(name)?;
        let (after, _) = new.names.get(name)?;
        let read = |found: &Option<String>| Type::optional(found.as_deref(), kind);
        Some((read(before), read(after), *used))
    })
}

impl<'a> Binder<'a> {
    /// The origins of an expression that decides.
    pub(super) fn deciding(&mut self, scope: &Scope<'_>, expr: &'a Expr, reason: Indirect) -> Vec<Origin> {
        let outer = self.decide(Some(reason));
        let origins = self.origins(scope, expr);
        self.decide(outer);
        origins
    }

    /// What expressions decide from here on; the answer is what they did before.
    pub(super) fn decide(&mut self, reason: Option<Indirect>) -> Option<Indirect> {
        self.notes.as_mut().and_then(|notes| std::mem::replace(&mut notes.deciding, reason))
    }

    pub(super) fn next_statement_types(&mut self) {
        if let Some(notes) = &mut self.notes {
            notes.statement += 1;
        }
    }

    /// Notes what an expression is made of.
    pub(super) fn note_types(&mut self, scope: &Scope<'_>, expr: &'a Expr) {
        let script = self.script;
        let Some(notes) = &mut self.notes else { return };
        let span = match notes.deciding {
            None => expr.place.span(),
            Some(reason) => {
                let words = notes.words.get_or_insert_with(|| Words::of(&script.text, script.dialect));
                words.around(expr.place.span(), matches!(reason, Indirect::Filter | Indirect::Join))
            }
        };
        let key = (notes.statement, span, notes.deciding);
        let mut names = BTreeMap::new();
        let mut queries = 0;
        for found in &expr.refs {
            if let Target::Rows(query) = &found.target {
                let rows = self.query(*query, &scope.inner());
                let only = if let [only] = rows.columns.as_slice() { only.data_type.as_deref() } else { None };
                names.insert(typing::subquery(queries), (only.map(str::to_owned), 1));
                queries += 1;
            }
            let (Target::Column(path) | Target::Field { column: path, .. }) = &found.target else { continue };
            let written: Vec<&str> = path.iter().map(|name| self.written(*name)).collect();
            let written = written.join(".");
            if let Entry::Vacant(entry) = names.entry(written) {
                entry.insert(self.type_at(scope, path, found.place));
            }
        }
        let text = self.script.text.get(key.1.start..key.1.end).unwrap_or_default();
        let lookup = |name: &str| names.get(name).and_then(|(found, _)| found.clone());
        let result = typing::type_of(text, self.script.dialect, &lookup);
        if let Some(notes) = &mut self.notes {
            notes.types.0.insert(key, Typed { names, result });
        }
    }

    /// The type that was noted of a value.
    pub(super) fn noted_type(&self, place: Place) -> Option<Rc<str>> {
        let notes = self.notes.as_ref()?;
        notes.types.0.get(&(notes.statement, place.span(), None))?.result.as_deref().map(Rc::from)
    }

    /// The type of a column in scope; of what is made from others, those of the others.
    fn type_at(&mut self, scope: &Scope<'_>, path: &[Name], place: Place) -> (Option<String>, usize) {
        if let Some((column, used)) = self.column_at(scope, path)
            && let Some(data_type) = column.data_type
        {
            return (Some(data_type.to_string()), used);
        }
        let origins = self.column(scope, path, &[], place);
        let types: Vec<String> =
            origins.iter().filter_map(|origin| Some(self.data_type(origin)?.to_string())).collect();
        let found = match (origins.as_slice(), types.as_slice()) {
            (_, []) => None,
            ([only], [found]) if only.is_identity() => Some(found.clone()),
            (_, several) => Some(format!("made of {}", several.join(" and "))),
        };
        (found, path.len())
    }
}
