//! Rollcall: SCIM 2.0 provisioning in one executable.
//!
//! The modules, in the order in which a request passes them; imports go downwards only (tests/it/layering.rs):
//!
//! | module | job |
//! | --- | --- |
//! | `cli` | one file per command group |
//! | `testing` | the test mode: seed, reset, faults, clock, journal |
//! | `provision` | PingOne's side: a client of any SCIM server |
//! | `app` | composition root |
//! | `http` | the front, the table of routes, request ids |
//! | `auth` | tokens, and which organization a request speaks for |
//! | `scim` | the protocol |
//! | `admin` | the JSON API |
//! | `webhooks` | sends events to those who asked for them |
//! | `directory` | what happens on a change |
//! | `mapping` | the engine: facts in, plan out |
//! | `store` | SQLite |
//! | `config` | TOML to typed configuration |
//! | `model` | plain data; `clock`, `ids` and `limiter` beside it |

pub mod admin;
pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod directory;
pub mod http;
pub mod ids;
pub mod limiter;
pub mod mapping;
pub mod model;
pub mod provision;
pub mod scim;
pub mod store;
pub mod testing;
pub mod webhooks;
