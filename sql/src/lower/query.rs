//! Queries, their branches and select lists.

use sqlparser::{
    ast::{self, SelectItem, SetExpr},
    tokenizer::Token,
};

use super::{Lower, function::function_name};
use crate::{
    blocks::{closing, is_blank},
    diagnostic::{Severity, code},
    dialect::Kind,
    functions,
    name::Ident,
    script::{
        Body, Branch, Class, Clause, Cte, Expr, Item, Name, Place, Query, QueryId, Select, SetOp, Star, Table, Usage,
    },
};

impl<'a> Lower<'a> {
    pub(super) fn query(&mut self, query: &'a ast::Query) -> QueryId {
        if !self.enter() {
            return self.push_query(empty_query(self.positions.whole()));
        }
        let ctes = self.ctes(query.with.as_ref());
        let branches = self.branches(&query.body);
        let order_by = self.order_by(query);
        let start = query.with.as_ref().and_then(|with| self.positions.place(with.with_token.0.span));
        let place = self.enclosed(start.unwrap_or_else(|| self.branches_place(&query.body)));
        let mut id = self.push_query(Query { ctes, branches, order_by, place });
        for operator in &query.pipe_operators {
            id = self.pipe(id, operator);
        }
        self.leave();
        id
    }

    pub(super) fn ctes(&mut self, with: Option<&'a ast::With>) -> Vec<Cte> {
        let Some(with) = with else { return Vec::new() };
        let lower_one = |cte: &'a ast::Cte| {
            let query = self.query(&cte.query);
            let columns = cte.alias.columns.iter().map(|column| self.name(&column.name)).collect();
            // T-SQL, Oracle and others write recursion without the word.
            let recursive = with.recursive || self.needs_no_recursive();
            Cte { name: self.name(&cte.alias.name), columns, query, recursive }
        };
        with.cte_tables.iter().map(lower_one).collect()
    }

    fn needs_no_recursive(&self) -> bool {
        matches!(self.dialect.kind(), Kind::TSql | Kind::Oracle | Kind::Db2 | Kind::Teradata)
    }

    /// The operands of a chain of set operations, from left to right.
    fn branches(&mut self, body: &'a SetExpr) -> Vec<Branch> {
        let mut rest = Vec::new();
        let mut left = body;
        while let SetExpr::SetOperation { left: next, op, set_quantifier, right } = left {
            rest.push((*op, *set_quantifier, &**right));
            left = next;
        }
        let mut branches = vec![Branch { op: SetOp::First, by_name: false, body: self.body(left) }];
        for (op, quantifier, right) in rest.into_iter().rev() {
            let by_name = matches!(
                quantifier,
                ast::SetQuantifier::ByName | ast::SetQuantifier::AllByName | ast::SetQuantifier::DistinctByName
            );
            branches.push(Branch { op: set_op(op), by_name, body: self.body(right) });
        }
        branches
    }

    fn body(&mut self, body: &'a SetExpr) -> Body {
        match body {
            SetExpr::Select(select) => Body::Select(Box::new(self.select(select))),
            SetExpr::Query(query) => Body::Query(self.query(query)),
            SetExpr::Values(values) => Body::Values(self.values(values)),
            SetExpr::Table(table) => Body::Table(self.table_command(table)),
            SetExpr::Insert(statement)
            | SetExpr::Update(statement)
            | SetExpr::Delete(statement)
            | SetExpr::Merge(statement) => Body::Statement(Box::new(self.statement(statement))),
            SetExpr::SetOperation { .. } => {
                if !self.enter() {
                    return Body::Values(Vec::new());
                }
                let branches = self.branches(body);
                let place = self.branches_place(body);
                self.leave();
                Body::Query(self.push_query(Query { ctes: Vec::new(), branches, order_by: Vec::new(), place }))
            }
        }
    }

    /// The brackets around what begins here, with all between; without brackets the place itself.
    fn enclosed(&self, start: Place) -> Place {
        let Ok(first) = self.places.binary_search_by_key(&start.0, |place| place.0) else { return start };
        let before = (0..first).rev().find(|at| !is_blank(&self.tokens[*at].token));
        let open = before.filter(|at| self.tokens[*at].token == Token::LParen);
        match open.and_then(|open| Some((open, closing(self.tokens, open)?))) {
            Some((open, close)) => Place(self.places[open].0, self.places[close].1),
            None => start,
        }
    }

    /// Where a query's first select begins.
    fn branches_place(&self, body: &'a SetExpr) -> Place {
        let whole = self.positions.whole();
        let mut left = body;
        loop {
            left = match left {
                SetExpr::SetOperation { left, .. } => left,
                SetExpr::Query(query) => &query.body,
                SetExpr::Select(select) => {
                    let start = self.positions.place(select.select_token.0.span);
                    return start.unwrap_or(whole);
                }
                SetExpr::Values(_)
                | SetExpr::Table(_)
                | SetExpr::Insert(_)
                | SetExpr::Update(_)
                | SetExpr::Delete(_)
                | SetExpr::Merge(_) => return whole,
            };
        }
    }

    /// The columns of `VALUES`, each with what all rows put there.
    pub(super) fn values(&mut self, values: &'a ast::Values) -> Vec<Expr> {
        let mut columns: Vec<Expr> = Vec::new();
        for row in &values.rows {
            for (index, value) in row.content.iter().enumerate() {
                let expr = self.expr(value);
                match columns.get_mut(index) {
                    Some(column) => column.refs.extend(expr.refs),
                    None => columns.push(Expr { ordinal: None, ..expr }),
                }
            }
        }
        columns
    }

    fn table_command(&mut self, table: &ast::Table) -> Table {
        let parts = table.schema_name.iter().chain(&table.table_name);
        let path = parts.map(|part| self.arena.name(Ident::plain(part))).collect();
        Table { path, location: false, place: self.positions.whole() }
    }

    fn order_by(&mut self, query: &'a ast::Query) -> Vec<Expr> {
        let mut order = Vec::new();
        match query.order_by.as_ref().map(|order| &order.kind) {
            Some(ast::OrderByKind::Expressions(items)) if !is_all(items) => {
                order.extend(items.iter().map(|item| self.condition(&item.expr)));
            }
            Some(ast::OrderByKind::Expressions(_) | ast::OrderByKind::All(_)) => order.extend(every_item(&query.body)),
            None => {}
        }
        if let Some(ast::LimitClause::LimitOffset { limit, limit_by, offset }) = &query.limit_clause {
            let bounds = limit.iter().chain(offset.as_ref().map(|offset| &offset.value));
            let bounds = bounds.map(|bound| Expr { ordinal: None, ..self.condition(bound) });
            order.extend(bounds.filter(|bound| !bound.refs.is_empty()));
            order.extend(limit_by.iter().map(|expr| self.condition(expr)));
        }
        order
    }

    fn select(&mut self, select: &'a ast::Select) -> Select {
        self.windows.push(&select.named_window);
        let mut lowered = Select { sources: self.sources(&select.from), ..Select::default() };
        for view in &select.lateral_views {
            let source = self.lateral_view(view);
            lowered.sources.push(source);
        }
        self.note_into(select);
        for item in &select.projection {
            let item = self.item(item);
            lowered.items.push(item);
        }
        self.apply_exclude(select, &mut lowered.items);
        self.filters(select, &mut lowered.filters);
        self.group_by(&select.group_by, &mut lowered);
        if select.projection.is_empty() {
            lowered.items.push(Item::Star(Box::default()));
        }
        self.windows.pop();
        lowered
    }

    fn note_into(&mut self, select: &'a ast::Select) {
        let Some(into) = &select.into else { return };
        for target in &into.targets {
            let path: crate::script::Path = match target {
                ast::Expr::Identifier(ident) => Box::new([self.name(ident)]),
                ast::Expr::CompoundIdentifier(idents) => idents.iter().map(|ident| self.name(ident)).collect(),
                _ => continue,
            };
            let place = self.place(sqlparser::ast::Spanned::span(target));
            self.into_variables.extend(path.last());
            self.into.get_or_insert(Table { path, location: false, place });
            self.into_temporary |= into.temporary;
        }
    }

    /// Redshift writes `EXCLUDE` once, after the whole list.
    fn apply_exclude(&mut self, select: &ast::Select, items: &mut [Item]) {
        let Some(exclude) = &select.exclude else { return };
        let names = self.excluded_names(exclude);
        for item in items {
            if let Item::Star(star) = item {
                star.except.extend(&names);
            }
        }
    }

    fn excluded_names(&mut self, exclude: &ast::ExcludeSelectItem) -> Vec<Name> {
        let names = match exclude {
            ast::ExcludeSelectItem::Single(name) => std::slice::from_ref(name),
            ast::ExcludeSelectItem::Multiple(names) => names,
        };
        names.iter().filter_map(|name| self.path(name).last().copied()).collect()
    }

    fn filters(&mut self, select: &'a ast::Select, filters: &mut Vec<(Clause, Expr)>) {
        if let Some(ast::Distinct::On(exprs)) = &select.distinct {
            filters.extend(exprs.iter().map(|expr| (Clause::DistinctOn, self.condition(expr))));
        }
        let conditions = select.prewhere.iter().chain(&select.selection);
        filters.extend(conditions.map(|expr| (Clause::Where, self.condition(expr))));
        filters.extend(select.having.iter().map(|expr| (Clause::Having, self.condition(expr))));
        filters.extend(select.qualify.iter().map(|expr| (Clause::Qualify, self.condition(expr))));
        for kind in &select.connect_by {
            match kind {
                ast::ConnectByKind::ConnectBy { relationships, .. } => {
                    filters.extend(relationships.iter().map(|expr| (Clause::Hierarchy, self.condition(expr))));
                }
                ast::ConnectByKind::StartWith { condition, .. } => {
                    filters.push((Clause::Where, self.condition(condition)));
                }
            }
        }
        let sorts = select.cluster_by.iter().chain(&select.distribute_by);
        let sorts = sorts.chain(select.sort_by.iter().map(|item| &item.expr));
        filters.extend(sorts.map(|expr| (Clause::Sort, Expr { ordinal: None, ..self.condition(expr) })));
    }

    fn group_by(&mut self, group_by: &'a ast::GroupByExpr, select: &mut Select) {
        let (exprs, modifiers) = match group_by {
            ast::GroupByExpr::All(modifiers) => {
                select.group_by_all = true;
                (&[][..], modifiers)
            }
            ast::GroupByExpr::Expressions(exprs, modifiers) => (exprs.as_slice(), modifiers),
        };
        for expr in exprs {
            self.grouping(expr, &mut select.group_by);
        }
        for modifier in modifiers {
            if let ast::GroupByWithModifier::GroupingSets(sets) = modifier {
                self.grouping(sets, &mut select.group_by);
            }
        }
    }

    /// A grouping expression; sets of them are taken apart.
    fn grouping(&mut self, expr: &'a ast::Expr, into: &mut Vec<Expr>) {
        match expr {
            ast::Expr::GroupingSets(sets) | ast::Expr::Cube(sets) | ast::Expr::Rollup(sets) => {
                into.extend(sets.iter().flatten().map(|expr| self.condition(expr)));
            }
            ast::Expr::Tuple(exprs) => into.extend(exprs.iter().map(|expr| self.condition(expr))),
            single => into.push(self.condition(single)),
        }
    }

    pub(super) fn items(&mut self, items: &'a [SelectItem]) -> Vec<Item> {
        items.iter().map(|item| self.item(item)).collect()
    }

    pub(super) fn item(&mut self, item: &'a SelectItem) -> Item {
        if let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }, true) =
            (item, self.dialect.has_columns_function())
            && let Some(star) = self.columns_call(expr)
        {
            return Item::Star(Box::new(star));
        }
        match item {
            SelectItem::UnnamedExpr(expr) => {
                let name = self.inferred_name(expr);
                Item::Expr { expr: self.expr(expr), name }
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let limit = self.positions.place(alias.span).map(|place| place.0);
                let name = Some(self.name(alias));
                Item::Expr { expr: self.expr_within(expr, (None, limit)), name }
            }
            SelectItem::ExprWithAliases { expr, aliases } => {
                let names = self.names(aliases);
                Item::Many { expr: self.expr(expr), names }
            }
            SelectItem::Wildcard(options) => Item::Star(Box::new(self.star(options))),
            SelectItem::QualifiedWildcard(kind, options) => {
                let mut star = self.star(options);
                match kind {
                    ast::SelectItemQualifiedWildcardKind::ObjectName(name) => star.qualifier = self.path(name),
                    ast::SelectItemQualifiedWildcardKind::Expr(expr) => star.of = Some(self.expr(expr)),
                }
                Item::Star(Box::new(star))
            }
        }
    }

    fn star(&mut self, options: &'a ast::WildcardAdditionalOptions) -> Star {
        let mut star = Star { place: self.place(options.wildcard_token.0.span), ..Star::default() };
        star.like = options.opt_ilike.as_ref().map(|like| like.pattern.clone());
        if let Some(exclude) = &options.opt_exclude {
            star.except.extend(self.excluded_names(exclude));
        }
        if let Some(except) = &options.opt_except {
            star.except.push(self.name(&except.first_element));
            star.except.extend(self.names(&except.additional_elements));
        }
        for element in options.opt_replace.iter().flat_map(|replace| &replace.items) {
            let expr = self.expr(&element.expr);
            star.replace.push((self.name(&element.column_name), expr));
        }
        let renames = match &options.opt_rename {
            Some(ast::RenameSelectItem::Single(one)) => std::slice::from_ref(one),
            Some(ast::RenameSelectItem::Multiple(many)) => many,
            None => &[],
        };
        star.rename = renames.iter().map(|pair| (self.name(&pair.ident), self.name(&pair.alias))).collect();
        if let Some(alias) = &options.opt_alias {
            let place = self.place(alias.span);
            self.report(code::UNSUPPORTED, Severity::Note, place, "an alias of a star is not followed");
        }
        star
    }

    /// `COLUMNS('…')`, or a function of it: one column for each whose name the expression finds.
    fn columns_call(&mut self, expr: &'a ast::Expr) -> Option<Star> {
        match expr {
            ast::Expr::Nested(inner) => self.columns_call(inner),
            ast::Expr::Cast { expr, .. } => {
                let star = self.columns_call(expr)?;
                Some(Star { usage: Usage::IDENTITY.with_class(Class::Transformation).of(star.usage), ..star })
            }
            ast::Expr::Function(call) => self.columns_of_call(call),
            _ => None,
        }
    }

    fn columns_of_call(&mut self, call: &'a ast::Function) -> Option<Star> {
        let ast::FunctionArguments::List(list) = &call.args else { return None };
        let [ast::FunctionArg::Unnamed(argument)] = list.args.as_slice() else { return None };
        let name = function_name(&call.name);
        let place = self.name_place(&call.name);
        match (name == "columns", argument) {
            (true, ast::FunctionArgExpr::Wildcard | ast::FunctionArgExpr::WildcardWithOptions(_)) => {
                Some(Star { place, ..Star::default() })
            }
            (true, ast::FunctionArgExpr::Expr(ast::Expr::Value(value))) => {
                Some(Star { matching: value.value.clone().into_string(), place, ..Star::default() })
            }
            (false, ast::FunctionArgExpr::Expr(inner)) => {
                let star = self.columns_call(inner)?;
                let effect = functions::effect(&name, self.dialect.kind());
                let usage = Usage { masking: effect.masking, ..Usage::IDENTITY.with_class(effect.class) };
                Some(Star { usage: usage.of(star.usage), ..star })
            }
            (true, _) | (false, _) => None,
        }
    }

    /// The name that a column has without an alias, where the expression gives it one.
    pub(super) fn inferred_name(&mut self, expr: &'a ast::Expr) -> Option<Name> {
        use ast::{AccessExpr, Expr as Ast};
        let lower_folding = matches!(
            self.dialect.kind(),
            Kind::Postgres | Kind::Redshift | Kind::Greenplum | Kind::Materialize | Kind::Vertica
        );
        match expr {
            Ast::Identifier(ident) => Some(self.name(ident)),
            Ast::CompoundIdentifier(idents) => idents.last().map(|ident| self.name(ident)),
            Ast::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
                Some(AccessExpr::Dot(Ast::Identifier(ident))) => Some(self.name(ident)),
                Some(AccessExpr::Dot(_) | AccessExpr::Subscript(_)) | None => None,
            },
            Ast::Nested(inner) | Ast::OuterJoin(inner) | Ast::Prior(inner) => self.inferred_name(inner),
            Ast::Value(value) => match &value.value {
                ast::Value::Placeholder(word) if self.dialect.is_positional(word) => Some(self.plain(word)),
                _ => None,
            },
            Ast::Named { name, .. } => Some(self.name(name)),
            Ast::Cast { expr, kind, .. } if lower_folding || *kind == ast::CastKind::DoubleColon => {
                self.inferred_name(expr)
            }
            Ast::Collate { expr, .. } if lower_folding => self.inferred_name(expr),
            Ast::Function(call) if lower_folding => {
                let name = function_name(&call.name);
                Some(self.plain(&name))
            }
            Ast::Case { .. } if lower_folding => Some(self.plain("case")),
            _ => None,
        }
    }
}

/// `ORDER BY ALL`, where the grammar reads a column.
fn is_all(items: &[ast::OrderByExpr]) -> bool {
    let [ast::OrderByExpr { expr: ast::Expr::Identifier(ident), .. }] = items else { return false };
    ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("all")
}

/// The items of a select by their positions.
fn every_item(body: &SetExpr) -> Vec<Expr> {
    let SetExpr::Select(select) = body else { return Vec::new() };
    (1..=select.projection.len() as u32).map(|at| Expr { ordinal: Some(at), ..Expr::default() }).collect()
}

fn set_op(op: ast::SetOperator) -> SetOp {
    match op {
        ast::SetOperator::Union => SetOp::Union,
        ast::SetOperator::Intersect => SetOp::Intersect,
        ast::SetOperator::Except | ast::SetOperator::Minus => SetOp::Except,
    }
}

fn empty_query(place: Place) -> Query {
    Query { ctes: Vec::new(), branches: Vec::new(), order_by: Vec::new(), place }
}
