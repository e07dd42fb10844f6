//! Plain data, no behaviour beyond parsing and printing: what every layer speaks of.

pub mod account;
pub mod assignment;
pub mod attribute;
pub mod call;
pub mod cause;
pub mod conflict;
pub mod draft;
pub mod entity;
pub mod error;
pub mod event;
pub mod filter;
pub mod fold;
pub mod form;
pub mod group;
pub mod history;
pub mod id;
pub mod mapping;
pub mod organization;
pub mod request;
pub mod role;
pub mod rule;
pub mod session;
pub mod time;
pub mod token;
pub mod user;
pub mod webhook;
