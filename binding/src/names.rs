//! Dataset names as lists of parts, and back.

use graph::names::{key, platform};
use graph::{NodeName, QualifiedName};
use sql::{Dialect, Ident, TableName};

/// The dataset that a completely written table name means on a server, spelled as its platform stores it.
///
/// ```
/// let dialect = sql::Dialect::from_name("postgres").expect("a dialect");
/// let name = sql::TableName { parts: ["Shop", "public", "orders"].map(sql::Ident::plain).to_vec() };
/// let dataset = binding::dataset_name("postgres://db:5432", &name, dialect);
/// assert_eq!(dataset.name, "shop.public.orders");
/// ```
pub fn dataset_name(namespace: &str, table: &TableName, dialect: Dialect) -> QualifiedName {
    let parts: Vec<String> = table.parts.iter().map(|part| dialect.stored(&part.value, part.quoted)).collect();
    QualifiedName::new(namespace, join(namespace, &parts))
}

/// A dataset name taken apart.
pub(crate) struct Parts<'a> {
    pub dataset: &'a QualifiedName,
    pub parts: Vec<String>,
    /// A file or folder: the parts are the segments of its path, and tables have it by another name.
    pub is_path: bool,
}

impl<'a> Parts<'a> {
    pub fn of(dataset: &'a QualifiedName) -> Parts<'a> {
        let is_path = is_path(&dataset.namespace);
        let parts = if is_path {
            dataset.name.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
        } else if is_glue(&dataset.namespace) {
            dataset.name.trim_start_matches("table/").split('/').map(str::to_owned).collect()
        } else {
            split(&dataset.name)
        };
        Parts { dataset, parts, is_path }
    }

    /// Whether the last parts of both are the same, as the platform compares them.
    pub fn ends_like(&self, idents: &[Ident], dialect: Dialect) -> bool {
        let same = |(part, ident): (&String, &Ident)| {
            folded(&self.dataset.namespace, part)
                == folded(&self.dataset.namespace, &dialect.stored(&ident.value, ident.quoted))
        };
        !self.is_path && self.parts.iter().rev().zip(idents.iter().rev()).all(same)
    }

    /// The same without regard to case, for unquoted names; a path matches by its last segment alone.
    pub fn ends_loosely_like(&self, idents: &[Ident]) -> bool {
        let same = |(part, ident): (&String, &Ident)| !ident.quoted && part.eq_ignore_ascii_case(&ident.value);
        if self.is_path {
            let table = self.parts.last().zip(idents.last());
            return table.is_some_and(|(part, ident)| part.eq_ignore_ascii_case(&ident.value));
        }
        self.parts.iter().rev().zip(idents.iter().rev()).all(same)
    }

    /// The name that `idents` have beside this dataset: the same server, and the same outer parts as far as they lack.
    pub fn beside(&self, idents: &[Ident], dialect: Dialect) -> QualifiedName {
        let outer = self.parts.len().saturating_sub(idents.len());
        let mut parts = self.parts[..outer].to_vec();
        parts.extend(idents.iter().map(|ident| self.spelled(ident, dialect)));
        QualifiedName::new(self.dataset.namespace.as_str(), join(&self.dataset.namespace, &parts))
    }

    /// As the platform stores it, but in lower case where it would be upper and this dataset is written in lower case.
    fn spelled(&self, ident: &Ident, dialect: Dialect) -> String {
        let stored = dialect.stored(&ident.value, ident.quoted);
        let lower = stored.to_lowercase();
        let same = folded(&self.dataset.namespace, &stored) == folded(&self.dataset.namespace, &lower);
        let here_lower = !self.dataset.name.contains(char::is_uppercase);
        if same && here_lower && !ident.quoted { lower } else { stored }
    }
}

fn folded(namespace: &str, part: &str) -> String {
    key(&NodeName::Dataset(QualifiedName::new(namespace, part)))
}

fn join(namespace: &str, parts: &[String]) -> String {
    if is_glue(namespace) { format!("table/{}", parts.join("/")) } else { parts.join(".") }
}

fn is_glue(namespace: &str) -> bool {
    namespace.starts_with("arn:") && namespace.contains(":glue:")
}

pub(crate) fn is_path(namespace: &str) -> bool {
    let paths = ["file", "s3", "s3a", "s3n", "gs", "gcs", "hdfs", "abfss", "abfs", "wasbs", "wasb", "dbfs"];
    paths.contains(&platform(namespace).to_ascii_lowercase().as_str())
}

/// The parts of a dotted name; quotes around a part do not belong to it, and dots within them do not divide.
fn split(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut inside: Option<char> = None;
    for c in name.trim().chars() {
        match inside {
            Some(quote) if c == quote => inside = None,
            None if c == '"' || c == '`' => inside = Some(c),
            None if c == '.' => parts.push(String::new()),
            Some(_) | None => parts.iter_mut().next_back().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts
}
