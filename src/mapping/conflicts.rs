//! Which claims on a user cannot both hold (mapping.md §5).

use crate::model::conflict::{ConflictKind, Decision, Side};
use crate::model::entity::TargetType;
use crate::model::id::{EntityId, GroupId, MappingId};

/// A mapping's claim on one user: the mapping, whose it is and where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// The mapping; its number is its age.
    pub mapping: MappingId,
    /// Its SCIM group.
    pub group: GroupId,
    /// Its target type.
    pub target_type: TargetType,
    /// Its entity.
    pub entity: EntityId,
}

impl Claim {
    /// How a decision names this claim, so that it outlives the mapping.
    pub fn side(&self) -> Side {
        (self.group, self.entity)
    }
}

/// How two claims on one user clash; `None` when both can hold.
pub fn conflict(one: &Claim, other: &Claim) -> Option<ConflictKind> {
    use TargetType::{ConcurrencyGroup, SubOrganization, Team};
    match (one.target_type, other.target_type) {
        (Team, Team) | (Team, ConcurrencyGroup) | (ConcurrencyGroup, Team) => None,
        (ConcurrencyGroup, ConcurrencyGroup) => {
            (one.entity != other.entity).then_some(ConflictKind::ExclusiveGroup)
        }
        (SubOrganization, SubOrganization) => {
            (one.entity != other.entity).then_some(ConflictKind::ExclusiveSubOrganization)
        }
        (SubOrganization, Team | ConcurrencyGroup) | (Team | ConcurrencyGroup, SubOrganization) => {
            (one.group != other.group).then_some(ConflictKind::CrossTypeExclusive)
        }
    }
}

/// Which of two sides a remembered decision prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// The first.
    First,
    /// The second.
    Second,
}

/// What is remembered of two claims; `None` when nobody was asked yet.
pub fn preference(decisions: &[Decision], first: &Claim, second: &Claim) -> Option<Preference> {
    let (first, second) = (first.side(), second.side());
    decisions.iter().find_map(|decision| match (decision.winner, decision.loser) {
        (winner, loser) if winner == first && loser == second => Some(Preference::First),
        (winner, loser) if winner == second && loser == first => Some(Preference::Second),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(group: i64, target_type: TargetType, entity: i64) -> Claim {
        Claim { mapping: MappingId(group), group: GroupId(group), target_type, entity: EntityId(entity) }
    }

    #[test]
    fn mapping_5_only_the_three_kinds_of_clash_conflict() {
        use TargetType::{ConcurrencyGroup, SubOrganization, Team};
        assert_eq!(conflict(&claim(1, Team, 1), &claim(2, Team, 2)), None);
        assert_eq!(conflict(&claim(1, Team, 1), &claim(2, ConcurrencyGroup, 2)), None);
        assert_eq!(
            conflict(&claim(1, ConcurrencyGroup, 1), &claim(2, ConcurrencyGroup, 2)),
            Some(ConflictKind::ExclusiveGroup)
        );
        assert_eq!(
            conflict(&claim(1, SubOrganization, 1), &claim(2, SubOrganization, 2)),
            Some(ConflictKind::ExclusiveSubOrganization)
        );
        for other in [Team, ConcurrencyGroup] {
            let clash = Some(ConflictKind::CrossTypeExclusive);
            assert_eq!(conflict(&claim(1, SubOrganization, 1), &claim(2, other, 2)), clash);
            assert_eq!(conflict(&claim(2, other, 2), &claim(1, SubOrganization, 1)), clash);
            assert_eq!(conflict(&claim(1, SubOrganization, 1), &claim(1, other, 2)), None, "same group");
        }
    }

    #[test]
    fn a_decision_is_found_from_either_side() {
        let (one, two) = (claim(1, TargetType::SubOrganization, 1), claim(2, TargetType::SubOrganization, 2));
        let decisions = [Decision { winner: two.side(), loser: one.side() }];
        assert_eq!(preference(&decisions, &one, &two), Some(Preference::Second));
        assert_eq!(preference(&decisions, &two, &one), Some(Preference::First));
        assert_eq!(preference(&[], &two, &one), None);
    }
}
