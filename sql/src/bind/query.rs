//! Queries bound to relations.

use std::rc::Rc;

use super::{
    Binder,
    relation::{Column, Label, Origin, Origins, Relation, Sym, distinct},
    scope::{Aliases, CteNode, Env, Scope},
};
use crate::{
    dialect::Sees,
    functions,
    lineage::Indirect,
    script::{Body, Branch, Class, Clause, Cte, Expr, Item, Name, Place, QueryId, Ref, Select, SetOp, Target, Usage},
};

/// How often a recursive query is followed before its columns count as settled.
const ROUNDS: usize = 4;

/// How long an expression is at most, in bytes, that names its column.
const LONGEST_NAME: usize = 300;

impl<'a> Binder<'a> {
    pub(super) fn query(&mut self, id: QueryId, env: &Env<'_>) -> Rc<Relation> {
        if !self.enter() {
            return Rc::default();
        }
        let query = &self.script.queries[id.0 as usize];
        let mut env = env.clone();
        for cte in &query.ctes {
            self.declare(cte, &mut env);
        }
        let outer = self.decide(None);
        let relation = self.branches(&query.branches, &query.order_by, &env);
        self.decide(outer);
        self.leave();
        relation
    }

    pub(super) fn declare<'s>(&mut self, cte: &'a Cte, env: &mut Env<'s>) {
        let key = self.tables.label(cte.name).key;
        let relation = if cte.recursive { self.recursive(cte, key, env) } else { self.query(cte.query, env) };
        let place = self.script.queries[cte.query.0 as usize].place;
        self.check_names(&relation, cte.columns.len(), place);
        let relation = self.renamed(relation, &cte.columns);
        let relation = self.told_apart(relation, place);
        env.ctes = Some(Rc::new(CteNode { key, relation, before: env.ctes.take() }));
    }

    /// The first branch gives the columns; the others may read them, until nothing is added.
    fn recursive(&mut self, cte: &'a Cte, key: Sym, env: &Env<'_>) -> Rc<Relation> {
        let branches = &self.script.queries[cte.query.0 as usize].branches;
        let Some(first) = branches.get(..1).filter(|_| branches.len() > 1) else {
            return self.query(cte.query, env);
        };
        let mut inner = env.clone();
        for before in &self.script.queries[cte.query.0 as usize].ctes {
            self.declare(before, &mut inner);
        }
        let mut relation = self.branches(first, &[], &inner);
        for _ in 0..ROUNDS {
            let seen = self.renamed(Rc::clone(&relation), &cte.columns);
            let ctes = Some(Rc::new(CteNode { key, relation: seen, before: env.ctes.clone() }));
            let next = self.query(cte.query, &Env { ctes, outer: env.outer });
            let settled = origin_count(&next) == origin_count(&relation);
            relation = next;
            if settled {
                break;
            }
        }
        relation
    }

    /// The relation with other names for its first columns.
    pub(super) fn renamed(&mut self, relation: Rc<Relation>, names: &[Name]) -> Rc<Relation> {
        if names.is_empty() {
            return relation;
        }
        let mut renamed = (*relation).clone();
        for (index, name) in names.iter().enumerate() {
            let label = self.tables.label(*name);
            let positional = index < renamed.sure || !renamed.is_open();
            match renamed.columns.get_mut(index) {
                Some(column) if positional => column.label = label,
                Some(_) | None => {
                    let origins = unknown_origins(&relation, self.star);
                    renamed.columns.push(Column { label, origins, data_type: None, fields: None, place: Place(0, 0) });
                }
            }
        }
        renamed.sure = renamed.columns.len();
        if renamed.is_open() {
            renamed.open.clear();
        }
        Rc::new(renamed)
    }

    fn branches(&mut self, branches: &'a [Branch], order_by: &'a [Expr], env: &Env<'_>) -> Rc<Relation> {
        if let [Branch { body: Body::Select(select), .. }] = branches {
            return Rc::new(self.select(select, order_by, env));
        }
        let mut result = Rc::default();
        for branch in branches {
            let relation = self.body(&branch.body, env);
            result = match branch.op {
                SetOp::First => relation,
                SetOp::Union => Rc::new(self.union(&result, &relation, branch.by_name)),
                SetOp::Intersect | SetOp::Except => {
                    self.check_branches(&result, &relation);
                    Rc::new(restricted(&result, &relation))
                }
            };
        }
        self.ordered(result, order_by, env)
    }

    fn body(&mut self, body: &'a Body, env: &Env<'_>) -> Rc<Relation> {
        match body {
            Body::Select(select) => Rc::new(self.select(select, &[], env)),
            Body::Query(query) => self.query(*query, env),
            Body::Values(values) => Rc::new(self.values(values, env)),
            Body::Table(table) => self.table_relation(table, None, env).1,
            Body::Statement(statement) => self.inner_statement(statement, env),
        }
    }

    fn values(&mut self, values: &'a [Expr], env: &Env<'_>) -> Relation {
        let scope = Scope::new(env);
        let mut relation = Relation { sure: values.len(), ..Relation::default() };
        for (index, expr) in values.iter().enumerate() {
            let origins = self.origins(&scope, expr);
            let label = self.tables.label_of(&functions::value_column(index, self.script.dialect.kind()), false);
            relation.columns.push(self.made(label, origins, expr.place));
        }
        relation
    }

    /// Column by column, or name by name.
    fn union(&mut self, left: &Relation, right: &Relation, by_name: bool) -> Relation {
        let mut result = left.clone();
        result.influences.extend(&right.influences);
        result.influences = distinct(result.influences);
        result.open.extend(right.open.iter().cloned());
        if by_name {
            for column in &right.columns {
                match result.columns.iter_mut().find(|known| known.label.loose == column.label.loose) {
                    Some(known) => known.origins = together(&known.origins, &column.origins),
                    None => result.columns.push(column.clone()),
                }
            }
            return result;
        }
        for (index, column) in result.columns.iter_mut().enumerate() {
            let sure = index < left.sure && index < right.sure || !left.is_open() && !right.is_open();
            match right.columns.get(index).filter(|_| sure).or_else(|| right.find(column.label)) {
                Some(other) => column.origins = together(&column.origins, &other.origins),
                None if right.is_open() => {
                    let mut guessed = column.origins.to_vec();
                    right.open_origins(column.label.shown, column.place, &mut guessed);
                    column.origins = distinct(guessed).into();
                }
                None => {}
            }
        }
        self.check_branches(left, right);
        result
    }

    /// `ORDER BY` over a set operation sees only its result.
    fn ordered(&mut self, relation: Rc<Relation>, order_by: &'a [Expr], env: &Env<'_>) -> Rc<Relation> {
        if order_by.is_empty() {
            return relation;
        }
        let mut scope = Scope::new(env);
        scope.add(Vec::new(), Rc::clone(&relation));
        let mut sorted = (*relation).clone();
        for expr in order_by {
            let origins = self.ordinal(expr, &relation);
            let origins = origins.unwrap_or_else(|| self.deciding(&scope, expr, Indirect::Sort));
            sorted.decide_by(origins, Indirect::Sort);
        }
        sorted.influences = distinct(sorted.influences);
        Rc::new(sorted)
    }

    fn select(&mut self, select: &'a Select, order_by: &'a [Expr], env: &Env<'_>) -> Relation {
        let mut scope = Scope::new(env);
        let mut result = Relation::default();
        for source in &select.sources {
            self.add_source(source, &mut scope, &mut result.influences);
        }
        let lateral = self.script.dialect.has_lateral_aliases();
        scope.see_aliases = if lateral { Aliases::Second } else { Aliases::No };
        let mut grouped: Vec<Origins> = Vec::new();
        let forward = self.script.dialect.has_forward_aliases();
        if forward {
            self.foresee_aliases(&select.items, &mut scope);
            scope.see_aliases = Aliases::First;
        }
        for item in &select.items {
            // Within itself an alias is the column of its name.
            let own = match item {
                Item::Expr { name: Some(name), .. } if forward => Some(self.tables.label(*name).key),
                Item::Expr { .. } | Item::Many { .. } | Item::Star(_) => None,
            };
            if let Some(own) = own {
                scope.aliases.remove(&own);
            }
            self.item(item, &mut scope, &mut result, &mut grouped);
        }
        if !result.is_open() {
            result.sure = result.columns.len();
        }
        for (clause, expr) in &select.filters {
            scope.see_aliases = self.aliases_in(*clause, expr);
            let origins = self.deciding(&scope, expr, clause.key().unwrap_or(clause.reason()));
            result.decide_by(origins, clause.reason());
        }
        for expr in &select.group_by {
            scope.see_aliases = self.aliases_in(Clause::GroupBy, expr);
            let origins = self.ordinal(expr, &result);
            let origins = origins.unwrap_or_else(|| self.deciding(&scope, expr, Indirect::GroupBy));
            result.decide_by(origins, Indirect::GroupBy);
        }
        if select.group_by_all {
            result.decide_by(grouped.iter().flat_map(|origins| origins.iter().copied()), Indirect::GroupBy);
        }
        for expr in order_by {
            scope.see_aliases = self.aliases_in(Clause::OrderBy, expr);
            let origins = self.ordinal(expr, &result);
            let origins = origins.unwrap_or_else(|| self.deciding(&scope, expr, Indirect::Sort));
            result.decide_by(origins, Indirect::Sort);
        }
        result.influences = distinct(std::mem::take(&mut result.influences));
        result
    }

    /// How an expression of a clause sees the aliases of the select list.
    fn aliases_in(&self, clause: Clause, expr: &Expr) -> Aliases {
        let alone = || match expr.refs.as_slice() {
            [Ref { target: Target::Column(path), usage: Usage::IDENTITY, .. }] => path.len() == 1,
            _ => false,
        };
        match self.script.dialect.sees_aliases(clause) {
            _ if self.script.dialect.has_forward_aliases() => Aliases::First,
            Sees::Nowhere => Aliases::No,
            Sees::Alone if !alone() => Aliases::No,
            Sees::Alone | Sees::Anywhere if clause == Clause::OrderBy => Aliases::First,
            Sees::Alone | Sees::Anywhere => Aliases::Second,
        }
    }

    /// Aliases of later items, for platforms where earlier ones may use them.
    fn foresee_aliases(&mut self, items: &'a [Item], scope: &mut Scope<'_>) {
        let reported = self.diagnostics.len();
        for item in items {
            if let Item::Expr { expr, name: Some(name) } = item {
                let origins = self.origins(scope, expr);
                scope.aliases.insert(self.tables.label(*name).key, origins.into());
            }
        }
        self.diagnostics.truncate(reported);
    }

    /// The origins of the column at the position that a bare number means.
    fn ordinal(&self, expr: &Expr, result: &Relation) -> Option<Vec<Origin>> {
        let index = (expr.ordinal? as usize).checked_sub(1)?;
        let sure = index < result.sure || !result.is_open();
        let column = result.columns.get(index).filter(|_| sure)?;
        Some(column.origins.iter().map(|origin| origin.at(expr.place)).collect())
    }

    /// What an output column is called: by its name, else as the platform does.
    pub(super) fn label_at(&mut self, name: Option<Name>, index: usize, expr: &Expr, scope: &mut Scope<'_>) -> Label {
        if let Some(name) = name {
            return self.tables.label(name);
        }
        let span = expr.place.span();
        let text = self.script.text.get(span.start..span.end).filter(|text| text.len() <= LONGEST_NAME);
        let made = functions::unnamed_column(self.script.dialect.kind(), text, (index, scope.unnamed));
        scope.unnamed += 1;
        self.tables.label_of(&made, true)
    }

    /// Where the value of an item comes from; what only passes here keeps the place where it was made.
    pub(super) fn item_origins(&mut self, scope: &Scope<'_>, expr: &'a Expr) -> Vec<Origin> {
        let origins = match expr.refs.as_slice() {
            [Ref { target: Target::Column(path), usage: Usage::IDENTITY, place }] => {
                return self
                    .column(scope, path, &[], *place)
                    .into_iter()
                    .map(|origin| origin.passed(expr.place))
                    .collect();
            }
            _ => self.origins(scope, expr),
        };
        origins.into_iter().map(|origin| origin.at(expr.place)).collect()
    }

    fn item(&mut self, item: &'a Item, scope: &mut Scope<'_>, result: &mut Relation, grouped: &mut Vec<Origins>) {
        match item {
            Item::Expr { expr, name } => {
                let origins = self.item_origins(scope, expr);
                let label = self.label_at(*name, result.columns.len(), expr, scope);
                let mut column = self.column_of(label, origins, expr.place);
                column.fields = self.fields_of(scope, expr);
                if let Some(data_type) = expr.data_type {
                    column.data_type = Some(self.written(data_type).into());
                }
                if self.notes.is_some() && column.data_type.is_none() {
                    column.data_type = self.noted_type(expr.place);
                }
                if !expr.aggregates {
                    grouped.push(Rc::clone(&column.origins));
                }
                if name.is_some() {
                    scope.aliases.insert(label.key, Rc::clone(&column.origins));
                }
                result.columns.push(column);
            }
            Item::Many { expr, names } => {
                let origins = self.origins(scope, expr);
                for name in names {
                    let column = self.made(self.tables.label(*name), origins.clone(), expr.place);
                    scope.aliases.insert(column.label.key, Rc::clone(&column.origins));
                    result.columns.push(column);
                }
            }
            Item::Star(star) => self.star(star, scope, result),
        }
    }

    /// A column that an item made.
    pub(super) fn made(&self, label: Label, origins: Vec<Origin>, place: Place) -> Column {
        self.column_of(label, origins.into_iter().map(|origin| origin.at(place)).collect(), place)
    }

    /// The same, of origins that have their places.
    pub(super) fn column_of(&self, label: Label, origins: Vec<Origin>, place: Place) -> Column {
        let data_type = match origins.as_slice() {
            [only] if only.is_identity() => self.data_type(only),
            _ => None,
        };
        Column { label, origins: distinct(origins).into(), data_type, fields: None, place }
    }

    pub(super) fn data_type(&self, origin: &Origin) -> Option<Rc<str>> {
        self.tables.get(origin.table).relation.find_shown(origin.column)?.data_type.clone()
    }

    /// Where the value of an expression comes from.
    pub(super) fn origins(&mut self, scope: &Scope<'_>, expr: &'a Expr) -> Vec<Origin> {
        self.picked(scope, expr, None)
    }

    /// The same; of a subquery with several columns only the one at `pick`.
    pub(super) fn picked(&mut self, scope: &Scope<'_>, expr: &'a Expr, pick: Option<u32>) -> Vec<Origin> {
        if self.notes.is_some() {
            self.note_types(scope, expr);
        }
        let mut origins = Vec::new();
        for found in &expr.refs {
            let (usage, place) = (found.usage, found.place);
            match &found.target {
                Target::Column(path) => {
                    let columns = self.column(scope, path, &[], place);
                    if path.len() > 1 {
                        self.check_fields(&columns, path.last(), place);
                    }
                    origins.extend(columns.into_iter().map(|origin| origin.used(usage).at(place)));
                }
                Target::Field { column, fields } => {
                    let columns = self.column(scope, column, fields, place);
                    self.check_fields(&columns, fields.last(), place);
                    origins.extend(columns.into_iter().map(|origin| origin.used(usage).at(place)));
                }
                Target::Rows(query) => {
                    let relation = self.query(*query, &scope.inner());
                    let columns = relation.columns.iter().enumerate();
                    let picked = columns.filter(|(index, _)| pick.is_none_or(|pick| pick as usize == *index));
                    let values = picked.flat_map(|(_, column)| column.origins.iter());
                    origins.extend(values.map(|origin| origin.used(usage).at(place)));
                    origins.extend(relation.influences.iter().copied());
                }
                Target::Exists(query) => {
                    let relation = self.query(*query, &scope.inner());
                    origins.extend(relation.influences.iter().copied());
                }
                Target::Star(qualifier) => {
                    let star = self.all_columns(scope, qualifier);
                    let usage = usage.with_class(Class::Transformation);
                    origins.extend(star.into_iter().map(|origin| origin.used(usage).at(place)));
                }
            }
        }
        distinct(origins)
    }

    /// Every column in scope, or of the named source.
    fn all_columns(&mut self, scope: &Scope<'_>, qualifier: &[Name]) -> Vec<Origin> {
        let keys = self.tables.path_keys(qualifier);
        let sources = scope.sources.iter().filter(|source| keys.is_empty() || source.path.ends_with(&keys));
        let mut origins = Vec::new();
        for source in sources {
            origins.extend(source.relation.columns.iter().flat_map(|column| column.origins.iter()));
            origins.extend(unknown_origins(&source.relation, self.star).iter());
        }
        origins
    }
}

/// The left side's rows, with what the right side takes away.
fn restricted(left: &Relation, right: &Relation) -> Relation {
    let mut result = left.clone();
    let values = right.columns.iter().flat_map(|column| column.origins.iter().copied());
    result.decide_by(values, Indirect::Filter);
    result.influences.extend(&right.influences);
    result.influences = distinct(result.influences);
    result
}

fn together(left: &Origins, right: &Origins) -> Origins {
    distinct(left.iter().chain(right.iter()).copied().collect()).into()
}

/// The columns nobody knows, as one.
pub(super) fn unknown_origins(relation: &Relation, star: Sym) -> Origins {
    let mut origins = Vec::new();
    relation.open_origins(star, relation.star, &mut origins);
    origins.extend(relation.any.iter().flat_map(|any| any.iter().copied()));
    origins.into()
}

fn origin_count(relation: &Relation) -> usize {
    relation.columns.iter().map(|column| column.origins.len()).sum::<usize>() + relation.influences.len()
}

/// A use that makes a new value.
pub(super) const MADE: Usage = Usage { class: Class::Transformation, ..Usage::IDENTITY };
