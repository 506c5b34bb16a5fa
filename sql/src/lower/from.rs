//! What stands in `FROM`.

use sqlparser::ast::{self, Expr as Ast, JoinConstraint, JoinOperator, TableFactor};

use super::{Lower, function::function_name, pipe::plain_source};
use crate::{
    dialect::Kind,
    script::{Expr, Join, Match, Name, Pivot, Relation, Side, Source, Table, Unpivot},
};

impl<'a> Lower<'a> {
    pub(super) fn sources(&mut self, from: &'a [ast::TableWithJoins]) -> Vec<Source> {
        let mut sources = Vec::new();
        for tree in from {
            self.tree(tree, &mut sources);
        }
        sources
    }

    pub(super) fn tree(&mut self, tree: &'a ast::TableWithJoins, sources: &mut Vec<Source>) {
        let first = self.source(&tree.relation);
        sources.push(first);
        for join in &tree.joins {
            let source = self.joined(join);
            sources.push(source);
        }
    }

    pub(super) fn joined(&mut self, join: &'a ast::Join) -> Source {
        let mut source = self.source(&join.relation);
        let (side, constraint) = match &join.join_operator {
            JoinOperator::Join(on) | JoinOperator::Inner(on) | JoinOperator::StraightJoin(on) => (Side::Inner, on),
            JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => (Side::Left, on),
            JoinOperator::Right(on) | JoinOperator::RightOuter(on) => (Side::Right, on),
            JoinOperator::FullOuter(on) => (Side::Full, on),
            JoinOperator::CrossJoin(on) => (Side::Cross, on),
            JoinOperator::Semi(on)
            | JoinOperator::LeftSemi(on)
            | JoinOperator::Anti(on)
            | JoinOperator::LeftAnti(on) => (Side::Semi, on),
            JoinOperator::RightSemi(on) | JoinOperator::RightAnti(on) => (Side::Right, on),
            JoinOperator::AsOf { match_condition, constraint } => {
                source.join.on = Some(self.condition(match_condition));
                (Side::Left, constraint)
            }
            JoinOperator::CrossApply | JoinOperator::OuterApply => {
                make_lateral(&mut source.relation);
                (Side::Inner, &JoinConstraint::None)
            }
            JoinOperator::ArrayJoin | JoinOperator::LeftArrayJoin | JoinOperator::InnerArrayJoin => {
                self.array_join(&mut source);
                (Side::Inner, &JoinConstraint::None)
            }
        };
        source.join.side = side;
        self.constraint(constraint, &mut source.join);
        source
    }

    fn constraint(&mut self, constraint: &'a JoinConstraint, join: &mut Join) {
        match constraint {
            JoinConstraint::On(condition) => {
                let condition = self.condition(condition);
                match &mut join.on {
                    Some(on) => on.refs.extend(condition.refs),
                    None => join.on = Some(condition),
                }
            }
            JoinConstraint::Using(names) => {
                join.using = names.iter().filter_map(|name| self.path(name).last().copied()).collect();
            }
            JoinConstraint::Natural => join.natural = true,
            JoinConstraint::None => {}
        }
    }

    /// ClickHouse's `ARRAY JOIN arr AS a`: the operand is a column, not a table.
    fn array_join(&mut self, source: &mut Source) {
        if let Relation::Table(table) = &source.relation {
            let column = crate::script::Ref {
                target: crate::script::Target::Column(table.path.clone()),
                usage: crate::script::Usage::IDENTITY,
                place: table.place,
            };
            source.alias = source.alias.or(table.path.last().copied());
            let array = Expr { refs: vec![column], place: table.place, ..Expr::default() };
            source.relation = Relation::Unnest { arrays: vec![array], extra: Vec::new() };
        }
    }

    pub(super) fn source(&mut self, factor: &'a TableFactor) -> Source {
        if !self.enter() {
            return plain_source(Relation::Columns(Vec::new()), self.positions.whole());
        }
        let source = self.source_inside(factor);
        self.leave();
        source
    }

    fn source_inside(&mut self, factor: &'a TableFactor) -> Source {
        match factor {
            TableFactor::Table { name, alias, args, with_ordinality, .. } => {
                self.table_source(name, alias.as_ref(), args.as_ref(), *with_ordinality)
            }
            TableFactor::Derived { lateral, subquery, alias, .. } => {
                let query = self.query(subquery);
                self.aliased(Relation::Derived { query, lateral: *lateral }, alias.as_ref())
            }
            TableFactor::TableFunction { expr, alias } => self.function_expr(expr, alias.as_ref()),
            TableFactor::Function { name, args, alias, .. } => {
                let relation = self.function_relation(name, args);
                self.aliased(relation, alias.as_ref())
            }
            TableFactor::UNNEST { alias, array_exprs, with_offset, with_offset_alias, with_ordinality } => {
                let mut extra: Vec<Name> = with_offset_alias.iter().map(|alias| self.name(alias)).collect();
                if extra.is_empty() && *with_offset {
                    extra.push(self.plain("offset"));
                }
                if extra.is_empty() && *with_ordinality {
                    extra.push(self.plain("ordinality"));
                }
                let arrays = self.exprs(array_exprs);
                self.aliased(Relation::Unnest { arrays, extra }, alias.as_ref())
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                let mut sources = Vec::new();
                self.tree(table_with_joins, &mut sources);
                self.aliased(Relation::Nested(sources), alias.as_ref())
            }
            TableFactor::Pivot { table, aggregate_functions, value_column, value_source, alias, .. } => {
                let input = self.source(table);
                let keys = self.exprs(value_column);
                let source = self.pivot_of(input, aggregate_functions, keys, value_source);
                self.aliased(source.relation, alias.as_ref())
            }
            TableFactor::Unpivot { table, value, name, columns, alias, .. } => {
                let relation = self.unpivot(table, value, name, columns);
                self.aliased(relation, alias.as_ref())
            }
            TableFactor::MatchRecognize { alias, .. } => {
                let relation = self.match_recognize(factor);
                self.aliased(relation, alias.as_ref())
            }
            _ => self.made_source(factor),
        }
    }

    /// Sources whose columns are declared in place.
    fn made_source(&mut self, factor: &'a TableFactor) -> Source {
        match factor {
            TableFactor::JsonTable { json_expr, columns, alias, .. } => {
                let input = self.expr(json_expr);
                let mut names = Vec::new();
                self.json_columns(columns, &mut names);
                self.aliased(columns_of(&names, &input), alias.as_ref())
            }
            TableFactor::OpenJsonTable { json_expr, columns, alias, .. } => {
                let input = self.expr(json_expr);
                let mut names: Vec<Name> = columns.iter().map(|column| self.name(&column.name)).collect();
                if names.is_empty() {
                    names = ["key", "value", "type"].map(|name| self.plain(name)).to_vec();
                }
                self.aliased(columns_of(&names, &input), alias.as_ref())
            }
            TableFactor::XmlTable { row_expression, passing, columns, alias, .. } => {
                let inputs = passing.arguments.iter().map(|argument| &argument.expr);
                let input = self.merged(inputs.chain([row_expression]));
                let names: Vec<Name> = columns.iter().map(|column| self.name(&column.name)).collect();
                self.aliased(columns_of(&names, &input), alias.as_ref())
            }
            TableFactor::UnpivotExpr { expression, value_alias, attribute_alias } => {
                let input = self.expr(expression);
                let mut names = vec![self.name(value_alias)];
                names.extend(attribute_alias.iter().map(|alias| self.name(alias)));
                self.aliased(columns_of(&names, &input), None)
            }
            TableFactor::SemanticView { name, alias, .. } => {
                let table = self.table(name);
                self.aliased(Relation::Table(table), alias.as_ref())
            }
            _ => {
                let place = self.positions.whole();
                self.unsupported(place, "an operand of FROM of this kind");
                plain_source(Relation::Columns(Vec::new()), place)
            }
        }
    }

    fn aliased(&mut self, relation: Relation, alias: Option<&ast::TableAlias>) -> Source {
        let place = match (&relation, alias) {
            (Relation::Table(table), _) => table.place,
            (_, Some(alias)) => self.place(alias.name.span),
            (_, None) => self.positions.whole(),
        };
        let mut source = plain_source(relation, place);
        if let Some(alias) = alias {
            source.alias = Some(self.name(&alias.name));
            source.columns = alias.columns.iter().map(|column| self.name(&column.name)).collect();
            if let (Some(at), Relation::Unnest { extra, .. }) = (&alias.at, &mut source.relation) {
                let at = self.arena.name(crate::name::Ident::plain(&at.value));
                extra.push(at);
            }
        }
        source
    }

    fn table_source(
        &mut self,
        name: &'a ast::ObjectName,
        alias: Option<&ast::TableAlias>,
        args: Option<&'a ast::TableFunctionArgs>,
        ordinality: bool,
    ) -> Source {
        let Some(args) = args else {
            if let Some(alias) = alias.filter(|_| self.is_only(name)) {
                let table = self.ident_table(&alias.name);
                return self.aliased(Relation::Table(table), None);
            }
            let table = self.table(name);
            return self.aliased(Relation::Table(table), alias);
        };
        if function_name(name) == "identifier" {
            let place = self.name_place(name);
            let path = self.named_by(&args.args, place).into();
            return self.aliased(Relation::Table(Table { path, location: false, place }), alias);
        }
        if self.is_stage(name) {
            let table = self.table(name);
            return self.aliased(Relation::Table(table), alias);
        }
        let mut relation = self.function_relation(name, &args.args);
        if let (Relation::Unnest { extra, .. }, true) = (&mut relation, ordinality) {
            extra.push(self.arena.name(crate::name::Ident::plain("ordinality")));
        }
        self.aliased(relation, alias)
    }

    /// The word of `FROM ONLY t`, which reads like a table with an alias.
    fn is_only(&self, name: &ast::ObjectName) -> bool {
        let [ast::ObjectNamePart::Identifier(ident)] = name.0.as_slice() else { return false };
        let inherits = matches!(self.dialect.kind(), Kind::Postgres | Kind::Greenplum | Kind::Generic);
        inherits && ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("only")
    }

    fn is_stage(&self, name: &ast::ObjectName) -> bool {
        name.0.first().and_then(ast::ObjectNamePart::as_ident).is_some_and(|ident| ident.value.starts_with('@'))
    }

    /// `TABLE(f(…))`, `TABLE(name)` and their like.
    fn function_expr(&mut self, expr: &'a Ast, alias: Option<&ast::TableAlias>) -> Source {
        match expr {
            Ast::Function(call) => {
                let args = match &call.args {
                    ast::FunctionArguments::List(list) => list.args.as_slice(),
                    ast::FunctionArguments::None | ast::FunctionArguments::Subquery(_) => &[],
                };
                let relation = self.function_relation(&call.name, args);
                self.aliased(relation, alias)
            }
            Ast::Subquery(query) => {
                let query = self.query(query);
                self.aliased(Relation::Derived { query, lateral: true }, alias)
            }
            other => {
                let args = vec![self.expr(other)];
                self.aliased(Relation::Function { name: Box::default(), args }, alias)
            }
        }
    }

    fn function_relation(&mut self, name: &'a ast::ObjectName, args: &'a [ast::FunctionArg]) -> Relation {
        let short = function_name(name);
        let mut exprs = Vec::new();
        for arg in args {
            let mut found = super::expr::Found::default();
            let usage = crate::script::Usage::IDENTITY.with_class(crate::script::Class::Transformation);
            self.walk_argument(&short, arg, usage, &mut found);
            let place = found.core.unwrap_or_else(|| self.positions.whole());
            exprs.push(Expr { refs: found.refs, place, ..Expr::default() });
        }
        if let Some(address) = file_read_by(&short, args) {
            let place = self.name_place(name);
            return Relation::Table(self.location(&address, place));
        }
        if short == "nodes" && name.0.len() > 1 {
            exprs.push(self.receiver(name));
        }
        if short == "unnest" {
            return Relation::Unnest { arrays: exprs, extra: Vec::new() };
        }
        Relation::Function { name: self.path(name), args: exprs }
    }

    /// The column that a method is called on.
    fn receiver(&mut self, name: &'a ast::ObjectName) -> Expr {
        let place = self.name_place(name);
        let parts = &name.0[..name.0.len() - 1];
        let path = parts.iter().filter_map(ast::ObjectNamePart::as_ident).map(|ident| self.name(ident)).collect();
        let usage = crate::script::Usage::IDENTITY.with_class(crate::script::Class::Transformation);
        let column = crate::script::Ref { target: crate::script::Target::Column(path), usage, place };
        Expr { refs: vec![column], place, ..Expr::default() }
    }

    pub(super) fn lateral_view(&mut self, view: &'a ast::LateralView) -> Source {
        let mut source = self.function_expr(&view.lateral_view, None);
        source.alias =
            view.lateral_view_name.0.last().and_then(ast::ObjectNamePart::as_ident).map(|name| self.name(name));
        source.columns = self.names(&view.lateral_col_alias);
        source.join.side = if view.outer { Side::Left } else { Side::Inner };
        source
    }

    fn json_columns(&mut self, columns: &[ast::JsonTableColumn], names: &mut Vec<Name>) {
        for column in columns {
            match column {
                ast::JsonTableColumn::Named(named) => names.push(self.name(&named.name)),
                ast::JsonTableColumn::ForOrdinality(ident) => names.push(self.name(ident)),
                ast::JsonTableColumn::Nested(nested) => self.json_columns(&nested.columns, names),
            }
        }
    }

    pub(super) fn pivot_of(
        &mut self,
        input: Source,
        functions: &'a [ast::ExprWithAlias],
        keys: Vec<Expr>,
        values: &'a ast::PivotValueSource,
    ) -> Source {
        let mut aggregates = Vec::new();
        for function in functions {
            let name = function.alias.as_ref().map(|alias| self.name(alias));
            aggregates.push((name, self.expr(&function.expr)));
        }
        let values = match values {
            ast::PivotValueSource::List(items) => items.iter().map(|item| self.pivot_value(item)).collect(),
            ast::PivotValueSource::Any(_) | ast::PivotValueSource::Subquery(_) => Vec::new(),
        };
        let place = input.place;
        plain_source(Relation::Pivot(Box::new(Pivot { input, aggregates, keys, values })), place)
    }

    fn pivot_value(&mut self, item: &'a ast::ExprWithAlias) -> Name {
        if let Some(alias) = &item.alias {
            return self.name(alias);
        }
        let text = match &item.expr {
            Ast::Identifier(ident) => return self.name(ident),
            Ast::Value(value) if self.dialect.pivots_with_quotes() => value.value.to_string(),
            Ast::Value(value) => value.value.clone().into_string().unwrap_or_else(|| value.value.to_string()),
            other => other.to_string(),
        };
        self.arena.name(crate::name::Ident::quoted(text))
    }

    fn unpivot(
        &mut self,
        table: &'a TableFactor,
        value: &'a Ast,
        name: &'a ast::Ident,
        columns: &'a [ast::ExprWithAlias],
    ) -> Relation {
        let input = self.source(table);
        let values = self.column_tuple(value);
        let columns = columns.iter().map(|column| self.column_tuple(&column.expr)).collect();
        Relation::Unpivot(Box::new(Unpivot { input, values, name: self.name(name), columns }))
    }

    fn column_tuple(&mut self, expr: &'a Ast) -> Vec<Name> {
        match expr {
            Ast::Identifier(ident) => vec![self.name(ident)],
            Ast::CompoundIdentifier(idents) => idents.last().map(|ident| self.name(ident)).into_iter().collect(),
            Ast::Tuple(exprs) => exprs.iter().flat_map(|expr| self.column_tuple(expr)).collect(),
            Ast::Nested(inner) => self.column_tuple(inner),
            _ => {
                let place = self.positions.whole();
                self.unsupported(place, "a column of UNPIVOT that is not a name");
                Vec::new()
            }
        }
    }

    fn match_recognize(&mut self, factor: &'a TableFactor) -> Relation {
        let TableFactor::MatchRecognize {
            table,
            partition_by,
            order_by,
            measures,
            rows_per_match,
            pattern,
            symbols,
            ..
        } = factor
        else {
            return Relation::Columns(Vec::new());
        };
        let mut lowered = Match {
            input: self.source(table),
            partition_by: self.exprs(partition_by),
            order_by: order_by.iter().map(|item| self.expr(&item.expr)).collect(),
            measures: Vec::new(),
            conditions: Vec::new(),
            symbols: pattern_symbols(pattern).into_iter().map(|ident| self.name(ident)).collect(),
            all_rows: matches!(rows_per_match, Some(ast::RowsPerMatch::AllRows(_))),
        };
        for measure in measures {
            lowered.measures.push((self.name(&measure.alias), self.expr(&measure.expr)));
        }
        for symbol in symbols {
            let name = self.name(&symbol.symbol);
            if !lowered.symbols.contains(&name) {
                lowered.symbols.push(name);
            }
            lowered.conditions.push(self.expr(&symbol.definition));
        }
        Relation::Match(Box::new(lowered))
    }
}

/// The address that a table function reads, when it reads a file and a literal names it.
fn file_read_by(function: &str, args: &[ast::FunctionArg]) -> Option<String> {
    const READERS: [&str; 30] = [
        "azureblobstorage",
        "delta_scan",
        "deltalake",
        "file",
        "filecluster",
        "gcs",
        "hdfs",
        "hdfscluster",
        "hudi",
        "iceberg",
        "iceberg_scan",
        "infer_schema",
        "oss",
        "parquet_scan",
        "read_avro",
        "read_blob",
        "read_csv",
        "read_csv_auto",
        "read_files",
        "read_json",
        "read_json_auto",
        "read_json_objects",
        "read_ndjson",
        "read_ndjson_auto",
        "read_parquet",
        "read_text",
        "read_xlsx",
        "s3",
        "s3cluster",
        "url",
    ];
    let addressed = |name: &str| matches!(name, "path" | "location" | "bulk");
    READERS.binary_search(&function).ok()?;
    args.iter().find_map(|arg| {
        let value = match arg {
            ast::FunctionArg::Unnamed(value) => value,
            ast::FunctionArg::Named { name, arg, .. } if addressed(&name.value.to_ascii_lowercase()) => arg,
            ast::FunctionArg::Named { .. } | ast::FunctionArg::ExprNamed { .. } => return None,
        };
        match value {
            ast::FunctionArgExpr::Expr(Ast::Value(value)) => match &value.value {
                ast::Value::Number(..) => None,
                other => other.clone().into_string(),
            },
            _ => None,
        }
    })
}

/// The variables of a pattern, each once for each time it stands there.
fn pattern_symbols(pattern: &ast::MatchRecognizePattern) -> Vec<&ast::Ident> {
    use ast::{MatchRecognizePattern as Pattern, MatchRecognizeSymbol as Symbol};
    let mut open = vec![pattern];
    let mut found: Vec<&ast::Ident> = Vec::new();
    while let Some(pattern) = open.pop() {
        let symbols = match pattern {
            Pattern::Symbol(symbol) | Pattern::Exclude(symbol) => std::slice::from_ref(symbol),
            Pattern::Permute(symbols) => symbols,
            Pattern::Concat(inner) | Pattern::Alternation(inner) => {
                open.extend(inner);
                &[]
            }
            Pattern::Group(inner) | Pattern::Repetition(inner, _) => {
                open.push(inner);
                &[]
            }
        };
        for symbol in symbols {
            if let Symbol::Named(ident) = symbol
                && !found.contains(&ident)
            {
                found.push(ident);
            }
        }
    }
    found
}

/// Columns that are all made from one input.
fn columns_of(names: &[Name], input: &Expr) -> Relation {
    let input = Expr {
        refs: input
            .refs
            .iter()
            .map(|reference| crate::script::Ref {
                usage: reference.usage.with_class(crate::script::Class::Transformation),
                ..reference.clone()
            })
            .collect(),
        ..input.clone()
    };
    Relation::Columns(names.iter().map(|name| (*name, input.clone())).collect())
}

fn make_lateral(relation: &mut Relation) {
    if let Relation::Derived { lateral, .. } = relation {
        *lateral = true;
    }
}
