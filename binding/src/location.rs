//! Files and folders that a query names by their address.

use graph::QualifiedName;
use sql::TableName;

/// `s3://bucket/a/b/*.csv` is `a/b` in `s3://bucket`; a path of the machine is in `file`; a stage is nowhere.
pub fn dataset(address: &str) -> Option<QualifiedName> {
    let address = address.trim();
    if let Some(path) = address.strip_prefix("file:") {
        let path = path.trim_start_matches('/');
        return Some(QualifiedName::new("file", folder(&format!("/{path}"))));
    }
    if let Some((scheme, rest)) = address.split_once("://") {
        let (server, path) = rest.split_once('/')?;
        let path = folder(path);
        return (!path.is_empty()).then(|| QualifiedName::new(format!("{scheme}://{server}"), path));
    }
    address.starts_with('/').then(|| QualifiedName::new("file", folder(address)))
}

/// Whether a name is the address of a file or a stage, not of a table.
pub(crate) fn is_address(name: &TableName) -> bool {
    let [part] = name.parts.as_slice() else { return false };
    part.value.contains("://") || part.value.starts_with(['/', '@'])
}

/// Whether a dataset holds what the address names: the same path, or a folder above it.
pub(crate) fn is_within(address: &QualifiedName, dataset: &QualifiedName) -> bool {
    let above = dataset.name.trim_matches('/');
    let rest = address.name.trim_matches('/').strip_prefix(above);
    address.namespace == dataset.namespace && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The path up to the last segment without wildcards.
fn folder(path: &str) -> String {
    let plain = match path.find(['*', '?', '{', '[']) {
        Some(wild) => path[..wild].rfind('/').map_or("", |end| &path[..end]),
        None => path,
    };
    if plain.len() > 1 { plain.trim_end_matches('/').to_owned() } else { plain.to_owned() }
}
