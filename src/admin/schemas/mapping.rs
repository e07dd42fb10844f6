//! Mappings, rules, conflicts.

use super::notation::{Schema, object};

pub(super) const SCHEMAS: &[Schema] = &[
    object(
        "Mapping",
        "What a group means.",
        &[
            ("id", "string"),
            ("group", "@GroupRef"),
            ("target_type", "team|concurrency_group|sub_organization"),
            ("entity", "@EntityRef?"),
            ("status", "pending|approved|auto_approved|rejected"),
            ("reason", "string?"),
            ("flags", "[rename_blocked]"),
            ("rule_id", "string?"),
            ("created_at", "time"),
            ("changed_at", "time"),
        ],
    ),
    object(
        "NewMapping",
        "Either entity_id, or entity_name; create makes the entity.",
        &[
            ("target_type", "team|concurrency_group|sub_organization"),
            ("entity_id?", "string?"),
            ("entity_name?", "string?"),
            ("create?", "boolean?"),
        ],
    ),
    object(
        "Approval",
        "Another entity than the mapping asks for.",
        &[("entity_id?", "string?"), ("entity_name?", "string?"), ("create?", "boolean?")],
    ),
    object(
        "MappingTrial",
        "What to try; approve takes what approving takes.",
        &[("action", "approve|reject|remove"), ("...", "@Approval")],
    ),
    object(
        "RuleSpec",
        "What an administrator wrote of a rule.",
        &[
            ("kind", "prefix|regex|all"),
            ("pattern", "string?"),
            ("exclude", "string?"),
            ("entity_name", "string?"),
            ("target_type", "team|concurrency_group|sub_organization"),
            ("priority", "integer"),
            ("auto_approve", "boolean"),
            ("enabled", "boolean"),
        ],
    ),
    object(
        "Rule",
        "A mapping rule.",
        &[("id", "string"), ("...", "@RuleSpec"), ("created_at", "time"), ("changed_at", "time")],
    ),
    object(
        "NewRule",
        "A mapping rule; pattern is required unless kind is all.",
        &[
            ("kind", "prefix|regex|all"),
            ("pattern?", "string?"),
            ("exclude?", "string?"),
            ("entity_name?", "string?"),
            ("target_type", "team|concurrency_group|sub_organization"),
            ("priority?", "integer?"),
            ("auto_approve?", "boolean?"),
            ("enabled?", "boolean?"),
        ],
    ),
    object(
        "RuleChange",
        "What is left out stays; null empties.",
        &[
            ("kind?", "prefix|regex|all"),
            ("pattern?", "string?"),
            ("exclude?", "string?"),
            ("entity_name?", "string?"),
            ("target_type?", "team|concurrency_group|sub_organization"),
            ("priority?", "integer"),
            ("auto_approve?", "boolean"),
            ("enabled?", "boolean"),
        ],
    ),
    object("RuleChangeById", "A change of one rule.", &[("id", "string"), ("...", "@RuleChange")]),
    object(
        "RuleChanges",
        "A change of the rules as a whole.",
        &[("add?", "[@NewRule]"), ("change?", "[@RuleChangeById]"), ("remove?", "[string]")],
    ),
    object(
        "RulesToApply",
        "The same, and the basis of a preview: if something happened since, nothing is done.",
        &[("...", "@RuleChanges"), ("basis?", "string?")],
    ),
    object(
        "Applied",
        "The newest event, and the ids of the rules that were added.",
        &[("basis", "string"), ("added", "[string]")],
    ),
    object(
        "Conflict",
        "Two mappings that claim one user.",
        &[
            ("id", "string"),
            ("user", "@UserRef?"),
            ("current", "@ConflictSide"),
            ("incoming", "@ConflictSide"),
            ("kind", "exclusive_group|exclusive_sub_organization|cross_type_exclusive"),
            ("status", "open|resolved|closed"),
            ("outcome", "keep_current|use_incoming|disappeared?"),
            ("opened_at", "time"),
            ("ended_at", "time?"),
        ],
    ),
    object(
        "ConflictSide",
        "What holds or what waits: group and entity as they were when it opened.",
        &[("mapping", "@Mapping?"), ("group", "@GroupRef"), ("entity", "@EntityRef")],
    ),
    object(
        "ConflictState",
        "A conflict as its events show it.",
        &[
            ("id", "string"),
            ("kind", "exclusive_group|exclusive_sub_organization|cross_type_exclusive"),
            ("user", "@UserRef"),
            ("current", "@Claimed"),
            ("incoming", "@Claimed"),
            ("status", "open|resolved|closed"),
            ("outcome", "keep_current|use_incoming|disappeared?"),
        ],
    ),
    object(
        "Claimed",
        "What holds or what waits.",
        &[("mapping_id", "string"), ("group", "@GroupRef"), ("entity", "@EntityRef")],
    ),
    object("Decision", "How a conflict is decided.", &[("decision", "keep_current|use_incoming")]),
    object(
        "Decisions",
        "How all open conflicts between two groups are decided.",
        &[
            ("current_group", "string"),
            ("incoming_group", "string"),
            ("decision", "keep_current|use_incoming"),
        ],
    ),
    object("Resolved", "How many were decided.", &[("resolved", "integer")]),
];
