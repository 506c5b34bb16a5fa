//! How many bytes of bodies may be in flight at one time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts bytes held by requests, up to a limit. A request that does not fit is told to come back, never made to wait.
#[derive(Clone, Debug)]
pub struct Budget {
    limit: usize,
    used: Arc<AtomicUsize>,
}

/// The bytes that one request holds; given back when it is dropped.
#[derive(Debug)]
pub struct Lease {
    budget: Budget,
    held: usize,
}

/// There is no room now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

impl Budget {
    pub fn new(limit: usize) -> Budget {
        Budget { limit, used: Arc::new(AtomicUsize::new(0)) }
    }

    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    pub fn lease(&self) -> Lease {
        Lease { budget: self.clone(), held: 0 }
    }
}

impl Lease {
    /// Holds `more` bytes besides those it holds, or says that there is no room and holds what it held.
    pub fn grow(&mut self, more: usize) -> Result<(), Full> {
        let limit = self.budget.limit;
        let fits = |used: usize| used.checked_add(more).filter(|total| *total <= limit);
        self.budget.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).map_err(|_| Full)?;
        self.held += more;
        Ok(())
    }

    /// The limit it is counted under.
    pub fn limit(&self) -> usize {
        self.budget.limit
    }

    /// Gives back bytes that are no longer held.
    pub fn shrink(&mut self, less: usize) {
        let less = less.min(self.held);
        self.held -= less;
        self.budget.used.fetch_sub(less, Ordering::Relaxed);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.shrink(self.held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_gives_back_all_it_held() {
        let budget = Budget::new(10);
        let mut first = budget.lease();
        let mut second = budget.lease();
        assert_eq!(first.grow(6), Ok(()));
        assert_eq!(second.grow(5), Err(Full));
        assert_eq!(second.grow(4), Ok(()));
        first.shrink(1);
        assert_eq!(budget.used(), 9);
        drop(first);
        assert_eq!(budget.used(), 4);
        assert_eq!(second.grow(usize::MAX), Err(Full));
        drop(second);
        assert_eq!(budget.used(), 0);
    }
}
