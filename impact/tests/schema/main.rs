//! What a change of schemas does, told as text: an estate in lines, a change in lines, a verdict for each consumer.

mod estate;

use expect_test::{Expect, expect};
use impact::ImpactError;
use impact::schema::{Change, Judge};

use estate::{estate, impact, proposal, render};

const POSTGRES: &str = "postgres://db:5432";

async fn told(namespace: &str, lines: &str, change: &str) -> String {
    let store = estate(namespace, lines).await;
    match impact(&*store, proposal(change)).await {
        Ok(found) => render(&found),
        Err(ImpactError::Proposal(problems)) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
        Err(error) => format!("{error}\n"),
    }
}

fn check(lines: &str, change: &str, expected: Expect) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    expected.assert_eq(&runtime.block_on(told(POSTGRES, lines, change)));
}

const SHOP: &str = "
    table orders: id int, user_id int, amount numeric, status text
    table users: id int, name text, country text
    model paid from orders: id int, user_id int, amount numeric = SELECT id, user_id, amount FROM orders WHERE status = 'paid'
    model totals from paid, users: country text, total numeric = SELECT u.country, sum(p.amount) AS total FROM paid p JOIN users u ON u.id = p.user_id GROUP BY u.country
    model names from users: name text = SELECT upper(name) AS name FROM users
    reader board from totals = SELECT country, total FROM totals
";

#[test]
fn a_dropped_column_breaks_who_names_it_and_all_below() {
    check(
        SHOP,
        "drop orders.user_id",
        expect![[r#"
        1 paid breaks: user_id: column "user_id" is not in any table in scope
            user_id breaks `user_id`: column "user_id" is not in any table in scope
        2 totals breaks (transitive) via paid: it reads paid, and what makes that fails
        3 board breaks (transitive) via paid, totals: it reads totals, and what makes that fails
    "#]],
    );
}

#[test]
fn a_column_used_only_in_a_filter_breaks_too() {
    check(
        SHOP,
        "drop orders.status",
        expect![[r#"
        1 paid breaks: status: column "status" is not in any table in scope
            status breaks `status`: column "status" is not in any table in scope
        2 totals breaks (transitive) via paid: it reads paid, and what makes that fails
        3 board breaks (transitive) via paid, totals: it reads totals, and what makes that fails
    "#]],
    );
}

#[test]
fn a_renamed_column_is_lost_under_its_old_name() {
    check(
        SHOP,
        "rename users.country to land",
        expect![[r#"
        1 totals breaks: country: column "country" is not in any table in scope; and 1 more
            country breaks `u.country`: column "country" is not in any table in scope
            u.country breaks `u.country`: column "country" is not in any table in scope
        2 board breaks (transitive) via totals: it reads totals, and what makes that fails
        1 names safe: it does not use what changes
    "#]],
    );
}

#[test]
fn a_new_column_is_safe_where_columns_are_named() {
    check(
        SHOP,
        "add orders.note text",
        expect![[r#"
        1 paid safe: it does not use what changes
        2 totals safe via paid: nothing that it is made from changes
        3 board safe via paid, totals: nothing that it is made from changes
    "#]],
    );
}

#[test]
fn another_meaning_goes_where_values_and_rows_go() {
    check(
        SHOP,
        "meaning orders.amount",
        expect![[r#"
        1 paid value_changes: amount: it is made from orders.amount, which means something else
            amount value_changes `amount`: it is made from orders.amount, which means something else
        2 totals value_changes via paid: total: it is aggregated from paid.amount, which has other values
            total value_changes `sum(p.amount)`: it is aggregated from paid.amount, which has other values
        3 board value_changes via paid, totals: total: it is made from totals.total, which has other values
            total value_changes `total`: it is made from totals.total, which has other values
    "#]],
    );
    check(
        SHOP,
        "meaning orders.status",
        expect![[r#"
        2 totals value_changes via paid: total: it is aggregated over paid, which has other rows
            total value_changes `sum(p.amount)`: it is aggregated over paid, which has other rows
        3 board value_changes via paid, totals: total: it is made from totals.total, which is aggregated over other rows
            total value_changes `total`: it is made from totals.total, which is aggregated over other rows
        1 paid rows_change: orders.status: its rows are chosen by orders.status, which means something else
            orders.status rows_change `status`: its rows are chosen by orders.status, which means something else
    "#]],
    );
}

#[test]
fn a_dataset_that_goes_or_is_called_otherwise_breaks_its_readers() {
    check(
        SHOP,
        "drop users",
        expect![[r#"
        1 names breaks: it reads users, which is dropped
        1 totals breaks: it reads users, which is dropped
        2 board breaks (transitive) via totals: it reads totals, and what makes that fails
    "#]],
    );
    check(
        SHOP,
        "rename paid to paid_orders",
        expect![[r#"
        1 totals breaks: it reads paid, which is renamed to paid_orders
        2 board breaks (transitive) via totals: it reads totals, and what makes that fails
        0 paid safe: it makes the dataset anew as before: its query has to be changed too
    "#]],
    );
}

const STARS: &str = "
    table a: id int, x int
    table b: id int, y int
    model all_a from a: id int, x int = SELECT * FROM a
    model pair from a, b: id int, x int, y int = SELECT a.*, b.y FROM a JOIN b ON a.id = b.id
    model loose from a, b: x int, y int = SELECT x, y FROM a JOIN b ON a.id = b.id
    model both from a, b: id int, x int = SELECT * FROM a UNION ALL SELECT * FROM b
    model natural from a, b: x int, y int = SELECT x, y FROM a NATURAL JOIN b
    model by_name from all_a: x int = SELECT x FROM all_a
";

#[test]
fn a_new_column_is_caught_by_stars_and_makes_names_ambiguous() {
    check(
        STARS,
        "add b.x int",
        expect![[r#"
            1 both breaks: id: the branches of a set operation have 2 and 3 columns: expected equally many; and 1 more
                id breaks `*`: the branches of a set operation have 2 and 3 columns: expected equally many
                x breaks `*`: the branches of a set operation have 2 and 3 columns: expected equally many
            1 loose breaks: x: column "x" could be of several tables
                x breaks `x`: column "x" could be of several tables
            1 natural rows_change: a.x: its rows are now joined by a.x; and 1 more
                a.x rows_change `b`: its rows are now joined by a.x
                b.x rows_change `b`: its rows are now joined by b.x
            1 pair safe: it does not use what changes
        "#]],
    );
    check(
        STARS,
        "add a.z int",
        expect![[r#"
        1 both breaks: id: the branches of a set operation have 3 and 2 columns: expected equally many; and 1 more
            id breaks `*`: the branches of a set operation have 3 and 2 columns: expected equally many
            x breaks `*`: the branches of a set operation have 3 and 2 columns: expected equally many
        1 all_a schema_changes: z: it is new
            z schema_changes: it is new
        1 pair schema_changes: z: it is new
            z schema_changes: it is new
        1 loose safe: it does not use what changes
        1 natural safe: it does not use what changes
        2 by_name safe via all_a: it does not use what changes
    "#]],
    );
}

#[test]
fn a_dropped_column_leaves_a_star_and_breaks_what_names_it_behind() {
    check(
        STARS,
        "drop a.x",
        expect![[r#"
        1 both breaks: id: the branches of a set operation have 1 and 2 columns: expected equally many; and 1 more
            id breaks `*`: the branches of a set operation have 1 and 2 columns: expected equally many
            x breaks `*`: the branches of a set operation have 1 and 2 columns: expected equally many
        1 loose breaks: x: column "x" is not in any table in scope, did you mean "y"?
            x breaks `x`: column "x" is not in any table in scope, did you mean "y"?
        1 natural breaks: x: column "x" is not in any table in scope, did you mean "y"?
            x breaks `x`: column "x" is not in any table in scope, did you mean "y"?
        2 by_name breaks via all_a: x: column "x" is not in any table in scope
            x breaks `x`: column "x" is not in any table in scope
        1 all_a schema_changes: x: it is no longer there
            x schema_changes: it is no longer there
        1 pair schema_changes: x: it is no longer there
            x schema_changes: it is no longer there
    "#]],
    );
}

#[test]
fn a_renamed_column_is_renamed_by_a_star() {
    check(
        STARS,
        "rename a.x to w",
        expect![[r#"
        1 loose breaks: x: column "x" is not in any table in scope, did you mean "w"?
            x breaks `x`: column "x" is not in any table in scope, did you mean "w"?
        1 natural breaks: x: column "x" is not in any table in scope, did you mean "w"?
            x breaks `x`: column "x" is not in any table in scope, did you mean "w"?
        2 by_name breaks via all_a: x: column "x" is not in any table in scope, did you mean "w"?
            x breaks `x`: column "x" is not in any table in scope, did you mean "w"?
        1 all_a schema_changes: x: it is renamed to w
            x schema_changes: it is renamed to w
        1 both schema_changes: x: it is renamed to w
            x schema_changes: it is renamed to w
        1 pair schema_changes: x: it is renamed to w
            x schema_changes: it is renamed to w
    "#]],
    );
}

#[test]
fn a_name_that_means_something_else_breaks_nothing() {
    check(
        "
        table a: id int, status text
        table b: id int, status text, kind text
        model outer_scope from a, b = SELECT b.id FROM b WHERE EXISTS (SELECT 1 FROM a WHERE a.id = b.id AND status = 'x')
        model alias from b = SELECT kind AS status, count(*) AS n FROM b GROUP BY status
        ",
        "drop a.status",
        expect![[r#"
            1 outer_scope rows_change: b.status: its rows are now chosen by b.status; and 1 more
                a.status rows_change `status`: its rows are no longer chosen by a.status
                b.status rows_change `status`: its rows are now chosen by b.status
        "#]],
    );
    check(
        "
        table b: id int, status text, kind text
        model alias from b = SELECT kind AS status, count(*) AS n FROM b GROUP BY status
        ",
        "drop b.status",
        expect![[r#"
            1 alias rows_change: b.kind: its rows are now grouped by b.kind; and 1 more
                b.kind rows_change `status`: its rows are now grouped by b.kind
                b.status rows_change `status`: its rows are no longer grouped by b.status
        "#]],
    );
}

#[test]
fn another_type_goes_on_as_it_is() {
    check(
        SHOP,
        "retype orders.amount to text",
        expect![[r#"
            2 totals breaks via paid: total: a column in it gets another type: SUM over text: expected a number on postgres
                total breaks `sum(p.amount)`: a column in it gets another type: SUM over text: expected a number on postgres
            3 board breaks (transitive) via paid, totals: it reads totals, and what makes that fails
            1 paid schema_changes: amount: its type becomes text, and was numeric
                amount schema_changes: its type becomes text, and was numeric
        "#]],
    );
}

#[test]
fn without_a_query_lineage_decides() {
    check(
        "
        table a: id int, x int, y int, z int
        job load from a to b
        a.x -> x identity
        a.y -> filter
        job blind from a to c
        ",
        "drop a.x",
        expect![[r#"
            1 b breaks: x: it is made from a.x, which is dropped
                x breaks: it is made from a.x, which is dropped
            1 c may_break: only that it reads a is known, not how
        "#]],
    );
}

#[test]
fn who_writes_a_dataset_is_a_consumer_of_its_columns() {
    check(
        "
        table a: id int, x int
        table t: id int, x int
        insert fill into t from a = INSERT INTO t (id, x) SELECT id, x FROM a
        model t2 from a: id int, x int = SELECT id, x FROM a
        ",
        "drop t.x\ndrop t2.x",
        expect![[r#"
            0 t breaks: t: column "x" is not in any table in scope
                t breaks `t`: column "x" is not in any table in scope
            0 t2 safe: it makes the dataset anew as before: its query has to be changed too
        "#]],
    );
}

#[test]
fn another_query_changes_what_it_makes() {
    check(
        SHOP,
        "query paid = SELECT id, user_id FROM orders",
        expect![[r#"
        1 totals breaks: total: column "amount" is not in any table in scope
            total breaks `p.amount`: column "amount" is not in any table in scope
        2 board breaks (transitive) via totals: it reads totals, and what makes that fails
        0 paid schema_changes: amount: it is no longer there
            amount schema_changes: it is no longer there
            orders.status rows_change `status`: its rows are no longer chosen by orders.status
    "#]],
    );
}

#[test]
fn what_makes_no_sense_is_refused_with_its_place() {
    check(
        SHOP,
        "drop orders.usr_id\nadd users.name text\ndrop nobody\nrename users.id to country",
        expect![[r#"
        changes[0].column: expected a column of `shop.public.orders`, found `usr_id`; there is user_id
        changes[1].column: expected a name that is free, and `name` is a column already
        changes[2].dataset: expected a dataset of the catalog, found `nobody`
        changes[3].column: expected a name that is free, and `country` is a column already
    "#]],
    );
    check(
        SHOP,
        "drop orders.amount\nrename orders.amount to sum",
        expect![[r#"
        changes[1].column: expected a column that is still there, and `amount` is dropped
    "#]],
    );
}

fn check_ddl(lines: &str, text: &str, expected: Expect) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let told = runtime.block_on(async {
        let store = estate(POSTGRES, lines).await;
        let at = store.revision(graph::AsOf::Latest).await.expect("a revision").revision;
        match Judge::new(&*store, &graph::Everyone, at).ddl(text, None).await {
            Ok(proposal) => proposal.changes.iter().map(shown).collect::<String>(),
            Err(ImpactError::Proposal(problems)) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
            Err(error) => format!("{error}\n"),
        }
    });
    expected.assert_eq(&told);
}

fn shown(change: &Change) -> String {
    let Change { op, dataset, column, to, data_type, nullable, query, dialect } = change;
    let rest = [("", column), ("to", to), ("type", data_type), ("query", query), ("dialect", dialect)];
    let rest = rest.iter().filter_map(|(name, value)| Some(format!(" {name} {}", value.as_ref()?).replace("  ", " ")));
    let null = nullable.map_or(String::new(), |nullable| format!(" nullable {nullable}"));
    format!("{} {}{}{null}\n", op.name(), dataset.name, rest.collect::<String>())
}

#[test]
fn a_migration_is_a_proposal() {
    check_ddl(
        SHOP,
        "
        BEGIN;
        CREATE INDEX ON orders (status);
        ALTER TABLE orders ADD COLUMN note text, DROP COLUMN amount;
        ALTER TABLE public.orders RENAME COLUMN status TO state;
        ALTER TABLE orders ALTER COLUMN user_id TYPE bigint;
        CREATE TABLE brand_new (id int);
        DROP TABLE shop.public.names;
        ALTER TABLE totals RENAME TO sums;
        CREATE OR REPLACE VIEW paid AS SELECT id FROM orders;
        COMMIT;
        ",
        expect![[r#"
            drop_column shop.public.orders amount
            add_column shop.public.orders note type TEXT
            rename_column shop.public.orders status to state
            retype_column shop.public.orders user_id type BIGINT
            drop_dataset shop.public.names
            rename_dataset shop.public.totals to shop.public.sums
            replace_query shop.public.paid query CREATE OR REPLACE VIEW paid AS SELECT id FROM orders dialect postgres
        "#]],
    );
}

#[test]
fn a_migration_that_is_not_understood_is_refused_with_its_place() {
    check_ddl(
        SHOP,
        "ALTER TABLE orders DROP COLUMN nothing;\nDROP TABLE nobody;\nDROP TABLE IF EXISTS nobody_else",
        expect![[r#"
        line 1, column 13: column "nothing" is not in any table in scope
        line 2, column 1: expected a dataset of the catalog, found `nobody`
    "#]],
    );
    check_ddl(
        SHOP,
        "SELECT 1",
        expect![[r#"
        dialect: expected a dialect, since no dataset of the catalog that the text names tells one
    "#]],
    );
}

#[test]
fn another_type_is_judged_by_what_is_done_with_the_column() {
    let estate = "
        table a: id int, qty int, note text
        table b: id int, a_id int
        model plain from a: id int, qty int = SELECT id, qty FROM a
        model sums from a: total bigint = SELECT sum(qty) AS total FROM a
        model words from a: head text = SELECT substr(note, 1, 3) AS head FROM a
        model joined from a, b: id int = SELECT b.id FROM b JOIN a ON a.id = b.a_id
        model big from a: id int = SELECT id FROM a WHERE qty > 3
        model deeper from sums: double bigint = SELECT total * 2 AS double FROM sums
    ";
    check(
        estate,
        "retype a.qty to bigint",
        expect![[r#"
            1 plain schema_changes: qty: its type becomes bigint, and was int
                qty schema_changes: its type becomes bigint, and was int
            1 sums schema_changes: total: its type becomes decimal, and was bigint
                total schema_changes: its type becomes decimal, and was bigint
            2 deeper schema_changes via sums: double: its type becomes decimal, and was bigint
                double schema_changes: its type becomes decimal, and was bigint
            1 big safe: it does not use what changes
            1 joined safe: it does not use what changes
            1 words safe: it does not use what changes
        "#]],
    );
    check(
        estate,
        "retype a.qty to text",
        expect![[r#"
            1 big breaks: qty > 3: a column in it gets another type: > over text: expected a number on postgres
                qty > 3 breaks `qty > 3`: a column in it gets another type: > over text: expected a number on postgres
            1 sums breaks: total: a column in it gets another type: SUM over text: expected a number on postgres
                total breaks `sum(qty)`: a column in it gets another type: SUM over text: expected a number on postgres
            2 deeper breaks (transitive) via sums: it reads sums, and what makes that fails
            1 plain schema_changes: qty: its type becomes text, and was int
                qty schema_changes: its type becomes text, and was int
            1 joined safe: it does not use what changes
            1 words safe: it does not use what changes
        "#]],
    );
    check(
        estate,
        "retype a.id to bigint",
        expect![[r#"
        1 big schema_changes: id: its type becomes bigint, and was int
            id schema_changes: its type becomes bigint, and was int
        1 plain schema_changes: id: its type becomes bigint, and was int
            id schema_changes: its type becomes bigint, and was int
        1 joined safe: it does not use what changes
        1 sums safe: it does not use what changes
        1 words safe: it does not use what changes
        2 deeper safe via sums: nothing that it is made from changes
    "#]],
    );
    check(
        estate,
        "retype a.note to int",
        expect![[r#"
            1 words may_break: head: a column in it gets another type: the expression is not understood
                head may_break `note, 1, 3`: a column in it gets another type: the expression is not understood
            1 big safe: it does not use what changes
            1 joined safe: it does not use what changes
            1 plain safe: it does not use what changes
            1 sums safe: it does not use what changes
            2 deeper safe via sums: nothing that it is made from changes
        "#]],
    );
}

#[test]
fn an_output_that_the_query_does_not_explain_is_judged_by_lineage() {
    let estate = "
        table a: id int, x int
        table t1: id int
        model t2 from a = INSERT INTO t1 SELECT id FROM a
    ";
    check(
        estate,
        "drop a.x",
        expect![[r#"
        1 t2 may_break: only that it reads a is known, not how
    "#]],
    );
}

#[test]
fn fields_of_a_column_are_followed() {
    let estate = "
        table a: id int, s struct, s.f int, s.g int
        model v from a: f int = SELECT (s).f AS f FROM a
    ";
    check(
        estate,
        "drop a.s.f",
        expect![[r#"
        1 v breaks: f: it is made from a.s.f, which is dropped
            f breaks `s`: it is made from a.s.f, which is dropped
    "#]],
    );
    check(
        estate,
        "meaning a.s",
        expect![[r#"
        1 v value_changes: f: it is made from a.s.f, which means something else
            f value_changes `s`: it is made from a.s.f, which means something else
    "#]],
    );
}

#[test]
fn what_is_changed_and_made_from_what_changes_is_both() {
    let estate = "
        table a: id int, x int
        model t from a: id int, x int = SELECT * FROM a
        model w from t: x int = SELECT x FROM t
    ";
    check(
        estate,
        "drop a.x\nadd t.z int",
        expect![[r#"
        1 w breaks: x: column "x" is not in any table in scope, did you mean "z"?
            x breaks `x`: column "x" is not in any table in scope, did you mean "z"?
        0 t schema_changes: x: it is no longer there
            x schema_changes: it is no longer there
    "#]],
    );
}

#[test]
fn a_column_that_another_takes_the_place_of_has_other_values_and_another_type() {
    let estate = "
        table a: id int, x int
        model t from a: total bigint = SELECT sum(x) AS total FROM a
    ";
    check(
        estate,
        "drop a.x\nadd a.x text",
        expect![[r#"
        1 t breaks: total: a column in it gets another type: SUM over text: expected a number on postgres
            total breaks `sum(x)`: a column in it gets another type: SUM over text: expected a number on postgres
    "#]],
    );
    check(
        estate,
        "drop a.x\nadd a.x int",
        expect![[r#"
        1 t value_changes: total: it is aggregated from a.x, which is another column of that name
            total value_changes `sum(x)`: it is aggregated from a.x, which is another column of that name
    "#]],
    );
}

#[test]
fn what_may_break_reaches_those_below_though_something_worse_is_known() {
    let estate = "
        table a: id int, x int
        model c1 from a: x int = SELECT x FROM a WHERE my_own(x)
        model c2 from c1: n bigint = SELECT count(*) AS n FROM c1
    ";
    check(
        estate,
        "retype a.x to text",
        expect![[r#"
        1 c1 schema_changes: x: its type becomes text, and was int
            x schema_changes: its type becomes text, and was int
            my_own(x) may_break `my_own(x)`: a column in it gets another type: what MY_OWN does with values of another type is not known
        2 c2 may_break (transitive) via c1: it reads c1, and what makes that may fail
    "#]],
    );
}

#[test]
fn another_query_is_judged_by_what_it_reads() {
    check(
        SHOP,
        "drop users\nquery names = SELECT status AS name FROM orders",
        expect![[r#"
        1 totals breaks: it reads users, which is dropped
        2 board breaks (transitive) via totals: it reads totals, and what makes that fails
        0 names schema_changes: name: its type becomes text, and was a type that is not known
            name schema_changes: its type becomes text, and was a type that is not known
            name value_changes `status`: it is made from a dataset.status, and was from users.name
    "#]],
    );
    check(
        SHOP,
        "drop users\nquery paid = SELECT o.id FROM orders o JOIN users u ON u.id = o.user_id",
        expect![[r#"
        0 paid breaks: it reads users, which is dropped
        1 names breaks: it reads users, which is dropped
        1 totals breaks: it reads users, which is dropped; and 1 more
        2 board breaks (transitive) via totals: it reads totals, and what makes that fails
    "#]],
    );
    check(
        SHOP,
        "query paid = SELEC id FORM orders",
        expect![[r#"
        0 paid may_break: a part of its new query is not understood: expected: an SQL statement, found: SELEC; and 1 more
        1 totals may_break (transitive): it reads paid, and what makes that may fail
        2 board may_break (transitive) via totals: it reads totals, and what makes that may fail
    "#]],
    );
    check(
        SHOP,
        "query users = SELECT 1 AS id",
        expect![[r#"
        1 names may_break (transitive): it reads users, and what makes that may fail
        1 totals may_break (transitive): it reads users, and what makes that may fail
        2 board may_break (transitive) via totals: it reads totals, and what makes that may fail
    "#]],
    );
}

#[test]
fn a_name_that_is_given_up_is_free() {
    check(
        "
        table a: id int
        table b: id int, x int
        model v from a: id int = SELECT id FROM a
        ",
        "rename a to a_old\nrename b to a",
        expect![[r#"
            1 v breaks: it reads a, which is renamed to a_old
        "#]],
    );
}
