//! The three files of a provisioner, read and checked as a whole before the first request.

mod check;
mod connection;
mod credential;
mod directory;
mod preferences;
mod read;
mod rule;
mod table;

pub use connection::Connection;
pub(super) use directory::SourceUser;
pub(super) use preferences::{Membership, Preferences, RemoveAction};
pub(super) use read::{Group, Person};
pub use read::{Inputs, Paths, Refused};
