//! What kind of event this is, told by its shape, and the parts without which it is refused.

use graph::{EventType, QualifiedName, Time};
use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::names::Names;
use super::rejection::Rejection;
use crate::faults::{Faults, Place};
use crate::json::{Json, excerpt};

/// An event that is accepted.
pub struct Shape {
    pub subject: Subject,
    pub time: Time,
    pub event_type: Option<EventType>,
    /// In the order of the event's list.
    pub inputs: Vec<QualifiedName>,
    pub outputs: Vec<QualifiedName>,
    pub names: Names,
}

pub enum Subject {
    Run { job: QualifiedName, run: String },
    Job { job: QualifiedName },
    Dataset { dataset: QualifiedName },
}

const RUN_EVENT: &str = "RunEvent";
const JOB_EVENT: &str = "JobEvent";
const DATASET_EVENT: &str = "DatasetEvent";

impl Shape {
    pub fn read(event: &Json<'_>, received_at: Time, faults: &mut Faults) -> Result<Shape, Rejection> {
        let has = |key| event.get(key).is_some_and(|value| *value != Json::Null);
        let time = event_time(event, received_at, faults);
        let (subject, names) = match (has("run"), has("job"), has("dataset")) {
            (false, false, false) => {
                let message = "expected `run` and `job`, or `job`, or `dataset`, found none of them".to_owned();
                return Err(Rejection::unprocessable("no-subject", &Place::ROOT, message));
            }
            (false, false, true) => {
                let names = Names::new(None);
                (Subject::Dataset { dataset: own_dataset(event, &names, faults)? }, names)
            }
            (has_run, _, has_dataset) => {
                let subject = job_or_run(event, has_run)?;
                if has_dataset {
                    note_ambiguous(&subject, faults);
                }
                let names = Names::new(subject.job());
                (subject, names)
            }
        };
        let event_type = event_type(event, &subject, faults);
        note_origin(event, &subject, faults);
        let [inputs, outputs] = ["inputs", "outputs"].map(|list| datasets(event, list, &names, faults));
        Ok(Shape { subject, time: time?, event_type, inputs: inputs?, outputs: outputs?, names })
    }

    pub fn job(&self) -> Option<&QualifiedName> {
        self.subject.job()
    }
}

impl Subject {
    fn job(&self) -> Option<&QualifiedName> {
        match self {
            Subject::Run { job, .. } | Subject::Job { job } => Some(job),
            Subject::Dataset { .. } => None,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Subject::Run { .. } => RUN_EVENT,
            Subject::Job { .. } => JOB_EVENT,
            Subject::Dataset { .. } => DATASET_EVENT,
        }
    }
}

fn job_or_run(event: &Json<'_>, has_run: bool) -> Result<Subject, Rejection> {
    let place = Place::ROOT.key("job");
    let object = required_object(event.get("job"), &place)?;
    let namespace = required_text(object, "namespace", &place)?;
    let name = required_text(object, "name", &place)?;
    let job = QualifiedName::new(namespace, name);
    if !has_run {
        return Ok(Subject::Job { job });
    }
    let place = Place::ROOT.key("run");
    let run = required_text(required_object(event.get("run"), &place)?, "runId", &place)?;
    Ok(Subject::Run { job, run: run.to_owned() })
}

fn own_dataset(event: &Json<'_>, names: &Names, faults: &mut Faults) -> Result<QualifiedName, Rejection> {
    let place = Place::ROOT.key("dataset");
    dataset(event.get("dataset"), &place, names, faults)
}

fn datasets(event: &Json<'_>, list: &str, names: &Names, faults: &mut Faults) -> Result<Vec<QualifiedName>, Rejection> {
    let place = Place::ROOT.key(list);
    match event.get(list) {
        None => Ok(Vec::new()),
        Some(Json::Null) => {
            faults.add("null-value", &place, || "expected a list, found null; read as absent".to_owned());
            Ok(Vec::new())
        }
        Some(Json::Array(items)) => {
            let read = |(index, item)| dataset(Some(item), &place.index(index), names, faults);
            items.iter().enumerate().map(read).collect()
        }
        Some(other) => {
            let message = format!("expected a list of datasets, found {}", other.described());
            Err(Rejection::unprocessable("wrong-type", &place, message))
        }
    }
}

fn dataset(
    value: Option<&Json<'_>>,
    place: &Place<'_>,
    names: &Names,
    faults: &mut Faults,
) -> Result<QualifiedName, Rejection> {
    let object = required_object(value, place)?;
    // An empty namespace is accepted, see `Names`.
    let namespace = required_string(object, "namespace", place)?;
    let name = required_text(object, "name", place)?;
    Ok(names.dataset(namespace, name, place, faults))
}

fn required_object<'t, 'a>(value: Option<&'t Json<'a>>, place: &Place<'_>) -> Result<&'t Json<'a>, Rejection> {
    match value {
        Some(object @ Json::Object(_)) => Ok(object),
        other => Err(unexpected("an object", other, place)),
    }
}

fn required_string<'t>(object: &'t Json<'_>, key: &str, place: &Place<'_>) -> Result<&'t str, Rejection> {
    let value = object.get(key);
    value.and_then(Json::as_str).ok_or_else(|| unexpected("a string", value, &place.key(key)))
}

fn required_text<'t>(object: &'t Json<'_>, key: &str, place: &Place<'_>) -> Result<&'t str, Rejection> {
    let text = required_string(object, key, place)?;
    if text.trim().is_empty() {
        return Err(unexpected("a string that is not empty", object.get(key), &place.key(key)));
    }
    Ok(text)
}

fn unexpected(expected: &str, found: Option<&Json<'_>>, place: &Place<'_>) -> Rejection {
    let found = found.map_or_else(|| "nothing".to_owned(), Json::described);
    let code = if found == "nothing" { "missing" } else { "wrong-type" };
    Rejection::unprocessable(code, place, format!("expected {expected}, found {found}"))
}

fn event_time(event: &Json<'_>, received_at: Time, faults: &mut Faults) -> Result<Time, Rejection> {
    let text = required_string(event, "eventTime", &Place::ROOT)?;
    let place = Place::ROOT.key("eventTime");
    let (time, zoned) = time(text).ok_or_else(|| {
        let message = format!("expected a time such as `2026-01-31T12:00:00Z`, found the string `{}`", excerpt(text));
        Rejection::unprocessable("not-a-time", &place, message)
    })?;
    if !zoned {
        faults.add("time-without-zone", &place, || format!("expected a zone, found `{text}`; read as UTC"));
    }
    const SKEW: SignedDuration = SignedDuration::from_hours(24);
    const OLD: Time = Timestamp::constant(946_684_800, 0); // 2000-01-01
    if time.duration_since(received_at) > SKEW {
        faults.add("time-in-future", &place, || format!("`{text}` is more than a day after it was received"));
    } else if time < OLD {
        faults.add("time-long-ago", &place, || format!("`{text}` is before the year 2000"));
    }
    Ok(time)
}

/// A time by RFC 3339, with up to nine digits of fraction, and whether it named its zone; without one it is UTC.
pub fn time(text: &str) -> Option<(Time, bool)> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some((time, true));
    }
    let local: DateTime = text.parse().ok()?;
    Some((Offset::UTC.to_timestamp(local).ok()?, false))
}

fn event_type(event: &Json<'_>, subject: &Subject, faults: &mut Faults) -> Option<EventType> {
    if !matches!(subject, Subject::Run { .. }) {
        return None;
    }
    let place = Place::ROOT.key("eventType");
    let value = event.get("eventType").filter(|value| **value != Json::Null);
    let Some(value) = value else {
        faults.add("no-event-type", &place, || {
            "expected START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, found none; the run's state stays as it is"
                .to_owned()
        });
        return None;
    };
    let text = value.as_str().unwrap_or_default();
    let known = known_event_type(&text.trim().to_ascii_uppercase());
    if known.is_none() {
        faults.add("unknown-event-type", &place, || {
            format!(
                "expected START, RUNNING, COMPLETE, ABORT, FAIL or OTHER, found {}; the run's state stays as it is",
                value.described()
            )
        });
    } else if text.trim().bytes().any(|b| b.is_ascii_lowercase()) {
        faults.add("event-type-case", &place, || format!("expected capitals, found `{text}`"));
    }
    known
}

fn known_event_type(text: &str) -> Option<EventType> {
    Some(match text {
        "START" => EventType::Start,
        "RUNNING" => EventType::Running,
        "COMPLETE" => EventType::Complete,
        "ABORT" => EventType::Abort,
        "FAIL" => EventType::Fail,
        "OTHER" => EventType::Other,
        _ => return None,
    })
}

/// Where an event stands among events of the same time.
pub fn rank(event_type: Option<EventType>) -> u8 {
    match event_type {
        Some(EventType::Fail) => 5,
        Some(EventType::Abort) => 4,
        Some(EventType::Complete) => 3,
        Some(EventType::Other | EventType::Running) => 2,
        Some(EventType::Start) => 1,
        None => 0,
    }
}

/// Notes what is odd about who sent the event and by which schema; neither decides anything.
fn note_origin(event: &Json<'_>, subject: &Subject, faults: &mut Faults) {
    for (key, code) in [("producer", "no-producer"), ("schemaURL", "no-schema-url")] {
        let place = Place::ROOT.key(key);
        match event.get(key) {
            Some(Json::String(text)) if !text.is_empty() => {}
            found => faults.add(code, &place, || {
                let found = found.map_or_else(|| "nothing".to_owned(), Json::described);
                format!("expected a URL, found {found}")
            }),
        }
    }
    let url = event.get("schemaURL").and_then(Json::as_str).unwrap_or_default();
    let named = url.rsplit('/').next().unwrap_or_default();
    if [RUN_EVENT, JOB_EVENT, DATASET_EVENT].contains(&named) && named != subject.kind() {
        let kind = subject.kind();
        faults.add("other-schema-url", &Place::ROOT.key("schemaURL"), || {
            format!("expected the schema of a {kind}, which the event is by its shape, found that of a {named}")
        });
    }
    if let Subject::Run { run, .. } = subject
        && !is_uuid(run)
    {
        faults.add("run-id-not-uuid", &Place::ROOT.key("run").key("runId"), || {
            format!("expected a UUID, found the string `{}`; kept as sent", excerpt(run))
        });
    }
}

fn note_ambiguous(subject: &Subject, faults: &mut Faults) {
    let kind = subject.kind();
    faults.add("ambiguous-event", &Place::ROOT.key("dataset"), || {
        format!("expected either `job` or `dataset`, found both; read as a {kind} without `dataset`")
    });
}

fn is_uuid(text: &str) -> bool {
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    let mut parts = text.split('-');
    [8, 4, 4, 4, 12].iter().all(|&length| parts.next().is_some_and(|part| digits(part, length)))
        && parts.next().is_none()
}
