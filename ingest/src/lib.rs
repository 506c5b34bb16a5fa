//! ingest

pub mod demo;
