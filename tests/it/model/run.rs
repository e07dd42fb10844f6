//! The directory itself, without HTTP, over a store in memory: does what a history says and tells what came of it.

use std::sync::Arc;

use rollcall::clock::Clock;
use rollcall::directory::{
    About, Answer, Cause, Change, Directory, OrganizationChange, Policy, Pushed, create_organization,
};
use rollcall::ids::Ids;
use rollcall::mapping::approval;
use rollcall::model::entity::TargetType;
use rollcall::model::error::{Error, Kind, Result};
use rollcall::model::group::{GroupDocument, MemberChange};
use rollcall::model::id::{ConflictId, GroupId, MappingId, OrganizationId, ResourceId, RuleId};
use rollcall::model::organization::Features;
use rollcall::model::role::Role;
use rollcall::model::rule::RuleChanges;
use rollcall::model::time::Timestamp;
use rollcall::model::user::UserDocument;
use rollcall::store::{Db, NewOrganization, Page, Store, Target};
use serde_json::json;

use super::history::{Act, Body, Choice, Feature, MemberStep, USERS};
use super::reference::Reference;
use crate::common::USER_EXTENSION;

pub const ALL: Page = Page { after: 0, limit: i64::MAX };

/// A directory with one organization, and which of its ids belong to which record of the reference.
pub struct Run {
    directory: Directory,
    pub organization: OrganizationId,
    pub users: [Option<ResourceId>; USERS.len()],
    pub groups: Vec<(GroupId, ResourceId)>,
    pub rules: Vec<RuleId>,
    steps: i64,
}

impl Run {
    /// A new organization with everything switched on.
    pub fn new() -> Run {
        let store = Arc::new(Store::open(&Target::Memory).unwrap());
        let clock = Clock::manual(Timestamp::from_millis(0));
        let directory = Directory::new(store, clock, Ids::deterministic(), Policy::default());
        // Every change that is about a group reads its facts before, as one about a large group does.
        let directory = directory.large_from(0);
        let ids = directory.ids().clone();
        let new = NewOrganization {
            slug: "acme".to_owned(),
            name: "Acme".to_owned(),
            plan: String::new(),
            features: Features { group_provisioning: true, ..Features::default() },
            created: Timestamp::from_millis(0),
        };
        let organization = directory.store().write(move |tx| create_organization(tx, &ids, &new)).unwrap();
        let users = [const { None }; USERS.len()];
        Run { directory, organization, users, groups: Vec::new(), rules: Vec::new(), steps: 0 }
    }

    /// Reads from the store.
    pub fn read<T>(&self, read: impl FnOnce(&Db<'_>) -> Result<T>) -> T {
        self.directory.store().read(read).unwrap()
    }

    /// The id of the newest event.
    pub fn last_event(&self) -> i64 {
        self.read(|db| db.last_event_id(self.organization))
    }

    /// Does a request; `now` is the reference before it, for the numbers of records.
    pub fn apply(&mut self, act: &Act, now: &Reference) -> std::result::Result<(), Kind> {
        self.try_apply(act, now).map_err(|error| match error.kind {
            Kind::Internal => panic!("{error}"),
            kind => kind,
        })
    }

    fn try_apply(&mut self, act: &Act, now: &Reference) -> Result<()> {
        match act.clone() {
            Act::PushUser { user, body } => {
                let created = self.change(move |change| change.create_user(document(user, &body)))?;
                let known = self.users[user].get_or_insert_with(|| created.resource_id.clone());
                assert_eq!(*known, created.resource_id, "{} came back as another record", USERS[user]);
                Ok(())
            }
            Act::PutUser { user, body } => {
                let id = self.user_id(user);
                self.done(move |change| change.update_user(&id, |_, _| Ok(document(user, &body))))
            }
            Act::DeleteUser { user } => {
                let id = self.user_id(user);
                let no_document = |_: &_| Err(Error::internal("a user is deleted softly"));
                self.done(move |change| change.delete_user(&id, |_| Ok(()), no_document))
            }
            Act::PushGroup { name, members, roles } => {
                let members = vec![MemberChange::Add(self.user_ids(&members))];
                let pushed = Pushed { document: group_document(name, &roles), members };
                let group = self.change(move |change| change.create_group(&pushed))?;
                if !self.groups.iter().any(|(row, _)| *row == group.id) {
                    self.groups.push((group.id, group.resource_id));
                }
                Ok(())
            }
            Act::PutGroup { group, name, members, roles } => {
                let members = vec![MemberChange::Replace(self.user_ids(&members))];
                self.update_group(group, Pushed { document: group_document(name, &roles), members })
            }
            Act::Rename { group, name } => {
                let document = group_document(name, &now.groups[group].roles);
                self.update_group(group, Pushed { document, members: Vec::new() })
            }
            Act::PatchMembers { group, steps } => {
                let document = group_document(&now.groups[group].name, &now.groups[group].roles);
                let members = steps.iter().map(|step| match step {
                    MemberStep::Add(users) => MemberChange::Add(self.user_ids(users)),
                    MemberStep::Remove(users) => MemberChange::Remove(self.user_ids(users)),
                    MemberStep::RemoveAll => MemberChange::RemoveAll,
                });
                let members = members.collect();
                self.update_group(group, Pushed { document, members })
            }
            Act::DeleteGroup { group } => {
                let id = self.groups[group].1.clone();
                self.done_about(&About::Group(id.clone()), move |change| change.delete_group(&id, |_| Ok(())))
            }
            _ => self.administer(act.clone(), now),
        }
    }

    fn administer(&mut self, act: Act, now: &Reference) -> Result<()> {
        match act {
            Act::WriteRule { spec } => {
                let rule = self.change(move |change| change.create_rule(&spec))?;
                self.rules.push(rule.id);
                Ok(())
            }
            Act::EditRule { rule, spec } => {
                let id = self.rules[rule];
                self.done(move |change| change.update_rule(id, |_| Ok(spec)))
            }
            Act::DeleteRule { rule } => {
                let id = self.rules[rule];
                self.done(move |change| change.delete_rule(id))
            }
            Act::ApplyRules => {
                self.done_about(&About::Rules(RuleChanges::default()), |change| change.apply_rules())
            }
            Act::Map { group, target, choice } => {
                let (id, choice) = (self.groups[group].1.clone(), self.choice(&choice, now));
                self.done_about(&About::Group(id.clone()), move |change| {
                    change.map_group(&id, target, &choice)
                })
            }
            Act::Approve { mapping, choice } => {
                let (id, choice) = (self.mapping_id(mapping, now), self.choice(&choice, now));
                self.done_about(&About::Mapping(id), move |change| change.approve_mapping(id, &choice))
            }
            Act::Reject { mapping } => {
                let id = self.mapping_id(mapping, now);
                self.done_about(&About::Mapping(id), move |change| change.reject_mapping(id))
            }
            Act::Remove { mapping } => {
                let id = self.mapping_id(mapping, now);
                self.done_about(&About::Mapping(id), move |change| change.remove_mapping(id))
            }
            Act::CreateEntity { target, name } => self.done(move |change| change.create_entity(target, name)),
            Act::RenameEntity { entity, name } => {
                let (target, id) = self.entity_id(entity, now);
                self.done(move |change| change.rename_entity(target, &id, name))
            }
            Act::DeleteEntity { entity } => {
                let (target, id) = self.entity_id(entity, now);
                let about = About::Entity(target, id.clone());
                self.done_about(&about, move |change| change.delete_entity(target, &id))
            }
            Act::PutPlace { entity, user } => {
                let ((target, id), user) = (self.entity_id(entity, now), self.user_id(user));
                self.done(move |change| change.put_member(target, &id, &user))
            }
            Act::TakePlace { entity, user } => {
                let ((target, id), user) = (self.entity_id(entity, now), self.user_id(user));
                self.done(move |change| change.remove_member(target, &id, &user))
            }
            Act::Resolve { conflict, use_incoming } => {
                let id = self.conflict_id(conflict, now);
                self.done(move |change| change.resolve_conflict(id, answer(use_incoming)))
            }
            Act::ResolveAll { conflict, use_incoming } => {
                let conflict = now.conflicts()[conflict];
                let group = |(mapping, _): (usize, usize)| self.groups[now.mappings[mapping].group].0;
                let (current, incoming) = (group(conflict.current), group(conflict.incoming));
                self.done(move |change| change.resolve_conflicts(current, incoming, answer(use_incoming)))
            }
            Act::Switch { feature, on } => {
                let organization = self.read(|db| db.organization_by_id(self.organization));
                let mut features = organization.expect("the organization").features;
                *switch(&mut features, feature) = on;
                let wanted = OrganizationChange { features: Some(features), ..OrganizationChange::default() };
                self.done_about(&About::Switched(features), move |change| change.update_organization(wanted))
            }
            other => panic!("{other:?} is not an admin's"),
        }
    }

    fn change<T: Send + 'static>(
        &mut self,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let cause = self.next_cause();
        self.directory.change(self.organization, cause, operation)
    }

    fn next_cause(&mut self) -> Cause {
        self.steps += 1;
        let at = Timestamp::from_millis(self.steps * 1000);
        Cause { request_id: format!("req-{}", self.steps), token: "test".to_owned(), at }
    }

    fn done<T: Send + 'static>(
        &mut self,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<()> {
        self.done_about(&About::Nobody, operation)
    }

    fn done_about<T: Send + 'static>(
        &mut self,
        about: &About,
        operation: impl FnOnce(&mut Change<'_>) -> Result<T> + Send + 'static,
    ) -> Result<()> {
        let cause = self.next_cause();
        self.directory.change_about(self.organization, cause, about, operation).map(|_| ())
    }

    fn update_group(&mut self, group: usize, pushed: Pushed) -> Result<()> {
        let id = self.groups[group].1.clone();
        self.done_about(&About::Group(id.clone()), move |change| change.update_group(&id, |_, _| Ok(pushed)))
    }

    fn user_id(&self, user: usize) -> ResourceId {
        self.users[user].clone().unwrap_or_else(|| ResourceId(format!("no-such-{}", USERS[user])))
    }

    fn user_ids(&self, users: &[usize]) -> Vec<String> {
        users.iter().map(|user| self.user_id(*user).0).collect()
    }

    fn entity_id(&self, entity: usize, now: &Reference) -> (TargetType, ResourceId) {
        let entity = &now.entities[entity];
        let found = self.read(|db| db.entity_named(self.organization, entity.target, &entity.name));
        (entity.target, found.expect("an entity of the reference").resource_id)
    }

    fn choice(&self, choice: &Choice, now: &Reference) -> approval::Choice {
        match choice {
            Choice::Entity(entity) => {
                let entity = &now.entities[*entity];
                let found = self.read(|db| db.entity_named(self.organization, entity.target, &entity.name));
                approval::Choice::Entity(found.expect("an entity of the reference").id)
            }
            Choice::Named { name, create } => {
                approval::Choice::Named { name: (*name).to_owned(), create: *create }
            }
            Choice::AsAsked => approval::Choice::AsAsked,
        }
    }

    fn mapping_id(&self, mapping: usize, now: &Reference) -> MappingId {
        let group = self.groups[now.mappings[mapping].group].0;
        self.read(|db| db.mappings_of(group))[now.place_in_group(mapping)].id
    }

    fn conflict_id(&self, conflict: usize, now: &Reference) -> ConflictId {
        let conflict = now.conflicts()[conflict];
        let pair = [conflict.current, conflict.incoming].map(|claim| self.mapping_id(claim.0, now));
        let user = self.user_id(conflict.user);
        self.read(|db| {
            let user = db.user(self.organization, &user)?.expect("a living user");
            let mut open = db.open_conflicts_of(user.id)?;
            open.retain(|open| [open.current.mapping, open.incoming.mapping] == pair);
            Ok(open.first().expect("a conflict of the reference").id)
        })
    }
}

fn answer(use_incoming: bool) -> Answer {
    if use_incoming { Answer::UseIncoming } else { Answer::KeepCurrent }
}

fn switch(features: &mut Features, feature: Feature) -> &mut bool {
    match feature {
        Feature::GroupProvisioning => &mut features.group_provisioning,
        Feature::Type(TargetType::Team) => &mut features.teams,
        Feature::Type(TargetType::ConcurrencyGroup) => &mut features.concurrency_groups,
        Feature::Type(TargetType::SubOrganization) => &mut features.sub_organizations,
    }
}

fn document(user: usize, body: &Body) -> UserDocument {
    let user_name = format!("{}@example.com", USERS[user]);
    let resource = json!({"userName": user_name, "active": body.active, USER_EXTENSION: {
        "OrganizationRole": body.role, "LambdatestGroup": body.concurrency_group}});
    UserDocument {
        resource: resource.as_object().unwrap().clone(),
        user_name,
        external_id: None,
        display_name: None,
        active: Some(body.active),
        own_role: body.role,
        concurrency_group: body.concurrency_group.map(str::to_owned),
        emails: Vec::new(),
    }
}

fn group_document(name: &str, roles: &[Role]) -> GroupDocument {
    GroupDocument {
        resource: json!({"displayName": name, "roles": roles}).as_object().unwrap().clone(),
        display_name: name.to_owned(),
        external_id: None,
        roles: roles.to_vec(),
    }
}
