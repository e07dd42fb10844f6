//! Users as the IdP pushed them.

use crate::model::id::{OrganizationId, ResourceId, UserId};
use crate::model::role::Role;
use crate::model::time::Timestamp;

/// A user's attributes after validation: the resource itself and what is searched or acted on, taken out of it.
///
/// `resource` holds no `id`, `meta`, `groups` or `password`: they are the server's, or never stored.
#[derive(Clone, Debug, PartialEq)]
pub struct UserDocument {
    /// The JSON object to store and to give back, `schemas` included.
    pub resource: serde_json::Map<String, serde_json::Value>,
    /// `userName` (RFC 7643 §4.1.1).
    pub user_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `active`. `None` after its removal by a PATCH: then the account stays as it was, which must not switch it on.
    pub active: Option<bool>,
    /// `OrganizationRole` of the user extension.
    pub own_role: Option<Role>,
    /// `LambdatestGroup` of the user extension: the name of a concurrency group.
    pub concurrency_group: Option<String>,
    /// `emails`, as (type, value).
    pub emails: Vec<(Option<String>, String)>,
}

/// A stored user.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Its row.
    pub id: UserId,
    /// Its id outside.
    pub resource_id: ResourceId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// `userName`.
    pub user_name: String,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `externalId`.
    pub external_id: Option<String>,
    /// Whether the account is in use.
    pub active: bool,
    /// The role that the IdP gave the user itself.
    pub own_role: Option<Role>,
    /// The role that counts (mapping.md §7.2).
    pub effective_role: Role,
    /// `LambdatestGroup` as stored.
    pub concurrency_group: Option<String>,
    /// The JSON text of the resource without `id`, `meta` and `groups`.
    pub resource: String,
    /// Counts the changes of the resource; the weak ETag is `W/"version"`.
    pub version: i64,
    /// `meta.created`.
    pub created: Timestamp,
    /// `meta.lastModified`.
    pub last_modified: Timestamp,
    /// When the derived `groups` last changed.
    pub groups_changed: Timestamp,
    /// When it was deleted, if it was.
    pub deleted: Option<Timestamp>,
}
