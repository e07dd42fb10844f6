//! The schemas of the discovery resources themselves (RFC 7643 §5 to §7, RFC 9865 §4).

use super::build::{boolean, complex, integer, primary, reference, string};
use super::schemas::Schema;
use crate::model::attribute::{Attribute, Returned};

/// URN of the ServiceProviderConfig schema (RFC 7643 §5).
pub(super) const SERVICE_PROVIDER_CONFIG_URN: &str =
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
/// URN of the ResourceType schema (RFC 7643 §6).
pub(super) const RESOURCE_TYPE_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
/// URN of the Schema schema (RFC 7643 §7).
pub(super) const SCHEMA_URN: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// All three; everything in them is the server's.
pub(super) fn schemas() -> Vec<Schema> {
    let schema = |urn: &str, name, description, attributes: Vec<Attribute>| Schema {
        urn: urn.to_owned(),
        name,
        description,
        attributes: attributes.into_iter().map(Attribute::read_only).collect(),
    };
    vec![
        schema(
            SERVICE_PROVIDER_CONFIG_URN,
            "ServiceProviderConfig",
            "What this server offers.",
            service_provider_config(),
        ),
        schema(
            RESOURCE_TYPE_URN,
            "ResourceType",
            "A kind of resource that this server has.",
            resource_type(),
        ),
        schema(SCHEMA_URN, "Schema", "A description of attributes.", schema_attributes()),
    ]
}

fn supported() -> Attribute {
    boolean("supported", "Whether it is offered.").required()
}

fn service_provider_config() -> Vec<Attribute> {
    let feature = |name, description| complex(name, description, vec![supported()]).required();
    vec![
        reference("documentationUri", &["external"], "Where the server is explained to people."),
        feature("patch", "Changes by PATCH."),
        complex(
            "bulk",
            "Many operations in one request.",
            vec![
                supported(),
                integer("maxOperations", "The largest number of operations.").required(),
                integer("maxPayloadSize", "The largest body, in bytes.").required(),
            ],
        )
        .required(),
        complex(
            "filter",
            "Filters in queries.",
            vec![
                supported(),
                integer("maxResults", "The largest number of resources in an answer.").required(),
            ],
        )
        .required(),
        feature("changePassword", "Changes of passwords."),
        feature("sort", "Sorted lists."),
        feature("etag", "Versions as ETags."),
        pagination(),
        authentication_schemes(),
    ]
}

/// RFC 9865 §4.
fn pagination() -> Attribute {
    complex(
        "pagination",
        "Lists in pages.",
        vec![
            boolean("cursor", "Whether pages are found by cursor.").required(),
            boolean("index", "Whether pages are found by index.").required(),
            string("defaultPaginationMethod", "What a request without either parameter gets.")
                .one_of(&["cursor", "index"]),
            integer("defaultPageSize", "The number of resources in a page when the request names none."),
            integer("maxPageSize", "The largest number of resources in a page."),
            integer("cursorTimeout", "The number of seconds that a cursor is good for at least."),
        ],
    )
}

fn authentication_schemes() -> Attribute {
    complex(
        "authenticationSchemes",
        "The ways to prove who is asking.",
        vec![
            string("type", "The kind of scheme.").required().one_of(&[
                "oauth",
                "oauth2",
                "oauthbearertoken",
                "httpbasic",
                "httpdigest",
            ]),
            string("name", "The scheme's name for people.").required(),
            string("description", "The scheme in a sentence.").required(),
            reference("specUri", &["external"], "The scheme's specification."),
            reference("documentationUri", &["external"], "Where its use is explained."),
            primary(),
        ],
    )
    .many()
    .required()
}

fn resource_type() -> Vec<Attribute> {
    vec![
        string("id", "The same as the name."),
        string("name", "The name that meta.resourceType gives.").required(),
        string("description", "The resource type in a sentence."),
        reference("endpoint", &["uri"], "Its endpoint, relative to the base URL.").required(),
        reference("schema", &["uri"], "The URN of its core schema.").required(),
        complex(
            "schemaExtensions",
            "Its extensions.",
            vec![
                reference("schema", &["uri"], "The URN of the extension.").required(),
                boolean("required", "Whether every resource must have it.").required(),
            ],
        )
        .many(),
    ]
}

fn schema_attributes() -> Vec<Attribute> {
    // RFC 7643 §7: subAttributes are described like attributes, to one level.
    let sub_attributes =
        complex("subAttributes", "What a complex attribute consists of.", attribute()).many();
    let attributes = [attribute(), vec![sub_attributes]].concat();
    vec![
        string("id", "The URN of the schema.").required().returned(Returned::Always),
        string("name", "Its name for people."),
        string("description", "The schema in a sentence."),
        complex("attributes", "Its attributes.", attributes).many().required(),
    ]
}

fn attribute() -> Vec<Attribute> {
    vec![
        string("name", "The attribute's name.").required().case_exact(),
        string("type", "Its data type.").required().one_of(&[
            "string",
            "complex",
            "boolean",
            "decimal",
            "integer",
            "dateTime",
            "reference",
            "binary",
        ]),
        boolean("multiValued", "Whether it holds an array.").required(),
        string("description", "The attribute in a sentence."),
        boolean("required", "Whether a resource must have it.").required(),
        string("canonicalValues", "Values that are suggested, or the only ones.").many().case_exact(),
        boolean("caseExact", "Whether letter case counts in comparisons."),
        string("mutability", "Who may set it, and when.").case_exact().one_of(&[
            "readOnly",
            "readWrite",
            "immutable",
            "writeOnly",
        ]),
        string("returned", "When it is in an answer.")
            .case_exact()
            .one_of(&["always", "never", "default", "request"]),
        string("uniqueness", "Where it is unique.").case_exact().one_of(&["none", "server", "global"]),
        string("referenceTypes", "What a reference may point at.").many().case_exact(),
    ]
}
