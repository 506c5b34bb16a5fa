//! How long it takes to read events: `cargo run --release -p ingest --example parse_speed -- FILE…` (NDJSON). Prints
//! microseconds of one core per event, without and with everything that is done before an event is stored.

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::time::{Duration, Instant};

use graph::Time;
use ingest::openlineage::{self, Limits};

/// Each file is read again until this much time has passed.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

#[expect(clippy::disallowed_methods, reason = "a program of its own, which takes its files from the command line")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("{:>8} {:>10} {:>12} {:>12} {:>8}  file", "events", "bytes each", "canonical µs", "event µs", "MB/s");
    for path in std::env::args().skip(1) {
        let mut events = Vec::new();
        for document in openlineage::lines(BufReader::new(File::open(&path)?), 100 << 20) {
            events.push(document?.text?);
        }
        let size = events.iter().map(Vec::len).sum::<usize>() / events.len().max(1);
        let canonical = each(&events, |event| drop(black_box(ingest::canonical::canonical(event))));
        let limits = Limits::default();
        let whole = each(&events, |event| drop(black_box(openlineage::event(event, Time::UNIX_EPOCH, &limits))));
        let speed = size as f64 / whole;
        println!("{:>8} {size:>10} {canonical:>12.1} {whole:>12.1} {speed:>8.0}  {path}", events.len());
    }
    Ok(())
}

/// Microseconds per event.
fn each(events: &[Vec<u8>], work: impl Fn(&[u8])) -> f64 {
    let started = Instant::now();
    let mut count = 0_u32;
    while started.elapsed() < LONG_ENOUGH {
        events.iter().for_each(|event| work(event));
        count += 1;
    }
    started.elapsed().as_secs_f64() * 1e6 / f64::from(count) / events.len().max(1) as f64
}
