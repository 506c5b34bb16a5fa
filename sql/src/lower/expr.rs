//! Expressions reduced to what they refer to.

use sqlparser::ast::{self, AccessExpr, BinaryOperator, Expr as Ast, JsonPathElem, Subscript, Value};

use super::{Bounds, Lower};
use crate::{
    functions,
    lineage::Indirect,
    script::{Class, Expr, Name, Place, QueryId, Ref, Target, Usage},
};

/// The references collected so far, and where they lie.
#[derive(Default)]
pub(super) struct Found {
    pub refs: Vec<Ref>,
    pub aggregates: bool,
    pub core: Option<Place>,
}

impl Found {
    pub fn push(&mut self, target: Target, usage: Usage, place: Place) {
        self.see(place);
        self.refs.push(Ref { target, usage, place });
    }

    pub fn see(&mut self, place: Place) {
        self.core = Some(self.core.map_or(place, |core| Place(core.0.min(place.0), core.1.max(place.1))));
    }
}

impl<'a> Lower<'a> {
    /// An expression whose value counts as it is.
    pub(super) fn expr(&mut self, expr: &'a Ast) -> Expr {
        self.expr_within(expr, (None, None))
    }

    /// The same, for an expression whose text has bounds.
    pub(super) fn expr_within(&mut self, expr: &'a Ast, bounds: Bounds) -> Expr {
        let mut found = Found::default();
        self.walk(expr, Usage::IDENTITY, &mut found);
        let simple = matches!(expr, Ast::Identifier(_) | Ast::CompoundIdentifier(_));
        let place = match found.core {
            Some(core) if simple => core,
            Some(core) => self.widen(core, bounds),
            None => self.positions.whole(),
        };
        let data_type = stated_type(expr).map(|text| self.plain(&text));
        let fields = self.struct_fields(expr, Usage::IDENTITY);
        Expr { refs: found.refs, ordinal: ordinal(expr), aggregates: found.aggregates, data_type, fields, place }
    }

    /// An expression that only decides about rows, so that its text is not asked for.
    pub(super) fn condition(&mut self, expr: &'a Ast) -> Expr {
        let mut found = Found::default();
        self.walk(expr, Usage::IDENTITY, &mut found);
        let place = found.core.unwrap_or_else(|| self.positions.whole());
        Expr { refs: found.refs, ordinal: ordinal(expr), aggregates: found.aggregates, place, ..Expr::default() }
    }

    pub(super) fn exprs(&mut self, exprs: &'a [Ast]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    /// Several expressions taken as one.
    pub(super) fn merged<I: IntoIterator<Item = &'a Ast>>(&mut self, exprs: I) -> Expr {
        let mut found = Found::default();
        for expr in exprs {
            self.walk(expr, Usage::IDENTITY, &mut found);
        }
        let place = found.core.unwrap_or_else(|| self.positions.whole());
        Expr { refs: found.refs, aggregates: found.aggregates, place, ..Expr::default() }
    }

    /// Collects what `expr` refers to; chains of operators are followed without recursion.
    pub(super) fn walk(&mut self, expr: &'a Ast, usage: Usage, found: &mut Found) {
        let mut left = expr;
        let mut rights = Vec::new();
        let lambdas = self.lambdas.len();
        while let Ast::BinaryOp { left: next, op, right } = left {
            if !matches!(op, BinaryOperator::Assignment) {
                left = next;
            } else {
                left = right;
                continue;
            }
            if matches!(op, BinaryOperator::Arrow) {
                self.arrow_parameters(next, right);
            }
            rights.push(right);
        }
        if rights.is_empty() {
            return self.walk_one(left, usage, found);
        }
        let usage = usage.with_class(Class::Transformation);
        self.walk_one(left, usage, found);
        for right in rights.into_iter().rev() {
            self.walk(right, usage, found);
        }
        self.lambdas.truncate(lambdas);
    }

    /// `x -> x + 1` where the grammar reads an operator: `x` is a parameter in all of the chain.
    fn arrow_parameters(&mut self, left: &'a Ast, right: &'a Ast) {
        if self.dialect.has_json_arrows() || matches!(right, Ast::Value(_)) {
            return;
        }
        match left {
            Ast::Identifier(ident) => self.lambdas.push(&ident.value),
            Ast::Tuple(items) => {
                self.lambdas.extend(items.iter().filter_map(|item| match item {
                    Ast::Identifier(ident) => Some(ident.value.as_str()),
                    _ => None,
                }));
            }
            Ast::Nested(inner) => self.arrow_parameters(inner, right),
            _ => {}
        }
    }

    fn walk_one(&mut self, expr: &'a Ast, usage: Usage, found: &mut Found) {
        if self.enter() {
            self.walk_reference(expr, usage, found);
            self.leave();
        }
    }

    /// The kinds that refer to something or keep a value as it is.
    fn walk_reference(&mut self, expr: &'a Ast, usage: Usage, found: &mut Found) {
        match expr {
            Ast::Identifier(ident) => self.walk_path(std::slice::from_ref(ident), usage, found),
            Ast::CompoundIdentifier(idents) => self.walk_path(idents, usage, found),
            Ast::CompoundFieldAccess { root, access_chain } => self.walk_access(root, access_chain, usage, found),
            Ast::JsonAccess { value, path } => self.walk_json(value, path, usage, found),
            Ast::Nested(inner) | Ast::Prior(inner) | Ast::OuterJoin(inner) | Ast::Named { expr: inner, .. } => {
                self.walk(inner, usage, found);
            }
            Ast::Value(value) => self.walk_value(value, usage, found),
            Ast::Subquery(query) => self.walk_query(query, usage, found),
            Ast::Exists { subquery, .. } => {
                let query = self.query(subquery);
                let place = self.query_place(query);
                found.push(Target::Exists(query), usage.with_class(Class::Transformation), place);
            }
            Ast::InSubquery { expr, subquery, .. } => {
                let usage = usage.with_class(Class::Transformation);
                self.walk(expr, usage, found);
                self.walk_query(subquery, usage, found);
            }
            Ast::Function(function) => self.walk_function(function, usage, found),
            Ast::Case { .. } => self.walk_case(expr, usage, found),
            Ast::Lambda(lambda) => self.walk_lambda(lambda, usage, found),
            Ast::Wildcard(token) => found.push(Target::Star(Box::default()), usage, self.place(token.0.span)),
            Ast::QualifiedWildcard(name, token) => {
                let path = self.path(name);
                found.push(Target::Star(path), usage, self.place(token.0.span));
            }
            Ast::MatchAgainst { columns, .. } => {
                for column in columns {
                    let path = self.path(column);
                    let place = self.name_place(column);
                    found.push(Target::Column(path), usage.with_class(Class::Transformation), place);
                }
            }
            Ast::Tuple(items) => self.walk_all(items, usage.with_class(Class::Transformation), found),
            _ => self.walk_operator(expr, usage.with_class(Class::Transformation), found),
        }
    }

    /// A literal refers to nothing; Snowflake's `$1` is a column by its position.
    fn walk_value(&mut self, value: &'a ast::ValueWithSpan, usage: Usage, found: &mut Found) {
        let place = self.positions.place(value.span);
        match (&value.value, place) {
            (Value::Placeholder(word), Some(place)) if self.dialect.is_positional(word) || is_variable(word) => {
                let path = Box::new([self.plain(word)]);
                found.push(Target::Column(path), usage, place);
            }
            (_, Some(place)) => found.see(place),
            (_, None) => {}
        }
    }

    fn walk_all<I: IntoIterator<Item = &'a Ast>>(&mut self, exprs: I, usage: Usage, found: &mut Found) {
        for expr in exprs {
            self.walk(expr, usage, found);
        }
    }

    /// The kinds that make a new value of their operands.
    fn walk_operator(&mut self, expr: &'a Ast, usage: Usage, found: &mut Found) {
        match expr {
            Ast::IsFalse(inner)
            | Ast::IsNotFalse(inner)
            | Ast::IsTrue(inner)
            | Ast::IsNotTrue(inner)
            | Ast::IsNull(inner)
            | Ast::IsNotNull(inner)
            | Ast::IsUnknown(inner)
            | Ast::IsNotUnknown(inner)
            | Ast::IsJson { expr: inner, .. }
            | Ast::IsNormalized { expr: inner, .. }
            | Ast::UnaryOp { expr: inner, .. }
            | Ast::Cast { expr: inner, .. }
            | Ast::Extract { expr: inner, .. }
            | Ast::Ceil { expr: inner, .. }
            | Ast::Floor { expr: inner, .. }
            | Ast::Collate { expr: inner, .. }
            | Ast::Prefixed { value: inner, .. } => self.walk(inner, usage, found),
            Ast::IsDistinctFrom(left, right)
            | Ast::IsNotDistinctFrom(left, right)
            | Ast::InUnnest { expr: left, array_expr: right, .. }
            | Ast::AnyOp { left, right, .. }
            | Ast::AllOp { left, right, .. }
            | Ast::BinaryOp { left, right, .. }
            | Ast::Like { expr: left, pattern: right, .. }
            | Ast::ILike { expr: left, pattern: right, .. }
            | Ast::SimilarTo { expr: left, pattern: right, .. }
            | Ast::RLike { expr: left, pattern: right, .. }
            | Ast::AtTimeZone { timestamp: left, time_zone: right }
            | Ast::Position { expr: left, r#in: right } => {
                self.walk(left, usage, found);
                self.walk(right, usage, found);
            }
            Ast::InList { expr, list, .. } => {
                self.walk(expr, usage, found);
                self.walk_all(list, usage, found);
            }
            Ast::Between { expr, low, high, .. } => self.walk_all([&**expr, low, high], usage, found),
            Ast::Interval(interval) => self.walk(&interval.value, usage, found),
            Ast::TypedString(typed) => {
                let place = self.place(typed.value.span);
                found.see(place);
            }
            _ => self.walk_composite(expr, usage, found),
        }
    }

    /// The kinds with many operands.
    fn walk_composite(&mut self, expr: &'a Ast, usage: Usage, found: &mut Found) {
        match expr {
            Ast::Convert { expr, styles, .. } => {
                self.walk(expr, usage, found);
                self.walk_all(styles, usage, found);
            }
            Ast::Substring { expr, substring_from, substring_for, .. } => {
                let bounds = substring_from.iter().chain(substring_for).map(|bound| &**bound);
                self.walk(expr, Usage { masking: true, ..usage }, found);
                self.walk_all(bounds, usage, found);
            }
            Ast::Trim { expr, trim_what, trim_characters, .. } => {
                self.walk(expr, usage, found);
                self.walk_all(trim_what.iter().map(|what| &**what), usage, found);
                self.walk_all(trim_characters.iter().flatten(), usage, found);
            }
            Ast::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                self.walk(expr, Usage { masking: true, ..usage }, found);
                self.walk_all([&**overlay_what, overlay_from], usage, found);
                self.walk_all(overlay_for.iter().map(|bound| &**bound), usage, found);
            }
            Ast::GroupingSets(sets) | Ast::Cube(sets) | Ast::Rollup(sets) => {
                self.walk_all(sets.iter().flatten(), usage, found);
            }
            Ast::Struct { values, .. } => self.walk_all(values, usage, found),
            Ast::Array(array) => self.walk_all(&array.elem, usage, found),
            Ast::Dictionary(fields) => self.walk_all(fields.iter().map(|field| &*field.value), usage, found),
            Ast::Map(map) => {
                self.walk_all(map.entries.iter().flat_map(|entry| [&*entry.key, &*entry.value]), usage, found);
            }
            Ast::MemberOf(member) => self.walk_all([&*member.value, &*member.array], usage, found),
            _ => {
                let place = found.core.unwrap_or_else(|| self.positions.whole());
                self.unsupported(place, "an expression of this kind");
            }
        }
    }

    /// A column, unless the word is a lambda's parameter or a value the platform gives.
    fn walk_path(&mut self, idents: &'a [ast::Ident], usage: Usage, found: &mut Found) {
        let (Some(first), Some(last)) = (idents.first(), idents.last()) else { return };
        let place = Place(self.place(first.span).0, self.place(last.span).1);
        found.see(place);
        if self.lambdas.iter().any(|parameter| parameter.eq_ignore_ascii_case(&first.value)) {
            return;
        }
        let marked = first.quote_style.is_none() && first.value.starts_with(['@', ':', '?']);
        if marked && (idents.len() > 1 || !is_variable(&first.value)) {
            return;
        }
        let sequence = idents.len() > 1 && last.quote_style.is_none() && functions::is_sequence_value(&last.value);
        if sequence {
            return;
        }
        if first.quote_style == Some('\'') {
            return;
        }
        let mut path = Vec::with_capacity(idents.len());
        for ident in idents {
            self.push_part(ident, &mut path);
        }
        found.push(Target::Column(path.into()), usage, place);
    }

    /// `a.b[1].c`: leading words may be table and column, what follows an index are fields.
    fn walk_access(&mut self, root: &'a Ast, chain: &'a [AccessExpr], usage: Usage, found: &mut Found) {
        let mut path = named_root(root);
        let rooted = !path.is_empty();
        let mut fields = Vec::new();
        // After brackets or an index only fields follow.
        let mut closed = matches!(root, Ast::Nested(_));
        let mut usage = usage;
        for access in chain {
            match access {
                AccessExpr::Dot(Ast::Identifier(ident)) if rooted && !closed => path.push(ident),
                AccessExpr::Dot(Ast::Identifier(ident)) => fields.push(self.name(ident)),
                AccessExpr::Dot(call) => self.walk(call, usage.with_class(Class::Transformation), found),
                AccessExpr::Subscript(subscript) => {
                    closed = true;
                    usage = usage.with_class(Class::Transformation);
                    self.walk_subscript(subscript, usage, found);
                }
            }
        }
        if rooted {
            self.push_field(&path, fields, usage, found);
        } else if !self.walk_struct_field(root, chain, usage, found) {
            self.walk(root, usage.with_class(Class::Transformation), found);
        }
    }

    fn push_field(&mut self, path: &[&'a ast::Ident], fields: Vec<Name>, usage: Usage, found: &mut Found) {
        let place = Place(self.place(path[0].span).0, self.place(path[path.len() - 1].span).1);
        if self.lambdas.iter().any(|parameter| parameter.eq_ignore_ascii_case(&path[0].value)) {
            return found.see(place);
        }
        let column: Vec<Name> = path.iter().map(|ident| self.name(ident)).collect();
        let target = if fields.is_empty() {
            Target::Column(column.into())
        } else {
            Target::Field { column: column.into(), fields: fields.into() }
        };
        found.push(target, usage, place);
    }

    fn walk_subscript(&mut self, subscript: &'a Subscript, usage: Usage, found: &mut Found) {
        let usage = usage.with_class(Class::Transformation);
        match subscript {
            Subscript::Index { index } => self.walk(index, usage, found),
            Subscript::Slice { lower_bound, upper_bound, stride } => {
                self.walk_all(lower_bound.iter().chain(upper_bound).chain(stride), usage, found);
            }
        }
    }

    /// `payload:user.id`, which keeps its path as fields when it hangs on a column.
    fn walk_json(&mut self, value: &'a Ast, path: &'a ast::JsonPath, usage: Usage, found: &mut Found) {
        let mut fields = Vec::new();
        for element in &path.path {
            match element {
                JsonPathElem::Dot { key, .. } => fields.push(self.plain(key)),
                JsonPathElem::Bracket { key } | JsonPathElem::ColonBracket { key } => self.walk(key, usage, found),
            }
        }
        match value {
            Ast::Identifier(ident) => self.push_field(&[ident], fields, usage, found),
            Ast::CompoundIdentifier(idents) => {
                let path: Vec<&ast::Ident> = idents.iter().collect();
                self.push_field(&path, fields, usage, found);
            }
            other => self.walk(other, usage.with_class(Class::Transformation), found),
        }
    }

    pub(super) fn walk_query(&mut self, query: &'a ast::Query, usage: Usage, found: &mut Found) {
        let query = self.query(query);
        let place = self.query_place(query);
        found.push(Target::Rows(query), usage, place);
    }

    pub(super) fn query_place(&self, query: QueryId) -> Place {
        self.arena.queries[query.0 as usize].place
    }

    fn walk_case(&mut self, case: &'a Ast, usage: Usage, found: &mut Found) {
        let Ast::Case { operand, conditions, else_result, case_token, end_token } = case else { return };
        for token in [case_token, end_token] {
            if let Some(place) = self.positions.place(token.0.span) {
                found.see(place);
            }
        }
        let usage = usage.with_class(Class::Transformation);
        let decides = usage.only(Indirect::Conditional);
        self.walk_all(operand.iter().map(|operand| &**operand), decides, found);
        for branch in conditions {
            self.walk(&branch.condition, decides, found);
            self.walk(&branch.result, usage, found);
        }
        self.walk_all(else_result.iter().map(|result| &**result), usage, found);
    }

    fn walk_lambda(&mut self, lambda: &'a ast::LambdaFunction, usage: Usage, found: &mut Found) {
        let before = self.lambdas.len();
        match &lambda.params {
            ast::OneOrManyWithParens::One(parameter) => self.lambdas.push(&parameter.name.value),
            ast::OneOrManyWithParens::Many(parameters) => {
                self.lambdas.extend(parameters.iter().map(|parameter| parameter.name.value.as_str()));
            }
        }
        self.walk(&lambda.body, usage, found);
        self.lambdas.truncate(before);
    }
}

/// Whether a word is `@v`, `:v` or `$v`, which an earlier statement may have given a value.
fn is_variable(word: &str) -> bool {
    let name = word.strip_prefix(['@', ':', '$']);
    name.is_some_and(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

/// The name that accesses hang on, if it is one.
fn named_root(root: &Ast) -> Vec<&ast::Ident> {
    match root {
        Ast::Identifier(ident) => vec![ident],
        Ast::CompoundIdentifier(idents) => idents.iter().collect(),
        Ast::Nested(inner) => named_root(inner),
        _ => Vec::new(),
    }
}

/// The type that the expression itself says its value has.
fn stated_type(expr: &Ast) -> Option<String> {
    match expr {
        Ast::Cast { data_type, .. } => Some(data_type.to_string()),
        Ast::TypedString(typed) => Some(typed.data_type.to_string()),
        Ast::Convert { data_type: Some(data_type), .. } => Some(data_type.to_string()),
        Ast::Nested(inner) => stated_type(inner),
        _ => None,
    }
}

/// A bare whole number.
fn ordinal(expr: &Ast) -> Option<u32> {
    match expr {
        Ast::Value(value) => match &value.value {
            Value::Number(digits, _) => digits.parse().ok(),
            _ => None,
        },
        Ast::Nested(inner) => ordinal(inner),
        _ => None,
    }
}

/// Whether a bare identifier is a part of a date rather than a column.
pub(super) fn is_bare_date_part(expr: &Ast) -> bool {
    matches!(expr, Ast::Identifier(ident) if ident.quote_style.is_none() && functions::is_date_part(&ident.value))
}
