//! What is true by the directory's tables, in words.

use std::collections::HashMap;

use rollcall::model::assignment::Source;
use rollcall::model::entity::TargetType;
use rollcall::model::id::{EntityId, GroupId, MappingId, UserId};
use rollcall::model::mapping::Mapping;

use super::history::USERS;
use super::run::{ALL, Run};
use super::words::{self, Facts, MappingState};

/// Rows by what words call them.
struct Names {
    users: HashMap<UserId, &'static str>,
    groups: HashMap<GroupId, usize>,
    entities: HashMap<EntityId, String>,
    mappings: HashMap<MappingId, String>,
}

impl Run {
    /// Everything that can be seen from outside.
    pub fn facts(&self) -> Facts {
        let mut facts = Facts::new();
        let names = self.names(&mut facts);
        self.groups_and_members(&names, &mut facts);
        self.places(&names, &mut facts);
        let conflicts = self.read(|db| db.conflicts(self.organization, "open", ALL));
        facts.extend(conflicts.iter().map(|conflict| {
            let [current, incoming] =
                [conflict.current, conflict.incoming].map(|side| &names.mappings[&side.mapping]);
            words::conflict(names.users[&conflict.user], current, incoming, &conflict.kind)
        }));
        facts
    }

    /// Looks names up, and tells of what they name on the way.
    fn names(&self, facts: &mut Facts) -> Names {
        let features = self.read(|db| db.organization_by_id(self.organization)).unwrap().features;
        facts.extend([
            words::feature("group provisioning", features.group_provisioning),
            words::feature("team", features.teams),
            words::feature("concurrency group", features.concurrency_groups),
            words::feature("sub-organization", features.sub_organizations),
        ]);
        let mut entities = HashMap::new();
        for target in TargetType::ALL {
            for entity in self.read(|db| db.entities(self.organization, target, "", ALL)) {
                facts.insert(words::entity(target, &entity.name));
                entities.insert(entity.id, words::entity(target, &entity.name));
            }
        }
        let groups = self.groups.iter().enumerate().map(|(number, (row, _))| (*row, number)).collect();
        let users = self.people(facts);
        let mut names = Names { users, groups, entities, mappings: HashMap::new() };
        let mut counts: HashMap<GroupId, usize> = HashMap::new();
        for mapping in self.read(|db| db.mappings(self.organization, "", ALL)) {
            let number = counts.entry(mapping.group).or_default();
            let name = words::mapping(names.groups[&mapping.group], *number);
            *number += 1;
            facts.insert(self.mapping_state(&name, &mapping, &names));
            names.mappings.insert(mapping.id, name);
        }
        names
    }

    fn mapping_state(&self, name: &str, mapping: &Mapping, names: &Names) -> String {
        let rule = |id| self.rules.iter().position(|rule| *rule == id).expect("a rule of the history");
        words::mapping_state(
            name,
            &MappingState {
                target: mapping.target_type,
                status: mapping.status.as_str(),
                reason: mapping.status.reason(),
                entity: mapping.status.entity().map(|entity| names.entities[&entity].clone()),
                rule: mapping.rule.map(rule),
                rename_blocked: mapping.rename_blocked,
            },
        )
    }

    fn groups_and_members(&self, names: &Names, facts: &mut Facts) {
        for group in self.read(|db| db.groups_matching(self.organization, "", ALL)) {
            let number = names.groups[&group.id];
            facts.insert(words::group(number, &group.display_name, &group.roles));
            for member in self.read(|db| db.members(group.id)) {
                let user = self.users.iter().position(|id| id.as_ref() == Some(&member.resource_id));
                facts.insert(words::member(USERS[user.expect("a pushed user")], number));
            }
        }
    }

    fn people(&self, facts: &mut Facts) -> HashMap<UserId, &'static str> {
        let mut called = HashMap::new();
        for user in self.read(|db| db.users_matching(self.organization, "", 0, i64::MAX)) {
            let number = self.users.iter().position(|id| id.as_ref() == Some(&user.resource_id));
            let name = USERS[number.expect("a pushed user")];
            facts.insert(words::user(name, user.active, user.effective_role));
            called.insert(user.id, name);
        }
        called
    }

    fn places(&self, names: &Names, facts: &mut Facts) {
        let users: Vec<UserId> = names.users.keys().copied().collect();
        for (user, place, _) in self.read(|db| db.assignments_of_users(&users)) {
            let why = match place.source {
                Source::Mapping(mapping) => &names.mappings[&mapping],
                Source::Attribute => "attribute",
                Source::Manual => "hand",
            };
            facts.insert(words::place(names.users[&user], &names.entities[&place.entity], why));
        }
    }
}
