//! The command line. Exit codes: 0 done, 1 findings (something was rejected, or differs), 2 wrong use, 3 failed.

mod check;
mod diff;
mod imports;
mod ingest;
mod inspect;
mod lineage;
mod maintain;
mod outcome;
mod remote;
mod serve;
mod tally;
mod target;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use outcome::{Exit, Failure, Outcome};

use crate::config::{Config, Layers};

/// A metadata catalog and lineage graph server in one binary.
#[derive(Parser, Debug)]
#[command(name = "headwater", version, propagate_version = true, after_help = MAIN_HELP)]
struct Cli {
    /// The configuration file [default: headwater.toml in the working folder, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "HEADWATER_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const MAIN_HELP: &str = "\
Settings come from flags, then from HEADWATER_* variables, then from headwater.toml; `headwater config` shows them.
Exit codes: 0 done, 1 findings, 2 wrong use, 3 failed.

Example:
  headwater serve --demo";

#[derive(Subcommand, Debug)]
enum Command {
    Serve(serve::Serve),
    #[command(subcommand)]
    Ingest(ingest::Ingest),
    Check(check::Check),
    Diff(diff::Diff),
    Lineage(lineage::Lineage),
    Schema(inspect::Schema),
    Config(inspect::Show),
    Digest(inspect::Digest),
    Events(inspect::Events),
    Replay(maintain::Replay),
    Reindex(maintain::Reindex),
}

/// How facts are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// Which graph a command is about.
#[derive(Args, Clone, Debug)]
pub struct Place {
    /// The data folder of a store that no server has open [default: ./headwater-data]
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    data: Option<PathBuf>,
    /// A graph in Neo4j, as neo4j://USER@HOST:PORT/DATABASE; its password is read from HEADWATER_NEO4J_PASSWORD
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["url", "data"])]
    store: Option<String>,
    /// A running server, such as http://127.0.0.1:8080 [env: HEADWATER_URL]; its token is read from HEADWATER_TOKEN
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// Flags of the configuration: a data folder that is named is meant to hold the store.
fn place_flags(data: Option<&Path>, store: Option<&str>) -> Vec<(&'static str, String)> {
    match (data, store) {
        (Some(data), None) => vec![("data", data.display().to_string()), ("store", String::new())],
        (data, store) => {
            let data = data.map(|data| ("data", data.display().to_string()));
            data.into_iter().chain(store.map(|store| ("store", store.to_owned()))).collect()
        }
    }
}

/// What every command gets besides its own flags.
pub struct Session {
    layers: Layers,
    /// `HEADWATER_URL`
    url: Option<String>,
    started: std::time::Instant,
}

impl Session {
    /// The configuration with these flags on top.
    fn config(&self, flags: Vec<(&'static str, String)>) -> Result<Config, Failure> {
        let layers = Layers { flags, ..self.layers.clone() };
        Ok(crate::config::load(&layers)?.0)
    }
}

/// Runs the command that this process was asked for.
pub fn run() -> ExitCode {
    let started = std::time::Instant::now();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let environment = std::env::vars().collect();
    let layers = Layers { file: cli.config, environment, flags: Vec::new() };
    let url = std::env::var("HEADWATER_URL").ok().filter(|url| !url.is_empty());
    let outcome = cli.command.run(&Session { layers, url, started });
    outcome::end(outcome)
}

impl Command {
    fn run(self, session: &Session) -> Outcome {
        match self {
            Command::Lineage(command) => command.run(),
            Command::Schema(command) => command.run(),
            Command::Config(command) => command.run(session),
            Command::Serve(command) => wait(command.run(session)),
            Command::Check(command) => wait(command.run(session)),
            Command::Diff(command) => wait(command.run(session)),
            Command::Ingest(command) => wait(command.run(session)),
            Command::Digest(command) => wait(command.run(session)),
            Command::Events(command) => wait(command.run(session)),
            Command::Replay(command) => wait(command.run(session)),
            Command::Reindex(command) => wait(command.run(session)),
        }
    }
}

/// Threads for reads of the store and large bodies. Each keeps some memory for itself, and few cores gain from many.
const BLOCKING_THREADS: usize = 8;

/// Runs a command that waits for things.
fn wait(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING_THREADS).build();
    let runtime = runtime.map_err(|error| Failure::Failed(format!("the runtime cannot start: {error}")))?;
    runtime.block_on(command)
}
