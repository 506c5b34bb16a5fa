//! A made-up estate to look around in: the plant and tea shop "Moss & Kettle", its database, files and topics, a
//! warehouse built by dbt, dashboards and exports, over five nights.
//!
//! What there is stands in `estate/*.yaml`; here it becomes OpenLineage events like anybody's.

mod estate;
mod facets;
mod runs;

use graph::Time;
use jiff::SignedDuration;
use serde_json::Value;

use estate::Estate;

/// Nights of the story; the last one ended before `now`.
const NIGHTS: i64 = 5;

/// The OpenLineage events of the demo estate, in the order in which they are sent.
///
/// All times follow from the day of `now`: the last night is the one that ended, at six in the morning (UTC), before
/// it. The same `now` gives the same bytes.
pub fn events(now: Time) -> Vec<Vec<u8>> {
    let estate = Estate::load().expect("the files of the estate are checked by tests");
    let mut events = runs::declarations(&estate, first_midnight(now));
    events.extend(runs::runs(&estate, first_midnight(now)));
    events.sort_by_key(|event| event.at);
    events.iter().map(|event| bytes(&event.body)).collect()
}

/// The midnight with which night 0 begins.
fn first_midnight(now: Time) -> Time {
    let morning = now.as_second() - 6 * 3600;
    let midnight = morning - morning.rem_euclid(86_400) - (NIGHTS - 1) * 86_400;
    Time::from_second(midnight).unwrap_or(Time::UNIX_EPOCH)
}

fn bytes(body: &Value) -> Vec<u8> {
    body.to_string().into_bytes()
}

/// One event and the time it tells of itself.
struct Event {
    at: Time,
    body: Value,
}

fn after(time: Time, seconds: i64) -> Time {
    time.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(time)
}

#[cfg(test)]
mod tests;
