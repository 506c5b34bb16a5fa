//! The artifacts of dbt: `manifest.json`, and beside it `catalog.json`, `run_results.json` and `sources.json`.
//!
//! Each model, source, seed, snapshot, exposure and result becomes one input: the part of the artifacts that is about
//! it, with where it runs. What it means follows from that part alone, by way of the OpenLineage event that says the
//! same; datasets and jobs have the names under which dbt's OpenLineage integration reports them.

mod artifacts;
mod events;
mod facets;
mod models;
mod names;
mod profile;
mod results;
mod units;

pub use models::{Code, Manifest, Model, manifest};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use graph::Time;
use graph::change::{InputKind, Submission};
use serde_json::Value;

use crate::error::Result;
use crate::import::{self, Import, ImportError, Problem};
use artifacts::Artifacts;

/// How to read artifacts.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Of the tables, such as `postgres://db:5432`; otherwise told by `profiles.yml`.
    pub namespace: Option<String>,
    /// Of the jobs; `dbt` when it is not given, as in dbt's OpenLineage integration.
    pub job_namespace: Option<String>,
    /// Where `profiles.yml` is, if not where dbt looks for it.
    pub profiles_dir: Option<PathBuf>,
    pub profile: Option<String>,
    pub target: Option<String>,
    /// What `env_var` in `profiles.yml` and the paths of dbt refer to.
    pub environment: BTreeMap<String, String>,
}

/// Reads the artifacts in a `target` folder of dbt. Only the manifest must be there.
pub fn read(target_dir: &Path, options: &Options, received_at: Time) -> std::result::Result<Import, ImportError> {
    let mut import = Import::default();
    let artifacts = Artifacts::load(target_dir, &mut import.problems)?;
    let namespace = profile::namespace(&artifacts, target_dir, options)?;
    let project = units::Project::new(&artifacts, namespace, options);
    for (kind, units) in project.units(&mut import) {
        import.counts.push((kind, units.len()));
        for unit in units {
            match submission(&unit, received_at) {
                Ok(submission) => import.submissions.push(submission),
                Err(error) => import.problems.push(Problem::new("manifest.json", error.to_string())),
            }
        }
    }
    Ok(import)
}

fn submission(unit: &Value, received_at: Time) -> Result<Submission> {
    replay(&import::body(unit, "a dbt artifact")?, received_at)
}

/// What a stored input of this kind says; equal to what it said when it was read.
pub fn replay(body: &[u8], received_at: Time) -> Result<Submission> {
    let events = events::of(&import::unit(body)?);
    import::submission(InputKind::Dbt, body, &events, received_at)
}

#[cfg(test)]
mod tests;
