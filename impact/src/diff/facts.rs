//! What is so of a node, one fact a line, so that two times can be held against each other.

use std::collections::BTreeMap;

use graph::{AliasReason, Aspects, Node, NodeKind, NodeName, Tag};

use crate::personal::{Known, standing};

/// What a fact is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Aspect {
    Description,
    Owner,
    Tag,
    /// Whether it is personal data and of which kind, from tags and from its name: see `personal::standing`.
    PersonalData,
    /// A dataset's or a job's type, a column's data type.
    Type,
    /// The dataset a column belongs to; it is another when datasets become one.
    Dataset,
    /// A column's place among the columns of its dataset, from 0.
    Position,
    /// Whether a column is in the schema; one that is not is only mentioned by lineage.
    Declared,
    Query,
    /// What was not understood of a job's queries.
    QueryFault,
    OtherName,
    Source,
    Storage,
    Lifecycle,
    SourceCode,
    SourceLocation,
}

/// Whose word it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Said {
    Authored,
    Ingested,
}

/// What there can be one value of: the description that was ingested, the tag `pii` that was authored.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fact {
    pub aspect: Aspect,
    pub said: Said,
    /// Which of several: an owner's name, a tag's key, another name; empty where there is but one.
    pub key: String,
}

pub type Facts = BTreeMap<Fact, String>;

/// One fact at two times: none before where it came, none after where it went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AspectChange {
    pub fact: Fact,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Everything that is so of a node. Its schema is told as its columns, which are nodes of their own.
pub fn facts(node: &Node) -> Facts {
    let mut facts = Facts::new();
    for (said, aspects) in [(Said::Ingested, &node.ingested), (Said::Authored, &node.authored)] {
        let mut telling = Telling { facts: &mut facts, said };
        telling.lists(aspects);
        telling.meaning(aspects);
        telling.technical(aspects);
    }
    if let Some(standing) = standing(node) {
        let (said, known) = word(standing.known);
        let mut telling = Telling { facts: &mut facts, said };
        telling.one(Aspect::PersonalData, Some(format!("{known} {}", standing.category.code())));
    }
    let mut telling = Telling { facts: &mut facts, said: Said::Ingested };
    if let NodeName::Column(dataset, _) = &node.name {
        telling.one(Aspect::Dataset, Some(format!("{} {}", dataset.namespace, dataset.name)));
    }
    for name in node.reported_as.iter().skip(1) {
        telling.add(Aspect::OtherName, format!("{} {}", name.namespace, name.name), String::new());
    }
    facts
}

/// What is other in the second than in the first.
pub fn compare(before: &Facts, after: &Facts) -> Vec<AspectChange> {
    let mut keys: Vec<&Fact> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let other = keys.into_iter().filter(|fact| before.get(*fact) != after.get(*fact));
    let told = other.map(|fact| AspectChange {
        fact: fact.clone(),
        before: before.get(fact).cloned(),
        after: after.get(fact).cloned(),
    });
    told.collect()
}

/// Who says so, and how.
fn word(known: Known) -> (Said, &'static str) {
    match known {
        Known::Confirmed => (Said::Authored, "confirmed"),
        Known::Declared => (Said::Ingested, "declared"),
        Known::Detected => (Said::Ingested, "detected"),
        Known::Denied => (Said::Ingested, "denied"),
        Known::Rejected => (Said::Authored, "rejected"),
    }
}

struct Telling<'a> {
    facts: &'a mut Facts,
    said: Said,
}

impl Telling<'_> {
    /// Several values under one key, such as an owner's roles, stand behind each other.
    fn add(&mut self, aspect: Aspect, key: String, value: String) {
        let known = self.facts.entry(Fact { aspect, said: self.said, key }).or_default();
        if known.is_empty() {
            *known = value;
        } else if !value.is_empty() {
            known.push_str(", ");
            known.push_str(&value);
        }
    }

    fn one(&mut self, aspect: Aspect, value: Option<String>) {
        if let Some(value) = value {
            self.add(aspect, String::new(), value);
        }
    }

    fn lists(&mut self, aspects: &Aspects) {
        for owner in sorted(&aspects.owners) {
            self.add(Aspect::Owner, owner.name.clone(), owner.role.clone().unwrap_or_default());
        }
        for Tag { key, value, .. } in sorted(&aspects.tags) {
            self.add(Aspect::Tag, key.clone(), value.clone());
        }
        for alias in &aspects.aliases {
            let reason = match alias.reason {
                AliasReason::Symlink => "symlink",
                AliasReason::Rename => "renamed from",
            };
            self.add(Aspect::OtherName, format!("{} {}", alias.name.namespace, alias.name.name), reason.to_owned());
        }
        for fault in aspects.query_faults.iter().flat_map(|query| &query.faults) {
            self.add(Aspect::QueryFault, format!("{}: {}", fault.code, fault.message), String::new());
        }
    }

    fn meaning(&mut self, aspects: &Aspects) {
        self.one(Aspect::Description, aspects.documentation.as_ref().map(|text| text.text.clone()));
        if let Some(field) = &aspects.field {
            if let Some(description) = &field.description {
                self.one(Aspect::Description, Some(description.clone()));
            }
            self.one(Aspect::Type, field.data_type.clone());
            self.one(Aspect::Declared, field.declared.then(|| "true".to_owned()));
            self.one(Aspect::Position, field.declared.then(|| field.position.to_string()));
        }
        self.one(Aspect::Type, aspects.dataset_type.as_ref().map(|of| words([Some(&of.name), of.subtype.as_ref()])));
        let job = aspects.job_type.as_ref();
        let job = job.map(|of| words([of.processing.as_ref(), of.integration.as_ref(), of.job_type.as_ref()]));
        self.one(Aspect::Type, job);
    }

    fn technical(&mut self, aspects: &Aspects) {
        let source = aspects.source.as_ref();
        self.one(Aspect::Source, source.map(|of| words([of.name.as_ref(), of.uri.as_ref()])));
        let storage = aspects.storage.as_ref();
        self.one(Aspect::Storage, storage.map(|of| words([of.layer.as_ref(), of.format.as_ref()])));
        self.one(Aspect::Lifecycle, aspects.lifecycle.as_ref().map(lifecycle));
        self.one(Aspect::Query, aspects.query.as_ref().map(|query| query.text.clone()));
        self.one(Aspect::SourceCode, aspects.source_code.as_ref().map(|code| code.code.clone()));
        self.one(Aspect::SourceLocation, aspects.source_location.as_ref().map(|place| place.url.clone()));
    }
}

fn sorted<T: Ord>(items: &[T]) -> Vec<&T> {
    let mut items: Vec<&T> = items.iter().collect();
    items.sort();
    items
}

fn lifecycle(of: &graph::Lifecycle) -> String {
    let previous = of.previous.as_ref().map(|name| format!("from {} {}", name.namespace, name.name));
    let dropped = of.dropped.then(|| "and not written since".to_owned());
    words([Some(&of.change), previous.as_ref(), dropped.as_ref()])
}

fn words<'a>(parts: impl IntoIterator<Item = Option<&'a String>>) -> String {
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Kinds that a difference tells; owners, tags and namespaces are told as aspects of these.
pub fn is_told(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Dataset | NodeKind::Column | NodeKind::Job)
}
