//! Work that shall not hold up those who wait: a thread with a runtime of its own, which yields to all others.

use std::future::Future;
use std::thread;

use tokio::runtime;

use crate::error::{Result, SearchError};

/// Threads for reading the store and writing the index, which the follower does in turns.
const BLOCKING_THREADS: usize = 2;

/// Runs `work` on a thread of its own until it ends.
pub fn run(name: &str, work: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .thread_name(name)
        .max_blocking_threads(BLOCKING_THREADS)
        .build()
        .map_err(|error| SearchError::Index(format!("its runtime cannot start: {error}")))?;
    let begun = thread::Builder::new().name(name.to_owned()).spawn(move || {
        give_way();
        runtime.block_on(work);
    });
    begun.map_err(|error| SearchError::Index(format!("its thread cannot start: {error}")))?;
    Ok(())
}

/// Threads begun from here on by this thread, the index's own included, give way to all others when the machine is busy.
/// Elsewhere than on Linux a priority is of the whole process, and stays as it is.
#[cfg(target_os = "linux")]
fn give_way() {
    const NICE: i32 = 10;
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::warn!("the search index is written at the same priority as everything else: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}
