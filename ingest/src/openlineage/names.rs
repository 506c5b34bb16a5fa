//! Names of datasets in an event.

use graph::QualifiedName;

use crate::faults::{Faults, Place};

/// Names datasets, also those of a platform that the emitter does not know: Flink sends an empty namespace, and
/// `default_catalog.default_database.x` of two clusters must not become one. They are told apart by the namespace of
/// the job.
pub struct Names {
    unknown: String,
}

impl Names {
    /// `job` is none for an event without a job.
    pub fn new(job: Option<&QualifiedName>) -> Names {
        let scope = job.map_or("", |job| job.namespace.as_str());
        Names { unknown: format!("unknown://{scope}") }
    }

    /// `place` is that of the object that has `namespace`.
    pub fn dataset(&self, namespace: &str, name: &str, place: &Place<'_>, faults: &mut Faults) -> QualifiedName {
        if !namespace.trim().is_empty() {
            return QualifiedName::new(namespace, name);
        }
        faults.add("empty-namespace", &place.key("namespace"), || {
            format!("expected the namespace of a dataset, found an empty string; read as `{}`", self.unknown)
        });
        QualifiedName::new(&self.unknown, name)
    }
}
