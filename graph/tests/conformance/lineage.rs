//! Runs and the lineage they state.

use std::sync::Arc;

use expect_test::expect;
use graph::EventType::*;
use graph::change::*;
use graph::derive::{Derivation, Derive, QueryContext, Schemas};
use graph::*;

use super::*;

/// A small estate: orders and customers make a report.
pub fn shop() -> Vec<Submission> {
    let said = [
        at(1).run("load", "r1", Start).reads(&["raw"]).writes(&["orders"]).schema("orders", &["id", "amount"]),
        at(2).run("load", "r1", Complete).claim(
            LineageSource::ColumnLineage,
            "orders",
            &[("raw.x", "amount", EdgeKind::Identity)],
        ),
        at(3).run("report", "r2", Complete).reads(&["orders"]).writes(&["report"]).doc("report", "for the board"),
    ];
    said.iter().map(Say::submission).collect()
}

pub async fn one_event(open: Open<'_>) {
    let said =
        [at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["b"]).schema("b", &["id int", "who.name text"])];
    check(
        open,
        &said,
        expect![[r#"
          dataset a -Feeds-> dataset b
          dataset a -Reads-> job load
          job load -Writes-> dataset b
        column b.id int
        column b.who.name text
        dataset a
        dataset b
        job load"#]],
    )
    .await;
}

pub async fn repeated_input(open: Open<'_>) {
    let opened = plain(open).await;
    let say = at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["b"]);
    let first = opened.store.commit(say.submission()).await.expect("commits");
    let second = opened.store.commit(say.submission()).await.expect("commits");
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert_eq!(first.revision, second.revision);
    assert_eq!(opened.store.revision(AsOf::Latest).await.expect("revision").totals.inputs, 1);
}

pub async fn order_plays_no_part(open: Open<'_>) {
    let said = [
        at(1).run("load", "r1", Start).reads(&["a", "old"]).writes(&["b"]).schema("b", &["id", "x"]),
        at(2).run("load", "r1", Complete).claim(
            LineageSource::ColumnLineage,
            "b",
            &[("a.id", "id", EdgeKind::Identity)],
        ),
        at(3).run("load", "r2", Start).reads(&["a"]).writes(&["b"]).schema("b", &["id", "y"]),
        at(4).run("load", "r2", Complete).claim(LineageSource::ColumnLineage, "b", &[("a.id", "y", EdgeKind::Filter)]),
    ];
    check(
        open,
        &said,
        expect![[r#"
          column a.id -Filter-> column b.y
          dataset a -Feeds-> dataset b
          dataset a -Reads-> job load
          job load -Writes-> dataset b
        column a.id ? undeclared
        column b.id int
        column b.y int
        dataset a
        dataset b
        dataset old
        job load"#]],
    )
    .await;
}

pub async fn accumulated_run(open: Open<'_>) {
    let said = [
        at(1).run("load", "r1", Start).reads(&["a"]),
        at(2).run("load", "r1", Running).reads(&["b"]),
        at(3).run("load", "r1", Complete).writes(&["c"]),
    ];
    check(
        open,
        &said,
        expect![[r#"
          dataset a -Feeds-> dataset c
          dataset a -Reads-> job load
          dataset b -Feeds-> dataset c
          dataset b -Reads-> job load
          job load -Writes-> dataset c
        dataset a
        dataset b
        dataset c
        job load"#]],
    )
    .await;
}

pub async fn failed_then_complete(open: Open<'_>) {
    let opened = plain(open).await;
    let said = [
        at(1).run("load", "r1", Start).reads(&["a"]).writes(&["b"]),
        at(2).run("load", "r1", Fail),
        at(3).run("load", "r1", Complete),
    ];
    tell(opened.store.as_ref(), &said).await;
    let runs = opened.store.runs(&RunQuery { limit: 10, ..RunQuery::default() }).await.expect("runs");
    let run = &runs[0];
    assert_eq!((run.state, run.started_at, run.ended_at), (RunState::Failed, Some(time(1)), Some(time(2))));
}

pub async fn late_start(open: Open<'_>) {
    let opened = plain(open).await;
    tell(opened.store.as_ref(), &[at(5).run("load", "r1", Complete).writes(&["b"]), at(1).run("load", "r1", Start)])
        .await;
    let b = id(opened.store.as_ref(), dataset("b")).await;
    let query = RunQuery { dataset: Some(b), limit: 10, ..RunQuery::default() };
    let runs = opened.store.runs(&query).await.expect("runs");
    assert_eq!(runs.len(), 1);
    let run = &runs[0];
    assert_eq!((run.state, run.started_at, run.ended_at), (RunState::Completed, Some(time(1)), Some(time(5))));
}

pub async fn edge_ends_with_a_complete_run(open: Open<'_>) {
    let said = [
        at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["c"]),
        at(2).run("load", "r2", Complete).reads(&["b"]).writes(&["c"]),
    ];
    check(
        open,
        &said,
        expect![[r#"
          dataset b -Feeds-> dataset c
          dataset b -Reads-> job load
          job load -Writes-> dataset c
        dataset a
        dataset b
        dataset c
        job load"#]],
    )
    .await;
}

pub async fn edge_stays_when_a_run_fails(open: Open<'_>) {
    let said = [
        at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["c"]),
        at(2).run("load", "r2", Start).reads(&["b"]).writes(&["c"]),
        at(3).run("load", "r2", Fail),
        at(4).run("load", "r3", Complete),
        at(5).run("load", "r4", Complete).writes(&["c"]),
    ];
    check(
        open,
        &said,
        expect![[r#"
          dataset a -Feeds-> dataset c
          dataset a -Reads-> job load
          dataset b -Feeds-> dataset c
          dataset b -Reads-> job load
          job load -Writes-> dataset c
        dataset a
        dataset b
        dataset c
        job load"#]],
    )
    .await;
}

pub async fn column_lineage_before_inputs(open: Open<'_>) {
    let claim = [("a.id", "id", EdgeKind::Identity), ("a.day", "", EdgeKind::Filter)];
    let said = [at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["b"]).claim(
        LineageSource::ColumnLineage,
        "b",
        &claim,
    )];
    check(
        open,
        &said,
        expect![[r#"
          column a.day -Filter-> dataset b
          column a.id -Identity-> column b.id
          dataset a -Feeds-> dataset b
          dataset a -Reads-> job load
          job load -Writes-> dataset b
        column a.day ? undeclared
        column a.id ? undeclared
        column b.id ? undeclared
        dataset a
        dataset b
        job load"#]],
    )
    .await;
}

pub async fn unclaimed_input_feeds_every_output(open: Open<'_>) {
    let said = [at(1)
        .run("load", "r1", Complete)
        .reads(&["a", "b", "lookup"])
        .writes(&["x", "y"])
        .claim(LineageSource::ColumnLineage, "x", &[("a.id", "id", EdgeKind::Identity)])
        .claim(LineageSource::ColumnLineage, "y", &[("b.id", "id", EdgeKind::Identity)])];
    check(
        open,
        &said,
        expect![[r#"
          column a.id -Identity-> column x.id
          column b.id -Identity-> column y.id
          dataset a -Feeds-> dataset x
          dataset a -Reads-> job load
          dataset b -Feeds-> dataset y
          dataset b -Reads-> job load
          dataset lookup -Feeds-> dataset x
          dataset lookup -Feeds-> dataset y
          dataset lookup -Reads-> job load
          job load -Writes-> dataset x
          job load -Writes-> dataset y
        column a.id ? undeclared
        column b.id ? undeclared
        column x.id ? undeclared
        column y.id ? undeclared
        dataset a
        dataset b
        dataset lookup
        dataset x
        dataset y
        job load"#]],
    )
    .await;
}

pub async fn explicit_lineage_before_all(open: Open<'_>) {
    let said = [
        at(1).run("load", "r1", Start).reads(&["a", "b"]).writes(&["x", "y"]).claim(
            LineageSource::ColumnLineage,
            "x",
            &[("a.id", "id", EdgeKind::Identity)],
        ),
        at(2).run("load", "r1", Complete).explicit_inputs("x", &["b"]),
    ];
    check(
        open,
        &said,
        expect![[r#"
          dataset a -Reads-> job load
          dataset b -Feeds-> dataset x
          dataset b -Reads-> job load
          job load -Writes-> dataset x
          job load -Writes-> dataset y
        dataset a
        dataset b
        dataset x
        dataset y
        job load"#]],
    )
    .await;
}

pub async fn design_statement_replaces(open: Open<'_>) {
    let said = [
        at(1).design("model").reads(&["a"]).writes(&["m"]),
        at(2).design("model").reads(&["b"]).writes(&["m"]),
        at(1).run("model", "r", Complete).reads(&["c"]).writes(&["m"]),
    ];
    check(
        open,
        &said,
        expect![[r#"
          dataset b -Feeds-> dataset m
          dataset b -Reads-> job model
          dataset c -Feeds-> dataset m
          dataset c -Reads-> job model
          job model -Writes-> dataset m
        dataset a
        dataset b
        dataset c
        dataset m
        job model"#]],
    )
    .await;
}

pub async fn dataset_states_its_own_lineage(open: Open<'_>) {
    let said = [
        at(1).states("m").claim(LineageSource::ColumnLineage, "m", &[("a.id", "id", EdgeKind::Identity)]),
        at(2).states("m").explicit_inputs("m", &["b"]),
        at(3).states("n").explicit_inputs("n", &["m"]),
        at(4).states("n"),
    ];
    check(
        open,
        &said,
        expect![[r#"
          dataset b -Feeds-> dataset m
        dataset a
        dataset b
        dataset m
        dataset n"#]],
    )
    .await;
}

/// Understands `copy SOURCE`: every column of the source goes to the output.
struct Copies;

impl Derive for Copies {
    fn derive(&self, query: &Query, context: &QueryContext, schemas: &dyn Schemas) -> Derivation {
        let source = name(query.text.strip_prefix("copy ").expect("copy SOURCE"));
        let columns = schemas.columns(&source).unwrap_or_default();
        let edges = columns.into_iter().map(|(path, _)| ColumnClaim {
            source: source.clone(),
            source_column: path.clone(),
            target_column: Some(path.clone()),
            kind: EdgeKind::Identity,
            masking: false,
            expression: Some(ExpressionSpan { text: path, start: 5, end: 6 }),
        });
        let output = context.outputs.first().cloned().unwrap_or_else(|| name("copied"));
        let claim = Claim { output, source: LineageSource::Sql, inputs: vec![source.clone()], edges: edges.collect() };
        Derivation { claims: vec![claim], depends_on: vec![source], faults: Vec::new() }
    }
}

pub async fn derived_from_a_query(open: Open<'_>) {
    let opened = open(Arc::new(Copies), Rewrites::default()).await;
    let store = opened.store.as_ref();
    let said = [at(1).schema("a", &["id", "x"]), at(2).run("j", "r", Complete).query("copy a")];
    tell(store, &said).await;
    expect![[r#"
          column a.id -Identity-> column copied.id
          column a.x -Identity-> column copied.x
          dataset a -Feeds-> dataset copied
          dataset a -Reads-> job j
          job j -Writes-> dataset copied
        column a.id int
        column a.x int
        column copied.id ? undeclared
        column copied.x ? undeclared
        dataset a
        dataset copied
        job j"#]]
    .assert_eq(&state(store).await);
}

pub async fn derived_again_when_a_schema_comes_late(open: Open<'_>) {
    let said = [
        at(1).run("j", "r", Complete).reads(&["a"]).writes(&["b"]).query("copy a"),
        at(2).schema("a", &["id", "x"]),
        at(3).schema("a", &["id", "y"]),
    ];
    let opened = open(Arc::new(Copies), Rewrites::default()).await;
    tell(opened.store.as_ref(), &said).await;
    expect![[r#"
          column a.id -Identity-> column b.id
          column a.y -Identity-> column b.y
          dataset a -Feeds-> dataset b
          dataset a -Reads-> job j
          job j -Writes-> dataset b
        column a.id int
        column a.y int
        column b.id ? undeclared
        column b.y ? undeclared
        dataset a
        dataset b
        job j"#]]
    .assert_eq(&state(opened.store.as_ref()).await);
    let expected = seen(opened).await;
    for order in orders(&said) {
        let other = open(Arc::new(Copies), Rewrites::default()).await;
        tell(other.store.as_ref(), &order).await;
        assert_eq!(seen(other).await, expected, "in another order");
    }
}

pub async fn evidence_of_an_edge(open: Open<'_>) {
    let opened = open(Arc::new(Copies), Rewrites::default()).await;
    let store = opened.store.as_ref();
    let said = [
        at(1).schema("a", &["id"]),
        at(2).run("j", "r1", Complete).reads(&["a"]).writes(&["b"]).query("copy a"),
        at(5).run("j", "r2", Complete).reads(&["a"]).writes(&["b"]).query("copy a"),
    ];
    tell(store, &said).await;
    let at = head(store).await;
    let frontier = [id(store, column("a.id")).await];
    let hop = Hop { frontier: &frontier, direction: Direction::Downstream, kinds: EdgeKinds::COLUMN, at };
    let edge = store.hop(hop).await.expect("hop")[0];
    let evidence = store.evidence(edge.id).await.expect("evidence").expect("there");
    assert_eq!(evidence.edge, edge);
    assert_eq!((evidence.source, evidence.run_count), (LineageSource::Sql, 2));
    assert_eq!((evidence.first_seen, evidence.last_seen), (time(2), time(5)));
    assert_eq!(evidence.query.map(|query| query.text), Some("copy a".to_owned()));
    assert_eq!(evidence.expression.map(|expression| (expression.text, expression.start)), Some(("id".to_owned(), 5)));
    assert_eq!(store.evidence(EdgeId(99_999)).await.expect("evidence"), None);
}
