//! Sends a load over a number of connections and keeps how long each answer took.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use headwater_tests::http::Client;
use headwater_tests::load::Unit;
use headwater_tests::server::graphql;
use serde_json::Value;

/// What was measured; times in milliseconds.
pub struct Measured {
    pub requests: usize,
    pub seconds: f64,
    times: Vec<f64>,
}

impl Measured {
    pub fn per_second(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    pub fn percentile(&self, share: f64) -> f64 {
        let place = (self.times.len() as f64 * share).ceil() as usize;
        self.times[place.clamp(1, self.times.len()) - 1]
    }

    fn of(mut times: Vec<f64>, seconds: f64) -> Measured {
        times.sort_by(f64::total_cmp);
        Measured { requests: times.len(), seconds, times }
    }
}

/// Each client takes the next unit and sends its events in order; every answer must be a success.
pub fn post(base: &str, clients: usize, units: &[Unit]) -> Measured {
    let next = AtomicUsize::new(0);
    let times = Mutex::new(vec![]);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                let mut client = Client::new(base);
                let mut own = vec![];
                while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for event in unit {
                        let sent = Instant::now();
                        let answer = client.post_json("/api/v1/lineage", event).expect("the server answers");
                        assert!(answer.status == 201, "an event was answered {}: {}", answer.status, answer.text());
                        own.push(sent.elapsed().as_secs_f64() * 1e3);
                    }
                }
                times.lock().expect("no client panicked").append(&mut own);
            });
        }
    });
    Measured::of(times.into_inner().expect("no client panicked"), start.elapsed().as_secs_f64())
}

/// Asks each document once after three that are not counted, and shows each answer to `check`.
pub fn ask(base: &str, documents: &[String], check: impl Fn(&Value)) -> Measured {
    let mut client = Client::new(base);
    for document in documents.iter().take(3) {
        graphql(&mut client, document);
    }
    let start = Instant::now();
    let mut times = vec![];
    for document in documents {
        let sent = Instant::now();
        let answer = graphql(&mut client, document);
        times.push(sent.elapsed().as_secs_f64() * 1e3);
        assert!(answer["errors"].is_null(), "{document}: {}", answer["errors"]);
        check(&answer["data"]);
    }
    Measured::of(times, start.elapsed().as_secs_f64())
}
