//! One organization as its administrator sees it, through the admin API (interface.md §4).

use serde_json::{Value, json};

use super::tenant::Tenant;
use super::words::{event_id, sorted, text};

/// What the administrator does and sees.
impl Tenant {
    /// Writes a mapping rule: match-all to teams with auto-approve, save for what `fields` says; gives the id.
    #[track_caller]
    pub fn rule(&self, fields: Value) -> String {
        let kind = fields["kind"].as_str().unwrap_or("all");
        let mut rule = json!({"kind": kind, "target_type": "team", "priority": 1, "auto_approve": true});
        for (key, value) in fields.as_object().expect("an object of fields") {
            rule[key] = value.clone();
        }
        self.api.post("/mapping-rules", rule).expect(201).id()
    }

    /// Makes an entity by hand: `plural` is `teams`, `concurrency-groups` or `sub-organizations`; gives the id.
    #[track_caller]
    pub fn entity(&self, plural: &str, name: &str) -> String {
        self.api.post(format!("/{plural}"), json!({"name": name})).expect(201).id()
    }

    /// Maps a group by hand to an existing entity; gives the mapping.
    #[track_caller]
    pub fn map(&self, group: &str, target_type: &str, entity: &str) -> Value {
        let mapping = json!({"target_type": target_type, "entity_id": entity});
        self.api.post(format!("/groups/{group}/mappings"), mapping).expect(201).json
    }

    /// Switches one of the organization's features.
    #[track_caller]
    pub fn feature(&self, name: &str, on: bool) {
        self.api.patch("", json!({"features": {name: on}})).expect(200);
    }

    /// Every item of a list, following `next`.
    #[track_caller]
    pub fn items(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut target = path.to_owned();
        loop {
            let page = self.api.get(&target).expect(200).json;
            items.extend(page["items"].as_array().unwrap_or_else(|| panic!("no items in {page}")).clone());
            let Some(next) = page["next"].as_str() else { return items };
            let separator = if path.contains('?') { '&' } else { '?' };
            target = format!("{path}{separator}after={next}");
        }
    }

    /// The entity of that name, if there is one.
    #[track_caller]
    pub fn find_entity(&self, plural: &str, name: &str) -> Option<Value> {
        self.items(&format!("/{plural}")).into_iter().find(|entity| entity["name"] == name)
    }

    /// The `user_name`s of an entity's members, sorted; none when no entity has the name.
    #[track_caller]
    pub fn members_of(&self, plural: &str, name: &str) -> Vec<String> {
        let Some(entity) = self.find_entity(plural, name) else { return Vec::new() };
        let path = format!("/{plural}/{}/members", text(&entity, "id"));
        sorted(self.items(&path).iter().map(|user| text(user, "user_name")))
    }

    /// A user as the administrator sees it.
    #[track_caller]
    pub fn person(&self, id: &str) -> Value {
        self.api.get(format!("/users/{id}")).expect(200).json
    }

    /// The names of a user's teams, sorted.
    #[track_caller]
    pub fn teams_of(&self, user: &str) -> Vec<String> {
        let person = self.person(user);
        let teams = person["teams"].as_array().unwrap_or_else(|| panic!("no teams in {person}"));
        sorted(teams.iter().map(|team| text(team, "name")))
    }

    /// The name of a user's concurrency group; `None` for the default one.
    #[track_caller]
    pub fn concurrency_group_of(&self, user: &str) -> Option<String> {
        let person = self.person(user);
        let group = &person["concurrency_group"];
        let is_default = group["is_default"].as_bool().unwrap_or_else(|| panic!("no is_default in {person}"));
        (!is_default).then(|| text(group, "name"))
    }

    /// The name of a user's sub-organization; `None` in the root organization.
    #[track_caller]
    pub fn sub_organization_of(&self, user: &str) -> Option<String> {
        let place = &self.person(user)["sub_organization"];
        (!place.is_null()).then(|| text(place, "name"))
    }

    /// A user's effective role.
    #[track_caller]
    pub fn role_of(&self, user: &str) -> String {
        text(&self.person(user)["role"], "effective")
    }

    /// The mappings of a group that count now.
    #[track_caller]
    pub fn mappings_of(&self, group: &str) -> Vec<Value> {
        let group = self.api.get(format!("/groups/{group}")).expect(200).json;
        group["mappings"].as_array().unwrap_or_else(|| panic!("no mappings in {group}")).clone()
    }

    /// The one mapping of a group.
    #[track_caller]
    pub fn mapping_of(&self, group: &str) -> Value {
        let mappings = self.mappings_of(group);
        assert_eq!(mappings.len(), 1, "expected one mapping: {mappings:?}");
        mappings[0].clone()
    }

    /// The events after the one with that id.
    #[track_caller]
    pub fn events_after(&self, id: u64) -> Vec<Value> {
        let mut events: Vec<Value> = Vec::new();
        loop {
            let after = events.last().map_or(id, event_id);
            let page = self.api.get(format!("/events?after={after}&limit=1000")).expect(200).json;
            let items = page["items"].as_array().unwrap_or_else(|| panic!("no items in {page}"));
            if items.is_empty() {
                return events;
            }
            events.extend(items.clone());
        }
    }

    /// The id of the newest event; 0 before the first.
    #[track_caller]
    pub fn last_event(&self) -> u64 {
        self.events_after(0).last().map_or(0, event_id)
    }

    /// The events of one type after the one with that id.
    #[track_caller]
    pub fn events_of_type(&self, kind: &str, id: u64) -> Vec<Value> {
        self.events_after(id).into_iter().filter(|event| event["type"] == kind).collect()
    }

    /// The types of the events after the one with that id, in order.
    #[track_caller]
    pub fn event_types_after(&self, id: u64) -> Vec<String> {
        self.events_after(id).iter().map(|event| text(event, "type")).collect()
    }
}
