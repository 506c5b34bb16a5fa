//! No input makes it panic, overflow the stack or run away.

use proptest::prelude::*;
use sql::{Defaults, Dialect, EmptyCatalog, code};

/// The codes of all diagnostics.
fn codes(text: &str, dialect: &str) -> Vec<&'static str> {
    let dialect = Dialect::from_name(dialect).expect("a known dialect");
    let (_, found) = sql::lineage(text, dialect, &EmptyCatalog, &Defaults::default());
    found.into_iter().map(|found| found.code).collect()
}

#[test]
fn deep_nesting_is_refused() {
    let deep = [
        format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("SELECT x FROM {}a{}", "(SELECT x FROM ".repeat(2_000), ")".repeat(2_000)),
        format!("SELECT {}x{} FROM a", "f(".repeat(10_000), ")".repeat(10_000)),
        format!("SELECT {}1{} FROM a", "[".repeat(10_000), "]".repeat(10_000)),
        format!("SELECT {}1{} FROM a", "CASE WHEN ".repeat(10_000), " THEN 1 END".repeat(10_000)),
        format!("SELECT {}x FROM a", "NOT ".repeat(10_000)),
        format!("SELECT {}x FROM a", "- ".repeat(10_000)),
    ];
    for text in deep {
        assert_eq!(codes(&text, "postgres"), [code::TOO_DEEP], "{}", &text[..40]);
    }
}

#[test]
fn long_chains_are_followed() {
    let text = format!("SELECT {} AS s FROM a", vec!["x"; 20_000].join(" + "));
    assert_eq!(codes(&text, "postgres"), Vec::<&str>::new());
    let text = format!("SELECT {} AS s FROM a", vec!["x"; 100_000].join("+"));
    assert_eq!(codes(&text, "postgres"), Vec::<&str>::new());
    let text = vec!["SELECT x FROM a"; 5_000].join(" UNION ALL ");
    assert_eq!(codes(&text, "postgres"), Vec::<&str>::new());
    let text = format!("SELECT x{} AS s FROM a", "::int".repeat(10_000));
    assert!(codes(&text, "postgres").contains(&code::TOO_DEEP));
}

#[test]
fn many_ctes_and_columns_are_followed() {
    let mut text = "WITH c0 AS (SELECT x FROM a)".to_owned();
    for index in 1..2_000 {
        text += &format!(", c{index} AS (SELECT x FROM c{})", index - 1);
    }
    text += " SELECT x FROM c1999";
    assert_eq!(codes(&text, "postgres"), Vec::<&str>::new());
    let columns: Vec<String> = (0..10_000).map(|index| format!("c{index}")).collect();
    let text = format!("SELECT {} FROM a", columns.join(", "));
    assert_eq!(codes(&text, "postgres"), Vec::<&str>::new());
}

#[test]
fn what_grows_with_the_square_of_a_text_is_not_made() {
    // The edges of one expression share its text.
    let columns: Vec<String> = (0..20_000).map(|index| format!("c{index}")).collect();
    assert_eq!(edges(&format!("SELECT coalesce({}) AS k FROM a", columns.join(", "))).len(), 20_000);
    let joins: Vec<String> = (1..5_000).map(|index| format!("JOIN a{index} ON a{index}.x = a0.x")).collect();
    assert_eq!(edges(&format!("SELECT a0.x FROM a0 {}", joins.join(" "))), ["x <- a0.x at a0.x"]);
    let copies: Vec<String> = (1..5_000).map(|index| format!("CREATE TABLE a{index} AS SELECT x FROM b")).collect();
    assert_eq!(edges(&copies.join(";")).len(), 4_999);
}

#[test]
fn a_statement_that_is_too_large_is_refused() {
    let text = format!("SELECT '{}'; SELECT x FROM a", "x".repeat(sql::MAX_STATEMENT));
    assert_eq!(codes(&text, "postgres"), [code::TOO_LARGE]);
    let text = format!("SELECT {} AS s FROM a", vec!["x"; 1_000_000].join(" + "));
    assert_eq!(codes(&text, "postgres"), [code::TOO_LARGE]);
    let text = format!("SELECT {} AS s; SELECT x FROM a", vec!["$1"; 750_000].join("+"));
    assert_eq!(codes(&text, "postgres"), [code::TOO_LARGE]);
}

/// The edges of all statements, as `target <- table.column`, and where each stands.
fn edges(text: &str) -> Vec<String> {
    let dialect = Dialect::from_name("postgres").expect("a known dialect");
    let (lineage, found) = sql::lineage(text, dialect, &EmptyCatalog, &Defaults::default());
    assert_eq!(found, [], "{}", &text[..40]);
    let edges = lineage.statements.iter().flat_map(|statement| &statement.edges);
    let shown = |edge: &sql::ColumnEdge| {
        let place = text.get(edge.span.start..edge.span.end).filter(|place| place.len() < 100).unwrap_or_default();
        format!("{} <- {}.{} at {place}", edge.target.column, edge.source.table, edge.source.column)
    };
    edges.map(shown).collect()
}

#[test]
fn long_chains_of_unions_are_read_in_parts() {
    let selects: Vec<String> = (0..8_000).map(|index| format!("SELECT c{index}, 1 FROM t{}", index % 2)).collect();
    let text = format!("INSERT INTO r (a, b) {} ORDER BY 1", selects.join(" UNION ALL "));
    let found = edges(&text);
    assert_eq!(found.len(), 8_000);
    for index in [0, 1, 3_999, 7_999] {
        assert!(found.contains(&format!("a <- t{}.c{index} at c{index}", index % 2)), "{index}");
    }
    let unions = selects.join(" UNION ALL ");
    let text = format!("WITH q AS (SELECT y AS c0 FROM z) SELECT 1, 2 UNION ALL {unions} UNION SELECT c0, 1 FROM q");
    assert!(edges(&text).iter().any(|edge| edge.ends_with("<- z.y at c0")));
}

#[test]
fn constant_rows_are_passed_over() {
    let rows = "(1, 'a', NULL),\n".repeat(150_000);
    let text = format!("INSERT INTO t (a, b, c) VALUES {rows}(2, 'b', (SELECT max(y) FROM u)); SELECT x FROM a");
    assert_eq!(edges(&text), ["c <- u.y at (SELECT max(y) FROM u)", "x <- a.x at x"]);
}

#[test]
fn templates_do_not_run_away() {
    let each = "{% for a in range(1000) %}";
    let text = format!("SELECT 1{}, 1{}", each.repeat(4), "{% endfor %}".repeat(4));
    assert_eq!(codes(&text, "snowflake"), Vec::<&str>::new());
    let text = format!("SELECT a FROM t WHERE b = '{}'", "{{".repeat(50_000));
    assert_eq!(codes(&text, "snowflake"), Vec::<&str>::new());
    let text = "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}SELECT {{ m() }} 1";
    assert!(codes(text, "snowflake").contains(&code::TEMPLATE));
    let text = format!("SELECT a FROM t {}", "{% if x %}".repeat(20_000));
    assert!(!codes(&text, "snowflake").contains(&code::TOO_LARGE));
}

#[test]
fn messages_do_not_quote_without_end() {
    let dialect = Dialect::from_name("mysql").expect("a known dialect");
    let (_, found) = sql::parse(&"$a".repeat(10_000), dialect);
    assert!(found.iter().all(|found| found.message.len() < 400), "{} bytes", found[0].message.len());
}

#[test]
fn repairs_are_given_up() {
    let columns: Vec<String> = (0..3_000).map(|index| format!("c{index} ::! int")).collect();
    let text = format!("SELECT {} FROM a", columns.join(", "));
    assert_eq!(codes(&text, "vertica"), [code::PARSE_ERROR]);
    assert_eq!(codes(&"selec a fro t;\n".repeat(1_000), "postgres").len(), 1_000);
}

/// Words and signs that make most of SQL, so that random texts get far into the parser.
fn fragments() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "SELECT",
        "FROM",
        "WHERE",
        "a",
        "b",
        "x",
        "y",
        "(",
        ")",
        ",",
        "*",
        ".",
        "JOIN",
        "ON",
        "USING",
        "=",
        "'s'",
        "1",
        "WITH",
        "AS",
        "UNION ALL",
        "INSERT INTO",
        "t",
        "CREATE TABLE",
        "UPDATE",
        "SET",
        "MERGE INTO",
        "WHEN MATCHED",
        "THEN",
        "CASE",
        "END",
        "BEGIN",
        "IF",
        "LOOP",
        "FOR",
        "IN",
        "ORDER BY",
        "GROUP BY",
        "OVER",
        ";",
        "{{",
        "}}",
        "$$",
        "::",
        "[",
        "]",
        "\"q",
        "`",
        "--",
        "/*",
        "é",
        "\n",
        "GO",
        "PIVOT",
        "UNNEST",
        "VALUES",
        "DELETE",
        "EXISTS",
        "NATURAL",
        "LATERAL",
        "EXCEPT",
        "REPLACE",
        "INTO",
        "TEMP",
        "UNLOAD",
        "+=",
        "{% for x in ['a', 'é'] %}",
        "{% endfor %}",
        "{% if y %}",
        "{% endif %}",
        "{% set x = 'é b' %}",
        "{{ x }}",
        "${é}",
        "EXECUTE IMMEDIATE",
        "'INSERT INTO t SELECT ''é'' || x FROM a'",
        "OPTION (",
        "FOR SYSTEM_TIME",
        "COPY",
        "LOAD DATA",
        "EXPORT",
        "IMPORT",
        "ANTI",
        "LEFT",
        "? :",
        "::!",
        "CAST(",
        "VIEW",
        "AS (",
        "CURSOR",
        "DELIMITER //",
        "CROSS",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in ".{0,200}", dialect in 0usize..28) {
        let dialect = Dialect::all().nth(dialect).expect("28 dialects");
        let _ = sql::lineage(&text, dialect, &EmptyCatalog, &Defaults::default());
    }

    #[test]
    fn no_pieces_of_sql_panic(text in fragments(), dialect in 0usize..28) {
        let dialect = Dialect::all().nth(dialect).expect("28 dialects");
        let (lineage, found) = sql::lineage(&text, dialect, &EmptyCatalog, &Defaults::default());
        let edges = lineage.statements.iter().flat_map(|statement| &statement.edges);
        for span in edges.map(|edge| edge.span).chain(found.iter().map(|found| found.span)) {
            prop_assert!(text.get(span.start..span.end).is_some(), "{span:?} of {text:?}");
        }
    }
}
