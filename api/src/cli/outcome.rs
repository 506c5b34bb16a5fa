//! How a command ends.

use std::io::Write;
use std::process::ExitCode;

use graph::StoreError;
use search::SearchError;

use crate::config::ConfigError;
use crate::server::ServeError;

pub type Outcome = Result<Exit, Failure>;

/// A command that did its work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    Done,
    /// It did, and found something that a person should look at.
    Findings,
}

/// A command that could not.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What was asked makes no sense; asking differently may help.
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Failed(String),
}

impl Failure {
    pub fn failed(error: impl std::fmt::Display) -> Failure {
        Failure::Failed(error.to_string())
    }
}

/// Says what went wrong, and gives the exit code.
pub fn end(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Findings) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("headwater: {failure}");
            match failure {
                Failure::Usage(_) => ExitCode::from(2),
                Failure::Failed(_) => ExitCode::from(3),
            }
        }
    }
}

/// Prints to standard output. A reader that has gone away (`headwater … | head`) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::failed(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Prints one JSON value, on lines of its own.
pub fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    print(&format!("{value:#}\n"))
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::Usage(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        match error {
            StoreError::InUse { .. } => {
                Failure::Failed(format!("{error}; use `--url` to reach the server that has it open"))
            }
            other => Failure::failed(other),
        }
    }
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Failure {
        match error {
            SearchError::Store(error) => error.into(),
            other => Failure::failed(other),
        }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Failure {
        match error {
            ServeError::Config(error) => error.into(),
            ServeError::Store(error) => error.into(),
            ServeError::Index(error) => error.into(),
            other => Failure::failed(other),
        }
    }
}
