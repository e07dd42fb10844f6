//! Organizations: the tenants, and what is switched on for each.

use crate::model::id::OrganizationId;
use crate::model::time::Timestamp;

/// What is switched on for an organization (mapping.md §2.5, §2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Features {
    /// Whether groups may be pushed; off, group writes answer 403.
    pub group_provisioning: bool,
    /// Whether mappings to teams take effect.
    pub teams: bool,
    /// Whether mappings to concurrency groups, and `LambdatestGroup`, take effect.
    pub concurrency_groups: bool,
    /// Whether mappings to sub-organizations take effect.
    pub sub_organizations: bool,
}

impl Default for Features {
    /// Group provisioning off, the rest on.
    fn default() -> Features {
        Features { group_provisioning: false, teams: true, concurrency_groups: true, sub_organizations: true }
    }
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its row.
    pub id: OrganizationId,
    /// Its name in URLs and commands: lower-case letters, digits and hyphens.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Its plan, empty when none is set.
    pub plan: String,
    /// Whether its single sign-on connection is set up.
    pub sso: bool,
    /// What is switched on.
    pub features: Features,
    /// When it was created.
    pub created: Timestamp,
    /// Until when bodies of its IdP's requests are recorded.
    pub record_bodies_until: Option<Timestamp>,
}
