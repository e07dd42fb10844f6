//! Requests to the target: one exchange, what may be repeated and when, and how long it took.

mod dry;
mod exchange;
mod meter;
mod retry;
mod send;
mod web;

pub(super) use dry::DryRun;
pub use dry::Printer;
pub(super) use exchange::{Answer, Exchange, Failure, Request};
pub use meter::Traffic;
pub(super) use send::{Client, Created};
pub(super) use web::Web;
