//! Names of types, read as any platform writes them.

use super::types::Type;
use crate::dialect::Kind;

/// The type of that name. Precisions, lengths and nullability may be written as any platform writes them.
pub(super) fn read(name: &str, kind: Kind) -> Type {
    let text = name.trim().to_lowercase();
    let mut reader = Reader { rest: &text, kind, depth: 0 };
    let read = reader.whole();
    if reader.rest.trim().is_empty() { read } else { Type::Other(text) }
}

/// How deep types within types are read.
const DEPTH: u32 = 60;

/// Reads a type's name from the front.
struct Reader<'t> {
    rest: &'t str,
    kind: Kind,
    depth: u32,
}

impl<'t> Reader<'t> {
    fn whole(&mut self) -> Type {
        self.depth += 1;
        if self.depth > DEPTH {
            return Type::Unknown;
        }
        let words = self.words();
        let mut found = self.named(&words);
        while self.eat("[") {
            // `int[]`, `int[3]`
            self.rest = self.rest.split_once(']').map_or("", |(_, rest)| rest);
            found = Type::Array(Box::new(found));
        }
        self.depth -= 1;
        found
    }

    fn eat(&mut self, mark: &str) -> bool {
        self.rest = self.rest.trim_start();
        self.rest.strip_prefix(mark).map(|rest| self.rest = rest).is_some()
    }

    /// Letters, digits, `_` and blanks.
    fn words(&mut self) -> String {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '"' || c.is_whitespace()));
        let (words, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn named(&mut self, words: &str) -> Type {
        match words {
            "nullable" | "lowcardinality" | "simpleaggregatefunction" => return self.wrapped(),
            "array" | "list" | "super array" => return self.array(),
            "map" => return self.map(),
            "struct" | "row" | "tuple" | "nested" | "record" => return self.fields(),
            _ => {}
        }
        let numbers = self.numbers();
        let tail = self.words();
        plain(words, tail.as_str(), &numbers, self.kind)
    }

    /// `Nullable(T)` is `T` here.
    fn wrapped(&mut self) -> Type {
        if !self.open() {
            return Type::Unknown;
        }
        let inner = self.whole();
        let inner = if self.eat(",") { self.whole() } else { inner };
        self.close();
        inner
    }

    fn array(&mut self) -> Type {
        let element = if self.open() { self.whole() } else { return Type::Array(Box::new(Type::Unknown)) };
        self.close();
        Type::Array(Box::new(element))
    }

    fn map(&mut self) -> Type {
        if !self.open() {
            return Type::Map(Box::new(Type::Unknown), Box::new(Type::Unknown));
        }
        let key = self.whole();
        let value = if self.eat(",") { self.whole() } else { Type::Unknown };
        self.close();
        Type::Map(Box::new(key), Box::new(value))
    }

    /// `a int, b: text`; what is not a field is passed over.
    fn fields(&mut self) -> Type {
        let mut fields = Vec::new();
        if self.open() {
            loop {
                let before = self.rest;
                fields.extend(self.field());
                if !self.eat(",") || self.rest == before {
                    break;
                }
            }
            self.close();
        }
        Type::Struct(fields)
    }

    fn field(&mut self) -> Option<(String, Type)> {
        self.rest = self.rest.trim_start().trim_start_matches(['"', '`']);
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start_matches(['"', '`']);
        self.eat(":");
        Some((name.to_owned(), self.whole()))
    }

    fn open(&mut self) -> bool {
        self.eat("<") || self.eat("(")
    }

    fn close(&mut self) {
        if !self.eat(">") {
            self.eat(")");
        }
    }

    /// What stands in brackets after a name: lengths, precisions, or the values of an enumeration.
    fn numbers(&mut self) -> Vec<String> {
        if !self.eat("(") {
            return Vec::new();
        }
        let (inside, rest) = self.rest.split_once(')').unwrap_or((self.rest, ""));
        self.rest = rest;
        inside.split(',').map(|part| part.trim().to_owned()).collect()
    }
}

fn plain(words: &str, tail: &str, arguments: &[String], kind: Kind) -> Type {
    let number = |at: usize| arguments.get(at).and_then(|argument| argument.split(' ').next()?.parse::<u32>().ok());
    let all = if tail.is_empty() { words.to_owned() } else { format!("{words} {tail}") };
    let unsigned =
        all.contains("unsigned") || words.starts_with("uint") || words.starts_with('u') && is_integer(&words[1..]);
    let first = words.split(' ').next().unwrap_or_default();
    if let Some(bits) = integer_bits(first, kind) {
        let snowflake = kind == Kind::Snowflake;
        return if snowflake {
            Type::Decimal { precision: Some(38), scale: 0 }
        } else {
            Type::Integer { bits, unsigned }
        };
    }
    if let Some(found) = temporal(first, &all, number(0), kind) {
        return found;
    }
    match first {
        "boolean" | "bool" => Type::Boolean,
        "bit" if matches!(kind, Kind::TSql) => Type::Boolean,
        "decimal" | "dec" | "numeric" | "number" | "bignumeric" | "bigdecimal" | "fixed" | "newdecimal" => {
            decimal(first, number(0), number(1), kind)
        }
        "decimal32" | "decimal64" | "decimal128" | "decimal256" => Type::Decimal { precision: None, scale: 0 },
        "money" | "smallmoney" => Type::Decimal { precision: Some(19), scale: 4 },
        "float" => Type::Float { bits: float_bits(number(0), kind) },
        "double" | "float8" | "float64" | "binary_double" | "decfloat" => Type::FLOAT,
        "real" | "float4" | "float32" | "binary_float" | "half" | "float16" => {
            Type::Float { bits: if matches!(kind, Kind::Sqlite | Kind::MySql | Kind::MariaDb) { 64 } else { 32 } }
        }
        "binary" | "varbinary" | "bytea" | "bytes" | "blob" | "tinyblob" | "mediumblob" | "longblob" | "raw"
        | "image" | "rowversion" | "byte" | "varbyte" | "bit" => Type::Binary,
        "interval" => Type::Interval,
        "uuid" | "uniqueidentifier" | "guid" => Type::Uuid,
        "json" | "jsonb" | "variant" | "object" | "super" | "dynamic" => Type::Json,
        "geography" | "geometry" | "point" | "polygon" | "sdo_geometry" => Type::Geography,
        "null" | "void" => Type::Null,
        _ if is_text(first) => {
            Type::Text { length: number(0).filter(|_| !matches!(first, "enum8" | "enum16" | "enum")) }
        }
        "long" if kind == Kind::Oracle => Type::TEXT,
        _ => Type::Other(all),
    }
}

fn is_text(name: &str) -> bool {
    const NAMES: [&str; 24] = [
        "text",
        "varchar",
        "varchar2",
        "nvarchar",
        "nvarchar2",
        "char",
        "nchar",
        "character",
        "national",
        "bpchar",
        "string",
        "clob",
        "nclob",
        "dbclob",
        "tinytext",
        "mediumtext",
        "longtext",
        "ntext",
        "citext",
        "fixedstring",
        "name",
        "enum",
        "enum8",
        "enum16",
    ];
    NAMES.contains(&name) || name == "utf8" || name == "str"
}

fn is_integer(name: &str) -> bool {
    integer_bits(name, Kind::Generic).is_some()
}

fn integer_bits(name: &str, kind: Kind) -> Option<u16> {
    let clickhouse = kind == Kind::ClickHouse;
    let bits = match name {
        "int8" if clickhouse => 8,
        "tinyint" | "int1" | "byteint" | "uint8" | "utinyint" => 8,
        "smallint" | "int2" | "int16" | "uint16" | "short" | "smallserial" | "serial2" | "usmallint" | "year" => 16,
        "int" | "integer" | "int4" | "int32" | "uint32" | "serial" | "serial4" | "mediumint" | "uinteger" | "int24" => {
            32
        }
        "bigint" | "int8" | "int64" | "uint64" | "bigserial" | "serial8" | "ubigint" | "signed" | "oid" => 64,
        "long" if kind != Kind::Oracle => 64,
        "hugeint" | "int128" | "uint128" | "uhugeint" | "largeint" => 128,
        "int256" | "uint256" => 256,
        _ => return None,
    };
    // SQLite's integers are all of 64 bits.
    Some(if kind == Kind::Sqlite { 64 } else { bits })
}

fn decimal(name: &str, precision: Option<u32>, scale: Option<u32>, kind: Kind) -> Type {
    let scale_or_none = scale.unwrap_or(0);
    match (precision, kind) {
        (Some(precision), _) => Type::Decimal { precision: Some(precision), scale: scale_or_none },
        (None, Kind::Snowflake) => Type::Decimal { precision: Some(38), scale: 0 },
        (None, Kind::BigQuery) if name.starts_with("big") => Type::Decimal { precision: Some(76), scale: 38 },
        (None, Kind::BigQuery) => Type::Decimal { precision: Some(38), scale: 9 },
        (None, Kind::TSql | Kind::Redshift) => Type::Decimal { precision: Some(18), scale: 0 },
        (None, Kind::MySql | Kind::MariaDb | Kind::Spark | Kind::Databricks | Kind::Hive) => {
            Type::Decimal { precision: Some(10), scale: 0 }
        }
        (None, Kind::DuckDb) => Type::Decimal { precision: Some(18), scale: 3 },
        (None, _) => Type::DECIMAL,
    }
}

fn float_bits(precision: Option<u32>, kind: Kind) -> u16 {
    match (precision, kind) {
        (Some(precision), _) => {
            if precision > 24 {
                64
            } else {
                32
            }
        }
        (
            None,
            Kind::MySql
            | Kind::MariaDb
            | Kind::Spark
            | Kind::Databricks
            | Kind::Hive
            | Kind::DuckDb
            | Kind::Impala
            | Kind::StarRocks
            | Kind::Doris
            | Kind::Flink,
        ) => 32,
        (None, _) => 64,
    }
}

fn temporal(first: &str, all: &str, precision: Option<u32>, kind: Kind) -> Option<Type> {
    let zoned = all.contains("with time zone") || all.contains("with local time zone");
    let found = match first {
        // Oracle's dates hold a time of day.
        "date" if kind == Kind::Oracle => Type::Timestamp { zone: false },
        "date" | "date32" => Type::Date,
        "time" | "timetz" => Type::Time,
        "timestamp" if kind == Kind::TSql && precision.is_none() && !zoned => Type::Binary,
        "timestamp" => {
            let without = all.contains("without time zone");
            let own = matches!(kind, Kind::BigQuery | Kind::Spark | Kind::Databricks | Kind::MySql | Kind::MariaDb);
            Type::Timestamp { zone: zoned || own && !without }
        }
        "timestamptz" | "timestamp_tz" | "timestamp_ltz" | "timestampltz" | "datetimeoffset" => {
            Type::Timestamp { zone: true }
        }
        "datetime" | "datetime2" | "smalldatetime" | "datetime64" | "datetime32" | "timestamp_ntz" | "timestampntz"
        | "timestamp_s" | "timestamp_ms" | "timestamp_ns" => Type::Timestamp { zone: false },
        _ => return None,
    };
    Some(found)
}
