//! Mappings: one SCIM group → one target type and, once known, one entity (mapping.md §4).

use crate::model::entity::TargetType;
use crate::model::id::{EntityId, GroupId, MappingId, RuleId};
use crate::model::time::Timestamp;

/// Why a mapping waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PendingReason {
    /// The matching rule has auto-approve off.
    AwaitingApproval,
    /// The target type's feature is off.
    FeatureDisabled,
    /// Auto-approve to a sub-organization that does not exist.
    TargetMissing,
    /// The entity of that name belongs to another group's mapping.
    TargetTaken,
    /// The group was renamed and the rules no longer auto-approve this target type.
    RuleChanged,
    /// An admin deleted the entity.
    TargetDeleted,
}

impl PendingReason {
    /// All of them.
    pub const ALL: [PendingReason; 6] = [
        PendingReason::AwaitingApproval,
        PendingReason::FeatureDisabled,
        PendingReason::TargetMissing,
        PendingReason::TargetTaken,
        PendingReason::RuleChanged,
        PendingReason::TargetDeleted,
    ];

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            PendingReason::AwaitingApproval => "awaiting_approval",
            PendingReason::FeatureDisabled => "feature_disabled",
            PendingReason::TargetMissing => "target_missing",
            PendingReason::TargetTaken => "target_taken",
            PendingReason::RuleChanged => "rule_changed",
            PendingReason::TargetDeleted => "target_deleted",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<PendingReason> {
        PendingReason::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// Who made a mapping approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Approval {
    /// An admin.
    Manual,
    /// A rule with auto-approve.
    Auto,
}

/// Who rejected a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rejection {
    /// An admin; it counts as existing, so rules leave the target type alone.
    Admin,
    /// The deletion of its group; history only.
    GroupDeleted,
    /// The deletion of its group, after an admin had deleted its entity: when the group is restored it waits again with
    /// [`PendingReason::TargetDeleted`], so that no rule re-creates the entity (mapping.md §6.3).
    GroupDeletedAfterTarget,
    /// An admin removed the mapping; history only.
    Removed,
}

impl Rejection {
    /// Whether the mapping still counts as one of its group's, so that rules leave its target type alone.
    pub fn counts(self) -> bool {
        self == Rejection::Admin
    }

    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Rejection::Admin => "rejected_by_admin",
            Rejection::GroupDeleted | Rejection::GroupDeletedAfterTarget => "group_deleted",
            Rejection::Removed => "removed",
        }
    }
}

/// The state of a mapping; each carries what is true of it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Waits. With an entity it was approved before, keeps what it gave and gives nothing new (mapping.md §4.4).
    Pending {
        /// What it waits for.
        reason: PendingReason,
        /// The entity that it held when it was approved, and how it was approved then.
        frozen: Option<(EntityId, Approval)>,
    },
    /// Gives its members a place in the entity.
    Approved {
        /// Where.
        entity: EntityId,
        /// By whom.
        by: Approval,
    },
    /// Gives nothing.
    Rejected(Rejection),
}

impl Status {
    /// The word in JSON: `pending`, `approved`, `auto_approved` or `rejected`.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Pending { .. } => "pending",
            Status::Approved { by: Approval::Manual, .. } => "approved",
            Status::Approved { by: Approval::Auto, .. } => "auto_approved",
            Status::Rejected(_) => "rejected",
        }
    }

    /// The reason in JSON, where there is one.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Status::Pending { reason, .. } => Some(reason.as_str()),
            Status::Approved { .. } => None,
            Status::Rejected(rejection) => Some(rejection.as_str()),
        }
    }

    /// Whether the mapping counts as one of its group's (mapping.md §6.2).
    pub fn counts(self) -> bool {
        match self {
            Status::Pending { .. } | Status::Approved { .. } => true,
            Status::Rejected(rejection) => rejection.counts(),
        }
    }

    /// Whether it is decided and waits for nothing but the switch of its target type (mapping.md §4.6).
    pub fn waits_for_feature(self) -> bool {
        matches!(self, Status::Pending { reason: PendingReason::FeatureDisabled, frozen: Some(_) })
    }

    /// The entity that the mapping holds, approved or frozen.
    pub fn entity(self) -> Option<EntityId> {
        match self {
            Status::Pending { frozen, .. } => frozen.map(|(entity, _)| entity),
            Status::Approved { entity, .. } => Some(entity),
            Status::Rejected(_) => None,
        }
    }
}

/// A stored mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Its row, which is also its age.
    pub id: MappingId,
    /// Whose members it places.
    pub group: GroupId,
    /// Where to, by type.
    pub target_type: TargetType,
    /// Its state.
    pub status: Status,
    /// The rule that made it; `None` when an admin did.
    pub rule: Option<RuleId>,
    /// Whether a rule made it, also one that is gone since.
    pub made_by_rule: bool,
    /// Whether its entity kept its name when the group was renamed: another one has the new name, or the mapping was
    /// frozen then.
    pub rename_blocked: bool,
    /// When it was made.
    pub created: Timestamp,
    /// When its state last changed.
    pub changed: Timestamp,
}
