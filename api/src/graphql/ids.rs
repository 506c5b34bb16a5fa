//! Public ids: made of names, so that they can be read, written by hand and kept in a link. `dataset:<namespace>:<name>`
//! and so on, where `%`, `:` and control characters of a part are percent-encoded.

use std::borrow::Cow;
use std::fmt::Write;

use graph::{EdgeId, NodeName, QualifiedName};

use super::error::{ApiError, Result};

/// What a public id names.
#[derive(Clone, PartialEq, Debug)]
pub enum PublicId {
    Node(NodeName),
    Run(RunName),
    Edge(EdgeId),
}

/// A run by the name of its job and the run id as it was sent; the job may be left out.
#[derive(Clone, PartialEq, Debug)]
pub struct RunName {
    pub job: Option<QualifiedName>,
    pub run: String,
}

const EXPECTED: &str = "`dataset:<namespace>:<name>`, `column:<namespace>:<dataset>:<path>`, `job:<namespace>:<name>`, \
     `run:<namespace>:<job>:<run id>`, `owner:<name>`, `tag:<key>`, `namespace:<name>` or `edge:<number>`, where `:` \
     and `%` within a part are written `%3A` and `%25`";

pub const EXPECTED_NODE: &str = "the id of a dataset, a column or a job";
pub const EXPECTED_RUN: &str = "a run id, or `run:<namespace>:<job>:<run id>`";
pub const EXPECTED_EDGE: &str = "`edge:<number>`";

/// The id of a node.
pub fn node(name: &NodeName) -> String {
    match name {
        NodeName::Namespace(namespace) => join("namespace", &[namespace]),
        NodeName::Dataset(dataset) => join("dataset", &[&dataset.namespace, &dataset.name]),
        NodeName::Column(dataset, path) => join("column", &[&dataset.namespace, &dataset.name, path]),
        NodeName::Job(job) => join("job", &[&job.namespace, &job.name]),
        NodeName::Owner(owner) => join("owner", &[owner]),
        NodeName::Tag(tag) => join("tag", &[tag]),
    }
}

pub fn run(job: &QualifiedName, run: &str) -> String {
    join("run", &[&job.namespace, &job.name, run])
}

pub fn edge(edge: EdgeId) -> String {
    format!("edge:{}", edge.0)
}

/// Reads what `node`, `run` and `edge` write.
pub fn parse(id: &str) -> Result<PublicId> {
    let bad = || ApiError::BadId { found: id.to_owned(), expected: EXPECTED };
    let (kind, rest) = id.split_once(':').ok_or_else(bad)?;
    let parts: Vec<String> = rest.split(':').map(decode).collect::<Option<_>>().ok_or_else(bad)?;
    if parts.iter().any(String::is_empty) {
        return Err(bad());
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let name = match (kind, parts.as_slice()) {
        ("namespace", [namespace]) => NodeName::Namespace((*namespace).to_owned()),
        ("dataset", [namespace, name]) => NodeName::Dataset(QualifiedName::new(*namespace, *name)),
        ("column", [namespace, name, path]) => {
            NodeName::Column(QualifiedName::new(*namespace, *name), (*path).to_owned())
        }
        ("job", [namespace, name]) => NodeName::Job(QualifiedName::new(*namespace, *name)),
        ("owner", [owner]) => NodeName::Owner((*owner).to_owned()),
        ("tag", [tag]) => NodeName::Tag((*tag).to_owned()),
        ("run", [namespace, job, run]) => return Ok(PublicId::Run(run_of(namespace, job, run))),
        ("edge", [number]) => return number.parse().map(|number| PublicId::Edge(EdgeId(number))).map_err(|_| bad()),
        _ => return Err(bad()),
    };
    Ok(PublicId::Node(name))
}

/// The name of a node, of any kind.
pub fn parse_node(id: &str) -> Result<NodeName> {
    match parse(id)? {
        PublicId::Node(name) => Ok(name),
        PublicId::Run(_) | PublicId::Edge(_) => Err(wrong_kind(id, EXPECTED_NODE)),
    }
}

/// The name of a run; a text without `run:` is a run id as it was sent.
pub fn parse_run(id: &str) -> Result<RunName> {
    if !id.starts_with("run:") {
        return match id.is_empty() {
            true => Err(wrong_kind(id, EXPECTED_RUN)),
            false => Ok(RunName { job: None, run: id.to_owned() }),
        };
    }
    match parse(id)? {
        PublicId::Run(name) => Ok(name),
        PublicId::Node(_) | PublicId::Edge(_) => Err(wrong_kind(id, EXPECTED_RUN)),
    }
}

pub fn parse_edge(id: &str) -> Result<EdgeId> {
    match parse(id) {
        Ok(PublicId::Edge(edge)) => Ok(edge),
        Ok(PublicId::Node(_) | PublicId::Run(_)) | Err(_) => Err(wrong_kind(id, EXPECTED_EDGE)),
    }
}

pub fn wrong_kind(id: &str, expected: &'static str) -> ApiError {
    ApiError::BadId { found: id.to_owned(), expected }
}

fn run_of(namespace: &str, job: &str, run: &str) -> RunName {
    RunName { job: Some(QualifiedName::new(namespace, job)), run: run.to_owned() }
}

fn join(kind: &str, parts: &[&str]) -> String {
    let mut id = String::with_capacity(kind.len() + parts.iter().map(|part| part.len() + 5).sum::<usize>());
    id.push_str(kind);
    for part in parts {
        id.push(':');
        id.push_str(&encode(part));
    }
    id
}

fn encode(part: &str) -> Cow<'_, str> {
    let special = |c: char| c == '%' || c == ':' || c.is_control();
    if !part.contains(special) {
        return Cow::Borrowed(part);
    }
    let mut out = String::with_capacity(part.len() + 8);
    for c in part.chars() {
        if special(c) {
            let mut utf8 = [0; 4];
            for byte in c.encode_utf8(&mut utf8).bytes() {
                write!(out, "%{byte:02X}").expect("a string takes any text");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// `None` when a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8.
fn decode(part: &str) -> Option<String> {
    let mut out = Vec::with_capacity(part.len());
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            let digits = std::str::from_utf8(&digits).ok().filter(|digits| !digits.starts_with('+'))?;
            out.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: NodeName, id: &str) {
        assert_eq!(node(&name), id);
        assert_eq!(parse_node(id), Ok(name));
    }

    #[test]
    fn ids_are_made_of_names() {
        let orders = || QualifiedName::new("postgres://shop-db:5432", "shop.public.orders");
        check(NodeName::Dataset(orders()), "dataset:postgres%3A//shop-db%3A5432:shop.public.orders");
        check(NodeName::Column(orders(), "a.b".into()), "column:postgres%3A//shop-db%3A5432:shop.public.orders:a.b");
        check(NodeName::Job(QualifiedName::new("airflow", "100%\n")), "job:airflow:100%25%0A");
        check(NodeName::Owner("team:data".into()), "owner:team%3Adata");
        check(NodeName::Tag("pii=ja/né".into()), "tag:pii=ja/né");
        check(NodeName::Namespace("s3://b".into()), "namespace:s3%3A//b");
    }

    #[test]
    fn runs_and_edges_have_ids() {
        let job = QualifiedName::new("n", "j");
        assert_eq!(run(&job, "a:b"), "run:n:j:a%3Ab");
        assert_eq!(parse_run("run:n:j:a%3Ab"), Ok(RunName { job: Some(job), run: "a:b".into() }));
        assert_eq!(parse_run("8a6f"), Ok(RunName { job: None, run: "8a6f".into() }));
        assert_eq!(parse_edge(&edge(EdgeId(7))), Ok(EdgeId(7)));
    }

    #[track_caller]
    fn check_bad(id: &str) {
        let error = parse(id).expect_err("a malformed id");
        assert_eq!(error.code().graphql(), "BAD_ID");
        assert!(
            error.to_string().starts_with(&format!("id `{id}`: expected `dataset:<namespace>:<name>`, ")),
            "{error}"
        );
    }

    #[test]
    fn malformed_ids_are_refused() {
        for id in [
            "",
            "orders",
            "dataset:",
            "dataset:a",
            "dataset:a:",
            "dataset:a:b:c",
            "table:a:b",
            "edge:x",
            "job:a:%3",
            "job:a:%+1",
        ] {
            check_bad(id);
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let error = parse_edge("job:a:b").expect_err("a job is no edge");
        assert_eq!(error.to_string(), "id `job:a:b`: expected `edge:<number>`");
        assert_eq!(
            parse_node("edge:1").map_err(|error| error.to_string()),
            Err("id `edge:1`: expected the id of a dataset, a column or a job".into())
        );
    }
}
