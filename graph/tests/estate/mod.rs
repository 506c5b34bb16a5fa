//! An estate made up by chance from a seed: events of all kinds about few tables and jobs, so that they meet often.

use graph::change::*;
use graph::derive::{Derivation, Derive, QueryContext, Schemas};
use graph::*;

use super::say::{Say, at, name};

const TABLES: u64 = 9;
const JOBS: u64 = 5;

/// The same numbers for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn table(&mut self) -> String {
        format!("t{}", self.below(TABLES))
    }

    fn column(&mut self) -> String {
        format!("c{}", self.below(5))
    }
}

/// So many things said; of tables that are all there from the first of them on.
pub fn said(seed: u64, count: usize) -> Vec<Submission> {
    let mut chance = Chance(seed);
    let tables: Vec<String> = (0..TABLES).map(|table| format!("t{table}")).collect();
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let first = at(0).run("first", "run", EventType::Complete).reads(&tables);
    let rest = (1..count as i64).map(|n| one(&mut chance, n));
    std::iter::once(first).chain(rest).map(|say| say.submission()).collect()
}

fn one(chance: &mut Chance, n: i64) -> Say {
    let say = at(n);
    match chance.below(10) {
        0 => {
            let columns: Vec<String> = (0..=chance.below(4)).map(|_| chance.column()).collect();
            say.schema(&chance.table(), &columns.iter().map(String::as_str).collect::<Vec<_>>())
        }
        1 => {
            let owner = Owner { name: format!("owner {}", chance.below(3)), role: None };
            say.facet(name(&chance.table()), "ownership", Some(Aspect::Ownership(vec![owner])))
        }
        2 if chance.below(2) == 0 => {
            let other = name(&format!("other {}", chance.below(4)));
            say.facet(name(&chance.table()), "symlinks", Some(Aspect::Symlinks(vec![other])))
        }
        2 => {
            let previous = (chance.below(2) == 0).then(|| name(&chance.table()));
            let change = if previous.is_some() { "RENAME" } else { "DROP" }.to_owned();
            say.facet(name(&chance.table()), "lifecycleStateChange", Some(Aspect::Lifecycle { change, previous }))
        }
        3 => {
            let tag = Tag { key: format!("tag {}", chance.below(3)), value: String::new(), source: None };
            let (table, key) = (NodeName::Dataset(name(&chance.table())), tag.key.clone());
            say.edit(table, if chance.below(3) == 0 { Edit::RemoveTag(key) } else { Edit::AddTag(tag) })
        }
        _ => run(chance, say),
    }
}

fn run(chance: &mut Chance, say: Say) -> Say {
    let kinds = [EventType::Start, EventType::Complete, EventType::Complete, EventType::Complete, EventType::Fail];
    let (job, run) = (format!("job {}", chance.below(JOBS)), format!("run {}", chance.below(12)));
    let (input, output) = (chance.table(), chance.table());
    let mut say = say.run(&job, &run, kinds[chance.below(5) as usize]);
    if chance.below(4) > 0 {
        say = say.reads(&[&input]);
    }
    if chance.below(4) > 0 {
        say = say.writes(&[&output]);
    }
    match chance.below(4) {
        0 => {
            let (from, to) = (format!("{input}.{}", chance.column()), chance.column());
            say.claim(LineageSource::ColumnLineage, &output, &[(&from, &to, EdgeKind::Identity)])
        }
        1 => say.query(&format!("copy {}", chance.table())),
        _ => say,
    }
}

/// Understands `copy TABLE`: every column of the table goes to the output.
pub struct Copies;

impl Derive for Copies {
    fn derive(&self, query: &Query, context: &QueryContext, schemas: &dyn Schemas) -> Derivation {
        let source = name(query.text.strip_prefix("copy ").expect("copy TABLE"));
        let edges = schemas.columns(&source).unwrap_or_default().into_iter().map(|(path, _)| ColumnClaim {
            source: source.clone(),
            source_column: path.clone(),
            target_column: Some(path),
            kind: EdgeKind::Identity,
            masking: false,
            expression: None,
        });
        let output = context.outputs.first().cloned().unwrap_or_else(|| name("copied"));
        let claim = Claim { output, source: LineageSource::Sql, inputs: vec![source.clone()], edges: edges.collect() };
        Derivation { claims: vec![claim], depends_on: vec![source], faults: Vec::new() }
    }
}
