//! Newtypes for identifiers, so that one kind cannot be passed for another.

use std::fmt;

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl $name {
            /// Reads the decimal form that the admin API shows; `None` for anything else.
            pub fn parse(text: &str) -> Option<$name> {
                text.parse().ok().map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl serde::Serialize for $name {
            /// Ids are strings in every JSON answer.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )*};
}

row_id! {
    /// A tenant, as the database numbers it; outside it is named by its slug.
    OrganizationId;
    /// A user's row; outside it is named by its [`ResourceId`].
    UserId;
    /// A SCIM group's row; outside it is named by its [`ResourceId`].
    GroupId;
    /// An entity's row; outside it is named by its [`ResourceId`].
    EntityId;
    /// A mapping rule.
    RuleId;
    /// A mapping of one SCIM group to one target type.
    MappingId;
    /// A conflict between two mappings over one user.
    ConflictId;
    /// A SCIM or admin token.
    TokenId;
    /// A person who signs in.
    AdminId;
    /// A sign-in that lasts.
    SessionId;
}

/// The opaque, URL-safe id of a user, group or entity as clients see it; never given to another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(pub String);

impl ResourceId {
    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ResourceId {
    fn from(text: &str) -> ResourceId {
        ResourceId(text.to_owned())
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for ResourceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
