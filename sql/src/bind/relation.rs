//! What a source of rows looks like once bound: columns, each with where its values come from.

use std::{cell::OnceCell, rc::Rc};

use foldhash::HashMap;

use crate::{
    lineage::Indirect,
    script::{Class, Place, Role, Usage},
};

/// An interned string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Sym(pub u32);

/// A table that the script names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct TableId(pub u32);

/// The ways a name is compared and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// By which the platform compares it.
    pub key: Sym,
    /// In lower case, for catalogs that do not keep the platform's case.
    pub loose: Sym,
    /// As the platform stores it.
    pub shown: Sym,
}

/// A column of a table, and how its value arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub table: TableId,
    pub column: Sym,
    pub usage: Usage,
    pub ambiguous: bool,
    pub place: Place,
}

impl Origin {
    fn key(&self) -> (TableId, Sym, Usage, bool) {
        (self.table, self.column, self.usage, self.ambiguous)
    }

    /// The same origin, used once more.
    pub fn used(self, usage: Usage) -> Origin {
        Origin { usage: usage.of(self.usage), ..self }
    }

    pub fn at(self, place: Place) -> Origin {
        Origin { place, ..self }
    }

    /// The same, passed on: a value that was made on the way keeps the place where that was.
    pub fn passed(self, place: Place) -> Origin {
        let made = !self.is_identity() && self.place != Place::default();
        if made { self } else { self.at(place) }
    }

    /// The origin as one that only decides.
    pub fn deciding(self, reason: Indirect) -> Origin {
        Origin { usage: self.usage.only(reason), ..self }
    }

    /// Whether the value arrives as it is.
    pub fn is_identity(&self) -> bool {
        self.usage.role == Role::Value && self.usage.class == Class::Identity && !self.usage.masking
    }
}

/// Each origin once, in a fixed order.
pub(super) fn distinct(mut origins: Vec<Origin>) -> Vec<Origin> {
    origins.sort_by_key(|origin| (origin.key(), origin.place.0));
    origins.dedup_by_key(|origin| origin.key());
    origins
}

pub(super) type Origins = Rc<[Origin]>;

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub label: Label,
    pub origins: Origins,
    /// Known when the column is a known column as it is.
    pub data_type: Option<Rc<str>>,
    /// The parts of a structured value, where they are known.
    pub fields: Option<Rc<[Column]>>,
    /// The item that made it.
    pub place: Place,
}

/// A source of rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Relation {
    pub columns: Vec<Column>,
    /// Tables whose unknown columns are columns too. Every group takes part; within one, only one
    /// table has the column, and it is not known which.
    pub open: Vec<Vec<TableId>>,
    /// The star that left them open.
    pub star: Place,
    /// How many columns stand before the first unknown one.
    pub sure: usize,
    /// Names that the open tables do not pass on.
    pub hidden: Vec<Sym>,
    /// Names, in lower case, that several columns have, so that none of these can be named.
    pub twice: Vec<Sym>,
    /// Where a column of any name comes from, as with the fields of an unnested array.
    pub any: Option<Origins>,
    /// What decides which rows there are.
    pub influences: Vec<Origin>,
    /// Made when a column is first looked for; the columns change no more then.
    pub index: Index,
}

/// Where columns stand, by the ways their names are compared.
#[derive(Debug, Default)]
pub(super) struct Index(OnceCell<Positions>);

impl Clone for Index {
    /// A copy of a relation may get other columns.
    fn clone(&self) -> Index {
        Index::default()
    }
}

#[derive(Debug, Default)]
struct Positions {
    key: HashMap<Sym, usize>,
    /// `None` for a name that several columns have.
    loose: HashMap<Sym, Option<usize>>,
    shown: HashMap<Sym, usize>,
}

/// Up to so many columns are looked through.
const FEW: usize = 12;

impl Relation {
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The column of that name: as the platform compares, else in any case when that is unique.
    pub fn find(&self, label: Label) -> Option<&Column> {
        if self.columns.len() > FEW {
            let positions = self.positions();
            let at = positions.key.get(&label.key).or_else(|| positions.loose.get(&label.loose)?.as_ref());
            return self.columns.get(*at?);
        }
        self.columns.iter().find(|column| column.label.key == label.key).or_else(|| {
            let mut loose = self.columns.iter().filter(|column| column.label.loose == label.loose);
            let first = loose.next();
            if loose.next().is_some() { None } else { first }
        })
    }

    /// The first column that is stored under that name.
    pub fn find_shown(&self, shown: Sym) -> Option<&Column> {
        if self.columns.len() > FEW {
            return self.columns.get(*self.positions().shown.get(&shown)?);
        }
        self.columns.iter().find(|column| column.label.shown == shown)
    }

    fn positions(&self) -> &Positions {
        self.index.0.get_or_init(|| {
            let mut positions = Positions::default();
            for (at, column) in self.columns.iter().enumerate() {
                positions.key.entry(column.label.key).or_insert(at);
                positions.shown.entry(column.label.shown).or_insert(at);
                positions.loose.entry(column.label.loose).and_modify(|only| *only = None).or_insert(Some(at));
            }
            positions
        })
    }

    pub fn hides(&self, label: Label) -> bool {
        self.hidden.contains(&label.loose)
    }

    /// The origins of a column that only the open tables can have.
    pub fn open_origins(&self, column: Sym, place: Place, out: &mut Vec<Origin>) {
        for group in &self.open {
            for table in group {
                let ambiguous = group.len() > 1;
                out.push(Origin { table: *table, column, usage: Usage::IDENTITY, ambiguous, place });
            }
        }
    }

    pub fn decide_by(&mut self, origins: impl IntoIterator<Item = Origin>, reason: Indirect) {
        self.influences.extend(origins.into_iter().map(|origin| origin.deciding(reason)));
    }
}
