//! Rows changed in place: `UPDATE`, `DELETE`, `MERGE`, and the rows that such statements give back.

use std::rc::Rc;

use super::{
    Binder, Edge,
    query::MADE,
    relation::{Column, Label, Origin, Origins, Relation, Sym, TableId},
    scope::{Env, Scope},
};
use crate::diagnostic::{Severity, code};
use crate::script::{Item, MergeInsert, Modify, Place, Relation as Written, Returning, Set, Source};

/// A source whose rows change.
#[derive(Clone, Copy)]
struct Changed {
    /// Which of the sources it is.
    index: usize,
    table: TableId,
    place: Place,
}

impl<'a> Binder<'a> {
    pub(super) fn modify(&mut self, modify: &'a Modify, env: &Env<'_>) -> Rc<Relation> {
        let mut env = env.clone();
        for cte in &modify.ctes {
            self.declare(cte, &mut env);
        }
        let mut scope = Scope::new(&env);
        let mut targets = Vec::new();
        let mut influences = Vec::new();
        for (index, source) in modify.sources.iter().enumerate() {
            let reads = self.found.reads.len();
            self.add_source(source, &mut scope, &mut influences);
            let target = modify.targets.contains(&(index as u32));
            if let (true, Some(table)) = (target, self.target_of(source, &scope)) {
                self.found.reads.truncate(reads);
                self.found.targets.push((table, source.alias, source.place));
                targets.push(Changed { index, table, place: source.place });
            }
        }
        for (reason, filter) in &modify.filters {
            let origins = self.deciding(&scope, filter, *reason);
            influences.extend(origins.into_iter().map(|origin| origin.deciding(*reason)));
        }
        self.found.influences.extend(influences);
        let Some(first) = targets.first().copied() else { return Rc::default() };
        let before = self.found.edges.len();
        self.changes(modify, &mut scope, &targets);
        self.read_of_targets(modify, &targets, before);
        let Some(returning) = &modify.returning else { return Rc::default() };
        let rows = self.rows_after(first.table, before);
        let visible = std::mem::take(&mut scope.sources);
        let mut inner = Scope::new(&env);
        inner.sources = visible;
        if let Some(changed) = inner.sources.get_mut(first.index) {
            changed.relation = Rc::clone(&rows);
        }
        self.returning(returning, first.table, rows, inner)
    }

    /// A target whose values go into another target is read from, too.
    fn read_of_targets(&mut self, modify: &Modify, targets: &[Changed], before: usize) {
        for target in targets {
            let gives = |edge: &Edge| edge.origin.table == target.table && edge.target != Some(target.table);
            if self.found.edges[before..].iter().any(gives) {
                self.read(target.table, modify.sources[target.index].alias, target.place);
            }
        }
    }

    /// The table behind a source: its own, or the one that the rows of a query are of.
    fn target_of(&mut self, source: &Source, scope: &Scope<'_>) -> Option<TableId> {
        let relation = Rc::clone(&scope.sources.last()?.relation);
        if let Written::Table(table) = &source.relation {
            let [name] = table.path.as_ref() else { return Some(self.tables.resolve(self.script, table)) };
            if table.location || scope.env.cte(self.tables.label(*name).key).is_none() {
                return Some(self.tables.resolve(self.script, table));
            }
        }
        let own = relation.columns.iter().flat_map(|column| column.origins.iter()).find(|origin| origin.is_identity());
        own.map(|origin| origin.table).or_else(|| relation.open.first()?.first().copied())
    }

    fn changes(&mut self, modify: &'a Modify, scope: &mut Scope<'_>, targets: &[Changed]) {
        let first = targets[0];
        let written: Vec<(usize, TableId)> = modify.sets.iter().map(|set| self.set(set, scope, targets)).collect();
        if let Some(target) = scope.sources.get_mut(first.index).filter(|_| !modify.inserts.is_empty()) {
            // Rows that match nothing have no target to take values from.
            target.unqualified = false;
        }
        for insert in &modify.inserts {
            self.merge_insert(insert, scope, first.table);
        }
        if (modify.all_columns || modify.whole_row)
            && let Some(source) = scope.sources.last()
        {
            let relation = Rc::clone(&source.relation);
            let own = Rc::clone(&self.tables.get(first.table).relation);
            if modify.all_columns && !own.is_open() {
                self.check_same_names(&own, &relation, first.place);
            }
            self.whole_rows(&relation, first.table, modify.whole_row);
        }
        let sets_only = !modify.sets.is_empty() && modify.inserts.is_empty() && !modify.all_columns;
        for target in targets {
            let set = written.iter().filter(|(index, _)| *index == target.index);
            let tables: Vec<TableId> = set.map(|(_, table)| *table).collect();
            // Of several joined tables only those change that something is assigned to.
            if !sets_only || targets.len() == 1 && tables.is_empty() {
                self.write(target.table, target.place);
            } else if tables.is_empty() {
                self.read(target.table, modify.sources[target.index].alias, target.place);
            }
            tables.into_iter().for_each(|table| self.write(table, target.place));
        }
    }

    fn merge_insert(&mut self, insert: &'a MergeInsert, scope: &Scope<'_>, target: TableId) {
        let known = self.tables.get(target).relation.columns.iter().map(|column| column.label);
        let names: Vec<Label> = if insert.columns.is_empty() {
            known.collect()
        } else {
            insert.columns.iter().map(|name| self.tables.label(*name)).collect()
        };
        self.check_inserted(insert, target);
        for (index, value) in insert.values.iter().enumerate() {
            let origins = self.item_origins(scope, value);
            let same_name = origins.iter().find(|origin| origin.is_identity()).map(|origin| origin.column);
            if let Some(shown) = names.get(index).map(|label| label.shown).or(same_name) {
                self.push_edges(&origins, target, shown);
            }
        }
        for (name, value) in insert.columns.iter().zip(&insert.values) {
            self.check_target(target, *name, value.place);
        }
    }

    /// Says when values without names do not fit the columns of the known target.
    fn check_inserted(&mut self, insert: &MergeInsert, target: TableId) {
        let bound = self.tables.get(target);
        let (count, columns) = (insert.values.len(), bound.relation.columns.len());
        let closed = bound.known && !bound.relation.is_open() && insert.columns.is_empty() && count > 0;
        if closed && (count > columns || count < columns && !self.script.dialect.fills_partly()) {
            let place = insert.values[0].place;
            let message = format!("{count} values for {columns} columns: expected equally many");
            self.report(code::COLUMN_COUNT, Severity::Warning, place, message);
        }
    }

    /// All columns of the source: by position where both sides are known and it is asked for, else by name.
    fn whole_rows(&mut self, relation: &Relation, target: TableId, by_position: bool) {
        let own = Rc::clone(&self.tables.get(target).relation);
        let closed = self.tables.get(target).known && !own.is_open();
        for (index, column) in self.everything(relation).into_iter().enumerate() {
            let label = match (closed, by_position && !relation.is_open()) {
                (true, true) => own.columns.get(index).map(|known| known.label),
                // A column that the target lacks goes nowhere.
                (true, false) if column.label.key != self.star => own.find(column.label).map(|known| known.label),
                (true | false, _) => Some(column.label),
            };
            if let Some(label) = label {
                self.edges_to(Some(target), label, &column);
            }
        }
    }

    /// One assignment; the answer is the index of the source it goes to, and the table behind.
    fn set(&mut self, set: &'a Set, scope: &Scope<'_>, targets: &[Changed]) -> (usize, TableId) {
        let keys = self.tables.path_keys(&set.qualifier);
        let label = self.tables.label(set.column);
        let named = |index: usize| scope.sources.get(index).is_some_and(|source| source.path.ends_with(&keys));
        let has = |index: usize| scope.sources.get(index).is_some_and(|source| source.relation.find(label).is_some());
        let by_name = targets.iter().find(|target| named(target.index));
        let chosen = if keys.is_empty() { targets.iter().find(|target| has(target.index)) } else { by_name };
        let chosen = chosen.copied().unwrap_or(targets[0]);
        let place = set.value.place;
        let origins: Vec<Origin> = match set.pick {
            Some(_) => self.picked(scope, &set.value, set.pick).into_iter().map(|origin| origin.at(place)).collect(),
            None => self.item_origins(scope, &set.value),
        };
        if let (false, None, Some(field_of)) = (keys.is_empty(), by_name, set.qualifier.first()) {
            let outer = self.tables.label(*field_of).shown;
            let path = format!("{}.{}", self.tables.symbols.text(outer), self.written(set.column));
            let column = self.tables.symbols.intern(&path);
            self.push_edges(&origins, chosen.table, column);
            return (chosen.index, chosen.table);
        }
        let relation = scope.sources.get(chosen.index).map(|source| Rc::clone(&source.relation));
        let behind = relation.as_ref().and_then(|relation| behind(relation.find(label)?));
        if let Some(relation) = relation.filter(|relation| !relation.is_open() && relation.find(label).is_none()) {
            self.report_unknown(relation.columns.iter().map(|column| column.label), set.column, place);
        }
        let (table, column) = behind.unwrap_or((chosen.table, label.shown));
        let column = if table == chosen.table && self.is_own(table, label) { label.shown } else { column };
        self.push_edges(&origins, table, column);
        (chosen.index, table)
    }

    /// Whether a column is written to under the name that the statement gives it.
    fn is_own(&self, table: TableId, label: Label) -> bool {
        let relation = &self.tables.get(table).relation;
        relation.is_open() || relation.find(label).is_some()
    }

    fn push_edges(&mut self, origins: &[Origin], target: TableId, column: Sym) {
        let edges = origins.iter().map(|origin| Edge { origin: *origin, target: Some(target), column });
        self.found.edges.extend(edges);
    }

    /// The rows of a table after the edges that were found since `before`.
    fn rows_after(&mut self, table: TableId, before: usize) -> Rc<Relation> {
        let mut values: Vec<(Sym, Vec<Origin>)> = Vec::new();
        for edge in self.found.edges[before..].iter().filter(|edge| edge.target == Some(table)) {
            match values.iter_mut().find(|(column, _)| *column == edge.column) {
                Some((_, origins)) => origins.push(edge.origin),
                None => values.push((edge.column, vec![edge.origin])),
            }
        }
        self.overlaid(table, values.into_iter().map(|(column, origins)| (column, origins.into())).collect())
    }

    /// The rows of a table, of which some columns have other values.
    pub(super) fn overlaid(&mut self, table: TableId, values: Vec<(Sym, Origins)>) -> Rc<Relation> {
        let mut rows = (*self.tables.get(table).relation).clone();
        for (shown, origins) in values {
            let loose = self.tables.symbols.text(shown).to_lowercase();
            let loose = self.tables.symbols.intern(&loose);
            match rows.columns.iter_mut().find(|column| column.label.loose == loose) {
                Some(column) => column.origins = origins,
                None => {
                    let label = Label { key: shown, loose, shown };
                    rows.columns.push(Column { label, origins, data_type: None, fields: None, place: Place(0, 0) });
                }
            }
        }
        Rc::new(rows)
    }

    /// Changed rows that are answered, or put into another table.
    pub(super) fn returning(
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
        let Some(into) = &returning.into else { return Rc::new(result) };
        let target = self.tables.resolve(self.script, into);
        self.write(target, into.place);
        let names = self.names_into(returning, target);
        self.fill_columns(&result, names.as_deref(), target);
        Rc::default()
    }

    /// The columns that returned rows go to, by position: those that are named, else those of the known table.
    fn names_into(&self, returning: &Returning, target: TableId) -> Option<Vec<Label>> {
        if !returning.columns.is_empty() {
            return Some(returning.columns.iter().map(|name| self.tables.label(*name)).collect());
        }
        let target = self.tables.get(target);
        let closed = target.known && !target.relation.is_open();
        closed.then(|| target.relation.columns.iter().map(|column| column.label).collect())
    }

    fn returned_item(&mut self, item: &'a Item, scope: &mut Scope<'_>, result: &mut Relation) {
        match item {
            Item::Expr { expr, name } => {
                let origins = self.item_origins(scope, expr);
                let label = self.label_at(*name, result.columns.len(), expr, scope);
                let column = self.column_of(label, origins, expr.place);
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

/// The column of a table that a column of a source is, as it is.
fn behind(column: &Column) -> Option<(TableId, Sym)> {
    match column.origins.as_ref() {
        [only] if only.is_identity() => Some((only.table, only.column)),
        _ => None,
    }
}
