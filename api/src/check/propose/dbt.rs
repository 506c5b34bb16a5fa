//! The models of a dbt project against the jobs of the graph.

use std::collections::BTreeSet;

use impact::schema::Problem;
use serde::{Deserialize, Serialize};

use super::jobs::{Job, Jobs, dropped};
use super::{Findings, same};

/// What a manifest says of its models.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dbt {
    pub project: String,
    /// The adapter, by whose name the dialect goes.
    pub dialect: String,
    pub models: Vec<Model>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// `model.shop.orders`
    pub id: String,
    /// The names that its job may have.
    pub jobs: Vec<String>,
    pub code: Code,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    Sql(String),
    Uncompiled,
    Other,
}

impl From<ingest::dbt::Manifest> for Dbt {
    fn from(manifest: ingest::dbt::Manifest) -> Dbt {
        let model = |model: ingest::dbt::Model| Model {
            id: model.id,
            jobs: model.jobs,
            code: match model.code {
                ingest::dbt::Code::Sql(text) => Code::Sql(text),
                ingest::dbt::Code::Uncompiled => Code::Uncompiled,
                ingest::dbt::Code::Other => Code::Other,
            },
        };
        let models = manifest.models.into_iter().map(model).collect();
        Dbt { project: manifest.project, dialect: manifest.adapter, models }
    }
}

/// A model whose query is another one has its query replaced; what a model made that is gone is dropped.
pub fn compare(dbt: &Dbt, jobs: &Jobs, findings: &mut Findings) {
    let mut new = 0;
    for model in &dbt.models {
        let known: Vec<&Job> = model.jobs.iter().flat_map(|name| jobs.named(name)).collect();
        if known.is_empty() {
            new += 1;
        }
        for job in known {
            replaced(model, job, &dbt.dialect, findings);
        }
    }
    if new > 0 {
        findings.notes.push(format!("{new} models are new to the catalog, so that nothing is known to depend on them"));
    }
    gone(dbt, jobs, findings);
}

fn replaced(model: &Model, job: &Job, dialect: &str, findings: &mut Findings) {
    match (&model.code, job.query()) {
        (Code::Sql(next), Some(query)) if same(next, &query.text) => {}
        (Code::Sql(next), Some(_)) => findings.changes.extend(job.replaced(next, Some(dialect))),
        (Code::Sql(_), None) => findings.notes.push(format!(
            "{}: no query of its job is known, so that it cannot be told whether it is another one",
            model.id
        )),
        (Code::Uncompiled, _) => {
            let message = "expected compiled SQL, found templates; run `dbt compile` first";
            findings.problems.push(Problem::new(model.id.as_str(), message));
        }
        (Code::Other, _) => findings.notes.push(format!("{}: it is not written in SQL, and is not compared", model.id)),
    }
}

/// Models of the project that the catalog knows and the manifest does not have.
fn gone(dbt: &Dbt, jobs: &Jobs, findings: &mut Findings) {
    let named: BTreeSet<&str> = dbt.models.iter().flat_map(|model| &model.jobs).map(String::as_str).collect();
    let here: Vec<&Job> = jobs.all().filter(|job| named.contains(job.name.name.as_str())).collect();
    let namespaces: BTreeSet<&str> = here.iter().map(|job| job.name.namespace.as_str()).collect();
    let made: BTreeSet<_> = here.iter().flat_map(|job| &job.writes).collect();
    let mark = format!(".{}.", dbt.project);
    let gone = jobs.all().filter(|job| {
        job.is("DBT", "MODEL")
            && job.name.name.contains(&mark)
            && namespaces.contains(job.name.namespace.as_str())
            && !named.contains(job.name.name.as_str())
    });
    let lost: BTreeSet<_> = gone.flat_map(|job| &job.writes).filter(|dataset| !made.contains(dataset)).collect();
    findings.changes.extend(lost.into_iter().map(dropped));
}
