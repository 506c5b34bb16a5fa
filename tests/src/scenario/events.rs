//! Events as scenarios write them, and the orders in which they are sent.

use std::fmt;

use serde_json::{Map, Value as Json, json};

use crate::random::Random;

/// The order in which the events of a step arrive.
#[derive(Clone, Copy, PartialEq)]
pub enum Arrival {
    AsWritten,
    ReversedAndDoubled,
    ShuffledAndDoubled,
}

impl Arrival {
    pub const ALL: [Arrival; 3] = [Arrival::AsWritten, Arrival::ReversedAndDoubled, Arrival::ShuffledAndDoubled];

    pub fn arrange<T: Clone>(self, mut items: Vec<T>) -> Vec<T> {
        match self {
            Arrival::AsWritten => {}
            Arrival::ReversedAndDoubled => {
                items.reverse();
                items = items.iter().flat_map(|item| [item.clone(), item.clone()]).collect();
            }
            Arrival::ShuffledAndDoubled => {
                items.extend_from_within(..);
                Random::new(7).shuffle(&mut items);
            }
        }
        items
    }
}

impl fmt::Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Arrival::AsWritten => "as written",
            Arrival::ReversedAndDoubled => "reversed and doubled",
            Arrival::ShuffledAndDoubled => "shuffled and doubled",
        })
    }
}

const PRODUCER: &str = "https://example.org/scenarios";
const SPEC: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs";

/// Writes an event out: `run: r1` is a run id, `[namespace, name]` and `[namespace, name, facets]` are a job or a dataset;
/// the time is `minute` minutes after 2026-03-01T10:00Z unless the event has one.
pub fn written_out(event: &Json, minute: usize) -> Result<Json, String> {
    let mut event = event.as_object().cloned().ok_or("an event is an object")?;
    if let Some(run) = event.get_mut("run").filter(|run| run.is_string()) {
        *run = json!({ "runId": run.clone() });
    }
    for key in ["job", "dataset"] {
        if let Some(value) = event.get_mut(key) {
            *value = named(value)?;
        }
    }
    for key in ["inputs", "outputs"] {
        if let Some(list) = event.get_mut(key).and_then(Json::as_array_mut) {
            for value in list {
                *value = named(value)?;
            }
        }
    }
    let shape = match (event.contains_key("run"), event.contains_key("job")) {
        (true, _) => "RunEvent",
        (false, true) => "JobEvent",
        (false, false) => "DatasetEvent",
    };
    event.entry("producer").or_insert_with(|| PRODUCER.into());
    event.entry("schemaURL").or_insert_with(|| format!("{SPEC}/{shape}").into());
    event
        .entry("eventTime")
        .or_insert_with(|| format!("2026-03-01T{:02}:{:02}:00Z", 10 + minute / 60, minute % 60).into());
    let mut event = Json::Object(event);
    sign_facets(&mut event);
    Ok(event)
}

fn named(value: &Json) -> Result<Json, String> {
    let Some(list) = value.as_array() else {
        return Ok(value.clone());
    };
    match list.as_slice() {
        [namespace, name] => Ok(json!({ "namespace": namespace, "name": name })),
        [namespace, name, facets] => Ok(json!({ "namespace": namespace, "name": name, "facets": facets })),
        _ => Err(format!("expected [namespace, name] or [namespace, name, facets], found {value}")),
    }
}

/// Gives every facet the two fields that the standard asks of it.
fn sign_facets(value: &mut Json) {
    match value {
        Json::Array(items) => items.iter_mut().for_each(sign_facets),
        Json::Object(fields) => {
            for (key, inner) in fields.iter_mut() {
                if matches!(key.as_str(), "facets" | "inputFacets" | "outputFacets") {
                    inner.as_object_mut().into_iter().flat_map(|facets| facets.values_mut()).for_each(sign);
                } else {
                    sign_facets(inner);
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn sign(facet: &mut Json) {
    if let Some(fields) = facet.as_object_mut() {
        let url = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/BaseFacet";
        add(fields, "_producer", PRODUCER);
        add(fields, "_schemaURL", url);
    }
}

fn add(fields: &mut Map<String, Json>, key: &str, value: &str) {
    fields.entry(key).or_insert_with(|| value.into());
}
