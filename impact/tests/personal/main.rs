//! Where personal data is and goes, told as text, and against an oracle.

mod oracle;
mod picture;
mod tracing;
