//! The closed list of event kinds (interface.md §4).

macro_rules! event_kinds {
    ($(#[doc = $about:literal] $variant:ident = $name:literal,)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $(#[doc = $about] $variant,)*
        }

        impl EventKind {
            /// All of them.
            pub const ALL: &'static [EventKind] = &[$(EventKind::$variant,)*];

            /// The name in the feed.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(EventKind::$variant => $name,)*
                }
            }

            /// What it says, in a sentence.
            pub fn about(self) -> &'static str {
                match self {
                    $(EventKind::$variant => $about.trim_ascii(),)*
                }
            }
        }
    };
}

event_kinds! {
    /// A user was pushed for the first time.
    UserCreated = "user.created",
    /// A user's attributes changed.
    UserUpdated = "user.updated",
    /// `active` became true.
    UserActivated = "user.activated",
    /// `active` became false.
    UserDeactivated = "user.deactivated",
    /// A user was deleted.
    UserDeleted = "user.deleted",
    /// A deleted user was pushed again.
    UserRestored = "user.restored",
    /// A user's effective role changed.
    UserRoleChanged = "user.role_changed",
    /// A group was pushed for the first time.
    GroupCreated = "group.created",
    /// A group's `displayName` changed.
    GroupRenamed = "group.renamed",
    /// A group was deleted.
    GroupDeleted = "group.deleted",
    /// A deleted group was pushed again.
    GroupRestored = "group.restored",
    /// The roles that a group gives changed.
    GroupRolesChanged = "group.roles_changed",
    /// A user came into a group.
    GroupMemberAdded = "group.member_added",
    /// A user left a group.
    GroupMemberRemoved = "group.member_removed",
    /// A mapping came to be.
    MappingCreated = "mapping.created",
    /// A mapping waits for something.
    MappingPending = "mapping.pending",
    /// A mapping takes effect.
    MappingApproved = "mapping.approved",
    /// A mapping was rejected.
    MappingRejected = "mapping.rejected",
    /// A mapping's flags changed.
    MappingFlagged = "mapping.flagged",
    /// An entity was created.
    EntityCreated = "entity.created",
    /// An entity was renamed.
    EntityRenamed = "entity.renamed",
    /// An entity was deleted.
    EntityDeleted = "entity.deleted",
    /// A user got a place in an entity.
    AssignmentGranted = "assignment.granted",
    /// A user lost a place in an entity.
    AssignmentRevoked = "assignment.revoked",
    /// A mapping was blocked by another and waits for an admin.
    ConflictOpened = "conflict.opened",
    /// An admin decided a conflict.
    ConflictResolved = "conflict.resolved",
    /// A conflict ended because one side disappeared.
    ConflictClosed = "conflict.closed",
    /// A mapping rule was written for the first time.
    RuleCreated = "rule.created",
    /// A mapping rule was rewritten.
    RuleChanged = "rule.changed",
    /// A mapping rule was deleted.
    RuleDeleted = "rule.deleted",
    /// A token was made.
    TokenCreated = "token.created",
    /// A token was replaced by a new one.
    TokenRotated = "token.rotated",
    /// A token ends in a week, or in a day.
    TokenExpiring = "token.expiring",
    /// A token was ended.
    TokenRevoked = "token.revoked",
    /// An organization's settings changed.
    SettingsChanged = "settings.changed",
}
