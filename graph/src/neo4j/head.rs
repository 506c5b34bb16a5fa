//! The one node that says how far the graph has come, as it is read.

use neo4rs::query;
use serde::Deserialize;

use super::client::{Client, Result};
use crate::ids::{Revision, Time};
use crate::read::moment;
use crate::store::{AsOf, Totals};

const HEAD: &str = "MATCH (h:Headwater {name: 'store'}) RETURN h.revision AS revision, h.committedAt AS committed_at, \
     h.aliasRevision AS alias_revision, h.datasets AS datasets, h.columns AS columns, h.jobs AS jobs, h.runs AS runs, \
     h.edges AS edges, h.inputs AS inputs, h.faults AS faults, h.rejected AS rejected";

const AT_REVISION: &str = "MATCH (r:Revision {id: $asked}) RETURN r.id AS revision, r.committedAt AS committed_at";

const AT_TIME: &str = "MATCH (r:Revision) WHERE r.committedAt <= $asked \
     RETURN r.id AS revision, r.committedAt AS committed_at ORDER BY r.committedAt DESC LIMIT 1";

/// The newest revision as the database has it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Head {
    pub revision: Revision,
    pub committed_at: Option<Time>,
    /// Nodes that are one with others counted each.
    pub totals: Totals,
    /// The last revision that changed which names mean the same dataset.
    pub alias_revision: u32,
}

#[derive(Deserialize)]
struct HeadRow {
    revision: u32,
    committed_at: Option<i64>,
    alias_revision: u32,
    datasets: u64,
    columns: u64,
    jobs: u64,
    runs: u64,
    edges: u64,
    inputs: u64,
    faults: u64,
    rejected: u64,
}

impl HeadRow {
    fn head(self) -> Head {
        let HeadRow { revision, committed_at, alias_revision, .. } = self;
        let HeadRow { datasets, columns, jobs, runs, edges, inputs, faults, rejected, .. } = self;
        let totals = Totals { datasets, columns, jobs, runs, edges, inputs, faults, rejected };
        Head { revision: Revision(revision), committed_at: committed_at.map(moment), totals, alias_revision }
    }
}

/// Reads the head; before anything was committed it is revision 0.
pub(super) async fn read(client: &Client) -> Result<Head> {
    let mut rows: Vec<HeadRow> = client.rows(query(HEAD)).await?;
    Ok(rows.pop().map(HeadRow::head).unwrap_or_default())
}

#[derive(Deserialize)]
struct RevisionRow {
    revision: u32,
    committed_at: i64,
}

/// An earlier revision and when it was committed; revision 0 when there was none yet.
pub(super) async fn earlier(client: &Client, as_of: AsOf) -> Result<(Revision, Option<Time>)> {
    let asked = match as_of {
        AsOf::Latest => return read(client).await.map(|head| (head.revision, head.committed_at)),
        AsOf::Revision(asked) => query(AT_REVISION).param("asked", i64::from(asked.0)),
        AsOf::Time(asked) => query(AT_TIME).param("asked", asked.as_microsecond()),
    };
    let rows: Vec<RevisionRow> = client.rows(asked).await?;
    Ok(rows.first().map_or((Revision(0), None), |row| (Revision(row.revision), Some(moment(row.committed_at)))))
}
