//! The admin JSON API (interface.md §4): one file per noun, `/api/v1` below which the table of routes puts them; and the
//! pages for people, in `page`.
//!
//! A handler reads the call into types, asks the directory, and answers; what a change means is decided below.
//! Lists run a fixed number of statements per page, whatever is on it.

pub(crate) mod body;
mod handle;
mod list;
mod lookup;
mod operation;
mod places;
mod reply;
mod version;

pub mod admins;
pub mod conflicts;
pub mod deliveries;
pub mod entities;
pub mod events;
pub mod groups;
pub mod mappings;
pub mod members;
pub mod organizations;
pub mod page;
pub mod preview;
pub mod problems;
pub mod requests;
pub mod rules;
pub mod schemas;
pub mod sessions;
pub mod snapshot;
pub mod tokens;
pub mod users;
pub mod webhooks;

pub use handle::{Admin, Extensions};
pub use operation::{Answer, Body, Operation, Parameter};
pub use reply::Reply;

#[cfg(test)]
mod fixture;
