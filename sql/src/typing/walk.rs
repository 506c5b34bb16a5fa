//! An expression walked from its columns to its result.

use sqlparser::ast::{
    self, BinaryOperator as Op, CastKind, Expr as Ast, FunctionArg, FunctionArgExpr, UnaryOperator, Value,
};

use super::{
    functions::{Give, Want, signature},
    read::read,
    rules::Coercion,
    step::{Judge, Mode, Operand, Problem, Step},
    types::Type,
};
use crate::{dialect::Kind, functions as known, lower::function_name};

/// A name as the expression writes it, and how its value is taken.
pub(super) struct Name<'e> {
    pub parts: Vec<&'e str>,
    /// Only whether it is NULL counts.
    pub only_null: bool,
    /// It is cast to this type at once.
    pub cast: Option<Type>,
}

/// Gives the type of a column, and how many parts of the name say it; what comes after are fields.
pub(super) type Columns<'w> = &'w dyn Fn(&Name<'_>) -> (Type, usize);

/// Walks one expression and keeps what every operation does.
pub(super) struct Walk<'w> {
    judge: Judge,
    types: Columns<'w>,
    pub steps: Vec<Step>,
    only_null: bool,
    cast: Option<Type>,
    /// How many queries within the expression were met.
    subqueries: usize,
}

/// What the only column of a query within an expression is called; queries count from 0.
pub(crate) fn subquery(number: usize) -> String {
    format!("({number})")
}

impl<'w> Walk<'w> {
    pub fn new(kind: Kind, types: Columns<'w>) -> Walk<'w> {
        Walk { judge: Judge::of(kind), types, steps: Vec::new(), only_null: false, cast: None, subqueries: 0 }
    }

    pub fn value(&mut self, expr: &Ast) -> Operand {
        let cast = self.cast.take();
        match expr {
            Ast::Identifier(ident) => self.column(&[ident], cast),
            Ast::CompoundIdentifier(idents) => self.column(&idents.iter().collect::<Vec<_>>(), cast),
            Ast::Nested(inner) => {
                self.cast = cast;
                self.value(inner)
            }
            Ast::OuterJoin(inner) | Ast::Prior(inner) | Ast::Collate { expr: inner, .. } => self.value(inner),
            Ast::Named { expr, .. } => self.value(expr),
            Ast::Value(value) => literal(&value.value),
            Ast::TypedString(typed) => Operand::of(self.read(&typed.data_type)),
            Ast::Interval(_) => Operand::of(Type::Interval),
            Ast::Cast { kind, expr, data_type, .. } => {
                self.cast(expr, data_type, *kind != CastKind::TryCast && *kind != CastKind::SafeCast)
            }
            Ast::Convert { expr, data_type: Some(data_type), is_try, .. } => self.cast(expr, data_type, !is_try),
            Ast::BinaryOp { .. } => self.chain(expr),
            Ast::UnaryOp { op, expr } => self.unary(*op, expr),
            Ast::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            Ast::Function(call) => self.call(call),
            Ast::IsNull(inner) | Ast::IsNotNull(inner) => self.null_test(inner),
            Ast::Between { .. }
            | Ast::InList { .. }
            | Ast::InSubquery { .. }
            | Ast::IsDistinctFrom(..)
            | Ast::IsNotDistinctFrom(..)
            | Ast::AnyOp { .. }
            | Ast::AllOp { .. } => self.comparison(expr),
            Ast::Like { expr, pattern, .. }
            | Ast::ILike { expr, pattern, .. }
            | Ast::SimilarTo { expr, pattern, .. }
            | Ast::RLike { expr, pattern, .. } => {
                let operands = [self.value(expr), self.value(pattern)];
                self.pattern(operands)
            }
            Ast::IsTrue(inner) | Ast::IsNotTrue(inner) | Ast::IsFalse(inner) | Ast::IsNotFalse(inner) => {
                self.condition(inner);
                Operand::of(Type::Boolean)
            }
            _ => self.special(expr),
        }
    }

    /// Constructs with words of their own.
    fn special(&mut self, expr: &Ast) -> Operand {
        let (name, inner, want, found): (&str, &Ast, Want, Type) = match expr {
            Ast::Extract { expr, .. } => ("EXTRACT", expr, Want::Temporal, Type::INTEGER),
            Ast::Ceil { expr, .. } => ("CEIL", expr, Want::Number, Type::INTEGER),
            Ast::Floor { expr, .. } => ("FLOOR", expr, Want::Number, Type::INTEGER),
            Ast::Substring { expr, .. } => ("SUBSTRING", expr, Want::Text, Type::TEXT),
            Ast::Trim { expr, .. } => ("TRIM", expr, Want::Text, Type::TEXT),
            Ast::Overlay { expr, .. } => ("OVERLAY", expr, Want::Text, Type::TEXT),
            Ast::Position { r#in, .. } => ("POSITION", r#in, Want::Text, Type::INTEGER),
            Ast::AtTimeZone { timestamp, .. } => return self.at_time_zone(timestamp),
            Ast::CompoundFieldAccess { root, access_chain } => {
                let mut found = self.value(root).found;
                for access in access_chain {
                    let name = match access {
                        ast::AccessExpr::Dot(Ast::Identifier(ident)) => Some(ident.value.as_str()),
                        ast::AccessExpr::Dot(_) | ast::AccessExpr::Subscript(_) => None,
                    };
                    found = self.field(&found, name);
                }
                return Operand::of(found);
            }
            Ast::JsonAccess { value, .. } => {
                let found = self.value(value).found;
                return Operand::of(self.field(&found, None));
            }
            Ast::Subquery(query) => return Operand::of(self.subquery(query)),
            Ast::Exists { .. } => return Operand::of(Type::Boolean),
            Ast::Tuple(values) => {
                values.iter().for_each(|value| drop(self.value(value)));
                return Operand::of(Type::Unknown);
            }
            Ast::Array(array) => {
                let elements: Vec<Operand> = array.elem.iter().map(|element| self.value(element)).collect();
                let (step, element) = self.judge.unify("ARRAY", &elements);
                self.steps.push(step);
                return Operand::of(Type::Array(Box::new(element)));
            }
            _ => return self.opaque("this construct", &[]),
        };
        let operand = self.value(inner);
        self.want(name, want, &operand);
        Operand::of(found)
    }

    fn read(&self, data_type: &ast::DataType) -> Type {
        read(&data_type.to_string(), self.judge.kind)
    }

    fn column(&mut self, idents: &[&ast::Ident], cast: Option<Type>) -> Operand {
        let parts = idents.iter().map(|ident| ident.value.as_str()).collect();
        let name = Name { parts, only_null: self.only_null, cast };
        let (mut found, used) = (self.types)(&name);
        for field in name.parts.iter().skip(used) {
            found = self.field(&found, Some(field));
        }
        Operand::of(found)
    }

    /// A field of a value, or one that is computed.
    fn field(&mut self, of: &Type, name: Option<&str>) -> Type {
        let shown = "the access to a field";
        let mut step = Step::new(shown, Mode::Any);
        let found = match (of, name) {
            (Type::Struct(fields), Some(name)) if !fields.is_empty() => {
                let found = fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
                if found.is_none() {
                    step.add(Problem::Refused(format!("there is no field \"{name}\" any more")));
                }
                found.map_or(Type::Unknown, |(_, found)| found.clone())
            }
            (Type::Json, _) => Type::Json,
            (Type::Array(element), None) => (**element).clone(),
            (Type::Map(_, value), _) => (**value).clone(),
            (Type::Struct(_) | Type::Null | Type::Array(_), _) => Type::Unknown,
            (Type::Unknown | Type::Other(_), _) => {
                step.opaque = vec![of.clone()];
                Type::Unknown
            }
            (found, _) => {
                step.add(self.judge.coerced(Coercion::Refuses, shown, found, "a structured value"));
                Type::Unknown
            }
        };
        self.steps.push(step);
        found
    }

    fn null_test(&mut self, inner: &Ast) -> Operand {
        let before = std::mem::replace(&mut self.only_null, true);
        self.value(inner);
        self.only_null = before;
        Operand::of(Type::Boolean)
    }

    /// What is not understood depends on everything in it.
    fn opaque(&mut self, name: &str, operands: &[Operand]) -> Operand {
        let mut step = Step::new(name, Mode::Any);
        step.opaque = operands.iter().map(|operand| operand.found.clone()).collect();
        self.steps.push(step);
        Operand::of(Type::Unknown)
    }

    fn at_time_zone(&mut self, timestamp: &Ast) -> Operand {
        let operand = self.value(timestamp);
        self.want("AT TIME ZONE", Want::Temporal, &operand);
        let zone = matches!(operand.found, Type::Timestamp { zone: true });
        let mut step = Step::new("AT TIME ZONE", if zone { Mode::Between } else { Mode::Time });
        if self.judge.kind == Kind::Snowflake {
            step.mode = Mode::Time;
        }
        self.steps.push(step);
        Operand::of(Type::Timestamp { zone: !zone })
    }

    fn cast(&mut self, inner: &Ast, data_type: &ast::DataType, fails: bool) -> Operand {
        let wanted = self.read(data_type);
        self.cast = Some(wanted.clone());
        let operand = self.value(inner);
        self.cast = None;
        let mut step = Step::new("CAST", Mode::Any);
        let (from, to) = (Mode::of(&operand.found), Mode::of(&wanted));
        match (from, to) {
            (Mode::Any, _) | (_, Mode::Any) => step.opaque = vec![operand.found.clone()],
            (Mode::Text, Mode::Text) => {}
            (Mode::Text, _) if operand.literal.is_none() => {
                let what = if fails { "fails" } else { "gives NULL" };
                let family = wanted.family();
                step.add(Problem::Risk(format!("CAST of text {what} where the text is not {family}")));
            }
            (from, to) if from == to || to == Mode::Text || from == Mode::Text => {}
            (Mode::Number, Mode::Boolean) | (Mode::Boolean, Mode::Number) => {}
            (Mode::Other, _) | (_, Mode::Other) => step.mode = from,
            (_, _) => {
                step.mode = from;
                let strict = self.judge.rules.compare == Coercion::Refuses;
                let coercion = if strict { Coercion::Refuses } else { Coercion::Unsure };
                step.add(self.judge.coerced(coercion, "CAST", &operand.found, wanted.family()));
            }
        }
        self.steps.push(step);
        Operand::of(wanted)
    }

    /// Operators one after another, from the first; a tree of many is deep on its left.
    fn chain(&mut self, expr: &Ast) -> Operand {
        let mut rights = Vec::new();
        let mut first = expr;
        while let Ast::BinaryOp { left, op, right } = first {
            rights.push((op, right));
            first = left;
        }
        let mut left = self.value(first);
        for (op, right) in rights.into_iter().rev() {
            let right = self.value(right);
            left = self.binary(op, left, right);
        }
        left
    }

    fn binary(&mut self, op: &Op, left: Operand, right: Operand) -> Operand {
        let name = op.to_string();
        match op {
            Op::And | Op::Or | Op::Xor => {
                self.want("a condition", Want::Condition, &left);
                self.want("a condition", Want::Condition, &right);
                Operand::of(Type::Boolean)
            }
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq | Op::Spaceship => {
                self.compare(&name, &left, &right)
            }
            Op::Plus | Op::Minus | Op::Multiply | Op::Divide | Op::Modulo => {
                let (step, found) = self.judge.compute(&name, &left, &right);
                self.steps.push(step);
                Operand::of(found)
            }
            Op::DuckIntegerDivide
            | Op::MyIntegerDivide
            | Op::BitwiseAnd
            | Op::BitwiseOr
            | Op::BitwiseXor
            | Op::PGBitwiseXor
            | Op::PGBitwiseShiftLeft
            | Op::PGBitwiseShiftRight
            | Op::PGExp => {
                self.want(&name, Want::Number, &left);
                self.want(&name, Want::Number, &right);
                Operand::of(Type::INTEGER)
            }
            Op::StringConcat => self.concat([left, right]),
            Op::Regexp
            | Op::Glob
            | Op::Match
            | Op::PGRegexMatch
            | Op::PGRegexIMatch
            | Op::PGRegexNotMatch
            | Op::PGRegexNotIMatch
            | Op::PGLikeMatch
            | Op::PGILikeMatch
            | Op::PGNotLikeMatch
            | Op::PGNotILikeMatch
            | Op::PGStartsWith => self.pattern([left, right]),
            Op::Arrow | Op::HashArrow => self.json(&left, Type::Json),
            Op::LongArrow | Op::HashLongArrow => self.json(&left, Type::TEXT),
            _ => self.opaque(&name, &[left, right]),
        }
    }

    fn json(&mut self, operand: &Operand, found: Type) -> Operand {
        self.want("->", Want::Json, operand);
        Operand::of(found)
    }

    /// `||` joins texts, arrays and JSON.
    fn concat(&mut self, operands: [Operand; 2]) -> Operand {
        let mut step = Step::new("||", Mode::Text);
        if operands.iter().any(|operand| matches!(operand.found, Type::Array(_) | Type::Json | Type::Binary)) {
            step.mode = Mode::Other;
            step.opaque = operands.iter().map(|operand| operand.found.clone()).collect();
            self.steps.push(step);
            return Operand::of(operands[0].found.clone());
        }
        let some_text = operands.iter().any(|operand| operand.found.is_text());
        let mixes = matches!(
            self.judge.kind,
            Kind::Postgres | Kind::Greenplum | Kind::Materialize | Kind::DuckDb | Kind::Redshift
        );
        for operand in operands.iter().filter(|operand| !operand.found.is_text() && !operand.found.is_open()) {
            if mixes && some_text || self.judge.rules.as_text == Coercion::Lenient {
                continue;
            }
            step.add(self.judge.coerced(self.judge.rules.as_text, "||", &operand.found, "text"));
        }
        self.steps.push(step);
        Operand::of(Type::TEXT)
    }

    fn unary(&mut self, op: UnaryOperator, inner: &Ast) -> Operand {
        match op {
            UnaryOperator::Not | UnaryOperator::BangNot => {
                self.condition(inner);
                Operand::of(Type::Boolean)
            }
            UnaryOperator::Minus | UnaryOperator::Plus => {
                let operand = self.value(inner);
                self.want(&op.to_string(), Want::Number, &operand);
                Operand { literal: operand.literal.map(|text| format!("{op}{text}")), found: operand.found }
            }
            other => {
                let operand = self.value(inner);
                self.opaque(&other.to_string(), &[operand])
            }
        }
    }

    fn compare(&mut self, name: &str, left: &Operand, right: &Operand) -> Operand {
        let step = self.judge.compare(name, left, right);
        self.steps.push(step);
        Operand::of(Type::Boolean)
    }

    fn comparison(&mut self, expr: &Ast) -> Operand {
        match expr {
            Ast::Between { expr, low, high, .. } => {
                let (value, low, high) = (self.value(expr), self.value(low), self.value(high));
                self.compare("BETWEEN", &value, &low);
                self.compare("BETWEEN", &value, &high)
            }
            Ast::InList { expr, list, .. } => {
                let value = self.value(expr);
                for item in list {
                    let item = self.value(item);
                    self.compare("IN", &value, &item);
                }
                Operand::of(Type::Boolean)
            }
            Ast::InSubquery { expr, subquery, .. } => {
                let value = self.value(expr);
                let found = self.subquery(subquery);
                self.compare("IN", &value, &Operand::of(found))
            }
            Ast::IsDistinctFrom(left, right) | Ast::IsNotDistinctFrom(left, right) => {
                let (left, right) = (self.value(left), self.value(right));
                self.compare("IS DISTINCT FROM", &left, &right)
            }
            Ast::AnyOp { left, compare_op, right, .. } | Ast::AllOp { left, compare_op, right } => {
                let (value, other) = (self.value(left), self.value(right));
                let element = match other.found {
                    Type::Array(element) => *element,
                    found => found,
                };
                self.compare(&compare_op.to_string(), &value, &Operand::of(element))
            }
            _ => Operand::of(Type::Unknown),
        }
    }

    /// The only column that a simple query gives; what else it does is judged where it stands.
    fn subquery(&mut self, query: &ast::Query) -> Type {
        let name = subquery(self.subqueries);
        self.subqueries += 1;
        let (known, _) = (self.types)(&Name { parts: vec![&name], only_null: self.only_null, cast: None });
        if known != Type::Unknown {
            return known;
        }
        let ast::SetExpr::Select(select) = query.body.as_ref() else { return Type::Unknown };
        match select.projection.as_slice() {
            [ast::SelectItem::UnnamedExpr(expr) | ast::SelectItem::ExprWithAlias { expr, .. }] => {
                self.value(expr).found
            }
            _ => Type::Unknown,
        }
    }

    fn pattern(&mut self, operands: [Operand; 2]) -> Operand {
        for operand in operands {
            self.want("LIKE", Want::Text, &operand);
        }
        Operand::of(Type::Boolean)
    }

    /// A value that must be true or false.
    pub fn condition(&mut self, expr: &Ast) {
        let operand = self.value(expr);
        self.want("a condition", Want::Condition, &operand);
    }

    fn case(&mut self, operand: Option<&Ast>, branches: &[ast::CaseWhen], otherwise: Option<&Ast>) -> Operand {
        let tested = operand.map(|operand| self.value(operand));
        let mut results = Vec::with_capacity(branches.len() + 1);
        for branch in branches {
            match &tested {
                Some(tested) => {
                    let value = self.value(&branch.condition);
                    self.compare("CASE", tested, &value);
                }
                None => self.condition(&branch.condition),
            }
            results.push(self.value(&branch.result));
        }
        results.extend(otherwise.map(|otherwise| self.value(otherwise)));
        let (step, found) = self.judge.unify("CASE", &results);
        self.steps.push(step);
        Operand::of(found)
    }

    /// A key that rows are put in order by.
    pub fn sort_key(&mut self, expr: &Ast) {
        let operand = self.value(expr);
        self.steps.push(Step::new("ORDER BY", Mode::of(&operand.found)));
    }

    fn window(&mut self, call: &ast::Function) {
        for item in &call.within_group {
            self.sort_key(&item.expr);
        }
        if let Some(filter) = &call.filter {
            self.condition(filter);
        }
        if let Some(ast::WindowType::WindowSpec(window)) = &call.over {
            window.partition_by.iter().for_each(|expr| drop(self.value(expr)));
            window.order_by.iter().for_each(|item| self.sort_key(&item.expr));
            if window.window_frame.as_ref().is_some_and(|frame| frame.units == ast::WindowFrameUnits::Range) {
                self.range_frame(window);
            }
        }
    }

    /// `RANGE BETWEEN n PRECEDING` adds to the key.
    fn range_frame(&mut self, window: &ast::WindowSpec) {
        let Some(frame) = &window.window_frame else { return };
        let bounds = [Some(&frame.start_bound), frame.end_bound.as_ref()];
        let offsets = bounds.into_iter().flatten().filter_map(|bound| match bound {
            ast::WindowFrameBound::Preceding(Some(offset)) | ast::WindowFrameBound::Following(Some(offset)) => {
                Some(offset)
            }
            _ => None,
        });
        for offset in offsets {
            for item in &window.order_by {
                let (key, offset) = (self.value(&item.expr), self.value(offset));
                let (step, _) = self.judge.compute("+", &key, &offset);
                self.steps.push(Step { name: "RANGE".to_owned(), ..step });
            }
        }
    }

    fn call(&mut self, call: &ast::Function) -> Operand {
        self.window(call);
        let name = function_name(&call.name);
        let safe = name.strip_prefix("try_").filter(|name| signature(name).is_some()).unwrap_or(&name);
        let ast::FunctionArguments::List(list) = &call.args else {
            let found = if let Some((_, gives)) = signature(safe) { self.given(gives, &[]) } else { Type::Unknown };
            return Operand::of(found);
        };
        let distinct = list.duplicate_treatment == Some(ast::DuplicateTreatment::Distinct);
        let counts = name == "count" && !distinct;
        let part = known::date_part_argument(&name, list.args.len(), self.judge.kind);
        let before = self.only_null;
        self.only_null |= counts;
        let only = (name == "date" || name == "to_date") && list.args.len() == 1;
        let mut operands = Vec::with_capacity(list.args.len());
        for (at, arg) in list.args.iter().enumerate() {
            let (FunctionArg::Unnamed(value)
            | FunctionArg::Named { arg: value, .. }
            | FunctionArg::ExprNamed { arg: value, .. }) = arg;
            if let FunctionArgExpr::Expr(expr) = value
                && part != Some(at)
            {
                self.cast = only.then_some(Type::Date);
                operands.push(self.value(expr));
            }
        }
        self.only_null = before;
        self.cast = None;
        self.apply(safe, &operands)
    }

    fn apply(&mut self, name: &str, operands: &[Operand]) -> Operand {
        let shown = name.to_uppercase();
        let Some((wants, gives)) = signature(name) else { return self.opaque(&shown, operands) };
        let mut alike = Vec::new();
        for (at, operand) in operands.iter().enumerate() {
            match wants.get(at).or(wants.last()) {
                Some(Want::Alike) => alike.push(operand.clone()),
                Some(want) => self.want(&shown, *want, operand),
                None => {}
            }
        }
        if !alike.is_empty() {
            let (step, found) = self.judge.unify(&shown, &alike);
            self.steps.push(step);
            return Operand::of(if name == "nullif" { operands[0].found.clone() } else { found });
        }
        if matches!(gives, Give::Average) && self.judge.rules.integer_average {
            let whole = matches!(operands.first().map(|operand| &operand.found), Some(Type::Integer { .. }));
            self.steps.push(Step::new(&shown, if whole { Mode::Whole } else { Mode::Number }));
        }
        if matches!(gives, Give::Common) && operands.len() > 1 {
            let (step, found) = self.judge.unify(&shown, operands);
            self.steps.push(step);
            return Operand::of(found);
        }
        Operand::of(self.given(gives, operands))
    }

    fn given(&self, gives: Give, operands: &[Operand]) -> Type {
        let first = operands.first().map_or(Type::Unknown, |operand| operand.found.clone());
        match gives {
            Give::Integer => Type::INTEGER,
            Give::Float => Type::FLOAT,
            Give::Text => Type::TEXT,
            Give::Boolean => Type::Boolean,
            Give::Date => Type::Date,
            Give::Timestamp => Type::Timestamp { zone: false },
            Give::Json => Type::Json,
            Give::First | Give::Common => first,
            Give::Sum => match first {
                Type::Integer { bits: 64.., .. } if self.widens_sums() => Type::DECIMAL,
                Type::Integer { bits: 0..64, unsigned } if self.judge.kind != Kind::TSql => {
                    Type::Integer { bits: 64, unsigned }
                }
                Type::Decimal { scale, .. } => Type::Decimal { precision: None, scale },
                Type::Text { .. } | Type::Boolean => Type::FLOAT,
                other => other,
            },
            Give::Average => match first {
                Type::Integer { .. } if self.judge.rules.integer_average => first,
                Type::Interval | Type::Unknown | Type::Other(_) => first,
                Type::Decimal { .. } => Type::DECIMAL,
                _ => Type::FLOAT,
            },
            Give::Collected => Type::Array(Box::new(first)),
            Give::Number => {
                if first.is_number() {
                    Type::FLOAT
                } else {
                    Type::Unknown
                }
            }
            Give::Something => Type::Unknown,
        }
    }

    /// Whether sums of large integers are decimals.
    fn widens_sums(&self) -> bool {
        matches!(
            self.judge.kind,
            Kind::Postgres | Kind::Greenplum | Kind::Materialize | Kind::Redshift | Kind::MySql | Kind::MariaDb
        )
    }

    /// Checks one operand.
    fn want(&mut self, name: &str, want: Want, operand: &Operand) {
        let found = &operand.found;
        let judge = self.judge;
        let rules = judge.rules;
        let mut step = Step::new(name, Mode::Any);
        if matches!(found, Type::Unknown | Type::Other(_)) && !matches!(want, Want::Any) {
            step.opaque = vec![found.clone()];
        }
        let quoted = operand.literal.is_some() && found.is_text();
        let refused = |wanted: &str, coercion: Coercion| judge.coerced(coercion, name, found, wanted);
        let others = if rules.compute == Coercion::Refuses { Coercion::Refuses } else { Coercion::Unsure };
        let problem = match (want, found) {
            (_, found) if found.is_open() => Problem::None,
            (Want::Any | Want::Alike, _) => Problem::None,
            (Want::Ordered, found) => {
                step.mode = Mode::of(found);
                Problem::None
            }
            (Want::Number | Want::Sum | Want::Rounded, found) if found.is_number() => Problem::None,
            (Want::Rounded, found) if found.is_temporal() => Problem::None,
            (Want::Sum, Type::Interval) => Problem::None,
            (Want::Sum, Type::Text { .. }) => refused("a number", rules.aggregate),
            (Want::Number | Want::Rounded, Type::Text { .. }) if quoted && rules.literals_adapt => Problem::None,
            (Want::Number | Want::Rounded, Type::Text { .. }) => refused("a number", rules.compute),
            (Want::Number | Want::Sum | Want::Rounded, Type::Boolean)
                if rules.number_as_condition == Coercion::Lenient =>
            {
                Problem::None
            }
            (Want::Number | Want::Sum | Want::Rounded, _) => refused("a number", others),
            (Want::Text, Type::Text { .. } | Type::Binary) => Problem::None,
            (Want::Text, Type::Json) if rules.as_text == Coercion::Lenient => Problem::None,
            (Want::Text, _) if rules.as_text == Coercion::Lenient => Problem::None,
            (Want::Text, _) => refused("text", rules.as_text),
            (Want::Sized, Type::Text { .. } | Type::Binary | Type::Array(_) | Type::Map(..)) => Problem::None,
            (Want::Sized, _) if rules.as_text == Coercion::Lenient => Problem::None,
            (Want::Sized, _) => refused("text", rules.as_text),
            (Want::Temporal, Type::Date | Type::Timestamp { .. } | Type::Time | Type::Interval) => Problem::None,
            (Want::Temporal, Type::Text { .. }) if quoted => Problem::None,
            (Want::Temporal, Type::Text { .. }) => refused("a date or timestamp", rules.text_as_date),
            (Want::Temporal, _) => refused("a date or timestamp", rules.number_as_date),
            (Want::Condition, Type::Boolean) => Problem::None,
            (Want::Condition, Type::Integer { .. } | Type::Decimal { .. } | Type::Float { .. })
                if rules.number_as_condition == Coercion::Lenient =>
            {
                Problem::None
            }
            (Want::Condition, _) => refused("a condition", rules.number_as_condition),
            (Want::Json, Type::Json | Type::Struct(_) | Type::Array(_) | Type::Map(..)) => Problem::None,
            (Want::Json, Type::Text { .. }) if self.judge.kind != Kind::Postgres => Problem::None,
            (Want::Json, _) => {
                refused("JSON", if rules.compare == Coercion::Unsure { Coercion::Unsure } else { Coercion::Refuses })
            }
            (Want::Array, Type::Array(_) | Type::Map(..) | Type::Json) => Problem::None,
            (Want::Array, _) => refused(
                "an array",
                if rules.compare == Coercion::Unsure { Coercion::Unsure } else { Coercion::Refuses },
            ),
        };
        step.add(problem);
        self.steps.push(step);
    }
}

fn literal(value: &Value) -> Operand {
    let (found, text) = match value {
        Value::Number(text, _) => {
            let whole = text.parse::<i64>().is_ok();
            let found = if whole { Type::Integer { bits: 32, unsigned: false } } else { Type::DECIMAL };
            (found, Some(text.clone()))
        }
        Value::Boolean(_) => (Type::Boolean, None),
        Value::Null => (Type::Null, None),
        Value::Placeholder(_) => (Type::Null, None),
        Value::HexStringLiteral(_)
        | Value::SingleQuotedByteStringLiteral(_)
        | Value::DoubleQuotedByteStringLiteral(_) => (Type::Binary, None),
        other => (Type::TEXT, other.clone().into_string()),
    };
    Operand { found, literal: text }
}
