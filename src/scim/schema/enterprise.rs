//! The Enterprise User extension (RFC 7643 §4.3).

use super::build::{complex, reference, string};
use super::schemas::Schema;
use crate::model::attribute::Attribute;

pub(super) fn schema() -> Schema {
    Schema {
        urn: super::ENTERPRISE_URN.to_owned(),
        name: "EnterpriseUser",
        description: "Attributes of users who belong to, or act for, a business.",
        attributes: attributes(),
    }
}

fn attributes() -> Vec<Attribute> {
    vec![
        string("employeeNumber", "The number or code by which the organization knows the person."),
        string("costCenter", "The name of a cost center."),
        string("organization", "The name of an organization."),
        string("division", "The name of a division."),
        string("department", "The name of a department."),
        complex(
            "manager",
            "The user's manager.",
            vec![
                string("value", "The id of the manager's User resource.").case_exact(),
                reference("$ref", &["User"], "The URI of the manager's User resource."),
                string("displayName", "The displayName of the manager.").read_only(),
            ],
        ),
    ]
}
