//! The operands of `FROM`.

use std::rc::Rc;

use foldhash::HashSet;

use super::{
    Binder,
    query::{MADE, unknown_origins},
    relation::{Column, Label, Origin, Origins, Relation, Sym, TableId, distinct},
    scope::{Env, Merged, Scope},
};
use crate::{
    functions,
    lineage::Indirect,
    script::{Expr, Match, Name, Path, Pivot, Place, Relation as Written, Side, Source, Table, Unpivot},
};

/// The place of what a source makes: no expression stands for it but the one that takes it from there.
const UNPLACED: Place = Place(0, 0);

impl<'a> Binder<'a> {
    /// Binds a source, joins it to those in `scope`, and adds it there.
    pub(super) fn add_source(&mut self, source: &'a Source, scope: &mut Scope<'_>, influences: &mut Vec<Origin>) {
        if let (Written::Nested(sources), None) = (&source.relation, source.alias) {
            return self.add_nested(source, sources, scope, influences);
        }
        let (path, relation) = self.source(source, scope);
        influences.extend(&relation.influences);
        self.merge_columns(source, &relation, scope, influences);
        scope.add(path, relation);
        if let (Written::Table(table), Some(_), Some(last)) = (&source.relation, source.alias, scope.sources.last_mut())
        {
            last.table = self.tables.path_keys(&table.path);
        }
        self.join_condition(source, scope, influences);
    }

    /// `(a JOIN b …)` without an alias: its tables are in scope themselves.
    fn add_nested(
        &mut self,
        source: &'a Source,
        sources: &'a [Source],
        scope: &mut Scope<'_>,
        influences: &mut Vec<Origin>,
    ) {
        let mut inside = Scope::new(&scope.env);
        for inner in sources {
            self.add_source(inner, &mut inside, influences);
        }
        let columns = inside.sources.iter().flat_map(|source| source.relation.columns.iter().cloned()).collect();
        let together = Relation { columns, ..Relation::default() };
        self.merge_columns(source, &together, scope, influences);
        scope.sources.append(&mut inside.sources);
        scope.merged.append(&mut inside.merged);
        self.join_condition(source, scope, influences);
    }

    fn join_condition(&mut self, source: &'a Source, scope: &mut Scope<'_>, influences: &mut Vec<Origin>) {
        if let Some(condition) = &source.join.on {
            let origins = self.deciding(scope, condition, Indirect::Join);
            influences.extend(origins.into_iter().map(|origin| origin.deciding(Indirect::Join)));
        }
        if source.join.side == Side::Semi
            && let Some(last) = scope.sources.last_mut()
        {
            last.unqualified = false;
        }
    }

    /// The columns that `USING` and `NATURAL` make of two.
    fn merge_columns(
        &mut self,
        source: &'a Source,
        right: &Relation,
        scope: &mut Scope<'_>,
        influences: &mut Vec<Origin>,
    ) {
        let labels: Vec<Label> = if source.join.natural {
            self.common_columns(right, scope)
        } else {
            source.join.using.iter().map(|name| self.tables.label(*name)).collect()
        };
        self.check_using(source, right, scope);
        for label in labels {
            let left = self.left_of_join(label, scope, source);
            let mut other = Vec::new();
            match right.find(label) {
                Some(column) => other.extend(column.origins.iter().copied()),
                None => right.open_origins(label.shown, source.place, &mut other),
            }
            let both = left.iter().chain(&other).copied();
            influences.extend(both.map(|origin| origin.deciding(Indirect::Join).at(source.place)));
            let origins = match source.join.side {
                Side::Right => other,
                Side::Full => distinct(left.into_iter().chain(other).collect()),
                Side::Cross | Side::Inner | Side::Left | Side::Semi if left.is_empty() => other,
                Side::Cross | Side::Inner | Side::Left | Side::Semi => left,
            };
            scope.merged.retain(|merged| merged.label.loose != label.loose);
            scope.merged.push(Merged { label, origins: origins.into() });
        }
    }

    fn check_using(&mut self, source: &Source, right: &Relation, scope: &Scope<'_>) {
        for name in &source.join.using {
            let label = self.tables.label(*name);
            if scope.merged.iter().all(|merged| merged.label.loose != label.loose) {
                let left = scope.sources.iter().filter(|source| source.unqualified);
                let left: Vec<&Relation> = left.map(|source| source.relation.as_ref()).collect();
                self.check_joined(*name, (&left, right), source.place);
            } else {
                self.check_joined(*name, (&[right], right), source.place);
            }
        }
    }

    fn common_columns(&self, right: &Relation, scope: &Scope<'_>) -> Vec<Label> {
        let left = scope.sources.iter().filter(|source| source.unqualified);
        let left: HashSet<Sym> =
            left.flat_map(|source| source.relation.columns.iter().map(|column| column.label.loose)).collect();
        right.columns.iter().map(|column| column.label).filter(|label| left.contains(&label.loose)).collect()
    }

    fn left_of_join(&mut self, label: Label, scope: &Scope<'_>, source: &Source) -> Vec<Origin> {
        if let Some(merged) = scope.merged.iter().find(|merged| merged.label.loose == label.loose) {
            return merged.origins.to_vec();
        }
        let known = scope.sources.iter().find_map(|source| source.relation.find(label));
        if let Some(column) = known {
            return column.origins.to_vec();
        }
        let open: Vec<_> = scope.sources.iter().filter(|source| source.relation.is_open()).collect();
        let mut origins = Vec::new();
        for candidate in &open {
            candidate.relation.open_origins(label.shown, source.place, &mut origins);
        }
        let several = open.len() > 1;
        origins.iter_mut().for_each(|origin| origin.ambiguous |= several);
        origins
    }

    /// A source's names in scope, and its relation.
    pub(super) fn source(&mut self, source: &'a Source, scope: &Scope<'_>) -> (Vec<Sym>, Rc<Relation>) {
        let path = self.path_of(source);
        let relation = match &source.relation {
            Written::Table(table) => match self.implicit_unnest(table, source, scope) {
                Some(unnested) => unnested,
                None => self.table_relation(table, source.alias, &scope.env).1,
            },
            Written::Derived { query, lateral } => {
                let env = if *lateral { scope.inner() } else { scope.env.clone() };
                self.query(*query, &env)
            }
            Written::Unnest { arrays, extra } => self.unnest(arrays, extra, source, scope),
            Written::Function { name, args } => self.function(name, args, source, scope),
            Written::Columns(columns) => self.columns(columns, scope),
            Written::Nested(sources) => self.nested(sources, &scope.env),
            Written::Pivot(pivot) => self.pivot(pivot, scope),
            Written::Unpivot(unpivot) => self.unpivot(unpivot, scope),
            Written::Match(matched) => self.matched(matched, scope),
        };
        let own_names = matches!(source.relation, Written::Unnest { .. } | Written::Function { .. });
        if let Written::Derived { .. } | Written::Table(_) = &source.relation {
            self.check_names(&relation, source.columns.len(), source.place);
        }
        let relation = if own_names { relation } else { self.renamed(relation, &source.columns) };
        match &source.relation {
            Written::Derived { .. } | Written::Nested(_) => (path, self.told_apart(relation, source.place)),
            _ => (path, relation),
        }
    }

    fn path_of(&self, source: &Source) -> Vec<Sym> {
        match (source.alias, &source.relation) {
            (Some(alias), _) => vec![self.tables.label(alias).key],
            (None, Written::Table(table)) => self.tables.path_keys(&table.path),
            (None, Written::Pivot(pivot)) => self.path_of(&pivot.input),
            (None, Written::Unpivot(unpivot)) => self.path_of(&unpivot.input),
            (None, _) => Vec::new(),
        }
    }

    /// A table, or the CTE of that name.
    pub(super) fn table_relation(
        &mut self,
        table: &Table,
        alias: Option<Name>,
        env: &Env<'_>,
    ) -> (Option<TableId>, Rc<Relation>) {
        if let ([name], false) = (table.path.as_ref(), table.location) {
            let key = self.tables.label(*name).key;
            if let Some(relation) = env.cte(key) {
                return (None, relation);
            }
        }
        let id = self.tables.resolve(self.script, table);
        self.read(id, alias, table.place);
        (Some(id), Rc::clone(&self.tables.get(id).relation))
    }

    /// `FROM t, t.items`: a column of a source before.
    fn implicit_unnest(&mut self, table: &'a Table, source: &'a Source, scope: &Scope<'_>) -> Option<Rc<Relation>> {
        let first = self.tables.label(*table.path.first()?).key;
        if !self.script.dialect.has_implicit_unnest() || table.path.len() < 2 || scope.named(&[first]).is_none() {
            return None;
        }
        let origins = self.column(scope, &table.path, &[], table.place);
        let element = source.alias.or(table.path.last().copied());
        Some(self.elements(&made_of(&origins), element, source, &[]))
    }

    fn unnest(&mut self, arrays: &'a [Expr], extra: &[Name], source: &Source, scope: &Scope<'_>) -> Rc<Relation> {
        let each: Vec<Vec<Origin>> = arrays.iter().map(|array| self.origins(scope, array)).collect();
        let counted = !extra.is_empty() && source.columns.len() > each.len();
        if (each.len() > 1 || counted) && !source.columns.is_empty() {
            let mut relation = Relation::default();
            for (index, name) in source.columns.iter().enumerate() {
                // What has no array is the position.
                let ordinal = counted && index + 1 == source.columns.len();
                let origins = if ordinal { None } else { each.get(index).or(each.last()) };
                let origins = origins.map(|origins| made_of(origins)).unwrap_or_default();
                relation.columns.push(self.made(self.tables.label(*name), origins, UNPLACED));
            }
            return Rc::new(relation);
        }
        let all = made_of(&each.concat());
        let fields = match arrays {
            [only] => self.fields_of(scope, only),
            _ => None,
        };
        let elements = self.elements(&all, source.alias, source, extra);
        match fields {
            Some(fields) => Rc::new(structured(&elements, &fields, source)),
            None => elements,
        }
    }

    /// The rows of an array: the alias names the element, and its fields are not known.
    fn elements(&mut self, origins: &[Origin], alias: Option<Name>, source: &Source, extra: &[Name]) -> Rc<Relation> {
        let mut relation = Relation { any: Some(origins.into()), ..Relation::default() };
        let names: Vec<Name> =
            if source.columns.is_empty() { alias.into_iter().collect() } else { source.columns.clone() };
        for name in names {
            relation.columns.push(self.made(self.tables.label(name), origins.to_vec(), UNPLACED));
        }
        for name in extra {
            if relation.columns.iter().all(|column| column.label != self.tables.label(*name)) {
                relation.columns.push(self.made(self.tables.label(*name), Vec::new(), UNPLACED));
            }
        }
        Rc::new(relation)
    }

    fn function(&mut self, name: &Path, args: &'a [Expr], source: &Source, scope: &Scope<'_>) -> Rc<Relation> {
        let each: Vec<Vec<Origin>> = args.iter().map(|arg| self.origins(scope, arg)).collect();
        let origins = made_of(&each.concat());
        // Columns that are listed are all that there are.
        let any = source.columns.is_empty().then(|| origins.clone().into());
        let mut relation = Relation { any, ..Relation::default() };
        let labels: Vec<Label> = if source.columns.is_empty() {
            let function = name.last().map(|name| self.written(*name).to_lowercase()).unwrap_or_default();
            let mut labels: Vec<Label> = source.alias.iter().map(|alias| self.tables.label(*alias)).collect();
            labels
                .extend(functions::columns_of_rows(&function).iter().map(|column| self.tables.label_of(column, false)));
            labels
        } else {
            source.columns.iter().map(|column| self.tables.label(*column)).collect()
        };
        for label in labels {
            relation.columns.push(self.made(label, origins.clone(), UNPLACED));
        }
        Rc::new(relation)
    }

    fn columns(&mut self, columns: &'a [(Name, Expr)], scope: &Scope<'_>) -> Rc<Relation> {
        let mut relation = Relation { sure: columns.len(), ..Relation::default() };
        for (name, expr) in columns {
            let origins = self.origins(scope, expr);
            relation.columns.push(self.made(self.tables.label(*name), origins, UNPLACED));
        }
        Rc::new(relation)
    }

    fn nested(&mut self, sources: &'a [Source], env: &Env<'_>) -> Rc<Relation> {
        let mut scope = Scope::new(env);
        let mut relation = Relation::default();
        for source in sources {
            self.add_source(source, &mut scope, &mut relation.influences);
        }
        for source in &scope.sources {
            relation.columns.extend(source.relation.columns.iter().cloned());
            relation.open.extend(source.relation.open.iter().cloned());
        }
        Rc::new(relation)
    }

    /// The grouping columns as they are, and for each value the aggregates.
    fn pivot(&mut self, pivot: &'a Pivot, scope: &Scope<'_>) -> Rc<Relation> {
        let (path, input) = self.source(&pivot.input, scope);
        let mut inner = Scope::new(&scope.env);
        inner.add(path, Rc::clone(&input));
        let keys: Vec<Origin> = pivot.keys.iter().flat_map(|key| self.origins(&inner, key)).collect();
        let mut result = Relation { influences: input.influences.clone(), any: None, ..Relation::default() };
        let mut used: Vec<Sym> = pivot.keys.iter().flat_map(|key| self.names_in(key)).collect();
        let mut aggregates = Vec::new();
        for (alias, expr) in &pivot.aggregates {
            let mut origins = self.origins(&inner, expr);
            origins.extend(keys.iter().map(|origin| origin.deciding(Indirect::Filter)));
            used.extend(self.names_in(expr));
            aggregates.push((*alias, origins, expr));
        }
        result.columns = input.columns.iter().filter(|column| !used.contains(&column.label.loose)).cloned().collect();
        result.hidden.clone_from(&input.hidden);
        result.open.clone_from(&input.open);
        for value in &pivot.values {
            for (alias, origins, expr) in &aggregates {
                let label = self.pivot_label(*value, (*alias, expr), aggregates.len());
                result.columns.push(self.made(label, origins.clone(), expr.place));
            }
        }
        if pivot.values.is_empty() {
            result.any = Some(aggregates.into_iter().flat_map(|(_, origins, _)| origins).collect());
        }
        // Whatever is neither aggregated nor a key, the rows are grouped by.
        let kept = input.columns.iter().filter(|column| !used.contains(&column.label.loose));
        let kept = kept.flat_map(|column| column.origins.iter().map(|origin| origin.at(pivot.input.place)));
        result.influences.extend(keys.iter().copied().chain(kept).map(|origin| origin.deciding(Indirect::GroupBy)));
        Rc::new(result)
    }

    /// `value`, or `value_alias` where the aggregate has a name or is not the only one.
    fn pivot_label(&mut self, value: Name, (alias, expr): (Option<Name>, &Expr), aggregates: usize) -> Label {
        let alone = aggregates == 1 && (alias.is_none() || self.script.dialect.pivots_without_alias());
        if alone {
            return self.tables.label(value);
        }
        let span = expr.place.span();
        let own = self.script.text.get(span.start..span.end).unwrap_or_default();
        let last = alias.map_or(own, |alias| self.written(alias));
        let name = format!("{}_{last}", self.written(value));
        self.tables.label_of(&name, self.script.names[value.0 as usize].quoted)
    }

    fn names_in(&self, expr: &Expr) -> Vec<Sym> {
        let paths = expr.refs.iter().filter_map(|found| match &found.target {
            crate::script::Target::Column(path) | crate::script::Target::Field { column: path, .. } => path.last(),
            crate::script::Target::Rows(_) | crate::script::Target::Exists(_) | crate::script::Target::Star(_) => None,
        });
        paths.map(|name| self.tables.label(*name).loose).collect()
    }

    /// Columns turned into rows: the value from each of them, the name from which it was.
    fn unpivot(&mut self, unpivot: &'a Unpivot, scope: &Scope<'_>) -> Rc<Relation> {
        let (_, input) = self.source(&unpivot.input, scope);
        let place = unpivot.input.place;
        let mut used: Vec<Sym> = unpivot.columns.iter().flatten().map(|name| self.tables.label(*name).loose).collect();
        if let Some(kept) = &unpivot.all_but {
            let kept: Vec<Sym> = kept.iter().map(|name| self.tables.label(*name).loose).collect();
            let all = input.columns.iter().map(|column| column.label.loose);
            used.extend(all.filter(|label| !kept.contains(label)));
        }
        let mut result = Relation { influences: input.influences.clone(), ..Relation::default() };
        result.columns = input.columns.iter().filter(|column| !used.contains(&column.label.loose)).cloned().collect();
        result.open.clone_from(&input.open);
        let mut all = Vec::new();
        let mut values = Vec::new();
        for (index, value) in unpivot.values.iter().enumerate() {
            let mut origins = Vec::new();
            for column in unpivot.columns.iter().filter_map(|columns| columns.get(index)) {
                let missing =
                    !input.is_open() && input.any.is_none() && input.find(self.tables.label(*column)).is_none();
                if missing {
                    self.report_unknown(input.columns.iter().map(|column| column.label), *column, place);
                }
                origins.extend(self.input_column(&input, *column, place));
            }
            if unpivot.all_but.is_some() {
                let turned = input.columns.iter().filter(|column| used.contains(&column.label.loose));
                origins.extend(turned.flat_map(|column| column.origins.iter().copied()));
                origins.extend(unknown_origins(&input, self.star).iter());
            }
            all.extend(origins.iter().copied());
            values.push(self.made(self.tables.label(*value), origins, UNPLACED));
        }
        let name = self.made(self.tables.label(unpivot.name), made_of(&all), UNPLACED);
        let at = if self.script.dialect.unpivots_value_first() { values.len() } else { 0 };
        values.insert(at, name);
        result.columns.extend(values);
        if !result.is_open() {
            result.sure = result.columns.len();
        }
        Rc::new(result)
    }

    fn input_column(&self, input: &Relation, name: Name, place: Place) -> Vec<Origin> {
        let label = self.tables.label(name);
        match input.find(label) {
            Some(column) => column.origins.to_vec(),
            None => {
                let mut origins = Vec::new();
                input.open_origins(label.shown, place, &mut origins);
                origins
            }
        }
    }

    fn matched(&mut self, matched: &'a Match, scope: &Scope<'_>) -> Rc<Relation> {
        let (path, input) = self.source(&matched.input, scope);
        let mut inner = Scope::new(&scope.env);
        inner.add(path, Rc::clone(&input));
        // A pattern variable qualifies columns of the input.
        for symbol in &matched.symbols {
            inner.add(vec![self.tables.label(*symbol).key], Rc::clone(&input));
            if let Some(last) = inner.sources.last_mut() {
                last.unqualified = false;
            }
        }
        let mut result = Relation { influences: input.influences.clone(), ..Relation::default() };
        for expr in &matched.partition_by {
            let origins = self.origins(&inner, expr);
            for name in expr.refs.iter().take(1).filter_map(|found| match &found.target {
                crate::script::Target::Column(path) => path.last().copied(),
                _ => None,
            }) {
                result.columns.push(self.made(self.tables.label(name), origins.clone(), expr.place));
            }
            result.decide_by(origins, Indirect::Window);
        }
        if matched.all_rows {
            result.columns.clone_from(&input.columns);
            result.open.clone_from(&input.open);
        }
        for (reason, expr) in (matched.order_by.iter().map(|expr| (Indirect::Sort, expr)))
            .chain(matched.conditions.iter().map(|expr| (Indirect::Filter, expr)))
        {
            let origins = self.origins(&inner, expr);
            result.decide_by(origins, reason);
        }
        for (name, expr) in &matched.measures {
            let origins = made_of(&self.origins(&inner, expr));
            result.columns.push(self.made(self.tables.label(*name), origins, expr.place));
        }
        Rc::new(result)
    }

    /// All columns of a relation, unknown ones as a star.
    pub(super) fn everything(&self, relation: &Relation) -> Vec<Column> {
        let mut columns = relation.columns.clone();
        // All of the unknown columns together are of all of the tables.
        let unknown = unknown_origins(relation, self.star);
        let unknown: Origins = unknown.iter().map(|origin| Origin { ambiguous: false, ..*origin }).collect();
        if !unknown.is_empty() {
            let label = Label { key: self.star, loose: self.star, shown: self.star };
            columns.push(Column { label, origins: unknown, data_type: None, fields: None, place: relation.star });
        }
        columns
    }
}

/// Elements with known fields, which are columns themselves unless the element has a name of its own.
fn structured(elements: &Relation, fields: &Rc<[Column]>, source: &Source) -> Relation {
    let mut relation = elements.clone();
    relation.any = None;
    match relation.columns.first_mut() {
        Some(element) if !source.columns.is_empty() => element.fields = Some(Rc::clone(fields)),
        first => {
            // The alias stands for the whole row; what comes after it is the position.
            let named = usize::from(first.is_some() && source.alias.is_some());
            relation.columns.splice(..named, fields.iter().cloned());
        }
    }
    relation
}

/// The origins as those of a value made from them.
fn made_of(origins: &[Origin]) -> Vec<Origin> {
    origins.iter().map(|origin| origin.used(MADE)).collect()
}
