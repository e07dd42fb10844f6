//! Schemas (RFC 7643): one table of attributes from which everything is served.
//!
//! | file | job |
//! | --- | --- |
//! | `build` | the notation of the tables |
//! | `common`, `user`, `enterprise`, `group`, `extensions`, `meta_schemas` | the tables, as the RFC gives them |
//! | `schemas` | the tables put together, by the settings |
//! | `resolve` | attribute names in filters, paths and parameters → table entries |
//! | `render` | `/Schemas` and `/ResourceTypes` |

mod build;
mod common;
mod enterprise;
mod extensions;
mod group;
mod meta_schemas;
mod render;
mod resolve;
mod schemas;
mod user;

pub use resolve::Resolved;
pub use schemas::{ResourceKind, Schema, SchemaSettings, Schemas, Shape, UnknownAttributes};

/// URN of the core User schema (RFC 7643 §4.1).
pub const USER_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// URN of the core Group schema (RFC 7643 §4.2).
pub const GROUP_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// URN of the Enterprise User extension (RFC 7643 §4.3).
pub const ENTERPRISE_URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
