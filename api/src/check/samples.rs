//! An answer for the tests of what shows it, with names that need care.

use impact::schema::{Change, DatasetName, Op, Proposal, Verdict};

use super::{Answer, Column, Consumer, Counts, LastRun, Name, Reason, Span};

pub fn proposal() -> Proposal {
    let dataset = DatasetName { namespace: None, name: "shop.orders".to_owned() };
    let change = Change {
        op: Op::DropColumn,
        dataset,
        column: Some("total".to_owned()),
        to: None,
        data_type: None,
        nullable: None,
        query: None,
        dialect: None,
    };
    Proposal { title: Some("Totals go".to_owned()), changes: vec![change] }
}

/// Two that break, one of them because of the other, one that may, and one that is safe.
pub fn answer() -> Answer {
    let consumers = vec![daily(), report(), dashboard(), safe()];
    Answer {
        verdict: Verdict::Breaks,
        complete: false,
        reasons: vec![Reason {
            code: "unparsed_query".to_owned(),
            message: "queries of 1 job could not be read in full".to_owned(),
            count: 1,
            jobs: vec![name("bi", "sales | board")],
        }],
        revision: 7,
        counts: Counts::all(consumers.iter().map(|consumer| consumer.verdict)),
        consumers,
    }
}

fn name(namespace: &str, name: &str) -> Name {
    Name { namespace: namespace.to_owned(), name: name.to_owned() }
}

fn consumer(verdict: Verdict, dataset: &str, reason: &str) -> Consumer {
    Consumer {
        dataset: Some(name("postgres://db:5432", dataset)),
        job: None,
        last_run: None,
        verdict,
        transitive: false,
        hop: 1,
        via: Vec::new(),
        columns: Vec::new(),
        reason: reason.to_owned(),
        owners: Vec::new(),
        domain: None,
        usage: None,
    }
}

fn daily() -> Consumer {
    let text = "sum(o.total) as \"a < b\"".to_owned();
    let column = Column {
        name: "a < b".to_owned(),
        verdict: Verdict::Breaks,
        reason: "`total` is not a column of `shop.orders` any more".to_owned(),
        expression: Some("o.total".to_owned()),
        span: Some(Span { start: 14, end: 21, line: 2, column: 5, text }),
    };
    Consumer {
        job: Some(name("airflow", "load_daily")),
        last_run: Some(LastRun {
            id: "r1".to_owned(),
            state: "completed".to_owned(),
            started_at: Some("2026-01-31T12:00:00Z".to_owned()),
            ended_at: Some("2026-01-31T12:05:00Z".to_owned()),
        }),
        columns: vec![column],
        owners: vec!["team:finance".to_owned(), "@ada".to_owned()],
        ..consumer(Verdict::Breaks, "shop.daily", "`total` is not a column of `shop.orders` any more")
    }
}

fn report() -> Consumer {
    Consumer {
        transitive: true,
        hop: 2,
        via: vec!["shop.daily".to_owned()],
        owners: vec!["team:finance".to_owned()],
        ..consumer(Verdict::Breaks, "shop.re\"port'\u{1}", "`shop.daily` fails")
    }
}

fn dashboard() -> Consumer {
    Consumer {
        dataset: None,
        job: Some(name("bi", "sales | board")),
        ..consumer(Verdict::MayBreak, "", "its query is not known & only tables are tied")
    }
}

fn safe() -> Consumer {
    consumer(Verdict::Safe, "shop.customers", "it does not use what changes")
}
