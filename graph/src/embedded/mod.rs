//! The embedded store: SQLite for what must last, the lineage topology in memory for walks.

use std::path::PathBuf;
use std::sync::Arc;

use crate::derive::Derive;
use crate::names::Rewrites;
use crate::store::{Result, Store};

/// How to open a store.
pub struct Options {
    /// The folder; made when it is not there.
    pub path: PathBuf,
    pub derive: Arc<dyn Derive>,
    pub rewrites: Rewrites,
}

/// Opens the store for reading and writing. Fails with `InUse` when another process has it open.
pub fn open(options: Options) -> Result<Arc<dyn Store>> {
    todo!("{:?}", options.path)
}
