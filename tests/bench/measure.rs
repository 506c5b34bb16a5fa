//! The measurements, each on a server of its own.

use std::path::Path;
use std::time::Instant;

use headwater_tests::binary;
use headwater_tests::load::{self, Layers, Unit};
use headwater_tests::server::{Server, temporary};
use serde_json::Value;

use crate::drive::{Measured, ask, post};
use crate::machine::memory;
use crate::table::Row;

type Measurement = Box<dyn Fn() -> Vec<Row>>;

/// What can be measured, by name.
pub fn all(large: bool) -> Vec<(&'static str, Measurement)> {
    let mut all: Vec<(&'static str, Measurement)> = vec![
        ("size", Box::new(size)),
        ("idle", Box::new(idle)),
        ("small-1", Box::new(|| events("small, 1 client", "≥ 400/s", (1, &load::small(200, 5))))),
        ("small-32", Box::new(|| events("small, 32 clients", "≥ 2 000/s, p99 ≤ 100 ms", (32, &load::small(200, 40))))),
        ("wide-8", Box::new(|| events("wide, 8 clients", "≥ 110/s", (8, &load::wide(100, 4))))),
        ("static-8", Box::new(|| events("dataset and job events, 8 clients", "≥ 1 500/s", (8, &load::designed(3000))))),
        ("unseen-32", Box::new(|| events("never seen before, 32 clients", "≥ 800/s", (32, &load::unseen(8000))))),
        ("lineage", Box::new(lineage)),
        ("ready-200k", Box::new(|| ready("200 000 column edges", "≤ 1 s", 334))),
    ];
    if large {
        all.push(("ready-3m", Box::new(|| ready("3 000 000 column edges", "≤ 4 s", 5000))));
    }
    all
}

fn row(what: impl Into<String>, wanted: &'static str, measured: String) -> Row {
    Row { what: what.into(), wanted, measured }
}

fn size() -> Vec<Row> {
    let bytes = std::fs::metadata(binary::headwater()).map_or(0, |data| data.len());
    vec![row("binary, with the web pages in it", "", format!("{:.1} MB", bytes as f64 / 1e6))]
}

fn idle() -> Vec<Row> {
    let folder = temporary();
    let (server, seconds) = start(&folder.path().join("data"));
    let (now, _) = memory(server.pid());
    vec![
        row("ready on an empty folder", "≤ 1 s", format!("{seconds:.2} s")),
        row("memory, idle on an empty folder", "≤ 150 MB", format!("{now:.0} MB")),
    ]
}

/// Starts the server and says after how many seconds it was ready.
fn start(data: &Path) -> (Server, f64) {
    let start = Instant::now();
    let server = Server::open(data, &[]);
    let answer = server.client().get("/readyz").expect("the server answers");
    assert_eq!(answer.status, 200, "the server says it is ready and /readyz does not: {}", answer.text());
    (server, start.elapsed().as_secs_f64())
}

fn events(what: &str, wanted: &'static str, (clients, units): (usize, &[Unit])) -> Vec<Row> {
    let server = Server::fresh();
    let measured = post(&server.base, clients, units);
    let (now, peak) = memory(server.pid());
    let bytes: usize = units.iter().flatten().map(Vec::len).sum();
    let what =
        format!("{what}: {} events of {:.1} KB", measured.requests, bytes as f64 / measured.requests as f64 / 1e3);
    let speed = format!(
        "{:.0}/s, p50 {:.1} ms, p99 {:.1} ms",
        measured.per_second(),
        measured.percentile(0.5),
        measured.percentile(0.99)
    );
    vec![
        row(what, wanted, speed),
        row("— memory at the end, at its highest", "≤ 200 MB", format!("{now:.0} MB, {peak:.0} MB")),
    ]
}

fn lineage() -> Vec<Row> {
    let chain = Layers { layers: 40, width: 10, columns: 20, fan_in: 1 };
    let mesh = Layers { layers: 51, width: 50, columns: 5, fan_in: 2 };
    let server = Server::fresh();
    post(&server.base, 8, &chain.events());
    post(&server.base, 8, &mesh.events());
    vec![
        tables(&server, &chain, "≤ 3 ms p50"),
        tables(&server, &mesh, "≤ 20 ms p50"),
        columns(&server, &chain, "DOWNSTREAM"),
        columns(&server, &chain, "UPSTREAM"),
    ]
}

/// Everything upstream of a dataset of the last layer.
fn tables(server: &Server, graph: &Layers, wanted: &'static str) -> Row {
    let last = graph.layers - 1;
    let document = |at: usize| {
        let id = dataset_id(server, &graph.dataset(last, at % graph.width));
        format!(
            "{{ lineage(id: {id}, direction: UPSTREAM, depth: {}, limit: 5000) {{ complete nodes {{ id name kind }} edges {{ from to kind }} }} }}",
            graph.layers + 1
        )
    };
    let nodes = graph.upstream(last);
    let measured = ask(&server.base, &(0..50).map(document).collect::<Vec<_>>(), |data| expect_nodes(data, nodes));
    row(format!("table lineage over GraphQL, {nodes} nodes"), wanted, times(&measured))
}

/// All columns of a dataset, twenty layers on.
fn columns(server: &Server, graph: &Layers, direction: &str) -> Row {
    let layer = if direction == "UPSTREAM" { 19 } else { graph.layers - 20 };
    let document = |at: usize| {
        let id = dataset_id(server, &graph.dataset(layer, at % graph.width));
        format!(
            "{{ lineage(id: {id}, direction: {direction}, depth: 20, level: COLUMN, limit: 5000) {{ complete nodes {{ id name kind parent }} edges {{ from to kind }} }} }}"
        )
    };
    let nodes = 20 * graph.columns;
    let measured = ask(&server.base, &(0..50).map(document).collect::<Vec<_>>(), |data| expect_nodes(data, nodes));
    row(
        format!("column lineage over GraphQL, {nodes} columns {}", direction.to_lowercase()),
        "≤ 10 ms p50",
        times(&measured),
    )
}

fn dataset_id(server: &Server, name: &str) -> Value {
    let namespace = Layers::NAMESPACE;
    let data = server.ask(&format!("{{ dataset(namespace: \"{namespace}\", name: \"{name}\") {{ id }} }}"));
    data["dataset"]["id"].clone()
}

fn expect_nodes(data: &Value, wanted: usize) {
    let lineage = &data["lineage"];
    let found = lineage["nodes"].as_array().map_or(0, Vec::len);
    // A column answer may also carry the dataset it was asked of.
    assert!(found == wanted || found == wanted + 1, "expected {wanted} nodes, found {found}");
    assert_eq!(lineage["complete"], true, "the answer was cut");
}

fn times(measured: &Measured) -> String {
    format!("p50 {:.1} ms, p99 {:.1} ms", measured.percentile(0.5), measured.percentile(0.99))
}

/// How long a restart takes on a graph of `jobs` wide jobs with 600 column edges each.
fn ready(what: &str, wanted: &'static str, jobs: usize) -> Vec<Row> {
    let folder = temporary();
    let data = folder.path().join("data");
    let server = Server::open(&data, &[]);
    // In portions, so that the load itself does not need all the memory.
    for first in (0..jobs).step_by(250) {
        post(&server.base, 8, &load::edges(first, 250.min(jobs - first), jobs));
    }
    let edges = server.ask("{ estate { edges } }")["estate"]["edges"].clone();
    server.stop();
    let mut seconds: Vec<(f64, f64)> = (0..3)
        .map(|_| {
            let (server, seconds) = start(&data);
            let (now, _) = memory(server.pid());
            server.stop();
            (seconds, now)
        })
        .collect();
    seconds.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (median, memory) = seconds[1];
    vec![row(
        format!("ready after a restart, {what} ({edges} edges)"),
        wanted,
        format!("{median:.2} s, then {memory:.0} MB"),
    )]
}
