//! What the integration tests stand on: the program as a child process, a small HTTP client, and words to speak with it.

mod administrator;
mod answer;
mod browser;
mod cli;
mod client;
mod durable;
mod ephemeral;
mod fixture;
mod process;
mod subset;
mod tenant;
mod wire;
mod words;

pub use answer::Answer;
pub use browser::Browser;
pub use cli::rollcall;
pub use client::Client;
pub use durable::DurableServer;
pub use ephemeral::Server;
pub use fixture::{Expectation, Request, Values, files_in, read};
pub use process::wait_for;
pub use subset::assert_contains;
pub use tenant::{Tenant, USER_EXTENSION};
pub use words::{base64, encode, event_id, member, sorted, text, users_named};
