//! What holds of every change: it lands as a whole or not at all, and its cost follows what it changes (mapping.md §10).

use serde_json::json;

use crate::directory::Pushed;
use crate::directory::preview::world::{World, person, pushed};
use crate::mapping::approval::Choice;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Kind, Result};
use crate::model::group::MemberChange;
use crate::model::id::{GroupId, ResourceId, UserId};
use crate::model::role::Role;
use crate::store::work::{self, Work};

/// Everything that a change of a membership may touch, as far as it can be seen.
fn everything(world: &World) -> String {
    let state = world.state();
    world.read(|db| {
        let groups = db.group_names(world.organization).unwrap();
        let rows: Vec<GroupId> = groups.iter().map(|group| group.id).collect();
        let members = db.members_of_groups(&rows).unwrap();
        let events = db.events(world.organization, 0, i64::MAX).unwrap();
        let revision = db.revision(world.organization).unwrap();
        format!(
            "{groups:?} {members:?} {events:?} {revision} {:?} {:?} {:?}",
            state.places, state.roles, state.conflicts
        )
    })
}

/// A group whose members are admins.
fn of_admins(name: &str, step: MemberChange) -> Pushed {
    let mut pushed = pushed(name, step);
    pushed.document.roles = vec![Role::Admin];
    pushed.document.resource.insert("roles".to_owned(), json!(pushed.document.roles));
    pushed
}

#[test]
fn mapping_10_1_membership_places_roles_conflicts_and_events_land_together_or_not_at_all() {
    let world = World::new();
    for (name, entity) in [("a-1", "x"), ("b-1", "y")] {
        let id = world.read(|db| db.group_named(world.organization, name).unwrap().unwrap().resource_id);
        let (emptied, choice) = (id.clone(), Choice::Named { name: entity.to_owned(), create: false });
        world
            .change(move |c| {
                c.map_group(&id, TargetType::ConcurrencyGroup, &choice)?;
                c.update_group(&emptied, |_, _| Ok(of_admins(name, MemberChange::RemoveAll)))
            })
            .unwrap();
    }
    let before = everything(&world);
    let attempt = |fails: bool| -> Result<()> {
        let (directory, organization, cause) = (world.directory.clone(), world.organization, world.cause());
        let user = world.users[0].0.clone();
        world.directory.store().write(move |tx| {
            directory.run(tx, organization, cause, |change| {
                for name in ["a-1", "b-1"] {
                    let id = tx.group_named(organization, name)?.map(|group| group.resource_id);
                    let step = MemberChange::Add(vec![user.clone()]);
                    change.update_group(&id.unwrap(), |_, _| Ok(of_admins(name, step)))?;
                }
                Ok(())
            })?;
            if fails { Err(Error::new(Kind::Conflict, "after everything was written")) } else { Ok(()) }
        })
    };
    attempt(true).unwrap_err();
    assert_eq!(everything(&world), before, "nothing stays of a change that fails at its very end");
    attempt(false).unwrap();
    let state = world.state();
    let user = UserId(1);
    assert_eq!((state.roles[&user], state.conflicts.len()), (Role::Admin, 1));
    assert_ne!(everything(&world), before);
}

/// What it costs to put one more user into a group of `size`, mapped to a team, and to take them out again.
fn one_member(size: usize) -> [Work; 2] {
    let world = World::new();
    let members: Vec<String> = world
        .change(move |change| {
            let create =
                |number| change.create_user(person(&format!("m{number}"))).map(|user| user.resource_id.0);
            (0..size).map(create).collect()
        })
        .unwrap();
    let group: ResourceId = world
        .change(move |change| {
            let group = change.create_group(&pushed("large", MemberChange::Add(members)))?.resource_id;
            let choice = Choice::Named { name: "large".to_owned(), create: true };
            change.map_group(&group, TargetType::Team, &choice)?;
            Ok(group)
        })
        .unwrap();
    let user = world.users[0].0.clone();
    [MemberChange::Add(vec![user.clone()]), MemberChange::Remove(vec![user])].map(|step| {
        let (directory, organization, cause) = (world.directory.clone(), world.organization, world.cause());
        let group = group.clone();
        let cost = world.directory.store().write(move |tx| {
            work::done();
            directory.run(tx, organization, cause, |change| {
                change.update_group(&group, |_, group| Ok(pushed(&group.display_name, step)))
            })?;
            Ok(work::done())
        });
        cost.unwrap()
    })
}

#[test]
fn mapping_10_2_one_member_costs_the_same_statements_and_steps_whatever_the_size_of_the_group() {
    let [add, remove] = one_member(10);
    assert!(add.statements > 5 && add.steps > 50, "{add:?}");
    let [add_to_large, remove_from_large] = one_member(2_000);
    assert_eq!([add.statements, remove.statements], [add_to_large.statements, remove_from_large.statements]);
    for (small, large) in [(add, add_to_large), (remove, remove_from_large)] {
        assert!((small.steps - large.steps).abs() * 10 <= small.steps, "{small:?} {large:?}");
    }
}

#[test]
fn mapping_10_2_facts_are_read_by_the_same_number_of_statements_for_one_user_as_for_all() {
    let world = World::new();
    let all: Vec<UserId> = (1..=5).map(UserId).collect();
    let count = |users: &[UserId]| {
        world.read(|db| {
            work::done();
            assert_eq!(db.user_states(users).unwrap().len(), users.len());
            work::done().statements
        })
    };
    assert_eq!(count(&all), count(&all[..1]));
}
