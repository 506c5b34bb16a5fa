//! The cases.

use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use graph::EventType::*;
use graph::change::*;
use graph::derive::{Derivation, Derive, NoDerivation, QueryContext, Schemas};
use graph::walk::{Paths, Walk, paths};
use graph::*;

use super::*;

type Open<'a> = &'a dyn Fn(Arc<dyn Derive>, Rewrites) -> Opened;

fn plain(open: Open<'_>) -> Opened {
    open(Arc::new(NoDerivation), Rewrites::default())
}

async fn tell(store: &dyn Store, said: &[Say]) {
    for say in said {
        store.commit(say.submission()).await.expect("commits");
    }
}

/// What a store holds after some inputs, and that any order of them, each said twice, gives the same.
async fn check(open: Open<'_>, said: &[Say], expected: Expect) {
    let first = plain(open);
    tell(first.store.as_ref(), said).await;
    expected.assert_eq(&state(first.store.as_ref()).await);
    let digest = graph::digest::digest(first.store.as_ref()).await.expect("digest");
    for order in orders(said) {
        let other = plain(open);
        tell(other.store.as_ref(), &order).await;
        assert_eq!(state(other.store.as_ref()).await, state(first.store.as_ref()).await, "in another order");
        assert_eq!(graph::digest::digest(other.store.as_ref()).await.expect("digest"), digest, "in another order");
    }
}

/// Other orders of the same inputs: backwards, rotated, and each twice.
fn orders(said: &[Say]) -> Vec<Vec<Say>> {
    let backwards: Vec<Say> = said.iter().rev().cloned().collect();
    let doubled = said.iter().chain(&backwards).cloned().collect();
    let mut orders = vec![backwards, doubled];
    for by in 1..said.len() {
        let mut rotated = said.to_vec();
        rotated.rotate_left(by);
        orders.push(rotated);
    }
    orders
}

async fn head(store: &dyn Store) -> Revision {
    store.revision(AsOf::Latest).await.expect("revision").revision
}

fn downstream(start: NodeId, kinds: EdgeKinds, at: Revision) -> Walk {
    Walk { start: vec![start], direction: Direction::Downstream, kinds, depth: 10, limit: 100, at, deadline: None }
}

/// A small estate: orders and customers make a report.
pub fn shop() -> Vec<Submission> {
    let said = [
        at(1).run("load", "r1", Start).reads(&["raw"]).writes(&["orders"]).schema("orders", &["id", "amount"]),
        at(2).run("load", "r1", Complete).claim(LineageSource::ColumnLineage, "orders", &[("raw.x", "amount", EdgeKind::Identity)]),
        at(3).run("report", "r2", Complete).reads(&["orders"]).writes(&["report"]).doc("report", "for the board"),
    ];
    said.iter().map(Say::submission).collect()
}

pub async fn one_event(open: Open<'_>) {
    let said = [at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["b"]).schema("b", &["id int", "who.name text"])];
    check(open, &said, expect![[r#"
          dataset a -Feeds-> dataset b
          dataset a -Reads-> job load
          job load -Writes-> dataset b
        column b.id int
        column b.who.name text
        dataset a
        dataset b
        job load"#]]).await;
}

pub async fn repeated_input(open: Open<'_>) {
    let opened = plain(open);
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
        at(2).run("load", "r1", Complete).claim(LineageSource::ColumnLineage, "b", &[("a.id", "id", EdgeKind::Identity)]),
        at(3).run("load", "r2", Start).reads(&["a"]).writes(&["b"]).schema("b", &["id", "y"]),
        at(4).run("load", "r2", Complete).claim(LineageSource::ColumnLineage, "b", &[("a.id", "y", EdgeKind::Filter)]),
    ];
    check(open, &said, expect![[r#"
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
        job load"#]]).await;
}

pub async fn accumulated_run(open: Open<'_>) {
    let said = [
        at(1).run("load", "r1", Start).reads(&["a"]),
        at(2).run("load", "r1", Running).reads(&["b"]),
        at(3).run("load", "r1", Complete).writes(&["c"]),
    ];
    check(open, &said, expect![[r#"
          dataset a -Feeds-> dataset c
          dataset a -Reads-> job load
          dataset b -Feeds-> dataset c
          dataset b -Reads-> job load
          job load -Writes-> dataset c
        dataset a
        dataset b
        dataset c
        job load"#]]).await;
}

pub async fn failed_then_complete(open: Open<'_>) {
    let opened = plain(open);
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
    let opened = plain(open);
    tell(opened.store.as_ref(), &[at(5).run("load", "r1", Complete).writes(&["b"]), at(1).run("load", "r1", Start)]).await;
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
    check(open, &said, expect![[r#"
          dataset b -Feeds-> dataset c
          dataset b -Reads-> job load
          job load -Writes-> dataset c
        dataset a
        dataset b
        dataset c
        job load"#]]).await;
}

pub async fn edge_stays_when_a_run_fails(open: Open<'_>) {
    let said = [
        at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["c"]),
        at(2).run("load", "r2", Start).reads(&["b"]).writes(&["c"]),
        at(3).run("load", "r2", Fail),
        at(4).run("load", "r3", Complete),
        at(5).run("load", "r4", Complete).writes(&["c"]),
    ];
    check(open, &said, expect![[r#"
          dataset a -Feeds-> dataset c
          dataset a -Reads-> job load
          dataset b -Feeds-> dataset c
          dataset b -Reads-> job load
          job load -Writes-> dataset c
        dataset a
        dataset b
        dataset c
        job load"#]]).await;
}

pub async fn column_lineage_before_inputs(open: Open<'_>) {
    let claim = [("a.id", "id", EdgeKind::Identity), ("a.day", "", EdgeKind::Filter)];
    let said = [at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["b"]).claim(
        LineageSource::ColumnLineage,
        "b",
        &claim,
    )];
    check(open, &said, expect![[r#"
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
        job load"#]]).await;
}

pub async fn unclaimed_input_feeds_every_output(open: Open<'_>) {
    let said = [at(1)
        .run("load", "r1", Complete)
        .reads(&["a", "b", "lookup"])
        .writes(&["x", "y"])
        .claim(LineageSource::ColumnLineage, "x", &[("a.id", "id", EdgeKind::Identity)])
        .claim(LineageSource::ColumnLineage, "y", &[("b.id", "id", EdgeKind::Identity)])];
    check(open, &said, expect![[r#"
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
        job load"#]]).await;
}

pub async fn explicit_lineage_before_all(open: Open<'_>) {
    let said = [
        at(1)
            .run("load", "r1", Start)
            .reads(&["a", "b"])
            .writes(&["x", "y"])
            .claim(LineageSource::ColumnLineage, "x", &[("a.id", "id", EdgeKind::Identity)]),
        at(2).run("load", "r1", Complete).explicit_inputs("x", &["b"]),
    ];
    check(open, &said, expect![[r#"
          dataset a -Reads-> job load
          dataset b -Feeds-> dataset x
          dataset b -Reads-> job load
          job load -Writes-> dataset x
          job load -Writes-> dataset y
        dataset a
        dataset b
        dataset x
        dataset y
        job load"#]]).await;
}

pub async fn column_only_mentioned(open: Open<'_>) {
    let edges = |column| [("a.id", column, EdgeKind::Identity)];
    let said = [
        at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["b"]).claim(LineageSource::ColumnLineage, "b", &edges("gone")),
        at(2).run("load", "r2", Complete).reads(&["a"]).writes(&["b"]).claim(LineageSource::ColumnLineage, "b", &edges("here")),
    ];
    check(open, &said, expect![[r#"
          column a.id -Identity-> column b.here
          dataset a -Feeds-> dataset b
          dataset a -Reads-> job load
          job load -Writes-> dataset b
        column a.id ? undeclared
        column b.here ? undeclared
        dataset a
        dataset b
        job load"#]]).await;
}

pub async fn schema_changes(open: Open<'_>) {
    let said = [
        at(1).schema("t", &["id int", "name text", "old int"]),
        at(2).schema("t", &["id bigint", "name text", "new int"]),
    ];
    check(open, &said, expect![[r#"
        column t.id bigint
        column t.name text
        column t.new int
        dataset t"#]]).await;
}

pub async fn column_tags_before_schema(open: Open<'_>) {
    let tag = Tag { key: "pii".to_owned(), value: "true".to_owned(), source: None };
    let tags = Aspect::Tags { own: Vec::new(), columns: vec![("email".to_owned(), tag)] };
    let said = [at(1).facet(name("t"), "tags", Some(tags)), at(2).schema("t", &["id", "email text"])];
    check(open, &said, expect![[r#"
          column t.email -Tagged-> tag pii
        column t.email tag=pii text
        column t.id int
        dataset t
        tag pii"#]]).await;
}

pub async fn late_facet_loses(open: Open<'_>) {
    check(open, &[at(9).doc("t", "new"), at(1).doc("t", "old")], expect![[r#"dataset t doc="new""#]]).await;
}

pub async fn deleted_facet(open: Open<'_>) {
    let said =
        [at(1).doc("t", "first"), at(3).facet(name("t"), "documentation", None), at(2).doc("t", "between")];
    check(open, &said, expect!["dataset t"]).await;
}

pub async fn names_by_platform(open: Open<'_>) {
    let snowflake = |text: &str| QualifiedName::new("snowflake://acme", text);
    let doc = |text: &str| Aspect::Documentation(Documentation { text: text.to_owned(), content_type: None, by: None });
    let said = [
        at(1).facet(snowflake("SHOP.PUBLIC.ORDERS"), "documentation", Some(doc("one"))),
        at(2).facet(snowflake("shop.public.orders"), "documentation", Some(doc("two"))),
        at(3).doc("Orders", "postgres keeps case").doc("orders", "postgres keeps case"),
    ];
    check(open, &said, expect![[r#"
        dataset Orders doc="postgres keeps case"
        dataset SHOP.PUBLIC.ORDERS doc="two"
        dataset orders doc="postgres keeps case""#]]).await;
}

fn lake(path: &str) -> QualifiedName {
    QualifiedName::new("file", path)
}

fn links_to(text: &str) -> Option<Aspect> {
    Some(Aspect::Symlinks(vec![name(text)]))
}

pub async fn symlink(open: Open<'_>) {
    let said = [
        at(1).facet(lake("/lake/orders"), "symlinks", links_to("orders")).run("load", "r1", Complete).reads(&["raw"]),
        at(2).schema("orders", &["id"]).run("report", "r2", Complete).reads(&["orders"]).writes(&["report"]),
    ];
    check(open, &said, expect![[r#"
          dataset orders -Feeds-> dataset report
          dataset orders -Reads-> job report
          dataset raw -Reads-> job load
          job report -Writes-> dataset report
        column orders.id int
        dataset orders names=["orders", "/lake/orders"]
        dataset raw
        dataset report
        job load
        job report"#]]).await;
}

pub async fn late_symlink(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    let doc = Aspect::Documentation(Documentation { text: "from the lake".to_owned(), content_type: None, by: None });
    tell(store, &[at(1).facet(lake("/lake/orders"), "documentation", Some(doc)), at(2).run("report", "r", Complete).reads(&["orders"]).writes(&["report"])]).await;
    let before = head(store).await;
    assert_ne!(id(store, NodeName::Dataset(lake("/lake/orders"))).await, id(store, dataset("orders")).await);
    tell(store, &[at(3).facet(lake("/lake/orders"), "symlinks", links_to("orders"))]).await;
    let orders = id(store, dataset("orders")).await;
    assert_eq!(id(store, NodeName::Dataset(lake("/lake/orders"))).await, orders);
    let then = store.resolve(&[NodeName::Dataset(lake("/lake/orders"))], before).await.expect("resolve")[0];
    assert_ne!(then, Some(orders), "as of the revision before, they are two");
    let node = store.nodes(&[orders], head(store).await).await.expect("nodes")[0].clone().expect("there");
    assert_eq!(node.ingested.documentation.as_ref().map(|doc| doc.text.as_str()), Some("from the lake"));
}

pub async fn two_logical_names(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    let said = [
        at(1).facet(lake("/lake/orders"), "symlinks", links_to("orders")),
        at(2).facet(lake("/lake/orders"), "symlinks", links_to("orders.branch_x")),
    ];
    tell(store, &said).await;
    let physical = id(store, NodeName::Dataset(lake("/lake/orders"))).await;
    assert_eq!(id(store, dataset("orders")).await, physical, "each name leads to it");
    assert_eq!(id(store, dataset("orders.branch_x")).await, physical, "each name leads to it");
    let node = store.nodes(&[physical], head(store).await).await.expect("nodes")[0].clone().expect("there");
    assert_eq!(node.reported_as, vec![lake("/lake/orders")], "they are not made one");
}

fn renamed(from: &str) -> Option<Aspect> {
    Some(Aspect::Lifecycle { change: "RENAME".to_owned(), previous: Some(name(from)) })
}

pub async fn renamed_and_written_again(open: Open<'_>) {
    let said = [
        at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["old"]),
        at(2).facet(name("new"), "lifecycleStateChange", renamed("old")),
    ];
    check(open, &said, expect![[r#"
          dataset a -Feeds-> dataset new
          dataset a -Reads-> job load
          job load -Writes-> dataset new
        dataset a
        dataset new RENAME names=["new", "old"]
        job load"#]]).await;
    let again = [said.to_vec(), vec![at(3).run("load", "r2", Complete).reads(&["a"]).writes(&["old"])]].concat();
    check(open, &again, expect![[r#"
          dataset a -Feeds-> dataset old
          dataset a -Reads-> job load
          job load -Writes-> dataset old
        dataset a
        dataset new RENAME
        dataset old
        job load"#]]).await;
}

pub async fn dropped_and_written_again(open: Open<'_>) {
    let drop = Some(Aspect::Lifecycle { change: "DROP".to_owned(), previous: None });
    let said = [
        at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["t"]),
        at(2).run("drop", "r2", Start).writes(&["t"]).facet(name("t"), "lifecycleStateChange", drop),
        at(3).run("drop", "r2", Complete).writes(&["t"]),
    ];
    check(open, &said, expect![[r#"
          dataset a -Feeds-> dataset t
          dataset a -Reads-> job load
          job drop -Writes-> dataset t
          job load -Writes-> dataset t
        dataset a
        dataset t DROP dropped
        job drop
        job load"#]]).await;
    let again = [said.to_vec(), vec![at(4).run("load", "r3", Complete).reads(&["a"]).writes(&["t"])]].concat();
    check(open, &again, expect![[r#"
          dataset a -Feeds-> dataset t
          dataset a -Reads-> job load
          job drop -Writes-> dataset t
          job load -Writes-> dataset t
        dataset a
        dataset t DROP
        job drop
        job load"#]]).await;
}

pub async fn rewritten_namespace(open: Open<'_>) {
    let rules = Rewrites::new([("postgres://127.0.0.1:*", "postgres://db:*")]).expect("rules");
    let opened = open(Arc::new(NoDerivation), rules);
    let store = opened.store.as_ref();
    let local = |text: &str| QualifiedName::new("postgres://127.0.0.1:5432", text);
    let doc = |text: &str| Aspect::Documentation(Documentation { text: text.to_owned(), content_type: None, by: None });
    let said = [
        at(1).facet(local("orders"), "documentation", Some(doc("said locally"))),
        at(2).run("report", "r", Complete).reads(&["orders"]).writes(&["report"]),
        at(3).facet(local("only_local"), "documentation", Some(doc("alone"))),
    ];
    tell(store, &said).await;
    let orders = id(store, dataset("orders")).await;
    assert_eq!(id(store, NodeName::Dataset(local("orders"))).await, orders);
    let alone = id(store, dataset("only_local")).await;
    let nodes = store.nodes(&[orders, alone], head(store).await).await.expect("nodes");
    let shown: Vec<_> = nodes.iter().flatten().map(|node| (node.name.clone(), node.reported_as.len())).collect();
    assert_eq!(shown, vec![(dataset("orders"), 2), (dataset("only_local"), 1)]);
}

pub async fn authored_beside_ingested(open: Open<'_>) {
    let owner = Owner { name: "Ada".to_owned(), role: None };
    let tag = Tag { key: "gold".to_owned(), value: String::new(), source: None };
    let opened = plain(open);
    let store = opened.store.as_ref();
    let said = [
        at(1).doc("t", "ingested").schema("t", &["id"]),
        at(2).edit(dataset("t"), Edit::Description(Some("authored".to_owned()))),
        at(3).edit(dataset("t"), Edit::AddOwner(owner)).edit(column("t.id"), Edit::AddTag(tag)),
        at(4).doc("t", "ingested again"),
    ];
    tell(store, &said).await;
    expect![[r#"
          column t.id -Tagged-> tag gold
          dataset t -OwnedBy-> owner Ada
        column t.id int authored tag=gold
        dataset t doc="ingested again" authored doc="authored" authored owner=Ada
        owner Ada
        tag gold"#]].assert_eq(&state(store).await);
    tell(store, &[at(5).edit(dataset("t"), Edit::Description(None)).edit(dataset("t"), Edit::RemoveOwner("ada".to_owned()))]).await;
    expect![[r#"
          column t.id -Tagged-> tag gold
        column t.id int authored tag=gold
        dataset t doc="ingested again"
        tag gold"#]].assert_eq(&state(store).await);
}

pub async fn as_of_a_revision(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    tell(store, &[at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["c"]).schema("c", &["id int", "old int"])]).await;
    let (then, text) = (head(store).await, state(store).await);
    tell(store, &[at(2).run("load", "r2", Complete).reads(&["b"]).writes(&["c"]).schema("c", &["id bigint"])]).await;
    assert_ne!(state(store).await, text);
    assert_eq!(state_at(store, then).await, text);
    assert_eq!(state_at(store, Revision(0)).await, "");
}

pub async fn as_of_a_time(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    let mut moments = Vec::new();
    for seconds in 1..=3 {
        tell(store, &[at(seconds).doc("t", &format!("version {seconds}"))]).await;
        let meta = store.revision(AsOf::Latest).await.expect("revision");
        moments.push((meta.committed_at.expect("committed"), meta.revision));
    }
    for (moment, revision) in &moments {
        assert_eq!(store.revision(AsOf::Time(*moment)).await.expect("revision").revision, *revision);
    }
    let early = moments[0].0 - Duration::from_micros(1);
    assert_eq!(store.revision(AsOf::Time(early)).await.expect("revision").revision, Revision(0));
}

pub async fn feed(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    tell(store, &[at(1).doc("t", "one"), at(2).doc("t", "two"), at(3).run("j", "r", Complete).reads(&["t"])]).await;
    let Feed::Changes(entries) = store.changes(Revision(0), 10, Duration::ZERO).await.expect("feed") else {
        panic!("nothing was trimmed")
    };
    let t = id(store, dataset("t")).await;
    let of_t: Vec<_> = entries
        .iter()
        .flat_map(|entry| entry.nodes.iter().filter(|(node, _)| *node == t).map(move |(_, kind)| (entry.revision.0, *kind)))
        .collect();
    assert_eq!(of_t, vec![(1, ChangeKind::Created), (2, ChangeKind::Updated), (3, ChangeKind::Linked)]);
    let Feed::Changes(rest) = store.changes(Revision(2), 10, Duration::ZERO).await.expect("feed") else { panic!() };
    assert_eq!(rest.len(), 1);
}

pub async fn history_of_a_node(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    tell(store, &[at(1).doc("t", "one"), at(2).schema("t", &["id"]), at(3).doc("t", "two"), at(4).doc("t", "two")]).await;
    let versions = store.history(id(store, dataset("t")).await, 10).await.expect("history");
    let told: Vec<_> = versions.iter().map(|v| (v.node.span.from.0, v.changed.clone())).collect();
    assert_eq!(told, vec![(3, vec!["description"]), (2, vec!["schema"]), (1, vec![])]);
}

pub async fn runs_of_a_dataset(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    for n in 1..=5 {
        tell(store, &[at(n).run("load", &format!("r{n}"), Complete).reads(&["a"]).writes(&["b"])]).await;
    }
    tell(store, &[at(9).run("other", "x", Start).reads(&["c"])]).await;
    let dataset = Some(id(store, dataset("b")).await);
    let mut query = RunQuery { dataset, limit: 2, ..RunQuery::default() };
    let mut names = Vec::new();
    loop {
        let page = store.runs(&query).await.expect("runs");
        let Some(last) = page.last() else { break };
        query.after = Some(RunCursor { at: last.started_at.expect("started"), id: last.id });
        names.extend(page.into_iter().map(|run| run.name));
    }
    assert_eq!(names, ["r5", "r4", "r3", "r2", "r1"]);
    let running = RunQuery { state: Some(RunState::Running), limit: 9, ..RunQuery::default() };
    assert_eq!(store.runs(&running).await.expect("runs").len(), 1);
}

pub async fn design_statement_replaces(open: Open<'_>) {
    let said = [
        at(1).design("model").reads(&["a"]).writes(&["m"]),
        at(2).design("model").reads(&["b"]).writes(&["m"]),
        at(1).run("model", "r", Complete).reads(&["c"]).writes(&["m"]),
    ];
    check(open, &said, expect![[r#"
          dataset b -Feeds-> dataset m
          dataset b -Reads-> job model
          dataset c -Feeds-> dataset m
          dataset c -Reads-> job model
          job model -Writes-> dataset m
        dataset a
        dataset b
        dataset c
        dataset m
        job model"#]]).await;
}

pub async fn dataset_states_its_own_lineage(open: Open<'_>) {
    let said = [
        at(1).states("m").claim(LineageSource::ColumnLineage, "m", &[("a.id", "id", EdgeKind::Identity)]),
        at(2).states("m").explicit_inputs("m", &["b"]),
        at(3).states("n").explicit_inputs("n", &["m"]),
        at(4).states("n"),
    ];
    check(open, &said, expect![[r#"
          dataset b -Feeds-> dataset m
        dataset a
        dataset b
        dataset m
        dataset n"#]]).await;
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
    let opened = open(Arc::new(Copies), Rewrites::default());
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
        job j"#]].assert_eq(&state(store).await);
}

pub async fn derived_again_when_a_schema_comes_late(open: Open<'_>) {
    let said = [
        at(1).run("j", "r", Complete).reads(&["a"]).writes(&["b"]).query("copy a"),
        at(2).schema("a", &["id", "x"]),
        at(3).schema("a", &["id", "y"]),
    ];
    let opened = open(Arc::new(Copies), Rewrites::default());
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
        job j"#]].assert_eq(&state(opened.store.as_ref()).await);
    for order in orders(&said) {
        let other = open(Arc::new(Copies), Rewrites::default());
        tell(other.store.as_ref(), &order).await;
        assert_eq!(state(other.store.as_ref()).await, state(opened.store.as_ref()).await);
    }
}

pub async fn evidence_of_an_edge(open: Open<'_>) {
    let opened = open(Arc::new(Copies), Rewrites::default());
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

pub async fn rejected_input(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    tell(store, &[at(1).doc("t", "fine")]).await;
    let before = head(store).await;
    let mut rejected = at(2).submission();
    rejected.changes.clear();
    rejected.input.rejected = true;
    rejected.input.faults = vec![Fault { code: "no-job".to_owned(), path: Some("$.job".to_owned()), message: "expected an object".to_owned() }];
    store.commit(rejected).await.expect("kept");
    assert_eq!(head(store).await, before);
    let faulty = store.log(LogQuery { faulty: true, limit: 10, after: 0 }).await.expect("log");
    assert_eq!((faulty.len(), faulty[0].revision, faulty[0].faults[0].code.as_str()), (1, None, "no-job"));
    assert_eq!(store.log(LogQuery { limit: 10, ..LogQuery::default() }).await.expect("log").len(), 2);
}

pub async fn unknown_target(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    let said = at(1).edit(dataset("nowhere"), Edit::Description(Some("x".to_owned()))).submission();
    let error = store.commit(said).await.expect_err("there is nothing to edit");
    assert_eq!(error.to_string(), format!("the input cannot be stored: no dataset `nowhere` in `{NS}` to edit"));
    assert_eq!(store.revision(AsOf::Latest).await.expect("revision").totals.inputs, 0, "nothing of it stays");
}

fn chain() -> Vec<Say> {
    let job = |n: i64, from: &str, to: &str| at(n).run(&format!("j{n}"), "r", Complete).reads(&[from]).writes(&[to]);
    vec![job(1, "a", "b"), job(2, "b", "c"), job(3, "c", "a"), job(4, "c", "d"), job(5, "b", "d")]
}

pub async fn walk_in_a_cycle(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    tell(store, &chain()).await;
    let walk = downstream(id(store, dataset("a")).await, EdgeKinds::DATASET, head(store).await);
    expect!["dataset a@0 dataset b@1 dataset d@2 dataset c@2 (5 edges) []"].assert_eq(&walked(store, &walk, &Everyone).await);
    let up = Walk { direction: Direction::Upstream, start: vec![id(store, dataset("d")).await], ..walk };
    expect!["dataset d@0 dataset b@1 dataset c@1 dataset a@2 (5 edges) []"].assert_eq(&walked(store, &up, &Everyone).await);
}

pub async fn walk_limits(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    tell(store, &chain()).await;
    let walk = downstream(id(store, dataset("a")).await, EdgeKinds::DATASET, head(store).await);
    expect!["dataset a@0 dataset b@1+2 (1 edges) [(DepthLimit, 2)]"].assert_eq(&walked(store, &Walk { depth: 1, ..walk.clone() }, &Everyone).await);
    expect!["dataset a@0 dataset b@1+2 (1 edges) [(NodeLimit, 2)]"].assert_eq(&walked(store, &Walk { limit: 2, ..walk.clone() }, &Everyone).await);
    let late = Walk { deadline: Some(std::time::Instant::now()), ..walk };
    expect!["dataset a@0 (0 edges) [(Deadline, 1)]"].assert_eq(&walked(store, &late, &Everyone).await);
}

/// Sees everything but one dataset.
struct AllBut(&'static str);

impl Viewer for AllBut {
    fn sees(&self, node: &Node) -> bool {
        !matches!(&node.name, NodeName::Dataset(name) if name.name == self.0)
    }
}

pub async fn restricted_walk(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    tell(store, &chain()).await;
    let walk = downstream(id(store, dataset("a")).await, EdgeKinds::DATASET, head(store).await);
    expect!["dataset a@0 dataset b@1 dataset d@2 (2 edges) [(Restricted, 1)]"].assert_eq(&walked(store, &walk, &AllBut("c")).await);
}

pub async fn paths_between(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    tell(store, &chain()).await;
    let (from, to) = (id(store, dataset("a")).await, id(store, dataset("d")).await);
    let at = head(store).await;
    let asked = Paths { from, to, kinds: EdgeKinds::DATASET, depth: 10, limit: 10, at, deadline: None };
    let found = paths(store, &Everyone, &asked).await.expect("paths");
    let mut told = Vec::new();
    for path in &found.paths {
        let nodes = store.nodes(path, at).await.expect("nodes");
        told.push(nodes.into_iter().flatten().map(|node| label(&node.name)).collect::<Vec<_>>().join(" > "));
    }
    assert_eq!(told, ["dataset a > dataset b > dataset d", "dataset a > dataset b > dataset c > dataset d"]);
    let one = paths(store, &Everyone, &Paths { limit: 1, ..asked }).await.expect("paths");
    assert_eq!((one.paths.len(), one.reasons.len()), (1, 1), "a path left out is told");
}

pub async fn influence_on_a_whole_dataset(open: Open<'_>) {
    let opened = plain(open);
    let store = opened.store.as_ref();
    let said = [
        at(1).run("j", "r", Complete).claim(
            LineageSource::ColumnLineage,
            "b",
            &[("a.id", "id", EdgeKind::Identity), ("a.day", "", EdgeKind::Filter)],
        ),
        at(2).run("k", "r", Complete).claim(LineageSource::ColumnLineage, "c", &[("b.id", "id", EdgeKind::Identity)]),
    ];
    tell(store, &said).await;
    let at = head(store).await;
    let from_day = downstream(id(store, column("a.day")).await, EdgeKinds::COLUMN, at);
    expect!["column a.day@0 dataset b@1 column b.id@1 column c.id@2 (2 edges) []"].assert_eq(&walked(store, &from_day, &Everyone).await);
    let to_c = Walk { direction: Direction::Upstream, start: vec![id(store, column("c.id")).await], ..from_day };
    expect!["column c.id@0 column b.id@1 column a.id@2 dataset b@1 column a.day@2 (3 edges) []"].assert_eq(&walked(store, &to_c, &Everyone).await);
    let direct = Walk { kinds: EdgeKinds::DIRECT, ..to_c };
    expect!["column c.id@0 column b.id@1 column a.id@2 (2 edges) []"].assert_eq(&walked(store, &direct, &Everyone).await);
}

pub async fn concurrent_commits(open: Open<'_>) {
    let opened = plain(open);
    let mut tasks = Vec::new();
    for n in 0..64 {
        let store = Arc::clone(&opened.store);
        let say = at(n).run("load", &format!("r{n}"), Complete).reads(&["a"]).writes(&["b"]);
        tasks.push(tokio::spawn(async move {
            let receipt = store.commit(say.submission()).await.expect("commits");
            assert!(store.revision(AsOf::Latest).await.expect("revision").revision >= receipt.revision);
        }));
    }
    for task in tasks {
        task.await.expect("a client");
    }
    let totals = opened.store.revision(AsOf::Latest).await.expect("revision").totals;
    assert_eq!((totals.runs, totals.inputs, totals.edges), (64, 64, 3));
}

pub async fn future_revision(open: Open<'_>) {
    let opened = plain(open);
    let error = opened.store.revision(AsOf::Revision(Revision(7))).await.expect_err("not committed");
    assert_eq!(error.to_string(), "revision 7 is not committed yet; the newest is 0");
}
