//! Credentials of requests: who asks, and which organization they speak for.
//!
//! [`admit`] is the one door: it authenticates the `Authorization` header or the admin page's cookie, checks it against the
//! scope that the route table gives, and answers with the organization that the request is about. It reads the database on each request, so
//! that a revoked token and an ended session are refused at once.

mod admit;
mod authenticate;
mod base64;
mod credential;
mod header;
mod last_used;
mod scope;
mod sessions;
#[cfg(test)]
mod tests;

pub use admit::{Admitted, Request, admit};
pub use authenticate::authenticate;
pub use credential::Credential;
pub use header::presented;
pub use last_used::LastUsed;
pub use scope::{Access, Door, Scope, authorize};
pub use sessions::{Browser, check_origin};
