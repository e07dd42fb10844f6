//! The request log: every request of an IdP, also the refused ones (interface.md §4, `requests`).
//!
//! A request that changed something is written in the transaction of its change (`scim::service`). All others are left
//! here in memory, where no request waits for anything, and written in batches a moment later:
//!
//! | module | job |
//! | --- | --- |
//! | `log` | what waits to be written, within bounds; what did not fit is counted |
//! | `unknown` | requests without a valid token, counted by address and beginning of the token |
//! | `write` | from memory to the database; retention |
//! | `read` | lists, and one request in full |
//! | `documents` | what API, page and commands show |

mod documents;
mod log;
mod read;
mod unknown;
mod write;

#[cfg(test)]
mod tests;

pub use documents::{request_json, unknown_requests_json};
pub use log::{Presented, RequestLog, RequestLogSettings};
pub use read::{WholeRequest, newest_first};
