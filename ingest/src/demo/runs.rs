//! The events of the demo: what the tables are, what the dashboards read, what ran in each night.

use graph::Time;
use serde_json::{Map, Value, json};

use super::estate::{Estate, Job, Runner, Table};
use super::{Event, NIGHTS, after, facets};

const DAY: i64 = 86_400;

/// What the tables and the dashboards say of themselves, before the first night; a renamed table after its renaming.
pub fn declarations(estate: &Estate, midnight: Time) -> Vec<Event> {
    let declared = estate.tables.iter().filter(|table| table.spec.tests.is_empty());
    let tables = declared.map(|table| {
        let renamed = estate.jobs.iter().find(|job| job.renames.is_some() && job.writes.contains(&table.spec.id));
        let at = renamed.map_or(-DAY / 2, |job| job.first_night() * DAY + job.start() + 60);
        let body = json!({ "dataset": dataset(estate, &table.spec.id, facets::table(estate, table)) });
        event(after(midnight, at), "DatasetEvent", body)
    });
    let dashboards = estate.dashboards.iter().map(|job| {
        let body = json!({
            "job": { "namespace": facets::job_namespace(job.by), "name": job.job, "facets": facets::job(job) },
            "inputs": datasets(estate, &job.reads),
            "outputs": datasets(estate, &job.writes),
        });
        event(after(midnight, -DAY / 3), "JobEvent", body)
    });
    tables.chain(dashboards).collect()
}

/// Everything that ran.
pub fn runs(estate: &Estate, midnight: Time) -> Vec<Event> {
    let mut events = Vec::new();
    for night in 0..NIGHTS {
        let context = Night { estate, night, midnight: after(midnight, night * DAY) };
        for job in &estate.jobs {
            if job.by == Runner::Connect {
                events.push(context.stream(job));
            } else if job.runs_on(night) {
                events.extend(context.run(job));
            }
        }
    }
    events
}

struct Night<'a> {
    estate: &'a Estate,
    night: i64,
    midnight: Time,
}

impl Night<'_> {
    /// START and the end of one run, and the run of the tests of what it built.
    fn run(&self, job: &Job) -> Vec<Event> {
        let (start, end) = (after(self.midnight, job.start()), after(self.midnight, job.start() + job.takes));
        let begin = json!({
            "eventType": "START",
            "run": self.start_of_run(job),
            "job": self.job(job, facets::job(job)),
            "inputs": self.inputs(job),
            "outputs": datasets(self.estate, &job.writes),
        });
        let failed = job.fails == Some(self.night);
        let finish = json!({
            "eventType": if failed { "FAIL" } else { "COMPLETE" },
            "run": self.end_of_run(job, failed),
            "job": self.job(job, Map::new()),
            "inputs": [],
            "outputs": if failed { Vec::new() } else { self.outputs(job) },
        });
        let mut events = vec![event(start, "RunEvent", begin), event(end, "RunEvent", finish)];
        if job.by == Runner::Dbt {
            events.extend(self.tests(job, end));
        }
        events
    }

    /// A streaming job is still running: one run, one event a day.
    fn stream(&self, job: &Job) -> Event {
        let first = after(self.midnight, -self.night * DAY + job.start());
        let body = json!({
            "eventType": if self.night == 0 { "START" } else { "RUNNING" },
            "run": { "runId": run_id(&job.job, first), "facets": { "processing_engine": facets::engine(job.by) } },
            "job": self.job(job, facets::job(job)),
            "inputs": self.inputs(job),
            "outputs": self.outputs(job),
        });
        event(after(self.midnight, job.start()), "RunEvent", body)
    }

    fn start_of_run(&self, job: &Job) -> Value {
        let mut run = self.run_of(job);
        run["facets"]["processing_engine"] = facets::engine(job.by);
        if job.parent.is_none() {
            run["facets"]["nominalTime"] = facets::nominal_time(after(self.midnight, job.start()).to_string());
        }
        run
    }

    fn end_of_run(&self, job: &Job, failed: bool) -> Value {
        let mut run = self.run_of(job);
        if let Some(error) = job.error.as_deref().filter(|_| failed) {
            run["facets"]["errorMessage"] = facets::error(error);
        }
        run
    }

    /// The run of this night with its parent.
    fn run_of(&self, job: &Job) -> Value {
        let mut facets = Map::new();
        if let Some(parent) = self.parent(job) {
            facets.insert("parent".to_owned(), parent);
        }
        json!({ "runId": self.id(job), "facets": facets })
    }

    fn parent(&self, job: &Job) -> Option<Value> {
        let parent = self.estate.job(job.parent.as_deref()?)?;
        let mut root = parent;
        while let Some(above) = root.parent.as_deref().and_then(|name| self.estate.job(name)) {
            root = above;
        }
        Some(facets::parent((parent, &self.id(parent)), (root, &self.id(root))))
    }

    fn id(&self, job: &Job) -> String {
        run_id(&job.job, after(self.midnight, job.start()))
    }

    fn job(&self, job: &Job, facets: Map<String, Value>) -> Value {
        json!({ "namespace": facets::job_namespace(job.by), "name": job.job, "facets": facets })
    }

    fn inputs(&self, job: &Job) -> Vec<Value> {
        let read = job.reads.iter().map(|id| {
            let id = self.name_tonight(id);
            let schema = self.estate.table(&id).map(|table| facets::schema(&table.columns));
            dataset(self.estate, &id, schema.map(|schema| ("schema".to_owned(), schema)).into_iter().collect())
        });
        read.collect()
    }

    /// Before it was renamed, a table is read by its old name.
    fn name_tonight(&self, id: &str) -> String {
        let renaming = self.estate.jobs.iter().find(|job| job.writes.iter().any(|written| written == id));
        let old = renaming.filter(|job| self.night <= job.first_night()).and_then(|job| job.renames.clone());
        old.unwrap_or_else(|| id.to_owned())
    }

    fn outputs(&self, job: &Job) -> Vec<Value> {
        job.writes.iter().filter_map(|id| self.estate.table(id)).map(|table| self.output(job, table)).collect()
    }

    fn output(&self, job: &Job, table: &Table) -> Value {
        let mut known = facets::table(self.estate, table);
        if job.drops {
            known = [("lifecycleStateChange".to_owned(), facets::lifecycle("DROP", None))].into_iter().collect();
        }
        if let Some(old) = &job.renames {
            known.insert("lifecycleStateChange".to_owned(), facets::lifecycle("RENAME", Some(self.estate.name(old))));
        }
        if job.has_lineage() {
            let mut tonight = job.clone();
            tonight.reads.iter_mut().for_each(|id| *id = self.name_tonight(id));
            known.insert("columnLineage".to_owned(), facets::column_lineage(self.estate, &tonight));
        }
        let mut output = dataset(self.estate, &table.spec.id, known);
        if let Some(rows) = job.rows {
            let rows = rows + rows / 900 * self.night.unsigned_abs();
            let statistics = facets::output_statistics(rows, table.columns.len());
            output["outputFacets"] = json!({ "outputStatistics": statistics });
        }
        output
    }

    /// The tests of a model run right after it.
    fn tests(&self, job: &Job, end: Time) -> Vec<Event> {
        let Some(table) = job.writes.first().and_then(|id| self.estate.table(id)) else { return Vec::new() };
        let mut test = job.clone();
        test.job.push_str(".test");
        test.kind = Some("TEST".to_owned());
        (test.about, test.sql) = (String::new(), None);
        let mut input = dataset(self.estate, &table.spec.id, Map::new());
        input["inputFacets"] = json!({ "dataQualityAssertions": facets::assertions(table, self.night) });
        let body = |event_type: &str, inputs: Vec<Value>| {
            json!({
                "eventType": event_type,
                "run": self.run_of(&test),
                "job": self.job(&test, facets::job(&test)),
                "inputs": inputs,
                "outputs": [],
            })
        };
        vec![
            event(after(end, 1), "RunEvent", body("START", Vec::new())),
            event(after(end, 4), "RunEvent", body("COMPLETE", vec![input])),
        ]
    }
}

fn event(at: Time, kind: &str, mut body: Value) -> Event {
    body["eventTime"] = at.to_string().into();
    body["producer"] = facets::PRODUCER.into();
    body["schemaURL"] = format!("https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/{kind}").into();
    Event { at, body }
}

fn datasets(estate: &Estate, ids: &[String]) -> Vec<Value> {
    ids.iter().map(|id| dataset(estate, id, Map::new())).collect()
}

fn dataset(estate: &Estate, id: &str, facets: Map<String, Value>) -> Value {
    let (namespace, name) = estate.name(id);
    json!({ "namespace": namespace, "name": name, "facets": facets })
}

/// A UUID of version 7 that follows from the job and the time.
fn run_id(job: &str, at: Time) -> String {
    let hash = blake3::hash(format!("{job} {at}").as_bytes()).to_hex();
    let (millis, hash) = (at.as_millisecond(), hash.as_str());
    let time = format!("{millis:012x}");
    format!("{}-{}-7{}-8{}-{}", &time[..8], &time[8..], &hash[..3], &hash[3..6], &hash[6..18])
}
