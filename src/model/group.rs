//! SCIM groups as the IdP pushed them.

use crate::model::id::{GroupId, OrganizationId, ResourceId};
use crate::model::role::Role;
use crate::model::time::Timestamp;

/// A group's attributes after validation, without its members.
///
/// `resource` holds no `id`, `meta` or `members`.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupDocument {
    /// The JSON object to store and to give back, `schemas` included.
    pub resource: serde_json::Map<String, serde_json::Value>,
    /// `displayName` (RFC 7643 §4.2), not empty.
    pub display_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// `LambdatestRoles` of the group extension, each once.
    pub roles: Vec<Role>,
}

/// One step of a change to a group's members; steps apply in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// Exactly these, and nobody else.
    Replace(Vec<String>),
    /// These too.
    Add(Vec<String>),
    /// Not these.
    Remove(Vec<String>),
    /// Nobody.
    RemoveAll,
}

/// A stored group.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its row.
    pub id: GroupId,
    /// Its id outside.
    pub resource_id: ResourceId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// `displayName`.
    pub display_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// The roles it gives its members.
    pub roles: Vec<Role>,
    /// The JSON text of the resource without `id`, `meta` and `members`.
    pub resource: String,
    /// How many users are in it.
    pub member_count: i64,
    /// Counts the changes of the resource; the weak ETag is `W/"version"`.
    pub version: i64,
    /// `meta.created`.
    pub created: Timestamp,
    /// `meta.lastModified`.
    pub last_modified: Timestamp,
    /// When it was deleted, if it was.
    pub deleted: Option<Timestamp>,
}
