//! How long it takes to read events: `cargo run --release -p ingest --example parse_speed -- FILE…` (NDJSON). Prints
//! microseconds of one core per event: to its canonical form, and to a submission, which is all that is done before an
//! event is stored. Without files, made events are read: a small one of about 7.5 KB and a wide one of about 140 KB.

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::time::{Duration, Instant};

use graph::Time;
use ingest::openlineage::{self, Limits};
use serde_json::{Value, json};

/// Events are read again until this much time has passed.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

#[expect(clippy::disallowed_methods, reason = "a program of its own, which takes its files from the command line")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("{:>8} {:>10} {:>12} {:>12} {:>8}  file", "events", "bytes each", "canonical µs", "event µs", "MB/s");
    let files: Vec<String> = std::env::args().skip(1).collect();
    for path in &files {
        let mut events = Vec::new();
        for document in openlineage::lines(BufReader::new(File::open(path)?), 100 << 20) {
            events.push(document?.text?);
        }
        report(path, &events);
    }
    if files.is_empty() {
        report("small", &[made_event(2, 1, 20, 1)]);
        report("wide", &[made_event(8, 2, 100, 3)]);
    }
    Ok(())
}

fn report(name: &str, events: &[Vec<u8>]) {
    let size = events.iter().map(Vec::len).sum::<usize>() / events.len().max(1);
    let canonical = each(events, |event| drop(black_box(ingest::canonical::canonical(event))));
    let limits = Limits::default();
    let whole = each(events, |event| drop(black_box(openlineage::event(event, Time::UNIX_EPOCH, &limits))));
    println!("{:>8} {size:>10} {canonical:>12.1} {whole:>12.1} {:>8.0}  {name}", events.len(), size as f64 / whole);
}

/// Microseconds of one core per event.
fn each(events: &[Vec<u8>], work: impl Fn(&[u8])) -> f64 {
    let (started, before) = (Instant::now(), on_core());
    let mut count = 0_u32;
    while started.elapsed() < LONG_ENOUGH {
        events.iter().for_each(|event| work(event));
        count += 1;
    }
    let spent = on_core().zip(before).map_or_else(|| started.elapsed(), |(after, before)| after - before);
    spent.as_secs_f64() * 1e6 / f64::from(count) / events.len().max(1) as f64
}

/// The time this thread has run, where the system tells: others may keep the cores busy.
fn on_core() -> Option<Duration> {
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    statistics.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// A run event in which every output column comes from `sources` input columns.
fn made_event(inputs: usize, outputs: usize, columns: usize, sources: usize) -> Vec<u8> {
    let facet = |mut facet: Value, schema: &str| {
        facet["_producer"] = json!("https://example.com/parse-speed/1.0");
        facet["_schemaURL"] = json!(format!("https://openlineage.io/spec/facets/1-1-1/{schema}.json"));
        facet
    };
    let namespace = "postgres://db.example:5432";
    let column = |at: usize| format!("column_{at:03}");
    let field = |at| json!({"name": column(at), "type": "varchar", "description": "a column"});
    let schema = facet(json!({"fields": (0..columns).map(field).collect::<Vec<_>>()}), "SchemaDatasetFacet");
    let dataset = |name: String, facets: Value| json!({"namespace": namespace, "name": name, "facets": facets});
    let input = |at: usize| dataset(format!("shop.public.source_{at}"), json!({"schema": schema}));
    let source = |at: usize| {
        let name = format!("shop.public.source_{}", at % inputs);
        let transformations = json!([{"type": "DIRECT", "subtype": "IDENTITY", "description": "", "masking": false}]);
        json!({"namespace": namespace, "name": name, "field": column(at % columns), "transformations": transformations})
    };
    let lineage = |output: usize| {
        let from =
            |at: usize| json!({"inputFields": (0..sources).map(|n| source(at + output + n)).collect::<Vec<_>>()});
        let fields: Value = (0..columns).map(|at| (column(at), from(at))).collect::<serde_json::Map<_, _>>().into();
        facet(json!({ "fields": fields }), "ColumnLineageDatasetFacet")
    };
    let output = |at: usize| {
        dataset(format!("shop.public.target_{at}"), json!({"schema": schema, "columnLineage": lineage(at)}))
    };
    let event = json!({
        "eventType": "COMPLETE", "eventTime": "2026-11-21T10:00:00.123Z", "producer": "https://example.com/parse-speed/1.0",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "0193ad2e-0000-7000-8000-000000000001"}, "job": {"namespace": "jobs", "name": "etl.job"},
        "inputs": (0..inputs).map(input).collect::<Vec<_>>(), "outputs": (0..outputs).map(output).collect::<Vec<_>>(),
    });
    event.to_string().into_bytes()
}
