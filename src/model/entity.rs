//! Entities: teams, concurrency groups and sub-organizations (mapping.md §1).

use crate::model::error::{Error, Result};
use crate::model::id::{EntityId, OrganizationId, ResourceId};
use crate::model::time::Timestamp;

/// What a mapping may point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetType {
    /// Additive: a user may be in any number.
    Team,
    /// Exclusive, with a default that everyone else is in.
    ConcurrencyGroup,
    /// Exclusive; outside of any, a user is in the root organization. Never created by the engine.
    SubOrganization,
}

impl TargetType {
    /// All three, in the order in which people read them.
    pub const ALL: [TargetType; 3] =
        [TargetType::Team, TargetType::ConcurrencyGroup, TargetType::SubOrganization];

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            TargetType::Team => "team",
            TargetType::ConcurrencyGroup => "concurrency_group",
            TargetType::SubOrganization => "sub_organization",
        }
    }

    /// The words for a sentence.
    pub fn words(self) -> &'static str {
        match self {
            TargetType::Team => "team",
            TargetType::ConcurrencyGroup => "concurrency group",
            TargetType::SubOrganization => "sub-organization",
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// `InvalidValue` listing the three.
    pub fn parse(text: &str) -> Result<TargetType> {
        TargetType::ALL.into_iter().find(|target| target.as_str() == text).ok_or_else(|| {
            Error::invalid_value(format!(
                "target_type: \"{text}\" is not one of team, concurrency_group, sub_organization."
            ))
            .at("target_type")
        })
    }

    /// Whether a user can be in one at most.
    pub fn is_exclusive(self) -> bool {
        self != TargetType::Team
    }

    /// Whether a mapping may create a missing one, and renames it with its group.
    pub fn follows_group(self) -> bool {
        self != TargetType::SubOrganization
    }
}

impl serde::Serialize for TargetType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Who made an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreatedBy {
    /// A mapping that asked for it.
    Mapping,
    /// An admin, or the organization's creation.
    Admin,
}

impl CreatedBy {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            CreatedBy::Mapping => "mapping",
            CreatedBy::Admin => "admin",
        }
    }
}

/// A team, concurrency group or sub-organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its row.
    pub id: EntityId,
    /// Its id outside.
    pub resource_id: ResourceId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// What it is.
    pub target_type: TargetType,
    /// Its name, unique per organization and type without case.
    pub name: String,
    /// Whether it is the organization's default concurrency group.
    pub is_default: bool,
    /// Who made it.
    pub created_by: CreatedBy,
    /// When it was made.
    pub created: Timestamp,
}
