//! The SQL dialects by name, and the rules of each that lineage depends on.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sqlparser::dialect as ast;

use crate::{grammar::NestedJoins, script::Clause};

/// A SQL dialect. Made from a name; there is no default.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dialect(Kind);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Kind {
    Generic,
    Postgres,
    Redshift,
    Snowflake,
    BigQuery,
    Databricks,
    Spark,
    Hive,
    Trino,
    Presto,
    Athena,
    MySql,
    MariaDb,
    Sqlite,
    DuckDb,
    ClickHouse,
    TSql,
    Oracle,
    Teradata,
    Db2,
    Vertica,
    Exasol,
    Flink,
    Materialize,
    Greenplum,
    StarRocks,
    Doris,
    Impala,
}

/// Each dialect with its own name first and other names after it.
const NAMES: &[(Kind, &[&str])] = &[
    (Kind::Generic, &["generic", "ansi", "standard", "sql"]),
    (Kind::Postgres, &["postgres", "postgresql", "pg", "cockroach", "cockroachdb", "alloydb"]),
    (Kind::Redshift, &["redshift"]),
    (Kind::Snowflake, &["snowflake"]),
    (Kind::BigQuery, &["bigquery", "googlesql"]),
    (Kind::Databricks, &["databricks"]),
    (Kind::Spark, &["spark", "sparksql", "spark3", "spark2"]),
    (Kind::Hive, &["hive", "hiveql"]),
    (Kind::Trino, &["trino", "starburst"]),
    (Kind::Presto, &["presto", "prestodb"]),
    (Kind::Athena, &["athena"]),
    (Kind::MySql, &["mysql", "singlestore", "tidb"]),
    (Kind::MariaDb, &["mariadb"]),
    (Kind::Sqlite, &["sqlite"]),
    (Kind::DuckDb, &["duckdb", "motherduck"]),
    (Kind::ClickHouse, &["clickhouse"]),
    (Kind::TSql, &["tsql", "mssql", "sqlserver", "synapse", "fabric", "azuresql"]),
    (Kind::Oracle, &["oracle", "plsql"]),
    (Kind::Teradata, &["teradata"]),
    (Kind::Db2, &["db2"]),
    (Kind::Vertica, &["vertica"]),
    (Kind::Exasol, &["exasol"]),
    (Kind::Flink, &["flink"]),
    (Kind::Materialize, &["materialize", "risingwave"]),
    (Kind::Greenplum, &["greenplum"]),
    (Kind::StarRocks, &["starrocks"]),
    (Kind::Doris, &["doris"]),
    (Kind::Impala, &["impala"]),
];

/// A dialect name that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("dialect \"{name}\": expected one of {}", known_names())]
pub struct UnknownDialect {
    pub name: String,
}

fn known_names() -> String {
    NAMES.iter().map(|(_, names)| names[0]).collect::<Vec<_>>().join(", ")
}

impl Dialect {
    /// The dialect of that name or alias, in any case; dashes, underscores and spaces do not count.
    pub fn from_name(name: &str) -> Result<Dialect, UnknownDialect> {
        let wanted: String =
            name.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).map(|c| c.to_ascii_lowercase()).collect();
        NAMES
            .iter()
            .find(|(_, names)| names.contains(&wanted.as_str()))
            .map(|(kind, _)| Dialect(*kind))
            .ok_or_else(|| UnknownDialect { name: name.to_owned() })
    }

    /// The dialect's own name, in lower case.
    pub fn name(&self) -> &'static str {
        NAMES.iter().find(|(kind, _)| *kind == self.0).map_or("generic", |(_, names)| names[0])
    }

    /// Every dialect, in the order in which errors list them.
    pub fn all() -> impl Iterator<Item = Dialect> {
        NAMES.iter().map(|(kind, _)| Dialect(*kind))
    }

    /// The key by which this platform compares identifiers: two identifiers are the same when their keys are.
    pub fn fold(&self, ident: &str, quoted: bool) -> String {
        match self.case() {
            Case::Lower if !quoted => ident.to_lowercase(),
            Case::Upper if !quoted => ident.to_uppercase(),
            Case::Insensitive => ident.to_lowercase(),
            Case::Lower | Case::Upper | Case::Sensitive => ident.to_owned(),
        }
    }

    /// The name as the platform stores it: folded where folding is what it stores, else as written.
    pub fn stored(&self, ident: &str, quoted: bool) -> String {
        match self.case() {
            Case::Insensitive | Case::Sensitive => ident.to_owned(),
            Case::Lower | Case::Upper => self.fold(ident, quoted),
        }
    }

    /// Whether a name is already as all rules of case would make it.
    pub(crate) fn keeps(&self, ident: &str, quoted: bool) -> bool {
        let small = ident.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        small && (quoted || !matches!(self.case(), Case::Upper))
    }

    pub(crate) fn kind(&self) -> Kind {
        self.0
    }

    pub(crate) fn of_kind(kind: Kind) -> Dialect {
        Dialect(kind)
    }

    /// Whether names that a catalog tells in lower case are stored in upper case.
    pub(crate) fn stores_upper(&self) -> bool {
        matches!(self.case(), Case::Upper)
    }

    fn case(&self) -> Case {
        match self.0 {
            Kind::Postgres | Kind::Greenplum | Kind::Materialize => Case::Lower,
            Kind::Snowflake | Kind::Oracle | Kind::Db2 | Kind::Exasol => Case::Upper,
            Kind::ClickHouse | Kind::Flink => Case::Sensitive,
            Kind::Generic
            | Kind::Redshift
            | Kind::BigQuery
            | Kind::Databricks
            | Kind::Spark
            | Kind::Hive
            | Kind::Trino
            | Kind::Presto
            | Kind::Athena
            | Kind::MySql
            | Kind::MariaDb
            | Kind::Sqlite
            | Kind::DuckDb
            | Kind::TSql
            | Kind::Teradata
            | Kind::Vertica
            | Kind::StarRocks
            | Kind::Doris
            | Kind::Impala => Case::Insensitive,
        }
    }

    /// Whether an item of a select list may use the alias of an earlier one.
    pub(crate) fn has_lateral_aliases(&self) -> bool {
        matches!(
            self.0,
            Kind::Generic
                | Kind::Snowflake
                | Kind::Redshift
                | Kind::Databricks
                | Kind::Spark
                | Kind::DuckDb
                | Kind::ClickHouse
                | Kind::Teradata
                | Kind::Vertica
                | Kind::Exasol
        )
    }

    /// Where in a clause of a select the aliases of its list are seen.
    pub(crate) fn sees_aliases(&self, clause: Clause) -> Sees {
        use Kind::{
            Athena, ClickHouse, Db2, DuckDb, Exasol, Flink, Generic, Greenplum, Hive, Materialize, Oracle, Postgres,
            Presto, Redshift, Snowflake, Sqlite, TSql, Teradata, Trino, Vertica,
        };
        let like_postgres = matches!(self.0, Postgres | Greenplum | Materialize);
        let hardly = matches!(self.0, Trino | Presto | Athena | TSql | Oracle | Db2 | Flink);
        match clause {
            Clause::Where => {
                let does =
                    matches!(self.0, Generic | Snowflake | Redshift | DuckDb | Sqlite | ClickHouse | Teradata | Exasol);
                if does { Sees::Anywhere } else { Sees::Nowhere }
            }
            Clause::GroupBy if hardly || self.0 == Hive => Sees::Nowhere,
            Clause::Having if hardly || like_postgres || self.0 == Vertica => Sees::Nowhere,
            Clause::Hierarchy => Sees::Nowhere,
            Clause::GroupBy | Clause::DistinctOn | Clause::OrderBy if like_postgres => Sees::Alone,
            Clause::OrderBy if self.0 == TSql => Sees::Alone,
            Clause::GroupBy
            | Clause::Having
            | Clause::Qualify
            | Clause::DistinctOn
            | Clause::Sort
            | Clause::OrderBy => Sees::Anywhere,
        }
    }

    /// What becomes of columns of one name in a derived table or a CTE.
    pub(crate) fn namesakes(&self) -> Namesakes {
        match self.0 {
            Kind::DuckDb => Namesakes::Numbered("_"),
            Kind::Sqlite => Namesakes::Numbered(":"),
            Kind::Flink => Namesakes::Numbered(""),
            Kind::ClickHouse | Kind::Generic => Namesakes::First,
            Kind::MySql | Kind::MariaDb | Kind::TSql | Kind::Hive => Namesakes::Refused,
            Kind::Postgres
            | Kind::Redshift
            | Kind::Snowflake
            | Kind::BigQuery
            | Kind::Databricks
            | Kind::Spark
            | Kind::Trino
            | Kind::Presto
            | Kind::Athena
            | Kind::Oracle
            | Kind::Teradata
            | Kind::Db2
            | Kind::Vertica
            | Kind::Exasol
            | Kind::Materialize
            | Kind::Greenplum
            | Kind::StarRocks
            | Kind::Doris
            | Kind::Impala => Namesakes::Ambiguous,
        }
    }

    /// Whether the result of a query must have names that differ.
    pub(crate) fn answers_distinct_names(&self) -> bool {
        self.0 == Kind::BigQuery
    }

    /// Whether a list of names may be shorter than the columns that it names.
    pub(crate) fn names_partly(&self) -> bool {
        matches!(
            self.0,
            Kind::Generic
                | Kind::Postgres
                | Kind::Greenplum
                | Kind::Materialize
                | Kind::Redshift
                | Kind::Vertica
                | Kind::DuckDb
        )
    }

    /// Whether rows that go into a table may have fewer values than it has columns.
    pub(crate) fn fills_partly(&self) -> bool {
        // Columns that SQL Server numbers itself are never written.
        self.names_partly() && self.0 != Kind::DuckDb || self.0 == Kind::TSql
    }

    /// Whether a star may leave out, or replace, a column that is not there.
    pub(crate) fn ignores_excepted(&self) -> bool {
        self.0 == Kind::ClickHouse
    }

    /// Whether `a.b` may be field `b` of column `a`.
    pub(crate) fn has_struct_paths(&self) -> bool {
        matches!(
            self.0,
            Kind::Generic
                | Kind::BigQuery
                | Kind::Databricks
                | Kind::Spark
                | Kind::Hive
                | Kind::Trino
                | Kind::Presto
                | Kind::Athena
                | Kind::DuckDb
                | Kind::ClickHouse
                | Kind::Flink
                | Kind::Impala
                | Kind::StarRocks
                | Kind::Doris
                | Kind::Redshift
        )
    }

    /// Whether `x -> …` takes something out of a JSON value, rather than being a function without a name.
    pub(crate) fn has_json_arrows(&self) -> bool {
        matches!(
            self.0,
            Kind::Postgres
                | Kind::Redshift
                | Kind::Greenplum
                | Kind::Materialize
                | Kind::Vertica
                | Kind::MySql
                | Kind::MariaDb
                | Kind::Sqlite
        )
    }

    /// Whether that word is a column by its position, like Snowflake's `$1`.
    pub(crate) fn is_positional(&self, word: &str) -> bool {
        self.0 == Kind::Snowflake && word.strip_prefix('$').is_some_and(|digits| digits.parse::<u32>().is_ok())
    }

    /// Whether an item of a select list may use the alias of a later one.
    pub(crate) fn has_forward_aliases(&self) -> bool {
        self.0 == Kind::ClickHouse
    }

    /// Whether `INSERT INTO t PARTITION (p)` names a partition, rather than a column.
    pub(crate) fn names_partitions(&self) -> bool {
        matches!(self.0, Kind::MySql | Kind::MariaDb | Kind::StarRocks | Kind::Doris | Kind::Oracle)
    }

    /// Whether `DECLARE` begins a block, and what follows may be declarations too.
    pub(crate) fn declares_in_blocks(&self) -> bool {
        matches!(self.0, Kind::Snowflake | Kind::Oracle)
    }

    /// Whether `UNPIVOT` gives the value before the name it had.
    pub(crate) fn unpivots_value_first(&self) -> bool {
        matches!(self.0, Kind::BigQuery | Kind::TSql)
    }

    /// Whether the only aggregate of a `PIVOT` leaves its alias out of the columns' names.
    pub(crate) fn pivots_without_alias(&self) -> bool {
        matches!(self.0, Kind::Spark | Kind::Databricks)
    }

    /// Whether a column that `PIVOT` makes of a text is named with the quotes.
    pub(crate) fn pivots_with_quotes(&self) -> bool {
        matches!(self.0, Kind::Snowflake | Kind::Oracle)
    }

    /// Whether `COLUMNS(…)` in a select list stands for several columns.
    pub(crate) fn has_columns_function(&self) -> bool {
        matches!(self.0, Kind::DuckDb | Kind::ClickHouse)
    }

    /// Whether `FROM t, t.items` unnests a column of `t`.
    pub(crate) fn has_implicit_unnest(&self) -> bool {
        matches!(self.0, Kind::BigQuery | Kind::Redshift | Kind::Impala)
    }

    /// Whether one quoted identifier may hold a whole dotted name.
    pub(crate) fn splits_quoted_names(&self) -> bool {
        matches!(self.0, Kind::BigQuery)
    }

    /// Whether `USE x` names what holds schemas, rather than a schema.
    pub(crate) fn database_is_catalog(&self) -> bool {
        matches!(self.0, Kind::Generic | Kind::Snowflake | Kind::TSql | Kind::Postgres | Kind::Redshift)
    }

    /// Whether `SELECT … INTO x` fills a variable, inside a routine or anywhere.
    pub(crate) fn selects_into_variables(&self, inside: bool) -> bool {
        match self.0 {
            Kind::Oracle | Kind::MySql | Kind::MariaDb | Kind::Db2 | Kind::Teradata | Kind::Snowflake => true,
            Kind::Postgres | Kind::Greenplum | Kind::Redshift | Kind::Vertica => inside,
            Kind::Generic
            | Kind::BigQuery
            | Kind::Databricks
            | Kind::Spark
            | Kind::Hive
            | Kind::Trino
            | Kind::Presto
            | Kind::Athena
            | Kind::Sqlite
            | Kind::DuckDb
            | Kind::ClickHouse
            | Kind::TSql
            | Kind::Exasol
            | Kind::Flink
            | Kind::Materialize
            | Kind::StarRocks
            | Kind::Doris
            | Kind::Impala => false,
        }
    }

    /// Grammars that accept some of what the nearest one refuses, in the order in which they are tried.
    pub(crate) fn other_grammars(&self) -> Vec<Box<dyn ast::Dialect>> {
        let generic = Box::new(ast::GenericDialect {});
        let mut grammars: Vec<Box<dyn ast::Dialect>> = match self.0 {
            Kind::Oracle | Kind::Redshift => vec![generic, Box::new(ast::SnowflakeDialect {})],
            Kind::Spark | Kind::Databricks => {
                vec![generic, Box::new(ast::HiveDialect {}), Box::new(ast::BigQueryDialect {})]
            }
            Kind::DuckDb => vec![generic, Box::new(ast::PostgreSqlDialect {})],
            Kind::Athena => vec![generic, Box::new(ast::ClickHouseDialect {})],
            _ => vec![generic],
        };
        grammars.push(Box::new(NestedJoins(self.grammar())));
        grammars
    }

    /// The nearest grammar the parser has.
    pub(crate) fn grammar(&self) -> Box<dyn ast::Dialect> {
        match self.0 {
            Kind::Generic | Kind::Trino | Kind::Presto | Kind::Athena | Kind::Db2 | Kind::Exasol | Kind::Flink => {
                Box::new(ast::GenericDialect {})
            }
            Kind::Postgres | Kind::Vertica | Kind::Greenplum | Kind::Materialize => Box::new(ast::PostgreSqlDialect {}),
            Kind::Redshift => Box::new(ast::RedshiftSqlDialect {}),
            Kind::Snowflake => Box::new(ast::SnowflakeDialect {}),
            Kind::BigQuery => Box::new(ast::BigQueryDialect {}),
            Kind::Databricks => Box::new(ast::DatabricksDialect {}),
            Kind::Spark => Box::new(ast::SparkSqlDialect {}),
            Kind::Hive | Kind::Impala => Box::new(ast::HiveDialect {}),
            Kind::MySql | Kind::MariaDb | Kind::Doris | Kind::StarRocks => Box::new(ast::MySqlDialect {}),
            Kind::Sqlite => Box::new(ast::SQLiteDialect {}),
            Kind::DuckDb => Box::new(ast::DuckDbDialect {}),
            Kind::ClickHouse => Box::new(ast::ClickHouseDialect {}),
            Kind::TSql => Box::new(ast::MsSqlDialect {}),
            Kind::Oracle => Box::new(ast::OracleDialect {}),
            Kind::Teradata => Box::new(ast::TeradataDialect {}),
        }
    }
}

/// Where the aliases of a select list are seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sees {
    Nowhere,
    /// Where nothing else stands.
    Alone,
    Anywhere,
}

/// What columns of one name are to who reads a derived table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Namesakes {
    /// The name means the first of them.
    First,
    /// All but the first get a number, after this mark.
    Numbered(&'static str),
    /// They may not be named.
    Ambiguous,
    /// They may not be there.
    Refused,
}

/// How a platform compares identifiers.
enum Case {
    /// Unquoted identifiers fold to lower case; quoted ones count as written.
    Lower,
    /// Unquoted identifiers fold to upper case; quoted ones count as written.
    Upper,
    /// Case never counts.
    Insensitive,
    /// Case always counts.
    Sensitive,
}

impl fmt::Debug for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dialect({})", self.name())
    }
}

impl Serialize for Dialect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Dialect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Dialect, D::Error> {
        let name = String::deserialize(deserializer)?;
        Dialect::from_name(&name).map_err(D::Error::custom)
    }
}
