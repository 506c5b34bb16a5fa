//! What differs between two times, told as text.

mod property;
mod told;
mod trimmed;

use expect_test::{Expect, expect};
use graph::walk::Reason;
use graph::{AsOf, Everyone, Node, Revision, Viewer};
use impact::diff::*;

use told::{Past, moment, shown, told};

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(work)
}

fn question(times: Times, about: About) -> Question {
    Question { times, about, after: None, first: 1000, with_inputs: false, deadline: None }
}

/// What differs of the estate between `mark a` and the end.
#[track_caller]
fn check(said: &str, expected: Expect) {
    expected.assert_eq(&wait(async {
        let mut past = Past::new();
        past.tell(said).await;
        let times = Times { from: past.mark("a"), to: past.now().await };
        let answer = diff(&*past.store, &Everyone, &question(times, About::Estate)).await.expect("an answer");
        assert_eq!(answer.cursor, None);
        told(&answer)
    }));
}

const SHOP: &str = "
    table orders: id int, total decimal, day date
    LOAD r1: orders orders.id>id > daily
    REPORT r2: daily daily.id>id > report
";

#[test]
fn columns_are_told_one_by_one() {
    check(
        "table orders: id int, total decimal, day date, note text
         mark a
         table orders: id bigint, day date, email text, note text, total decimal",
        expect![[r#"
            Changed orders.id @1
              Type: int => bigint @1
            Changed orders.total @1
              Position: 1 => 4 @1
            Came orders.email @1
              PersonalData: - => detected contact @1
              Type: - => text @1
              Position: - => 2 @1
              Declared: - => true @1
        "#]],
    );
}

#[test]
fn columns_pushed_by_others_have_not_moved() {
    check(
        "table orders: id int, total decimal, day date
         mark a
         table orders: new text, id int, day date",
        expect![[r#"
            Went orders.total @1
              Type: decimal => - @1
              Position: 1 => - @1
              Declared: true => - @1
            Came orders.new @1
              Type: - => text @1
              Position: - => 0 @1
              Declared: - => true @1
        "#]],
    );
}

#[test]
fn meaning_and_personal_data() {
    check(
        "table orders: id int, email text
         describe orders old words
         tag orders gold
         mark a
         describe orders new words
         own orders shop-team
         tag orders.email pii
         untag orders gold",
        expect![[r#"
            Changed orders @4
              Description: old words => new words @1
              Owner shop-team: - =>  @2
              Tag gold:  => - @4
            Changed orders.email @3
              Tag pii: - =>  @3
              PersonalData: - => confirmed unspecified @3
              PersonalData: detected contact => - @3
        "#]],
    );
}

#[test]
fn what_was_taken_back_is_no_change() {
    check(
        "table orders: id int
         mark a
         tag orders gold
         untag orders gold",
        expect![[""]],
    );
}

#[test]
fn edges_with_their_jobs() {
    check(
        "LOAD r1: orders orders.id>id orders.day> > daily
         mark a
         LOAD r2: clients orders clients.id>id > daily",
        expect![[r#"
            Went orders.id @1
            Went orders.day @1
            Came clients @1
            Came clients.id @1
            - orders.id Identity daily.id by LOAD @1
            - orders.day Filter daily by LOAD @1
            + clients Reads LOAD by LOAD @1
            + clients Feeds daily by LOAD @1
            + clients.id Identity daily.id by LOAD @1
        "#]],
    );
}

#[test]
fn a_dataset_that_becomes_another_name() {
    check(
        "table orders: id int
         table orders2: id int, extra text
         LOAD r1: orders2 orders2.id>id > daily
         mark a
         same orders2 orders",
        expect![[r#"
            Changed orders @?
              OtherName db orders2: - =>  @?
            Changed orders.extra @?
              Dataset: db orders2 => db orders @?
            Went orders2 @?
            Went orders2.id @?
              Type: int => - @?
              Position: 0 => - @?
              Declared: true => - @?
            + orders Reads LOAD by LOAD @?
            + orders Feeds daily by LOAD @?
            + orders.id Identity daily.id by LOAD @?
            - orders2 Reads LOAD by LOAD @?
            - orders2 Feeds daily by LOAD @?
            - orders2.id Identity daily.id by LOAD @?
        "#]],
    );
}

/// What differs around a node between `mark a` and the end.
#[track_caller]
fn check_about(said: &str, focus: &str, about: fn(graph::NodeId) -> About, expected: Expect) {
    expected.assert_eq(&wait(async {
        let mut past = Past::new();
        past.tell(said).await;
        let times = Times { from: past.mark("a"), to: past.now().await };
        let focus = past.find(focus, times.to).await;
        let answer = diff(&*past.store, &Everyone, &question(times, about(focus))).await.expect("an answer");
        told(&answer)
    }));
}

fn upstream(focus: graph::NodeId) -> About {
    About::Lineage(Neighbourhood { focus, ways: Ways::Upstream, by_column: false, depth: 10, limit: 100 })
}

#[test]
fn one_dataset_with_its_columns_and_edges() {
    let said = format!(
        "{SHOP} mark a
         table orders: id int, total text
         table elsewhere: id int
         LOAD r3: orders orders.total>id > daily"
    );
    check_about(
        &said,
        "orders",
        About::Node,
        expect![[r#"
        Changed orders.total @1
          Type: decimal => text @1
        Went orders.day @1
          Type: date => - @1
          Position: 2 => - @1
          Declared: true => - @1
        - orders.id Identity daily.id by LOAD @3
        + orders.total Identity daily.id by LOAD @3
    "#]],
    );
}

#[test]
fn the_lineage_around_a_dataset() {
    let said = format!(
        "table clients: id int
         {SHOP} mark a
         table orders: id bigint, total decimal, day date
         table elsewhere: id int
         LOAD r3: clients clients.id>id > daily"
    );
    check_about(
        &said,
        "report",
        upstream,
        expect![[r#"
        -2 Entered clients @3
        -2 Left orders @3
        -2 Changed orders.id @1
          Type: int => bigint @1
        + clients Reads LOAD by LOAD @3
        + clients Feeds daily by LOAD @3
        + clients.id Identity daily.id by LOAD @3
        - orders Reads LOAD by LOAD @3
        - orders Feeds daily by LOAD @3
        - orders.id Identity daily.id by LOAD @3
    "#]],
    );
}

#[test]
fn the_lineage_of_a_column() {
    let said = format!(
        "table clients: id int
         {SHOP} mark a
         LOAD r3: clients clients.id>id > daily"
    );
    check_about(
        &said,
        "report.id",
        upstream,
        expect![[r#"
        -2 Entered clients.id @1
        -2 Left orders.id @1
        + clients.id Identity daily.id by LOAD @1
        - orders.id Identity daily.id by LOAD @1
    "#]],
    );
}

/// Every page, one change each.
#[test]
fn pages_tell_everything_once() {
    wait(async {
        let mut past = Past::new();
        past.tell("mark a").await;
        past.tell(SHOP).await;
        let times = Times { from: past.mark("a"), to: past.now().await };
        let whole = diff(&*past.store, &Everyone, &question(times, About::Estate)).await.expect("an answer");
        let (mut after, mut nodes, mut edges) = (None, Vec::new(), Vec::new());
        loop {
            let asked = Question { after, first: 1, ..question(times, About::Estate) };
            let page = diff(&*past.store, &Everyone, &asked).await.expect("a page");
            nodes.extend(page.nodes.iter().map(|node| shown(&node.node)));
            edges.extend(page.edges.iter().map(|edge| edge.edge));
            after = page.cursor;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(nodes, whole.nodes.iter().map(|node| shown(&node.node)).collect::<Vec<_>>());
        assert_eq!(edges, whole.edges.iter().map(|edge| edge.edge).collect::<Vec<_>>());
    });
}

#[test]
fn a_feed_that_was_trimmed_costs_time_and_no_answer() {
    wait(async {
        let mut past = Past::new();
        past.tell("mark a").await;
        past.tell(SHOP).await;
        let asked = question(Times { from: past.mark("a"), to: past.now().await }, About::Estate);
        let whole = diff(&*past.store, &Everyone, &asked).await.expect("an answer");
        let trimmed = trimmed::Trimmed(past.store.clone());
        let other = diff(&trimmed, &Everyone, &asked).await.expect("an answer");
        assert_eq!(told(&other), told(&whole));
        assert!(!whole.nodes.is_empty() && other.reasons.is_empty());
    });
}

struct NoSecrets;

impl Viewer for NoSecrets {
    fn sees(&self, node: &Node) -> bool {
        !shown(node).starts_with("secret")
    }
}

#[test]
fn what_may_not_be_seen_is_counted() {
    wait(async {
        let mut past = Past::new();
        past.tell("mark a \n table secrets: id int \n LOAD r1: secrets > daily").await;
        let times = Times { from: past.mark("a"), to: past.now().await };
        let asked = Question { with_inputs: true, ..question(times, About::Estate) };
        let answer = diff(&*past.store, &NoSecrets, &asked).await.expect("an answer");
        assert!(answer.reasons.contains(&(Reason::Restricted, 2)), "{:?}", answer.reasons);
        assert!(!told(&answer).contains("secret"), "{}", told(&answer));
        assert!(answer.nodes.iter().all(|node| node.made.is_empty()));
    });
}

#[track_caller]
fn check_since(said: &str, focus: &str, before: Option<i64>, expected: Expect) {
    expected.assert_eq(&wait(async {
        let mut past = Past::new();
        past.tell(said).await;
        let at = past.now().await;
        let since = Since {
            node: past.find(focus, at).await,
            before: before.map(told::time),
            at,
            depth: 10,
            limit: 100,
            first: 100,
            after: None,
            with_inputs: true,
            deadline: None,
        };
        let answer = changed_since(&*past.store, &Everyone, &since).await.expect("an answer");
        let run = |run: &graph::Run| format!("{} {:?} at {}", run.name, run.state, run.ended_at.map_or(0, moment));
        let mut out = match &answer.good {
            Some(good) => format!("good: {} revision {} by {:?}\n", run(&good.run), good.revision, good.decided),
            None => "good: none\n".to_owned(),
        };
        out += &answer.failing.iter().map(|failed| format!("failing: {}\n", run(failed))).collect::<String>();
        out += &answer.diff.as_ref().map(told).unwrap_or_default();
        for failed in &answer.failed {
            out += &format!("failed: {} {} {}\n", failed.hop, shown(&failed.job), run(&failed.run));
        }
        out
    }));
}

#[test]
fn what_changed_since_the_last_good_run() {
    let said = format!(
        "{SHOP}
         table orders: id bigint, total decimal, day date
         describe orders from the new shop
         table elsewhere: id int
         LOAD r4: orders > daily failed
         REPORT r5: daily > report failed"
    );
    check_since(
        &said,
        "report",
        None,
        expect![[r#"
        good: r2 Completed at 30 revision 3 by EndTime
        failing: r5 Failed at 80
        -2 Changed orders @2
          Description: - => from the new shop @2
          from Authored ada
        -2 Changed orders.id @1
          Type: int => bigint @1
          from OpenLineage 
        failed: -1 REPORT r5 Failed at 80
        failed: -2 LOAD r4 Failed at 70
    "#]],
    );
    check_since(
        &said,
        "LOAD",
        None,
        expect![[r#"
        good: r1 Completed at 20 revision 2 by EndTime
        failing: r4 Failed at 70
        -1 Changed orders @3
          Description: - => from the new shop @3
          from Authored ada
        -1 Changed orders.id @2
          Type: int => bigint @2
          from OpenLineage 
        failed: 0 LOAD r4 Failed at 70
    "#]],
    );
    check_since(
        &said,
        "report",
        Some(25),
        expect![[r#"
        good: none
    "#]],
    );
}

#[test]
fn nothing_is_compared_without_a_good_run() {
    check_since(
        "REPORT r1: daily > report failed",
        "report",
        None,
        expect![[r#"
        good: none
        failing: r1 Failed at 10
    "#]],
    );
}

#[test]
fn a_time_is_the_last_revision_by_then() {
    wait(async {
        let mut past = Past::new();
        past.tell(SHOP).await;
        let by_time = past.store.revision(AsOf::Time(told::time(25))).await.expect("a revision").revision;
        assert_eq!(by_time, Revision(2));
    });
}
