//! Scopes, and the columns that names mean in them.

use std::rc::Rc;

use foldhash::HashMap;

use super::{
    Binder,
    relation::{Label, Origin, Origins, Relation, Sym},
};
use crate::{
    diagnostic::{Severity, code},
    functions,
    script::{Name, Place, Usage},
};

/// A CTE in force, and those declared before it.
pub(super) struct CteNode {
    pub key: Sym,
    pub relation: Rc<Relation>,
    pub before: Option<Rc<CteNode>>,
}

/// What a query sees of its surroundings.
#[derive(Clone, Default)]
pub(super) struct Env<'s> {
    pub ctes: Option<Rc<CteNode>>,
    pub outer: Option<&'s Scope<'s>>,
}

impl Env<'_> {
    pub fn cte(&self, key: Sym) -> Option<Rc<Relation>> {
        let mut node = self.ctes.as_ref();
        while let Some(cte) = node {
            if cte.key == key {
                return Some(Rc::clone(&cte.relation));
            }
            node = cte.before.as_ref();
        }
        None
    }
}

/// One operand of `FROM` in scope.
pub(super) struct Visible {
    /// The alias alone, or the keys of the table's name.
    pub path: Vec<Sym>,
    /// The keys of the table's name, which some write in spite of an alias.
    pub table: Vec<Sym>,
    pub relation: Rc<Relation>,
    /// Seen without a qualifier and by stars.
    pub unqualified: bool,
}

/// A column that `USING` or `NATURAL` made of two.
pub(super) struct Merged {
    pub label: Label,
    pub origins: Origins,
}

/// When aliases of the select list are seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Aliases {
    No,
    /// After known columns of the sources, before what may be one.
    Second,
    First,
}

/// The names of one select.
pub(super) struct Scope<'s> {
    pub env: Env<'s>,
    pub sources: Vec<Visible>,
    pub merged: Vec<Merged>,
    pub aliases: HashMap<Sym, Origins>,
    pub see_aliases: Aliases,
    /// How many items had no name so far.
    pub unnamed: usize,
}

impl<'s> Scope<'s> {
    pub fn new(env: &Env<'s>) -> Scope<'s> {
        Scope {
            env: env.clone(),
            sources: Vec::new(),
            merged: Vec::new(),
            aliases: HashMap::default(),
            see_aliases: Aliases::No,
            unnamed: 0,
        }
    }

    /// What a query inside sees: these sources, and the same CTEs.
    pub fn inner(&'s self) -> Env<'s> {
        Env { ctes: self.env.ctes.clone(), outer: Some(self) }
    }

    pub fn add(&mut self, path: Vec<Sym>, relation: Rc<Relation>) {
        self.sources.push(Visible { path, table: Vec::new(), relation, unqualified: true });
    }

    fn alias(&self, label: Label) -> Option<&Origins> {
        self.aliases.get(&label.key)
    }

    /// The innermost source that `qualifier` names here, without looking outwards.
    pub fn named(&self, qualifier: &[Sym]) -> Option<&Visible> {
        self.sources.iter().rev().find(|source| source.path.ends_with(qualifier))
    }

    /// The sources that `qualifier` names here: the one of exactly that name, else all that end like it.
    pub fn all_named(&self, qualifier: &[Sym]) -> Vec<Rc<Relation>> {
        if let Some(exact) = self.sources.iter().rev().find(|source| source.path == qualifier) {
            return vec![Rc::clone(&exact.relation)];
        }
        let named = self.sources.iter().rev().filter(|source| source.path.ends_with(qualifier));
        named.map(|source| Rc::clone(&source.relation)).collect()
    }

    /// The only source over the table that `qualifier` names, in spite of its alias.
    pub fn over_table(&self, qualifier: &[Sym]) -> Option<&Visible> {
        let mut over = self.sources.iter().filter(|source| source.table.ends_with(qualifier));
        let first = over.next();
        if over.next().is_some() { None } else { first }
    }
}

/// What an unqualified name turned out to be at one level.
enum Hit {
    Found(Vec<Origin>),
    Ambiguous(Vec<Origin>),
    Nothing,
}

impl Binder<'_> {
    /// The origins of `path`, with `fields` below it.
    pub(super) fn column(&mut self, scope: &Scope<'_>, path: &[Name], fields: &[Name], place: Place) -> Vec<Origin> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        if self.structured
            && let Some(found) = self.field(scope, path, fields)
        {
            return found;
        }
        if rest.is_empty() {
            if let Some((field, below)) = fields.split_first()
                && let Some(row) = self.row_named(scope, *first)
            {
                let found = self.of_relation(&row, *field, place);
                return self.with_fields(found, below);
            }
            let found = self.unqualified(scope, *first, place);
            return self.with_fields(found, fields);
        }
        let keys = self.tables.path_keys(path);
        if let Some((length, relations)) = self.qualified(scope, &keys) {
            let found = self.of_relations(&relations, path[length], place);
            let fields: Vec<Name> = path[length + 1..].iter().chain(fields).copied().collect();
            return self.with_fields(found, &fields);
        }
        let fields: Vec<Name> = rest.iter().chain(fields).copied().collect();
        self.struct_path(scope, *first, &fields, place)
    }

    /// The source that a bare name means, when no column has that name.
    fn row_named(&self, scope: &Scope<'_>, name: Name) -> Option<Rc<Relation>> {
        let label = self.tables.label(name);
        let mut level = Some(scope);
        while let Some(here) = level {
            match self.known_here(here, label) {
                Hit::Found(_) | Hit::Ambiguous(_) => return None,
                Hit::Nothing => {}
            }
            if let Some(source) = here.named(&[label.key]) {
                return Some(Rc::clone(&source.relation));
            }
            level = here.env.outer;
        }
        None
    }

    /// The sources that the first parts of a path name, from the innermost scope outwards, and how many
    /// parts that are. There are several when tables of one name are in different schemas.
    fn qualified(&self, scope: &Scope<'_>, keys: &[Sym]) -> Option<(usize, Vec<Rc<Relation>>)> {
        let mut level = Some(scope);
        while let Some(here) = level {
            let named = (1..keys.len()).rev().find_map(|length| {
                let found = here.all_named(&keys[..length]);
                (!found.is_empty()).then_some((length, found))
            });
            let over = || {
                (1..keys.len()).rev().find_map(|length| {
                    let source = here.over_table(&keys[..length])?;
                    Some((length, vec![Rc::clone(&source.relation)]))
                })
            };
            if let Some(found) = named.or_else(over) {
                return Some(found);
            }
            level = here.env.outer;
        }
        let record = self.records.iter().rev().find(|(key, _)| *key == keys[0]);
        record.map(|(_, relation)| (1, vec![Rc::clone(relation)]))
    }

    /// A column of the only relation that has it, else of each that may.
    fn of_relations(&mut self, relations: &[Rc<Relation>], name: Name, place: Place) -> Vec<Origin> {
        if let [only] = relations {
            return self.of_relation(only, name, place);
        }
        let label = self.tables.label(name);
        let may = |relation: &&Rc<Relation>| relation.find(label).is_some() || relation.is_open();
        let known: Vec<&Rc<Relation>> = relations.iter().filter(|relation| relation.find(label).is_some()).collect();
        let able: Vec<&Rc<Relation>> = relations.iter().filter(may).collect();
        match (known.as_slice(), able.as_slice()) {
            ([only], [_]) | ([], [only]) => self.of_relation(only, name, place),
            (_, []) => self.of_relation(&relations[0], name, place),
            (_, several) => {
                let mut found: Vec<Origin> = Vec::new();
                for relation in several {
                    found.extend(self.of_relation(relation, name, place));
                }
                found.iter_mut().for_each(|origin| origin.ambiguous = true);
                self.report_ambiguous(name, place);
                found
            }
        }
    }

    pub(super) fn report_ambiguous(&mut self, name: Name, place: Place) {
        let shown = self.written(name);
        let message = format!("column \"{shown}\" could be of several tables");
        self.report(code::AMBIGUOUS_COLUMN, Severity::Warning, place, message);
    }

    /// `$2` of Snowflake: the second column of the only source.
    fn positional(&mut self, scope: &Scope<'_>, name: Name, place: Place) -> Vec<Origin> {
        let visible: Vec<Rc<Relation>> = scope.sources.iter().map(|source| Rc::clone(&source.relation)).collect();
        let mut found = Vec::new();
        for relation in &visible {
            found.extend(self.at_position(relation, name, place));
        }
        if visible.len() > 1 && !found.is_empty() {
            found.iter_mut().for_each(|origin| origin.ambiguous = true);
            self.report_ambiguous(name, place);
        }
        found
    }

    fn at_position(&self, relation: &Relation, name: Name, place: Place) -> Vec<Origin> {
        let index = self.written(name).trim_start_matches('$').parse::<usize>().unwrap_or_default();
        let sure = index <= relation.sure || !relation.is_open();
        match relation.columns.get(index.wrapping_sub(1)).filter(|_| sure) {
            Some(column) => column.origins.to_vec(),
            None => {
                let mut found = Vec::new();
                relation.open_origins(self.tables.label(name).shown, place, &mut found);
                found
            }
        }
    }

    fn is_positional(&self, name: Name) -> bool {
        let ident = &self.script.names[name.0 as usize];
        !ident.quoted && self.script.dialect.is_positional(&ident.value)
    }

    /// `a.b` where `a` names no source: a field of column `a`, if there can be one.
    fn struct_path(&mut self, scope: &Scope<'_>, first: Name, fields: &[Name], place: Place) -> Vec<Origin> {
        let label = self.tables.label(first);
        let mut level = Some(scope);
        while let Some(here) = level {
            match self.known_here(here, label) {
                Hit::Found(found) | Hit::Ambiguous(found) => return self.with_fields(found, fields),
                Hit::Nothing => level = here.env.outer,
            }
        }
        let can_be_field = self.script.dialect.has_struct_paths();
        if can_be_field && let Hit::Found(found) = self.open_here(scope, label, place) {
            return self.with_fields(found, fields);
        }
        let shown = self.written(first);
        let message = format!("\"{shown}\": no table, alias or column of that name is in scope");
        self.report(code::UNKNOWN_TABLE, Severity::Warning, place, message);
        Vec::new()
    }

    fn unqualified(&mut self, scope: &Scope<'_>, name: Name, place: Place) -> Vec<Origin> {
        if self.is_positional(name) {
            return self.positional(scope, name, place);
        }
        let label = self.tables.label(name);
        let mut level = Some(scope);
        while let Some(here) = level {
            match self.at_level(here, name, label, place) {
                Hit::Found(found) => return found,
                Hit::Ambiguous(mut found) => {
                    found.iter_mut().for_each(|origin| origin.ambiguous = true);
                    self.report_ambiguous(name, place);
                    return found;
                }
                Hit::Nothing => level = here.env.outer,
            }
        }
        // Where nothing is read from, a bare word may be a variable of the script or routine.
        let variable = self.script.scripted && scope.sources.is_empty() && scope.env.outer.is_none();
        if !variable && !self.is_pseudo(name) {
            self.unknown_column(scope, name, place);
            if let Some(last) = self.diagnostics.last_mut().filter(|_| self.script.scripted) {
                last.severity = Severity::Note;
            }
        }
        Vec::new()
    }

    fn at_level(&mut self, here: &Scope<'_>, name: Name, label: Label, place: Place) -> Hit {
        if here.see_aliases == Aliases::First
            && let Some(found) = here.alias(label)
        {
            return Hit::Found(found.to_vec());
        }
        match self.known_here(here, label) {
            Hit::Nothing => {}
            hit => return hit,
        }
        if let Some(value) = self.variable(name, label) {
            return Hit::Found(value);
        }
        if self.is_pseudo(name) {
            return Hit::Nothing;
        }
        if let Some(row) = self.whole_row(here, label, place) {
            return Hit::Found(row);
        }
        self.open_here(here, label, place)
    }

    /// What a variable holds, or the rows that a loop runs over.
    fn variable(&mut self, name: Name, label: Label) -> Option<Vec<Origin>> {
        if self.variables.is_empty() && self.records.is_empty() {
            return None;
        }
        let key = match self.written(name).strip_prefix([':', '$']).map(str::to_owned) {
            Some(bare) => self.tables.label_of(&bare, false).key,
            None => label.key,
        };
        if let Some(origins) = self.variables.get(&key) {
            return Some(origins.clone());
        }
        let (_, record) = self.records.iter().rev().find(|(record, _)| *record == key)?;
        Some(record.columns.iter().flat_map(|column| column.origins.iter().copied()).collect())
    }

    /// Known columns and, where they are seen, aliases.
    fn known_here(&self, here: &Scope<'_>, label: Label) -> Hit {
        if let Some(merged) = here.merged.iter().find(|merged| merged.label.loose == label.loose) {
            return Hit::Found(merged.origins.to_vec());
        }
        let visible = here.sources.iter().filter(|source| source.unqualified);
        if let Some(found) = visible.clone().find_map(|source| Self::of_namesakes(&source.relation, label)) {
            return Hit::Ambiguous(found);
        }
        let hits: Vec<&Origins> =
            visible.filter_map(|source| source.relation.find(label)).map(|column| &column.origins).collect();
        match hits.as_slice() {
            [] => {}
            [only] => return Hit::Found(only.to_vec()),
            several => return Hit::Ambiguous(several.iter().flat_map(|origins| origins.iter().copied()).collect()),
        }
        match here.alias(label) {
            Some(found) if here.see_aliases != Aliases::No => Hit::Found(found.to_vec()),
            Some(_) | None => Hit::Nothing,
        }
    }

    /// The name of a closed source used as a value: all of its columns.
    fn whole_row(&self, here: &Scope<'_>, label: Label, place: Place) -> Option<Vec<Origin>> {
        let source = here.sources.iter().find(|source| source.path.last() == Some(&label.key))?;
        if source.relation.is_open() || source.relation.columns.is_empty() {
            return None;
        }
        let columns = source.relation.columns.iter().flat_map(|column| column.origins.iter());
        let usage = Usage::IDENTITY.with_class(crate::script::Class::Transformation);
        Some(columns.map(|origin| origin.used(usage).at(place)).collect())
    }

    /// What only tables with unknown columns can have.
    fn open_here(&self, here: &Scope<'_>, label: Label, place: Place) -> Hit {
        let visible = here.sources.iter().filter(|source| source.unqualified);
        let open: Vec<&Visible> =
            visible.clone().filter(|source| source.relation.is_open() && !source.relation.hides(label)).collect();
        let mut found = Vec::new();
        for source in &open {
            source.relation.open_origins(label.shown, place, &mut found);
        }
        match open.len() {
            0 => {}
            1 if found.iter().any(|origin| origin.ambiguous) => return Hit::Ambiguous(found),
            1 => return Hit::Found(found),
            _ => return Hit::Ambiguous(found),
        }
        let anything: Vec<&Origins> = visible.filter_map(|source| source.relation.any.as_ref()).collect();
        match anything.as_slice() {
            [] => Hit::Nothing,
            [only] => Hit::Found(only.to_vec()),
            several => Hit::Ambiguous(several.iter().flat_map(|origins| origins.iter().copied()).collect()),
        }
    }

    /// A column of one relation, by name.
    fn of_relation(&mut self, relation: &Relation, name: Name, place: Place) -> Vec<Origin> {
        if self.is_positional(name) {
            return self.at_position(relation, name, place);
        }
        let label = self.tables.label(name);
        if let Some(mut found) = Self::of_namesakes(relation, label) {
            found.iter_mut().for_each(|origin| origin.ambiguous = true);
            self.report_ambiguous(name, place);
            return found;
        }
        if let Some(column) = relation.find(label) {
            return column.origins.to_vec();
        }
        if relation.is_open() && !relation.hides(label) {
            let mut found = Vec::new();
            relation.open_origins(label.shown, place, &mut found);
            if found.iter().any(|origin| origin.ambiguous) {
                self.report_ambiguous(name, place);
            }
            return found;
        }
        if let Some(any) = &relation.any {
            return any.to_vec();
        }
        if !self.is_pseudo(name) {
            self.report_unknown(relation.columns.iter().map(|column| column.label), name, place);
        }
        Vec::new()
    }

    /// Whether a column of that name is, or may be, in scope.
    pub(super) fn is_column(&self, scope: &Scope<'_>, name: Name) -> bool {
        let label = self.tables.label(name);
        let mut level = Some(scope);
        while let Some(here) = level {
            let may = |source: &Visible| source.relation.find(label).is_some() || source.relation.is_open();
            if here.sources.iter().any(|source| may(source) || source.relation.any.is_some()) {
                return true;
            }
            level = here.env.outer;
        }
        false
    }

    pub(super) fn unknown_column(&mut self, scope: &Scope<'_>, name: Name, place: Place) {
        let columns = scope.sources.iter().flat_map(|source| source.relation.columns.iter());
        self.report_unknown(columns.map(|column| column.label), name, place);
    }

    pub(super) fn report_unknown(&mut self, known: impl Iterator<Item = Label>, name: Name, place: Place) {
        let shown = self.written(name).to_owned();
        let near = nearest(&shown, known.map(|label| &**self.tables.symbols.text(label.shown)));
        let hint = near.map(|near| format!(", did you mean \"{near}\"?")).unwrap_or_default();
        let message = format!("column \"{shown}\" is not in any table in scope{hint}");
        self.report(code::UNKNOWN_COLUMN, Severity::Warning, place, message);
    }

    fn is_pseudo(&self, name: Name) -> bool {
        let ident = &self.script.names[name.0 as usize];
        !ident.quoted && functions::is_pseudo_column(&ident.value, self.script.dialect.kind())
    }

    pub(super) fn written(&self, name: Name) -> &str {
        &self.script.names[name.0 as usize].value
    }

    /// The fields below columns that arrive as they are; others keep their column.
    pub(super) fn with_fields(&mut self, mut origins: Vec<Origin>, fields: &[Name]) -> Vec<Origin> {
        if fields.is_empty() {
            return origins;
        }
        let suffix: Vec<&str> = fields.iter().map(|field| self.script.names[field.0 as usize].value.as_str()).collect();
        let suffix = suffix.join(".");
        for origin in origins.iter_mut().filter(|origin| origin.is_identity()) {
            let path = format!("{}.{suffix}", self.tables.symbols.text(origin.column));
            origin.column = self.tables.symbols.intern(&path);
        }
        origins
    }
}

/// The known name with the fewest changes, when those are few for its length.
fn nearest<'n>(wanted: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wanted = wanted.to_lowercase();
    let limit = (wanted.chars().count() / 3).max(1);
    let near = known.map(|name| (distance(&wanted, &name.to_lowercase()), name));
    near.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// Levenshtein's distance.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (at, b) in right.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[at + 1];
            row[at + 1] = change.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
