//! Numbers and check results that runs reported of a dataset.

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::ID;
use graph::{IoDirection, Measured, NodeId, Revision, RunQuery};

use super::common::{Assertion, Statistic};
use super::dataset::qualified;
use super::error::Result;
use super::scalars::DateTime;
use super::scope::Scope;
use super::{ids, run};

/// How many runs back the newest measures are looked for.
const RUNS: usize = 50;

#[derive(Default)]
pub struct Measures {
    pub statistics: Vec<Statistic>,
    pub assertions: Vec<Assertion>,
}

/// The newest measure of each name, from the newest runs of the dataset.
pub async fn of_dataset(scope: &Scope, dataset: NodeId, at: Revision) -> Result<Measures> {
    let query = RunQuery { dataset: Some(dataset), limit: RUNS, ..RunQuery::default() };
    let runs = scope.store().runs(&query).await?.into_iter().map(Arc::new).collect();
    let (mut measures, mut seen) = (Measures::default(), HashSet::new());
    for run in run::shown(scope, runs, at).await? {
        let id = ID(ids::run(qualified(&run.job.name), &run.run.name));
        for measure in run.run.measures.iter().filter(|measure| measure.dataset == dataset) {
            if seen.insert(slot(measure)) {
                measures.add(measure, &id);
            }
        }
    }
    Ok(measures)
}

/// Measures with the same slot are about the same thing; the newest is told.
fn slot(measure: &graph::Measure) -> (IoDirection, String, Option<String>) {
    match &measure.what {
        Measured::Statistic { name, .. } => (measure.direction, name.clone(), None),
        Measured::Assertion { assertion, column, .. } => {
            (measure.direction, format!("check {assertion}"), column.clone())
        }
    }
}

impl Measures {
    fn add(&mut self, measure: &graph::Measure, run: &ID) {
        let (run, at) = (Some(run.clone()), DateTime(measure.at));
        match &measure.what {
            Measured::Statistic { name, value } => {
                let direction = direction(measure.direction).to_owned();
                self.statistics.push(Statistic { name: name.clone(), value: *value, run, at, direction });
            }
            Measured::Assertion { assertion, column, success, severity } => self.assertions.push(Assertion {
                assertion: assertion.clone(),
                column: column.clone(),
                success: *success,
                severity: severity.clone(),
                run,
                at,
            }),
        }
    }
}

fn direction(direction: IoDirection) -> &'static str {
    match direction {
        IoDirection::Input => "INPUT",
        IoDirection::Output => "OUTPUT",
    }
}
