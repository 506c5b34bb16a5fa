//! Statements bound to edges.

use std::rc::Rc;

use super::{
    Binder,
    query::MADE,
    relation::{Column, Label, Origin, Relation, TableId},
    scope::{Env, Scope},
};
use crate::{
    diagnostic::{Severity, code},
    script::{Define, Effect, Fill, FillMode, Modify, Place, Relation as Written, Returning, Set, Statement},
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
            Effect::Rename { from, to } => self.rename(from, to),
            Effect::Swap(left, right) => self.swap(left, right),
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

    /// A statement inside a query: it does what it does, and its returned rows are read.
    pub(super) fn inner_statement(&mut self, statement: &'a Statement, env: &Env<'_>) -> Rc<Relation> {
        let mut last = Rc::default();
        for effect in &statement.effects {
            last = self.effect(effect, env);
        }
        last
    }

    fn answer(&mut self, relation: &Relation) {
        self.found.influences.extend(&relation.influences);
        for column in self.everything(relation) {
            self.edges_to(None, column.label, &column);
            self.found.outputs.push(column);
        }
    }

    fn edges_to(&mut self, target: Option<TableId>, label: Label, column: &Column) {
        let edges = column.origins.iter().map(|origin| super::Edge { origin: *origin, target, column: label.shown });
        self.found.edges.extend(edges);
    }

    fn fill(&mut self, fill: &'a Fill, env: &Env<'_>) -> Rc<Relation> {
        let relation = self.query(fill.query, env);
        let id = self.tables.resolve(self.script, &fill.target);
        self.write(id, fill.target.place);
        self.found.influences.extend(&relation.influences);
        let names = self.target_columns(fill, id, &relation);
        let filled = self.fill_columns(&relation, names.as_deref(), id);
        match fill.mode {
            FillMode::Create { temporary } => self.created(id, &filled, &relation, (temporary, false)),
            FillMode::View { temporary } => self.created(id, &filled, &relation, (temporary, true)),
            FillMode::Insert => {}
        }
        if let Some(conflict) = &fill.conflict {
            self.modify(conflict, env);
        }
        fill.returning.as_ref().map_or_else(Rc::default, |returning| {
            let rows = Relation { columns: filled, ..Relation::default() };
            self.returning_rows(returning, id, Rc::new(rows), env)
        })
    }

    /// The columns that are filled by position, where they are known.
    fn target_columns(&mut self, fill: &Fill, id: TableId, relation: &Relation) -> Option<Vec<Label>> {
        if !fill.columns.is_empty() && !fill.by_name {
            return Some(fill.columns.iter().map(|name| self.tables.label(*name)).collect());
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
    fn fill_columns(&mut self, relation: &Relation, names: Option<&[Label]>, id: TableId) -> Vec<Column> {
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

    fn define(&mut self, define: &'a Define) {
        let id = self.tables.resolve(self.script, &define.table);
        self.write(id, define.table.place);
        let mut columns: Vec<(Label, Option<Rc<str>>)> = Vec::new();
        let mut open = false;
        for parent in &define.like {
            let parent_id = self.tables.resolve(self.script, parent);
            self.read(parent_id, None, parent.place);
            let relation = Rc::clone(&self.tables.get(parent_id).relation);
            open |= relation.is_open();
            for column in self.everything(&relation) {
                if define.with_rows {
                    let at = column.origins.iter().map(|origin| origin.at(parent.place)).collect::<Vec<_>>();
                    self.edges_to(Some(id), column.label, &Column { origins: at.into(), ..column.clone() });
                }
                if column.label.key != self.star {
                    columns.push((column.label, column.data_type.clone()));
                }
            }
        }
        for (name, data_type) in &define.columns {
            let data_type = Some(data_type.as_str()).filter(|text| !text.is_empty()).map(Into::into);
            columns.push((self.tables.label(*name), data_type));
        }
        open |= columns.is_empty();
        self.tables.define(id, columns, open, define.temporary);
        self.found.created.push((id, false));
    }

    fn rename(&mut self, from: &'a crate::script::Table, to: &'a crate::script::Table) {
        let old = self.tables.resolve(self.script, from);
        self.write(old, from.place);
        let relation = Rc::clone(&self.tables.get(old).relation);
        let columns: Vec<_> = relation.columns.iter().map(|column| (column.label, column.data_type.clone())).collect();
        let new = self.tables.resolve(self.script, to);
        self.write(new, to.place);
        self.found.renamed.push((old, new));
        if self.tables.get(old).known {
            self.tables.define(new, columns, relation.is_open(), self.tables.get(old).temporary);
        }
        self.tables.forget(old);
    }

    fn swap(&mut self, left: &'a crate::script::Table, right: &'a crate::script::Table) {
        let (left_id, right_id) = (self.tables.resolve(self.script, left), self.tables.resolve(self.script, right));
        for (id, place) in [(left_id, left.place), (right_id, right.place)] {
            self.write(id, place);
            self.read(id, None, place);
        }
        self.found.renamed.extend([(left_id, right_id), (right_id, left_id)]);
    }

    fn modify(&mut self, modify: &'a Modify, env: &Env<'_>) -> Rc<Relation> {
        let mut env = env.clone();
        for cte in &modify.ctes {
            self.declare(cte, &mut env);
        }
        let mut scope = Scope::new(&env);
        let mut targets = Vec::new();
        let mut influences = Vec::new();
        for (index, source) in modify.sources.iter().enumerate() {
            let target = modify.targets.contains(&(index as u32));
            let reads = self.found.reads.len();
            self.add_source(source, &mut scope, &mut influences);
            let table = self.target_of(source);
            if let (true, Some((id, place))) = (target, table) {
                self.found.reads.truncate(reads);
                self.found.targets.push((id, source.alias, place));
                targets.push((index, id, place));
            }
        }
        for (reason, filter) in &modify.filters {
            let origins = self.origins(&scope, filter);
            influences.extend(origins.into_iter().map(|origin| origin.deciding(*reason)));
        }
        self.found.influences.extend(influences);
        let Some((_, first, _)) = targets.first().copied() else { return Rc::default() };
        self.changes(modify, &scope, &targets);
        modify.returning.as_ref().map_or_else(Rc::default, |returning| {
            let rows = Rc::clone(&self.tables.get(first).relation);
            let visible = std::mem::take(&mut scope.sources);
            let mut inner = Scope::new(&env);
            inner.sources = visible;
            self.returning(returning, first, rows, inner)
        })
    }

    /// The table behind a source, when it is one.
    fn target_of(&mut self, source: &'a crate::script::Source) -> Option<(TableId, Place)> {
        let Written::Table(table) = &source.relation else { return None };
        Some((self.tables.resolve(self.script, table), table.place))
    }

    fn changes(&mut self, modify: &'a Modify, scope: &Scope<'_>, targets: &[(usize, TableId, Place)]) {
        let first = targets[0];
        let mut written = Vec::new();
        for set in &modify.sets {
            let target = self.set(set, scope, targets);
            written.push(target);
        }
        for insert in &modify.inserts {
            let known = self.tables.get(first.1).relation.columns.iter().map(|column| column.label);
            let names: Vec<Label> = if insert.columns.is_empty() {
                known.collect()
            } else {
                insert.columns.iter().map(|name| self.tables.label(*name)).collect()
            };
            for (index, value) in insert.values.iter().enumerate() {
                let origins = self.origins(scope, value);
                let same_name = origins.iter().find(|origin| origin.is_identity()).map(|origin| origin.column);
                let shown = names.get(index).map(|label| label.shown).or(same_name);
                if let Some(shown) = shown {
                    self.push_edges(&origins, first.1, shown, value.place);
                }
            }
        }
        if modify.all_columns
            && let Some(source) = scope.sources.last()
        {
            let relation = Rc::clone(&source.relation);
            for column in self.everything(&relation) {
                self.edges_to(Some(first.1), column.label, &column);
            }
        }
        let sets_only = !modify.sets.is_empty() && modify.inserts.is_empty() && !modify.all_columns;
        for (index, id, place) in targets {
            // Of several joined tables only those change that something is assigned to.
            if !sets_only || targets.len() == 1 || written.contains(index) {
                self.write(*id, *place);
            } else {
                self.read(*id, modify.sources[*index].alias, *place);
            }
        }
    }

    /// One assignment; the answer is the index of the source it goes to.
    fn set(&mut self, set: &'a Set, scope: &Scope<'_>, targets: &[(usize, TableId, Place)]) -> usize {
        let keys = self.tables.path_keys(&set.qualifier);
        let label = self.tables.label(set.column);
        let named = |index: usize| scope.sources.get(index).is_some_and(|source| source.path.ends_with(&keys));
        let has = |index: usize| scope.sources.get(index).is_some_and(|source| source.relation.find(label).is_some());
        let chosen = if keys.is_empty() {
            targets.iter().find(|(index, ..)| has(*index)).or(targets.first())
        } else {
            targets.iter().find(|(index, ..)| named(*index))
        };
        let (index, id, _) = chosen.copied().unwrap_or(targets[0]);
        let origins = self.picked(scope, &set.value, set.pick);
        self.push_edges(&origins, id, label.shown, set.value.place);
        index
    }

    fn push_edges(&mut self, origins: &[Origin], target: TableId, column: super::relation::Sym, place: Place) {
        let edges = origins.iter().map(|origin| super::Edge { origin: origin.at(place), target: Some(target), column });
        self.found.edges.extend(edges);
    }

    fn returning_rows(
        &mut self,
        returning: &'a Returning,
        id: TableId,
        rows: Rc<Relation>,
        env: &Env<'_>,
    ) -> Rc<Relation> {
        let mut scope = Scope::new(env);
        let path = self.tables.get(id).name.clone();
        let keys = path.parts.iter().map(|part| self.tables.label_of(&part.value, part.quoted).key).collect();
        scope.add(keys, Rc::clone(&rows));
        self.returning(returning, id, rows, scope)
    }

    /// Changed rows that are answered, or put into another table.
    fn returning(
        &mut self,
        returning: &'a Returning,
        id: TableId,
        rows: Rc<Relation>,
        mut scope: Scope<'_>,
    ) -> Rc<Relation> {
        let own = Rc::clone(&self.tables.get(id).relation);
        for (name, relation) in [("inserted", &rows), ("new", &rows), ("deleted", &own), ("old", &own)] {
            let key = self.tables.label_of(name, false).key;
            scope.add(vec![key], Rc::clone(relation));
            if let Some(last) = scope.sources.last_mut() {
                last.unqualified = false;
            }
        }
        let mut result = Relation::default();
        for item in &returning.items {
            self.returned_item(item, &mut scope, &mut result);
        }
        result.sure = result.columns.len();
        if let Some(into) = &returning.into {
            let target = self.tables.resolve(self.script, into);
            self.write(target, into.place);
            let names: Vec<Label> = returning.columns.iter().map(|name| self.tables.label(*name)).collect();
            let names = Some(names).filter(|names| !names.is_empty());
            self.fill_columns(&result, names.as_deref(), target);
        }
        Rc::new(result)
    }

    fn returned_item(&mut self, item: &'a crate::script::Item, scope: &mut Scope<'_>, result: &mut Relation) {
        use crate::script::Item;
        match item {
            Item::Expr { expr, name } => {
                let origins = self.origins(scope, expr);
                let label = match name {
                    Some(name) => self.tables.label(*name),
                    None => self.tables.label_of(&format!("_col_{}", result.columns.len()), false),
                };
                let column = self.made(label, origins, expr.place);
                result.columns.push(column);
            }
            Item::Many { expr, names } => {
                let origins: Vec<Origin> =
                    self.origins(scope, expr).into_iter().map(|origin| origin.used(MADE)).collect();
                for name in names {
                    let column = self.made(self.tables.label(*name), origins.clone(), expr.place);
                    result.columns.push(column);
                }
            }
            Item::Star(star) => self.star(star, scope, result),
        }
    }
}

/// Fewer values than columns are allowed: the rest has defaults.
fn count_fits(values: usize, columns: usize) -> bool {
    values <= columns
}
