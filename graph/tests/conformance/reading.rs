//! Revisions, the feed, histories, runs, walks, refusals.

use std::sync::Arc;
use std::time::Duration;

use expect_test::expect;
use graph::EventType::*;
use graph::change::*;
use graph::walk::{Paths, Walk, paths};
use graph::*;

use super::*;

pub async fn as_of_a_revision(open: Open<'_>) {
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    tell(store, &[at(1).run("load", "r1", Complete).reads(&["a"]).writes(&["c"]).schema("c", &["id int", "old int"])])
        .await;
    let (then, text) = (head(store).await, state(store).await);
    tell(store, &[at(2).run("load", "r2", Complete).reads(&["b"]).writes(&["c"]).schema("c", &["id bigint"])]).await;
    assert_ne!(state(store).await, text);
    assert_eq!(state_at(store, then).await, text);
    assert_eq!(state_at(store, Revision(0)).await, "");
}

pub async fn as_of_a_time(open: Open<'_>) {
    let opened = plain(open).await;
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
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    tell(store, &[at(1).doc("t", "one"), at(2).doc("t", "two"), at(3).run("j", "r", Complete).reads(&["t"])]).await;
    let Feed::Changes(entries) = store.changes(Revision(0), 10, Duration::ZERO).await.expect("feed") else {
        panic!("nothing was trimmed")
    };
    let t = id(store, dataset("t")).await;
    let of_t: Vec<_> = entries
        .iter()
        .flat_map(|entry| {
            entry.nodes.iter().filter(|(node, _)| *node == t).map(move |(_, kind)| (entry.revision.0, *kind))
        })
        .collect();
    assert_eq!(of_t, vec![(1, ChangeKind::Created), (2, ChangeKind::Updated), (3, ChangeKind::Linked)]);
    let Feed::Changes(rest) = store.changes(Revision(2), 10, Duration::ZERO).await.expect("feed") else { panic!() };
    assert_eq!(rest.len(), 1);
}

pub async fn history_of_a_node(open: Open<'_>) {
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    tell(store, &[at(1).doc("t", "one"), at(2).schema("t", &["id"]), at(3).doc("t", "two"), at(4).doc("t", "two")])
        .await;
    let versions = store.history(id(store, dataset("t")).await, 10).await.expect("history");
    let told: Vec<_> = versions.iter().map(|v| (v.node.span.from.0, v.changed.clone())).collect();
    assert_eq!(told, vec![(3, vec!["description"]), (2, vec!["schema"]), (1, vec![])]);
}

pub async fn runs_of_a_dataset(open: Open<'_>) {
    let opened = plain(open).await;
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

pub async fn rejected_input(open: Open<'_>) {
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    tell(store, &[at(1).doc("t", "fine")]).await;
    let before = head(store).await;
    let mut rejected = at(2).submission();
    rejected.changes.clear();
    rejected.input.rejected = true;
    rejected.input.faults = vec![Fault {
        code: "no-job".to_owned(),
        path: Some("$.job".to_owned()),
        message: "expected an object".to_owned(),
    }];
    store.commit(rejected).await.expect("kept");
    assert_eq!(head(store).await, before);
    let totals = store.revision(AsOf::Latest).await.expect("revision").totals;
    assert_eq!((totals.inputs, totals.faults, totals.rejected), (2, 1, 1));
    let faulty = store.log(LogQuery { faulty: true, limit: 10, after: 0 }).await.expect("log");
    assert_eq!((faulty.len(), faulty[0].revision, faulty[0].faults[0].code.as_str()), (1, None, "no-job"));
    assert_eq!(store.log(LogQuery { limit: 10, ..LogQuery::default() }).await.expect("log").len(), 2);
}

pub async fn unknown_target(open: Open<'_>) {
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    let said = at(1).edit(dataset("nowhere"), Edit::Description(Some("x".to_owned()))).submission();
    let error = store.commit(said).await.expect_err("there is nothing to edit");
    assert_eq!(error.to_string(), format!("the input cannot be stored: no dataset `nowhere` in `{NS}` to edit"));
    assert_eq!(store.revision(AsOf::Latest).await.expect("revision").totals.inputs, 0, "nothing of it stays");
}

/// Submissions that are committed together stand and fall each for itself.
pub async fn unknown_target_among_others(open: Open<'_>) {
    let opened = plain(open).await;
    let good: Vec<Say> = (0..30).map(|n| at(n).schema(&format!("t{n}"), &["id"]).doc("shared", "text")).collect();
    let bad = |n: i64| at(n).doc("half", "done").edit(dataset("nowhere"), Edit::Description(None));
    let together = good.chunks(5).zip(30..).flat_map(|(some, n)| some.iter().cloned().chain([bad(n)]));
    let mut commits = tokio::task::JoinSet::new();
    for said in together {
        let store = Arc::clone(&opened.store);
        commits.spawn(async move { store.commit(said.submission()).await.is_err() });
    }
    let refused = commits.join_all().await.into_iter().filter(|refused| *refused).count();
    assert_eq!(refused, 6);
    assert_eq!(opened.store.revision(AsOf::Latest).await.expect("revision").totals.inputs, 30);
    let together = seen(opened).await;
    let alone = plain(open).await;
    tell(alone.store.as_ref(), &good).await;
    assert_eq!(together, seen(alone).await);
}

fn chain() -> Vec<Say> {
    let job = |n: i64, from: &str, to: &str| at(n).run(&format!("j{n}"), "r", Complete).reads(&[from]).writes(&[to]);
    vec![job(1, "a", "b"), job(2, "b", "c"), job(3, "c", "a"), job(4, "c", "d"), job(5, "b", "d")]
}

pub async fn walk_in_a_cycle(open: Open<'_>) {
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    tell(store, &chain()).await;
    let walk = downstream(id(store, dataset("a")).await, EdgeKinds::DATASET, head(store).await);
    expect!["dataset a@0 dataset b@1 dataset d@2 dataset c@2 (5 edges) []"]
        .assert_eq(&walked(store, &walk, &Everyone).await);
    let up = Walk { direction: Direction::Upstream, start: vec![id(store, dataset("d")).await], ..walk };
    expect!["dataset d@0 dataset b@1 dataset c@1 dataset a@2 (5 edges) []"]
        .assert_eq(&walked(store, &up, &Everyone).await);
}

pub async fn walk_limits(open: Open<'_>) {
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    tell(store, &chain()).await;
    let walk = downstream(id(store, dataset("a")).await, EdgeKinds::DATASET, head(store).await);
    expect!["dataset a@0 dataset b@1+2 (1 edges) [(DepthLimit, 2)]"]
        .assert_eq(&walked(store, &Walk { depth: 1, ..walk.clone() }, &Everyone).await);
    expect!["dataset a@0 dataset b@1+2 (1 edges) [(NodeLimit, 2)]"]
        .assert_eq(&walked(store, &Walk { limit: 2, ..walk.clone() }, &Everyone).await);
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
    let opened = plain(open).await;
    let store = opened.store.as_ref();
    tell(store, &chain()).await;
    let walk = downstream(id(store, dataset("a")).await, EdgeKinds::DATASET, head(store).await);
    expect!["dataset a@0 dataset b@1 dataset d@2 (2 edges) [(Restricted, 1)]"]
        .assert_eq(&walked(store, &walk, &AllBut("c")).await);
}

pub async fn paths_between(open: Open<'_>) {
    let opened = plain(open).await;
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
    let opened = plain(open).await;
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
    expect!["column a.day@0 dataset b@1 column b.id@1 column c.id@2 (2 edges) []"]
        .assert_eq(&walked(store, &from_day, &Everyone).await);
    let to_c = Walk { direction: Direction::Upstream, start: vec![id(store, column("c.id")).await], ..from_day };
    expect!["column c.id@0 column b.id@1 column a.id@2 dataset b@1 column a.day@2 (3 edges) []"]
        .assert_eq(&walked(store, &to_c, &Everyone).await);
    let direct = Walk { kinds: EdgeKinds::DIRECT, ..to_c };
    expect!["column c.id@0 column b.id@1 column a.id@2 (2 edges) []"]
        .assert_eq(&walked(store, &direct, &Everyone).await);
}

pub async fn concurrent_commits(open: Open<'_>) {
    let opened = plain(open).await;
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
    let opened = plain(open).await;
    let error = opened.store.revision(AsOf::Revision(Revision(7))).await.expect_err("not committed");
    assert_eq!(error.to_string(), "revision 7 is not committed yet; the newest is 0");
}
