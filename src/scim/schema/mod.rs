//! Schemas (RFC 7643): one table of attributes from which everything is served.
//!
//! | file | job |
//! | --- | --- |
//! | `build` | the notation of the tables |
//! | `common`, `user`, `enterprise`, `group`, `extensions`, `meta_schemas` | the tables, as the RFC gives them |
//! | `schemas` | the tables put together, by the settings |
//! | `resolve` | attribute names in filters, paths and parameters → table entries |
//! | `read`, `simple` | bodies → their normal form |
//! | `user_document`, `group_document` | normal forms → the documents of `model` |
//! | `email`, `size`, `place` | what an e-mail address is; how large a resource may be; words for errors |
//! | `render` | `/Schemas` and `/ResourceTypes` |

mod build;
mod common;
mod email;
mod enterprise;
mod extensions;
mod group;
mod group_document;
mod meta_schemas;
mod place;
mod read;
mod render;
mod resolve;
mod schemas;
mod simple;
mod size;
#[cfg(test)]
mod tests;
mod user;
mod user_document;

pub use group_document::GroupBody;
pub(in crate::scim) use group_document::{finish_group, member_id};
pub(in crate::scim) use place::{Found, Place, Short};
pub(in crate::scim) use read::{Reader, VALUES, is_primary};
pub use resolve::Resolved;
pub use schemas::{ResourceKind, Schema, SchemaSettings, Schemas, Shape, UnknownAttributes};
pub(in crate::scim) use size::size;
pub(in crate::scim) use user_document::{finish_user, object};

/// URN of the core User schema (RFC 7643 §4.1).
pub const USER_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// URN of the core Group schema (RFC 7643 §4.2).
pub const GROUP_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// URN of the Enterprise User extension (RFC 7643 §4.3).
pub const ENTERPRISE_URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
