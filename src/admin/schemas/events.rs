//! What each kind of event tells beside `id`, `at`, `type` and `request_id`: the state that it led to.

use crate::model::event::EventKind;

/// Names and types, as in [`Schema`](super::Schema).
pub type Members = &'static [(&'static str, &'static str)];

const PLACED_USER: Members = &[("user", "@PlacedUser")];
const USER: Members = &[("user", "@UserState")];
const GROUP: Members = &[("group", "@GroupState")];
const MEMBERSHIP: Members = &[("group", "@GroupRef"), ("user", "@UserRef")];
const MAPPING: Members = &[("mapping", "@Mapping")];
/// `member` for a team; else what the one place of this type is now.
const ASSIGNMENT: Members = &[
    ("user", "@UserRef"),
    ("entity", "@EntityRef"),
    ("source", "mapping|attribute|manual"),
    ("mapping_id", "string?"),
    ("member?", "boolean"),
    ("concurrency_group?", "@EntityRef"),
    ("sub_organization?", "@EntityRef?"),
];
const CONFLICT: Members = &[("conflict", "@ConflictState")];
const RULE: Members = &[("rule", "@Rule")];
const TOKEN: Members = &[("token", "@Token")];

/// The members of an event's body.
pub fn body(kind: EventKind) -> Members {
    match kind {
        EventKind::UserCreated | EventKind::UserRestored => PLACED_USER,
        EventKind::UserUpdated | EventKind::UserActivated | EventKind::UserDeactivated => USER,
        EventKind::UserDeleted => &[("user", "@UserRef")],
        EventKind::UserRoleChanged => &[
            ("user", "@UserRef"),
            ("old", "Admin|User|Guest"),
            ("new", "Admin|User|Guest"),
            ("cause", "@RoleCause?"),
        ],
        EventKind::GroupCreated | EventKind::GroupRestored | EventKind::GroupDeleted => GROUP,
        EventKind::GroupRenamed => &[("group", "@GroupState"), ("old_name", "string")],
        EventKind::GroupRolesChanged => {
            &[("group", "@GroupRef"), ("old", "[Admin|User|Guest]"), ("new", "[Admin|User|Guest]")]
        }
        EventKind::GroupMemberAdded | EventKind::GroupMemberRemoved => MEMBERSHIP,
        EventKind::MappingCreated
        | EventKind::MappingPending
        | EventKind::MappingApproved
        | EventKind::MappingRejected
        | EventKind::MappingFlagged => MAPPING,
        EventKind::EntityCreated => &[("entity", "@EntityRef"), ("created_by", "mapping|admin")],
        EventKind::EntityRenamed => &[("entity", "@EntityRef"), ("old_name", "string")],
        EventKind::EntityDeleted => &[("entity", "@EntityRef")],
        EventKind::AssignmentGranted | EventKind::AssignmentRevoked => ASSIGNMENT,
        EventKind::ConflictOpened | EventKind::ConflictResolved | EventKind::ConflictClosed => CONFLICT,
        EventKind::RuleCreated | EventKind::RuleChanged | EventKind::RuleDeleted => RULE,
        EventKind::TokenCreated | EventKind::TokenRevoked | EventKind::TokenExpiring => TOKEN,
        EventKind::TokenRotated => &[("token", "@Token"), ("replaced", "@Token")],
        EventKind::SettingsChanged => {
            &[("organization?", "@Organization"), ("change?", "string"), ("webhook?", "@Webhook")]
        }
    }
}
