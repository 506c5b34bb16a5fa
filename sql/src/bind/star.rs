//! Stars expanded to columns.

use std::rc::Rc;

use super::{
    Binder,
    relation::{Column, Label, Origin, Relation, Sym, TableId},
    scope::Scope,
};
use crate::{
    diagnostic::{Severity, code},
    script::{Star, Usage},
};

/// A star on its way into a select list.
struct Expansion<'r> {
    result: &'r mut Relation,
    /// How many columns there were before it.
    before: usize,
    /// Sources whose columns are not all known, each with how many columns stand before.
    open: Vec<(usize, Vec<Vec<TableId>>)>,
}

impl Expansion<'_> {
    /// The column of that name that the star gave.
    fn column(&mut self, label: Label) -> Option<&mut Column> {
        self.result.columns[self.before..].iter_mut().find(|known| known.label.loose == label.loose)
    }

    /// The tables that unknown columns may be of; of several sources only one has each.
    fn groups(&self) -> Vec<Vec<TableId>> {
        match self.open.as_slice() {
            [] => Vec::new(),
            [(_, only)] => only.clone(),
            several => vec![several.iter().flat_map(|(_, groups)| groups.iter().flatten().copied()).collect()],
        }
    }
}

impl<'a> Binder<'a> {
    pub(super) fn star(&mut self, star: &'a Star, scope: &Scope<'_>, result: &mut Relation) {
        if let Some(of) = &star.of {
            result.any = Some(self.origins(scope, of).into());
            let message = "the fields of this value are not known".to_owned();
            return self.report(code::STAR_NOT_EXPANDED, Severity::Note, of.place, message);
        }
        let patterns = [&star.matching, &star.lacking].into_iter().flatten();
        for pattern in patterns.filter(|pattern| regex::Regex::new(pattern).is_err()) {
            let message = format!("the pattern \"{pattern}\" is not followed: all columns are taken");
            self.report(code::UNSUPPORTED, Severity::Warning, star.place, message);
        }
        let mut expansion = Expansion { before: result.columns.len(), result, open: Vec::new() };
        let mut over: Vec<Rc<Relation>> = Vec::new();
        if star.qualifier.is_empty() {
            self.star_of_all(star, scope, &mut expansion);
            over.extend(scope.sources.iter().map(|source| Rc::clone(&source.relation)));
        } else {
            let keys = self.tables.path_keys(&star.qualifier);
            let mut level = Some(scope);
            let mut found = None;
            while let (Some(here), None) = (level, &found) {
                found = here.named(&keys).map(|source| Rc::clone(&source.relation));
                level = here.env.outer;
            }
            match found {
                Some(relation) => {
                    self.star_of(star, &relation, &[], &mut expansion);
                    over.push(relation);
                }
                None => self.star_of_field(star, scope, expansion.result),
            }
        }
        let groups = expansion.groups();
        if groups.is_empty() && !over.is_empty() {
            self.check_excepted(star, &over);
            self.check_not_empty(star, &expansion, &over);
        }
        self.star_changes(star, scope, &mut expansion, &groups);
        self.leave_open(star, expansion, groups);
    }

    fn star_of_all(&mut self, star: &'a Star, scope: &Scope<'_>, expansion: &mut Expansion<'_>) {
        let merged: Vec<Sym> = scope.merged.iter().map(|merged| merged.label.loose).collect();
        for merged in &scope.merged {
            if self.star_keeps(star, merged.label) {
                let column = self.made(merged.label, merged.origins.to_vec(), star.place);
                expansion.result.columns.push(column);
            }
        }
        for source in scope.sources.iter().filter(|source| source.unqualified) {
            let relation = Rc::clone(&source.relation);
            self.star_of(star, &relation, &merged, expansion);
        }
    }

    fn star_of(&mut self, star: &'a Star, relation: &Relation, skip: &[Sym], expansion: &mut Expansion<'_>) {
        let result = &mut *expansion.result;
        for column in &relation.columns {
            if skip.contains(&column.label.loose) || !self.star_keeps(star, column.label) {
                continue;
            }
            let origins = column.origins.iter().map(|origin| starred(*origin, star)).collect::<Vec<_>>();
            let data_type = column.data_type.clone().filter(|_| star.usage == Usage::IDENTITY);
            let fields = column.fields.clone();
            result.columns.push(Column {
                label: column.label,
                origins: origins.into(),
                data_type,
                fields,
                place: star.place,
            });
        }
        if relation.is_open() {
            expansion.open.push((result.columns.len(), relation.open.clone()));
            result.hidden.extend(&relation.hidden);
        }
        if let (Some(any), None) = (&relation.any, &result.any) {
            result.any = Some(Rc::clone(any));
        }
    }

    /// `t.s.*`, where `s` is a structured column.
    fn star_of_field(&mut self, star: &'a Star, scope: &Scope<'_>, result: &mut Relation) {
        if let [name] = star.qualifier.as_ref()
            && !self.is_column(scope, *name)
        {
            let shown = self.written(*name);
            let message = format!("\"{shown}\": no table, alias or column of that name is in scope");
            return self.report(code::UNKNOWN_TABLE, Severity::Warning, star.place, message);
        }
        if let Some(fields) = self.known_column(scope, &star.qualifier).and_then(|column| column.fields) {
            let kept = fields.iter().filter(|field| self.star_keeps(star, field.label));
            return result.columns.extend(kept.cloned());
        }
        let origins = self.column(scope, &star.qualifier, &[], star.place);
        if !origins.is_empty() {
            result.any = Some(origins.into());
            let message = "the fields of this value are not known".to_owned();
            self.report(code::STAR_NOT_EXPANDED, Severity::Note, star.place, message);
        }
    }

    /// Says which of the names that are taken out, replaced or renamed are none of the star's.
    fn check_excepted(&mut self, star: &Star, over: &[Rc<Relation>]) {
        if self.script.dialect.ignores_excepted() || over.iter().any(|relation| relation.any.is_some()) {
            return;
        }
        let renamed = star.rename.iter().map(|(from, _)| *from);
        let replaced = star.replace.iter().map(|(name, _)| *name);
        for name in star.except.iter().copied().chain(renamed).chain(replaced) {
            let label = self.tables.label(name);
            let mut columns = over.iter().flat_map(|relation| relation.columns.iter());
            if !columns.any(|column| column.label.loose == label.loose) {
                let known = over.iter().flat_map(|relation| relation.columns.iter().map(|column| column.label));
                self.report_unknown(known, name, star.place);
            }
        }
    }

    /// Says so when nothing is left of a star.
    fn check_not_empty(&mut self, star: &Star, expansion: &Expansion<'_>, over: &[Rc<Relation>]) {
        let had = over.iter().any(|relation| !relation.columns.is_empty());
        if had && expansion.result.any.is_none() && expansion.result.columns.len() == expansion.before {
            let message = "no column is left of this star: expected at least one".to_owned();
            self.report(code::COLUMN_COUNT, Severity::Warning, star.place, message);
        }
    }

    fn star_keeps(&self, star: &Star, label: Label) -> bool {
        let excepted = star.except.iter().any(|name| self.tables.label(*name).loose == label.loose);
        let liked = star.like.as_ref().is_none_or(|pattern| {
            let text = self.tables.symbols.text(label.loose);
            like(&pattern.to_lowercase(), text)
        });
        // A pattern that cannot be read has been reported; it keeps nothing out.
        let finds =
            |pattern: &String| Some(regex::Regex::new(pattern).ok()?.is_match(self.tables.symbols.text(label.shown)));
        let matched = star.matching.as_ref().and_then(finds).unwrap_or(true);
        let lacking = star.lacking.as_ref().and_then(finds).is_none_or(|found| !found);
        !excepted && liked && matched && lacking
    }

    /// `REPLACE` and `RENAME`.
    fn star_changes(
        &mut self,
        star: &'a Star,
        scope: &Scope<'_>,
        expansion: &mut Expansion<'_>,
        groups: &[Vec<TableId>],
    ) {
        for (name, expr) in &star.replace {
            let label = self.tables.label(*name);
            let origins = self.origins(scope, expr);
            let column = self.made(label, origins, expr.place);
            match expansion.column(label) {
                Some(known) => *known = Column { label: known.label, ..column },
                None if groups.is_empty() => {}
                None => expansion.result.columns.push(column),
            }
        }
        for (from, to) in &star.rename {
            let (from, to) = (self.tables.label(*from), self.tables.label(*to));
            match expansion.column(from) {
                Some(known) => known.label = to,
                None if !groups.is_empty() => {
                    let mut origins = Vec::new();
                    let source = Relation { open: groups.to_vec(), ..Relation::default() };
                    source.open_origins(from.shown, star.place, &mut origins);
                    expansion.result.hidden.push(from.loose);
                    let column = self.made(to, origins, star.place);
                    expansion.result.columns.push(column);
                }
                None => {}
            }
        }
    }

    /// What a star that cannot be expanded leaves open.
    fn leave_open(&mut self, star: &Star, expansion: Expansion<'_>, groups: Vec<Vec<TableId>>) {
        let Some((sure, _)) = expansion.open.first() else { return };
        let result = expansion.result;
        if !result.is_open() {
            result.sure = *sure;
        }
        result.star = star.place;
        result.hidden.extend(star.except.iter().map(|name| self.tables.label(*name).loose));
        result.open.extend(groups);
        let message = "the columns of this star are not known".to_owned();
        self.report(code::STAR_NOT_EXPANDED, Severity::Note, star.place, message);
    }
}

/// An origin of a column that a star gives.
fn starred(origin: Origin, star: &Star) -> Origin {
    if star.usage == Usage::IDENTITY { origin.passed(star.place) } else { origin.used(star.usage).at(star.place) }
}

/// `LIKE`, of two texts in lower case.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut here) = (0, 0);
    let mut retry = None;
    while here < text.len() {
        match pattern.get(at) {
            Some('%') => {
                retry = Some((at, here));
                at += 1;
            }
            Some(wanted) if *wanted == '_' || *wanted == text[here] => {
                at += 1;
                here += 1;
            }
            Some(_) | None => {
                let Some((percent, from)) = retry else { return false };
                retry = Some((percent, from + 1));
                at = percent + 1;
                here = from + 1;
            }
        }
    }
    pattern[at..].iter().all(|wanted| *wanted == '%')
}
