//! Function calls: what each argument does to the result.

use sqlparser::ast::{self, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments};

use super::{
    Lower,
    expr::{Found, is_bare_date_part},
};
use crate::{
    diagnostic::{Severity, code},
    functions,
    lineage::Indirect,
    script::{Class, Place, Target, Usage},
};

impl<'a> Lower<'a> {
    pub(super) fn walk_function(&mut self, call: &'a ast::Function, usage: Usage, found: &mut Found) {
        let name = function_name(&call.name);
        let place = self.name_place(&call.name);
        // The parser forgets where the aggregates of a pivot stand.
        if place != self.positions.whole() {
            found.see(place);
        }
        if name == "values" && self.excluded {
            return self.walk_excluded(call, usage, found);
        }
        if let ("identifier", FunctionArguments::List(list)) = (name.as_str(), &call.args) {
            let path = self.named_by(&list.args, place);
            if !path.is_empty() {
                found.push(Target::Column(path.into()), usage, place);
            }
            return;
        }
        self.note_opaque(&call.name, place);
        let effect = functions::effect(&name, self.dialect.kind());
        let aggregates = effect.class == Class::Aggregation && call.over.is_none();
        found.aggregates |= aggregates;
        let inner = Usage { masking: usage.masking || effect.masking, ..usage.with_class(effect.class) };
        self.walk_method_receiver(&call.name, inner, found);
        for arguments in [&call.parameters, &call.args] {
            self.walk_arguments(&name, arguments, inner, found);
        }
        let order = if functions::aggregates_its_order(&name) { inner } else { inner.only(Indirect::Window) };
        for item in &call.within_group {
            self.walk(&item.expr, order, found);
        }
        if let Some(filter) = &call.filter {
            self.walk(filter, inner.only(Indirect::Conditional), found);
        }
        if let Some(window) = &call.over {
            self.walk_window_type(window, inner.only(Indirect::Window), found);
        }
    }

    /// A function of the users': what it does to its arguments is not known, which is said once for each.
    pub(super) fn note_opaque(&mut self, called: &ast::ObjectName, place: Place) {
        let name = function_name(called);
        let parts: Vec<&ast::Ident> = called.0.iter().filter_map(ast::ObjectNamePart::as_ident).collect();
        let known = match parts.as_slice() {
            [] => true,
            [_] => functions::is_builtin(&name, self.dialect.kind()),
            // A method of a variable's value, or of a column's.
            [owner, ..] if owner.value.starts_with('@') => true,
            [owner, .., _] => functions::is_owner(&owner.value.to_lowercase()) || self.is_method(called),
        };
        if known || self.opaque.contains(&name) {
            return;
        }
        let message = format!("what \"{called}\" does is not known: its result may depend on all of its arguments");
        self.report(code::OPAQUE_FUNCTION, Severity::Note, place, &message);
        self.opaque.push(name);
    }

    fn is_method(&self, name: &ast::ObjectName) -> bool {
        name.0.last().and_then(ast::ObjectNamePart::as_ident).is_some_and(|last| METHODS.contains(&last.value.as_str()))
    }

    /// `column.method(…)` of T-SQL and Oracle: a call whose name is qualified by nothing that is a schema
    /// cannot be told from a schema's function, so only XML methods are taken as such.
    fn walk_method_receiver(&mut self, name: &'a ast::ObjectName, usage: Usage, found: &mut Found) {
        let idents: Vec<&ast::Ident> = name.0.iter().filter_map(ast::ObjectNamePart::as_ident).collect();
        if let [receiver @ .., method] = idents.as_slice()
            && !receiver.is_empty()
            && METHODS.contains(&method.value.as_str())
        {
            let path = receiver.iter().map(|ident| self.name(ident)).collect();
            let place = Place(self.place(receiver[0].span).0, self.place(method.span).1);
            found.push(Target::Column(path), usage, place);
        }
    }

    /// MySQL's `VALUES(c)`: the value that would have been inserted.
    fn walk_excluded(&mut self, call: &'a ast::Function, usage: Usage, found: &mut Found) {
        let FunctionArguments::List(list) = &call.args else { return };
        for arg in &list.args {
            let FunctionArg::Unnamed(FunctionArgExpr::Expr(ast::Expr::Identifier(ident))) = arg else { continue };
            let path = Box::new([self.plain("excluded"), self.name(ident)]);
            found.push(Target::Column(path), usage, self.place(ident.span));
        }
    }

    fn walk_arguments(&mut self, name: &str, arguments: &'a FunctionArguments, usage: Usage, found: &mut Found) {
        match arguments {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(query) => self.walk_query(query, usage, found),
            FunctionArguments::List(list) => {
                let count = list.args.len();
                let date_part = functions::date_part_argument(name, count, self.dialect.kind());
                let condition = functions::ends_with_condition(name).then(|| count.saturating_sub(1));
                for (index, arg) in list.args.iter().enumerate() {
                    let chooses = index == 0 && count > 1 && functions::chooses_by_first(name);
                    let decides = chooses || condition == Some(index) || is_tested(name, index, count);
                    let usage = if decides { usage.only(Indirect::Conditional) } else { usage };
                    if !(date_part == Some(index) && is_date_part_argument(arg)) {
                        self.walk_argument(name, arg, usage, found);
                    }
                }
                for clause in &list.clauses {
                    self.walk_clause(clause, usage, found);
                }
            }
        }
    }

    pub(super) fn walk_argument(&mut self, name: &str, arg: &'a FunctionArg, usage: Usage, found: &mut Found) {
        let value = match arg {
            FunctionArg::Named { arg, .. } | FunctionArg::Unnamed(arg) => arg,
            FunctionArg::ExprNamed { name, arg, .. } => {
                self.walk(name, usage, found);
                arg
            }
        };
        match value {
            FunctionArgExpr::Expr(expr) => self.walk(expr, usage, found),
            FunctionArgExpr::QualifiedWildcard(_) if name == "count" => {}
            FunctionArgExpr::QualifiedWildcard(qualifier) => {
                let path = self.path(qualifier);
                let place = self.name_place(qualifier);
                found.push(Target::Star(path), usage, place);
            }
            FunctionArgExpr::Wildcard | FunctionArgExpr::WildcardWithOptions(_) if functions::is_aggregate(name) => {}
            FunctionArgExpr::Wildcard | FunctionArgExpr::WildcardWithOptions(_) => {
                let place = found.core.unwrap_or_else(|| self.positions.whole());
                found.push(Target::Star(Box::default()), usage, place);
            }
        }
    }

    fn walk_clause(&mut self, clause: &'a FunctionArgumentClause, usage: Usage, found: &mut Found) {
        match clause {
            FunctionArgumentClause::OrderBy(items) => {
                for item in items {
                    self.walk(&item.expr, usage.only(Indirect::Window), found);
                }
            }
            FunctionArgumentClause::Where(condition) => {
                self.walk(condition, usage.only(Indirect::Conditional), found);
            }
            FunctionArgumentClause::Having(ast::HavingBound(_, expr)) => {
                self.walk(expr, usage.only(Indirect::Conditional), found);
            }
            FunctionArgumentClause::Limit(expr) => self.walk(expr, usage, found),
            FunctionArgumentClause::IgnoreOrRespectNulls(_)
            | FunctionArgumentClause::OnOverflow(_)
            | FunctionArgumentClause::Separator(_)
            | FunctionArgumentClause::JsonNullClause(_)
            | FunctionArgumentClause::JsonReturningClause(_) => {}
        }
    }

    fn walk_window_type(&mut self, window: &'a ast::WindowType, usage: Usage, found: &mut Found) {
        match window {
            ast::WindowType::WindowSpec(spec) => self.walk_window(spec, usage, found),
            ast::WindowType::NamedWindow(name) => self.walk_named_window(name, usage, found),
        }
    }

    fn walk_window(&mut self, spec: &'a ast::WindowSpec, usage: Usage, found: &mut Found) {
        if let Some(name) = &spec.window_name {
            self.walk_named_window(name, usage, found);
        }
        for expr in &spec.partition_by {
            self.walk(expr, usage, found);
        }
        for item in &spec.order_by {
            self.walk(&item.expr, usage, found);
        }
    }

    fn walk_named_window(&mut self, name: &'a ast::Ident, usage: Usage, found: &mut Found) {
        let windows = self.windows.last().copied().unwrap_or_default();
        let same = |window: &&ast::NamedWindowDefinition| window.0.value.eq_ignore_ascii_case(&name.value);
        let Some(ast::NamedWindowDefinition(_, definition)) = windows.iter().find(same) else {
            let place = self.place(name.span);
            return self.unsupported(place, &format!("the window \"{}\", which is not defined here,", name.value));
        };
        if !self.enter() {
            return;
        }
        // The definition lies elsewhere; the expression's own text does not reach there.
        let core = found.core;
        match definition {
            ast::NamedWindowExpr::WindowSpec(spec) => self.walk_window(spec, usage, found),
            ast::NamedWindowExpr::NamedWindow(other) if other != name => self.walk_named_window(other, usage, found),
            ast::NamedWindowExpr::NamedWindow(_) => {}
        }
        found.core = core;
        found.see(self.place(name.span));
        self.leave();
    }
}

/// Methods of XML values.
const METHODS: [&str; 5] = ["value", "query", "nodes", "exist", "modify"];

/// The last part of a function's name in lower case.
pub(crate) fn function_name(name: &ast::ObjectName) -> String {
    match name.0.last() {
        Some(ast::ObjectNamePart::Identifier(ident)) => ident.value.to_lowercase(),
        Some(ast::ObjectNamePart::Function(function)) => function.name.value.to_lowercase(),
        None => String::new(),
    }
}

/// Whether an argument of `multiIf` or `decode` is one of the tests between the values.
fn is_tested(name: &str, index: usize, count: usize) -> bool {
    match name {
        "multiif" => index.is_multiple_of(2) && index + 1 < count,
        "decode" => index % 2 == 1 && index + 1 < count,
        _ => false,
    }
}

/// `month`, and BigQuery's `WEEK(MONDAY)`.
fn is_date_part_argument(arg: &FunctionArg) -> bool {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(ast::Expr::Function(call))) => function_name(&call.name) == "week",
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => is_bare_date_part(expr),
        FunctionArg::Unnamed(_) | FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } => false,
    }
}
