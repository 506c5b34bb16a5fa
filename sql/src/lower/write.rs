//! Statements that put rows into tables or change them there.

use sqlparser::ast::{
    self, AssignmentTarget, CopySource, CopyTarget, MergeAction, TableObject,
    helpers::stmt_data_loading::StageLoadSelectItemKind,
};

use super::{
    Lower,
    pipe::plain_source,
    statement::{Lowered, made, plain_fill},
};
use crate::{
    lineage::{Indirect, StatementKind as Kind},
    script::{
        Body, Clause, Define, Effect, Expr, Fill, FillMode, Item, MergeInsert, Modify, Name, Place, Ref, Relation,
        Returning, Select, Set, Side, Source, Table, Target, Usage,
    },
};

impl<'a> Lower<'a> {
    pub(super) fn create_table(&mut self, create: &'a ast::CreateTable) -> Lowered {
        let target = self.table(&create.name);
        let temporary = create.temporary || create.volatile;
        if let Some(query) = &create.query {
            let query = self.query(query);
            let mut fill = plain_fill(target, query, FillMode::Create { temporary });
            fill.columns = create.columns.iter().map(|column| self.name(&column.name)).collect();
            return (Kind::CreateTableAs, vec![Effect::Fill(Box::new(fill))]);
        }
        let like = create.like.as_ref().map(|like| match like {
            ast::CreateTableLikeKind::Parenthesized(like) | ast::CreateTableLikeKind::Plain(like) => &like.name,
        });
        let whole = like.into_iter().chain(&create.clone).chain(&create.partition_of);
        let parents = whole.chain(create.inherits.iter().flatten());
        let like: Vec<Table> = parents.map(|name| self.table(name)).collect();
        let columns = self.column_defs(&create.columns);
        let with_rows = create.clone.is_some();
        let if_not_exists = create.if_not_exists;
        let define = Define { table: target, columns, like, with_rows, temporary, if_not_exists };
        (Kind::CreateTable, vec![Effect::Define(Box::new(define))])
    }

    pub(super) fn create_view(&mut self, create: &'a ast::CreateView) -> Effect {
        let mut fill = match &create.to {
            // A materialised view that only feeds another table.
            Some(to) => self.fill(to, &create.query, FillMode::Insert),
            None => self.fill(&create.name, &create.query, FillMode::View { temporary: create.temporary }),
        };
        fill.by_name = create.to.is_some();
        fill.columns = create.columns.iter().map(|column| self.name(&column.name)).collect();
        Effect::Fill(Box::new(fill))
    }

    pub(super) fn insert(&mut self, insert: &'a ast::Insert) -> Vec<Effect> {
        if insert.multi_table_insert_type.is_some() {
            return self.multi_insert(insert);
        }
        let target = match &insert.table {
            TableObject::TableName(name) => self.table(name),
            TableObject::TableFunction(call) => self.table(&call.name),
            TableObject::TableQuery(query) => {
                let place = self.positions.whole();
                self.unsupported(place, "an insert into a query");
                let id = self.query(query);
                return vec![Effect::Answer(id)];
            }
        };
        let query = match &insert.source {
            Some(source) => self.query(source),
            None => self.assigned_row(insert),
        };
        let mut fill = plain_fill(target, query, FillMode::Insert);
        fill.columns = insert.columns.iter().filter_map(|column| self.path(column).last().copied()).collect();
        fill.columns.extend(self.names(&insert.after_columns));
        if insert.source.is_none() {
            fill.columns = self.assigned_columns(&insert.assignments);
        }
        self.partitions(insert, &mut fill);
        fill.conflict = insert.on.as_ref().and_then(|on| self.conflict(on, insert, &fill));
        fill.returning = self.returning(insert.returning.as_deref(), insert.output.as_ref());
        vec![Effect::Fill(Box::new(fill))]
    }

    /// MySQL's `INSERT … SET a = 1`.
    fn assigned_row(&mut self, insert: &'a ast::Insert) -> crate::script::QueryId {
        let values = insert.assignments.iter().map(|assignment| self.expr(&assignment.value)).collect();
        self.single(Body::Values(values))
    }

    fn assigned_columns(&mut self, assignments: &[ast::Assignment]) -> Vec<Name> {
        let last = |assignment: &ast::Assignment| match &assignment.target {
            AssignmentTarget::ColumnName(name) => self.path(name).last().copied(),
            AssignmentTarget::Tuple(_) => None,
        };
        assignments.iter().filter_map(last).collect()
    }

    fn partitions(&mut self, insert: &'a ast::Insert, fill: &mut Fill) {
        for partition in insert.partitioned.iter().flatten() {
            match partition {
                ast::Expr::Identifier(ident) => fill.dynamic.push(self.name(ident)),
                ast::Expr::BinaryOp { left, .. } => {
                    if let ast::Expr::Identifier(ident) = &**left {
                        fill.fixed.push(self.name(ident));
                    }
                }
                _ => {
                    let place = self.positions.whole();
                    self.unsupported(place, "a partition of this form");
                }
            }
        }
    }

    fn conflict(&mut self, on: &'a ast::OnInsert, insert: &'a ast::Insert, fill: &Fill) -> Option<Modify> {
        let (assignments, selection) = match on {
            ast::OnInsert::DuplicateKeyUpdate(assignments) => (assignments, None),
            ast::OnInsert::OnConflict(conflict) => match &conflict.action {
                ast::OnConflictAction::DoNothing => return None,
                ast::OnConflictAction::DoUpdate(update) => (&update.assignments, update.selection.as_ref()),
            },
            _ => {
                self.unsupported(fill.target.place, "a conflict clause of this form");
                return None;
            }
        };
        let place = fill.target.place;
        let mut target = plain_source(Relation::Table(fill.target.clone()), place);
        target.alias = insert.table_alias.as_ref().map(|alias| self.name(&alias.alias));
        let mut excluded = plain_source(Relation::Derived { query: fill.query, lateral: false }, place);
        let row_alias = insert.insert_alias.as_ref().and_then(|alias| self.path(&alias.row_alias).last().copied());
        excluded.alias = Some(row_alias.unwrap_or_else(|| self.arena.name(made("excluded"))));
        excluded.columns.clone_from(&fill.columns);
        let renamed = insert.insert_alias.as_ref().and_then(|alias| alias.col_aliases.as_ref());
        if let Some(columns) = renamed.filter(|columns| !columns.is_empty()) {
            excluded.columns = self.names(columns);
        }
        self.excluded = true;
        let sets = self.sets(assignments);
        let filters = selection.iter().map(|expr| (Indirect::Filter, self.condition(expr))).collect();
        self.excluded = false;
        Some(Modify { sources: vec![target, excluded], targets: vec![0], sets, filters, ..Modify::default() })
    }

    fn multi_insert(&mut self, insert: &'a ast::Insert) -> Vec<Effect> {
        let Some(source) = &insert.source else { return Vec::new() };
        let query = self.query(source);
        let mut effects = Vec::new();
        let always = insert.multi_table_into_clauses.iter().map(|clause| (None, clause));
        let whens = insert.multi_table_when_clauses.iter();
        let conditional = whens.flat_map(|when| when.into_clauses.iter().map(|clause| (Some(&when.condition), clause)));
        let otherwise = insert.multi_table_else_clause.iter().flatten().map(|clause| (None, clause));
        for (condition, clause) in always.chain(conditional).chain(otherwise) {
            effects.push(self.multi_insert_clause(query, condition, clause));
        }
        effects
    }

    fn multi_insert_clause(
        &mut self,
        query: crate::script::QueryId,
        condition: Option<&'a ast::Expr>,
        clause: &'a ast::MultiTableInsertIntoClause,
    ) -> Effect {
        let target = self.table(&clause.table_name);
        let place = target.place;
        let mut select = Select::default();
        select.sources.push(plain_source(Relation::Derived { query, lateral: false }, place));
        select.filters.extend(condition.map(|condition| (Clause::Where, self.condition(condition))));
        match &clause.values {
            None => select.items.push(Item::Star(Box::default())),
            Some(values) => {
                for value in &values.values {
                    let expr = match value {
                        ast::MultiTableInsertValue::Expr(expr) => self.expr(expr),
                        ast::MultiTableInsertValue::Default => Expr { place, ..Expr::default() },
                    };
                    select.items.push(Item::Expr { expr, name: None });
                }
            }
        }
        let query = self.single(Body::Select(Box::new(select)));
        let mut fill = plain_fill(target, query, FillMode::Insert);
        fill.columns = self.names(&clause.columns);
        Effect::Fill(Box::new(fill))
    }

    pub(super) fn update(&mut self, update: &'a ast::Update) -> Vec<Effect> {
        let mut modify = Modify::default();
        self.tree(&update.table, &mut modify.sources);
        let joined = modify.sources.len() > 1;
        let mut others = match &update.from {
            Some(ast::UpdateTableFromKind::BeforeSet(from) | ast::UpdateTableFromKind::AfterSet(from)) => {
                self.sources(from)
            }
            None => Vec::new(),
        };
        match others.iter().position(|source| self.is_target(source, &modify.sources[0])) {
            // `UPDATE t SET … FROM dbo.table AS t`: the target is the source of that name.
            Some(index) => {
                modify.targets.push(index as u32);
                modify.sources = others;
            }
            None => {
                modify.targets = if joined { (0..modify.sources.len() as u32).collect() } else { vec![0] };
                modify.sources.append(&mut others);
            }
        }
        modify.sets = self.sets(&update.assignments);
        modify.filters = update.selection.iter().map(|expr| (Indirect::Filter, self.condition(expr))).collect();
        modify.returning = self.returning(update.returning.as_deref(), update.output.as_ref());
        vec![Effect::Modify(Box::new(modify))]
    }

    /// Whether `source` is what the bare name of `target` means.
    fn is_target(&self, source: &Source, target: &Source) -> bool {
        let (Relation::Table(table), None) = (&target.relation, target.alias) else { return false };
        let key = |name: &Name| {
            let ident = &self.arena.names[name.0 as usize];
            self.dialect.fold(&ident.value, ident.quoted)
        };
        let wanted: Vec<String> = table.path.iter().map(key).collect();
        match (&source.relation, source.alias) {
            (_, Some(alias)) => wanted == [key(&alias)],
            (Relation::Table(other), None) => {
                let other: Vec<String> = other.path.iter().map(key).collect();
                other.ends_with(&wanted) || wanted.ends_with(&other)
            }
            (_, None) => false,
        }
    }

    fn sets(&mut self, assignments: &'a [ast::Assignment]) -> Vec<Set> {
        let mut sets = Vec::new();
        for assignment in assignments {
            match &assignment.target {
                AssignmentTarget::ColumnName(name) => {
                    let floor = self.name_place(name).1;
                    let value = self.expr_within(&assignment.value, (Some(floor), None));
                    self.set(name, value, None, &mut sets);
                }
                AssignmentTarget::Tuple(names) => self.set_tuple(names, &assignment.value, &mut sets),
            }
        }
        sets
    }

    fn set(&mut self, target: &ast::ObjectName, value: Expr, pick: Option<u32>, sets: &mut Vec<Set>) {
        let path = self.path(target);
        if let Some((column, qualifier)) = path.split_last() {
            sets.push(Set { qualifier: qualifier.into(), column: *column, value, pick });
        }
    }

    fn set_tuple(&mut self, names: &'a [ast::ObjectName], value: &'a ast::Expr, sets: &mut Vec<Set>) {
        if let ast::Expr::Tuple(values) = value {
            for (name, value) in names.iter().zip(values) {
                let value = self.expr(value);
                self.set(name, value, None, sets);
            }
            return;
        }
        let value = self.expr(value);
        for (index, name) in names.iter().enumerate() {
            self.set(name, value.clone(), Some(index as u32), sets);
        }
    }

    pub(super) fn delete(&mut self, delete: &'a ast::Delete) -> Vec<Effect> {
        let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
        let mut modify = Modify { sources: self.sources(from), ..Modify::default() };
        modify.targets = (0..modify.sources.len() as u32).collect();
        if let Some(using) = &delete.using {
            let using = self.sources(using);
            modify.sources.extend(using);
        }
        if !delete.tables.is_empty() {
            self.named_targets(&delete.tables, &mut modify);
        }
        modify.filters = delete.selection.iter().map(|expr| (Indirect::Filter, self.condition(expr))).collect();
        modify.returning = self.returning(delete.returning.as_deref(), delete.output.as_ref());
        vec![Effect::Modify(Box::new(modify))]
    }

    /// `DELETE a FROM t AS a JOIN …`: only the named sources lose rows.
    fn named_targets(&mut self, names: &[ast::ObjectName], modify: &mut Modify) {
        modify.targets.clear();
        for name in names {
            let table = self.table(name);
            let bare = plain_source(Relation::Table(table), self.name_place(name));
            match modify.sources.iter().position(|source| self.is_target(source, &bare)) {
                Some(index) => modify.targets.push(index as u32),
                None => {
                    modify.targets.push(modify.sources.len() as u32);
                    modify.sources.push(bare);
                }
            }
        }
    }

    pub(super) fn merge(&mut self, merge: &'a ast::Merge) -> Vec<Effect> {
        let target = self.source(&merge.table);
        let mut source = self.source(&merge.source);
        source.join.side = Side::Inner;
        source.join.on = Some(self.condition(&merge.on));
        let mut modify = Modify { sources: vec![target, source], targets: vec![0], ..Modify::default() };
        for clause in &merge.clauses {
            modify.filters.extend(clause.predicate.iter().map(|expr| (Indirect::Filter, self.condition(expr))));
            self.merge_action(&clause.action, &mut modify);
        }
        modify.returning = self.returning(None, merge.output.as_ref());
        vec![Effect::Modify(Box::new(modify))]
    }

    fn merge_action(&mut self, action: &'a MergeAction, modify: &mut Modify) {
        match action {
            MergeAction::Delete { .. } | MergeAction::DoNothing { .. } => {}
            MergeAction::Update(update) => {
                let predicates = update.update_predicate.iter().chain(&update.delete_predicate);
                modify.filters.extend(predicates.map(|expr| (Indirect::Filter, self.condition(expr))));
                match &update.kind {
                    ast::MergeUpdateKind::Set(assignments) => modify.sets.extend(self.sets(assignments)),
                    ast::MergeUpdateKind::Wildcard => modify.all_columns = true,
                }
            }
            MergeAction::Insert(insert) => {
                modify
                    .filters
                    .extend(insert.insert_predicate.iter().map(|expr| (Indirect::Filter, self.condition(expr))));
                let columns = insert.columns.iter().filter_map(|name| self.path(name).last().copied()).collect();
                match &insert.kind {
                    ast::MergeInsertKind::Values(values) => {
                        let values = self.values(values);
                        modify.inserts.push(MergeInsert { columns, values });
                    }
                    ast::MergeInsertKind::Row => modify.whole_row = true,
                    ast::MergeInsertKind::Wildcard => modify.all_columns = true,
                }
            }
        }
    }

    fn returning(
        &mut self,
        items: Option<&'a [ast::SelectItem]>,
        output: Option<&'a ast::OutputClause>,
    ) -> Option<Returning> {
        let (items, into) = match (items, output) {
            (_, Some(ast::OutputClause::Output { select_items, into_table, .. })) => {
                (select_items.as_slice(), into_table.as_ref())
            }
            (_, Some(ast::OutputClause::Returning { select_items, .. })) => (select_items.as_slice(), None),
            (Some(items), None) => (items, None),
            (None, None) => return None,
        };
        let mut returning = Returning { items: self.items(items), into: None, columns: Vec::new() };
        for target in into.iter().flat_map(|into| &into.targets) {
            self.output_target(target, &mut returning);
        }
        Some(returning)
    }

    /// `OUTPUT … INTO log (id, v)`, whose target reads like a call.
    fn output_target(&mut self, target: &'a ast::Expr, returning: &mut Returning) {
        let place = self.positions.whole();
        let table = |path| Some(Table { path, location: false, place });
        match target {
            ast::Expr::Identifier(ident) => returning.into = table(Box::new([self.name(ident)])),
            ast::Expr::CompoundIdentifier(idents) => returning.into = table(self.names(idents).into()),
            ast::Expr::Function(call) => {
                returning.into = table(self.path(&call.name));
                if let ast::FunctionArguments::List(list) = &call.args {
                    for arg in &list.args {
                        if let ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Identifier(ident))) = arg
                        {
                            returning.columns.push(self.name(ident));
                        }
                    }
                }
            }
            _ => self.unsupported(place, "a target of OUTPUT of this form"),
        }
    }

    pub(super) fn copy(&mut self, source: &'a CopySource, to: bool, target: &CopyTarget) -> Vec<Effect> {
        let whole = self.positions.whole();
        let address = match target {
            CopyTarget::File { filename } => filename.as_str(),
            CopyTarget::Program { command } => command.as_str(),
            CopyTarget::Stdin => "stdin",
            CopyTarget::Stdout => "stdout",
        };
        let file = self.location(address, whole);
        match source {
            CopySource::Query(query) => vec![self.unload(file, query)],
            CopySource::Table { table_name, .. } => {
                let table = self.table(table_name);
                let files =
                    if matches!(target, CopyTarget::Stdin | CopyTarget::Stdout) { Vec::new() } else { vec![file] };
                let tables = vec![table];
                let (reads, writes) = if to { (tables, files) } else { (files, tables) };
                vec![Effect::Touch { reads, writes }]
            }
        }
    }

    /// A column of a file, `s.$1:field`, on its way into a table.
    fn staged(&mut self, item: &'a StageLoadSelectItemKind, place: Place) -> Item {
        let item = match item {
            StageLoadSelectItemKind::SelectItem(item) => return self.item(item),
            StageLoadSelectItemKind::StageLoadSelectItem(item) => item,
        };
        let position = self.plain(&format!("${}", item.file_col_num));
        let column: crate::script::Path = item.alias.iter().map(|alias| self.name(alias)).chain([position]).collect();
        let target = match &item.element {
            Some(element) => Target::Field { column, fields: Box::new([self.name(element)]) },
            None => Target::Column(column),
        };
        let place = item.alias.as_ref().map_or(place, |alias| self.place(alias.span));
        let name = item.item_as.as_ref().map(|alias| self.name(alias));
        let refs = vec![Ref { target, usage: Usage::IDENTITY, place }];
        Item::Expr { expr: Expr { refs, place, ..Expr::default() }, name }
    }

    pub(super) fn copy_into(&mut self, statement: &'a ast::Statement) -> Vec<Effect> {
        let ast::Statement::CopyIntoSnowflake {
            into,
            into_columns,
            from_obj,
            from_obj_alias,
            from_query,
            from_transformations,
            ..
        } = statement
        else {
            return Vec::new();
        };
        let target = self.table(into);
        if let Some(query) = from_query {
            let query = self.query(query);
            let mut fill = plain_fill(target, query, FillMode::Insert);
            fill.columns = self.names(into_columns.as_deref().unwrap_or_default());
            return vec![Effect::Fill(Box::new(fill))];
        }
        if let (Some(items), Some(stage)) = (from_transformations, from_obj) {
            let mut source = plain_source(Relation::Table(self.table(stage)), target.place);
            source.alias = from_obj_alias.as_ref().map(|alias| self.name(alias));
            let items = items.iter().map(|item| self.staged(item, target.place)).collect();
            let select = Select { items, sources: vec![source], ..Select::default() };
            let query = self.single(Body::Select(Box::new(select)));
            let mut fill = plain_fill(target, query, FillMode::Insert);
            fill.columns = self.names(into_columns.as_deref().unwrap_or_default());
            return vec![Effect::Fill(Box::new(fill))];
        }
        let reads = from_obj.iter().map(|name| self.table(name)).collect();
        vec![Effect::Touch { reads, writes: vec![target] }]
    }
}
