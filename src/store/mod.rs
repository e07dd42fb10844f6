//! SQLite: one writer thread with group commit, read-only readers, one file per noun.
//!
//! [`Store`] hands out a [`Db`] to read with and a [`Tx`] to write with; each noun's file adds its methods to them.
//! Nothing outside this module knows SQL or rusqlite.

mod admins;
mod assignments;
mod backup;
mod check;
mod conflicts;
mod connection;
mod deliveries;
mod entities;
mod errors;
mod events;
mod facts;
pub mod filter;
mod groups;
mod handle;
mod history;
mod lists;
mod mappings;
mod memberships;
mod migrations;
mod moves;
mod organizations;
mod outlook;
mod outside;
mod overview;
mod purge;
mod query;
mod readers;
mod request_search;
mod requests;
mod rewind;
mod rules;
mod sessions;
mod states;
mod tokens;
mod unknown_requests;
mod users;
mod webhooks;
mod writer;

pub use backup::{backup, before_upgrade, left_open, quick_check, restore};
pub use check::Finding;
pub use conflicts::{Conflict, ConflictSide, NewConflict};
pub use connection::Synchronous;
pub use deliveries::NewDelivery;
pub use entities::NewEntity;
pub use events::{Event, NewEvent};
pub use facts::{OpenConflict, StoredFacts, StoredPlace};
pub use handle::{Store, Target};
pub use history::Ended;
pub use lists::{From, Key, ListQuery, Listed, Position, Wanted};
pub use mappings::NewMapping;
pub use memberships::Member;
pub use moves::Watch;
pub use organizations::NewOrganization;
pub use outlook::GroupName;
#[cfg(test)]
pub(crate) use query::work;
pub use query::{Db, Page, Tx};
pub use request_search::Walk;
pub use sessions::NewSession;
pub use states::{MappingClaim, UserState};
pub use tokens::{Named, NewToken};
pub use webhooks::{DueWebhooks, NewWebhook};

#[cfg(test)]
mod schema_tests;
