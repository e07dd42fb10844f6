//! The HTTP front over raw sockets (spec/architecture.md, section 2).

mod answers;
mod deadlines;
mod lifecycle;
mod requests;
pub mod support;
mod workers;
