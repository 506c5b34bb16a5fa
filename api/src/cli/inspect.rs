//! Commands that look: the schema, the configuration, the digest, what was rejected.

use clap::Args;
use serde_json::{Value, json};

use super::outcome::{print, print_json};
use super::target::Target;
use super::{Exit, Failure, Format, Outcome, Place, Session};
use crate::{config, graphql, http};

/// Print the GraphQL schema, or the JSON Schema of a change file
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  headwater schema > web/schema.graphql
  headwater schema --change > change.schema.json")]
pub struct Schema {
    /// The JSON Schema of what `headwater check --change` reads
    #[arg(long)]
    change: bool,
}

impl Schema {
    pub fn run(self) -> Outcome {
        match self.change {
            true => print_json(&impact::schema::json_schema())?,
            false => print(&graphql::sdl())?,
        }
        Ok(Exit::Done)
    }
}

/// Print the settings in force, each with where it comes from
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  HEADWATER_LISTEN=127.0.0.1:9000 headwater config --format json")]
pub struct Show {
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Show {
    pub fn run(self, session: &Session) -> Outcome {
        let (effective, figment) = config::load(&session.layers)?;
        match self.format {
            Format::Text => print(&config::text(&effective, &figment))?,
            Format::Json => print_json(&config::json(&effective, &figment))?,
        }
        Ok(Exit::Done)
    }
}

/// Print a digest of what the graph means: equal for the same events in any order
#[derive(Args, Debug)]
#[command(after_help = "\
The digest covers names, metadata, lineage and runs; not ids, revisions or when an event was received.

Example:
  headwater digest --url http://127.0.0.1:8080")]
pub struct Digest {
    #[command(flatten)]
    place: Place,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Digest {
    pub async fn run(self, session: &Session) -> Outcome {
        let answer = match Target::open(&self.place, session).await? {
            Target::Local(local) => http::inputs::digest_of(&*local.store).await.map_err(Failure::failed)?,
            Target::Remote(remote) => remote.get("/api/v1/digest").await?,
        };
        match self.format {
            Format::Text => print(&format!("{}\n", answer["digest"].as_str().unwrap_or_default()))?,
            Format::Json => print_json(&answer)?,
        }
        Ok(Exit::Done)
    }
}

/// List stored inputs, or those that were rejected or had faults
#[derive(Args, Debug)]
#[command(after_help = "\
Exit code 1 when --rejected finds any.

Example:
  headwater events --rejected --limit 20")]
pub struct Events {
    /// Only inputs that were rejected, or taken although something was wrong with them; the newest first
    #[arg(long)]
    rejected: bool,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Those after the one with this number; with --rejected, before it
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
    #[command(flatten)]
    place: Place,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Events {
    pub async fn run(self, session: &Session) -> Outcome {
        let list = match Target::open(&self.place, session).await? {
            Target::Local(local) => {
                let query =
                    graph::LogQuery { after: self.after, limit: usize::from(self.limit), faulty: self.rejected };
                http::inputs::list_of(&*local.store, query).await.map_err(Failure::failed)?
            }
            Target::Remote(remote) => {
                let path = format!("/api/v1/inputs?faulty={}&after={}&limit={}", self.rejected, self.after, self.limit);
                remote.get(&path).await?
            }
        };
        let inputs = list["inputs"].as_array().cloned().unwrap_or_default();
        match self.format {
            Format::Json => print_json(&json!({ "inputs": inputs }))?,
            Format::Text => print(&inputs.iter().map(line).collect::<String>())?,
        }
        Ok(if self.rejected && !inputs.is_empty() { Exit::Findings } else { Exit::Done })
    }
}

/// One line an input, and one a fault.
fn line(input: &Value) -> String {
    let text = |key: &str| input[key].as_str().unwrap_or_default().to_owned();
    let fate = match (input["rejected"].as_bool(), input["revision"].as_u64()) {
        (Some(true), _) | (_, None) => "rejected".to_owned(),
        (_, Some(revision)) => format!("revision {revision}"),
    };
    let number = input["number"].as_u64().unwrap_or_default();
    let mut out = format!("{number:>8}  {:<30}  {:<11}  {fate}\n", text("receivedAt"), text("kind"));
    for fault in input["faults"].as_array().into_iter().flatten() {
        let path = fault["path"].as_str().map(|path| format!("`{path}`: ")).unwrap_or_default();
        let said = fault["message"].as_str().unwrap_or_default();
        out.push_str(&format!("          {}: {path}{said}\n", fault["code"].as_str().unwrap_or_default()));
    }
    out
}
