//! What stands on disk, and how it is made into the domain's types and back. Bodies are JSON, so that a person can
//! read them with the `sqlite3` program.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::change::Fault;
use crate::ids::{ContentId, OrderKey, Time};
use crate::model::*;
use crate::store::{Result, StoreError};

/// A disk form of a domain type.
pub(crate) trait Record: Sized {
    type Domain;
    fn of(domain: &Self::Domain) -> Self;
    fn back(self) -> Self::Domain;
    /// Not worth writing: read back from nothing it is the same.
    fn empty(&self) -> bool {
        false
    }
}

macro_rules! plain {
    ($($kind:ty),*) => {$(
        impl Record for $kind {
            type Domain = $kind;
            fn of(domain: &$kind) -> $kind { domain.clone() }
            fn back(self) -> $kind { self }
            fn empty(&self) -> bool { *self == <$kind>::default() }
        }
    )*};
}
plain!(String, bool, u32);

impl<R: Record> Record for Option<R> {
    type Domain = Option<R::Domain>;
    fn of(domain: &Self::Domain) -> Self {
        domain.as_ref().map(R::of)
    }
    fn back(self) -> Self::Domain {
        self.map(R::back)
    }
    fn empty(&self) -> bool {
        self.is_none()
    }
}

impl<R: Record> Record for Vec<R> {
    type Domain = Vec<R::Domain>;
    fn of(domain: &Self::Domain) -> Self {
        domain.iter().map(R::of).collect()
    }
    fn back(self) -> Self::Domain {
        self.into_iter().map(R::back).collect()
    }
    fn empty(&self) -> bool {
        self.is_empty()
    }
}

/// A struct on disk with the fields of the domain's, each in its own disk form. Absent and empty are the same.
macro_rules! record {
    ($name:ident = $domain:ident { $($field:ident : $kind:ty),* $(,)? }) => {
        #[derive(Serialize, Deserialize, Default)]
        #[serde(default)]
        pub(crate) struct $name {
            $(#[serde(skip_serializing_if = "Record::empty")] $field: $kind,)*
        }

        impl Record for $name {
            type Domain = $domain;
            fn of(domain: &$domain) -> $name {
                $name { $($field: <$kind as Record>::of(&domain.$field)),* }
            }
            fn back(self) -> $domain {
                $domain { $($field: self.$field.back()),* }
            }
            fn empty(&self) -> bool {
                true $(&& self.$field.empty())*
            }
        }
    };
}

#[derive(Serialize, Deserialize, Clone, Copy)]
pub(crate) struct TimeRecord(#[serde(with = "time_text")] pub Time);

impl Default for TimeRecord {
    fn default() -> Self {
        TimeRecord(Time::UNIX_EPOCH)
    }
}

impl Record for TimeRecord {
    type Domain = Time;
    fn of(domain: &Time) -> TimeRecord {
        TimeRecord(*domain)
    }
    fn back(self) -> Time {
        self.0
    }
}

mod time_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::ids::Time;

    pub fn serialize<S: Serializer>(time: &Time, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(time)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Time, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ContentRecord(pub ContentId);

impl Record for ContentRecord {
    type Domain = ContentId;
    fn of(domain: &ContentId) -> ContentRecord {
        ContentRecord(*domain)
    }
    fn back(self) -> ContentId {
        self.0
    }
}

impl Default for ContentRecord {
    fn default() -> Self {
        ContentRecord(ContentId([0; 16]))
    }
}

impl Serialize for ContentRecord {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ContentRecord {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        ContentId::parse(&text)
            .map(ContentRecord)
            .ok_or_else(|| serde::de::Error::custom("expected 32 hexadecimal digits"))
    }
}

/// An order key as 29 bytes whose order is the key's own.
pub(crate) fn key_bytes(key: &OrderKey) -> [u8; 29] {
    let mut bytes = [0; 29];
    let nanos = key.time.as_nanosecond();
    let (seconds, rest) = (nanos.div_euclid(1_000_000_000) as i64, nanos.rem_euclid(1_000_000_000) as u32);
    bytes[..8].copy_from_slice(&((seconds as u64) ^ (1 << 63)).to_be_bytes());
    bytes[8..12].copy_from_slice(&rest.to_be_bytes());
    bytes[12] = key.rank;
    bytes[13..].copy_from_slice(&key.tie.0);
    bytes
}

/// The opposite of `key_bytes`.
pub(crate) fn key_of(bytes: &[u8]) -> Option<OrderKey> {
    let seconds = u64::from_be_bytes(bytes.get(..8)?.try_into().ok()?) ^ (1 << 63);
    let nanos = u32::from_be_bytes(bytes.get(8..12)?.try_into().ok()?);
    let time = Time::from_nanosecond(i128::from(seconds as i64) * 1_000_000_000 + i128::from(nanos)).ok()?;
    Some(OrderKey { time, rank: *bytes.get(12)?, tie: ContentId(bytes.get(13..29)?.try_into().ok()?) })
}

/// An order key in JSON: 58 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyRecord(pub OrderKey);

impl KeyRecord {
    /// 58 hexadecimal digits whose order is the key's own.
    pub fn text(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = key_bytes(&self.0).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
    }

    /// The opposite of `text`.
    pub fn parse(text: &str) -> Option<KeyRecord> {
        let digit = |c: u8| (c as char).to_digit(16).map(|d| d as u8);
        let bytes: Option<Vec<u8>> =
            text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect();
        key_of(&bytes?).map(KeyRecord)
    }
}

impl Serialize for KeyRecord {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for KeyRecord {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        KeyRecord::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("expected an order key of 58 hexadecimal digits"))
    }
}

record!(NameRecord = QualifiedName { namespace: String, name: String });
record!(AuthorshipRecord = Authorship { principal: String, at: TimeRecord });
record!(DocumentationRecord = Documentation { text: String, content_type: Option<String>, by: Option<AuthorshipRecord> });
record!(OwnerRecord = Owner { name: String, role: Option<String> });
record!(TagRecord = Tag { key: String, value: String, source: Option<String> });
record!(SourceRecord = DataSource { name: Option<String>, uri: Option<String> });
record!(TypeRecord = DatasetType { name: String, subtype: Option<String> });
record!(StorageRecord = Storage { layer: Option<String>, format: Option<String> });
record!(LifecycleRecord = Lifecycle { change: String, previous: Option<NameRecord>, dropped: bool });
record!(FieldRecord = Field {
    path: Vec<String>, data_type: Option<String>, description: Option<String>, position: u32, declared: bool,
});
record!(QueryRecord = Query { text: String, dialect: Option<String> });
record!(CodeRecord = SourceCode { language: String, code: String });
record!(LocationRecord = SourceLocation { kind: Option<String>, url: String });
record!(JobTypeRecord = JobType { processing: Option<String>, integration: Option<String>, job_type: Option<String> });
record!(ParentRecord = ParentRun { run: String, job: NameRecord, root: Option<RootRecord> });
record!(ErrorRecord = RunError { message: String, language: Option<String>, stack_trace: Option<String> });
record!(AspectsRecord = Aspects {
    documentation: Option<DocumentationRecord>,
    owners: Vec<OwnerRecord>,
    tags: Vec<TagRecord>,
    source: Option<SourceRecord>,
    dataset_type: Option<TypeRecord>,
    storage: Option<StorageRecord>,
    lifecycle: Option<LifecycleRecord>,
    schema: Option<ContentRecord>,
    field: Option<FieldRecord>,
    query: Option<QueryRecord>,
    source_code: Option<CodeRecord>,
    source_location: Option<LocationRecord>,
    job_type: Option<JobTypeRecord>,
    query_faults: Vec<QueryFaultsRecord>,
    aliases: Vec<AliasRecord>,
});
record!(QueryFaultsRecord = QueryFaults { query: ContentRecord, faults: Vec<QueryFaultRecord> });
record!(QueryFaultRecord = QueryFault {
    span: Option<SpanRecord>, code: String, message: String, gap: Option<GapRecord>,
});
record!(FaultRecord = Fault { code: String, path: Option<String>, message: String });

/// A place in a text.
#[derive(Serialize, Deserialize)]
pub(crate) struct SpanRecord(u32, u32);

impl Record for SpanRecord {
    type Domain = (u32, u32);
    fn of(domain: &Self::Domain) -> Self {
        SpanRecord(domain.0, domain.1)
    }
    fn back(self) -> Self::Domain {
        (self.0, self.1)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum GapRecord {
    Unparsed,
    UnresolvedDataset,
    UnresolvedColumn,
}

impl Record for GapRecord {
    type Domain = Gap;
    fn of(domain: &Gap) -> Self {
        match domain {
            Gap::Unparsed => GapRecord::Unparsed,
            Gap::UnresolvedDataset => GapRecord::UnresolvedDataset,
            Gap::UnresolvedColumn => GapRecord::UnresolvedColumn,
        }
    }
    fn back(self) -> Gap {
        match self {
            GapRecord::Unparsed => Gap::Unparsed,
            GapRecord::UnresolvedDataset => Gap::UnresolvedDataset,
            GapRecord::UnresolvedColumn => Gap::UnresolvedColumn,
        }
    }
}

#[derive(Serialize, Deserialize, Default)]
pub(crate) struct RootRecord(String, NameRecord);

impl Record for RootRecord {
    type Domain = (String, QualifiedName);
    fn of(domain: &Self::Domain) -> Self {
        RootRecord(domain.0.clone(), NameRecord::of(&domain.1))
    }
    fn back(self) -> Self::Domain {
        (self.0, self.1.back())
    }
}

#[derive(Serialize, Deserialize, Default)]
pub(crate) struct AliasRecord {
    name: NameRecord,
    renamed: bool,
}

impl Record for AliasRecord {
    type Domain = Alias;
    fn of(domain: &Alias) -> Self {
        AliasRecord { name: NameRecord::of(&domain.name), renamed: domain.reason == AliasReason::Rename }
    }
    fn back(self) -> Alias {
        let reason = if self.renamed { AliasReason::Rename } else { AliasReason::Symlink };
        Alias { name: self.name.back(), reason }
    }
}

/// A version of a node: what was ingested and what was authored.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Body {
    pub ingested: Aspects,
    pub authored: Aspects,
    /// Of a dataset: tags of its columns by path, kept until the columns are known.
    pub column_tags: Vec<(String, Tag)>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct BodyRecord {
    #[serde(skip_serializing_if = "Record::empty")]
    ingested: AspectsRecord,
    #[serde(skip_serializing_if = "Record::empty")]
    authored: AspectsRecord,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    column_tags: Vec<(String, TagRecord)>,
}

impl Body {
    pub fn read(text: &str) -> Result<Body> {
        let record: BodyRecord = read(text)?;
        let column_tags = record.column_tags.into_iter().map(|(path, tag)| (path, tag.back())).collect();
        Ok(Body { ingested: record.ingested.back(), authored: record.authored.back(), column_tags })
    }

    pub fn write(&self) -> String {
        let column_tags = self.column_tags.iter().map(|(path, tag)| (path.clone(), TagRecord::of(tag))).collect();
        let (ingested, authored) = (AspectsRecord::of(&self.ingested), AspectsRecord::of(&self.authored));
        write(&BodyRecord { ingested, authored, column_tags })
    }
}

/// What one slot of a node holds: whose it is, the raw facet (none when deleted), and which aspect it stands for.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(pub KeyRecord, pub Option<ContentRecord>, pub u8);

/// All slots of a node.
pub(crate) type Register = BTreeMap<String, Slot>;

/// A run on disk.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
pub(crate) struct RunBody {
    pub events: Vec<(Option<u8>, KeyRecord)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<u32>,
    /// Outputs that the run dropped or renamed away instead of writing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drops: Vec<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<(KeyRecord, ContentRecord, Option<String>)>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facets: BTreeMap<String, RunFacet>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub io: Vec<IoRecord>,
}

/// A claim that won its place: of which output, from which source, and the lineage it states.
#[derive(Serialize, Deserialize, Clone)]
pub(crate) struct ClaimRecord {
    pub output: u32,
    pub source: u8,
    pub key: KeyRecord,
    pub lineage: ContentRecord,
    /// The datasets that it names as sources.
    pub inputs: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct RunFacet {
    pub key: KeyRecord,
    pub raw: ContentRecord,
    #[serde(default, skip_serializing_if = "RunAspect::is_opaque")]
    pub aspect: RunAspect,
}

#[derive(Serialize, Deserialize, Default)]
pub(crate) enum RunAspect {
    #[default]
    Opaque,
    Nominal(Option<TimeRecord>, Option<TimeRecord>),
    Parent(ParentRecord),
    Error(ErrorRecord),
}

impl RunAspect {
    fn is_opaque(&self) -> bool {
        matches!(self, RunAspect::Opaque)
    }
}

/// An input or output facet of a run.
#[derive(Serialize, Deserialize)]
pub(crate) struct IoRecord {
    pub dataset: u32,
    pub output: bool,
    pub slot: String,
    pub key: KeyRecord,
    pub raw: ContentRecord,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<MeasuredRecord>,
}

#[derive(Serialize, Deserialize)]
pub(crate) enum MeasuredRecord {
    #[serde(rename = "s")]
    Statistic(String, f64),
    #[serde(rename = "a")]
    Assertion { assertion: String, column: Option<String>, success: bool, severity: Option<String> },
}

impl Record for MeasuredRecord {
    type Domain = Measured;
    fn of(domain: &Measured) -> Self {
        match domain.clone() {
            Measured::Statistic { name, value } => MeasuredRecord::Statistic(name, value),
            Measured::Assertion { assertion, column, success, severity } => {
                MeasuredRecord::Assertion { assertion, column, success, severity }
            }
        }
    }
    fn back(self) -> Measured {
        match self {
            MeasuredRecord::Statistic(name, value) => Measured::Statistic { name, value },
            MeasuredRecord::Assertion { assertion, column, success, severity } => {
                Measured::Assertion { assertion, column, success, severity }
            }
        }
    }
}

/// The lineage of one output by node ids.
#[derive(Serialize, Deserialize, Clone, Default, PartialEq, Debug)]
pub(crate) struct Lineage {
    pub source: u8,
    pub inputs: Vec<u32>,
    /// source column, target (a column, or the output itself for an influence), kind, masking
    pub edges: Vec<(u32, u32, u8, bool)>,
    /// place in `edges`, text, start, end
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expressions: Vec<(u32, String, u32, u32)>,
    /// the query that was asked for it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derivation: Option<String>,
    /// what that query leaves open; none when it was understood
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Open>,
}

impl Lineage {
    /// Says what the output was made of, be it nothing; a query that was not understood may not.
    pub fn tells(&self) -> bool {
        self.open.is_none() || !self.inputs.is_empty() || !self.edges.is_empty()
    }
}

/// What a query with faults leaves open.
#[derive(Serialize, Deserialize, Clone, Default, PartialEq, Debug)]
pub(crate) struct Open {
    /// kinds of the edges that say so
    pub kinds: Vec<u8>,
    /// what the run around the query read
    pub inputs: Vec<u32>,
}

/// A query with the context it was derived in.
#[derive(Serialize, Deserialize, Default)]
pub(crate) struct DerivationBody {
    pub query: QueryRecord,
    pub job: NameRecord,
    pub inputs: Vec<NameRecord>,
    pub outputs: Vec<NameRecord>,
    /// The outputs it gave lineage to: node and lineage.
    pub gave: Vec<(u32, ContentRecord)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<QueryFaultRecord>,
}

pub(crate) fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| StoreError::Backend(format!("a stored record cannot be read: {e}")))
}

pub(crate) fn write<T: Serialize>(record: &T) -> String {
    serde_json::to_string(record).expect("records have string keys and finite numbers only")
}
