//! Small objects that many types share.

use async_graphql::resolver_utils::enum_value;
use async_graphql::{ID, SimpleObject, Value};
use graph::Aspects;
use serde::{Deserialize, Serialize};

use super::enums::{Origin, ReasonCode};
use super::record::{Record, RecordField, record};
use super::scalars::{DateTime, Json};

#[derive(SimpleObject, Clone)]
pub struct Text {
    pub value: String,
    pub origin: Origin,
    pub by: Option<String>,
    pub at: Option<DateTime>,
}

impl Text {
    /// The authored text first, which is the one that counts, then the ingested one.
    pub fn all(authored: &Aspects, ingested: &Aspects) -> Vec<Text> {
        let told = |aspects: &Aspects, origin| aspects.documentation.as_ref().map(|text| Text::of(text, origin));
        let field = || {
            let description = ingested.field.as_ref()?.description.clone()?;
            Some(Text { value: description, origin: Origin::Ingested, by: None, at: None })
        };
        let ingested = told(ingested, Origin::Ingested).or_else(field);
        told(authored, Origin::Authored).into_iter().chain(ingested).collect()
    }

    fn of(text: &graph::Documentation, origin: Origin) -> Text {
        let by = text.by.as_ref();
        Text {
            value: text.text.clone(),
            origin,
            by: by.map(|by| by.principal.clone()),
            at: by.map(|by| DateTime(by.at)),
        }
    }
}

/// A person or a team that owns something.
#[derive(Clone, PartialEq, Debug)]
pub struct Owner {
    pub name: String,
    pub role: Option<String>,
    pub origin: Origin,
}

impl Record for Owner {
    const NAME: &'static str = "Owner";

    fn fields() -> Vec<RecordField<Owner>> {
        vec![
            RecordField::leaf::<String>("name", |owner| owner.name.clone().into()),
            RecordField::leaf::<Option<String>>("type", |owner| owner.role.clone().into()),
            RecordField::leaf::<Origin>("origin", |owner| enum_value(owner.origin)),
        ]
    }
}
record!(Owner);

impl Owner {
    /// Authored owners first; one that is also ingested is told once.
    pub fn all(authored: &Aspects, ingested: &Aspects) -> Vec<Owner> {
        let mut owners: Vec<Owner> = Vec::new();
        let said = authored.owners.iter().map(|owner| (owner, Origin::Authored));
        for (owner, origin) in said.chain(ingested.owners.iter().map(|owner| (owner, Origin::Ingested))) {
            if !owners.iter().any(|known| known.name == owner.name && known.role == owner.role) {
                owners.push(Owner { name: owner.name.clone(), role: owner.role.clone(), origin });
            }
        }
        owners
    }
}

#[derive(SimpleObject, Clone, PartialEq, Debug)]
pub struct Tag {
    pub key: String,
    pub value: String,
    pub source: Option<String>,
    pub origin: Origin,
}

impl Tag {
    /// Authored tags first; one that is also ingested is told once.
    pub fn all(authored: &Aspects, ingested: &Aspects) -> Vec<Tag> {
        let mut tags: Vec<Tag> = Vec::new();
        let said = authored.tags.iter().map(|tag| (tag, Origin::Authored));
        for (tag, origin) in said.chain(ingested.tags.iter().map(|tag| (tag, Origin::Ingested))) {
            if !tags.iter().any(|known| known.key == tag.key && known.value == tag.value) {
                let (key, value, source) = (tag.key.clone(), tag.value.clone(), tag.source.clone());
                tags.push(Tag { key, value, source, origin });
            }
        }
        tags
    }
}

#[derive(SimpleObject, Clone)]
pub struct Facet {
    pub name: String,
    pub value: Json,
}

#[derive(SimpleObject, Serialize, Deserialize, Clone, Default)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

#[derive(SimpleObject, Clone)]
pub struct DatasetName {
    pub namespace: String,
    pub name: String,
}

impl From<&graph::QualifiedName> for DatasetName {
    fn from(name: &graph::QualifiedName) -> DatasetName {
        DatasetName { namespace: name.namespace.clone(), name: name.name.clone() }
    }
}

#[derive(SimpleObject, Clone)]
pub struct DataSource {
    pub name: Option<String>,
    pub uri: Option<String>,
}

/// A revision of the graph and when it was committed.
#[derive(SimpleObject, Serialize, Deserialize, Clone, Copy)]
pub struct Revision {
    pub number: u32,
    pub at: DateTime,
}

impl From<graph::RevisionMeta> for Revision {
    fn from(meta: graph::RevisionMeta) -> Revision {
        Revision { number: meta.revision.0, at: DateTime::of_revision(meta.committed_at) }
    }
}

#[derive(SimpleObject)]
pub struct Version {
    pub revision: Revision,
    pub until: Option<Revision>,
    pub changed: Vec<String>,
}

#[derive(SimpleObject)]
pub struct Statistic {
    pub name: String,
    pub value: f64,
    pub run: Option<ID>,
    pub at: DateTime,
    pub direction: String,
}

#[derive(SimpleObject)]
pub struct Assertion {
    pub assertion: String,
    pub column: Option<String>,
    pub success: bool,
    pub severity: Option<String>,
    pub run: Option<ID>,
    pub at: DateTime,
}

/// A query as it was sent, and its dialect when known.
#[derive(SimpleObject, Clone)]
pub struct StoredQuery {
    pub text: String,
    pub dialect: Option<String>,
}

impl From<&graph::Query> for StoredQuery {
    fn from(query: &graph::Query) -> StoredQuery {
        StoredQuery { text: query.text.clone(), dialect: query.dialect.clone() }
    }
}

#[derive(SimpleObject, Clone)]
pub struct SourceCode {
    pub language: String,
    pub code: String,
}

#[derive(SimpleObject, Serialize, Deserialize, Clone)]
pub struct Reason {
    pub code: ReasonCode,
    pub message: String,
    pub count: u64,
    /// the jobs whose queries it is about, at most 20; empty when it is about no job in particular
    pub about: Vec<ID>,
}

/// An optional text for a flat record.
pub fn text_or_null(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| Value::String(text.to_owned()))
}
