//! What a change would come to.

use super::notation::{Schema, object};

pub(super) const SCHEMAS: &[Schema] = &[
    object(
        "Preview",
        "What a change would come to. rules and unmatched are there when it is one of rules.",
        &[
            ("basis", "string"),
            ("summary", "@PreviewSummary"),
            ("rules?", "[@PreviewedRule]"),
            ("unmatched?", "[@GroupRef]"),
            ("mappings", "[@PreviewedMapping]"),
            ("entities", "[@PreviewedEntity]"),
            ("conflicts", "[@PreviewedConflict]"),
        ],
    ),
    object(
        "PreviewSummary",
        "Its numbers.",
        &[
            ("groups_matched?", "integer"),
            ("groups_unmatched?", "integer"),
            ("mappings_created", "integer"),
            ("mappings_changed", "integer"),
            ("entities_created", "integer"),
            ("users_changed", "integer"),
            ("roles_changed", "integer"),
            ("conflicts_opened", "integer"),
            ("conflicts_closed", "integer"),
        ],
    ),
    object(
        "PreviewedRule",
        "A rule as it would be, with the groups that it would be the first to match.",
        &[
            ("id", "string?"),
            ("change", "added|changed|kept"),
            ("index", "integer?"),
            ("rule", "@RuleSpec"),
            ("groups", "[@MatchedGroup]"),
        ],
    ),
    object(
        "MatchedGroup",
        "A group, and the name of the entity that it would get.",
        &[("...", "@GroupRef"), ("entity_name", "string")],
    ),
    object(
        "PreviewedEntityRef",
        "An entity; without an id where it would be made.",
        &[
            ("id", "string?"),
            ("type", "team|concurrency_group|sub_organization"),
            ("name", "string"),
            ("is_default", "boolean"),
        ],
    ),
    object(
        "PreviewedMapping",
        "A mapping that would come or change.",
        &[
            ("id", "string?"),
            ("group", "@GroupRef"),
            ("member_count", "integer"),
            ("target_type", "team|concurrency_group|sub_organization"),
            ("entity", "@PreviewedEntityRef?"),
            ("before", "@MappingBefore?"),
            ("status", "pending|approved|auto_approved|rejected"),
            ("reason", "string?"),
            ("rule_id", "string?"),
            ("rule_index", "integer?"),
        ],
    ),
    object(
        "MappingBefore",
        "The mapping as it is.",
        &[
            ("status", "pending|approved|auto_approved|rejected"),
            ("reason", "string?"),
            ("rule_id", "string?"),
            ("entity", "@PreviewedEntityRef?"),
        ],
    ),
    object(
        "PreviewedEntity",
        "An entity that would be made, or that anybody would come into or leave.",
        &[
            ("...", "@PreviewedEntityRef"),
            ("created", "boolean"),
            ("gains", "integer"),
            ("losses", "integer"),
        ],
    ),
    object(
        "PreviewedConflict",
        "Conflicts that would open between two mappings.",
        &[
            ("kind", "exclusive_group|exclusive_sub_organization|cross_type_exclusive"),
            ("current", "@PreviewedSide"),
            ("incoming", "@PreviewedSide"),
            ("users", "integer"),
            ("examples", "[@UserRef]"),
        ],
    ),
    object(
        "PreviewedSide",
        "One of them.",
        &[("mapping_id", "string?"), ("group", "@GroupRef?"), ("entity", "@PreviewedEntityRef?")],
    ),
];
