//! Identities and points in time.

use std::fmt;

/// A node of one store. Small and dense; it means nothing outside its store, where names are used instead.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(pub u32);

/// An edge of one store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct EdgeId(pub u32);

/// A run of one store.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct RunId(pub u64);

/// The number of a commit, from 1; 0 is the empty graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Revision(pub u32);

impl Revision {
    /// The end of a span that has not ended.
    pub const OPEN: Revision = Revision(u32::MAX);
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The revisions at which something was so: from `from` up to, not including, `until`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    pub from: Revision,
    pub until: Revision,
}

impl Span {
    pub fn since(from: Revision) -> Span {
        Span { from, until: Revision::OPEN }
    }

    pub fn contains(&self, at: Revision) -> bool {
        self.from <= at && at < self.until
    }

    pub fn is_open(&self) -> bool {
        self.until == Revision::OPEN
    }
}

/// A moment, to the nanosecond.
pub type Time = jiff::Timestamp;

/// The name of some bytes: the first 16 bytes of their BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentId(pub [u8; 16]);

impl ContentId {
    pub fn of(bytes: &[u8]) -> ContentId {
        let hash = blake3::hash(bytes);
        let mut id = [0; 16];
        id.copy_from_slice(&hash.as_bytes()[..16]);
        ContentId(id)
    }

    /// Reads what `Display` writes: 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<ContentId> {
        let mut id = [0; 16];
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        for (byte, digits) in id.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(ContentId(id))
    }
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where one input stands among all inputs: its own time, then its rank, then its content. Never its arrival.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderKey {
    pub time: Time,
    /// FAIL 5, ABORT 4, COMPLETE 3, OTHER and RUNNING 2, START 1, anything else 0
    pub rank: u8,
    pub tie: ContentId,
}

impl fmt::Debug for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.time, self.rank, self.tie)
    }
}
