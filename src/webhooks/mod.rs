//! Sends events to the endpoints that ask for them, by the Standard Webhooks specification.
//!
//! The feed itself is the queue: an endpoint is a place in it. The dispatcher looks which endpoints have something after
//! their place, and gives each of them a turn on a thread of its own; a turn sends a bounded part in order, and writes how
//! far it came as one transaction. What was sent and not yet written when the process dies is sent again, under the same
//! id. At most one turn of an endpoint runs at a time, so that order holds and a slow one delays nobody else.

mod backoff;
mod dispatcher;
mod message;
mod resolver;
mod sender;
mod turn;

pub use dispatcher::{Dispatcher, Settings};

#[cfg(test)]
mod tests;
