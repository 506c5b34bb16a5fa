//! Lineage of queries that were not understood in full: answers that rest on it say so.

use std::sync::Arc;

use expect_test::expect;
use graph::EventType::*;
use graph::change::*;
use graph::derive::{Derivation, Derive, QueryContext, Schemas};
use graph::walk::{Paths, Walk, paths, walk};
use graph::*;

use super::*;

/// Understands `copy SOURCE`, when the schema of the source is known column by column; `fill TARGET`, when it is known;
/// and nothing else.
struct Halting;

impl Derive for Halting {
    fn derive(&self, query: &Query, context: &QueryContext, schemas: &dyn Schemas) -> Derivation {
        let output = context.outputs.first().cloned();
        match query.text.split_once(' ') {
            Some(("copy", source)) => copy(output.unwrap_or_else(|| name("copied")), name(source), schemas),
            Some(("fill", target)) => fill(context, name(target), schemas),
            _ => fault("parse-error", Gap::Unparsed, Vec::new()),
        }
    }
}

fn fault(code: &str, gap: Gap, depends_on: Vec<QualifiedName>) -> Derivation {
    let message = format!("{code} it is");
    let fault = QueryFault { span: Some((0, 4)), code: code.to_owned(), message, gap: Some(gap) };
    Derivation { claims: Vec::new(), depends_on, faults: vec![fault] }
}

fn copy(output: QualifiedName, source: QualifiedName, schemas: &dyn Schemas) -> Derivation {
    let known = schemas.columns(&source);
    let edges = known.iter().flatten().map(|(path, _)| ColumnClaim {
        source: source.clone(),
        source_column: path.clone(),
        target_column: Some(path.clone()),
        kind: EdgeKind::Identity,
        masking: false,
        expression: None,
    });
    let inputs = vec![source.clone()];
    let claim = Claim { output, source: LineageSource::Sql, inputs, edges: edges.collect() };
    let found = match known {
        Some(_) => Derivation { depends_on: vec![source], ..Derivation::default() },
        None => fault("star", Gap::UnresolvedColumn, vec![source]),
    };
    Derivation { claims: vec![claim], ..found }
}

fn fill(context: &QueryContext, target: QualifiedName, schemas: &dyn Schemas) -> Derivation {
    if schemas.columns(&target).is_none() {
        return fault("table", Gap::UnresolvedDataset, vec![target]);
    }
    let inputs = context.inputs.clone();
    let claim = Claim { output: target.clone(), source: LineageSource::Sql, inputs, edges: Vec::new() };
    Derivation { claims: vec![claim], depends_on: vec![target], faults: Vec::new() }
}

async fn halting(open: Open<'_>) -> Opened {
    open(Arc::new(Halting), Rewrites::default()).await
}

/// Why what is downstream, and what is upstream, of a node is not complete, and by which jobs.
async fn told(store: &dyn Store, node: NodeName, kinds: EdgeKinds, at: Revision) -> String {
    let down = downstream(id(store, node).await, kinds, at);
    let up = Walk { direction: Direction::Upstream, ..down.clone() };
    let mut lines = Vec::new();
    for (way, asked) in [("down", down), ("up", up)] {
        let found = walk(store, &Everyone, &asked).await.expect("walk");
        let mut jobs = Vec::new();
        for (reason, job) in &found.causes {
            let node = store.nodes(&[*job], at).await.expect("nodes").remove(0).expect("a job");
            jobs.push(format!("{reason:?} by {}", label(&node.name)));
        }
        lines.push(format!("{way}: {} nodes {:?} {}", found.nodes.len(), found.reasons, jobs.join(", ")));
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

async fn tables(store: &dyn Store, table: &str) -> String {
    told(store, dataset(table), EdgeKinds::DATASET, head(store).await).await
}

async fn columns(store: &dyn Store, path: &str) -> String {
    told(store, column(path), EdgeKinds::COLUMN, head(store).await).await
}

/// A complete run that reports no inputs, and whose query says nothing, ends no lineage of runs before.
pub async fn silent_query_ends_nothing(open: Open<'_>) {
    let opened = halting(open).await;
    let store = opened.store.as_ref();
    let said = [
        at(1).run("j", "r1", Complete).reads(&["a"]).writes(&["t"]),
        at(2).run("j", "r2", Complete).writes(&["t"]).query("gibberish"),
        at(3).run("j", "r3", Complete).writes(&["t"]).query("fill t"),
    ];
    tell(store, &said).await;
    let feeds = |state: String| state.lines().filter(|line| line.contains("-Feeds->")).collect::<Vec<_>>().join("\n");
    assert_eq!(feeds(state(store).await), "  dataset a -Feeds-> dataset t");
    same_in_any_order(open, &said, opened).await;
    let opened = halting(open).await;
    let store = opened.store.as_ref();
    let understood = [&said[..], &[at(4).schema("t", &["id"])]].concat();
    tell(store, &understood).await;
    assert_eq!(feeds(state(store).await), "", "the third run's query says now that it reads nothing");
    same_in_any_order(open, &understood, opened).await;
}

/// The faults of a job's queries, as it was at a revision.
async fn faults(store: &dyn Store, job: &str, at: Revision) -> String {
    let job = id(store, NodeName::Job(name(job))).await;
    let node = store.nodes(&[job], at).await.expect("nodes").remove(0).expect("a job");
    let told = |query: &QueryFaults| {
        let faults = query.faults.iter().map(|fault| format!("{} {:?} {:?}", fault.code, fault.span, fault.gap));
        faults.collect::<Vec<_>>()
    };
    node.ingested.query_faults.iter().flat_map(told).collect::<Vec<_>>().join("; ")
}

/// Any order of the same inputs, each said twice, gives the same.
async fn same_in_any_order(open: Open<'_>, said: &[Say], first: Opened) {
    let expected = seen(first).await;
    for order in orders(said) {
        let other = halting(open).await;
        tell(other.store.as_ref(), &order).await;
        assert_eq!(seen(other).await, expected, "in another order");
    }
}

pub async fn unread_query(open: Open<'_>) {
    let said = [
        at(1).schema("a", &["x"]).schema("c", &["x"]),
        at(2).run("j", "r", Complete).reads(&["a"]).writes(&["b"]).query("mumble"),
        at(3).run("k", "r", Complete).reads(&["b"]).writes(&["c"]).query("copy b"),
        at(4).schema("b", &["x"]),
    ];
    let opened = halting(open).await;
    let store = opened.store.as_ref();
    tell(store, &said).await;
    expect![[r#"
        down: 3 nodes [(UnparsedQuery, 1)] UnparsedQuery by job j
        up: 1 nodes []"#]]
    .assert_eq(&tables(store, "a").await);
    expect![[r#"
        down: 1 nodes []
        up: 3 nodes [(UnparsedQuery, 1)] UnparsedQuery by job j"#]]
    .assert_eq(&tables(store, "c").await);
    expect![[r#"
        down: 1 nodes [(UnparsedQuery, 1)] UnparsedQuery by job j
        up: 1 nodes []"#]]
    .assert_eq(&columns(store, "a.x").await);
    expect![[r#"
        down: 1 nodes []
        up: 2 nodes [(UnparsedQuery, 1)] UnparsedQuery by job j"#]]
    .assert_eq(&columns(store, "c.x").await);
    let job = told(store, NodeName::Job(name("j")), EdgeKinds::JOB, head(store).await).await;
    expect![[r#"
        down: 4 nodes [(UnparsedQuery, 1)] UnparsedQuery by job j
        up: 2 nodes [(UnparsedQuery, 1)] UnparsedQuery by job j"#]]
    .assert_eq(&job);
    expect![[r#"parse-error Some((0, 4)) Some(Unparsed)"#]].assert_eq(&faults(store, "j", head(store).await).await);
    let totals = store.revision(AsOf::Latest).await.expect("revision").totals;
    assert_eq!(totals.edges, 7, "gaps are no lineage");
    same_in_any_order(open, &said, opened).await;
}

pub async fn paths_beside_an_unread_query(open: Open<'_>) {
    let opened = halting(open).await;
    let store = opened.store.as_ref();
    let said = [
        at(1).run("j", "r", Complete).reads(&["a"]).writes(&["b"]).query("mumble"),
        at(2).run("k", "r", Complete).reads(&["b"]).writes(&["c"]),
    ];
    tell(store, &said).await;
    let at = head(store).await;
    let (a, b, c) = (id(store, dataset("a")).await, id(store, dataset("b")).await, id(store, dataset("c")).await);
    let mut asked = Paths { from: a, to: c, kinds: EdgeKinds::DATASET, depth: 9, limit: 9, at, deadline: None };
    let found = paths(store, &Everyone, &asked).await.expect("paths");
    assert_eq!((found.paths.len(), found.reasons), (1, vec![(walk::Reason::UnparsedQuery, 1)]));
    (asked.from, asked.kinds) = (b, EdgeKinds::DATASET);
    let found = paths(store, &Everyone, &asked).await.expect("paths");
    assert_eq!(found.reasons, vec![(walk::Reason::UnparsedQuery, 1)], "what else makes c is not known");
}

pub async fn columns_not_told(open: Open<'_>) {
    let said = [
        at(1).run("j", "r", Complete).reads(&["a"]).writes(&["b"]).query("copy a").schema("b", &["x"]),
        at(2).schema("a", &["x"]),
    ];
    let opened = halting(open).await;
    let store = opened.store.as_ref();
    tell(store, &said[..1]).await;
    let before = head(store).await;
    expect![[r#"
        down: 2 nodes []
        up: 1 nodes []"#]]
    .assert_eq(&tables(store, "a").await);
    let unresolved = expect![[r#"
        down: 1 nodes []
        up: 1 nodes [(UnresolvedDataset, 1)] UnresolvedDataset by job j"#]];
    unresolved.assert_eq(&columns(store, "b.x").await);
    tell(store, &said[1..]).await;
    expect![[r#"
        down: 1 nodes []
        up: 2 nodes []"#]]
    .assert_eq(&columns(store, "b.x").await);
    unresolved.assert_eq(&told(store, column("b.x"), EdgeKinds::COLUMN, before).await);
    assert_eq!(faults(store, "j", before).await, "star Some((0, 4)) Some(UnresolvedColumn)");
    assert_eq!(faults(store, "j", head(store).await).await, "");
    let history = store.history(id(store, NodeName::Job(name("j"))).await, 9).await.expect("history");
    assert_eq!(history[0].changed, ["faults of the query"]);
    same_in_any_order(open, &said, opened).await;
}

pub async fn unread_query_without_outputs(open: Open<'_>) {
    let said = [
        at(1).run("j", "r1", Complete).reads(&["a"]).query("copy a"),
        at(2).run("j", "r2", Complete).reads(&["a"]).query("mumble"),
        at(3).run("idle", "r", Complete).query("mumble"),
    ];
    let opened = halting(open).await;
    let store = opened.store.as_ref();
    tell(store, &said).await;
    expect![[r#"
        down: 2 nodes [(UnparsedQuery, 1)] UnparsedQuery by job j
        up: 1 nodes []"#]]
    .assert_eq(&tables(store, "a").await);
    for job in ["j", "idle"] {
        let told = told(store, NodeName::Job(name(job)), EdgeKinds::JOB, head(store).await).await;
        assert_eq!(told.matches("UnparsedQuery, 1").count(), 2, "{told}");
    }
    same_in_any_order(open, &said, opened).await;
}

pub async fn output_told_by_a_late_schema(open: Open<'_>) {
    let said = [
        at(1).run("j", "r1", Complete).reads(&["a"]).query("fill b"),
        at(2).run("j", "r2", Complete).reads(&["a"]).query("fill b"),
        at(3).schema("b", &["x"]),
    ];
    let opened = halting(open).await;
    let store = opened.store.as_ref();
    tell(store, &said[..2]).await;
    expect![[r#"
        down: 1 nodes [(UnresolvedDataset, 1)] UnresolvedDataset by job j
        up: 1 nodes []"#]]
    .assert_eq(&tables(store, "a").await);
    tell(store, &said[2..]).await;
    expect![[r#"
        down: 2 nodes []
        up: 1 nodes []"#]]
    .assert_eq(&tables(store, "a").await);
    same_in_any_order(open, &said, opened).await;
}

pub async fn unread_query_that_does_not_count(open: Open<'_>) {
    let claim = [("a.x", "x", EdgeKind::Identity)];
    let said = [
        at(1).run("told", "r", Complete).reads(&["a"]).writes(&["b"]).query("mumble").claim(
            LineageSource::ColumnLineage,
            "b",
            &claim,
        ),
        at(2).run("mended", "r1", Complete).reads(&["a"]).writes(&["c"]).query("mumble"),
        at(3).run("mended", "r2", Complete).reads(&["a"]).writes(&["c"]).query("copy a"),
        at(4).schema("a", &["x"]),
    ];
    let opened = halting(open).await;
    let store = opened.store.as_ref();
    tell(store, &said).await;
    expect![[r#"
        down: 3 nodes []
        up: 1 nodes []"#]]
    .assert_eq(&columns(store, "a.x").await);
    assert_eq!(faults(store, "mended", head(store).await).await, "");
    same_in_any_order(open, &said, opened).await;
}
