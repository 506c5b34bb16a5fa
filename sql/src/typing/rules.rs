//! What each platform does with a value of another type than is wanted.

use crate::dialect::Kind;

/// What becomes of a value of the wrong type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coercion {
    /// The statement is refused.
    Refuses,
    /// The value is converted; one that cannot be fails when the statement runs.
    Risky,
    /// The value is converted; one that cannot be becomes something else.
    Lenient,
    /// It is not known which.
    Unsure,
}

/// What values of different types become where they must have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unify {
    Refuses,
    ToText,
    ToNumber,
    /// Each keeps its own.
    Any,
    Unsure,
}

/// The rules of one platform.
pub(super) struct Rules {
    /// Text compared with a number or a date.
    pub compare: Coercion,
    /// Text in arithmetic.
    pub compute: Coercion,
    /// Text in sums and averages.
    pub aggregate: Coercion,
    /// Numbers and dates where functions want text.
    pub as_text: Coercion,
    /// Text where functions want a date.
    pub text_as_date: Coercion,
    /// Numbers where dates are wanted.
    pub number_as_date: Coercion,
    /// Numbers where conditions are wanted.
    pub number_as_condition: Coercion,
    pub unify: Unify,
    /// Whether text in quotes takes the type that is wanted.
    pub literals_adapt: bool,
    /// Whether integers divide to integers.
    pub integer_division: bool,
    /// Whether the average of integers is one.
    pub integer_average: bool,
}

use Coercion::{Lenient, Refuses, Risky, Unsure};

const STRICT: Rules = Rules {
    compare: Refuses,
    compute: Refuses,
    aggregate: Refuses,
    as_text: Refuses,
    text_as_date: Refuses,
    number_as_date: Refuses,
    number_as_condition: Refuses,
    unify: Unify::Refuses,
    literals_adapt: true,
    integer_division: true,
    integer_average: false,
};

const UNSURE: Rules = Rules {
    compare: Unsure,
    compute: Unsure,
    aggregate: Unsure,
    as_text: Unsure,
    text_as_date: Unsure,
    number_as_date: Unsure,
    number_as_condition: Unsure,
    unify: Unify::Unsure,
    ..STRICT
};

const REDSHIFT: Rules = Rules {
    compare: Risky,
    compute: Risky,
    aggregate: Refuses,
    as_text: Lenient,
    text_as_date: Risky,
    integer_average: true,
    ..STRICT
};
const BIGQUERY: Rules = Rules { literals_adapt: false, integer_division: false, ..STRICT };
const TRINO: Rules = Rules { literals_adapt: false, ..STRICT };
const DUCKDB: Rules = Rules { number_as_condition: Lenient, unify: Unify::ToText, integer_division: false, ..STRICT };
const CLICKHOUSE: Rules = Rules { number_as_condition: Lenient, integer_division: false, ..STRICT };
const VERTICA: Rules = Rules { as_text: Lenient, text_as_date: Risky, integer_division: false, ..STRICT };
const IMPALA: Rules = Rules { literals_adapt: false, text_as_date: Lenient, integer_division: false, ..STRICT };

const SNOWFLAKE: Rules = Rules {
    compare: Risky,
    compute: Risky,
    aggregate: Risky,
    as_text: Lenient,
    text_as_date: Risky,
    number_as_condition: Lenient,
    unify: Unify::ToNumber,
    integer_division: false,
    ..STRICT
};
const TSQL: Rules = Rules {
    compare: Risky,
    compute: Risky,
    as_text: Lenient,
    text_as_date: Risky,
    number_as_date: Lenient,
    unify: Unify::ToNumber,
    integer_average: true,
    ..STRICT
};
const ORACLE: Rules =
    Rules { compare: Risky, compute: Risky, aggregate: Risky, as_text: Lenient, integer_division: false, ..STRICT };
const DB2: Rules =
    Rules { compare: Risky, compute: Risky, as_text: Lenient, text_as_date: Risky, integer_average: true, ..STRICT };
const TERADATA: Rules = Rules {
    compare: Risky,
    compute: Risky,
    aggregate: Risky,
    as_text: Lenient,
    text_as_date: Risky,
    number_as_date: Lenient,
    unify: Unify::ToText,
    ..STRICT
};
const EXASOL: Rules = Rules { integer_division: false, number_as_date: Refuses, ..TERADATA };

const SPARK: Rules = Rules {
    compare: Lenient,
    compute: Lenient,
    aggregate: Lenient,
    as_text: Lenient,
    text_as_date: Lenient,
    unify: Unify::ToText,
    integer_division: false,
    ..STRICT
};
const DATABRICKS: Rules =
    Rules { compare: Risky, compute: Risky, aggregate: Risky, text_as_date: Risky, unify: Unify::ToNumber, ..SPARK };
const HIVE: Rules = Rules { number_as_condition: Lenient, ..SPARK };
const FLINK: Rules = Rules { compare: Unsure, compute: Unsure, as_text: Unsure, text_as_date: Unsure, ..STRICT };
const MYSQL: Rules = Rules { number_as_date: Lenient, number_as_condition: Lenient, ..SPARK };
const SQLITE: Rules = Rules { unify: Unify::Any, integer_division: true, ..MYSQL };

impl Rules {
    pub fn of(kind: Kind) -> &'static Rules {
        match kind {
            Kind::Generic => &UNSURE,
            Kind::Postgres | Kind::Greenplum | Kind::Materialize => &STRICT,
            Kind::Redshift => &REDSHIFT,
            Kind::Snowflake => &SNOWFLAKE,
            Kind::BigQuery => &BIGQUERY,
            Kind::Databricks => &DATABRICKS,
            Kind::Spark => &SPARK,
            Kind::Hive => &HIVE,
            Kind::Trino | Kind::Presto | Kind::Athena => &TRINO,
            Kind::MySql | Kind::MariaDb | Kind::StarRocks | Kind::Doris => &MYSQL,
            Kind::Sqlite => &SQLITE,
            Kind::DuckDb => &DUCKDB,
            Kind::ClickHouse => &CLICKHOUSE,
            Kind::TSql => &TSQL,
            Kind::Oracle => &ORACLE,
            Kind::Teradata => &TERADATA,
            Kind::Db2 => &DB2,
            Kind::Vertica => &VERTICA,
            Kind::Exasol => &EXASOL,
            Kind::Flink => &FLINK,
            Kind::Impala => &IMPALA,
        }
    }
}
