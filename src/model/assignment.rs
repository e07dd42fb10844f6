//! Assignments: a user's place in an entity, with where it came from (mapping.md §1).

use crate::model::entity::TargetType;
use crate::model::id::{EntityId, MappingId};

/// Where an assignment came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A mapping of a group that the user is in.
    Mapping(MappingId),
    /// The user's `LambdatestGroup`.
    Attribute,
    /// An admin by hand.
    Manual,
}

impl Source {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Mapping(_) => "mapping",
            Source::Attribute => "attribute",
            Source::Manual => "manual",
        }
    }
}

/// A place that a user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assignment {
    /// What kind of place.
    pub target_type: TargetType,
    /// Which one.
    pub entity: EntityId,
    /// Why.
    pub source: Source,
}
