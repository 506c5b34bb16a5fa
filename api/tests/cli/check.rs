//! `headwater check` over a folder: what it reads, and how it ends.

use std::process::Command;

use expect_test::expect;

use crate::Desk;

const MODEL: &str = "create table shop.public.daily as select day, amount as total from shop.public.orders;\n";

fn git(desk: &Desk, arguments: &[&str]) {
    let settings = ["-c", "user.name=ada", "-c", "user.email=ada@shop.example", "-c", "init.defaultBranch=main"];
    let run = Command::new("git").args(settings).args(arguments).current_dir(desk.path()).output().unwrap();
    assert!(run.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
}

/// A shop with a table that has a schema, and a file of SQL that reads it.
fn shop() -> Desk {
    let desk = Desk::new();
    std::fs::create_dir(desk.path().join("models")).unwrap();
    desk.write("models/tables.sql", "create table shop.public.orders (day date, amount numeric);\n");
    desk.write("models/daily.sql", MODEL);
    let namespace = ["--dialect", "postgres", "--namespace", "postgres://db:5432", "--data", "d"];
    let shown = desk.run(&[&["ingest", "sql", "models"], &namespace[..]].concat());
    assert!(shown.starts_with("exit 0"), "{shown}");
    desk
}

#[test]
fn files_that_git_lists_become_a_proposal() {
    let desk = shop();
    git(&desk, &["init", "-q"]);
    git(&desk, &["add", "models"]);
    git(&desk, &["commit", "-qm", "before"]);
    desk.check(
        &["check", "--git-diff", "HEAD", "--data", "d"],
        expect![[r#"
        exit 0
        nothing changes
          read at revision 1, complete
    "#]],
    );
    desk.write("models/daily.sql", &MODEL.replace("amount as total", "amount"));
    desk.write("new.sql", "select 1;\n");
    desk.write("gone.sql", "alter table shop.public.orders drop column day;\n");
    git(&desk, &["add", "."]);
    desk.check(
        &["check", "--git-diff", "HEAD", "--data", "d", "--dialect", "postgres"],
        expect![[r#"
        exit 1
        breaks 1
          drop column day of shop.public.orders
          replace the query of shop.public.daily
          read at revision 1, complete

        breaks (1)
          shop.public.daily  postgres://db:5432
            why    day: column "day" is not in any table in scope
            job    daily  postgres://db:5432, never seen to run
            column day: breaks: column "day" is not in any table in scope
                 1 | create table shop.public.daily as select day, amount from shop.public.orders;
        headwater: new.sql: it is no job that is known, and defines no table
    "#]],
    );
    desk.check(
        &["check", "--git-diff", "nowhere...HEAD", "--data", "d"],
        expect![[r#"
        exit 2
        headwater: `--git-diff`: git says: fatal: bad revision 'nowhere...HEAD'
    "#]],
    );
    desk.check(
        &["check", "--git-diff", "--output=x", "--data", "d"],
        expect![[r#"
        exit 2
        headwater: `--git-diff`: expected a range such as `main...HEAD`, found `--output=x`
    "#]],
    );
}

#[test]
fn wrong_use_says_what_is_expected() {
    let desk = shop();
    desk.check(
        &["check", "--change", "absent.yaml", "--data", "d"],
        expect![[r#"
        exit 2
        headwater: absent.yaml: cannot be read: No such file or directory (os error 2)
    "#]],
    );
    desk.check(
        &["check", "--changes", "x.jsonl", "--format", "text", "--data", "d"],
        expect![[r#"
        exit 2
        headwater: `--changes`: expected `--format json` or none
    "#]],
    );
    desk.check(
        &["check", "--dbt-manifest", "models/daily.sql", "--data", "d"],
        expect![[r#"
        exit 2
        headwater: "models/daily.sql": expected value at line 1 column 1
    "#]],
    );
    desk.write("m.sql", "alter table nowhere drop column a;\nalter table shop.public.orders drop column b;\n");
    desk.check(
        &["check", "--ddl", "m.sql", "--dialect", "postgres", "--data", "d"],
        expect![[r#"
        exit 2
        headwater: m.sql: line 2, column 13: column "b" is not in any table in scope
    "#]],
    );
}
