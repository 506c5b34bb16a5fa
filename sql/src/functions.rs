//! What functions do to the values they are given.

use crate::script::Class;

/// What a call does to one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effect {
    pub class: Class,
    pub masking: bool,
}

/// How a function treats its arguments. `name` is its last part, in lower case.
pub(crate) fn effect(name: &str) -> Effect {
    let class = if is_aggregate(name) { Class::Aggregation } else { Class::Transformation };
    Effect { class, masking: is_masking(name) }
}

/// Whether a call without `OVER` makes one value of many rows.
pub(crate) fn is_aggregate(name: &str) -> bool {
    let base = name.strip_suffix("if").filter(|base| base.len() > 2).unwrap_or(name);
    AGGREGATES.binary_search(&base).is_ok() || AGGREGATES.binary_search(&name).is_ok()
}

/// Whether the result no longer shows the value: hashes, encryption, masks, counts.
pub(crate) fn is_masking(name: &str) -> bool {
    MASKING.binary_search(&name).is_ok()
}

/// Whether the first argument only chooses among the others.
pub(crate) fn chooses_by_first(name: &str) -> bool {
    matches!(name, "if" | "iff" | "iif" | "nvl2" | "multiif" | "decode")
}

/// Whether the values of `WITHIN GROUP (ORDER BY …)` are the values aggregated.
pub(crate) fn aggregates_its_order(name: &str) -> bool {
    name.starts_with("percentile") || name == "mode" || name == "approx_percentile"
}

/// Whether a call may take a bare word like `day` that is no column.
pub(crate) fn takes_date_part(name: &str) -> bool {
    const WORDS: [&str; 8] = ["date", "time", "trunc", "last_day", "age", "week", "months_between", "next_day"];
    WORDS.iter().any(|word| name.contains(word))
}

/// Whether a bare word names a part of a date.
pub(crate) fn is_date_part(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let single = word.strip_suffix('s').unwrap_or(&word);
    DATE_PARTS.binary_search(&single).is_ok() || DATE_PARTS.binary_search(&word.as_str()).is_ok()
}

/// Words that look like columns but are values the platform gives.
pub(crate) fn is_pseudo_column(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.starts_with(['@', '$', ':', '?', '&']) || PSEUDO.binary_search(&word.as_str()).is_ok()
}

const PSEUDO: &[&str] = &[
    "_partitiondate",
    "_partitiontime",
    "_table_suffix",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "getdate",
    "level",
    "localtime",
    "localtimestamp",
    "maxvalue",
    "nextval",
    "rownum",
    "session_user",
    "sysdate",
    "system_user",
    "systimestamp",
    "user",
    "utc_date",
    "utc_timestamp",
];

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
    "bit_and",
    "bit_or",
    "bit_xor",
    "bitmap_union",
    "bool_and",
    "bool_or",
    "booland_agg",
    "boolor_agg",
    "checksum_agg",
    "collect_list",
    "collect_set",
    "corr",
    "count",
    "count_big",
    "count_distinct",
    "countdistinct",
    "covar_pop",
    "covar_samp",
    "every",
    "first",
    "first_value",
    "geometric_mean",
    "group_concat",
    "grouparray",
    "grouping",
    "grouping_id",
    "groupuniqarray",
    "histogram",
    "hll",
    "json_agg",
    "json_arrayagg",
    "json_group_array",
    "json_group_object",
    "json_object_agg",
    "json_objectagg",
    "jsonb_agg",
    "jsonb_object_agg",
    "kurtosis",
    "last",
    "last_value",
    "list",
    "list_agg",
    "listagg",
    "logical_and",
    "logical_or",
    "map_agg",
    "max",
    "max_by",
    "mean",
    "median",
    "min",
    "min_by",
    "mode",
    "multimap_agg",
    "ndv",
    "object_agg",
    "percentile",
    "percentile_approx",
    "percentile_cont",
    "percentile_disc",
    "quantile",
    "regr_slope",
    "skewness",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "stdev",
    "stdevp",
    "string_agg",
    "stringagg",
    "sum",
    "sum_distinct",
    "topk",
    "uniq",
    "uniqexact",
    "var",
    "var_pop",
    "var_samp",
    "variance",
    "varp",
    "wm_concat",
    "xmlagg",
];

const MASKING: &[&str] = &[
    "aes_encrypt",
    "anonymize",
    "approx_count_distinct",
    "approx_distinct",
    "bin_to_uuid",
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
    "intdiv_hash",
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
    "ora_hash",
    "pgp_pub_encrypt",
    "pgp_sym_encrypt",
    "redact",
    "regexp_redact",
    "right",
    "rightpad_mask",
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
        for table in [PSEUDO, DATE_PARTS, AGGREGATES, MASKING] {
            let mut sorted = table.to_vec();
            sorted.sort_unstable();
            assert_eq!(table, sorted.as_slice());
        }
    }
}
