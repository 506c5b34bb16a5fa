//! What functions want and give.

/// What an argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Any,
    Number,
    /// A number that is added up.
    Sum,
    Text,
    /// Text, bytes, or a collection.
    Sized,
    Temporal,
    /// A number or a date, cut to a part of it.
    Rounded,
    Condition,
    Json,
    Array,
    /// Anything that has an order.
    Ordered,
    /// Of one type with the other arguments that are so wanted.
    Alike,
}

/// What a call gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Give {
    Integer,
    Number,
    Float,
    Text,
    Boolean,
    Date,
    Timestamp,
    Json,
    /// The type of its first argument.
    First,
    /// The type that all of the arguments of one type have.
    Common,
    Sum,
    Average,
    Collected,
    /// What it is, is not known.
    Something,
}

/// Names in lower case, what the arguments must be (the last counts for all after it), and the result.
type Signature = (&'static [&'static str], &'static [Want], Give);

/// What a function wants, apart from the word that says a part of a date, and what it gives; `None` for one that is
/// not known.
pub(super) fn signature(name: &str) -> Option<(&'static [Want], Give)> {
    let known = SIGNATURES.iter().find(|(names, ..)| names.contains(&name));
    known.map(|(_, wants, gives)| (*wants, *gives))
}

use Want::{Alike, Any, Array, Condition, Json, Number, Ordered, Rounded, Sized, Sum, Temporal, Text};

#[rustfmt::skip]
const SIGNATURES: &[Signature] = &[
    (&["abs", "ceil", "ceiling", "floor", "round", "truncate", "negative", "mod"], &[Number], Give::First),
    (&["trunc"], &[Rounded], Give::First),
    (&["sign"], &[Number], Give::Integer),
    (&["sqrt", "exp", "ln", "log", "log2", "log10", "power", "pow", "sin", "cos", "tan", "asin", "acos", "atan", "atan2",
       "cbrt", "degrees", "radians", "square", "safe_divide", "div0", "safe_multiply"], &[Number], Give::Number),
    (&["bitand", "bitor", "bitxor", "bit_and", "bit_or", "bit_xor", "width_bucket", "div"], &[Number], Give::Integer),
    (&["sum", "sumif", "sum_if", "sumornull", "total"], &[Sum, Condition], Give::Sum),
    (&["avg", "mean", "average", "avgif", "avg_if"], &[Sum, Condition], Give::Average),
    (&["stddev", "stddev_pop", "stddev_samp", "stdev", "stdevp", "std", "variance", "var_pop", "var_samp", "var", "varp",
       "corr", "covar_pop", "covar_samp", "skewness", "kurtosis", "regr_slope", "regr_intercept"], &[Sum], Give::Float),
    (&["median", "percentile_cont", "approx_percentile", "quantile", "percentile", "percentile_approx"],
       &[Sum, Any], Give::Float),
    (&["count", "count_big", "approx_count_distinct", "approx_distinct", "ndv", "uniq", "uniqexact", "grouping", "hash",
       "fnv_hash", "farm_fingerprint", "xxhash64", "hll"], &[Any], Give::Integer),
    (&["countif", "count_if"], &[Condition], Give::Integer),
    (&["bool_and", "bool_or", "every", "logical_and", "logical_or", "booland_agg", "boolor_agg"], &[Condition], Give::Boolean),
    (&["min", "max", "greatest", "least", "mode", "first", "last", "any_value", "arbitrary", "any", "anylast",
       "first_value", "last_value"], &[Ordered], Give::Common),
    (&["lag", "lead", "nth_value"], &[Any], Give::First),
    (&["minif", "maxif"], &[Ordered, Condition], Give::First),
    (&["min_by", "max_by", "argmin", "argmax", "arg_min", "arg_max"], &[Any, Ordered], Give::First),
    (&["row_number", "rank", "dense_rank", "ntile"], &[Any], Give::Integer),
    (&["percent_rank", "cume_dist"], &[Any], Give::Float),
    (&["array_agg", "collect_list", "collect_set", "grouparray", "groupuniqarray", "list"], &[Any], Give::Collected),
    (&["string_agg", "listagg"], &[Text, Any], Give::Text),
    (&["group_concat", "concat_ws", "format", "printf"], &[Any], Give::Text),
    (&["coalesce", "ifnull", "nvl", "isnull", "zeroifnull"], &[Alike], Give::Common),
    (&["nullif"], &[Alike], Give::First),
    (&["if", "iff", "iif", "nvl2"], &[Condition, Alike], Give::Common),
    (&["lower", "upper", "initcap", "trim", "ltrim", "rtrim", "btrim", "lcase", "ucase", "reverse", "replace", "translate",
       "regexp_replace", "regexp_extract", "regexp_substr", "soundex", "quote_ident", "normalize", "unaccent",
       "split_part", "substring_index", "parse_url", "url_encode", "url_decode", "collate"], &[Text, Any], Give::Text),
    (&["substr", "substring", "left", "right", "mid", "lpad", "rpad", "repeat", "overlay", "insert", "stuff"],
       &[Text, Any], Give::Text),
    (&["length", "len", "octet_length", "bit_length", "datalength"], &[Sized], Give::Integer),
    (&["char_length", "character_length", "lengthutf8", "ascii", "unicode", "instr", "strpos", "charindex", "locate",
       "position", "regexp_count", "regexp_instr", "levenshtein", "editdistance"], &[Text, Text, Any], Give::Integer),
    (&["starts_with", "startswith", "ends_with", "endswith", "contains", "regexp_like", "regexp_contains", "regexp_matches",
       "rlike", "contains_substr", "like", "ilike"], &[Text], Give::Boolean),
    (&["concat"], &[Any], Give::Text),
    (&["split", "string_to_array", "regexp_split_to_array", "strtok_to_array"], &[Text, Any], Give::Something),
    (&["md5", "sha1", "sha2", "sha256", "sha512", "to_hex", "hex", "base64", "to_base64", "sha"], &[Sized, Any], Give::Text),
    (&["parse_json", "parsejson", "json_parse", "from_json", "try_parse_json"], &[Text, Any], Give::Json),
    (&["json_extract", "json_query", "get_path", "json_extract_path", "jsonb_extract_path", "json_array_elements",
       "jsonb_array_elements", "json_extract_array"], &[Json, Any], Give::Json),
    (&["json_value", "json_extract_scalar", "json_extract_string", "json_extract_path_text", "json_unquote",
       "get_json_object", "jsonextractstring"], &[Json, Any], Give::Text),
    (&["json_object", "json_build_object", "to_json", "to_jsonb", "object_construct", "to_variant", "row_to_json"],
       &[Any], Give::Json),
    (&["to_json_string", "typeof", "pg_typeof", "to_char", "to_varchar", "to_string", "tostring", "str", "format_number",
       "char", "chr", "quote_literal"], &[Any], Give::Text),
    (&["array_length", "cardinality", "array_size", "size", "list_length", "array_position", "array_upper"],
       &[Array, Any], Give::Integer),
    (&["array_contains", "has", "list_contains", "array_overlap"], &[Any], Give::Boolean),
    (&["array_to_string", "array_join", "list_aggregate"], &[Array, Any], Give::Text),
    (&["element_at", "array_distinct", "array_sort", "flatten", "array_concat", "array_remove", "unnest", "explode"],
       &[Array, Any], Give::Something),
    (&["year", "month", "day", "hour", "minute", "second", "quarter", "week", "weekofyear", "isoweek", "dayofweek",
       "dayofmonth", "dayofyear", "day_of_week", "day_of_year", "yearofweek", "monthname", "dayname", "toyear", "tomonth",
       "toyyyymm", "toyyyymmdd", "tohour", "todayofweek", "yearweek", "to_days", "epoch", "epoch_ms", "unix_date",
       "unix_seconds", "unix_millis", "unix_micros", "julian"], &[Temporal, Any], Give::Integer),
    (&["last_day", "next_day", "add_months", "todate", "tomonday", "tostartofmonth", "tostartofweek", "tostartofyear",
       "tostartofquarter", "eomonth", "date"], &[Temporal, Any], Give::Date),
    (&["months_between", "age"], &[Temporal], Give::Something),
    (&["format_date", "format_timestamp", "format_datetime"], &[Any, Temporal], Give::Text),
    (&["date_format"], &[Temporal, Any], Give::Text),
    (&["date_part", "datepart", "datename", "extract"], &[Temporal], Give::Integer),
    (&["date_trunc", "datetrunc", "timestamp_trunc", "datetime_trunc"], &[Temporal], Give::Something),
    (&["datediff", "timestampdiff", "date_diff", "timestamp_diff", "datetime_diff"], &[Temporal], Give::Integer),
    (&["dateadd", "timestampadd", "timeadd"], &[Number, Temporal], Give::Something),
    (&["date_add", "date_sub", "adddate", "subdate", "timestamp_add", "timestamp_sub", "datetime_add", "datetime_sub"],
       &[Temporal, Any], Give::Something),
    (&["convert_timezone", "from_utc_timestamp", "to_utc_timestamp", "at_timezone", "tostartofhour", "tostartofday"],
       &[Any], Give::Timestamp),
    (&["to_date", "try_to_date"], &[Any], Give::Date),
    (&["parse_date", "str_to_date"], &[Text, Any], Give::Date),
    (&["parse_timestamp", "parse_datetime"], &[Text], Give::Timestamp),
    (&["from_unixtime", "timestamp_seconds", "timestamp_millis", "timestamp_micros", "make_timestamp", "date_from_unix_date"],
       &[Number, Any], Give::Timestamp),
    (&["to_timestamp", "to_timestamp_ntz", "to_timestamp_tz", "to_timestamp_ltz", "timestamp", "datetime",
       "parsedatetimebesteffort", "todatetime"], &[Any], Give::Timestamp),
    (&["to_number", "to_decimal", "to_numeric", "try_to_number", "try_to_decimal", "tonumber"], &[Any], Give::Number),
    (&["toint32", "toint64", "touint32", "touint64", "toint8", "toint16"], &[Any], Give::Integer),
    (&["tofloat64", "to_double", "tofloat32"], &[Any], Give::Float),
    (&["unix_timestamp", "to_unixtime", "tounixtimestamp"], &[Any], Give::Integer),
];
