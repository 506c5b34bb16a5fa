//! Events against the real binary: real ones in any order, and a process that is killed while it writes.

mod durable;
mod real;
