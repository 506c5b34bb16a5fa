//! What does not change a statement's meaning does not change its lineage.

#[path = "common/statements.rs"]
mod statements;

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use sql::{Column, ColumnRef, Defaults, Dialect, EdgeKind, Schema};
use statements::{Origin, Query, Style, TABLES};

/// Everything of an answer that does not speak of the text.
#[derive(Debug, PartialEq)]
struct Meaning {
    reads: BTreeSet<String>,
    outputs: Vec<String>,
    edges: BTreeSet<(String, String, String)>,
    influences: BTreeSet<(String, String)>,
    problems: Vec<String>,
}

fn schema() -> Schema {
    let mut schema = Schema::new(Defaults::default());
    for (table, columns) in TABLES {
        let columns = columns.iter().map(|name| Column { name: (*name).to_owned(), data_type: None });
        schema.insert(table, columns.collect());
    }
    schema
}

fn column(column: &ColumnRef) -> String {
    format!("{}.{}", column.table, column.column).to_lowercase()
}

fn meaning(text: &str, dialect: Dialect) -> Meaning {
    let (lineage, problems) = sql::lineage(text, dialect, &schema(), &Defaults::default());
    let [statement] = lineage.statements.as_slice() else { panic!("expected one statement: {text}") };
    let edge = |edge: &sql::ColumnEdge| {
        let how = format!("{:?} {} {}", edge.kind, edge.masking, edge.ambiguous);
        (column(&edge.source), column(&edge.target), how)
    };
    Meaning {
        reads: statement.reads.iter().map(|used| used.name.to_string().to_lowercase()).collect(),
        outputs: statement.outputs.iter().map(|output| output.name.to_lowercase()).collect(),
        edges: statement.edges.iter().map(edge).collect(),
        influences: statement.influences.iter().map(|one| (column(&one.source), format!("{:?}", one.kind))).collect(),
        problems: problems.into_iter().map(|found| format!("{}: {}", found.code, found.message)).collect(),
    }
}

fn check(query: &Query, style: &Style, dialect: Dialect) {
    let (plain, other) = (Style::PLAIN.write(query), style.write(query));
    let (expected, found) = (meaning(&plain, dialect), meaning(&other, dialect));
    assert_eq!(expected.problems, Vec::<String>::new(), "{}: {plain}", dialect.name());
    assert_eq!(found, expected, "{}:\n{plain}\n{other}", dialect.name());
}

fn dialects() -> impl Strategy<Value = Dialect> {
    prop::sample::select(Dialect::all().collect::<Vec<_>>())
}

fn queries() -> impl Strategy<Value = Query> {
    vec(any::<u8>(), 0..120).prop_map(|tape| Query::from_tape(&tape, 2))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn formatting_and_comments(query in queries(), noise in vec(any::<u8>(), 0..200), dialect in dialects()) {
        check(&query, &Style { noise, ..Style::PLAIN }, dialect);
    }

    #[test]
    fn names_of_aliases(query in queries(), dialect in dialects()) {
        check(&query, &Style { prefix: "other_", ..Style::PLAIN }, dialect);
    }

    #[test]
    fn queries_within_or_before(query in queries(), dialect in dialects()) {
        check(&query, &Style { ctes: true, ..Style::PLAIN }, dialect);
    }

    #[test]
    fn qualifiers_that_are_not_needed(query in queries(), dialect in dialects()) {
        check(&query, &Style { bare: true, ..Style::PLAIN }, dialect);
    }

    #[test]
    fn values_are_those_that_the_statement_was_made_of(query in queries(), dialect in dialects()) {
        let text = Style::PLAIN.write(&query);
        let (lineage, _) = sql::lineage(&text, dialect, &schema(), &Defaults::default());
        let edges = lineage.statements.iter().flat_map(|statement| &statement.edges);
        let direct = edges.filter(|edge| matches!(edge.kind, EdgeKind::Direct(_)));
        let found: BTreeSet<(String, String)> = direct.map(|edge| (column(&edge.source), column(&edge.target))).collect();
        let name = |(table, column): Origin| format!("{}.{}", TABLES[table].0, TABLES[table].1[column]);
        let made: BTreeSet<(String, String)> = (0..query.width())
            .flat_map(|at| query.values(at).into_iter().map(move |origin| (name(origin), format!(".out_{at}"))))
            .collect();
        prop_assert_eq!(found, made, "{}: {}", dialect.name(), text);
    }
}
