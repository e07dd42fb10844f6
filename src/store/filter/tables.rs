//! Which attributes of users and groups are not read from the stored JSON, and which look-ups have an index.

use crate::model::filter::Path;

/// How resources of one kind are stored.
pub(super) struct Table {
    /// A value in the stored JSON; the parameter is its path.
    pub(super) json_value: &'static str,
    /// The elements of an array in the stored JSON, as rows `e`; the parameter is its path.
    pub(super) json_elements: &'static str,
    /// The values at and below a place in the stored JSON, as rows `p`; the parameter is its path.
    pub(super) json_within: &'static str,
    /// The attributes that are columns.
    pub(super) columns: &'static [Column],
    /// The attribute that is rows of other tables.
    pub(super) relation: Relation,
    /// The look-ups in arrays that have an index.
    pub(super) lookups: &'static [Lookup],
}

impl Table {
    /// Whether the attribute at `path` is a column.
    pub(super) fn has_column(&self, path: &Path) -> bool {
        self.columns.iter().any(|column| path.0.iter().eq(column.path))
    }
}

/// An attribute that is a column, or made of one.
pub(super) struct Column {
    /// The attribute, or the sub-attribute of an element.
    pub(super) path: &'static [&'static str],
    /// Where it is.
    pub(super) source: Source,
}

/// What a column holds.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// A value as JSON has it.
    Plain(&'static str),
    /// Text and the same text folded.
    Folded(&'static str, &'static str),
    /// Milliseconds since the Unix epoch.
    Instant(&'static str),
    /// What follows the base URL of SCIM.
    Url(&'static str),
}

/// An array that is not in the JSON.
pub(super) struct Relation {
    /// The attribute.
    pub(super) attribute: &'static str,
    /// `FROM` and `WHERE` for the elements of one resource.
    pub(super) rows: &'static str,
    /// The column in whose order the elements are.
    pub(super) order: &'static str,
    /// The sub-attributes.
    pub(super) columns: &'static [Column],
}

/// Finds the resources that may have an element with a certain text, through an index.
pub(super) struct Lookup {
    /// The array.
    pub(super) attribute: &'static str,
    /// The sub-attribute that equals the text.
    pub(super) sub: &'static str,
    /// A condition on the row number; its parameters are the organization and the text.
    pub(super) condition: &'static str,
}

/// Users: `u`.
pub(super) const USERS: Table = Table {
    json_value: "json_extract(u.resource, ?)",
    json_elements: "json_each(u.resource, ?) e",
    json_within: "json_tree(u.resource, ?) p",
    columns: &[
        Column { path: &["userName"], source: Source::Folded("u.user_name", "u.user_name_key") },
        Column { path: &["displayName"], source: Source::Folded("u.display_name", "u.display_name_key") },
        Column { path: &["id"], source: Source::Plain("u.resource_id") },
        Column { path: &["externalId"], source: Source::Plain("u.external_id") },
        Column { path: &["active"], source: Source::Plain("u.active") },
        Column { path: &["meta"], source: Source::Plain("'User'") },
        Column { path: &["meta", "resourceType"], source: Source::Plain("'User'") },
        Column { path: &["meta", "created"], source: Source::Instant("u.created") },
        Column { path: &["meta", "lastModified"], source: Source::Instant("u.last_modified") },
        Column { path: &["meta", "version"], source: Source::Plain("'W/\"' || u.version || '\"'") },
        Column { path: &["meta", "location"], source: Source::Url("'/Users/' || u.resource_id") },
    ],
    relation: Relation {
        attribute: "groups",
        rows: "memberships m JOIN groups e ON e.id = m.group_id WHERE m.user_id = u.id",
        order: "m.group_id",
        columns: &[
            Column { path: &["value"], source: Source::Plain("e.resource_id") },
            Column { path: &["display"], source: Source::Folded("e.display_name", "e.display_name_key") },
            Column { path: &["type"], source: Source::Plain("'direct'") },
            Column { path: &["$ref"], source: Source::Url("'/Groups/' || e.resource_id") },
        ],
    },
    lookups: &[
        Lookup {
            attribute: "emails",
            sub: "value",
            condition: "u.id IN (SELECT a.user_id FROM user_emails a WHERE a.organization_id = ? AND a.value_key = ?)",
        },
        Lookup {
            attribute: "groups",
            sub: "value",
            condition: "u.id IN (SELECT a.user_id FROM groups c JOIN memberships a ON a.group_id = c.id
                WHERE c.organization_id = ? AND c.resource_id = ?)",
        },
        Lookup {
            attribute: "groups",
            sub: "display",
            condition: "u.id IN (SELECT a.user_id FROM groups c JOIN memberships a ON a.group_id = c.id
                WHERE c.organization_id = ? AND c.display_name_key = ? AND c.deleted IS NULL)",
        },
    ],
};

/// Groups: `g`.
pub(super) const GROUPS: Table = Table {
    json_value: "json_extract(g.resource, ?)",
    json_elements: "json_each(g.resource, ?) e",
    json_within: "json_tree(g.resource, ?) p",
    columns: &[
        Column { path: &["displayName"], source: Source::Folded("g.display_name", "g.display_name_key") },
        Column { path: &["id"], source: Source::Plain("g.resource_id") },
        Column { path: &["externalId"], source: Source::Plain("g.external_id") },
        Column { path: &["meta"], source: Source::Plain("'Group'") },
        Column { path: &["meta", "resourceType"], source: Source::Plain("'Group'") },
        Column { path: &["meta", "created"], source: Source::Instant("g.created") },
        Column { path: &["meta", "lastModified"], source: Source::Instant("g.last_modified") },
        Column { path: &["meta", "version"], source: Source::Plain("'W/\"' || g.version || '\"'") },
        Column { path: &["meta", "location"], source: Source::Url("'/Groups/' || g.resource_id") },
    ],
    relation: Relation {
        attribute: "members",
        rows: "memberships m JOIN users e ON e.id = m.user_id WHERE m.group_id = g.id",
        order: "m.user_id",
        columns: &[
            Column { path: &["value"], source: Source::Plain("e.resource_id") },
            Column { path: &["display"], source: Source::Folded("e.display_name", "e.display_name_key") },
            Column { path: &["type"], source: Source::Plain("'User'") },
            Column { path: &["$ref"], source: Source::Url("'/Users/' || e.resource_id") },
        ],
    },
    lookups: &[Lookup {
        attribute: "members",
        sub: "value",
        condition: "g.id IN (SELECT a.group_id FROM users c JOIN memberships a ON a.user_id = c.id
            WHERE c.organization_id = ? AND c.resource_id = ?)",
    }],
};
