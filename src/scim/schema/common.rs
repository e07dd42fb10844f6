//! The attributes that every resource has (RFC 7643 §3 and §3.1).

use super::build::{complex, date_time, reference, string};
use crate::model::attribute::{Attribute, Returned, Uniqueness};

/// `schemas`, `id`, `externalId` and `meta`; `/Schemas` does not list them, as they belong to no schema.
pub(super) fn attributes() -> Vec<Attribute> {
    vec![
        reference("schemas", &["uri"], "The URNs of the schemas that the resource uses.")
            .many()
            .required()
            .returned(Returned::Always),
        string("id", "The identifier that this server gave the resource.")
            .case_exact()
            .read_only()
            .returned(Returned::Always)
            .unique(Uniqueness::Server),
        string("externalId", "The identifier that the client gave the resource.").case_exact(),
        complex(
            "meta",
            "What this server knows about the resource.",
            vec![
                string("resourceType", "The name of the resource type.").case_exact(),
                date_time("created", "When the resource came to be."),
                date_time("lastModified", "When the resource last changed."),
                reference("location", &["uri"], "The absolute URI of the resource."),
                string("version", "The version of the resource, as in its ETag.").case_exact(),
            ],
        )
        .read_only(),
    ]
}
