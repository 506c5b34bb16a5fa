//! An estate told in lines, in a real store, and a change of it told in lines.

use std::fmt::Write;
use std::sync::Arc;

use binding::SqlDerive;
use graph::change::*;
use graph::*;
use impact::schema::{Change as Edit, DatasetName, Op, Proposal, Question, SchemaImpact, Verdict, judge};

/// Lines of
/// - `table NAME: column type, …`
/// - `model NAME from A, B: column type, … = QUERY`: a job of that name makes a dataset of that name (columns may be left out)
/// - `insert NAME into TABLE from A, B = QUERY`: a job of that name writes a table
/// - `reader NAME from A, B = QUERY`: a job that writes nothing
/// - `job NAME from A, B to C`, and below it `A.x -> y identity` or `A.x -> filter`: a job without a query
pub async fn estate(namespace: &str, text: &str) -> Arc<dyn Store> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = embedded::open(embedded::Options {
        path: folder.keep(),
        derive: Arc::new(SqlDerive),
        rewrites: Rewrites::default(),
        clock: Arc::new(|| time(0)),
    });
    let store = store.expect("a store");
    let mut estate = Estate { namespace, job: None, said: Vec::new() };
    text.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| estate.line(line));
    estate.end();
    for (at, changes) in estate.said.into_iter().enumerate() {
        let input = Input {
            id: ContentId::of(&at.to_le_bytes()),
            kind: InputKind::OpenLineage,
            body: Vec::new(),
            contents: Vec::new(),
            received_at: time(0),
            faults: Vec::new(),
            rejected: false,
        };
        store.commit(Submission { input, changes }).await.expect("a commit");
    }
    store
}

fn time(seconds: i64) -> Time {
    Time::from_second(1_760_000_000 + seconds).expect("a moment")
}

struct Estate<'a> {
    namespace: &'a str,
    /// A job without a query, as far as it was read.
    job: Option<RunChange>,
    said: Vec<Vec<Change>>,
}

impl Estate<'_> {
    fn line(&mut self, line: &str) {
        if let Some((source, rest)) = line.split_once(" -> ") {
            return self.edge(source, rest);
        }
        self.end();
        let (head, query) = line.split_once(" = ").map_or((line, None), |(head, query)| (head, Some(query)));
        let (head, columns) = head.split_once(": ").map_or((head, None), |(head, columns)| (head, Some(columns)));
        let (word, head) = head.split_once(' ').expect("a word and more");
        let (head, from) = head.split_once(" from ").map_or((head, ""), |(head, from)| (head, from));
        let (from, to) = from.split_once(" to ").map_or((from, None), |(from, to)| (from, Some(to)));
        let (name, into) = head.split_once(" into ").map_or((head, None), |(name, into)| (name, Some(into)));
        if let Some(columns) = columns {
            self.table(name, columns);
        }
        let output = match word {
            "table" => return,
            "model" => Some(name),
            "insert" => into,
            "job" => to,
            "reader" => None,
            other => panic!("unknown word {other}"),
        };
        let run = self.run(name, from, output, query);
        if word == "job" {
            self.job = Some(run);
        } else {
            if let Some(query) = run.query.clone() {
                let value = FacetValue { raw: ContentId::of(query.text.as_bytes()), aspect: Aspect::Query(query) };
                let facets = vec![Assertion { slot: "sql".to_owned(), value: Some(value) }];
                let change = JobChange { name: run.job.clone(), at: run.at, facets };
                self.said.push(vec![Change::Job(change)]);
            }
            self.said.push(vec![Change::Run(Box::new(run))]);
        }
    }

    fn table(&mut self, name: &str, columns: &str) {
        let fields = columns.split(", ").enumerate().map(|(position, column)| {
            let (path, data_type) =
                column.split_once(' ').map_or((column, None), |(path, t)| (path, Some(t.to_owned())));
            let path = path.split('.').map(str::to_owned).collect();
            Field { path, data_type, description: None, position: position as u32, declared: true }
        });
        let aspect = Aspect::Schema(fields.collect());
        let value = Some(FacetValue { raw: ContentId::of(columns.as_bytes()), aspect });
        let facets = vec![Assertion { slot: "schema".to_owned(), value }];
        let change = DatasetChange { name: self.name(name), at: self.at(), facets };
        self.said.push(vec![Change::Dataset(change)]);
    }

    fn run(&self, job: &str, from: &str, to: Option<&str>, query: Option<&str>) -> RunChange {
        let io = |name: &str| RunDataset { name: self.name(name), facets: Vec::new() };
        RunChange {
            job: QualifiedName::new("jobs", job),
            run: Some(format!("run of {job}")),
            at: self.at(),
            event_type: Some(EventType::Complete),
            facets: Vec::new(),
            inputs: from.split(", ").filter(|name| !name.is_empty()).map(io).collect(),
            outputs: to.into_iter().map(io).collect(),
            claims: Vec::new(),
            query: query.map(|text| Query { text: text.to_owned(), dialect: None }),
        }
    }

    fn edge(&mut self, source: &str, rest: &str) {
        const KINDS: [(&str, EdgeKind); 7] = [
            ("identity", EdgeKind::Identity),
            ("transformation", EdgeKind::Transformation),
            ("aggregation", EdgeKind::Aggregation),
            ("filter", EdgeKind::Filter),
            ("join", EdgeKind::Join),
            ("conditional", EdgeKind::Conditional),
            ("unknown", EdgeKind::Unknown),
        ];
        let words: Vec<&str> = rest.split(' ').collect();
        let kind = KINDS.iter().find(|(name, _)| Some(name) == words.last()).expect("a kind").1;
        let (dataset, column) = source.split_once('.').expect("table.column");
        let edge = ColumnClaim {
            source: self.name(dataset),
            source_column: column.to_owned(),
            target_column: (words.len() > 1).then(|| words[0].to_owned()),
            kind,
            masking: false,
            expression: None,
        };
        let job = self.job.as_mut().expect("a job above");
        let output = job.outputs[0].name.clone();
        if job.claims.is_empty() {
            let source = LineageSource::ColumnLineage;
            job.claims.push(Claim { output, source, inputs: Vec::new(), edges: Vec::new() });
        }
        job.claims[0].edges.push(edge);
    }

    fn end(&mut self) {
        if let Some(job) = self.job.take() {
            self.said.push(vec![Change::Run(Box::new(job))]);
        }
    }

    fn at(&self) -> OrderKey {
        let at = self.said.len() as i64;
        OrderKey { time: time(at), rank: 3, tie: ContentId::of(&at.to_le_bytes()) }
    }

    fn name(&self, name: &str) -> QualifiedName {
        QualifiedName::new(self.namespace, format!("shop.public.{name}"))
    }
}

/// Lines of `drop T.c`, `rename T.c to d`, `retype T.c to TYPE`, `add T.c TYPE`, `null T.c`, `notnull T.c`,
/// `meaning T.c`, `drop T`, `rename T to U`, `query T = QUERY`.
pub fn proposal(text: &str) -> Proposal {
    let changes = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(edit).collect();
    Proposal { title: None, changes }
}

fn edit(line: &str) -> Edit {
    let (line, query) = line.split_once(" = ").map_or((line, None), |(line, query)| (line, Some(query.to_owned())));
    let (word, rest) = line.split_once(' ').expect("a word and more");
    let (what, to) = rest.split_once(" to ").map_or((rest, None), |(what, to)| (what, Some(to.to_owned())));
    let (what, data_type) = what.split_once(' ').map_or((what, None), |(what, t)| (what, Some(t.to_owned())));
    let (dataset, column) = what.split_once('.').map_or((what, None), |(t, column)| (t, Some(column.to_owned())));
    let (op, to, data_type, nullable) = match (word, column.is_some()) {
        ("drop", true) => (Op::DropColumn, None, None, None),
        ("rename", true) => (Op::RenameColumn, to, None, None),
        ("retype", _) => (Op::RetypeColumn, None, to, None),
        ("add", _) => (Op::AddColumn, None, data_type, None),
        ("null", _) => (Op::SetNullable, None, None, Some(true)),
        ("notnull", _) => (Op::SetNullable, None, None, Some(false)),
        ("meaning", _) => (Op::ChangeMeaning, None, None, None),
        ("drop", false) => (Op::DropDataset, None, None, None),
        ("rename", false) => (Op::RenameDataset, to.map(|to| format!("shop.public.{to}")), None, None),
        ("query", _) => (Op::ReplaceQuery, None, None, None),
        other => panic!("unknown word {other:?}"),
    };
    let dataset = DatasetName { namespace: None, name: dataset.to_owned() };
    Edit { op, dataset, column, to, data_type, nullable, query, dialect: None }
}

/// What the change does to the estate.
pub async fn impact(store: &dyn Store, proposal: Proposal) -> impact::Result<SchemaImpact> {
    let at = store.revision(AsOf::Latest).await?.revision;
    judge(store, &Everyone, &Question { proposal, depth: 50, limit: 1000, at, deadline: None }).await
}

/// One line a consumer, and one below it for each column.
pub fn render(impact: &SchemaImpact) -> String {
    let mut out = String::new();
    let short = |node: &Node| match &node.name {
        NodeName::Dataset(name) | NodeName::Job(name) => name.name.trim_start_matches("shop.public.").to_owned(),
        other => format!("{other:?}"),
    };
    for consumer in &impact.consumers {
        let name = consumer.dataset.as_deref().or(consumer.job.as_deref()).map_or_else(String::new, short);
        let transitive = if consumer.transitive { " (transitive)" } else { "" };
        let via: Vec<String> = consumer.via.iter().map(|node| short(node)).collect();
        let via = if via.is_empty() { String::new() } else { format!(" via {}", via.join(", ")) };
        let reason = consumer.reason.replace("shop.public.", "");
        let verdict = consumer.verdict.name();
        writeln!(out, "{} {name} {verdict}{transitive}{via}: {reason}", consumer.hop).expect("a text");
        for column in consumer.columns.iter().filter(|_| consumer.verdict != Verdict::Safe) {
            let text = column.expression.as_ref().map_or_else(String::new, |text| format!(" `{text}`"));
            let reason = column.reason.replace("shop.public.", "");
            let name = column.name.replace("shop.public.", "");
            writeln!(out, "    {name} {}{text}: {reason}", column.verdict.name()).expect("a text");
        }
    }
    for (reason, count) in &impact.reasons {
        writeln!(out, "{reason:?} {count}").expect("a text");
    }
    out
}
