//! Ways in: OpenLineage events, dbt artifacts, SQL files. Each turns bytes into a `graph::change::Submission`.
//!
//! Knows nothing of HTTP, asks no clock and writes to no store; `replay` alone reads one. What arrives from outside is
//! redacted before anything of it is hashed or kept. An OpenLineage event goes through `openlineage::event`.

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
mod replay;
pub mod sql_files;

pub use error::{Error, Result};
pub use import::{Import, ImportError, Problem};
pub use replay::{received_body, replay, replay_entry};
