//! The SCIM protocol: what RFC 7643 and RFC 7644 say, and where this server departs from them.
//!
//! | module | job |
//! | --- | --- |
//! | `users`, `groups`, `lists`, `discovery` | the handlers of the routes |
//! | `bulk` | many operations in one request |
//! | `service` | what the handlers work with |
//! | `messages`, `queries`, `cursor`, `body`, `conditions`, `etags`, `deactivation` | what a request says |
//! | `resources`, `errors` | what an answer says |
//! | `schema` | the tables of attributes, name resolution, reading of bodies into their normal form |
//! | `filter` | filters and PATCH paths: text to syntax tree to typed filter |
//! | `patch` | PATCH bodies to changed resources and member changes |
//! | `projection` | `attributes` and `excludedAttributes` |
//! | `masking` | what the request log may keep of queries and bodies |
//! | `deviations` | the one table of tolerances beyond the RFCs |

mod body;
pub mod bulk;
mod conditions;
mod cursor;
mod deactivation;
pub mod deviations;
pub mod discovery;
pub mod errors;
mod etags;
pub mod filter;
pub mod groups;
pub mod lists;
pub mod masking;
mod messages;
pub mod patch;
pub mod projection;
mod queries;
mod resources;
pub mod schema;
mod service;
pub mod users;

pub use service::{GroupPatchAnswer, Job, Scim, ScimSettings, log_notes};
