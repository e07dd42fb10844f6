//! What is true by the event feed alone, in words: the state that a program has that only ever read the feed.
//!
//! It knows from outside: the organization began with everything switched on and its default concurrency group; who is
//! deleted is in no group any more, and a deleted group has no members.

use std::collections::{BTreeMap, BTreeSet};

use rollcall::model::entity::TargetType;
use rollcall::model::role::Role;
use serde_json::Value;

use super::history::USERS;
use super::run::Run;
use super::words::{self, Facts, MappingState};
use crate::common::text;

/// The state by ids, as events show them.
#[derive(Default)]
struct State {
    features: Value,
    /// `active` and the role that counts.
    users: BTreeMap<String, (bool, String)>,
    groups: BTreeMap<String, Value>,
    members: BTreeSet<(String, String)>,
    entities: BTreeMap<String, Value>,
    mappings: BTreeMap<u64, Value>,
    rules: Vec<String>,
    /// User, entity, source, mapping.
    places: BTreeSet<(String, String, String, Option<u64>)>,
    conflicts: BTreeMap<String, Value>,
}

fn number(value: &Value) -> Option<u64> {
    value.as_str().map(|text| text.parse().expect("a number"))
}

impl State {
    fn take(&mut self, kind: &str, event: &Value) {
        let id = |what: &str| text(&event[what], "id");
        match kind {
            "user.created" | "user.restored" => {
                let active = event["user"]["active"].as_bool().expect("active");
                self.users.insert(id("user"), (active, "User".to_owned()));
            }
            "user.updated" | "user.activated" | "user.deactivated" => {
                let active = event["user"]["active"].as_bool().expect("active");
                self.users.entry(id("user")).and_modify(|user| user.0 = active);
            }
            "user.role_changed" => {
                let user = self.users.get_mut(&id("user")).expect("a living user");
                assert_eq!(user.1, text(event, "old"), "a role changed from what it was not");
                assert_ne!(event["old"], event["new"], "a role changed to what it was");
                user.1 = text(event, "new");
            }
            "user.deleted" => {
                self.users.remove(&id("user"));
                self.members.retain(|(_, user)| *user != id("user"));
            }
            "group.created" | "group.restored" | "group.renamed" => {
                self.groups.insert(id("group"), event["group"].clone());
            }
            "group.roles_changed" => {
                self.groups.get_mut(&id("group")).expect("a live group")["roles"] = event["new"].clone();
            }
            "group.deleted" => {
                self.groups.remove(&id("group"));
                self.members.retain(|(group, _)| *group != id("group"));
            }
            "group.member_added" => assert!(self.members.insert((id("group"), id("user"))), "{event}"),
            "group.member_removed" => assert!(self.members.remove(&(id("group"), id("user"))), "{event}"),
            "settings.changed" => self.features = event["organization"]["features"].clone(),
            "rule.created" => self.rules.push(id("rule")),
            "rule.changed" | "rule.deleted" => {}
            _ => self.take_consequence(kind, event),
        }
    }

    fn take_consequence(&mut self, kind: &str, event: &Value) {
        let id = |what: &str| text(&event[what], "id");
        match kind {
            "mapping.created" | "mapping.pending" | "mapping.approved" | "mapping.rejected"
            | "mapping.flagged" => {
                let mapping = &event["mapping"];
                self.mappings.insert(number(&mapping["id"]).expect("an id"), mapping.clone());
            }
            "entity.created" | "entity.renamed" => {
                self.entities.insert(id("entity"), event["entity"].clone());
            }
            "entity.deleted" => assert!(self.entities.remove(&id("entity")).is_some(), "{event}"),
            "assignment.granted" => assert!(self.places.insert(place(event)), "{event}"),
            "assignment.revoked" => assert!(self.places.remove(&place(event)), "{event}"),
            "conflict.opened" => {
                assert!(self.conflicts.insert(id("conflict"), event["conflict"].clone()).is_none());
            }
            "conflict.resolved" | "conflict.closed" => {
                assert!(self.conflicts.remove(&id("conflict")).is_some(), "{event}");
            }
            other => panic!("the feed tells of {other}, which no history does"),
        }
    }
}

fn place(event: &Value) -> (String, String, String, Option<u64>) {
    let id = |what: &str| text(&event[what], "id");
    (id("user"), id("entity"), text(event, "source"), number(&event["mapping_id"]))
}

impl Run {
    /// Everything that can be known from the feed.
    pub fn facts_by_replay(&self) -> Facts {
        let mut state = State::default();
        let default = self.read(|db| db.default_concurrency_group(self.organization)).expect("a default");
        let began = serde_json::json!({"type": "concurrency_group", "name": "Default"});
        state.entities.insert(default.resource_id.0, began);
        let features = ["group_provisioning", "teams", "concurrency_groups", "sub_organizations"];
        state.features = features.into_iter().map(|feature| (feature, Value::Bool(true))).collect();
        let events = self.read(|db| db.events(self.organization, 0, i64::MAX));
        for (place, event) in events.iter().enumerate() {
            assert_eq!(usize::try_from(event.id), Ok(place + 1), "ids have no gap");
            let data = serde_json::from_str(&event.data).expect("a JSON object");
            state.take(&event.kind, &data);
        }
        self.in_words(&state)
    }

    fn in_words(&self, state: &State) -> Facts {
        let mut facts = Facts::new();
        for (word, key) in [
            ("group provisioning", "group_provisioning"),
            ("team", "teams"),
            ("concurrency group", "concurrency_groups"),
            ("sub-organization", "sub_organizations"),
        ] {
            facts.insert(words::feature(word, state.features[key].as_bool().expect("a switch")));
        }
        let user = |id: &str| {
            let number = self.users.iter().position(|user| user.as_ref().is_some_and(|user| user.0 == id));
            USERS[number.expect("a pushed user")]
        };
        let role = |text: &str| Role::parse(text, "role").expect("a role");
        facts.extend(state.users.iter().map(|(id, (active, now))| words::user(user(id), *active, role(now))));
        let group =
            |id: &str| self.groups.iter().position(|(_, group)| group.0 == id).expect("a pushed group");
        for (id, value) in &state.groups {
            let roles = value["roles"].as_array().expect("roles").iter();
            let roles: Vec<Role> = roles.map(|name| role(name.as_str().expect("a name"))).collect();
            facts.insert(words::group(group(id), &text(value, "display_name"), &roles));
        }
        facts.extend(state.members.iter().map(|(id, who)| words::member(user(who), group(id))));
        facts.extend(state.entities.values().map(entity));
        let number_in_group = |id: u64| {
            let of = |id: &u64| text(&state.mappings[id]["group"], "id");
            let before = state.mappings.range(..id).filter(|(other, _)| of(other) == of(&id)).count();
            words::mapping(group(&of(&id)), before)
        };
        for (id, mapping) in &state.mappings {
            facts.insert(mapping_state(&number_in_group(*id), mapping, state));
        }
        for (who, place, source, mapping) in &state.places {
            let why = match source.as_str() {
                "manual" => "hand".to_owned(),
                "attribute" => "attribute".to_owned(),
                _ => number_in_group(mapping.expect("a mapping")),
            };
            facts.insert(words::place(user(who), &entity(&state.entities[place]), &why));
        }
        for conflict in state.conflicts.values() {
            let side = |key: &str| number_in_group(number(&conflict[key]["mapping_id"]).expect("an id"));
            let who = user(&text(&conflict["user"], "id"));
            let kind = text(conflict, "kind");
            facts.insert(words::conflict(who, &side("current"), &side("incoming"), &kind));
        }
        facts
    }
}

fn entity(entity: &Value) -> String {
    words::entity(TargetType::parse(&text(entity, "type")).expect("a type"), &text(entity, "name"))
}

fn mapping_state(name: &str, mapping: &Value, state: &State) -> String {
    let held = mapping["entity"]["id"].as_str();
    let rule = mapping["rule_id"].as_str();
    let rule = rule.map(|id| state.rules.iter().position(|rule| rule == id).expect("a rule"));
    words::mapping_state(
        name,
        &MappingState {
            target: TargetType::parse(&text(mapping, "target_type")).expect("a type"),
            status: &text(mapping, "status"),
            reason: mapping["reason"].as_str(),
            entity: held.map(|id| entity(&state.entities[id])),
            rule,
            rename_blocked: mapping["flags"] == serde_json::json!(["rename_blocked"]),
        },
    )
}
