//! What platforms call columns that nobody names.

use crate::dialect::Kind;

/// The name of a column of `VALUES` that nobody names; `index` counts from 0.
pub(crate) fn value_column(index: usize, kind: Kind) -> String {
    match kind {
        Kind::Spark | Kind::Databricks | Kind::Hive | Kind::Impala => format!("col{}", index + 1),
        Kind::MySql | Kind::MariaDb => format!("column_{index}"),
        Kind::Trino | Kind::Presto | Kind::Athena => format!("_col{index}"),
        Kind::DuckDb => format!("col{index}"),
        Kind::ClickHouse => format!("c{}", index + 1),
        _ => format!("column{}", index + 1),
    }
}

/// The name of an item of a select list that has no alias and whose expression gives it none.
///
/// `text` is the expression as it is written, unless it is too long to be a name; `index` counts the columns
/// and `unnamed` those without a name before it. What has no name there, or one that this crate cannot tell,
/// is told apart by its place.
pub(crate) fn unnamed_column(kind: Kind, text: Option<&str>, (index, unnamed): (usize, usize)) -> String {
    let numbered = || format!("_col_{index}");
    match kind {
        Kind::Postgres | Kind::Redshift | Kind::Greenplum | Kind::Materialize | Kind::Vertica => "?column?".to_owned(),
        Kind::BigQuery => format!("f{unnamed}_"),
        Kind::Hive => format!("_c{index}"),
        Kind::Trino | Kind::Presto | Kind::Athena => format!("_col{index}"),
        Kind::Flink => format!("EXPR${index}"),
        Kind::Db2 => format!("{}", index + 1),
        Kind::Snowflake | Kind::Exasol => text.map_or_else(numbered, |text| upper(&one_line(text))),
        Kind::Oracle => text.map_or_else(numbered, |text| upper(&without_blanks(text))),
        Kind::Databricks
        | Kind::Spark
        | Kind::Impala
        | Kind::MySql
        | Kind::MariaDb
        | Kind::StarRocks
        | Kind::Doris
        | Kind::Sqlite
        | Kind::DuckDb
        | Kind::ClickHouse
        | Kind::Teradata => text.map_or_else(numbered, one_line),
        Kind::TSql | Kind::Generic => numbered(),
    }
}

/// What stands in quotes keeps its case.
fn upper(text: &str) -> String {
    outside_quotes(text, |c, out| out.extend(c.to_uppercase()))
}

fn without_blanks(text: &str) -> String {
    outside_quotes(text, |c, out| {
        if !c.is_whitespace() {
            out.push(c)
        }
    })
}

/// The text with one blank where there are several.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn outside_quotes(text: &str, mut add: impl FnMut(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = None;
    for c in text.chars() {
        match inside {
            Some(quote) => {
                out.push(c);
                inside = (c != quote).then_some(quote);
            }
            None => {
                inside = matches!(c, '\'' | '"').then_some(c);
                add(c, &mut out);
            }
        }
    }
    out
}
