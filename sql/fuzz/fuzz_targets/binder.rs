#![no_main]

use libfuzzer_sys::fuzz_target;
use sql::{EmptyCatalog, StatementLineage};

fuzz_target!(|bytes: &[u8]| {
    let Some((dialect, text)) = sql_fuzz::input(bytes) else { return };
    let (script, _) = sql::parse(text, dialect);
    let schema = sql_fuzz::schema();
    let (known, diagnostics) = sql::bind(&script, &schema, schema.defaults());
    let (unknown, _) = sql::bind(&script, &EmptyCatalog, &sql::Defaults::default());
    assert_eq!(known.statements.len(), unknown.statements.len(), "the catalog changes no statements");
    for found in diagnostics {
        sql_fuzz::check_span(text, found.span);
    }
    known.statements.iter().chain(&unknown.statements).for_each(|statement| check(text, statement));
    assert_eq!(sql::bind(&script, &schema, schema.defaults()).0, known, "binding again gives the same");
});

fn check(text: &str, statement: &StatementLineage) {
    sql_fuzz::check_span(text, statement.span);
    for used in statement.reads.iter().chain(&statement.writes) {
        sql_fuzz::check_span(text, used.span);
    }
    for edge in &statement.edges {
        assert_eq!(text.get(edge.span.start..edge.span.end), Some(&*edge.expression));
    }
}
