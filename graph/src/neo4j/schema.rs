//! What the database must have before anything is kept in it: constraints, indexes, and the one node that says in which
//! format the graph is written and how far it has come.

use neo4rs::query;
use serde::Deserialize;

use super::address::Address;
use super::client::{Client, Result};
use crate::store::{self, StoreError};

/// The format of the graph in the database.
pub(super) const FORMAT: i64 = 1;

const CONSTRAINTS: [&str; 15] = [
    "CREATE CONSTRAINT headwater_name IF NOT EXISTS FOR (n:Headwater) REQUIRE n.name IS UNIQUE",
    "CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT entity_place IF NOT EXISTS FOR (n:Entity) REQUIRE n.place IS UNIQUE",
    "CREATE CONSTRAINT revision_id IF NOT EXISTS FOR (n:Revision) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT revision_commit IF NOT EXISTS FOR (n:Revision) REQUIRE n.commit IS UNIQUE",
    "CREATE CONSTRAINT run_id IF NOT EXISTS FOR (n:Run) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT run_name IF NOT EXISTS FOR (n:Run) REQUIRE (n.name, n.job) IS UNIQUE",
    "CREATE CONSTRAINT input_id IF NOT EXISTS FOR (n:Input) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT input_sequence IF NOT EXISTS FOR (n:Input) REQUIRE n.sequence IS UNIQUE",
    "CREATE CONSTRAINT content_id IF NOT EXISTS FOR (n:Content) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT run_output_place IF NOT EXISTS FOR (n:RunOutput) REQUIRE n.place IS UNIQUE",
    "CREATE CONSTRAINT lineage_id IF NOT EXISTS FOR (n:Lineage) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT lineage_state_place IF NOT EXISTS FOR (n:LineageState) REQUIRE n.place IS UNIQUE",
    "CREATE CONSTRAINT derivation_id IF NOT EXISTS FOR (n:Derivation) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT schema_key_id IF NOT EXISTS FOR (n:SchemaKey) REQUIRE n.id IS UNIQUE",
];

const INDEXES: [&str; 40] = [
    "CREATE INDEX namespace_id IF NOT EXISTS FOR (n:Namespace) ON (n.id)",
    "CREATE INDEX dataset_id IF NOT EXISTS FOR (n:Dataset) ON (n.id)",
    "CREATE INDEX column_id IF NOT EXISTS FOR (n:Column) ON (n.id)",
    "CREATE INDEX job_id IF NOT EXISTS FOR (n:Job) ON (n.id)",
    "CREATE INDEX owner_id IF NOT EXISTS FOR (n:Owner) ON (n.id)",
    "CREATE INDEX tag_id IF NOT EXISTS FOR (n:Tag) ON (n.id)",
    "CREATE INDEX namespace_named IF NOT EXISTS FOR (n:Namespace) ON (n.name)",
    "CREATE INDEX dataset_named IF NOT EXISTS FOR (n:Dataset) ON (n.qualifiedName)",
    "CREATE INDEX job_named IF NOT EXISTS FOR (n:Job) ON (n.qualifiedName)",
    "CREATE INDEX column_named IF NOT EXISTS FOR (n:Column) ON (n.path)",
    "CREATE INDEX owner_named IF NOT EXISTS FOR (n:Owner) ON (n.name)",
    "CREATE INDEX tag_named IF NOT EXISTS FOR (n:Tag) ON (n.name)",
    "CREATE INDEX version_id IF NOT EXISTS FOR (n:Version) ON (n.id, n.since)",
    "CREATE INDEX revision_time IF NOT EXISTS FOR (n:Revision) ON (n.committedAt)",
    "CREATE INDEX run_job IF NOT EXISTS FOR (n:Run) ON (n.job, n.at)",
    "CREATE INDEX run_at IF NOT EXISTS FOR (n:Run) ON (n.at)",
    "CREATE INDEX input_faulty IF NOT EXISTS FOR (n:Input) ON (n.faults)",
    "CREATE INDEX lineage_state_job IF NOT EXISTS FOR (n:LineageState) ON (n.job)",
    "CREATE INDEX run_output_said IF NOT EXISTS FOR (n:RunOutput) ON (n.said, n.standing, n.key)",
    "CREATE INDEX run_output_written IF NOT EXISTS FOR (n:RunOutput) ON (n.output, n.drops, n.key)",
    "CREATE INDEX run_output_job IF NOT EXISTS FOR (n:RunOutput) ON (n.job)",
    "CREATE INDEX run_output_run IF NOT EXISTS FOR (n:RunOutput) ON (n.run)",
    "CREATE INDEX reads_id IF NOT EXISTS FOR ()-[r:READS]-() ON (r.id)",
    "CREATE INDEX writes_id IF NOT EXISTS FOR ()-[r:WRITES]-() ON (r.id)",
    "CREATE INDEX feeds_id IF NOT EXISTS FOR ()-[r:FEEDS]-() ON (r.id)",
    "CREATE INDEX owned_by_id IF NOT EXISTS FOR ()-[r:OWNED_BY]-() ON (r.id)",
    "CREATE INDEX tagged_id IF NOT EXISTS FOR ()-[r:TAGGED]-() ON (r.id)",
    "CREATE INDEX part_of_id IF NOT EXISTS FOR ()-[r:PART_OF]-() ON (r.id)",
    "CREATE INDEX leaves_open_id IF NOT EXISTS FOR ()-[r:LEAVES_OPEN]-() ON (r.id)",
    "CREATE INDEX ended_id IF NOT EXISTS FOR ()-[r:ENDED]-() ON (r.id)",
    "CREATE INDEX reads_group IF NOT EXISTS FOR ()-[r:READS]-() ON (r.group)",
    "CREATE INDEX writes_group IF NOT EXISTS FOR ()-[r:WRITES]-() ON (r.group)",
    "CREATE INDEX feeds_group IF NOT EXISTS FOR ()-[r:FEEDS]-() ON (r.group)",
    "CREATE INDEX owned_by_group IF NOT EXISTS FOR ()-[r:OWNED_BY]-() ON (r.group)",
    "CREATE INDEX tagged_group IF NOT EXISTS FOR ()-[r:TAGGED]-() ON (r.group)",
    "CREATE INDEX part_of_group IF NOT EXISTS FOR ()-[r:PART_OF]-() ON (r.group)",
    "CREATE INDEX leaves_open_group IF NOT EXISTS FOR ()-[r:LEAVES_OPEN]-() ON (r.group)",
    "CREATE INDEX also_called_id IF NOT EXISTS FOR ()-[r:ALSO_CALLED]-() ON (r.id)",
    "CREATE INDEX also_called_since IF NOT EXISTS FOR ()-[r:ALSO_CALLED]-() ON (r.since)",
    "CREATE INDEX entity_flagged IF NOT EXISTS FOR (n:Dataset) ON (n.flags)",
];

/// Makes the node once, at revision 0 with everything counted as none; ids of nodes and runs begin at 1.
const FOUND: &str = "MERGE (h:Headwater {name: 'store'}) ON CREATE SET h.format = $format, h.revision = 0, \
     h.nextNode = 1, h.nextEdge = 0, h.nextRun = 0, h.statements = 0, h.sequence = 0, h.faults = 0, h.rejected = 0, \
     h.datasets = 0, h.columns = 0, h.jobs = 0, h.runs = 0, h.edges = 0, h.inputs = 0, h.aliasRevision = 0 \
     RETURN h.format AS format";

/// Lets people ask for what has ended before anything has, without a warning that there is no such property.
const ENDED: &str = "CALL db.createProperty('ended')";

const READY: &str = "CALL db.awaitIndexes(60)";

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Found {
    format: Option<i64>,
}

/// Brings the database to the format, or says that it has another.
pub(super) async fn prepare(client: &Client, address: &Address) -> store::Result<()> {
    if let Some(found) = format(client).await? {
        check(found, address)?;
    }
    make(client).await?;
    check(found_store(client).await?, address)
}

/// The format of the graph that is there, if one is.
async fn format(client: &Client) -> Result<Option<i64>> {
    let asked = query("MATCH (h:Headwater {name: 'store'}) RETURN h.format AS format");
    let rows: Vec<Found> = client.rows(asked).await?;
    Ok(rows.first().map(|found| found.format.unwrap_or(0)))
}

/// Constraints and indexes, those that are there already left alone.
async fn make(client: &Client) -> Result<()> {
    let there: Vec<Named> = client.rows(query("SHOW INDEXES YIELD name RETURN name")).await?;
    let is_there = |statement: &str| there.iter().any(|named| Some(named.name.as_str()) == name_of(statement));
    let missing: Vec<&str> = CONSTRAINTS.into_iter().chain(INDEXES).filter(|statement| !is_there(statement)).collect();
    for statement in &missing {
        client.run(query(statement)).await?;
    }
    if missing.is_empty() {
        return Ok(());
    }
    client.run(query(ENDED)).await?;
    client.run(query(READY)).await
}

/// The name that a statement gives its constraint, whose index has the same, or its index.
fn name_of(statement: &str) -> Option<&str> {
    statement.split(' ').nth(2)
}

async fn found_store(client: &Client) -> Result<i64> {
    let rows: Vec<Found> = client.rows(query(FOUND).param("format", FORMAT)).await?;
    Ok(rows.first().and_then(|found| found.format).unwrap_or(0))
}

fn check(found: i64, address: &Address) -> store::Result<()> {
    if found == FORMAT {
        return Ok(());
    }
    let hint = match found {
        newer if newer > FORMAT => "it was written by a newer version; use that one",
        _ => "it was not written by Headwater",
    };
    let (found, expected, hint) = (found.to_string(), FORMAT as u32, hint.to_owned());
    Err(StoreError::Format { path: address.to_string(), found, expected, hint })
}
