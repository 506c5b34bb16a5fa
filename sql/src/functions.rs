//! What functions do to the values they are given.

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

/// What masks on one platform and may mean something else, or nothing, on others.
fn own_masking(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::TSql => &[
            "binary_checksum",
            "checksum",
            "encryptbyasymkey",
            "encryptbycert",
            "encryptbykey",
            "encryptbypassphrase",
            "pwdencrypt",
            "stuff",
        ],
        Kind::Postgres | Kind::Greenplum | Kind::Materialize => &["crypt", "encrypt_iv", "partial", "translate"],
        Kind::BigQuery => &["deterministic_encrypt", "aead_encrypt", "init", "translate"],
        Kind::Snowflake => &["hash_agg", "translate", "bitmap_hash_agg", "minhash", "hll_accumulate"],
        Kind::Oracle => &["dbms_redact", "translate"],
        Kind::MySql | Kind::MariaDb => &[
            "des_encrypt",
            "gen_blocklist",
            "gen_dictionary",
            "mask_pan",
            "mask_pan_relaxed",
            "mask_ssn",
            "old_password",
            "password",
        ],
        Kind::ClickHouse => &[
            "cityhash128",
            "farmfingerprint64",
            "gccmurmurhash",
            "hivehash",
            "inthash32",
            "inthash64",
            "javahash",
            "jumpconsistenthash",
            "kafkamurmurhash",
            "murmurhash2_32",
            "ripemd160",
            "sha512_256",
            "siphash128keyed",
            "siphash64keyed",
            "uniqcombined",
            "uniqcombined64",
            "uniqhll12",
            "uniqthetasketch",
            "urlhash",
            "wyhash64",
            "xxh3",
        ],
        Kind::Trino | Kind::Presto | Kind::Athena => &[
            "hmac_md5",
            "hmac_sha1",
            "hmac_sha256",
            "hmac_sha512",
            "murmur3",
            "spooky_hash_v2_32",
            "spooky_hash_v2_64",
        ],
        Kind::Teradata => &["hashamp", "hashbucket", "hashrow", "oreplace", "otranslate"],
        Kind::Db2 => &["encrypt_aes", "encrypt_aes256", "encrypt_rc2", "encrypt_tdes", "hash4", "hash8"],
        Kind::Redshift => &["checksum", "farmfingerprint64", "func_sha1", "translate"],
        Kind::Exasol => &[
            "hash_sha512",
            "hash_tiger",
            "hashtype_md5",
            "hashtype_sha1",
            "hashtype_sha256",
            "hashtype_sha512",
            "hashtype_tiger",
        ],
        Kind::StarRocks | Kind::Doris => {
            &["md5sum", "murmur_hash3_32", "murmur_hash3_64", "sm3", "sm3sum", "xx_hash3_64"]
        }
        Kind::Databricks | Kind::Spark | Kind::Hive | Kind::Impala => &["mask_show_first_n", "translate"],
        Kind::DuckDb | Kind::Vertica | Kind::Flink | Kind::Sqlite | Kind::Generic => &[],
    }
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
    word.starts_with(['@', '$', ':', '?', '&']) || PSEUDO.contains(&word.as_str()) || own.contains(&word.as_str())
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
        ],
        Kind::Snowflake => &[
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

const DATE_PARTS: &[&str] = &[
    "century",
    "d",
    "date",
    "day",
    "dayofmonth",
    "dayofweek",
    "dayofyear",
    "dd",
    "decade",
    "dow",
    "doy",
    "dw",
    "dy",
    "epoch",
    "h",
    "hh",
    "hour",
    "hr",
    "isodow",
    "isoweek",
    "isoyear",
    "m",
    "mcs",
    "mi",
    "microsecond",
    "millennium",
    "millisecond",
    "min",
    "minute",
    "mm",
    "mon",
    "month",
    "ms",
    "n",
    "nanosecond",
    "ns",
    "q",
    "qq",
    "qtr",
    "quarter",
    "s",
    "sec",
    "second",
    "ss",
    "w",
    "week",
    "weekday",
    "weekiso",
    "wk",
    "ww",
    "y",
    "year",
    "yr",
    "yy",
    "yyyy",
];

const AGGREGATES: &[&str] = &[
    "any",
    "any_value",
    "anyheavy",
    "anylast",
    "approx_count_distinct",
    "approx_distinct",
    "approx_percentile",
    "approx_quantiles",
    "approx_top_count",
    "approx_top_sum",
    "arbitrary",
    "arg_max",
    "arg_min",
    "argmax",
    "argmin",
    "array_agg",
    "array_concat_agg",
    "array_union_agg",
    "arrayagg",
    "avg",
    "avgweighted",
    "bit_and",
    "bit_and_agg",
    "bit_or",
    "bit_or_agg",
    "bit_xor",
    "bit_xor_agg",
    "bitand_agg",
    "bitmap_agg",
    "bitmap_union",
    "bitor_agg",
    "bitxor_agg",
    "bool_and",
    "bool_or",
    "booland_agg",
    "boolor_agg",
    "checksum_agg",
    "collect_list",
    "collect_set",
    "corr",
    "corrstable",
    "count",
    "count_big",
    "count_distinct",
    "count_min_sketch",
    "countdistinct",
    "covar_pop",
    "covar_samp",
    "covarpop",
    "covarsamp",
    "entropy",
    "every",
    "exponentialmovingaverage",
    "first",
    "first_value",
    "geometric_mean",
    "group_concat",
    "grouparray",
    "grouparraysample",
    "groupbitand",
    "groupbitor",
    "groupbitxor",
    "grouping",
    "grouping_id",
    "groupuniqarray",
    "hash_agg",
    "histogram",
    "hll",
    "hll_accumulate",
    "hll_combine",
    "json_agg",
    "json_arrayagg",
    "json_group_array",
    "json_group_object",
    "json_object_agg",
    "json_object_agg_strict",
    "json_objectagg",
    "jsonb_agg",
    "jsonb_object_agg",
    "kurtosis",
    "kurtpop",
    "kurtsamp",
    "last",
    "last_value",
    "list",
    "list_agg",
    "listagg",
    "logical_and",
    "logical_or",
    "mad",
    "map_agg",
    "map_union",
    "max",
    "max_by",
    "mean",
    "median",
    "min",
    "min_by",
    "minhash",
    "mode",
    "multimap_agg",
    "ndv",
    "numeric_histogram",
    "object_agg",
    "percentile",
    "percentile_approx",
    "percentile_cont",
    "percentile_disc",
    "product",
    "quantile",
    "quantile_cont",
    "quantile_disc",
    "quantileexact",
    "quantiles",
    "quantiletiming",
    "range_agg",
    "range_intersect_agg",
    "ratio_to_report",
    "regr_avgx",
    "regr_avgy",
    "regr_count",
    "regr_intercept",
    "regr_r2",
    "regr_slope",
    "regr_sxx",
    "regr_sxy",
    "regr_syy",
    "set_agg",
    "simplelinearregression",
    "skewness",
    "skewpop",
    "skewsamp",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "stddevpop",
    "stddevsamp",
    "stdev",
    "stdevp",
    "string_agg",
    "stringagg",
    "sum",
    "sum_distinct",
    "sumkahan",
    "summap",
    "sumwithoverflow",
    "topk",
    "topkweighted",
    "total",
    "try_avg",
    "try_sum",
    "uniq",
    "uniqcombined",
    "uniqcombined64",
    "uniqexact",
    "uniqhll12",
    "uniqthetasketch",
    "var",
    "var_pop",
    "var_samp",
    "variance",
    "varp",
    "varpop",
    "varsamp",
    "wm_concat",
    "xmlagg",
];

const MASKING: &[&str] = &[
    "aes_encrypt",
    "anonymize",
    "approx_count_distinct",
    "approx_distinct",
    "cityhash64",
    "cityhash_64",
    "count",
    "count_big",
    "count_distinct",
    "countdistinct",
    "crc32",
    "digest",
    "encrypt",
    "encrypt_raw",
    "farm_fingerprint",
    "farmhash64",
    "fnv_hash",
    "halfmd5",
    "hash",
    "hash_md5",
    "hash_sha1",
    "hash_sha256",
    "hashbytes",
    "hll",
    "hmac",
    "left",
    "mask",
    "mask_first_n",
    "mask_hash",
    "mask_inner",
    "mask_last_n",
    "mask_outer",
    "mask_show_first_n",
    "mask_show_last_n",
    "md5",
    "md5_binary",
    "md5_hex",
    "md5_number",
    "md5_number_lower64",
    "md5_number_upper64",
    "metrohash64",
    "murmur_hash",
    "murmurhash2_64",
    "murmurhash3_128",
    "murmurhash3_32",
    "murmurhash3_64",
    "ndv",
    "ora_hash",
    "overlay",
    "pgp_pub_encrypt",
    "pgp_sym_encrypt",
    "redact",
    "regexp_redact",
    "regexp_replace",
    "right",
    "sha",
    "sha1",
    "sha1_binary",
    "sha1_hex",
    "sha2",
    "sha224",
    "sha256",
    "sha2_binary",
    "sha2_hex",
    "sha384",
    "sha512",
    "siphash128",
    "siphash64",
    "standard_hash",
    "substr",
    "substring",
    "substring_index",
    "tokenize",
    "uniq",
    "uniqexact",
    "xxhash32",
    "xxhash64",
    "xxhash_64",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        for table in [DATE_PARTS, AGGREGATES, MASKING] {
            let mut sorted = table.to_vec();
            sorted.sort_unstable();
            assert_eq!(table, sorted.as_slice());
        }
    }
}
