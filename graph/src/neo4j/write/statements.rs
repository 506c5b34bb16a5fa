//! The statements of a commit. Each is about a list of rows, `$rows`.

/// Holds the node that says how far the graph has come, so that writers go one after the other. It is read by a
/// statement of its own: a plan may read what it returns before it writes.
pub(super) const LOCK: &str = "MATCH (h:Headwater {name: 'store'}) SET h.lock = true";

pub(super) const HELD: &str = "MATCH (h:Headwater {name: 'store'}) RETURN h.revision AS revision, h.committedAt AS committed_at, h.nextNode AS node, h.nextEdge AS edge, \
     h.nextRun AS run, h.statements AS statements, h.sequence AS sequence, h.faults AS faults, h.rejected AS rejected, \
     h.datasets AS datasets, h.columns AS columns, h.jobs AS jobs, h.edges AS edges, h.aliasRevision AS alias_revision";

/// Whether a commit whose answer was lost stands.
pub(super) const COMMITTED: &str = "UNWIND $rows AS commit MATCH (r:Revision {commit: commit}) RETURN r.id AS revision";

pub(super) const INPUTS: &str = "UNWIND $rows AS id MATCH (n:Input {id: id}) RETURN n.id AS id";

pub(super) const CONTENTS: &str = "UNWIND $rows AS id MATCH (n:Content {id: id}) RETURN n.id AS id, n.bytes AS bytes";

macro_rules! nodes {
    ($match:literal) => {
        concat!(
            $match,
            " RETURN n.id AS id, n.kind AS kind, n.parent AS parent, n.key AS key, n.name AS name, \
             n.created AS created, n.ended AS ended, n.flags AS flags, n.since AS since, n.body AS body, \
             n.register AS register"
        )
    };
}

pub(super) const NODES_BY_PLACE: &str = nodes!("UNWIND $rows AS place MATCH (n:Entity {place: place})");
pub(super) const NODES: &str = nodes!("UNWIND $rows AS id MATCH (n:Entity {id: id})");
pub(super) const COLUMNS: &str = nodes!("UNWIND $rows AS id MATCH (:Entity {id: id})-[:HAS_COLUMN]->(n)");

pub(super) const DEGREES: &str = "UNWIND $rows AS id MATCH (n:Entity {id: id}) RETURN id AS node, \
     COUNT { (n)-[:READS|WRITES|FEEDS|OWNED_BY|TAGGED|PART_OF|LEAVES_OPEN]->() } + \
     COUNT { (n)<-[:READS|WRITES|FEEDS|OWNED_BY|TAGGED|PART_OF|LEAVES_OPEN]-() } AS other";

pub(super) const LINKS: &str = "UNWIND $rows AS id MATCH (n:Entity {id: id})-[l:ALSO_CALLED]-() WHERE l.until IS NULL \
     RETURN id AS asked, startNode(l).id AS node, endNode(l).id AS other, l.reason AS reason";

pub(super) const RENAMED: &str =
    "UNWIND $rows AS id MATCH (n)-[:RENAMED_FROM]->(:Entity {id: id}) RETURN n.id AS node, id AS other";

macro_rules! edges {
    ($($type:literal),+) => {
        concat!(
            "UNWIND $rows AS group CALL (group) { ",
            edges!(@union $($type),+),
            " } RETURN group, r.id AS id, r.kind AS kind, a.id AS src, b.id AS dst, r.masking AS masking"
        )
    };
    (@union $first:literal $(, $type:literal)*) => {
        concat!(edges!(@of $first) $(, " UNION ALL ", edges!(@of $type))*)
    };
    (@of $type:literal) => {
        concat!("MATCH (a)-[r:", $type, " {group: group}]->(b) RETURN a, r, b")
    };
}

pub(super) const OUTPUT_EDGES: &str = edges!("WRITES", "FEEDS", "LEAVES_OPEN");
pub(super) const READ_EDGES: &str = edges!("READS", "LEAVES_OPEN");
pub(super) const LABEL_EDGES: &str = edges!("OWNED_BY", "TAGGED", "PART_OF");

pub(super) const RUNS: &str = "UNWIND $rows AS row MATCH (r:Run {name: row.name, job: row.job}) \
     RETURN r.id AS id, r.job AS job, r.name AS name, r.state AS state, r.at AS at, r.body AS body, \
     COLLECT { MATCH (o:RunOutput {run: r.id}) RETURN {output: o.output, job: o.job, lineage: o.lineage, key: o.key, \
     standing: o.standing, drops: o.drops} } AS outputs";

pub(super) const LINEAGES: &str =
    "UNWIND $rows AS id MATCH (n:Lineage {id: id}) RETURN n.id AS id, null AS job, n.body AS body";

pub(super) const NOTED: &str = "UNWIND $rows AS place MATCH (n:LineageState {place: place}) \
     RETURN n.job AS job, n.output AS output, n.lineages AS lineages";

pub(super) const NOTED_OF_JOBS: &str = "UNWIND $rows AS job MATCH (n:LineageState {job: job}) \
     RETURN n.job AS job, n.output AS output, n.lineages AS lineages";

/// The latest complete runs, what later ones say, and what was stated by design.
pub(super) const FRONTIERS: &str = "UNWIND $rows AS row \
     CALL (row) { OPTIONAL MATCH (c:RunOutput {said: row.said, standing: 1}) WHERE NOT c.run IN row.except \
       RETURN coalesce(max(c.key), '') AS latest } \
     CALL (row, latest) { \
       MATCH (o:RunOutput {said: row.said, standing: 1, key: latest}) WHERE NOT o.run IN row.except RETURN o \
       UNION ALL \
       MATCH (o:RunOutput {said: row.said, standing: 0}) WHERE o.key >= latest AND NOT o.run IN row.except RETURN o \
       UNION ALL \
       MATCH (o:RunOutput {said: row.said, standing: 2}) WHERE NOT o.run IN row.except RETURN o } \
     RETURN row.job AS job, row.output AS output, o.standing AS standing, o.lineage AS lineage, max(o.key) AS key";

pub(super) const WRITTEN: &str = "UNWIND $rows AS row \
     OPTIONAL MATCH (o:RunOutput {output: row.output, drops: false}) WHERE NOT o.run IN row.except \
     RETURN row.output AS output, max(o.key) AS key";

pub(super) const SAYS: &str = "UNWIND $rows AS row MATCH (o:RunOutput {said: row.said, lineage: row.lineage}) \
     MATCH (r:Run {id: o.run}) \
     RETURN row.job AS job, row.output AS output, row.lineage AS lineage, r.id AS run, r.name AS name";

pub(super) const DERIVATIONS: &str =
    "UNWIND $rows AS id MATCH (n:Derivation {id: id}) RETURN n.id AS id, n.job AS job, n.body AS body";

pub(super) const SCHEMAS: &str = "UNWIND $rows AS id MATCH (n:Derivation)-[:BOUND_TO]->(:SchemaKey {id: id}) \
     RETURN id AS schema, n.id AS id, n.job AS job, n.body AS body";

macro_rules! node_of {
    ($label:literal, $link:literal) => {
        concat!(
            "UNWIND $rows AS row MATCH (p:Entity {id: row.parent}) CREATE (p)-[:",
            $link,
            "]->(n:Entity:",
            $label,
            ") SET n = row.properties"
        )
    };
    ($label:literal) => {
        concat!("UNWIND $rows AS row CREATE (n:Entity:", $label, ") SET n = row.properties")
    };
}

pub(super) const NEW_NAMESPACES: &str = node_of!("Namespace");
pub(super) const NEW_DATASETS: &str = node_of!("Dataset", "CONTAINS");
pub(super) const NEW_COLUMNS: &str = node_of!("Column", "HAS_COLUMN");
pub(super) const NEW_JOBS: &str = node_of!("Job", "CONTAINS");
pub(super) const NEW_OWNERS: &str = node_of!("Owner");
pub(super) const NEW_TAGS: &str = node_of!("Tag");

pub(super) const CHANGED_NODES: &str = "UNWIND $rows AS row MATCH (n:Entity {id: row.id}) SET n += row.properties";

pub(super) const PAST: &str = "UNWIND $rows AS row MATCH (n:Entity {id: row.id}) \
     CREATE (n)-[:WAS]->(:Version {id: row.id, since: row.since, until: row.until, body: row.body})";

/// A statement that begins edges of a type, and one that ends them.
macro_rules! edge_type {
    ($begin:ident, $end:ident, $type:literal) => {
        pub(super) const $begin: &str = concat!(
            "UNWIND $rows AS row MATCH (a:Entity {id: row.src}) MATCH (b:Entity {id: row.dst}) CREATE (a)-[:",
            $type,
            " {id: row.id, kind: row.kind, type: row.type, masking: row.masking, output: row.output, job: row.job, \
             group: row.group, since: row.since}]->(b)"
        );
        pub(super) const $end: &str = concat!(
            "UNWIND $rows AS row MATCH (a)-[r:",
            $type,
            " {id: row.id}]->(b) CREATE (a)-[e:ENDED]->(b) SET e = properties(r), e.until = row.until, e.was = '",
            $type,
            "' DELETE r"
        );
    };
}

edge_type!(BEGIN_READS, END_READS, "READS");
edge_type!(BEGIN_WRITES, END_WRITES, "WRITES");
edge_type!(BEGIN_FEEDS, END_FEEDS, "FEEDS");
edge_type!(BEGIN_OWNED_BY, END_OWNED_BY, "OWNED_BY");
edge_type!(BEGIN_TAGGED, END_TAGGED, "TAGGED");
edge_type!(BEGIN_PART_OF, END_PART_OF, "PART_OF");
edge_type!(BEGIN_LEAVES_OPEN, END_LEAVES_OPEN, "LEAVES_OPEN");

pub(super) const BEGIN_LINKS: &str = "UNWIND $rows AS row MATCH (a:Entity {id: row.node}) \
     MATCH (b:Entity {id: row.other}) CREATE (a)-[:ALSO_CALLED {id: row.id, reason: row.reason, since: row.since}]->(b)";

pub(super) const END_LINKS: &str = "UNWIND $rows AS row \
     MATCH (:Entity {id: row.node})-[l:ALSO_CALLED {reason: row.reason}]->(:Entity {id: row.other}) \
     WHERE l.until IS NULL SET l.until = row.until";

pub(super) const NEW_RENAMED: &str = "UNWIND $rows AS row MATCH (old:Entity {id: row.old}) \
     MATCH (n:Entity {id: row.node}) CREATE (n)-[:RENAMED_FROM]->(old)";

pub(super) const NEW_INPUTS: &str = "UNWIND $rows AS row CREATE (n:Input) SET n = row";

pub(super) const NEW_CONTENTS: &str =
    "UNWIND $rows AS row MERGE (n:Content {id: row.id}) ON CREATE SET n.bytes = row.bytes";

pub(super) const WRITE_LINEAGES: &str = "UNWIND $rows AS row MERGE (n:Lineage {id: row.id}) SET n.body = row.body";

pub(super) const NOTE_LINEAGES: &str = "UNWIND $rows AS row MERGE (n:LineageState {place: row.place}) SET n = row";

pub(super) const NEW_RUNS: &str = "UNWIND $rows AS row CREATE (r:Run) SET r = row \
     WITH r, row MATCH (j:Entity {id: row.job}) CREATE (r)-[:RUN_OF]->(j)";

pub(super) const NEW_STATEMENTS: &str = "UNWIND $rows AS row CREATE (r:Run) SET r = row";

pub(super) const CHANGED_RUNS: &str =
    "UNWIND $rows AS row MATCH (r:Run {id: row.id}) SET r.state = row.state, r.at = row.at, r.body = row.body";

pub(super) const LIST_RUNS: &str = "UNWIND $rows AS row MATCH (r:Run {id: row.run}) \
     MATCH (d:Entity {id: row.dataset}) MERGE (r)-[l:LISTED_AT]->(d) SET l.at = row.at";

pub(super) const UNLIST_RUNS: &str = "UNWIND $rows AS row \
     MATCH (:Run {id: row.run})-[l:LISTED_AT]->(:Entity {id: row.dataset}) DELETE l";

pub(super) const WRITE_OUTPUTS: &str = "UNWIND $rows AS row MERGE (o:RunOutput {place: row.place}) SET o = row";

pub(super) const DELETE_OUTPUTS: &str = "UNWIND $rows AS place MATCH (o:RunOutput {place: place}) DELETE o";

pub(super) const WRITE_DERIVATIONS: &str = "UNWIND $rows AS row MERGE (n:Derivation {id: row.id}) \
     SET n.job = coalesce(n.job, row.job), n.body = row.body \
     WITH n OPTIONAL MATCH (n)-[bound:BOUND_TO]->() DELETE bound";

pub(super) const BIND_DERIVATIONS: &str = "UNWIND $rows AS row MATCH (n:Derivation {id: row.id}) \
     MERGE (k:SchemaKey {id: row.schema}) MERGE (n)-[:BOUND_TO]->(k)";

pub(super) const NEW_REVISION: &str = "CREATE (r:Revision) SET r = $revision";

pub(super) const MOVE_HEAD: &str = "MATCH (h:Headwater {name: 'store'}) SET h += $head";
