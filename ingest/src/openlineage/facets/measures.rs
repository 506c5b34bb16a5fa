//! Numbers and check results that a run reports of what it read or wrote. What of them is no number is left out and
//! noted, the rest counts.

use graph::Measured;
use graph::change::Aspect;

use super::super::read::{Misfit, Reader};
use super::each;
use crate::faults::{Faults, Place};
use crate::json::{Json, Member};

const STATISTICS: [&str; 3] = ["rowCount", "size", "fileCount"];
const METRICS: [&str; 3] = ["rowCount", "bytes", "fileCount"];
const COLUMN_METRICS: [&str; 6] = ["nullCount", "distinctCount", "sum", "count", "min", "max"];

pub fn statistics(facet: Reader<'_>, faults: &mut Faults) -> Aspect {
    let mut measured = Numbers { list: Vec::new(), faults };
    measured.add(facet.members(), &STATISTICS, facet.place, "");
    Aspect::Measures(measured.list)
}

pub fn metrics(facet: Reader<'_>, faults: &mut Faults) -> Aspect {
    let mut measured = Numbers { list: Vec::new(), faults };
    measured.add(facet.members(), &METRICS, facet.place, "");
    let place = facet.place.key("columnMetrics");
    for (column, metrics) in measured.map(facet.get("columnMetrics"), &place) {
        measured.add_column(column, metrics, &place.key(column));
    }
    Aspect::Measures(measured.list)
}

pub fn assertions(facet: Reader<'_>) -> Result<Aspect, Misfit> {
    let assertion = |assertion: Reader<'_>| {
        Ok(Measured::Assertion {
            assertion: assertion.text("assertion")?.to_owned(),
            column: assertion.optional("column")?,
            success: assertion.boolean("success")?,
            severity: assertion.optional("severity")?,
        })
    };
    each(facet, "assertions", assertion).map(Aspect::Measures)
}

struct Numbers<'f> {
    list: Vec<Measured>,
    faults: &'f mut Faults,
}

impl Numbers<'_> {
    fn add_column(&mut self, column: &str, metrics: &Json<'_>, place: &Place<'_>) {
        let prefix = format!("{column}/");
        let members = self.map(Some(metrics), place);
        self.add(members, &COLUMN_METRICS, place, &prefix);
        let place = place.key("quantiles");
        for (quantile, value) in self.map(metrics.get("quantiles"), &place) {
            self.add_one(format!("{prefix}quantiles/{quantile}"), value, &place.key(quantile));
        }
    }

    fn add(&mut self, members: &[Member<'_>], known: &[&str], place: &Place<'_>, prefix: &str) {
        for (key, value) in members.iter().filter(|(key, _)| known.contains(&key.as_ref())) {
            self.add_one(format!("{prefix}{key}"), value, &place.key(key));
        }
    }

    fn add_one(&mut self, name: String, value: &Json<'_>, place: &Place<'_>) {
        let number = match value {
            Json::Null => return,
            Json::Number(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        match number {
            Some(value) => self.list.push(Measured::Statistic { name, value }),
            None => Misfit::new("a number", Some(value), place).note("not-a-number", "left out", self.faults),
        }
    }

    fn map<'j>(&mut self, value: Option<&'j Json<'j>>, place: &Place<'_>) -> &'j [Member<'j>] {
        match value {
            None | Some(Json::Null) => &[],
            Some(Json::Object(members)) => members,
            other => {
                Misfit::new("an object", other, place).note("facet-invalid", "left out", self.faults);
                &[]
            }
        }
    }
}
