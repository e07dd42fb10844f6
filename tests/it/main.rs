//! The integration tests: the real server over HTTP, one theme per file.
//!
//! Every test starts a program of its own (`common::Server`, `common::DurableServer`), so that they run in any order
//! and side by side. Names are sentences; numbers at their end are lines of mapping.md.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this crate is tests: a panic is how they fail"
)]

mod common;

mod admin_api;
mod admins;
mod apply;
mod attacks;
mod bulk;
mod by_hand;
mod commands;
mod conflicts;
mod curl;
mod deactivating;
mod decisions;
mod deviations;
mod discovery;
mod durability;
mod events;
mod explain;
mod features;
mod filters;
mod front;
mod fuzz;
mod groups_and_members;
mod idp;
mod layering;
mod lifecycle;
mod limits;
mod lists;
mod mapping_states;
mod metrics;
mod mirror;
mod model;
mod names;
mod organizations;
mod page;
mod page_decisions;
mod page_forms;
mod pingone_guide;
mod pingone_replay;
mod places;
mod policies;
mod prerequisites;
mod preview;
mod provision;
mod provisioning_switch;
mod proxies;
mod rate_limits;
mod readme;
mod requests;
mod roles;
mod rules;
mod scim_errors;
mod sessions;
mod shown;
mod sign_in;
mod starting;
mod storage_full;
mod testing;
mod tls;
mod tokens;
mod user_policies;
mod users;
mod walls;
mod webhooks;
