//! The core Group schema (RFC 7643 §4.2).

use super::build::{complex, reference, string};
use super::schemas::Schema;
use crate::model::attribute::{Attribute, Uniqueness};

pub(super) fn schema() -> Schema {
    Schema {
        urn: super::GROUP_URN.to_owned(),
        name: "Group",
        description: "A list of users under a name.",
        attributes: attributes(),
    }
}

fn attributes() -> Vec<Attribute> {
    vec![
        string("displayName", "The name of the group; unique among the organization's groups.")
            .required()
            .unique(Uniqueness::Server),
        complex(
            "members",
            "The users in the group. Groups within groups are not offered.",
            vec![
                string("value", "The id of the member's User resource.").required().case_exact().immutable(),
                reference("$ref", &["User"], "The URI of the member's User resource.").immutable(),
                string("display", "The displayName of the member, where there is one.").read_only(),
                string("type", "The kind of the member, which is always User.").one_of(&["User"]).immutable(),
            ],
        )
        .many(),
    ]
}
