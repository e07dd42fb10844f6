//! The three roles (mapping.md §7).

use crate::model::error::{Error, Result};

/// A role; the order of the variants is the order of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The least.
    Guest,
    /// What everybody has who has no other.
    User,
    /// The most.
    Admin,
}

impl Role {
    /// The name as IdPs send it and as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Guest => "Guest",
            Role::User => "User",
            Role::Admin => "Admin",
        }
    }

    /// Reads a role name exactly as written in the list.
    ///
    /// # Errors
    /// `InvalidValue` listing the three, naming `attribute` (mapping.md §7.4).
    pub fn parse(text: &str, attribute: &str) -> Result<Role> {
        match text {
            "Guest" => Ok(Role::Guest),
            "User" => Ok(Role::User),
            "Admin" => Ok(Role::Admin),
            _ => Err(Error::invalid_value(format!(
                "{attribute}: \"{text}\" is not a role. Use one of Admin, User, Guest."
            ))
            .at(attribute)),
        }
    }

    /// The effective role: the highest of those given, [`Role::User`] when there is none (mapping.md §7.2).
    pub fn effective(own: Option<Role>, from_groups: impl IntoIterator<Item = Role>) -> Role {
        own.into_iter().chain(from_groups).max().unwrap_or(Role::User)
    }
}

impl serde::Serialize for Role {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
