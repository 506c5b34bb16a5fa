-- Headwater's embedded store, format 2. Times are microseconds since 1970 in UTC unless said otherwise.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- One row a commit. `nodes` is the change feed: [[node, change], …].
CREATE TABLE revision (id INTEGER PRIMARY KEY, committed_at INTEGER NOT NULL, nodes TEXT NOT NULL);

CREATE INDEX revision_by_time ON revision (committed_at);

-- The newest version of every node. `ended` is the revision since when it is no more.
CREATE TABLE node (
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, parent INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
  created INTEGER NOT NULL, ended INTEGER, flags INTEGER NOT NULL, since INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE UNIQUE INDEX node_by_key ON node (parent, kind, key);
CREATE INDEX node_flagged ON node (flags) WHERE flags & 6 <> 0;

-- Earlier versions: from `since` up to, not including, `until`.
CREATE TABLE node_past (
  id INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (id, since)
) WITHOUT ROWID;

-- Which facet of a node came from which input: {slot: [order key, content, aspect]}.
CREATE TABLE register (id INTEGER PRIMARY KEY, body TEXT NOT NULL);

-- Edges, of `output` by `job`; `until` is null while an edge is current.
CREATE TABLE edge (
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, src INTEGER NOT NULL, dst INTEGER NOT NULL, masking INTEGER NOT NULL,
  output INTEGER NOT NULL, job INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER
);
CREATE INDEX edge_current ON edge (output, job) WHERE until IS NULL;

-- Other names of datasets: `node` was said to be called `other` too.
CREATE TABLE alias (
  id INTEGER PRIMARY KEY, node INTEGER NOT NULL, other INTEGER NOT NULL, reason INTEGER NOT NULL,
  since INTEGER NOT NULL, until INTEGER
);
CREATE INDEX alias_current ON alias (node) WHERE until IS NULL;

-- Datasets that were ever said to be what became of another by renaming, whether that holds or not.
CREATE TABLE renamed (old INTEGER NOT NULL, node INTEGER NOT NULL, PRIMARY KEY (old, node)) WITHOUT ROWID;

-- The input log: every event, artifact and edit, in order of commit.
CREATE TABLE input (
  sequence INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, kind INTEGER NOT NULL, revision INTEGER,
  received_at INTEGER NOT NULL, body BLOB NOT NULL, faults TEXT
);
CREATE INDEX input_faulty ON input (sequence) WHERE faults IS NOT NULL;

-- Facets and other bytes, once by content.
CREATE TABLE content (id BLOB PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;

-- A run is known by its job and the id it was sent with; a job's statement by design is its run named '', a dataset's
-- own statement a run of job 0.
CREATE TABLE run (
  id INTEGER PRIMARY KEY, job INTEGER NOT NULL, name TEXT NOT NULL, state INTEGER NOT NULL, at INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX run_by_name ON run (name, job);
CREATE INDEX run_by_job ON run (job, at);
CREATE INDEX run_by_time ON run (at);
CREATE TABLE run_dataset (
  dataset INTEGER NOT NULL, at INTEGER NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (dataset, at, run)
) WITHOUT ROWID;

-- What a run says of one output: which lineage, how far the run came (0 going on or failed, 1 complete, 2 by design),
-- and whether it dropped the dataset instead of writing it.
CREATE TABLE run_output (
  run INTEGER NOT NULL, output INTEGER NOT NULL, job INTEGER NOT NULL, lineage BLOB NOT NULL, key BLOB NOT NULL,
  standing INTEGER NOT NULL, drops INTEGER NOT NULL, PRIMARY KEY (run, output)
) WITHOUT ROWID;
CREATE INDEX run_output_current ON run_output (output, job, standing, key, lineage);

-- Lineage of one output, once by what it says; that of a query is written anew when a schema it was bound to changes.
CREATE TABLE lineage (id BLOB PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
-- The lineages that are current for an output by a job.
CREATE TABLE lineage_state (
  job INTEGER NOT NULL, output INTEGER NOT NULL, lineages BLOB NOT NULL, PRIMARY KEY (job, output)
) WITHOUT ROWID;

-- Queries that lineage was derived from, and the datasets whose schemas they were bound to (by hash of the name).
CREATE TABLE derivation (id BLOB PRIMARY KEY, job INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE derivation_schema (
  dataset BLOB NOT NULL, derivation BLOB NOT NULL, PRIMARY KEY (dataset, derivation)
) WITHOUT ROWID;
CREATE INDEX derivation_schemas ON derivation_schema (derivation);
