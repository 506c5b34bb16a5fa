//! Names and tables of one binding, interned.

use std::rc::Rc;

use foldhash::{HashMap, HashSet};

use super::relation::{Column, Label, Origin, Relation, Sym, TableId};
use crate::{
    catalog::{Catalog, Column as CatalogColumn, Defaults},
    dialect::{Dialect, Kind},
    name::{Ident, TableName},
    script::{Name, Place, Script, Table, Usage},
};

/// Strings by number.
#[derive(Default)]
pub(super) struct Symbols {
    known: HashMap<Rc<str>, Sym>,
    texts: Vec<Rc<str>>,
}

/// How many columns of tables a script is expected to add to its own names.
const COLUMNS: usize = 128;

impl Symbols {
    fn sized(count: usize) -> Symbols {
        let mut symbols = Symbols::default();
        symbols.known.reserve(count);
        symbols.texts.reserve(count);
        symbols
    }

    pub fn intern(&mut self, text: &str) -> Sym {
        if let Some(sym) = self.known.get(text) {
            return *sym;
        }
        let sym = Sym(self.texts.len() as u32);
        let text: Rc<str> = text.into();
        self.texts.push(Rc::clone(&text));
        self.known.insert(text, sym);
        sym
    }

    pub fn text(&self, sym: Sym) -> &Rc<str> {
        &self.texts[sym.0 as usize]
    }
}

/// A table as bound.
pub(super) struct Bound {
    pub name: TableName,
    pub location: bool,
    pub temporary: bool,
    /// Whether the columns are known from the catalog or the script.
    pub known: bool,
    pub relation: Rc<Relation>,
}

/// All tables that were named so far, and what is known of them.
pub(super) struct Tables<'a> {
    dialect: Dialect,
    catalog: &'a dyn Catalog,
    pub defaults: Defaults,
    pub symbols: Symbols,
    labels: Vec<Label>,
    known: HashMap<Vec<Sym>, TableId>,
    /// Names that the script took away; the catalog is not asked about them.
    gone: HashSet<Vec<Sym>>,
    bound: Vec<Bound>,
}

impl<'a> Tables<'a> {
    pub fn new(script: &Script, catalog: &'a dyn Catalog, defaults: &Defaults) -> Tables<'a> {
        let mut tables = Tables {
            dialect: script.dialect,
            catalog,
            defaults: defaults.clone(),
            symbols: Symbols::sized(script.names.len() + COLUMNS),
            labels: Vec::with_capacity(script.names.len()),
            known: HashMap::default(),
            gone: HashSet::default(),
            bound: Vec::new(),
        };
        for ident in &script.names {
            let label = tables.label_of(&ident.value, ident.quoted);
            tables.labels.push(label);
        }
        tables
    }

    pub fn label(&self, name: Name) -> Label {
        self.labels[name.0 as usize]
    }

    pub fn label_of(&mut self, value: &str, quoted: bool) -> Label {
        if self.dialect.keeps(value, quoted) {
            let sym = self.symbols.intern(value);
            return Label { key: sym, loose: sym, shown: sym };
        }
        Label {
            key: self.symbols.intern(&self.dialect.fold(value, quoted)),
            loose: self.symbols.intern(&value.to_lowercase()),
            shown: self.symbols.intern(&self.dialect.stored(value, quoted)),
        }
    }

    pub fn get(&self, id: TableId) -> &Bound {
        &self.bound[id.0 as usize]
    }

    pub fn get_mut(&mut self, id: TableId) -> &mut Bound {
        &mut self.bound[id.0 as usize]
    }

    /// The keys of a name as written, from the outermost part inwards.
    pub fn path_keys(&self, path: &[Name]) -> Vec<Sym> {
        path.iter().map(|name| self.label(*name).key).collect()
    }

    /// The table that the script names there.
    pub fn resolve(&mut self, script: &Script, table: &Table) -> TableId {
        let written =
            TableName { parts: table.path.iter().map(|name| script.names[name.0 as usize].clone()).collect() };
        if table.location {
            return self.enter(written, true);
        }
        let full = self.complete(written);
        self.enter(full, false)
    }

    /// From now on `name` means what `target` does.
    pub fn alias(&mut self, script: &Script, name: &Table, target: &Table) {
        let id = self.resolve(script, target);
        let parts = name.path.iter().map(|name| script.names[name.0 as usize].clone()).collect();
        let full = self.complete(TableName { parts });
        let key = full.parts.iter().map(|part| self.label_of(&part.value, part.quoted).key).collect();
        self.known.insert(key, id);
    }

    /// The name completed with the defaults in force.
    fn complete(&self, mut name: TableName) -> TableName {
        if name.parts.is_empty() || name.parts.len() == 1 && is_session_name(&name.parts[0].value) {
            return name;
        }
        if name.parts.len() == 1
            && let Some(schema) = &self.defaults.schema
        {
            name.parts.insert(0, Ident::quoted(schema.clone()));
        }
        let lacks_catalog = name.parts.len() == 2 || name.parts.len() == 1 && self.defaults.schema.is_none();
        if lacks_catalog && let Some(catalog) = &self.defaults.catalog {
            name.parts.insert(0, Ident::quoted(catalog.clone()));
        }
        name
    }

    fn enter(&mut self, name: TableName, location: bool) -> TableId {
        let key: Vec<Sym> =
            name.parts.iter().map(|part| self.label_of(&part.value, part.quoted || location).key).collect();
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let id = TableId(self.bound.len() as u32);
        let gone = self.gone.contains(&key);
        self.known.insert(key, id);
        let columns = if location || gone { None } else { self.listed(&name) };
        let temporary = !location && name.parts.len() == 1 && is_session_name(&name.parts[0].value);
        let relation = Rc::new(self.relation(id, columns.as_deref()));
        self.bound.push(Bound { name, location, temporary, known: columns.is_some(), relation });
        id
    }

    /// What the catalog knows of a table; of BigQuery's shards one stands for all.
    fn listed(&self, name: &TableName) -> Option<Vec<CatalogColumn>> {
        let found = self.catalog.columns(name);
        if found.is_some() || self.dialect.kind() != Kind::BigQuery {
            return found;
        }
        let (last, outer) = name.parts.split_last()?;
        let others = shard_names(&last.value);
        let with = |table: String| {
            let parts = outer.iter().cloned().chain([Ident { value: table, quoted: last.quoted }]).collect();
            self.catalog.columns(&TableName { parts })
        };
        others.into_iter().find_map(with)
    }

    /// A table with these columns, or one whose columns are not known.
    fn relation(&mut self, table: TableId, columns: Option<&[CatalogColumn]>) -> Relation {
        let Some(columns) = columns else {
            return Relation { open: vec![vec![table]], ..Relation::default() };
        };
        let columns: Vec<Column> = columns
            .iter()
            .map(|column| {
                let label = self.listed_label(&column.name);
                self.column(table, label, column.data_type.as_deref().map(Into::into))
            })
            .collect();
        Relation { sure: columns.len(), columns, ..Relation::default() }
    }

    /// A name as the catalog spells it.
    fn listed_label(&mut self, name: &str) -> Label {
        let shown = self.symbols.intern(name);
        if self.dialect.keeps(name, true) {
            return Label { key: shown, loose: shown, shown };
        }
        let key = self.symbols.intern(&self.dialect.fold(name, true));
        Label { key, loose: self.symbols.intern(&name.to_lowercase()), shown }
    }

    fn column(&self, table: TableId, label: Label, data_type: Option<Rc<str>>) -> Column {
        let usage = Usage::IDENTITY;
        let origin = Origin { table, column: label.shown, usage, ambiguous: false, place: Place(0, 0) };
        Column { label, origins: Rc::new([origin]), data_type, fields: None, place: Place(0, 0) }
    }

    /// From now on the table has these columns, and perhaps others when `open`.
    pub fn define(&mut self, id: TableId, columns: Vec<(Label, Option<Rc<str>>)>, open: bool, temporary: bool) {
        let columns: Vec<Column> =
            columns.into_iter().map(|(label, data_type)| self.column(id, label, data_type)).collect();
        let open = if open { vec![vec![id]] } else { Vec::new() };
        let bound = self.get_mut(id);
        bound.relation = Rc::new(Relation { sure: columns.len(), columns, open, ..Relation::default() });
        bound.known = true;
        bound.temporary |= temporary;
    }

    /// The unknown columns of the table have none of these names.
    pub fn hide(&mut self, id: TableId, hidden: Vec<Sym>) {
        if !hidden.is_empty() {
            let bound = self.get_mut(id);
            bound.relation = Rc::new(Relation { hidden, ..(*bound.relation).clone() });
        }
    }

    /// The table is gone; one of that name later is another.
    pub fn forget(&mut self, id: TableId) {
        let names: Vec<Vec<Sym>> =
            self.known.iter().filter(|(_, known)| **known == id).map(|(name, _)| name.clone()).collect();
        for name in names {
            self.known.remove(&name);
            self.gone.insert(name);
        }
    }
}

/// Other names under which a catalog may know `events_20240131`, `events_*` or `t$20240131`.
fn shard_names(table: &str) -> Vec<String> {
    let (base, partition) = table.split_once('$').map_or((table, None), |(base, rest)| (base, Some(rest)));
    let stem = base.trim_end_matches(|c: char| c.is_ascii_digit() || c == '*');
    let cut = base.len() - stem.len();
    let shard = base.ends_with('*') || cut == 8 && stem.ends_with('_');
    let shards = ["*", "", "yyyymmdd", "YYYYMMDD"].iter().filter(|_| shard).map(|end| format!("{stem}{end}"));
    partition.map(|_| base.to_owned()).into_iter().chain(shards).collect()
}

/// T-SQL's `#t` and `@t` belong to the session and to no schema.
fn is_session_name(name: &str) -> bool {
    name.starts_with(['#', '@'])
}
