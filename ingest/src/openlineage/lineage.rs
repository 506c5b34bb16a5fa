//! The `columnLineage` facet, in its old and its new form.

use graph::change::{Claim, ColumnClaim};
use graph::{EdgeKind, LineageSource, QualifiedName};

use super::names::Names;
use super::read::{Misfit, Reader};
use crate::faults::{Faults, Place};
use crate::json::{Json, excerpt};

/// Where the columns of one output come from, in the order of the facet, or nothing when it names no source: a column
/// that is missing is unknown, so a facet without columns says nothing. Entries that do not fit the schema are noted
/// and left out.
pub fn claim(facet: Reader<'_>, output: &QualifiedName, names: &Names, faults: &mut Faults) -> Option<Claim> {
    let mut columns = ColumnClaims::new(names, faults);
    columns.of_fields(facet);
    columns.of_dataset(facet);
    let edges = columns.take();
    let source = LineageSource::ColumnLineage;
    (!edges.is_empty()).then(|| Claim { output: output.clone(), source, inputs: Vec::new(), edges })
}

/// Collects column claims; of use for the explicit `lineage` facet too.
pub struct ColumnClaims<'f> {
    edges: Vec<ColumnClaim>,
    pub names: &'f Names,
    pub faults: &'f mut Faults,
}

/// How a source influences its target.
#[derive(Clone, Copy, PartialEq)]
pub struct Influence {
    pub kind: EdgeKind,
    pub masking: bool,
}

impl<'f> ColumnClaims<'f> {
    pub fn new(names: &'f Names, faults: &'f mut Faults) -> ColumnClaims<'f> {
        ColumnClaims { edges: Vec::new(), names, faults }
    }

    /// What was collected since the last time, in the order of the facet.
    pub fn take(&mut self) -> Vec<ColumnClaim> {
        std::mem::take(&mut self.edges)
    }

    /// `fields: {<target column>: {inputFields: [<source column>, …]}}`
    fn of_fields(&mut self, facet: Reader<'_>) {
        let place = facet.place.key("fields");
        let Some(fields) = self.noted(facet.map("fields")) else { return };
        for (target, value) in fields {
            let place = place.key(target);
            let Some(field) = self.noted(Reader::new(value, &place)) else { continue };
            let old = old_influence(field);
            let Some(sources) = self.noted(field.list("inputFields")) else { continue };
            let place = place.key("inputFields");
            for (index, source) in sources.iter().enumerate() {
                let read = self.source(source, &place.index(index), Some(target), old);
                self.noted(read);
            }
        }
    }

    /// `dataset: [<source column>, …]`: what influences every column, by a filter or a join.
    fn of_dataset(&mut self, facet: Reader<'_>) {
        let place = facet.place.key("dataset");
        let Some(sources) = self.noted(facet.list("dataset")) else { return };
        for (index, source) in sources.iter().enumerate() {
            let read = self.source(source, &place.index(index), None, None);
            self.noted(read);
        }
    }

    fn source(
        &mut self,
        source: &Json<'_>,
        place: &Place<'_>,
        target: Option<&str>,
        old: Option<Influence>,
    ) -> Result<(), Misfit> {
        let source = Reader::new(source, place)?;
        let (namespace, name, column) = (source.string("namespace")?, source.text("name")?, source.text("field")?);
        let dataset = self.names.dataset(namespace, name, place, self.faults);
        self.add(source, (dataset, column), target, old)
    }

    /// One claim per transformation of a source column, or one of unknown kind when none is given.
    pub fn add(
        &mut self,
        source: Reader<'_>,
        (dataset, column): (QualifiedName, &str),
        target: Option<&str>,
        old: Option<Influence>,
    ) -> Result<(), Misfit> {
        let transformations = source.list("transformations")?;
        let place = source.place.key("transformations");
        let claim = |influence: Influence| ColumnClaim {
            source: dataset.clone(),
            source_column: column.to_owned(),
            target_column: target.map(str::to_owned),
            kind: if target.is_some() { influence.kind } else { on_all_columns(influence.kind) },
            masking: influence.masking,
            expression: None,
        };
        if transformations.is_empty() {
            self.edges.push(claim(old.unwrap_or(Influence { kind: EdgeKind::Unknown, masking: false })));
        }
        for (index, transformation) in transformations.iter().enumerate() {
            let place = place.index(index);
            let influence = influence(Reader::new(transformation, &place)?, self.faults)?;
            self.edges.push(claim(influence));
        }
        Ok(())
    }

    /// The value, or nothing when it does not fit and was noted.
    pub fn noted<T>(&mut self, read: Result<T, Misfit>) -> Option<T> {
        read.map_err(|misfit| misfit.note("lineage-invalid", "left out", self.faults)).ok()
    }
}

/// What influences all columns is no copy of one, whatever it says (Spark lists `DIRECT` entries there).
fn on_all_columns(kind: EdgeKind) -> EdgeKind {
    match kind {
        EdgeKind::Join
        | EdgeKind::Filter
        | EdgeKind::GroupBy
        | EdgeKind::Sort
        | EdgeKind::Window
        | EdgeKind::Conditional => kind,
        _ => EdgeKind::Indirect,
    }
}

/// `{type, subtype, masking}`
fn influence(transformation: Reader<'_>, faults: &mut Faults) -> Result<Influence, Misfit> {
    let kind_of = transformation.optional("type")?.unwrap_or_default();
    let subtype = transformation.optional("subtype")?.unwrap_or_default();
    let masking = matches!(transformation.get("masking"), Some(Json::Bool(true)));
    let kind = kind(&kind_of, &subtype);
    if kind == EdgeKind::Unknown {
        faults.add("unknown-transformation", &transformation.place.key("type"), || {
            format!("expected DIRECT or INDIRECT, found `{}`; read as unknown", excerpt(&kind_of))
        });
    }
    Ok(Influence { kind, masking })
}

fn kind(kind: &str, subtype: &str) -> EdgeKind {
    let direct = match kind.trim().to_ascii_uppercase().as_str() {
        "DIRECT" => true,
        "INDIRECT" => false,
        _ => return EdgeKind::Unknown,
    };
    match (direct, subtype.trim().to_ascii_uppercase().as_str()) {
        (true, "IDENTITY") => EdgeKind::Identity,
        (true, "TRANSFORMATION") => EdgeKind::Transformation,
        (true, "AGGREGATION") => EdgeKind::Aggregation,
        (true, _) => EdgeKind::Direct,
        (false, "JOIN") => EdgeKind::Join,
        (false, "FILTER") => EdgeKind::Filter,
        (false, "GROUP_BY") => EdgeKind::GroupBy,
        (false, "SORT") => EdgeKind::Sort,
        (false, "WINDOW") => EdgeKind::Window,
        (false, "CONDITIONAL") => EdgeKind::Conditional,
        (false, _) => EdgeKind::Indirect,
    }
}

/// The form before 1-1-0: one `transformationType` for all sources of a column, IDENTITY or MASKED. Python still
/// sends it, empty.
fn old_influence(field: Reader<'_>) -> Option<Influence> {
    let text = field.get("transformationType").and_then(Json::as_str)?.trim().to_ascii_uppercase();
    let (kind, masking) = match text.as_str() {
        "IDENTITY" => (EdgeKind::Identity, false),
        "MASKED" => (EdgeKind::Transformation, true),
        "TRANSFORMATION" => (EdgeKind::Transformation, false),
        "AGGREGATION" => (EdgeKind::Aggregation, false),
        "DIRECT" => (EdgeKind::Direct, false),
        "INDIRECT" => (EdgeKind::Indirect, false),
        _ => return None,
    };
    Some(Influence { kind, masking })
}
