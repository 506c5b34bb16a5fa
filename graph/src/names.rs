//! Names as platforms compare them: canonical keys, and rules that rewrite namespaces on read.

use crate::model::{NodeName, QualifiedName};

/// How a platform treats the names of its datasets and columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct CaseRule {
    datasets: bool,
    columns: bool,
    /// Names may carry SQL quotes, which do not belong to the name.
    quoted: bool,
}

const FOLDED: CaseRule = CaseRule { datasets: false, columns: false, quoted: true };
const EXACT: CaseRule = CaseRule { datasets: true, columns: true, quoted: true };
const TABLES_EXACT: CaseRule = CaseRule { datasets: true, columns: false, quoted: true };
const PATHS: CaseRule = CaseRule { datasets: true, columns: true, quoted: false };

/// The platform of a namespace: its scheme, or the whole when there is none. `postgres://h:5` is `postgres`.
pub fn platform(namespace: &str) -> &str {
    let end = namespace.find([':', '/']).unwrap_or(namespace.len());
    let scheme = &namespace[..end];
    scheme.split('+').next().unwrap_or(scheme)
}

/// Case rules by platform, after each platform's documentation. What is not listed is compared exactly.
fn case_rule(namespace: &str) -> CaseRule {
    match platform(namespace).to_ascii_lowercase().as_str() {
        "snowflake" | "oracle" | "redshift" | "hive" | "trino" | "presto" | "awsathena" | "databricks"
        | "unitycatalog" | "mssql" | "sqlserver" | "azuresynapse" | "fabric-warehouse" | "duckdb" | "sqlite"
        | "teradata" | "db2" | "vertica" | "exasol" | "h2" | "arn" => FOLDED,
        "bigquery" | "mysql" | "mariadb" | "spanner" => TABLES_EXACT,
        "file" | "s3" | "s3a" | "s3n" | "gs" | "gcs" | "hdfs" | "abfss" | "abfs" | "wasbs" | "wasb" | "dbfs"
        | "kafka" | "pubsub" | "unknown" => PATHS,
        _ => EXACT,
    }
}

/// The key under which a node is found; two names with the same key in the same place are the same node.
pub fn key(name: &NodeName) -> String {
    match name {
        NodeName::Namespace(namespace) => namespace_key(namespace),
        NodeName::Dataset(dataset) => dataset_key(dataset),
        NodeName::Column(dataset, path) => column_key(&dataset.namespace, path),
        NodeName::Job(job) => job.name.trim().to_owned(),
        NodeName::Owner(owner) => owner.trim().to_lowercase(),
        NodeName::Tag(tag) => tag.trim().to_lowercase(),
    }
}

/// A namespace without trailing slashes, its scheme in lower case.
pub fn namespace_key(namespace: &str) -> String {
    let trimmed = namespace.trim();
    let trimmed = if trimmed.ends_with("://") { trimmed } else { trimmed.trim_end_matches('/') };
    match trimmed.split_once("://") {
        Some((scheme, rest)) => format!("{}://{rest}", scheme.to_ascii_lowercase()),
        None => trimmed.to_owned(),
    }
}

fn dataset_key(dataset: &QualifiedName) -> String {
    let rule = case_rule(&dataset.namespace);
    let name = dataset.name.trim();
    if !rule.quoted {
        return if name.len() > 1 { name.trim_end_matches('/').to_owned() } else { name.to_owned() };
    }
    fold(&unquote(name), rule.datasets)
}

/// The key of a dotted column path in a dataset of `namespace`.
pub fn column_key(namespace: &str, path: &str) -> String {
    let rule = case_rule(namespace);
    fold(path.trim(), rule.columns)
}

fn fold(name: &str, exact: bool) -> String {
    if exact { name.to_owned() } else { name.to_lowercase() }
}

/// Takes SQL quotes off each part of a dotted name: `"a"."b"` and `` `a`.b `` are `a.b`.
fn unquote(name: &str) -> String {
    if !name.contains(['"', '`']) {
        return name.to_owned();
    }
    let mut out = String::with_capacity(name.len());
    let mut chars = name.chars().peekable();
    let mut inside: Option<char> = None;
    while let Some(c) = chars.next() {
        match inside {
            Some(quote) if c == quote && chars.peek() == Some(&quote) => {
                out.push(c);
                chars.next();
            }
            Some(quote) if c == quote => inside = None,
            None if c == '"' || c == '`' => inside = Some(c),
            Some(_) | None => out.push(c),
        }
    }
    out
}

/// Rules that rename namespaces on read: several spellings of one server become one, and a rule can be changed or
/// taken back later, since nothing stored is touched. The first rule that fits is applied, once.
#[derive(Clone, Default, Debug)]
pub struct Rewrites(Vec<Rewrite>);

#[derive(Clone, Debug)]
struct Rewrite {
    from: Pattern,
    to: String,
}

#[derive(Clone, Debug)]
enum Pattern {
    Exact(String),
    /// Text before and after one `*`; what it stands for replaces the `*` of the target.
    Star(String, String),
}

impl Rewrites {
    /// Rules as pairs of from and to; `from` may have one `*`, and then `to` may too.
    pub fn new<'a>(rules: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Rewrites, String> {
        rules.into_iter().map(|(from, to)| Rewrite::new(from, to)).collect::<Result<_, _>>().map(Rewrites)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The namespace to show instead, when a rule changes it.
    pub fn apply(&self, namespace: &str) -> Option<String> {
        let new = self.0.iter().find_map(|rule| rule.apply(namespace))?;
        (new != namespace).then_some(new)
    }
}

impl Rewrite {
    fn new(from: &str, to: &str) -> Result<Rewrite, String> {
        let pattern = match from.split_once('*') {
            None => Pattern::Exact(namespace_key(from)),
            Some((_, after)) if after.contains('*') => {
                return Err(format!("namespace rule `{from}`: expected at most one `*`"));
            }
            Some((before, after)) => Pattern::Star(before.to_owned(), after.to_owned()),
        };
        let stars = to.matches('*').count();
        let allowed = usize::from(matches!(pattern, Pattern::Star(..)));
        if stars > allowed {
            return Err(format!(
                "namespace rule `{from}` = `{to}`: expected at most {allowed} `*` in the target, found {stars}"
            ));
        }
        Ok(Rewrite { from: pattern, to: to.to_owned() })
    }

    fn apply(&self, namespace: &str) -> Option<String> {
        match &self.from {
            Pattern::Exact(from) => (*from == namespace_key(namespace)).then(|| self.to.clone()),
            Pattern::Star(before, after) => {
                let middle = namespace.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
                Some(self.to.replacen('*', middle, 1))
            }
        }
    }
}
