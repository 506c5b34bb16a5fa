//! In which dialect a query is read.

use std::collections::BTreeSet;

use graph::derive::QueryContext;
use graph::names::platform;
use graph::{QualifiedName, Query, QueryFault};
use sql::Dialect;

use crate::derive::fault;

/// The dialect that the query names; else that of the platform it ran on; else generic, with a fault that says so.
pub(crate) fn choose(query: &Query, context: &QueryContext, faults: &mut Vec<QueryFault>) -> Option<Dialect> {
    if let Some(name) = query.dialect.as_deref().filter(|name| !name.trim().is_empty()) {
        match Dialect::from_name(name.trim()) {
            Ok(dialect) => return Some(dialect),
            Err(unknown) => faults.push(fault("unknown-dialect", unknown.to_string(), None)),
        }
    }
    let datasets = || context.inputs.iter().chain(&context.outputs);
    if let Some(dialect) = datasets().find_map(|dataset| of_platform(&dataset.namespace)) {
        return Some(dialect);
    }
    faults.push(fault("no-dialect", guessed(datasets()), None));
    Dialect::from_name("generic").ok()
}

/// The dialect that the platform of a namespace speaks; none for files, topics and what is not known.
pub fn of_platform(namespace: &str) -> Option<Dialect> {
    let platform = platform(namespace).to_ascii_lowercase();
    let name = match platform.as_str() {
        "awsathena" => "athena",
        "azuresynapse" | "fabric-warehouse" => "tsql",
        "unitycatalog" => "databricks",
        "arn" if namespace.contains(":glue:") => "athena",
        "crate" | "cratedb" => "postgres",
        "oceanbase" => "mysql",
        other => other,
    };
    Dialect::from_name(name).ok()
}

fn guessed<'a>(datasets: impl Iterator<Item = &'a QualifiedName>) -> String {
    let platforms: BTreeSet<String> = datasets.map(|dataset| format!("\"{}\"", platform(&dataset.namespace))).collect();
    let platforms: Vec<String> = platforms.into_iter().take(5).collect();
    let found = if platforms.is_empty() { "no datasets".to_owned() } else { format!("only {}", platforms.join(", ")) };
    format!(
        "the query names no dialect: expected one, or an input or output on a database to tell it by, found {found}; \
         it was read as generic SQL"
    )
}
