//! For the tests of previews: an organization, steps of a random history, and what can be previewed of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use super::compute::Preview;
use crate::clock::Clock;
use crate::directory::{
    Answer, Cause, Change, Directory, OrganizationChange, Policy, Pushed, create_organization,
};
use crate::ids::Ids;
use crate::mapping::approval::Choice;
use crate::mapping::preview::Trial;
use crate::model::assignment::Assignment;
use crate::model::conflict::Pair;
use crate::model::entity::{Entity, TargetType};
use crate::model::error::Result;
use crate::model::group::{Group, GroupDocument, MemberChange};
use crate::model::id::{ConflictId, EntityId, OrganizationId, ResourceId, RuleId, UserId};
use crate::model::mapping::Mapping;
use crate::model::organization::Features;
use crate::model::role::Role;
use crate::model::rule::{RuleChanges, RuleEdit, RuleKind, RuleSpec};
use crate::model::time::Timestamp;
use crate::model::user::{User, UserDocument};
use crate::store::{Db, GroupName, NewOrganization, Page, Store, Target};

const ALL: Page = Page { after: 0, limit: i64::MAX };
pub(in crate::directory) const USERS: usize = 5;
const GROUPS: [&str; 5] = ["a-1", "a-2", "b-1", "b-2", "c-1"];
const NAMES: [&str; 4] = ["a-1", "x", "y", "b-2"];

/// Four numbers from which a step of a history is made: what, and on which of the things there are.
pub(in crate::directory) type Step = [u8; 4];

pub(in crate::directory) struct World {
    pub(in crate::directory) directory: Directory,
    pub(in crate::directory) organization: OrganizationId,
    pub(in crate::directory) users: Vec<ResourceId>,
}

impl World {
    pub(in crate::directory) fn new() -> World {
        World::in_database(&Target::Memory)
    }

    pub(in crate::directory) fn in_database(target: &Target) -> World {
        let store = Arc::new(Store::open(target).unwrap());
        let now = Timestamp::from_millis(1_800_000_000_000);
        let directory = Directory::new(store, Clock::manual(now), Ids::deterministic(), Policy::default());
        let ids = directory.ids().clone();
        let features = Features { group_provisioning: true, ..Features::default() };
        let new = NewOrganization {
            slug: "acme".to_owned(),
            name: "Acme".to_owned(),
            plan: String::new(),
            features,
            created: now,
        };
        let organization = directory.store().write(move |tx| create_organization(tx, &ids, &new)).unwrap();
        let mut world = World { directory, organization, users: Vec::new() };
        for number in 0..USERS {
            let user = world.change(move |change| change.create_user(person(&format!("u{number}"))));
            world.users.push(user.unwrap().resource_id);
        }
        // Enough to begin with that claims meet: what a random history rarely comes to.
        for name in NAMES {
            for kind in [TargetType::ConcurrencyGroup, TargetType::SubOrganization] {
                world.change(move |change| change.create_entity(kind, name)).unwrap();
            }
        }
        for (number, name) in GROUPS.into_iter().enumerate() {
            let members = world.users.iter().skip(number % 3).map(|id| id.0.clone()).collect();
            world
                .change(move |change| change.create_group(&pushed(name, MemberChange::Add(members))))
                .unwrap();
        }
        world
    }

    pub(in crate::directory) fn change<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.directory.change(self.organization, self.cause(), operation)
    }

    pub(in crate::directory) fn cause(&self) -> Cause {
        let at = self.directory.clock().now();
        Cause { request_id: "r".to_owned(), token: "t".to_owned(), at }
    }

    pub(in crate::directory) fn read<T>(&self, read: impl FnOnce(&Db<'_>) -> T) -> T {
        self.directory.store().read(|db| Ok(read(db))).unwrap()
    }

    /// Takes one step; a refused one changes nothing.
    pub(in crate::directory) fn step(&self, step: Step) {
        let _ = if step[0].is_multiple_of(2) { self.idp_step(step) } else { self.admin_step(step) };
    }

    /// What an IdP pushes.
    fn idp_step(&self, [what, one, two, three]: Step) -> Result<()> {
        let user = self.users[usize::from(one) % USERS].clone();
        let name = GROUPS[usize::from(two) % GROUPS.len()];
        let is_member = |number: &usize| three >> number & 1 == 1;
        let members = (0..USERS).filter(is_member).map(|number| self.users[number].0.clone()).collect();
        let group = pick(&self.things().0, one).map(|group| group.resource_id.clone());
        match (what / 2 % 7, group) {
            (0 | 1, _) => {
                self.change(move |c| c.create_group(&pushed(name, MemberChange::Add(members))).map(drop))
            }
            (2 | 3, Some(group)) => self.change(move |c| {
                let edit = |group: &Group| pushed(&group.display_name, MemberChange::Replace(members));
                c.update_group(&group, |_, group| Ok(edit(group))).map(drop)
            }),
            (4, Some(group)) => self.change(move |c| {
                let renamed = pushed(name, MemberChange::Add(Vec::new()));
                c.update_group(&group, |_, _| Ok(renamed)).map(drop)
            }),
            (5, Some(group)) => self.change(move |c| c.delete_group(&group, |_| Ok(()))),
            _ => self.change(move |c| {
                let place = (three % 3 > 0).then(|| NAMES[usize::from(two) % NAMES.len()].to_owned());
                let edit = |stored: &User| {
                    let resource = json!({"userName": stored.user_name, "LambdatestGroup": place});
                    let resource = serde_json::from_value(resource).unwrap();
                    UserDocument { resource, concurrency_group: place.clone(), ..person(&stored.user_name) }
                };
                c.update_user(&user, |_, stored| Ok(edit(stored))).map(drop)
            }),
        }
    }

    /// What an admin does.
    fn admin_step(&self, [what, one, two, three]: Step) -> Result<()> {
        let (_, mappings, entities, conflicts) = self.things();
        let user = self.users[usize::from(one) % USERS].clone();
        let (kind, name) = (target(three), NAMES[usize::from(two) % NAMES.len()]);
        let entity = pick(&entities, two).map(|entity| (entity.target_type, entity.resource_id.clone()));
        match (what / 2 % 9, entity, pick(&mappings, one).map(|mapping| mapping.id)) {
            (0, ..) => self.change(move |c| c.create_rule(&rule([one, two, three])).map(drop)),
            (1, ..) => self.change(move |c| c.create_entity(kind, name).map(drop)),
            (2, Some((kind, id)), _) => self.change(move |c| c.delete_entity(kind, &id)),
            (3, Some((kind, id)), _) => self.change(move |c| c.put_member(kind, &id, &user)),
            (4, Some((kind, id)), _) => self.change(move |c| c.remove_member(kind, &id, &user)),
            (5, _, Some(mapping)) => self.change(move |c| c.remove_mapping(mapping)),
            (6, ..) => {
                let answer = if one % 2 == 0 { Answer::UseIncoming } else { Answer::KeepCurrent };
                let resolve = |id: ConflictId| self.change(move |c| c.resolve_conflict(id, answer));
                conflicts.first().map_or(Ok(()), |id| resolve(*id))
            }
            (7, ..) => self.switch(kind, one % 2 == 0),
            _ => self.perform(&self.trial([one, two, three])).map(drop),
        }
    }

    fn switch(&self, kind: TargetType, on: bool) -> Result<()> {
        self.change(move |c| {
            let mut features = c.organization().features;
            match kind {
                TargetType::Team => features.teams = on,
                TargetType::ConcurrencyGroup => features.concurrency_groups = on,
                TargetType::SubOrganization => features.sub_organizations = on,
            }
            let change = OrganizationChange { features: Some(features), ..OrganizationChange::default() };
            c.update_organization(change).map(drop)
        })
    }

    fn things(&self) -> (Vec<GroupName>, Vec<Mapping>, Vec<Entity>, Vec<ConflictId>) {
        self.read(|db| {
            let conflicts = db.conflicts(self.organization, "open", ALL).unwrap();
            (
                db.group_names(self.organization).unwrap(),
                db.mappings(self.organization, "", ALL).unwrap(),
                db.living_entities(self.organization).unwrap(),
                conflicts.iter().map(|conflict| conflict.id).collect(),
            )
        })
    }

    /// Something that can be previewed.
    pub(in crate::directory) fn trial(&self, [one, two, three]: [u8; 3]) -> Tried {
        let (groups, mappings, entities, _) = self.things();
        let mapping = pick(&mappings, one);
        let kind = mapping.map_or(target(three), |mapping| mapping.target_type);
        let fitting: Vec<&Entity> = entities.iter().filter(|entity| entity.target_type == kind).collect();
        let choice = match pick(&fitting, two / 4) {
            Some(entity) if three % 3 == 0 => Choice::Entity(entity.id),
            _ if three % 3 == 1 => {
                let name = NAMES[usize::from(two) % NAMES.len()].to_owned();
                Choice::Named { name, create: one % 2 == 0 }
            }
            _ => Choice::AsAsked,
        };
        match (two % 4, mapping, pick(&groups, three)) {
            (0, Some(mapping), _) => Tried::ByHand(Trial::Approve(mapping.id, choice)),
            (1, Some(mapping), _) if one % 2 == 0 => Tried::ByHand(Trial::Reject(mapping.id)),
            (1, Some(mapping), _) => Tried::ByHand(Trial::Remove(mapping.id)),
            (2, _, Some(group)) => Tried::ByHand(Trial::Map(group.id, kind, choice)),
            _ => Tried::Rules(self.rule_changes([one, two, three])),
        }
    }

    fn rule_changes(&self, [one, two, three]: [u8; 3]) -> RuleChanges {
        let rules = self.read(|db| db.rules(self.organization)).unwrap();
        let edit = RuleEdit {
            priority: Some(i64::from(two)),
            auto_approve: Some(three % 3 > 0),
            ..RuleEdit::default()
        };
        let mut changes = RuleChanges::default();
        if one & 1 == 1 {
            changes.add = vec![rule([two, three, one]), rule([three, one, two])];
        }
        if let (Some(rule), true) = (pick(&rules, three), one & 2 == 2) {
            changes.change.push((rule.id, edit));
        }
        if let (Some(rule), true) = (pick(&rules, three.wrapping_add(1)), one & 4 == 4) {
            changes.remove.push(rule.id);
        }
        changes
    }

    pub(in crate::directory) fn preview(&self, tried: &Tried) -> Result<Preview> {
        self.directory.store().read(|db| match tried {
            Tried::Rules(changes) => self.directory.preview_rules(db, self.organization, changes),
            Tried::ByHand(trial) => self.directory.preview_by_hand(db, self.organization, trial),
        })
    }

    /// Does what was tried; gives the ids of added rules.
    pub(in crate::directory) fn perform(&self, tried: &Tried) -> Result<Vec<RuleId>> {
        self.change(tried.clone().operation())
    }

    pub(in crate::directory) fn state(&self) -> State {
        self.read(|db| {
            let users: Vec<UserId> = db
                .users_by_id(self.organization, &self.users.iter().map(|id| id.0.clone()).collect::<Vec<_>>())
                .unwrap()
                .iter()
                .map(|(_, row, _)| *row)
                .collect();
            let entities = db.living_entities(self.organization).unwrap();
            let default = entities.iter().find(|entity| entity.is_default).unwrap().id;
            let mut state = State {
                mappings: db.live_mappings(self.organization).unwrap(),
                entities: entities.into_iter().map(|entity| (entity.id, entity)).collect(),
                ..State::default()
            };
            for user in db.user_states(&users).unwrap() {
                let mut places: BTreeSet<_> =
                    user.assignments.iter().map(|stored| stored.place.entity).collect();
                let is_slot = |place: &Assignment| place.target_type == TargetType::ConcurrencyGroup;
                if !user.assignments.iter().any(|stored| is_slot(&stored.place)) {
                    places.insert(default);
                }
                state.conflicts.extend(user.conflicts.iter().map(|open| (open.id, open.pair())));
                state.roles.insert(user.user, user.effective_role);
                state.places.insert(user.user, places);
            }
            state
        })
    }
}

#[derive(Clone, Debug)]
pub(in crate::directory) enum Tried {
    Rules(RuleChanges),
    ByHand(Trial),
}

impl Tried {
    /// The change that does it; gives the ids of added rules.
    pub(in crate::directory) fn operation(
        self,
    ) -> impl FnOnce(&mut Change<'_>) -> Result<Vec<RuleId>> + Send + 'static {
        move |c| {
            match self {
                Tried::Rules(changes) => {
                    return Ok(c.apply_rule_changes(&changes, None)?.unwrap_or_default());
                }
                Tried::ByHand(Trial::Approve(id, choice)) => c.approve_mapping(id, &choice).map(drop)?,
                Tried::ByHand(Trial::Reject(id)) => c.reject_mapping(id).map(drop)?,
                Tried::ByHand(Trial::Remove(id)) => c.remove_mapping(id)?,
                Tried::ByHand(Trial::Map(group, target_type, choice)) => {
                    let group = c.stored_group(group)?.resource_id;
                    c.map_group(&group, target_type, &choice).map(drop)?;
                }
                Tried::ByHand(Trial::Rules) => c.apply_rules()?,
            }
            Ok(Vec::new())
        }
    }
}

#[derive(Default)]
pub(in crate::directory) struct State {
    pub(in crate::directory) mappings: Vec<Mapping>,
    pub(in crate::directory) entities: BTreeMap<EntityId, Entity>,
    pub(in crate::directory) places: BTreeMap<UserId, BTreeSet<EntityId>>,
    pub(in crate::directory) conflicts: BTreeSet<(ConflictId, Pair)>,
    pub(in crate::directory) roles: BTreeMap<UserId, Role>,
}

fn pick<T>(things: &[T], number: u8) -> Option<&T> {
    things.get(usize::from(number).checked_rem(things.len())?)
}

fn target(number: u8) -> TargetType {
    TargetType::ALL[usize::from(number) % 3]
}

pub(in crate::directory) fn person(name: &str) -> UserDocument {
    UserDocument {
        resource: serde_json::from_value(json!({"userName": name})).unwrap(),
        user_name: name.to_owned(),
        external_id: None,
        display_name: None,
        active: Some(true),
        own_role: None,
        concurrency_group: None,
        emails: Vec::new(),
    }
}

pub(in crate::directory) fn pushed(name: &str, members: MemberChange) -> Pushed {
    let document = GroupDocument {
        resource: serde_json::from_value(json!({"displayName": name})).unwrap(),
        display_name: name.to_owned(),
        external_id: None,
        roles: Vec::new(),
    };
    Pushed { document, members: vec![members] }
}

pub(in crate::directory) fn rule([one, two, three]: [u8; 3]) -> RuleSpec {
    let pattern = ["a", "b", "a-1", ""][usize::from(one) % 4];
    RuleSpec {
        kind: if pattern.is_empty() { RuleKind::All } else { RuleKind::Prefix },
        pattern: pattern.to_owned(),
        exclude: (two % 5 == 0).then(|| "2$".to_owned()),
        entity_name: [None, Some("x".to_owned()), Some("y".to_owned())][usize::from(two) % 3].clone(),
        target_type: target(three),
        priority: i64::from(one % 3),
        auto_approve: three % 4 > 0,
        enabled: two % 7 > 0,
    }
}
