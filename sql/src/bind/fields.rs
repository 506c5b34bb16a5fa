//! Structured values whose fields the statement itself gives.

use std::rc::Rc;

use super::{
    Binder,
    relation::{Column, Origin},
    scope::Scope,
};
use crate::script::{Expr, Name, Ref, Target, Usage};

impl<'a> Binder<'a> {
    /// The fields of what an expression makes, or hands on as it is.
    pub(super) fn fields_of(&mut self, scope: &Scope<'_>, expr: &'a Expr) -> Option<Rc<[Column]>> {
        if !expr.fields.is_empty() {
            self.structured = true;
            let mut fields = Vec::with_capacity(expr.fields.len());
            for (name, value) in &expr.fields {
                let origins = self.origins(scope, value);
                let column = self.made(self.tables.label(*name), origins, value.place);
                fields.push(Column { fields: self.fields_of(scope, value), ..column });
            }
            return Some(fields.into());
        }
        match expr.refs.as_slice() {
            [Ref { target: Target::Column(path), usage: Usage::IDENTITY, .. }] if self.structured => {
                self.known_column(scope, path)?.fields
            }
            _ => None,
        }
    }

    /// The origins of a field, when the fields of its column are known.
    pub(super) fn field(&mut self, scope: &Scope<'_>, path: &[Name], fields: &[Name]) -> Option<Vec<Origin>> {
        let (mut column, used) = self.column_at(scope, path)?;
        let rest: Vec<Name> = path[used..].iter().chain(fields).copied().collect();
        let mut rest = rest.as_slice();
        column.fields.as_ref().filter(|_| !rest.is_empty())?;
        while let (Some(inner), [name, after @ ..]) = (&column.fields, rest) {
            let label = self.tables.label(*name);
            column = inner.iter().find(|field| field.label.loose == label.loose)?.clone();
            rest = after;
        }
        Some(self.with_fields(column.origins.to_vec(), rest))
    }

    /// The column that a whole path names, if its source is known to have it.
    pub(super) fn known_column(&self, scope: &Scope<'_>, path: &[Name]) -> Option<Column> {
        let (mut column, used) = self.column_at(scope, path)?;
        for name in &path[used..] {
            let label = self.tables.label(*name);
            let inner = column.fields.as_ref()?.iter().find(|field| field.label.loose == label.loose)?.clone();
            column = inner;
        }
        Some(column)
    }

    /// The column that the first parts of a path name, and how many parts these are.
    pub(super) fn column_at(&self, scope: &Scope<'_>, path: &[Name]) -> Option<(Column, usize)> {
        let keys = self.tables.path_keys(path);
        let mut level = Some(scope);
        while let Some(here) = level {
            for length in (1..keys.len()).rev() {
                if let Some(source) = here.named(&keys[..length]) {
                    let column = source.relation.find(self.tables.label(path[length]))?;
                    return Some((column.clone(), length + 1));
                }
            }
            let label = self.tables.label(*path.first()?);
            let visible = here.sources.iter().filter(|source| source.unqualified);
            let mut having = visible.filter_map(|source| source.relation.find(label));
            match (having.next(), having.next()) {
                (Some(only), None) => return Some((only.clone(), 1)),
                (Some(_), Some(_)) => return None,
                (None, _) => level = here.env.outer,
            }
        }
        None
    }
}
