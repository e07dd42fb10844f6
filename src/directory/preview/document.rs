//! What a preview looks like in JSON.
//!
//! ```json
//! {
//!   "basis": "41",
//!   "summary": {"groups_matched": 2, "groups_unmatched": 1, "mappings_created": 2, "mappings_changed": 0,
//!     "entities_created": 1, "users_changed": 7, "roles_changed": 0, "conflicts_opened": 1, "conflicts_closed": 0},
//!   "rules": [{"id": null, "change": "added", "index": 0, "rule": {"kind": "prefix", ...},
//!     "groups": [{"id": "...", "display_name": "Team A", "entity_name": "A"}]}],
//!   "unmatched": [{"id": "...", "display_name": "Other"}],
//!   "mappings": [{"id": null, "group": {...}, "member_count": 7, "target_type": "team", "entity": {...},
//!     "before": null, "status": "auto_approved", "reason": null, "rule_id": null, "rule_index": 0}],
//!   "entities": [{"id": null, "type": "team", "name": "A", "is_default": false, "created": true, "gains": 7, "losses": 0}],
//!   "conflicts": [{"kind": "exclusive_group", "current": {"mapping_id": "3", "group": {...}, "entity": {...}},
//!     "incoming": {"mapping_id": null, "group": {...}, "entity": {...}}, "users": 1,
//!     "examples": [{"id": "...", "user_name": "ann@example.com"}]}]
//! }
//! ```
//!
//! An `id` is null where the thing would be made by the change. `rules` and `unmatched` are there when the change is one
//! of rules: the rules as they would be, in the order in which they are looked at, each with the live groups that it
//! would be the first to match. `mappings` are those that would come or change, `entities` those that would be made or
//! that anybody would come into or leave; `conflicts` would open. Nobody's role follows from a mapping, so
//! `roles_changed` is always 0.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::directory::documents::{spec_json, user_json};
use crate::directory::preview::compute::Preview;
use crate::mapping::board::Board;
use crate::mapping::memory::FIRST_NEW;
use crate::mapping::preview::{Movement, Opened};
use crate::mapping::rule_changes::{added_index, edited};
use crate::mapping::rules::{CompiledRule, Match};
use crate::model::conflict::Pair;
use crate::model::entity::Entity;
use crate::model::id::{EntityId, GroupId, MappingId, RuleId};
use crate::model::mapping::Mapping;
use crate::model::rule::RuleChanges;

impl Preview {
    /// The document; see the head of this file for its form.
    pub fn to_json(&self) -> Value {
        let mut document = json!({"basis": self.basis.to_string(), "summary": self.summary()});
        let mut put = |name: &str, value: Vec<Value>| {
            if let Value::Object(document) = &mut document {
                document.insert(name.to_owned(), Value::Array(value));
            }
        };
        if let Some(changes) = &self.rules {
            let (rules, unmatched) = self.matches(changes);
            put("rules", rules);
            put("unmatched", unmatched);
        }
        put("mappings", self.board.written().map(|(before, now)| self.mapping(before, now)).collect());
        put("entities", self.entities());
        put(
            "conflicts",
            self.tally.opened.iter().map(|(pair, opened)| self.conflict(*pair, opened)).collect(),
        );
        document
    }

    fn summary(&self) -> Value {
        let written: Vec<bool> = self.board.written().map(|(before, _)| before.is_none()).collect();
        let created = written.iter().filter(|is_new| **is_new).count();
        let mut summary = json!({
            "mappings_created": created,
            "mappings_changed": written.len() - created,
            "entities_created": self.new_entities().count(),
            "users_changed": self.tally.users,
            "roles_changed": 0,
            "conflicts_opened": self.tally.opened.values().map(|opened| opened.users).sum::<usize>(),
            "conflicts_closed": self.tally.closed,
        });
        if let (Some(_), Value::Object(summary)) = (&self.rules, &mut summary) {
            let matched = self.firsts().filter(|(_, found)| found.is_some()).count();
            summary.insert("groups_matched".to_owned(), json!(matched));
            summary.insert("groups_unmatched".to_owned(), json!(self.groups.len() - matched));
        }
        summary
    }

    /// Each live group with what the first matching rule would make of it.
    fn firsts(&self) -> impl Iterator<Item = (GroupId, Option<Match>)> {
        let groups = self.board.groups().iter();
        groups.map(|(id, name)| (*id, self.board.rules().first_match(name)))
    }

    /// The rules with the groups that each would match, and the groups that none would.
    fn matches(&self, changes: &RuleChanges) -> (Vec<Value>, Vec<Value>) {
        let mut by_rule: HashMap<Option<RuleId>, Vec<Value>> = HashMap::new();
        let mut unmatched = Vec::new();
        for (id, found) in self.firsts() {
            let mut group = self.group(id);
            match (found, &mut group) {
                (Some(found), Value::Object(members)) => {
                    members.insert("entity_name".to_owned(), Value::String(found.entity_name));
                    by_rule.entry(found.rule).or_default().push(group);
                }
                _ => unmatched.push(group),
            }
        }
        let rules = self.board.rules().rules().iter();
        let rules = rules.map(|rule| self.rule(rule, changes, by_rule.remove(&rule.id).unwrap_or_default()));
        (rules.collect(), unmatched)
    }

    fn rule(&self, rule: &CompiledRule, changes: &RuleChanges, groups: Vec<Value>) -> Value {
        let index = rule.id.and_then(added_index);
        let change = changes.change.iter().find(|(id, _)| Some(*id) == rule.id);
        let stored = rule.id.and_then(|id| self.stored.get(id));
        let is_changed =
            change.zip(stored).is_some_and(|((_, edit), stored)| edited(&stored.spec, edit) != stored.spec);
        let change = match (index, is_changed) {
            (Some(_), _) => "added",
            (None, true) => "changed",
            (None, false) => "kept",
        };
        json!({
            "id": rule.id.filter(|_| index.is_none()),
            "change": change,
            "index": index,
            "rule": spec_json(&rule.spec),
            "groups": groups,
        })
    }

    fn mapping(&self, before: Option<&Mapping>, now: &Mapping) -> Value {
        let before = before.map(|before| {
            json!({"status": before.status.as_str(), "reason": before.status.reason(), "rule_id": before.rule,
                "entity": before.status.entity().map(|id| self.entity_before(id))})
        });
        let index = now.rule.and_then(added_index);
        json!({
            "id": stored_id(now.id),
            "group": self.group(now.group),
            "member_count": self.groups.get(&now.group).map_or(0, |group| group.member_count),
            "target_type": now.target_type,
            "entity": now.status.entity().map(|id| self.entity(id)),
            "before": before,
            "status": now.status.as_str(),
            "reason": now.status.reason(),
            "rule_id": now.rule.filter(|_| index.is_none()),
            "rule_index": index,
        })
    }

    fn new_entities(&self) -> impl Iterator<Item = &Entity> {
        self.board.entities().values().filter(|entity| entity.id.0 >= FIRST_NEW)
    }

    /// The entities that would be made, and those whose members would change.
    fn entities(&self) -> Vec<Value> {
        let moved =
            |entity: &&Entity| entity.id.0 >= FIRST_NEW || self.tally.entities.contains_key(&entity.id);
        let shown = self.board.entities().values().filter(moved).map(|entity| {
            let Movement { gains, losses } = self.tally.entities.get(&entity.id).copied().unwrap_or_default();
            let mut shown = self.entity(entity.id);
            if let Value::Object(members) = &mut shown {
                members.insert("created".to_owned(), json!(entity.id.0 >= FIRST_NEW));
                members.insert("gains".to_owned(), json!(gains));
                members.insert("losses".to_owned(), json!(losses));
            }
            shown
        });
        shown.collect()
    }

    fn conflict(&self, pair: Pair, opened: &Opened) -> Value {
        let side = |id: MappingId| {
            let mapping = self.board.mapping(id);
            json!({
                "mapping_id": stored_id(id),
                "group": mapping.map(|mapping| self.group(mapping.group)),
                "entity": mapping.and_then(|mapping| mapping.status.entity()).map(|id| self.entity(id)),
            })
        };
        let named = opened.examples.iter().filter_map(|user| self.examples.get(user));
        json!({
            "kind": opened.kind.as_str(),
            "current": side(pair.current),
            "incoming": side(pair.incoming),
            "users": opened.users,
            "examples": named.map(|user| user_json(&user.resource_id, &user.user_name)).collect::<Vec<_>>(),
        })
    }

    fn group(&self, id: GroupId) -> Value {
        let group = self.groups.get(&id);
        group
            .map_or(Value::Null, |group| json!({"id": group.resource_id, "display_name": group.display_name}))
    }

    /// An entity by the name that it has until then.
    fn entity_before(&self, id: EntityId) -> Value {
        let mut entity = self.entity(id);
        if let (Some(name), Value::Object(members)) = (self.board.old_name(id), &mut entity) {
            members.insert("name".to_owned(), json!(name));
        }
        entity
    }

    fn entity(&self, id: EntityId) -> Value {
        let Some(entity) = self.board.entities().get(&id) else { return Value::Null };
        json!({
            "id": (id.0 < FIRST_NEW).then_some(&entity.resource_id),
            "type": entity.target_type,
            "name": entity.name,
            "is_default": entity.is_default,
        })
    }
}

/// The id of a mapping that exists; null for one that would be made.
fn stored_id(id: MappingId) -> Option<MappingId> {
    Some(id).filter(|id| id.0 < FIRST_NEW)
}
