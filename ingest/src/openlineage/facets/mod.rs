//! What facets mean. A facet that nothing here understands, or that does not fit its schema, is `Aspect::Opaque`: it
//! is stored and served as sent.

mod measures;
mod schema;

use graph::change::Aspect;
use graph::{
    DataSource, DatasetType, Documentation, JobType, Owner, ParentRun, QualifiedName, Query, RunError, SourceCode,
    SourceLocation, Storage, Tag,
};

use super::names::Names;
use super::read::{Misfit, Reader};
use crate::faults::{Faults, Place};
use crate::json::{Json, Member};

type Read = Result<Aspect, Misfit>;

/// What a facet is said of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    Run,
    Job,
    Dataset,
    /// A dataset as a run read it.
    Input,
    /// A dataset as a run wrote it.
    Output,
}

impl Level {
    fn described(self) -> &'static str {
        match self {
            Level::Run => "the facets of a run",
            Level::Job => "the facets of a job",
            Level::Dataset => "the facets of a dataset",
            Level::Input => "`inputFacets`",
            Level::Output => "`outputFacets`",
        }
    }
}

/// Where the facets stand that are read here.
const HOMES: [(&[&str], &[Level]); 9] = [
    (&["parent", "parentRun", "nominalTime", "errorMessage", "spark.exception"], &[Level::Run]),
    (&["sql", "sourceCode", "sourceCodeLocation", "jobType"], &[Level::Job]),
    (&["schema", "columnLineage", "dataSource", "symlinks", "datasetType", "storage"], &[Level::Dataset]),
    (&["lifecycleStateChange"], &[Level::Dataset]),
    (&["documentation", "ownership", "lineage"], &[Level::Dataset, Level::Job]),
    (&["dataQualityMetrics"], &[Level::Dataset, Level::Input]),
    (&["dataQualityAssertions"], &[Level::Input]),
    (&["inputStatistics"], &[Level::Input]),
    (&["outputStatistics"], &[Level::Output]),
];

/// One facet of an event.
pub struct Said<'f> {
    pub level: Level,
    pub slot: &'f str,
    pub json: &'f Json<'f>,
    pub place: &'f Place<'f>,
}

/// Facets that are numbers and checks of one run.
const MEASURES: [&str; 4] = ["dataQualityAssertions", "dataQualityMetrics", "inputStatistics", "outputStatistics"];

impl Said<'_> {
    /// `{"_deleted": true}`
    pub fn is_deletion(&self) -> bool {
        self.json.get("_deleted") == Some(&Json::Bool(true))
    }

    /// Whether a facet among those of a dataset is about the run: dbt sends assertions there.
    pub fn is_measure(&self) -> bool {
        MEASURES.contains(&self.slot)
    }

    pub fn aspect(&self, names: &Names, faults: &mut Faults) -> Aspect {
        let read = Reader::new(self.json, self.place).and_then(|facet| match self.level {
            Level::Run => run_aspect(self.slot, facet),
            Level::Job => job_aspect(self.slot, facet),
            Level::Dataset => dataset_aspect(self.slot, facet, names, faults),
            Level::Input | Level::Output => measures(self.slot, facet, faults),
        });
        read.unwrap_or_else(|misfit| {
            misfit.note("facet-invalid", "kept as sent and not read", faults);
            Aspect::Opaque
        })
    }

    /// Notes what is odd about the facet before anything is read of it.
    pub fn note_form(&self, faults: &mut Faults) {
        let home = HOMES.iter().find(|(slots, _)| slots.contains(&self.slot)).map(|(_, levels)| *levels);
        if let Some(levels) = home.filter(|levels| !levels.contains(&self.level)) {
            let expected: Vec<_> = levels.iter().map(|level| level.described()).collect();
            let found = self.level.described();
            let message = || format!("expected it among {}, found it among {found}", expected.join(" or "));
            faults.add("facet-misplaced", self.place, message);
        }
        if !matches!(self.json, Json::Object(_)) || self.is_deletion() {
            return;
        }
        let missing: Vec<_> =
            ["_producer", "_schemaURL"].into_iter().filter(|key| self.json.get(key).is_none()).collect();
        if !missing.is_empty() {
            let message =
                || format!("expected `_producer` and `_schemaURL`, found no `{}`", missing.join("` and no `"));
            faults.add("facet-without-origin", self.place, message);
        }
    }
}

fn run_aspect(slot: &str, facet: Reader<'_>) -> Read {
    match slot {
        "nominalTime" => Ok(Aspect::NominalTime {
            start: facet.optional_time("nominalStartTime")?,
            end: facet.optional_time("nominalEndTime")?,
        }),
        // `parentRun` is the name it had before the first release of the specification.
        "parent" | "parentRun" => parent(facet).map(Aspect::Parent),
        "errorMessage" => Ok(Aspect::Error(RunError {
            message: facet.string("message")?.to_owned(),
            language: facet.optional("programmingLanguage")?,
            stack_trace: facet.optional("stackTrace")?,
        })),
        "spark.exception" => spark_exception(facet),
        _ => Ok(Aspect::Opaque),
    }
}

fn parent(facet: Reader<'_>) -> Result<ParentRun, Misfit> {
    let (run, job) = run_of_job(facet)?;
    let root = match facet.get("root") {
        None => None,
        Some(root) => Some(run_of_job(Reader::new(root, &facet.place.key("root"))?)?),
    };
    Ok(ParentRun { run, job, root })
}

fn run_of_job(facet: Reader<'_>) -> Result<(String, QualifiedName), Misfit> {
    let place = facet.place.key("run");
    let run = Reader::new(facet.get("run").unwrap_or(&Json::Null), &place)?.text("runId")?.to_owned();
    let place = facet.place.key("job");
    let job = Reader::new(facet.get("job").unwrap_or(&Json::Null), &place)?;
    Ok((run, QualifiedName::new(job.text("namespace")?, job.text("name")?)))
}

/// Spark has no message, only a stack trace, whose first line is one.
fn spark_exception(facet: Reader<'_>) -> Read {
    let message = facet.optional("message")?;
    let stack_trace = facet.optional("stackTrace")?;
    let first_line = stack_trace.as_deref().and_then(|trace| trace.lines().next());
    let message = message.or_else(|| first_line.map(str::to_owned)).unwrap_or_default();
    Ok(Aspect::Error(RunError { message, language: None, stack_trace }))
}

fn job_aspect(slot: &str, facet: Reader<'_>) -> Read {
    match slot {
        "documentation" => documentation(facet),
        "ownership" => ownership(facet),
        "tags" => tags(facet),
        "sql" => {
            Ok(Aspect::Query(Query { text: facet.string("query")?.to_owned(), dialect: facet.optional("dialect")? }))
        }
        "sourceCode" => Ok(Aspect::SourceCode(SourceCode {
            language: facet.string("language")?.to_owned(),
            code: facet.string("sourceCode")?.to_owned(),
        })),
        "sourceCodeLocation" => Ok(Aspect::SourceLocation(SourceLocation {
            kind: facet.optional("type")?,
            url: facet.string("url")?.to_owned(),
        })),
        "jobType" => Ok(Aspect::JobType(JobType {
            processing: facet.optional("processingType")?,
            integration: facet.optional("integration")?,
            job_type: facet.optional("jobType")?,
        })),
        _ => Ok(Aspect::Opaque),
    }
}

fn dataset_aspect(slot: &str, facet: Reader<'_>, names: &Names, faults: &mut Faults) -> Read {
    match slot {
        "schema" => schema::read(facet, faults),
        "documentation" => documentation(facet),
        "ownership" => ownership(facet),
        "tags" => tags(facet),
        "dataSource" => Ok(Aspect::Source(DataSource { name: facet.optional("name")?, uri: facet.optional("uri")? })),
        "datasetType" => Ok(Aspect::Type(DatasetType {
            name: facet.text("datasetType")?.to_owned(),
            subtype: facet.optional("subType")?,
        })),
        "storage" => Ok(Aspect::Storage(Storage {
            layer: facet.optional("storageLayer")?,
            format: facet.optional("fileFormat")?,
        })),
        "symlinks" => symlinks(facet, names, faults),
        "lifecycleStateChange" => lifecycle(facet, names, faults),
        _ => Ok(Aspect::Opaque),
    }
}

/// An empty description says that there is none (Flink sends one for every table without a comment).
fn documentation(facet: Reader<'_>) -> Read {
    let text = facet.string("description")?.to_owned();
    if text.is_empty() {
        return Ok(Aspect::Opaque);
    }
    Ok(Aspect::Documentation(Documentation { text, content_type: facet.optional("contentType")?, by: None }))
}

fn ownership(facet: Reader<'_>) -> Read {
    let owner = |owner: Reader<'_>| Ok(Owner { name: owner.text("name")?.to_owned(), role: owner.optional("type")? });
    each(facet, "owners", owner).map(Aspect::Ownership)
}

fn tags(facet: Reader<'_>) -> Read {
    let (mut own, mut columns) = (Vec::new(), Vec::new());
    let tag = |tag: Reader<'_>| {
        let read = Tag {
            key: tag.text("key")?.to_owned(),
            value: tag.optional("value")?.unwrap_or_default(),
            source: tag.optional("source")?,
        };
        Ok((tag.optional("field")?, read))
    };
    for (column, tag) in each(facet, "tags", tag)? {
        match column {
            None => own.push(tag),
            Some(column) => columns.push((column, tag)),
        }
    }
    Ok(Aspect::Tags { own, columns })
}

fn symlinks(facet: Reader<'_>, names: &Names, faults: &mut Faults) -> Read {
    let symlink = |link: Reader<'_>| {
        let (namespace, name) = (link.string("namespace")?, link.text("name")?);
        Ok(names.dataset(namespace, name, link.place, faults))
    };
    each(facet, "identifiers", symlink).map(Aspect::Symlinks)
}

fn lifecycle(facet: Reader<'_>, names: &Names, faults: &mut Faults) -> Read {
    const CHANGES: [&str; 6] = ["ALTER", "CREATE", "DROP", "OVERWRITE", "RENAME", "TRUNCATE"];
    let change = facet.string("lifecycleStateChange")?.trim().to_ascii_uppercase();
    if !CHANGES.contains(&change.as_str()) {
        let place = facet.place.key("lifecycleStateChange");
        return Err(Misfit::new(&format!("one of {}", CHANGES.join(", ")), facet.get("lifecycleStateChange"), &place));
    }
    let place = facet.place.key("previousIdentifier");
    let previous = match facet.get("previousIdentifier") {
        None => None,
        Some(previous) => {
            let previous = Reader::new(previous, &place)?;
            Some(names.dataset(previous.string("namespace")?, previous.text("name")?, &place, faults))
        }
    };
    Ok(Aspect::Lifecycle { change, previous })
}

fn measures(slot: &str, facet: Reader<'_>, faults: &mut Faults) -> Read {
    match slot {
        "dataQualityAssertions" => measures::assertions(facet),
        "dataQualityMetrics" => Ok(measures::metrics(facet, faults)),
        "inputStatistics" | "outputStatistics" => Ok(measures::statistics(facet, faults)),
        _ => Ok(Aspect::Opaque),
    }
}

/// Reads every object of a list.
fn each<T>(
    facet: Reader<'_>,
    list: &str,
    mut read: impl FnMut(Reader<'_>) -> Result<T, Misfit>,
) -> Result<Vec<T>, Misfit> {
    let place = facet.place.key(list);
    let items = facet.list(list)?.iter().enumerate();
    items.map(|(index, item)| read(Reader::new(item, &place.index(index))?)).collect()
}

/// Facets of an event, or nothing when `facets` is absent or no object.
pub fn members<'f>(holder: &'f Json<'f>, key: &str, place: &Place<'_>, faults: &mut Faults) -> &'f [Member<'f>] {
    match holder.get(key) {
        None => &[],
        Some(Json::Object(members)) => members,
        Some(Json::Null) => {
            faults.add("null-value", &place.key(key), || "expected an object, found null; read as absent".to_owned());
            &[]
        }
        Some(other) => {
            let message = || format!("expected an object, found {}; kept as sent and not read", other.described());
            faults.add("facets-invalid", &place.key(key), message);
            &[]
        }
    }
}
