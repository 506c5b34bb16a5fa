//! Headwater seen from outside: the real binary is started on a free port, told things over HTTP and asked over HTTP.
//!
//! Knows no crate of the workspace. What can only be tested from within is tested beside the code.

pub mod binary;
pub mod cases;
pub mod compare;
pub mod http;
pub mod load;
pub mod neo4j;
pub mod random;
pub mod scenario;
pub mod server;
