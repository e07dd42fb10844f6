//! Why somebody has what they have.

use super::notation::{Schema, object};

pub(super) const SCHEMAS: &[Schema] = &[
    object(
        "Explanation",
        "Why somebody has what they have, is kept from something, or lost it.",
        &[
            ("user", "@ExplainedUser"),
            ("role", "@ExplainedRole"),
            ("places", "[@ExplainedPlace]"),
            ("blocked", "[@ExplainedBlock]"),
            ("waiting", "[@ExplainedWaiting]"),
            ("history", "[@PastPlace]"),
            ("sentences", "[string]"),
        ],
    ),
    object(
        "ExplainedUser",
        "Who it is about, deleted or not.",
        &[
            ("id", "string"),
            ("user_name", "string"),
            ("display_name", "string?"),
            ("active", "boolean"),
            ("deleted_at", "time?"),
        ],
    ),
    object(
        "Cause",
        "When, by which request, with whose token.",
        &[("at", "time"), ("request_id", "string"), ("token", "string")],
    ),
    object(
        "ExplainedRole",
        "The role that counts, what decided it, and how it changed.",
        &[
            ("...", "@Roles"),
            ("decided_by", "@RoleOrigin"),
            ("from_groups", "[@ExplainedGroupRole]"),
            ("history", "[@RoleChange]"),
        ],
    ),
    object(
        "RoleOrigin",
        "What the role that counts comes from.",
        &[("kind", "own|group|default"), ("group", "@GroupRef?")],
    ),
    object(
        "ExplainedGroupRole",
        "A role that a group gives, and the membership.",
        &[("...", "@GroupRole"), ("membership", "@Cause")],
    ),
    object(
        "RoleChange",
        "A change of the role that counts.",
        &[
            ("old", "Admin|User|Guest"),
            ("new", "Admin|User|Guest"),
            ("...", "@Cause"),
            ("cause", "@RoleCause?"),
        ],
    ),
    object(
        "RoleCause",
        "What changed a role, and the group where there is one.",
        &[("kind", "own_role|membership|group_roles|group_deleted|user_deleted"), ("group?", "@GroupRef")],
    ),
    object(
        "Chain",
        "Rule, mapping, group and membership behind a place; null where there is none.",
        &[
            ("rule", "@ExplainedRule?"),
            ("mapping", "@ExplainedMapping?"),
            ("group", "@GroupRef?"),
            ("membership", "@Cause?"),
        ],
    ),
    object("ExplainedRule", "A rule, deleted or not.", &[("...", "@Rule"), ("deleted", "boolean")]),
    object(
        "ExplainedMapping",
        "A mapping in a few words.",
        &[
            ("id", "string"),
            ("status", "pending|approved|auto_approved|rejected"),
            ("reason", "string?"),
            ("made_by", "rule|admin"),
        ],
    ),
    object(
        "ExplainedPlace",
        "A place, since when, and why.",
        &[
            ("entity", "@EntityRef"),
            ("source", "mapping|attribute|manual|default"),
            ("since", "@Cause?"),
            ("...", "@Chain"),
        ],
    ),
    object(
        "ExplainedBlock",
        "What somebody is kept from, and by what.",
        &[
            ("entity", "@EntityRef"),
            ("...", "@Chain"),
            ("blocked_by", "[@Withheld|@BlockedByConflict|@BlockedByDecision]"),
        ],
    ),
    object("Withheld", "An administrator took it away.", &[("kind", "=withheld"), ("by", "@Cause")]),
    object(
        "BlockedByConflict",
        "An open conflict is in the way.",
        &[("kind", "=conflict"), ("conflict_id", "string?"), ("...", "@Obstacle"), ("opened", "@Opening?")],
    ),
    object(
        "BlockedByDecision",
        "An earlier decision is in the way.",
        &[
            ("kind", "=decision"),
            ("...", "@Obstacle"),
            ("winner", "current|incoming"),
            ("decided", "@Cause?"),
        ],
    ),
    object(
        "Obstacle",
        "What stands in the way.",
        &[
            ("clash", "exclusive_group|exclusive_sub_organization|cross_type_exclusive"),
            ("entity", "@EntityRef"),
            ("group", "@GroupRef"),
        ],
    ),
    object(
        "Opening",
        "When and by which request a conflict opened.",
        &[("at", "time"), ("request_id", "string")],
    ),
    object(
        "ExplainedWaiting",
        "A group that leads nowhere now.",
        &[
            ("group", "@GroupRef"),
            ("membership", "@Cause"),
            ("mapping", "@ExplainedMapping?"),
            ("rule", "@ExplainedRule?"),
        ],
    ),
    object(
        "PastPlace",
        "A place that ended.",
        &[
            ("entity", "@EntityRef"),
            ("source", "mapping|attribute|manual"),
            ("group", "@GroupRef?"),
            ("mapping_id", "string?"),
            ("rule", "@ExplainedRule?"),
            ("since", "@Cause"),
            ("ended", "@Cause"),
            ("reason", "string"),
            ("gave_way_to", "@EntityRef?"),
            ("again", "boolean"),
        ],
    ),
];
