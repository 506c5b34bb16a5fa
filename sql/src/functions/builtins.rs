//! Functions that platforms bring along.

use std::sync::LazyLock;

use foldhash::{HashSet, HashSetExt};

use super::{is_aggregate, is_masking};
use crate::dialect::Kind;

/// Names in lower case, of all platforms together: what is a function of one is hardly a user's function of another.
static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let mut names = HashSet::new();
    names.extend(include_str!("builtins.txt").split_whitespace());
    names
});

/// Whether a function of that name, in lower case, is one that some platform brings along.
pub(crate) fn is_builtin(name: &str, kind: Kind) -> bool {
    // Families that name their members by their own beginnings.
    const FAMILIES: [&str; 8] = ["st_", "h3_", "pg_", "system$", "ai_", "sys_", "mz_", "gp_"];
    NAMES.contains(name)
        || is_aggregate(name)
        || is_masking(name, kind)
        || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// Whether a qualifier, in lower case, holds functions of a platform.
pub(crate) fn is_owner(name: &str) -> bool {
    const OWNERS: [&str; 20] = [
        "aead",
        "ai",
        "cortex",
        "hll_count",
        "information_schema",
        "keys",
        "kll_quantiles",
        "ml",
        "net",
        "obj",
        "pg_catalog",
        "safe",
        "snowflake",
        "sys",
        "sysfun",
        "sysibm",
        "sysproc",
        "syslib",
        "system",
        "td_sysfnlib",
    ];
    OWNERS.contains(&name) || name.starts_with("dbms_") || name.starts_with("utl_")
}
