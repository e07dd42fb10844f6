//! Organizations, tokens, problems.

use super::notation::{Schema, object};

pub(super) const SCHEMAS: &[Schema] = &[
    object(
        "Organization",
        "A tenant with its settings.",
        &[
            ("slug", "string"),
            ("name", "string"),
            ("plan", "string?"),
            ("sso", "@Sso"),
            ("features", "@Features"),
            ("record_bodies_until", "time?"),
            ("created_at", "time"),
        ],
    ),
    object("Sso", "Whether single sign-on is set up.", &[("enabled", "boolean")]),
    object(
        "Features",
        "What is switched on.",
        &[
            ("group_provisioning", "boolean"),
            ("teams", "boolean"),
            ("concurrency_groups", "boolean"),
            ("sub_organizations", "boolean"),
        ],
    ),
    object(
        "FeatureChange",
        "The features to switch; the others stay.",
        &[
            ("group_provisioning?", "boolean"),
            ("teams?", "boolean"),
            ("concurrency_groups?", "boolean"),
            ("sub_organizations?", "boolean"),
        ],
    ),
    object(
        "NewOrganization",
        "The slug has 1 to 63 lower-case letters, digits and hyphens.",
        &[("slug", "1..63"), ("name", "1..500"), ("plan?", "1..500?"), ("features?", "@FeatureChange")],
    ),
    object(
        "OrganizationChange",
        "What is left out stays. plan and sso need server scope; null empties plan.",
        &[
            ("name?", "1..500"),
            ("plan?", "1..500?"),
            ("sso?", "@Sso|boolean"),
            ("features?", "@FeatureChange"),
            ("record_bodies_until?", "time?"),
        ],
    ),
    object(
        "Token",
        "A token without its secret.",
        &[
            ("id", "string"),
            ("name", "string"),
            ("kind", "scim|admin"),
            ("server_scope", "boolean"),
            ("read_only", "boolean"),
            ("prefix", "string"),
            ("created_at", "time"),
            ("expires_at", "time?"),
            ("last_used_at", "time?"),
        ],
    ),
    object(
        "MadeToken",
        "A new token. Its text is in this answer and in no other.",
        &[("...", "@Token"), ("token", "string")],
    ),
    object(
        "NewToken",
        "A token for this organization: for SCIM, unless it says otherwise.",
        &[("name", "1..200"), ("kind?", "scim|admin?"), ("read_only?", "boolean?"), ("expires_at?", "time?")],
    ),
    object(
        "Rotation",
        "How long the old token works on: a day, unless it says otherwise.",
        &[("grace_seconds?", "#0..31536000?")],
    ),
    object(
        "AdminAccount",
        "Somebody who signs in.",
        &[
            ("id", "string"),
            ("name", "string"),
            ("server_scope", "boolean"),
            ("disabled", "boolean"),
            ("created_at", "time"),
            ("last_sign_in_at", "time?"),
        ],
    ),
    object(
        "MadeAdmin",
        "A new admin. A password that was made up is in this answer and in no other.",
        &[("...", "@AdminAccount"), ("password?", "string")],
    ),
    object(
        "NewAdmin",
        "Somebody who shall sign in; without a password one is made up.",
        &[("name", "string"), ("password?", "string?"), ("server_scope?", "boolean?")],
    ),
    object(
        "AdminChange",
        "What is left out stays. A new password, and being disabled, end the sessions.",
        &[("name?", "string"), ("password?", "string"), ("disabled?", "boolean")],
    ),
    object(
        "Session",
        "A place where somebody is signed in.",
        &[
            ("id", "string"),
            ("admin", "@AdminName"),
            ("created_at", "time"),
            ("last_used_at", "time"),
            ("expires_at", "time"),
            ("user_agent", "string"),
            ("address", "string"),
        ],
    ),
    object("AdminName", "An admin in a few words.", &[("id", "string"), ("name", "string")]),
    object("Empty", "Nothing needs to be said.", &[]),
    object(
        "Problem",
        "What was refused or failed (RFC 9457); field names what it is about.",
        &[
            ("type", "string"),
            ("title", "string"),
            ("status", "integer"),
            ("detail", "string"),
            ("field?", "string"),
            ("request_id", "string"),
            ("preview?", "@Preview"),
        ],
    ),
];
