//! Submissions as text, to compare.

use std::fmt::Write;

use graph::change::{Aspect, Assertion, Change, Claim, ColumnClaim, Fault, RunChange, RunDataset, Submission};
use graph::{Measured, QualifiedName};

/// The changes of a submission, then its faults.
pub fn render(submission: &Submission) -> String {
    let mut out = String::new();
    for change in &submission.changes {
        render_change(change, &mut out);
    }
    out + &faults(&submission.input.faults)
}

pub fn faults(faults: &[Fault]) -> String {
    let line = |fault: &Fault| match &fault.path {
        Some(path) => format!("{} {path}: {}\n", fault.code, fault.message),
        None => format!("{}: {}\n", fault.code, fault.message),
    };
    faults.iter().map(line).collect()
}

/// When the event of a submission was.
pub fn time(submission: &Submission) -> String {
    match &submission.changes[0] {
        Change::Dataset(change) => change.at.time.to_string(),
        Change::Job(change) => change.at.time.to_string(),
        Change::Run(change) => change.at.time.to_string(),
        Change::Statement(change) => change.at.time.to_string(),
        Change::Authored(change) => change.at.time.to_string(),
    }
}

fn render_change(change: &Change, out: &mut String) {
    match change {
        Change::Dataset(change) => {
            writeln!(out, "dataset {}", name(&change.name)).unwrap();
            assertions(&change.facets, "  ", out);
        }
        Change::Job(change) => {
            writeln!(out, "job {}", name(&change.name)).unwrap();
            assertions(&change.facets, "  ", out);
        }
        Change::Run(change) => run(change, out),
        Change::Statement(change) => {
            writeln!(out, "statement of {}", name(&change.dataset)).unwrap();
            change.claims.iter().for_each(|claim| claimed(claim, out));
        }
        Change::Authored(change) => writeln!(out, "authored {:?}", change.edit).unwrap(),
    }
}

fn run(change: &RunChange, out: &mut String) {
    let id = change.run.as_deref().unwrap_or("by design");
    let event_type = change.event_type.map_or(String::new(), |event_type| format!(" {event_type:?}").to_uppercase());
    writeln!(out, "run {id} of {}{event_type} rank {}", name(&change.job), change.at.rank).unwrap();
    assertions(&change.facets, "  ", out);
    datasets("reads", &change.inputs, out);
    datasets("writes", &change.outputs, out);
    change.claims.iter().for_each(|claim| claimed(claim, out));
    if let Some(query) = &change.query {
        writeln!(out, "  query {}", shortened(&query.text)).unwrap();
    }
}

fn datasets(verb: &str, datasets: &[RunDataset], out: &mut String) {
    for dataset in datasets {
        writeln!(out, "  {verb} {}", name(&dataset.name)).unwrap();
        assertions(&dataset.facets, "    ", out);
    }
}

fn claimed(claim: &Claim, out: &mut String) {
    let inputs = claim.inputs.iter().map(name).collect::<Vec<_>>().join(", ");
    let from = if inputs.is_empty() { inputs } else { format!(" from {inputs}") };
    writeln!(out, "  {:?} {}{from}", claim.source, name(&claim.output)).unwrap();
    for edge in &claim.edges {
        let ColumnClaim { source, source_column, target_column, kind, masking, expression: _ } = edge;
        let target = target_column.as_deref().unwrap_or("*");
        let masking = if *masking { " masking" } else { "" };
        writeln!(out, "    {target} <- {}/{source_column} {kind:?}{masking}", name(source)).unwrap();
    }
}

fn assertions(assertions: &[Assertion], indent: &str, out: &mut String) {
    for assertion in assertions {
        let said = match &assertion.value {
            None => "deleted".to_owned(),
            Some(value) => aspect(&value.aspect),
        };
        writeln!(out, "{indent}{}: {said}", assertion.slot).unwrap();
    }
}

fn aspect(aspect: &Aspect) -> String {
    match aspect {
        Aspect::Opaque => "…".to_owned(),
        Aspect::Schema(fields) => {
            let field = |field: &graph::Field| {
                let data_type = field.data_type.as_ref().map_or(String::new(), |data_type| format!(" {data_type}"));
                let description = field.description.as_ref().map_or(String::new(), |text| format!(" `{text}`"));
                format!("{} {}{data_type}{description}", field.position, graph::dotted(&field.path))
            };
            fields.iter().map(field).collect::<Vec<_>>().join(", ")
        }
        Aspect::Symlinks(names) => names.iter().map(name).collect::<Vec<_>>().join(", "),
        Aspect::Query(query) => format!("{} {:?}", shortened(&query.text), query.dialect),
        Aspect::Measures(measures) => measures.iter().map(measure).collect::<Vec<_>>().join(", "),
        other => shortened(&format!("{other:?}")),
    }
}

fn measure(measured: &Measured) -> String {
    match measured {
        Measured::Statistic { name, value } => format!("{name}={value}"),
        Measured::Assertion { assertion, column, success, severity } => {
            format!("{assertion}({}) {success} {}", column.as_deref().unwrap_or(""), severity.as_deref().unwrap_or(""))
        }
    }
}

fn name(name: &QualifiedName) -> String {
    format!("{} {}", name.namespace, name.name)
}

fn shortened(text: &str) -> String {
    let line = text.replace('\n', " ");
    match line.char_indices().nth(240) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
