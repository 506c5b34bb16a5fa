//! Short ways to say submissions.

use graph::change::*;
use graph::*;

pub const NS: &str = "postgres://db:5432";

pub fn name(name: &str) -> QualifiedName {
    QualifiedName::new(NS, name)
}

pub fn dataset(text: &str) -> NodeName {
    NodeName::Dataset(name(text))
}

/// `table.column`
pub fn column(text: &str) -> NodeName {
    let (table, column) = text.split_once('.').expect("table.column");
    NodeName::Column(name(table), column.to_owned())
}

/// A moment, so many seconds after an arbitrary start.
pub fn time(seconds: i64) -> Time {
    Time::from_second(1_760_000_000 + seconds).expect("a moment")
}

fn rank(event: EventType) -> u8 {
    match event {
        EventType::Fail => 5,
        EventType::Abort => 4,
        EventType::Complete => 3,
        EventType::Running | EventType::Other => 2,
        EventType::Start => 1,
    }
}

/// An input under construction.
#[derive(Clone)]
pub struct Say {
    at: i64,
    event: Option<EventType>,
    job: Option<String>,
    run: Option<String>,
    inputs: Vec<String>,
    outputs: Vec<String>,
    /// The namespace of `inputs` and `outputs`.
    namespace: String,
    claims: Vec<Claim>,
    query: Option<String>,
    job_facets: Vec<Assertion>,
    run_facets: Vec<Assertion>,
    datasets: Vec<(QualifiedName, Vec<Assertion>)>,
    edits: Vec<(NodeName, Edit)>,
    states: Option<String>,
}

/// Something said at a moment.
pub fn at(seconds: i64) -> Say {
    Say {
        at: seconds,
        event: None,
        job: None,
        run: None,
        inputs: Vec::new(),
        outputs: Vec::new(),
        namespace: NS.to_owned(),
        claims: Vec::new(),
        query: None,
        job_facets: Vec::new(),
        run_facets: Vec::new(),
        datasets: Vec::new(),
        edits: Vec::new(),
        states: None,
    }
}

impl Say {
    pub fn run(mut self, job: &str, run: &str, event: EventType) -> Say {
        (self.job, self.run, self.event) = (Some(job.to_owned()), Some(run.to_owned()), Some(event));
        self
    }

    pub fn design(mut self, job: &str) -> Say {
        self.job = Some(job.to_owned());
        self
    }

    /// What is claimed is the dataset's own statement.
    pub fn states(mut self, table: &str) -> Say {
        self.states = Some(table.to_owned());
        self
    }

    pub fn reads(mut self, tables: &[&str]) -> Say {
        self.inputs.extend(tables.iter().map(|t| t.to_string()));
        self
    }

    pub fn writes(mut self, tables: &[&str]) -> Say {
        self.outputs.extend(tables.iter().map(|t| t.to_string()));
        self
    }

    /// What is read and written is in another namespace.
    pub fn within(mut self, namespace: &str) -> Say {
        self.namespace = namespace.to_owned();
        self
    }

    pub fn query(mut self, text: &str) -> Say {
        self.query = Some(text.to_owned());
        self
    }

    /// `source.column -> column` or `source.column ->` for an influence on the whole output.
    pub fn claim(mut self, source: LineageSource, output: &str, edges: &[(&str, &str, EdgeKind)]) -> Say {
        let edges = edges.iter().map(|(from, to, kind)| {
            let (table, column) = from.split_once('.').expect("table.column");
            ColumnClaim {
                source: name(table),
                source_column: column.to_owned(),
                target_column: (!to.is_empty()).then(|| to.to_string()),
                kind: *kind,
                masking: false,
                expression: None,
            }
        });
        self.claims.push(Claim { output: name(output), source, inputs: Vec::new(), edges: edges.collect() });
        self
    }

    pub fn explicit_inputs(mut self, output: &str, inputs: &[&str]) -> Say {
        let inputs = inputs.iter().map(|input| name(input)).collect();
        self.claims.push(Claim { output: name(output), source: LineageSource::Explicit, inputs, edges: Vec::new() });
        self
    }

    pub fn facet(mut self, dataset: QualifiedName, slot: &str, aspect: Option<Aspect>) -> Say {
        let raw = ContentId::of(format!("{aspect:?}").as_bytes());
        let value = aspect.map(|aspect| FacetValue { raw, aspect });
        self.datasets.push((dataset, vec![Assertion { slot: slot.to_owned(), value }]));
        self
    }

    pub fn schema(self, table: &str, columns: &[&str]) -> Say {
        let fields = columns.iter().enumerate().map(|(position, text)| {
            let (path, data_type) = text.split_once(' ').unwrap_or((text, "int"));
            Field {
                path: path.split('.').map(str::to_owned).collect(),
                data_type: Some(data_type.to_owned()),
                description: None,
                position: position as u32,
                declared: true,
            }
        });
        self.facet(name(table), "schema", Some(Aspect::Schema(fields.collect())))
    }

    pub fn doc(self, table: &str, text: &str) -> Say {
        let text = Documentation { text: text.to_owned(), content_type: None, by: None };
        self.facet(name(table), "documentation", Some(Aspect::Documentation(text)))
    }

    pub fn edit(mut self, target: NodeName, edit: Edit) -> Say {
        self.edits.push((target, edit));
        self
    }

    fn body(&self) -> String {
        format!(
            "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            self.at,
            self.event,
            self.job,
            self.run,
            self.inputs,
            self.outputs,
            self.claims,
            self.query,
            self.run_facets.len(),
            self.datasets,
            self.edits,
            self.states
        )
    }

    pub fn submission(&self) -> Submission {
        let body = self.body().into_bytes();
        let id = ContentId::of(&body);
        let key = OrderKey { time: time(self.at), rank: self.event.map_or(0, rank), tie: id };
        let mut changes: Vec<Change> = self
            .datasets
            .iter()
            .map(|(name, facets)| {
                Change::Dataset(DatasetChange { name: name.clone(), at: key, facets: facets.clone() })
            })
            .collect();
        if let Some(job) = &self.job {
            let tables = |names: &[String]| -> Vec<RunDataset> {
                let name = |table: &String| QualifiedName::new(&self.namespace, table);
                names.iter().map(|table| RunDataset { name: name(table), facets: Vec::new() }).collect()
            };
            changes.push(Change::Run(Box::new(RunChange {
                job: name(job),
                run: self.run.clone(),
                at: key,
                event_type: self.event,
                facets: self.run_facets.clone(),
                inputs: tables(&self.inputs),
                outputs: tables(&self.outputs),
                claims: self.claims.clone(),
                query: self.query.clone().map(|text| Query { text, dialect: None }),
            })));
        }
        if let Some(table) = &self.states {
            let statement = DatasetStatement { dataset: name(table), at: key, claims: self.claims.clone() };
            changes.push(Change::Statement(statement));
        }
        for (target, edit) in &self.edits {
            let (target, edit) = (target.clone(), edit.clone());
            changes.push(Change::Authored(AuthoredChange { target, at: key, by: "ada".to_owned(), edit }));
        }
        let input = Input {
            id,
            kind: InputKind::OpenLineage,
            body,
            contents: Vec::new(),
            received_at: time(self.at),
            faults: Vec::new(),
            rejected: false,
        };
        Submission { input, changes }
    }
}
