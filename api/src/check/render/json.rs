//! The answer as JSON, one consumer a line.

use serde::Serialize;
use serde_json::to_string;

use super::Pieces;
use crate::check::{Answer, Reason};
use impact::schema::Verdict;

#[derive(Serialize)]
struct Head {
    verdict: Verdict,
    complete: bool,
    reasons: Vec<Reason>,
    revision: u32,
}

pub fn of(answer: Answer) -> Pieces {
    let Answer { verdict, complete, reasons, revision, consumers, counts } = answer;
    let mut head = written(&Head { verdict, complete, reasons, revision });
    head.pop();
    head.push_str(",\"consumers\":[");
    let mut before = "\n";
    let consumers = consumers.into_iter().map(move |consumer| {
        let piece = format!("{before}{}", written(&consumer));
        before = ",\n";
        piece
    });
    let tail = format!("\n],\"counts\":{}}}\n", written(&counts));
    Box::new(std::iter::once(head).chain(consumers).chain(std::iter::once(tail)))
}

fn written(value: &impl Serialize) -> String {
    to_string(value).expect("texts, numbers and lists can be written as JSON")
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::tests::{nothing, sample, shown};
    use super::*;

    #[test]
    fn the_pieces_are_the_whole() {
        for report in [sample(), nothing()] {
            let text = shown(report.clone(), Format::Json);
            assert_eq!(serde_json::from_str::<Answer>(&text).unwrap(), report.answer);
            let keys =
                ["verdict", "complete", "reasons", "revision", "consumers", "counts"].map(|key| format!("\"{key}\""));
            let places: Vec<usize> = keys.iter().map(|key| text.find(key.as_str()).unwrap()).collect();
            assert!(places.is_sorted_by(|one, other| one != other), "{places:?}");
        }
    }
}
