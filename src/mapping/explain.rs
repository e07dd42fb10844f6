//! Why a user has or lacks something, as far as the engine's own rules say it (mapping.md §9.2).

use crate::mapping::conflicts::{Claim, Preference, conflict, preference};
use crate::model::conflict::{ConflictKind, Decision};
use crate::model::role::Role;

/// What stands in a claim's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What the user holds instead.
    pub holder: Claim,
    /// How the two clash.
    pub kind: ConflictKind,
    /// What was decided of the two; `None` while nobody was asked or has answered.
    pub decided: Option<Ruling>,
}

/// A remembered answer, seen from the claim that is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// The user shall keep what they hold.
    ForHolder,
    /// The claim would go before this holder, and something else blocks it.
    ForClaim,
}

/// What of that which a user holds keeps `claim` from being granted.
pub fn obstacles(claim: &Claim, held: &[Claim], decisions: &[Decision]) -> Vec<Obstacle> {
    let against = |holder: &Claim| {
        let kind = conflict(holder, claim)?;
        let decided = preference(decisions, holder, claim).map(|preferred| match preferred {
            Preference::First => Ruling::ForHolder,
            Preference::Second => Ruling::ForClaim,
        });
        Some(Obstacle { holder: *holder, kind, decided })
    };
    held.iter().filter_map(against).collect()
}

/// Where the role that counts comes from (mapping.md §7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleOrigin {
    /// The IdP gave it to the user itself.
    Own,
    /// The group at this place in the list gives it.
    Group(usize),
    /// Nobody gave one.
    Default,
}

/// Which of the roles that a user is given counts: the highest; the user's own before a group's, an older group's before
/// a younger one's.
pub fn role_origin(own: Option<Role>, from_groups: &[Option<Role>]) -> (Role, RoleOrigin) {
    let groups = from_groups.iter().enumerate();
    let given = groups.filter_map(|(at, role)| role.map(|role| (role, RoleOrigin::Group(at))));
    let own = own.map(|role| (role, RoleOrigin::Own));
    let mut best = None;
    for (role, origin) in own.into_iter().chain(given) {
        if best.is_none_or(|(highest, _)| role > highest) {
            best = Some((role, origin));
        }
    }
    best.unwrap_or((Role::User, RoleOrigin::Default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entity::TargetType::{self, SubOrganization, Team};
    use crate::model::id::{EntityId, GroupId, MappingId};

    fn claim(id: i64, target_type: TargetType) -> Claim {
        Claim { mapping: MappingId(id), group: GroupId(id), target_type, entity: EntityId(id) }
    }

    #[test]
    fn every_held_claim_that_clashes_is_an_obstacle_with_what_was_decided_9_2() {
        let (one, two, three) = (claim(1, Team), claim(2, Team), claim(3, Team));
        let wanted = claim(4, SubOrganization);
        let decisions = [
            Decision { winner: one.side(), loser: wanted.side() },
            Decision { winner: wanted.side(), loser: two.side() },
        ];
        let found = obstacles(&wanted, &[one, two, three], &decisions);
        let rulings: Vec<_> = found.iter().map(|obstacle| (obstacle.holder, obstacle.decided)).collect();
        assert_eq!(rulings, [(one, Some(Ruling::ForHolder)), (two, Some(Ruling::ForClaim)), (three, None)]);
        assert_eq!(obstacles(&claim(5, Team), &[one, two], &decisions), []);
    }

    #[test]
    fn the_highest_role_counts_and_the_own_one_among_equals_7_2() {
        use Role::{Admin, Guest, User};
        assert_eq!(role_origin(None, &[]), (User, RoleOrigin::Default));
        assert_eq!(role_origin(None, &[None, None]), (User, RoleOrigin::Default));
        assert_eq!(role_origin(Some(Guest), &[]), (Guest, RoleOrigin::Own));
        assert_eq!(role_origin(Some(User), &[None, Some(User)]), (User, RoleOrigin::Own));
        assert_eq!(
            role_origin(Some(User), &[Some(Guest), Some(Admin), Some(Admin)]),
            (Admin, RoleOrigin::Group(1))
        );
        for (own, groups) in [(None, [Some(Guest), None]), (Some(User), [Some(Admin), Some(Guest)])] {
            let given = groups.iter().flatten().copied();
            assert_eq!(role_origin(own, &groups).0, Role::effective(own, given));
        }
    }
}
