//! The draft of a plan for one subject.

use graph::Revision;
use impact::personal::*;

use crate::picture::{NoSecrets, Picture, shown, wait};

fn planned(graph: &str, keys: &str) -> Plan {
    let picture = Picture::of(graph);
    let keys = keys.split(' ').map(|key| picture.find(key).expect("the key")).collect();
    let question = Erasure { keys, depth: 50, limit: 1000, at: Revision(1), deadline: None };
    wait(erasure_plan(&picture, &NoSecrets, &question)).expect("a plan")
}

fn line(step: &ErasureStep) -> Vec<String> {
    let rows = step.estimate.rows.map(|rows| format!(" ({rows} rows)")).unwrap_or_default();
    let mut lines = vec![format!("{:?} {}{rows}: {}", step.action, shown(&step.dataset), step.reason)];
    let way = step.key.iter().flat_map(|key| &key.way).map(|step| {
        let link = match step.link {
            Link::CopiedTo => ">",
            Link::CopiedFrom => "<",
            Link::Joined => "=",
        };
        format!("{link} {}", shown(&step.to))
    });
    let way: Vec<String> = way.collect();
    if !way.is_empty() {
        lines.push(format!("  by {}", way.join(" ")));
    }
    lines.extend(step.statement.iter().map(|statement| format!("  {}", statement.text)));
    lines.extend(step.notes.iter().map(|note| format!("  note: {note}")));
    lines
}

fn told(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for open in &plan.open {
        lines.push(match open {
            Open::NoWay { dataset, columns } => {
                let columns: Vec<String> = columns.iter().map(|column| shown(column)).collect();
                format!("? no way to {}: {}", shown(dataset), columns.join(" "))
            }
            Open::Unpaired { key, job } => format!("? {} joins {} with something", shown(job), shown(key)),
        });
    }
    lines.extend(plan.out_of_reach.iter().flat_map(line).map(|line| format!("! {line}")));
    lines.extend(plan.steps.iter().flat_map(line));
    lines.extend(plan.reasons.iter().map(|(reason, count)| format!("{reason:?} {count}")));
    lines.join("\n")
}

#[track_caller]
fn check(graph: &str, keys: &str, expected: &str) {
    let strip = |text: &str| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(strip(&told(&planned(graph, keys))), strip(expected));
}

#[test]
fn upstream_comes_before_what_is_made_of_it() {
    check(
        "users.email is pii=email
         users rows 12
         users feeds copy by COPY
         users.id same copy.id by COPY
         users.email same copy.email by COPY
         copy feeds mart by MART
         MART query create or replace table mart as select email from copy
         copy.email same mart.email by MART
         mart feeds shown by SHOWN
         shown type VIEW
         mart.email same shown.email by SHOWN
         copy feeds stats by STATS
         copy.id sum stats.people by STATS",
        "users.id",
        "Delete users (12 rows): its rows are found by the key in `id`
         DELETE FROM users WHERE id = :subject_key
         Delete copy: its rows are found by the key in `id`
         by > copy.id
         DELETE FROM copy WHERE id = :subject_key
         Rebuild mart: its job makes it anew from what is erased before
         NothingNeeded stats: only aggregates arrive; of how many people each is made is not known
         NothingNeeded shown: it is a view and shows what it is made from",
    );
}

#[test]
fn the_key_is_found_through_joins_and_against_lineage() {
    let graph = "
        users feeds raw by LOAD
        users.id same raw.id by LOAD
        orders feeds raw_orders by LOAD
        orders.user_id same raw_orders.user_id by LOAD
        orders.note is pii=free-text
        raw feeds mart by MART
        raw_orders feeds mart by MART
        raw.id join mart by MART
        raw_orders.user_id join mart by MART
        raw_orders.amount same mart.amount by MART
        payments.iban is pii=iban
        orders.order_id join paid by PAY
        payments.order_id join paid by PAY
        orders feeds paid by PAY
        payments feeds paid by PAY
        payments.amount sum paid.amount by PAY";
    check(
        graph,
        "users.id",
        "Delete payments: its rows are found by `order_id` through `orders.order_id`
         by > raw.id = raw_orders.user_id < orders.user_id
         DELETE FROM payments WHERE order_id IN (SELECT order_id FROM orders WHERE user_id = :subject_key)
         Delete orders: its rows are found by the key in `user_id`
         by > raw.id = raw_orders.user_id < orders.user_id
         DELETE FROM orders WHERE user_id = :subject_key
         Delete users: its rows are found by the key in `id`
         DELETE FROM users WHERE id = :subject_key
         Delete raw_orders: its rows are found by the key in `user_id`
         by > raw.id = raw_orders.user_id
         DELETE FROM raw_orders WHERE user_id = :subject_key
         Delete raw: its rows are found by the key in `id`
         by > raw.id
         DELETE FROM raw WHERE id = :subject_key",
    );
}

#[test]
fn what_is_not_known_stands_first() {
    check(
        "users.email is pii=email
         users feeds backup by DUMP
         users feeds kafka://k/events by SEND
         users.id same kafka://k/events.id by SEND
         staff.phone is pii=phone
         users.id join joined by JOIN
         a.one join joined by JOIN
         b.two join joined by JOIN
         users feeds joined by JOIN",
        "users.id",
        "? no way to staff: staff.phone
         ? JOIN joins users.id with something
         ! CannotReach kafka://k/events: rows cannot be deleted from `kafka` by a statement; whether its jobs make it \
         anew is not known
         !   by > kafka://k/events.id
         ! CannotReach backup: what of it arrives is not known, and no column has the key
         !   note: how some of it arrives is not known
         Delete users: its rows are found by the key in `id`
         DELETE FROM users WHERE id = :subject_key
         UnknownTransformation 1",
    );
}

#[test]
fn tags_of_retention_and_holds_are_obeyed() {
    check(
        "bills.email is pii=email
         bills is retention=10-years
         users.id same bills.user_id by BILL
         users feeds bills by BILL
         held.user_id
         held says legal-hold=case-7
         users.id same held.user_id by HOLD
         users feeds held by HOLD",
        "users.id",
        "! CannotReach held: the tag `legal-hold=case-7` says that it is held; nothing may be erased before that ends
         !   by > held.user_id
         Delete users: its rows are found by the key in `id`
         DELETE FROM users WHERE id = :subject_key
         Anonymise bills: its rows are found by the key in `user_id`; the tag `retention=10-years` says that rows are kept, so \
         personal columns are emptied
         by > bills.user_id
         UPDATE bills SET email = NULL WHERE user_id = :subject_key
         note: see that rows with empty columns satisfy the rule",
    );
}

#[test]
fn a_changed_or_masked_key_is_said() {
    check(
        "users.mail changed lists.mail by LIST
         users feeds lists by LIST
         users.mail hash hashed.key by HASH
         users feeds hashed by HASH",
        "users.mail",
        "Delete users: its rows are found by the key in `mail`
         DELETE FROM users WHERE mail = :subject_key
         NothingNeeded hashed: only pseudonymised data arrives; it stays personal data while somebody can tell whose it is
         by > hashed.key
         Delete lists: its rows are found by the key in `mail`
         by > lists.mail
         DELETE FROM lists WHERE mail = :subject_key
         note: the key is changed on its way here; change the parameter the same way",
    );
}

#[test]
fn several_keys_are_several_parameters() {
    check(
        "users.id\n users.email is pii=email",
        "users.id users.email",
        "Delete users: its rows are found by the key in `id`
         DELETE FROM users WHERE id = :subject_id OR email = :subject_email",
    );
}

#[test]
fn what_is_made_of_something_out_of_reach_is_warned_of() {
    check(
        "users.id
         users.email is pii=email
         users.email same s3://lake/dump.email by DUMP
         users feeds s3://lake/dump by DUMP
         s3://lake/dump feeds back by LOAD
         s3://lake/dump.email same back.email by LOAD
         LOAD query select email from dump",
        "users.id",
        "! CannotReach s3://lake/dump: rows cannot be deleted from `s3` by a statement; whether its jobs make it anew is \
         not known
         ! CannotReach back: no column is known by which the rows of one subject are found
         !   note: it is made from `dump`, which cannot be reached, and the data may come back
         Delete users: its rows are found by the key in `id`
         DELETE FROM users WHERE id = :subject_key",
    );
}

#[test]
fn a_circle_is_cut_and_said() {
    check(
        "a.id same b.id by J
         a feeds b by J
         b.id same a.id by K
         b feeds a by K",
        "a.id",
        "Delete a: its rows are found by the key in `id`
         DELETE FROM a WHERE id = :subject_key
         note: it is made from itself in the end; stop its jobs until the whole circle is erased
         Delete b: its rows are found by the key in `id`
         by > b.id
         DELETE FROM b WHERE id = :subject_key",
    );
}
