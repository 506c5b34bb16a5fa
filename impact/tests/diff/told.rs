//! An estate that changes, told in lines, and what differs, told in lines.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use graph::change::{Aspect as Aspect_, *};
use graph::derive::NoDerivation;
use graph::*;
use impact::diff::{AspectChange, Diff, Made, Told};

const NS: &str = "db";

/// A store whose clock stands where the last line was said.
pub struct Past {
    pub store: Arc<dyn Store>,
    clock: Arc<AtomicI64>,
    said: i64,
    marks: BTreeMap<String, Revision>,
    _folder: tempfile::TempDir,
}

pub fn name(name: &str) -> QualifiedName {
    QualifiedName::new(NS, name)
}

/// A dataset in small letters, its column behind a dot, a job in capitals.
pub fn node_name(text: &str) -> NodeName {
    match text.split_once('.') {
        Some((dataset, column)) => NodeName::Column(name(dataset), column.to_owned()),
        None if text.chars().all(|c| c.is_uppercase() || c.is_numeric()) => NodeName::Job(name(text)),
        None => NodeName::Dataset(name(text)),
    }
}

pub fn time(seconds: i64) -> Time {
    Time::from_second(1_760_000_000 + seconds).expect("a moment")
}

pub fn moment(at: Time) -> i64 {
    at.as_second() - 1_760_000_000
}

impl Past {
    pub fn new() -> Past {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(AtomicI64::new(0));
        let now = Arc::clone(&clock);
        let store = embedded::open(embedded::Options {
            path: folder.path().to_owned(),
            derive: Arc::new(NoDerivation),
            rewrites: Rewrites::default(),
            clock: Arc::new(move || time(now.load(Ordering::SeqCst))),
        });
        Past { store: store.expect("a store"), clock, said: 0, marks: BTreeMap::new(), _folder: folder }
    }

    /// One commit a line, ten seconds apart; what the store refuses is left out:
    /// - `table NAME: column type, …` / `describe NODE text` / `own NODE who` / `tag NODE key` / `untag NODE key`
    /// - `same NAME OTHER` / `apart NAME`: another name of a dataset
    /// - `JOB RUN: a b > c` and `… failed`; `a.x>y` among them says that a column is made of another
    /// - `mark NAME`: the revision now; no commit
    pub async fn tell(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match line.strip_prefix("mark ") {
                Some(mark) => {
                    let now = self.now().await;
                    self.marks.insert(mark.to_owned(), now);
                }
                None => self.commit(line).await,
            }
        }
    }

    async fn commit(&mut self, line: &str) {
        self.said += 10;
        self.clock.store(self.said, Ordering::SeqCst);
        let id = ContentId::of(format!("{} {line}", self.said).as_bytes());
        let (changes, kind, body) = change(line, OrderKey { time: time(self.said), rank: 3, tie: id });
        let received_at = time(self.said);
        let body = body.to_string().into_bytes();
        let input = Input { id, kind, body, contents: vec![], received_at, faults: vec![], rejected: false };
        match self.store.commit(Submission { input, changes }).await {
            Ok(_) | Err(StoreError::Refused(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn now(&self) -> Revision {
        self.store.revision(AsOf::Latest).await.expect("a revision").revision
    }

    pub fn mark(&self, name: &str) -> Revision {
        self.marks[name]
    }

    pub async fn find(&self, text: &str, at: Revision) -> NodeId {
        self.store.resolve(&[node_name(text)], at).await.expect("a store")[0].expect("a node")
    }
}

fn facet(slot: &str, aspect: Aspect_) -> Assertion {
    let raw = ContentId::of(format!("{aspect:?}").as_bytes());
    Assertion { slot: slot.to_owned(), value: Some(FacetValue { raw, aspect }) }
}

fn change(line: &str, at: OrderKey) -> (Vec<Change>, InputKind, serde_json::Value) {
    let (word, rest) = line.split_once(' ').expect("a word and more");
    let (subject, more) = rest.split_once(' ').unwrap_or((rest, ""));
    let edit = |edit: Edit| {
        let change = AuthoredChange { target: node_name(subject), at, by: "ada".to_owned(), edit };
        let body = serde_json::json!({ "by": "ada", "target": subject });
        (vec![Change::Authored(change)], InputKind::Authored, body)
    };
    let tag = |key: &str| Tag { key: key.to_owned(), value: String::new(), source: None };
    match word {
        "table" => {
            let (table, columns) = rest.split_once(": ").unwrap_or((rest.trim_end_matches(':'), ""));
            let schema = facet("schema", Aspect_::Schema(fields(columns)));
            let change = DatasetChange { name: name(table), at, facets: vec![schema] };
            (vec![Change::Dataset(change)], InputKind::OpenLineage, serde_json::json!({ "dataset": table }))
        }
        "same" => {
            let links = facet("symlinks", Aspect_::Symlinks(vec![name(more)]));
            let change = DatasetChange { name: name(subject), at, facets: vec![links] };
            (vec![Change::Dataset(change)], InputKind::OpenLineage, serde_json::json!({ "dataset": subject }))
        }
        "apart" => {
            let gone = Assertion { slot: "symlinks".to_owned(), value: None };
            let change = DatasetChange { name: name(subject), at, facets: vec![gone] };
            (vec![Change::Dataset(change)], InputKind::OpenLineage, serde_json::json!({ "dataset": subject }))
        }
        "describe" => edit(Edit::Description((!more.is_empty()).then(|| more.to_owned()))),
        "own" => edit(Edit::AddOwner(Owner { name: more.to_owned(), role: None })),
        "tag" => edit(Edit::AddTag(tag(more))),
        "untag" => edit(Edit::RemoveTag(more.to_owned())),
        job => run(job, rest, at),
    }
}

fn fields(columns: &str) -> Vec<Field> {
    let columns = columns.split(", ").filter(|column| !column.is_empty());
    let field = |(position, column): (usize, &str)| {
        let (path, data_type) = column.split_once(' ').expect("a column and its type");
        let (path, position) = (vec![path.to_owned()], position as u32);
        Field { path, data_type: Some(data_type.to_owned()), description: None, position, declared: true }
    };
    columns.enumerate().map(field).collect()
}

fn run(job: &str, rest: &str, at: OrderKey) -> (Vec<Change>, InputKind, serde_json::Value) {
    let (run, rest) = rest.split_once(": ").expect("a run and what it did");
    let (did, event) = match rest.strip_suffix(" failed") {
        Some(did) => (did, EventType::Fail),
        None => (rest, EventType::Complete),
    };
    let (inputs, output) = did.split_once(" > ").expect("what it wrote");
    let io = |table: &str| RunDataset { name: name(table), facets: Vec::new() };
    let (columns, tables): (Vec<&str>, Vec<&str>) = inputs.split(' ').partition(|word| word.contains('>'));
    let edges: Vec<ColumnClaim> = columns.into_iter().map(column_edge).collect();
    let claims = match edges.is_empty() {
        true => vec![],
        false => {
            let inputs = tables.iter().map(|table| name(table)).collect();
            vec![Claim { output: name(output), source: LineageSource::ColumnLineage, inputs, edges }]
        }
    };
    let body = serde_json::json!({
        "eventType": if event == EventType::Fail { "FAIL" } else { "COMPLETE" },
        "job": { "namespace": NS, "name": job }, "run": { "runId": run }, "outputs": [output],
    });
    let change = RunChange {
        job: name(job),
        run: Some(run.to_owned()),
        at,
        event_type: Some(event),
        facets: Vec::new(),
        inputs: tables.iter().map(|table| io(table)).collect(),
        outputs: vec![io(output)],
        claims,
        query: None,
    };
    (vec![Change::Run(Box::new(change))], InputKind::OpenLineage, body)
}

/// `a.x>y`, or `a.x>` for a filter of all.
fn column_edge(text: &str) -> ColumnClaim {
    let (from, to) = text.split_once('>').expect("from and to");
    let (table, column) = from.split_once('.').expect("table.column");
    ColumnClaim {
        source: name(table),
        source_column: column.to_owned(),
        target_column: (!to.is_empty()).then(|| to.to_owned()),
        kind: if to.is_empty() { EdgeKind::Filter } else { EdgeKind::Identity },
        masking: false,
        expression: None,
    }
}

pub fn shown(node: &Node) -> String {
    match &node.name {
        NodeName::Dataset(name) | NodeName::Job(name) => name.name.clone(),
        NodeName::Column(name, path) => format!("{}.{path}", name.name),
        NodeName::Namespace(name) | NodeName::Owner(name) | NodeName::Tag(name) => name.clone(),
    }
}

/// A difference, one line a change. Revisions are told as `@` and how many after the first.
pub fn told(diff: &Diff) -> String {
    let mut out = String::new();
    let first = diff.times.from.0;
    let at = |revision: Option<Revision>| revision.map_or_else(|| "@?".to_owned(), |at| format!("@{}", at.0 - first));
    for node in &diff.nodes {
        let hop = node.hop.map(|hop| format!("{hop} ")).unwrap_or_default();
        writeln!(out, "{hop}{:?} {} {}", node.change, shown(&node.node), at(node.revision)).expect("a text");
        for Told { change, revision } in &node.aspects {
            let AspectChange { fact, before, after } = change;
            let key = if fact.key.is_empty() { String::new() } else { format!(" {}", fact.key) };
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
            let (aspect, before, after) = (fact.aspect, text(before), text(after));
            writeln!(out, "  {aspect:?}{key}: {before} => {after} {}", at(*revision)).expect("a text");
        }
        by(&mut out, &node.made);
    }
    for edge in &diff.edges {
        let job = edge.job.as_ref().map(|job| format!(" by {}", shown(job))).unwrap_or_default();
        let sign = if edge.came { "+" } else { "-" };
        let (from, to, kind) = (shown(&edge.from), shown(&edge.to), edge.edge.kind);
        writeln!(out, "{sign} {from} {kind:?} {to}{job} {}", at(edge.revision)).expect("a text");
        by(&mut out, &edge.made);
    }
    for (reason, count) in &diff.reasons {
        writeln!(out, "{reason:?} {count}").expect("a text");
    }
    out
}

fn by(out: &mut String, made: &[Made]) {
    for made in made {
        let job = made.job.as_ref().map(|job| job.name.as_str()).unwrap_or_default();
        let words = [made.by.as_deref(), Some(job), made.run.as_deref(), made.event_type.as_deref()];
        let words: Vec<&str> = words.into_iter().flatten().filter(|word| !word.is_empty()).collect();
        writeln!(out, "  from {:?} {}", made.kind, words.join(" ")).expect("a text");
    }
}
