//! What happens on a change: gather facts, ask the engine, apply, record events, all in one transaction.
//!
//! [`Directory::change`] opens the transaction and hands out a [`Change`]; each noun's file adds its operations to it.
//! When the operation is done, the change settles the places and roles of everyone it touched and writes its events.

mod about;
mod actors;
mod admins;
mod board;
mod change;
mod conflicts;
#[cfg(test)]
mod cost_tests;
mod documents;
mod endings;
mod entities;
mod expiry;
mod explain;
mod feed;
mod gather;
mod groups;
mod handle;
#[cfg(test)]
mod history_tests;
mod mappings;
mod members;
mod organizations;
mod preview;
mod purge;
mod requests;
mod rules;
mod sentence;
mod settle;
mod tokens;
mod users;
mod webhooks;

pub use crate::model::cause::Cause;
pub use about::about;
pub use actors::Actors;
pub use admins::{
    AdminChange, AdminSpec, Browser, Hashed, LINK_LIFE, Passwords, SignIn, account_json, change_admin,
    create_admin, create_link, end_session, end_sessions, generate_password, remove_admin, session_json,
    visible_admin,
};
pub use change::Change;
pub use conflicts::Answer;
pub use documents::{
    entity_json, event_text, group_json, mapping_json, organization_json, rule_json, spec_json, user_json,
    user_state_json,
};
pub use explain::{Explanation, explain};
pub use feed::events_after;
pub use gather::{About, Gathered};
pub use groups::Pushed;
pub use handle::{DeleteUser, Directory, Policy};
pub use organizations::{OrganizationChange, create_organization};
pub use preview::Preview;
pub use requests::{
    Presented, RequestLog, RequestLogSettings, WholeRequest, newest_first, request_json,
    unknown_requests_json,
};
pub use sentence::{Part, Sentence};
pub use tokens::{ROTATION_GRACE, TokenSpec, succeeds, token_json};
pub use webhooks::{SECRET_GRACE, WebhookEdit, delivery_json, webhook_json};
