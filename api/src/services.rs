//! What every way in works with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use graph::Store;
use search::Index;
use tokio_util::sync::CancellationToken;

use crate::config::Limits;

/// One open store with its search index, for as long as the process serves it.
pub struct Services {
    pub store: Arc<dyn Store>,
    pub index: Arc<Index>,
    pub limits: Limits,
    pub started: Instant,
    /// Cancelled when the server is told to stop: subscriptions and other long waits end.
    pub stop: CancellationToken,
}

/// When a read must have answered. Handed to GraphQL as request data.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(pub Instant);

impl Deadline {
    pub fn after(time: Duration) -> Deadline {
        Deadline(Instant::now() + time)
    }

    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}
