//! Where personal data is, and where it goes and ends.

use graph::{Direction, Revision, walk::Reason};
use impact::personal::*;

use crate::picture::{NoSecrets, Picture, shown, wait};

const FAR: (u32, usize) = (50, 100);

fn asked(graph: &str, start: &str, direction: Direction, masking: Masking, (depth, limit): (u32, usize)) -> Traced {
    let picture = Picture::of(graph);
    let start = start.split(' ').map(|start| picture.find(start).expect("the start")).collect();
    let question = Trace { start, direction, masking, depth, limit, at: Revision(1), deadline: None };
    wait(trace(&picture, &NoSecrets, &question)).expect("an answer")
}

fn word(state: State) -> &'static str {
    match (state.form, state.sure) {
        (Form::Plain, true) => "holds",
        (Form::Pseudonymised, true) => "pseudonymised",
        (Form::Aggregate, true) => "aggregate",
        (Form::Plain, false) => "may-hold",
        (Form::Pseudonymised, false) => "may-hold-pseudonymised",
        (Form::Aggregate, false) => "may-hold-aggregate",
    }
}

fn told(traced: &Traced) -> String {
    let mut lines = Vec::new();
    for item in &traced.items {
        let via: Vec<String> = item.via.iter().map(|way| shown(&way.to)).collect();
        let others: Vec<&str> = item.others.iter().map(|state| word(*state)).collect();
        let also = if others.is_empty() { String::new() } else { format!(", also {}", others.join(" ")) };
        lines.push(format!("{} {} {}{also} [{}]", item.hop, shown(&item.node), word(item.state), via.join(" ")));
    }
    for stop in &traced.stops {
        let why = match stop.why {
            StopReason::Indirect(kind) => format!("decides by {kind:?}"),
            StopReason::Masked => "masked".to_owned(),
            StopReason::Blocked => "blocked".to_owned(),
            StopReason::NotTaken => "not taken".to_owned(),
        };
        lines.push(format!("{} ends before {}: {why}", shown(&stop.from), shown(&stop.to)));
    }
    let reasons = traced.reasons.iter().map(|(reason, count): &(Reason, u64)| format!("{reason:?} {count}"));
    lines.extend(reasons);
    lines.join("\n")
}

#[track_caller]
fn same(found: String, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(found, expected.join("\n"));
}

#[track_caller]
fn check(graph: &str, start: &str, expected: &str) {
    same(told(&asked(graph, start, Direction::Downstream, Masking::Carries, FAR)), expected);
}

#[track_caller]
fn check_up(graph: &str, start: &str, expected: &str) {
    same(told(&asked(graph, start, Direction::Upstream, Masking::Carries, FAR)), expected);
}

const SHOP: &str = "
    users.email is pii=email
    users.born is pii=birth-date
    users feeds staged by STAGE
    users reads STAGE
    STAGE writes staged
    users.email changed staged.email by STAGE
    users.email hash staged.email_hash by STAGE
    users.born filter staged by STAGE
    staged feeds mart by MART
    staged reads MART
    MART writes mart
    staged.email_hash same mart.key by MART
    staged.email sum mart.people by MART
    mart reads BOARD
    users feeds backup by BACKUP
    backup feeds tape by TAPE
    backup.email same tape.email by TAPE
";

#[test]
fn every_place_is_told_with_its_form() {
    check(
        SHOP,
        "users.email",
        "1 backup may-hold [backup]
         1 BACKUP may-hold []
         2 tape.email may-hold [backup tape.email]
         2 TAPE may-hold [backup]
         3 BOARD may-hold-pseudonymised, also may-hold-aggregate [staged.email_hash mart.key]
         1 staged.email holds [staged.email]
         1 STAGE holds []
         2 MART holds, also pseudonymised [staged.email]
         1 staged.email_hash pseudonymised [staged.email_hash]
         2 mart.key pseudonymised [staged.email_hash mart.key]
         2 mart.people aggregate [staged.email mart.people]
         UnknownTransformation 2",
    );
}

#[test]
fn what_only_decides_is_told_as_an_end() {
    check(
        SHOP,
        "users.born",
        "1 backup may-hold [backup]
         1 BACKUP may-hold []
         2 tape.email may-hold [backup tape.email]
         2 TAPE may-hold [backup]
         users.born ends before staged: decides by Filter
         UnknownTransformation 1",
    );
}

#[test]
fn masking_ends_it_where_that_is_the_rule() {
    let graph = "a.x hash b.x\n b.x same c.x\n a feeds b\n b feeds c";
    let ends = asked(graph, "a.x", Direction::Downstream, Masking::Stops, FAR);
    same(told(&ends), "a.x ends before b.x: masked");
    check(graph, "a.x", "1 b.x pseudonymised [b.x]\n2 c.x pseudonymised [b.x c.x]");
}

#[test]
fn a_person_can_block_a_column_and_what_came_only_that_way_is_gone() {
    let ways = "a.x same b.x by J\n b.x same d.x by J\n a.x sum c.x by J\n c.x same d.x by J\n b.x same e.x by J";
    check(
        ways,
        "a.x",
        "1 b.x holds [b.x]
         1 J holds, also aggregate []
         2 d.x holds, also aggregate [b.x d.x]
         2 e.x holds [b.x e.x]
         1 c.x aggregate [c.x]",
    );
    check(
        &format!("{ways}\n b.x says not-personal"),
        "a.x",
        "1 J holds, also aggregate []
         1 c.x aggregate [c.x]
         2 d.x aggregate [c.x d.x]
         a.x ends before b.x: blocked",
    );
}

#[test]
fn a_blocked_column_of_a_table_that_may_hold_lets_nothing_through() {
    let graph = "a feeds b by J\n b.y same c.y by K\n b.z same c.z by K\n b feeds c by K\n b.y says pii=false";
    check(
        graph,
        "a",
        "1 b may-hold [b]
         1 J may-hold []
         2 c.z may-hold [b c.z]
         2 K may-hold [b]
         UnknownTransformation 1",
    );
    check(&format!("{graph}\n b says not-personal"), "a", "1 J may-hold []\na ends before b: blocked");
}

#[test]
fn what_an_event_denies_is_believed_against_a_name_and_not_against_lineage() {
    check("a.x same b.email\n b.email is pii=false", "a.x", "1 b.email holds [b.email]");
}

#[test]
fn a_column_that_a_job_leaves_is_told() {
    check(
        "a feeds b by J\n a.x same b.x by J\n a.y same c.y by K\n a feeds c by K",
        "a.x",
        "1 b.x holds [b.x]\n1 J holds []\na.x ends before c: not taken",
    );
}

#[test]
fn each_job_explains_only_what_it_does() {
    // K may take all of `a`, whatever J says of its own part.
    check(
        "a feeds b by J\n a.x same b.x by J\n a feeds b by K",
        "a.x",
        "1 b may-hold [b]
         1 K may-hold []
         1 b.x holds [b.x]
         1 J holds []
         UnknownTransformation 1",
    );
}

#[test]
fn a_query_that_was_not_read_in_full_explains_nothing() {
    check(
        "a feeds b by J\n a reads J\n a.x same b.x by J\n a lost J",
        "a.x",
        "1 b may-hold [b]
         1 b.x holds [b.x]
         1 J holds, also may-hold []
         UnknownTransformation 1
         UnresolvedDataset 1",
    );
}

#[test]
fn circles_end_and_the_start_is_not_told() {
    check("a.x same b.x\n b.x hash a.x\n b.x same b.x", "a.x", "1 b.x holds, also pseudonymised [b.x]");
}

#[test]
fn limits_are_told() {
    let graph = "a.x same b.x\n b.x same c.x\n a.x same d.x";
    let near = asked(graph, "a.x", Direction::Downstream, Masking::Carries, (1, 100));
    same(told(&near), "1 b.x holds [b.x]\n1 d.x holds [d.x]\nDepthLimit 1");
    let few = asked(graph, "a.x", Direction::Downstream, Masking::Carries, (9, 1));
    same(told(&few), "1 b.x holds [b.x]\nNodeLimit 2");
}

#[test]
fn what_may_not_be_seen_is_neither_told_nor_followed() {
    check("a.x same secret.x\n secret.x same b.x\n a.x same c.x", "a.x", "1 c.x holds [c.x]\nRestricted 1");
}

#[test]
fn upstream_it_is_told_what_personal_data_arrives() {
    check_up(
        SHOP,
        "mart",
        "1 staged.email_hash holds [mart.key]
         1 MART holds, also aggregate []
         2 users.email pseudonymised, also aggregate [mart.key staged.email_hash]
         2 STAGE pseudonymised, also aggregate [mart.key]
         1 staged.email aggregate [mart.people]
         users.born ends before staged: decides by Filter",
    );
}

#[test]
fn upstream_of_tables_any_personal_column_may_arrive() {
    check_up(
        SHOP,
        "tape.email",
        "2 users.born may-hold [tape.email backup]
         2 users.email may-hold [tape.email backup]
         2 BACKUP may-hold [tape.email]
         1 backup.email holds [tape.email]
         1 TAPE holds []
         UnknownTransformation 1",
    );
}

#[test]
fn upstream_of_a_job_is_what_it_reads() {
    check_up(
        SHOP,
        "BOARD",
        "1 staged.email may-hold-aggregate [mart.people]
         1 staged.email_hash may-hold [mart.key]
         2 users.email may-hold-pseudonymised, also may-hold-aggregate [mart.key staged.email_hash]
         2 MART may-hold, also may-hold-aggregate []
         2 STAGE may-hold-pseudonymised, also may-hold-aggregate [mart.key]
         users.born ends before staged: decides by Filter",
    );
}

fn listed(graph: &str) -> String {
    let question = Question { dataset: None, limit: 100, at: Revision(1), deadline: None };
    let found = wait(inventory(&Picture::of(graph), &NoSecrets, &question)).expect("an inventory");
    let line = |listed: &Listed| {
        let Standing { category, known, confidence, .. } = &listed.standing;
        format!("{} {} {known:?} {confidence}", shown(&listed.node), category.code())
    };
    let mut lines: Vec<String> = found.listed.iter().map(line).collect();
    lines.push(format!("{} looked at", found.looked_at));
    lines.extend(found.reasons.iter().map(|(reason, count)| format!("{reason:?} {count}")));
    lines.join("\n")
}

#[test]
fn the_inventory_tells_who_says_so() {
    same(
        listed(
            "b.email is pii=email
             b.phone
             b.phone_count
             b.iban says not-personal
             b.note is pii=false
             b.shoe says personal=health
             a is gdpr
             a.first_name is pii=no
             a.first_name says personal=identity
             secret.email is pii",
        ),
        "a unspecified Declared 100
         a.first_name identity Confirmed 100
         b.email contact Declared 100
         b.iban financial Rejected 100
         b.note unspecified Denied 100
         b.phone contact Detected 90
         b.shoe health Confirmed 100
         9 looked at
         Restricted 2",
    );
}
