//! Ways in: OpenLineage events, dbt artifacts, SQL files. Each turns bytes into a `graph::change::Submission`.
//!
//! Pure: no clock, no network, no store. What arrives is redacted before anything is hashed or stored.

pub mod authored;
pub mod canonical;
pub mod dbt;
pub mod demo;
mod error;
mod faults;
mod import;
mod json;
pub mod openlineage;
pub mod redact;
pub mod sql_files;
mod replay;

pub use error::{Error, Result};
pub use replay::{replay, replay_body, replay_entry};
pub use import::{Import, ImportError, Problem};
