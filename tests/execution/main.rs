//! Lineage agrees with what databases do: statements are run, run again with one column of one table changed, and what
//! changed in the result must be reachable from that column.

mod engines;
mod fixed;
#[path = "../../sql/tests/common/statements.rs"]
mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Stdio;

use engines::{Question, Runs};
use headwater_tests::binary::command;
use headwater_tests::random::Random;
use serde_json::{Value, json};
use statements::{Origin, Query, Style, TABLES};

const ROWS: usize = 6;
/// Values are below this, so that joins find partners.
const DOMAIN: u64 = 5;

/// Values of all tables by column; `None` is NULL.
type Cells = BTreeMap<Origin, Vec<Option<u64>>>;

/// The first change makes every value at least so large.
const LARGE: u64 = 100;

/// Gives the new value in a row, of the values there were.
type Change = fn(usize, &[Option<u64>]) -> Option<u64>;

/// Ways to change the values of a column.
const CHANGES: [Change; 3] = [
    |row, values| values[row].map(|value| value * 7 + LARGE * (row as u64 + 1)),
    |row, values| values[(row + 1) % values.len()],
    |row, values| values[row].map(|value| DOMAIN - 1 - value),
];

fn origins() -> impl Iterator<Item = Origin> {
    TABLES.iter().enumerate().flat_map(|(table, (_, columns))| (0..columns.len()).map(move |column| (table, column)))
}

fn cells() -> Cells {
    let mut random = Random::new(7);
    let mut cell = || (random.below(8) > 0).then(|| random.below(DOMAIN as usize) as u64);
    origins().map(|origin| (origin, (0..ROWS).map(|_| cell()).collect())).collect()
}

/// The tables as they are, then with each column changed in each way.
fn data() -> Vec<Cells> {
    let base = cells();
    let mut all = vec![base.clone()];
    for origin in origins() {
        for change in CHANGES {
            let mut changed = base.clone();
            changed.insert(origin, (0..ROWS).map(|row| change(row, &base[&origin])).collect());
            all.push(changed);
        }
    }
    all
}

fn setup(cells: &Cells) -> String {
    let mut sql = String::new();
    for (table, (name, columns)) in TABLES.iter().enumerate() {
        let declared: Vec<String> = columns.iter().map(|column| format!("{column} integer")).collect();
        sql += &format!("create table {name} ({});\n", declared.join(", "));
        let rows = (0..ROWS).map(|row| {
            let value = |column| cells[&(table, column)][row].map_or("null".to_owned(), |value| value.to_string());
            format!("({})", (0..columns.len()).map(value).collect::<Vec<_>>().join(", "))
        });
        sql += &format!("insert into {name} values {};\n", rows.collect::<Vec<_>>().join(", "));
    }
    sql
}

/// What is claimed of one statement.
#[derive(Default)]
struct Claims {
    /// Source column and column of the result, of direct edges.
    direct: BTreeSet<(Origin, String)>,
    /// The same of all edges.
    edges: BTreeSet<(Origin, String)>,
    /// Columns that decide which rows there are.
    influences: BTreeSet<Origin>,
    outputs: Vec<String>,
}

impl Claims {
    /// Of a query the columns of its result; of a statement that writes those of the table.
    fn of(statement: &Value, written: Option<usize>) -> Claims {
        let list = |key: &str| statement[key].as_array().expect("a list").clone();
        let mut claims = Claims::default();
        for edge in list("edges") {
            let Some(source) = origin(&edge["source"]) else { continue };
            let target = edge["target"]["column"].as_str().expect("a column").to_owned();
            if ["IDENTITY", "TRANSFORMATION", "AGGREGATION"].contains(&edge["kind"].as_str().expect("a kind")) {
                claims.direct.insert((source, target.clone()));
            }
            claims.edges.insert((source, target));
        }
        claims.influences = list("influences").iter().filter_map(|one| origin(&one["source"])).collect();
        let outputs = list("outputs");
        claims.outputs = match written {
            Some(table) => TABLES[table].1.iter().map(|name| (*name).to_owned()).collect(),
            None => outputs.iter().map(|one| one["name"].as_str().unwrap_or_default().to_owned()).collect(),
        };
        claims
    }

    fn reaches(&self, origin: Origin) -> bool {
        self.influences.contains(&origin) || self.edges.iter().any(|(source, _)| *source == origin)
    }
}

fn origin(column: &Value) -> Option<Origin> {
    let table = TABLES.iter().position(|(name, _)| column["table"] == *name)?;
    let column = TABLES[table].1.iter().position(|name| column["column"] == *name)?;
    Some((table, column))
}

/// What the program says of each statement.
fn claimed(cases: &[Case], dialect: &str) -> Vec<Claims> {
    let folder = headwater_tests::server::temporary();
    let columns = |columns: &[&str]| columns.iter().map(|name| json!([name, "integer"])).collect::<Vec<_>>();
    let tables: BTreeMap<&str, Vec<Value>> = TABLES.iter().map(|(name, all)| (*name, columns(all))).collect();
    let schema = folder.path().join("schema.json");
    std::fs::write(&schema, json!({ "tables": tables }).to_string()).expect("the schema is written");
    let mut program = command();
    program.args(["lineage", "--sql", "-", "--format", "json", "--dialect", dialect, "--schema"]).arg(&schema);
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("headwater runs");
    let script = cases.iter().map(|case| case.text.as_str()).collect::<Vec<_>>().join(";\n");
    child.stdin.take().expect("it was piped").write_all(script.as_bytes()).expect("headwater reads");
    let output = child.wait_with_output().expect("headwater ends");
    let told: Value = serde_json::from_slice(&output.stdout).expect("headwater prints JSON");
    assert_eq!(told["diagnostics"], json!([]), "every statement is understood");
    let statements = told["statements"].as_array().expect("a list of statements");
    assert_eq!(statements.len(), cases.len());
    statements.iter().zip(cases).map(|(statement, case)| Claims::of(statement, case.written)).collect()
}

/// One statement.
struct Case {
    text: String,
    /// The table that it writes, and that is read after it.
    written: Option<usize>,
    /// The columns whose values arrive, when it is known from how the statement was made.
    values: Option<BTreeSet<Origin>>,
}

impl Case {
    fn made(query: &Query) -> Case {
        let values = (0..query.width()).flat_map(|column| query.values(column)).collect();
        Case { text: Style::PLAIN.write(query), written: None, values: Some(values) }
    }

    fn fixed(text: &str, written: Option<usize>) -> Case {
        Case { text: text.to_owned(), written, values: None }
    }

    fn question(&self) -> Question {
        match self.written {
            Some(table) => {
                Question { before: Some(self.text.clone()), query: format!("select * from {}", TABLES[table].0) }
            }
            None => Question { before: None, query: self.text.clone() },
        }
    }
}

/// What is claimed of a statement, and its rows: as it is, and with each column changed.
struct Trial<'a> {
    case: &'a Case,
    claims: &'a Claims,
    rows: Vec<&'a Vec<Vec<String>>>,
}

/// How often something was there to be seen.
#[derive(Default, Debug)]
struct Seen {
    changed: usize,
    values: usize,
    rows_only: usize,
}

impl Trial<'_> {
    fn check(&self, seen: &mut Seen) {
        for (at, origin) in origins().enumerate() {
            if self.case.written == Some(origin.0) {
                // What was there before is read too, and changed itself.
                continue;
            }
            let runs = &self.rows[1 + at * CHANGES.len()..][..CHANGES.len()];
            let changed: Vec<_> = runs.iter().filter(|rows| **rows != self.rows[0]).collect();
            if changed.is_empty() {
                continue;
            }
            seen.changed += 1;
            self.check_reached(origin, &changed, seen);
            self.check_rows_only(origin, &changed, seen);
        }
    }

    /// What changed is reachable: where no rows are decided, column by column.
    fn check_reached(&self, origin: Origin, changed: &[&&Vec<Vec<String>>], seen: &mut Seen) {
        assert!(
            self.claims.reaches(origin),
            "{} changes the result, and nothing says so:\n{}",
            name(origin),
            self.case.text
        );
        if self.claims.influences.contains(&origin) {
            return;
        }
        for rows in changed {
            // `UNION` and `DISTINCT` decide by the values that arrive; the statements that were made have neither.
            let as_many = rows.len() == self.rows[0].len();
            assert!(as_many || self.case.values.is_none(), "{} decides about rows:\n{}", name(origin), self.case.text);
            if !as_many {
                continue;
            }
            for (at, output) in self.claims.outputs.iter().enumerate() {
                if column(rows, at) != column(self.rows[0], at) {
                    seen.values += 1;
                    let claimed = self.claims.edges.contains(&(origin, output.clone()));
                    assert!(claimed, "{} changes {output}, and no edge says so:\n{}", name(origin), self.case.text);
                }
            }
        }
    }

    /// Where only rows come or go, whatever is done to a column, no value is claimed to arrive.
    fn check_rows_only(&self, origin: Origin, changed: &[&&Vec<Vec<String>>], seen: &mut Seen) {
        let arrives = self.case.values.as_ref().is_some_and(|values| values.contains(&origin));
        let rows_only = changed.iter().all(|rows| within(rows, self.rows[0]) || self.only_more(rows));
        if arrives || !rows_only {
            return;
        }
        seen.rows_only += 1;
        let direct: Vec<_> = self.claims.direct.iter().filter(|(source, _)| *source == origin).collect();
        assert!(direct.is_empty(), "{} decides only, and {direct:?} is claimed:\n{}", name(origin), self.case.text);
    }
}

impl Trial<'_> {
    /// Whether the same rows are there and more, none of them with a value as large as only a changed one is.
    fn only_more(&self, rows: &[Vec<String>]) -> bool {
        let large = |row: &Vec<String>| row.iter().any(|value| value.parse::<u64>().is_ok_and(|value| value >= LARGE));
        within(self.rows[0], rows) && !rows.iter().any(|row| large(row) && !self.rows[0].contains(row))
    }
}

fn name((table, column): Origin) -> String {
    format!("{}.{}", TABLES[table].0, TABLES[table].1[column])
}

fn column(rows: &[Vec<String>], at: usize) -> Vec<&String> {
    let mut values: Vec<&String> = rows.iter().map(|row| &row[at]).collect();
    values.sort();
    values
}

/// Whether each row of one is a row of the other, as often at least. Both are sorted.
fn within(some: &[Vec<String>], all: &[Vec<String>]) -> bool {
    let mut all = all.iter();
    some.iter().all(|row| all.by_ref().any(|other| other == row))
}

fn check(cases: &[Case], dialect: &str, runs: &Runs) -> Seen {
    let claims = claimed(cases, dialect);
    let mut seen = Seen::default();
    for (at, case) in cases.iter().enumerate() {
        let rows = runs.iter().map(|run| match &run[at] {
            Ok(rows) => rows,
            Err(error) => panic!("{dialect} refuses: {error}\n{}", case.text),
        });
        Trial { case, claims: &claims[at], rows: rows.collect() }.check(&mut seen);
    }
    seen
}

/// Statements made by chance, the same in every run.
fn made(count: usize) -> Vec<Query> {
    let mut random = Random::new(11);
    let mut tape = |length| (0..length).map(|_| random.below(256) as u8).collect::<Vec<u8>>();
    (0..count).map(|at| Query::from_tape(&tape(20 + at % 60), 1)).collect()
}

/// So many of them, and all fixed ones.
fn cases(count: usize) -> Vec<Case> {
    let made: Vec<Case> = made(count).iter().map(Case::made).collect();
    let fixed = fixed::STATEMENTS.iter().map(|text| Case::fixed(text, None));
    let writes = fixed::WRITES.iter().map(|(text, table)| Case::fixed(text, Some(*table)));
    made.into_iter().chain(fixed).chain(writes).collect()
}

#[track_caller]
fn enough(seen: &Seen) {
    eprintln!("seen: {seen:?}");
    assert!(seen.changed > 150 && seen.values > 80 && seen.rows_only > 25, "hardly anything was tried: {seen:?}");
}

#[test]
fn what_sqlite_changes_is_reachable() {
    let cases = cases(150);
    let questions: Vec<Question> = cases.iter().map(Case::question).collect();
    let tables: Vec<String> = data().iter().map(setup).collect();
    enough(&check(&cases, "sqlite", &engines::sqlite(&tables, &questions)));
}

#[test]
fn what_duckdb_changes_is_reachable() {
    // It takes some milliseconds for each.
    let cases = cases(40);
    let questions: Vec<Question> = cases.iter().map(Case::question).collect();
    let tables: Vec<String> = data().iter().map(setup).collect();
    if let Some(runs) = engines::duckdb(&tables, &questions) {
        enough(&check(&cases, "duckdb", &runs));
    }
}
