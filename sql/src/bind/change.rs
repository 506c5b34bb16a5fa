//! Tables that are declared, altered, renamed and swapped, and what they look like afterwards.

use std::rc::Rc;

use super::{
    Binder,
    relation::{Column, Label, Relation, Sym, TableId},
};
use crate::script::{Change, Define, Name, Place, Table};

/// The columns of a table while it changes.
struct Shape {
    columns: Vec<(Label, Option<Rc<str>>)>,
    open: bool,
    /// Names that the unknown columns do not have.
    hidden: Vec<Sym>,
}

impl Shape {
    fn of(relation: &Relation) -> Shape {
        let columns = relation.columns.iter().map(|column| (column.label, column.data_type.clone()));
        Shape { columns: columns.collect(), open: relation.is_open(), hidden: relation.hidden.clone() }
    }

    fn position(&self, label: Label) -> Option<usize> {
        let same =
            |compare: fn(Label, Label) -> bool| self.columns.iter().position(|(known, _)| compare(*known, label));
        same(|a, b| a.key == b.key).or_else(|| same(|a, b| a.loose == b.loose))
    }
}

impl<'a> Binder<'a> {
    pub(super) fn define(&mut self, define: &'a Define) {
        let id = self.tables.resolve(self.script, &define.table);
        self.write(id, define.table.place);
        if define.if_not_exists && self.tables.get(id).known {
            return;
        }
        let mut shape = Shape { columns: Vec::new(), open: false, hidden: Vec::new() };
        for parent in &define.like {
            self.take_columns(parent, id, define.with_rows, &mut shape);
        }
        for (name, data_type) in &define.columns {
            let data_type = Some(data_type.as_str()).filter(|text| !text.is_empty()).map(Into::into);
            shape.columns.push((self.tables.label(*name), data_type));
        }
        shape.open |= shape.columns.is_empty();
        self.tables.define(id, shape.columns, shape.open, define.temporary);
        self.found.created.push((id, false));
    }

    /// The columns of `parent`, and their values when the rows come along.
    fn take_columns(&mut self, parent: &Table, id: TableId, with_rows: bool, shape: &mut Shape) {
        let parent_id = self.tables.resolve(self.script, parent);
        self.read(parent_id, None, parent.place);
        let relation = Rc::clone(&self.tables.get(parent_id).relation);
        shape.open |= relation.is_open();
        for column in self.everything(&relation) {
            if with_rows {
                let at = column.origins.iter().map(|origin| origin.at(parent.place)).collect::<Vec<_>>();
                self.edges_to(Some(id), column.label, &Column { origins: at.into(), ..column.clone() });
            }
            if column.label.key != self.star {
                shape.columns.push((column.label, column.data_type.clone()));
            }
        }
    }

    pub(super) fn alter(&mut self, table: &Table, changes: &[Change]) {
        let id = self.tables.resolve(self.script, table);
        self.write(id, table.place);
        let mut shape = Shape::of(&self.tables.get(id).relation);
        for change in changes {
            self.change(change, &mut shape, table.place);
        }
        self.reshape(id, shape);
        self.found.altered.push(id);
    }

    fn change(&mut self, change: &Change, shape: &mut Shape, place: Place) {
        match change {
            Change::Add(name, data_type) => {
                let label = self.tables.label(*name);
                let data_type = data_type.map(|data_type| self.written(data_type).into());
                if shape.position(label).is_none() {
                    shape.columns.push((label, data_type));
                }
            }
            Change::Drop(name) => {
                let label = self.tables.label(*name);
                match self.changed(*name, shape, place) {
                    Some(at) => drop(shape.columns.remove(at)),
                    None => shape.hidden.push(label.loose),
                }
            }
            Change::Rename(from, to) => {
                let (old, new) = (self.tables.label(*from), self.tables.label(*to));
                match self.changed(*from, shape, place) {
                    Some(at) => shape.columns[at].0 = new,
                    None if shape.open => {
                        shape.hidden.push(old.loose);
                        shape.columns.push((new, None));
                    }
                    None => {}
                }
            }
            Change::Retype(name, data_type) => {
                let data_type: Rc<str> = self.written(*data_type).into();
                if let Some(at) = self.changed(*name, shape, place) {
                    shape.columns[at].1 = Some(data_type);
                }
            }
        }
    }

    /// Where the column stands; one that a known table lacks is reported.
    fn changed(&mut self, name: Name, shape: &Shape, place: Place) -> Option<usize> {
        let found = shape.position(self.tables.label(name));
        if found.is_none() && !shape.open {
            let known: Vec<Label> = shape.columns.iter().map(|(label, _)| *label).collect();
            self.report_unknown(known.into_iter(), name, place);
        }
        found
    }

    fn reshape(&mut self, id: TableId, shape: Shape) {
        let temporary = self.tables.get(id).temporary;
        self.tables.define(id, shape.columns, shape.open, temporary);
        self.tables.hide(id, shape.hidden);
    }

    pub(super) fn rename(&mut self, from: &'a Table, to: &'a Table) {
        let old = self.tables.resolve(self.script, from);
        self.write(old, from.place);
        let shape = Shape::of(&self.tables.get(old).relation);
        let new = self.tables.resolve(self.script, to);
        self.write(new, to.place);
        self.found.renamed.push((old, new));
        if self.tables.get(old).known {
            let temporary = self.tables.get(old).temporary;
            self.reshape(new, shape);
            self.tables.get_mut(new).temporary |= temporary;
            self.found.altered.push(new);
        }
        self.tables.forget(old);
    }

    pub(super) fn swap(&mut self, left: &'a Table, right: &'a Table) {
        let (left_id, right_id) = (self.tables.resolve(self.script, left), self.tables.resolve(self.script, right));
        for (id, place) in [(left_id, left.place), (right_id, right.place)] {
            self.write(id, place);
            self.read(id, None, place);
        }
        let of = |binder: &Binder<'a>, id: TableId| Shape::of(&binder.tables.get(id).relation);
        let (left_shape, right_shape) = (of(self, left_id), of(self, right_id));
        let known = self.tables.get(left_id).known || self.tables.get(right_id).known;
        if known {
            self.reshape(left_id, right_shape);
            self.reshape(right_id, left_shape);
            self.found.altered.extend([left_id, right_id]);
        }
        self.found.renamed.extend([(left_id, right_id), (right_id, left_id)]);
    }
}
