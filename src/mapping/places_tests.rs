//! Tests of `places`, by the lines of mapping.md §5.

use super::*;
use crate::model::id::GroupId;

use TargetType::{ConcurrencyGroup, SubOrganization, Team};

/// Mapping `id` of group `id` to entity `id`.
fn claim(id: i64, target_type: TargetType) -> Claim {
    Claim { mapping: MappingId(id), group: GroupId(id), target_type, entity: EntityId(id) }
}

fn with(claim: Claim, standing: Standing) -> Candidate {
    Candidate { claim, standing }
}

fn approved(claims: &[Claim]) -> Vec<Candidate> {
    claims.iter().map(|&claim| with(claim, Standing::Approved)).collect()
}

fn wins(winner: Claim, loser: Claim) -> Decision {
    Decision { winner: winner.side(), loser: loser.side() }
}

fn fresh(claims: &[Claim]) -> BTreeSet<MappingId> {
    claims.iter().map(|claim| claim.mapping).collect()
}

fn pairs(places: &Places) -> Vec<(i64, i64)> {
    places.conflicts.iter().map(|(pair, _)| (pair.current.0, pair.incoming.0)).collect()
}

#[test]
fn mapping_5_1_what_conflicts_with_nothing_is_granted() {
    let (team, group) = (claim(1, Team), claim(2, ConcurrencyGroup));
    let places = settle(&UserFacts {
        candidates: approved(&[team, group]),
        fresh: fresh(&[team, group]),
        ..UserFacts::default()
    });
    assert_eq!(places.held, [team, group]);
    assert!(places.conflicts.is_empty());
}

#[test]
fn mapping_5_2_the_newcomer_is_blocked_and_a_conflict_opens() {
    let (old, new) = (claim(1, ConcurrencyGroup), claim(2, ConcurrencyGroup));
    let places = settle(&UserFacts {
        candidates: approved(&[old, new]),
        held: vec![old],
        fresh: fresh(&[new]),
        ..UserFacts::default()
    });
    assert_eq!((places.held.as_slice(), places.blocked.as_slice()), ([old].as_slice(), [new].as_slice()));
    assert_eq!(pairs(&places), [(1, 2)]);
}

#[test]
fn mapping_5_2_a_decision_applies_silently_either_way() {
    let (old, new) = (claim(1, ConcurrencyGroup), claim(2, ConcurrencyGroup));
    let facts = |decision| UserFacts {
        candidates: approved(&[old, new]),
        held: vec![old],
        fresh: fresh(&[new]),
        decisions: vec![decision],
        ..UserFacts::default()
    };
    let kept = settle(&facts(wins(old, new)));
    assert_eq!((kept.held.as_slice(), pairs(&kept)), ([old].as_slice(), vec![]));
    let moved = settle(&facts(wins(new, old)));
    assert_eq!((moved.held.as_slice(), pairs(&moved)), ([new].as_slice(), vec![]));
}

#[test]
fn mapping_5_2_what_a_frozen_mapping_gave_counts_as_held_and_a_frozen_newcomer_gets_nothing() {
    let (old, new) = (claim(1, SubOrganization), claim(2, SubOrganization));
    let places = settle(&UserFacts {
        candidates: vec![with(old, Standing::Frozen), with(new, Standing::Approved)],
        held: vec![old],
        fresh: fresh(&[new]),
        ..UserFacts::default()
    });
    assert_eq!((places.held.as_slice(), pairs(&places)), ([old].as_slice(), vec![(1, 2)]));
    let nothing = settle(&UserFacts {
        candidates: vec![with(new, Standing::Frozen)],
        fresh: fresh(&[new]),
        ..UserFacts::default()
    });
    assert_eq!(nothing, Places::default());
}

#[test]
fn mapping_5_3_a_newcomer_that_wins_against_one_of_two_still_waits_for_the_other() {
    let (one, two, new) = (claim(1, Team), claim(2, Team), claim(3, SubOrganization));
    let mut facts = UserFacts {
        candidates: approved(&[one, two, new]),
        held: vec![one, two],
        fresh: fresh(&[new]),
        decisions: vec![wins(new, one)],
        ..UserFacts::default()
    };
    let places = settle(&facts);
    assert_eq!((places.held.as_slice(), pairs(&places)), ([one, two].as_slice(), vec![(2, 3)]));
    facts.decisions.push(wins(new, two));
    assert_eq!(settle(&facts).held, [new]);
}

#[test]
fn mapping_5_4_a_freed_slot_goes_to_the_oldest_that_was_blocked() {
    let (gone, older, newer) =
        (claim(3, ConcurrencyGroup), claim(1, ConcurrencyGroup), claim(2, ConcurrencyGroup));
    let places = settle(&UserFacts {
        candidates: approved(&[newer, older]),
        held: vec![gone],
        ..UserFacts::default()
    });
    assert_eq!((places.held.as_slice(), pairs(&places)), ([older].as_slice(), vec![(1, 2)]));
}

#[test]
fn mapping_5_4_the_oldest_comes_first_also_where_a_decision_makes_room_for_it() {
    // When sub-organization 4 leaves, sub-organization 1, which won against team 3, comes before the newer team 2.
    let (older, newer) = (claim(1, SubOrganization), claim(2, Team));
    let (stays, gone) = (claim(3, Team), Claim { group: GroupId(3), ..claim(4, SubOrganization) });
    let places = settle(&UserFacts {
        candidates: approved(&[older, newer, stays]),
        held: vec![stays, gone],
        decisions: vec![wins(older, stays)],
        ..UserFacts::default()
    });
    // Nobody decided between it and team 2; the team that lost to it waits silently.
    assert_eq!((places.held.as_slice(), pairs(&places)), ([older].as_slice(), vec![(1, 2)]));
}

#[test]
fn mapping_5_4_circular_decisions_end_and_stay_where_they_ended() {
    let [a, b, c] = [1, 2, 3].map(|id| claim(id, SubOrganization));
    let mut facts = UserFacts {
        candidates: approved(&[a, b, c]),
        held: vec![a],
        fresh: fresh(&[c]),
        decisions: vec![wins(a, b), wins(b, c), wins(c, a)],
        ..UserFacts::default()
    };
    let places = settle(&facts);
    assert_eq!(places.held.len(), 1);
    assert!(places.conflicts.is_empty());
    facts.held = places.held.clone();
    facts.fresh.clear();
    assert_eq!(settle(&facts).held, places.held, "a second sync changes nothing");
}

#[test]
fn mapping_5_4_what_was_evicted_comes_back_when_its_evictor_is_evicted_by_something_compatible() {
    // The team of group 1 gives way to sub-organization 2, which gives way to sub-organization 3, which comes from
    // another group still: the team conflicts with it and stays out.
    let (team, two, three) = (claim(1, Team), claim(2, SubOrganization), claim(3, SubOrganization));
    let same_group = Claim { group: team.group, ..three };
    let facts = |third| UserFacts {
        candidates: approved(&[team, two, third]),
        held: vec![team],
        fresh: fresh(&[two, third]),
        decisions: vec![wins(two, team), wins(third, two), wins(third, team)],
        ..UserFacts::default()
    };
    assert_eq!(settle(&facts(three)).held, [three]);
    assert_eq!(settle(&facts(same_group)).held, [team, same_group]);
}

#[test]
fn mapping_5_6_a_withheld_place_is_gone_and_what_it_blocked_is_granted() {
    let (held, blocked) = (claim(1, ConcurrencyGroup), claim(2, ConcurrencyGroup));
    let places = settle(&UserFacts {
        candidates: vec![with(held, Standing::Withheld), with(blocked, Standing::Approved)],
        held: vec![held],
        ..UserFacts::default()
    });
    assert_eq!((places.held.as_slice(), pairs(&places)), ([blocked].as_slice(), vec![]));
}

#[test]
fn mapping_5_6_a_team_by_hand_is_additive_and_an_exclusive_choice_waits_below_a_mapping() {
    let (team, group) = (claim(1, Team), claim(2, ConcurrencyGroup));
    let by_hand = EntityId(9);
    let mut facts = UserFacts {
        candidates: approved(&[team, group]),
        held: vec![team, group],
        manual: vec![(Team, team.entity), (ConcurrencyGroup, by_hand)],
        ..UserFacts::default()
    };
    let places = settle(&facts).assignments;
    assert!(places.contains(&Assignment { target_type: Team, entity: team.entity, source: Source::Manual }));
    assert!(!places.iter().any(|place| place.entity == by_hand));
    facts.candidates.clear();
    let left: Vec<_> =
        settle(&facts).assignments.into_iter().map(|place| (place.entity, place.source)).collect();
    assert_eq!(left, [(team.entity, Source::Manual), (by_hand, Source::Manual)]);
}

#[test]
fn mapping_5_7_the_slot_is_filled_by_mapping_then_attribute_then_hand() {
    let mapped = claim(1, ConcurrencyGroup);
    let mut facts = UserFacts {
        candidates: approved(&[mapped]),
        held: vec![mapped],
        manual: vec![(ConcurrencyGroup, EntityId(3))],
        attribute: Some(EntityId(2)),
        ..UserFacts::default()
    };
    let slot = |facts: &UserFacts| settle(facts).assignments.first().map(|place| place.entity.0);
    assert_eq!(slot(&facts), Some(1));
    facts.candidates.clear();
    assert_eq!(slot(&facts), Some(2));
    facts.attribute = None;
    assert_eq!(slot(&facts), Some(3));
    facts.manual.clear();
    assert_eq!(slot(&facts), None);
}
