//! What is previewed is what happens: over random histories, everything that a preview says is compared with what
//! applying it did (mapping.md §9.1).

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::compute::Preview;
use super::world::{State, Step, Tried, USERS, World, pushed, rule};
use crate::mapping::approval::Choice;
use crate::mapping::memory::FIRST_NEW;
use crate::mapping::preview::Trial;
use crate::mapping::rule_changes::added_index;
use crate::model::entity::{Entity, TargetType};
use crate::model::group::MemberChange;
use crate::model::id::{MappingId, RuleId};
use crate::model::mapping::Mapping;
use crate::model::rule::{RuleChanges, RuleSpec};

/// Compares everything that the preview said with what happened.
fn compare(preview: &Preview, before: &State, after: &State, added: &[RuleId]) {
    let document = preview.to_json();
    assert_eq!(before.roles, after.roles, "a mapping changed a role");
    compare_mappings(preview, before, after, added);
    compare_entities(preview, before, after);
    let new: BTreeSet<_> = after.conflicts.difference(&before.conflicts).collect();
    let mut opened: BTreeMap<(MappingId, MappingId), usize> = BTreeMap::new();
    for (_, pair) in &new {
        let key = (real(pair.current, before, after), real(pair.incoming, before, after));
        *opened.entry(key).or_default() += 1;
    }
    let said: BTreeMap<(MappingId, MappingId), usize> = preview
        .tally
        .opened
        .iter()
        .map(|(pair, opened)| ((pair.current, pair.incoming), opened.users))
        .collect();
    assert_eq!(said, opened);
    assert_eq!(document["summary"]["conflicts_opened"], json!(new.len()));
    assert_eq!(preview.tally.closed, before.conflicts.difference(&after.conflicts).count());
    assert_eq!(document["summary"]["conflicts_closed"], json!(preview.tally.closed));
}

/// The id by which the preview knows a mapping: new ones are numbered in the order in which they came to be.
fn real(id: MappingId, before: &State, after: &State) -> MappingId {
    if before.mappings.iter().any(|mapping| mapping.id == id) {
        return id;
    }
    let new =
        after.mappings.iter().filter(|mapping| before.mappings.iter().all(|other| other.id != mapping.id));
    let index = new.clone().position(|mapping| mapping.id == id).unwrap();
    MappingId(FIRST_NEW + i64::try_from(index).unwrap())
}

fn compare_mappings(preview: &Preview, before: &State, after: &State, added: &[RuleId]) {
    let place = |entity: Option<&Entity>| entity.map(|entity| (entity.target_type, entity.name.clone()));
    let row = |mapping: &Mapping, rule: Option<RuleId>, entity| {
        (mapping.group, mapping.target_type, mapping.status.as_str(), mapping.status.reason(), rule, entity)
    };
    let old = |id| before.mappings.iter().find(|mapping| mapping.id == id);
    let is_same = |old: &Mapping, new: &Mapping| {
        (old.status, old.rule, old.rename_blocked) == (new.status, new.rule, new.rename_blocked)
    };
    let happened: Vec<_> = after
        .mappings
        .iter()
        .filter(|mapping| old(mapping.id).is_none_or(|old| !is_same(old, mapping)))
        .map(|mapping| {
            let entity = mapping.status.entity().and_then(|id| after.entities.get(&id));
            row(mapping, mapping.rule, place(entity))
        })
        .collect();
    let said: Vec<_> = preview
        .board
        .written()
        // The states show live groups; a mapping that an admin rejected can be removed when its group is gone too.
        .filter(|(_, now)| preview.board.groups().contains_key(&now.group))
        .map(|(_, now)| {
            let rule = now.rule.map(|id| added_index(id).map_or(id, |index| added[index]));
            let entity = now.status.entity().and_then(|id| preview.board.entities().get(&id));
            row(now, rule, place(entity))
        })
        .collect();
    assert_eq!(said, happened);
}

fn compare_entities(preview: &Preview, before: &State, after: &State) {
    let name = |entity: &Entity| (entity.target_type, entity.name.clone());
    let made = |entity: &&Entity| !before.entities.contains_key(&entity.id);
    let happened: Vec<_> = after.entities.values().filter(made).map(name).collect();
    let said: Vec<_> = preview.board.entities().values().filter(made).map(name).collect();
    assert_eq!(said, happened);
    let before_the_change = |entity: &&Entity| before.entities.contains_key(&entity.id);
    let called: Vec<_> = after.entities.values().filter(before_the_change).map(name).collect();
    let said: Vec<_> = preview.board.entities().values().filter(before_the_change).map(name).collect();
    assert_eq!(said, called);

    let mut moves: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    let mut users = 0;
    for (user, is) in &after.places {
        let was = &before.places[user];
        users += usize::from(was != is);
        for entity in is.difference(was) {
            moves.entry(name(&after.entities[entity])).or_default().0 += 1;
        }
        for entity in was.difference(is) {
            moves.entry(name(&after.entities[entity])).or_default().1 += 1;
        }
    }
    let said: BTreeMap<_, (usize, usize)> = preview
        .tally
        .entities
        .iter()
        .map(|(id, movement)| (name(&preview.board.entities()[id]), (movement.gains, movement.losses)))
        .collect();
    assert_eq!(said, moves);
    assert_eq!(preview.tally.users, users);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn applying_does_exactly_what_the_preview_said_9_1(
        history in prop::collection::vec(any::<Step>(), 10..30),
        trials in prop::collection::vec(any::<[u8; 3]>(), 4),
    ) {
        let world = World::new();
        for step in history {
            world.step(step);
        }
        for numbers in trials {
            let tried = world.trial(numbers);
            let before = world.state();
            let preview = world.preview(&tried);
            let basis = world.read(|db| db.revision(world.organization)).unwrap();
            match (preview, world.perform(&tried)) {
                (Ok(preview), Ok(added)) => {
                    prop_assert_eq!(preview.basis, basis);
                    compare(&preview, &before, &world.state(), &added);
                }
                (Err(said), Err(happened)) => prop_assert_eq!(said.kind, happened.kind),
                (said, happened) => prop_assert!(false, "{tried:?}: {said:?} and {happened:?}"),
            }
        }
    }
}

#[test]
fn a_preview_writes_nothing_and_names_rules_that_do_not_exist_yet_9_1() {
    let world = World::new();
    let all = world.users.iter().map(|id| id.0.clone()).collect();
    world.change(|c| c.create_group(&pushed("new", MemberChange::Add(all))).map(drop)).unwrap();
    let basis = world.read(|db| db.revision(world.organization)).unwrap();
    let spec =
        RuleSpec { target_type: TargetType::Team, auto_approve: true, enabled: true, ..rule([0, 1, 0]) };
    let changes = RuleChanges { add: vec![spec], ..RuleChanges::default() };
    let preview = world.preview(&Tried::Rules(changes)).unwrap().to_json();
    assert_eq!(preview["basis"], basis.to_string());
    assert_eq!((&preview["rules"][0]["id"], &preview["rules"][0]["index"]), (&Value::Null, &json!(0)));
    assert_eq!(preview["mappings"][0]["rule_index"], 0);
    assert_eq!(
        (&preview["entities"][0]["gains"], &preview["entities"][0]["created"]),
        (&json!(USERS), &json!(true))
    );
    assert_eq!(world.read(|db| db.revision(world.organization)).unwrap(), basis);
    assert_eq!(world.state().mappings, []);
}

#[test]
fn what_an_admin_took_away_is_not_counted_as_gained_again_5_6_9_1() {
    let world = World::new();
    let all: Vec<String> = world.users.iter().map(|id| id.0.clone()).collect();
    let group = world.change(|c| c.create_group(&pushed("new", MemberChange::Add(all)))).unwrap();
    let choice = Choice::Named { name: "T".to_owned(), create: true };
    let map = Tried::ByHand(Trial::Map(group.id, TargetType::Team, choice.clone()));
    world.perform(&map).unwrap();
    let mapping = world.read(|db| db.mappings_of(group.id)).unwrap().remove(0);
    let team = world.read(|db| db.entity_by_row(mapping.status.entity().unwrap())).unwrap().unwrap();
    let user = world.users[0].clone();
    world.change(move |c| c.remove_member(TargetType::Team, &team.resource_id, &user)).unwrap();
    world.perform(&Tried::ByHand(Trial::Reject(mapping.id))).unwrap();
    let approve = Tried::ByHand(Trial::Approve(mapping.id, choice));
    let (before, preview) = (world.state(), world.preview(&approve).unwrap());
    assert_eq!(preview.tally.users, USERS - 1);
    world.perform(&approve).unwrap();
    compare(&preview, &before, &world.state(), &[]);
}
