//! An event with its facets taken out: what most events of a stream repeat is stored once, by content.
//!
//! In the stored body each facet is `{"$ref": "<content id>"}`. Only the places where facets stand are read as such,
//! and there every value but null is replaced, so an event that has a `$ref` of its own comes back unchanged.

use std::borrow::Cow;
use std::collections::HashSet;

use graph::ContentId;
use graph::change::Content;

use crate::error::{Error, Result};
use crate::json::{self, Json};

const REFERENCE: &str = "$ref";
/// Where facets stand in an event, and in a dataset of `inputs` or `outputs`.
const HOLDERS: [&str; 3] = ["run", "job", "dataset"];
const LISTS: [&str; 2] = ["inputs", "outputs"];
const FACETS: [&str; 3] = ["facets", "inputFacets", "outputFacets"];

/// A facet that was taken out of an event; `Json::Held` stands in its place.
pub struct Facet<'a> {
    pub json: Json<'a>,
    pub id: ContentId,
    bytes: Vec<u8>,
}

/// An event whose facets are held apart.
pub struct Split<'a> {
    pub event: Json<'a>,
    pub facets: Vec<Facet<'a>>,
}

impl<'a> Split<'a> {
    pub fn new(mut event: Json<'a>) -> Split<'a> {
        let mut facets = Vec::new();
        each_facet(&mut event, &mut |value| {
            let json = std::mem::replace(value, Json::Held(facets.len()));
            let bytes = json.to_bytes();
            facets.push(Facet { id: ContentId::of(&bytes), json, bytes });
        });
        Split { event, facets }
    }

    /// The whole event in its canonical form.
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.facets.iter().map(|facet| facet.bytes.len() + 64).sum());
        self.event.write_with(&mut out, &mut |index, out| out.extend_from_slice(&self.facets[index].bytes));
        out
    }

    /// What is stored: the event with references, and what they refer to.
    pub fn into_stored(self) -> (Vec<u8>, Vec<Content>) {
        let mut body = Vec::new();
        self.event.write_with(&mut body, &mut |index, out| {
            out.extend_from_slice(format!("{{\"{REFERENCE}\":\"{}\"}}", self.facets[index].id).as_bytes());
        });
        let mut seen = HashSet::with_capacity(self.facets.len());
        let facets = self.facets.into_iter().filter(|facet| seen.insert(facet.id));
        (body, facets.map(|Facet { id, bytes, .. }| Content { id, bytes }).collect())
    }
}

/// The contents that a stored body refers to, in its order.
pub fn references(id: ContentId, body: &[u8]) -> Result<Vec<ContentId>> {
    let mut references = Vec::new();
    let mut event = stored(id, body)?;
    each_facet(&mut event, &mut |value| references.extend(reference(value)));
    Ok(references)
}

/// The whole event in its canonical form again, from a stored body. `id` names the input in errors.
pub fn restore(id: ContentId, body: &[u8], lookup: &dyn Fn(ContentId) -> Option<Vec<u8>>) -> Result<Vec<u8>> {
    let mut event = stored(id, body)?;
    let mut contents = Vec::new();
    let mut broken = None;
    each_facet(&mut event, &mut |value| match reference(value) {
        None => broken = Some(stored_wrongly(id, value)),
        Some(content) => match lookup(content) {
            None => broken = Some(Error::MissingContent { id, content }),
            Some(bytes) => {
                *value = Json::Held(contents.len());
                contents.push(bytes);
            }
        },
    });
    if let Some(error) = broken {
        return Err(error);
    }
    let mut out = Vec::new();
    event.write_with(&mut out, &mut |index, out| out.extend_from_slice(&contents[index]));
    Ok(out)
}

fn stored(id: ContentId, body: &[u8]) -> Result<Json<'_>> {
    let parsed = json::parse(body).map_err(|cause| Error::Syntax { place: format!("input {id}"), cause })?;
    Ok(parsed.json)
}

fn reference(value: &Json<'_>) -> Option<ContentId> {
    match value.members() {
        [(key, Json::String(hex))] if key == REFERENCE => ContentId::parse(hex),
        _ => None,
    }
}

fn stored_wrongly(id: ContentId, value: &Json<'_>) -> Error {
    Error::Stored { id, message: format!("expected a reference in place of a facet, found {}", value.described()) }
}

/// Calls `visit` with every facet of an event, in the order they are written.
fn each_facet<'a>(event: &mut Json<'a>, visit: &mut impl FnMut(&mut Json<'a>)) {
    let Json::Object(members) = event else { return };
    for (key, value) in members {
        if HOLDERS.contains(&key.as_ref()) {
            facets_of(value, visit);
        } else if let (true, Json::Array(datasets)) = (LISTS.contains(&key.as_ref()), value) {
            datasets.iter_mut().for_each(|dataset| facets_of(dataset, visit));
        }
    }
}

fn facets_of<'a>(holder: &mut Json<'a>, visit: &mut impl FnMut(&mut Json<'a>)) {
    let Json::Object(members) = holder else { return };
    let is_facets = |key: &Cow<'_, str>| FACETS.contains(&key.as_ref());
    for (_, facets) in members.iter_mut().filter(|(key, _)| is_facets(key)) {
        let Json::Object(facets) = facets else { continue };
        facets.iter_mut().map(|(_, facet)| facet).filter(|facet| **facet != Json::Null).for_each(&mut *visit);
    }
}
