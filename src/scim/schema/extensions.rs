//! The two extensions of the product: what an IdP may say about roles and concurrency groups (spec/scim.md, Resources).

use super::build::string;
use super::schemas::{Schema, SchemaSettings};

/// The roles, highest first.
const ROLES: &[&str] = &["Admin", "User", "Guest"];

/// The extension of User, under the URN of the settings.
pub(super) fn user_schema(settings: &SchemaSettings) -> Schema {
    Schema {
        urn: settings.user_extension_urn.clone(),
        name: "LambdaTestUser",
        description: "A user's own role and concurrency group.",
        attributes: vec![
            string(
                "OrganizationRole",
                "The role that the user has in the organization, whatever their groups give.",
            )
            .case_exact()
            .one_of(ROLES),
            string("LambdatestGroup", "The name of an existing concurrency group that the user shall be in."),
        ],
    }
}

/// The extension of Group, under the URN of the settings.
pub(super) fn group_schema(settings: &SchemaSettings) -> Schema {
    Schema {
        urn: settings.group_extension_urn.clone(),
        name: "LambdaTestGroup",
        description: "The roles that a group gives its members.",
        attributes: vec![
            string("LambdatestRoles", "The roles that every member of the group has.")
                .many()
                .case_exact()
                .one_of(ROLES),
        ],
    }
}
