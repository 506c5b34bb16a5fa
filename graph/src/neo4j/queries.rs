//! What is asked of the database to look at a part of the graph. Every query is a constant; what it is about comes as
//! parameters, as many nodes at a time as there are.

use neo4rs::{Query, query};

use crate::model::{EdgeKind, EdgeKinds};
use crate::store::Direction;

/// Where nodes stand, as `picture::Place` is read.
macro_rules! places {
    ($($found:literal),+) => {
        concat!(
            $($found,)+
            " RETURN n.id AS id, n.kind AS kind, n.parent AS parent, n.key AS key, n.name AS name, n.flags AS flags, ",
            "n.created AS created, n.ended AS ended"
        )
    };
}

/// A page of nodes of a label, those that are there at `$at`, in order of creation.
macro_rules! pages {
    ($label:literal) => {
        concat!(
            places!(
                "MATCH (n:",
                $label,
                ") WHERE n.id > $after AND n.created <= $at AND (n.ended IS NULL OR n.ended > $at)"
            ),
            " ORDER BY n.id LIMIT $limit"
        )
    };
}

pub(super) const NODES: &str = places!("UNWIND $ids AS wanted MATCH (n:Entity {id: wanted})");

pub(super) const PLACES: &str = places!("UNWIND $places AS wanted MATCH (n:Entity {place: wanted})");

pub(super) const COLUMNS: &str =
    places!("UNWIND $ids AS wanted MATCH (:Entity {id: wanted})-[:HAS_COLUMN]->(n:Column)");

/// Pages by the code of the kind of node.
pub(super) const PAGES: [&str; 6] =
    [pages!("Namespace"), pages!("Dataset"), pages!("Column"), pages!("Job"), pages!("Owner"), pages!("Tag")];

/// A page of what is below some nodes.
pub(super) const PAGE_BELOW: &str = concat!(
    places!(
        "UNWIND $parents AS wanted MATCH (:Entity {id: wanted})-[:HAS_COLUMN|CONTAINS]->(n:Entity) ",
        "WHERE n.kind = $kind AND n.id > $after AND n.created <= $at AND (n.ended IS NULL OR n.ended > $at)"
    ),
    " ORDER BY n.id LIMIT $limit"
);

pub(super) const BODIES: &str = "UNWIND $ids AS wanted MATCH (n:Entity {id: wanted}) RETURN n.id AS id, n.kind AS kind, \
     n.parent AS parent, n.name AS name, n.since AS since, n.ended AS ended, n.body AS body, n.register AS register";

pub(super) const PASTS: &str = "UNWIND $wanted AS wanted MATCH (v:Version {id: wanted[0]}) \
     WHERE v.since <= wanted[1] AND v.until > wanted[1] \
     RETURN v.id AS id, wanted[1] AS at, v.since AS since, v.until AS until, v.body AS body";

/// Which edges are looked at.
#[derive(Clone, Copy)]
pub(super) struct Reach {
    pub direction: Direction,
    pub kinds: EdgeKinds,
    pub ended: bool,
}

macro_rules! ties {
    ($types:literal, downstream) => {
        ties!(@ "-[r:", $types, "]->")
    };
    ($types:literal, upstream) => {
        ties!(@ "<-[r:", $types, "]-")
    };
    (@ $before:literal, $types:literal, $after:literal) => {
        concat!(
            "UNWIND $ids AS wanted MATCH (n:Entity {id: wanted})", $before, $types, $after, "(m:Entity) ",
            "WHERE r.kind IN $kinds RETURN r.id AS id, wanted AS near, m.id AS far, r.kind AS kind, ",
            "r.masking AS masking, r.job AS job, r.since AS since, r.until AS until"
        )
    };
}

/// Edges between data, without those to jobs, owners and tags.
const DATA: [&str; 4] = [
    ties!("FEEDS|LEAVES_OPEN", downstream),
    ties!("FEEDS|LEAVES_OPEN", upstream),
    ties!("FEEDS|LEAVES_OPEN|ENDED", downstream),
    ties!("FEEDS|LEAVES_OPEN|ENDED", upstream),
];

const ALL: [&str; 4] = [
    ties!("READS|WRITES|FEEDS|LEAVES_OPEN|OWNED_BY|TAGGED|PART_OF", downstream),
    ties!("READS|WRITES|FEEDS|LEAVES_OPEN|OWNED_BY|TAGGED|PART_OF", upstream),
    ties!("READS|WRITES|FEEDS|LEAVES_OPEN|OWNED_BY|TAGGED|PART_OF|ENDED", downstream),
    ties!("READS|WRITES|FEEDS|LEAVES_OPEN|OWNED_BY|TAGGED|PART_OF|ENDED", upstream),
];

/// The query for the edges of some nodes: `$ids`, and `$kinds` by their codes.
pub(super) fn ties(reach: Reach) -> Query {
    const BESIDE_DATA: EdgeKinds =
        EdgeKinds::of(&[EdgeKind::Reads, EdgeKind::Writes, EdgeKind::OwnedBy, EdgeKind::Tagged, EdgeKind::PartOf]);
    let among = if reach.kinds.intersects(BESIDE_DATA) { &ALL } else { &DATA };
    let upstream = usize::from(reach.direction == Direction::Upstream);
    query(among[upstream + 2 * usize::from(reach.ended)])
}
