//! A run put together from what is stored of it.

use super::{Shape, View};
use crate::apply::{ended, event_of, run_state, started};
use crate::ids::{NodeId, RunId};
use crate::model::*;
use crate::records::{MeasuredRecord, Record, RunAspect, RunBody};

/// A run, with the datasets that it read and wrote by their representatives.
pub(crate) fn run<S: Shape>(view: &View<'_, S>, id: i64, job: u32, name: String, body: RunBody) -> Run {
    let datasets = |ids: &[u32]| {
        let mut nodes: Vec<NodeId> = ids.iter().map(|id| NodeId(view.representative(*id))).collect();
        nodes.sort();
        nodes.dedup();
        nodes
    };
    let mut run = Run {
        id: RunId(id as u64),
        name,
        job: NodeId(job),
        state: run_state(&body),
        started_at: started(&body),
        ended_at: ended(&body),
        nominal_start: None,
        nominal_end: None,
        parent: None,
        error: None,
        inputs: datasets(&body.inputs),
        outputs: datasets(&body.outputs),
        events: body.events.iter().map(event_of).collect(),
        facets: body.facets.iter().map(|(slot, facet)| (slot.clone(), facet.raw.0)).collect(),
        io_facets: Vec::new(),
        measures: Vec::new(),
    };
    add_io(&mut run, view, &body);
    let mut facets: Vec<_> = body.facets.into_values().collect();
    facets.sort_by_key(|facet| facet.key);
    for facet in facets {
        match facet.aspect {
            RunAspect::Opaque => {}
            RunAspect::Nominal(start, end) => {
                (run.nominal_start, run.nominal_end) = (start.map(Record::back), end.map(Record::back));
            }
            RunAspect::Parent(parent) => run.parent = Some(parent.back()),
            RunAspect::Error(error) => run.error = Some(error.back()),
        }
    }
    run
}

fn add_io(run: &mut Run, view: &View<'_, impl Shape>, body: &RunBody) {
    for io in &body.io {
        let dataset = NodeId(view.representative(io.dataset));
        let direction = if io.output { IoDirection::Output } else { IoDirection::Input };
        run.io_facets.push(IoFacet { dataset, direction, name: io.slot.clone(), content: io.raw.0 });
        for measure in &io.measures {
            let what = match measure {
                MeasuredRecord::Statistic(name, value) => Measured::Statistic { name: name.clone(), value: *value },
                MeasuredRecord::Assertion { assertion, column, success, severity } => Measured::Assertion {
                    assertion: assertion.clone(),
                    column: column.clone(),
                    success: *success,
                    severity: severity.clone(),
                },
            };
            run.measures.push(Measure { dataset, direction, at: io.key.0.time, what });
        }
    }
}
