//! Who may see what, as a predicate that is handed into every walk, count and search.

use crate::model::Node;

/// Decides what one principal may see.
pub trait Viewer: Send + Sync {
    fn sees(&self, node: &Node) -> bool;

    /// True when `sees` is always true, so that nodes need not be read to ask.
    fn sees_everything(&self) -> bool {
        false
    }
}

/// Sees all there is.
pub struct Everyone;

impl Viewer for Everyone {
    fn sees(&self, _: &Node) -> bool {
        true
    }

    fn sees_everything(&self) -> bool {
        true
    }
}
