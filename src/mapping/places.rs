//! Which places one user has (mapping.md §5): the pure core that every change, preview and explanation asks.
//!
//! The facts are those *after* a change, with what the user held before it and which claims are new; the answer is
//! what the user holds now and which conflicts are open. Without news the answer is what was: nothing blocked is
//! looked at again unless something that blocked it left. That is why syncing twice changes nothing, and why even
//! circular decisions end.

use std::collections::BTreeSet;

use crate::mapping::conflicts::{Claim, Preference, conflict, preference};
use crate::model::assignment::{Assignment, Source};
use crate::model::conflict::{ConflictKind, Decision, Pair};
use crate::model::entity::TargetType;
use crate::model::id::{EntityId, MappingId};

/// What stands behind a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// An approved mapping: it grants, and what it granted holds.
    Approved,
    /// A mapping that went back to pending: what it granted holds, it grants nothing new (mapping.md §4.4).
    Frozen,
    /// An admin took the place away; it grants nothing until the IdP asserts the membership again (mapping.md §5.6).
    Withheld,
}

/// A claim with what stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The claim.
    pub claim: Claim,
    /// What stands behind it.
    pub standing: Standing,
}

/// Everything that decides one user's places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFacts {
    /// The claims of the live groups that the user is in now, by age of the mapping.
    pub candidates: Vec<Candidate>,
    /// The claims that gave the user a place before the change.
    pub held: Vec<Claim>,
    /// The claims that the change brings: a new membership, a mapping approved, a membership asserted again after an
    /// admin had taken the place, a conflict decided for the newcomer.
    pub fresh: BTreeSet<MappingId>,
    /// Remembered answers to conflicts.
    pub decisions: Vec<Decision>,
    /// The places that an admin gave by hand.
    pub manual: Vec<(TargetType, EntityId)>,
    /// The concurrency group that the user's `LambdatestGroup` names, where it has effect.
    pub attribute: Option<EntityId>,
}

/// What one user has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// The claims that hold, by age.
    pub held: Vec<Claim>,
    /// The approved claims that are blocked, by age.
    pub blocked: Vec<Claim>,
    /// Every place with its source; the concurrency group only where it is not the default.
    pub assignments: BTreeSet<Assignment>,
    /// The conflicts that wait for an admin.
    pub conflicts: Vec<(Pair, ConflictKind)>,
}

/// Decides one user's places.
pub fn settle(facts: &UserFacts) -> Places {
    let candidates: Vec<Candidate> = facts
        .candidates
        .iter()
        .copied()
        .filter(|candidate| candidate.standing != Standing::Withheld)
        .collect();
    let (held, freed): (Vec<Claim>, Vec<Claim>) =
        facts.held.iter().partition(|held| candidates.iter().any(|candidate| candidate.claim == **held));
    let mut claims: Vec<Claim> = candidates
        .iter()
        .filter(|candidate| candidate.standing == Standing::Approved)
        .map(|candidate| candidate.claim)
        .collect();
    claims.sort_by_key(|claim| claim.mapping);

    let mut settlement = Settlement { facts, claims: &claims, held, eligible: facts.fresh.clone() };
    settlement.recheck(&freed);
    settlement.run();
    let mut held = settlement.held;
    held.sort_by_key(|claim| claim.mapping);

    let blocked: Vec<Claim> = claims.iter().filter(|claim| !held.contains(claim)).copied().collect();
    Places {
        assignments: assignments(facts, &held),
        conflicts: open_conflicts(&facts.decisions, &held, &blocked),
        held,
        blocked,
    }
}

/// The run of one change over the claims that it may move.
struct Settlement<'a> {
    facts: &'a UserFacts,
    /// Approved claims, oldest first.
    claims: &'a [Claim],
    held: Vec<Claim>,
    /// Claims to be looked at: new ones, and blocked ones whose obstacle left.
    eligible: BTreeSet<MappingId>,
}

impl Settlement<'_> {
    /// Makes the blocked claims eligible that conflict with something that left.
    fn recheck(&mut self, freed: &[Claim]) {
        for claim in self.claims {
            if freed.iter().any(|freed| freed == claim || conflict(freed, claim).is_some()) {
                self.eligible.insert(claim.mapping);
            }
        }
    }

    /// Lets the oldest claim take its place that can, until none can (mapping.md §5.4). A claim can against which nothing
    /// stands, or that wins against all that does; the latter helps it once, so that even circular decisions end.
    fn run(&mut self) {
        let mut has_evicted = BTreeSet::new();
        loop {
            let next =
                self.waiting().map(|claim| (claim, self.obstacles(&claim))).find(|(claim, obstacles)| {
                    obstacles.is_empty()
                        || (!has_evicted.contains(&claim.mapping) && self.wins_against(claim, obstacles))
                });
            let Some((claim, evicted)) = next else { return };
            if !evicted.is_empty() {
                has_evicted.insert(claim.mapping);
            }
            self.held.retain(|held| !evicted.contains(held));
            self.held.push(claim);
            self.recheck(&evicted);
        }
    }

    fn waiting(&self) -> impl Iterator<Item = Claim> + '_ {
        self.claims
            .iter()
            .copied()
            .filter(|claim| self.eligible.contains(&claim.mapping) && !self.held.contains(claim))
    }

    fn obstacles(&self, claim: &Claim) -> Vec<Claim> {
        self.held.iter().filter(|held| conflict(held, claim).is_some()).copied().collect()
    }

    fn wins_against(&self, claim: &Claim, obstacles: &[Claim]) -> bool {
        let wins = |held: &Claim| preference(&self.facts.decisions, claim, held) == Some(Preference::First);
        obstacles.iter().all(wins)
    }
}

/// Every place: granted claims first, and below them in an exclusive slot the attribute, then the admin's choice
/// (mapping.md §5.6 and §5.7).
fn assignments(facts: &UserFacts, held: &[Claim]) -> BTreeSet<Assignment> {
    let mut places: BTreeSet<Assignment> = held
        .iter()
        .map(|claim| Assignment {
            target_type: claim.target_type,
            entity: claim.entity,
            source: Source::Mapping(claim.mapping),
        })
        .collect();
    let attribute =
        facts.attribute.map(|entity| (TargetType::ConcurrencyGroup, entity, Source::Attribute)).into_iter();
    let manual = facts.manual.iter().map(|&(target_type, entity)| (target_type, entity, Source::Manual));
    for (target_type, entity, source) in attribute.chain(manual) {
        let filled = places.iter().any(|place| place.target_type == target_type);
        if !(target_type.is_exclusive() && filled) {
            places.insert(Assignment { target_type, entity, source });
        }
    }
    places
}

/// Every pair of a held and a blocked claim that nobody has decided yet.
fn open_conflicts(decisions: &[Decision], held: &[Claim], blocked: &[Claim]) -> Vec<(Pair, ConflictKind)> {
    let mut open = Vec::new();
    for incoming in blocked {
        for current in held {
            if let Some(kind) = conflict(current, incoming)
                && preference(decisions, current, incoming).is_none()
            {
                open.push((Pair { current: current.mapping, incoming: incoming.mapping }, kind));
            }
        }
    }
    open
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;
