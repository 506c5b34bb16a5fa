//! BigQuery's pipe operators, each a query over the one before.

use sqlparser::ast::{self, PipeOperator};

use super::Lower;
use crate::script::{
    Body, Branch, Clause, Expr, Item, Join, Place, Query, QueryId, Relation, Select, SetOp, Source, Star, Unpivot,
};

impl<'a> Lower<'a> {
    /// The query that `operator` makes of `input`.
    pub(super) fn pipe(&mut self, input: QueryId, operator: &'a PipeOperator) -> QueryId {
        let place = self.query_place(input);
        let mut select = self.over(input, place);
        match operator {
            PipeOperator::Limit { .. } | PipeOperator::TableSample { .. } => return input,
            PipeOperator::Where { expr } => select.filters.push((Clause::Where, self.expr(expr))),
            PipeOperator::OrderBy { exprs } => {
                let sorts = exprs.iter().map(|item| (Clause::Sort, self.expr(&item.expr)));
                select.filters.extend(sorts);
            }
            PipeOperator::Select { exprs } => select.items = self.items(exprs),
            PipeOperator::Extend { exprs } => {
                let added = self.items(exprs);
                select.items.extend(added);
            }
            PipeOperator::Set { assignments } => self.pipe_set(assignments, &mut select),
            PipeOperator::Drop { columns } => {
                let except = self.names(columns);
                select.items = vec![Item::Star(Box::new(Star { except, place, ..Star::default() }))];
            }
            PipeOperator::Rename { mappings } => {
                let rename = mappings.iter().map(|pair| (self.name(&pair.ident), self.name(&pair.alias))).collect();
                select.items = vec![Item::Star(Box::new(Star { rename, place, ..Star::default() }))];
            }
            PipeOperator::As { alias } => return self.pipe_as(input, alias),
            PipeOperator::Aggregate { full_table_exprs, group_by_expr } => {
                self.pipe_aggregate(full_table_exprs, group_by_expr, &mut select);
            }
            PipeOperator::Join(join) => {
                let source = self.joined(join);
                select.sources.push(source);
            }
            PipeOperator::Union { set_quantifier, queries } => {
                return self.pipe_set_operation(input, SetOp::Union, *set_quantifier, queries);
            }
            PipeOperator::Intersect { set_quantifier, queries } => {
                return self.pipe_set_operation(input, SetOp::Intersect, *set_quantifier, queries);
            }
            PipeOperator::Except { set_quantifier, queries } => {
                return self.pipe_set_operation(input, SetOp::Except, *set_quantifier, queries);
            }
            PipeOperator::Pivot { aggregate_functions, value_column, value_source, .. } => {
                let keys = self.key_columns(value_column);
                let source = self.take_source(&mut select);
                select.sources.push(self.pivot_of(source, aggregate_functions, keys, value_source));
            }
            PipeOperator::Unpivot { value_column, name_column, unpivot_columns, .. } => {
                let input = self.take_source(&mut select);
                let columns = unpivot_columns.iter().map(|column| vec![self.name(column)]).collect();
                let values = vec![self.name(value_column)];
                let unpivot = Unpivot { input, values, name: self.name(name_column), columns, all_but: None };
                select.sources.push(plain_source(Relation::Unpivot(Box::new(unpivot)), place));
            }
            PipeOperator::Call { function, .. } => {
                let place = self.name_place(&function.name);
                self.unsupported(place, "the pipe operator CALL");
            }
        }
        self.wrap(select, place)
    }

    /// `SELECT * FROM input`.
    fn over(&mut self, input: QueryId, place: Place) -> Select {
        let source = plain_source(Relation::Derived { query: input, lateral: false }, place);
        // The name that an `AS` before gave still qualifies columns.
        let alias = self.pipe_alias(input);
        let star = Item::Star(Box::new(Star { place, ..Star::default() }));
        Select { items: vec![star], sources: vec![Source { alias, ..source }], ..Select::default() }
    }

    fn pipe_alias(&self, input: QueryId) -> Option<crate::script::Name> {
        let query = &self.arena.queries[input.0 as usize];
        match query.branches.as_slice() {
            [Branch { body: Body::Select(select), .. }] => match select.sources.as_slice() {
                [Source { alias: Some(alias), .. }] => Some(*alias),
                [Source { relation: Relation::Table(table), .. }] => table.path.last().copied(),
                _ => None,
            },
            _ => None,
        }
    }

    fn pipe_as(&mut self, input: QueryId, alias: &ast::Ident) -> QueryId {
        let place = self.query_place(input);
        let mut select = self.over(input, place);
        let alias = self.name(alias);
        for source in &mut select.sources {
            source.alias = Some(alias);
        }
        self.wrap(select, place)
    }

    fn pipe_set(&mut self, assignments: &'a [ast::Assignment], select: &mut Select) {
        let mut star = Star::default();
        for assignment in assignments {
            if let ast::AssignmentTarget::ColumnName(name) = &assignment.target
                && let Some(column) = self.path(name).last()
            {
                star.replace.push((*column, self.expr(&assignment.value)));
            }
        }
        select.items = vec![Item::Star(Box::new(star))];
    }

    fn pipe_aggregate(
        &mut self,
        aggregates: &'a [ast::ExprWithAliasAndOrderBy],
        groups: &'a [ast::ExprWithAliasAndOrderBy],
        select: &mut Select,
    ) {
        select.items.clear();
        for (grouping, item) in
            groups.iter().map(|item| (true, item)).chain(aggregates.iter().map(|item| (false, item)))
        {
            let expr = self.expr(&item.expr.expr);
            if grouping {
                select.group_by.push(expr.clone());
            }
            let name = match (&item.expr.alias, &item.expr.expr) {
                (Some(alias), _) => Some(self.name(alias)),
                (None, ast::Expr::Identifier(ident)) => Some(self.name(ident)),
                (None, ast::Expr::CompoundIdentifier(idents)) => idents.last().map(|ident| self.name(ident)),
                (None, _) => None,
            };
            select.items.push(Item::Expr { expr, name });
        }
    }

    fn pipe_set_operation(
        &mut self,
        input: QueryId,
        op: SetOp,
        quantifier: ast::SetQuantifier,
        queries: &'a [ast::Query],
    ) -> QueryId {
        let by_name = matches!(
            quantifier,
            ast::SetQuantifier::ByName | ast::SetQuantifier::AllByName | ast::SetQuantifier::DistinctByName
        );
        let mut branches = vec![Branch { op: SetOp::First, by_name: false, body: Body::Query(input) }];
        for query in queries {
            branches.push(Branch { op, by_name, body: Body::Query(self.query(query)) });
        }
        let place = self.query_place(input);
        self.push_query(Query { ctes: Vec::new(), branches, order_by: Vec::new(), place })
    }

    fn key_columns(&mut self, columns: &'a [ast::Ident]) -> Vec<Expr> {
        let key = |ident: &'a ast::Ident| {
            let mut found = super::expr::Found::default();
            let place = self.place(ident.span);
            let path = Box::new([self.name(ident)]);
            found.push(crate::script::Target::Column(path), crate::script::Usage::IDENTITY, place);
            Expr { refs: found.refs, place, ..Expr::default() }
        };
        columns.iter().map(key).collect()
    }

    fn take_source(&mut self, select: &mut Select) -> Source {
        select.sources.pop().unwrap_or_else(|| plain_source(Relation::Columns(Vec::new()), self.positions.whole()))
    }

    fn wrap(&mut self, select: Select, place: Place) -> QueryId {
        let body = Body::Select(Box::new(select));
        let branches = vec![Branch { op: SetOp::First, by_name: false, body }];
        self.push_query(Query { ctes: Vec::new(), branches, order_by: Vec::new(), place })
    }
}

/// A source without alias that is joined to nothing.
pub(super) fn plain_source(relation: Relation, place: Place) -> Source {
    Source { relation, alias: None, columns: Vec::new(), join: Join::default(), place }
}
