//! What functions do to the values they are given.

mod builtins;
mod tables;
mod unnamed;

pub(crate) use builtins::{is_builtin, is_owner};
use tables::{AGGREGATES, DATE_PARTS, MASKING, own_masking};
pub(crate) use unnamed::{unnamed_column, value_column};

use crate::{dialect::Kind, script::Class};

/// What a call does to one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    pub class: Class,
    pub masking: bool,
}

/// How a function treats its arguments. `name` is its last part, in lower case.
pub(crate) fn effect(name: &str, kind: Kind) -> Effect {
    let class = if is_aggregate(name) { Class::Aggregation } else { Class::Transformation };
    Effect { class, masking: is_masking(name, kind) }
}

/// Whether a call without `OVER` makes one value of many rows.
pub(crate) fn is_aggregate(name: &str) -> bool {
    AGGREGATES.binary_search(&name).is_ok() || AGGREGATES.binary_search(&combined(name)).is_ok()
}

/// The aggregate under the endings that ClickHouse and others put to its name.
fn combined(name: &str) -> &str {
    const ENDINGS: [&str; 8] = ["if", "merge", "state", "ornull", "ordefault", "array", "distinct", "_if"];
    let shorter = ENDINGS.iter().filter_map(|ending| name.strip_suffix(ending)).filter(|base| base.len() > 2);
    shorter.min_by_key(|base| base.len()).unwrap_or(name)
}

/// Whether the last argument only decides which values are aggregated.
pub(crate) fn ends_with_condition(name: &str) -> bool {
    let base = name.strip_suffix("_if").or_else(|| name.strip_suffix("if")).filter(|base| base.len() > 2);
    base.is_some_and(|base| AGGREGATES.binary_search(&base).is_ok())
}

/// Whether the result no longer shows the value: hashes, encryption, masks, substitution, truncation, counts.
pub(crate) fn is_masking(name: &str, kind: Kind) -> bool {
    let known = |name: &str| MASKING.binary_search(&name).is_ok() || own_masking(kind).contains(&name);
    known(name) || ends_with_condition(name) && known(combined(name))
}

/// Whether the first argument only chooses among the others.
pub(crate) fn chooses_by_first(name: &str) -> bool {
    matches!(name, "if" | "iff" | "iif" | "nvl2" | "multiif" | "decode" | "choose" | "elt")
}

/// Whether the values of `WITHIN GROUP (ORDER BY …)` are the values aggregated.
pub(crate) fn aggregates_its_order(name: &str) -> bool {
    name.starts_with("percentile") || name == "mode" || name == "approx_percentile"
}

/// Which of `count` arguments may be a bare word like `day` that is no column.
pub(crate) fn date_part_argument(name: &str, count: usize, kind: Kind) -> Option<usize> {
    const FIRST: [&str; 17] = [
        "date_bucket",
        "date_part",
        "date_trunc",
        "dateadd",
        "datediff",
        "datediff_big",
        "datename",
        "datepart",
        "datesub",
        "datetrunc",
        "time_slice",
        "timeadd",
        "timediff",
        "timestamp_trunc",
        "timestampadd",
        "timestampdiff",
        "trunc",
    ];
    // One that Spark, Presto and others write as a function of three.
    let of_three =
        matches!(name, "date_add" | "date_diff" | "date_sub" | "timestamp_add" | "timestamp_diff") && count == 3;
    let last = match name {
        "last_day" | "trunc" | "time_trunc" | "datetime_trunc" => true,
        "date_trunc" | "timestamp_trunc" | "date_diff" | "datetime_diff" | "timestamp_diff" | "time_diff" => {
            kind == Kind::BigQuery
        }
        _ => false,
    };
    match (last, FIRST.contains(&name) || of_three) {
        (true, _) => count.checked_sub(1).filter(|index| *index > 0),
        (false, true) => Some(0),
        (false, false) => None,
    }
}

/// Whether a bare word names a part of a date.
pub(crate) fn is_date_part(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let single = word.strip_suffix('s').unwrap_or(&word);
    DATE_PARTS.binary_search(&single).is_ok() || DATE_PARTS.binary_search(&word.as_str()).is_ok()
}

/// Words that look like columns but are values the platform gives.
pub(crate) fn is_pseudo_column(word: &str, kind: Kind) -> bool {
    let word = word.to_ascii_lowercase();
    let own = own_pseudo_columns(kind);
    let bits = word.strip_prefix("0b").is_some_and(|bits| bits.bytes().all(|bit| matches!(bit, b'0' | b'1')));
    bits || word.starts_with(['@', '$', ':', '?', '&'])
        || PSEUDO.contains(&word.as_str())
        || own.contains(&word.as_str())
}

/// Values without brackets that every platform gives, or that are a column's name nowhere.
const PSEUDO: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "getdate",
    "localtime",
    "localtimestamp",
    "maxvalue",
    "session_user",
    "sysdate",
    "system_user",
    "systimestamp",
    "utc_date",
    "utc_timestamp",
];

fn own_pseudo_columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Oracle => &[
            "level",
            "rownum",
            "rowid",
            "ora_rowscn",
            "user",
            "uid",
            "connect_by_isleaf",
            "connect_by_iscycle",
            "column_value",
            "dbtimezone",
            "sessiontimezone",
        ],
        Kind::Exasol => &["level", "rownum", "rowid", "user"],
        Kind::Postgres | Kind::Greenplum | Kind::Materialize => {
            &["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid", "user", "gp_segment_id"]
        }
        Kind::Redshift => &["user", "oid"],
        Kind::BigQuery => &[
            "_partitiondate",
            "_partitiontime",
            "_table_suffix",
            "_file_name",
            "_change_type",
            "_change_timestamp",
            "_change_sequence_number",
            "nfc",
            "nfd",
            "nfkc",
            "nfkd",
        ],
        Kind::Snowflake => &[
            "classifier",
            "metadata$action",
            "metadata$file_content_key",
            "metadata$file_last_modified",
            "metadata$file_row_number",
            "metadata$filename",
            "metadata$isupdate",
            "metadata$row_id",
            "metadata$start_scan_time",
        ],
        Kind::Sqlite => &["rowid", "_rowid_", "oid"],
        Kind::DuckDb => &["rowid", "filename"],
        Kind::Databricks | Kind::Spark => &["_metadata", "_change_type", "_commit_version", "_commit_timestamp"],
        Kind::Hive | Kind::Impala => &["input__file__name", "block__offset__inside__file", "row__id"],
        Kind::Trino | Kind::Presto | Kind::Athena => &["$path", "$file_modified_time", "$file_size", "$partition"],
        Kind::ClickHouse => &["_part", "_partition_id", "_path", "_file", "_table", "_sample_factor"],
        Kind::TSql => &["user", "$action", "$identity", "$rowguid"],
        Kind::Teradata => &["user", "partition", "date", "time"],
        Kind::Db2 => &["user"],
        Kind::MySql | Kind::MariaDb | Kind::Vertica | Kind::Flink => &[],
        Kind::StarRocks | Kind::Doris | Kind::Generic => &[],
    }
}

/// Parts after a sequence's name that read as a column.
pub(crate) fn is_sequence_value(word: &str) -> bool {
    word.eq_ignore_ascii_case("nextval") || word.eq_ignore_ascii_case("currval")
}

/// The columns that a table function gives when nobody names them.
pub(crate) fn columns_of_rows(function: &str) -> &'static [&'static str] {
    match function {
        "flatten" => &["seq", "key", "path", "index", "value", "this"],
        "explode" | "explode_outer" => &["col", "key", "value"],
        "posexplode" | "posexplode_outer" => &["pos", "col", "key", "value"],
        "json_each" | "jsonb_each" | "json_each_text" | "jsonb_each_text" => &["key", "value"],
        "json_tree" => &["key", "value", "type", "atom", "id", "parent", "fullkey", "path"],
        "string_split" | "split_to_table" | "json_array_elements" | "jsonb_array_elements" => &["value"],
        "generate_series" => &["generate_series"],
        _ => &[],
    }
}
