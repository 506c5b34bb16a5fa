//! Types, whatever a platform calls them, and what one can hold of another.

use super::read;
use crate::dialect::{Dialect, Kind};

/// What a column holds, whatever its type is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Boolean,
    Integer {
        bits: u16,
        unsigned: bool,
    },
    /// Exact numbers; without a precision any.
    Decimal {
        precision: Option<u32>,
        scale: u32,
    },
    Float {
        bits: u16,
    },
    /// At most so many characters.
    Text {
        length: Option<u32>,
    },
    Binary,
    Date,
    Time,
    Timestamp {
        /// Whether it is a point in time rather than what a clock shows.
        zone: bool,
    },
    Interval,
    Uuid,
    /// JSON, and what holds a value of any shape.
    Json,
    Array(Box<Type>),
    Struct(Vec<(String, Type)>),
    Map(Box<Type>, Box<Type>),
    Geography,
    /// Of any type.
    Null,
    /// A type that is not understood, in lower case.
    Other(String),
    /// Nobody said which type.
    Unknown,
}

/// What becomes of a value when its column gets another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Conversion {
    Same,
    /// The same value, in a type of the same kind that holds more.
    Wider,
    /// Another kind of value; different values stay different.
    Converted,
    /// Not every value has its like.
    Lossy,
}

impl Type {
    /// The type that a platform, or a schema taken from it, calls so.
    pub fn of(name: &str, dialect: Dialect) -> Type {
        read::read(name, dialect.kind())
    }

    pub(crate) fn optional(name: Option<&str>, kind: Kind) -> Type {
        name.map_or(Type::Unknown, |name| read::read(name, kind))
    }

    pub(super) const INTEGER: Type = Type::Integer { bits: 64, unsigned: false };
    pub(super) const FLOAT: Type = Type::Float { bits: 64 };
    pub(super) const TEXT: Type = Type::Text { length: None };
    pub(super) const DECIMAL: Type = Type::Decimal { precision: None, scale: 0 };

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Type::Integer { .. } | Type::Decimal { .. } | Type::Float { .. })
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Type::Text { .. })
    }

    /// A date, or a point in time.
    pub(super) fn is_temporal(&self) -> bool {
        matches!(self, Type::Date | Type::Timestamp { .. })
    }

    /// Whether nothing can be said of it: NULL, or a type that is not understood.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Type::Null | Type::Other(_) | Type::Unknown)
    }

    /// One name for it, whatever the platform calls it; `None` when it is not known.
    pub fn name(&self) -> Option<String> {
        let name = match self {
            Type::Boolean => "boolean".to_owned(),
            Type::Integer { bits, unsigned } => integer_name(*bits, *unsigned),
            Type::Decimal { precision: Some(precision), scale } => format!("decimal({precision},{scale})"),
            Type::Decimal { precision: None, .. } => "decimal".to_owned(),
            Type::Float { bits } => if *bits > 32 { "double" } else { "real" }.to_owned(),
            Type::Text { length: Some(length) } => format!("varchar({length})"),
            Type::Text { length: None } => "text".to_owned(),
            Type::Binary => "binary".to_owned(),
            Type::Date => "date".to_owned(),
            Type::Time => "time".to_owned(),
            Type::Timestamp { zone: true } => "timestamp with time zone".to_owned(),
            Type::Timestamp { zone: false } => "timestamp without time zone".to_owned(),
            Type::Interval => "interval".to_owned(),
            Type::Uuid => "uuid".to_owned(),
            Type::Json => "json".to_owned(),
            Type::Array(element) => format!("array<{}>", element.name()?),
            Type::Struct(fields) => {
                let fields: Option<Vec<String>> =
                    fields.iter().map(|(name, field)| Some(format!("{name} {}", field.name()?))).collect();
                format!("struct<{}>", fields?.join(", "))
            }
            Type::Map(key, value) => format!("map<{}, {}>", key.name()?, value.name()?),
            Type::Geography => "geography".to_owned(),
            Type::Other(name) => name.clone(),
            Type::Null | Type::Unknown => return None,
        };
        Some(name)
    }

    /// The field at that path; of what is no struct, itself.
    pub(super) fn field(&self, path: &[&str]) -> Option<&Type> {
        match (self, path) {
            (Type::Struct(fields), [name, rest @ ..]) => {
                fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name))?.1.field(rest)
            }
            (_, _) => Some(self),
        }
    }

    /// Whether it is a struct whose fields are known, and none of them is at that path.
    pub(crate) fn lacks<'p>(&self, path: impl Iterator<Item = &'p str>) -> bool {
        let mut here = self;
        for name in path {
            let Type::Struct(fields) = here else { return false };
            let Some((_, field)) = fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)) else {
                return !fields.is_empty();
            };
            here = field;
        }
        false
    }

    /// What its family is called.
    pub(super) fn family(&self) -> &str {
        match self {
            Type::Boolean => "a boolean",
            Type::Integer { .. } | Type::Decimal { .. } | Type::Float { .. } => "a number",
            Type::Text { .. } => "text",
            Type::Binary => "bytes",
            Type::Date => "a date",
            Type::Time => "a time of day",
            Type::Timestamp { .. } => "a timestamp",
            Type::Interval => "an interval",
            Type::Uuid => "a UUID",
            Type::Json => "JSON",
            Type::Array(_) => "an array",
            Type::Struct(_) => "a struct",
            Type::Map(..) => "a map",
            Type::Geography => "a geography",
            Type::Other(name) => name,
            Type::Null => "NULL",
            Type::Unknown => "a value of unknown type",
        }
    }

    /// What happens to values of this type that become `after`; `None` when one of the two is not understood.
    pub(super) fn becomes(&self, after: &Type) -> Option<Conversion> {
        use Conversion::{Converted, Lossy, Same};
        if self == after && !matches!(self, Type::Unknown) {
            return Some(Same);
        }
        if self.is_open() || after.is_open() {
            return None;
        }
        let found = match (self, after) {
            (before, after) if before.is_number() && after.is_number() => number_becomes(before, after),
            (Type::Text { length: before }, Type::Text { length: after }) => wider(fits(*before, *after)),
            (before, Type::Text { length }) => {
                let shown = before.shown();
                if length.is_none_or(|length| shown.is_some_and(|shown| shown <= length)) { Converted } else { Lossy }
            }
            (Type::Date, Type::Timestamp { .. }) | (Type::Boolean, Type::Integer { .. } | Type::Decimal { .. }) => {
                Converted
            }
            (Type::Array(before), Type::Array(after)) => before.becomes(after)?,
            (Type::Map(key, value), Type::Map(other_key, other)) => key.becomes(other_key)?.max(value.becomes(other)?),
            (Type::Struct(before), Type::Struct(after)) => fields_become(before, after)?,
            (Type::Struct(_) | Type::Array(_) | Type::Map(..) | Type::Uuid, Type::Json) => Converted,
            (_, _) => Lossy,
        };
        Some(found)
    }

    /// How many characters show any value of it, where that is known.
    fn shown(&self) -> Option<u32> {
        match self {
            Type::Boolean => Some(5),
            Type::Integer { bits, .. } => Some(digits(*bits) + 1),
            Type::Decimal { precision: Some(precision), .. } => Some(precision + 2),
            Type::Date => Some(10),
            Type::Uuid => Some(36),
            _ => None,
        }
    }
}

/// Whether every value of the one type is a value of the other, of the same kind. Not known types never are.
pub fn widens(before: &Type, after: &Type) -> bool {
    matches!(before.becomes(after), Some(Conversion::Same | Conversion::Wider))
}

/// Whether some value of the one type has no like in the other.
pub fn narrows(before: &Type, after: &Type) -> bool {
    before.becomes(after) == Some(Conversion::Lossy)
}

fn integer_name(bits: u16, unsigned: bool) -> String {
    let name = match bits {
        8 => "tinyint",
        16 => "smallint",
        32 => "integer",
        64 => "bigint",
        _ => "hugeint",
    };
    if unsigned { format!("{name} unsigned") } else { name.to_owned() }
}

/// Decimal digits that every integer of so many bits has at most.
fn digits(bits: u16) -> u32 {
    match bits {
        0..=8 => 3,
        9..=16 => 5,
        17..=32 => 10,
        33..=64 => 20,
        65..=128 => 39,
        _ => 78,
    }
}

fn wider(fits: bool) -> Conversion {
    if fits { Conversion::Wider } else { Conversion::Lossy }
}

fn fits(before: Option<u32>, after: Option<u32>) -> bool {
    match (before, after) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(before), Some(after)) => before <= after,
    }
}

fn number_becomes(before: &Type, after: &Type) -> Conversion {
    use Type::{Decimal, Float, Integer};
    let whole = |precision: Option<u32>, scale: u32| precision.map(|precision| precision.saturating_sub(scale));
    let fits = match (before, after) {
        (Integer { bits, unsigned }, Integer { bits: other, unsigned: other_unsigned }) => {
            match (unsigned, other_unsigned) {
                (false, true) => false,
                (true, false) => bits < other,
                (true, true) | (false, false) => bits <= other,
            }
        }
        (Integer { bits, .. }, Decimal { precision, scale }) => {
            fits(Some(digits(*bits).min(19).max(digits((*bits).min(32)))), whole(*precision, *scale))
        }
        (Integer { bits, .. }, Float { bits: float }) => *bits < if *float > 32 { 53 } else { 24 },
        (Decimal { precision: Some(precision), scale: 0 }, Integer { bits, .. }) => *precision < digits(*bits),
        (Decimal { precision, scale }, Decimal { precision: other, scale: other_scale }) => {
            let finer = other.is_none() || scale <= other_scale;
            finer && fits(whole(*precision, *scale), whole(*other, *other_scale))
        }
        (Float { bits }, Float { bits: other }) => bits <= other,
        (_, _) => false,
    };
    wider(fits)
}

/// Fields by name; one that is gone is lost, one that comes is only more.
fn fields_become(before: &[(String, Type)], after: &[(String, Type)]) -> Option<Conversion> {
    let mut worst = Conversion::Wider;
    for (name, field) in before {
        worst = match after.iter().find(|(other, _)| other == name) {
            Some((_, other)) => worst.max(field.becomes(other)?),
            None => Conversion::Lossy,
        };
    }
    Some(worst)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dialect: &str, written: &str, expected: &str) {
        let dialect = Dialect::from_name(dialect).expect("a known dialect");
        let names: Vec<String> = written
            .split("; ")
            .map(|name| Type::of(name, dialect).name().unwrap_or_else(|| "unknown".to_owned()))
            .collect();
        assert_eq!(names.join("; "), expected);
    }

    #[test]
    fn one_name_for_each_type() {
        check(
            "postgres",
            "int4; INT8; bigserial; character varying(10); bpchar; text",
            "integer; bigint; bigint; varchar(10); text; text",
        );
        check(
            "postgres",
            "numeric(10, 2); double precision; timestamptz; timestamp(3) with time zone",
            "decimal(10,2); double; timestamp with time zone; timestamp with time zone",
        );
        check(
            "postgres",
            "int[]; text[][]; jsonb; uuid; bytea; mood",
            "array<integer>; array<array<text>>; json; uuid; binary; mood",
        );
        check(
            "snowflake",
            "NUMBER(38,0); NUMBER; INT; VARCHAR(16777216); VARIANT; TIMESTAMP_TZ(9)",
            "decimal(38,0); decimal(38,0); decimal(38,0); varchar(16777216); json; timestamp with time zone",
        );
        check(
            "bigquery",
            "INT64; FLOAT64; BIGNUMERIC; TIMESTAMP; DATETIME; STRUCT<a INT64, b ARRAY<STRING>>",
            "bigint; double; decimal(76,38); timestamp with time zone; timestamp without time zone; struct<a bigint, b array<text>>",
        );
        check(
            "clickhouse",
            "Nullable(Int32); Int8; UInt64; LowCardinality(Nullable(String)); DateTime64(3, 'UTC'); Map(String, UInt8)",
            "integer; tinyint; bigint unsigned; text; timestamp without time zone; map<text, tinyint unsigned>",
        );
        check(
            "tsql",
            "bit; DATETIME2(7); nvarchar(max); uniqueidentifier; money; datetimeoffset",
            "boolean; timestamp without time zone; text; uuid; decimal(19,4); timestamp with time zone",
        );
        check(
            "oracle",
            "NUMBER; VARCHAR2(10 CHAR); DATE; LONG; TIMESTAMP WITH LOCAL TIME ZONE",
            "decimal; varchar(10); timestamp without time zone; text; timestamp with time zone",
        );
        check(
            "mysql",
            "int(11) unsigned; tinyint(1); mediumtext; enum('a','b'); datetime(6); double",
            "integer unsigned; tinyint; text; text; timestamp without time zone; double",
        );
        check(
            "trino",
            "row(a bigint, b varchar(5)); array(double); map(varchar, bigint); timestamp(3) with time zone",
            "struct<a bigint, b varchar(5)>; array<double>; map<text, bigint>; timestamp with time zone",
        );
        check(
            "spark",
            "struct<a:int,b:struct<c:string>>; decimal(5); timestamp_ntz; long; float",
            "struct<a integer, b struct<c text>>; decimal(5,0); timestamp without time zone; bigint; real",
        );
    }

    #[test]
    fn what_widens_and_what_narrows() {
        let dialect = Dialect::from_name("postgres").expect("a known dialect");
        let of = |name: &str| Type::of(name, dialect);
        let wide = [
            ("int", "bigint"),
            ("smallint", "numeric"),
            ("varchar(5)", "text"),
            ("real", "double precision"),
            ("numeric(5,2)", "numeric(8,2)"),
            ("int", "int"),
        ];
        for (before, after) in wide {
            assert!(widens(&of(before), &of(after)) && !narrows(&of(before), &of(after)), "{before} to {after}");
        }
        let narrow = [
            ("bigint", "int"),
            ("bigint", "double precision"),
            ("text", "varchar(5)"),
            ("numeric(5,2)", "numeric(5,3)"),
            ("timestamp", "date"),
            ("text", "int"),
        ];
        for (before, after) in narrow {
            assert!(narrows(&of(before), &of(after)) && !widens(&of(before), &of(after)), "{before} to {after}");
        }
        assert!(!widens(&of("mood"), &of("text")) && !narrows(&of("mood"), &of("text")));
    }
}
