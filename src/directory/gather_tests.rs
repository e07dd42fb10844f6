//! A large change whose facts moved between the snapshot and the writer ends as one that read everything in the writer.

use std::sync::Arc;

use proptest::prelude::*;

use super::Gathered;
use crate::directory::preview::world::{Step, World, pushed, rule};
use crate::directory::{Answer, Change, Directory, Policy};
use crate::ids::Ids;
use crate::mapping::approval::Choice;
use crate::model::entity::TargetType;
use crate::model::error::Result;
use crate::model::group::MemberChange;
use crate::model::id::{ConflictId, GroupId, MappingId, ResourceId};
use crate::model::mapping::Status;
use crate::store::{Db, Event, Store, Synchronous, Target};

/// The whole feed of a world: everything that ever happened in it, in order.
fn feed(world: &World) -> Vec<Event> {
    world.read(|db| db.events(world.organization, 0, i64::MAX).unwrap())
}

/// The facts about everybody who is in any group.
fn gathered(world: &World) -> Gathered {
    let directory = world.directory.clone().large_from(0);
    let everybody =
        |db: &Db<'_>| Ok(db.group_names(world.organization)?.into_iter().map(|group| group.id).collect());
    directory.gather_members(world.organization, everybody).unwrap()
}

/// A change that is made in two worlds.
type Operation<T> = Box<dyn FnOnce(&mut Change<'_>) -> Result<T> + Send>;

/// Does the same in two worlds, of which one gathers before what comes in between, and has both tell the same.
fn ends_alike<T: Send + 'static>(
    prepare: impl Fn(&World),
    between: impl Fn(&World),
    operation: impl Fn(&World) -> Operation<T>,
) -> World {
    let [early, late] = [(); 2].map(|()| World::new());
    prepare(&early);
    prepare(&late);
    let facts = gathered(&early);
    between(&early);
    between(&late);
    let act = operation(&early);
    let outcome = early.directory.change_with(facts, early.organization, early.cause(), act);
    let act = operation(&late);
    let expected = late.change(act);
    assert_eq!(outcome.err(), expected.err());
    assert_eq!(feed(&early), feed(&late));
    let [told, expected] = [&early, &late].map(|world| {
        let state = world.state();
        (state.places, state.roles, state.conflicts, state.mappings)
    });
    assert_eq!(told, expected);
    early
}

/// A group by name, with its row.
fn group(world: &World, name: &str) -> (GroupId, ResourceId) {
    let found = world.read(|db| db.group_named(world.organization, name).unwrap().unwrap());
    (found.id, found.resource_id)
}

fn map(world: &World, name: &str, target_type: TargetType, entity: &str) {
    let (id, choice) = (group(world, name).1, Choice::Named { name: entity.to_owned(), create: true });
    world.change(move |change| change.map_group(&id, target_type, &choice).map(drop)).unwrap();
}

fn members(world: &World, name: &'static str, step: MemberChange) {
    let id = group(world, name).1;
    world.change(move |change| change.update_group(&id, |_, _| Ok(pushed(name, step))).map(drop)).unwrap();
}

fn mapping_of(world: &World, name: &str) -> MappingId {
    let id = group(world, name).0;
    let of_group = world.read(|db| db.mappings_of(id).unwrap());
    of_group.into_iter().find(|mapping| !matches!(mapping.status, Status::Rejected(_))).unwrap().id
}

fn first_conflict(world: &World) -> ConflictId {
    *world.state().conflicts.iter().map(|(id, _)| id).next().unwrap()
}

/// Approves a mapping of `a-1` to a concurrency group.
fn approving(world: &World) -> Operation<()> {
    let (id, choice) = (group(world, "a-1").1, Choice::Named { name: "x".to_owned(), create: false });
    Box::new(move |change| change.map_group(&id, TargetType::ConcurrencyGroup, &choice).map(drop))
}

#[test]
fn a_member_who_came_or_left_after_the_snapshot_is_settled_as_they_are_now() {
    let world = ends_alike(
        |_| {},
        |world| {
            members(world, "a-1", MemberChange::Remove(vec![world.users[0].0.clone()]));
            map(world, "a-2", TargetType::ConcurrencyGroup, "y");
            members(world, "a-2", MemberChange::Add(vec![world.users[0].0.clone()]));
        },
        approving,
    );
    assert!(!world.state().conflicts.is_empty(), "the others are in a-2 too");
}

#[test]
fn a_conflict_decided_after_the_snapshot_counts() {
    ends_alike(
        |world| {
            map(world, "a-1", TargetType::ConcurrencyGroup, "x");
            map(world, "a-2", TargetType::ConcurrencyGroup, "y");
        },
        |world| {
            let id = first_conflict(world);
            world.change(move |change| change.resolve_conflict(id, Answer::UseIncoming)).unwrap();
        },
        |world| {
            let id = mapping_of(world, "a-1");
            Box::new(move |change| change.reject_mapping(id).map(drop))
        },
    );
}

#[test]
fn a_mapping_rejected_after_the_snapshot_no_longer_blocks() {
    ends_alike(
        |world| map(world, "a-2", TargetType::ConcurrencyGroup, "y"),
        |world| {
            let id = mapping_of(world, "a-2");
            world.change(move |change| change.reject_mapping(id)).unwrap();
        },
        approving,
    );
}

#[test]
fn a_group_deleted_after_the_snapshot_refuses_its_approval_and_changes_nothing() {
    let world = ends_alike(
        |_| {},
        |world| {
            let id = group(world, "a-1").1;
            world.change(move |change| change.delete_group(&id, |_| Ok(()))).unwrap();
        },
        |world| {
            let known = world.read(|db| db.deleted_group_named(world.organization, "a-1").unwrap());
            let (id, choice) = (known.unwrap().resource_id, Choice::AsAsked);
            Box::new(move |change| change.map_group(&id, TargetType::Team, &choice).map(drop))
        },
    );
    assert!(world.state().mappings.is_empty());
}

#[test]
fn facts_are_read_again_where_the_test_mode_returned_to_its_state() {
    let world = World::new();
    let leaves =
        |user: usize| members(&world, "a-1", MemberChange::Remove(vec![world.users[user].0.clone()]));
    world.directory.store().write_large(|tx| tx.remember_state()).unwrap();
    leaves(0);
    let facts = gathered(&world);
    world.directory.store().write_large(|tx| tx.return_to_state()).unwrap();
    leaves(1);
    let organization = world.organization;
    let held = world.directory.store().write(move |tx| facts.that_hold(tx, organization)).unwrap();
    assert_eq!(held.len(), 0, "the revision is the same as then, and says something else");
}

#[test]
fn who_leaves_in_the_change_itself_is_settled_as_they_are_after_it() {
    let world = ends_alike(
        |world| map(world, "a-1", TargetType::ConcurrencyGroup, "x"),
        |_| {},
        |world| {
            let (id, leaver) = (group(world, "a-1").1, world.users[0].0.clone());
            let replaced = pushed("a-9", MemberChange::Remove(vec![leaver]));
            Box::new(move |change| change.update_group(&id, |_, _| Ok(replaced)).map(drop))
        },
    );
    let revoked = feed(&world).iter().filter(|event| event.kind == "assignment.revoked").count();
    assert_eq!(revoked, 1, "the leaver's place ended, and only theirs");
}

#[test]
fn facts_are_read_again_where_another_process_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rollcall.db");
    let server = World::in_database(&Target::Serve(path.clone(), Synchronous::Normal));
    let command = World {
        directory: Directory::new(
            Arc::new(Store::open(&Target::Command(path, Synchronous::Normal)).unwrap()),
            server.directory.clock().clone(),
            Ids::deterministic(),
            Policy::default(),
        ),
        organization: server.organization,
        users: server.users.clone(),
    };
    let holding = |facts: Gathered| {
        let organization = server.organization;
        server.directory.store().write(move |tx| facts.that_hold(tx, organization)).unwrap().len()
    };
    assert_eq!(holding(gathered(&server)), server.users.len(), "nobody wrote");
    let facts = gathered(&server);
    members(&server, "a-1", MemberChange::Remove(vec![server.users[0].0.clone()]));
    assert_eq!(holding(facts), server.users.len() - 1, "the server knows whose facts its own changes moved");
    let facts = gathered(&server);
    members(&command, "a-1", MemberChange::Add(vec![server.users[0].0.clone()]));
    assert_eq!(holding(facts), 0, "the server does not know what the command did");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_after_the_snapshot_the_change_is_that_of_one_phase(
        before in proptest::collection::vec(any::<Step>(), 0..12),
        between in proptest::collection::vec(any::<Step>(), 0..6),
        last in any::<[u8; 3]>(),
    ) {
        let [early, late] = [(); 2].map(|()| World::new());
        let start = rule([1, 2, 3]);
        for world in [&early, &late] {
            let spec = start.clone();
            world.change(move |change| change.create_rule(&spec).map(drop)).unwrap();
            before.iter().for_each(|step| world.step(*step));
        }
        let facts = gathered(&early);
        for world in [&early, &late] {
            between.iter().for_each(|step| world.step(*step));
        }
        let operation = early.trial(last).operation();
        let outcome = early.directory.change_with(facts, early.organization, early.cause(), operation);
        prop_assert_eq!(outcome.err(), late.perform(&late.trial(last)).err());
        prop_assert_eq!(feed(&early), feed(&late));
    }
}
