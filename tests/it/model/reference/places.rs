//! Who gets what: §5 and §7 of mapping.md.

use std::collections::BTreeSet;

use rollcall::model::entity::TargetType;
use rollcall::model::role::Role;

use super::{Claim, Mapping, Reference, Side, State};

/// An open conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    pub user: usize,
    /// What holds.
    pub current: Claim,
    /// What waits.
    pub incoming: Claim,
    pub kind: &'static str,
}

impl Reference {
    /// How two claims on one user clash: (a), (b) and (c) of §5.
    pub(super) fn clash(&self, one: Claim, other: Claim) -> Option<&'static str> {
        use TargetType::{ConcurrencyGroup, SubOrganization, Team};
        let mappings = [&self.mappings[one.0], &self.mappings[other.0]];
        let same_group = mappings[0].group == mappings[1].group;
        match mappings.map(|mapping| mapping.target) {
            [ConcurrencyGroup, ConcurrencyGroup] => (one.1 != other.1).then_some("exclusive_group"),
            [SubOrganization, SubOrganization] => (one.1 != other.1).then_some("exclusive_sub_organization"),
            [SubOrganization, _] | [_, SubOrganization] => (!same_group).then_some("cross_type_exclusive"),
            [Team, _] | [_, Team] => None,
        }
    }

    fn side(&self, claim: Claim) -> Side {
        (self.mappings[claim.0].group, claim.1)
    }

    pub(super) fn remember(&mut self, user: usize, winner: Claim, loser: Claim) {
        let (winner, loser) = (self.side(winner), self.side(loser));
        self.decisions.remove(&(user, loser, winner));
        self.decisions.insert((user, winner, loser));
    }

    fn wins(&self, user: usize, winner: Claim, loser: Claim) -> bool {
        self.decisions.contains(&(user, self.side(winner), self.side(loser)))
    }

    /// What the mappings that hold an entity claim for this user, save what an admin took away; oldest first.
    fn claims(&self, user: usize) -> Vec<Claim> {
        let claims = |(number, mapping): (usize, &Mapping)| {
            let is_member = self.groups[mapping.group].members.contains(&user);
            let claim = mapping.entity.map(|entity| (number, entity));
            claim.filter(|claim| is_member && !self.taken.contains(&(user, *claim)))
        };
        self.mappings.iter().enumerate().filter_map(claims).collect()
    }

    /// The candidates: approved claims, oldest first.
    fn candidates_of(&self, user: usize) -> Vec<Claim> {
        let mut claims = self.claims(user);
        claims.retain(|(mapping, _)| self.mappings[*mapping].state == State::Approved);
        claims
    }

    /// What mappings gave a user.
    pub(super) fn held_by(&self, user: usize) -> Vec<Claim> {
        self.held.iter().filter(|(who, _)| *who == user).map(|(_, claim)| *claim).collect()
    }

    /// After every request: everyone's places from what is true now and what was.
    pub(super) fn give_places(&mut self) {
        let users: Vec<usize> = self.users.keys().copied().collect();
        let places: Vec<(usize, Vec<Claim>)> =
            users.iter().map(|user| (*user, self.granted(*user))).collect();
        let each = |(user, claims): (usize, Vec<Claim>)| claims.into_iter().map(move |claim| (user, claim));
        self.held = places.into_iter().flat_map(each).collect();
        self.candidates =
            users.iter().map(|user| (*user, self.candidates_of(*user))).flat_map(each).collect();
        self.preferred.clear();
    }

    fn granted(&self, user: usize) -> Vec<Claim> {
        // 5.5, 4.4: what nothing gives any more goes; what a frozen mapping gave stays.
        let claims = self.claims(user);
        let (mut held, mut gone): (Vec<Claim>, Vec<Claim>) =
            self.held_by(user).into_iter().partition(|claim| claims.contains(claim));
        let mut decided_once = BTreeSet::new();
        loop {
            let in_way = |claim: Claim| -> Vec<Claim> {
                held.iter().copied().filter(|other| self.clash(*other, claim).is_some()).collect()
            };
            let is_looked_at = |claim: &Claim| {
                let is_new = !self.candidates.contains(&(user, *claim));
                let was_freed =
                    gone.iter().any(|other| other == claim || self.clash(*other, *claim).is_some());
                is_new || was_freed || self.preferred.contains(&(user, *claim))
            };
            // 5.1: nothing is in the way. 5.2: all that is in the way lost to it, which helps once in a change (5.4).
            let can_take = |claim: &Claim| {
                let in_way = in_way(*claim);
                let decided = in_way.iter().all(|other| self.wins(user, *claim, *other));
                in_way.is_empty() || (decided && !decided_once.contains(claim))
            };
            // 5.4: the oldest comes first.
            let candidates = self.candidates_of(user).into_iter();
            let mut waiting = candidates.filter(|claim| !held.contains(claim)).filter(is_looked_at);
            let Some(next) = waiting.find(can_take) else { return held };
            let evicted = in_way(next);
            if !evicted.is_empty() {
                decided_once.insert(next);
            }
            held.retain(|other| !evicted.contains(other));
            held.push(next);
            gone.extend(evicted);
        }
    }

    /// 5.2: everything blocked by something held that nobody decided about.
    pub fn conflicts(&self) -> Vec<Conflict> {
        let mut open = Vec::new();
        for (user, incoming) in &self.candidates {
            let held = self.held_by(*user);
            for current in held.iter().filter(|_| !held.contains(incoming)) {
                let decided = self.wins(*user, *current, *incoming) || self.wins(*user, *incoming, *current);
                if let Some(kind) = self.clash(*current, *incoming).filter(|_| !decided) {
                    open.push(Conflict { user: *user, current: *current, incoming: *incoming, kind });
                }
            }
        }
        open
    }

    /// What fills an exclusive slot and why (5.6, 5.7); `None` for the default concurrency group and the root.
    pub(super) fn slot(&self, user: usize, target: TargetType) -> Option<(usize, String)> {
        let of_type = |entity: usize| self.entities[entity].target == target;
        let mapped = self.held_by(user).into_iter().find(|(_, entity)| of_type(*entity));
        if let Some((mapping, entity)) = mapped {
            return Some((entity, self.mapping_words(mapping)));
        }
        let bound = self.users[&user].bound.filter(|bound| self.entities[*bound].living);
        if let Some(entity) = bound.filter(|entity| of_type(*entity) && self.is_on(target)) {
            return Some((entity, "attribute".to_owned()));
        }
        let by_hand = self.by_hand.iter().find(|(who, entity)| *who == user && of_type(*entity));
        by_hand.map(|(_, entity)| (*entity, "hand".to_owned()))
    }

    /// 5.6: teams add up.
    pub(super) fn teams(&self, user: usize) -> Vec<(usize, String)> {
        let is_team = |entity: usize| self.entities[entity].target == TargetType::Team;
        let mapped = self.held_by(user).into_iter().filter(|(_, entity)| is_team(*entity));
        let by_hand = self.by_hand.iter().filter(|(who, entity)| *who == user && is_team(*entity));
        mapped
            .map(|(mapping, entity)| (entity, self.mapping_words(mapping)))
            .chain(by_hand.map(|(_, entity)| (*entity, "hand".to_owned())))
            .collect()
    }

    /// 7.2.
    pub(super) fn role(&self, user: usize) -> Role {
        let groups = self.groups.iter().filter(|group| group.members.contains(&user));
        let given = groups.flat_map(|group| group.roles.clone());
        given.chain(self.users[&user].own_role).max().unwrap_or(Role::User)
    }
}
