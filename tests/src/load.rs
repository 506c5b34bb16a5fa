//! Loads: streams of OpenLineage events of a known shape, the same at every run.

use crate::random::Random;

const PRODUCER: &str = "https://example.org/load";
const FACETS: &str = "https://openlineage.io/spec/facets";
const CORE: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs";

/// What one client sends in order: the events of one run.
pub type Unit = Vec<Vec<u8>>;

/// An input column: dataset and field.
type Source = (String, String);

/// A pipeline of `jobs` tables that runs `runs` times: each run is a START and a COMPLETE of about 7.5 KB, with two inputs
/// and one output of 20 columns. Even jobs read two source tables, odd ones a source table and the table before.
pub fn small(jobs: usize, runs: usize) -> Vec<Unit> {
    let mut random = Random::new(1);
    let schema = schema(20);
    let mut units = vec![];
    for at in 0..jobs * runs {
        let job = at % jobs;
        let source = jobs + job / 2 * 3;
        let inputs = if job.is_multiple_of(2) {
            [table(source), table(source + 1)]
        } else {
            [table(source + 2), table(job - 1)]
        };
        let lineage = column_lineage(20, |column| vec![(inputs[column % 2].clone(), name(column))]);
        let run = Run {
            id: random.uuid(),
            job: format!("etl.job_{job:03}"),
            inputs: inputs.iter().map(|input| dataset(input, &schema)).collect(),
            outputs: vec![dataset(&table(job), &format!("{schema},{lineage}"))],
        };
        units.push(vec![run.event("START", 2 * at), run.event("COMPLETE", 2 * at + 1)]);
    }
    units
}

/// Eight inputs, two outputs, 100 columns each, every output column from three input columns: about 140 KB an event and
/// 600 column edges a job.
pub fn wide(jobs: usize, runs: usize) -> Vec<Unit> {
    let mut random = Random::new(2);
    let mut units = vec![];
    for at in 0..jobs * runs {
        let run = wide_run(at % jobs, jobs, random.uuid());
        units.push(vec![run.event("START", 2 * at), run.event("COMPLETE", 2 * at + 1)]);
    }
    units
}

/// The wide jobs from `first` on, one COMPLETE each: 600 new column edges an event.
pub fn edges(first: usize, jobs: usize, all: usize) -> Vec<Unit> {
    let mut random = Random::new(3 + first as u64);
    (first..first + jobs).map(|job| vec![wide_run(job, all, random.uuid()).event("COMPLETE", job)]).collect()
}

fn wide_run(job: usize, jobs: usize, id: String) -> Run {
    let schema = schema(100);
    let inputs: Vec<String> = (0..8).map(|input| format!("wide.src_{:03}", (job * 5 + input) % (jobs * 5))).collect();
    let output = |output: usize| {
        let lineage = column_lineage(100, |column| {
            let from =
                |source: usize| (inputs[(column + output + source * 3) % 8].clone(), name((column + source) % 100));
            (0..3).map(from).collect()
        });
        dataset(&format!("wide.out_{:03}", job * 2 + output), &format!("{schema},{lineage}"))
    };
    Run {
        id,
        job: format!("wide.job_{job:03}"),
        inputs: inputs.iter().map(|input| dataset(input, &schema)).collect(),
        outputs: vec![output(0), output(1)],
    }
}

/// Design time: a DatasetEvent and a JobEvent a unit.
pub fn designed(count: usize) -> Vec<Unit> {
    let schema = schema(20);
    let table = |at: usize| dataset(&format!("design.table_{at:03}"), &schema);
    let unit = |at: usize| {
        let (own, before) = (table(at), table(at.saturating_sub(1)));
        let dataset_event = format!(
            r#"{{"eventTime":"{}","dataset":{own},"producer":"{PRODUCER}","schemaURL":"{CORE}/DatasetEvent"}}"#,
            time(2 * at)
        );
        let job_event = format!(
            r#"{{"eventTime":"{}","job":{{"namespace":"load","name":"design.job_{at:03}","facets":{{}}}},"inputs":[{before}],"outputs":[{own}],"producer":"{PRODUCER}","schemaURL":"{CORE}/JobEvent"}}"#,
            time(2 * at + 1)
        );
        vec![dataset_event.into_bytes(), job_event.into_bytes()]
    };
    (0..count).map(unit).collect()
}

/// Never seen before: every event is a new job with two new inputs and a new output of 20 columns.
pub fn unseen(count: usize) -> Vec<Unit> {
    let mut random = Random::new(4);
    let schema = schema(20);
    let mut unit = |at: usize| {
        let inputs = [format!("new.in_{:05}", 2 * at), format!("new.in_{:05}", 2 * at + 1)];
        let lineage = column_lineage(20, |column| vec![(inputs[column % 2].clone(), name(column))]);
        let run = Run {
            id: random.uuid(),
            job: format!("new.job_{at:05}"),
            inputs: inputs.iter().map(|input| dataset(input, &schema)).collect(),
            outputs: vec![dataset(&format!("new.out_{at:05}"), &format!("{schema},{lineage}"))],
        };
        vec![run.event("COMPLETE", at)]
    };
    (0..count).map(&mut unit).collect()
}

/// A layered graph: each dataset is written by one job that reads `fan_in` datasets of the layer below.
pub struct Layers {
    pub layers: usize,
    pub width: usize,
    pub columns: usize,
    pub fan_in: usize,
}

impl Layers {
    pub const NAMESPACE: &str = NAMESPACE;

    pub fn dataset(&self, layer: usize, at: usize) -> String {
        format!("lake.f{}.l{layer:02}.t{at:03}", self.fan_in)
    }

    /// How many datasets lie upstream of one, itself included.
    pub fn upstream(&self, layer: usize) -> usize {
        (0..=layer).map(|hop| (hop * (self.fan_in - 1) + 1).min(self.width)).sum()
    }

    pub fn events(&self) -> Vec<Unit> {
        let mut random = Random::new(5);
        let schema = schema(self.columns);
        let mut units = vec![];
        for at in 0..self.layers * self.width {
            let (layer, place) = (at / self.width, at % self.width);
            let below = |step: usize| self.dataset(layer.saturating_sub(1), (place + step) % self.width);
            let inputs: Vec<String> = if layer == 0 { vec![] } else { (0..self.fan_in).map(below).collect() };
            let lineage = column_lineage(self.columns, |column| {
                inputs.iter().map(|input| (input.clone(), name(column))).collect()
            });
            let facets = if inputs.is_empty() { schema.clone() } else { format!("{schema},{lineage}") };
            let run = Run {
                id: random.uuid(),
                job: format!("build.f{}.l{layer:02}.t{place:03}", self.fan_in),
                inputs: inputs.iter().map(|input| dataset(input, &schema)).collect(),
                outputs: vec![dataset(&self.dataset(layer, place), &facets)],
            };
            units.push(vec![run.event("COMPLETE", at)]);
        }
        units
    }
}

const NAMESPACE: &str = "postgres://load:5432";

struct Run {
    id: String,
    job: String,
    inputs: Vec<String>,
    outputs: Vec<String>,
}

impl Run {
    fn event(&self, event_type: &str, second: usize) -> Vec<u8> {
        let (inputs, outputs) = (self.inputs.join(","), self.outputs.join(","));
        let (at, id, job) = (time(second), &self.id, &self.job);
        format!(
            r#"{{"eventType":"{event_type}","eventTime":"{at}","run":{{"runId":"{id}","facets":{{}}}},"job":{{"namespace":"load","name":"{job}","facets":{{}}}},"inputs":[{inputs}],"outputs":[{outputs}],"producer":"{PRODUCER}","schemaURL":"{CORE}/RunEvent"}}"#
        )
        .into_bytes()
    }
}

fn table(at: usize) -> String {
    format!("shop.public.table_{at:03}")
}

fn name(column: usize) -> String {
    format!("column_{column:03}")
}

fn time(second: usize) -> String {
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    format!("2026-{:02}-{:02}T{:02}:{minutes:02}:{seconds:02}Z", 1 + hours / 24 / 28, 1 + hours / 24 % 28, hours % 24)
}

fn dataset(name: &str, facets: &str) -> String {
    format!(r#"{{"namespace":"{NAMESPACE}","name":"{name}","facets":{{{facets}}}}}"#)
}

fn schema(columns: usize) -> String {
    let types = ["bigint", "varchar(255)", "numeric(12,2)", "timestamp"];
    let field = |column: usize| {
        format!(r#"{{"name":"{}","type":"{}","description":"column {column}"}}"#, name(column), types[column % 4])
    };
    let fields: Vec<String> = (0..columns).map(field).collect();
    let url = format!("{FACETS}/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet");
    format!(r#""schema":{{"_producer":"{PRODUCER}","_schemaURL":"{url}","fields":[{}]}}"#, fields.join(","))
}

fn column_lineage(columns: usize, sources: impl Fn(usize) -> Vec<Source>) -> String {
    let input = |(dataset, field): &Source| {
        format!(
            r#"{{"namespace":"{NAMESPACE}","name":"{dataset}","field":"{field}","transformations":[{{"type":"DIRECT","subtype":"IDENTITY","description":"","masking":false}}]}}"#
        )
    };
    let field = |column: usize| {
        let inputs: Vec<String> = sources(column).iter().map(input).collect();
        format!(r#""{}":{{"inputFields":[{}]}}"#, name(column), inputs.join(","))
    };
    let fields: Vec<String> = (0..columns).map(field).collect();
    let url = format!("{FACETS}/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet");
    format!(r#""columnLineage":{{"_producer":"{PRODUCER}","_schemaURL":"{url}","fields":{{{}}}}}"#, fields.join(","))
}
