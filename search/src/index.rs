//! The index as its users see it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use graph::{Revision, Store, Viewer};

use crate::error::Result;
use crate::request::{Answer, Hit, Progress, Request};

/// A full-text index over a store's datasets, columns, jobs, owners and tags, which follows the store's feed by itself.
/// It holds nothing that cannot be read from the store again.
pub struct Index {}

impl Index {
    /// Opens the index in a folder of its own, made if missing, and starts to follow the store. Returns at once: what
    /// is missing is read in the background, and a folder that is broken or of another format is built anew.
    pub async fn open(_path: &Path, _store: Arc<dyn Store>) -> Result<Index> {
        todo!()
    }

    /// The same in memory.
    pub async fn in_memory(_store: Arc<dyn Store>) -> Result<Index> {
        todo!()
    }

    pub async fn search(&self, _request: &Request, _viewer: &dyn Viewer) -> Result<Answer> {
        todo!()
    }

    /// Names that begin with the text, for a box that answers while one types.
    pub async fn suggest(&self, _text: &str, _first: usize, _viewer: &dyn Viewer) -> Result<Vec<Hit>> {
        todo!()
    }

    /// Reads the whole store afresh; searches are answered from the old index until it is done.
    pub async fn rebuild(&self, _progress: impl Fn(Progress) + Send + 'static) -> Result<Revision> {
        todo!()
    }

    /// The revision up to which everything can be found.
    pub fn held(&self) -> Revision {
        todo!()
    }

    /// Waits until the index holds a revision; `Behind` when it does not by the deadline.
    pub async fn reached(&self, _revision: Revision, _deadline: Instant) -> Result<Revision> {
        todo!()
    }

    /// Stops following, having written what was read. Searches go on to be answered.
    pub async fn close(&self) {
        todo!()
    }
}
