//! `headwater lineage`: what a text of SQL does, without a graph; and the answers to a corpus of cases.

mod cases;
mod dot;
mod openlineage;
mod text;

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use graph::Time;
use sql::{Dialect, Lineage as Found, Schema, Script};

use super::outcome::{print, print_json};
use super::{Exit, Failure, Outcome};
use crate::graphql::parsed::ParsedSql;

/// Print the lineage of a text of SQL, or answer the cases of a corpus
#[derive(Args, Debug)]
#[command(after_help = "\
The schema is JSON: {\"default_db\": …, \"default_schema\": …, \"tables\": {\"schema.table\": [[\"column\", \"type\"], …]}}.
Exit code 1 when something was not understood. With --cases what was not understood stands in the answers, and the
exit code is 1 only when a line is no case.

Example:
  headwater lineage --sql models/orders.sql --dialect snowflake --schema schema.json
  echo 'select a, b from t' | headwater lineage --sql - --dialect postgres --format json
  headwater lineage --cases corpus.jsonl --out answers.jsonl")]
pub struct Lineage {
    /// A file of SQL; `-` is standard input
    #[arg(long, value_name = "FILE", required_unless_present = "cases", requires = "dialect")]
    sql: Option<PathBuf>,
    /// postgres, snowflake, bigquery, spark, …
    #[arg(long, value_name = "DIALECT", conflicts_with = "cases")]
    dialect: Option<String>,
    /// The columns of tables, as JSON
    #[arg(long, value_name = "FILE", conflicts_with = "cases")]
    schema: Option<PathBuf>,
    /// The namespace of the tables, for --format openlineage [default: the dialect]
    #[arg(long, value_name = "NAMESPACE", conflicts_with = "cases")]
    namespace: Option<String>,
    #[arg(long, value_enum, default_value_t, conflicts_with = "cases")]
    format: LineageFormat,
    /// Files of cases, one a line: {"id", "dialect", "sql", "schema"?}
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "out", conflicts_with = "sql")]
    cases: Vec<PathBuf>,
    /// Where the answers go, one a line
    #[arg(long, value_name = "FILE", requires = "cases")]
    out: Option<PathBuf>,
    /// So many cases at once
    #[arg(long, value_name = "N", default_value_t = 1, requires = "cases", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum LineageFormat {
    #[default]
    Text,
    Json,
    /// A graph for Graphviz
    Dot,
    /// A job event with a column lineage facet on each output
    Openlineage,
}

/// A text and what it does.
struct Answer {
    /// The file, without its ending.
    name: String,
    script: Script,
    lineage: Found,
    diagnostics: Vec<sql::Diagnostic>,
}

impl Lineage {
    pub fn run(self) -> Outcome {
        match &self.sql {
            Some(file) => self.one(file),
            None => cases::run(&self.cases, self.out.as_deref().unwrap_or(Path::new("-")), usize::from(self.jobs)),
        }
    }

    fn one(&self, file: &Path) -> Outcome {
        let dialect = Dialect::from_name(self.dialect.as_deref().unwrap_or_default());
        let dialect = dialect.map_err(|unknown| Failure::Usage(unknown.to_string()))?;
        let schema = self.schema.as_deref().map(read_schema).transpose()?.unwrap_or_default();
        let answer = Answer::of(file, dialect, &schema)?;
        match self.format {
            LineageFormat::Text => print(&text::of(&answer))?,
            LineageFormat::Json => print_json(&serde_json::to_value(answer.told()).map_err(Failure::failed)?)?,
            LineageFormat::Dot => print(&dot::of(&answer.told()))?,
            LineageFormat::Openlineage => {
                let namespace = self.namespace.as_deref().unwrap_or(dialect.name());
                print_json(&openlineage::of(&answer, namespace, Time::now()))?;
            }
        }
        if matches!(self.format, LineageFormat::Dot | LineageFormat::Openlineage) {
            eprint!("{}", text::diagnostics(&answer.told()));
        }
        Ok(answer.exit())
    }
}

impl Answer {
    fn of(file: &Path, dialect: Dialect, schema: &Schema) -> Result<Answer, Failure> {
        let text = read(file)?;
        let (script, mut diagnostics) = sql::parse(&text, dialect);
        let (lineage, found) = sql::bind(&script, schema, schema.defaults());
        diagnostics.extend(found);
        diagnostics.sort_by_key(|diagnostic| diagnostic.span);
        let name =
            if file == Path::new("-") { "stdin".to_owned() } else { file.with_extension("").display().to_string() };
        Ok(Answer { name, script, lineage, diagnostics })
    }

    fn told(&self) -> ParsedSql {
        ParsedSql::of(&self.script, &self.lineage, &self.diagnostics, usize::MAX)
    }

    fn exit(&self) -> Exit {
        let costs = self.diagnostics.iter().any(|found| found.severity > sql::Severity::Note);
        if costs { Exit::Findings } else { Exit::Done }
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let done = if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    done.map_err(|error| cannot(file, "read", &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::Usage(format!("`{}`: expected UTF-8, found something else at byte {at}", file.display()))
    })
}

fn read_schema(file: &Path) -> Result<Schema, Failure> {
    serde_json::from_str(&read(file)?)
        .map_err(|error| Failure::Usage(format!("`{}`: not a schema: {error}", file.display())))
}

fn cannot(file: &Path, what: &str, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("`{}`: cannot be {what}: {error}", file.display()))
}
