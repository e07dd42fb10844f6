//! Conflicts between mappings over a user, and the remembered decisions (mapping.md §5).

use crate::model::id::{EntityId, GroupId, MappingId};

/// Two mappings that both claim a user: the one that holds, the one that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// The mapping whose place the user has.
    pub current: MappingId,
    /// The mapping that is blocked.
    pub incoming: MappingId,
}

/// What kind of clash it is, in the words of the guide's product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConflictKind {
    /// Two concurrency groups.
    ExclusiveGroup,
    /// Two sub-organizations.
    ExclusiveSubOrganization,
    /// A sub-organization against a team or concurrency group of another SCIM group.
    CrossTypeExclusive,
}

impl ConflictKind {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            ConflictKind::ExclusiveGroup => "exclusive_group",
            ConflictKind::ExclusiveSubOrganization => "exclusive_sub_organization",
            ConflictKind::CrossTypeExclusive => "cross_type_exclusive",
        }
    }
}

/// One side of a decision: a decision outlives mappings, so it names group and entity.
pub type Side = (GroupId, EntityId);

/// A remembered answer: for this user, `winner` is preferred to `loser`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decision {
    /// What the user shall have.
    pub winner: Side,
    /// What gives way.
    pub loser: Side,
}
