//! The table of figures, and the page that keeps it.

use crate::machine;

/// One line of the table.
pub struct Row {
    pub what: String,
    /// What is asked of it; empty when nothing is.
    pub wanted: &'static str,
    pub measured: String,
}

pub fn render(rows: &[Row]) -> String {
    let mut out = String::from("| what | required | measured |\n|---|---|---|\n");
    for row in rows {
        out += &format!("| {} | {} | {} |\n", row.what, row.wanted, row.measured);
    }
    out
}

pub fn page(table: &str) -> String {
    format!(
        "# Figures\n\n\
         Written by `cargo run --release -p headwater-tests --bin bench -- --write` (with `--large` also for 3 M edges), which starts the real server, \
         makes each load itself (`tests/src/load.rs`) and measures over loopback, with the load generator on the same \
         machine: {}. Every event is answered after the commit that holds it was synced to disk; p50 and p99 are what \
         one client waits. GraphQL answers are whole: id, name and kind of every node, and every edge.\n\n{table}",
        machine::processor()
    )
}
