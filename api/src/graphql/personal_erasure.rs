//! The draft of a plan for erasing one subject.

use std::sync::Arc;

use async_graphql::resolver_utils::enum_value;
use async_graphql::{Enum, ID, SimpleObject, Value};
use graph::{Node, NodeKind};
use impact::personal::{self, Action, Erasure, ErasureStep as Step, Held, KeyStep, Open};

use super::common::{self, Owner, Reason, text_or_null};
use super::error::{ApiError, Result};
use super::lineage::LineageNode;
use super::personal::{PersonalCategory, PersonalKnown, category_or_null, id_or_null, known_or_null};
use super::personal_trace::{PersonalForm, PersonalState};
use super::record::{Record, RecordField, Rows, record};
use super::scalars::DateTime;
use super::scope::{AsOf, Scope};
use super::{ids, reasons, walking};

/// What is done to a dataset.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "personal::Action")]
pub enum ErasureAction {
    CannotReach,
    /// rows are deleted
    Delete,
    /// personal columns are emptied and rows stay
    Anonymise,
    /// made anew by its jobs from what is erased before
    Rebuild,
    NothingNeeded,
}

/// How the key is met in a column.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "personal::Likeness")]
pub enum KeyLikeness {
    Same,
    /// changed by an expression; the parameter must be changed the same way
    Changed,
    /// hashed or masked
    Masked,
}

/// How one column is known to have the values of another.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "personal::Link")]
pub enum KeyLink {
    CopiedTo,
    CopiedFrom,
    Joined,
}

/// Why something is open.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErasureOpenReason {
    /// it has personal data, and no way from the key to it is known
    NoWay,
    /// a job joins the key with one of several columns, and which is not known
    UnpairedJoin,
}

/// Computed anew each time and kept nowhere; nothing is run.
#[derive(SimpleObject)]
pub struct ErasurePlan {
    pub revision: common::Revision,
    pub complete: bool,
    pub reasons: Vec<Reason>,
    /// always true
    pub draft: bool,
    pub keys: Vec<ID>,
    /// what a person must find out before the plan can be believed
    pub open: Rows<ErasureOpen>,
    /// where data of the subject is, or may be, and cannot be erased by a step
    pub out_of_reach: Rows<ErasureStep>,
    /// in the order in which they are done, so that nothing erased comes back
    pub steps: Rows<ErasureStep>,
}

pub struct ErasureOpen(Open);

pub struct ErasureStep {
    node: LineageNode,
    number: Option<u32>,
    found: Step,
    holds: Vec<ErasureHeld>,
    way: Vec<ErasureKeyStep>,
    owners: Vec<Owner>,
}

pub struct ErasureHeld(Held);

pub struct ErasureKeyStep(KeyStep);

impl Record for ErasureOpen {
    const NAME: &'static str = "ErasureOpen";

    fn fields() -> Vec<RecordField<ErasureOpen>> {
        type Field = RecordField<ErasureOpen>;
        vec![
            Field::leaf::<ErasureOpenReason>("why", |one| {
                enum_value(match &one.0 {
                    Open::NoWay { .. } => ErasureOpenReason::NoWay,
                    Open::Unpaired { .. } => ErasureOpenReason::UnpairedJoin,
                })
            }),
            Field::leaf::<ID>("about", |one| match &one.0 {
                Open::NoWay { dataset, .. } => ids::node(&dataset.name).into(),
                Open::Unpaired { key, .. } => ids::node(&key.name).into(),
            })
            .described("the dataset, or the column with the key"),
            Field::leaf::<Option<ID>>("job", |one| match &one.0 {
                Open::NoWay { .. } => Value::Null,
                Open::Unpaired { job, .. } => ids::node(&job.name).into(),
            }),
            Field::leaf::<Vec<ID>>("personal", |one| match &one.0 {
                Open::NoWay { columns, .. } => node_ids(columns),
                Open::Unpaired { .. } => Value::List(Vec::new()),
            })
            .described("its columns with personal data"),
        ]
    }
}
record!(ErasureOpen);

impl Record for ErasureStep {
    const NAME: &'static str = "ErasureStep";

    fn fields() -> Vec<RecordField<ErasureStep>> {
        [what(), how(), how_much()].into_iter().flatten().collect()
    }
}
record!(ErasureStep);

type StepField = RecordField<ErasureStep>;

fn what() -> Vec<StepField> {
    vec![
        StepField::leaf::<Option<u32>>("number", |one| one.number.map_or(Value::Null, Value::from))
            .described("null for what is out of reach"),
        StepField::nested("node", |one| &one.node),
        StepField::leaf::<ErasureAction>("action", |one| enum_value(ErasureAction::from(one.found.action))),
        StepField::leaf::<String>("reason", |one| one.found.reason.clone().into()),
        StepField::list("holds", |one| one.holds.as_slice()).described("what of the subject is in it"),
        StepField::list("owners", |one| one.owners.as_slice()),
        StepField::leaf::<Vec<String>>("notes", |one| one.found.notes.iter().cloned().collect())
            .described("what must be known before it is done"),
    ]
}

fn how() -> Vec<StepField> {
    let text = StepField::leaf::<Option<String>>;
    vec![
        StepField::leaf::<Option<ID>>("keyColumn", |one| id_or_null(one.found.key.as_ref().map(|key| &key.column)))
            .described("where the key is, in this dataset or in the one through which its rows are found"),
        StepField::leaf::<Option<KeyLikeness>>("likeness", |one| {
            one.found.key.as_ref().map_or(Value::Null, |key| enum_value(KeyLikeness::from(key.likeness)))
        }),
        StepField::leaf::<Option<ID>>("throughColumn", |one| id_or_null(one.found.own.as_ref()))
            .described("the column that ties it to a dataset with the key, when it has no key itself"),
        StepField::list("way", |one| one.way.as_slice()).described("from the key as it was given to `keyColumn`"),
        text("statement", |one| text_or_null(one.found.statement.as_ref().map(|statement| statement.text.as_str())))
            .described("in the platform's dialect, with parameters and never a value"),
        text("dialect", |one| text_or_null(one.found.statement.as_ref().map(|statement| statement.dialect))),
        StepField::leaf::<Vec<String>>("parameters", |one| {
            one.found.statement.iter().flat_map(|statement| statement.parameters.iter().cloned()).collect()
        }),
        StepField::leaf::<Vec<ID>>("jobs", |one| node_ids(&one.found.jobs)).described("the jobs that fill it"),
    ]
}

fn how_much() -> Vec<StepField> {
    let number = StepField::leaf::<Option<f64>>;
    let text = StepField::leaf::<Option<String>>;
    vec![
        text("retention", |one| text_or_null(one.found.retention.as_deref()))
            .described("the tag that says how long it is kept"),
        text("legalHold", |one| text_or_null(one.found.hold.as_deref())),
        number("rows", |one| one.found.estimate.rows.map_or(Value::Null, Value::from))
            .described("of the whole dataset, as a run last reported it"),
        number("bytes", |one| one.found.estimate.bytes.map_or(Value::Null, Value::from)),
        StepField::leaf::<Option<DateTime>>("measuredAt", |one| {
            one.found.estimate.at.map_or(Value::Null, |at| at.to_string().into())
        }),
    ]
}

impl Record for ErasureHeld {
    const NAME: &'static str = "ErasureHeld";

    fn fields() -> Vec<RecordField<ErasureHeld>> {
        type Field = RecordField<ErasureHeld>;
        vec![
            Field::leaf::<ID>("id", |one| ids::node(&one.0.node.name).into()),
            Field::leaf::<PersonalState>("state", |one| enum_value(PersonalState::from(one.0.state.holding()))),
            Field::leaf::<PersonalForm>("form", |one| enum_value(PersonalForm::from(one.0.state.form))),
            Field::leaf::<Option<PersonalCategory>>("category", |one| category_or_null(one.0.standing.as_ref())),
            Field::leaf::<Option<PersonalKnown>>("known", |one| known_or_null(one.0.standing.as_ref())),
        ]
    }
}
record!(ErasureHeld);

impl Record for ErasureKeyStep {
    const NAME: &'static str = "ErasureKeyStep";

    fn fields() -> Vec<RecordField<ErasureKeyStep>> {
        type Field = RecordField<ErasureKeyStep>;
        vec![
            Field::leaf::<ID>("from", |one| ids::node(&one.0.from.name).into()),
            Field::leaf::<ID>("to", |one| ids::node(&one.0.to.name).into()),
            Field::leaf::<KeyLink>("link", |one| enum_value(KeyLink::from(one.0.link))),
            Field::leaf::<Option<ID>>("job", |one| id_or_null(one.0.job.as_ref())),
        ]
    }
}
record!(ErasureKeyStep);

fn node_ids(nodes: &[Arc<Node>]) -> Value {
    nodes.iter().map(|node| ids::node(&node.name)).collect::<Vec<String>>().into_iter().collect()
}

/// The arguments of `erasurePlan`.
pub struct Question {
    pub keys: Vec<ID>,
    pub depth: Option<i32>,
    pub limit: Option<i32>,
    pub as_of: Option<AsOf>,
}

/// The most columns that may be given as keys.
const KEYS: usize = 20;

pub async fn plan(scope: &Scope, question: Question) -> Result<ErasurePlan> {
    let limits = walking::limits(question.depth, 100, question.limit, 2000)?;
    let meta = scope.revision(question.as_of).await?;
    if question.keys.is_empty() || question.keys.len() > KEYS {
        return Err(ApiError::bad_argument("keys", format!("1 to {KEYS} ids of columns"), question.keys.len()));
    }
    let mut keys = Vec::new();
    for id in &question.keys {
        let node = walking::node(scope, id, meta.revision).await?;
        if node.name.kind() != NodeKind::Column {
            return Err(ids::wrong_kind(id, "the id of a column"));
        }
        keys.push(node.id);
    }
    let deadline = Some(walking::stop_at(scope));
    let asked = Erasure { keys, depth: limits.depth, limit: limits.nodes, at: meta.revision, deadline };
    let found = personal::erasure_plan(scope.store(), &*scope.viewer, &asked).await?;
    Ok(ErasurePlan {
        revision: meta.into(),
        complete: found.reasons.is_empty(),
        reasons: reasons::told(scope, &found.reasons, &found.causes, limits, meta.revision).await?,
        draft: true,
        keys: found.keys.iter().map(|node| ID(ids::node(&node.name))).collect(),
        open: Rows(found.open.into_iter().map(ErasureOpen).collect()),
        out_of_reach: Rows(found.out_of_reach.into_iter().map(|step| ErasureStep::of(step, None)).collect()),
        steps: Rows((1..).zip(found.steps).map(|(number, step)| ErasureStep::of(step, Some(number))).collect()),
    })
}

impl ErasureStep {
    fn of(mut found: Step, number: Option<u32>) -> ErasureStep {
        let number = number.filter(|_| found.action != Action::CannotReach);
        let way = found.key.as_mut().map(|key| std::mem::take(&mut key.way)).unwrap_or_default();
        ErasureStep {
            node: LineageNode::new(found.dataset.clone(), 0),
            number,
            owners: Owner::all(&found.dataset.authored, &found.dataset.ingested),
            holds: std::mem::take(&mut found.holds).into_iter().map(ErasureHeld).collect(),
            way: way.into_iter().map(ErasureKeyStep).collect(),
            found,
        }
    }
}
