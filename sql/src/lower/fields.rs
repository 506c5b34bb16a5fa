//! Expressions that make structured values, field by field.

use sqlparser::ast::{self, AccessExpr, Expr as Ast, FunctionArg, FunctionArgExpr};

use super::{Lower, expr::Found, function::function_name};
use crate::{
    lineage::Indirect,
    script::{Class, Expr, Name, Usage},
};

impl<'a> Lower<'a> {
    /// The fields of a structured value, or of the elements of an array of such; none for other expressions.
    pub(super) fn struct_fields(&mut self, expr: &'a Ast, usage: Usage) -> Vec<(Name, Expr)> {
        match expr {
            Ast::Nested(inner) => self.struct_fields(inner, usage),
            Ast::Struct { values, fields } => {
                let mut made = Vec::new();
                for (index, value) in values.iter().enumerate() {
                    let declared = fields.get(index).and_then(|field| field.field_name.as_ref());
                    made.extend(self.struct_field(declared, value, usage));
                }
                made
            }
            Ast::Dictionary(entries) => {
                entries.iter().filter_map(|entry| self.struct_field(Some(&entry.key), &entry.value, usage)).collect()
            }
            Ast::Array(array) => match array.elem.as_slice() {
                [only] => self.struct_fields(only, usage),
                _ => Vec::new(),
            },
            Ast::Function(call) => self.call_fields(call, usage),
            _ => Vec::new(),
        }
    }

    /// `ARRAY_AGG(STRUCT(x, y) ORDER BY z)[OFFSET(0)].y`: only the field that is taken, and the order.
    pub(super) fn walk_struct_field(
        &mut self,
        root: &'a Ast,
        chain: &'a [AccessExpr],
        usage: Usage,
        found: &mut Found,
    ) -> bool {
        let taken = chain.iter().find_map(|access| match access {
            AccessExpr::Dot(Ast::Identifier(ident)) => Some(ident),
            AccessExpr::Dot(_) | AccessExpr::Subscript(_) => None,
        });
        let Some(taken) = taken else { return false };
        let same =
            |name: Name, lower: &Self| lower.arena.names[name.0 as usize].value.eq_ignore_ascii_case(&taken.value);
        let fields = self.struct_fields(root, usage);
        let Some((_, field)) = fields.into_iter().find(|(name, _)| same(*name, self)) else { return false };
        found.see(field.place);
        found.aggregates |= field.aggregates;
        found.refs.extend(field.refs);
        if let Ast::Function(call) = root {
            found.aggregates |= crate::functions::is_aggregate(&function_name(&call.name));
            self.walk_order(call, usage, found);
        }
        true
    }

    fn walk_order(&mut self, call: &'a ast::Function, usage: Usage, found: &mut Found) {
        let ast::FunctionArguments::List(list) = &call.args else { return };
        for clause in &list.clauses {
            if let ast::FunctionArgumentClause::OrderBy(items) = clause {
                items.iter().for_each(|item| self.walk(&item.expr, usage.only(Indirect::Window), found));
            }
        }
    }

    fn call_fields(&mut self, call: &'a ast::Function, usage: Usage) -> Vec<(Name, Expr)> {
        let ast::FunctionArguments::List(list) = &call.args else { return Vec::new() };
        let Some(last) = call.name.0.last().and_then(ast::ObjectNamePart::as_ident) else { return Vec::new() };
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(&last.value));
        if is(&["array_agg", "collect_list", "collect_set", "any_value", "array", "list", "array_construct"]) {
            let [FunctionArg::Unnamed(FunctionArgExpr::Expr(only))] = list.args.as_slice() else { return Vec::new() };
            let aggregates = crate::functions::is_aggregate(&function_name(&call.name));
            let usage = if aggregates { usage.with_class(Class::Aggregation) } else { usage };
            return self.struct_fields(only, usage);
        }
        if is(&["struct", "struct_pack", "row"]) {
            return list.args.iter().filter_map(|arg| self.argument_field(arg, usage)).collect();
        }
        if is(&["named_struct", "object_construct", "object_construct_keep_null"]) {
            return self.paired_fields(&list.args, usage);
        }
        Vec::new()
    }

    /// `STRUCT(x AS k)`, `struct_pack(k := x)`, `struct(x)`.
    fn argument_field(&mut self, arg: &'a FunctionArg, usage: Usage) -> Option<(Name, Expr)> {
        match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => self.struct_field(None, value, usage),
            FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => {
                self.struct_field(Some(name), value, usage)
            }
            FunctionArg::Unnamed(_) | FunctionArg::Named { .. } | FunctionArg::ExprNamed { .. } => None,
        }
    }

    /// `named_struct('k', x, 'l', y)`; a name that is computed makes all of them unknown.
    fn paired_fields(&mut self, args: &'a [FunctionArg], usage: Usage) -> Vec<(Name, Expr)> {
        let mut fields = Vec::new();
        for pair in args.chunks(2) {
            let [
                FunctionArg::Unnamed(FunctionArgExpr::Expr(Ast::Value(name))),
                FunctionArg::Unnamed(FunctionArgExpr::Expr(value)),
            ] = pair
            else {
                return Vec::new();
            };
            let Some(name) = name.value.clone().into_string() else { return Vec::new() };
            let name = self.plain(&name);
            fields.push((name, self.field_value(value, usage)));
        }
        fields
    }

    fn struct_field(&mut self, name: Option<&'a ast::Ident>, value: &'a Ast, usage: Usage) -> Option<(Name, Expr)> {
        let (name, value) = match (name, value) {
            (None, Ast::Named { expr, name }) => (self.name(name), &**expr),
            (Some(name), value) => (self.name(name), value),
            (None, value) => (self.inferred_name(value)?, value),
        };
        Some((name, self.field_value(value, usage)))
    }

    fn field_value(&mut self, value: &'a Ast, usage: Usage) -> Expr {
        let mut found = Found::default();
        self.walk(value, usage, &mut found);
        let place = found.core.unwrap_or_else(|| self.positions.whole());
        let fields = self.struct_fields(value, usage);
        Expr { refs: found.refs, aggregates: found.aggregates, fields, place, ..Expr::default() }
    }
}
