//! What another type of a column does where a query uses it.

use sql::Dialect;
pub use sql::Effect as TypeEffect;
use sql::Type;

/// Whether every value of the one type is a value of the other, and of its kind.
pub fn widens(before: Option<&str>, after: Option<&str>, dialect: Dialect) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    sql::widens(&Type::of(before, dialect), &Type::of(after, dialect))
}
