//! Where personal data is and goes, told as text, and against an oracle.

mod erasing;
mod oracle;
mod picture;
mod tracing;
