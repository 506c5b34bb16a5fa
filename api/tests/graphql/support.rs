//! A store with something in it, the schema over it, and a count of what is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use api::auth::Principal;
use api::config::Config;
use api::graphql::{HeadwaterSchema, schema};
use api::services::Services;
use async_graphql::{Request, Response, Variables};
use async_trait::async_trait;
use graph::change::*;
use graph::derive::NoDerivation;
use graph::embedded::{self, Options};
use graph::*;
use parking_lot::Mutex;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

pub const NS: &str = "postgres://db:5432";

/// A store under observation.
pub struct World {
    pub schema: HeadwaterSchema,
    pub services: Arc<Services>,
    /// The names of the store's methods, one for each call.
    pub reads: Arc<Mutex<Vec<&'static str>>>,
    /// When true, names are never resolved.
    pub stalled: Arc<AtomicBool>,
    _folder: tempfile::TempDir,
}

/// A store with these inputs in it.
pub async fn world(inputs: &[Say]) -> World {
    world_of(inputs, |_| ()).await
}

pub async fn world_of(inputs: &[Say], change: impl FnOnce(&mut Config)) -> World {
    let mut config = Config::default();
    change(&mut config);
    let folder = tempfile::tempdir().unwrap();
    let rewrites = Rewrites::default();
    let clock: graph::Clock = Arc::new(jiff::Timestamp::now);
    let options = Options { path: folder.path().join("graph"), derive: Arc::new(NoDerivation), rewrites, clock };
    let store = embedded::open(options).unwrap();
    for input in inputs {
        store.commit(input.submission()).await.unwrap();
    }
    let index = search::Index::in_memory(store.clone()).await.unwrap();
    let newest = store.revision(graph::AsOf::Latest).await.unwrap().revision;
    index.reached(newest, Instant::now() + Duration::from_secs(60)).await.unwrap();
    let reads: Arc<Mutex<Vec<&'static str>>> = Arc::default();
    let stalled: Arc<AtomicBool> = Arc::default();
    let store = Arc::new(Counted { store, reads: reads.clone(), stalled: stalled.clone() });
    let stop = CancellationToken::new();
    let services = Services { store, index: Arc::new(index), limits: config.limits, started: Instant::now(), stop };
    let services = Arc::new(services);
    World { schema: schema(services.clone()), services, reads, stalled, _folder: folder }
}

impl World {
    pub async fn respond(&self, request: Request) -> Response {
        self.schema.execute(request.data(Principal::named("ada"))).await
    }

    /// The data of an answer without errors.
    pub async fn ask(&self, query: &str) -> Value {
        let response = self.respond(Request::new(query)).await;
        assert!(response.errors.is_empty(), "{query}\n{:?}", response.errors);
        response.data.into_json().unwrap()
    }

    pub async fn ask_with(&self, query: &str, variables: Value) -> Value {
        let request = Request::new(query).variables(Variables::from_json(variables));
        let response = self.respond(request).await;
        assert!(response.errors.is_empty(), "{query}\n{:?}", response.errors);
        response.data.into_json().unwrap()
    }

    /// The data of an answer as text, in the order in which it is sent.
    pub async fn text(&self, query: &str) -> String {
        let response = self.respond(Request::new(query)).await;
        assert!(response.errors.is_empty(), "{query}\n{:?}", response.errors);
        serde_json::to_string(&response.data).unwrap()
    }

    /// Compares the data of an answer with JSON text.
    pub async fn check(&self, query: &str, expected: &str) {
        assert_same(&self.ask(query).await, expected);
    }

    /// `CODE: message` of the first error.
    pub async fn error(&self, query: &str) -> String {
        error_of(&self.respond(Request::new(query)).await)
    }
}

/// Compares a value with JSON text.
#[track_caller]
pub fn assert_same(found: &Value, expected: &str) {
    assert_eq!(found, &serde_json::from_str::<Value>(expected).unwrap(), "found {found}");
}

pub fn error_of(response: &Response) -> String {
    let error = response.errors.first().expect("an error");
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code")).cloned();
    format!(
        "{}: {}",
        code.map_or("-".into(), |code| code.into_json().unwrap().as_str().unwrap().to_owned()),
        error.message
    )
}

pub fn id(kind: &str, name: &str) -> String {
    format!("{kind}:postgres%3A//db%3A5432:{name}")
}

pub fn name(name: &str) -> QualifiedName {
    QualifiedName::new(NS, name)
}

/// A moment, so many seconds after an arbitrary start.
pub fn time(seconds: i64) -> Time {
    Time::from_second(1_760_000_000 + seconds).unwrap()
}

/// One input under construction.
pub struct Say {
    at: i64,
    changes: Vec<Change>,
    contents: Vec<Content>,
    faults: Vec<Fault>,
    rejected: bool,
}

pub fn at(seconds: i64) -> Say {
    Say { at: seconds, changes: Vec::new(), contents: Vec::new(), faults: Vec::new(), rejected: false }
}

impl Say {
    fn key(&self, rank: u8) -> OrderKey {
        OrderKey { time: time(self.at), rank, tie: ContentId::of(&self.at.to_le_bytes()) }
    }

    fn facet(&mut self, slot: &str, raw: &str, aspect: Aspect) -> Assertion {
        let content = Content::new(raw.as_bytes().to_vec());
        let value = Some(FacetValue { raw: content.id, aspect });
        self.contents.push(content);
        Assertion { slot: slot.to_owned(), value }
    }

    pub fn dataset(mut self, dataset: &str, slot: &str, raw: &str, aspect: Aspect) -> Say {
        let facets = vec![self.facet(slot, raw, aspect)];
        self.changes.push(Change::Dataset(DatasetChange { name: name(dataset), at: self.key(0), facets }));
        self
    }

    pub fn job(mut self, job: &str, slot: &str, raw: &str, aspect: Aspect) -> Say {
        let facets = vec![self.facet(slot, raw, aspect)];
        self.changes.push(Change::Job(JobChange { name: name(job), at: self.key(0), facets }));
        self
    }

    pub fn schema(self, dataset: &str, columns: &[&str]) -> Say {
        let field = |(position, path): (usize, &&str)| Field {
            path: path.split('.').map(str::to_owned).collect(),
            data_type: Some("int".to_owned()),
            description: None,
            position: position as u32,
            declared: true,
        };
        let fields = columns.iter().enumerate().map(field).collect();
        self.dataset(dataset, "schema", &format!("{columns:?}"), Aspect::Schema(fields))
    }

    pub fn owned(self, dataset: &str, owner: &str) -> Say {
        let owners = vec![Owner { name: owner.to_owned(), role: None }];
        self.dataset(dataset, "ownership", owner, Aspect::Ownership(owners))
    }

    /// A run, or a design-time statement when `run` is empty, with edges as `source.column kind column`.
    pub fn run(mut self, job: &str, run: &str, event: EventType, (inputs, outputs, edges): Io<'_>) -> Say {
        let dataset = |dataset: &&str| RunDataset { name: name(dataset), facets: Vec::new() };
        let claims = outputs.iter().filter(|_| !edges.is_empty()).map(|output| Claim {
            output: name(output),
            source: LineageSource::ColumnLineage,
            inputs: Vec::new(),
            edges: edges.iter().map(|edge| column_edge(edge)).collect(),
        });
        let rank = if event == EventType::Start { 1 } else { 3 };
        self.changes.push(Change::Run(Box::new(RunChange {
            job: name(job),
            run: (!run.is_empty()).then(|| run.to_owned()),
            at: self.key(rank),
            event_type: Some(event),
            facets: Vec::new(),
            inputs: inputs.iter().map(dataset).collect(),
            outputs: outputs.iter().map(dataset).collect(),
            claims: claims.collect(),
            query: Some(query()),
        })));
        self
    }

    pub fn fault(mut self, code: &str, rejected: bool) -> Say {
        let (path, message) = (Some("$.job".to_owned()), format!("what {code} means"));
        self.faults.push(Fault { code: code.to_owned(), path, message });
        self.rejected = rejected;
        self
    }

    pub fn submission(&self) -> Submission {
        let body = format!("{} {:?}", self.at, self.changes).into_bytes();
        let input = Input {
            id: ContentId::of(&body),
            kind: InputKind::OpenLineage,
            body,
            contents: self.contents.clone(),
            received_at: time(self.at),
            faults: self.faults.clone(),
            rejected: self.rejected,
        };
        Submission { input, changes: self.changes.clone() }
    }
}

/// Inputs, outputs and column edges.
pub type Io<'a> = (&'a [&'a str], &'a [&'a str], &'a [&'a str]);

fn column_edge(text: &str) -> ColumnClaim {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (table, column) = words[0].split_once('.').unwrap();
    let kind = match words[1] {
        "same" => EdgeKind::Identity,
        "sum" => EdgeKind::Aggregation,
        "filter" => EdgeKind::Filter,
        other => panic!("an edge kind: {other}"),
    };
    ColumnClaim {
        source: name(table),
        source_column: column.to_owned(),
        target_column: words.get(2).map(|column| column.to_string()),
        kind,
        masking: false,
        expression: Some(ExpressionSpan { text: "price".to_owned(), start: 17, end: 22 }),
    }
}

fn query() -> Query {
    Query { text: "INSERT ü SELECT price".to_owned(), dialect: None }
}

/// A shop: `orders` → `daily` (by column) → `report` (by tables), each step by a job of its own.
pub fn shop() -> Vec<Say> {
    vec![
        at(1).schema("orders", &["id", "price", "day"]).owned("orders", "team"),
        at(2).schema("daily", &["day", "total"]),
        at(3).job("load", "sql", "{}", Aspect::Query(query())).run(
            "load",
            "r1",
            EventType::Start,
            (&["orders"], &["daily"], &[]),
        ),
        at(4).run(
            "load",
            "r1",
            EventType::Complete,
            (&["orders"], &["daily"], &["orders.price sum total", "orders.day same day", "orders.day filter"]),
        ),
        at(5).run("publish", "r2", EventType::Start, (&["daily"], &["report"], &[])),
        at(6).run("publish", "r2", EventType::Fail, (&["daily"], &["report"], &[])),
        at(7).run("publish", "r3", EventType::Complete, (&["daily"], &["report"], &[])),
    ]
}

/// A store that writes down what is asked of it.
struct Counted {
    store: Arc<dyn Store>,
    reads: Arc<Mutex<Vec<&'static str>>>,
    stalled: Arc<AtomicBool>,
}

impl Counted {
    fn note(&self, method: &'static str) -> &dyn Store {
        self.reads.lock().push(method);
        &*self.store
    }
}

#[async_trait]
impl Store for Counted {
    async fn revision(&self, as_of: AsOf) -> Result<RevisionMeta> {
        self.note("revision").revision(as_of).await
    }
    async fn commit(&self, submission: Submission) -> Result<Receipt> {
        self.note("commit").commit(submission).await
    }
    async fn resolve(&self, names: &[NodeName], at: Revision) -> Result<Vec<Option<NodeId>>> {
        if self.stalled.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.note("resolve").resolve(names, at).await
    }
    async fn nodes(&self, ids: &[NodeId], at: Revision) -> Result<Vec<Option<Arc<Node>>>> {
        self.note("nodes").nodes(ids, at).await
    }
    async fn hop(&self, hop: Hop<'_>) -> Result<Vec<Edge>> {
        self.note("hop").hop(hop).await
    }
    async fn scan(&self, scan: Scan) -> Result<Vec<NodeId>> {
        self.note("scan").scan(scan).await
    }
    async fn changes(&self, after: Revision, limit: usize, wait: Duration) -> Result<Feed> {
        self.note("changes").changes(after, limit, wait).await
    }
    async fn history(&self, id: NodeId, limit: usize) -> Result<Vec<Version>> {
        self.note("history").history(id, limit).await
    }
    async fn runs(&self, query: &RunQuery) -> Result<Vec<Run>> {
        self.note("runs").runs(query).await
    }
    async fn log(&self, query: LogQuery) -> Result<Vec<LogEntry>> {
        self.note("log").log(query).await
    }
    async fn contents(&self, ids: &[ContentId]) -> Result<Vec<Option<Vec<u8>>>> {
        self.note("contents").contents(ids).await
    }
    async fn evidence(&self, edge: EdgeId) -> Result<Option<Evidence>> {
        self.note("evidence").evidence(edge).await
    }
}
