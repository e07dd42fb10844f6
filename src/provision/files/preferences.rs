//! The preferences table of a connection.

use crate::provision::expression::Expression;
use crate::provision::files::table::{Problems, Table};

/// The preferences table.
#[derive(Clone, Debug)]
pub(in crate::provision) struct Preferences {
    pub filter: Expression,
    pub identifier: Identifier,
    pub urns: Vec<String>,
    pub membership: Membership,
    pub create_users: bool,
    pub update_users: bool,
    pub disable_users: bool,
    pub remove_action: RemoveAction,
    pub remove_groups: bool,
}

/// The attribute whose value `%s` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provision) enum Identifier {
    UserName,
    WorkEmail,
}

impl Identifier {
    /// The SCIM attribute of the mapping table.
    pub(in crate::provision) fn attribute(self) -> &'static str {
        match self {
            Identifier::UserName => "userName",
            Identifier::WorkEmail => "workEmail",
        }
    }
}

/// What becomes of members that the target has from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provision) enum Membership {
    /// They stay.
    Merge,
    /// They go.
    Overwrite,
}

/// What becomes of a user who leaves the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provision) enum RemoveAction {
    Disable,
    Delete,
}

/// Reads the table of the file `whole`; without one, everything is as PingOne has it. What is wrong goes to `problems`.
pub(super) fn preferences(whole: &Table<'_, '_>, problems: &mut Problems) -> Preferences {
    let empty = Default::default();
    let table = whole.table("preferences", problems).unwrap_or(Table {
        file: whole.file,
        name: "[preferences]".into(),
        at: 0,
        entries: &empty,
    });
    table.only(&PREFERENCES, problems);
    let identifiers = [("workEmail", Identifier::WorkEmail), ("userName", Identifier::UserName)];
    let handlings = [("Merge", Membership::Merge), ("Overwrite", Membership::Overwrite)];
    let actions = [("Disable", RemoveAction::Disable), ("Delete", RemoveAction::Delete)];
    let filter = table.text("user_filter_expression", problems).and_then(|text| {
        let read = Expression::parse(&text.value);
        read.map_err(|reason| problems.add(table.file, text.at, format!("user_filter_expression: {reason}")))
            .ok()
    });
    Preferences {
        filter: filter.unwrap_or_default(),
        identifier: table.word("user_identifier", &identifiers, Identifier::WorkEmail, problems),
        urns: table
            .texts("custom_attribute_schema_urns", problems)
            .into_iter()
            .map(|urn| urn.value)
            .collect(),
        membership: table.word("group_membership_handling", &handlings, Membership::Merge, problems),
        create_users: table.flag("create_users", true, problems),
        update_users: table.flag("update_users", true, problems),
        disable_users: table.flag("disable_users", true, problems),
        remove_action: table.word("remove_action", &actions, RemoveAction::Disable, problems),
        remove_groups: table.flag("remove_groups", true, problems),
    }
}

const PREFERENCES: [&str; 9] = [
    "user_filter_expression",
    "user_identifier",
    "custom_attribute_schema_urns",
    "group_membership_handling",
    "create_users",
    "update_users",
    "disable_users",
    "remove_action",
    "remove_groups",
];
