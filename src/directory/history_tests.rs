//! Random histories keep every promise that `rollcall check` asks of a file.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::clock::Clock;
use crate::ids::Ids;
use crate::mapping::approval::Choice;
use crate::model::entity::TargetType;
use crate::model::error::{Kind, Result};
use crate::model::group::{GroupDocument, MemberChange};
use crate::model::id::ResourceId;
use crate::model::organization::{Features, Organization};
use crate::model::role::Role;
use crate::model::rule::{RuleKind, RuleSpec};
use crate::model::time::Timestamp;
use crate::model::user::UserDocument;
use crate::store::{NewOrganization, Page, Store, Target};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const ALL: Page = Page { after: 0, limit: 1_000 };
const ROLES: [Role; 3] = [Role::Guest, Role::User, Role::Admin];

/// One step. The numbers choose among what there is; a step that the directory refuses changes nothing.
#[derive(Clone, Debug)]
enum Step {
    PushUser { name: u8, role: u8, place: u8 },
    DeleteUser(u8),
    PushGroup { name: u8, roles: u8, members: u8 },
    ChangeGroup { group: u8, name: u8, add: u8, remove: u8 },
    DeleteGroup(u8),
    Map { group: u8, target_type: u8, name: u8 },
    Approve(u8),
    Reject(u8),
    Rule { kind: u8, target_type: u8, auto_approve: bool },
    ApplyRules,
    Resolve { conflict: u8, incoming: bool },
    MakeEntity { target_type: u8, name: u8 },
    DeleteEntity { target_type: u8, entity: u8 },
    Put { target_type: u8, entity: u8, user: u8 },
    Take { target_type: u8, entity: u8, user: u8 },
    Features(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let n = || any::<u8>();
    prop_oneof![
        4 => (n(), n(), n()).prop_map(|(name, role, place)| Step::PushUser { name, role, place }),
        1 => n().prop_map(Step::DeleteUser),
        5 => (n(), n(), n()).prop_map(|(name, roles, members)| Step::PushGroup { name, roles, members }),
        5 => (n(), n(), n(), n())
            .prop_map(|(group, name, add, remove)| Step::ChangeGroup { group, name, add, remove }),
        1 => n().prop_map(Step::DeleteGroup),
        4 => (n(), n(), n()).prop_map(|(group, target_type, name)| Step::Map { group, target_type, name }),
        2 => n().prop_map(Step::Approve),
        1 => n().prop_map(Step::Reject),
        2 => (n(), n(), any::<bool>())
            .prop_map(|(kind, target_type, auto_approve)| Step::Rule { kind, target_type, auto_approve }),
        1 => Just(Step::ApplyRules),
        2 => (n(), any::<bool>()).prop_map(|(conflict, incoming)| Step::Resolve { conflict, incoming }),
        2 => (n(), n()).prop_map(|(target_type, name)| Step::MakeEntity { target_type, name }),
        1 => (n(), n()).prop_map(|(target_type, entity)| Step::DeleteEntity { target_type, entity }),
        2 => (n(), n(), n())
            .prop_map(|(target_type, entity, user)| Step::Put { target_type, entity, user }),
        1 => (n(), n(), n())
            .prop_map(|(target_type, entity, user)| Step::Take { target_type, entity, user }),
        1 => n().prop_map(Step::Features),
    ]
}

/// The item that a number chooses.
fn pick<T: Clone>(items: &[T], number: u8) -> Option<T> {
    items.get(usize::from(number) % items.len().max(1)).cloned()
}

fn target(number: u8) -> TargetType {
    TargetType::ALL[usize::from(number) % 3]
}

/// The users that the bits of a number choose.
fn chosen(users: &[String], bits: u8) -> Vec<String> {
    let is_chosen = |index: usize| bits & (1 << (index % 8)) != 0;
    users.iter().enumerate().filter(|(index, _)| is_chosen(*index)).map(|(_, user)| user.clone()).collect()
}

/// What there is to choose from.
struct Present {
    users: Vec<String>,
    groups: Vec<crate::model::group::Group>,
}

fn present(change: &Change<'_>) -> Result<Present> {
    let organization = change.organization().id;
    let users = change.tx().users_matching(organization, "", 0, 1_000)?;
    Ok(Present {
        users: users.into_iter().map(|user| user.resource_id.0).collect(),
        groups: change.tx().groups_matching(organization, "", ALL)?,
    })
}

fn take(change: &mut Change<'_>, step: &Step) -> Result<()> {
    let Present { users, groups } = present(change)?;
    let organization = change.organization().id;
    let user = |number| pick(&users, number).map(|id| ResourceId::from(id.as_str()));
    let group = |number| pick(&groups, number);
    match *step {
        Step::PushUser { name, role, place } => change.create_user(person(name, role, place)).map(drop),
        Step::DeleteUser(number) => user(number).map_or(Ok(()), |id| {
            change.delete_user(&id, |_| Ok(()), |_| unreachable!("the policy is soft-delete"))
        }),
        Step::PushGroup { name, roles, members } => {
            let members = vec![MemberChange::Add(chosen(&users, members))];
            change.create_group(&Pushed { document: document(name, roles), members }).map(drop)
        }
        Step::ChangeGroup { group: number, name, add, remove } => group(number).map_or(Ok(()), |group| {
            let members =
                vec![MemberChange::Add(chosen(&users, add)), MemberChange::Remove(chosen(&users, remove))];
            let pushed = Pushed { document: document(name, add), members };
            change.update_group(&group.resource_id, move |_, _| Ok(pushed)).map(drop)
        }),
        Step::DeleteGroup(number) => {
            group(number).map_or(Ok(()), |group| change.delete_group(&group.resource_id, |_| Ok(())))
        }
        Step::Map { group: number, target_type, name } => group(number).map_or(Ok(()), |group| {
            let choice = Choice::Named { name: format!("N{}", name % 4), create: true };
            change.map_group(&group.resource_id, target(target_type), &choice).map(drop)
        }),
        Step::Approve(number) => pick(&change.tx().mappings(organization, "", ALL)?, number)
            .map_or(Ok(()), |mapping| change.approve_mapping(mapping.id, &Choice::AsAsked).map(drop)),
        Step::Reject(number) => pick(&change.tx().mappings(organization, "", ALL)?, number)
            .map_or(Ok(()), |mapping| change.reject_mapping(mapping.id).map(drop)),
        Step::Rule { kind, target_type, auto_approve } => {
            change.create_rule(&rule(kind, target(target_type), auto_approve)).map(drop)
        }
        Step::ApplyRules => change.apply_rules(),
        Step::Resolve { conflict, incoming } => {
            let answer = if incoming { Answer::UseIncoming } else { Answer::KeepCurrent };
            pick(&change.tx().conflicts(organization, "open", ALL)?, conflict)
                .map_or(Ok(()), |conflict| change.resolve_conflict(conflict.id, answer))
        }
        Step::MakeEntity { target_type, name } => {
            change.create_entity(target(target_type), &format!("N{}", name % 4)).map(drop)
        }
        Step::DeleteEntity { target_type, entity } => entity_of(change, target_type, entity)?
            .map_or(Ok(()), |id| change.delete_entity(target(target_type), &id)),
        Step::Put { target_type, entity, user: number } => {
            match (entity_of(change, target_type, entity)?, user(number)) {
                (Some(entity), Some(user)) => {
                    change.put_member(target(target_type), &entity, &user).map(drop)
                }
                _ => Ok(()),
            }
        }
        Step::Take { target_type, entity, user: number } => {
            match (entity_of(change, target_type, entity)?, user(number)) {
                (Some(entity), Some(user)) => {
                    change.remove_member(target(target_type), &entity, &user).map(drop)
                }
                _ => Ok(()),
            }
        }
        Step::Features(bits) => {
            let features = Features {
                group_provisioning: true,
                teams: bits & 1 != 0,
                concurrency_groups: bits & 2 != 0,
                sub_organizations: bits & 4 != 0,
            };
            let settings = OrganizationChange { features: Some(features), ..OrganizationChange::default() };
            change.update_organization(settings).map(drop)
        }
    }
}

fn entity_of(change: &Change<'_>, target_type: u8, number: u8) -> Result<Option<ResourceId>> {
    let entities = change.tx().entities(change.organization().id, target(target_type), "", ALL)?;
    Ok(pick(&entities, number).map(|entity| entity.resource_id))
}

fn person(name: u8, role: u8, place: u8) -> UserDocument {
    let user_name = format!("u{}", name % 6);
    UserDocument {
        resource: serde_json::from_value(json!({"userName": user_name})).unwrap(),
        user_name,
        external_id: None,
        display_name: None,
        active: Some(true),
        own_role: ROLES.get(usize::from(role % 5)).copied(),
        concurrency_group: place.is_multiple_of(8).then(|| format!("N{}", place % 4)),
        emails: Vec::new(),
    }
}

fn document(name: u8, roles: u8) -> GroupDocument {
    let display_name = format!("N{}", name % 5);
    let roles =
        ROLES.iter().enumerate().filter(|(index, _)| roles & (16 << index) != 0).map(|(_, role)| *role);
    GroupDocument {
        resource: serde_json::from_value(json!({"displayName": display_name, "n": name})).unwrap(),
        display_name,
        external_id: None,
        roles: roles.collect(),
    }
}

fn rule(kind: u8, target_type: TargetType, auto_approve: bool) -> RuleSpec {
    let (kind, pattern) = match kind % 3 {
        0 => (RuleKind::All, ""),
        1 => (RuleKind::Prefix, "n"),
        _ => (RuleKind::Regex, "[0-2]$"),
    };
    RuleSpec {
        kind,
        pattern: pattern.to_owned(),
        exclude: None,
        entity_name: None,
        target_type,
        priority: 0,
        auto_approve,
        enabled: true,
    }
}

fn world() -> (Directory, Organization) {
    let store = Arc::new(Store::open(&Target::Memory).unwrap());
    let directory = Directory::new(store, Clock::manual(NOW), Ids::deterministic(), Policy::default());
    let ids = directory.ids().clone();
    let features = Features { group_provisioning: true, ..Features::default() };
    let new = NewOrganization {
        slug: "acme".to_owned(),
        name: "Acme".to_owned(),
        plan: String::new(),
        features,
        created: NOW,
    };
    let organization = directory.store().write(move |tx| {
        let id = create_organization(tx, &ids, &new)?;
        Ok(tx.organization_by_id(id)?.unwrap())
    });
    (directory, organization.unwrap())
}

/// What every history begins with, so that people, groups and places meet soon.
fn beginning() -> Vec<Step> {
    let users = (0..4).map(|name| Step::PushUser { name, role: 4, place: 1 });
    let groups = (0..4).map(|name| Step::PushGroup { name, roles: 0, members: 3 << name });
    let places = (0..4).map(|name| Step::MakeEntity { target_type: 2, name });
    users.chain(groups).chain(places).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn a_random_history_breaks_no_promise(steps in prop::collection::vec(step(), 1..40)) {
        let (directory, organization) = world();
        for (index, step) in beginning().into_iter().chain(steps).enumerate() {
            let cause = Cause { request_id: format!("r{index}"), token: "t".to_owned(), at: NOW };
            let told = format!("{step:?}");
            let outcome = directory.change(organization.id, cause, move |change| take(change, &step));
            if let Err(error) = outcome {
                prop_assert!(error.kind != Kind::Internal, "step {index}, {told}: {error}");
            }
            let findings = directory.store().read(|db| db.check()).unwrap();
            prop_assert!(findings.is_empty(), "after step {index}, {told}: {findings:?}");
        }
    }
}
