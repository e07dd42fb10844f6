//! What users had and lost (mapping.md §9.2).

use crate::model::assignment::Assignment;
use crate::model::cause::Cause;
use crate::model::id::{EntityId, GroupId, RuleId};
use crate::model::role::Role;

/// Why a place ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The user left the group.
    LeftGroup,
    /// The group was deleted.
    GroupDeleted,
    /// An admin rejected the mapping.
    MappingRejected,
    /// An admin removed the mapping.
    MappingRemoved,
    /// An admin had the mapping lead somewhere else.
    MappingMoved,
    /// The entity was deleted.
    EntityDeleted,
    /// An admin took it away by hand.
    TakenAway,
    /// Something that goes before it came: a place of higher precedence, or one that a decision prefers.
    GaveWay(Option<EntityId>),
    /// The user's `LambdatestGroup` changed.
    AttributeChanged,
    /// Concurrency groups were switched off, and `LambdatestGroup` with them.
    FeatureDisabled,
    /// The user was deleted.
    UserDeleted,
}

impl Ending {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Ending::LeftGroup => "left_group",
            Ending::GroupDeleted => "group_deleted",
            Ending::MappingRejected => "mapping_rejected",
            Ending::MappingRemoved => "mapping_removed",
            Ending::MappingMoved => "mapping_moved",
            Ending::EntityDeleted => "entity_deleted",
            Ending::TakenAway => "taken_away",
            Ending::GaveWay(_) => "gave_way",
            Ending::AttributeChanged => "attribute_changed",
            Ending::FeatureDisabled => "feature_disabled",
            Ending::UserDeleted => "user_deleted",
        }
    }

    /// Reads the word; `to` is what a place gave way to.
    pub fn parse(text: &str, to: Option<EntityId>) -> Option<Ending> {
        let all = [
            Ending::LeftGroup,
            Ending::GroupDeleted,
            Ending::MappingRejected,
            Ending::MappingRemoved,
            Ending::MappingMoved,
            Ending::EntityDeleted,
            Ending::TakenAway,
            Ending::GaveWay(to),
            Ending::AttributeChanged,
            Ending::FeatureDisabled,
            Ending::UserDeleted,
        ];
        all.into_iter().find(|ending| ending.as_str() == text)
    }
}

/// A place that a user had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastPlace {
    /// The place.
    pub place: Assignment,
    /// The group of the mapping that gave it.
    pub group: Option<GroupId>,
    /// The rule behind that mapping.
    pub rule: Option<RuleId>,
    /// What began it.
    pub begun: Cause,
    /// What ended it.
    pub ended: Cause,
    /// Why it ended.
    pub ending: Ending,
}

/// A change of the role that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleChange {
    /// Before.
    pub old: Role,
    /// After.
    pub new: Role,
    /// What changed it.
    pub by: Cause,
    /// The kind of cause and the group where there is one, as the event has them.
    pub why: serde_json::Value,
}
