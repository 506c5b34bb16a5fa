//! What people write: an edit as an input of the log, with a body from which it can be said again.

use graph::change::{AuthoredChange, Change, Edit, Input, InputKind, Submission};
use graph::{ContentId, NodeName, OrderKey, Owner, QualifiedName, Tag, Time};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::redact::prose;

/// One edit by one person. The same edit at another time is another input. Credentials in its texts are not kept.
pub fn submission(target: NodeName, edit: Edit, by: &str, at: Time) -> Submission {
    let edit = redacted(edit);
    let body = json!({ "at": at.to_string(), "by": by, "edit": edit_json(&edit), "target": target_json(&target) });
    let body = body.to_string().into_bytes();
    let id = ContentId::of(&body);
    let order = OrderKey { time: at, rank: 0, tie: id };
    let change = AuthoredChange { target, at: order, by: by.to_owned(), edit };
    let input = Input {
        id,
        kind: InputKind::Authored,
        body,
        contents: Vec::new(),
        received_at: at,
        faults: Vec::new(),
        rejected: false,
    };
    Submission { input, changes: vec![Change::Authored(change)] }
}

/// The submission whose body this is.
pub fn replay(body: &[u8]) -> Result<Submission> {
    let id = ContentId::of(body);
    let stored = |message: String| Error::Stored { id, message };
    let value: Value = serde_json::from_slice(body).map_err(|error| stored(error.to_string()))?;
    let read = || {
        let at = value["at"].as_str()?.parse().ok()?;
        Some(submission(target(&value["target"])?, edit(&value["edit"])?, value["by"].as_str()?, at))
    };
    read()
        .ok_or_else(|| stored("expected an edit with `at`, `by`, `edit` and `target`, found something else".to_owned()))
}

fn redacted(edit: Edit) -> Edit {
    let clean = |text: String| prose(&text).unwrap_or(text);
    match edit {
        Edit::Description(text) => Edit::Description(text.map(clean)),
        Edit::AddOwner(owner) => Edit::AddOwner(Owner { name: clean(owner.name), role: owner.role.map(clean) }),
        Edit::RemoveOwner(name) => Edit::RemoveOwner(clean(name)),
        Edit::AddTag(Tag { key, value, source }) => {
            Edit::AddTag(Tag { key: clean(key), value: clean(value), source: source.map(clean) })
        }
        Edit::RemoveTag(name) => Edit::RemoveTag(clean(name)),
    }
}

// Keys stand in order, so that the body is the same however `serde_json` keeps them.
fn target_json(target: &NodeName) -> Value {
    match target {
        NodeName::Namespace(name) => json!({ "kind": "namespace", "name": name }),
        NodeName::Dataset(dataset) => {
            json!({ "kind": "dataset", "name": dataset.name, "namespace": dataset.namespace })
        }
        NodeName::Column(dataset, path) => {
            json!({ "kind": "column", "name": dataset.name, "namespace": dataset.namespace, "path": path })
        }
        NodeName::Job(job) => json!({ "kind": "job", "name": job.name, "namespace": job.namespace }),
        NodeName::Owner(name) => json!({ "kind": "owner", "name": name }),
        NodeName::Tag(name) => json!({ "kind": "tag", "name": name }),
    }
}

fn target(value: &Value) -> Option<NodeName> {
    let name = || text(&value["name"]);
    let qualified = || Some(QualifiedName::new(text(&value["namespace"])?, name()?));
    Some(match value["kind"].as_str()? {
        "namespace" => NodeName::Namespace(name()?),
        "dataset" => NodeName::Dataset(qualified()?),
        "column" => NodeName::Column(qualified()?, text(&value["path"])?),
        "job" => NodeName::Job(qualified()?),
        "owner" => NodeName::Owner(name()?),
        "tag" => NodeName::Tag(name()?),
        _ => return None,
    })
}

fn edit_json(edit: &Edit) -> Value {
    match edit {
        Edit::Description(text) => json!({ "kind": "description", "text": text }),
        Edit::AddOwner(owner) => json!({ "kind": "add-owner", "name": owner.name, "role": owner.role }),
        Edit::RemoveOwner(name) => json!({ "kind": "remove-owner", "name": name }),
        Edit::AddTag(tag) => json!({ "key": tag.key, "kind": "add-tag", "source": tag.source, "value": tag.value }),
        Edit::RemoveTag(name) => json!({ "kind": "remove-tag", "name": name }),
    }
}

fn edit(value: &Value) -> Option<Edit> {
    Some(match value["kind"].as_str()? {
        "description" => Edit::Description(text(&value["text"])),
        "add-owner" => Edit::AddOwner(Owner { name: text(&value["name"])?, role: text(&value["role"]) }),
        "remove-owner" => Edit::RemoveOwner(text(&value["name"])?),
        "add-tag" => Edit::AddTag(Tag {
            key: text(&value["key"])?,
            value: text(&value["value"])?,
            source: text(&value["source"]),
        }),
        "remove-tag" => Edit::RemoveTag(text(&value["name"])?),
        _ => return None,
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(target: NodeName, edit: Edit, expected_body: &str) {
        let said = submission(target, edit, "ada", "2026-11-21T10:00:00.5Z".parse().unwrap());
        assert_eq!(String::from_utf8_lossy(&said.input.body), expected_body);
        let again = replay(&said.input.body).unwrap();
        assert_eq!(format!("{again:?}"), format!("{said:?}"));
    }

    #[test]
    fn every_edit_can_be_said_again() {
        let orders = QualifiedName::new("postgres://db", "shop.orders");
        let owner = Owner { name: "team-a".to_owned(), role: None };
        let tag = Tag { key: "pii".to_owned(), value: String::new(), source: Some("ada".to_owned()) };
        let rest = r#""at":"2026-11-21T10:00:00.5Z","by":"ada""#;
        let dataset = r#""target":{"kind":"dataset","name":"shop.orders","namespace":"postgres://db"}"#;
        check(
            NodeName::Dataset(orders.clone()),
            Edit::Description(Some("All \"orders\"".to_owned())),
            &format!(r#"{{{rest},"edit":{{"kind":"description","text":"All \"orders\""}},{dataset}}}"#),
        );
        check(
            NodeName::Dataset(orders.clone()),
            Edit::Description(None),
            &format!(r#"{{{rest},"edit":{{"kind":"description","text":null}},{dataset}}}"#),
        );
        check(
            NodeName::Job(orders.clone()),
            Edit::AddOwner(owner),
            &format!(
                r#"{{{rest},"edit":{{"kind":"add-owner","name":"team-a","role":null}},"target":{{"kind":"job","name":"shop.orders","namespace":"postgres://db"}}}}"#
            ),
        );
        check(
            NodeName::Column(orders, "address.city".to_owned()),
            Edit::AddTag(tag),
            &format!(
                r#"{{{rest},"edit":{{"key":"pii","kind":"add-tag","source":"ada","value":""}},"target":{{"kind":"column","name":"shop.orders","namespace":"postgres://db","path":"address.city"}}}}"#
            ),
        );
        check(
            NodeName::Namespace("n".to_owned()),
            Edit::RemoveOwner("o".to_owned()),
            &format!(
                r#"{{{rest},"edit":{{"kind":"remove-owner","name":"o"}},"target":{{"kind":"namespace","name":"n"}}}}"#
            ),
        );
        for target in [NodeName::Owner("o".to_owned()), NodeName::Tag("t".to_owned())] {
            let said = submission(target, Edit::RemoveTag("t".to_owned()), "ada", Time::UNIX_EPOCH);
            assert_eq!(format!("{:?}", replay(&said.input.body).unwrap()), format!("{said:?}"));
        }
    }

    #[test]
    fn credentials_are_not_kept_and_prose_is() {
        let kept = |text: &str| {
            let edit = Edit::Description(Some(text.to_owned()));
            let said = submission(NodeName::Tag("t".to_owned()), edit, "ada", Time::UNIX_EPOCH);
            let Change::Authored(change) = &said.changes[0] else { panic!("an edit") };
            let Edit::Description(Some(kept)) = &change.edit else { panic!("a description") };
            assert!(
                String::from_utf8_lossy(&said.input.body).contains(kept.as_str()),
                "the log keeps what the graph does"
            );
            kept.clone()
        };
        assert_eq!(
            kept("read from postgres://etl:hunter2@shop-db:5432/shop"),
            "read from postgres://etl:[redacted]@shop-db:5432/shop"
        );
        let prose = "The password: see the vault. Basic responsibilities, bearer of titles_and_honours.";
        assert_eq!(kept(prose), prose);
    }

    #[test]
    fn a_body_that_is_no_edit_is_refused() {
        let refused = |body: &str| replay(body.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            refused(r#"{"at": 1}"#),
            "input d046839e9977260e39b4275c1961a89d: expected an edit with `at`, `by`, `edit` and `target`, found something else"
        );
    }
}
