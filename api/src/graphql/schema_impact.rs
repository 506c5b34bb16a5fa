//! What becomes of everything downstream when schemas change, by pages.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::resolver_utils::enum_value;
use async_graphql::{ID, InputObject, SimpleObject, Value};
use graph::{Node, NodeId, Run};
use impact::schema::{self, Proposal};

use super::common::{self, Owner, PageInfo, Reason, text_or_null};
use super::dataset::qualified;
use super::enums::{ChangeOp, RunState, Verdict};
use super::error::{ApiError, Result};
use super::lineage::LineageNode;
use super::reasons::{self, Limits};
use super::record::{Record, RecordField, Rows, record};
use super::scalars::DateTime;
use super::scope::{AsOf, Scope};
use super::{ids, page, walking};
use crate::check::{Counts, Span};

/// changes that are made together, as a change file has them
#[derive(InputObject)]
pub struct SchemaChangeInput {
    pub title: Option<String>,
    pub changes: Vec<ChangeInput>,
}

/// one change; what goes with which `op` is in docs/impact.md
#[derive(InputObject)]
pub struct ChangeInput {
    pub op: ChangeOp,
    pub dataset: DatasetNameInput,
    pub column: Option<String>,
    /// the new name of a column or a dataset
    pub to: Option<String>,
    #[graphql(name = "type")]
    pub data_type: Option<String>,
    pub nullable: Option<bool>,
    pub query: Option<String>,
    pub dialect: Option<String>,
}

/// without a namespace, any ending of the name that is not ambiguous will do
#[derive(InputObject)]
pub struct DatasetNameInput {
    pub namespace: Option<String>,
    pub name: String,
}

#[derive(SimpleObject)]
pub struct SchemaChangeImpact {
    pub revision: common::Revision,
    pub complete: bool,
    pub reasons: Vec<Reason>,
    /// the worst of all consumers
    pub verdict: Verdict,
    pub counts: VerdictCounts,
    /// the most concerned first; a consumer with two owners is counted with both
    pub by_owner: Rows<OwnerCounts>,
    /// the nearest first
    pub by_hop: Rows<HopCounts>,
    /// consumers that have one of the verdicts asked for
    pub total_count: u64,
    /// the worst first, then the nearest
    pub consumers: Rows<SchemaChangeConsumer>,
    pub page_info: PageInfo,
}

/// How many consumers have each verdict.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct VerdictCounts(Counts);

pub struct OwnerCounts {
    owner: Option<String>,
    counts: VerdictCounts,
}

pub struct HopCounts {
    hop: i32,
    counts: VerdictCounts,
}

pub struct SchemaChangeConsumer {
    node: LineageNode,
    job: Option<LineageNode>,
    last_run: Option<ConsumerRun>,
    via: Vec<String>,
    columns: Vec<ConsumerColumn>,
    owners: Vec<Owner>,
    found: schema::Consumer,
}

struct ConsumerRun {
    run: Arc<Run>,
    job: Arc<Node>,
}

struct ConsumerColumn {
    found: schema::ColumnVerdict,
    span: Option<Span>,
}

impl Record for VerdictCounts {
    const NAME: &'static str = "VerdictCounts";

    fn fields() -> Vec<RecordField<VerdictCounts>> {
        let count = RecordField::leaf::<u64>;
        vec![
            count("breaks", |counts: &VerdictCounts| counts.0.breaks.into()),
            count("schemaChanges", |counts: &VerdictCounts| counts.0.schema_changes.into()),
            count("valueChanges", |counts: &VerdictCounts| counts.0.value_changes.into()),
            count("rowsChange", |counts: &VerdictCounts| counts.0.rows_change.into()),
            count("mayBreak", |counts: &VerdictCounts| counts.0.may_break.into()),
            count("safe", |counts: &VerdictCounts| counts.0.safe.into()),
        ]
    }
}
record!(VerdictCounts);

impl Record for OwnerCounts {
    const NAME: &'static str = "OwnerCounts";

    fn fields() -> Vec<RecordField<OwnerCounts>> {
        vec![
            RecordField::leaf::<Option<String>>("owner", |one: &OwnerCounts| text_or_null(one.owner.as_deref()))
                .described("null for what nobody is known to own"),
            RecordField::nested("counts", |one: &OwnerCounts| &one.counts),
        ]
    }
}
record!(OwnerCounts);

impl Record for HopCounts {
    const NAME: &'static str = "HopCounts";

    fn fields() -> Vec<RecordField<HopCounts>> {
        vec![
            RecordField::leaf::<i32>("hop", |one: &HopCounts| one.hop.into()),
            RecordField::nested("counts", |one: &HopCounts| &one.counts),
        ]
    }
}
record!(HopCounts);

impl Record for SchemaChangeConsumer {
    const NAME: &'static str = "SchemaChangeConsumer";
    const DESCRIPTION: Option<&'static str> =
        Some("A dataset downstream, or a job that only reads, and what becomes of it.");

    fn fields() -> Vec<RecordField<SchemaChangeConsumer>> {
        type Field = RecordField<SchemaChangeConsumer>;
        let text = Field::leaf::<Option<String>>;
        vec![
            Field::nested("node", |one| &one.node),
            Field::maybe("job", |one| one.job.as_ref()).described("the job whose query was bound again"),
            Field::maybe("lastRun", |one| one.last_run.as_ref()),
            Field::leaf::<Verdict>("verdict", |one| enum_value(Verdict::from(one.found.verdict))),
            Field::leaf::<bool>("transitive", |one| one.found.transitive.into())
                .described("it fails only because something before it fails"),
            Field::leaf::<i32>("hop", |one| one.node.hop.into()),
            Field::leaf::<Vec<ID>>("via", |one| one.via.iter().cloned().collect::<Value>())
                .described("the datasets between the change and this one"),
            Field::list("columns", |one| one.columns.as_slice()).described("that anything happens to, the worst first"),
            Field::leaf::<String>("reason", |one| one.found.reason.clone().into()),
            Field::list("owners", |one| one.owners.as_slice()),
            text("query", |one| text_or_null(one.found.query.as_ref().map(|query| query.text.as_str())))
                .described("the query that was bound again; null when the verdict rests on lineage alone"),
            text("dialect", |one| text_or_null(one.found.query.as_ref().and_then(|query| query.dialect.as_deref()))),
        ]
    }
}
record!(SchemaChangeConsumer);

impl Record for ConsumerRun {
    const NAME: &'static str = "ConsumerRun";

    fn fields() -> Vec<RecordField<ConsumerRun>> {
        type Field = RecordField<ConsumerRun>;
        let moment = Field::leaf::<Option<DateTime>>;
        vec![
            Field::leaf::<ID>("id", |one| ids::run(qualified(&one.job.name), &one.run.name).into()),
            Field::leaf::<RunState>("state", |one| enum_value(RunState::from(one.run.state))),
            moment("startedAt", |one| told_time(one.run.started_at)),
            moment("endedAt", |one| told_time(one.run.ended_at)),
        ]
    }
}
record!(ConsumerRun);

fn told_time(at: Option<graph::Time>) -> Value {
    at.map_or(Value::Null, |at| at.to_string().into())
}

impl Record for ConsumerColumn {
    const NAME: &'static str = "ConsumerColumn";

    fn fields() -> Vec<RecordField<ConsumerColumn>> {
        type Field = RecordField<ConsumerColumn>;
        vec![
            Field::leaf::<String>("name", |one| one.found.name.clone().into()),
            Field::leaf::<Verdict>("verdict", |one| enum_value(Verdict::from(one.found.verdict))),
            Field::leaf::<String>("reason", |one| one.found.reason.clone().into()),
            Field::leaf::<Option<String>>("expression", |one| text_or_null(one.found.expression.as_deref())),
            Field::maybe("span", |one| one.span.as_ref()).described("the place in the query"),
        ]
    }
}
record!(ConsumerColumn);

impl Record for Span {
    const NAME: &'static str = "QuerySpan";

    fn fields() -> Vec<RecordField<Span>> {
        let number = RecordField::leaf::<u32>;
        vec![
            number("start", |span: &Span| span.start.into()).described("the first byte"),
            number("end", |span: &Span| span.end.into()).described("the byte after the last one"),
            number("line", |span: &Span| span.line.into()).described("counted from 1"),
            number("column", |span: &Span| span.column.into()).described("in characters, counted from 1"),
            RecordField::leaf::<String>("text", |span: &Span| span.text.clone().into())
                .described("the line of the query"),
        ]
    }
}
record!(Span);

/// The arguments of `schemaChangeImpact`.
pub struct Question {
    pub proposal: SchemaChangeInput,
    pub depth: Option<i32>,
    pub limit: Option<i32>,
    pub as_of: Option<AsOf>,
    pub first: Option<i32>,
    pub after: Option<String>,
    pub verdicts: Option<Vec<Verdict>>,
}

/// The most consumers that may be looked at: they are told by pages, so many are no burden.
const CONSUMER_LIMIT: usize = 1_000_000;

pub async fn impact(scope: &Scope, question: Question) -> Result<SchemaChangeImpact> {
    let limits = Limits {
        nodes: page::within("limit", question.limit, 200_000, CONSUMER_LIMIT)?,
        depth: page::within("depth", question.depth, 1000, walking::DEPTH_LIMIT)? as u32,
    };
    let first = page::first(question.first, 100, page::PAGE_LIMIT)?;
    let after = question.after.as_deref().map(Cursor::parse).transpose()?;
    let pinned = after.as_ref().map(|cursor| AsOf::Revision(cursor.revision));
    let meta = scope.revision(question.as_of.or(pinned)).await?;
    let asked = schema::Question {
        proposal: question.proposal.into(),
        depth: limits.depth,
        limit: limits.nodes,
        at: meta.revision,
        deadline: Some(walking::stop_at(scope)),
    };
    let found = schema::judge(scope.store(), &*scope.viewer, &asked).await?;
    let reasons = reasons::told(scope, &found.reasons, &found.causes, limits, meta.revision).await?;
    let (verdict, complete) = (found.verdict().into(), found.complete());
    let groups = Groups::of(&found.consumers);
    let wanted = Wanted { verdicts: question.verdicts, from: after.map_or(0, |cursor| cursor.place), first };
    let (consumers, total_count) = wanted.of(found.consumers);
    let end = wanted.from + consumers.len();
    let has_next_page = (end as u64) < total_count;
    let end_cursor = (!consumers.is_empty()).then(|| Cursor { place: end, revision: meta.revision.0 }.to_string());
    Ok(SchemaChangeImpact {
        revision: meta.into(),
        complete,
        reasons,
        verdict,
        counts: groups.all,
        by_owner: groups.by_owner(),
        by_hop: groups.by_hop(),
        total_count,
        consumers: Rows(told(scope, consumers).await?),
        page_info: PageInfo { has_next_page, end_cursor },
    })
}

impl From<SchemaChangeInput> for Proposal {
    fn from(input: SchemaChangeInput) -> Proposal {
        Proposal { title: input.title, changes: input.changes.into_iter().map(schema::Change::from).collect() }
    }
}

impl From<ChangeInput> for schema::Change {
    fn from(input: ChangeInput) -> schema::Change {
        let ChangeInput { op, dataset, column, to, data_type, nullable, query, dialect } = input;
        let dataset = schema::DatasetName { namespace: dataset.namespace, name: dataset.name };
        schema::Change { op: op.into(), dataset, column, to, data_type, nullable, query, dialect }
    }
}

/// Where a page ends, at the revision at which the first one was read.
pub(super) struct Cursor {
    pub place: usize,
    pub revision: u32,
}

impl Cursor {
    pub fn parse(text: &str) -> Result<Cursor> {
        let parsed = text.split_once('@').and_then(|(place, revision)| {
            Some(Cursor { place: place.parse().ok()?, revision: revision.parse().ok()? })
        });
        parsed.ok_or_else(|| ApiError::bad_argument("after", "an `endCursor` of this list", format!("`{text}`")))
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.place, self.revision)
    }
}

/// Which consumers a page has.
struct Wanted {
    verdicts: Option<Vec<Verdict>>,
    from: usize,
    first: usize,
}

impl Wanted {
    /// Those of the page, and how many all pages have.
    fn of(&self, mut all: Vec<schema::Consumer>) -> (Vec<schema::Consumer>, u64) {
        if let Some(verdicts) = &self.verdicts {
            all.retain(|consumer| verdicts.contains(&consumer.verdict.into()));
        }
        let total = all.len() as u64;
        (all.into_iter().skip(self.from).take(self.first).collect(), total)
    }
}

/// Consumers counted in several ways.
#[derive(Default)]
struct Groups {
    all: VerdictCounts,
    owners: BTreeMap<Option<String>, Counts>,
    hops: BTreeMap<u32, Counts>,
}

impl Groups {
    fn of(consumers: &[schema::Consumer]) -> Groups {
        let mut groups = Groups::default();
        for consumer in consumers {
            groups.all.0.add(consumer.verdict);
            groups.hops.entry(consumer.hop).or_default().add(consumer.verdict);
            let mut names: Vec<Option<String>> = owners(consumer).into_iter().map(|owner| Some(owner.name)).collect();
            names.dedup();
            if names.is_empty() {
                names.push(None);
            }
            names.into_iter().for_each(|name| groups.owners.entry(name).or_default().add(consumer.verdict));
        }
        groups
    }

    fn by_owner(&self) -> Rows<OwnerCounts> {
        let mut rows: Vec<(&Option<String>, Counts)> =
            self.owners.iter().map(|(owner, counts)| (owner, *counts)).collect();
        rows.sort_by_key(|(_, counts)| Reverse(schema::Verdict::ALL.map(|verdict| counts.of(verdict))));
        let told = |(owner, counts): (&Option<String>, Counts)| OwnerCounts {
            owner: owner.clone(),
            counts: VerdictCounts(counts),
        };
        Rows(rows.into_iter().map(told).collect())
    }

    fn by_hop(&self) -> Rows<HopCounts> {
        let told = |(hop, counts): (&u32, &Counts)| HopCounts { hop: shown_hop(*hop), counts: VerdictCounts(*counts) };
        Rows(self.hops.iter().map(told).collect())
    }
}

fn owners(consumer: &schema::Consumer) -> Vec<Owner> {
    let node = consumer.dataset.as_ref().or(consumer.job.as_ref());
    node.map(|node| Owner::all(&node.authored, &node.ingested)).unwrap_or_default()
}

fn shown_hop(hop: u32) -> i32 {
    i32::try_from(hop).unwrap_or(i32::MAX)
}

async fn told(scope: &Scope, found: Vec<schema::Consumer>) -> Result<Vec<SchemaChangeConsumer>> {
    let jobs: Vec<NodeId> = found.iter().filter_map(|consumer| Some(consumer.job.as_ref()?.id)).collect();
    let runs: BTreeMap<NodeId, Arc<Run>> =
        scope.latest_runs(&jobs).await?.into_iter().flatten().map(|run| (run.job, run)).collect();
    Ok(found.into_iter().filter_map(|consumer| SchemaChangeConsumer::of(consumer, &runs)).collect())
}

impl SchemaChangeConsumer {
    fn of(found: schema::Consumer, runs: &BTreeMap<NodeId, Arc<Run>>) -> Option<SchemaChangeConsumer> {
        let hop = shown_hop(found.hop);
        let job = found.job.clone();
        let query = found.query.as_ref().map(|query| query.text.as_str());
        let column = |column: &schema::ColumnVerdict| ConsumerColumn {
            span: column.span.zip(query).and_then(|(span, query)| Span::of(span, query)),
            found: column.clone(),
        };
        Some(SchemaChangeConsumer {
            node: LineageNode::new(found.dataset.clone().or_else(|| job.clone())?, hop),
            last_run: job
                .as_ref()
                .and_then(|job| Some(ConsumerRun { run: runs.get(&job.id)?.clone(), job: job.clone() })),
            job: job.map(|job| LineageNode::new(job, hop)),
            via: found.via.iter().map(|node| ids::node(&node.name)).collect(),
            columns: found.columns.iter().map(column).collect(),
            owners: owners(&found),
            found,
        })
    }
}
