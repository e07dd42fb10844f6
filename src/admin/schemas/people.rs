//! Users, groups, and the places that people have.

use super::notation::{Schema, object};

pub(super) const SCHEMAS: &[Schema] = &[
    object("UserRef", "A user in a few words.", &[("id", "string"), ("user_name", "string")]),
    object("GroupRef", "A SCIM group in a few words.", &[("id", "string"), ("display_name", "string")]),
    object(
        "EntityRef",
        "A team, concurrency group or sub-organization in a few words.",
        &[
            ("id", "string"),
            ("type", "team|concurrency_group|sub_organization"),
            ("name", "string"),
            ("is_default", "boolean"),
        ],
    ),
    object(
        "UserState",
        "A user without places, as the feed shows it.",
        &[
            ("id", "string"),
            ("user_name", "string"),
            ("display_name", "string?"),
            ("external_id", "string?"),
            ("active", "boolean"),
            ("role", "@Roles"),
        ],
    ),
    object(
        "Roles",
        "The role that counts, and the one that the identity provider gave the user itself.",
        &[("effective", "Admin|User|Guest"), ("own", "Admin|User|Guest?")],
    ),
    object(
        "PlacedUser",
        "A user with role and places, as the feed and the snapshot show it.",
        &[
            ("...", "@UserState"),
            ("teams", "[@EntityRef]"),
            ("concurrency_group", "@EntityRef"),
            ("sub_organization", "@EntityRef?"),
        ],
    ),
    object(
        "Snapshot",
        "A page of everybody. events_after is the event after which the feed goes on.",
        &[("items", "[@PlacedUser]"), ("next", "string?"), ("events_after", "string")],
    ),
    object(
        "Feed",
        "Events in order. next is the after of the next request.",
        &[("items", "[@Event]"), ("next", "string")],
    ),
    object(
        "Source",
        "What a place comes from.",
        &[("source", "mapping|attribute|manual|default"), ("mapping_id", "string?"), ("since", "time?")],
    ),
    object(
        "Place",
        "An entity that somebody is in, with all that it comes from.",
        &[("...", "@EntityRef"), ("sources", "[@Source]")],
    ),
    object(
        "User",
        "A user with role and places. name is display_name, else name.formatted, else given and family name.",
        &[
            ("id", "string"),
            ("user_name", "string"),
            ("display_name", "string?"),
            ("name", "string?"),
            ("external_id", "string?"),
            ("active", "boolean"),
            ("role", "@RoleDetail"),
            ("teams", "[@Place]"),
            ("concurrency_group", "@Place"),
            ("sub_organization", "@Place?"),
            ("groups", "[@GroupRef]"),
            ("blocked", "[@Blocked]"),
            ("created_at", "time"),
            ("changed_at", "time"),
        ],
    ),
    object(
        "RoleDetail",
        "The role that counts, and what it comes from.",
        &[("...", "@Roles"), ("from_groups", "[@GroupRole]")],
    ),
    object(
        "GroupRole",
        "The role that a group gives its members.",
        &[("group", "@GroupRef"), ("role", "Admin|User|Guest")],
    ),
    object(
        "Blocked",
        "What a group claims for a user who does not have it.",
        &[
            ("mapping_id", "string"),
            ("target_type", "team|concurrency_group|sub_organization"),
            ("group", "@GroupRef"),
            ("entity", "@EntityRef"),
            ("reason", "taken_away|conflict|decision"),
            ("conflicts", "[string]"),
        ],
    ),
    object(
        "Person",
        "A member of a SCIM group.",
        &[
            ("id", "string"),
            ("user_name", "string"),
            ("display_name", "string?"),
            ("name", "string?"),
            ("active", "boolean"),
        ],
    ),
    object("Member", "A member of an entity.", &[("...", "@Person"), ("sources", "[@Source]")]),
    object(
        "Placement",
        "Where a user is after they were put there by hand; detail says what is in the way.",
        &[("...", "@Member"), ("place", "@Place?"), ("in_effect", "boolean"), ("detail", "string?")],
    ),
    object(
        "Group",
        "A SCIM group, and what it means.",
        &[
            ("id", "string"),
            ("display_name", "string"),
            ("external_id", "string?"),
            ("member_count", "integer"),
            ("roles", "[Admin|User|Guest]"),
            ("status", "pending|approved|auto_approved|rejected"),
            ("mappings", "[@Mapping]"),
            ("created_at", "time"),
            ("changed_at", "time"),
        ],
    ),
    object(
        "GroupState",
        "A SCIM group as its own events show it.",
        &[("...", "@GroupRef"), ("external_id", "string?"), ("roles", "[Admin|User|Guest]")],
    ),
    object(
        "Entity",
        "A team, concurrency group or sub-organization.",
        &[
            ("...", "@EntityRef"),
            ("created_by", "mapping|admin"),
            ("member_count", "integer"),
            ("mapping", "@Mapping?"),
            ("created_at", "time"),
        ],
    ),
    object("EntityName", "Names are unique per type, without regard to case.", &[("name", "1..500")]),
];
