//! GraphQL over a real store, without HTTP: what is asked and what is answered, as text.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod graphql {
    mod access;
    mod answers;
    mod errors;
    mod lineage;
    mod parse_sql;
    mod reads;
    mod schema;
    mod selection;
    mod subscription;
    mod support;
    mod writes;
}
