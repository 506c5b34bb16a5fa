//! Statements bound to edges.

use std::rc::Rc;

use super::{
    Binder,
    relation::{Column, Label, Relation, TableId, distinct},
    scope::{Env, Scope},
};
use crate::{
    diagnostic::{Severity, code},
    script::{Effect, Fill, FillMode, Name, Place, Statement},
};

impl<'a> Binder<'a> {
    pub(super) fn effect(&mut self, effect: &'a Effect, env: &Env<'_>) -> Rc<Relation> {
        match effect {
            Effect::Answer(query) => {
                let relation = self.query(*query, env);
                self.answer(&relation);
                return relation;
            }
            Effect::Fill(fill) => return self.fill(fill, env),
            Effect::Modify(modify) => return self.modify(modify, env),
            Effect::Define(define) => self.define(define),
            Effect::Alter { table, changes } => self.alter(table, changes),
            Effect::Touch { reads, writes } => {
                for table in reads {
                    let id = self.tables.resolve(self.script, table);
                    self.read(id, None, table.place);
                }
                for table in writes {
                    let id = self.tables.resolve(self.script, table);
                    self.write(id, table.place);
                }
            }
            Effect::Drop(tables) => {
                for table in tables {
                    let id = self.tables.resolve(self.script, table);
                    self.write(id, table.place);
                    self.found.dropped.push(id);
                    self.tables.forget(id);
                }
            }
            Effect::Record { name, query } => {
                let relation = self.query(*query, env);
                self.records.push((self.tables.label(*name).key, relation));
            }
            Effect::Assign { names, query } => {
                let relation = self.query(*query, env);
                self.assign(names, &relation);
            }
            Effect::Fetch { cursor, into } => self.fetch(*cursor, into),
            Effect::Rename { from, to } => self.rename(from, to),
            Effect::Swap(left, right) => self.swap(left, right),
            Effect::Alias { name, target } => self.tables.alias(self.script, name, target),
            Effect::Use { catalog, schema } => {
                if let Some(catalog) = catalog {
                    self.tables.defaults.catalog = Some(self.written(*catalog).to_owned());
                }
                if let Some(schema) = schema {
                    self.tables.defaults.schema = Some(self.written(*schema).to_owned());
                }
            }
        }
        Rc::default()
    }

    fn assign(&mut self, names: &[Name], relation: &Relation) {
        for (name, column) in names.iter().zip(&relation.columns) {
            let key = self.tables.label(*name).key;
            let values = self.variables.entry(key).or_default();
            values.extend(column.origins.iter().chain(&relation.influences));
            *values = distinct(std::mem::take(values));
        }
    }

    /// One variable may hold a whole row of the cursor.
    fn fetch(&mut self, cursor: Name, into: &[Name]) {
        let key = self.tables.label(cursor).key;
        let Some((_, rows)) = self.records.iter().rev().find(|(record, _)| *record == key) else { return };
        let rows = Rc::clone(rows);
        match into {
            [row] if rows.columns.len() != 1 => self.records.push((self.tables.label(*row).key, rows)),
            _ => self.assign(into, &rows),
        }
    }

    /// A statement inside a query: it does what it does, and its returned rows are read.
    pub(super) fn inner_statement(&mut self, statement: &'a Statement, env: &Env<'_>) -> Rc<Relation> {
        let mut last = Rc::default();
        for effect in &statement.effects {
            last = self.effect(effect, env);
            // The rows that are given back are read on.
            if let (Effect::Modify(modify), Some((id, alias, place))) = (effect, self.found.targets.last().copied())
                && modify.returning.is_some()
            {
                self.read(id, alias, place);
            }
        }
        last
    }

    fn answer(&mut self, relation: &Relation) {
        self.found.influences.extend(&relation.influences);
        self.check_answer(relation);
        for column in self.everything(relation) {
            self.edges_to(None, column.label, &column);
            self.found.outputs.push(column);
        }
    }

    pub(super) fn edges_to(&mut self, target: Option<TableId>, label: Label, column: &Column) {
        let edges = column.origins.iter().map(|origin| super::Edge { origin: *origin, target, column: label.shown });
        self.found.edges.extend(edges);
    }

    fn fill(&mut self, fill: &'a Fill, env: &Env<'_>) -> Rc<Relation> {
        let relation = self.query(fill.query, env);
        let id = self.tables.resolve(self.script, &fill.target);
        self.write(id, fill.target.place);
        self.found.influences.extend(&relation.influences);
        self.check_columns(fill, id, &relation);
        let names = self.target_columns(fill, id, &relation);
        self.check_filled(fill, &relation, names.as_deref());
        let relation = self.named_apart(fill, relation, names.is_some());
        let filled = self.fill_columns(&relation, names.as_deref(), id);
        match fill.mode {
            FillMode::Create { temporary } => self.created(id, &filled, &relation, (temporary, false)),
            FillMode::View { temporary } => self.created(id, &filled, &relation, (temporary, true)),
            FillMode::Insert => {}
        }
        if let Some(conflict) = &fill.conflict {
            self.modify(conflict, env);
        }
        let Some(returning) = &fill.returning else { return Rc::default() };
        let values = filled.into_iter().map(|column| (column.label.shown, column.origins)).collect();
        let rows = self.overlaid(id, values);
        let path = self.tables.get(id).name.clone();
        let keys = path.parts.iter().map(|part| self.tables.label_of(&part.value, part.quoted).key).collect();
        let mut scope = Scope::new(env);
        scope.add(keys, Rc::clone(&rows));
        self.returning(returning, id, rows, scope)
    }

    /// The columns of a table or view that is created as its query names them.
    fn named_apart(&mut self, fill: &Fill, relation: Rc<Relation>, named: bool) -> Rc<Relation> {
        if named || matches!(fill.mode, FillMode::Insert) {
            return relation;
        }
        let mut apart = (*relation).clone();
        self.created_apart(&mut apart.columns, fill.target.place);
        Rc::new(apart)
    }

    /// Says which of the named columns the known target lacks, and whether there are values for all.
    fn check_columns(&mut self, fill: &Fill, id: TableId, relation: &Relation) {
        if fill.columns.is_empty() || !matches!(fill.mode, FillMode::Insert) {
            return;
        }
        for name in &fill.columns {
            self.check_target(id, *name, fill.target.place);
        }
        let (count, wanted) = (relation.columns.len(), fill.columns.len());
        let constants = relation.columns.iter().all(|column| column.origins.is_empty());
        if !fill.by_name && !relation.is_open() && relation.any.is_none() && count < wanted && !constants {
            let message = format!("{count} values for {wanted} columns: expected equally many");
            self.report(code::COLUMN_COUNT, Severity::Warning, fill.target.place, message);
        }
    }

    /// Reports a column that is written to and that its known table lacks.
    pub(super) fn check_target(&mut self, id: TableId, name: Name, place: Place) {
        let relation = Rc::clone(&self.tables.get(id).relation);
        if !relation.is_open() && !relation.columns.is_empty() && relation.find(self.tables.label(name)).is_none() {
            self.report_unknown(relation.columns.iter().map(|column| column.label), name, place);
        }
    }

    /// The columns that are filled by position, where they are known.
    fn target_columns(&mut self, fill: &Fill, id: TableId, relation: &Relation) -> Option<Vec<Label>> {
        if !fill.columns.is_empty() && !fill.by_name {
            let named: Vec<Label> = fill.columns.iter().map(|name| self.tables.label(*name)).collect();
            let partly = !matches!(fill.mode, FillMode::Insert) && self.script.dialect.names_partly();
            let rest = relation.columns.iter().skip(named.len()).filter(|_| partly && !relation.is_open());
            return Some(named.into_iter().chain(rest.map(|column| column.label)).collect());
        }
        if fill.by_name || !matches!(fill.mode, FillMode::Insert) {
            return None;
        }
        let dynamic: Vec<Label> = fill.dynamic.iter().map(|name| self.tables.label(*name)).collect();
        let fixed: Vec<Label> = fill.fixed.iter().map(|name| self.tables.label(*name)).collect();
        let target = self.tables.get(id);
        if target.known && !target.relation.is_open() {
            let partition = |label: &Label| dynamic.iter().chain(&fixed).any(|other| other.loose == label.loose);
            let columns = target.relation.columns.iter().map(|column| column.label);
            return Some(columns.filter(|label| !partition(label)).chain(dynamic.iter().copied()).collect());
        }
        if dynamic.is_empty() || relation.is_open() {
            return None;
        }
        let plain = relation.columns.len().saturating_sub(dynamic.len());
        let names = relation.columns.iter().take(plain).map(|column| column.label);
        Some(names.chain(dynamic).collect())
    }

    /// The edges into the target, and what its columns then hold.
    pub(super) fn fill_columns(&mut self, relation: &Relation, names: Option<&[Label]>, id: TableId) -> Vec<Column> {
        let mut filled = Vec::new();
        let columns = self.everything(relation);
        let count = relation.columns.len();
        for (index, column) in columns.iter().enumerate() {
            let label = match names {
                None => Some(column.label),
                Some(names) if !relation.is_open() => names.get(index).copied(),
                Some(names) if index < relation.sure => names.get(index).copied(),
                // After an unknown number of columns, positions count from the end.
                Some(names) if index < count => (names.len() + index).checked_sub(count).map(|at| names[at]),
                Some(_) => Some(column.label),
            };
            let Some(label) = label else { continue };
            self.edges_to(Some(id), label, column);
            filled.push(Column { label, ..column.clone() });
        }
        if let Some(names) = names.filter(|names| !relation.is_open() && !count_fits(count, names.len())) {
            let place = relation.columns.first().map_or(Place(0, 0), |column| column.place);
            let message = format!("{count} values for {} columns: expected at most as many", names.len());
            self.report(code::COLUMN_COUNT, Severity::Warning, place, message);
        }
        filled
    }

    fn created(&mut self, id: TableId, filled: &[Column], relation: &Relation, (temporary, view): (bool, bool)) {
        let known = filled.iter().filter(|column| column.label.key != self.star);
        let columns: Vec<_> = known.map(|column| (column.label, column.data_type.clone())).collect();
        let open = relation.is_open() || relation.any.is_some();
        self.tables.define(id, columns, open, temporary);
        self.found.created.push((id, view));
    }
}

/// Fewer values than columns are allowed: the rest has defaults.
fn count_fits(values: usize, columns: usize) -> bool {
    values <= columns
}
