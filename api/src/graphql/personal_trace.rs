//! Where personal data goes, and where it comes from.

use std::sync::Arc;

use async_graphql::resolver_utils::enum_value;
use async_graphql::{Enum, ID, SimpleObject, Value};
use graph::{Node, NodeId, NodeKind, Revision};
use impact::personal::{self, Holding, Item, Listed, Stop, StopReason, Trace, Way};

use super::common::{self, Owner, Reason};
use super::enums::{Direction, EdgeKind};
use super::error::{ApiError, Result};
use super::lineage::LineageNode;
use super::personal::{
    PersonalCategory, PersonalKnown, category_or_null, id_or_null, inventory, known_or_null, owners,
};
use super::record::{Record, RecordField, Rows, record};
use super::scope::{AsOf, Scope};
use super::{ids, reasons, walking};

/// In which state personal data is somewhere.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "personal::Holding")]
pub enum PersonalState {
    /// how it comes over is not known, or only tables are tied
    MayHold,
    Holds,
    /// hashed or masked on the way
    Pseudonymised,
    /// part of a number over several rows; of how many people is not known
    Aggregate,
}

/// The form in which it arrives at the most.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "personal::Form")]
pub enum PersonalForm {
    Aggregate,
    Pseudonymised,
    Plain,
}

/// What masking does to personal data.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(remote = "personal::Masking")]
pub enum PersonalMasking {
    /// it makes it pseudonymised
    Carries,
    /// it ends the way
    Stops,
}

/// Why personal data does not go on.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum PersonalStopReason {
    /// it decides about rows or a condition, and its value does not come over
    Indirect,
    /// it is masked, and masking ends it by the rule that was asked for
    Masked,
    /// a person said that nothing personal is in the target
    Blocked,
    /// a job reads its dataset and makes another of it, without this column
    NotTaken,
}

#[derive(SimpleObject)]
pub struct PersonalTrace {
    pub revision: common::Revision,
    pub complete: bool,
    pub reasons: Vec<Reason>,
    /// from where it was followed
    pub from: Rows<PersonalStart>,
    pub counts: Rows<PersonalStateCount>,
    /// what may hold it first; the nearest first
    pub items: Rows<PersonalPlace>,
    /// where it ends, and why
    pub stops: Rows<PersonalStop>,
}

pub struct PersonalStart(LineageNode);

pub struct PersonalStateCount {
    state: Holding,
    count: u64,
}

pub struct PersonalPlace {
    node: LineageNode,
    found: Item,
    via: Vec<PersonalWay>,
    owners: Vec<Owner>,
}

pub struct PersonalWay(Way);

pub struct PersonalStop(Stop);

impl Record for PersonalStart {
    const NAME: &'static str = "PersonalStart";

    fn fields() -> Vec<RecordField<PersonalStart>> {
        vec![RecordField::nested("node", |one: &PersonalStart| &one.0)]
    }
}
record!(PersonalStart);

impl Record for PersonalStateCount {
    const NAME: &'static str = "PersonalStateCount";

    fn fields() -> Vec<RecordField<PersonalStateCount>> {
        vec![
            RecordField::leaf::<PersonalState>("state", |one: &PersonalStateCount| state_value(one.state)),
            RecordField::leaf::<u64>("count", |one: &PersonalStateCount| one.count.into()),
        ]
    }
}
record!(PersonalStateCount);

impl Record for PersonalPlace {
    const NAME: &'static str = "PersonalPlace";
    const DESCRIPTION: Option<&'static str> = Some(
        "A column, a dataset of which any column may be meant, or a job, with the strongest way by which it came.",
    );

    fn fields() -> Vec<RecordField<PersonalPlace>> {
        type Field = RecordField<PersonalPlace>;
        vec![
            Field::nested("node", |one| &one.node),
            Field::leaf::<i32>("hop", |one| one.node.hop.into()),
            Field::leaf::<PersonalState>("state", |one| state_value(one.found.holding())),
            Field::leaf::<PersonalForm>("form", |one| enum_value(PersonalForm::from(one.found.state.form)))
                .described("the form in which it arrives, or may"),
            Field::leaf::<Vec<PersonalState>>("others", |one| {
                one.found.others.iter().map(|state| state_value(state.holding())).collect()
            })
            .described("other states in which it arrives, on weaker ways"),
            Field::leaf::<u64>("ways", |one| one.found.ways.into()).described("ties that bring it"),
            Field::list("via", |one| one.via.as_slice()).described("the strongest way, from the start"),
            Field::leaf::<Option<PersonalCategory>>("category", |one| category_or_null(one.found.standing.as_ref()))
                .described("what is known of the place itself"),
            Field::leaf::<Option<PersonalKnown>>("known", |one| known_or_null(one.found.standing.as_ref())),
            Field::list("owners", |one| one.owners.as_slice()),
        ]
    }
}
record!(PersonalPlace);

impl Record for PersonalWay {
    const NAME: &'static str = "PersonalWay";

    fn fields() -> Vec<RecordField<PersonalWay>> {
        type Field = RecordField<PersonalWay>;
        vec![
            Field::leaf::<ID>("from", |one| ids::node(&one.0.from.name).into()),
            Field::leaf::<ID>("to", |one| ids::node(&one.0.to.name).into()),
            Field::leaf::<Option<EdgeKind>>("kind", |one| EdgeKind::of(one.0.kind).map_or(Value::Null, enum_value)),
            Field::leaf::<bool>("masking", |one| one.0.masking.into()),
            Field::leaf::<Option<ID>>("job", |one| id_or_null(one.0.job.as_ref())),
            Field::leaf::<ID>("edge", |one| ids::edge(one.0.edge).into()),
        ]
    }
}
record!(PersonalWay);

impl Record for PersonalStop {
    const NAME: &'static str = "PersonalStop";

    fn fields() -> Vec<RecordField<PersonalStop>> {
        type Field = RecordField<PersonalStop>;
        vec![
            Field::leaf::<ID>("from", |one| ids::node(&one.0.from.name).into()),
            Field::leaf::<ID>("to", |one| ids::node(&one.0.to.name).into()),
            Field::leaf::<PersonalStopReason>("why", |one| enum_value(why(one.0.why).0)),
            Field::leaf::<Option<EdgeKind>>("kind", |one| why(one.0.why).1.map_or(Value::Null, enum_value))
                .described("of indirect use"),
            Field::leaf::<Option<ID>>("job", |one| id_or_null(one.0.job.as_ref())),
        ]
    }
}
record!(PersonalStop);

fn state_value(state: Holding) -> Value {
    enum_value(PersonalState::from(state))
}

fn why(reason: StopReason) -> (PersonalStopReason, Option<EdgeKind>) {
    match reason {
        StopReason::Indirect(kind) => (PersonalStopReason::Indirect, EdgeKind::of(kind)),
        StopReason::Masked => (PersonalStopReason::Masked, None),
        StopReason::Blocked => (PersonalStopReason::Blocked, None),
        StopReason::NotTaken => (PersonalStopReason::NotTaken, None),
    }
}

/// The arguments of `personalTrace`.
pub struct Question {
    pub id: Option<ID>,
    pub category: Option<PersonalCategory>,
    pub direction: Direction,
    pub masking: PersonalMasking,
    pub depth: Option<i32>,
    pub limit: Option<i32>,
    pub as_of: Option<AsOf>,
}

pub async fn trace(scope: &Scope, question: Question) -> Result<PersonalTrace> {
    let limits = walking::limits(question.depth, 50, question.limit, 2000)?;
    let direction = match question.direction {
        Direction::Upstream => graph::Direction::Upstream,
        Direction::Downstream => graph::Direction::Downstream,
        Direction::Both => return Err(ApiError::bad_argument("direction", "UPSTREAM or DOWNSTREAM", "BOTH")),
    };
    let meta = scope.revision(question.as_of).await?;
    let asked = Trace {
        start: start(scope, &question, meta.revision).await?,
        direction,
        masking: question.masking.into(),
        depth: limits.depth,
        limit: limits.nodes,
        at: meta.revision,
        deadline: Some(walking::stop_at(scope)),
    };
    let found = personal::trace(scope.store(), &*scope.viewer, &asked).await?;
    Ok(PersonalTrace {
        revision: meta.into(),
        complete: found.reasons.is_empty(),
        reasons: reasons::told(scope, &found.reasons, &found.causes, limits, meta.revision).await?,
        from: Rows(found.start.into_iter().map(|node| PersonalStart(LineageNode::new(node, 0))).collect()),
        counts: Rows(counts(&found.items)),
        items: Rows(places(scope, found.items, meta.revision).await?),
        stops: Rows(found.stops.into_iter().map(PersonalStop).collect()),
    })
}

/// A column, or everything personal of a dataset or a category; upstream what was asked about itself.
async fn start(scope: &Scope, question: &Question, at: Revision) -> Result<Vec<NodeId>> {
    let category = question.category.map(personal::Category::from);
    let fits = |listed: &Listed| {
        let standing = &listed.standing;
        standing.known.is_personal() && category.is_none_or(|category| category == standing.category)
    };
    let Some(id) = &question.id else {
        if category.is_none() {
            return Err(ApiError::bad_argument("id", "an `id`, a `category` or both", "neither"));
        }
        let all = inventory(scope, None, at).await?.listed;
        return Ok(all.iter().filter(|listed| fits(listed)).map(|listed| listed.node.id).collect());
    };
    let node = walking::node(scope, id, at).await?;
    let upstream = question.direction == Direction::Upstream;
    match node.name.kind() {
        NodeKind::Dataset if !upstream => {
            let own = inventory(scope, Some(id), at).await?.listed;
            Ok(own.iter().filter(|listed| fits(listed)).map(|listed| listed.node.id).collect())
        }
        NodeKind::Column | NodeKind::Dataset => Ok(vec![node.id]),
        NodeKind::Job if upstream => Ok(vec![node.id]),
        NodeKind::Job | NodeKind::Namespace | NodeKind::Owner | NodeKind::Tag => {
            Err(ids::wrong_kind(id, "the id of a dataset or a column, or upstream of a job"))
        }
    }
}

fn counts(items: &[Item]) -> Vec<PersonalStateCount> {
    let states = [Holding::MayHold, Holding::Holds, Holding::Pseudonymised, Holding::Aggregate];
    let of = |state| items.iter().filter(|item| item.holding() == state).count() as u64;
    states.into_iter().map(|state| PersonalStateCount { state, count: of(state) }).collect()
}

async fn places(scope: &Scope, items: Vec<Item>, at: Revision) -> Result<Vec<PersonalPlace>> {
    let nodes: Vec<&Arc<Node>> = items.iter().map(|item| &item.node).collect();
    let owners = owners(scope, &nodes, at).await?;
    let place = |(mut found, owners): (Item, Vec<Owner>)| PersonalPlace {
        node: LineageNode::new(found.node.clone(), i32::try_from(found.hop).unwrap_or(i32::MAX)),
        via: std::mem::take(&mut found.via).into_iter().map(PersonalWay).collect(),
        found,
        owners,
    };
    Ok(items.into_iter().zip(owners).map(place).collect())
}
