//! Whether lists of columns fit each other, and whether their names can be told apart.

use std::rc::Rc;

use foldhash::HashSet;

use super::{
    Binder,
    relation::{Column, Label, Origin, Relation, Sym},
};
use crate::{
    diagnostic::{Severity, code},
    dialect::Namesakes,
    script::{Fill, FillMode, Name, Place},
    typing::{Type, clash},
};

/// Up to so many columns are compared with each other.
const FEW: usize = 12;

impl Binder<'_> {
    /// Says when the branches of a set operation have not equally many columns, or columns that do not go together.
    pub(super) fn check_branches(&mut self, left: &Relation, right: &Relation) {
        let (Some(count), Some(other)) = (counted(left), counted(right)) else { return };
        let place = right.columns.first().or(left.columns.first()).map_or(Place(0, 0), |column| column.place);
        if count != other {
            let message =
                format!("the branches of a set operation have {count} and {other} columns: expected equally many");
            return self.report(code::COLUMN_COUNT, Severity::Warning, place, message);
        }
        for (one, other) in left.columns.iter().zip(&right.columns) {
            if let (Some(a), Some(b)) = (&one.data_type, &other.data_type)
                && a != b
                && let Some(why) = clash(a, b, self.script.dialect)
            {
                let shown = self.tables.symbols.text(one.label.shown).to_string();
                let message = format!("column \"{shown}\" of a set operation: {why}");
                self.report(code::INCOMPATIBLE_TYPES, Severity::Warning, other.place, message);
            }
        }
    }

    /// Says when a list of names does not fit the columns that it names.
    pub(super) fn check_names(&mut self, relation: &Relation, names: usize, place: Place) {
        let Some(count) = counted(relation).filter(|_| names > 0) else { return };
        if names > count || names < count && !self.script.dialect.names_partly() {
            let message = format!("{names} names for {count} columns: expected equally many");
            self.report(code::COLUMN_COUNT, Severity::Warning, place, message);
        }
    }

    /// Says when a table gets fewer values than it has columns, where the platform wants all.
    pub(super) fn check_filled(&mut self, fill: &Fill, relation: &Relation, names: Option<&[Label]>) {
        if let FillMode::Create { .. } | FillMode::View { .. } = fill.mode {
            return self.check_names(relation, fill.columns.len(), fill.target.place);
        }
        if fill.by_name {
            let target = self.tables.resolve(self.script, &fill.target);
            let own = Rc::clone(&self.tables.get(target).relation);
            return self.check_same_names(relation, &own, fill.target.place);
        }
        let (Some(names), Some(count)) = (names, counted(relation)) else { return };
        let partly = self.script.dialect.fills_partly() || !fill.columns.is_empty();
        if !partly && count > 0 && count < names.len() {
            let message = format!("{count} values for {} columns: expected equally many", names.len());
            self.report(code::COLUMN_COUNT, Severity::Warning, fill.target.place, message);
        }
    }

    /// Says which of some columns another relation, which is known, does not have.
    pub(super) fn check_same_names(&mut self, some: &Relation, other: &Relation, place: Place) {
        if counted(other).is_none_or(|count| count == 0) {
            return;
        }
        for column in some.columns.iter().filter(|column| other.find(column.label).is_none()) {
            let shown = self.tables.symbols.text(column.label.shown).to_string();
            let message = format!("column \"{shown}\" has no column of that name on the other side");
            self.report(code::UNKNOWN_COLUMN, Severity::Warning, place, message);
        }
    }

    /// The columns of a derived table or a CTE as those see them who read it.
    pub(super) fn told_apart(&mut self, relation: Rc<Relation>, place: Place) -> Rc<Relation> {
        let again = self.namesakes(&relation.columns);
        if again.is_empty() {
            return relation;
        }
        match self.script.dialect.namesakes() {
            Namesakes::First => relation,
            Namesakes::Numbered(mark) => {
                let mut renamed = (*relation).clone();
                self.number(&mut renamed.columns, &again, mark);
                Rc::new(renamed)
            }
            Namesakes::Ambiguous => {
                let twice = again.iter().map(|at| relation.columns[*at].label.loose).collect();
                Rc::new(Relation { twice, ..(*relation).clone() })
            }
            Namesakes::Refused => {
                self.report_namesakes(&relation.columns, &again, place);
                relation
            }
        }
    }

    /// The names of a created table's columns, which must differ.
    pub(super) fn created_apart(&mut self, columns: &mut [Column], place: Place) {
        let again = self.namesakes(columns);
        match self.script.dialect.namesakes() {
            Namesakes::First => {}
            Namesakes::Numbered(mark) => self.number(columns, &again, mark),
            Namesakes::Ambiguous | Namesakes::Refused => self.report_namesakes(columns, &again, place),
        }
    }

    /// Says so where the result of a query must have names that differ.
    pub(super) fn check_answer(&mut self, relation: &Relation) {
        if self.script.dialect.answers_distinct_names() {
            let again = self.namesakes(&relation.columns);
            let place = again.first().map_or(Place(0, 0), |at| relation.columns[*at].place);
            self.report_namesakes(&relation.columns, &again, place);
        }
    }

    fn report_namesakes(&mut self, columns: &[Column], again: &[usize], place: Place) {
        for at in again {
            let shown = self.tables.symbols.text(columns[*at].label.shown).to_string();
            let message = format!("there are several columns \"{shown}\": expected names that differ");
            self.report(code::DUPLICATE_COLUMN, Severity::Warning, place, message);
        }
    }

    /// `id_1`, `id_2` after `id`.
    fn number(&mut self, columns: &mut [Column], again: &[usize], mark: &str) {
        for at in again {
            let shown = self.tables.symbols.text(columns[*at].label.shown).to_string();
            let mut count = 1;
            let label = loop {
                let label = self.tables.label_of(&format!("{shown}{mark}{count}"), true);
                if columns.iter().all(|column| column.label.loose != label.loose) {
                    break label;
                }
                count += 1;
            };
            columns[*at].label = label;
        }
    }

    /// Where columns stand whose name an earlier one has.
    fn namesakes(&self, columns: &[Column]) -> Vec<usize> {
        let loosely = self.script.dialect.stores_upper();
        let key = |column: &Column| if loosely { column.label.loose } else { column.label.key };
        if columns.len() <= FEW {
            let before = |at: usize| columns[..at].iter().any(|other| key(other) == key(&columns[at]));
            return (1..columns.len()).filter(|at| before(*at)).collect();
        }
        let mut seen: HashSet<Sym> = HashSet::default();
        (0..columns.len()).filter(|at| !seen.insert(key(&columns[*at]))).collect()
    }

    /// What all columns of a name come from that several have, if they do.
    pub(super) fn of_namesakes(relation: &Relation, label: Label) -> Option<Vec<Origin>> {
        if !relation.twice.contains(&label.loose) {
            return None;
        }
        let same = relation.columns.iter().filter(|column| column.label.loose == label.loose);
        Some(same.flat_map(|column| column.origins.iter().copied()).collect())
    }

    /// Says which columns that `USING` names are not on both sides, or several times on the left one.
    pub(super) fn check_joined(&mut self, name: Name, (left, right): (&[&Relation], &Relation), place: Place) {
        let label = self.tables.label(name);
        let may = |relation: &Relation| relation.find(label).is_some() || relation.is_open() || relation.any.is_some();
        if !may(right) || !left.iter().any(|relation| may(relation)) {
            let known = left.iter().copied().chain([right]).flat_map(|relation| relation.columns.iter());
            let known: Vec<Label> = known.map(|column| column.label).collect();
            return self.report_unknown(known.into_iter(), name, place);
        }
        if left.iter().filter(|relation| relation.find(label).is_some()).count() > 1 {
            self.report_ambiguous(name, place);
        }
    }

    /// Says which fields a structured column does not have, by its type.
    pub(super) fn check_fields(&mut self, origins: &[Origin], name: Option<&Name>, place: Place) {
        let missing = origins.iter().filter(|origin| origin.is_identity()).any(|origin| self.lacks_field(origin));
        if let Some(name) = name.filter(|_| missing) {
            self.report_unknown(std::iter::empty(), *name, place);
        }
    }

    fn lacks_field(&self, origin: &Origin) -> bool {
        let path = self.tables.symbols.text(origin.column);
        let Some((column, fields)) = path.split_once('.') else { return false };
        let relation = &self.tables.get(origin.table).relation;
        let named = |name: &str| {
            let mut columns = relation.columns.iter();
            columns.find(|known| self.tables.symbols.text(known.label.shown).eq_ignore_ascii_case(name))
        };
        let Some(data_type) =
            named(column).filter(|_| named(path).is_none()).and_then(|known| known.data_type.as_deref())
        else {
            return false;
        };
        Type::of(data_type, self.script.dialect).lacks(fields.split('.'))
    }
}

/// How many columns there are, where that is known.
fn counted(relation: &Relation) -> Option<usize> {
    (!relation.is_open() && relation.any.is_none()).then_some(relation.columns.len())
}
