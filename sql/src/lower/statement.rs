//! Statements: what each kind does to which tables.

use sqlparser::ast::{self, AlterTableOperation, Statement as Ast};

use super::{Lower, function::function_name};
use crate::{
    lineage::StatementKind as Kind,
    name::Ident,
    script::{
        Body, Branch, Change, Clause, Define, Effect, Expr, Fill, FillMode, Item, Name, Query, QueryId, Ref, Select,
        SetOp, Statement, Table, Target,
    },
};

/// The kind of a statement and what it does.
pub(super) type Lowered = (Kind, Vec<Effect>);

impl<'a> Lower<'a> {
    pub(super) fn statement(&mut self, statement: &'a Ast) -> Statement {
        let place = self.positions.whole();
        if !self.enter() {
            return Statement { kind: Kind::Unparsed, place, effects: Vec::new() };
        }
        let (kind, effects) = self.data_statement(statement);
        self.leave();
        Statement { kind, place, effects }
    }

    /// Statements that read or write rows.
    fn data_statement(&mut self, statement: &'a Ast) -> Lowered {
        match statement {
            Ast::Query(query) => self.answer(query),
            Ast::Insert(insert) => (Kind::Insert, self.insert(insert)),
            Ast::Update(update) => (Kind::Update, self.update(update)),
            Ast::Delete(delete) => (Kind::Delete, self.delete(delete)),
            Ast::Merge(merge) => (Kind::Merge, self.merge(merge)),
            Ast::CreateTable(create) => self.create_table(create),
            Ast::CreateView(create) => (Kind::CreateView, vec![self.create_view(create)]),
            Ast::AlterView { name, columns, query, .. } => {
                let mut fill = self.fill(name, query, FillMode::View { temporary: false });
                fill.columns = self.names(columns);
                (Kind::CreateView, vec![Effect::Fill(Box::new(fill))])
            }
            Ast::Cache { table_name, query: Some(query), .. } => {
                let fill = self.fill(table_name, query, FillMode::View { temporary: true });
                (Kind::CreateView, vec![Effect::Fill(Box::new(fill))])
            }
            Ast::Explain { statement, .. } => {
                // The plan is shown; the data stays as it is.
                let inner = self.statement(statement);
                let reads = inner.effects.into_iter().filter(|effect| matches!(effect, Effect::Answer(_)));
                (Kind::Other, reads.collect())
            }
            Ast::Prepare { statement, .. } => {
                let inner = self.statement(statement);
                (inner.kind, inner.effects)
            }
            Ast::Directory { path, source, .. } => {
                let target = self.location(path, self.positions.whole());
                (Kind::Insert, vec![self.unload(target, source)])
            }
            _ => self.file_statement(statement),
        }
    }

    /// Statements that move rows between tables and files.
    fn file_statement(&mut self, statement: &'a Ast) -> Lowered {
        let whole = self.positions.whole();
        match statement {
            Ast::Copy { source, to, target, .. } => (Kind::Copy, self.copy(source, *to, target)),
            Ast::CopyIntoSnowflake { .. } => (Kind::Copy, self.copy_into(statement)),
            Ast::Unload { query: Some(query), to, .. } => {
                let target = self.location(&to.value, self.place(to.span));
                (Kind::Copy, vec![self.unload(target, query)])
            }
            Ast::Unload { query: None, to, .. } => {
                let target = self.location(&to.value, self.place(to.span));
                self.unsupported(whole, "a query that is given as text");
                (Kind::Copy, vec![Effect::Touch { reads: Vec::new(), writes: vec![target] }])
            }
            Ast::ExportData(export) => {
                let address = export.options.iter().find_map(option_address);
                let target = self.location(address.as_deref().unwrap_or("unknown"), whole);
                (Kind::Copy, vec![self.unload(target, &export.query)])
            }
            Ast::LoadData { inpath, table_name, .. } => {
                let reads = vec![self.location(inpath, whole)];
                let writes = vec![self.table(table_name)];
                (Kind::Copy, vec![Effect::Touch { reads, writes }])
            }
            _ => self.schema_statement(statement),
        }
    }

    /// Statements that change what tables there are.
    fn schema_statement(&mut self, statement: &'a Ast) -> Lowered {
        match statement {
            Ast::Drop { object_type, names, .. } => self.drop(*object_type, names),
            Ast::Truncate(truncate) => {
                let writes = truncate.table_names.iter().map(|target| self.table(&target.name)).collect();
                (Kind::Truncate, vec![Effect::Touch { reads: Vec::new(), writes }])
            }
            Ast::AlterTable(alter) => (Kind::Alter, self.alter(alter)),
            Ast::RenameTable(pairs) => {
                let rename = |pair: &ast::RenameTable| Effect::Rename {
                    from: self.table(&pair.old_name),
                    to: self.table(&pair.new_name),
                };
                (Kind::Alter, pairs.iter().map(rename).collect())
            }
            Ast::Use(target) => (Kind::Use, self.use_schema(target)),
            Ast::CreateVirtualTable { name, .. } => {
                let writes = vec![self.table(name)];
                (Kind::CreateTable, vec![Effect::Touch { reads: Vec::new(), writes }])
            }
            _ => self.control_statement(statement),
        }
    }

    /// Statements that hold expressions or other statements.
    fn control_statement(&mut self, statement: &'a Ast) -> Lowered {
        match statement {
            Ast::Set(ast::Set::SingleAssignment { variable, values, .. })
                if variable.0.len() == 1 && is_schema_variable(&function_name(variable)) =>
            {
                (Kind::Use, self.search_path(values))
            }
            Ast::Execute { name: Some(name), parameters, .. } if function_name(name) == "sp_rename" => {
                (Kind::Alter, self.sp_rename(parameters))
            }
            Ast::Set(ast::Set::SingleAssignment { variable, values, .. }) => {
                (Kind::Other, self.assigned(std::slice::from_ref(variable), values.iter()))
            }
            Ast::Set(ast::Set::ParenthesizedAssignments { variables, values }) => {
                (Kind::Other, self.assigned(variables, values.iter()))
            }
            Ast::Set(ast::Set::MultipleAssignments { assignments }) => {
                let each = assignments.iter();
                let effects = each.flat_map(|one| self.assigned(std::slice::from_ref(&one.name), [&one.value]));
                (Kind::Other, effects.collect())
            }
            Ast::Declare { stmts } => (Kind::Other, self.declare(stmts)),
            Ast::Assert { condition, .. } => (Kind::Other, self.evaluated([condition])),
            Ast::Return(ast::ReturnStatement { value: Some(ast::ReturnStatementValue::Expr(value)) }) => {
                (Kind::Other, self.evaluated([value]))
            }
            Ast::If(branches) => {
                let blocks =
                    [&branches.if_block].into_iter().chain(&branches.elseif_blocks).chain(&branches.else_block);
                (Kind::Other, self.blocks(blocks))
            }
            Ast::Case(case) => (Kind::Other, self.blocks(case.when_blocks.iter().chain(&case.else_block))),
            Ast::While(block) => (Kind::Other, self.blocks([&block.while_block])),
            Ast::CreateProcedure { body, .. } => (Kind::Other, self.block(body)),
            Ast::StartTransaction { statements, exception, .. } => {
                let handlers = exception.iter().flatten().flat_map(|handler| &handler.statements);
                (Kind::Other, self.all(statements.iter().chain(handlers)))
            }
            _ => {
                self.note_unread(statement);
                (Kind::Other, Vec::new())
            }
        }
    }

    fn answer(&mut self, query: &'a ast::Query) -> Lowered {
        if let Some(effect) = self.moves_partitions(query) {
            return (Kind::Other, vec![effect]);
        }
        let id = self.query(query);
        if let Some(names) = self.assigning_select(id) {
            return (Kind::Other, vec![Effect::Assign { names, query: id }]);
        }
        if let Some(target) = self.into.take() {
            let temporary = std::mem::take(&mut self.into_temporary);
            let names = std::mem::take(&mut self.into_variables);
            if self.variables && names.len() > 1 {
                return (Kind::Other, vec![Effect::Assign { names, query: id }]);
            }
            if let (true, Some(name)) = (self.variables, target.path.last()) {
                return (Kind::Other, vec![Effect::Record { name: *name, query: id }]);
            }
            let mode = FillMode::Create { temporary };
            return (Kind::CreateTableAs, vec![Effect::Fill(Box::new(plain_fill(target, id, mode)))]);
        }
        // `WITH … INSERT` is a query whose body is the statement.
        let body = &mut self.arena.queries[id.0 as usize];
        if let [Branch { body: Body::Statement(statement), .. }] = body.branches.as_mut_slice() {
            if body.ctes.is_empty() {
                let statement = std::mem::replace(
                    &mut **statement,
                    Statement { kind: Kind::Other, place: body.place, effects: Vec::new() },
                );
                return (statement.kind, statement.effects);
            }
            return (statement.kind, vec![Effect::Answer(id)]);
        }
        (Kind::Select, vec![Effect::Answer(id)])
    }

    pub(super) fn fill(&mut self, target: &ast::ObjectName, query: &'a ast::Query, mode: FillMode) -> Fill {
        let target = self.table(target);
        let query = self.query(query);
        plain_fill(target, query, mode)
    }

    pub(super) fn unload(&mut self, target: Table, query: &'a ast::Query) -> Effect {
        let query = self.query(query);
        Effect::Fill(Box::new(plain_fill(target, query, FillMode::Insert)))
    }

    /// Values that variables get, one each, or all from one subquery with several columns.
    fn assigned<I>(&mut self, variables: &[ast::ObjectName], values: I) -> Vec<Effect>
    where
        I: IntoIterator<Item = &'a ast::Expr>,
    {
        let names: Vec<Name> = variables.iter().filter_map(|variable| self.path(variable).last().copied()).collect();
        let mut exprs: Vec<Expr> = values.into_iter().map(|value| self.expr(value)).collect();
        for expr in &mut exprs {
            expr.ordinal = None;
        }
        if exprs.iter().all(|expr| expr.refs.is_empty()) {
            return Vec::new();
        }
        let query = match exprs.as_slice() {
            [only] if names.len() > 1 => match only.refs.as_slice() {
                [Ref { target: Target::Rows(query), .. }] => *query,
                _ => self.single(Body::Values(exprs)),
            },
            _ => self.single(Body::Values(exprs)),
        };
        vec![Effect::Assign { names, query }]
    }

    /// T-SQL's `SELECT @a = x, @b = y FROM t`.
    fn assigning_select(&self, query: QueryId) -> Option<Vec<Name>> {
        let [Branch { body: Body::Select(select), .. }] = self.arena.queries[query.0 as usize].branches.as_slice()
        else {
            return None;
        };
        let name = |item: &Item| match item {
            Item::Expr { name: Some(name), .. } => {
                self.arena.names[name.0 as usize].value.starts_with('@').then_some(*name)
            }
            Item::Expr { .. } | Item::Many { .. } | Item::Star(_) => None,
        };
        select.items.iter().map(name).collect::<Option<Vec<Name>>>().filter(|names| !names.is_empty())
    }

    /// `SET search_path = a, b`: names without a schema are in the first, unless it is the user's own.
    fn search_path(&mut self, values: &'a [ast::Expr]) -> Vec<Effect> {
        let named = values.iter().find_map(|value| match value {
            ast::Expr::Identifier(ident) if ident.value != "$user" => Some(self.name(ident)),
            ast::Expr::Value(value) => {
                let text = value.value.clone().into_string().filter(|text| !text.contains('$'))?;
                Some(self.arena.name(made(text.split(',').next()?.trim())))
            }
            _ => None,
        });
        named.map(|schema| Effect::Use { catalog: None, schema: Some(schema) }).into_iter().collect()
    }

    /// `sp_rename 'a', 'b'`, and `sp_rename 'a.c', 'd', 'COLUMN'`.
    fn sp_rename(&mut self, parameters: &[ast::Expr]) -> Vec<Effect> {
        let texts: Vec<Vec<Ident>> = parameters.iter().filter_map(dotted_text).collect();
        let place = self.positions.whole();
        let mut table = |path: &[Ident]| {
            let path = path.iter().map(|part| self.arena.name(part.clone())).collect();
            Table { path, location: false, place }
        };
        match texts.as_slice() {
            [from, to, kind] if kind[0].value.eq_ignore_ascii_case("column") => {
                let Some((column, owner)) = from.split_last() else { return Vec::new() };
                let table = table(owner);
                let change = Change::Rename(self.arena.name(column.clone()), self.arena.name(to[0].clone()));
                vec![Effect::Alter { table, changes: vec![change] }]
            }
            [from, to] | [from, to, _] => {
                let schema = &from[..from.len() - 1];
                let to: Vec<Ident> = schema.iter().chain(to).cloned().collect();
                vec![Effect::Rename { from: table(from), to: table(&to) }]
            }
            _ => {
                self.unsupported(place, "a name that is computed");
                Vec::new()
            }
        }
    }

    /// Functions of Vertica that move rows between tables.
    fn moves_partitions(&mut self, query: &'a ast::Query) -> Option<Effect> {
        let ast::SetExpr::Select(select) = &*query.body else { return None };
        let [ast::SelectItem::UnnamedExpr(ast::Expr::Function(call))] = select.projection.as_slice() else {
            return None;
        };
        let name = function_name(&call.name);
        let swaps = name == "swap_partitions_between_tables";
        if !swaps && name != "move_partitions_to_table" && name != "copy_partitions_to_table" {
            return None;
        }
        let ast::FunctionArguments::List(list) = &call.args else { return None };
        let [first, _, _, last, ..] = list.args.as_slice() else { return None };
        let (from, to) = (self.text_table(first)?, self.text_table(last)?);
        let emptied = (name == "move_partitions_to_table").then(|| from.clone());
        Some(Effect::Touch { reads: vec![from], writes: emptied.into_iter().chain([to]).collect() })
    }

    /// The table that a literal names.
    fn text_table(&mut self, arg: &ast::FunctionArg) -> Option<Table> {
        let ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) = arg else { return None };
        let parts = dotted_text(expr)?;
        let path = parts.into_iter().map(|part| self.arena.name(part)).collect();
        Some(Table { path, location: false, place: self.positions.whole() })
    }

    /// Expressions that are computed for a variable: only what they read counts.
    fn evaluated<I: IntoIterator<Item = &'a ast::Expr>>(&mut self, exprs: I) -> Vec<Effect> {
        let expr = self.merged(exprs);
        let queries = expr
            .refs
            .iter()
            .any(|found| matches!(found.target, crate::script::Target::Rows(_) | crate::script::Target::Exists(_)));
        if !queries {
            return Vec::new();
        }
        let reads = vec![(Clause::Where, Expr { ordinal: None, ..expr })];
        let select = Select { filters: reads, ..Select::default() };
        vec![Effect::Answer(self.single(Body::Select(Box::new(select))))]
    }

    pub(super) fn single(&mut self, body: Body) -> QueryId {
        let branches = vec![Branch { op: SetOp::First, by_name: false, body }];
        self.push_query(Query { ctes: Vec::new(), branches, order_by: Vec::new(), place: self.positions.whole() })
    }

    fn declare(&mut self, declarations: &'a [ast::Declare]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for declaration in declarations {
            if let (Some(ast::DataType::Table(Some(columns))), Some(name)) =
                (&declaration.data_type, declaration.names.first())
            {
                let table = self.ident_table(name);
                let columns = self.column_defs(columns);
                let define = Define {
                    table,
                    columns,
                    like: Vec::new(),
                    with_rows: false,
                    temporary: true,
                    if_not_exists: false,
                };
                effects.push(Effect::Define(Box::new(define)));
            }
            if let Some(query) = &declaration.for_query {
                let id = self.query(query);
                effects.push(match declaration.names.first() {
                    Some(name) => Effect::Record { name: self.name(name), query: id },
                    None => Effect::Answer(id),
                });
            }
            let names: Vec<Name> = declaration.names.iter().map(|name| self.name(name)).collect();
            if !names.is_empty() && declaration.for_query.is_none() {
                let unset = names.iter().map(|_| Expr { place: self.positions.whole(), ..Expr::default() }).collect();
                effects.push(Effect::Assign { names, query: self.single(Body::Values(unset)) });
            }
            match &declaration.assignment {
                Some(
                    ast::DeclareAssignment::Expr(value)
                    | ast::DeclareAssignment::Default(value)
                    | ast::DeclareAssignment::DuckAssignment(value)
                    | ast::DeclareAssignment::For(value)
                    | ast::DeclareAssignment::MsSqlAssignment(value),
                ) => {
                    let names: Vec<ast::ObjectName> =
                        declaration.names.iter().map(|name| ast::ObjectName::from(name.clone())).collect();
                    effects.extend(self.assigned(&names, [&**value]));
                }
                None => {}
            }
        }
        effects
    }

    fn blocks<I: IntoIterator<Item = &'a ast::ConditionalStatementBlock>>(&mut self, blocks: I) -> Vec<Effect> {
        let mut effects = Vec::new();
        for block in blocks {
            effects.extend(self.evaluated(block.condition.iter()));
            effects.extend(self.block(&block.conditional_statements));
        }
        effects
    }

    fn block(&mut self, block: &'a ast::ConditionalStatements) -> Vec<Effect> {
        match block {
            ast::ConditionalStatements::Sequence { statements } => self.all(statements.iter()),
            ast::ConditionalStatements::BeginEnd(block) => self.all(block.statements.iter()),
        }
    }

    fn all<I: IntoIterator<Item = &'a Ast>>(&mut self, statements: I) -> Vec<Effect> {
        statements.into_iter().flat_map(|statement| self.statement(statement).effects).collect()
    }

    fn drop(&mut self, object: ast::ObjectType, names: &[ast::ObjectName]) -> Lowered {
        use ast::ObjectType as O;
        match object {
            O::Table | O::View | O::MaterializedView => {
                let tables = names.iter().map(|name| self.table(name)).collect();
                (Kind::Drop, vec![Effect::Drop(tables)])
            }
            O::Collation
            | O::Index
            | O::Schema
            | O::Database
            | O::Role
            | O::Sequence
            | O::Stage
            | O::Type
            | O::User
            | O::Stream
            | O::Warehouse => (Kind::Drop, Vec::new()),
        }
    }

    fn alter(&mut self, alter: &'a ast::AlterTable) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut changes = Vec::new();
        for operation in &alter.operations {
            match operation {
                AlterTableOperation::RenameTable { table_name } => {
                    let (ast::RenameTableNameKind::As(to) | ast::RenameTableNameKind::To(to)) = table_name;
                    effects.push(Effect::Rename { from: self.table(&alter.name), to: self.table(to) });
                }
                AlterTableOperation::SwapWith { table_name } => {
                    effects.push(Effect::Swap(self.table(&alter.name), self.table(table_name)));
                }
                other => self.column_change(other, &mut changes),
            }
        }
        let table = self.table(&alter.name);
        if !changes.is_empty() {
            effects.insert(0, Effect::Alter { table, changes });
        } else if effects.is_empty() {
            effects.push(Effect::Touch { reads: Vec::new(), writes: vec![table] });
        }
        effects
    }

    /// What an operation does to columns; all others change the table in place.
    fn column_change(&mut self, operation: &'a AlterTableOperation, changes: &mut Vec<Change>) {
        match operation {
            AlterTableOperation::AddColumn { column_def, .. } => {
                let data_type = self.type_name(&column_def.data_type);
                changes.push(Change::Add(self.name(&column_def.name), data_type));
            }
            AlterTableOperation::DropColumn { column_names, .. } => {
                changes.extend(column_names.iter().map(|name| Change::Drop(self.name(name))));
            }
            AlterTableOperation::RenameColumn { old_column_name, new_column_name } => {
                changes.push(Change::Rename(self.name(old_column_name), self.name(new_column_name)));
            }
            AlterTableOperation::ChangeColumn { old_name, new_name, data_type, .. } => {
                let new = self.name(new_name);
                changes.push(Change::Rename(self.name(old_name), new));
                changes.extend(self.type_name(data_type).map(|data_type| Change::Retype(new, data_type)));
            }
            AlterTableOperation::ModifyColumn { col_name: name, data_type, .. }
            | AlterTableOperation::AlterColumn {
                column_name: name,
                op: ast::AlterColumnOperation::SetDataType { data_type, .. },
            } => {
                let name = self.name(name);
                changes.extend(self.type_name(data_type).map(|data_type| Change::Retype(name, data_type)));
            }
            _ => {}
        }
    }

    /// The type as a name, if one is stated.
    fn type_name(&mut self, data_type: &ast::DataType) -> Option<crate::script::Name> {
        match data_type {
            ast::DataType::Unspecified => None,
            known => Some(self.plain(&known.to_string())),
        }
    }

    fn use_schema(&mut self, target: &ast::Use) -> Vec<Effect> {
        let (catalog, schema) = match target {
            ast::Use::Catalog(name) => (self.path(name).last().copied(), None),
            ast::Use::Database(name) if self.dialect.database_is_catalog() => (self.path(name).last().copied(), None),
            ast::Use::Schema(name) | ast::Use::Database(name) | ast::Use::Object(name) => {
                let path = self.path(name);
                match path.as_ref() {
                    [.., catalog, schema] => (Some(*catalog), Some(*schema)),
                    [only] if self.dialect.database_is_catalog() && matches!(target, ast::Use::Object(_)) => {
                        (Some(*only), None)
                    }
                    [only] => (None, Some(*only)),
                    [] => (None, None),
                }
            }
            ast::Use::Warehouse(_) | ast::Use::Role(_) | ast::Use::SecondaryRoles(_) | ast::Use::Default => {
                return Vec::new();
            }
        };
        vec![Effect::Use { catalog, schema }]
    }

    /// A note on statements of which some part might matter elsewhere.
    fn note_unread(&mut self, statement: &Ast) {
        let what = match statement {
            Ast::CreateFunction(_) => "the body of a function",
            Ast::CreateTrigger(_) => "the body of a trigger",
            Ast::CreateMacro { .. } => "the body of a macro",
            Ast::Call(_) | Ast::Execute { .. } => "the body of what is called",
            _ => return,
        };
        let place = self.positions.whole();
        self.unsupported(place, what);
    }

    pub(super) fn column_defs(&mut self, columns: &[ast::ColumnDef]) -> Vec<(crate::script::Name, String)> {
        let of = |column: &ast::ColumnDef| {
            let data_type = match &column.data_type {
                ast::DataType::Unspecified => String::new(),
                known => known.to_string(),
            };
            (self.name(&column.name), data_type)
        };
        columns.iter().map(of).collect()
    }
}

/// The rows of a query into a table, nothing more.
pub(super) fn plain_fill(target: Table, query: QueryId, mode: FillMode) -> Fill {
    Fill {
        target,
        columns: Vec::new(),
        query,
        mode,
        fixed: Vec::new(),
        dynamic: Vec::new(),
        by_name: false,
        conflict: None,
        returning: None,
    }
}

/// Settings that hold the schema of names without one.
fn is_schema_variable(name: &str) -> bool {
    matches!(name, "search_path" | "schema" | "current_schema")
}

/// The parts of a dotted name that is given as a text.
fn dotted_text(expr: &ast::Expr) -> Option<Vec<Ident>> {
    let text = match expr {
        ast::Expr::Value(value) => value.value.clone().into_string()?,
        ast::Expr::Identifier(ident) if ident.quote_style.is_some() => ident.value.clone(),
        ast::Expr::Prefixed { value, .. } => return dotted_text(value),
        _ => return None,
    };
    let bare = |part: &str| Ident::plain(part.trim_matches(|c| matches!(c, '[' | ']' | '"')));
    Some(text.split('.').map(bare).collect())
}

/// The address in `uri = '…'`.
fn option_address(option: &ast::SqlOption) -> Option<String> {
    match option {
        ast::SqlOption::KeyValue { key, value: ast::Expr::Value(value) } if key.value.eq_ignore_ascii_case("uri") => {
            value.value.clone().into_string()
        }
        _ => None,
    }
}

/// An identifier that the flat form makes for itself.
pub(super) fn made(value: &str) -> Ident {
    Ident::plain(value)
}
