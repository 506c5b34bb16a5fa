//! What a store keeps in memory, read from disk when it is opened.

use rusqlite::Connection;

use super::Head;
use super::topology::Topology;
use crate::aliases::Aliases;
use crate::apply::{AliasChange, Counters, NewEdge, NewNode, flag, key_hash};
use crate::census::{self, Surplus};
use crate::model::{AliasReason, EdgeKind, NodeKind, QualifiedName};
use crate::names::Rewrites;
use crate::read::{Shape, node_kind};
use crate::store::{Result, Totals};

pub(super) struct Loaded {
    pub topology: Topology,
    pub aliases: Aliases,
    pub head: Head,
    pub counters: Counters,
}

pub(super) fn load(db: &Connection, rewrites: Rewrites) -> Result<Loaded> {
    let mut topology = Topology::new();
    let mut totals = Totals::default();
    let most = |table: &str| {
        db.query_row(&format!("SELECT COALESCE(MAX(rowid), -1) + 1 FROM {table}"), [], |row| row.get::<_, i64>(0))
    };
    topology.reserve(most("node")? as usize, most("edge")? as usize);
    nodes(db, &mut topology, &mut totals)?;
    edges(db, &mut topology, &mut totals)?;
    let aliases = aliases(db, rewrites, &topology)?;
    let (revision, committed_at) = super::reader::revision(db, crate::store::AsOf::Latest)?;
    census::surplus(&topology, &aliases, revision).take_off(Surplus::default(), &mut totals);
    let run_rows = most("run")?.saturating_sub(1).max(0);
    // Statements by design are named '', those of datasets begin with a line feed.
    let statements = db.query_row("SELECT COUNT(*) FROM run WHERE name < char(11)", [], |row| row.get(0))?;
    totals.runs = (run_rows - statements) as u64;
    totals.inputs = most("input")?.saturating_sub(1).max(0) as u64;
    // A rejected input is of no revision, and always has a fault.
    let sql = "SELECT COUNT(*), COUNT(*) - COUNT(revision) FROM input WHERE faults IS NOT NULL";
    let faulty = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64));
    (totals.faults, totals.rejected) = db.query_row(sql, [], faulty)?;
    let counters = Counters {
        node: topology.node_count(),
        edge: topology.edge_count(),
        run: run_rows,
        statements,
        sequence: totals.inputs as i64,
        faults: totals.faults,
        rejected: totals.rejected,
    };
    Ok(Loaded { topology, aliases, head: Head { revision, committed_at, totals }, counters })
}

fn nodes(db: &Connection, topology: &mut Topology, totals: &mut Totals) -> Result<()> {
    let mut read = db.prepare("SELECT kind, parent, key, flags, created, ended FROM node ORDER BY id")?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let kind = node_kind(row.get(0)?);
        let key = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        // Only columns are looked for by their hash.
        let key_hash = if kind == NodeKind::Column { key_hash(key) } else { 0 };
        let ended = row.get::<_, Option<u32>>(5)?.unwrap_or(u32::MAX);
        topology.add_node(NewNode {
            kind,
            parent: row.get(1)?,
            key_hash,
            flags: row.get(3)?,
            created: row.get(4)?,
            ended,
        });
        match kind {
            NodeKind::Dataset if ended == u32::MAX => totals.datasets += 1,
            NodeKind::Column if ended == u32::MAX => totals.columns += 1,
            NodeKind::Job if ended == u32::MAX => totals.jobs += 1,
            _ => {}
        }
    }
    Ok(())
}

fn edges(db: &Connection, topology: &mut Topology, totals: &mut Totals) -> Result<()> {
    let mut read = db.prepare("SELECT kind, src, dst, masking, job, since, until FROM edge ORDER BY id")?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let kind = EdgeKind::ALL[usize::from(row.get::<_, u8>(0)?)];
        let job: u32 = row.get(4)?;
        let until = row.get::<_, Option<u32>>(6)?.unwrap_or(u32::MAX);
        topology.add_edge(NewEdge {
            src: row.get(1)?,
            dst: row.get(2)?,
            job: if job == u32::MAX { 0 } else { job },
            kind,
            masking: row.get(3)?,
            since: row.get(5)?,
            until,
        });
        totals.edges += u64::from(until == u32::MAX && kind.is_lineage());
    }
    Ok(())
}

fn aliases(db: &Connection, rewrites: Rewrites, topology: &Topology) -> Result<Aliases> {
    let mut aliases = Aliases::new(rewrites);
    let wanted = if aliases.without_rules() { u32::from(flag::ALIASED) } else { u32::MAX };
    let sql = if aliases.without_rules() {
        "SELECT node.id, space.name, node.name FROM node INDEXED BY node_flagged \
         JOIN node AS space ON space.id = node.parent WHERE node.flags & 6 <> 0 AND node.flags & ?1 <> 0 AND node.kind = ?2"
    } else {
        "SELECT node.id, space.name, node.name FROM node JOIN node AS space ON space.id = node.parent \
         WHERE ?1 <> 0 AND node.kind = ?2"
    };
    let mut read = db.prepare(sql)?;
    let mut rows = read.query((wanted, NodeKind::Dataset as u8))?;
    while let Some(row) = rows.next()? {
        let (id, name) = (row.get(0)?, QualifiedName { namespace: row.get(1)?, name: row.get(2)? });
        aliases.add_dataset(id, &name, topology.flags(id) & flag::ALIASED != 0);
    }
    let mut read = db.prepare("SELECT node, other, reason, since, until FROM alias ORDER BY id")?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let rename = row.get::<_, u8>(2)? == AliasReason::Rename as u8;
        let reason = if rename { AliasReason::Rename } else { AliasReason::Symlink };
        let until = row.get::<_, Option<u32>>(4)?.unwrap_or(u32::MAX);
        aliases.apply(AliasChange::Begin { node: row.get(0)?, other: row.get(1)?, reason, since: row.get(3)?, until });
    }
    Ok(aliases)
}
