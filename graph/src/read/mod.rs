//! What is read means, whatever the store: several names of one dataset are one node, one hop of edges, a node put
//! together from its versions, runs, evidence. A store brings the rows; nothing here asks a database.

mod differences;
mod evidence;
mod hop;
mod names;
mod node;
mod run;
mod view;

pub(crate) use differences::differences;
pub(crate) use evidence::{EdgeRow, Statement, conclude, seen};
pub(crate) use hop::hop;
pub(crate) use names::{Find, resolve};
pub(crate) use node::{Row, Rows, assemble, facets_of, membership};
pub(crate) use run::run;
pub(crate) use view::{Shape, View};

use crate::change::InputKind;
use crate::ids::Time;
use crate::model::NodeKind;
use crate::store::ChangeKind;

pub(crate) fn node_kind(code: u8) -> NodeKind {
    const KINDS: [NodeKind; 6] =
        [NodeKind::Namespace, NodeKind::Dataset, NodeKind::Column, NodeKind::Job, NodeKind::Owner, NodeKind::Tag];
    KINDS[usize::from(code)]
}

pub(crate) fn change_kind(code: u8) -> ChangeKind {
    const KINDS: [ChangeKind; 4] = [ChangeKind::Created, ChangeKind::Updated, ChangeKind::Ended, ChangeKind::Linked];
    KINDS[usize::from(code)]
}

pub(crate) fn input_kind(code: u8) -> InputKind {
    const KINDS: [InputKind; 4] = [InputKind::OpenLineage, InputKind::Dbt, InputKind::Sql, InputKind::Authored];
    KINDS[usize::from(code)]
}

/// Microseconds since 1970, as stored.
pub(crate) fn moment(micros: i64) -> Time {
    Time::from_microsecond(micros).unwrap_or(if micros < 0 { Time::MIN } else { Time::MAX })
}
