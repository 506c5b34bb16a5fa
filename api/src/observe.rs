//! Logs and counters.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use graph::{Revision, RevisionMeta};
use metrics::{counter, describe_counter, describe_histogram, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{ConfigError, Log, LogFormat};

const EVENTS: &str = "headwater_events_total";
const COMMIT: &str = "headwater_commit_seconds";
const REQUESTS: &str = "headwater_http_requests_total";
const LATENCY: &str = "headwater_http_request_seconds";
const REVISION: &str = "headwater_revision";
const INDEX_REVISION: &str = "headwater_index_revision";
const INDEX_LAG: &str = "headwater_index_lag_revisions";
const IN_FLIGHT: &str = "headwater_body_bytes_in_flight";
const TOTALS: &str = "headwater_graph_total";

const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// What would be told of libraries, unless the level says otherwise: the driver of Neo4j tells of each connection.
const QUIET: &str = "neo4rs=warn";

/// How often counters are folded, so that they stay small also when nobody asks for them.
pub const UPKEEP: Duration = Duration::from_secs(5);

/// Starts writing logs to standard error. Does nothing when the process already writes logs.
pub fn logs(log: &Log) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", log.level)).map_err(|error| {
        ConfigError(format!("`log.level`: expected a level such as `info`, found `{}`: {error}", log.level))
    })?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // It fails when a subscriber is set already, which is what is wanted.
    let _ = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
    Ok(())
}

static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

fn handle() -> Option<&'static PrometheusHandle> {
    METRICS.get_or_init(install).as_ref()
}

fn install() -> Option<PrometheusHandle> {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS).ok()?;
    let handle = builder.install_recorder().ok()?;
    describe_counter!(EVENTS, "Inputs by kind and what became of them: new, repeated, rejected, failed.");
    describe_histogram!(COMMIT, "From a whole input to its durable commit.");
    describe_counter!(REQUESTS, "HTTP requests by route, method and status.");
    describe_histogram!(LATENCY, "From a request's head to its answer's head, by route.");
    Some(handle)
}

/// Starts counting. Safe to call more than once.
pub fn start() {
    handle();
}

/// What was counted, in the text of Prometheus.
pub fn render() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}

/// Folds what was counted.
pub fn upkeep() {
    if let Some(handle) = handle() {
        handle.run_upkeep();
    }
}

/// What became of an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    New,
    Repeated,
    Rejected,
    Failed,
}

impl Outcome {
    fn text(self) -> &'static str {
        match self {
            Outcome::New => "new",
            Outcome::Repeated => "repeated",
            Outcome::Rejected => "rejected",
            Outcome::Failed => "failed",
        }
    }
}

pub fn input(kind: &'static str, outcome: Outcome, took: Duration) {
    counter!(EVENTS, "kind" => kind, "outcome" => outcome.text()).increment(1);
    if outcome != Outcome::Failed {
        histogram!(COMMIT).record(took);
    }
}

pub fn request(route: String, method: &str, status: u16, took: Duration) {
    let method = known_method(method);
    counter!(REQUESTS, "route" => route.clone(), "method" => method, "status" => status.to_string()).increment(1);
    histogram!(LATENCY, "route" => route).record(took);
}

/// A client can send any word as a method; each would be a counter of its own.
fn known_method(method: &str) -> &'static str {
    ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

/// How one store is, as lines for `/metrics`: a process may serve several, so these are not counted globally.
pub fn gauges(now: &RevisionMeta, index: Revision, in_flight: usize) -> String {
    let lag = now.revision.0.saturating_sub(index.0);
    let mut out = String::new();
    gauge(&mut out, REVISION, "The newest committed revision.", &[("", u64::from(now.revision.0))]);
    gauge(&mut out, INDEX_REVISION, "The revision the search index holds.", &[("", u64::from(index.0))]);
    gauge(&mut out, INDEX_LAG, "Revisions the search index is behind.", &[("", u64::from(lag))]);
    gauge(&mut out, IN_FLIGHT, "Bytes of bodies being received or processed.", &[("", in_flight as u64)]);
    let totals = &now.totals;
    let counted = [
        ("datasets", totals.datasets),
        ("columns", totals.columns),
        ("jobs", totals.jobs),
        ("runs", totals.runs),
        ("edges", totals.edges),
        ("inputs", totals.inputs),
        ("faults", totals.faults),
    ];
    gauge(&mut out, TOTALS, "How much the graph holds, by kind.", &counted);
    out
}

fn gauge(out: &mut String, name: &str, help: &str, values: &[(&str, u64)]) {
    out.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
    for (kind, value) in values {
        let label = if kind.is_empty() { String::new() } else { format!("{{kind=\"{kind}\"}}") };
        out.push_str(&format!("{name}{label} {value}\n"));
    }
}
