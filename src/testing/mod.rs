//! The test mode (interface.md §5): a whole server in memory that a test can prepare, disturb, look into and reset.
//!
//! | module | job |
//! | --- | --- |
//! | `appliance` | the server within the process that tests: start, addresses, tokens, controls |
//! | `serve` | the same as a program: `rollcall serve --ephemeral` |
//! | `harness` | what stands around the program: faults before it, the journal behind it, the test routes beside it |
//! | `waits` | requests that wait, for a fault's delay or for the feed, over resets and moves of the clock |
//! | `controls` | reset, faults, clock and journal together: what the routes and the appliance both use |
//! | `routes`, `handlers` | the table of test routes; they exist only here |
//! | `faults`, `journal`, `tokens` | what is to go wrong; what was received, and by whose token |
//! | `seed` | the file that says what a server begins with |

mod appliance;
mod controls;
mod faults;
mod handlers;
mod harness;
mod journal;
mod routes;
mod seed;
mod serve;
mod tokens;
mod waits;

pub use appliance::{Appliance, Builder};
pub use faults::{ArmedFault, DropWhen, Fault, Matching};
pub use journal::Entry;
pub use serve::{EphemeralOptions, serve};
