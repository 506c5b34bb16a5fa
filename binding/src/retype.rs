//! What another type of a column does where a query uses it.

pub use sql::Effect as TypeEffect;
use sql::{Dialect, Indirect, RetypedColumn, Type, Use};

/// A use of a column whose type changes.
#[derive(Clone, Copy, Debug)]
pub struct Retyped<'a> {
    /// The expression that it is used in.
    pub expression: &'a str,
    /// Its name as the expression has it.
    pub column: &'a str,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
    /// It decides about rows or values, and gives none.
    pub decides: Option<graph::EdgeKind>,
}

/// What becomes of the expression; `others` tells the types of the other columns in it, by their names as written.
pub fn retyped(used: Retyped<'_>, dialect: Dialect, others: &dyn Fn(&str) -> Option<String>) -> TypeEffect {
    let Retyped { expression, column, before, after, decides } = used;
    let place = decides.map_or(Use::Value, |kind| Use::Condition(indirect(kind)));
    sql::retyped(expression, dialect, place, RetypedColumn { name: column, before, after }, others)
}

/// Whether every value of the one type is a value of the other, and of its kind.
pub fn widens(before: Option<&str>, after: Option<&str>, dialect: Dialect) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    sql::widens(&Type::of(before, dialect), &Type::of(after, dialect))
}

fn indirect(kind: graph::EdgeKind) -> Indirect {
    match kind {
        graph::EdgeKind::Join => Indirect::Join,
        graph::EdgeKind::GroupBy => Indirect::GroupBy,
        graph::EdgeKind::Sort => Indirect::Sort,
        graph::EdgeKind::Window => Indirect::Window,
        graph::EdgeKind::Conditional => Indirect::Conditional,
        _ => Indirect::Filter,
    }
}
