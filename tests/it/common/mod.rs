//! What the integration tests stand on: the program as a child process, a small HTTP client, and words to speak with it.

mod administrator;
mod answer;
mod browser;
mod cli;
mod client;
mod described;
mod durable;
mod ephemeral;
mod fixture;
mod json_schema;
mod process;
mod receiver;
mod server_process;
mod subset;
mod tenant;
mod visitor;
mod wire;
mod words;

pub use answer::Answer;
pub use browser::Browser;
pub use cli::{Output, rollcall};
pub use client::Client;
pub use durable::DurableServer;
pub use ephemeral::Server;
pub use fixture::{Expectation, Request, Values, files_in, read};
pub use process::{Program, command, wait_for};
pub use receiver::{Behaviour, Received, Receiver};
pub use server_process::ServerProcess;
pub use subset::assert_contains;
pub use tenant::{Tenant, USER_EXTENSION};
pub use visitor::{Visitor, hidden};
pub use words::{base64, encode, event_id, member, sorted, text, users_named};
